/*
 * outputs: what was computed on probes, as numbers, as an object and as the
 * leaves of a tree (docs/numerics.md, "Recorded outputs"). Inside verify/ only.
 */
#ifndef VERIFY_OUTPUTS_H
#define VERIFY_OUTPUTS_H

#include "kernels/kernels.h"

#define OUTPUTS_SCHEMA "akashi/outputs/1"

struct probe_outputs {
	struct digest identity; /* of the probe */
	size_t tokens;
	struct digest *boundary; /* layers + 1 of them */
	struct digest *position; /* of the logits, or of an encoder's last hidden state */
	struct exact_top *top;   /* for each position; NULL for encoders */
	float nll;               /* 0 for encoders */
};

/* Start with {0}. */
struct outputs {
	uint32_t layers, hidden, vocab;
	bool logits; /* there is a language-model head; else an encoder */
	struct probe_outputs *probe;
	size_t count;
	struct digest *commitment; /* of private probes: what stands in the place of each; then
				      nothing more of them is here. NULL: they are public */
};

/* Room for `count` probes; layers, hidden, vocab and logits are set. */
MUST_CHECK int outputs_new(struct outputs *outputs, size_t count, struct error *err);
/* Room for the outputs of one probe. */
MUST_CHECK int outputs_probe_new(const struct outputs *outputs, struct probe_outputs *probe,
				 size_t tokens, struct error *err);
void outputs_release(struct outputs *outputs);

/* The root over all leaves. */
struct digest outputs_root(const struct outputs *outputs);

/* The outputs object, and back; ERROR_CORRUPT, or ERROR_UNTRUSTED for another profile. */
MUST_CHECK int outputs_to_object(const struct outputs *outputs, struct buffer *out,
				 struct error *err);
MUST_CHECK int outputs_from_object(struct span json, struct outputs *out_outputs,
				   struct error *err);
/* The same of private probes: a commitment in the place of each, and of none anything else. */
MUST_CHECK int outputs_from_private_object(struct span json, struct outputs *out_outputs,
					   struct error *err);

/* Rule 12: the digest of `rows` x `cols` numbers (rows 0: of a vector of cols). */
struct digest values_digest(const char *what, size_t rows, size_t cols, const float *values);

/*
 * The bytes that stand before those numbers in what is hashed. Returns how many
 * there are, at most VALUES_HEADER_MAX.
 */
#define VALUES_HEADER_MAX 64
size_t values_header(const char *what, size_t rows, size_t cols,
		     uint8_t out_bytes[VALUES_HEADER_MAX]);

/* Numbers that are digested: rows x cols (rows 0: a vector of cols), borrowed. */
struct values {
	size_t rows;
	const float *number;
};

/*
 * values_digest of each of them (at least one), many side by side, over the
 * threads (NULL: in the caller). ERROR_SYSTEM: out of memory.
 */
MUST_CHECK int values_digests(struct threads *threads, const char *what, size_t cols,
			      const struct values *values, size_t count, struct digest *out_digest,
			      struct error *err);

/* One entry of the eight largest: "17:41a3f0e2", as the object spells it. */
#define TOP_TEXT_MAX 24
void top_text(const struct exact_top *top, size_t place, char out_text[TOP_TEXT_MAX]);

uint32_t float_bits(float number);

#endif
