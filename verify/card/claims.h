/*
 * card_claims: what a card claims: its values, numbers, scores, links and digests, each with its
 * line. Nothing is compared here, and nothing is left out that could be.
 *
 * Not claims: headings, code, comments, tags of a hub, dates and versions in sentences.
 */
#ifndef VERIFY_CARD_CLAIMS_H
#define VERIFY_CARD_CLAIMS_H

#include "verify/card/text.h"
#include "verify/card/value.h"

#define CARD_CLAIMS_MAX 4096u

enum card_claim_kind {
	CARD_CLAIM_VALUE,  /* stands behind a label, or in the front matter */
	CARD_CLAIM_NUMBER, /* in a sentence; its meaning comes from the unit behind it */
	CARD_CLAIM_SCORE,  /* of an evaluation */
	CARD_CLAIM_LINK,
	CARD_CLAIM_HASH /* 40 or 64 hexadecimal digits */
};

/* Texts are as a reader sees them; NULL where there is none. */
struct card_claim {
	enum card_claim_kind kind;
	enum card_meaning meaning;
	bool decides; /* CARD_CLAIM_NUMBER: one such number contradicts another */
	unsigned line;
	char *label;           /* of a score: of its row, or the task */
	char *value;           /* of a link: the address */
	char *column;          /* of a score: of its column, or the metric */
	char *of;              /* whom it is about, where a table tells of several */
	unsigned table, group; /* of claims about one of several; 0: none */
	unsigned columns;      /* of a score in a table: how many columns hold scores */
};

/* Start with {0}. */
struct card_claims {
	struct card_claim *claim;
	size_t count, room;
	char *title; /* the first heading, or NULL */
	char *name;  /* of the first entry of model-index, or NULL */
};

/* ERROR_CORRUPT above CARD_CLAIMS_MAX. The caller releases *out, also after an error. */
MUST_CHECK int card_claims_of(const struct card_text *card, struct card_claims *out,
			      struct error *err);
void card_claims_release(struct card_claims *claims);

#endif
