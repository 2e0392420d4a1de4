/* OpenSSF Model Signing: which files a signature lists, in every form that is found, and a payload
 * to be signed. */
#ifndef VERIFY_MODELSIG_H
#define VERIFY_MODELSIG_H

#include "verify/signature.h"

#define MODELSIG_MAX_BYTES (128u << 20)
#define MODELSIG_FILES_MAX 1000000u /* files, or shards of files */
#define MODELSIG_PATH_MAX 4096u     /* bytes of a file's name */

/* A file as the signature lists it, or with shards one range of it. */
struct modelsig_file {
	char *path; /* relative, '/' between parts, never "..", UTF-8 */
	struct any_digest digest;
	uint64_t start, end; /* the bytes of a shard, end not included; both 0 for a whole file */
};

enum modelsig_form {
	MODELSIG_V1,        /* predicate signature/v1.0 */
	MODELSIG_DIGESTS_V0 /* predicate Digests/v0.1: the subjects are the files, and no root */
};

struct modelsig {
	enum modelsig_form form;
	bool pre_v1;                /* the signature is over the encoding of before v1.0 */
	char *name;                 /* of the model: for people only; "" where the form has none */
	struct digest root;         /* over the digests in the listed order */
	struct modelsig_file *file; /* in the listed order */
	size_t file_count;
	const struct modelsig_file **by_path; /* the same, by name, then by start */
	bool sorted;                          /* the listed order is the specification's */
	enum hash_kind hash;
	uint64_t shard_size; /* bytes; 0 where whole files are signed */
	char **ignored;      /* signed ignore paths, as they stand */
	size_t ignored_count;
	bool allow_symlinks;
	struct digest key; /* KEY that signed; zero where nothing was checked */
};

/*
 * The encoding that model-signing before v1.0 signed by mistake (the Python spelling of the
 * payload behind a wrong prefix) is taken for a signature, too; only with predicate Digests/v0.1,
 * which is all that was ever signed so.
 */
#define MODELSIG_ALLOW_PRE_V1 1u

/*
 * Check a `model.sig` made with a key: bundle, signature by `key`, statement, root
 * over the listed digests, names. `flags`: 0 or MODELSIG_ALLOW_PRE_V1. The caller compares the
 * list with the files and releases *out_signature. ERROR_CORRUPT: a signature, digest or name is
 * wrong; ERROR_UNTRUSTED: it was signed by another key, with a certificate, with
 * a hash that is not at hand or in a form that was not allowed, which is "not possible"
 * to decide here and is said so.
 */
MUST_CHECK int modelsig_check(struct span bundle, const struct public_key *key, unsigned flags,
			      struct modelsig *out_signature, struct error *err);
void modelsig_release(struct modelsig *signature);

/*
 * Read it without a key: nothing in it may be believed (`key` stays zero); for saying what
 * an unverifiable signature claims. Errors as above.
 */
MUST_CHECK int modelsig_read(struct span bundle, struct modelsig *out_signature, struct error *err);

/*
 * The in-toto statement of a bundle whose signature somebody else has checked (a keyless one).
 * `key` stays zero. Errors as above.
 */
MUST_CHECK int modelsig_payload(struct span payload, struct modelsig *out_signature,
				struct error *err);

/*
 * Append what model-signing before v1.0 signed in place of the DSSE encoding of `payload`: the
 * string "DSSEV1 ", whose V is a capital, and the bytes as Python's repr writes them
 * (model-transparency, sign_sigstore_pb.py, pae_compat).
 */
MUST_CHECK int modelsig_encoding_pre_v1(struct span payload, struct buffer *out, struct error *err);

/*
 * Is `path` (relative, '/' between parts) left out: is it, or does it lie
 * below, one of the signed ignore paths, or one of the standard's (.git,
 * .gitattributes, .github, .gitignore)? The signature file itself is the caller's to leave out.
 */
bool modelsig_ignores(const struct modelsig *signature, const char *path);

/* The standard's own ignored names alone. */
bool modelsig_standard_ignores(const char *path);

/* Is `path` the entry or below it, part by part? "./x" and "x/" mean x. */
bool modelsig_lies_below(const char *path, const char *entry);

/* The file listed under `path` (its first shard), or NULL; found by name. Borrowed. */
const struct modelsig_file *modelsig_find(const struct modelsig *signature, const char *path);

/* What publish leaves out of `model.sig`, besides the signature itself; ends with NULL. */
extern const char *const modelsig_default_ignored[];

/* How a payload is made. */
struct modelsig_plan {
	const char *name;           /* of the model */
	enum hash_kind hash;        /* of all digests */
	uint64_t shard_size;        /* 0: whole files */
	bool allow_symlinks;        /* said, for whoever checks */
	const char *const *ignored; /* ignore paths; ends with NULL */
	const char *signature_name; /* ignored too; NULL where it lies outside */
};

/*
 * Append the payload to be signed: `file` is brought into the specification's
 * order (by the bytes of the name, for shards "PATH:START:END"). ERROR_USAGE for an empty list, a
 * name that stands twice or leads elsewhere, shards that leave a gap. *out_root is the digest
 * it signs; may be NULL.
 */
MUST_CHECK int modelsig_build(const struct modelsig_plan *plan, struct modelsig_file *file,
			      size_t file_count, struct buffer *out_payload,
			      struct digest *out_root, struct error *err);

#endif
