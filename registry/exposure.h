/*
 * exposure: what a model had seen by a step: samples and tokens of each source, along the runs that
 * led there (docs/runs.md, "What had it seen").
 *
 * A run that starts from another one's checkpoint, or goes on with an earlier start of itself, is a
 * segment behind those of that one, each with its own order of data. A segment is exact where its
 * order is determined, and says why where it is not.
 */
#ifndef REGISTRY_EXPOSURE_H
#define REGISTRY_EXPOSURE_H

#include "registry/data_order.h"
#include "registry/home.h"

#define EXPOSURE_SEGMENTS_MAX 1024u

struct exposure_source {
	char *path;
	uint64_t samples;
	uint64_t tokens;
	uint64_t documents, epoch_tokens; /* of its index; epoch_tokens 0: not known */
	bool mixed;                       /* indices of several contents: there are no epochs */
	struct digest index;
};

struct exposure_segment {
	struct name run;
	struct digest statement;
	uint64_t from, to;       /* steps, as this run counts them */
	uint64_t begin, samples; /* samples of its order that were done before; those it did */
	bool ordered;            /* its statement says an order of data */
	bool adrift;             /* where in its order it ended is not known */
	bool exact;
	char why[2 * NAME_TEXT_MAX]; /* not; "": it is */
	struct data_order order;
	uint64_t *taken; /* of each source of the order */
};

struct exposure {
	struct name name; /* of what was asked for */
	uint64_t step;
	struct exposure_segment *segment; /* the earliest first */
	size_t segment_count, segment_room;
	struct exposure_source *source; /* by samples, most first */
	size_t source_count;
	uint64_t samples, tokens;
	bool tokens_known; /* every segment says the length of a sequence */
	bool exact;
};

void exposure_release(struct exposure *exposure);

struct exposure_wish {
	const char *word; /* a checkpoint's or a run's name; or NAME@STEP of a run's family */
	bool has_step;    /* else the one that the checkpoint's version names */
	uint64_t step;
	const char *sequences; /* the file of sequences, where the store has it not; NULL: none */
};

/*
 * ERROR_USAGE: no step is known, nothing is known of its run or of the order of its data;
 * ERROR_ABSENT: no such name; ERROR_CORRUPT: runs that lead in a circle, an order that is none, a
 * file that is another one.
 */
MUST_CHECK int registry_exposure(struct registry *registry, const struct exposure_wish *wish,
				 struct exposure *out_exposure, struct error *err);

/* The step that the version of a checkpoint names: "iter_0001000", "step-500-tokens4B", "v3-20";
 * false: none, as in "v3" and "1.2". */
bool exposure_step(const char *version, uint64_t *out_step);

/* ---- inner: registry/corpus/exposure_sum.c ---- */

/* Count every segment and add them up. `sequences` as in the wish. */
MUST_CHECK int exposure_sum(struct registry *registry, const char *sequences,
			    struct exposure *exposure, struct error *err);

#endif
