/* Small models with records, for tests. */
#ifndef TESTS_VERIFY_TINY_RECORD_H
#define TESTS_VERIFY_TINY_RECORD_H

#include "tests/verify/tiny_model.h"

enum { FAMILIES = 5, COUNT = 5, LENGTH = 24, VOCAB = 67 };

extern const char *const families[FAMILIES];

/* COUNT seeded probes of unequal length, one of a single token. */
struct probes tiny_probes(const char *seed);

/* A model on disk with its record. */
struct recorded {
	struct tiny_model model;
	char *folder;
	struct probes probes;
	struct buffer outputs;
	struct digest root;
};

struct recorded recorded_of(struct tiny_model model);
void recorded_release(struct recorded *recorded);

#endif
