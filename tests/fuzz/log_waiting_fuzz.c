/* Whatever lies in log.waiting/ with a digest that fits: passed over, or groups that can be
 * appended. */
#include <stdlib.h>
#include <string.h>

#include "registry/log/waiting.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read all that a leader reads of a group. */
static bool take(void *arg, const struct log_items *group)
{
	size_t *total = arg;

	if (!group->count || group->count > LOG_GROUP_MAX)
		abort();
	for (size_t i = 0; i < group->count; i++) {
		const struct log_item *item = &group->item[i];

		if (!item->ident || !item->ident[0] || !item->claim != !item->statement ||
		    item->entry.len > ENTRY_MAX_BYTES)
			abort();
		*total += strlen(item->ident) + (item->claim ? strlen(item->claim) : 0) +
			  (item->statement ? strlen(item->statement) : 0);
		*total += item->entry.len ? item->entry.data[item->entry.len - 1] : 0;
	}
	return *total < 1u << 20;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct digest digest = sha256((struct span){ data, size });
	uint8_t *bytes = malloc(DIGEST_SIZE + size);
	struct error err = { 0 };
	size_t total = 0;
	bool more;

	if (!bytes)
		return 0;
	memcpy(bytes, digest.byte, DIGEST_SIZE);
	if (size)
		memcpy(bytes + DIGEST_SIZE, data, size);
	(void)!log_waiting_parse((struct span){ bytes, DIGEST_SIZE + size }, take, &total, &more,
				 &err);
	free(bytes);
	return 0;
}
