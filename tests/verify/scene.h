/* A cast whose log signs its state, with the proofs that lie beside what is verified. */
#ifndef TESTS_VERIFY_SCENE_H
#define TESTS_VERIFY_SCENE_H

#include <stdio.h>
#include <stdlib.h>

#include "tests/verify/cast.h"
#include "verify/stated.h"

struct scene {
	struct cast cast; /* first, so that its evidence is the scene's */
	struct evidence_type type;
	struct buffer proofs; /* empty: none lie there */

	/* The state that was signed last, for proofs out of it. */
	struct state *state;
	struct state_tree *tree;
};

/* The cast without a policy yet. */
void scene_init(struct scene *scene);
void scene_release(struct scene *scene);

/*
 * Let `signer` sign and log the state of the first `size` entries, with this checkpoint in it
 * (NULL: none). What is in it and cannot be seen (`there` is false) counts all the same.
 */
struct world_item *scene_state(struct scene *scene, const struct test_signer *signer, uint64_t size,
			       const char *note);

/* Lay proofs about these keys beside, out of that state. */
void scene_prove(struct scene *scene, const struct world_item *state, const char *const *asked,
		 size_t count);

#endif
