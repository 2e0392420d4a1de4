/* A trusted_root.json, read. Inside verify/sigstore/ only. */
#ifndef VERIFY_SIGSTORE_ROOT_H
#define VERIFY_SIGSTORE_ROOT_H

#include "verify/sct.h"
#include "verify/sigstore.h"
#include "verify/x509.h"

#define LOG_ID_MAX 32 /* bytes of a log's id */

/* The seconds in which something was in use, both included. */
struct period {
	int64_t first_s, last_s;
};

/* A Rekor log. */
struct root_log {
	char host[256];         /* of its address, with a port where that has one */
	struct public_key *key; /* NULL: of a kind that is not read */
	uint8_t id[LOG_ID_MAX];
	size_t id_len;
	struct period period;
};

/* A certificate or timestamp authority. */
struct root_authority {
	char name[256]; /* its address, or the common name of its subject; for people */
	struct certificate_list chain; /* what issues first, the anchor last; at least one */
	struct period period;
};

struct sigstore_root {
	struct root_log *log;
	size_t log_count;
	struct sct_log *ct; /* key_der points into ct_key */
	struct buffer *ct_key;
	size_t ct_count;
	struct root_authority *certificates, *timestamps;
	size_t certificates_count, timestamps_count;
};

bool period_has(const struct period *period, int64_t unix_s);

/* The log with this id, or NULL. Borrowed. */
const struct root_log *root_log_find(const struct sigstore_root *root, struct span id);

#endif
