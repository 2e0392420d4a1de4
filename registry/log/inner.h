/* What reading and writing a log share. Private to registry/log*.c. */
#ifndef REGISTRY_LOG_INNER_H
#define REGISTRY_LOG_INNER_H

#include "registry/http.h"
#include "registry/log.h"
#include "registry/log/keys.h"
#include "registry/log/waiting.h"
#include "registry/sign.h"
#include "registry/sqlite.h"

/* The keys of keys/log.vkey, and their private keys where the log is written. */
struct log_keys {
	struct note_key key[LOG_KEYS_MAX];
	struct signing_key *signer[LOG_KEYS_MAX]; /* NULL until the first append */
	size_t count;                             /* at least 1 once the log is open */
	char *text;                               /* the file as it was read */
};

void log_keys_release(struct log_keys *keys);

struct log {
	const struct context *ctx; /* borrowed */
	char *folder;              /* of the registry */
	struct log_keys keys;
	char vkey[NOTE_VKEY_MAX];
	struct blobs *blobs;
	struct tiles *tiles;
	struct database *sequence;         /* log.db, NULL until asked for */
	struct query *find, *find_claim;   /* prepared questions to it, NULL until asked for */
	struct database *lock;             /* lock.db, NULL until the first append */
	struct log_sequencing *sequencing; /* prepared statements of log.db, or NULL */
	struct log_waiting *waiting;       /* this writer's own file, NULL until it had to wait */
	struct log_queue *queue;           /* the threads that append at once */
	bool agreed;                       /* the witnesses were asked before anything is signed */
};

/* One call of log_append, from its thread's stack. */
struct log_group {
	struct log_items items; /* borrowed */
	uint64_t *index;        /* of each item, once it is done */
	struct error err;       /* when it failed */
	bool failed, done;
	struct log_group *next; /* in the queue */
};

MUST_CHECK int log_queue_new(struct log_queue **out_queue, struct error *err);
void log_queue_free(struct log_queue **queue);

/*
 * Append groups, each by itself, in one transaction: at most LOG_GROUP_MAX items together, or
 * one group of any size. Each group's result is in it afterwards.
 */
void log_lead(struct log *log, struct log_group *const *group, size_t count);

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

/* Read keys/log.vkey when it is not as it was; its keys are those of `origin`. */
MUST_CHECK int log_keys_read(struct log *log, const char *origin, struct error *err);

/* What the log is called: the name of its keys. Borrowed until keys are read. */
const char *log_origin(const struct log *log);

/* Open what writing needs: both databases and the private key of every key in log.vkey, as it is
 * now. */
MUST_CHECK int log_writer_open(struct log *log, struct error *err);

/* The private keys alone. */
MUST_CHECK int log_signers_open(struct log *log, struct error *err);

/*
 * The one transaction that sequences, log.lock being held: begin, any number of groups, then
 * commit (durable when it returns, `state` knows) or, after any failure, abandon.
 */
struct log_state;
MUST_CHECK int log_sequence_begin(struct log *log, const struct log_state *state,
				  struct error *err);
/* *out_refused is set, and 0 returned, when only this group cannot go in: a name that it claims is
 * taken. An ident that is in the log keeps its index. */
MUST_CHECK int log_sequence_group(struct log *log, const struct log_items *group,
				  uint64_t *out_index, struct error *out_refused,
				  struct error *err);
/* The index that the next new entry of the transaction gets. */
uint64_t log_sequence_next(const struct log *log);
MUST_CHECK int log_sequence_commit(struct log *log, struct log_state *state, struct error *err);
void log_sequence_abandon(struct log *log);
void log_sequencing_free(struct log_sequencing **sequencing);

/* True when all items of a group are sequenced below `size`, with their indexes; needs no lock.
 * A group of none is not. */
bool log_sequence_found(struct log *log, const struct log_items *group, uint64_t size,
			uint64_t *out_index);

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
 * lock.db, shown. Nothing when nothing is new and every key signed. `state` moves along as soon as
 * lock.db has it.
 */
MUST_CHECK int log_advance(struct log *log, struct log_state *state, struct error *err);

/*
 * Put the checkpoint that lock.db remembers where everybody sees it, log/checkpoint. That the
 * one there is older is a normal state: the entries are durable and signed, and not shown yet.
 */
MUST_CHECK int log_show(struct log *log, const struct log_head *head, struct error *err);

/* The policy in keys/witnesses; NULL where there is none. The caller frees it. */
MUST_CHECK int log_witnesses(const struct log *log, struct witness_policy **out_policy,
			     struct error *err);
/* Is there one? Then log/checkpoint is replaced by log_publish alone. */
bool log_is_witnessed(const struct log *log);

/*
 * Before anything is signed, once for each `log`: does some witness show more of this log, or
 * another history, than lock.db remembers? ERROR_CORRUPT then, with log-evidence.txt. A witness
 * that cannot be reached, or shows nothing that this log signed, says nothing. No lock is held.
 */
MUST_CHECK int log_witnesses_agree(struct log *log, struct error *err);
/* After an append: log_publish, with a notice where it waits. From any thread; no lock is held. */
MUST_CHECK int log_show_witnessed(struct log *log, struct error *err);

#define WITNESS_TIMEOUT_S 5 /* of one request */
#define CONTRADICTION_MAX 160

/* Where a witness is asked for `below`, "add-checkpoint" for one. */
void witness_url(const struct witness *witness, const char *below, char out_url[HTTP_URL_MAX]);

/*
 * Ask the witness what it shows of this log to monitors (appended to `out_shown`, unchecked): is it
 * signed by a key of this log, and more than `head`, or another tree? Then *out_found, and
 * *out_why says which. What cannot be had, or this log did not sign, finds nothing.
 */
MUST_CHECK int log_contradicted(struct log *log, const struct log_head *head,
				const struct witness *witness, struct buffer *out_shown,
				char out_why[CONTRADICTION_MAX], bool *out_found,
				struct error *err);

/* What lock.db remembers; the database is open. The caller releases it. */
MUST_CHECK int log_lock_read(struct log *log, struct log_head *out_head, struct error *err);

/* Let the empty database `lock` remember `note`. */
MUST_CHECK int log_lock_fill(struct database *lock, const char *origin, struct span note,
			     struct error *err);

/* Swap the remembered checkpoint for a new one iff it still is `old`. */
MUST_CHECK int log_lock_swap(struct log *log, struct span old, struct span new, struct error *err);

/* Sign the head of a tree with every key. Appends the note to `out`. */
MUST_CHECK int log_sign(const struct log_keys *keys, uint64_t size, const struct digest *root,
			struct buffer *out, struct error *err);

/* True when a line of every key stands under the note; whether they hold is not asked. */
bool log_signed_by_all(const struct log_keys *keys, struct span note);

/* True when what is shown is this checkpoint as it was signed, with or without further lines. */
bool log_is_shown(const struct log_head *shown, const struct log_head *head);

/* Read a note as a head of this log. The caller releases it. */
MUST_CHECK int log_head_of(const struct log *log, struct span note, struct log_head *out_head,
			   struct error *err);

/* A claim's text with its letters in lower case, malloced. */
MUST_CHECK int claim_fold(const char *claim, char **out_folded, struct error *err);

#endif
