/* Which objects a registry needs: from all statements that are kept to what they name. */
#include "registry/reach.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/evidence.h"
#include "registry/index.h"
#include "registry/log.h"
#include "registry/reach/inner.h"
#include "registry/remembered.h"
#include "registry/statement/inner.h"

enum {
	BATCH_PER_THREAD = 4, /* statements and manifests at a time */
	BATCH_MAX = 64,
	NAME_SIZE = 2 * 64 + 6, /* HEX.KEY.json */
};

struct reaching {
	struct registry *registry;
	const struct reach_request *request;
	struct evidence *evidence;
	struct trust trust;
	bool trusted;                /* there is a policy to believe retentions and tombstones by */
	struct digest_list retained; /* versions of which a retention speaks, sorted */
	struct reached *batch;       /* BATCH_MAX */
	size_t count, room;
	DIR *folder;
	uint64_t done;
};

static void reaching_release(struct reaching *reaching)
{
	for (size_t i = 0; reaching->batch && i < BATCH_MAX; i++)
		reached_release(&reaching->batch[i]);
	free(reaching->batch);
	digest_list_release(&reaching->retained);
	trust_release(&reaching->trust);
	evidence_close(&reaching->evidence);
	if (reaching->folder)
		closedir(reaching->folder);
}

/* ---- What was released ---- */

static int retention_collect(void *arg, const struct index_row *row, struct error *err)
{
	struct reaching *reaching = arg;
	struct digest digest;

	if (strcmp(row->kind, statement_kind_name(STATEMENT_retention)) != 0)
		return 0;
	return digest_from_hex(span_of(row->digest), &digest, err) ||
			       digest_list_add(&reaching->retained, &digest, err)
		       ? -1
		       : 0;
}

/* Where the log is too damaged to believe anything, nothing counts as taken away on purpose. */
static int trust_open(struct reaching *reaching, struct error *err)
{
	struct registry *registry = reaching->registry;
	struct error why = { 0 };

	if (registry_evidence(registry, &reaching->evidence, err))
		return -1;
	reaching->trusted =
		registry_trust(registry, reaching->evidence, &reaching->trust, &why) == 0;
	return reaching->trusted || (why.code != ERROR_SYSTEM && reaching->request->blind)
		       ? 0
		       : error_set(err, why.code, "%s", why.text);
}

/* The index only says where to look: what it hides counts as needed, what it invents is not
 * believed. */
static int retained_list(struct reaching *reaching, struct error *err)
{
	struct registry *registry = reaching->registry;
	struct index *index;

	if (trust_open(reaching, err))
		return -1;
	if (!reaching->trusted)
		return 0;
	if (registry_index(registry, &index, err) ||
	    index_statements(index, 0, UINT64_MAX, retention_collect, reaching, err))
		return -1;
	if (reaching->retained.count)
		qsort(reaching->retained.item, reaching->retained.count, sizeof(struct digest),
		      digest_order);
	return 0;
}

static int is_released(struct reaching *reaching, const struct digest *statement,
		       bool *out_released, struct error *err)
{
	CLEANUP(believed_release) struct believed retention = { 0 };

	*out_released = false;
	if (!reaching->retained.count ||
	    !bsearch(statement, reaching->retained.item, reaching->retained.count,
		     sizeof(struct digest), digest_order))
		return 0;
	return released_find(&reaching->trust, reaching->evidence, statement, &retention,
			     out_released, err);
}

/* ---- Where nothing can be followed ---- */

static int blind(struct reaching *reaching, enum reach_blindness why,
		 const struct digest *statement, const struct digest *object, const char *cause,
		 struct error *err)
{
	CLEANUP(believed_release) struct believed tombstone = { 0 };
	char hex[DIGEST_HEX_SIZE], text[1400];
	bool withheld = false;

	/* What was taken away on purpose blinds nobody. */
	if (why == REACH_MISSING && reaching->trusted &&
	    withheld_find(&reaching->trust, reaching->evidence,
			  object ? WITHHELD_OBJECT : WITHHELD_STATEMENT,
			  object ? object : statement, &tombstone, &withheld, err))
		return -1;
	if (withheld)
		return 0;
	digest_to_hex(statement, hex);
	snprintf(text, sizeof(text), "what the statement sha256:%s needs is not known: %s", hex,
		 cause);
	if (!reaching->request->blind)
		return error_set(err, ERROR_CORRUPT, "%s", text);
	return reaching->request->blind(reaching->request->arg, why, statement, object, text, err);
}

/* An entry of the log, and whether its statement is kept. */
struct looked {
	struct buffer bytes;
	struct digest leaf, identity, signer;
	bool names; /* it names a statement of ours */
	bool known; /* so it is remembered */
	bool kept;
	struct error why; /* of the machine's */
};

