/* What the parts of a monitor share. Private to registry/monitor*.c. */
#ifndef REGISTRY_MONITOR_INNER_H
#define REGISTRY_MONITOR_INNER_H

#include "registry/log/source.h"
#include "registry/monitor.h"
#include "registry/seen.h"
#include "registry/state.h"

/* ---- Findings on disk: findings.jsonl (monitor/findings.c) ---- */

struct findings {
	char *path;
	char *origin;
	int fd;
	struct seen known;     /* ids of what stands in the file or waits */
	struct buffer waiting; /* lines that are not durable yet */
	struct finding *fresh; /* the same, for people; texts owned */
	size_t fresh_count, fresh_cap;
	uint64_t met, fails, undecided; /* in this look; FINDING_TOLD is none of them */
};

/* Open the file, or begin it; a torn last line is cut off: it is found again. */
MUST_CHECK int findings_open(const char *folder, const char *origin, struct findings *out_findings,
			     struct error *err);
void findings_close(struct findings *findings);

/*
 * Note a finding; `what` tells it apart from all others of this kind and log, and is the same
 * whenever it is found again. One that is known is counted and not written again.
 */
MUST_CHECK int findings_add(struct findings *findings, const struct finding *finding,
			    const char *what, struct error *err);

/* Make them durable, then tell the request. */
MUST_CHECK int findings_flush(struct findings *findings, const struct monitor_request *request,
			      struct error *err);

/* ---- What was seen: state.json, entries, controls (monitor/memory.c) ---- */

struct memory {
	char *folder;
	int entries, controls, pending; /* files, -1 when closed */
	uint64_t next;                  /* entries looked at and durable */
	uint64_t controls_len;          /* bytes of `controls` that are durable */
	uint64_t pending_len;           /* the same of `pending` */
	struct buffer new_entries, new_controls, new_pending; /* beyond that */
	bool pending_clear;                                   /* with the next commit */
	uint64_t *slot; /* open addressing: hash, index + 1, pairwise */
	size_t slots, used;
};

/* The log's checkpoint that everything up to memory->next was led to; size 0 at the beginning. */
struct remembered {
	struct tree_head head;
	struct buffer note; /* empty: nothing was seen yet */
};

/*
 * Open the folder of a log, or begin it. What a killed monitor wrote beyond its last
 * commit is cut off. ERROR_CORRUPT: the folder contradicts itself.
 */
MUST_CHECK int memory_open(const char *folder, struct memory *out_memory,
			   struct remembered *out_remembered, struct error *err);
void memory_close(struct memory *memory);
void remembered_release(struct remembered *remembered);

/* Remember entry memory->next + those added before. *out_first: an entry that says the same of the
 * same key, or its own index. `control`: its bytes are kept. */
MUST_CHECK int memory_add(struct memory *memory, uint64_t index, struct span entry,
			  const struct digest *ident, bool control, uint64_t *out_first,
			  struct error *err);

/* The entry with this ident, UINT64_MAX for none. */
uint64_t memory_find(const struct memory *memory, const struct digest *ident);

/* Make all of it durable and then move on, to `next` entries of the log that `note` signs. */
MUST_CHECK int memory_commit(struct memory *memory, struct span note, uint64_t next,
			     struct error *err);

/* Hand over the control entries that are durable, in order. */
MUST_CHECK int memory_controls(struct memory *memory, log_visit visit, void *arg,
			       struct error *err);

/* What of an entry later entries may explain. */
enum pending_what {
	PENDING_MISSING, /* its body is not served; `digest` is the statement's identity */
	PENDING_UNNAMED, /* by a P-384 key; `digest` is the SHA-384 that stands in it */
	PENDING_NAMED    /* a claim said what an earlier PENDING_UNNAMED of this index is of */
};
struct pending {
	uint64_t index;
	enum pending_what what;
	uint8_t digest[TOMBSTONE_SHA384_SIZE];
};

/* Remember it with the next commit; hand over what was remembered; or forget all of it with the
 * next commit. */
MUST_CHECK int memory_pend(struct memory *memory, const struct pending *pending, struct error *err);
MUST_CHECK int memory_pending(struct memory *memory,
			      int (*visit)(void *arg, const struct pending *pending,
					   struct error *err),
			      void *arg, struct error *err);
void memory_pending_clear(struct memory *memory);

