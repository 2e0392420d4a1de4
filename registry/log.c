/* A registry's log, read: its head, its names, its proofs. */
#include "registry/log.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/log/inner.h"

void log_head_release(struct log_head *head)
{
	buffer_release(&head->note);
}

int log_path(const struct log *log, const char *name, char **out_path, struct error *err)
{
	return path_join(log->folder, name, out_path, err);
}

int log_open(const struct context *ctx, const char *folder, const char *origin,
	     struct log **out_log, struct error *err)
{
	CLEANUP(log_close) struct log *log = calloc(1, sizeof(*log));
	CLEANUP(text_free) char *served = NULL;

	if (!log)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log");
	log->ctx = ctx;
	log->folder = strdup(folder);
	if (!log->folder)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log");
	if (log_queue_new(&log->queue, err) || log_keys_read(log, origin, err) ||
	    log_path(log, "log", &served, err) || blobs_open_folder(served, &log->blobs, err) ||
	    tiles_new(log->blobs, &log->tiles, err))
		return -1;

	*out_log = log;
	log = NULL; /* handed over */
	return 0;
}

void log_close(struct log **log)
{
	if (!*log)
		return;
	tiles_free(&(*log)->tiles);
	blobs_close(&(*log)->blobs);
	log_sequencing_free(&(*log)->sequencing);
	log_waiting_close(&(*log)->waiting);
	log_queue_free(&(*log)->queue);
	query_free(&(*log)->find);
	query_free(&(*log)->find_claim);
	database_close(&(*log)->sequence);
	database_close(&(*log)->lock);
	log_keys_release(&(*log)->keys);
	free((*log)->folder);
	free(*log);
	*log = NULL;
}

const char *log_vkey(const struct log *log)
{
	return log->vkey;
}

const char *log_origin(const struct log *log)
{
	return log->keys.key[0].name;
}

struct log_trust log_own_trust(const struct log *log)
{
	return (struct log_trust){ .key = log->keys.key, .key_count = log->keys.count };
}

struct tiles *log_tiles(struct log *log)
{
	return log->tiles;
}

int log_database(const struct log *log, const char *name, struct database **database,
		 struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	if (*database)
		return 0;
	if (log_path(log, name, &path, err))
		return -1;
	if (!file_exists(path))
		return error_set(err, ERROR_CORRUPT,
				 "'%s' is gone: nothing can be added to this log any more%s", path,
				 strcmp(name, "lock.db") == 0
					 ? " before akashi log recover has compared it with what "
					   "others saw"
					 : "");
	return database_open(path, DATABASE_DURABLE, database, err);
}

int log_sequence(struct log *log, struct error *err)
{
	return log_database(log, "log.db", &log->sequence, err);
}

int log_head_of(const struct log *log, struct span note, struct log_head *out_head,
		struct error *err)
{
	struct log_trust own = log_own_trust(log);
	struct checkpoint checkpoint;
	struct log_head head;

	if (checkpoint_open(note, &own, &checkpoint, err))
		return -1;
	buffer_init(&head.note, NOTE_MAX_BYTES);
	if (buffer_add(&head.note, note, err))
		return -1;
	head.size = checkpoint.head.size;
	head.root = checkpoint.head.root;
	*out_head = head;
	return 0;
}

int log_head(struct log *log, struct log_head *out_head, struct error *err)
{
	CLEANUP(buffer_release) struct buffer note;

	buffer_init(&note, NOTE_MAX_BYTES);
	if (log_keys_read(log, log_origin(log), err) ||
	    blobs_read(log->blobs, "checkpoint", &note, err))
		return -1;
	if (log_head_of(log, buffer_view(&note), out_head, err))
		return error_prefix(err, "the log's checkpoint");
	return 0;
}

/*
 * Ask log.db about one text; *out_row. An audit asks for every entry, so the question stays
 * prepared; whoever asked resets it, since a row that is held keeps the database from moving on.
 */
