/* One entry of a log, decoded: what it is, who signed it, whether that holds, and its bytes. */
#include "registry/inspect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int head_read(const struct log_source *source, struct tree_head *out_head, struct error *err)
{
	CLEANUP(buffer_release) struct buffer note;
	struct span text;

	buffer_init(&note, NOTE_MAX_BYTES);
	return log_source_checkpoint(source, &note, err) ||
			       note_text(buffer_view(&note), &text, err) ||
			       tree_head_parse(text, out_head, err)
		       ? -1
		       : 0;
}

/* Name and kind of the statement, and all of it. */
static int statement_set(struct json *object, struct span payload, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	struct error malformed = { 0 };

	if (statement_parse(payload, &statement, &malformed))
		return malformed.code == ERROR_SYSTEM
			       ? error_set(err, ERROR_SYSTEM, "%s", malformed.text)
			       : json_set_text(object, "unreadable", malformed.text, err);
	return json_set_text(object, "statementKind", statement_kind_name(statement.kind), err) ||
			       json_set_text(object, "subject", statement.subject, err) ||
			       json_set_text(object, "origin", statement.origin, err) ||
			       json_set_clone(object, "payload", statement.json, err)
		       ? -1
		       : 0;
}

/* ---- Bodies that are not there ---- */

#define BURIALS_MAX 8u

/* A search for what was said of an entry's body after it. */
struct burial {
	const struct entry *entry;
	struct buffer text; /* of each tombstone, up to BURIALS_MAX */
	size_t count;
};

static void burial_release(struct burial *burial)
{
	buffer_release(&burial->text);
}

static bool is_of(const struct tombstone *tombstone, const struct entry *entry)
{
	if (entry->has_identity)
		return digest_equal(&tombstone->digest, &entry->identity);
	return tombstone->has_sha384 && entry->digest_len == TOMBSTONE_SHA384_SIZE &&
	       memcmp(tombstone->sha384, entry->digest, TOMBSTONE_SHA384_SIZE) == 0;
}

static int burial_visit(void *arg, uint64_t index, struct span bytes, struct error *err)
{
	CLEANUP(entry_release) struct entry entry = { 0 };
	CLEANUP(statement_release) struct statement statement = { 0 };
	struct burial *burial = arg;
	struct error malformed = { 0 };
	struct tombstone tombstone;
	char text[WITHHELD_TEXT_SIZE];

	if (burial->count == BURIALS_MAX || !memmem(bytes.data, bytes.len, "akashi-control", 14))
		return 0;
	if (entry_parse(bytes, &entry, &malformed) || !entry.control ||
	    statement_parse(buffer_view(&entry.payload), &statement, &malformed) ||
	    statement.kind != STATEMENT_tombstone ||
	    tombstone_parse(statement.predicate, &tombstone, &malformed))
		return malformed.code == ERROR_SYSTEM
			       ? error_set(err, ERROR_SYSTEM, "%s", malformed.text)
			       : 0;
	if (tombstone.what != WITHHELD_STATEMENT || !is_of(&tombstone, burial->entry))
		return 0;
	withheld_text(&(struct believed){ .statement = statement,
					  .key = *public_key_id(entry.key),
					  .index = index },
		      text);
	return buffer_printf(&burial->text, err, "%s%s", burial->count++ ? "; " : "", text);
}

/* What the log says of it; whether whoever says so may is for a policy to tell. */
static int absence_set(const struct log_source *source, const struct tree_head *head,
		       uint64_t index, const struct entry *entry, const char *otherwise,
		       struct json *object, struct error *err)
{
	CLEANUP(burial_release) struct burial burial = { .entry = entry };

	buffer_init(&burial.text, BURIALS_MAX * (WITHHELD_TEXT_SIZE + 2));
	if (log_walk(source->tiles, head, index + 1, head->size, burial_visit, &burial, err))
		return -1;
	return burial.count ? json_set_span(object, "body", buffer_view(&burial.text), err)
			    : json_set_text(object, "body", otherwise, err);
}

/* The body that is served for a statement entry: that very statement, or not. */
static int body_set(const struct context *ctx, const struct log_source *source,
		    const struct tree_head *head, uint64_t index, const struct entry *entry,
		    struct json *object, struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(buffer_release) struct buffer bytes;
	struct error cause = { 0 };

	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	if (!entry->has_identity)
		return absence_set(source, head, index, entry, "not looked for", object, err);
	if (log_source_body(ctx, source, &entry->identity, public_key_id(entry->key), &bytes,
			    &cause))
		return cause.code == ERROR_ABSENT
			       ? absence_set(source, head, index, entry, "not there", object, err)
			       : json_set_text(object, "body", cause.text, err);
	if (envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &envelope, &cause) ||
	    envelope_check(&envelope, entry->key, &cause))
		return json_set_text(object, "body", cause.text, err);
	if (!digest_equal(&envelope.identity, &entry->identity))
		return json_set_text(object, "body", "another statement", err);
	return json_set_text(object, "body", "there", err) ||
			       statement_set(object, buffer_view(&envelope.payload), err)
		       ? -1
		       : 0;
}

