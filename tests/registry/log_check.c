/* Every entry of a log read again, none twice, all in the root. */
#include "tests/registry/log_check.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_ROOM = 64 };

static int text_order(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Entry `index` as text; its leaf goes into the tree. */
static int entry_check(struct log *log, uint64_t index, uint64_t size, struct merkle *tree,
		       char text[TEXT_ROOM], struct error *err)
{
	CLEANUP(buffer_release) struct buffer entry;
	struct digest leaf;
	uint64_t found;

	buffer_init(&entry, TEXT_ROOM - 1);
	if (tiles_entry(log_tiles(log), index, size, &entry, err))
		return -1;
	leaf = merkle_leaf(buffer_view(&entry));
	merkle_add(tree, &leaf);
	memset(text, 0, TEXT_ROOM);
	memcpy(text, entry.data, entry.len);
	if (log_find(log, text, &found, err))
		return -1;
	return found == index
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "entry %llu is '%s', which has index %llu",
				   (unsigned long long)index, text, (unsigned long long)found);
}

int log_check(struct log *log, struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct merkle tree = { 0 };
	char(*text)[TEXT_ROOM];
	struct digest root;
	int failed = 0;

	if (log_recover(log, err) || log_head(log, &head, err))
		return -1;
	text = calloc((size_t)head.size + 1, sizeof(*text));
	if (!text)
		return error_set(err, ERROR_SYSTEM, "out of memory for a check");
	for (uint64_t i = 0; i < head.size && !failed; i++)
		failed = entry_check(log, i, head.size, &tree, text[i], err);
	root = merkle_root(&tree);
	if (!failed && !digest_equal(&root, &head.root))
		failed = error_set(err, ERROR_CORRUPT, "the entries do not give the signed root");
	qsort(text, (size_t)head.size, sizeof(*text), text_order);
	for (uint64_t i = 1; i < head.size && !failed; i++)
		if (strcmp(text[i - 1], text[i]) == 0)
			failed =
				error_set(err, ERROR_CORRUPT, "entry '%s' is there twice", text[i]);
	free(text);
	return failed ? -1 : 0;
}
