/* check_model: open a model and run it. */
#include "tests/gpu/check_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/manifest.h"
#include "verify/outputs_compute.h"
#include "verify/tree.h"
#include "verify/weights.h"

int check_folder(const struct check *check, char **out_path, struct error *err)
{
	char *path = NULL;

	if (asprintf(&path, "%s/akashi-check-XXXXXX", check->folder) < 0)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	if (!mkdtemp(path)) {
		free(path);
		return error_set(err, ERROR_SYSTEM, "cannot make a folder in '%s'", check->folder);
	}
	*out_path = path;
	return 0;
}

int check_model_open(const struct check *check, const char *folder,
		     const struct model_config *config, bool hashed, struct check_model *out_model,
		     struct error *err)
{
	struct check_model model = { 0 };

	if (tree_open(folder, NULL, &model.tree, err) ||
	    weights_open(model.tree, &model.weights, err) ||
	    (hashed && (manifest_build(&check->ctx, model.tree, NULL, &model.manifest, err) ||
			weights_expect(model.weights, model.manifest, err))) ||
	    forward_open_config(&check->ctx, model.weights, config, &model.forward, err)) {
		check_model_close(&model);
		return -1;
	}
	*out_model = model;
	return 0;
}

void check_model_close(struct check_model *model)
{
	forward_close(&model->forward);
	weights_close(&model->weights);
	manifest_free(&model->manifest);
	tree_close(&model->tree);
}

int check_model_run(const struct check *check, struct check_model *model, struct backend *backend,
		    const struct check_probe *probe, size_t count, struct outputs *out_outputs,
		    struct error *err)
{
	struct probe *copy = calloc(count, sizeof(*copy));
	struct probe_share *share = calloc(count, sizeof(*share));
	int failed = !copy || !share ? error_set(err, ERROR_SYSTEM, "out of memory") : 0;

	for (size_t i = 0; i < count && !failed; i++) {
		copy[i] =
			(struct probe){ (uint32_t *)(uintptr_t)probe[i].ids, probe[i].count, NULL };
		share[i] = (struct probe_share){ &copy[i], probe[i].count };
	}
	failed = failed || outputs_compute(&check->ctx, model->forward, backend, share, count,
					   PASS_MEMORY_BYTES, NULL, out_outputs, err);
	free(copy);
	free(share);
	return failed ? -1 : 0;
}