static int sequence_ask(struct log *log, struct query **query, const char *sql, const char *text,
			bool *out_row, struct error *err)
{
	if (log_sequence(log, err) || (!*query && query_new(log->sequence, sql, query, err)))
		return -1;
	query_bind_text(*query, 1, text);
	if (query_step(*query, out_row, err) == 0)
		return 0;
	query_free(query); /* a damaged file may be whole the next time */
	return -1;
}

void log_asking_begin(struct log *log)
{
	struct error ignored = { 0 };

	if (log_sequence(log, &ignored) == 0)
		(void)!database_run(log->sequence, "BEGIN", &ignored);
}

void log_asking_end(struct log *log)
{
	if (log->sequence)
		database_rollback(log->sequence);
}

int log_find(struct log *log, const char *ident, uint64_t *out_index, struct error *err)
{
	bool row;

	if (sequence_ask(log, &log->find, "SELECT idx FROM entry WHERE ident = ?", ident, &row,
			 err))
		return -1;
	if (row)
		*out_index = query_u64(log->find, 0);
	query_reset(log->find);
	return row ? 0 : error_set(err, ERROR_ABSENT, "the log has no entry for '%s'", ident);
}

int log_signers(struct log *log, const struct digest *identity, struct digest_list *out_keys,
		struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	char hex[DIGEST_HEX_SIZE], from[DIGEST_HEX_SIZE + 1], to[DIGEST_HEX_SIZE + 1];
	bool row;

	digest_to_hex(identity, hex);
	snprintf(from, sizeof(from), "%s.", hex);
	snprintf(to, sizeof(to), "%s/", hex); /* the character behind '.' */
	if (log_sequence(log, err) ||
	    query_new(log->sequence,
		      "SELECT ident FROM entry WHERE ident > ? AND ident < ? ORDER BY ident",
		      &query, err))
		return -1;
	query_bind_text(query, 1, from);
	query_bind_text(query, 2, to);
	for (;;) {
		struct digest key;
		const char *ident;

		if (query_step(query, &row, err))
			return -1;
		if (!row)
			return 0;
		ident = query_text(query, 0);
		if (!ident || digest_from_hex(span_of(ident + DIGEST_HEX_SIZE), &key, err) ||
		    digest_list_add(out_keys, &key, err))
			return -1;
	}
}

int log_ident(struct log *log, uint64_t index, char **out_ident, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	const char *ident;
	bool row;

	if (log_sequence(log, err) ||
	    query_new(log->sequence, "SELECT ident FROM entry WHERE idx = ?", &query, err))
		return -1;
	query_bind_u64(query, 1, index);
	if (query_step(query, &row, err))
		return -1;
	ident = row ? query_text(query, 0) : NULL;
	if (!ident)
		return error_set(err, ERROR_ABSENT, "nothing is sequenced at %llu",
				 (unsigned long long)index);
	*out_ident = strdup(ident);
	return *out_ident ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for an entry");
}

