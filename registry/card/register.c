/* card_register: the bytes are kept, what changed since the card before it is found, and it is
 * said.
 */
#include "registry/card/register.h"

#include <stdio.h>
#include <string.h>

#include "registry/add/inner.h"
#include "registry/said.h"
#include "registry/run/secrets.h"
#include "registry/standing.h"

/* One card on its way. */
struct registering {
	struct adding adding;
	const struct card_registration *wish;
	struct name of; /* the weights; no owner: it is for a model */
	bool named;     /* it has a name of its own */
	struct buffer text;
	struct json *predicate;
	char subject[NAME_TEXT_MAX];
	struct card_registered made;
};

void card_registered_release(struct card_registered *registered)
{
	json_free(&registered->changes);
}

static void registering_release(struct registering *r)
{
	adding_release(&r->adding);
	buffer_release(&r->text);
	json_free(&r->predicate);
	card_registered_release(&r->made);
}

/* ---- What it is about ---- */

/* Nothing was said of what it is about: then NAME@V must be weights. */
static int weights_itself(struct registering *r, struct error *err)
{
	CLEANUP(said_release) struct said said = { .taken = false };
	const struct name *name = &r->wish->name;
	char text[NAME_TEXT_MAX];

	name_to_text(name, text);
	if (registry_said(r->adding.registry, name, &said, err))
		return -1;
	if (!said.known || said.statement.kind != STATEMENT_checkpoint)
		return error_set(
			err, ERROR_USAGE,
			"'%s' is no registered checkpoint: say which weights the card is of "
			"(--of), or which model it is for (--for owner/name), before there "
			"are any",
			text);
	r->of = said.statement.name;
	return 0;
}

static int about_find(struct registering *r, struct error *err)
{
	const struct card_registration *wish = r->wish;

	r->named = wish->of || wish->model;
	if (wish->of && wish->model)
		return error_set(
			err, ERROR_USAGE,
			"--of says which weights a card is of, --for which model it is for "
			"before there are any: one of them");
	if (wish->name.alias || !wish->name.version[0])
		return error_set(err, ERROR_USAGE, "'%s/%s' needs a version: owner/name@version",
				 wish->name.owner, wish->name.name);
	if (!r->named && weights_itself(r, err))
		return -1;
	if (wish->of)
		r->of = *wish->of;
	if (wish->model)
		name_to_text(wish->model, r->made.about);
	return 0;
}

/* `of` with its reference, or `for`; and the name of its own. */
static int about_set(struct registering *r, struct error *err)
{
	CLEANUP(json_free) struct json *of = NULL;
	struct reference reference;

	if (json_object_new(&r->predicate, err) ||
	    (r->named && name_set(r->predicate, &r->wish->name, r->subject, err)))
		return -1;
	if (r->wish->model)
		return json_set_text(r->predicate, "for", r->made.about, err);
	if (registry_reference_to(r->adding.registry, STATEMENT_checkpoint, &r->of, &of, err) ||
	    reference_parse(of, &reference, err))
		return -1;
	name_to_text(&reference.name, r->made.about);
	r->of = reference.name;
	if (!r->named)
		name_to_text(&reference.name, r->subject);
	return json_set_take(r->predicate, "of", &of, err);
}

/* Nobody may describe another's model, nor take its name: asked before anything is logged. */
static int allowed(struct registering *r, struct error *err)
{
	const struct digest *key;
	const char *about[] = { r->subject, r->made.about };
	char model[NAME_TEXT_MAX + 1];

	if (!r->adding.key)
		return 0;
	key = public_key_id(r->adding.key->public_key);
	snprintf(model, sizeof(model), "%s@", r->made.about);
	about[1] = r->wish->model ? model : r->made.about;
	for (size_t i = 0; i < 2; i++) {
		struct error why = { 0 };

		if (registry_standing_ask(r->adding.registry, key, STATEMENT_card, about[i],
					  &why) &&
		    why.code == ERROR_UNTRUSTED)
			return error_set(err, ERROR_UNTRUSTED, "the card would not count: %s",
					 why.text);
	}
	return 0;
}

/* ---- The bytes ---- */

static int text_take(struct registering *r, struct error *err)
{
	const char *path = r->wish->path;

	if (file_read(path, &r->text, err))
		return -1;
	if (!r->text.len)
		return error_set(err, ERROR_CORRUPT, "'%s' is empty", path);
	if (!text_is_utf8(buffer_view(&r->text)) || memchr(r->text.data, 0, r->text.len))
		return error_set(err, ERROR_CORRUPT, "'%s' is no UTF-8 text", path);
	r->made.bytes = r->text.len;
	r->made.file = sha256(buffer_view(&r->text));
	if (secrets_scan(buffer_view(&r->text), path, err))
		return -1;
	return r->adding.how->dry_run ? 0
				      : store_put(r->adding.registry->store, buffer_view(&r->text),
						  &r->made.file, err);
}

