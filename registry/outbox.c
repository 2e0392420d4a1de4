/* outbox: the folder where things wait to be said, one file each, in the order of their names. */
#include "registry/outbox.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* "NNNNNNNNNNNNNNNN-RRRRRRRR.json": a number, and chance for those who took the same. */
enum { NUMBER_DIGITS = 16, CHANCE_DIGITS = 8, NAME_LEN = NUMBER_DIGITS + 1 + CHANCE_DIGITS + 5 };

static bool name_ok(const char *name)
{
	return strlen(name) == NAME_LEN && strspn(name, "0123456789") == NUMBER_DIGITS &&
	       name[NUMBER_DIGITS] == '-' &&
	       strspn(name + NUMBER_DIGITS + 1, "0123456789abcdef") == CHANCE_DIGITS &&
	       strcmp(name + NAME_LEN - 5, ".json") == 0;
}

void outbox_list_release(struct outbox_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->name[i]);
	free(list->name);
	*list = (struct outbox_list){ .name = NULL };
}

static int name_order(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static int list_add(struct outbox_list *list, const char *name, struct error *err)
{
	if (list->count == list->cap) {
		size_t cap = list->cap ? 2 * list->cap : 16;
		char **bigger = realloc(list->name, cap * sizeof(*bigger));

		if (!bigger)
			return error_system(err, ENOMEM, "cannot list what waits");
		list->name = bigger;
		list->cap = cap;
	}
	list->name[list->count] = strdup(name);
	return list->name[list->count++] ? 0 : error_system(err, ENOMEM, "cannot list what waits");
}

int outbox_list(const char *folder, struct outbox_list *out_list, struct error *err)
{
	CLEANUP(outbox_list_release) struct outbox_list list = { .name = NULL };
	DIR *opened = opendir(folder);
	struct dirent *entry;
	int failed = 0;

	if (!opened && errno != ENOENT)
		return error_system(err, errno, "cannot list '%s'", folder);
	while (opened && folder_next(opened, folder, &entry, &failed, err))
		failed = name_ok(entry->d_name) ? list_add(&list, entry->d_name, err) : 0;
	if (opened)
		closedir(opened);
	if (failed) {
		list.count -= list.count && !list.name[list.count - 1];
		return -1;
	}
	if (list.count)
		qsort(list.name, list.count, sizeof(*list.name), name_order);
	*out_list = list;
	list = (struct outbox_list){ .name = NULL };
	return 0;
}

int outbox_put(const struct context *ctx, const char *folder, struct span text, struct error *err)
{
	CLEANUP(outbox_list_release) struct outbox_list list = { .name = NULL };
	CLEANUP(text_free) char *path = NULL;
	char name[NAME_LEN + 1];
	uint64_t number = 0;
	uint32_t chance;

	if (text.len > OUTBOX_ITEM_MAX)
		return error_set(err, ERROR_USAGE, "%zu bytes are too many to wait in '%s'",
				 text.len, folder);
	if (folder_make(folder, err) || outbox_list(folder, &list, err) ||
	    context_random(ctx, (uint8_t *)&chance, sizeof(chance), err))
		return -1;
	/* Two hooks may take the same number: their order is nobody's, and chance keeps them apart.
	 */
	if (list.count)
		number = strtoull(list.name[list.count - 1], NULL, 10);
	if (number >= 9999999999999999u)
		return error_set(err, ERROR_CORRUPT, "'%s' holds '%s', behind which nothing goes",
				 folder, list.name[list.count - 1]);
	snprintf(name, sizeof(name), "%016" PRIu64 "-%08" PRIx32 ".json", number + 1, chance);
	return path_join(folder, name, &path, err) ||
			       file_write(path, text, 0600, FILE_KEEP_FIRST, err)
		       ? -1
		       : 0;
}

/* ---- what was refused ---- */

static int refused_folder(const char *folder, char **out_path, struct error *err)
{
	return path_join(folder, "refused", out_path, err);
}

int outbox_set_aside(const char *folder, const char *name, const char *reason, struct error *err)
{
	CLEANUP(text_free) char *aside = NULL, *from = NULL, *to = NULL, *why = NULL;
	CLEANUP(buffer_release) struct buffer text;
	char why_name[NAME_LEN + 8];

	buffer_init(&text, 2 * OUTBOX_REASON_MAX);
	snprintf(why_name, sizeof(why_name), "%s.txt", name);
	if (refused_folder(folder, &aside, err) || path_join(folder, name, &from, err) ||
	    path_join(aside, name, &to, err) || path_join(aside, why_name, &why, err) ||
	    folder_make(aside, err) ||
	    buffer_printf(&text, err, "%.*s\n", OUTBOX_REASON_MAX, reason) ||
	    file_write(why, buffer_view(&text), 0600, FILE_REPLACE, err))
		return -1;
	if (rename(from, to))
		return error_system(err, errno, "cannot set '%s' aside", from);
	return folder_sync(aside, err) || folder_sync(folder, err) ? -1 : 0;
}

int outbox_retry(const struct context *ctx, const char *folder, size_t *out_count,
		 struct error *err)
{
	CLEANUP(outbox_list_release) struct outbox_list list = { .name = NULL };
	CLEANUP(text_free) char *aside = NULL;

	*out_count = 0;
	if (refused_folder(folder, &aside, err) || outbox_list(aside, &list, err))
		return -1;
	for (size_t i = 0; i < list.count; i++) {
		CLEANUP(text_free) char *path = NULL;
		CLEANUP(text_free) char *why = NULL;
		CLEANUP(buffer_release) struct buffer text;

		/* Put first, so that it is there twice rather than nowhere. */
		buffer_init(&text, OUTBOX_ITEM_MAX);
		if (path_join(aside, list.name[i], &path, err) || file_read(path, &text, err) ||
		    outbox_put(ctx, folder, buffer_view(&text), err))
			return -1;
		if (asprintf(&why, "%s.txt", path) < 0) {
			why = NULL;
			return error_system(err, ENOMEM, "cannot try again");
		}
		(void)unlink(path);
		(void)unlink(why);
		++*out_count;
	}
	return list.count ? folder_sync(aside, err) : 0;
}

int outbox_look(const char *folder, struct outbox_state *out_state, struct error *err)
{
	CLEANUP(outbox_list_release) struct outbox_list waiting = { .name = NULL };
	CLEANUP(outbox_list_release) struct outbox_list refused = { .name = NULL };
	CLEANUP(text_free) char *aside = NULL, *problem = NULL, *text = NULL;
	CLEANUP(buffer_release) struct buffer why;
	struct error none = { 0 };

	buffer_init(&why, OUTBOX_REASON_MAX);
	if (refused_folder(folder, &aside, err) || outbox_list(folder, &waiting, err) ||
	    outbox_list(aside, &refused, err) || path_join(folder, "problem.txt", &problem, err))
		return -1;
	*out_state = (struct outbox_state){ .waiting = waiting.count, .refused = refused.count };
	if (waiting.count && file_read(problem, &why, &none) == 0 &&
	    buffer_to_text(&why, &text, &none) == 0) {
		text[strcspn(text, "\n")] = '\0';
		snprintf(out_state->problem, sizeof(out_state->problem), "%s", text);
	}
	return 0;
}
