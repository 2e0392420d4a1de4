/* What a log asks a witness, c2sp.org/tlog-witness: the body of `add-checkpoint`. */
#ifndef VERIFY_WITNESS_REQUEST_H
#define VERIFY_WITNESS_REQUEST_H

#include "verify/proof.h"

#define WITNESS_REQUEST_MAX_BYTES (NOTE_MAX_BYTES + (4u << 10))

struct witness_request {
	uint64_t old_size;                    /* what the asker thinks the witness saw last */
	struct digest path[MERKLE_PROOF_MAX]; /* from that size to the checkpoint's */
	size_t path_len;
	struct span
		checkpoint; /* the signed note, as it stands; borrowed from the request's bytes */
};

/* Read the text. ERROR_CORRUPT: malformed; the checkpoint itself is not looked at. */
MUST_CHECK int witness_request_parse(struct span text, struct witness_request *out_request,
				     struct error *err);

/* The body of a 409: the size that the witness remembers, and a newline. False for anything else.
 */
bool witness_size_read(struct span body, uint64_t *out_size);

/* Append the text. */
MUST_CHECK int witness_request_build(const struct witness_request *request, struct buffer *out,
				     struct error *err);

#endif
