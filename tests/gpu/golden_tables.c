/* golden_tables: tables of golden models, and computed outputs held against them. */
#include "tests/gpu/golden_tables.h"

#include <stdio.h>
#include <string.h>

#include "verify/architecture.h"

#include "tests/gpu/golden_vectors.h"

const struct golden_table *golden_tables(size_t *out_count)
{
	*out_count = sizeof(golden_table) / sizeof(golden_table[0]);
	return golden_table;
}

/* Which of the digests is first to differ from those of the text? `count`: none. */
static size_t first_difference(const char *hex, const struct digest *digest, size_t count)
{
	size_t i = 0;

	if (strlen(hex) != count * (DIGEST_HEX_SIZE - 1))
		return 0;
	for (; i < count; i++) {
		char text[DIGEST_HEX_SIZE];

		digest_to_hex(&digest[i], text);
		if (strncmp(text, hex + i * (DIGEST_HEX_SIZE - 1), DIGEST_HEX_SIZE - 1))
			break;
	}
	return i;
}

bool golden_table_holds(const struct golden_table *table, const struct outputs *outputs,
			char out_text[96])
{
	size_t boundaries = table->config->layers + 1;
	struct digest root = outputs_root(outputs);
	char hex[DIGEST_HEX_SIZE];

	for (size_t i = 0; i < table->probe_count; i++) {
		const struct golden_probe *probe = &table->probe[i];
		size_t boundary =
			first_difference(probe->boundaries, outputs->probe[i].boundary, boundaries);
		size_t position = first_difference(probe->positions, outputs->probe[i].position,
						   probe->count);

		if (boundary == boundaries && position == probe->count)
			continue;
		if (boundary < boundaries)
			snprintf(out_text, 96, "probe %zu: boundary %zu", i, boundary);
		else
			snprintf(out_text, 96, "probe %zu: position %zu", i, position);
		return false;
	}
	digest_to_hex(&root, hex);
	if (!strcmp(hex, table->root))
		return true;
	snprintf(out_text, 96, "only the largest logits or a likelihood");
	return false;
}
