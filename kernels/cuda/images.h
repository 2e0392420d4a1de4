/* images: the compiled device code that is in this build; kernels/cuda/images.cmake makes the
 * table. */
#ifndef KERNELS_CUDA_IMAGES_H
#define KERNELS_CUDA_IMAGES_H

#include "kernels/buffer.h"

/* What one .cu file became. All lengths are 0 in a build without nvcc. */
struct cuda_image {
	const char *file;  /* "map" */
	struct span ptx;   /* for every device from compute capability 8.0, zero-terminated */
	struct span sm_80; /* assembled from that very PTX */
	struct span sm_90;
};

extern const struct cuda_image cuda_images[];
extern const size_t cuda_image_count;

#endif
