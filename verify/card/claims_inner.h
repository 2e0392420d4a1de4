/* card_claims: what its files share. */
#ifndef VERIFY_CARD_CLAIMS_INNER_H
#define VERIFY_CARD_CLAIMS_INNER_H

#include "verify/card/claims.h"

struct claiming {
	const struct card_text *card;
	struct card_claims *claims;
};

/* What a new claim consists of; spans are copied, empty ones stay NULL. */
struct claim_words {
	enum card_claim_kind kind;
	enum card_meaning meaning;
	bool decides;
	unsigned line, table, group, columns;
	struct span label, value, column, of;
};

MUST_CHECK int claim_add(struct claiming *claiming, const struct claim_words *words,
			 struct error *err);

/* A value whose meaning its label gives; of lists (languages, datasets) one claim for each item. */
MUST_CHECK int claim_value(struct claiming *claiming, const struct claim_words *words,
			   struct error *err);

/* Line or cell as a reader sees it, in place of what is in `out`. */
MUST_CHECK int claim_plain(struct span text, struct buffer *out, struct error *err);

/* The rows line[begin] to line[end - 1] of one table. */
MUST_CHECK int claim_table(struct claiming *claiming, size_t begin, size_t end, struct error *err);

/* license, language, model-index and so on. */
MUST_CHECK int claim_front(struct claiming *claiming, struct error *err);

#endif
