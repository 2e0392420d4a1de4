/* What the parts of signing a model share. Private to registry/model_sign*.c. */
#ifndef REGISTRY_MODEL_SIGN_INNER_H
#define REGISTRY_MODEL_SIGN_INNER_H

#include "registry/model_sign.h"

/* A file that is signed. */
struct model_signed {
	const char *name; /* borrowed from the tree */
	uint64_t size;
	bool link; /* a symbolic link, and what it leads to is signed */
};

/* A signature under way. What is here is owned, unless it says otherwise. */
struct model_signing {
	const struct context *ctx;                /* borrowed */
	const struct model_sign_request *request; /* borrowed */
	char *name;                               /* of the model */
	char *inside;        /* the signature's name in the folder; NULL: it lies elsewhere */
	const char **ignore; /* relative paths, ends with NULL; each malloced */
	size_t ignore_count;
	struct tree *tree;
	struct model_signed *listed;
	size_t listed_count;
	struct modelsig_file *file; /* paths are borrowed from the tree */
	size_t file_count;
	uint64_t bytes;
	struct digest root;
	struct buffer payload;
	struct signing_key *key;
	struct certificate_list certificates; /* the leaf first; none: the bare key */
	struct buffer bundle;
	uint64_t log_index; /* where it is logged */
	bool timestamped;
	struct timestamp timestamp; /* what the authority says; unchecked */
};

/* The effective ignore list, the model's name and the tree. */
MUST_CHECK int signing_list(struct model_signing *s, struct error *err);

/* Every file, or every shard, with its digest. */
MUST_CHECK int signing_digest(struct model_signing *s, struct error *err);

/* The private key, and the certificates that go with it. */
MUST_CHECK int signing_open_key(struct model_signing *s, struct error *err);

/*
 * The signature that this key and certificate have in the log for this payload
 * already: a leaf is one for a statement and key. *out_found is false when there is none.
 * ERROR_USAGE: it stands there by another certificate.
 */
MUST_CHECK int signing_find_logged(const struct model_signing *s, struct buffer *out_signature,
				   bool *out_found, struct error *err);

/* The bundle of a signature: stamped and logged as the request says, the proof checked. */
MUST_CHECK int signing_bundle(struct model_signing *s, struct span signature, struct error *err);

#endif
