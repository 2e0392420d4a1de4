/* YAML: any bytes are refused with file and line, or a tree that can be walked. */
#include <stdlib.h>
#include <string.h>

#include "verify/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t walk(const struct yaml *yaml, const struct yaml_node *node, unsigned depth)
{
	size_t nodes = 1;
	uint32_t children = 0;

	if (depth > YAML_MAX_DEPTH + 1 || !node->line || node->last_line < node->line)
		abort();
	for (const struct yaml_node *child = yaml_first(yaml, node); child;
	     child = yaml_next(yaml, child), children++)
		nodes += walk(yaml, child, depth + 1);
	if (children != node->count || (children && node->kind == YAML_SCALAR))
		abort();
	for (size_t i = 0; i < node->text.len; i++)
		if (!node->text.data[i])
			abort();
	return nodes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(yaml_release) struct yaml yaml = { .node = NULL };
	struct error err = { 0 };

	if (yaml_parse((struct span){ data, size }, "y", 1, &yaml, &err)) {
		if (strncmp(err.text, "y, line ", 8) != 0)
			abort();
		return 0;
	}
	if (walk(&yaml, yaml_root(&yaml), 0) != yaml.count || yaml.decoded_len > size)
		abort();
	return 0;
}
