/* admission: hold a backend against the CPU before it is used. */
#include "kernels/admission.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/exact_math.h"

/* Words of all results; they are a few hundred thousand. */
#define KNOWN_MAX_BYTES ((size_t)64 << 20)

/* Numbers between the rows of every other matrix. */
enum { GAP = 5 };

uint32_t trial_word(struct trial *t)
{
	t->seed = t->seed * 1664525u + 1013904223u;
	return t->seed ^ t->seed >> 15;
}

void trial_fill(struct trial *t, enum trial_numbers kind, float *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t word = trial_word(t), sign = word & 0x80000000u;

		if (kind == TRIAL_PLAIN)
			x[i] = (float)((int32_t)word >> 8) * 0x1p-21f;
		else if (kind == TRIAL_STEPS)
			x[i] = (float)((int32_t)word >> 28) * 0.5f;
		else if (word % 16 == 0)
			x[i] = f32_from_bits(sign);
		else
			x[i] = f32_from_bits(sign | trial_word(t) % 0x42800000u);
	}
}

/* `bytes` is taken over. */
static int trial_keep(struct trial *t, struct backend_memory *memory, uint8_t *bytes,
		      struct error *err)
{
	if (t->memories == TRIAL_MEMORY_MAX) {
		backend_memory_free(&memory);
		free(bytes);
		return error_set(err, ERROR_SYSTEM, "a sample wants too many matrices");
	}
	t->memory[t->memories] = memory;
	t->bytes[t->memories++] = bytes;
	return 0;
}

static int trial_make(struct trial *t, size_t rows, size_t cols, const float *values,
		      struct matrix *out, struct error *err)
{
	size_t stride = cols + (t->memories % 2 ? GAP : 0);
	struct backend_memory *memory;

	if (backend_memory_new(t->backend, rows * stride * sizeof(float), &memory, err) ||
	    trial_keep(t, memory, NULL, err))
		return -1;
	*out = matrix_at(memory, 0, FLOAT_F32, rows, cols);
	out->stride = stride;
	return backend_upload(t->backend, *out, values, err);
}

int trial_numbers(struct trial *t, enum trial_numbers kind, size_t rows, size_t cols,
		  struct matrix *out, struct error *err)
{
	float *values = malloc(rows * cols * sizeof(float));
	int failed;

	if (!values)
		return error_set(err, ERROR_SYSTEM, "out of memory for a sample");
	trial_fill(t, kind, values, rows * cols);
	failed = trial_make(t, rows, cols, values, out, err);
	free(values);
	return failed;
}

int trial_room(struct trial *t, size_t rows, size_t cols, struct matrix *out, struct error *err)
{
	float *values = malloc(rows * cols * sizeof(float));
	int failed;

	if (!values)
		return error_set(err, ERROR_SYSTEM, "out of memory for a sample");
	for (size_t i = 0; i < rows * cols; i++)
		values[i] = 3.0f;
	failed = trial_make(t, rows, cols, values, out, err);
	free(values);
	return failed;
}

/* 16 bits: a number between 2^-8 and 128, a subnormal or a zero. */
static uint16_t trial_half(struct trial *t, enum float_format format)
{
	uint32_t word = trial_word(t), exponent = (word >> 16) % 16;

	if (format == FLOAT_F16)
		return (uint16_t)((word & 0x83ffu) | exponent * 0x400u);
	return (uint16_t)((word & 0x807fu) | (exponent ? exponent + 119 : 0) * 0x80u);
}

int trial_weights(struct trial *t, enum float_format format, size_t rows, size_t cols,
		  struct matrix *out, struct error *err)
{
	size_t number = float_format_size_bytes(format), count = rows * cols + 1;
	uint8_t *bytes = malloc(count * number);
	struct backend_memory *memory;

	if (!bytes)
		return error_set(err, ERROR_SYSTEM, "out of memory for a sample");
	for (size_t i = 0; i < count; i++) {
		float value;
		uint16_t half;

		if (format == FLOAT_F32) {
			trial_fill(t, i % 7 ? TRIAL_PLAIN : TRIAL_WIDE, &value, 1);
			memcpy(bytes + i * number, &value, number);
		} else {
			half = trial_half(t, format);
			memcpy(bytes + i * number, &half, number);
		}
	}
	if (backend_memory_wrap(t->backend, (struct span){ bytes, count * number }, &memory, err)) {
		free(bytes);
		return -1;
	}
	*out = matrix_at(memory, number, format, rows, cols);
	return trial_keep(t, memory, bytes, err);
}

