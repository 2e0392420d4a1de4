/* Envelopes that exist already: checked, kept, logged, proven. */
#include "registry/cosign.h"

#include <stdlib.h>
#include <string.h>

#include "registry/index.h"
#include "registry/log.h"
#include "registry/statement/inner.h"

/* One of them on its way. */
struct taking {
	struct envelope envelope;
	struct statement statement;
	struct buffer entry;
	char ident[IDENT_SIZE];
};

struct takings {
	struct registry *registry;
	struct taking *taking;
	size_t count;
	struct statement_made *made; /* borrowed */
};

static void takings_release(struct takings *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		envelope_release(&batch->taking[i].envelope);
		statement_release(&batch->taking[i].statement);
		buffer_release(&batch->taking[i].entry);
	}
	free(batch->taking);
}

int payload_sign(struct signing_key *key, struct span payload, struct buffer *out_bundle,
		 struct error *err)
{
	CLEANUP(buffer_release) struct buffer message, signature;

	buffer_init(&message, STATEMENT_PAYLOAD_MAX_BYTES + 256);
	buffer_init(&signature, SIGNATURE_MAX_BYTES);
	return envelope_encoding(payload, &message, err) ||
			       signing_key_sign(key, buffer_view(&message), &signature, err) ||
			       envelope_build(payload, buffer_view(&signature), key->public_key,
					      out_bundle, err)
		       ? -1
		       : 0;
}

/* A statement whose name exists by a claim must have it: nobody takes a name this way. */
static int claim_check(struct registry *registry, const struct taking *taking, struct error *err)
{
	CLEANUP(text_free) char *claim = NULL;
	CLEANUP(text_free) char *statement = NULL;
	char hex[DIGEST_HEX_SIZE];
	struct error absent = { 0 };
	struct log *log;
	uint64_t index;

	if (statement_claim_text(&taking->statement, &claim, err))
		return -1;
	if (!claim)
		return 0;
	if (registry_log(registry, &log, err))
		return -1;
	digest_to_hex(&taking->envelope.identity, hex);
	if (log_find_claim(log, claim, &statement, &index, &absent) && absent.code != ERROR_ABSENT)
		return error_set(err, absent.code, "%s", absent.text);
	if (!statement || strcmp(statement, hex) != 0)
		return error_set(err, ERROR_USAGE, "'%s' is not registered with this statement",
				 claim);
	return 0;
}

/* What is kept under this name decides what is logged. */
static int envelope_keep(struct registry *registry, const struct envelope_item *item,
			 struct taking *taking, struct error *err)
{
	const struct digest *key = public_key_id(item->key);
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct digest identity = taking->envelope.identity;

	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	if (statement_path(registry, &identity, key, &path, err) ||
	    (!file_exists(path) && file_write(path, item->bundle, 0444, FILE_KEEP_FIRST, err)) ||
	    file_read(path, &bytes, err))
		return -1;
	envelope_release(&taking->envelope);
	taking->envelope = (struct envelope){ 0 };
	if (envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &taking->envelope, err) ||
	    envelope_check(&taking->envelope, item->key, err))
		return error_prefix(err, "'%s'", path);
	if (!digest_equal(&taking->envelope.identity, &identity))
		return error_set(err, ERROR_CORRUPT, "'%s' holds another statement", path);
	statement_ident(&identity, key, taking->ident);
	buffer_init(&taking->entry, ENTRY_MAX_BYTES);
	return entry_build(taking->statement.kind, buffer_view(&taking->envelope.payload),
			   buffer_view(&taking->envelope.signature), item->key, &taking->entry,
			   err);
}

static int envelope_take(struct takings *batch, const struct envelope_item *item, struct error *err)
{
	struct taking *taking = &batch->taking[batch->count++];

	if (envelope_parse(item->bundle, ENVELOPE_MAX_BYTES, &taking->envelope, err) ||
	    envelope_check(&taking->envelope, item->key, err) ||
	    statement_parse(buffer_view(&taking->envelope.payload), &taking->statement, err))
		return -1;
	if (strcmp(taking->statement.origin, batch->registry->origin) != 0)
		return error_set(err, ERROR_USAGE, "a statement of the log '%s', and this is '%s'",
				 taking->statement.origin, batch->registry->origin);
	return claim_check(batch->registry, taking, err) ||
			       envelope_keep(batch->registry, item, taking, err)
		       ? -1
		       : 0;
}

static struct log_item item_fill(const void *arg, size_t i)
{
	const struct taking *taking = &((const struct takings *)arg)->taking[i];

	return (struct log_item){ .entry = buffer_view(&taking->entry), .ident = taking->ident };
}

static void item_place(void *arg, size_t i, uint64_t index)
{
	((struct takings *)arg)->made[i].log_index = index;
}

int registry_log_envelopes(struct registry *registry, const struct envelope_item *item,
			   size_t count, struct statement_made *out_made, struct error *err)
{
	CLEANUP(takings_release) struct takings batch = { .registry = registry, .made = out_made };
	struct statement_batch items = { count, item_fill, item_place, &batch };
	struct error ignored = { 0 };

	batch.taking = calloc(count + 1, sizeof(*batch.taking));
	if (!batch.taking)
		return error_set(err, ERROR_SYSTEM, "out of memory for a batch");
	for (size_t i = 0; i < count; i++) {
		if (envelope_take(&batch, &item[i], err))
			return -1;
		out_made[i] =
			(struct statement_made){ .identity = batch.taking[i].envelope.identity,
						 .key = *public_key_id(item[i].key) };
	}
	if (statement_batch_log(registry, &items, err))
		return -1;
	/* The index is a cache: what it lacks now it takes in at the next question. */
	if (registry->index && index_catch_up(registry->index, &ignored))
		context_notice(registry->ctx, "the index is behind: %s", ignored.text);
	return 0;
}

int registry_cosign(struct registry *registry, struct signing_key *key,
		    const struct digest *identity, struct statement_made *out_made,
		    struct error *err)
{
	CLEANUP(buffer_release) struct buffer payload, bundle;
	struct envelope_item item = { .key = key->public_key };
	struct error absent = { 0 };
	char ident[IDENT_SIZE];
	struct log *log;
	uint64_t index;

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	buffer_init(&bundle, ENVELOPE_MAX_BYTES);
	statement_ident(identity, public_key_id(key->public_key), ident);
	if (registry_payload(registry, identity, &payload, err) ||
	    registry_log(registry, &log, err))
		return -1;
	if (!log_find(log, ident, &index, &absent)) {
		*out_made = (struct statement_made){ .identity = *identity,
						     .key = *public_key_id(key->public_key),
						     .log_index = index,
						     .existed = true };
		return 0;
	}
	if (payload_sign(key, buffer_view(&payload), &bundle, err))
		return -1;
	item.bundle = buffer_view(&bundle);
	return registry_log_envelopes(registry, &item, 1, out_made, err);
}
