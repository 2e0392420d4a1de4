/* The log comes into the index: entries read and checked side by side, and taken in in order. */
#include <stdlib.h>
#include <string.h>

#include "registry/index/inner.h"
#include "registry/statement/inner.h"

enum {
	TOGETHER = 128,      /* entries that are held at a time */
	MANY = 4096,         /* entries from which on more of the tables is held in memory */
	PROGRESS_STEP = 2048 /* entries */
};

/* One entry, and what it stands for. */
struct taken {
	uint64_t place;
	struct buffer bytes, payload;
	struct entry entry;
	struct digest identity;
	struct statement statement;
	struct digest_list file;  /* of its manifest */
	struct likeness likeness; /* the same */
	enum { PASSED_OVER, BODILESS, WHOLE } what;
	bool unnamed; /* its identity is not in the entry: to be read alone */
	struct error failed;
};

struct filling {
	struct index *index;
	struct taken taken[TOGETHER];
	size_t count;
};

static void taken_release(struct taken *taken)
{
	buffer_release(&taken->bytes);
	buffer_release(&taken->payload);
	entry_release(&taken->entry);
	statement_release(&taken->statement);
	digest_list_release(&taken->file);
	*taken = (struct taken){ .what = PASSED_OVER };
}

static void filling_free(struct filling **filling)
{
	for (size_t i = 0; *filling && i < TOGETHER; i++)
		taken_release(&(*filling)->taken[i]);
	free(*filling);
	*filling = NULL;
}

/* The files of a manifest, when it is here. */
static void files_read(struct registry *registry, struct taken *taken)
{
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct error absent = { 0 };
	int failed = 0;

	buffer_init(&bytes, MANIFEST_MAX_BYTES);
	if (store_get(registry->store, &taken->statement.digest, &bytes, &absent) ||
	    manifest_parse(buffer_view(&bytes), &manifest, &absent)) {
		if (absent.code == ERROR_SYSTEM)
			taken->failed = absent;
		return;
	}
	for (size_t i = 0; i < manifest->file_count && !failed; i++)
		failed = digest_list_add(&taken->file, &manifest->file[i].sha256, &taken->failed);
	if (!failed && taken->statement.kind == STATEMENT_checkpoint &&
	    likeness_of(manifest, &taken->likeness, &taken->failed))
		taken->likeness = (struct likeness){ .count = 0 };
}

/* What is foreign or damaged is for `log audit` to tell; the rest is indexed. */
static void body_read(struct registry *registry, struct taken *taken)
{
	struct error why = { 0 };

	if (entry_payload(registry, taken->place, &taken->entry, &taken->payload, &taken->identity,
			  &why)) {
		if (why.code == ERROR_ABSENT)
			taken->what = BODILESS;
	} else if (!statement_parse(buffer_view(&taken->payload), &taken->statement, &why)) {
		taken->what = WHOLE;
		if (taken->statement.kind == STATEMENT_checkpoint ||
		    taken->statement.kind == STATEMENT_dataset)
			files_read(registry, taken);
	}
	/* A kind that a later version made is logged and kept, and this one passes over it. */
	if (why.code == ERROR_SYSTEM)
		taken->failed = why;
}

static void taken_read(void *arg, size_t i)
{
	struct filling *filling = arg;
	struct registry *registry = filling->index->registry;
	struct taken *taken = &filling->taken[i];
	struct error why = { 0 };

	if (entry_parse_with(registry->keys, buffer_view(&taken->bytes), &taken->entry, &why)) {
		if (why.code == ERROR_SYSTEM)
			taken->failed = why;
		return;
	}
	taken->unnamed = !taken->entry.control && !taken->entry.has_identity;
	if (!taken->unnamed)
		body_read(registry, taken);
}

/* A statement whose body is gone: that it was logged, and whatever its claim will say of it. */
static int bodiless_take(struct index *index, struct log *log, const struct taken *taken,
			 struct error *err)
{
	CLEANUP(text_free) char *ident = NULL;
	struct digest identity = taken->entry.identity;
	struct error why = { 0 };

	if (taken->entry.certificate.len)
		return 0; /* nothing of it was ever kept here */
	/* A P-384 entry does not say it; the sequence does, and is believed in nothing else. */
	if (!taken->entry.has_identity &&
	    (log_ident(log, taken->place, &ident, &why) || strlen(ident) < 2 * DIGEST_SIZE ||
	     digest_from_hex((struct span){ (const uint8_t *)ident, 2 * DIGEST_SIZE }, &identity,
			     &why)))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	return index_take_bodiless(index, taken->place, &identity, public_key_id(taken->entry.key),
				   err);
}

static int taken_write(struct index *index, struct log *log, struct taken *taken, struct error *err)
{
	if (taken->unnamed)
		body_read(index->registry, taken);
	if (taken->failed.code)
		return error_set(err, taken->failed.code, "%s", taken->failed.text);
	if (taken->what == BODILESS)
		return bodiless_take(index, log, taken, err);
	return taken->what == WHOLE ? index_take(index, taken->place, &taken->identity,
						 public_key_id(taken->entry.key), &taken->statement,
						 &taken->file, &taken->likeness, err)
				    : 0;
}

static int some_fill(struct filling *filling, struct log *log, uint64_t from, uint64_t size,
		     struct error *err)
{
	struct index *index = filling->index;

	filling->count = size - from < TOGETHER ? (size_t)(size - from) : TOGETHER;
	for (size_t i = 0; i < filling->count; i++) {
		struct taken *taken = &filling->taken[i];

		taken->place = from + i;
		buffer_init(&taken->bytes, ENTRY_MAX_BYTES);
		buffer_init(&taken->payload, STATEMENT_PAYLOAD_MAX_BYTES);
		if (tiles_entry(log_tiles(log), taken->place, size, &taken->bytes, err))
			return -1;
	}
	threads_run(index->registry->ctx->threads, filling->count, taken_read, filling);
	for (size_t i = 0; i < filling->count; i++) {
		if (taken_write(index, log, &filling->taken[i], err))
			return -1;
		taken_release(&filling->taken[i]);
	}
	return 0;
}

int index_fill(struct index *index, struct log *log, uint64_t from, uint64_t size,
	       struct error *err)
{
	CLEANUP(filling_free) struct filling *filling = calloc(1, sizeof(*filling));

	if (!filling)
		return error_set(err, ERROR_SYSTEM, "out of memory for the index");
	filling->index = index;
	/* Most rows go to places all over the tables. */
	if (size - from >= MANY && database_run(index->database, "PRAGMA cache_size = -49152", err))
		return -1;
	for (uint64_t at = from; at < size; at += filling->count) {
		if (context_check_cancelled(index->registry->ctx, err) ||
		    some_fill(filling, log, at, size, err))
			return -1;
		if ((at - from) % PROGRESS_STEP == 0)
			context_progress(index->registry->ctx, "indexing the log", "entries",
					 at - from, size - from);
	}
	return 0;
}
