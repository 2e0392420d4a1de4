/* outbox_item: one thing to be said, as a file of canonical JSON (docs/formats.md). */
#include <stdlib.h>
#include <string.h>

#include "registry/cosign.h"
#include "registry/outbox.h"
#include "registry/statement/inner.h"

#define SCHEMA "akashi/outbox/1"

/* Hexadecimal digits of 128 random bits, with the NUL. */
#define SALT_SIZE 33

void outbox_item_release(struct outbox_item *item)
{
	json_free(&item->json);
	for (size_t i = 0; i < item->object_count; i++)
		buffer_release(&item->object[i]);
	buffer_release(&item->envelope);
	buffer_release(&item->claim);
	buffer_release(&item->key);
	*item = (struct outbox_item){ .json = NULL };
}

static int objects_parse(struct outbox_item *item, struct error *err)
{
	const struct json *list;

	if (json_need_array(item->json, "objects", &list, err))
		return -1;
	if (json_count(list) > OUTBOX_OBJECTS_MAX)
		return error_set(err, ERROR_CORRUPT, "%zu objects, more than %u", json_count(list),
				 OUTBOX_OBJECTS_MAX);
	for (size_t i = 0; i < json_count(list); i++) {
		const char *text = json_text(json_at(list, i));

		buffer_init(&item->object[item->object_count], OUTBOX_OBJECT_MAX);
		item->object_count++;
		if (!text)
			return error_set(err, ERROR_CORRUPT, "an object is no text");
		if (base64_decode(&item->object[i], span_of(text), err))
			return error_prefix(err, "object");
	}
	return 0;
}

static int signed_parse(struct outbox_item *item, const struct json *from, struct error *err)
{
	const char *claim;

	buffer_init(&item->envelope, ENVELOPE_MAX_BYTES);
	buffer_init(&item->claim, ENVELOPE_MAX_BYTES);
	buffer_init(&item->key, PUBLIC_KEY_DER_MAX);
	if (json_need_base64(from, "envelope", &item->envelope, err) ||
	    json_need_base64(from, "publicKey", &item->key, err) ||
	    json_maybe_string(from, "claim", &claim, err))
		return -1;
	return claim ? json_need_base64(from, "claim", &item->claim, err) : 0;
}

/* What is said, signed or not. */
static int said_parse(struct outbox_item *item, struct error *err)
{
	const struct json *said;

	if (json_maybe_string(item->json, "commit", &item->commit, err))
		return -1;
	if (item->kind == STATEMENT_supersession)
		return json_need_string(item->json, "by", &item->by, err) ||
				       json_need_string(item->json, "reason", &item->reason, err)
			       ? -1
			       : 0;
	if (json_need_digest(item->json, "digest", &item->digest, err) ||
	    objects_parse(item, err) || json_maybe_object(item->json, "signed", &said, err))
		return -1;
	return said ? signed_parse(item, said, err)
		    : json_need_object(item->json, "predicate", &item->predicate, err);
}

static int names_check(const struct outbox_item *item, struct error *err)
{
	struct name name;

	if (name_parse(item->about, &name, err) || (item->by && name_parse(item->by, &name, err))) {
		err->code = ERROR_CORRUPT;
		return -1;
	}
	return 0;
}

static int item_parse(struct span text, struct outbox_item *item, struct error *err)
{
	const struct json_limits limits = { .max_bytes = OUTBOX_ITEM_MAX, .max_depth = 16 };
	const char *schema, *kind;

	if (json_parse(text, &limits, &item->json, err) ||
	    json_need_string(item->json, "schema", &schema, err) ||
	    json_need_string(item->json, "kind", &kind, err) ||
	    json_need_string(item->json, "about", &item->about, err))
		return -1;
	if (strcmp(schema, SCHEMA) != 0)
		return error_set(err, ERROR_CORRUPT, "its schema is '%.80s', not " SCHEMA, schema);
	if (statement_kind_from_name(kind, &item->kind, err))
		return -1;
	/* Whoever can write here gets signed what hooks say, and nothing else. */
	if (item->kind != STATEMENT_run && item->kind != STATEMENT_move &&
	    item->kind != STATEMENT_supersession)
		return error_set(err, ERROR_CORRUPT, "no hook says a %s", kind);
	if (said_parse(item, err))
		return -1;
	return names_check(item, err);
}

int outbox_item_parse(struct span text, struct outbox_item *out_item, struct error *err)
{
	struct outbox_item item = { .json = NULL };

	if (item_parse(text, &item, err)) {
		outbox_item_release(&item);
		return error_prefix(err, "what waits to be delivered");
	}
	*out_item = item;
	return 0;
}

/* ---- building ---- */

static int frame_new(enum statement_kind kind, const char *about, struct json **out_frame,
		     struct error *err)
{
	CLEANUP(json_free) struct json *frame = NULL;

	if (json_object_new(&frame, err) || json_set_text(frame, "schema", SCHEMA, err) ||
	    json_set_text(frame, "kind", statement_kind_name(kind), err) ||
	    json_set_text(frame, "about", about, err))
		return -1;
	*out_frame = frame;
	frame = NULL;
	return 0;
}

