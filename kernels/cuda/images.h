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

struct cuda_images {
	const struct cuda_image *image;
	size_t count;
	const char *release; /* of CUDA, "13.0": whose compiler made them; "" without any */
};

extern const struct cuda_images cuda_images;

#endif
