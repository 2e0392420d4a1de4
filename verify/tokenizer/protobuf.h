/* protobuf: the wire format of protocol buffers, as far as a tokenizer.model needs it. Inside
 * verify/tokenizer/ only. */
#ifndef VERIFY_TOKENIZER_PROTOBUF_H
#define VERIFY_TOKENIZER_PROTOBUF_H

#include "kernels/kernels.h"

/* One field of a message. Which of the members holds is `wire`'s to say. */
struct protobuf_field {
	uint32_t number;
	enum protobuf_wire {
		PROTOBUF_VARINT = 0,
		PROTOBUF_FIXED64 = 1,
		PROTOBUF_BYTES = 2,
		PROTOBUF_FIXED32 = 5
	} wire;
	uint64_t value;    /* VARINT, FIXED64, FIXED32 */
	struct span bytes; /* BYTES; borrowed from the message */
};

/*
 * Take the next field of a message off *rest. *out_more is false at its end.
 * ERROR_CORRUPT: cut off, a number that is none, or one of the wire types (groups) that no such
 * file has.
 */
MUST_CHECK int protobuf_next(struct span *rest, struct protobuf_field *out_field, bool *out_more,
			     struct error *err);

/* ERROR_CORRUPT, which says `what` the field is, unless it came as `wire`. */
MUST_CHECK int protobuf_expect(const struct protobuf_field *field, enum protobuf_wire wire,
			       const char *what, struct error *err);

#endif
