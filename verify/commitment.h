/* What a statement ties itself to and does not tell: salted digests, each openable on its own. */
#ifndef VERIFY_COMMITMENT_H
#define VERIFY_COMMITMENT_H

#include "verify/json.h"

/*
 * A commitment stands where a value would: {"commitment":"sha256:HEX"}, HEX being SHA-256 over a
 * salt of 128 random bits and the SHA-256 of the value's canonical JSON. The value is what
 * stood in that place before: a reference, a `git` object, a digest in quotes. Whoever does
 * not have the salt can try no guess. Where a probe stood it commits to the tokens and to all that
 * was computed on them (verify/private_probes.h).
 */
#define COMMITMENT_SALT_BYTES 16
#define OPENING_MAX_BYTES (4u << 20)
#define OPENING_VALUE_MAX_BYTES (OPENING_MAX_BYTES - 1024u) /* of the value in it */

/* What opens one commitment. Start with {0}. */
struct opening {
	struct digest commitment;
	uint8_t salt[COMMITMENT_SALT_BYTES];
	struct json *json;        /* the whole opening; owned */
	const struct json *value; /* what was committed to; borrowed from `json`, as the texts */
	const char *what;         /* "parent", "dataset", "run", "git", "git diff", "checkpoint",
				     "probe" */
	const char *of;           /* the version whose statement has the commitment */
};

/* Does a commitment stand here, well made or not? */
bool commitment_is(const struct json *object);
/* {"commitment":"sha256:HEX"} and no other member; ERROR_CORRUPT otherwise. */
MUST_CHECK int commitment_parse(const struct json *object, struct digest *out_commitment,
				struct error *err);
/* A new object; the caller frees it. */
MUST_CHECK int commitment_to_json(const struct digest *commitment, struct json **out_object,
				  struct error *err);
/* SHA-256 of a value's canonical JSON, and the commitment that a salt makes of it. ERROR_USAGE for
 * a value that has no canonical spelling, or a longer one than an opening may have. */
MUST_CHECK int commitment_value(const struct json *value, struct digest *out_digest,
				struct error *err);
struct digest commitment_of(const uint8_t salt[COMMITMENT_SALT_BYTES], const struct digest *value);
/* Both. */
MUST_CHECK int commitment_make(const uint8_t salt[COMMITMENT_SALT_BYTES], const struct json *value,
			       struct digest *out_commitment, struct error *err);

/*
 * Read an opening (docs/formats.md, section 3) and compute its commitment again.
 * ERROR_CORRUPT: it is none, or does not open what it says it opens. The caller releases it.
 */
MUST_CHECK int opening_parse(struct span text, struct opening *out_opening, struct error *err);
/* The same of a value that is parsed already, which is copied. */
MUST_CHECK int opening_from_json(const struct json *json, struct opening *out_opening,
				 struct error *err);
void opening_release(struct opening *opening);
/* A new opening of `value`; the caller releases it. */
MUST_CHECK int opening_make(const uint8_t salt[COMMITMENT_SALT_BYTES], const char *what,
			    const char *of, const struct json *value, struct opening *out_opening,
			    struct error *err);

/* The opening of this commitment among `count`, or NULL. Borrowed. */
const struct opening *opening_find(const struct opening *list, size_t count,
				   const struct digest *commitment);
/* What the opened value is called: the name of a reference, else NULL. Borrowed. */
const char *opening_name(const struct opening *opening);

#endif
