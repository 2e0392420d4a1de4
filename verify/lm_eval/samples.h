/*
 * lm_eval_samples: what lm-evaluation-harness wrote about each item of a task,
 * `samples_TASK_TIME.jsonl`: the requests, the log-probabilities they got, and the
 * metrics that follow. Inside verify/ and for fuzzing.
 */
#ifndef VERIFY_LM_EVAL_SAMPLES_H
#define VERIFY_LM_EVAL_SAMPLES_H

#include "kernels/kernels.h"

struct json;

#define SAMPLES_MAX_BYTES (256u << 20) /* of one file */
#define SAMPLES_LINE_MAX (8u << 20)    /* bytes of one item */
#define SAMPLES_ITEMS_MAX 1000000u     /* of one file */
#define SAMPLES_CHOICES_MAX 256u       /* requests of one item */

/* What a task asks of a model (the harness's output_type). */
enum eval_kind {
	EVAL_CHOICE,     /* multiple_choice: the likeliest of several continuations */
	EVAL_LIKELIHOOD, /* loglikelihood: one continuation */
	EVAL_OTHER       /* loglikelihood_rolling, generate_until: nothing here recomputes it */
};

/* One request: how likely is the continuation? Texts are borrowed from the item. */
struct eval_request {
	const char *context, *continuation;
	double logprob; /* as it was written; finite */
	bool greedy;    /* every token of it was the likeliest */
};

/* One line. Start with {0}. */
struct eval_item {
	struct json *json; /* owned */
	int64_t doc;
	const char *filter; /* borrowed, as are the others */
	const char *target;
	struct eval_request *request; /* owned */
	size_t count;
};

/*
 * Read one line of a task of this kind (not EVAL_OTHER): `arguments` as an object of gen_args_N or
 * as a list, numbers and truth values as such or as the texts the harness makes of them.
 * ERROR_CORRUPT: malformed, no finite number ("nan", "-inf"), `resps` and `filtered_resps` that
 * contradict each other, a limit passed. The caller releases *out_item.
 */
MUST_CHECK int eval_item_read(struct span line, enum eval_kind kind, struct eval_item *out_item,
			      struct error *err);
void eval_item_release(struct eval_item *item);

/* Which request wins: the first with the largest logprob / size; sizes NULL: all 1. */
size_t eval_winner(const double *logprob, const double *size, size_t count);

/*
 * A metric of the item that follows from its log-probabilities alone.
 * True with *out_value where it does: "acc", "acc_norm" and "acc_bytes" of a choice
 * (`delimiter`: what the harness put before each choice), "acc" of a likelihood. False
 * where it cannot be told (another metric, a target that names no choice).
 */
bool eval_metric(const struct eval_item *item, enum eval_kind kind, const char *delimiter,
		 const char *metric, double *out_value);

#endif
