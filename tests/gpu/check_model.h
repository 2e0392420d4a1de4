/* check_model: a folder with a safetensors file, opened without a config.json. Inside tests/gpu/
 * only. */
#ifndef TESTS_GPU_CHECK_MODEL_H
#define TESTS_GPU_CHECK_MODEL_H

#include "tests/gpu/check.h"
#include "verify/forward.h"
#include "verify/outputs.h"

struct manifest;

/* Start with {0}. */
struct check_model {
	struct tree *tree;
	struct weights *weights;
	struct manifest *manifest; /* NULL: what is read is not hashed */
	struct forward *forward;
};

/*
 * Open what lies in the folder as a model with this config. With `hashed` the file is read
 * once to make its manifest, and every piece that a pass reads is compared with it.
 */
MUST_CHECK int check_model_open(const struct check *check, const char *folder,
				const struct model_config *config, bool hashed,
				struct check_model *out_model, struct error *err);
void check_model_close(struct check_model *model);

/* Token sequences: `ids` of each, count[i] of them. */
struct check_probe {
	const uint32_t *ids;
	size_t count;
};

/* The outputs of a pass over these probes on one backend. */
MUST_CHECK int check_model_run(const struct check *check, struct check_model *model,
			       struct backend *backend, const struct check_probe *probe,
			       size_t count, struct outputs *out_outputs, struct error *err);

/* A new folder below check->folder; the caller removes it with folder_remove and frees the name. */
MUST_CHECK int check_folder(const struct check *check, char **out_path, struct error *err);

#endif
