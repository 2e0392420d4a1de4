/* The index: opened, filled from the log and the statements, thrown away and made again. */
#include "registry/index.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/home_inner.h"
#include "registry/index/inner.h"
#include "registry/statement/inner.h"

extern const uint8_t schema_index_sql[];
extern const size_t schema_index_sql_len;

/* The schema as text: the embedded bytes have no NUL to rely on. */
static int schema_text(char **out_text, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, 1u << 20);
	return buffer_add(&text, (struct span){ schema_index_sql, schema_index_sql_len }, err) ||
			       buffer_to_text(&text, out_text, err)
		       ? -1
		       : 0;
}

/* ---- What the index knows about itself ---- */

static int about_set(struct index *index, const char *name, const char *value, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;

	if (query_new(index->database,
		      "INSERT INTO about(name, value) VALUES (?, ?) "
		      "ON CONFLICT(name) DO UPDATE SET value = excluded.value",
		      &query, err))
		return -1;
	query_bind_text(query, 1, name);
	query_bind_text(query, 2, value);
	return query_run(query, err);
}

/* The value, malloced; "" when there is none. */
static int about_get(struct index *index, const char *name, char **out_value, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	const char *value;
	bool row;

	if (index_ask(index, "SELECT value FROM about WHERE name = ?", name, &query, &row, err))
		return -1;
	value = row ? query_text(query, 0) : NULL;
	*out_value = strdup(value ? value : "");
	return *out_value ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for the index");
}

int index_ask(struct index *index, const char *sql, const char *text, struct query **out_query,
	      bool *out_row, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;

	if (query_new(index->database, sql, &query, err))
		return -1;
	query_bind_text(query, 1, text);
	if (query_step(query, out_row, err))
		return -1;
	*out_query = query;
	query = NULL; /* handed over */
	return 0;
}

/* ---- Making it ---- */

/* Is it an index of this version, of this registry? */
static bool tables_fit(struct index *index)
{
	CLEANUP(text_free) char *version = NULL, *origin = NULL;
	struct error ignored = { 0 };

	return about_get(index, "version", &version, &ignored) == 0 &&
	       about_get(index, "origin", &origin, &ignored) == 0 &&
	       strcmp(version, INDEX_VERSION) == 0 && strcmp(origin, index->registry->origin) == 0;
}

static int tables_make(struct index *index, struct error *err)
{
	CLEANUP(text_free) char *schema = NULL;
	int failed;

	if (schema_text(&schema, err) || database_begin(index->database, err))
		return -1;
	if (tables_fit(index)) { /* another process was faster */
		database_rollback(index->database);
		return 0;
	}
	failed = database_run(index->database, schema, err) ||
		 about_set(index, "version", INDEX_VERSION, err) ||
		 about_set(index, "origin", index->registry->origin, err) ||
		 about_set(index, "size", "0", err) || database_commit(index->database, err);
	if (failed)
		database_rollback(index->database);
	return failed ? -1 : 0;
}

/* What is in the index: of one moment, as others take in the log meanwhile. */
static int place_read(struct index *index, uint64_t *out_size, char **out_root, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	const char *size, *root;
	bool row;

	if (query_new(index->database,
		      "SELECT (SELECT value FROM about WHERE name = 'size'), "
		      "(SELECT value FROM about WHERE name = 'root')",
		      &query, err) ||
	    query_step(query, &row, err))
		return -1;
	size = row ? query_text(query, 0) : NULL;
	root = row ? query_text(query, 1) : NULL;
	*out_size = size ? strtoull(size, NULL, 10) : 0;
	*out_root = strdup(root ? root : "");
	return *out_root ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for the index");
}

/*
 * The log's part that is in the index; *out_fits when the log still begins with it. The head is
 * read after what is in the index: a log that others append to has at least that by then.
 */
static int place_find(struct index *index, struct log *log, struct log_head *out_head,
		      uint64_t *out_size, bool *out_fits, struct error *err)
{
	CLEANUP(text_free) char *root = NULL;
	char hex[DIGEST_HEX_SIZE];
	struct digest found;

	log_head_release(out_head);
	*out_head = (struct log_head){ 0 };
	if (place_read(index, out_size, &root, err) || log_signed(log, out_head, err))
		return -1;
	*out_fits = *out_size <= out_head->size;
	if (!*out_fits || !*out_size)
		return 0;
	if (tiles_root_within(log_tiles(log), *out_size, out_head->size, &found, err))
		return -1;
	digest_to_hex(&found, hex);
	*out_fits = strcmp(hex, root) == 0;
	return 0;
}

/* ---- Taking in the log ---- */

/* Everything in one transaction, so that an index never knows half an entry. */
static int take_all(struct index *index, struct log *log, const struct log_head *head,
		    uint64_t from, struct error *err)
{
	char size[24], root[DIGEST_HEX_SIZE];

	snprintf(size, sizeof(size), "%llu", (unsigned long long)head->size);
	digest_to_hex(&head->root, root);
	return index_fill(index, log, from, head->size, err) ||
			       about_set(index, "size", size, err) ||
			       about_set(index, "root", root, err)
		       ? -1
		       : 0;
}