void trial_clear(struct trial *t)
{
	while (t->memories) {
		t->memories--;
		backend_memory_free(&t->memory[t->memories]);
		free(t->bytes[t->memories]);
	}
}

/* Hold `words` against what the CPU gave at the same place. */
static int compare(struct trial *t, const char *shape, const uint32_t *words, size_t rows,
		   size_t cols, struct error *err)
{
	for (size_t i = 0; i < rows * cols; i++, t->at += sizeof(uint32_t)) {
		uint32_t known;

		if (t->known->len - t->at < sizeof(known))
			return error_set(err, ERROR_SYSTEM, "%s: the CPU gave nothing there",
					 shape);
		memcpy(&known, t->known->data + t->at, sizeof(known));
		if (words[i] != known)
			return error_set(err, ERROR_SYSTEM,
					 "%s, row %zu, column %zu: 0x%08x, where the CPU gives "
					 "0x%08x",
					 shape, i / cols, i % cols, words[i], known);
	}
	return 0;
}

static int words_take(struct trial *t, const char *shape, const void *words, size_t rows,
		      size_t cols, struct error *err)
{
	return t->compares
		       ? compare(t, shape, words, rows, cols, err)
		       : buffer_add(t->known,
				    (struct span){ words, rows * cols * sizeof(uint32_t) }, err);
}

int trial_words(struct trial *t, const void *words, size_t rows, size_t cols, struct error *err,
		const char *fmt, ...)
{
	char shape[128];
	va_list args;

	va_start(args, fmt);
	vsnprintf(shape, sizeof(shape), fmt, args);
	va_end(args);
	return words_take(t, shape, words, rows, cols, err);
}

int trial_matrix(struct trial *t, struct matrix y, struct error *err, const char *fmt, ...)
{
	float *values = malloc(y.rows * y.cols * sizeof(float));
	char shape[128];
	va_list args;
	int failed;

	if (!values)
		return error_set(err, ERROR_SYSTEM, "out of memory for a sample");
	va_start(args, fmt);
	vsnprintf(shape, sizeof(shape), fmt, args);
	va_end(args);
	failed = backend_download(t->backend, y, values, err) ||
		 words_take(t, shape, values, y.rows, y.cols, err);
	free(values);
	return failed ? -1 : 0;
}

/* Slots that a backend may leave empty; the sample then shows what the host does. */
static bool slot_is_optional(size_t slot)
{
	return slot == offsetof(struct backend_type, send) ||
	       slot == offsetof(struct backend_type, pick) ||
	       slot == offsetof(struct backend_type, digest_rows) ||
	       slot == offsetof(struct backend_type, digest_ranges);
}

/* Before the samples, which call them. */
static int slots_check(const struct backend_type *type, struct error *err)
{
	static void (*const none)(void) = NULL;

	for (size_t i = 0; i < admission_sample_count; i++) {
		const struct admission_sample *sample = &admission_samples[i];
		if (!slot_is_optional(sample->slot) &&
		    memcmp((const char *)type + sample->slot, &none, sizeof(none)) == 0)
			return error_set(err, ERROR_SYSTEM, "it has no '%s'", sample->operation);
	}
	return 0;
}

static int trial_run(struct backend *backend, size_t linear_ways, struct buffer *known,
		     bool compares, struct error *err)
{
	struct trial t = {
		.backend = backend, .linear_ways = linear_ways, .known = known, .compares = compares
	};
	int failed = 0;

	for (size_t i = 0; i < admission_sample_count && !failed; i++) {
		t.seed = (uint32_t)i;
		failed = admission_samples[i].run(&t, err);
		trial_clear(&t);
		if (failed)
			return backend_failure(backend)
				       ? -1
				       : error_prefix(err, "%s", admission_samples[i].operation);
	}
	return 0;
}

int backend_admit(struct backend *candidate, struct threads *threads, struct error *err)
{
	const struct backend_options options = { .threads = threads };
	CLEANUP(backend_close) struct backend *cpu = NULL;
	CLEANUP(buffer_release) struct buffer known;
	size_t ways = candidate->type->linear_ways ? candidate->type->linear_ways() : 0;

	buffer_init(&known, KNOWN_MAX_BYTES);
	if (slots_check(candidate->type, err) || backend_self_test(candidate, err) ||
	    backend_open("cpu", &options, &cpu, err) || trial_run(cpu, ways, &known, false, err))
		return -1;
	if (trial_run(candidate, ways, &known, true, err))
		return backend_failure(candidate)
			       ? -1
			       : error_prefix(err, "its bits are not those of the CPU");
	return 0;
}
