/*
 * A registry's log, written: sequence, integrate, sign, publish; and what is
 * done first at every start, finish what a crash left or refuse.
 *
 * Order (docs/architecture.md): entries and claims in log.db (one transaction,
 * synchronous=FULL) → bundles and tiles, each if absent → checkpoint signed and compared and
 * swapped in lock.db → checkpoint file replaced. What is sequenced keeps its index for
 * ever, so tiles written twice have the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "registry/log_inner.h"

static const char sequence_schema[] =
	"CREATE TABLE entry(idx INTEGER PRIMARY KEY, ident TEXT NOT NULL UNIQUE);"
	"CREATE TABLE pending(idx INTEGER PRIMARY KEY REFERENCES entry(idx), bytes BLOB NOT NULL);"
	"CREATE TABLE claim(folded TEXT PRIMARY KEY, spelled TEXT NOT NULL, statement TEXT NOT "
	"NULL, idx INTEGER NOT NULL REFERENCES entry(idx));";

static const char lock_schema[] =
	"CREATE TABLE checkpoint(origin TEXT PRIMARY KEY, note BLOB NOT NULL);";

int log_sign(struct signing_key *signer, const struct note_key *key, uint64_t size,
	     const struct digest *root, struct buffer *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text, signature;
	struct tree_head head = { .size = size, .root = *root };

	buffer_init(&text, NOTE_MAX_BYTES);
	buffer_init(&signature, ED25519_SIGNATURE_SIZE);
	memcpy(head.origin, key->name, sizeof(head.origin));
	if (tree_head_build(&head, &text, err) ||
	    signing_key_sign(signer, buffer_view(&text), &signature, err))
		return -1;
	if (signature.len != ED25519_SIGNATURE_SIZE)
		return error_set(err, ERROR_SYSTEM, "the log's key made no Ed25519 signature");
	return note_build(buffer_view(&text), key, signature.data, out, err);
}

/* The verifier key that goes with a private Ed25519 key. */
static int note_key_of(const struct signing_key *signer, const char *origin,
		       struct note_key *out_key, struct error *err)
{
	struct span der = public_key_der(signer->public_key);

	if (signer->type != SIGNING_ED25519 || der.len < ED25519_KEY_SIZE)
		return error_set(err, ERROR_USAGE, "the log's key is not Ed25519");
	return note_key_make(origin, der.data + der.len - ED25519_KEY_SIZE, out_key, err);
}

/* ---- Making an empty log ---- */