/* *out_fits is false when the index is of another history and must be thrown away. */
static int catch_up(struct index *index, bool *out_fits, struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct log *log;
	uint64_t from;
	int failed;

	if (registry_log(index->registry, &log, err) ||
	    place_find(index, log, &head, &from, out_fits, err))
		return -1;
	if (!*out_fits || from == head.size)
		return 0;
	if (database_begin(index->database, err))
		return -1;
	/* Another process may have been here first. */
	failed = place_find(index, log, &head, &from, out_fits, err);
	if (!failed && *out_fits && from < head.size)
		failed = take_all(index, log, &head, from, err) ||
			 database_commit(index->database, err);
	database_rollback(index->database);
	return failed ? -1 : 0;
}

int index_catch_up(struct index *index, struct error *err)
{
	bool fits;

	if (catch_up(index, &fits, err))
		return -1;
	return fits ? 0
		    : error_set(err, ERROR_CORRUPT,
				"the index is of another history of the log: akashi reindex");
}

/* ---- Opening ---- */

static int path_of(const struct registry *registry, char **out_path, struct error *err)
{
	return registry_path(registry, "index.db", out_path, err);
}

static int index_remove(const char *path, struct error *err)
{
	static const char *const suffix[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < 3; i++) {
		CLEANUP(text_free) char *file = NULL;

		if (asprintf(&file, "%s%s", path, suffix[i]) < 0) {
			file = NULL;
			return error_set(err, ERROR_SYSTEM, "out of memory for a path");
		}
		if (unlink(file) && errno != ENOENT)
			return error_system(err, errno, "cannot remove '%s'", file);
	}
	return 0;
}

/* Open what is there, or begin anew; *out_fits as for catch_up. */
static int open_at(struct registry *registry, const char *path, struct index **out_index,
		   bool *out_fits, struct error *err)
{
	CLEANUP(index_close) struct index *index = calloc(1, sizeof(*index));
	bool fresh = !file_exists(path);

	if (!index)
		return error_set(err, ERROR_SYSTEM, "out of memory for the index");
	index->registry = registry;
	if (database_open(path, DATABASE_CREATE, &index->database, err))
		return -1;
	if (!tables_fit(index) && tables_make(index, err)) {
		if (fresh)
			return -1;
		*err = (struct error){ 0 };
		*out_fits = false;
		return 0;
	}
	if (!tables_fit(index)) {
		*out_fits = false;
		return 0;
	}
	if (catch_up(index, out_fits, err))
		return -1;
	*out_index = index;
	index = NULL; /* handed over */
	return 0;
}

int index_open(struct registry *registry, struct index **out_index, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(index_close) struct index *index = NULL;
	struct error why = { 0 };
	bool fits = false;

	if (path_of(registry, &path, err))
		return -1;
	if (open_at(registry, path, &index, &fits, &why) == 0 && fits) {
		*out_index = index;
		index = NULL; /* handed over */
		return 0;
	}
	index_close(&index);
	/* Nothing is only here: what is damaged is made again, and where that cannot be written, in
	 * memory. */
	if (why.code == ERROR_SYSTEM || index_remove(path, &why)) {
		why = (struct error){ 0 };
		if (open_at(registry, ":memory:", &index, &fits, err))
			return -1;
	} else if (open_at(registry, path, &index, &fits, err)) {
		return -1;
	}
	if (!fits)
		return error_set(err, ERROR_CORRUPT, "the index cannot be made from this log");
	*out_index = index;
	index = NULL; /* handed over */
	return 0;
}

void index_close(struct index **index)
{
	if (!*index)
		return;
	for (size_t i = 0; i < (*index)->prepared_count; i++)
		query_free(&(*index)->prepared[i].query);
	database_close(&(*index)->database);
	free(*index);
	*index = NULL;
}

int registry_reindex(struct registry *registry, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	struct index *index;

	index_close(&registry->index);
	return registry_sweep(registry, err) || path_of(registry, &path, err) ||
			       index_remove(path, err) || registry_index(registry, &index, err)
		       ? -1
		       : 0;
}

/* What SQLite finds wrong in its own file. Nothing is wrong with one that is not there. */
static bool file_whole(const char *path)
{
	CLEANUP(database_close) struct database *database = NULL;
	CLEANUP(query_free) struct query *query = NULL;
	struct error why = { 0 };
	const char *said;
	bool row;

	if (!file_exists(path))
		return true;
	if (database_open(path, DATABASE_READ, &database, &why) ||
	    query_new(database, "PRAGMA quick_check(1)", &query, &why) ||
	    query_step(query, &row, &why))
		return false;
	said = row ? query_text(query, 0) : NULL;
	return said && strcmp(said, "ok") == 0;
}

int index_examine(struct registry *registry, uint64_t statements, bool *out_made, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	struct index_counts counts;
	struct index *index;
	bool whole;

	if (path_of(registry, &path, err))
		return -1;
	whole = file_whole(path);
	if (whole && (registry_index(registry, &index, err) || index_count(index, &counts, err)))
		return -1;
	/* A body that was taken away, and that the index still has, is as wrong as one it lacks. */
	*out_made = !whole ||
		    (statements != UINT64_MAX && counts.statements - counts.bodiless != statements);
	return *out_made ? registry_reindex(registry, err) : 0;
}
