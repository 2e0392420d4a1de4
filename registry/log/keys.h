/*
 * The keys that sign a log's checkpoints: one at rest, several while one takes another's place.
 *
 * keys/log.vkey lists them, a verifier key a line, the one that pins name first; their
 * private keys are keys/log.key and keys/log-ID.key. Every checkpoint is signed by all that are
 * listed, so whoever trusts one of them goes on: a rotation is an added key, time for people to
 * pin it, and a retired key. The origin stays what it is.
 */
#ifndef REGISTRY_LOG_KEYS_H
#define REGISTRY_LOG_KEYS_H

#include "registry/log.h"

#define LOG_KEYS_MAX 16u

/* Hand each listed key, "origin+hash+base64", to `found`, which may fail to stop. */
MUST_CHECK int log_key_list(struct log *log,
			    int (*found)(void *arg, const char *vkey, struct error *err), void *arg,
			    struct error *err);

/*
 * Make a fresh Ed25519 key (file mode `mode`) and list it last: from here on it signs too,
 * and the checkpoint that is shown is signed anew by all keys. ERROR_USAGE at LOG_KEYS_MAX.
 * After a crash at any moment the key is listed and signs, or is not there.
 */
MUST_CHECK int log_key_add(struct log *log, unsigned mode, char out_vkey[NOTE_VKEY_MAX],
			   struct error *err);

/*
 * Strike a key from the list and remove its private key: checkpoints signed from here on do
 * without it. First all keys sign what the log has, so that nothing stands by the struck one
 * alone. ERROR_ABSENT when it is not listed,
 * ERROR_USAGE for the last one that remains.
 */
MUST_CHECK int log_key_retire(struct log *log, const char *vkey, struct error *err);

#endif
