/* The texts of a backup: any bytes are read as they were written, or refused; no path leads
 * elsewhere. */
#include "registry/backup/inner.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A place is one that a registry has, and never the memory of its log. */
static void place_try(const char *path)
{
	char place[BACKUP_PATH_MAX];
	struct error err = { 0 };

	if (backup_place(path, 7, place, &err))
		return;
	if (place[0] == '/' || strstr(place, "..") == place || strstr(place, "/../") ||
	    strstr(place, "//") || strstr(place, "lock.db") == place ||
	    strstr(place, "index.db") == place)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buffer_release) struct buffer text;
	struct span input = { data, size };
	char origin[REGISTRY_ORIGIN_MAX];
	struct backup_state state, again;
	struct backup_line line;
	struct error err = { 0 };

	buffer_init(&text, 2 * BACKUP_TEXT_MAX);
	if (!backup_line_parse(input, &line, &err))
		place_try(line.path);
	if (!backup_mark_parse(input, origin, &err) && !note_name_ok(span_of(origin)))
		abort();
	if (backup_state_parse(input, &state, &err))
		return 0;
	if (backup_state_write(&state, &text, &err) ||
	    backup_state_parse(buffer_view(&text), &again, &err) || again.made != state.made ||
	    again.entries != state.entries || strcmp(again.origin, state.origin) != 0 ||
	    !digest_equal(&again.list, &state.list))
		abort();
	return 0;
}
