/* outbox_deliver: what waited is signed, kept, logged with its claim, and taken from the folder. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/index.h"
#include "registry/outbox.h"
#include "registry/retract.h"
#include "registry/standing.h"
#include "registry/statement/inner.h"

/* One envelope of an item: the statement, or its claim. */
struct part {
	struct envelope envelope;
	struct statement statement;
	struct buffer entry;
	char ident[IDENT_SIZE];
	uint64_t index;
};

/* What is delivered now. */
struct parcel_out {
	struct part part[2];
	size_t count;
	struct public_key *key;
	char *claim;
	char statement[DIGEST_HEX_SIZE];
};

static void parcel_out_release(struct parcel_out *out)
{
	for (size_t i = 0; i < 2; i++) {
		envelope_release(&out->part[i].envelope);
		statement_release(&out->part[i].statement);
		buffer_release(&out->part[i].entry);
	}
	public_key_free(&out->key);
	free(out->claim);
}

/* The whole of one delivery. */
struct delivering {
	struct registry *registry;
	const char *folder;
	struct signing_key *key; /* NULL until something is to be signed */
	const char *key_name;
	outbox_visit visit;
	void *arg;
	struct outbox_delivery done;
};

static void delivering_release(struct delivering *delivering)
{
	signing_key_close(&delivering->key);
}

static int key_open(struct delivering *delivering, struct error *err)
{
	const char *name;

	if (delivering->key)
		return 0;
	return registry_key_name(delivering->registry, delivering->key_name, &name, err) ||
			       signing_key_open(delivering->registry->ctx, name, &delivering->key,
						err)
		       ? -1
		       : 0;
}

/* ---- checks: what fails here can never be taken ---- */

static int part_read(struct parcel_out *out, struct span bundle, struct error *err)
{
	struct part *part = &out->part[out->count++];

	return envelope_parse(bundle, ENVELOPE_MAX_BYTES, &part->envelope, err) ||
			       envelope_check(&part->envelope, out->key, err) ||
			       statement_parse(buffer_view(&part->envelope.payload),
					       &part->statement, err)
		       ? -1
		       : 0;
}

/* A claim must be the one that this statement asks for. */
static int claim_agrees(const struct parcel_out *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer wanted;

	buffer_init(&wanted, CONTROL_PAYLOAD_MAX_BYTES);
	if (statement_claim_payload(&out->part[0].statement, &out->part[0].envelope.identity,
				    &wanted, err))
		return -1;
	return span_equal(buffer_view(&wanted), buffer_view(&out->part[1].envelope.payload))
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "its claim is of something else");
}

static int parcel_read(const struct registry *registry, const struct outbox_item *item,
		       struct parcel_out *out, struct error *err)
{
	const struct statement *said = &out->part[0].statement;

	if (public_key_from_der(buffer_view(&item->key), &out->key, err) ||
	    part_read(out, buffer_view(&item->envelope), err))
		return -1;
	if (strcmp(said->origin, registry->origin) != 0)
		return error_set(err, ERROR_USAGE,
				 "it was signed for the log '%s', and this is '%s'", said->origin,
				 registry->origin);
	if (said->kind != item->kind || strcmp(said->subject, item->about) != 0)
		return error_set(err, ERROR_CORRUPT, "what is signed speaks of '%s', not of '%s'",
				 said->subject, item->about);
	if (statement_claim_text(said, &out->claim, err))
		return -1;
	if (!out->claim != !item->claim.len)
		return error_set(err, ERROR_CORRUPT, "a claim is %s",
				 out->claim ? "missing" : "not asked for");
	if (!out->claim)
		return 0;
	digest_to_hex(&out->part[0].envelope.identity, out->statement);
	return part_read(out, buffer_view(&item->claim), err) || claim_agrees(out, err) ? -1 : 0;
}

/* Whoever can write here can sign, with some key: only who may say this in the log is let in. */
static int signer_ask(struct registry *registry, const struct digest *key,
		      const struct outbox_item *item, struct error *err)
{
	struct error why = { 0 };

	if (!registry_standing_ask(registry, key, item->kind, item->about, &why))
		return 0;
	return error_set(
		err, why.code, "%s%s", why.text,
		why.code == ERROR_UNTRUSTED ? " ('akashi sync --retry' once the policy does)" : "");
}