struct looking {
	struct reaching *reaching;
	struct looked looked[BATCH_MAX];
	size_t count;
};

static void looking_release(struct looking *looking)
{
	for (size_t i = 0; i < BATCH_MAX; i++)
		buffer_release(&looking->looked[i].bytes);
}

/* What the log says is believed as it stands. */
static void entry_read(struct registry *registry, struct looked *looked)
{
	CLEANUP(entry_release) struct entry entry = { 0 };
	struct error ignored = { 0 };

	if (entry_parse_with(registry->keys, buffer_view(&looked->bytes), &entry, &ignored) ||
	    entry.certificate.len || !entry.has_identity) {
		if (ignored.code == ERROR_SYSTEM)
			looked->why = ignored;
		return;
	}
	looked->names = true;
	looked->identity = entry.identity;
	looked->signer = *public_key_id(entry.key);
}

static void looked_work(void *arg, size_t i)
{
	struct looking *looking = arg;
	struct registry *registry = looking->reaching->registry;
	const struct remembered *remembered = looking->reaching->request->remembered;
	struct looked *looked = &looking->looked[i];
	CLEANUP(text_free) char *path = NULL;
	const struct remembered_item *item;

	looked->leaf = merkle_leaf(buffer_view(&looked->bytes));
	item = remembered ? remembered_entry(remembered, &looked->leaf) : NULL;
	looked->known = item != NULL;
	if (item) {
		looked->names = true;
		looked->identity = item->identity;
		looked->signer = *remembered_signer(remembered, item);
	} else {
		entry_read(registry, looked);
	}
	if (looked->names &&
	    statement_path(registry, &looked->identity, &looked->signer, &path, &looked->why) == 0)
		looked->kept = file_exists(path);
}

/* A statement that is logged and not kept blinds. */
static int looked_take(struct reaching *reaching, const struct looked *looked, struct error *err)
{
	const struct remembered_news news = { .identity = looked->identity,
					      .signer = looked->signer,
					      .leaf = &looked->leaf };
	struct remembered *remembered = reaching->request->remembered;

	if (looked->why.code)
		return error_set(err, looked->why.code, "%s", looked->why.text);
	if (!looked->names)
		return 0;
	if (!looked->kept)
		return blind(reaching, REACH_MISSING, &looked->identity, NULL,
			     "it is logged, and it is not here", err);
	return remembered && !looked->known ? remembered_add(remembered, &news, err) : 0;
}

static int looked_batch(struct looking *looking, struct error *err)
{
	struct reaching *reaching = looking->reaching;

	threads_run(reaching->registry->ctx->threads, looking->count, looked_work, looking);
	for (size_t i = 0; i < looking->count; i++)
		if (looked_take(reaching, &looking->looked[i], err))
			return -1;
	looking->count = 0;
	return context_check_cancelled(reaching->registry->ctx, err);
}

static int log_look(struct reaching *reaching, struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	CLEANUP(looking_release) struct looking looking = { .reaching = reaching };
	struct log *log;

	for (size_t i = 0; i < BATCH_MAX; i++)
		buffer_init(&looking.looked[i].bytes, ENTRY_MAX_BYTES);
	if (registry_log(reaching->registry, &log, err) || log_signed(log, &head, err))
		return -1;
	for (uint64_t i = 0; i < head.size; i++) {
		struct looked *looked = &looking.looked[looking.count++];
		struct buffer bytes = looked->bytes;

		bytes.len = 0;
		*looked = (struct looked){ .bytes = bytes };
		if (tiles_entry(log_tiles(log), i, head.size, &looked->bytes, err) ||
		    (looking.count == BATCH_MAX && looked_batch(&looking, err)))
			return -1;
	}
	return looked_batch(&looking, err);
}

/* ---- Statements, some at a time ---- */

bool reach_name_read(const char *name, struct digest *out_identity, struct digest *out_signer)
{
	const uint8_t *bytes = (const uint8_t *)name;
	struct error ignored = { 0 };

	return strlen(name) == NAME_SIZE && name[64] == '.' && strcmp(name + 129, ".json") == 0 &&
	       digest_from_hex((struct span){ bytes, 64 }, out_identity, &ignored) == 0 &&
	       digest_from_hex((struct span){ bytes + 65, 64 }, out_signer, &ignored) == 0;
}

static void batch_clear(struct reaching *reaching)
{
	for (size_t i = 0; i < reaching->count; i++)
		reached_release(&reaching->batch[i]);
	reaching->count = 0;
}

static void reached_work(void *arg, size_t i)
{
	struct reaching *reaching = arg;

	struct remembered *remembered = reaching->request->remembered;
	struct reached *reached = &reaching->batch[i];

	if (remembered)
		reached_recall(reaching->registry, remembered, reached);
	if (reached->known)
		return;
	reached_read(reaching->registry, reached);
	if (remembered)
		reached_note(reaching->registry, reached);
}

