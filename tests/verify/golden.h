/*
 * golden: a model that follows from a text alone, and what it computes
 * (docs/numerics.md, "Golden digests"). The files lie in tests/golden/.
 */
#ifndef TESTS_VERIFY_GOLDEN_H
#define TESTS_VERIFY_GOLDEN_H

#include "tests/gpu/golden_model.h"
#include "verify/json.h"
#include "verify/outputs.h"
#include "verify/probes.h"

#define GOLDEN_MAX_BYTES (64u << 10) /* of one file */

/* Start with {0}. */
struct golden {
	struct json *json;
	const char *name; /* in `json` */
	struct golden_tensor *tensor;
	struct golden_model model; /* of `tensor` */
	struct probes probes;
	bool recorded; /* it holds what is computed; else only the model and the probes */
	struct outputs outputs;
	struct digest root;
};

/* Read a file. ERROR_CORRUPT says what is wrong with it. */
MUST_CHECK int golden_read(const char *path, struct golden *out_golden, struct error *err);
void golden_release(struct golden *golden);

/* Write config.json and model.safetensors into the folder, which is there. */
MUST_CHECK int golden_write(const struct golden *golden, const char *folder, struct error *err);

/* The paths of all files of the folder that end in .json, sorted, as an array of texts. */
MUST_CHECK int golden_list(const char *folder, struct json **out_paths, struct error *err);

#endif
