/*
 * Statements being made: payload, signature, envelope durable, logged with
 * their claims as one batch, proven before anybody is told.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/home.h"
#include "registry/index.h"
#include "registry/log.h"
#include "registry/standing.h"
#include "registry/statement/inner.h"
#include "registry/timestamps.h"

/* One statement on its way into the log; a draft makes one, and its claim another. */
struct making {
	struct buffer payload, entry;
	struct digest identity;
	char ident[IDENT_SIZE];
	char *claim;                     /* of a claim: what it claims */
	char statement[DIGEST_HEX_SIZE]; /* of a claim: whose */
	uint64_t index;
	bool fresh; /* its envelope was not there before */
};

/* A batch of them. */
struct publishing {
	struct registry *registry;
	struct signing_key *key;
	struct making *making; /* two places for each draft at most */
	size_t count;
};

static void publishing_clear(struct publishing *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		buffer_release(&batch->making[i].payload);
		buffer_release(&batch->making[i].entry);
		free(batch->making[i].claim);
		batch->making[i] = (struct making){ 0 };
	}
	batch->count = 0;
}

static void publishing_release(struct publishing *batch)
{
	publishing_clear(batch);
	free(batch->making);
}

/* Hexadecimal digits of 128 random bits, with the NUL. */
#define SALT_SIZE 33

/*
 * With core.private a statement has a salt, so that nobody finds out what it says by
 * trying guesses against the digest of it that the log shows. What is logged whole hides nothing.
 */
static int salt_make(const struct registry *registry, enum statement_kind kind,
		     char out_salt[SALT_SIZE], struct error *err)
{
	CLEANUP(buffer_release) struct buffer hex;
	uint8_t bytes[(SALT_SIZE - 1) / 2];
	bool private;

	buffer_init(&hex, SALT_SIZE - 1);
	out_salt[0] = '\0';
	if (settings_get_bool(&registry->settings, SETTING_PRIVATE, &private, err))
		return -1;
	if (!private || statement_kind_is_control(kind))
		return 0;
	if (context_random(registry->ctx, bytes, sizeof(bytes), err) ||
	    hex_encode(&hex, (struct span){ bytes, sizeof(bytes) }, err))
		return -1;
	memcpy(out_salt, hex.data, hex.len);
	out_salt[hex.len] = '\0';
	return 0;
}

/* The payload of a draft, said at `declared` (NULL for kinds without a time) with `salt` (or NULL).
 */
static int draft_payload(const struct registry *registry, const struct statement_draft *draft,
			 const char *declared, const char *salt, struct buffer *out,
			 struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL;

	out->len = 0;
	return json_clone(draft->predicate, &predicate, err) ||
			       json_set_text(predicate, "origin", registry->origin, err) ||
			       (declared && json_set_text(predicate, "declared", declared, err)) ||
			       (salt && json_set_text(predicate, "salt", salt, err)) ||
			       statement_build(draft->kind, draft->subject, &draft->digest,
					       predicate, out, err)
		       ? -1
		       : 0;
}

static bool has_time(enum statement_kind kind)
{
	return kind != STATEMENT_key && kind != STATEMENT_claim;
}

/* Make the name of the file `path` durable. */
static int name_sync(char *path, struct error *err)
{
	char *slash = strrchr(path, '/');
	int failed;

	*slash = '\0';
	failed = folder_sync(path, err);
	*slash = '/';
	return failed;
}

/* Sign what is in making->payload, keep the envelope, and build the entry from what is kept. */
static int envelope_keep(struct publishing *batch, struct making *making, enum statement_kind kind,
			 struct error *err)
{
	const struct public_key *public_key = batch->key->public_key;
	CLEANUP(buffer_release) struct buffer message, signature, bytes;
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	struct span payload = buffer_view(&making->payload);
	CLEANUP(text_free) char *path = NULL;

