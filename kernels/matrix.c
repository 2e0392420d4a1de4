/* matrix: views of numbers that a backend holds; no arithmetic. */
#include "kernels/exact.h"

#include <assert.h>

size_t float_format_size_bytes(enum float_format format)
{
	return format == FLOAT_F32 ? 4 : 2;
}

struct matrix matrix_at(struct backend_memory *memory, size_t offset_bytes,
			enum float_format format, size_t rows, size_t cols)
{
	return (struct matrix){
		.memory = memory,
		.offset_bytes = offset_bytes,
		.rows = rows,
		.cols = cols,
		.stride = cols,
		.format = format,
	};
}

struct matrix matrix_rows(struct matrix whole, size_t first, size_t count)
{
	assert(first <= whole.rows && count <= whole.rows - first);
	whole.offset_bytes += first * whole.stride * float_format_size_bytes(whole.format);
	whole.rows = count;
	return whole;
}

struct matrix matrix_cols(struct matrix whole, size_t first, size_t count)
{
	assert(first <= whole.cols && count <= whole.cols - first);
	whole.offset_bytes += first * float_format_size_bytes(whole.format);
	whole.cols = count;
	return whole;
}

struct matrix matrix_split(struct matrix whole, size_t parts)
{
	assert(parts && whole.stride == whole.cols && whole.cols % parts == 0);
	whole.rows *= parts;
	whole.cols /= parts;
	whole.stride = whole.cols;
	return whole;
}
