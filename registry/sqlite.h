/*
 * SQLite, spoken to in this one place: a database with prepared statements.
 *
 * Every query is a fixed text with `?` for values; columns count from 0,
 * parameters from 1. Busy databases are waited for.
 */
#ifndef REGISTRY_SQLITE_H
#define REGISTRY_SQLITE_H

#include "kernels/kernels.h"

#define SQLITE_BUSY_WAIT_MS 60000

struct database;
struct query;

enum database_mode {
	DATABASE_READ,   /* ERROR_ABSENT when there is none */
	DATABASE_CREATE, /* WAL, synchronous=NORMAL: what can be rebuilt */
	DATABASE_DURABLE /* WAL, synchronous=FULL: a commit that returned survives a power cut */
};

/* A database that this user may only read is opened for reading, whatever the mode. */
MUST_CHECK int database_open(const char *path, enum database_mode mode,
			     struct database **out_database, struct error *err);
void database_close(struct database **database);

/* Run statements without parameters or rows ("CREATE TABLE …; …"). */
MUST_CHECK int database_run(struct database *database, const char *sql, struct error *err);

/* BEGIN IMMEDIATE: the one writer from here to database_commit or database_rollback. */
MUST_CHECK int database_begin(struct database *database, struct error *err);
MUST_CHECK int database_commit(struct database *database, struct error *err);
void database_rollback(struct database *database); /* nothing when no transaction is open */

/* A copy of the whole database as it stands at one moment, in the new file `path`; who writes
 * meanwhile goes on. The caller makes it durable. */
MUST_CHECK int database_copy(struct database *database, const char *path, struct error *err);

MUST_CHECK int query_new(struct database *database, const char *sql, struct query **out_query,
			 struct error *err);
void query_free(struct query **query);

/* Bind parameters; text and bytes are copied. A failure is remembered for query_step. */
void query_bind_text(struct query *query, int place, const char *text); /* NULL: SQL NULL */
void query_bind_bytes(struct query *query, int place, struct span bytes);
void query_bind_u64(struct query *query, int place, uint64_t value); /* at most 2^63 - 1 */

/* Move to the next row: *out_row says whether there is one. ERROR_CORRUPT for a damaged file. */
MUST_CHECK int query_step(struct query *query, bool *out_row, struct error *err);

/* Run to the end, for what gives no rows; then ready to be bound anew. */
MUST_CHECK int query_run(struct query *query, struct error *err);
void query_reset(struct query *query); /* ready to be bound anew */

/* Columns of the current row, borrowed until the next step. NULL text reads as NULL. */
const char *query_text(struct query *query, int column);
struct span query_bytes(struct query *query, int column);
uint64_t query_u64(struct query *query, int column); /* 0 for NULL and for negative values */

/* A UNIQUE or PRIMARY KEY constraint stopped the last step. */
bool query_was_conflict(const struct query *query);

#endif
