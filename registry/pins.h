/* The pins that this user made: lines `VKEY sha256:POLICY` in $XDG_CONFIG_HOME/akashi/pins. */
#ifndef REGISTRY_PINS_H
#define REGISTRY_PINS_H

#include "verify/verify.h"

/* The file, whether it is there or not; malloced. ERROR_SYSTEM where the environment names no
 * folder. */
MUST_CHECK int pins_path(const struct context *ctx, char **out_path, struct error *err);

/* A path in the folder that the file lies in, malloced. ERROR_SYSTEM as above. */
MUST_CHECK int pins_beside(const struct context *ctx, const char *name, char **out_path,
			   struct error *err);

/* Append the text of the file; nothing when there is none, or no folder for it. */
MUST_CHECK int pins_load(const struct context *ctx, struct buffer *out, struct error *err);

/* Where trust starts in a check: the text of `trust_file`, or this user's pins when it is NULL. */
MUST_CHECK int pins_gather(const struct context *ctx, const char *trust_file, struct buffer *out,
			   struct error *err);

/*
 * Add one line, which must be a pin, whole or not at all; *out_known when it was
 * there. ERROR_CORRUPT when it is no pin. ERROR_UNTRUSTED when another policy
 * of that log is pinned and `replace` is false: trust that changes silently is none.
 */
MUST_CHECK int pins_add(const struct context *ctx, const char *line, bool replace, bool *out_known,
			struct error *err);

/* SHA-256 of the pin's line in 16 groups of four digits: for comparing over another channel. */
#define PIN_FINGERPRINT_SIZE (16 * 5)
MUST_CHECK int pin_fingerprint(const struct pin *pin, char out_text[PIN_FINGERPRINT_SIZE],
			       struct error *err);

#endif