/* What was read is noted, and what was remembered is still so. */
static int reached_remember(struct remembered *remembered, const struct reached *reached,
			    struct error *err)
{
	const struct remembered_news news = { .identity = reached->identity,
					      .signer = reached->signer,
					      .read = true,
					      .stamp = reached->stamp,
					      .fresh = reached->fresh,
					      .facts = buffer_view(&reached->facts) };
	struct remembered_item *item;

	if (!reached->known)
		return reached->facts.len ? remembered_add(remembered, &news, err) : 0;
	item = remembered_statement(remembered, &reached->identity, &reached->signer);
	item->met = true;
	return 0;
}

static int reached_take(struct reaching *reaching, const struct reached *reached, struct error *err)
{
	const struct reach_request *request = reaching->request;
	bool released = false;

	if (reached->why.code == ERROR_SYSTEM)
		return error_set(err, ERROR_SYSTEM, "%s", reached->why.text);
	if (request->remembered && reached_remember(request->remembered, reached, err))
		return -1;
	if (reached->known)
		return is_released(reaching, &reached->identity, &released, err) ||
				       reached_visit_facts(&reached->identity,
							   buffer_view(&reached->facts), released,
							   request, err)
			       ? -1
			       : 0;
	if (!reached->read)
		return blind(reaching, reached->blind, &reached->identity, NULL, reached->why.text,
			     err);
	if (request->wanted &&
	    !request->wanted(request->arg, &reached->identity, &reached->statement))
		return 0;
	if (reached->why.code && blind(reaching, reached->blind, &reached->identity,
				       &reached->object, reached->why.text, err))
		return -1;
	return is_released(reaching, &reached->identity, &released, err) ||
			       reached_visit(reached, released, request, err)
		       ? -1
		       : 0;
}

/* Read and visit what was gathered. */
static int batch_take(struct reaching *reaching, struct error *err)
{
	const struct context *ctx = reaching->registry->ctx;

	threads_run(ctx->threads, reaching->count, reached_work, reaching);
	for (size_t i = 0; i < reaching->count; i++)
		if (reached_take(reaching, &reaching->batch[i], err))
			return -1;
	reaching->done += reaching->count;
	batch_clear(reaching);
	context_progress(ctx, "following statements", "statements", reaching->done, 0);
	return context_check_cancelled(ctx, err);
}

static int statements_take(struct reaching *reaching, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	struct dirent *entry;
	int failed = 0;

	if (registry_path(reaching->registry, "statements", &path, err))
		return -1;
	reaching->folder = opendir(path);
	if (!reaching->folder)
		return error_system(err, errno, "cannot list '%s'", path);
	while (folder_next(reaching->folder, path, &entry, &failed, err)) {
		struct reached *next = &reaching->batch[reaching->count];

		if (!reach_name_read(entry->d_name, &next->identity, &next->signer))
			continue;
		if (++reaching->count == reaching->room && batch_take(reaching, err))
			return -1;
	}
	return failed ? -1 : batch_take(reaching, err);
}

int reach_released(struct registry *registry, struct digest *out_sum, struct error *err)
{
	CLEANUP(hash_stream_free) struct hash_stream *hash = NULL;
	const struct reach_request request = { .visit = NULL };
	CLEANUP(reaching_release)
	struct reaching reaching = { .registry = registry, .request = &request };

	if (hash_stream_new(&hash, err) || retained_list(&reaching, err))
		return -1;
	for (size_t i = 0; i < reaching.retained.count; i++) {
		const struct digest *version = &reaching.retained.item[i];
		bool released;

		if (i && digest_equal(&version[-1], version))
			continue;
		if (is_released(&reaching, version, &released, err))
			return -1;
		if (released)
			hash_stream_add(hash, digest_view(version));
	}
	*out_sum = hash_stream_finish(hash);
	return 0;
}

int reach_each(struct registry *registry, const struct reach_request *request, struct error *err)
{
	CLEANUP(reaching_release)
	struct reaching reaching = { .registry = registry, .request = request };
	size_t threads = threads_count(registry->ctx->threads);

	reaching.room = threads * BATCH_PER_THREAD;
	if (reaching.room > BATCH_MAX)
		reaching.room = BATCH_MAX;
	reaching.batch = calloc(BATCH_MAX, sizeof(*reaching.batch));
	if (!reaching.batch)
		return error_set(err, ERROR_SYSTEM, "out of memory for statements");
	for (size_t i = 0; i < BATCH_MAX; i++)
		reached_init(&reaching.batch[i]);
	return retained_list(&reaching, err) ||
			       (!request->log_checked && log_look(&reaching, err)) ||
			       statements_take(&reaching, err)
		       ? -1
		       : 0;
}
