/*
 * card_hold: a run that begins, or a checkpoint that it wrote, held against the card that was
 * registered for it. What agrees and what drifted is part of the statement.
 */
#ifndef REGISTRY_CARD_HOLD_H
#define REGISTRY_CARD_HOLD_H

#include "registry/card/known.h"

#define CARD_HELD_MAX 24u      /* of what agrees, and of what drifted, that a statement tells */
#define CARD_HELD_TEXT_MAX 96u /* bytes of each value, longer ones are cut */

struct card_hold_wish {
	const struct context *ctx;
	const struct card_known *card;

	/* Of a run: its command, the scripts that were named, and what is known of it. */
	const char *const *command;
	size_t command_count;
	const char *const *script;
	size_t script_count;
	const struct json *details; /* RUN_DETAILS_SCHEMA; NULL */
	bool words_only; /* the files that its command names may be others by now: not read */

	/* Of a checkpoint: its folder, and its step where its name tells one. */
	const char *folder; /* NULL: it is none */
	bool has_step;
	uint64_t step;

	bool late; /* the card was registered after the run began */
};

/*
 * Read what there is to be read, and hold it against the card by the rules of card_check: a value
 * that drifted is one that a source contradicts. *out_held: {"name","statement","registered",
 * "index","late"?,"agreed":[{"what","line","card","found","where"}],"moreAgreed"?,"drifted":[…],
 * "moreDrifted"?,"unsupported"}; the caller frees it. Scripts are read and never run; of what is
 * found, home folders and secrets are left out. Each drift is noticed. ERROR_CORRUPT,
 * ERROR_ABSENT: the card cannot be read.
 */
MUST_CHECK int card_hold(struct registry *registry, const struct card_hold_wish *wish,
			 struct json **out_held, struct error *err);

/*
 * The same of a run `name` that is signed after it began (the registry was away, a cluster's
 * records tell of it), by `details` alone: the card of run.card in the config, else the newest that
 * was registered for the run's own owner/name. It is `late` where it was declared after the run
 * began. *out_held is NULL where there is no card, or it cannot be held against, which is noticed;
 * otherwise the caller frees it. ERROR_SYSTEM alone.
 */
MUST_CHECK int card_hold_arrived(struct registry *registry, const struct name *name,
				 const struct json *details, struct json **out_held,
				 struct error *err);

/* ERROR_CORRUPT, with the first that drifted, unless nothing did. */
MUST_CHECK int card_held_refuse(const struct json *held, struct error *err);

/*
 * The card that a run of `name` is held against: the one that is `named`, else the newest that was
 * registered for one of the models (owner/name; NULL: none). *out_found.
 */
MUST_CHECK int card_for_run(struct registry *registry, const char *named,
			    const struct name *const *model, size_t count,
			    struct card_known *out_card, bool *out_found, struct error *err);

#endif
