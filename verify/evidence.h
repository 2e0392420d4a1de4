/* Where statements, proofs and objects are looked up: a release directory, a registry. */
#ifndef VERIFY_EVIDENCE_H
#define VERIFY_EVIDENCE_H

#include "kernels/kernels.h"

/* A growing list of digests, owned. Start with {0}. */
struct digest_list {
	struct digest *item;
	size_t count, cap;
};

/* ERROR_SYSTEM without memory. */
MUST_CHECK int digest_list_add(struct digest_list *list, const struct digest *digest,
			       struct error *err);
/* The same, unless it stands there. */
MUST_CHECK int digest_list_add_once(struct digest_list *list, const struct digest *digest,
				    struct error *err);
void digest_list_release(struct digest_list *list);

/* The head of every kind of evidence; a type embeds it first. */
struct evidence {
	const struct evidence_type *type;
};

/*
 * What a kind of evidence fills in. Nothing it gives is believed: whoever asks
 * checks signatures, proofs and digests. Slots may be called from one thread at a time.
 */
struct evidence_type {
	/*
	 * Append the identities of the statements that are there; with `about`, at least those
	 * whose predicate or subject names the digest `about` (more is allowed). In any
	 * order, each once.
	 */
	int (*statements)(struct evidence *evidence, const struct digest *about,
			  struct digest_list *out_identities, struct error *err);
	/* Append KEY of each envelope that is there for a statement; none is success. */
	int (*signers)(struct evidence *evidence, const struct digest *identity,
		       struct digest_list *out_keys, struct error *err);
	/* Append the bundle of (statement, key). ERROR_ABSENT when it is not there. */
	int (*envelope)(struct evidence *evidence, const struct digest *identity,
			const struct digest *key, struct buffer *out, struct error *err);
	/* Append the tlog-proof of (statement, key). ERROR_ABSENT when it is not there. */
	int (*proof)(struct evidence *evidence, const struct digest *identity,
		     const struct digest *key, struct buffer *out, struct error *err);
	/*
	 * Append the timestamp response over the signature of (statement, key). ERROR_ABSENT when
	 * there is none; the slot may be NULL where there never is one.
	 */
	int (*timestamp)(struct evidence *evidence, const struct digest *identity,
			 const struct digest *key, struct buffer *out, struct error *err);
	/* Open the object with this SHA-256; its bytes are not checked yet. ERROR_ABSENT. */
	int (*object)(struct evidence *evidence, const struct digest *digest,
		      struct source **out_source, struct error *err);
	/*
	 * Append proofs about the log's state (akashi/state-proofs/1): those that lie there, or,
	 * where they can be made, those that answer what is asked (none: nothing is made).
	 * ERROR_ABSENT. Or NULL: it has none.
	 */
	int (*state)(struct evidence *evidence, const char *const *asked, size_t count,
		     struct buffer *out, struct error *err);
	void (*close)(struct evidence *evidence); /* frees `evidence` itself */
};

MUST_CHECK int evidence_statements(const struct evidence *evidence, const struct digest *about,
				   struct digest_list *out_identities, struct error *err);
MUST_CHECK int evidence_signers(const struct evidence *evidence, const struct digest *identity,
				struct digest_list *out_keys, struct error *err);
MUST_CHECK int evidence_envelope(const struct evidence *evidence, const struct digest *identity,
				 const struct digest *key, struct buffer *out, struct error *err);
MUST_CHECK int evidence_proof(const struct evidence *evidence, const struct digest *identity,
			      const struct digest *key, struct buffer *out, struct error *err);
MUST_CHECK int evidence_timestamp(const struct evidence *evidence, const struct digest *identity,
				  const struct digest *key, struct buffer *out, struct error *err);
MUST_CHECK int evidence_object(const struct evidence *evidence, const struct digest *digest,
			       struct source **out_source, struct error *err);
MUST_CHECK int evidence_state(const struct evidence *evidence, const char *const *asked,
			      size_t count, struct buffer *out, struct error *err);
void evidence_close(struct evidence **evidence);

/* Append a whole object, whose SHA-256 was compared with `digest`. ERROR_ABSENT, ERROR_CORRUPT. */
MUST_CHECK int evidence_object_read(const struct evidence *evidence, const struct digest *digest,
				    struct buffer *out, struct error *err);

/*
 * Add what `second` has to what `first` has (first is asked first). Both stay
 * the caller's and must outlive it.
 */
MUST_CHECK int evidence_join(struct evidence *first, struct evidence *second,
			     struct evidence **out_evidence, struct error *err);

/*
 * Try something with the evidence; where that fails and others were joined, with each of them
 * alone. So what a stranger lays under the name of something hides nothing that lies elsewhere.
 * 0 at the first that succeeds; otherwise the first reason, or ERROR_SYSTEM, which ends it.
 */
typedef int evidence_trying(void *arg, const struct evidence *evidence, struct error *err);
MUST_CHECK int evidence_try(const struct evidence *evidence, evidence_trying *try, void *arg,
			    struct error *err);

#endif
