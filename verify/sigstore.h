/*
 * sigstore: bundles of the Sigstore ecosystem (v0.1 to v0.3), verified offline.
 *
 * Everything is decided from the bundle's bytes and a trusted_root.json that
 * the caller chose: certificate chain at every verified time, certificate
 * transparency, who signed, the entry in the log with its proof and signed
 * checkpoint, timestamps, and that the log's entry is about this very
 * signature. No network, no clock, no online look-up.
 */
#ifndef VERIFY_SIGSTORE_H
#define VERIFY_SIGSTORE_H

#include "verify/signature.h"
#include "verify/time_text.h"

#define SIGSTORE_BUNDLE_MAX_BYTES (128u << 20)
#define SIGSTORE_ROOT_MAX_BYTES (4u << 20)
#define SIGSTORE_TIMESTAMPS_MAX 32 /* in one bundle */
#define SIGSTORE_LOGS_MAX 64       /* of one kind in a trusted root */
#define SIGSTORE_AUTHORITIES_MAX 64
#define SIGSTORE_CHAIN_MAX 8          /* certificates of one authority */
#define SIGSTORE_BODY_MAX (64u << 20) /* bytes of a log entry */
#define SIGSTORE_LINES_MAX (SIGSTORE_TIMESTAMPS_MAX + 8)
#define SIGSTORE_NAME_MAX 4096 /* bytes of an identity or issuer */

/* Whom to believe: the logs and authorities of a trusted_root.json. */
struct sigstore_root;

/*
 * Read a trusted root (media type version 0.1 or 0.2). A key of a kind that
 * is not read here is passed over, and then nothing is believed in its name.
 * The caller frees *out_root. ERROR_CORRUPT names what is malformed; a log or
 * authority without the start of its time is.
 */
MUST_CHECK int sigstore_root_parse(struct span json, struct sigstore_root **out_root,
				   struct error *err);
void sigstore_root_free(struct sigstore_root **root);

/* What the signer must be: an identity with its issuer, or a key. */
struct sigstore_trust {
	const struct sigstore_root *root;
	const char *identity, *issuer; /* both, exactly; NULL with a key */
	const struct public_key *key;  /* a key of the signer's own ("managed"); else NULL */
};

/* A verified time of signing, and who vouches for it. */
struct sigstore_time {
	int64_t unix_s;
	char witness[256];
};

/* What was shown. Filled on success only. */
struct sigstore_evidence {
	/* Of an envelope: what was signed, and its type; empty for a signature over an artifact. */
	struct buffer payload;
	char *identity, *issuer; /* NULL for a key */
	char log[256];           /* host of the log's address */
	uint64_t log_index; /* over all shards of the log where it signed that, else in its tree */
	uint64_t tree_size; /* of the checkpoint that the proof leads to */
	struct sigstore_time time[SIGSTORE_TIMESTAMPS_MAX + 1];
	size_t time_count; /* at least one */
	/* The steps in plain words, one sentence each, in their order. */
	char line[SIGSTORE_LINES_MAX][512];
	size_t line_count;
};
void sigstore_evidence_release(struct sigstore_evidence *evidence);

/*
 * 0 iff the bundle holds by `trust`. With `artifact` (the SHA-256 of a file) it
 * must be a signature over that file, or an in-toto statement with it among its
 * subjects. With NULL it must be an envelope, whose payload the caller goes on
 * with: nothing is said then of what that payload is about. The caller
 * releases *out_evidence. ERROR_CORRUPT: malformed, or a signature, proof,
 * digest or time that does not hold; ERROR_UNTRUSTED: whole, but by nobody in
 * the trusted root, by another signer than asked for, or of a kind that
 * cannot be decided here. The text names the step.
 */
MUST_CHECK int sigstore_check(struct span bundle, const struct sigstore_trust *trust,
			      const struct digest *artifact, struct sigstore_evidence *out_evidence,
			      struct error *err);

/*
 * Does its envelope hold an OpenSSF signature over a model? Looks at form
 * only, for choosing what to do; false for what cannot be read.
 */
bool sigstore_bundle_is_of_model(struct span bundle);

#endif
