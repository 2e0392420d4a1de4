/* What a harness wrote about each item, as anyone may hand it in, read as a table and paired. */
#include "verify/eval_items.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct eval_column column[] = { { "acc", "none" }, { "exact_match", "f" } };
	struct eval_items items;
	struct eval_pairs pairs;
	struct error err = { 0 };

	if (eval_items_read((struct span){ data, size }, column, 2, &items, &err))
		return 0;
	if (!eval_items_pair(&items, 0, &items, 1, &pairs, &err))
		eval_pairs_release(&pairs);
	eval_items_release(&items);
	return 0;
}
