/* card_known: which signed card counts: of weights, for a model, of a family of cards. */
#ifndef REGISTRY_CARD_KNOWN_H
#define REGISTRY_CARD_KNOWN_H

#include "registry/statement.h"

#define CARD_MAX_BYTES (1u << 20) /* of a card */

/* A card that is believed by the registry's own policy. */
struct card_known {
	struct believed believed; /* owned */
	char name[NAME_TEXT_MAX]; /* its own, or that of its weights */
};

void card_known_release(struct card_known *known);

/*
 * The newest card, by the order of the log: of the weights owner/name@version, whatever it is
 * called; for the model owner/name that is to be trained; of the cards that are called owner/name
 * themselves (`family`: its version is not looked at). *out_found is false where there is none that
 * is believed and was not retracted; one that is not believed is noticed.
 */
MUST_CHECK int card_of_weights(struct registry *registry, const struct name *weights,
			       struct card_known *out_card, bool *out_found, struct error *err);
MUST_CHECK int card_for_model(struct registry *registry, const struct name *model,
			      struct card_known *out_card, bool *out_found, struct error *err);
MUST_CHECK int card_of_family(struct registry *registry, const struct name *family,
			      struct card_known *out_card, bool *out_found, struct error *err);

/*
 * The card that a release of the weights gets: of those that were registered (and not written when
 * a release was made) the newest in the weights' own name, else the newest. `statement`: theirs.
 */
MUST_CHECK int card_for_release(struct registry *registry, const struct name *weights,
				const struct digest *statement, struct card_known *out_card,
				bool *out_found, struct error *err);

/* The card that is called so. ERROR_USAGE: it is none; ERROR_UNTRUSTED: it is not believed. */
MUST_CHECK int card_by_name(struct registry *registry, const char *name,
			    struct card_known *out_card, struct error *err);

/* Append the text of a card, its digest compared; `out` has CARD_MAX_BYTES. */
MUST_CHECK int card_text_read(struct registry *registry, const struct digest *file,
			      struct buffer *out, struct error *err);

#endif
