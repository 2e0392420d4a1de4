/* opened: what the tests of the fake driver begin and end with. */
#ifndef TESTS_CUDA_OPENED_H
#define TESTS_CUDA_OPENED_H

#include "../support.h"

#include "fake_driver.h"
#include "kernels/cuda/map.h"

/* Two streams of the first device, with the code of map.cu. */
struct opened {
	struct cuda_driver driver;
	cuda_context context;
	cuda_stream stream, other;
	cuda_module module;
	cuda_function add;
};

void opened_start(struct opened *o, const struct fake_options *options);
/* Give everything back; what the test made it has freed. */
void opened_stop(struct opened *o);

/* y = x + x of n numbers, into the stream. */
int opened_double(struct opened *o, cuda_stream stream, cuda_address x, cuda_address y, size_t n);

/* The call in a process of its own must end with these words on standard error. */
void check_stopped(void (*call)(struct opened *o), const struct fake_options *options,
		   const char *words);

/* Must succeed. */
#define DONE(call) assert_int_equal((call), CUDA_OK)

#endif