int outbox_draft_build(const struct outbox_draft *draft, struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *frame = NULL;
	struct json *list;

	if (frame_new(draft->kind, draft->about, &frame, err) ||
	    (draft->commit && json_set_text(frame, "commit", draft->commit, err)) ||
	    json_set_digest(frame, "digest", &draft->digest, err) ||
	    json_set_clone(frame, "predicate", draft->predicate, err) ||
	    json_set_array(frame, "objects", &list, err))
		return -1;
	for (size_t i = 0; i < draft->object_count; i++) {
		CLEANUP(buffer_release) struct buffer text;
		CLEANUP(json_free) struct json *one = NULL;
		CLEANUP(text_free) char *string = NULL;

		buffer_init(&text, 2 * OUTBOX_OBJECT_MAX);
		if (base64_encode(&text, draft->object[i], err) ||
		    buffer_to_text(&text, &string, err) || json_string_new(string, &one, err) ||
		    json_add_take(list, &one, err))
			return -1;
	}
	return json_write_canonical(frame, out, err);
}

int outbox_supersession_build(const char *about, const char *by, const char *reason,
			      struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *frame = NULL;

	return frame_new(STATEMENT_supersession, about, &frame, err) ||
			       json_set_text(frame, "by", by, err) ||
			       json_set_text(frame, "reason", reason, err) ||
			       json_write_canonical(frame, out, err)
		       ? -1
		       : 0;
}

/* ---- signing ---- */

static int salt_set(const struct context *ctx, struct json *predicate, struct error *err)
{
	CLEANUP(buffer_release) struct buffer hex;
	CLEANUP(text_free) char *text = NULL;
	uint8_t bytes[(SALT_SIZE - 1) / 2];

	buffer_init(&hex, SALT_SIZE);
	return context_random(ctx, bytes, sizeof(bytes), err) ||
			       hex_encode(&hex, (struct span){ bytes, sizeof(bytes) }, err) ||
			       buffer_to_text(&hex, &text, err) ||
			       json_set_text(predicate, "salt", text, err)
		       ? -1
		       : 0;
}

/* The payload of the statement, said now. */
static int payload_build(const struct context *ctx, const struct outbox_item *item,
			 const struct outbox_signer *signer, struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	char now[STATEMENT_TIME_SIZE];

	statement_time(ctx, now);
	return json_clone(item->predicate, &predicate, err) ||
			       json_set_text(predicate, "origin", signer->origin, err) ||
			       json_set_text(predicate, "declared", now, err) ||
			       (signer->salted && salt_set(ctx, predicate, err)) ||
			       statement_build(item->kind, item->about, &item->digest, predicate,
					       out, err)
		       ? -1
		       : 0;
}

int outbox_item_check(const struct context *ctx, const struct outbox_item *item, const char *origin,
		      struct error *err)
{
	const struct outbox_signer signer = { .origin = origin };
	CLEANUP(buffer_release) struct buffer payload;

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	return payload_build(ctx, item, &signer, &payload, err);
}

/* Sign the statement and the claim that its kind asks for into `said`. */
static int sign_both(struct signing_key *key, struct span payload, struct json *said,
		     struct digest *out_identity, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer envelope, claimed, claim;
	CLEANUP(text_free) char *name = NULL;

	buffer_init(&envelope, ENVELOPE_MAX_BYTES);
	buffer_init(&claimed, CONTROL_PAYLOAD_MAX_BYTES);
	buffer_init(&claim, ENVELOPE_MAX_BYTES);
	*out_identity = envelope_identity(payload);
	if (payload_sign(key, payload, &envelope, err) ||
	    json_set_base64(said, "envelope", buffer_view(&envelope), err) ||
	    json_set_base64(said, "publicKey", public_key_der(key->public_key), err) ||
	    statement_parse(payload, &statement, err) ||
	    statement_claim_text(&statement, &name, err))
		return -1;
	if (!name)
		return 0;
	return statement_claim_payload(&statement, out_identity, &claimed, err) ||
			       payload_sign(key, buffer_view(&claimed), &claim, err) ||
			       json_set_base64(said, "claim", buffer_view(&claim), err)
		       ? -1
		       : 0;
}

int outbox_item_sign(const struct context *ctx, const struct outbox_item *item,
		     const struct outbox_signer *signer, struct buffer *out,
		     struct digest *out_identity, struct error *err)
{
	CLEANUP(json_free) struct json *frame = NULL;
	CLEANUP(buffer_release) struct buffer payload;
	struct json *said;

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (!item->predicate)
		return error_set(err, ERROR_USAGE, "'%s' is signed already", item->about);
	if (payload_build(ctx, item, signer, &payload, err) ||
	    frame_new(item->kind, item->about, &frame, err) ||
	    (item->commit && json_set_text(frame, "commit", item->commit, err)) ||
	    json_set_digest(frame, "digest", &item->digest, err) ||
	    json_set_clone(frame, "objects", json_member(item->json, "objects"), err) ||
	    json_set_object(frame, "signed", &said, err) ||
	    sign_both(signer->key, buffer_view(&payload), said, out_identity, err))
		return -1;
	return json_write_canonical(frame, out, err);
}
