/* Files of what was secured: any bytes are read or refused; what is read adds up. */
#include <stdlib.h>

#include "registry/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(json_free) struct json *items = NULL;
	char name[NAME_TEXT_MAX];
	struct error err = { 0 };

	if (allocation_file_parse((struct span){ data, size }, "x", &items, name, &err))
		return 0;
	for (size_t i = 0; i < json_count(items); i++) {
		uint64_t all, all_gpus, node[2], gpu[2];
		struct allocation_item item;
		int64_t middle;

		if (allocation_item_read(json_at(items, i), &item, &err))
			abort();
		middle = item.period.from_s + (item.period.until_s - item.period.from_s) / 3;
		allocation_secured(&item, INT64_MIN, INT64_MAX, &all, &all_gpus);
		allocation_secured(&item, INT64_MIN, middle, &node[0], &gpu[0]);
		allocation_secured(&item, middle, INT64_MAX, &node[1], &gpu[1]);
		if (node[0] + node[1] != all || gpu[0] + gpu[1] != all_gpus)
			abort();
	}
	return 0;
}
