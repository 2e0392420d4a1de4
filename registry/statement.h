/*
 * Statements being made: predicate, payload, signature, envelope on disk, log
 * entry with its claim, and a proof that was verified before anybody is told.
 */
#ifndef REGISTRY_STATEMENT_H
#define REGISTRY_STATEMENT_H

#include "registry/home.h"
#include "registry/sign.h"

/* What is to be said. Everything is borrowed for the call. */
struct statement_draft {
	enum statement_kind kind;
	const char *subject;          /* name of the subject */
	struct digest digest;         /* its digest */
	const struct json *predicate; /* all fields but `origin` and `declared`, which are added */
	size_t follows;  /* 1 + the place of an earlier draft of the batch, which becomes this one's
			    only parent; 0: none */
	bool repeatable; /* say it again even if it was said before (verification) */
};

/* What became of it. */
struct statement_made {
	struct digest identity;
	struct digest key;  /* KEY of the signer */
	uint64_t log_index; /* of its entry */
	bool existed;       /* the same had been said before, by this key: nothing was written */
};

/*
 * Make, sign, keep and log `count` statements (and the claims that their kinds
 * and names ask for, schema/statements.def) as one batch,
 * by the commit order of docs/architecture.md; everything is durable and proven
 * when it returns 0. Saying the same again (all but `declared` equal) under
 * a name that exists is success; saying something else under it is ERROR_USAGE,
 * and nothing of the batch is logged.
 */
MUST_CHECK int registry_publish_statements(struct registry *registry, struct signing_key *key,
					   const struct statement_draft *draft, size_t count,
					   struct statement_made *out_made, struct error *err);

/*
 * The envelope of a statement as it was kept: `key` NULL takes any signer's
 * (the smallest KEY). Appended to `out`, unchecked. *out_key says whose.
 */
MUST_CHECK int registry_envelope(struct registry *registry, const struct digest *identity,
				 const struct digest *key, struct buffer *out,
				 struct digest *out_key, struct error *err);

/* KEY of a signer of a logged statement, the smallest; also where its body is withheld.
 * ERROR_ABSENT. */
MUST_CHECK int registry_signer(struct registry *registry, const struct digest *identity,
			       struct digest *out_key, struct error *err);

/*
 * The payload of a statement of this registry, its signature and identity
 * checked (not whether the signer is trusted: evidence and policy do that).
 * ERROR_ABSENT: it is not here; ERROR_UNTRUSTED: nor can it be, it is withheld (registry_explain).
 */
MUST_CHECK int registry_payload(struct registry *registry, const struct digest *identity,
				struct buffer *out, struct error *err);

/* The `.tlog-proof` of the entry for (identity, key), verified. ERROR_ABSENT when it is not logged.
 */
MUST_CHECK int registry_proof(struct registry *registry, const struct digest *identity,
			      const struct digest *key, struct buffer *out, struct error *err);

/*
 * Append the Sigstore bundle v0.3 of a statement: its envelope, its entry with
 * proof and checkpoint (checked), its timestamp where it has one (not checked).
 * `key` as for registry_envelope. ERROR_ABSENT when it is not kept or not logged.
 */
MUST_CHECK int registry_bundle(struct registry *registry, const struct digest *identity,
			       const struct digest *key, struct buffer *out, struct error *err);

/* RFC 3339 in UTC with seconds, from the context's clock. */
#define STATEMENT_TIME_SIZE 21
void statement_time(const struct context *ctx, char out_text[STATEMENT_TIME_SIZE]);

/* A reference object {"name","statement"[,"manifest"]} to a registered name; the caller frees it.
 */
MUST_CHECK int registry_reference(struct registry *registry, const struct name *name,
				  struct json **out_reference, struct error *err);

/* The same, and ERROR_USAGE unless the name is of this kind. */
MUST_CHECK int registry_reference_to(struct registry *registry, enum statement_kind kind,
				     const struct name *name, struct json **out_reference,
				     struct error *err);

/*
 * The registered name and statement that somebody's text stands for. ERROR_USAGE
 * if it is known to be of another kind than the command wants; nothing is
 * believed by this.
 */
MUST_CHECK int registry_resolve(struct registry *registry, const char *asked,
				enum statement_kind kind, char out_name[NAME_TEXT_MAX],
				struct digest *out_identity, struct error *err);

#endif
