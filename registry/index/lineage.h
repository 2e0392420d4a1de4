/* What the index is asked, very often, when lineage is followed. Private to registry/. */
#ifndef REGISTRY_INDEX_LINEAGE_H
#define REGISTRY_INDEX_LINEAGE_H

#include "registry/index.h"
#include "verify/verify.h"

struct index_links; /* an index with its questions prepared */

/*
 * The index is borrowed. Until they are closed all answers are of one moment, whoever writes
 * meanwhile, and more of the index is kept in memory than otherwise.
 */
MUST_CHECK int index_links_open(struct index *index, struct index_links **out_links,
				struct error *err);
void index_links_close(struct index_links **links);

/* One edge, and the statement at its other end. Borrowed until the visit returns. */
struct index_link {
	const char *relation;
	const char *other; /* HEX */
};
typedef int (*index_visit_link)(void *arg, const struct index_link *link, struct error *err);

/* Which edges of a statement. */
enum index_links_ask {
	INDEX_LINKS_FROM,    /* those that it makes: the other end is what it refers to */
	INDEX_LINKS_TOWARDS, /* those that others make to it */
	INDEX_LINKS_SAID,    /* of these only what is said of it ("of") and who made it ("outputs"),
				and what lies between these words */
};
/* May not be called by the visit of the same question: each has one answer under way. */
MUST_CHECK int index_links_ask(struct index_links *links, enum index_links_ask ask,
			       const struct digest *statement, index_visit_link visit, void *arg,
			       struct error *err);

/* The statement itself: a row for each of its entries, in their order. */
MUST_CHECK int index_links_self(struct index_links *links, const struct digest *statement,
				index_visit visit, void *arg, struct error *err);

/* The name that `statement` calls `other` by, whether that is here or not; cut where it is longer.
 */
MUST_CHECK int index_links_name(struct index_links *links, const struct digest *statement,
				const struct digest *other, char out_name[NAME_TEXT_MAX],
				struct error *err);

/*
 * How many places of a statement commit to something that it does not tell: of `data`, `parent` and
 * `run`.
 */
MUST_CHECK int index_links_undisclosed(struct index_links *links, const struct digest *statement,
				       uint64_t *out_count, struct error *err);

/* What was found by who did a derivation again, and logged it. Borrowed. */
struct index_proof {
	const char *statement, *signer, *kind, *subject;
	uint64_t log_index;
	enum derivation_proof outcome;
};
typedef int (*index_visit_proof)(void *arg, const struct index_proof *proof, struct error *err);
MUST_CHECK int index_links_proofs(struct index_links *links, const struct digest *derivation,
				  index_visit_proof visit, void *arg, struct error *err);

/* Checkpoints in the whole registry that do so, and statements of which no body is here. */
MUST_CHECK int index_undisclosed(struct index *index, uint64_t *out_checkpoints,
				 uint64_t *out_bodiless, struct error *err);

#endif
