/*
 * The schedule of a pass whose weights stream to a device, on a device whose copies and kernels
 * take chosen times and a disk that takes its own: reading, copying and computing go on beside one
 * another, so that the slowest of them is all that a pass costs, but for the first layer.
 */
#include <pthread.h>
#include <stdio.h>

#include "fake_driver.h"
#include "kernels/cuda/cuda.h"
#include "kernels/cuda/product.h"
#include "tests/verify/checkpoint.h"
#include "tests/verify/shapes.h"
#include "tests/verify/tiny_model.h"
#include "verify/loader.h"

enum { TOKENS = 16, SEQUENCES = 4 };

static const struct shape small = { 12, 1024, 2816, 16, 16, 512 };
/* So large that the pieces that are read and copied together are little of a layer. */
static const struct shape large = { 6, 2048, 5632, 16, 16, 512 };

/* Of one layer: multiply-adds for one token, and bytes. */
static double layer_weights(const struct shape *shape)
{
	return 4.0 * shape->hidden * shape->hidden + 3.0 * shape->hidden * shape->inner;
}

static double layer_bytes(const struct shape *shape)
{
	return 2 * (layer_weights(shape) + 2.0 * shape->hidden);
}

/* Seconds that a layer takes in each of the three; and the devices. */
struct scene {
	const struct shape *shape;
	double read_s, copy_s, compute_s;
	size_t devices;      /* 0: one */
	size_t memory_bytes; /* 0: much */
};

/* The disk, which reads for one thread at a time, and when it was told what to read. */
struct world {
	pthread_mutex_t lock;
	double read_bytes_per_s, free_at, told_at;
	double multiplies_per_s;
};

static struct world world;

/* A layer is about to be read, which begins when whoever computes has waited for the one before. */
static int hold(struct backend *backend, struct error *err)
{
	pthread_mutex_lock(&world.lock);
	fake_clock_reach(world.free_at);
	world.told_at = fake_clock_now();
	pthread_mutex_unlock(&world.lock);
	return cuda_hold(backend, err);
}

/* Asked before every batch of pieces: a reader begins when it was told to. */
static bool never(void *user)
{
	double at;

	(void)user;
	pthread_mutex_lock(&world.lock);
	at = world.told_at;
	pthread_mutex_unlock(&world.lock);
	fake_clock_reach(at);
	return false;
}

static void was_read(void *user, uint64_t bytes)
{
	double now = fake_clock_now();

	(void)user;
	pthread_mutex_lock(&world.lock);
	if (now > world.free_at)
		world.free_at = now;
	world.free_at += (double)bytes / world.read_bytes_per_s;
	now = world.free_at;
	pthread_mutex_unlock(&world.lock);
	fake_clock_reach(now);
}

static double kernel_s(void *user, const struct shim_launch *launch)
{
	const struct product_params *product = launch->params;

	(void)user;
	if (strncmp(launch->kernel->name, "product_", 8) || strstr(launch->kernel->name, "align"))
		return 0;
	return (double)product->rows * (double)product->cols * (double)product->depth /
	       world.multiplies_per_s;
}

/* Nothing is computed, so nothing is found in it; but it is waited for. */
static int find_nothing(struct backend *backend, struct matrix x, size_t *out_at, struct error *err)
{
	(void)x;
	*out_at = SIZE_MAX;
	return cuda_wait(cuda_of(backend), err);
}

/* What takes no time here. */
static int no_attention(struct backend *backend, const struct attention_shape *attention,
			struct matrix q, struct matrix k, struct matrix v,
			const struct batch *batch, struct matrix y, struct error *err)
{
	(void)backend, (void)attention, (void)q, (void)k, (void)v, (void)batch, (void)y, (void)err;
	return 0;
}

static int no_rope(struct backend *backend, struct matrix x, const struct rope_shape *rope,
		   struct matrix cos, struct matrix sin, const struct batch *batch,
		   struct error *err)
{
	(void)backend, (void)x, (void)rope, (void)cos, (void)sin, (void)batch, (void)err;
	return 0;
}

static struct backend *devices_open(size_t count, struct backend_type *type)
{
	struct backend *first = NULL, *backend;
	struct cuda_driver driver;
	struct error err = { 0 };

	*type = backend_type_cuda;
	type->find_not_finite = find_nothing;
	type->hold = hold;
	type->attention = no_attention;
	type->rope = no_rope;
	fake_driver_fill(&driver);
	for (uint32_t i = 0; i < count; i++) {
		struct backend_options options = { .ordinal = i };

		assert_done(cuda_open_with(&driver, &cuda_images, &options, &backend, &err), &err);
		backend->type = type;
		if (first)
			backend_share(first, &backend);
		else
			first = backend;
	}
	return first;
}

