/* SQLite, spoken to in this one place. */
#include "registry/sqlite.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SQLITE_PATH_MAX = 8192 };

struct database {
	sqlite3 *handle;
};

struct query {
	struct database *database;
	sqlite3_stmt *statement;
	int bound;  /* the first failure to bind, or SQLITE_OK */
	int result; /* of the last step */
};

/* Turn the database's last failure into `err`. */
static int failed(struct database *database, const char *doing, struct error *err)
{
	int code = sqlite3_errcode(database->handle) & 0xff;
	enum error_code kind = ERROR_SYSTEM;

	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		kind = ERROR_CORRUPT;
	if (code == SQLITE_IOERR) /* which call failed */
		return error_set(err, kind, "cannot %s: %s (SQLite's code %d)", doing,
				 sqlite3_errmsg(database->handle),
				 sqlite3_extended_errcode(database->handle));
	return error_set(err, kind, "cannot %s: %s", doing, sqlite3_errmsg(database->handle));
}

static int database_prepare(struct database *database, enum database_mode mode, struct error *err)
{
	const char *setup = mode == DATABASE_DURABLE
				    ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
				    : "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;";

	if (sqlite3_busy_timeout(database->handle, SQLITE_BUSY_WAIT_MS))
		return failed(database, "set the waiting time of a database", err);
	/* A database file may come from anywhere: no schema may call functions, no cell is
	 * believed. */
	sqlite3_db_config(database->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(database->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	if (mode != DATABASE_READ && database_run(database, setup, err))
		return -1;
	return database_run(database, "PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON;", err);
}

/* "file:PATH?immutable=1", PATH with every odd byte escaped. */
static int immutable_uri(const char *path, struct buffer *out, struct error *err)
{
	if (buffer_add_text(out, "file:", err))
		return -1;
	for (const char *c = path; *c; c++) {
		bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			     (*c >= '0' && *c <= '9') || strchr("/._-", *c);

		if (plain ? buffer_add(out, (struct span){ (const uint8_t *)c, 1 }, err)
			  : buffer_printf(out, err, "%%%02x", (unsigned char)*c))
			return -1;
	}
	return buffer_add_text(out, "?immutable=1", err);
}

/*
 * Open somebody else's database, which this user can only read. Without a
 * write-ahead log beside it nobody is writing, and no file is needed for coordination.
 */
static int foreign_open(const char *path, struct database *database, struct error *err)
{
	CLEANUP(buffer_release) struct buffer uri, wal;
	CLEANUP(text_free) char *name = NULL, *beside = NULL;

	buffer_init(&uri, 4 * SQLITE_PATH_MAX);
	buffer_init(&wal, SQLITE_PATH_MAX);
	if (immutable_uri(path, &uri, err) || buffer_to_text(&uri, &name, err) ||
	    buffer_printf(&wal, err, "%s-wal", path) || buffer_to_text(&wal, &beside, err))
		return -1;
	if (sqlite3_open_v2(file_exists(beside) ? path : name, &database->handle,
			    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL))
		return error_set(err, ERROR_SYSTEM, "cannot open database '%s': %s", path,
				 database->handle ? sqlite3_errmsg(database->handle)
						  : "out of memory");
	return database_prepare(database, DATABASE_READ, err);
}

int database_open(const char *path, enum database_mode mode, struct database **out_database,
		  struct error *err)
{
	CLEANUP(database_close) struct database *database = calloc(1, sizeof(*database));
	int flags = mode == DATABASE_READ ? SQLITE_OPEN_READWRITE
					  : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;

	if (!database)
		return error_set(err, ERROR_SYSTEM, "out of memory for a database");
	if (mode == DATABASE_READ && !file_exists(path))
		return error_set(err, ERROR_ABSENT, "no database '%s'", path);
	if (file_exists(path) && access(path, W_OK)) {
		if (foreign_open(path, database, err))
			return error_prefix(err, "database '%s'", path);
		*out_database = database;
		database = NULL; /* handed over */
		return 0;
	}
	if (sqlite3_open_v2(path, &database->handle, flags | SQLITE_OPEN_NOMUTEX, NULL))
		return error_set(err, ERROR_SYSTEM, "cannot open database '%s': %s", path,
				 database->handle ? sqlite3_errmsg(database->handle)
						  : "out of memory");
	if (database_prepare(database, mode, err))
		return error_prefix(err, "database '%s'", path);

	*out_database = database;
	database = NULL; /* handed over */
	return 0;
}

void database_close(struct database **database)
{
	if (!*database)
		return;
	sqlite3_close_v2((*database)->handle);
	free(*database);
	*database = NULL;
}

int database_run(struct database *database, const char *sql, struct error *err)
{
	if (sqlite3_exec(database->handle, sql, NULL, NULL, NULL))
		return failed(database, "use a database", err);
	return 0;
}

int database_begin(struct database *database, struct error *err)
{
	return database_run(database, "BEGIN IMMEDIATE", err);
}

int database_commit(struct database *database, struct error *err)
{
	return database_run(database, "COMMIT", err);
}

void database_rollback(struct database *database)
{
	if (!sqlite3_get_autocommit(database->handle))
		sqlite3_exec(database->handle, "ROLLBACK", NULL, NULL, NULL);
}

int database_copy(struct database *database, const char *path, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;

	if (query_new(database, "VACUUM INTO ?", &query, err))
		return -1;
	query_bind_text(query, 1, path);
	return query_run(query, err) ? error_prefix(err, "a copy of it, '%s'", path) : 0;
}

int query_new(struct database *database, const char *sql, struct query **out_query,
	      struct error *err)
{
	CLEANUP(query_free) struct query *query = calloc(1, sizeof(*query));

	if (!query)
		return error_set(err, ERROR_SYSTEM, "out of memory for a query");
	query->database = database;
	if (sqlite3_prepare_v2(database->handle, sql, -1, &query->statement, NULL))
		return failed(database, "prepare a query", err);

	*out_query = query;
	query = NULL; /* handed over */
	return 0;
}

void query_free(struct query **query)
{
	if (!*query)
		return;
	sqlite3_finalize((*query)->statement);
	free(*query);
	*query = NULL;
}

static void bound(struct query *query, int code)
{
	if (code && !query->bound)
		query->bound = code;
}

void query_bind_text(struct query *query, int place, const char *text)
{
	bound(query, sqlite3_bind_text(query->statement, place, text, -1, SQLITE_TRANSIENT));
}

void query_bind_bytes(struct query *query, int place, struct span bytes)
{
	bound(query, sqlite3_bind_blob64(query->statement, place,
					 bytes.len ? bytes.data : (const uint8_t *)"", bytes.len,
					 SQLITE_TRANSIENT));
}

void query_bind_u64(struct query *query, int place, uint64_t value)
{
	bound(query, value > INT64_MAX
			     ? SQLITE_RANGE
			     : sqlite3_bind_int64(query->statement, place, (sqlite3_int64)value));
}

int query_step(struct query *query, bool *out_row, struct error *err)
{
	if (query->bound)
		return error_set(err, ERROR_SYSTEM, "cannot bind a value of a query: %s",
				 sqlite3_errstr(query->bound));
	query->result = sqlite3_step(query->statement);
	if (query->result != SQLITE_ROW && query->result != SQLITE_DONE)
		return failed(query->database, "run a query", err);
	*out_row = query->result == SQLITE_ROW;
	return 0;
}

int query_run(struct query *query, struct error *err)
{
	bool row = true;
	int result;

	while (row)
		if (query_step(query, &row, err)) {
			result = query->result;
			query_reset(query);
			query->result = result;
			return -1;
		}
	query_reset(query);
	return 0;
}

void query_reset(struct query *query)
{
	sqlite3_reset(query->statement);
	sqlite3_clear_bindings(query->statement);
	query->bound = SQLITE_OK;
	query->result = SQLITE_OK;
}

const char *query_text(struct query *query, int column)
{
	return (const char *)sqlite3_column_text(query->statement, column);
}

struct span query_bytes(struct query *query, int column)
{
	const void *data = sqlite3_column_blob(query->statement, column);

	return (struct span){ data, (size_t)sqlite3_column_bytes(query->statement, column) };
}

uint64_t query_u64(struct query *query, int column)
{
	sqlite3_int64 value = sqlite3_column_int64(query->statement, column);

	return value < 0 ? 0 : (uint64_t)value;
}

bool query_was_conflict(const struct query *query)
{
	return (query->result & 0xff) == SQLITE_CONSTRAINT;
}
