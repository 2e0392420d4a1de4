/* What the parts of an examination share. Private to registry/examine*.c. */
#ifndef REGISTRY_EXAMINE_INNER_H
#define REGISTRY_EXAMINE_INNER_H

#include "registry/evidence.h"
#include "registry/examine.h"
#include "registry/reach.h"
#include "registry/sorter.h"

/* What the statements say about one object. */
struct need {
	struct digest digest;
	uint64_t size; /* or DAMAGE_SIZE_UNKNOWN */
	bool needed, released;
};

struct examining {
	struct registry *registry;
	const struct examine_request *request;
	struct examine_report report;
	struct remembered *remembered;
	struct sorter *sorter; /* of needs */
	struct need need;      /* the next that was not met yet */
	bool any;              /* there is one */
	uint8_t ahead[48];     /* the first record behind it */
	bool any_ahead;
	struct evidence *evidence; /* opened for the first object that is missing */
	struct trust trust;
	bool trusted;
	bool pieces; /* look for damaged pieces, too */
};

/*
 * Evidence and trust, opened once. Where the log is too damaged to believe anything (which was told
 * of it), `trusted` stays false.
 */
MUST_CHECK int examine_trust(struct examining *examining, struct error *err);

/* Where what does not fit into memory is sorted. Borrowed. */
const char *examine_folder(const struct examining *examining);

/* A reach_request's `blind` for a second walk: what cannot be followed was told in the first. */
int examine_blind_pass(void *arg, enum reach_blindness why, const struct digest *statement,
		       const struct digest *object, const char *text, struct error *err);

/*
 * The manifest that REACH_PIECES belongs to, with its pieces; NULL where it cannot be read, which
 * was told as damage of it.
 */
MUST_CHECK int examine_manifest(struct examining *examining, const struct reach_object *object,
				struct manifest **out_manifest, struct error *err);

/*
 * Objects that lie in parts against the pieces that were signed; those of which that tells nothing
 * are hashed. After the store compared all parts; uses `sorter` anew.
 */
MUST_CHECK int examine_parts(struct examining *examining, const struct store_check_request *request,
			     struct error *err);

/* Say of every damage who is hit by it. */
MUST_CHECK int examine_hits(struct examining *examining, struct error *err);

#endif
