/* tree_walk: list what lies below a folder; every step is taken from an open folder, and never
 * through a link. */
#include "verify/tree/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "verify/arena.h"
#include "verify/ignore_rules.h"
#include "verify/modelsig.h"
#include "verify/plain_text.h"

static const struct tree_rule rules[] = {
	{ ".cache", "left by a download", false },
	{ ".git", "version control", false },
	{ ".gitattributes", "version control, left by a download", false },
	{ ".github", "version control", false },
	{ ".gitignore", "version control", false },
	{ "akashi", "attestations, which stand on their own signatures", false },
	{ "model.sig", "the signature itself", false },
	{ "SHA256SUMS", "a list for sha256sum, not signed", false },
	{ "README.md", "the card, which has its own signed statement", true },
};

const struct tree_rule *tree_rules(size_t *out_count)
{
	*out_count = sizeof(rules) / sizeof(rules[0]);
	return rules;
}

static bool is_at_or_below(const char *name, const char *top)
{
	size_t len = strlen(top);

	return strncmp(name, top, len) == 0 && (!name[len] || name[len] == '/');
}

bool tree_signature_ignores(const char *name)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (is_at_or_below(name, rules[i].name))
			return true;
	}
	return false;
}

void tree_list_release(struct tree_list *list)
{
	free(list->file);
	free(list->ignored);
	free(list->odd);
	if (list->arena)
		arena_free(&list->arena);
	*list = (struct tree_list){ 0 };
}

int tree_list_add(struct tree_list *list, const char *name, uint64_t size, const char *blob,
		  struct error *err)
{
	struct tree_file file = { .size = size };
	void *array = list->file;

	if (list->count >= TREE_FILES_MAX)
		return error_set(err, ERROR_CORRUPT, "more than %u files", TREE_FILES_MAX);
	if (array_room(&array, list->count, &list->cap, sizeof(file), err))
		return -1;
	list->file = array;
	if (arena_text(list->arena, span_of(name), &file.name, err) ||
	    (blob && arena_text(list->arena, span_of(blob), &file.blob, err)))
		return -1;
	list->file[list->count++] = file;
	return 0;
}

static int compare_files(const void *a, const void *b)
{
	return strcmp(((const struct tree_file *)a)->name, ((const struct tree_file *)b)->name);
}

static int compare_ignored(const void *a, const void *b)
{
	return strcmp(((const struct tree_ignored *)a)->name,
		      ((const struct tree_ignored *)b)->name);
}

static int compare_odd(const void *a, const void *b)
{
	return strcmp(((const struct tree_odd *)a)->name, ((const struct tree_odd *)b)->name);
}

int tree_list_sort(struct tree_list *list, struct error *err)
{
	if (list->count)
		qsort(list->file, list->count, sizeof(*list->file), compare_files);
	if (list->ignored_count)
		qsort(list->ignored, list->ignored_count, sizeof(*list->ignored), compare_ignored);
	if (list->odd_count)
		qsort(list->odd, list->odd_count, sizeof(*list->odd), compare_odd);
	for (size_t i = 1; i < list->count; i++) {
		if (strcmp(list->file[i - 1].name, list->file[i].name) == 0)
			return error_set(err, ERROR_CORRUPT, "two files are called '%s'",
					 list->file[i].name);
	}
	return 0;
}

int tree_name_check(const char *name, struct error *err)
{
	size_t len = strlen(name), depth = 0;
	const char *part = name;

	if (len > TREE_NAME_MAX)
		return error_set(err, ERROR_CORRUPT,
				 "the file name '%.64s...' has %zu bytes, of %u allowed", name, len,
				 TREE_NAME_MAX);
	if (!text_is_plain((struct span){ (const uint8_t *)name, len }))
		return error_set(err, ERROR_CORRUPT,
				 "the file name '%s' is not UTF-8 or has control characters", name);
	for (;; part++) {
		size_t part_len = strcspn(part, "/");

		if (!part_len || (part_len == 1 && part[0] == '.') ||
		    (part_len == 2 && part[0] == '.' && part[1] == '.'))
			return error_set(err, ERROR_CORRUPT,
					 "the file name '%s' is not relative and plain", name);
		part += part_len;
		if (!*part)
			break;
		if (++depth > TREE_DEPTH_MAX)
			return error_set(err, ERROR_CORRUPT, "'%s' lies more than %u folders deep",
					 name, TREE_DEPTH_MAX);
	}
	return 0;
}

struct walk {
	const char *path;
	int blobs;
	const struct tree_options *options;
	struct tree_list *list;
	struct ignore_rules ignore;
};

