/* A whole log in memory, with statements, signers and proofs, for attackers to play with. */
#ifndef TESTS_VERIFY_WORLD_H
#define TESTS_VERIFY_WORLD_H

#include "tests/verify/signer.h"

enum { WORLD_MAX = 64 };

/* One envelope, as it lies there; a test may change any of it. */
struct world_item {
	struct digest identity, key; /* under which it is filed */
	struct buffer envelope;
	uint64_t index; /* of its entry */
	bool logged;    /* a proof can be had */
	bool there;     /* the envelope can be had */
};

struct world {
	struct evidence base;
	struct test_signer log;
	struct note_key log_key;
	struct digest leaf[WORLD_MAX];
	size_t leaf_count;
	struct world_item item[WORLD_MAX];
	size_t item_count;
	struct test_signer witness; /* cosigns every checkpoint, at this time; 0: nobody does */
	struct note_key witness_key;
	uint64_t witness_time;
};

void world_init(struct world *world, const char *origin);
void world_release(struct world *world);

/* Let a witness of this name cosign from now on, always at `time`; once for each world. */
void world_witness(struct world *world, const char *name, uint64_t time);

/* Sign, file and log the payload; the item, borrowed. */
struct world_item *world_file(struct world *world, const struct test_signer *signer,
			      enum statement_kind kind, struct span payload);

/* As world_file for a statement; `predicate` is JSON text without `origin`. */
struct world_item *world_say(struct world *world, const struct test_signer *signer,
			     enum statement_kind kind, const char *subject,
			     const struct digest *digest, const char *predicate);

/* A checkpoint called owner/name@version, and its claim. */
struct world_item *world_checkpoint(struct world *world, const struct test_signer *signer,
				    const char *name);
struct world_item *world_claim(struct world *world, const struct test_signer *signer,
			       const char *kind, const char *name, const struct digest *statement);

/*
 * The policy statement: each signer may sign `names` from index `first` to `last`
 * (UINT64_MAX: open). The first is the root. `more` is put into the predicate.
 */
struct world_key {
	const struct test_signer *signer;
	const char *names, *kinds; /* one glob each */
	uint64_t first, last;
};
struct world_item *world_policy(struct world *world, const struct world_key *key, size_t count);

/* A policy that is more than the first of one root: by whom, and what it asks. */
struct world_rules {
	uint64_t version;                  /* 0: 1 */
	const struct world_item *previous; /* the version before */
	size_t roots;                      /* the first so many keys are roots; 0: one */
	uint64_t threshold;                /* 0: one */
	const struct test_signer *recovery;
	const char *more; /* further members of the predicate, as JSON text; or NULL */
};
/* The statement, signed by key[0] .signer unless `by` is given. */
struct world_item *world_policy_of(struct world *world, const struct world_key *key, size_t count,
				   const struct world_rules *rules, const struct test_signer *by);

/* Another envelope of the same statement, by somebody else; filed and logged. */
struct world_item *world_again(struct world *world, const struct test_signer *signer,
			       enum statement_kind kind, const struct world_item *item);

/* "What `about` signed above `last` does not count", seen from a log of `size` entries. */
struct world_item *world_revoke(struct world *world, const struct test_signer *signer,
				const struct test_signer *about, uint64_t last, uint64_t size);

/* The pin of that policy. */
struct pin world_pin(const struct world *world, const struct world_item *policy);

/* Append the log's checkpoint over its first `size` entries, cosigned where there is a witness. */
void world_note(const struct world *world, size_t size, struct buffer *out_note);

/* Write akashi/ of a release directory. */
void world_write(struct world *world, const char *folder);

#endif