/* ---- The card before it ---- */

static int changes_find(struct registering *r, const struct digest *file, struct error *err)
{
	CLEANUP(line_diff_release) struct line_diff diff = { .change = NULL };
	CLEANUP(buffer_release) struct buffer before;
	struct json *changed;

	buffer_init(&before, CARD_MAX_BYTES);
	if (card_text_read(r->adding.registry, file, &before, err) ||
	    line_diff_make(buffer_view(&before), buffer_view(&r->text), &diff, err))
		return -1;
	return line_diff_to_json(&diff, &r->made.changes, err) ||
			       json_set_object(r->predicate, "changed", &changed, err) ||
			       json_set_size(changed, "added", diff.added, err) ||
			       json_set_size(changed, "removed", diff.removed, err)
		       ? -1
		       : 0;
}

/* Set `previous`, and `changed` where its bytes are at hand. */
static int previous_set(struct registering *r, const struct reference *before, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	CLEANUP(buffer_release) struct buffer payload;
	CLEANUP(statement_release) struct statement said = { 0 };
	struct error why = { 0 };

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	name_to_text(&before->name, r->made.previous);
	if (reference_to_json(before, &object, err) ||
	    json_set_take(r->predicate, "previous", &object, err))
		return -1;
	if (registry_payload(r->adding.registry, &before->statement, &payload, &why) ||
	    statement_parse(buffer_view(&payload), &said, &why) ||
	    changes_find(r, &said.digest, &why)) {
		if (why.code == ERROR_SYSTEM)
			return error_set(err, why.code, "%s", why.text);
		context_notice(r->adding.registry->ctx, "what changed since '%s' is not known: %s",
			       r->made.previous, why.text);
	}
	return 0;
}

/* What a card said of the one before it; nothing where it was the first. */
static int previous_repeat(struct registering *r, const struct statement *card, struct error *err)
{
	const struct json *previous = json_member(card->predicate, "previous");
	struct reference before;

	if (!previous)
		return 0;
	return reference_parse(previous, &before, err) ? -1 : previous_set(r, &before, err);
}

/* Of a card that was said already, as it was said then; else the newest one. */
static int previous_find(struct registering *r, struct error *err)
{
	CLEANUP(card_known_release) struct card_known last = { .name = "" };
	CLEANUP(said_release) struct said said = { .taken = false };
	struct registry *registry = r->adding.registry;
	struct reference before = { .has_manifest = false };
	bool found;

	if (r->named && registry_said(registry, &r->wish->name, &said, err))
		return -1;
	if (said.known && said.statement.kind == STATEMENT_card)
		return previous_repeat(r, &said.statement, err);
	if (r->named ? card_of_family(registry, &r->wish->name, &last, &found, err)
		     : card_of_weights(registry, &r->of, &last, &found, err))
		return -1;
	if (!found)
		return 0;
	if (!r->named && strcmp(last.believed.statement.subject, r->subject) == 0 &&
	    digest_equal(&last.believed.statement.digest, &r->made.file))
		return previous_repeat(r, &last.believed.statement, err);
	before.statement = last.believed.identity;
	before.name = last.believed.statement.name;
	return previous_set(r, &before, err);
}

/* ---- Saying it ---- */

static int say(struct registering *r, struct error *err)
{
	struct statement_draft draft = { .kind = STATEMENT_card,
					 .subject = r->subject,
					 .digest = r->made.file };

	if (json_set_digest(r->predicate, "file", &r->made.file, err) ||
	    json_set_size(r->predicate, "size", r->made.bytes, err) ||
	    json_set_bool(r->predicate, "registered", true, err))
		return -1;
	draft.predicate = r->predicate;
	return adding_publish(&r->adding, &draft, 1, &r->made.made, err);
}

int card_register(struct registry *registry, const struct add_how *how,
		  const struct card_registration *wish, struct card_registered *out_registered,
		  struct error *err)
{
	CLEANUP(registering_release) struct registering r = { .wish = wish };

	buffer_init(&r.text, CARD_MAX_BYTES);
	if (adding_begin(registry, how, &r.adding, err) || about_find(&r, err) ||
	    about_set(&r, err) || allowed(&r, err) || text_take(&r, err) ||
	    previous_find(&r, err) || say(&r, err))
		return -1;
	*out_registered = r.made;
	r.made.changes = NULL; /* handed over */
	return 0;
}
