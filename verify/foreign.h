/*
 * foreign: log-probabilities that a training or serving framework wrote, and
 * how near they are to what the weights compute (docs/formats.md, "Outputs that
 * others wrote").
 *
 * Such a framework is free to choose its order of operations, so its numbers are
 * never "exact": they lie within a tolerance, or they do not. Floats here are advice
 * for people; nothing of them is signed.
 */
#ifndef VERIFY_FOREIGN_H
#define VERIFY_FOREIGN_H

#include "verify/record.h"

#define FOREIGN_SCHEMA "akashi/foreign-outputs/1"
#define FOREIGN_MAX_BYTES (64u << 20) /* of the file */
#define FOREIGN_TOP_MAX 256u          /* log-probabilities of one position */
#define FOREIGN_TEXT_MAX 128u         /* bytes of the framework's name, its version, the device */

/* What the framework computed in. */
enum foreign_dtype { FOREIGN_F32, FOREIGN_F16, FOREIGN_BF16 };

/* "f32", "f16", "bf16". Static. */
const char *foreign_dtype_name(enum foreign_dtype dtype);

/* A log-probability that stands for "not written". */
#define FOREIGN_UNWRITTEN 1.0

struct foreign_entry {
	uint32_t id;
	double logprob; /* finite, at most 0 */
};

/* What was written about one probe; position t is what follows its tokens 0 ... t. */
struct foreign_probe {
	size_t *first;               /* tokens + 1: entry[first[t]] ... are those of position t */
	struct foreign_entry *entry; /* the largest of each position, as they were written */
	double *next;                /* tokens: of the token that follows, or FOREIGN_UNWRITTEN */
};

/* A file, read. Start with {0}. */
struct foreign {
	char *framework, *version; /* without quotation marks: a verdict quotes them */
	char *device;              /* NULL where it is not said */
	enum foreign_dtype dtype;
	struct probes probes;
	struct foreign_probe *probe; /* one for each of the probes */
	size_t values;               /* log-probabilities in all */
};

/*
 * Read the lines. ERROR_CORRUPT names the line and what is wrong with it: not
 * the schema, no ids, other lengths, a number that is no log-probability (NaN,
 * infinite, above 0), an id twice in one position, a limit passed, or nothing to compare
 * at all. The caller releases *out_foreign.
 */
MUST_CHECK int foreign_read(struct span jsonl, struct foreign *out_foreign, struct error *err);
void foreign_release(struct foreign *foreign);

/*
 * What is allowed, in units of the dtype's rounding times the scale of the logits:
 * a difference of one log-probability is held against
 * largest * unit * foreign_scale(scale), where scale is the largest |logit| of its
 * position, and the mean of difference / (unit * foreign_scale(scale)) against mean. The
 * figures are measured: docs/foreign_outputs.md.
 */
struct foreign_tolerance {
	double unit;    /* of the format: 2^-24, 2^-11, 2^-8 */
	double largest; /* for any one value */
	double mean;    /* over all values compared */
	/* Rounding in 16 bits may send a token to another expert where two are nearly equal, which
	 * is no failure: then single values are not judged. */
	bool mean_only;
};

#define FOREIGN_SCALE_MIN 8.0

/*
 * Whoever makes the weights makes the logits: one row that no text ever needs, scaled up, would
 * let any difference pass. Beyond this scale nothing more is allowed; what only a larger scale
 * would explain is neither within the tolerance nor beyond it.
 */
#define FOREIGN_SCALE_MAX 32.0

/* max(FOREIGN_SCALE_MIN, min(scale, FOREIGN_SCALE_MAX)). */
double foreign_scale(double scale);

/* `experts`: of a model that routes tokens to some. */
struct foreign_tolerance foreign_tolerance_of(enum foreign_dtype dtype, bool experts);

/* The log-probability that lies worst within its tolerance, or beyond it. */
struct foreign_worst {
	size_t probe, position;
	uint32_t id;
	double written, computed, allowed; /* allowed: by the whole scale */
};

struct foreign_report {
	struct foreign_tolerance tolerance; /* that was held against */
	size_t probes_recorded, probes_run;
	size_t positions_compared, values_compared;
	double largest, mean;   /* difference of log-probabilities, in nats */
	double mean_units;      /* the mean in units: what is held against the tolerance */
	double divergence;      /* mean over positions of KL(written, computed): see below */
	double divergence_most; /* of one position */
	size_t top_agree, top_compared; /* positions whose likeliest token is the same */
	struct foreign_worst worst;
	bool value_beyond; /* some value is beyond `largest`, where single values are judged */
	bool mean_beyond;  /* the mean is beyond `mean` */
	bool obscured;     /* not beyond, but within only by a scale above FOREIGN_SCALE_MAX */
	double scale;      /* the largest |logit| of all positions compared */
	bool seeded;
	char seed[2 * DIGEST_SIZE + 1]; /* what drew the probes: hex, or empty */
	struct replay_coverage coverage;
};

/*
 * Could this model have written it? ERROR_USAGE: no language-model head, probes that it cannot
 * run, or an id that its vocabulary does not have.
 */
MUST_CHECK int foreign_check(const struct forward *forward, const struct foreign *foreign,
			     struct error *err);

/*
 * Compute the drawn share of the probes and hold the file against it. KL is taken
 * over the written tokens of a position with all others as one more outcome:
 * sum p ln(p / q), p as written. ERROR_CORRUPT: as forward_run; ERROR_USAGE: as foreign_check;
 * ERROR_UNTRUSTED: nothing is written about what was drawn.
 */
MUST_CHECK int foreign_compare(const struct context *ctx, struct forward *forward,
			       struct backend *backend, const struct foreign *foreign,
			       const struct replay_request *request,
			       struct foreign_report *out_report, struct error *err);

/* Where and by how much it is beyond the tolerance, for people. */
#define FOREIGN_WHERE_MAX 256
void foreign_where_text(const struct foreign *foreign, const struct foreign_report *report,
			char out_text[FOREIGN_WHERE_MAX]);

#endif