static int note_ignored(struct walk *walk, const char *name, bool folder, const char *reason,
			struct error *err)
{
	struct tree_list *list = walk->list;
	char full[TREE_NAME_MAX + 8];
	struct tree_ignored ignored = { NULL, reason };
	void *array = list->ignored;

	snprintf(full, sizeof(full), "%s%s", name, folder ? "/" : "");
	if (array_room(&array, list->ignored_count, &list->ignored_cap, sizeof(ignored), err))
		return -1;
	list->ignored = array;
	if (arena_text(list->arena, span_of(full), &ignored.name, err))
		return -1;
	list->ignored[list->ignored_count++] = ignored;
	return 0;
}

/* The rules of OpenSSF Model Signing (section 6.2.1). */
static const char *openssf_reason(const struct tree_options *options, const char *name)
{
	if (modelsig_standard_ignores(name))
		return "left out by OpenSSF Model Signing";
	for (size_t i = 0; i < options->ignore_count; i++)
		if (modelsig_lies_below(name, options->ignore[i]))
			return "an ignore path";
	return NULL;
}

static int note_odd(struct walk *walk, const char *name, bool link, struct error *err)
{
	struct tree_list *list = walk->list;
	struct tree_odd odd = { NULL, link };
	void *array = list->odd;

	if (list->odd_count >= TREE_FILES_MAX)
		return error_set(err, ERROR_CORRUPT, "more than %u links", TREE_FILES_MAX);
	if (array_room(&array, list->odd_count, &list->odd_cap, sizeof(odd), err))
		return -1;
	list->odd = array;
	if (arena_text(list->arena, span_of(name), &odd.name, err))
		return -1;
	list->odd[list->odd_count++] = odd;
	return 0;
}

static bool takes_everything(const struct walk *walk)
{
	return walk->options && walk->options->everything;
}

/* Does a rule or --exclude leave this out? *out_reason is then why, else NULL. */
static void find_reason(struct walk *walk, const char *name, bool folder, const char **out_reason)
{
	const struct tree_options *options = walk->options;

	*out_reason = NULL;
	if (options && options->openssf) {
		*out_reason = openssf_reason(options, name);
		return;
	}
	if (takes_everything(walk))
		return;
	if (options && options->proofs_only) {
		if (!is_at_or_below(name, "akashi") && strcmp(name, "model.sig") != 0)
			*out_reason = "part of the model";
		return;
	}
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (!rules[i].signature_only && strcmp(name, rules[i].name) == 0) {
			*out_reason = rules[i].reason;
			return;
		}
	}
	*out_reason = ignore_rules_reason(&walk->ignore, name, folder);
}

/* A link of the Hub cache: as many "../" as lead to the cache's folder, then blobs/NAME. */
static int walk_link(struct walk *walk, int folder, const char *entry, const char *name,
		     struct error *err)
{
	char target[TREE_NAME_MAX + 1];
	ssize_t len = readlinkat(folder, entry, target, sizeof(target) - 1);
	const char *blob = target;
	struct stat st;
	size_t up = 2;

	if (len < 0)
		return error_system(err, errno, "cannot read the link '%s/%s'", walk->path, name);
	target[len] = '\0';
	for (const char *at = name; (at = strchr(at, '/')); at++)
		up++;
	while (up && strncmp(blob, "../", 3) == 0) {
		blob += 3;
		up--;
	}
	if (walk->blobs < 0 || up || strncmp(blob, "blobs/", 6) != 0 || !blob[6] ||
	    strchr(blob + 6, '/') || blob[6] == '.') {
		if (takes_everything(walk))
			return note_odd(walk, name, true, err);
		return error_set(err, ERROR_CORRUPT,
				 "'%s/%s' is a symbolic link to '%s': only the links of a Hub "
				 "cache into its own blobs are followed",
				 walk->path, name, target);
	}
	blob += 6;
	if (fstatat(walk->blobs, blob, &st, AT_SYMLINK_NOFOLLOW))
		return error_set(err, ERROR_CORRUPT,
				 "'%s/%s' points to blob '%s', which is missing", walk->path, name,
				 blob);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_CORRUPT,
				 "'%s/%s' points to blob '%s', which is not a regular file",
				 walk->path, name, blob);
	return tree_list_add(walk->list, name, (uint64_t)st.st_size, blob, err);
}

static int walk_folder(struct walk *walk, int fd, const char *prefix, struct error *err);

