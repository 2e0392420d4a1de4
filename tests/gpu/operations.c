/* operations: two backends side by side, and numbers to try them with. */
#include "tests/gpu/operations_trial.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Words that no operation may touch. */
#define UNTOUCHED 0x7fc0beefu

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717u;
}

size_t trial_below(struct trial *t, size_t below)
{
	return (size_t)(random_next(&t->seed) >> 33) % below;
}

bool trial_case(struct trial *t, double work, const char *fmt, ...)
{
	va_list args;

	if (t->count.differs || (t->options->work_max > 0 && work > t->options->work_max))
		return false;
	va_start(args, fmt);
	vsnprintf(t->now, sizeof(t->now), fmt, args);
	va_end(args);
	t->count.cases++;
	return true;
}

int trial_failed(struct trial *t, int side)
{
	return error_prefix(t->err, "%s, %s on %s", t->count.operation, t->now,
			    backend_description(t->backend[side]));
}

/* ---- Numbers ---- */

static uint32_t word_make(struct trial *t, enum numbers numbers)
{
	uint64_t random = random_next(&t->seed);
	uint32_t low = (uint32_t)(random >> 8 & 0x807fffff);
	uint32_t exponent = (uint32_t)(random >> 40);

	switch (numbers) {
	case NUMBERS_PLAIN: /* 2^-6 ... 4, of both signs */
		return low | (121 + exponent % 8) << 23;
	case NUMBERS_TINY:
		if (exponent % 8 < 2)
			return low & 0x80000000;
		return low | (exponent % 8 == 2 ? 0 : 50 + exponent / 8 % 16) << 23;
	case NUMBERS_WIDE:
		return low | exponent % 255 << 23;
	case NUMBERS_EQUAL:
		break;
	}
	return (uint32_t)(random >> 62) << 31 | (126 + exponent % 3) << 23;
}

/* The narrower formats take their bits as they come: sign, exponent, fraction. */
static uint16_t half_make(struct trial *t, enum numbers numbers, enum float_format format)
{
	uint32_t word = word_make(t, numbers);

	if (format == FLOAT_BF16)
		return (uint16_t)(word >> 16);
	return (uint16_t)((word >> 16 & 0x8000) | (word >> 23 & 0xff) % 19 << 10 |
			  (word >> 13 & 0x3ff));
}

/* ---- Twins ---- */

static struct matrix view_of(struct backend_memory *memory, enum float_format format, size_t rows,
			     size_t cols, size_t gap)
{
	struct matrix view =
		matrix_at(memory, gap * float_format_size_bytes(format), format, rows, cols);

	view.stride = cols + gap;
	return view;
}

int twin_new(struct trial *t, enum numbers numbers, size_t rows, size_t cols, size_t gap,
	     struct twin *out_twin)
{
	size_t floats = gap + rows * (cols + gap);
	uint32_t *word = malloc(floats * sizeof(*word));
	struct twin twin = { .floats = floats };

	if (!word)
		return error_set(t->err, ERROR_SYSTEM, "out of memory for %zu numbers", floats);
	for (size_t i = 0; i < floats; i++)
		word[i] = i >= gap && (i - gap) % (cols + gap) < cols ? word_make(t, numbers)
								      : UNTOUCHED;
	for (int s = 0; s < 2; s++) {
		if (backend_memory_new(t->backend[s], floats * sizeof(float), &twin.memory[s],
				       t->err) ||
		    backend_upload(t->backend[s],
				   matrix_at(twin.memory[s], 0, FLOAT_F32, 1, floats),
				   (const float *)(const void *)word, t->err)) {
			twin_free(&twin);
			free(word);
			return trial_failed(t, s);
		}
		twin.matrix[s] = view_of(twin.memory[s], FLOAT_F32, rows, cols, gap);
	}
	free(word);
	*out_twin = twin;
	return 0;
}

int twin_weights(struct trial *t, enum numbers numbers, enum float_format format, size_t rows,
		 size_t cols, size_t gap, struct twin *out_twin)
{
	size_t each = float_format_size_bytes(format), count = gap + rows * (cols + gap);
	struct twin twin = { .host = malloc(count * each + 1) };
	struct span bytes = { twin.host + 1, count * each };

	if (!twin.host)
		return error_set(t->err, ERROR_SYSTEM, "out of memory for %zu numbers", count);
	for (size_t i = 0; i < count; i++) {
		uint32_t word = word_make(t, numbers);
		uint16_t half = half_make(t, numbers, format);

		memcpy(twin.host + 1 + i * each, each == 4 ? (void *)&word : (void *)&half, each);
	}
	for (int s = 0; s < 2; s++) {
		if (backend_memory_wrap(t->backend[s], bytes, &twin.memory[s], t->err)) {
			twin_free(&twin);
			return trial_failed(t, s);
		}
		twin.matrix[s] = view_of(twin.memory[s], format, rows, cols, gap);
	}
	*out_twin = twin;
	return 0;
}

