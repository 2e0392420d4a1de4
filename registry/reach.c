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
#include "registry/reach_inner.h"
#include "registry/statement_inner.h"

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

/* A statement that is logged and not kept. What the log says is believed as it stands. */
static int entry_look(struct reaching *reaching, struct tiles *tiles, uint64_t index, uint64_t size,
		      struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(entry_release) struct entry entry = { 0 };
	CLEANUP(text_free) char *path = NULL;
	struct error ignored = { 0 };

	buffer_init(&bytes, ENTRY_MAX_BYTES);
	if (tiles_entry(tiles, index, size, &bytes, err))
		return -1;
	if (entry_parse_with(reaching->registry->keys, buffer_view(&bytes), &entry, &ignored) ||
	    entry.certificate.len || !entry.has_identity)
		return ignored.code == ERROR_SYSTEM
			       ? error_set(err, ERROR_SYSTEM, "%s", ignored.text)
			       : 0;
	if (statement_path(reaching->registry, &entry.identity, public_key_id(entry.key), &path,
			   err))
		return -1;
	return file_exists(path) ? 0
				 : blind(reaching, REACH_MISSING, &entry.identity, NULL,
					 "it is logged, and it is not here", err);
}

static int log_look(struct reaching *reaching, struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct log *log;

	if (registry_log(reaching->registry, &log, err) || log_signed(log, &head, err))
		return -1;
	for (uint64_t i = 0; i < head.size; i++)
		if (((i & 1023) == 0 && context_check_cancelled(reaching->registry->ctx, err)) ||
		    entry_look(reaching, log_tiles(log), i, head.size, err))
			return -1;
	return 0;
}

/* ---- Statements, some at a time ---- */

static bool name_read(const char *name, struct reached *out_reached)
{
	const uint8_t *bytes = (const uint8_t *)name;
	struct error ignored = { 0 };

	return strlen(name) == NAME_SIZE && name[64] == '.' && strcmp(name + 129, ".json") == 0 &&
	       digest_from_hex((struct span){ bytes, 64 }, &out_reached->identity, &ignored) == 0 &&
	       digest_from_hex((struct span){ bytes + 65, 64 }, &out_reached->signer, &ignored) ==
		       0;
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

	reached_read(reaching->registry, &reaching->batch[i]);
}

static int reached_take(struct reaching *reaching, const struct reached *reached, struct error *err)
{
	const struct reach_request *request = reaching->request;
	bool released = false;

	if (reached->why.code == ERROR_SYSTEM)
		return error_set(err, ERROR_SYSTEM, "%s", reached->why.text);
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

	if (registry_path(reaching->registry, "statements", &path, err))
		return -1;
	reaching->folder = opendir(path);
	if (!reaching->folder)
		return error_system(err, errno, "cannot list '%s'", path);
	while (errno = 0, (entry = readdir(reaching->folder))) {
		if (!name_read(entry->d_name, &reaching->batch[reaching->count]))
			continue;
		if (++reaching->count == reaching->room && batch_take(reaching, err))
			return -1;
	}
	if (errno)
		return error_system(err, errno, "cannot list '%s'", path);
	return batch_take(reaching, err);
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
	return retained_list(&reaching, err) ||
			       (!request->log_checked && log_look(&reaching, err)) ||
			       statements_take(&reaching, err)
		       ? -1
		       : 0;
}