static int walk_entry(struct walk *walk, int folder, const char *entry, const char *prefix,
		      struct error *err)
{
	char name[TREE_NAME_MAX + 2];
	const char *reason;
	struct stat st;
	int fd;

	snprintf(name, sizeof(name), "%s%s%s", prefix, *prefix ? "/" : "", entry);
	if (tree_name_check(name, err))
		return error_prefix(err, "'%s'", walk->path);
	if (fstatat(folder, entry, &st, AT_SYMLINK_NOFOLLOW))
		return error_system(err, errno, "cannot look at '%s/%s'", walk->path, name);
	find_reason(walk, name, S_ISDIR(st.st_mode), &reason);
	if (S_ISDIR(st.st_mode) && strcmp(name, "akashi") == 0)
		walk->list->attestations = true;
	if (reason)
		return note_ignored(walk, name, S_ISDIR(st.st_mode), reason, err);
	if (S_ISREG(st.st_mode))
		return tree_list_add(walk->list, name, (uint64_t)st.st_size, NULL, err);
	if (S_ISLNK(st.st_mode))
		return walk_link(walk, folder, entry, name, err);
	if (!S_ISDIR(st.st_mode) && takes_everything(walk))
		return note_odd(walk, name, false, err);
	if (!S_ISDIR(st.st_mode))
		return error_set(err, ERROR_CORRUPT,
				 "'%s/%s' is neither a file nor a folder (a socket, pipe or "
				 "device)",
				 walk->path, name);
	fd = openat(folder, entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_system(err, errno, "cannot open folder '%s/%s'", walk->path, name);
	return walk_folder(walk, fd, name, err);
}

/* Takes `fd`. */
static int walk_folder(struct walk *walk, int fd, const char *prefix, struct error *err)
{
	CLEANUP(folder_close) DIR *dir = fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		close(fd);
		return error_system(err, errno, "cannot list '%s/%s'", walk->path, prefix);
	}
	while ((errno = 0, entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (walk_entry(walk, dirfd(dir), entry->d_name, prefix, err))
			return -1;
	}
	if (errno)
		return error_system(err, errno, "cannot list '%s/%s'", walk->path, prefix);
	return 0;
}

/* Append what the open file has, at most what `out` may hold. */
static int fd_read(int fd, struct buffer *out, struct error *err)
{
	uint8_t step[4096];
	ssize_t got;

	while ((got = read(fd, step, sizeof(step))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_system(err, errno, "cannot read it");
		if (buffer_add(out, (struct span){ step, (size_t)got }, err))
			return -1;
	}
	return 0;
}

/* The patterns of TREE_IGNORE_FILE in the folder, where there is one. */
static int ignore_file_read(struct walk *walk, int folder, struct error *err)
{
	int fd = openat(folder, TREE_IGNORE_FILE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	CLEANUP(buffer_release) struct buffer text;
	struct stat st;
	int failed;

	buffer_init(&text, IGNORE_FILE_MAX_BYTES);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return error_system(err, errno, "cannot open '%s/%s'", walk->path,
				    TREE_IGNORE_FILE);
	failed = fstat(fd, &st) || !S_ISREG(st.st_mode)
			 ? error_set(err, ERROR_USAGE, "not a regular file")
			 : fd_read(fd, &text, err);
	close(fd);
	if (failed || ignore_rules_parse(&walk->ignore, walk->list->arena, TREE_IGNORE_FILE ":",
					 buffer_view(&text), err))
		return error_prefix(err, "'%s/%s'", walk->path, TREE_IGNORE_FILE);
	return 0;
}

static int ignore_read(struct walk *walk, int folder, struct error *err)
{
	const struct tree_options *options = walk->options;

	if (!options)
		return 0;
	if (options->ignore_file && ignore_file_read(walk, folder, err))
		return -1;
	for (size_t i = 0; i < options->exclude_count; i++)
		if (ignore_rules_add(&walk->ignore, walk->list->arena, "--exclude",
				     options->exclude[i], err))
			return -1;
	return 0;
}

int tree_walk(int folder, const char *path, int blobs, const struct tree_options *options,
	      struct tree_list *list, struct error *err)
{
	struct walk walk = { path, blobs, options, list, { NULL, 0, 0 } };
	int failed = ignore_read(&walk, folder, err);
	int fd = failed ? -1 : openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (!failed && fd < 0)
		failed = error_system(err, errno, "cannot open folder '%s'", path);
	if (!failed)
		failed = walk_folder(&walk, fd, "", err) || tree_list_sort(list, err);
	ignore_rules_release(&walk.ignore);
	return failed ? -1 : 0;
}