/* ---- names ---- */

/* Do two statements say the same, the time and the salt apart? */
static bool same_said(const struct statement *a, const struct statement *b)
{
	CLEANUP(buffer_release) struct buffer left, right;
	const struct statement *const side[] = { a, b };
	struct buffer *text[] = { &left, &right };
	struct error ignored = { 0 };

	buffer_init(&left, STATEMENT_PAYLOAD_MAX_BYTES);
	buffer_init(&right, STATEMENT_PAYLOAD_MAX_BYTES);
	if (a->kind != b->kind || !digest_equal(&a->digest, &b->digest))
		return false;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(json_free) struct json *kept = NULL;
		struct json_members at = { 0 };

		if (json_object_new(&kept, &ignored))
			return false;
		while (json_next(side[i]->predicate, &at))
			if (strcmp(at.key, "declared") != 0 && strcmp(at.key, "salt") != 0 &&
			    json_set_clone(kept, at.key, at.value, &ignored))
				return false;
		if (json_write_canonical(kept, text[i], &ignored))
			return false;
	}
	return span_equal(buffer_view(&left), buffer_view(&right));
}

/* *out_there: the name stands for this already; refused (ERROR_USAGE): for something else. */
static int name_look(struct registry *registry, const struct parcel_out *out, bool *out_there,
		     struct digest *out_identity, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	CLEANUP(text_free) char *hex = NULL;
	struct error absent = { 0 };
	struct log *log;
	uint64_t index;

	*out_there = false;
	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (!out->claim)
		return 0;
	if (registry_log(registry, &log, err))
		return -1;
	if (log_find_claim(log, out->claim, &hex, &index, &absent))
		return absent.code == ERROR_ABSENT ? 0
						   : error_set(err, absent.code, "%s", absent.text);
	if (log_recover(log, err) || digest_from_hex(span_of(hex), out_identity, err))
		return -1;
	if (strcmp(hex, out->statement) == 0) {
		*out_there = true;
		return 0;
	}
	if (registry_payload(registry, out_identity, &payload, &absent) == 0 &&
	    statement_parse(buffer_view(&payload), &statement, &absent) == 0)
		*out_there = same_said(&statement, &out->part[0].statement);
	return *out_there ? 0
			  : error_set(err, ERROR_USAGE,
				      "'%s' exists already with other content: a version never "
				      "moves",
				      out->claim);
}

/* ---- keeping and logging ---- */

static int part_keep(struct registry *registry, const struct parcel_out *out, struct part *part,
		     struct span bundle, struct error *err)
{
	const struct digest *key = public_key_id(out->key);
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct digest identity = part->envelope.identity;

	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	if (statement_path(registry, &identity, key, &path, err) ||
	    file_write(path, bundle, 0444, FILE_KEEP_FIRST, err) || file_read(path, &bytes, err))
		return -1;
	/* What is kept under this name decides what is logged. */
	envelope_release(&part->envelope);
	part->envelope = (struct envelope){ .material = MATERIAL_KEY };
	if (envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &part->envelope, err) ||
	    envelope_check(&part->envelope, out->key, err))
		return error_prefix(err, "'%s'", path);
	if (!digest_equal(&part->envelope.identity, &identity))
		return error_set(err, ERROR_CORRUPT, "'%s' holds another statement", path);
	statement_ident(&identity, key, part->ident);
	buffer_init(&part->entry, ENTRY_MAX_BYTES);
	return entry_build(part->statement.kind, buffer_view(&part->envelope.payload),
			   buffer_view(&part->envelope.signature), out->key, &part->entry, err);
}

static struct log_item item_fill(const void *arg, size_t i)
{
	const struct parcel_out *out = arg;
	bool claim = i == 1;

	return (struct log_item){ .entry = buffer_view(&out->part[i].entry),
				  .ident = out->part[i].ident,
				  .claim = claim ? out->claim : NULL,
				  .statement = claim ? out->statement : NULL };
}

static void item_place(void *arg, size_t i, uint64_t index)
{
	((struct parcel_out *)arg)->part[i].index = index;
}

static int objects_keep(struct registry *registry, const struct outbox_item *item,
			struct error *err)
{
	struct digest digest;

	for (size_t i = 0; i < item->object_count; i++)
		if (store_put(registry->store, buffer_view(&item->object[i]), &digest, err))
			return -1;
	return store_flush(registry->store, err);
}