int claim_fold(const char *claim, char **out_folded, struct error *err)
{
	char *folded = strdup(claim);

	if (!folded)
		return error_set(err, ERROR_SYSTEM, "out of memory for a name");
	for (char *c = folded; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	*out_folded = folded;
	return 0;
}

int log_find_claim(struct log *log, const char *claim, char **out_statement, uint64_t *out_index,
		   struct error *err)
{
	CLEANUP(text_free) char *folded = NULL;
	char *statement = NULL;
	bool row;

	if (claim_fold(claim, &folded, err) ||
	    sequence_ask(log, &log->find_claim, "SELECT statement, idx FROM claim WHERE folded = ?",
			 folded, &row, err))
		return -1;
	if (row) {
		const char *text = query_text(log->find_claim, 0);

		statement = strdup(text ? text : "");
		*out_index = query_u64(log->find_claim, 1);
	}
	query_reset(log->find_claim);
	if (!row)
		return error_set(err, ERROR_ABSENT, "nothing is called '%s'", claim);
	if (!statement)
		return error_set(err, ERROR_SYSTEM, "out of memory for a name");
	*out_statement = statement;
	return 0;
}

int log_signed(struct log *log, struct log_head *out_head, struct error *err)
{
	CLEANUP(log_head_release) struct log_head shown = { 0 };
	struct log_head lock;
	struct error ignored = { 0 };

	if (log_head(log, &shown, err))
		return -1;
	/* Who cannot read lock.db goes by what is shown. */
	if (!log_is_witnessed(log) || log_remembered(log, &lock, &ignored)) {
		*out_head = shown;
		shown = (struct log_head){ 0 }; /* handed over */
		return 0;
	}
	*out_head = lock;
	return 0;
}

int log_holds(struct log *log, const struct log_item *item, const uint64_t *index, size_t count,
	      struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };

	if (log_signed(log, &head, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct digest path[MERKLE_PROOF_MAX], leaf = merkle_leaf(item[i].entry);
		size_t len;

		if (tiles_prove_inclusion(log->tiles, index[i], head.size, path, &len, err) ||
		    merkle_check_inclusion(index[i], head.size, &leaf, path, len, &head.root, err))
			return -1;
	}
	return 0;
}

/* An entry beyond what is shown: not there at all, or waiting for witnesses. */
static int beyond_shown(struct log *log, uint64_t index, struct error *err)
{
	CLEANUP(log_head_release) struct log_head lock = { 0 };

	if (log_signed(log, &lock, err))
		return -1;
	if (index >= lock.size)
		return 0; /* what follows says so */
	return error_set(err, ERROR_UNTRUSTED,
			 "entry %llu is logged, and the checkpoint over it waits for its "
			 "witnesses: akashi log publish asks them again",
			 (unsigned long long)index);
}

int log_prove(struct log *log, uint64_t index, struct buffer *out_proof, struct error *err)
{
	CLEANUP(witness_policy_free) struct witness_policy *witnesses = NULL;
	CLEANUP(log_head_release) struct log_head head = { 0 };
	CLEANUP(buffer_release) struct buffer entry, text;
	struct log_trust own;
	struct checkpoint checkpoint;
	struct proof proof;

	buffer_init(&entry, ENTRY_MAX_BYTES);
	buffer_init(&text, PROOF_MAX_BYTES);
	proof.index = index;
	if (log_head(log, &head, err) || log_witnesses(log, &witnesses, err) ||
	    (index >= head.size && beyond_shown(log, index, err)) ||
	    tiles_prove_inclusion(log->tiles, index, head.size, proof.path, &proof.path_len, err) ||
	    tiles_entry(log->tiles, index, head.size, &entry, err))
		return -1;
	own = log_own_trust(log);
	own.witnesses = witnesses;
	proof.checkpoint = buffer_view(&head.note);
	if (proof_build(&proof, &text, err))
		return -1;
	/* Nobody is told what was not checked. */
	if (proof_parse(buffer_view(&text), &proof, err) ||
	    proof_check(&proof, buffer_view(&entry), &own, &checkpoint, err))
		return error_prefix(err, "the log's proof of entry %llu does not hold",
				    (unsigned long long)index);
	return buffer_add(out_proof, buffer_view(&text), err);
}

int log_prove_consistency(struct log *log, uint64_t old_size, struct buffer *out_text,
			  struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct digest path[MERKLE_PROOF_MAX], old_root;
	size_t len = 0;

	if (log_head(log, &head, err))
		return -1;
	if (old_size && tiles_prove_consistency(log->tiles, old_size, head.size, path, &len, err))
		return -1;
	if (old_size > head.size)
		return error_set(err, ERROR_USAGE, "the log has only %llu entries",
				 (unsigned long long)head.size);
	/* The old root is a function of the tiles at the new size: its subtrees are all complete.
	 */
	if (tiles_root_within(log->tiles, old_size, head.size, &old_root, err) ||
	    merkle_check_consistency(old_size, head.size, &old_root, &head.root, path, len, err))
		return -1;
	for (size_t i = 0; i < len; i++)
		if (base64_encode(out_text, digest_view(&path[i]), err) ||
		    buffer_add_text(out_text, "\n", err))
			return -1;
	return 0;
}
