/*
 * card_value: what a card's words mean, and whether what it says agrees with a fact.
 *
 * The words are data: verify/card_labels.def. A word that is not there means nothing: no meaning is
 * guessed.
 */
#ifndef VERIFY_CARD_VALUE_H
#define VERIFY_CARD_VALUE_H

#include "kernels/kernels.h"

enum card_meaning {
	CARD_MEANING_NONE,
#define MEANING(name, kind, sources, cards) CARD_MEANING_##name,
#define UNIT(meaning, decides, words)
#include "verify/card_labels.def"
#undef MEANING
#undef UNIT
	CARD_MEANING_COUNT
};

/* "learning_rate"; "" for CARD_MEANING_NONE. Static. */
const char *card_meaning_name(enum card_meaning meaning);

/* How many bytes of a label or a value are looked at; longer ones mean nothing. */
#define CARD_VALUE_MAX 4096u

/*
 * What a label of a card means, as it is written ("Number of FFN hidden units(intermediate size)"),
 * or CARD_MEANING_NONE. Labels of people and of programs are both known.
 */
MUST_CHECK int card_meaning_of_label(struct span label, enum card_meaning *out_meaning,
				     struct error *err);

/* What a member of config.json, an option or a variable is ("num_hidden_layers", "--lr"). */
MUST_CHECK int card_meaning_of_key(struct span key, enum card_meaning *out_meaning,
				   struct error *err);

/*
 * The unit word in front of folded text, behind a blank, a '-' or nothing ("billion" is no unit of
 * ours). Returns how many bytes it takes with what is in front of it; 0: none. *out_decides: one
 * such number contradicts another.
 */
size_t card_unit_take(struct span folded, enum card_meaning *out_meaning, bool *out_decides);

enum card_agreement {
	CARD_UNCLEAR, /* what is written is nothing that could be compared with it */
	CARD_AGREES,
	CARD_DIFFERS
};

/*
 * Does what is written agree with the fact? Numbers agree when the fact rounds to what is written
 * with the digits written and nothing else is counted; names when the words of one are among the
 * words of the other; docs/cards.md has the rules.
 */
MUST_CHECK int card_value_compare(enum card_meaning meaning, const char *written, const char *fact,
				  enum card_agreement *out_agreement, struct error *err);

/*
 * The same for a score: also a percentage of a fraction ("45.3" for 0.4532).
 */
MUST_CHECK int card_score_compare(const char *written, const char *fact,
				  enum card_agreement *out_agreement, struct error *err);

#endif
