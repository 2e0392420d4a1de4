/* Find credentials in text before it leaves the house. */
#ifndef REGISTRY_SECRETS_H
#define REGISTRY_SECRETS_H

#include "kernels/kernels.h"

#define SECRETS_FILE_MAX_BYTES (4u << 20) /* longer files are not text that people write */

/*
 * 0 when `text` holds nothing that looks like a private key or an access token of a
 * known service. ERROR_UNTRUSTED names what it looks like and the line, never
 * the secret. `where` is what the message calls the text.
 */
MUST_CHECK int secrets_scan(struct span text, const char *where, struct error *err);

#endif
