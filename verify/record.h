/*
 * record: what a model computes on probes, written down so that anyone can
 * compute it again, and held against a later computation.
 *
 * An outputs object holds, for each probe, digests of its logits position by
 * position, the eight largest of them, the negative log-likelihood, and the
 * digest of the hidden state at every layer boundary; one Merkle root over all
 * of it stands in the signed statement. docs/numerics.md, "Recorded outputs",
 * is normative. Nothing is signed here.
 */
#ifndef VERIFY_RECORD_H
#define VERIFY_RECORD_H

#include "verify/boundaries.h"
#include "verify/forward.h"
#include "verify/probes.h"

#define OUTPUTS_MAX_BYTES (256u << 20) /* of an outputs object */

/*
 * Run the probes and write the outputs object (canonical JSON) into `out`,
 * whose limit holds; *out_root is the root of its leaves.
 */
MUST_CHECK int record_make(const struct context *ctx, struct forward *forward,
			   struct backend *backend, const struct probes *probes, struct buffer *out,
			   struct digest *out_root, struct error *err);

/* The same, and hand the states at every boundary to `keep` as they are computed. */
MUST_CHECK int record_make_kept(const struct context *ctx, struct forward *forward,
				struct backend *backend, const struct probes *probes,
				const struct boundary_sink *keep, struct buffer *out,
				struct digest *out_root, struct error *err);

/* How much of a record is computed again. */
struct replay_request {
	size_t probes;    /* drawn without repetition; 0: all, in order */
	size_t positions; /* the first of each probe; 0: all. Models that need whole probes run
			     whole */
	const char *seed; /* draws as it did before (the report is marked); NULL: own randomness */
	bool own;         /* `seed` came from own randomness just now: the report is not marked */
};

#define REPLAY_QUICK ((struct replay_request){ .probes = 8, .positions = 16 })
#define REPLAY_STANDARD ((struct replay_request){ .probes = 16, .positions = 128 })
#define REPLAY_ALL ((struct replay_request){ .probes = 0 })

/* How many layers a spot check draws: a number, or a percentage. Both 0: no spot check. */
struct spot_request {
	uint32_t layers;
	uint32_t percent; /* 1 to 100 */
};

static inline bool spot_is_asked(const struct spot_request *request)
{
	return request->layers || request->percent;
}

/* "K" or "P%". ERROR_USAGE otherwise. */
MUST_CHECK int spot_parse(const char *text, struct spot_request *out_request, struct error *err);

/* What was held against the record, in the order in which a difference is looked for. */
enum replay_item {
	REPLAY_BOUNDARY, /* index: the boundary; 0 is the embedding, l follows layer l */
	REPLAY_HIDDEN,   /* index: the position (encoders: the last hidden state) */
	REPLAY_LOGITS,   /* index: the position */
	REPLAY_TOP,      /* index: the position */
	REPLAY_NLL       /* index: 0 */
};

struct replay_difference {
	size_t probe; /* of the record */
	enum replay_item item;
	size_t index;
	char recorded[80], computed[80]; /* digests or numbers, as text */
};

struct replay_coverage {
	size_t tokens;           /* that were computed */
	size_t positions;        /* the longest sequence: positions 0 ... n-1 */
	uint32_t context;        /* of the model */
	uint32_t embedding_rows; /* different ids that occurred */
	uint32_t vocab;
	uint32_t layers;
	uint32_t layers_run; /* fewer in a spot check */
	bool window_reached; /* some sequence was longer than the sliding window (or there is none)
			      */
	size_t unread;       /* tensors that no pass uses: forward_unread_name */
	uint64_t read_bytes; /* of weights; a bound where there are experts */
	double flop;
};

struct replay_report {
	size_t probes_recorded;
	size_t probes_run;
	size_t probes_exact; /* every compared item is the recorded one */
	size_t positions_compared;
	size_t boundaries_compared;
	bool whole;                     /* whole probes: boundaries and NLL compared as well */
	bool seeded;                    /* drawn by a stated seed */
	char seed[2 * DIGEST_SIZE + 1]; /* what drew the probes, to repeat it: hex, or empty */

	bool differs;
	struct replay_difference first; /* lowest probe, then by enum replay_item, then index */
	bool boundary_differs;
	uint32_t
		first_boundary; /* the lowest boundary that differs in any probe: names the layer */
	size_t first_boundary_probe; /* the lowest probe in which it does */

	struct replay_coverage coverage;
};

/* One probe of a replay. */
struct replay_probe {
	size_t index; /* of the record */
	struct digest identity;
	size_t tokens; /* that were computed: of the first positions, or all */
	bool exact;
};

/* The probes of a replay, ascending. Start with {0}. */
struct replay_list {
	struct replay_probe *probe;
	size_t count;
};

void replay_list_release(struct replay_list *list);

/* What a replay would cost; the record is read, nothing is computed. */
MUST_CHECK int record_cost(const struct forward *forward, const struct probes *probes,
			   const struct replay_request *request, struct forward_cost *out_cost,
			   struct error *err);

/*
 * Check that `outputs` has the root, is about these probes and about a model
 * of this shape; compute the requested share again and compare. 0 with the
 * report when it could be compared, also when outputs differ: look at
 * `differs`. ERROR_CORRUPT: the object is not the one with that root, or is
 * malformed, or the computation met a NaN or a tensor that is not the manifest's.
 */
MUST_CHECK int record_replay(const struct context *ctx, struct forward *forward,
			     struct backend *backend, const struct probes *probes,
			     struct span outputs, const struct digest *root,
			     const struct replay_request *request, struct replay_report *out_report,
			     struct error *err);

/* The same, and each probe on its own; the caller releases *out_list. */
MUST_CHECK int record_replay_listed(const struct context *ctx, struct forward *forward,
				    struct backend *backend, const struct probes *probes,
				    struct span outputs, const struct digest *root,
				    const struct replay_request *request,
				    struct replay_report *out_report, struct replay_list *out_list,
				    struct error *err);

/* "boundary 3 (after layer 2)", "logits at position 5" ...: for people, into out_text. */
#define REPLAY_TEXT_MAX 96
void replay_difference_text(const struct replay_difference *difference,
			    char out_text[REPLAY_TEXT_MAX]);

#endif
