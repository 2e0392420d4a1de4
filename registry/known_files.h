/*
 * known_files: what a folder was found to hold when it was registered, so that adding
 * it again reads only what changed since.
 *
 * A derived file for each path under DIR/known/; it may be deleted at any time.
 * Used by `add` alone: whoever verifies reads the bytes.
 */
#ifndef REGISTRY_KNOWN_FILES_H
#define REGISTRY_KNOWN_FILES_H

#include "registry/home.h"

#define KNOWN_FILES_MAX_BYTES (256u << 20)

/* A file as it was while it was read. */
struct known_file {
	const char *name; /* in its tree */
	struct file_stamp stamp;
	uint64_t lines; /* that were counted in it */
};

struct known_files {
	struct digest manifest;
	struct known_file *file; /* by name */
	size_t count;
	char *text; /* where the names lie */
};

void known_files_release(struct known_files *known);

/* What stands for the path (absolute) and the patterns that were left out of it. */
struct digest known_files_key(const char *path, const char *const *exclude, size_t exclude_count);

/* ERROR_ABSENT: nothing is known; ERROR_CORRUPT: the file is not as it was written. */
MUST_CHECK int known_files_read(const struct registry *registry, const struct digest *key,
				struct known_files *out_known, struct error *err);

/* Note it, in place of what stood there. The manifest is an object of the store. */
MUST_CHECK int known_files_write(const struct registry *registry, const struct digest *key,
				 const struct digest *manifest, const struct known_file *file,
				 size_t count, struct error *err);

/* The object of what was counted in the files of a manifest (registry/corpus.h). */
MUST_CHECK int known_counts_read(const struct registry *registry, const struct digest *manifest,
				 struct digest *out_counts, struct error *err);
MUST_CHECK int known_counts_write(const struct registry *registry, const struct digest *manifest,
				  const struct digest *counts, struct error *err);

/*
 * Remove the notes that were written before then, and those whose manifest the store no longer has
 * (nobody could use them); *out_cleared counts them. With `dry_run` they are only counted.
 */
MUST_CHECK int known_files_clear(const struct registry *registry, int64_t before_unix_s,
				 bool dry_run, uint64_t *out_cleared, struct error *err);

/* The file of that name, or NULL. */
const struct known_file *known_files_find(const struct known_files *known, const char *name);

/* The text of such a file. */
MUST_CHECK int known_files_parse(struct span text, struct known_files *out_known,
				 struct error *err);

/*
 * Could a file with this stamp have been changed again without its times showing
 * it, had somebody begun to read it at `now_unix_s`? As git says: racily clean.
 */
bool known_files_is_racy(const struct file_stamp *stamp, int64_t now_unix_s);

#endif
