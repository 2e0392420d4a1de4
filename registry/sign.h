/*
 * Private keys: made, listed, signed with. People's keys lie in
 * $XDG_CONFIG_HOME/akashi/keys/NAME.key (PKCS#8 PEM, 0600), or else
 * $HOME/.config/akashi/keys, or in a token that speaks PKCS#11; the log's key
 * lies in the registry.
 *
 * A key is referred to by its NAME in that folder, or by a "pkcs11:" URI (RFC
 * 7512); wherever a key's name is taken, so is a URI.
 */
#ifndef REGISTRY_SIGN_H
#define REGISTRY_SIGN_H

#include "verify/verify.h"

/* What can be made; the names are those of `akashi key generate --type`. */
enum signing_type {
	SIGNING_ECDSA_P256, /* "ecdsa-p256" */
	SIGNING_ECDSA_P384, /* "ecdsa-p384" */
	SIGNING_ECDSA_P521, /* "ecdsa-p521": OpenSSF Model Signing only, never a statement of ours
			     */
	SIGNING_ED25519     /* "ed25519": logs only */
};

/* ERROR_USAGE when no key type is called that. */
MUST_CHECK int signing_type_parse(const char *text, enum signing_type *out_type, struct error *err);
const char *signing_type_name(enum signing_type type); /* static */
/* The type of this public key. */
MUST_CHECK int signing_type_of(const struct public_key *key, enum signing_type *out_type,
			       struct error *err);

/* A private key that can be used. A way to sign embeds it first. */
struct signing_key {
	const struct signer_type *signer;
	const struct context *ctx; /* borrowed for the key's life: a token may ask for its PIN */
	enum signing_type type;
	char *name; /* for messages and config */
	struct public_key *public_key;
};

/* A way to sign: registry/sign/NAME.c. */
struct signer_type {
	const char *name;

	/* Is this reference one of its own ("pkcs11:...")? NULL: it opens files. */
	bool (*takes)(const char *reference);

	/* Make a key and keep it in the file `path` with `mode`; ERROR_USAGE when it is there
	 * already. NULL where keys are made elsewhere. */
	int (*generate)(const struct context *ctx, const char *path, unsigned mode,
			enum signing_type type, const char *passphrase, struct error *err);

	/* Open the key in the file, or that the reference names; a passphrase is asked for through
	 * the context. */
	int (*open)(const struct context *ctx, const char *reference, struct signing_key **out_key,
		    struct error *err);
	void (*close)(struct signing_key *key);

	/* Hand the reference of each key that this one fits to `found`. NULL: there is no list. */
	int (*list)(const struct context *ctx, const char *reference,
		    int (*found)(void *arg, const char *name, struct error *err), void *arg,
		    struct error *err);

	/* Append the signature over `message`: ECDSA as DER with the curve's SHA-2, Ed25519 as 64
	 * bytes. */
	int (*sign)(struct signing_key *key, struct span message, struct buffer *out_signature,
		    struct error *err);
};

#define SIGNER(name) extern const struct signer_type signer_##name;
#include "registry/signers.def"
#undef SIGNER

/* The folder of this user's keys, malloced. ERROR_SYSTEM where the environment names none. */
MUST_CHECK int signing_folder(const struct context *ctx, char **out_folder, struct error *err);
/* Make it, closed to others, when it is not there. */
MUST_CHECK int signing_folder_make(const char *folder, struct error *err);

/*
 * Make the key NAME ([A-Za-z0-9][A-Za-z0-9._-]{0,95}) of this user, encrypted when
 * `passphrase` is not NULL. ERROR_USAGE when there is one of that name.
 */
MUST_CHECK int signing_key_generate(const struct context *ctx, const char *name,
				    enum signing_type type, const char *passphrase,
				    struct error *err);

/*
 * Open the key that signs statements: NAME of this user, or a "pkcs11:" URI.
 * ERROR_ABSENT; ERROR_UNTRUSTED when others can read its file; ERROR_USAGE for a
 * type that signs no statement. `ctx` must outlive the key.
 */
MUST_CHECK int signing_key_open(const struct context *ctx, const char *reference,
				struct signing_key **out_key, struct error *err);

/* The same for a key of any type. */
MUST_CHECK int signing_key_open_any(const struct context *ctx, const char *reference,
				    struct signing_key **out_key, struct error *err);

/*
 * May a registry's settings refer to a key so? A NAME, or a URI that says only
 * which key: what module to load, and where the PIN lies, is for this user to
 * say (AKASHI_PKCS11_MODULE, AKASHI_PASSPHRASE_FILE), since whoever may write
 * the settings would else run what they like. ERROR_UNTRUSTED.
 */
MUST_CHECK int signing_reference_check(const char *reference, struct error *err);

/* Open or make a key at a path of its own: the log's, or one that was named by its path. */
MUST_CHECK int signing_key_open_path(const struct context *ctx, const char *path,
				     struct signing_key **out_key, struct error *err);
MUST_CHECK int signing_key_generate_path(const struct context *ctx, const char *path, unsigned mode,
					 enum signing_type type, const char *passphrase,
					 struct error *err);
void signing_key_close(struct signing_key **key);

MUST_CHECK int signing_key_sign(struct signing_key *key, struct span message,
				struct buffer *out_signature, struct error *err);

/*
 * The last that a thread does which signed and is not the first one. glibc clears what libcrypto
 * keeps for the thread (a random generator) before libcrypto's own destructor would free it.
 */
void signing_thread_end(void);

/* The names of this user's keys, sorted; each is handed to `found`, which may fail to stop. */
MUST_CHECK int signing_key_list(const struct context *ctx,
				int (*found)(void *arg, const char *name, struct error *err),
				void *arg, struct error *err);

/*
 * The same for the keys that a "pkcs11:" URI fits (`pkcs11:token=T`: all of
 * that token), each as a URI. Opening one of them inside `found` asks for no PIN.
 */
MUST_CHECK int signing_key_list_token(const struct context *ctx, const char *uri,
				      int (*found)(void *arg, const char *name, struct error *err),
				      void *arg, struct error *err);

#endif
