/*
 * card_check: what a card claims, held against facts (docs/cards.md, "Checking a card").
 *
 * A claim is contradicted where a source that knows the thing says something else, confirmed where
 * one says the same and none contradicts, and unsupported in every other case: where nothing is
 * known of it, or where it has no known meaning.
 */
#ifndef REGISTRY_CARD_CHECK_H
#define REGISTRY_CARD_CHECK_H

#include "registry/card/sources.h"

#define CARD_CHECK_SCHEMA "akashi/card-check/1"

enum card_verdict { CARD_CONTRADICTED, CARD_CONFIRMED, CARD_UNSUPPORTED, CARD_VERDICT_COUNT };

/* "contradicted". Static. */
const char *card_verdict_name(enum card_verdict verdict);

struct card_finding {
	const struct card_claim *claim; /* borrowed from the claims */
	enum card_verdict verdict;
	const struct card_fact *fact; /* that agrees or contradicts; borrowed; NULL: unsupported */
	const char *why;              /* why it is unsupported; static; or NULL */
};

/* Start with {0}. */
struct card_report {
	struct card_finding *finding; /* by line */
	size_t count;
	size_t sum[CARD_VERDICT_COUNT];
};

/*
 * Hold every claim against the facts, which card_sources_finish ended. `claims` and `sources` are
 * borrowed as long as the report. The caller releases it, also after an error.
 */
MUST_CHECK int card_check(const struct card_claims *claims, const struct card_sources *sources,
			  struct card_report *out_report, struct error *err);
void card_report_release(struct card_report *report);

/* An object of CARD_CHECK_SCHEMA; `name` may be NULL. The caller frees it. */
MUST_CHECK int card_report_to_json(const struct card_report *report, const char *file,
				   const char *name, struct json **out_object, struct error *err);

#endif
