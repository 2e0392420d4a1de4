/*
 * The functions of cuBLAS that check_cublas.c calls, over the fake driver of
 * tests/cuda/, whose addresses are those of host memory: so the way to the real one
 * is walked on machines without a card. AKASHI_FAKE_CUBLAS=wrong: a product of other sizes.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/gpu/fake/cublas.h"

static int handle_count; /* handles that are not destroyed yet */

int cublasCreate_v2(void **out_handle)
{
	*out_handle = &handle_count;
	handle_count++;
	return 0;
}

int cublasDestroy_v2(void *handle)
{
	handle_count--;
	return handle != &handle_count || handle_count < 0;
}

int cublasGetVersion_v2(void *handle, int *out_version)
{
	(void)handle;
	*out_version = 130000;
	return 0;
}

int cublasSetStream_v2(void *handle, void *stream)
{
	return handle != &handle_count || !stream;
}

int cublasSetMathMode(void *handle, int mode)
{
	return handle != &handle_count || mode != 0;
}

/* Column by column: c (m x n) = a^T (a is k x m) times b (k x n). */
int cublasSgemm_v2(void *handle, int trans_a, int trans_b, int m, int n, int k, const float *alpha,
		   unsigned long long a, int lda, unsigned long long b, int ldb, const float *beta,
		   unsigned long long c, int ldc)
{
	const float *from_a = (const float *)(uintptr_t)a, *from_b = (const float *)(uintptr_t)b;
	float *to = (float *)(uintptr_t)c;
	const char *wrong = getenv("AKASHI_FAKE_CUBLAS");

	if (handle != &handle_count || trans_a != 1 || trans_b != 0 || *alpha != 1.0f ||
	    *beta != 0.0f || lda < k || ldb < k || ldc < m)
		return 7; /* CUBLAS_STATUS_INVALID_VALUE */
	if (wrong && !strcmp(wrong, "wrong"))
		k = k / 2;
	for (ptrdiff_t j = 0; j < n; j++)
		for (ptrdiff_t i = 0; i < m; i++) {
			float sum = 0.0f;

			for (ptrdiff_t l = 0; l < k; l++)
				sum += from_a[l + i * lda] * from_b[l + j * ldb];
			to[i + j * ldc] = sum;
		}
	return 0;
}
