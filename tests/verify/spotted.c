/* Small models with records that keep boundary activations, for tests. */
#include "tests/verify/spotted.h"

static int keep(void *user, uint32_t boundary, const float *values, size_t rows, struct error *err)
{
	struct spotted *spotted = user;

	return buffer_add(&spotted->state[boundary],
			  (struct span){ (const uint8_t *)values, rows * 24 * sizeof(float) }, err);
}

static void record_again(struct spotted *spotted)
{
	struct boundary_sink sink = { spotted, keep };
	struct tiny_open open;
	struct error err = { 0 };

	tiny_model_write(&spotted->model, spotted->folder);
	assert_done(tiny_model_open(spotted->folder, 0, NULL, &open, &err), &err);
	assert_done(record_make_kept(&open.ctx, open.forward, open.backend, &spotted->probes, &sink,
				     &spotted->outputs, &spotted->root, &err),
		    &err);
	tiny_model_close(&open);
}

struct spotted spotted_of(struct tiny_model model, uint32_t layers)
{
	struct spotted spotted = { .model = model,
				   .folder = test_folder(),
				   .probes = tiny_probes("spot"),
				   .layers = layers };

	buffer_init(&spotted.outputs, OUTPUTS_MAX_BYTES);
	for (size_t b = 0; b <= SPOTTED_LAYERS; b++)
		buffer_init(&spotted.state[b], 1u << 20);
	record_again(&spotted);
	return spotted;
}

void spotted_release(struct spotted *spotted)
{
	test_folder_remove(&spotted->folder);
	probes_release(&spotted->probes);
	buffer_release(&spotted->outputs);
	for (size_t b = 0; b <= SPOTTED_LAYERS; b++)
		buffer_release(&spotted->state[b]);
}

int spotted_rows(void *user, uint32_t boundary, uint64_t first, float *out, size_t rows,
		 struct error *err)
{
	struct spotted *spotted = user;

	(void)err;
	memcpy(out, spotted->state[boundary].data + first * 24 * sizeof(float),
	       rows * 24 * sizeof(float));
	return 0;
}