static int parcel_log(struct registry *registry, const struct outbox_item *item,
		      struct parcel_out *out, struct error *err)
{
	struct statement_batch batch = { out->count, item_fill, item_place, out };
	const struct span bundle[] = { buffer_view(&item->envelope), buffer_view(&item->claim) };
	const struct statement_draft draft = { .kind = item->kind,
					       .subject = item->about,
					       .digest = out->part[0].statement.digest };
	struct statement_made made = { .identity = out->part[0].envelope.identity,
				       .key = *public_key_id(out->key) };
	struct error ignored = { 0 };

	if (objects_keep(registry, item, err))
		return -1;
	for (size_t i = 0; i < out->count; i++)
		if (part_keep(registry, out, &out->part[i], bundle[i], err))
			return -1;
	if (statement_batch_log(registry, &batch, err))
		return -1;
	made.log_index = out->part[0].index;
	registry_standing_tell(registry, &draft, &made, 1);
	if (registry->index && index_catch_up(registry->index, &ignored))
		context_notice(registry->ctx, "the index is behind: %s", ignored.text);
	return 0;
}

/* ---- one item ---- */

/* What became of one: gone on with, or never to be taken for the reason in `err`. */
enum taken { TAKEN_NEW, TAKEN_BEFORE, TAKEN_NEVER, TAKEN_NOT_NOW };

static enum taken parcel_deliver(struct delivering *delivering, const struct outbox_item *item,
				 struct digest *out_identity, struct error *err)
{
	CLEANUP(parcel_out_release) struct parcel_out out = { .key = NULL };
	struct registry *registry = delivering->registry;
	bool there;

	if (parcel_read(registry, item, &out, err))
		return err->code == ERROR_SYSTEM ? TAKEN_NOT_NOW : TAKEN_NEVER;
	*out_identity = out.part[0].envelope.identity;
	if (name_look(registry, &out, &there, out_identity, err))
		return err->code == ERROR_USAGE ? TAKEN_NEVER : TAKEN_NOT_NOW;
	if (there)
		return TAKEN_BEFORE;
	if (signer_ask(registry, public_key_id(out.key), item, err))
		return err->code == ERROR_UNTRUSTED ? TAKEN_NEVER : TAKEN_NOT_NOW;
	return parcel_log(registry, item, &out, err) ? TAKEN_NOT_NOW : TAKEN_NEW;
}

static enum taken supersession_deliver(struct delivering *delivering,
				       const struct outbox_item *item, struct digest *out_identity,
				       struct error *err)
{
	struct statement_made made;
	struct name name, by;

	if (name_parse(item->about, &name, err) || name_parse(item->by, &by, err))
		return TAKEN_NEVER;
	if (key_open(delivering, err))
		return TAKEN_NOT_NOW;
	if (registry_supersede(delivering->registry, delivering->key, &name, &by, item->reason,
			       &made, err))
		return err->code == ERROR_ABSENT || err->code == ERROR_USAGE ? TAKEN_NEVER
									     : TAKEN_NOT_NOW;
	*out_identity = made.identity;
	return made.existed ? TAKEN_BEFORE : TAKEN_NEW;
}

/* Sign what waits unsigned, and let the signed text take its place before it is logged. */
static int item_sign(struct delivering *delivering, const char *path, struct outbox_item *item,
		     struct error *err)
{
	const struct context *ctx = delivering->registry->ctx;
	CLEANUP(buffer_release) struct buffer text;
	struct outbox_signer signer = { .origin = delivering->registry->origin };
	struct digest identity;

	buffer_init(&text, OUTBOX_ITEM_MAX);
	if (key_open(delivering, err) ||
	    signer_ask(delivering->registry, public_key_id(delivering->key->public_key), item,
		       err) ||
	    settings_get_bool(&delivering->registry->settings, SETTING_PRIVATE, &signer.salted,
			      err))
		return -1;
	signer.key = delivering->key;
	if (outbox_item_sign(ctx, item, &signer, &text, &identity, err) ||
	    file_write(path, buffer_view(&text), 0600, FILE_REPLACE, err))
		return -1;
	outbox_item_release(item);
	return outbox_item_parse(buffer_view(&text), item, err);
}

