/* Small models with records that keep boundary activations, for tests. */
#ifndef TESTS_VERIFY_SPOTTED_H
#define TESTS_VERIFY_SPOTTED_H

#include "tests/verify/tiny_record.h"

enum { SPOTTED_LAYERS = 6 };

/* A record with its boundary activations. */
struct spotted {
	struct tiny_model model;
	char *folder;
	struct probes probes;
	struct buffer outputs;
	struct digest root;
	uint32_t layers;
	struct buffer state[SPOTTED_LAYERS + 1];
};

/* Write the model of so many layers, and record it. */
struct spotted spotted_of(struct tiny_model model, uint32_t layers);
void spotted_release(struct spotted *spotted);

/* boundary_source.rows of a struct spotted. */
int spotted_rows(void *user, uint32_t boundary, uint64_t first, float *out, size_t rows,
		 struct error *err);

#endif
