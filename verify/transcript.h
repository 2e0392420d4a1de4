/*
 * transcript: what each step of one layer gave for one probe, by digests, so that two parties
 * who disagree find the first step, row and element where they do (docs/formats.md, section 7).
 */
#ifndef VERIFY_TRANSCRIPT_H
#define VERIFY_TRANSCRIPT_H

#include "kernels/kernels.h"

struct json;

#define TRANSCRIPT_SCHEMA "akashi/transcript/1"
#define TRANSCRIPT_MAX_BYTES (64u << 20)
#define TRANSCRIPT_STEPS_MAX 128u /* those of a layer, LAYER_OPERATIONS_MAX */

struct transcript_step {
	char operation[16]; /* "linear", "rope" ... */
	char tensor[256];   /* that it reads; "" for none */
	size_t cols;
	struct digest digest; /* of all rows */
	struct digest *row;   /* of each token's row */
	float *opened;        /* the row that is opened, cols numbers */
};

/* Start with {0}. */
struct transcript {
	uint32_t layer;
	size_t probe;
	struct digest identity; /* of the probe */
	struct digest input;    /* of the state at boundary `layer`, as in the record */
	size_t tokens, opened;  /* the token whose rows are opened */
	struct transcript_step *step;
	size_t count;
};

void transcript_release(struct transcript *transcript);

/* A JSON object, and back from text. ERROR_CORRUPT: malformed, of another profile, too large. */
MUST_CHECK int transcript_to_json(const struct transcript *transcript, struct json **out_json,
				  struct error *err);
MUST_CHECK int transcript_from_text(struct span text, struct transcript *out_transcript,
				    struct error *err);

/* Where two transcripts part. */
struct transcript_difference {
	bool differs;
	size_t step, row; /* the first step that differs, and its first row */
	bool opened;      /* both sides opened that row, so that the element is known too */
	size_t element;
	float mine, theirs;
};

/*
 * Compare. ERROR_USAGE: they are about another layer or probe, start from another state, or take
 * other steps: then there is nothing to compare.
 */
MUST_CHECK int transcript_compare(const struct transcript *mine, const struct transcript *theirs,
				  struct transcript_difference *out_difference, struct error *err);

#endif