/* The hashes of the leaves [first, first + count) that are durable; the caller frees them. */
MUST_CHECK int memory_leaves(struct memory *memory, uint64_t first, size_t count,
			     struct digest **out_leaf, struct error *err);

/* ---- One log (monitor/log.c, monitor/entry.c, monitor/fork.c) ---- */

/* A policy that waits for more signatures. */
struct waiting_policy {
	struct statement statement;
	struct digest identity;
	struct signing by[POLICY_KEYS_MAX];
	size_t count;
};

/* A tombstone of a statement by one signer. */
struct withheld {
	struct tombstone said;
	struct digest identity; /* of the tombstone */
	struct signing by;
	char *text; /* as withheld_text has it; owned */
};

struct monitor_log {
	const struct context *ctx;
	const struct monitor_request *request;
	char origin[NOTE_NAME_MAX + 1];
	char *folder;
	struct findings findings;
	struct memory memory;
	struct remembered remembered;
	struct note_key key[2 * POLICY_KEYS_MAX]; /* those given, and the newest policy's */
	size_t key_count;

	/* What the control entries that were looked at say. */
	struct policy_chain chain;
	struct waiting_policy *waiting;
	size_t waiting_count, waiting_cap;
	struct state *state;
	struct seen claims; /* what is claimed, and by what statement */
	bool silent;        /* what was found before is being taken in again */

	/* What waits for later entries, and the tombstones that may explain it (monitor/pending.c).
	 */
	struct pending *pending;
	size_t pending_count, pending_cap;
	struct withheld *withheld;
	size_t withheld_count, withheld_cap;
	bool withheld_sorted;
	uint64_t detached; /* signatures by certificates, in this look */
	uint64_t bodiless; /* withheld bodies, in this look */

	const struct log_source *source; /* of this look */
};

/* Note a finding about entry `index` (UINT64_MAX: none). `what` as in findings_add; the text is
 * formatted. */
MUST_CHECK int monitor_find(struct monitor_log *log, const char *kind, enum finding_grade grade,
			    uint64_t index, const char *what, const char *evidence,
			    struct error *err, const char *fmt, ...) PRINTF_LIKE(8, 9);

/* Judge one entry and take in what it says. */
MUST_CHECK int monitor_entry(struct monitor_log *log, uint64_t index, struct span bytes,
			     struct error *err);

/* Take a control entry in that was judged before. */
MUST_CHECK int monitor_entry_again(struct monitor_log *log, uint64_t index, struct span bytes,
				   struct error *err);

/* What a key signed, by the hash that goes with it. */
struct signed_digest {
	uint8_t byte[MESSAGE_DIGEST_MAX];
	size_t len;
};

/*
 * The body that is served for (identity, key), its signature and name checked; *out_absent when
 * there is none. The caller releases *out_statement, which is {0} before.
 */
MUST_CHECK int monitor_body(struct monitor_log *log, const struct digest *identity,
			    const struct public_key *key, struct statement *out_statement,
			    struct signed_digest *out_digest, bool *out_absent, struct error *why);

/* Something of entry `index` waits for what later entries say. */
MUST_CHECK int monitor_pend(struct monitor_log *log, enum pending_what what, uint64_t index,
			    struct span digest, struct error *err);
/* What waited when the monitor was last here. */
MUST_CHECK int monitor_pending_load(struct monitor_log *log, struct error *err);
/* At the end of the log: tell what nothing explains, and wait for nothing. */
MUST_CHECK int monitor_pending_tell(struct monitor_log *log, struct error *err);
void monitor_pending_release(struct monitor_log *log);

/* Take in a tombstone, signed `by` somebody; whether it counts is asked where it would explain. */
MUST_CHECK int monitor_tombstone(struct monitor_log *log, const struct statement *statement,
				 const struct digest *identity, const struct signing *by,
				 struct error *err);

/*
 * Does the served checkpoint continue the remembered one? *out_go: it does, and entries may be
 * read. A fork, a rollback or tiles that are not the log's are findings; a fork leaves evidence.
 */
MUST_CHECK int monitor_continues(struct monitor_log *log, const struct tree_head *head,
				 struct span note, bool *out_go, struct error *err);

/* The keys and witnesses by which a checkpoint of this log is believed now. */
struct log_trust monitor_trust(struct monitor_log *log);

#endif
