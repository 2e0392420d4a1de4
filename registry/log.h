/*
 * The transparency log of a registry: written by one coordinator, served as
 * static files, checked by anyone.
 *
 * DIR/log/ is what is served, DIR/log.db sequences, DIR/lock.db remembers the
 * last checkpoint that was ever signed and is never restored from a backup.
 */
#ifndef REGISTRY_LOG_H
#define REGISTRY_LOG_H

#include "registry/tiles.h"
#include "verify/verify.h"

#define LOG_BATCH_MAX 65536u

struct log;

/* One entry to append. */
struct log_item {
	struct span entry; /* at most ENTRY_MAX_BYTES */
	const char *ident; /* "HEX.KEY": one leaf for each statement and key */
	const char *claim; /* "owner/name@version" or "owner/name:alias#serial" that it claims, or
			      NULL */
	const char *statement; /* HEX that the claim names; NULL without one */
};

/* The signed state of the log. */
struct log_head {
	uint64_t size;
	struct digest root;
	struct buffer note; /* the checkpoint as it was signed */
};

void log_head_release(struct log_head *head);

/* Make an empty log in the registry folder `folder` with a fresh Ed25519 key (keys/log.key,
 * `key_mode`). */
MUST_CHECK int log_create(const struct context *ctx, const char *folder, const char *origin,
			  unsigned key_mode, struct error *err);

/*
 * Open for reading (nothing but the verifier key is read) and, on the first append, for
 * writing. The caller closes *out_log.
 */
MUST_CHECK int log_open(const struct context *ctx, const char *folder, const char *origin,
			struct log **out_log, struct error *err);
void log_close(struct log **log);

/* "origin+hash+base64": the verifier key, the first of keys/log.vkey. Borrowed. */
const char *log_vkey(const struct log *log);

/* Whom this log's own checkpoints are believed by: any of its keys, no witness. Borrowed until the
 * log is next used. */
struct log_trust log_own_trust(const struct log *log);

/* The tiles, for proofs at sizes of one's own. Borrowed. */
struct tiles *log_tiles(struct log *log);

/* The published checkpoint, its signature checked. The caller releases it. */
MUST_CHECK int log_head(struct log *log, struct log_head *out_head, struct error *err);

/*
 * Append items that belong together, and give each its index. All of them are sequenced in
 * one transaction or none is; what other threads and processes wait to append goes along, up to 256
 * entries, and the next batch gathers meanwhile. An ident that is in the log already keeps its
 * index. A claim of a name that another statement holds (names compared without case) fails
 * with ERROR_USAGE, and only this call. When it returns 0 everything is durable and signed.
 *
 * Any number of threads may append through one `log` at once, and processes each through one
 * of its own; nothing else is done with a `log` beside that.
 */
MUST_CHECK int log_append(struct log *log, const struct log_item *item, size_t count,
			  uint64_t *out_index, struct error *err);

/*
 * Finish what a crash left (sequenced entries, a checkpoint not yet replaced),
 * or refuse with ERROR_CORRUPT and evidence in DIR/log-evidence.txt: a checkpoint
 * ahead of lock.db, a rolled-back or truncated log, tiles that do not give the signed root.
 * Done by every log_append; here for `akashi status` and tests.
 */
MUST_CHECK int log_recover(struct log *log, struct error *err);

/* What log_publish did. */
struct log_published {
	struct checkpoint checkpoint; /* the one that was signed last, with who cosigned it */
	bool shown;                   /* it is log/checkpoint now: proofs can be had */
};

/*
 * Ask the witnesses of keys/witnesses (a tlog-policy, in parallel, each at most twice) to cosign
 * the checkpoint that was signed last, and put it into log/checkpoint if that gives their quorum;
 * with `again` also when the one there has it already, for the time in it. Done by every
 * log_append; without a quorum entries stay durable, what is shown stays as it was, and nothing
 * newer can be proved. Without keys/witnesses: log_recover. ERROR_CORRUPT, with log-evidence.txt: a
 * witness shows that a key of this log signed more than here, or another history.
 */
MUST_CHECK int log_publish(struct log *log, bool again, struct log_published *out_published,
			   struct error *err);

/*
 * Ask these witnesses from now on: keys/witnesses becomes `text` (empty: it is removed). Before the
 * policy that says so is logged: the checkpoint over that must be theirs already.
 */
MUST_CHECK int log_ask_witnesses(struct log *log, struct span text, struct error *err);

/*
 * The newest checkpoint of this log that is known here: the one that is shown, or, while that
 * waits for witnesses, the one that lock.db remembers. For the registry's own use; strangers get
 * log_head. The caller releases it.
 */
MUST_CHECK int log_signed(struct log *log, struct log_head *out_head, struct error *err);

/* 0 iff each `item`'s entry is what the log has at its index of what was signed last. */
MUST_CHECK int log_holds(struct log *log, const struct log_item *item, const uint64_t *index,
			 size_t count, struct error *err);

/* The last checkpoint that was ever signed, as lock.db remembers it. The caller releases it. */
MUST_CHECK int log_remembered(struct log *log, struct log_head *out_head, struct error *err);

/* The index of the entry called `ident`, ERROR_ABSENT if it is not sequenced. */
MUST_CHECK int log_find(struct log *log, const char *ident, uint64_t *out_index, struct error *err);

/*
 * Whoever has many questions about what is sequenced asks them between these: all of them see one
 * moment, and log.db is not locked for each. Not for long, nor while anything is appended by the
 * same thread. Where that cannot be had, each is asked by itself.
 */
void log_asking_begin(struct log *log);
void log_asking_end(struct log *log);

/* KEY of each signer that a statement is sequenced for, the smallest first; none is success. */
MUST_CHECK int log_signers(struct log *log, const struct digest *identity,
			   struct digest_list *out_keys, struct error *err);

/* What the entry at `index` is called there, "HEX.KEY", malloced: the sequence says so, and nobody
 * else. ERROR_ABSENT. */
MUST_CHECK int log_ident(struct log *log, uint64_t index, char **out_ident, struct error *err);

/* The statement HEX that holds a claim (without case), malloced, and its index. ERROR_ABSENT. */
MUST_CHECK int log_find_claim(struct log *log, const char *claim, char **out_statement,
			      uint64_t *out_index, struct error *err);

/* A `.tlog-proof` of entry `index` under the published checkpoint, verified before it is given. */
MUST_CHECK int log_prove(struct log *log, uint64_t index, struct buffer *out_proof,
			 struct error *err);

/* Prove that the published checkpoint continues an older one; text lines of base64 hashes. */
MUST_CHECK int log_prove_consistency(struct log *log, uint64_t old_size, struct buffer *out_text,
				     struct error *err);

#endif