	buffer_init(&message, STATEMENT_PAYLOAD_MAX_BYTES + 256);
	buffer_init(&signature, SIGNATURE_MAX_BYTES);
	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	making->identity = envelope_identity(payload);
	statement_ident(&making->identity, public_key_id(public_key), making->ident);
	if (statement_path(batch->registry, &making->identity, public_key_id(public_key), &path,
			   err))
		return -1;
	making->fresh = !file_exists(path);
	/* One that is there may have been put by somebody who died before it lasted. */
	if (!making->fresh
		    ? name_sync(path, err)
		    : envelope_encoding(payload, &message, err) ||
			      signing_key_sign(batch->key, buffer_view(&message), &signature,
					       err) ||
			      envelope_build(payload, buffer_view(&signature), public_key, &bytes,
					     err) ||
			      file_write(path, buffer_view(&bytes), 0444, FILE_KEEP_FIRST, err))
		return -1;
	/* What lies there decides: somebody may have signed the same at the same second. */
	bytes.len = 0;
	if (file_read(path, &bytes, err) ||
	    envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &envelope, err) ||
	    envelope_check(&envelope, public_key, err))
		return error_prefix(err, "'%s'", path);
	if (!digest_equal(&envelope.identity, &making->identity))
		return error_set(err, ERROR_CORRUPT, "'%s' holds another statement", path);
	buffer_init(&making->entry, ENTRY_MAX_BYTES);
	return entry_build(kind, payload, buffer_view(&envelope.signature), public_key,
			   &making->entry, err);
}

/* Say the draft again as it was said in `payload`: is that what was said? */
static bool said_before(const struct registry *registry, const struct statement_draft *draft,
			struct span payload)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer again;
	struct error ignored = { 0 };
	const char *declared = NULL, *salt = NULL;

	buffer_init(&again, STATEMENT_PAYLOAD_MAX_BYTES);
	return statement_parse(payload, &statement, &ignored) == 0 &&
	       statement.kind == draft->kind &&
	       json_maybe_string(statement.predicate, "declared", &declared, &ignored) == 0 &&
	       json_maybe_string(statement.predicate, "salt", &salt, &ignored) == 0 &&
	       draft_payload(registry, draft, declared, salt, &again, &ignored) == 0 &&
	       span_equal(buffer_view(&again), payload);
}

/* Fill `made` for a statement that exists: by this key if it signed it, else by whoever did. */
static int made_before(struct publishing *batch, const struct digest *identity,
		       struct statement_made *made, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct error absent = { 0 };
	char ident[IDENT_SIZE];
	struct log *log;

	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	made->identity = *identity;
	made->existed = true;
	made->key = *public_key_id(batch->key->public_key);
	if (registry_log(batch->registry, &log, err))
		return -1;
	statement_ident(identity, &made->key, ident);
	if (log_find(log, ident, &made->log_index, &absent) == 0)
		return 0;
	if (registry_envelope(batch->registry, identity, NULL, &bytes, &made->key, err))
		return -1;
	statement_ident(identity, &made->key, ident);
	return log_find(log, ident, &made->log_index, err);
}

/* A name whose statement was taken away: nobody can tell whether this is the same. */
static int taken_refuse(struct publishing *batch, const char *claim, const struct digest *identity,
			struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list signers = { 0 };
	struct error why = *err;

	if (why.code != ERROR_UNTRUSTED)
		return -1;
	*err = (struct error){ 0 };
	if (statement_signers(batch->registry, identity, &signers, err))
		return -1;
	if (signers.count) {
		*err = why;
		return -1;
	}
	return error_set(err, ERROR_USAGE,
			 "'%s' is taken, and stays so though what was said under it is %s: choose "
			 "another name",
			 claim, why.text);
}

/* A name that is taken: *out_same when the same was said under it, else ERROR_USAGE. */
static int claim_look(struct publishing *batch, const struct statement_draft *draft,
		      const char *claim, struct statement_made *made, bool *out_same,
		      struct error *err)
{
	CLEANUP(buffer_release) struct buffer payload;
	CLEANUP(text_free) char *hex = NULL;
	struct error absent = { 0 };
	struct digest identity;
	struct log *log;
	uint64_t index;

	*out_same = false;
	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (registry_log(batch->registry, &log, err))
		return -1;
	if (log_find_claim(log, claim, &hex, &index, &absent))
		return absent.code == ERROR_ABSENT ? 0
						   : error_set(err, absent.code, "%s", absent.text);
	/* The claim may be sequenced and not published yet: by a crash, or at this very moment. */
	if (log_recover(log, err) || digest_from_hex(span_of(hex), &identity, err))
		return -1;
	if (registry_payload(batch->registry, &identity, &payload, err))
		return taken_refuse(batch, claim, &identity, err);
	if (!said_before(batch->registry, draft, buffer_view(&payload)))
		return error_set(err, ERROR_USAGE,
				 "'%s' exists already with other content: a version never moves; "
				 "choose another name",
				 claim);
	*out_same = true;
	return made_before(batch, &identity, made, err);
}

