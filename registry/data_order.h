/*
 * data_order: how a run mixes and orders its data: sources with weights, the lengths of sequences
 * and batches, and what else decides which sample comes when (docs/runs.md, "Data order").
 *
 * Found in the options of Megatron-LM (a command, the scripts behind it), or given as JSON. What
 * is signed is the digest of the JSON form, DATA_ORDER_SCHEMA (docs/formats.md, section 3).
 */
#ifndef REGISTRY_DATA_ORDER_H
#define REGISTRY_DATA_ORDER_H

#include "registry/lint/blend.h"
#include "registry/corpus/order_words.h"
#include "verify/verify.h"

#define DATA_ORDER_SCHEMA "akashi/data-order/1"
#define DATA_ORDER_MAX_BYTES (4u << 20)
#define DATA_ORDER_PATH_MAX 4096u
#define DATA_ORDER_INDEX_BYTES_MAX ((uint64_t)1 << 30) /* of indices that a run reads to begin */

enum data_order_kind {
	DATA_ORDER_MEGATRON,   /* the blend of Megatron-LM: determined */
	DATA_ORDER_INTERLEAVE, /* drawn by chance with these probabilities: as declared */
	DATA_ORDER_SEQUENCES,  /* a file says the sequence that each sample is: determined */
	DATA_ORDER_KIND_COUNT
};

/* "megatron". Static. */
const char *data_order_kind_name(enum data_order_kind kind);

struct data_source {
	char *path;
	char *weight; /* a decimal as it was written; NULL: none */
	double share; /* the same as a number */
	bool indexed; /* its .idx was read: */
	struct digest index;
	uint64_t tokens, documents, sequences;
	uint64_t epoch_tokens; /* of the part that is trained on: of the split */
	uint64_t ids;          /* DATA_ORDER_SEQUENCES: how many sequences are its */
};

struct data_order {
	enum data_order_kind kind;
	struct data_source *source;
	size_t count, room;
	uint64_t sequence_length, batch_size;         /* 0: not known */
	uint64_t ramp_start, ramp_step, ramp_samples; /* ramp_start 0: none */
	uint64_t iterations, samples;                 /* 0: not said */
	uint64_t seed;
	bool has_seed;
	bool fresh;  /* steps and samples are counted anew, whatever it starts from */
	char *split; /* "969,30,1"; NULL: not said */
	bool listed; /* `sequences` is the file of DATA_ORDER_SEQUENCES */
	struct digest sequences;
	uint64_t sequence_count; /* lines of it */
};

/* Start with {0}. */
void data_order_release(struct data_order *order);

/*
 * What the options say: --data-path, --seq-length, --global-batch-size, --rampup-batch-size,
 * --seed, --split, --train-iters, --train-samples, --finetune. Without --data-path the list of the
 * variable TRAIN_DATA_PATH, DATA_PATH or _PAIRS. *out_found is false where no data is named.
 * ERROR_CORRUPT with file and line: a weight that is no number above 0, a weight without a path, an
 * option twice with different values, a number that is none.
 */
MUST_CHECK int data_order_from_words(const struct order_words *words, struct data_order *out_order,
				     bool *out_found, struct error *err);

/* The JSON form, an object of DATA_ORDER_SCHEMA; `schema` may be missing. ERROR_CORRUPT. */
MUST_CHECK int data_order_from_json(const struct json *object, struct data_order *out_order,
				    struct error *err);
MUST_CHECK int data_order_to_json(const struct data_order *order, struct json **out_object,
				  struct error *err);

/*
 * Read the .idx of each source that has one: its digest, documents and tokens, those of the part
 * that the split trains on too. At most `budget` bytes of all; further ones stay unread. A source
 * without one (a path that is not here) stays as it is. ERROR_CORRUPT names an index that
 * contradicts itself.
 */
MUST_CHECK int data_order_read_indices(struct data_order *order, uint64_t budget,
				       struct error *err);

/* Append a source; `weight` may be NULL. ERROR_CORRUPT: no path, no weight above 0, too many. */
MUST_CHECK int data_order_add(struct data_order *order, const char *path, const char *weight,
			      struct error *err);

/* ERROR_CORRUPT unless what it says fits together: all weights or none, ramp, limits. */
MUST_CHECK int data_order_check(const struct data_order *order, struct error *err);

/* ---- Counting ---- */

/* Samples that are done after `steps` more from `done` on. ERROR_USAGE without a batch size. */
MUST_CHECK int data_order_advance(const struct data_order *order, uint64_t done, uint64_t steps,
				  uint64_t *out_done, struct error *err);

/* Why the order is not determined, or NULL: static text. `file`: the sequences are at hand. */
const char *data_order_doubt(const struct data_order *order, bool file, uint64_t samples);

/*
 * How many of the first `samples` are of each source: to the sample where there is no doubt, else
 * by the weights (largest remainders), as all is where `work` is NULL. `sequences` is the text of
 * the file, for its kind. Errors of blend_taken.
 */
MUST_CHECK int data_order_taken(const struct data_order *order, uint64_t samples,
				struct source *sequences, struct blend_work *work,
				uint64_t *out_taken, struct error *err);

/*
 * Go through a file of sequences, a decimal number from 0 in each line: `count` numbers below
 * `ids`, or all (UINT64_MAX). ERROR_CORRUPT names the line.
 */
typedef void (*data_order_visit)(void *arg, uint64_t id);
MUST_CHECK int data_order_sequences(struct source *file, uint64_t ids, uint64_t count,
				    data_order_visit visit, void *arg, uint64_t *out_count,
				    struct error *err);

#endif
