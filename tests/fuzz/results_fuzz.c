/* Files of results: refused by whoever takes them for his, or their scores fit into statements. */
#include <stdlib.h>
#include "registry/add.h"
#include "registry/eval_parts.h"

static const struct importer *const importers[] = {
#define IMPORTER(name) &importer_##name,
#include "registry/importers.def"
#undef IMPORTER
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(json_free) struct json *file = NULL;
	struct error err = { 0 };

	if (python_json_parse((struct span){ data, size }, NULL, &file, &err))
		return 0;
	for (size_t i = 0; i < sizeof(importers) / sizeof(importers[0]); i++) {
		CLEANUP(eval_parts_release) struct eval_parts parts = { .predicate = NULL };
		CLEANUP(json_free) struct json *predicate = NULL;
		struct error refused = { 0 };

		if (!importers[i]->knows(file))
			continue;
		if (json_object_new(&predicate, &refused))
			abort();
		if (importers[i]->read(file, predicate, &refused) == 0 &&
		    (!json_count(json_member(predicate, "scores")) ||
		     (eval_parts_cut(predicate, &parts, &refused) == 0 && !parts.count)))
			abort();
	}
	return 0;
}