static enum taken item_take(struct delivering *delivering, const char *path,
			    struct outbox_item *item, struct digest *out_identity,
			    struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, OUTBOX_ITEM_MAX);
	if (file_read(path, &text, err))
		return err->code == ERROR_CORRUPT ? TAKEN_NEVER : TAKEN_NOT_NOW;
	if (outbox_item_parse(buffer_view(&text), item, err))
		return TAKEN_NEVER;
	if (item->kind == STATEMENT_supersession)
		return supersession_deliver(delivering, item, out_identity, err);
	if (item->predicate &&
	    outbox_item_check(delivering->registry->ctx, item, delivering->registry->origin, err))
		return err->code == ERROR_SYSTEM ? TAKEN_NOT_NOW : TAKEN_NEVER;
	if (item->predicate && item_sign(delivering, path, item, err))
		return err->code == ERROR_UNTRUSTED && delivering->key ? TAKEN_NEVER
								       : TAKEN_NOT_NOW;
	return parcel_deliver(delivering, item, out_identity, err);
}

static int item_deliver(struct delivering *delivering, const char *name, struct error *err)
{
	CLEANUP(outbox_item_release) struct outbox_item item = { .json = NULL };
	const struct context *ctx = delivering->registry->ctx;
	CLEANUP(text_free) char *path = NULL;
	struct digest identity = { { 0 } };
	struct error why = { 0 };
	enum taken taken;

	if (path_join(delivering->folder, name, &path, err))
		return -1;
	taken = item_take(delivering, path, &item, &identity, &why);
	if (taken == TAKEN_NOT_NOW)
		return error_set(err, why.code, "%s", why.text);
	if (taken == TAKEN_NEVER) {
		delivering->done.refused++;
		context_notice(ctx, "'%s' is set aside: %s", item.json ? item.about : name,
			       why.text);
		return outbox_set_aside(delivering->folder, name, why.text, err);
	}
	if (delivering->visit(delivering->arg, &item, &identity, err))
		return -1;
	if (unlink(path))
		return error_system(err, errno, "cannot remove '%s', which was delivered", path);
	if (taken == TAKEN_BEFORE)
		delivering->done.existed++;
	else
		delivering->done.delivered++;
	return folder_sync(delivering->folder, err);
}

/* What was put while the rest was delivered is delivered too. */
static int all_deliver(struct delivering *delivering, struct error *err)
{
	for (;;) {
		CLEANUP(outbox_list_release) struct outbox_list list = { .name = NULL };

		if (outbox_list(delivering->folder, &list, err))
			return -1;
		if (!list.count)
			return 0;
		for (size_t i = 0; i < list.count; i++)
			if (context_check_cancelled(delivering->registry->ctx, err) ||
			    item_deliver(delivering, list.name[i], err))
				return -1;
	}
}

/* Why nothing moves, for outbox_look. It is told, not relied on. */
void outbox_problem(const char *folder, const char *text)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(buffer_release) struct buffer line;
	struct error ignored = { 0 };

	buffer_init(&line, 2 * OUTBOX_REASON_MAX);
	if (path_join(folder, "problem.txt", &path, &ignored))
		return;
	if (!text)
		(void)unlink(path);
	else if (buffer_printf(&line, &ignored, "%.*s\n", OUTBOX_REASON_MAX - 2, text) == 0)
		(void)!file_write(path, buffer_view(&line), 0600, FILE_REPLACE, &ignored);
}

int outbox_deliver(struct registry *registry, const char *folder, const char *key,
		   outbox_visit visit, void *arg, struct outbox_delivery *out_delivery,
		   struct error *err)
{
	CLEANUP(delivering_release)
	struct delivering delivering = { registry, folder, .key_name = key, .visit = visit,
					 .arg = arg };
	CLEANUP(file_lock_release) struct file_lock lock = { 0 };
	CLEANUP(text_free) char *path = NULL;
	bool taken;
	int failed;

	if (folder_make(folder, err) || path_join(folder, "deliver.lock", &path, err) ||
	    file_lock_try(path, &lock, &taken, err))
		return -1;
	delivering.done.busy = !taken;
	failed = taken ? all_deliver(&delivering, err) : 0;
	if (taken)
		outbox_problem(folder, failed ? err->text : NULL);
	*out_delivery = delivering.done;
	return failed ? -1 : 0;
}
