/* lm_eval_encode: requests as lm-evaluation-harness gives them to a causal model. */
#include "verify/lm_eval/encode.h"

#include <stdlib.h>
#include <string.h>

/* Longest context and continuation together, in bytes. */
#define REQUEST_TEXT_MAX SAMPLES_LINE_MAX

void eval_tokens_release(struct eval_tokens *tokens)
{
	free(tokens->ids);
	*tokens = (struct eval_tokens){ 0 };
}

/* How many bytes the white space that ends at `end` takes; 0 when there is none. */
static size_t space_before(const uint8_t *text, size_t end)
{
	uint32_t code;

	if (!end)
		return 0;
	if (text[end - 1] == ' ' || (text[end - 1] >= 0x09 && text[end - 1] <= 0x0d) ||
	    (text[end - 1] >= 0x1c && text[end - 1] <= 0x1f))
		return 1;
	if (end >= 2 && text[end - 2] == 0xc2 && (text[end - 1] == 0x85 || text[end - 1] == 0xa0))
		return 2;
	if (end < 3 || (text[end - 3] & 0xf0) != 0xe0)
		return 0;
	code = (uint32_t)(text[end - 3] & 0x0f) << 12 | (uint32_t)(text[end - 2] & 0x3f) << 6 |
	       (uint32_t)(text[end - 1] & 0x3f);
	return code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
			       code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000
		       ? 3
		       : 0;
}

size_t python_rstrip(struct span text)
{
	size_t end = text.len, space;

	while ((space = space_before(text.data, end)))
		end -= space;
	return end;
}

/* The results are the publisher's: their first token is one only if the tokenizer says so too. */
static int prefix_check(const struct tokenizer *tokenizer, const struct eval_run *run,
			struct error *err)
{
	uint32_t *ids;
	size_t count;
	bool same;

	if (tokenizer_encode(tokenizer, span_of(run->prefix_text ? run->prefix_text : ""),
			     TOKENIZER_PLAIN, &ids, &count, err))
		return -1;
	same = count == 1 && ids[0] == run->prefix;
	free(ids);
	return same ? 0
		    : error_set(err, ERROR_UNTRUSTED,
				"the results say that the token '%.64s' has id %u, and the "
				"tokenizer does not make that of it",
				run->prefix_text ? run->prefix_text : "", run->prefix);
}

/* tok_encode(text): with special tokens unless it is told not to, or the text begins with one. */
static int text_encode(const struct tokenizer *tokenizer, const struct eval_run *run,
		       struct span text, uint32_t **out_ids, size_t *out_count, struct error *err)
{
	size_t prefix = run->prefix_text ? strlen(run->prefix_text) : 0;
	bool begins =
		prefix && text.len >= prefix && memcmp(text.data, run->prefix_text, prefix) == 0;
	bool special = run->special != EVAL_SPECIAL_NO && !begins;
	uint32_t *ids;
	size_t count;

	if (begins && prefix_check(tokenizer, run, err))
		return -1;
	if (tokenizer_encode(tokenizer, text, special ? TOKENIZER_WITH_SPECIAL : TOKENIZER_PLAIN,
			     &ids, &count, err))
		return -1;
	/* The harness also tells the tokenizer itself; whether that changes it depends on its
	 * class. */
	if (special && run->special == EVAL_SPECIAL_YES && (!count || ids[0] != run->prefix)) {
		free(ids);
		return error_set(err, ERROR_UNTRUSTED,
				 "the run was made with add_bos_token, and the tokenizer's file "
				 "puts no such token before a text");
	}
	*out_ids = ids;
	*out_count = count;
	return 0;
}

/* The last `context` + 1 tokens: all but the last go in. */
static int tokens_cut(const uint32_t *ids, size_t count, size_t scored, size_t context,
		      struct eval_tokens *out_tokens, struct error *err)
{
	size_t keep = count > context + 1 ? context + 1 : count;
	struct eval_tokens tokens = { .scored = scored };

	if (!scored || scored > context || count <= scored)
		return error_set(err, ERROR_UNTRUSTED,
				 "%zu tokens of continuation after %zu of context, of %zu at once: "
				 "the harness cannot have asked that",
				 scored, count - scored, context);
	tokens.ids = malloc(keep * sizeof(*tokens.ids));
	if (!tokens.ids)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu tokens", keep);
	memcpy(tokens.ids, ids + (count - keep), keep * sizeof(*tokens.ids));
	tokens.count = keep - 1;
	*out_tokens = tokens;
	return 0;
}

/* Without a context: the prefix token stands before it, unless the continuation begins so. */
static int alone_encode(const struct tokenizer *tokenizer, const struct eval_run *run,
			struct span continuation, size_t context, struct eval_tokens *out_tokens,
			struct error *err)
{
	uint32_t *plain, *ids;
	size_t count;
	bool begins;
	int failed;

	if (prefix_check(tokenizer, run, err) ||
	    tokenizer_encode(tokenizer, continuation, TOKENIZER_PLAIN, &plain, &count, err))
		return -1;
	begins = count && plain[0] == run->prefix;
	ids = malloc((count + 1) * sizeof(*ids));
	if (!ids) {
		free(plain);
		return error_set(err, ERROR_SYSTEM, "no memory for %zu tokens", count);
	}
	ids[0] = run->prefix;
	memcpy(ids + 1, plain + begins, (count - begins) * sizeof(*ids));
	failed = tokens_cut(ids, 1 + count - begins, count - begins, context, out_tokens, err);
	free(plain);
	free(ids);
	return failed;
}

/*
 * What all of it has more than the context alone is the continuation; the context stays as it is
 * alone, also where a token of all of it would reach across the seam.
 */
static int pair_encode(const struct tokenizer *tokenizer, const struct eval_run *run,
		       struct span whole, size_t context_len, size_t context,
		       struct eval_tokens *out_tokens, struct error *err)
{
	size_t before, count;
	uint32_t *alone, *ids;
	int failed;

	if (text_encode(tokenizer, run, (struct span){ whole.data, context_len }, &alone, &before,
			err))
		return -1;
	if (text_encode(tokenizer, run, whole, &ids, &count, err)) {
		free(alone);
		return -1;
	}
	if (!before || before >= count) {
		failed =
			error_set(err, ERROR_UNTRUSTED,
				  "the context alone has %zu tokens and all of it %zu: the harness "
				  "cannot have asked that",
				  before, count);
	} else {
		memcpy(ids, alone, before * sizeof(*ids));
		failed = tokens_cut(ids, count, count - before, context, out_tokens, err);
	}
	free(alone);
	free(ids);
	return failed;
}

int eval_encode(const struct tokenizer *tokenizer, const struct eval_run *run,
		const struct eval_request *request, size_t context, struct eval_tokens *out_tokens,
		struct error *err)
{
	CLEANUP(buffer_release) struct buffer whole;
	size_t stripped = python_rstrip(span_of(request->context));

	buffer_init(&whole, REQUEST_TEXT_MAX);
	if (!request->context[0])
		return alone_encode(tokenizer, run, span_of(request->continuation), context,
				    out_tokens, err);
	if (buffer_add_text(&whole, request->context, err) ||
	    buffer_add_text(&whole, request->continuation, err))
		return -1;
	return pair_encode(tokenizer, run, buffer_view(&whole), stripped, context, out_tokens, err);
}
