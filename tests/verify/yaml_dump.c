/* yaml_dump FILE…: each document as one line of JSON with every scalar as text, or "refused: …". */
#include <stdio.h>
#include <stdlib.h>

#include "verify/plain_text.h"
#include "verify/yaml.h"

static int text_dump(struct span text, struct buffer *out, struct error *err)
{
	CLEANUP(text_free) char *copy = NULL;
	CLEANUP(buffer_release) struct buffer whole;

	buffer_init(&whole, YAML_MAX_BYTES);
	return buffer_add(&whole, text, err) || buffer_to_text(&whole, &copy, err) ||
			       json_text_write(out, copy, err)
		       ? -1
		       : 0;
}

static int node_dump(const struct yaml *yaml, const struct yaml_node *node, struct buffer *out,
		     struct error *err)
{
	const struct yaml_node *child = yaml_first(yaml, node);

	if (node->kind == YAML_SCALAR)
		return text_dump(node->text, out, err);
	if (buffer_add_text(out, node->kind == YAML_MAP ? "{" : "[", err))
		return -1;
	for (; child; child = yaml_next(yaml, child)) {
		if (node->kind == YAML_MAP &&
		    (text_dump(child->key, out, err) || buffer_add_text(out, ":", err)))
			return -1;
		if (node_dump(yaml, child, out, err) ||
		    (child->next && buffer_add_text(out, ",", err)))
			return -1;
	}
	return buffer_add_text(out, node->kind == YAML_MAP ? "}" : "]", err);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		CLEANUP(buffer_release) struct buffer out = { 0 };
		CLEANUP(yaml_release) struct yaml yaml = { .node = NULL };
		static uint8_t text[YAML_MAX_BYTES + 1];
		struct error err = { 0 };
		FILE *in = fopen(argv[i], "rb");
		size_t len;

		if (!in)
			return 1;
		len = fread(text, 1, sizeof(text), in);
		fclose(in);
		buffer_init(&out, 64 << 20);
		if (yaml_parse((struct span){ text, len }, argv[i], 1, &yaml, &err) ||
		    node_dump(&yaml, yaml_root(&yaml), &out, &err))
			printf("refused: %s\n", err.text);
		else
			printf("%.*s\n", (int)out.len, (const char *)out.data);
	}
	return 0;
}
