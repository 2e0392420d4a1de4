/* Records of runs: any bytes are read or refused, and what is read can be used. */
#include <stdlib.h>

#include "registry/registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const list[] = { "data", "parents", "outputs" };
	CLEANUP(run_record_release) struct run_record record = { .event = RUN_EVENT_COUNT };
	CLEANUP(json_free) struct json *again = NULL;
	struct error err = { 0 };

	if (size > RUN_RECORD_MAX_BYTES ||
	    run_record_parse((struct span){ data, size }, &record, &err))
		return 0;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		struct error ignored = { 0 };
		struct name *names;
		size_t count;

		if (run_record_names(&record, list[i], &names, &count, &ignored) == 0)
			free(names);
	}
	if (record.event == RUN_EVENT_END &&
	    (json_object_new(&again, &err) || run_ending_to_json(&record.ending, again, &err)))
		abort();
	return 0;
}
