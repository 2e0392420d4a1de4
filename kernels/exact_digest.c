/* exact_digest: digests of what a backend holds, and single numbers of it; on the host where the
 * backend leaves that to us. */
#include "kernels/exact_check.h"

#include <stdlib.h>

#include "kernels/hash.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "numbers are hashed as they lie in memory");

/* A row at a time: where the host can look at it, else brought there. */
static int digest_rows_on_host(struct backend *backend, struct matrix x, struct span header,
			       struct digest *out_digest, struct error *err)
{
	float *brought = NULL;

	for (size_t i = 0; i < x.rows; i++) {
		struct matrix row = matrix_rows(x, i, 1);
		const float *numbers = backend->type->view ? backend->type->view(row) : NULL;
		struct span part[2] = { header, { NULL, x.cols * sizeof(float) } };

		if (!numbers) {
			if (!brought && !(brought = malloc(part[1].len)))
				return error_set(err, ERROR_SYSTEM,
						 "out of memory to digest %zu numbers", x.cols);
			if (backend->type->download(backend, row, brought, err)) {
				free(brought);
				return -1;
			}
			numbers = brought;
		}
		part[1].data = (const uint8_t *)numbers;
		out_digest[i] = sha256_parts(part, 2);
	}
	free(brought);
	return 0;
}

int exact_digest_rows(struct backend *backend, struct matrix x, struct span header,
		      struct digest *out_digest, struct error *err)
{
	if (check_activation(backend, x, "digests", err))
		return -1;
	if (backend->type->digest_rows)
		return backend->type->digest_rows(backend, x, header, out_digest, err);
	return digest_rows_on_host(backend, x, header, out_digest, err);
}

int exact_digest_ranges(struct backend *backend, struct backend_memory *memory,
			const struct byte_range *range, size_t count, struct digest *out_digest,
			struct error *err)
{
	const uint8_t *bytes = NULL;

	if (memory->backend != backend)
		return error_set(err, ERROR_USAGE,
				 "digests: the memory belongs to another backend");
	for (size_t i = 0; i < count; i++)
		if (range[i].offset > memory->size_bytes ||
		    range[i].bytes > memory->size_bytes - range[i].offset)
			return error_set(err, ERROR_USAGE,
					 "digests: %zu bytes at %zu pass the end of %zu",
					 range[i].bytes, range[i].offset, memory->size_bytes);
	if (!count)
		return 0;
	if (backend->type->digest_ranges)
		return backend->type->digest_ranges(backend, memory, range, count, out_digest, err);
	if (backend->type->view)
		bytes = (const uint8_t *)backend->type->view(
			(struct matrix){ .memory = memory, .rows = 1 });
	if (!bytes)
		return error_set(err, ERROR_USAGE, "digests: this backend hides its memory");
	for (size_t i = 0; i < count; i++)
		out_digest[i] = sha256((struct span){ bytes + range[i].offset, range[i].bytes });
	return 0;
}

int exact_pick(struct backend *backend, struct matrix x, const uint32_t *index, float *out,
	       struct error *err)
{
	if (check_activation(backend, x, "pick", err) ||
	    check_index(index, x.rows, x.cols, "pick", err))
		return -1;
	if (backend->type->pick)
		return backend->type->pick(backend, x, index, out, err);
	for (size_t i = 0; i < x.rows; i++) {
		struct matrix one = matrix_cols(matrix_rows(x, i, 1), index[i], 1);

		if (backend->type->download(backend, one, &out[i], err))
			return -1;
	}
	return 0;
}
