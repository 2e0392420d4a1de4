/*
 * lm_eval_results: how lm-evaluation-harness asked a model, from `results_TIME.json`:
 * what has to be known to ask it the same again. Inside verify/ only.
 */
#ifndef VERIFY_LM_EVAL_RESULTS_H
#define VERIFY_LM_EVAL_RESULTS_H

#include "verify/foreign.h"
#include "verify/lm_eval/samples.h"

struct json;

#define RESULTS_MAX_BYTES (16u << 20)

/* Whether the harness lets a tokenizer put its special tokens around a text. */
enum eval_special {
	EVAL_SPECIAL_DEFAULT, /* as the tokenizer's file says */
	EVAL_SPECIAL_YES,     /* add_bos_token=True */
	EVAL_SPECIAL_NO       /* add_bos_token=False */
};

/* One run of the harness. Texts are borrowed from the file. */
struct eval_run {
	const struct json *file; /* borrowed */
	const char *version;     /* of the harness, or "" */
	enum foreign_dtype dtype;
	uint64_t max_length;     /* tokens that the model sees at once; 0: the model's context */
	uint32_t prefix;         /* the token that stands before a text without a context */
	const char *prefix_text; /* as the tokenizer writes it, or NULL */
	enum eval_special special;
};

/*
 * Read the run. ERROR_UNTRUSTED: something that is not computed here, named (a model that is not of
 * the harness's `hf`, adapters, quantised weights, another number format); ERROR_CORRUPT: fields
 * that every such file has are missing.
 */
MUST_CHECK int eval_run_read(const struct json *file, struct eval_run *out_run, struct error *err);

/* One task of it. ERROR_ABSENT: the file has no such task. */
struct eval_task {
	const char *name;
	enum eval_kind kind;
	const char *output_type; /* as the file says */
	const char *delimiter;   /* what stands before each choice */
	uint64_t items;          /* that count: n-samples, effective; 0: not said */
};

MUST_CHECK int eval_task_read(const struct json *file, const char *name, struct eval_task *out_task,
			      struct error *err);

#endif
