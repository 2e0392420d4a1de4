/* What a tombstone says: which object, or which statement's body, was taken away. */
#ifndef VERIFY_TOMBSTONE_H
#define VERIFY_TOMBSTONE_H

#include "verify/statement.h"

/* What may be taken away. */
enum withheld_what {
	WITHHELD_OBJECT,   /* bytes that statements name by digest */
	WITHHELD_STATEMENT /* the body of a statement; its entry in the log stays */
};

#define TOMBSTONE_SHA384_SIZE 48

struct tombstone {
	enum withheld_what what;
	struct digest digest; /* of the object, or the identity of the statement */
	/* Of a statement that a P-384 key signed: the digest that its log entry shows. */
	bool has_sha384;
	uint8_t sha384[TOMBSTONE_SHA384_SIZE];
};

/* Read the predicate of a tombstone: exactly one of `object` and `statement`. ERROR_CORRUPT. */
MUST_CHECK int tombstone_parse(const struct json *predicate, struct tombstone *out_tombstone,
			       struct error *err);

/* Append the members that tombstone_parse reads to a predicate. */
MUST_CHECK int tombstone_set(struct json *predicate, const struct tombstone *tombstone,
			     struct error *err);

#endif
