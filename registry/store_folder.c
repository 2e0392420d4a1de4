/* What lies in a folder of objects, in the order of the digests. */
#include "registry/store_folder.h"

#include <errno.h>
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
	if (!folder)
		return errno == ENOENT ? 0 : error_system(err, errno, "cannot list '%s'", path);
	while (folder_next(folder, path, &entry, &failed, err))
		if (name_read(entry->d_name, first, &digest))
			failed = digest_list_add(list, &digest, err);
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

int store_folder_notes(const char *folder, struct digest_list *out_digests, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list list = { 0 };
	struct error foreign = { 0 };
	struct dirent *entry;
	struct digest digest;
	int failed = 0;
	DIR *handle = opendir(folder);

	if (!handle && errno != ENOENT)
		return error_system(err, errno, "cannot list '%s'", folder);
	while (handle && folder_next(handle, folder, &entry, &failed, err))
		if (strlen(entry->d_name) == 2 * DIGEST_SIZE &&
		    digest_from_hex(span_of(entry->d_name), &digest, &foreign) == 0)
			failed = digest_list_add(&list, &digest, err);
	if (handle)
		closedir(handle);
	if (failed)
		return -1;
	if (list.count)
		qsort(list.item, list.count, sizeof(*list.item), digest_order);
	*out_digests = list;
	list = (struct digest_list){ 0 }; /* handed over */
	return 0;
}
