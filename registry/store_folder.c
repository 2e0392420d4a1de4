/* What lies in a folder of objects, in the order of the digests. */
#include "registry/store_folder.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Is `name` that of an object (or of a reference) in the folder HH? */
static bool name_read(const char *name, unsigned first, struct digest *out_digest)
{
	struct error ignored = { 0 };
	size_t len = strlen(name);

	if (len != 64 && !(len == 68 && strcmp(name + 64, ".ref") == 0))
		return false;
	return digest_from_hex((struct span){ (const uint8_t *)name, 64 }, out_digest, &ignored) ==
		       0 &&
	       out_digest->byte[0] == first;
}

/* Every digest in the folder HH, sorted, each once. */
static int folder_list(const char *objects, unsigned first, struct digest_list *list,
		       struct error *err)
{
	char path[PATH_MAX + 128];
	struct dirent *entry;
	struct digest digest;
	size_t kept = 0;
	int failed = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "%s/%02x", objects, first);
	folder = opendir(path);
	while (folder && !failed && (entry = readdir(folder)))
		if (name_read(entry->d_name, first, &digest))
			failed = digest_list_add(list, &digest, err);
	if (folder)
		closedir(folder);
	if (failed || !list->count)
		return failed;
	qsort(list->item, list->count, sizeof(digest), digest_order);
	for (size_t i = 0; i < list->count; i++)
		if (!kept || !digest_equal(&list->item[i], &list->item[kept - 1]))
			list->item[kept++] = list->item[i];
	list->count = kept;
	return 0;
}

int store_folder_list(const char *folder, struct store_cursor *cursor, struct digest *out_digests,
		      size_t max, size_t *out_count, struct error *err)
{
	unsigned first = cursor->started ? cursor->after.byte[0] : 0;
	size_t count = 0;

	for (; first < 256 && count < max; first++) {
		struct digest_list list = { 0 };

		if (folder_list(folder, first, &list, err)) {
			digest_list_release(&list);
			return -1;
		}
		for (size_t i = 0; i < list.count && count < max; i++)
			if (!cursor->started || digest_order(&list.item[i], &cursor->after) > 0)
				out_digests[count++] = list.item[i];
		digest_list_release(&list);
	}
	if (count) {
		cursor->after = out_digests[count - 1];
		cursor->started = true;
	}
	*out_count = count;
	return 0;
}
