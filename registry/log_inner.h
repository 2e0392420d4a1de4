/* What reading and writing a log share. Private to registry/log*.c. */
#ifndef REGISTRY_LOG_INNER_H
#define REGISTRY_LOG_INNER_H

#include "registry/log.h"
#include "registry/sign.h"
#include "registry/sqlite.h"

struct log {
	const struct context *ctx; /* borrowed */
	char *folder;              /* of the registry */
	struct note_key key;       /* its name is the origin */
	char vkey[NOTE_VKEY_MAX];
	struct blobs *blobs;
	struct tiles *tiles;
	struct database *sequence;  /* log.db, NULL until asked for */
	struct database *lock;      /* lock.db, NULL until the first append */
	struct signing_key *signer; /* keys/log.key, NULL until the first append */
};

/* "FOLDER/name", malloced. */
MUST_CHECK int log_path(const struct log *log, const char *name, char **out_path,
			struct error *err);

/* Open a database of the log that must be there, when it is not open yet. */
MUST_CHECK int log_database(const struct log *log, const char *name, struct database **database,
			    struct error *err);

/* The same for log.db. */
MUST_CHECK int log_sequence(struct log *log, struct error *err);

/* The verifier key that goes with a private Ed25519 key. ERROR_USAGE for another kind of key. */
MUST_CHECK int note_key_of(const struct signing_key *signer, const char *origin,
			   struct note_key *out_key, struct error *err);

/* Open what writing needs: both databases and the log's key, which must be the one of log.vkey. */
MUST_CHECK int log_writer_open(struct log *log, struct error *err);

/* Take log.lock, waiting for whoever writes the log. */
MUST_CHECK int log_writing(struct log *log, struct file_lock *out_lock, struct error *err);

/* The log as a writer finds and leaves it, while log.lock is held. */
struct log_state {
	struct log_head head; /* the last that was signed: what lock.db remembers */
	struct merkle tree;   /* of that size */
	uint64_t sequenced;   /* entries in log.db */
};

void log_state_release(struct log_state *state);

/* As log_recover, with log.lock held; what is sequenced is signed then. The caller releases it. */
MUST_CHECK int log_settle(struct log *log, struct log_state *out_state, struct error *err);

/*
 * Move on to all that is sequenced: tiles, checkpoint signed, compared and swapped in
 * lock.db, shown. Nothing when nothing is new. `state` moves along as soon as lock.db has it.
 */
MUST_CHECK int log_advance(struct log *log, struct log_state *state, struct error *err);

/*
 * Put the checkpoint that lock.db remembers where everybody sees it, log/checkpoint. That the
 * one there is older is a normal state: the entries are durable and signed, and not shown yet.
 */
MUST_CHECK int log_show(struct log *log, const struct log_head *head, struct error *err);

/* What lock.db remembers; the database is open. The caller releases it. */
MUST_CHECK int log_lock_read(struct log *log, struct log_head *out_head, struct error *err);

/* Swap the remembered checkpoint for a new one iff it still is `old`. */
MUST_CHECK int log_lock_swap(struct log *log, struct span old, struct span new, struct error *err);

/* Sign the head of a tree. Appends the note to `out`. */
MUST_CHECK int log_sign(struct signing_key *signer, const struct note_key *key, uint64_t size,
			const struct digest *root, struct buffer *out, struct error *err);

/* Read a note as a head of this log. The caller releases it. */
MUST_CHECK int log_head_of(const struct log *log, struct span note, struct log_head *out_head,
			   struct error *err);

/* A claim's text with its letters in lower case, malloced. */
MUST_CHECK int claim_fold(const char *claim, char **out_folded, struct error *err);

#endif
