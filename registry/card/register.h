/*
 * card_register: a model card is signed, logged and versioned like a checkpoint: of registered
 * weights, or for a model that shall be trained.
 */
#ifndef REGISTRY_CARD_REGISTER_H
#define REGISTRY_CARD_REGISTER_H

#include "registry/add.h"
#include "registry/card/known.h"

struct card_registration {
	const char *path; /* README.md */

	/*
	 * Its own name@version. Or, with neither `of` nor `model`, a registered checkpoint's: then
	 * the card is that one's, has no name of its own, and takes the place of earlier ones.
	 */
	struct name name;
	const struct name *of;    /* registered weights; NULL */
	const struct name *model; /* owner/name that shall be trained; NULL */
};

struct card_registered {
	struct statement_made made;
	struct digest file;
	uint64_t bytes;
	char about[NAME_TEXT_MAX];    /* the weights, or owner/name of the model */
	char previous[NAME_TEXT_MAX]; /* the card before it, or "" */
	struct json *changes;         /* line_diff_to_json against that one; NULL: none */
};

void card_registered_release(struct card_registered *registered);

/*
 * Keep the card's bytes, sign and log it. The card before it (the newest of its own owner/name, or
 * of the same weights) is its `previous`. ERROR_CORRUPT: too long, or no UTF-8; ERROR_UNTRUSTED:
 * it holds what looks like a secret, or the policy does not let this key sign for its name, or for
 * the model that it describes (nothing is logged, no name is taken). Said again it is success.
 */
MUST_CHECK int card_register(struct registry *registry, const struct add_how *how,
			     const struct card_registration *wish,
			     struct card_registered *out_registered, struct error *err);

#endif