/* What a search through the index for the same statement knows. */
struct search {
	struct publishing *batch;
	const struct statement_draft *draft;
	struct digest found;
	bool same;
};

static int search_visit(void *arg, const struct index_row *row, struct error *err)
{
	CLEANUP(buffer_release) struct buffer payload;
	struct search *search = arg;
	struct digest identity;
	struct error why = { 0 };

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (search->same)
		return 0;
	if (digest_from_hex(span_of(row->statement), &identity, err))
		return -1;
	/* The index may not know yet that a body was taken away. */
	if (registry_payload(search->batch->registry, &identity, &payload, &why))
		return why.code == ERROR_ABSENT || why.code == ERROR_UNTRUSTED
			       ? 0
			       : error_set(err, why.code, "%s", why.text);
	if (!said_before(search->batch->registry, search->draft, buffer_view(&payload)))
		return 0;
	search->same = true;
	search->found = identity;
	return 0;
}

/* Was the same said before, by a kind that has no claim? */
static int same_look(struct publishing *batch, const struct statement_draft *draft,
		     struct statement_made *made, bool *out_same, struct error *err)
{
	struct search search = { .batch = batch, .draft = draft };
	struct index *index;

	*out_same = false;
	if (draft->repeatable || draft->kind == STATEMENT_policy)
		return 0;
	if (registry_index(batch->registry, &index, err) ||
	    index_by_digest(index, statement_kind_name(draft->kind), &draft->digest, search_visit,
			    &search, err))
		return -1;
	*out_same = search.same;
	return search.same ? made_before(batch, &search.found, made, err) : 0;
}

/* Prepare one draft: nothing to do when the same was said before. */
static int draft_make(struct publishing *batch, const struct statement_draft *draft,
		      struct statement_made *made, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(text_free) char *claim = NULL;
	struct making *making = &batch->making[batch->count];
	char now[STATEMENT_TIME_SIZE], salt[SALT_SIZE];
	bool same;

	statement_time(batch->registry->ctx, now);
	buffer_init(&making->payload, STATEMENT_PAYLOAD_MAX_BYTES);
	batch->count++; /* so that it is released */
	if (salt_make(batch->registry, draft->kind, salt, err) ||
	    draft_payload(batch->registry, draft, has_time(draft->kind) ? now : NULL,
			  salt[0] ? salt : NULL, &making->payload, err) ||
	    statement_parse(buffer_view(&making->payload), &statement, err) ||
	    statement_claim_text(&statement, &claim, err))
		return -1;
	if (claim ? claim_look(batch, draft, claim, made, &same, err)
		  : same_look(batch, draft, made, &same, err))
		return -1;
	if (same) {
		batch->count--;
		buffer_release(&making->payload);
		return 0;
	}
	if (envelope_keep(batch, making, draft->kind, err))
		return -1;
	*made = (struct statement_made){ .identity = making->identity,
					 .key = *public_key_id(batch->key->public_key) };
	if (!claim)
		return 0;
	making = &batch->making[batch->count++];
	buffer_init(&making->payload, CONTROL_PAYLOAD_MAX_BYTES);
	digest_to_hex(&made->identity, making->statement);
	making->claim = claim;
	claim = NULL; /* handed over */
	return statement_claim_payload(&statement, &made->identity, &making->payload, err) ||
			       envelope_keep(batch, making, STATEMENT_claim, err)
		       ? -1
		       : 0;
}

static struct log_item item_fill(const void *arg, size_t i)
{
	const struct making *making = &((const struct publishing *)arg)->making[i];

	return (struct log_item){ .entry = buffer_view(&making->entry),
				  .ident = making->ident,
				  .claim = making->claim,
				  .statement = making->claim ? making->statement : NULL };
}

static void item_place(void *arg, size_t i, uint64_t index)
{
	((struct publishing *)arg)->making[i].index = index;
}

