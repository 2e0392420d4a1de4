/* What a release carries: the statements it reaches, and the objects they name. Inside registry/
 * only. */
#ifndef REGISTRY_PARCEL_H
#define REGISTRY_PARCEL_H

#include "registry/home.h"
#include "verify/verify.h"

struct parcel_object {
	struct digest digest;
	const char *what; /* "manifest", "probes" …; static */
	uint64_t bytes;
};

/* Start with {0}. */
struct parcel {
	struct digest_list statements; /* each once, the policy too */
	struct parcel_object *object;  /* each once */
	size_t object_count;
	bool boundaries;           /* activations are carried too */
	bool projected;            /* of a checkpoint that is not said yet */
	const struct trust *trust; /* borrowed from parcel_collect */
};

void parcel_release(struct parcel *parcel);

/*
 * Collect what `checkpoint` reaches: its datasets, run and parents; the card that it and its run
 * were held against; evaluation results, records and cards about it; the claims of all these; the
 * policies of the log; and the objects that a verifier needs. Only what `trust` believes is taken.
 * Where an object is withheld, its tombstone goes instead. Diffs and other people's files stay at
 * home, and without `boundaries` so do the boundary activations of records; where they are gone
 * they are passed over. A checkpoint with the identity 0 is not said yet: what it reaches is
 * collected without it.
 */
MUST_CHECK int parcel_collect(struct parcel *parcel, const struct trust *trust,
			      const struct evidence *evidence, const struct believed *checkpoint,
			      bool boundaries, struct error *err);

/* Add one statement with its claims. */
MUST_CHECK int parcel_add_statement(struct parcel *parcel, const struct evidence *evidence,
				    const struct digest *identity, struct error *err);

/* Add an object; `what` is static. ERROR_ABSENT: `evidence` has none, and no tombstone of it. */
MUST_CHECK int parcel_add_object(struct parcel *parcel, const struct evidence *evidence,
				 const struct digest *digest, const char *what, struct error *err);

/* Write statements/, proofs/ and objects/ below `folder`/akashi. */
MUST_CHECK int parcel_write(const struct context *ctx, const struct parcel *parcel,
			    const struct evidence *evidence, const char *folder, struct error *err);

/* Bytes of all its objects. */
uint64_t parcel_bytes(const struct parcel *parcel);

/* Looks at what would leave: `said` is NULL for objects. */
typedef int (*parcel_visit)(void *user, const struct statement *said, struct span text,
			    const char *where, struct error *err);

/* Visit the payload of each statement, and each object that is short enough to be text. */
MUST_CHECK int parcel_scan(const struct parcel *parcel, const struct evidence *evidence,
			   parcel_visit visit, void *user, struct error *err);

#endif