void twin_free(struct twin *twin)
{
	for (int s = 0; s < 2; s++)
		backend_memory_free(&twin->memory[s]);
	free(twin->host);
	*twin = (struct twin){ 0 };
}

/* Where NaN comes out, docs/numerics.md says nothing about its bits; what was there before stays.
 */
static bool same(uint32_t right, uint32_t tried)
{
	bool both_nan = (right & 0x7fffffff) > 0x7f800000 && (tried & 0x7fffffff) > 0x7f800000;

	return right == tried || (both_nan && right != UNTOUCHED && tried != UNTOUCHED);
}

static void difference_note(struct trial *t, const char *where, uint32_t right, uint32_t tried)
{
	t->count.differs = true;
	snprintf(t->count.first, sizeof(t->count.first), "%s: %s is 0x%08x, not 0x%08x", t->now,
		 where, tried, right);
}

/* The place of a number in memory, as row and column of the view. */
static void place_text(const struct twin *twin, size_t at, char out_text[64])
{
	const struct matrix *view = &twin->matrix[0];
	size_t first = view->offset_bytes / sizeof(float);
	size_t row = at < first ? 0 : (at - first) / view->stride;
	size_t col = at < first ? view->cols : (at - first) % view->stride;

	if (col < view->cols && row < view->rows)
		snprintf(out_text, 64, "row %zu, column %zu", row, col);
	else
		snprintf(out_text, 64, "a number outside the result, at %zu,", at);
}

int twin_compare(struct trial *t, const struct twin *twin)
{
	uint32_t *word[2] = { malloc(twin->floats * 4), malloc(twin->floats * 4) };
	int failed = !word[0] || !word[1];

	if (failed)
		error_set(t->err, ERROR_SYSTEM, "out of memory for %zu numbers", twin->floats);
	for (int s = 0; s < 2 && !failed; s++)
		if (backend_download(t->backend[s],
				     matrix_at(twin->memory[s], 0, FLOAT_F32, 1, twin->floats),
				     (float *)(void *)word[s], t->err))
			failed = trial_failed(t, s);
	for (size_t i = 0; i < twin->floats && !failed; i++)
		if (!t->count.differs && !same(word[0][i], word[1][i])) {
			char where[64];

			place_text(twin, i, where);
			difference_note(t, where, word[0][i], word[1][i]);
		}
	t->count.numbers += twin->floats;
	free(word[0]);
	free(word[1]);
	return failed ? -1 : 0;
}

void values_compare(struct trial *t, const char *what, const void *right, const void *tried,
		    size_t words)
{
	for (size_t i = 0; i < words && !t->count.differs; i++) {
		uint32_t a, b;
		char where[64];

		memcpy(&a, (const uint8_t *)right + 4 * i, 4);
		memcpy(&b, (const uint8_t *)tried + 4 * i, 4);
		snprintf(where, sizeof(where), "%s %zu", what, i);
		if (a != b)
			difference_note(t, where, a, b);
	}
	t->count.numbers += words;
}

/* ---- All of them ---- */

static int operation_run(struct trial *t, const struct operation_trial *operation)
{
	t->count = (struct operations_count){ .operation = operation->name };
	t->seed = t->options->seed ? t->options->seed : 20261126;
	if (operation->run(t))
		return -1;
	if (t->options->done)
		t->options->done(t->options->user, &t->count);
	return 0;
}

int operations_compare(struct backend *right, struct backend *tried,
		       const struct operations_options *options, size_t *out_differ,
		       struct error *err)
{
	static const struct operation_trial *const lists[] = { trials_product, trials_attention,
							       trials_rows, trials_outputs };
	struct trial trial = { .backend = { right, tried }, .options = options, .err = err };

	*out_differ = 0;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		for (const struct operation_trial *at = lists[i]; at->name; at++) {
			if (options->only && strcmp(options->only, at->name))
				continue;
			if (operation_run(&trial, at))
				return -1;
			*out_differ += trial.count.differs;
		}
	return 0;
}
