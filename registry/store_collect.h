/* Throw away what nobody needs: what every storage backend is asked for. */
#ifndef REGISTRY_STORE_COLLECT_H
#define REGISTRY_STORE_COLLECT_H

#include <time.h>

#include "registry/packs/live_set.h"
#include "registry/store.h"

/* What is asked. */
struct store_collect_request {
	/*
	 * Make the set of the objects that are needed as of now (the caller of this slot frees it):
	 * called once, or again when something new may have come to be needed. Objects that are not
	 * in it and were not written or found again within `grace_s` seconds are garbage.
	 */
	int (*mark)(void *user, struct live_set **out_objects, struct error *err);
	/*
	 * Both or none, and they may fail: what `mark` is about to find needed, put in a form that
	 * is appended to `out`; and whether everything that was needed when `state` was given still
	 * is. So a store may note that there is nothing to do until it is not.
	 */
	int (*state)(void *user, struct buffer *out, struct error *err);
	int (*still)(void *user, struct span state, bool *out_still, struct error *err);
	void *user;
	int64_t now; /* seconds since 1970 */
	int64_t grace_s;
	struct timespec
		begun; /* by the file system's clock: what changed since is young; zero: unknown */
	bool dry_run;
	bool again; /* mark everything, also where it was noted that there is nothing to do */
	bool all;   /* write a pack anew for any garbage in it, and pack what lies loose, however
		       little */
};

/* What was done; in a dry run, what would be. */
struct store_collected {
	uint64_t removed, removed_bytes;         /* loose objects */
	uint64_t packed, packed_bytes;           /* loose objects that are in packs now */
	uint64_t rewritten;                      /* packs written anew, or with nothing left */
	uint64_t garbage_bytes;                  /* in those */
	uint64_t deleted, deleted_bytes;         /* packs that were in quarantine */
	uint64_t quarantined, quarantined_bytes; /* packs that still are */
	uint64_t writers;                        /* that live, and may count on what is there */
	uint64_t young_bytes;                    /* garbage within its grace */
	uint64_t kept_bytes; /* garbage in packs that are not worth writing anew yet */
	uint64_t notes;      /* of what paths held (registry_gc) that nobody can use any more */
	int64_t noted;       /* nothing was marked: garbage as it was measured then; 0: now */
	uint64_t damaged;    /* packs that were left alone: akashi fsck says what is wrong */
};

/* ERROR_USAGE where the backend removes nothing; ERROR_SYSTEM while another collection runs. */
MUST_CHECK int store_collect(struct store *store, const struct context *ctx,
			     const struct store_collect_request *request,
			     struct store_collected *out_collected, struct error *err);

/*
 * See store_type: nothing is thrown away. Done or not (somebody else collects), the store has the
 * same objects afterwards.
 */
bool store_is_untidy(struct store *store);
MUST_CHECK int store_tidy(struct store *store, const struct context *ctx, struct error *err);

/* --- for registry/store/ and registry/pack*.c only --- */

/* store_type.rely and store_type.collect of a store of files. */
MUST_CHECK int loose_rely(struct store *store, const struct digest *digest, bool *out_has,
			  struct error *err);
MUST_CHECK int loose_collect_all(struct store *store, const struct context *ctx,
				 const struct store_collect_request *request,
				 struct store_collected *collected, struct error *err);

/* Whom a collection of loose objects asks and tells. */
struct loose_visitor {
	void *user;
	/* Does it stay though no object of that name is needed? */
	bool (*spared)(void *user, const struct digest *digest);
	/* It is not, and was left there for now; `changed`: when it was written or found. */
	void (*unneeded)(void *user, uint64_t size, int64_t changed);
	/* It is needed, and the store's own. */
	int (*needed)(void *user, const struct digest *digest, uint64_t size, struct error *err);
};

/*
 * A loose object that nothing needs, as `objects` has it, and that is older than its grace goes;
 * `objects` NULL: all are needed. `visitor` may be NULL. Crash: either it is there or it is not.
 */
MUST_CHECK int loose_collect(const char *folder, const struct live_set *objects,
			     const struct store_collect_request *request,
			     const struct loose_visitor *visitor, struct store_collected *collected,
			     struct error *err);

#endif
