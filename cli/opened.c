/* Openings from files. */
#include "cli/opened.h"

#include <stdlib.h>

#include "cli/open.h"

void opened_release(struct opened *opened)
{
	for (size_t i = 0; i < opened->count; i++)
		opening_release(&opened->item[i]);
	free(opened->item);
	*opened = (struct opened){ 0 };
}

/* The same opening twice is one. */
static int file_take(const char *path, struct opened *opened, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	struct opening *one = &opened->item[opened->count];

	buffer_init(&text, OPENING_MAX_BYTES);
	if (file_read(path, &text, err) || opening_parse(buffer_view(&text), one, err))
		return error_prefix(err, "'%s'", path);
	if (opening_find(opened->item, opened->count, &one->commitment))
		opening_release(one);
	else
		opened->count++;
	return 0;
}

int opened_read(const struct call *call, struct opened *opened, struct check_request *request,
		struct error *err)
{
	CLEANUP(texts_free) const char **path = NULL;
	size_t count;

	if (call_values(call, "opening", &path, &count, err))
		return -1;
	opened->item = calloc(count + 1, sizeof(*opened->item));
	if (!opened->item)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu openings", count);
	for (size_t i = 0; i < count; i++)
		if (file_take(path[i], opened, err))
			return -1;
	request->opening = opened->item;
	request->opening_count = opened->count;
	return 0;
}
