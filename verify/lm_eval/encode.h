/*
 * lm_eval_encode: the tokens that lm-evaluation-harness gives a causal model for a request
 * (lm_eval/api/model.py, TemplateLM.loglikelihood and _encode_pair; models/huggingface.py,
 * tok_encode and _loglikelihood_tokens, at 0.4.13). Inside verify/ only.
 */
#ifndef VERIFY_LM_EVAL_ENCODE_H
#define VERIFY_LM_EVAL_ENCODE_H

#include "verify/lm_eval/results.h"
#include "verify/tokenizer.h"

/* What the model is given, and which of its predictions count. Start with {0}. */
struct eval_tokens {
	uint32_t *ids; /* count of them go in; ids[count] is the last that is predicted */
	size_t count;
	size_t scored; /* the last `scored` predictions are those of the continuation */
};

/*
 * Tokenise as the harness does: context and continuation together, white space at the end of the
 * context moved to the continuation; an empty context becomes the prefix token; what is too
 * long is cut on the left to `context` tokens. The caller releases *out_tokens.
 * ERROR_UNTRUSTED: the harness could not have asked that (an empty continuation, one longer than
 * the context), the tokenizer's file does not say which tokens stand around a text, or it does not
 * make the prefix token of the text that the results give for it.
 */
MUST_CHECK int eval_encode(const struct tokenizer *tokenizer, const struct eval_run *run,
			   const struct eval_request *request, size_t context,
			   struct eval_tokens *out_tokens, struct error *err);
void eval_tokens_release(struct eval_tokens *tokens);

/* Bytes of `text` without the white space at its end, as Python's str.rstrip() sees it. */
size_t python_rstrip(struct span text);

#endif
