/*
 * elsewhere: objects whose bytes lie in a file of somebody's.
 *
 * The marker of a reference is "SIZE PATH\n", that of a link PATH and a line end;
 * then "as DEVICE INODE SIZE MTIME CTIME\n", the times in nanoseconds since 1970. The
 * second line is missing where an earlier akashi wrote it, or a crash came before it.
 */
#include "registry/elsewhere.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MARKER_MAX = PATH_MAX + 256, STAMP_MAX = 128 };

static void stamp_print(const struct file_stamp *stamp, char out_line[STAMP_MAX])
{
	snprintf(out_line, STAMP_MAX,
		 "as %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRId64 " %" PRId64 "\n", stamp->device,
		 stamp->inode, stamp->size, stamp->changed_ns, stamp->attributes_ns);
}

/* The marker's text; the caller frees it. */
static int marker_read(const char *marker, char **out_text, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, MARKER_MAX);
	return file_read(marker, &text, err) || buffer_to_text(&text, out_text, err) ? -1 : 0;
}

int elsewhere_link(const char *path, const char *marker, const char *file, uint64_t size,
		   struct error *err)
{
	char text[MARKER_MAX], line[STAMP_MAX];
	struct file_stamp stamp;

	if (file_exists(path))
		return 0;
	snprintf(text, sizeof(text), "%s\n", file);
	/* The marker stands first: an object its owner can change is never taken for ours. */
	if (file_write(marker, span_of(text), 0644, FILE_REPLACE, err))
		return -1;
	if (linkat(AT_FDCWD, file, AT_FDCWD, path, AT_SYMLINK_FOLLOW) && errno != EEXIST) {
		int failed = errno;

		unlink(marker);
		if (failed == EXDEV)
			return error_set(err, ERROR_USAGE,
					 "cannot link '%s': the registry lies on another file "
					 "system; use --store copy or --store reference",
					 file);
		return error_system(err, failed, "cannot link '%s'", file);
	}
	if (file_stamp_take(path, &stamp, err) || stamp.size != size) {
		unlink(path);
		unlink(marker);
		*err = (struct error){ 0 };
		return error_set(err, ERROR_CORRUPT, "'%s' changed while it was read", file);
	}
	/* Making the link changed the file's attributes: only now is it as it stays. */
	stamp_print(&stamp, line);
	snprintf(text, sizeof(text), "%s\n%s", file, line);
	return file_write(marker, span_of(text), 0644, FILE_REPLACE, err);
}

int elsewhere_refer(const char *marker, const char *file, uint64_t size, struct error *err)
{
	char text[MARKER_MAX], line[STAMP_MAX];
	struct file_stamp stamp;

	if (file_stamp_take(file, &stamp, err))
		return -1;
	if (stamp.size != size)
		return error_set(err, ERROR_CORRUPT, "'%s' changed while it was read", file);
	stamp_print(&stamp, line);
	snprintf(text, sizeof(text), "%llu %s\n%s", (unsigned long long)size, file, line);
	return file_write(marker, span_of(text), 0444, FILE_REPLACE, err);
}

/* The line of the marker that says how the file was, or NULL; cuts the one before it off. */
static char *stamp_line(char *text)
{
	char *end = strchr(text, '\n');

	if (!end)
		return NULL;
	*end = '\0';
	return strncmp(end + 1, "as ", 3) == 0 ? end + 1 : NULL;
}

int elsewhere_find(const char *marker, uint64_t *out_size, char **out_location, struct error *err)
{
	CLEANUP(text_free) char *text = NULL;
	char *path, *end, *location;
	unsigned long long size;

	if (marker_read(marker, &text, err))
		return -1;
	size = strtoull(text, &path, 10);
	end = strchr(path, '\n');
	if (path == text || path[0] != ' ' || path[1] != '/' || !end ||
	    (end[1] && strncmp(end + 1, "as ", 3) != 0))
		return error_set(err, ERROR_CORRUPT, "'%s' names no location", marker);
	*end = '\0';
	location = strdup(path + 1);
	if (!location)
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	*out_size = size;
	*out_location = location;
	return 0;
}

int elsewhere_linked(const char *marker, char **out_location, struct error *err)
{
	char *text;

	if (marker_read(marker, &text, err))
		return -1;
	text[strcspn(text, "\n")] = '\0';
	*out_location = text;
	return 0;
}

int elsewhere_open(const char *marker, struct source **out_source, struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(text_free) char *location = NULL;
	uint64_t size;

	if (elsewhere_find(marker, &size, &location, err))
		return -1;
	if (source_open_file(location, &source, err))
		return error_prefix(err, "the object is kept by reference only");
	if (source->size != size)
		return error_set(err, ERROR_CORRUPT,
				 "'%s', kept by reference only, changed since it was registered: "
				 "it has another size",
				 location);
	*out_source = source;
	source = NULL; /* handed over */
	return 0;
}

bool elsewhere_changed(const char *marker, const char *path)
{
	CLEANUP(text_free) char *text = NULL;
	char line[STAMP_MAX], *then, *location;
	struct error ignored = { 0 };
	struct file_stamp now;

	if (marker_read(marker, &text, &ignored) || !(then = stamp_line(text)))
		return false;
	location = strchr(text, '/');
	if (file_stamp_take(path ? path : location ? location : text, &now, &ignored))
		return true;
	stamp_print(&now, line);
	return strcmp(line, then) != 0;
}
