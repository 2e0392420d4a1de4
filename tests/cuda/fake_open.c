/* fake_open: programs that link this (with --wrap=cuda_driver_open) find the fake driver instead of
 * the machine's. */
#include "fake_driver.h"

int __wrap_cuda_driver_open(struct cuda_driver *out_driver, struct error *err);

int __wrap_cuda_driver_open(struct cuda_driver *out_driver, struct error *err)
{
	(void)err;
	fake_driver_fill(out_driver);
	return 0;
}
