/* twins: memory on the CPU and on a recorded device that holds the same. */
#include "twins.h"

#include <stdio.h>
#include <stdlib.h>

#include "../cuda/fake_driver.h"
#include "recorder.h"

const struct twin twin_none;

void twins_fail(struct twins *twins, const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", twins->name, what, twins->err.text);
	exit(1);
}

static void begin(struct twins *twins, int processors, const char *fmt, va_list args)
{
	static const struct backend_options none;
	struct fake_options fake = { .schedule = FAKE_EAGER };

	fake.device[0].processors = processors;
	*twins = (struct twins){ .type = &backend_type_cuda, .seed = 14 };
	vsnprintf(twins->name, sizeof(twins->name), fmt, args);
	for (const char *at = twins->name; *at; at++)
		twins->seed = twins->seed * 31 + (unsigned char)*at;
	recorder_case(twins->name);
	fake_driver_start(&fake);
	if (backend_open("cpu", NULL, &twins->on[ON_CPU], &twins->err) ||
	    backend_type_cuda.open(&none, &twins->on[ON_CUDA], &twins->err))
		twins_fail(twins, "open");
}

void twins_begin(struct twins *twins, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	begin(twins, 0, fmt, args);
	va_end(args);
}

void twins_begin_on(struct twins *twins, int processors, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	begin(twins, processors, fmt, args);
	va_end(args);
}

/* All numbers of the memory behind a view, in rows of one. */
static struct matrix whole(struct matrix view)
{
	return matrix_at(view.memory, 0, FLOAT_F32, 1, view.memory->size_bytes / sizeof(float));
}

static void compare(struct twins *twins, const struct twin *twin)
{
	size_t n = whole(twin->on[ON_CPU]).cols;
	float *got[ON_BOTH];

	for (int i = 0; i < ON_BOTH; i++) {
		got[i] = rig_numbers(n);
		if (backend_download(twins->on[i], whole(twin->on[i]), got[i], &twins->err))
			twins_fail(twins, "download");
	}
	twins_same(twins, "a matrix", got[ON_CPU], got[ON_CUDA], n * sizeof(float));
	free(got[ON_CPU]);
	free(got[ON_CUDA]);
}

void twins_end(struct twins *twins)
{
	for (size_t m = 0; m < twins->count; m++)
		if (!twins->made[m].bytes)
			compare(twins, &twins->made[m]);
	recorder_hold();
	for (size_t m = 0; m < twins->count; m++) {
		for (int i = 0; i < ON_BOTH; i++)
			backend_memory_free(&twins->made[m].on[i].memory);
		free(twins->made[m].bytes);
	}
	backend_close(&twins->on[ON_CPU]);
	backend_close(&twins->on[ON_CUDA]);
	fake_driver_stop();
}

void twins_same(struct twins *twins, const char *what, const void *cpu, const void *cuda,
		size_t len)
{
	const unsigned char *a = cpu, *b = cuda;

	for (size_t i = 0; i < len; i++)
		if (a[i] != b[i]) {
			snprintf(twins->err.text, sizeof(twins->err.text),
				 "CPU and fake device differ from byte %zu of %zu", i, len);
			twins_fail(twins, what);
		}
}

/* ---- Making them ---- */

static struct twin keep(struct twins *twins, struct twin twin)
{
	if (twins->count == sizeof(twins->made) / sizeof(twins->made[0]))
		twins_fail(twins, "too many matrices");
	twins->made[twins->count++] = twin;
	return twin;
}

static float number(struct twins *twins, enum twin_numbers kind)
{
	uint32_t bits = (uint32_t)(test_random(&twins->seed) >> 32);
	float x;

	if (kind == TWIN_EMPTY)
		return 0.0f;
	if (kind == TWIN_WIDE) {
		if ((bits & 0x7f800000u) == 0x7f800000u)
			bits ^= 0x40000000u;
		memcpy(&x, &bits, sizeof(x));
		return x;
	}
	if (kind == TWIN_PLAIN && bits % 16 == 0)
		return bits & 16 ? 0.0f : -0.0f;
	rig_fill(kind == TWIN_TINY ? RIG_TINY : RIG_PLAIN, &twins->seed, &x, 1);
	return x;
}

static struct twin make(struct twins *twins, const float *all, size_t n)
{
	struct twin twin = { 0 };

	for (int i = 0; i < ON_BOTH; i++) {
		struct backend_memory *memory;

		if (backend_memory_new(twins->on[i], n * sizeof(float), &memory, &twins->err))
			twins_fail(twins, "memory");
		twin.on[i] = matrix_at(memory, 0, FLOAT_F32, 1, n);
		if (backend_upload(twins->on[i], twin.on[i], all, &twins->err))
			twins_fail(twins, "upload");
	}
	return twin;
}

static void place(struct twin *twin, enum float_format format, size_t rows, size_t cols,
		  size_t stride, size_t offset_bytes)
{
	for (int i = 0; i < ON_BOTH; i++) {
		struct matrix *m = &twin->on[i];

		*m = matrix_at(m->memory, offset_bytes, format, rows, cols);
		m->stride = stride;
	}
}

struct twin twin_new(struct twins *twins, enum twin_numbers kind, size_t rows, size_t cols,
		     size_t stride, size_t offset)
{
	size_t apart = stride ? stride : cols, n = offset + (rows - 1) * apart + cols + 2;
	float *all = rig_numbers(n);
	struct twin twin;

	for (size_t i = 0; i < n; i++)
		all[i] = __builtin_nanf("");
	for (size_t row = 0; row < rows; row++)
		for (size_t col = 0; col < cols; col++)
			all[offset + row * apart + col] = number(twins, kind);
	twin = make(twins, all, n);
	free(all);
	place(&twin, FLOAT_F32, rows, cols, apart, offset * sizeof(float));
	return keep(twins, twin);
}

struct twin twin_of(struct twins *twins, const float *values, size_t rows, size_t cols)
{
	struct twin twin = make(twins, values, rows * cols);

	place(&twin, FLOAT_F32, rows, cols, cols, 0);
	return keep(twins, twin);
}

struct twin twin_weights(struct twins *twins, enum twin_numbers kind, enum float_format format,
			 size_t rows, size_t cols, size_t stride, size_t offset_bytes)
{
	size_t apart = stride ? stride : cols, n = (rows - 1) * apart + cols;
	size_t len = offset_bytes + n * float_format_size_bytes(format);
	float *values = rig_numbers(n);
	struct twin twin = { .bytes = calloc(1, len + 1) };

	if (!twin.bytes)
		twins_fail(twins, "no memory for weights");
	rig_fill_weights(kind == TWIN_TINY ? RIG_TINY : RIG_PLAIN, format, &twins->seed,
			 twin.bytes + 1 + offset_bytes, values, n);
	free(values);
	for (int i = 0; i < ON_BOTH; i++) {
		struct span span = { twin.bytes + 1, len };
		struct backend_memory *memory;

		if (backend_memory_wrap(twins->on[i], span, &memory, &twins->err))
			twins_fail(twins, "weights");
		twin.on[i].memory = memory;
	}
	place(&twin, format, rows, cols, apart, offset_bytes);
	return keep(twins, twin);
}
