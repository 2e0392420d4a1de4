/* Entries that belong together: appended as one, and proven one by one. */
#include <stdlib.h>

#include "registry/statement/inner.h"

static int items_log(struct log *log, const struct statement_batch *batch, struct log_item *item,
		     uint64_t *index, struct error *err)
{
	for (size_t i = 0; i < batch->count; i++)
		item[i] = batch->fill(batch->batch, i);
	if (log_append(log, item, batch->count, index, err))
		return -1;
	if (log_holds(log, item, index, batch->count, err))
		return error_prefix(err, "a statement was logged, and it is not in the log");
	for (size_t i = 0; i < batch->count; i++)
		batch->place(batch->batch, i, index[i]);
	return 0;
}

int statement_batch_log(struct registry *registry, const struct statement_batch *batch,
			struct error *err)
{
	struct log_item *item = calloc(batch->count + 1, sizeof(*item));
	uint64_t *index = calloc(batch->count + 1, sizeof(*index));
	struct log *log;
	int failed;

	failed = !item || !index ? error_set(err, ERROR_SYSTEM, "out of memory for a batch")
				 : registry_log(registry, &log, err) ||
					   items_log(log, batch, item, index, err);
	free(item);
	free(index);
	return failed ? -1 : 0;
}
