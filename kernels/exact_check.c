/* exact_check: what exact.c and its neighbours refuse before a backend is asked. */
#include "kernels/exact_check.h"

/* Bytes from the first number of the view to the end of its last. False if that overflows. */
static bool matrix_extent(struct matrix m, size_t *out_bytes)
{
	size_t numbers;

	return !__builtin_mul_overflow(m.rows - 1, m.stride, &numbers) &&
	       !__builtin_add_overflow(numbers, m.cols, &numbers) &&
	       !__builtin_mul_overflow(numbers, float_format_size_bytes(m.format), out_bytes);
}

bool matrix_overlap(struct matrix a, struct matrix b)
{
	size_t a_bytes, b_bytes, a_first, b_first;

	if (a.memory != b.memory || !a.memory)
		return false;
	if (!matrix_extent(a, &a_bytes) || !matrix_extent(b, &b_bytes))
		return true;
	if (a.offset_bytes >= b.offset_bytes + b_bytes ||
	    b.offset_bytes >= a.offset_bytes + a_bytes)
		return false;
	/* Column ranges of one matrix share their rows but no number. */
	if (a.stride != b.stride || a.format != b.format)
		return true;
	a_first = a.offset_bytes / float_format_size_bytes(a.format) % a.stride;
	b_first = b.offset_bytes / float_format_size_bytes(b.format) % b.stride;
	if (a_first + a.cols > a.stride || b_first + b.cols > b.stride)
		return true;
	return a_first < b_first + b.cols && b_first < a_first + a.cols;
}

int check_view(const struct backend *backend, struct matrix m, const char *what, struct error *err)
{
	size_t bytes;

	if (!m.memory)
		return error_set(err, ERROR_USAGE, "%s: no matrix", what);
	if (m.memory->backend != backend)
		return error_set(err, ERROR_USAGE, "%s: the memory belongs to another backend",
				 what);
	if (!m.rows || !m.cols || m.stride < m.cols)
		return error_set(err, ERROR_USAGE, "%s: %zux%zu with stride %zu is no matrix", what,
				 m.rows, m.cols, m.stride);
	if (!matrix_extent(m, &bytes) || m.offset_bytes > m.memory->size_bytes ||
	    bytes > m.memory->size_bytes - m.offset_bytes)
		return error_set(
			err, ERROR_USAGE,
			"%s: %zux%zu at byte %zu passes the end of its memory of %zu bytes", what,
			m.rows, m.cols, m.offset_bytes, m.memory->size_bytes);
	return 0;
}

int check_activation(const struct backend *backend, struct matrix m, const char *what,
		     struct error *err)
{
	if (check_view(backend, m, what, err))
		return -1;
	if (m.format != FLOAT_F32 || m.offset_bytes % sizeof(float))
		return error_set(err, ERROR_USAGE, "%s: activations are aligned binary32", what);
	if (m.memory->read_only)
		return error_set(err, ERROR_USAGE, "%s: activations cannot lie in wrapped memory",
				 what);
	return 0;
}

int check_result(const struct backend *backend, struct matrix m, const char *what,
		 struct error *err)
{
	return check_activation(backend, m, what, err);
}

int check_map(const struct backend *backend, struct matrix x, struct matrix y, const char *what,
	      struct error *err)
{
	if (check_activation(backend, x, what, err) || check_result(backend, y, what, err))
		return -1;
	if (x.rows != y.rows || x.cols != y.cols)
		return error_set(err, ERROR_USAGE, "%s: %zux%zu does not give %zux%zu", what,
				 x.rows, x.cols, y.rows, y.cols);
	if (x.memory == y.memory && x.offset_bytes == y.offset_bytes && x.stride == y.stride)
		return 0;
	if (matrix_overlap(x, y))
		return error_set(err, ERROR_USAGE, "%s: the result overlaps an input in part",
				 what);
	return 0;
}

int check_vector(const struct backend *backend, struct matrix m, size_t cols, bool optional,
		 const char *what, struct error *err)
{
	if (optional && !m.memory)
		return 0;
	if (check_view(backend, m, what, err))
		return -1;
	if (m.rows != 1 || m.cols != cols)
		return error_set(err, ERROR_USAGE, "%s: %zux%zu instead of 1x%zu", what, m.rows,
				 m.cols, cols);
	return 0;
}

int check_heads(size_t heads, size_t head_dim, size_t stride, size_t cols, const char *what,
		struct error *err)
{
	size_t before_last, needed;

	if (!heads || !head_dim || stride < head_dim)
		return error_set(err, ERROR_USAGE, "%s: %zu heads of %zu, %zu apart, make no sense",
				 what, heads, head_dim, stride);
	if (__builtin_mul_overflow(heads - 1, stride, &before_last) ||
	    __builtin_add_overflow(before_last, head_dim, &needed) || needed > cols)
		return error_set(err, ERROR_USAGE,
				 "%s: %zu heads of %zu, %zu apart, do not fit %zu columns", what,
				 heads, head_dim, stride, cols);
	return 0;
}

int check_batch(const struct batch *batch, size_t rows, size_t *out_longest, struct error *err)
{
	size_t total = 0, longest = 0;

	for (size_t i = 0; i < batch->probe_count; i++) {
		size_t count = batch->row_count[i];

		if (!count || count > rows - total)
			return error_set(err, ERROR_USAGE,
					 "probe %zu has %zu tokens, %zu rows are left", i, count,
					 rows - total);
		total += count;
		longest = count > longest ? count : longest;
	}
	if (total != rows)
		return error_set(err, ERROR_USAGE, "probes of %zu tokens in all for %zu rows",
				 total, rows);
	*out_longest = longest;
	return 0;
}

int check_index(const uint32_t *index, size_t count, size_t limit, const char *what,
		struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (index[i] >= limit)
			return error_set(err, ERROR_USAGE, "%s: index %u of %zu rows", what,
					 index[i], limit);
	return 0;
}
