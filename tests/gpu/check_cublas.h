/*
 * check_cublas: cuBLAS in float32 without TF32, to measure ours beside. It is loaded where it is
 * installed, and never linked: nothing that computes digests has to do with it.
 */
#ifndef TESTS_GPU_CHECK_CUBLAS_H
#define TESTS_GPU_CHECK_CUBLAS_H

#include "kernels/kernels.h"

struct cublas;

/* Load it for device `ordinal`. ERROR_ABSENT: it, or the driver, is not here; the text says which.
 */
MUST_CHECK int cublas_open(int ordinal, struct cublas **out_cublas, struct error *err);
void cublas_close(struct cublas **cublas);

/* "cuBLAS 13.1.0". Borrowed. */
const char *cublas_description(const struct cublas *cublas);

/*
 * y = x w^T, with x rows x inputs and w outputs x inputs, `times` times, in float32. The numbers
 * are copied to the device before and y from it afterwards; *out_seconds is without that.
 */
MUST_CHECK int cublas_product(struct cublas *cublas, const float *x, const float *w, float *y,
			      size_t rows, size_t inputs, size_t outputs, size_t times,
			      double *out_seconds, struct error *err);

#endif
