/* What the parts of gathering facts share. Private to registry/facts*.c. */
#ifndef REGISTRY_FACTS_INNER_H
#define REGISTRY_FACTS_INNER_H

#include "registry/facts.h"
#include "verify/verify.h"

/* Gathering under way. Owned, unless it says otherwise. */
struct gathering {
	const struct facts_wish *wish; /* borrowed */
	struct json *facts;
	struct json *undisclosed, *unbelieved; /* arrays, until they are set in `facts` */
};

/*
 * Believe a statement that may be told of. *out_taken false: it may not, or it is not believed
 * (which goes into `unbelieved`), or it is not of `kind` (negative: any). The caller releases
 * *out_believed in any case. ERROR_SYSTEM alone.
 */
MUST_CHECK int facts_believe(struct gathering *g, const struct digest *identity, int kind,
			     struct believed *out_believed, bool *out_taken, struct error *err);

/* The same for a reference, or the commitment that stands in its place: that one is named in
 * `undisclosed` as `what`. */
MUST_CHECK int facts_refer(struct gathering *g, const struct json *reference, const char *what,
			   int kind, struct believed *out_believed, bool *out_taken,
			   struct error *err);

/* Note that the statement does not tell `what`. */
MUST_CHECK int facts_undisclosed(struct gathering *g, const char *what,
				 const struct json *commitment, struct error *err);

/* Set "name" where it has one, "identity", "signer", "signerName", "declared" where it is said. */
MUST_CHECK int facts_source(const struct gathering *g, const struct believed *believed,
			    struct json *item, struct error *err);

/* A scalar of foreign JSON as facts have it, under `key`; anything else is left out. */
MUST_CHECK int facts_scalar(struct json *object, const char *key, const struct json *value,
			    struct error *err);

/* facts/data.c: "data", of the checkpoint and of the runs in `runs`. */
MUST_CHECK int facts_data(struct gathering *g, const struct digest_list *runs, struct error *err);

/* facts/runs.c: "runs"; *out_runs names them. */
MUST_CHECK int facts_runs(struct gathering *g, struct digest_list *out_runs, struct error *err);

/*
 * facts/parents.c: "parents", after facts_said: those that the checkpoint names, and those that
 * only derivations do, each with what is known of the edge.
 */
MUST_CHECK int facts_parents(struct gathering *g, struct error *err);

/* Set what is known of a derivation, an item of "derivations", by it and by "verifications":
 * "proof", and "provedBy", the KEY of who did it again. */
MUST_CHECK int facts_proof(const struct gathering *g, struct json *derivation, struct error *err);

/* facts/said.c: what others say of the checkpoint: evals, records, verifications and so on. */
MUST_CHECK int facts_said(struct gathering *g, struct error *err);

#endif