static int vkey_write(const struct log *log, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;

	buffer_init(&text, NOTE_VKEY_MAX + 1);
	return log_path(log, "keys/log.vkey", &path, err) ||
			       buffer_printf(&text, err, "%s\n", log->vkey) ||
			       file_write(path, buffer_view(&text), 0644, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

static int databases_make(struct log *log, struct span note, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	CLEANUP(text_free) char *lock = NULL, *sequence = NULL;

	if (log_path(log, "log.db", &sequence, err) || log_path(log, "lock.db", &lock, err) ||
	    database_open(sequence, DATABASE_DURABLE, &log->sequence, err) ||
	    database_run(log->sequence, sequence_schema, err) ||
	    database_open(lock, DATABASE_DURABLE, &log->lock, err) ||
	    database_run(log->lock, lock_schema, err) ||
	    query_new(log->lock, "INSERT INTO checkpoint(origin, note) VALUES (?, ?)", &query, err))
		return -1;
	query_bind_text(query, 1, log->key.name);
	query_bind_bytes(query, 2, note);
	return query_run(query, err);
}

int log_create(const struct context *ctx, const char *folder, const char *origin, unsigned key_mode,
	       struct error *err)
{
	CLEANUP(text_free) char *keys = NULL, *key = NULL, *served = NULL;
	CLEANUP(buffer_release) struct buffer note;
	CLEANUP(log_close) struct log *log = calloc(1, sizeof(*log));
	struct digest root = merkle_empty();

	buffer_init(&note, NOTE_MAX_BYTES);
	if (!log)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log");
	log->ctx = ctx;
	log->folder = strdup(folder);
	if (!log->folder)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log");
	if (log_path(log, "keys", &keys, err) || log_path(log, "keys/log.key", &key, err) ||
	    log_path(log, "log", &served, err) || folder_make(keys, err) ||
	    folder_make(served, err) ||
	    signing_key_generate_path(ctx, key, key_mode, SIGNING_ED25519, NULL, err) ||
	    signing_key_open_path(ctx, key, &log->signer, err) ||
	    note_key_of(log->signer, origin, &log->key, err))
		return -1;
	note_key_format(&log->key, log->vkey);
	if (vkey_write(log, err) || log_sign(log->signer, &log->key, 0, &root, &note, err) ||
	    databases_make(log, buffer_view(&note), err) ||
	    blobs_open_folder(served, &log->blobs, err))
		return -1;
	return blobs_replace(log->blobs, "checkpoint", buffer_view(&note), err);
}

/* ---- Opening for writing ---- */

static int writer_open(struct log *log, struct error *err)
{
	CLEANUP(text_free) char *key = NULL;
	struct note_key mine;

	if (log_sequence(log, err) || log_database(log, "lock.db", &log->lock, err))
		return -1;
	if (log->signer)
		return 0;
	if (log_path(log, "keys/log.key", &key, err) ||
	    signing_key_open_path(log->ctx, key, &log->signer, err))
		return error_prefix(err, "only who holds the log's key can write the log");
	if (note_key_of(log->signer, log->key.name, &mine, err))
		return -1;
	if (!note_key_equal(&mine, &log->key))
		return error_set(err, ERROR_CORRUPT,
				 "keys/log.key is not the key that keys/log.vkey names");
	return 0;
}

/* The last checkpoint that was ever signed. */
static int lock_read(struct log *log, struct log_head *out_head, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	bool row;

	if (query_new(log->lock, "SELECT note FROM checkpoint WHERE origin = ?", &query, err))
		return error_prefix(err, "lock.db");
	query_bind_text(query, 1, log->key.name);
	if (query_step(query, &row, err))
		return -1;
	if (!row)
		return error_set(err, ERROR_CORRUPT,
				 "lock.db remembers no checkpoint of '%s': it is never restored, "
				 "so nothing is signed any more",
				 log->key.name);
	if (log_head_of(log, query_bytes(query, 0), out_head, err))
		return error_prefix(err, "lock.db");
	return 0;
}

int log_remembered(struct log *log, struct log_head *out_head, struct error *err)
{
	return log_database(log, "lock.db", &log->lock, err) || lock_read(log, out_head, err) ? -1
											      : 0;
}

/* Swap the remembered checkpoint for a new one iff it still is `old`. */
static int lock_swap(struct log *log, struct span old, struct span new, struct error *err)
{
	CLEANUP(log_head_release) struct log_head there = { 0 };
	CLEANUP(query_free) struct query *query = NULL;
	int failed;

	if (query_new(log->lock, "UPDATE checkpoint SET note = ? WHERE origin = ?", &query, err) ||
	    database_begin(log->lock, err))
		return -1;
	failed = lock_read(log, &there, err);
	if (!failed && !span_equal(buffer_view(&there.note), old))
		failed = error_set(err, ERROR_SYSTEM,
				   "somebody else signed a checkpoint meanwhile: try again");
	if (!failed) {
		query_bind_bytes(query, 1, new);
		query_bind_text(query, 2, log->key.name);
		failed = query_run(query, err) || database_commit(log->lock, err);
	}
	if (failed)
		database_rollback(log->lock);
	return failed ? -1 : 0;
}

/* ---- Start-up: finish or refuse ---- */

/* Keep both checkpoints where people can look, and refuse. */
static int refuse(struct log *log, const char *why, const struct log_head *lock,
		  const struct log_head *file, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;
	struct error ignored = { 0 };
	struct span none = { NULL, 0 };

	buffer_init(&text, 3 * NOTE_MAX_BYTES);
	if (log_path(log, "log-evidence.txt", &path, &ignored) == 0 &&
	    buffer_printf(&text, &ignored, "%s\n\nlock.db remembers:\n", why) == 0 &&
	    buffer_add(&text, buffer_view(&lock->note), &ignored) == 0 &&
	    buffer_add_text(&text, "\nlog/checkpoint says:\n", &ignored) == 0 &&
	    buffer_add(&text, file ? buffer_view(&file->note) : none, &ignored) == 0)
		(void)!file_write(path, buffer_view(&text), 0644, FILE_REPLACE, &ignored);
	return error_set(err, ERROR_CORRUPT,
			 "%s; nothing is signed any more, and log-evidence.txt keeps both "
			 "checkpoints",
			 why);
}

/* Compare the published checkpoint with the remembered one; publish the latter if it is ahead. */
static int checkpoint_compare(struct log *log, const struct log_head *lock, struct error *err)
{
	CLEANUP(log_head_release) struct log_head file = { 0 };
	struct error absent = { 0 };
	struct digest root;

	if (log_head(log, &file, &absent)) {
		if (absent.code == ERROR_ABSENT)
			return blobs_replace(log->blobs, "checkpoint", buffer_view(&lock->note),
					     err);
		return error_set(err, absent.code, "%s", absent.text);
	}
	if (file.size > lock->size)
		return refuse(log, "log/checkpoint is ahead of lock.db, which was rolled back",
			      lock, &file, err);
	if (tiles_root_within(log->tiles, file.size, lock->size, &root, err))
		return -1;
	if (!digest_equal(&root, &file.root))
		return refuse(log, "log/checkpoint is not of this log: two histories were signed",
			      lock, &file, err);
	if (file.size < lock->size)
		return blobs_replace(log->blobs, "checkpoint", buffer_view(&lock->note), err);
	return 0;
}

static int sequence_count(struct log *log, uint64_t *out_count, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	bool row;

	if (query_new(log->sequence, "SELECT coalesce(max(idx) + 1, 0) FROM entry", &query, err) ||
	    query_step(query, &row, err))
		return error_prefix(err, "log.db");
	*out_count = query_u64(query, 0);
	return 0;
}

/* Read pending entries [from, from + count) into `bytes` and point entry[] at them. */
static int pending_read(struct log *log, uint64_t from, size_t count, struct buffer *bytes,
			struct span *out_entry, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	size_t offset = 0, found = 0;
	bool row;

	if (query_new(log->sequence,
		      "SELECT idx, bytes FROM pending WHERE idx >= ? ORDER BY idx LIMIT ?", &query,
		      err))
		return -1;
	query_bind_u64(query, 1, from);
	query_bind_u64(query, 2, count);
	for (;; found++) {
		if (query_step(query, &row, err))
			return -1;
		if (!row)
			break;
		if (query_u64(query, 0) != from + found)
			break;
		out_entry[found].len = query_bytes(query, 1).len;
		if (buffer_add(bytes, query_bytes(query, 1), err))
			return -1;
	}
	if (found != count)
		return error_set(err, ERROR_CORRUPT, "log.db lacks entry %llu",
				 (unsigned long long)(from + found));
	for (size_t i = 0; i < count; i++) {
		out_entry[i].data = bytes->data + offset;
		offset += out_entry[i].len;
	}
	return 0;
}

/* Write the tiles of what is sequenced beyond `tree`. */
static int integrate(struct log *log, struct merkle *tree, uint64_t size, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes = { 0 };
	struct span *entry = calloc(LOG_BATCH_MAX, sizeof(*entry));
	int failed = 0;

	buffer_init(&bytes, (size_t)LOG_BATCH_MAX * ENTRY_MAX_BYTES);
	if (!entry)
		return error_set(err, ERROR_SYSTEM, "out of memory for entries");
	while (!failed && tree->count < size) {
		uint64_t rest = size - tree->count;
		size_t count = rest < LOG_BATCH_MAX ? (size_t)rest : LOG_BATCH_MAX;

		bytes.len = 0;
		failed = pending_read(log, tree->count, count, &bytes, entry, err) ||
			 tiles_append(log->tiles, tree, entry, count, err);
	}
	free(entry);
	return failed ? -1 : 0;
}

/* From the remembered checkpoint to one over everything that is sequenced. */
static int publish(struct log *log, const struct log_head *lock, uint64_t size, struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	CLEANUP(buffer_release) struct buffer note;
	struct digest root;
	struct merkle tree;

	buffer_init(&note, NOTE_MAX_BYTES);
	if (tiles_state(log->tiles, lock->size, &tree, err) || integrate(log, &tree, size, err))
		return -1;
	root = merkle_root(&tree);
	if (log_sign(log->signer, &log->key, tree.count, &root, &note, err) ||
	    log_head_of(log, buffer_view(&note), &head, err) ||
	    lock_swap(log, buffer_view(&lock->note), buffer_view(&note), err))
		return -1;
	return blobs_replace(log->blobs, "checkpoint", buffer_view(&note), err);
}

/* As log_recover, with the log's file lock held. */
static int recover(struct log *log, struct error *err)
{
	CLEANUP(log_head_release) struct log_head lock = { 0 };
	struct digest root;
	uint64_t sequenced;

	if (writer_open(log, err) || lock_read(log, &lock, err) ||
	    sequence_count(log, &sequenced, err))
		return -1;
	if (sequenced < lock.size)
		return refuse(log, "log.db was rolled back: it has fewer entries than were signed",
			      &lock, NULL, err);
	if (tiles_root(log->tiles, lock.size, &root, err))
		return error_prefix(err, "the log's tiles were damaged or truncated");
	if (!digest_equal(&root, &lock.root))
		return refuse(log, "the log's tiles do not give the root that was signed", &lock,
			      NULL, err);
	if (checkpoint_compare(log, &lock, err))
		return -1;
	return sequenced > lock.size ? publish(log, &lock, sequenced, err) : 0;
}

static int writing_lock(struct log *log, struct file_lock *out_lock, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	return log_path(log, "log.lock", &path, err) || file_lock_take(path, out_lock, err) ? -1
											    : 0;
}

int log_recover(struct log *log, struct error *err)
{
	CLEANUP(file_lock_release) struct file_lock held = { 0 };

	if (writing_lock(log, &held, err))
		return -1;
	tiles_forget(log->tiles);
	return recover(log, err);
}

/* ---- Appending ---- */

/* The statements of one append, prepared once. */
struct appending {
	struct query *find, *find_claim, *add, *add_pending, *add_claim;
	uint64_t next;
};

static void appending_release(struct appending *a)
{
	query_free(&a->find);
	query_free(&a->find_claim);
	query_free(&a->add);
	query_free(&a->add_pending);
	query_free(&a->add_claim);
}

static int appending_begin(struct log *log, struct appending *a, struct error *err)
{
	struct database *db = log->sequence;

	return query_new(db, "SELECT idx FROM entry WHERE ident = ?", &a->find, err) ||
			       query_new(db, "SELECT statement FROM claim WHERE folded = ?",
					 &a->find_claim, err) ||
			       query_new(db, "INSERT INTO entry(idx, ident) VALUES (?, ?)", &a->add,
					 err) ||
			       query_new(db, "INSERT INTO pending(idx, bytes) VALUES (?, ?)",
					 &a->add_pending, err) ||
			       query_new(db,
					 "INSERT INTO claim(folded, spelled, statement, idx) "
					 "VALUES (?, ?, ?, ?)",
					 &a->add_claim, err)
		       ? -1
		       : 0;
}

/* Claim a name for a statement; the same claim by a second signer adds nothing. */
static int claim_add(struct appending *a, const struct log_item *item, uint64_t index,
		     struct error *err)
{
	CLEANUP(text_free) char *folded = NULL;
	bool row, same;

	if (claim_fold(item->claim, &folded, err))
		return -1;
	query_bind_text(a->find_claim, 1, folded);
	if (query_step(a->find_claim, &row, err))
		return -1;
	same = row && query_text(a->find_claim, 0) &&
	       strcmp(query_text(a->find_claim, 0), item->statement) == 0;
	query_reset(a->find_claim);
	if (row)
		return same ? 0
			    : error_set(err, ERROR_USAGE,
					"'%s' is taken: a name is given once and never moves",
					item->claim);
	query_bind_text(a->add_claim, 1, folded);
	query_bind_text(a->add_claim, 2, item->claim);
	query_bind_text(a->add_claim, 3, item->statement);
	query_bind_u64(a->add_claim, 4, index);
	return query_run(a->add_claim, err);
}

static int item_add(struct appending *a, const struct log_item *item, uint64_t *out_index,
		    struct error *err)
{
	bool row;

	query_bind_text(a->find, 1, item->ident);
	if (query_step(a->find, &row, err))
		return -1;
	*out_index = row ? query_u64(a->find, 0) : a->next;
	query_reset(a->find);
	if (row)
		return 0;
	query_bind_u64(a->add, 1, a->next);
	query_bind_text(a->add, 2, item->ident);
	query_bind_u64(a->add_pending, 1, a->next);
	query_bind_bytes(a->add_pending, 2, item->entry);
	if (query_run(a->add, err) || query_run(a->add_pending, err) ||
	    (item->claim && claim_add(a, item, a->next, err)))
		return -1;
	a->next++;
	return 0;
}

/* All items in one transaction; what was published is no longer pending. */
static int sequence(struct log *log, const struct log_item *item, size_t count, uint64_t *out_index,
		    struct error *err)
{
	CLEANUP(appending_release) struct appending a = { 0 };
	CLEANUP(query_free) struct query *sweep = NULL;
	int failed;

	if (sequence_count(log, &a.next, err) || appending_begin(log, &a, err) ||
	    query_new(log->sequence, "DELETE FROM pending WHERE idx < ?", &sweep, err) ||
	    database_begin(log->sequence, err))
		return -1;
	query_bind_u64(sweep, 1, a.next); /* recover() published all that was sequenced */
	failed = query_run(sweep, err);
	for (size_t i = 0; i < count && !failed; i++)
		failed = item_add(&a, &item[i], &out_index[i], err);
	if (!failed)
		failed = database_commit(log->sequence, err);
	if (failed)
		database_rollback(log->sequence);
	return failed ? -1 : 0;
}

int log_append(struct log *log, const struct log_item *item, size_t count, uint64_t *out_index,
	       struct error *err)
{
	CLEANUP(file_lock_release) struct file_lock held = { 0 };
	uint64_t *index;
	int failed;

	if (count > LOG_BATCH_MAX)
		return error_set(err, ERROR_USAGE, "%zu entries are too many for one batch", count);
	for (size_t i = 0; i < count; i++)
		if (item[i].entry.len > ENTRY_MAX_BYTES)
			return error_set(err, ERROR_USAGE, "an entry of %zu bytes is too long",
					 item[i].entry.len);
	if (writing_lock(log, &held, err))
		return -1;
	tiles_forget(log->tiles); /* others may have written meanwhile */
	index = calloc(count ? count : 1, sizeof(*index));
	if (!index)
		return error_set(err, ERROR_SYSTEM, "out of memory for a batch");
	failed = recover(log, err) || sequence(log, item, count, index, err) || recover(log, err);
	if (!failed && count)
		memcpy(out_index, index, count * sizeof(*index));
	free(index);
	return failed ? -1 : 0;
}
