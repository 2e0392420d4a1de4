/* Find credentials in text before it leaves the house. */
#ifndef REGISTRY_RUN_SECRETS_H
#define REGISTRY_RUN_SECRETS_H

#include "kernels/kernels.h"

#define SECRETS_FILE_MAX_BYTES (4u << 20) /* longer files are not text that people write */

/*
 * 0 when `text` holds nothing that looks like a private key or an access token of a
 * known service. ERROR_UNTRUSTED names what it looks like and the line, never
 * the secret. `where` is what the message calls the text.
 */
MUST_CHECK int secrets_scan(struct span text, const char *where, struct error *err);

/* What was found in a text, and where. */
struct secret_found {
	const char *rule; /* "a GitHub token"; static */
	size_t line;      /* from 1 */
};

/*
 * The first thing in `text` that lets one in: what secrets_scan finds, a URL with a password,
 * or something long and random behind a name that ends like TOKEN, SECRET, PASSWORD or API_KEY and
 * "=" or ":". For what people run and log; false when there is nothing.
 */
bool secrets_find(struct span text, struct secret_found *out_found);

/* Does a variable or option of this name hold a secret, whatever its value ("HF_TOKEN")? */
bool secrets_name(const char *name, size_t len);

#endif