/* How long a pass takes, and what it held. */
static double pass_s(const struct scene *scene, struct fake_report *out_report)
{
	static const uint32_t ids[TOKENS] = { 1, 2, 3 };
	static const size_t rows[SEQUENCES] = { 4, 4, 4, 4 };
	struct sequences sequences = { ids, rows, SEQUENCES };
	struct fake_options options = {
		.devices = scene->devices ? scene->devices : 1,
		.schedule = FAKE_CLOCK,
		.times = { .to_device_bytes_per_s = layer_bytes(scene->shape) / scene->copy_s,
			   .kernel_s = kernel_s,
			   .hollow = true }
	};
	struct forward_sink sink = { 0 };
	char *folder = test_folder();
	struct backend_type type;
	struct tiny_open open;
	struct error err = { 0 };
	double begin, end;

	for (size_t i = 0; i < options.devices; i++)
		options.device[i] = (struct fake_device){ "clocked", 9, 0, 132,
							  scene->memory_bytes ? scene->memory_bytes
									      : (size_t)80 << 30 };
	world = (struct world){ .lock = PTHREAD_MUTEX_INITIALIZER,
				.read_bytes_per_s = layer_bytes(scene->shape) / scene->read_s,
				.multiplies_per_s =
					TOKENS * layer_weights(scene->shape) / scene->compute_s };
	shape_write(scene->shape, folder);
	assert_done(tiny_model_open(folder, 0, NULL, &open, &err), &err);
	backend_close(&open.backend);
	fake_driver_start(&options);
	open.backend = devices_open(options.devices, &type);
	open.ctx.cancelled = never;
	open.ctx.bytes_read = was_read;
	begin = world.free_at = world.told_at = fake_clock_now();
	assert_done(forward_run(&open.ctx, open.forward, open.backend, &sequences, &sink, &err),
		    &err);
	end = fake_clock_now();
	fake_report(out_report);
	tiny_model_close(&open);
	fake_driver_stop();
	test_folder_remove(&folder);
	return end - begin;
}

/* No more than the slowest of the three for all layers, and the others for one, and `percent`. */
static void assert_overlapped(const struct scene *scene, double percent)
{
	struct fake_report report;
	size_t devices = scene->devices ? scene->devices : 1;
	double compute_s = scene->compute_s / (double)devices;
	double most = scene->read_s, once = scene->read_s + scene->copy_s + compute_s, took;

	most = scene->copy_s > most ? scene->copy_s : most;
	most = compute_s > most ? compute_s : most;
	took = pass_s(scene, &report);
	print_message("read %.3g, copy %.3g, compute %.3g s a layer on %zu: %.3f s, bound %.3f\n",
		      scene->read_s, scene->copy_s, scene->compute_s, devices, took,
		      most * scene->shape->layers + once - most);
	assert_true(took >= most * scene->shape->layers * 0.999);
	assert_true(took <= (most * scene->shape->layers + once - most) * (1 + percent / 100));
	for (size_t i = 0; i < devices; i++)
		assert_true((double)report.bytes[i][FAKE_TO_DEVICE] >=
			    layer_bytes(scene->shape) * scene->shape->layers);
	assert_true(report.host_peak_bytes <= supply_host_bytes() + devices * CUDA_STAGING_BYTES);
}

static void the_slowest_of_the_three_is_what_a_pass_costs(void **state)
{
	static const struct scene scenes[] = {
		{ &small, 3, 1, 1, 0, 0 }, { &small, 1, 3, 1, 0, 0 },
		{ &small, 1, 1, 3, 0, 0 }, { &small, 0.01, 0.01, 1, 0, 0 },
		{ &large, 2, 2, 2, 0, 0 }, { &large, 5, 4.5, 4, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		assert_overlapped(&scenes[i], 4);
}

static void two_devices_take_half_as_long_to_compute(void **state)
{
	static const struct scene scenes[] = { { &small, 1, 1, 6, 2, 0 },
					       { &small, 3, 1, 1, 2, 0 },
					       { &small, 1, 1, 8, 4, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		assert_overlapped(&scenes[i], 4);
}

static void a_pass_holds_two_layers_and_its_activations(void **state)
{
	struct scene one = { &small, 1, 1, 1, 0, 0 }, *scene = &one;
	struct fake_report report;
	double activations = TOKENS * 4.0 * (8 * small.hidden + 3 * small.inner);

	(void)state;
	pass_s(scene, &report);
	assert_true((double)report.memory_peak_bytes[0] >= 2 * layer_bytes(scene->shape));
	assert_true((double)report.memory_peak_bytes[0] <=
		    2 * layer_bytes(scene->shape) + activations + (1 << 20));
}

static void a_layer_in_parts_is_overlapped_too(void **state)
{
	static const struct scene scenes[] = { { &small, 3, 1, 1, 0, 20 << 20 },
					       { &small, 1, 3, 1, 0, 20 << 20 },
					       { &small, 1, 1, 3, 0, 20 << 20 },
					       { &large, 2, 2, 2, 0, 70 << 20 } };

	(void)state;
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		assert_overlapped(&scenes[i], 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_slowest_of_the_three_is_what_a_pass_costs),
		cmocka_unit_test(two_devices_take_half_as_long_to_compute),
		cmocka_unit_test(a_pass_holds_two_layers_and_its_activations),
		cmocka_unit_test(a_layer_in_parts_is_overlapped_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
