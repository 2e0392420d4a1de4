/* A Sigstore instance of the test's own: authority, transparency log, Rekor, and one bundle. */
#ifndef TESTS_VERIFY_SIGSTORE_WORLD_H
#define TESTS_VERIFY_SIGSTORE_WORLD_H

#include "tests/verify/certificates.h"

#define WORLD_IDENTITY "dev@example.org"
#define WORLD_ISSUER "https://accounts.example.org"

/* What the bundle and its root are to say; sigstore_world_usual gives the values that hold. */
struct sigstore_spec {
	const char *usage, *extended, *names; /* of the leaf, as in openssl.cnf; NULL: none */
	struct span issuer;                   /* value of Fulcio's issuer extension; empty: none */
	const char *issuer_oid;
	int64_t not_before, not_after;
	int64_t sct_s; /* time of the certificate's timestamp; 0: it has none */
	bool sct_foreign, sct_wrong, sct_of_other;
	const char *kind, *version;           /* stated by the bundle */
	const char *body_kind, *body_version; /* in the body */
	const char *algorithm;                /* of the body's digest */
	bool body_other_artifact, body_other_signature, body_other_signer;
	int64_t integrated_s;
	bool promise_wrong, checkpoint_wrong, checkpoint_unsigned;
	const char *origin, *checkpoint_name;
	const char *more; /* further lines of the checkpoint's text */
	uint64_t checkpoint_size;
	const char *log_start, *log_end, *ct_start, *ct_end, *ca_start, *ca_end;
	bool other_authority;   /* the root names another of the same name */
	const char *rekor_type; /* of the log's key; with "ED25519" it is Rekor v2's */
};
struct sigstore_spec sigstore_world_usual(void);

struct sigstore_world {
	struct buffer bundle, root;
	struct digest artifact;
};

/* Build it; a failure aborts the test program. */
struct sigstore_world sigstore_world_new(const struct sigstore_spec *spec);
void sigstore_world_release(struct sigstore_world *world);

#endif
