/*
 * golden_tables: the models of tests/golden/ and what they compute, as tables in C for builds
 * that read no JSON. golden_vectors.h is written by build/tests/golden_table_dump, and
 * tests/verify/golden_tables_test.c holds it against the files.
 */
#ifndef TESTS_GPU_GOLDEN_TABLES_H
#define TESTS_GPU_GOLDEN_TABLES_H

#include "tests/gpu/golden_model.h"
#include "verify/config.h"
#include "verify/outputs.h"

struct golden_probe {
	const uint32_t *ids;
	size_t count;
	const char *boundaries; /* layers + 1 digests in hexadecimal, one after another */
	const char *positions;  /* `count` of them */
};

struct golden_table {
	struct golden_model model;
	const struct model_config *config;
	const struct golden_probe *probe;
	size_t probe_count;
	const char *root; /* over all outputs, the largest logits and likelihoods included */
};

/* *out_count of them, by name; static. */
const struct golden_table *golden_tables(size_t *out_count);

/*
 * Are the outputs those of the table? Else out_text says what is first to differ,
 * as "probe 1: boundary 2". One that is only in the root is named last.
 */
bool golden_table_holds(const struct golden_table *table, const struct outputs *outputs,
			char out_text[96]);

#endif
