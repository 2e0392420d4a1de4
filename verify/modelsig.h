/* OpenSSF Model Signing v1.0: which files `model.sig` signs, and what it leaves out. */
#ifndef VERIFY_MODELSIG_H
#define VERIFY_MODELSIG_H

#include "verify/signature.h"

#define MODELSIG_MAX_BYTES (128u << 20)
#define MODELSIG_FILES_MAX 1000000u
#define MODELSIG_PATH_MAX 4096u /* bytes of a file's name */

/* A file as the signature lists it. */
struct modelsig_file {
	char *path; /* relative, '/' between parts, never "..", UTF-8 */
	struct digest sha256;
};

struct modelsig {
	char *name;                 /* of the model: for people only */
	struct digest root;         /* over the digests in the listed order */
	struct modelsig_file *file; /* in the listed order */
	size_t file_count;
	const struct modelsig_file **by_path; /* the same, sorted by name */
	char **ignored;                       /* signed ignore paths, as they stand */
	size_t ignored_count;
	bool allow_symlinks;
	struct digest key; /* KEY that signed */
};

/*
 * Check a `model.sig` made with a key: bundle, signature by `key`, statement, root
 * over the listed digests, names. The caller compares the list with the files
 * and releases *out_signature. ERROR_CORRUPT: a signature, digest or name is
 * wrong; ERROR_UNTRUSTED: it was signed by another key, with a certificate, in
 * shards, with another hash or in an older form, which is "not possible" to
 * decide here and is said so.
 */
MUST_CHECK int modelsig_check(struct span bundle, const struct public_key *key,
			      struct modelsig *out_signature, struct error *err);
void modelsig_release(struct modelsig *signature);

/*
 * Read it without a key: nothing in it may be believed (`key` stays zero); for saying what
 * an unverifiable signature claims. Errors as above.
 */
MUST_CHECK int modelsig_read(struct span bundle, struct modelsig *out_signature, struct error *err);

/*
 * Is `path` (relative, '/' between parts) left out: is it, or does it lie
 * below, one of the signed ignore paths, or one of the standard's (.git,
 * .gitattributes, .github, .gitignore)? The signature file itself is the caller's to leave out.
 */
bool modelsig_ignores(const struct modelsig *signature, const char *path);

/* The file listed under `path`, or NULL; found by name. Borrowed. */
const struct modelsig_file *modelsig_find(const struct modelsig *signature, const char *path);

/* What publish leaves out of `model.sig`, besides the signature itself; ends with NULL. */
extern const char *const modelsig_default_ignored[];

/*
 * Append the payload to be signed: `file` (sorted here into the specification's
 * order, by the bytes of the name), the model's name, and the ignore paths
 * `ignored` (ends with NULL) with `signature_name`. ERROR_USAGE for an empty list, a name that
 * stands twice or leads elsewhere. *out_root is the digest it signs; may be NULL.
 */
MUST_CHECK int modelsig_build(const char *name, struct modelsig_file *file, size_t file_count,
			      const char *const *ignored, const char *signature_name,
			      struct buffer *out_payload, struct digest *out_root,
			      struct error *err);

#endif
