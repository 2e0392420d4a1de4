/* card_check: what its files share. */
#ifndef REGISTRY_CARD_CHECK_INNER_H
#define REGISTRY_CARD_CHECK_INNER_H

#include "registry/card/check.h"

struct card_checking {
	const struct card_claims *claims;
	const struct card_sources *sources;
};

/* Equal letters and digits, whatever else stands between them. */
MUST_CHECK int card_names_equal(const char *a, const char *b, bool *out_equal, struct error *err);

/* Whom a claim is about: *out_known false: not the model, or nobody can tell; *out_of: a part of
 * the data that facts are known of, NULL: the model. */
MUST_CHECK int card_claim_about(const struct card_checking *checking,
				const struct card_claim *claim, bool *out_known,
				const char **out_of, struct error *err);

/* Verdict, fact and reason, from the facts with the claim's meaning about `of` (NULL: the model).
 */
MUST_CHECK int card_facts_weigh(const struct card_checking *checking,
				const struct card_claim *claim, const char *of,
				struct card_finding *finding, struct error *err);

MUST_CHECK int card_score_find(const struct card_checking *checking, struct card_finding *finding,
			       struct error *err);
MUST_CHECK int card_link_find(const struct card_checking *checking, struct card_finding *finding,
			      struct error *err);
MUST_CHECK int card_hash_find(const struct card_checking *checking, struct card_finding *finding,
			      struct error *err);

#endif
