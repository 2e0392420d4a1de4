/* What a run wrote is held against the card that was registered for it. */
#include <stdio.h>
#include <string.h>

#include "registry/add/inner.h"
#include "registry/card/hold.h"
#include "registry/exposure.h"
#include "registry/index.h"
#include "registry/said.h"

/* The run that a checkpoint came from, and where its statement lies in the log. */
struct card_run {
	struct statement said;
	struct digest identity;
	uint64_t index;
};

static void card_run_release(struct card_run *run)
{
	statement_release(&run->said);
}

static int row_seen(void *arg, const struct index_row *row, struct error *err)
{
	uint64_t *lowest = arg;

	(void)err;
	*lowest = row->log_index < *lowest ? row->log_index : *lowest;
	return 0;
}

static int run_read(struct registry *registry, const struct json *reference, struct card_run *run,
		    struct error *err)
{
	CLEANUP(buffer_release) struct buffer payload;
	struct reference of;
	struct index *index;

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (reference_parse(reference, &of, err) || registry_index(registry, &index, err) ||
	    registry_payload(registry, &of.statement, &payload, err) ||
	    statement_parse(buffer_view(&payload), &run->said, err))
		return -1;
	run->identity = of.statement;
	run->index = UINT64_MAX;
	return index_statement(index, &of.statement, row_seen, &run->index, err);
}

/* The card that the run itself was held against, else one for its model or the checkpoint's. */
static int card_find(struct adding *adding, const struct add_checkpoint *checkpoint,
		     const struct card_run *run, struct card_known *card, bool *out_found,
		     struct error *err)
{
	const struct json *held = json_member(run->said.predicate, "card");
	const struct name *model[2] = { &checkpoint->name, &run->said.name };

	return card_for_run(adding->registry, json_text(json_member(held, "name")), model, 2, card,
			    out_found, err);
}

/* One that is registered keeps what was said then. */
static int card_as_said(struct registry *registry, const struct name *name, struct json *predicate,
			bool *out_said, struct error *err)
{
	CLEANUP(said_release) struct said said = { .taken = false };
	const struct json *card;

	*out_said = false;
	if (registry_said(registry, name, &said, err))
		return -1;
	if (!said.known || said.statement.kind != STATEMENT_checkpoint)
		return 0;
	*out_said = true;
	card = json_member(said.statement.predicate, "card");
	return card ? json_set_clone(predicate, "card", card, err) : 0;
}

static int hold(struct adding *adding, const struct add_checkpoint *checkpoint,
		const struct json *reference, struct json **out_held, struct error *err)
{
	CLEANUP(card_known_release) struct card_known card = { .name = "" };
	CLEANUP(card_run_release) struct card_run run = { .index = 0 };
	struct card_hold_wish wish = { .ctx = adding->registry->ctx,
				       .card = &card,
				       .folder = checkpoint->path };
	bool found;

	if (run_read(adding->registry, reference, &run, err) ||
	    card_find(adding, checkpoint, &run, &card, &found, err))
		return -1;
	if (!found)
		return 0;
	wish.has_step = exposure_step(checkpoint->name.version, &wish.step);
	wish.late = card.believed.index > run.index;
	return card_hold(adding->registry, &wish, out_held, err);
}

int card_held_set(struct adding *adding, const struct add_checkpoint *checkpoint,
		  struct json *predicate, struct error *err)
{
	CLEANUP(json_free) struct json *held = NULL;
	const struct json *run = json_member(predicate, "run");
	struct error why = { 0 };
	bool said;

	if (!run)
		return 0;
	if (card_as_said(adding->registry, &checkpoint->name, predicate, &said, err) || said)
		return err->code != ERROR_NONE ? -1 : 0;
	if (hold(adding, checkpoint, run, &held, &why)) {
		if (why.code == ERROR_SYSTEM || checkpoint->strict)
			return error_set(err, why.code, "%s", why.text);
		context_notice(adding->registry->ctx, "'%s' is held against no card: %s",
			       checkpoint->path, why.text);
		return 0;
	}
	if (!held)
		return 0;
	if (json_is_yes(json_member(held, "late")))
		context_notice(adding->registry->ctx,
			       "the card %s was registered after the run began",
			       json_text(json_member(held, "name")));
	if (checkpoint->strict && card_held_refuse(held, err))
		return -1;
	return json_set_take(predicate, "card", &held, err);
}