/* Envelopes that were never logged, and would name what is gone. */
static void envelopes_forget(struct publishing *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct making *making = &batch->making[i];
		CLEANUP(text_free) char *path = NULL;
		struct error ignored = { 0 };

		if (making->fresh &&
		    statement_path(batch->registry, &making->identity,
				   public_key_id(batch->key->public_key), &path, &ignored) == 0)
			(void)unlink(path);
	}
}

/* Envelopes are durable file by file; the log does the rest in one transaction. */
static int batch_log(struct publishing *batch, struct error *err)
{
	struct statement_batch items = { batch->count, item_fill, item_place, batch };

	/* Nothing is logged that names what may have been thrown away meanwhile. */
	if (store_stands(batch->registry->store, err)) {
		envelopes_forget(batch);
		return -1;
	}
	return statement_batch_log(batch->registry, &items, err);
}

/* Say in *out_predicate that the draft's parent is the one it follows, which was made. */
static int parent_set(const struct statement_draft *draft, const struct statement_draft *parent,
		      const struct digest *identity, struct json **out_predicate, struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL, *object = NULL;
	struct reference reference = { .statement = *identity,
				       .has_manifest = true,
				       .manifest = parent->digest };
	struct json *list;

	if (name_parse(parent->subject, &reference.name, err) ||
	    json_clone(draft->predicate, &predicate, err) ||
	    json_set_array(predicate, "parents", &list, err) ||
	    reference_to_json(&reference, &object, err) || json_add_take(list, &object, err))
		return -1;
	*out_predicate = predicate;
	predicate = NULL; /* handed over */
	return 0;
}

static int draft_make_after(struct publishing *batch, const struct statement_draft *draft,
			    size_t index, struct statement_made *made, struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	struct statement_draft said = draft[index];

	if (said.follows) {
		size_t parent = said.follows - 1;

		if (parent_set(&said, &draft[parent], &made[parent].identity, &predicate, err))
			return -1;
		said.predicate = predicate;
	}
	return draft_make(batch, &said, &made[index], err);
}

static int batch_run(struct publishing *batch, const struct statement_draft *draft, size_t count,
		     struct statement_made *made, struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (draft_make_after(batch, draft, i, made, err))
			return count > 1 ? error_prefix(err, "'%s'", draft[i].subject) : -1;
	return batch->count && batch_log(batch, err) ? -1 : 0;
}

/* Give each draft the index of its entry. */
static void indexes_give(const struct publishing *batch, struct statement_made *made, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < batch->count && !made[i].existed; j++)
			if (digest_equal(&batch->making[j].identity, &made[i].identity))
				made[i].log_index = batch->making[j].index;
}

int registry_publish_statements(struct registry *registry, struct signing_key *key,
				const struct statement_draft *draft, size_t count,
				struct statement_made *out_made, struct error *err)
{
	CLEANUP(publishing_release) struct publishing batch = { .registry = registry, .key = key };
	struct statement_made *made = calloc(count + 1, sizeof(*made));
	struct error first = { 0 }, ignored = { 0 };
	int failed;

	batch.making = calloc(2 * count + 1, sizeof(*batch.making));
	if (!made || !batch.making) {
		free(made);
		return error_set(err, ERROR_SYSTEM, "out of memory for a batch");
	}
	failed = batch_run(&batch, draft, count, made, &first);
	if (failed && first.code == ERROR_USAGE) {
		/* Another process may have claimed the name meanwhile, perhaps for the same: look
		 * again. */
		publishing_clear(&batch);
		memset(made, 0, count * sizeof(*made));
		first = (struct error){ 0 };
		failed = batch_run(&batch, draft, count, made, &first);
	}
	if (failed) {
		free(made);
		return error_set(err, first.code, "%s", first.text);
	}
	indexes_give(&batch, made, count);
	registry_timestamp_made(registry, made, count);
	registry_standing_tell(registry, draft, made, count);
	memcpy(out_made, made, count * sizeof(*made));
	free(made);
	/* The index is a cache: what it lacks now it takes in at the next question. */
	if (registry->index && index_catch_up(registry->index, &ignored))
		context_notice(registry->ctx, "the index is behind: %s", ignored.text);
	return 0;
}