static int entry_set(const struct context *ctx, const struct log_source *source,
		     const struct tree_head *head, uint64_t index, struct span bytes,
		     struct json *object, struct error *err)
{
	CLEANUP(entry_release) struct entry entry = { 0 };
	struct error malformed = { 0 };
	bool holds;

	if (entry_parse(bytes, &entry, &malformed)) {
		if (malformed.code == ERROR_SYSTEM)
			return error_set(err, ERROR_SYSTEM, "%s", malformed.text);
		return json_set_text(object, "kind", "unknown", err) ||
				       json_set_text(object, "unreadable", malformed.text, err)
			       ? -1
			       : 0;
	}
	holds = entry_signature_check(&entry, &malformed) == 0;
	if (json_set_text(object, "kind", entry.control ? "akashi-control" : "hashedrekord", err) ||
	    (entry.has_identity && json_set_digest(object, "statement", &entry.identity, err)) ||
	    json_set_hex(object, "key", public_key_id(entry.key), err) ||
	    json_set_text(object, "keyType", public_key_type_name(entry.key), err) ||
	    json_set_base64(object, "digest", (struct span){ entry.digest, entry.digest_len },
			    err) ||
	    json_set_base64(object, "signature", buffer_view(&entry.signature), err) ||
	    json_set_bool(object, "signatureHolds", holds, err))
		return -1;
	return entry.control ? statement_set(object, buffer_view(&entry.payload), err)
			     : body_set(ctx, source, head, index, &entry, object, err);
}

int log_inspect(const struct context *ctx, const struct log_source *source, uint64_t index,
		struct json **out_entry, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct tree_head head;
	struct digest leaf;

	buffer_init(&bytes, ENTRY_MAX_BYTES);
	if (head_read(source, &head, err) ||
	    log_walk_entry(source->tiles, &head, index, &bytes, err))
		return -1;
	leaf = merkle_leaf(buffer_view(&bytes));
	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/entry/1", err) ||
	    json_set_text(object, "log", head.origin, err) ||
	    json_set_size(object, "size", head.size, err) ||
	    json_set_size(object, "index", index, err) ||
	    json_set_hex(object, "leaf", &leaf, err) ||
	    json_set_size(object, "length", bytes.len, err) ||
	    json_set_base64(object, "bytes", buffer_view(&bytes), err) ||
	    entry_set(ctx, source, &head, index, buffer_view(&bytes), object, err))
		return -1;
	*out_entry = object;
	object = NULL; /* handed over */
	return 0;
}

/* ---- By digest ---- */

struct looking {
	const char *digits;
	uint64_t index; /* UINT64_MAX: not found yet */
};

static bool begins(const struct looking *looking, struct span digest)
{
	CLEANUP(buffer_release) struct buffer hex;
	struct error ignored = { 0 };
	size_t len = strlen(looking->digits);

	buffer_init(&hex, 2 * MESSAGE_DIGEST_MAX);
	return !hex_encode(&hex, digest, &ignored) && hex.len >= len &&
	       memcmp(hex.data, looking->digits, len) == 0;
}

static int looking_visit(void *arg, uint64_t index, struct span bytes, struct error *err)
{
	CLEANUP(entry_release) struct entry entry = { 0 };
	struct looking *looking = arg;
	struct error malformed = { 0 };
	struct digest leaf = merkle_leaf(bytes);

	(void)err;
	if (looking->index != UINT64_MAX)
		return 0;
	if (begins(looking, digest_view(&leaf)) ||
	    (entry_parse(bytes, &entry, &malformed) == 0 &&
	     ((entry.has_identity && begins(looking, digest_view(&entry.identity))) ||
	      begins(looking, (struct span){ entry.digest, entry.digest_len }))))
		looking->index = index;
	return 0;
}

int log_inspect_find(const struct log_source *source, const char *digest, uint64_t *out_index,
		     struct error *err)
{
	const char *digits = strncmp(digest, "sha256:", 7) == 0 ? digest + 7 : digest;
	struct looking looking = { digits, UINT64_MAX };
	struct tree_head head;
	size_t len = strlen(digits);

	if (len < 8 || strspn(digits, "0123456789abcdef") != len)
		return error_set(err, ERROR_USAGE,
				 "'%s' is neither an index nor 8 or more lower-case digits of a "
				 "digest",
				 digest);
	if (head_read(source, &head, err))
		return -1;
	/* One bundle at a time, so that what is found ends the search. */
	for (uint64_t at = 0; at < head.size && looking.index == UINT64_MAX; at += TILE_WIDTH) {
		uint64_t to = at + TILE_WIDTH < head.size ? at + TILE_WIDTH : head.size;

		if (log_walk(source->tiles, &head, at, to, looking_visit, &looking, err))
			return -1;
	}
	if (looking.index == UINT64_MAX)
		return error_set(err, ERROR_ABSENT, "no entry of '%s' is called '%s'", head.origin,
				 digest);
	*out_index = looking.index;
	return 0;
}
