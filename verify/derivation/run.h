/*
 * derivation_run: a derivation done again, tensor by tensor, and held against the child.
 *
 * Bytes are hashed where they are computed with, so what is found is about what
 * was signed. Memory is bounded (DERIVATION_MEMORY_BYTES), whatever the size of the models.
 */
#ifndef VERIFY_DERIVATION_RUN_H
#define VERIFY_DERIVATION_RUN_H

#include "verify/derivation.h"
#include "verify/derivation/side.h"

/* Of all threads' rooms together; with one thread's, should those be larger. */
#define DERIVATION_MEMORY_BYTES (96u << 20)

enum derivation_outcome {
	DERIVATION_REPRODUCED, /* bit for bit, but for what is in NaNs beside their being NaN */
	DERIVATION_WITHIN,     /* within the tolerance that was declared, and not bit for bit */
	DERIVATION_DIFFERS
};

/* "reproduced", "within", "differs". Static. */
const char *derivation_outcome_name(enum derivation_outcome outcome);

#define DERIVATION_WHY_SIZE 768

struct derivation_result {
	enum derivation_outcome outcome;
	uint64_t tensors, elements; /* of the child */
	uint64_t bytes;             /* that were read, of all sides */
	uint64_t differing;         /* elements, within the tolerance */
	uint64_t nan;               /* elements that are NaN on both sides, with other bits */
	uint64_t largest;           /* difference, in units in the last place */
	size_t left_out;   /* tensors of the parents that the derivation says it left out */
	uint64_t unlinked; /* parents, by their bits, whose statement is not at hand: whether it is
			      of the manifest that was computed with is not known */
	char why[DERIVATION_WHY_SIZE]; /* where it differs: the first tensor and element */
};

/*
 * Do it again. `parent` has derivation->parent_count sides. What contradicts is in the result:
 * tensors that are missing, or of other shapes, too. ERROR_UNTRUSTED: something that is not
 * computed (the text says what); ERROR_ABSENT: bytes that are not here; ERROR_CORRUPT: bytes that
 * are not what their manifest says.
 */
MUST_CHECK int derivation_run(const struct context *ctx, const struct derivation *derivation,
			      struct derivation_side *child, struct derivation_side *parent,
			      struct derivation_result *out_result, struct error *err);

/* "bit for bit", "within 1 unit in the last place (…)", "differs: …": appended, for people. */
MUST_CHECK int derivation_result_say(const struct derivation_result *result, struct buffer *out,
				     struct error *err);

#endif
