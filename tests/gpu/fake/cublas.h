/* What NVIDIA's libcublas exports, of what is called here. */
#ifndef TESTS_GPU_FAKE_CUBLAS_H
#define TESTS_GPU_FAKE_CUBLAS_H

#include <stddef.h>
#include <stdint.h>

#define EXPORTED __attribute__((visibility("default")))

EXPORTED int cublasCreate_v2(void **out_handle);
EXPORTED int cublasDestroy_v2(void *handle);
EXPORTED int cublasGetVersion_v2(void *handle, int *out_version);
EXPORTED int cublasSetStream_v2(void *handle, void *stream);
EXPORTED int cublasSetMathMode(void *handle, int mode);
EXPORTED int cublasSgemm_v2(void *handle, int trans_a, int trans_b, int m, int n, int k,
			    const float *alpha, unsigned long long a, int lda, unsigned long long b,
			    int ldb, const float *beta, unsigned long long c, int ldc);

#endif
