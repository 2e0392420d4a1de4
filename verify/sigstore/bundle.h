/* A Sigstore bundle, read strictly; nothing is believed yet. Inside verify/sigstore/ only. */
#ifndef VERIFY_SIGSTORE_BUNDLE_H
#define VERIFY_SIGSTORE_BUNDLE_H

#include "verify/json.h"
#include "verify/sigstore.h"
#include "verify/sigstore/root.h"
#include "verify/x509.h"

#define SIGNATURE_BYTES_MAX 1024u       /* of one signature, decoded */
#define TIMESTAMP_BYTES_MAX (64u << 10) /* of one timestamp, decoded */

/* The log's entry: what it holds, and the proof that it holds it. */
struct bundle_entry {
	uint64_t index; /* over all shards of the log */
	uint8_t log_id[LOG_ID_MAX];
	size_t log_id_len;
	const char *kind, *version; /* borrowed from the bundle's text */
	int64_t integrated_s;       /* when the log says that it took it; 0: it does not say */
	struct buffer promise;      /* signed entry timestamp; empty: none */
	bool has_proof;
	uint64_t tree_index, tree_size;
	struct digest root;
	struct digest path[MERKLE_PROOF_MAX];
	size_t path_len;
	const char *checkpoint; /* borrowed; NULL: none */
	struct buffer body;     /* as the log hashed it */
};

struct bundle {
	struct json *json;
	int version;              /* 1 to 3, of 0.x */
	struct certificate *leaf; /* NULL: the bundle names a key by a hint */
	bool is_envelope;
	struct buffer payload; /* of an envelope */
	struct buffer signature;
	bool has_digest; /* of the signed message, as the bundle states it */
	struct digest digest;
	struct bundle_entry entry;
	struct buffer *timestamp;
	size_t timestamp_count;
};

/*
 * Read a bundle: a known media type, no member that the format does not have,
 * one signature, one log entry, certificates without a root. The caller
 * releases *out_bundle. ERROR_CORRUPT says what is wrong; ERROR_UNTRUSTED: the
 * payload or digest is of a kind that is not read.
 */
MUST_CHECK int bundle_parse(struct span text, struct bundle *out_bundle, struct error *err);
void bundle_release(struct bundle *bundle);

#endif
