/* operations_digest: launch what sha256.cu has, and what brings single numbers to the host. */
#include <stdlib.h>

#include "kernels/cuda/map.h"
#include "kernels/cuda/operations.h"
#include "kernels/cuda/sha256.h"
#include "kernels/hash.h"

_Static_assert(sizeof(struct digest_range) == sizeof(struct byte_range) &&
		       sizeof(size_t) == sizeof(uint64_t),
	       "ranges go to the device as they are");

/*
 * SHA-256 of `head` and each range of what begins at `base`. Scratch holds the
 * digests, the ranges and the head.
 */
static int digests_get(struct cuda *cuda, const void *base, struct span head,
		       const struct byte_range *range, size_t count, struct digest *out_digest,
		       struct error *err)
{
	size_t digests = count * sizeof(*out_digest), ranges = count * sizeof(*range);
	struct cuda_grid grid = { .y = 1, .threads = SHA256_THREADS };
	struct digest_params params = {
		.base = base,
		.head_bytes = head.len,
		.count = count,
		.chains = 1,
	};
	void *scratch;

	/* a chain is as fast beside others as alone; so first fill the processors */
	while (params.chains < SHA256_CHAINS_MAX &&
	       (count - 1) / params.chains >= (uint64_t)cuda->processors * 2)
		params.chains *= 2;
	grid.x = (count - 1) / params.chains + 1;
	if (cuda_scratch_get(cuda, digests + ranges + head.len, &scratch, err))
		return -1;
	params.out = scratch;
	params.range = (const struct digest_range *)(const void *)((uint8_t *)scratch + digests);
	params.head = (uint8_t *)scratch + digests + ranges;
	if (cuda_put(cuda, (uint8_t *)scratch + digests, range, ranges, err) ||
	    (head.len &&
	     cuda_put(cuda, (uint8_t *)scratch + digests + ranges, head.data, head.len, err)) ||
	    cuda_launch(cuda, CUDA_KERNEL_digest, grid, &params, err))
		return -1;
	return cuda_get(cuda, out_digest, scratch, digests, err);
}

int cuda_digest_ranges(struct backend *backend, struct backend_memory *memory,
		       const struct byte_range *range, size_t count, struct digest *out_digest,
		       struct error *err)
{
	struct matrix bytes = { .memory = memory };

	return digests_get(cuda_of(backend), cuda_pointer(bytes), (struct span){ NULL, 0 }, range,
			   count, out_digest, err);
}

int cuda_digest_rows(struct backend *backend, struct matrix x, struct span header,
		     struct digest *out_digest, struct error *err)
{
	struct byte_range *range = calloc(x.rows, sizeof(*range));
	int failed;

	if (!range)
		return error_set(err, ERROR_SYSTEM, "out of memory to digest %zu rows", x.rows);
	for (size_t i = 0; i < x.rows; i++)
		range[i] =
			(struct byte_range){ i * x.stride * sizeof(float), x.cols * sizeof(float) };
	failed = digests_get(cuda_of(backend), cuda_pointer(x), header, range, x.rows, out_digest,
			     err);
	free(range);
	return failed;
}

int cuda_pick(struct backend *backend, struct matrix x, const uint32_t *index, float *out,
	      struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct pick_params params = {
		.x = cuda_pointer(x),
		.x_stride = x.stride,
		.rows = x.rows,
	};
	struct cuda_grid grid = { cuda_blocks(cuda, x.rows, MAP_THREADS), 1, MAP_THREADS };
	size_t bytes = x.rows * sizeof(float);
	void *scratch;

	if (cuda_scratch_get(cuda, 2 * bytes, &scratch, err) ||
	    cuda_put(cuda, (uint8_t *)scratch + bytes, index, bytes, err))
		return -1;
	params.out = scratch;
	params.index = (const uint32_t *)scratch + x.rows;
	if (cuda_launch(cuda, CUDA_KERNEL_pick, grid, &params, err))
		return -1;
	return cuda_get(cuda, out, scratch, bytes, err);
}
