/*
 * elsewhere: objects whose bytes lie in a file of somebody's, who can change it.
 *
 * A marker beside the object says where, and what the file looked like when it
 * came in, so that a change is told at every use. It is no proof of the opposite:
 * whoever needs the bytes compares them.
 */
#ifndef REGISTRY_ELSEWHERE_H
#define REGISTRY_ELSEWHERE_H

#include "verify/verify.h"

/*
 * Make `path` a hard link to `file` (absolute) of `size` bytes, and `marker` beside
 * it first; there already is success. The caller makes the folder durable.
 * ERROR_USAGE: on another file system; ERROR_CORRUPT: it changed while it was read.
 */
MUST_CHECK int elsewhere_link(const char *path, const char *marker, const char *file, uint64_t size,
			      struct error *err);

/* Write a marker that says that the object lies in `file` (absolute). */
MUST_CHECK int elsewhere_refer(const char *marker, const char *file, uint64_t size,
			       struct error *err);

/* Where the marker of a reference says that the object lies; malloced. ERROR_CORRUPT: nowhere. */
MUST_CHECK int elsewhere_find(const char *marker, uint64_t *out_size, char **out_location,
			      struct error *err);

/* The file that the marker of a link names; malloced. */
MUST_CHECK int elsewhere_linked(const char *marker, char **out_location, struct error *err);

/* Open what a reference names. ERROR_CORRUPT: it has another size now. */
MUST_CHECK int elsewhere_open(const char *marker, struct source **out_source, struct error *err);

/*
 * Is the file no longer as it was when it came in (size, times, inode)? `path` is
 * the link, or NULL for a reference. A marker that does not say how it was: false.
 */
bool elsewhere_changed(const char *marker, const char *path);

#endif
