/* ways: the CUDA backend on a fake device, once for each order of threads. */
#include "../kernels/exact_rig.h"

#include "fake_driver.h"
#include "kernels/backend.h"

void rig_open(struct rig *rig)
{
	static const struct fake_options options = { .schedule = FAKE_RANDOM,
						     .seed = 14,
						     .device = { { .processors = 1 } } };
	static const struct backend_options none;
	size_t ways = SHIM_ORDERS + (fake_driver_can_watch() ? 1 : 0);

	fake_driver_start(&options);
	*rig = (struct rig){ 0 };
	/* the last one is watched in addition */
	for (size_t order = 0; order < ways; order++) {
		struct error err = { 0 };

		fake_driver_order((enum shim_order)(order % SHIM_ORDERS), order >= SHIM_ORDERS);
		assert_done(backend_type_cuda.open(&none, &rig->way[rig->ways].backend, &err),
			    &err);
		rig->ways++;
	}
}

void rig_close(struct rig *rig)
{
	for (size_t i = 0; i < rig->ways; i++)
		backend_close(&rig->way[i].backend);
	fake_driver_stop();
}
