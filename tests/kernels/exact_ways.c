/* exact_ways: every way in which this machine's processor can compute. */
#include "exact_rig.h"

void rig_open(struct rig *rig)
{
	static const char *const variant[] = { "plain", "avx2", "avx512" };
	static const size_t threads[] = { 1, 2, 3, 7 };

	*rig = (struct rig){ 0 };
	for (size_t v = 0; v < 3; v++)
		for (size_t t = 0; t < 4; t++) {
			struct rig_way *way = &rig->way[rig->ways];
			struct backend_options options = { .variant = variant[v] };
			struct error err = { 0 };

			assert_done(threads_new(threads[t], &way->threads, &err), &err);
			options.threads = way->threads;
			if (!backend_open("cpu", &options, &way->backend, &err)) {
				rig->ways++;
				continue;
			}
			if (err.code != ERROR_ABSENT || v == 0)
				fail_msg("%s", err.text);
			threads_free(&way->threads);
		}
}

void rig_close(struct rig *rig)
{
	for (size_t i = 0; i < rig->ways; i++) {
		backend_close(&rig->way[i].backend);
		threads_free(&rig->way[i].threads);
	}
}
