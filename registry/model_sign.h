/*
 * A directory, or one file, signed as OpenSSF Model Signing v1.0 says: what
 * other people's tools check, and no registry has to exist for it.
 */
#ifndef REGISTRY_MODEL_SIGN_H
#define REGISTRY_MODEL_SIGN_H

#include "registry/home.h"
#include "registry/sign.h"

/* What is signed, and with what. All borrowed. */
struct model_sign_request {
	const char *path;      /* a folder, or one file */
	const char *signature; /* where the signature is written; replaced when it is there */

	/* The private key: NAME of this user's, the path of a PEM file, or a "pkcs11:" URI. */
	const char *key;
	const char *certificate;  /* PEM of the leaf; NULL: the bare key signs */
	const char *const *chain; /* PEM files of what issued it, the nearest first */
	size_t chain_count;

	enum hash_kind hash;
	uint64_t shard_size; /* bytes; 0: whole files */

	/* Left out with all below, besides what the specification leaves out: relative to the
	 * folder, or absolute and inside it. */
	const char *const *ignore;
	size_t ignore_count;
	bool allow_symlinks; /* links to regular files are signed as what they lead to */
	/* Log the signature there, and put entry, proof and checkpoint into it: a Sigstore bundle,
	 * which names the certificate alone. NULL: it is logged nowhere. Borrowed. */
	struct registry *registry;
	/* The authority that says when the signature existed; NULL: nobody is asked. One that does
	 * not answer stops nothing. */
	const char *timestamp_url;
	bool dry_run; /* hash and report; open no key, write nothing */
};

/*
 * Sign it. The signature is checked by our own verifier before it gets its
 * name, and gets it whole or not at all. *out_report, owned by the caller, says
 * what was signed (schema "akashi/signed/1").
 *
 * ERROR_USAGE: nothing to sign, a name that is not UTF-8, an ignore path that
 * leads elsewhere or has glob characters, an Ed25519 or RSA key; ERROR_CORRUPT:
 * a symbolic link (unless allowed), a socket or device, a file that changed
 * meanwhile; ERROR_UNTRUSTED: a key that is not the certificate's, a
 * certificate that is expired, not yet valid or may not sign, a chain that
 * does not lead to it. Nothing is written then.
 */
MUST_CHECK int model_sign(const struct context *ctx, const struct model_sign_request *request,
			  struct json **out_report, struct error *err);

#endif
