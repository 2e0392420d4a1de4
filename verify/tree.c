/* tree: which files a model, a dataset or a release consists of. */
#include "verify/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "verify/arena.h"
#include "verify/tree/walk.h"

struct tree {
	enum tree_kind kind;
	const char *path; /* as given */
	const char *root; /* the folder that was listed */
	struct tree_list list;
	int (*open_file)(void *user, const char *name, struct source **out_source,
			 struct error *err);
	void *user;
};

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

void tree_close(struct tree **tree)
{
	if (!*tree)
		return;
	tree_list_release(&(*tree)->list);
	free(*tree);
	*tree = NULL;
}

static int tree_new(enum tree_kind kind, const char *path, struct tree **out_tree,
		    struct error *err)
{
	CLEANUP(tree_close) struct tree *tree = calloc(1, sizeof(*tree));

	if (!tree)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	tree->kind = kind;
	if (arena_new(&tree->list.arena, err) ||
	    arena_text(tree->list.arena, span_of(path), &tree->path, err))
		return -1;
	tree->root = tree->path;
	*out_tree = tree;
	tree = NULL;
	return 0;
}

/* The blobs of the Hub cache whose snapshot is open as `folder`: an open folder, or -1. */
static int hub_blobs(int folder)
{
	CLEANUP(fd_close) int snapshots = openat(folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CLEANUP(fd_close)
	int cache =
		snapshots < 0 ? -1 : openat(snapshots, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat mine, named;

	if (cache < 0 || fstat(snapshots, &mine) ||
	    fstatat(cache, "snapshots", &named, AT_SYMLINK_NOFOLLOW) ||
	    mine.st_dev != named.st_dev || mine.st_ino != named.st_ino)
		return -1;
	return openat(cache, "blobs", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool is_folder_at(int folder, const char *name)
{
	struct stat st;

	return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

/* The one folder in `snapshots`, which is taken; ERROR_USAGE when there are several. */
static int only_snapshot(int snapshots, const char *path, char *out_name, size_t size,
			 struct error *err)
{
	CLEANUP(folder_close) DIR *dir = fdopendir(snapshots);
	struct dirent *entry;
	size_t count = 0;
	int failed = 0;

	if (!dir) {
		close(snapshots);
		return error_system(err, errno, "cannot list '%s/snapshots'", path);
	}
	while (folder_next(dir, path, &entry, &failed, err)) {
		if (entry->d_name[0] == '.' || !is_folder_at(dirfd(dir), entry->d_name))
			continue;
		if (++count == 1)
			snprintf(out_name, size, "%s", entry->d_name);
	}
	if (failed)
		return -1;
	if (count != 1)
		return error_set(err, ERROR_USAGE,
				 "'%s' is a Hub cache with %zu snapshots: name one of them, "
				 "as '%s/snapshots/REVISION'",
				 path, count, path);
	return 0;
}

/* `folder` may be a whole repository of a Hub cache: then its one snapshot takes its place. */
static int enter_snapshot(struct tree *tree, int *folder, struct error *err)
{
	char revision[256], root[4096];
	int snapshots, entered;

	if (!is_folder_at(*folder, "blobs") || !is_folder_at(*folder, "snapshots"))
		return 0;
	snapshots = openat(*folder, "snapshots", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (snapshots < 0)
		return error_system(err, errno, "cannot open '%s/snapshots'", tree->path);
	if (only_snapshot(snapshots, tree->path, revision, sizeof(revision), err))
		return -1;
	if (snprintf(root, sizeof(root), "%s/snapshots/%s", tree->path, revision) >=
	    (int)sizeof(root))
		return error_set(err, ERROR_USAGE, "the path '%.64s...' is too long", tree->path);
	entered = open(root, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (entered < 0)
		return error_system(err, errno, "cannot open folder '%s'", root);
	close(*folder);
	*folder = entered;
	return arena_text(tree->list.arena, span_of(root), &tree->root, err);
}

static int open_folder(const char *path, const struct tree_options *options, int *folder,
		       struct tree **out_tree, struct error *err)
{
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(fd_close) int blobs = -1;

	if (tree_new(TREE_FOLDER, path, &tree, err) || enter_snapshot(tree, folder, err))
		return -1;
	blobs = hub_blobs(*folder);
	if (blobs >= 0)
		tree->kind = TREE_HUB_CACHE;
	if (tree_walk(*folder, path, blobs, options, &tree->list, err))
		return -1;
	*out_tree = tree;
	tree = NULL;
	return 0;
}

static int open_one_file(const char *path, struct tree **out_tree, struct error *err)
{
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(source_close) struct source *source = NULL;
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	if (tree_name_check(name, err) || source_open_file(path, &source, err) ||
	    tree_new(TREE_FILE, path, &tree, err) ||
	    tree_list_add(&tree->list, name, source->size, NULL, err))
		return -1;
	*out_tree = tree;
	tree = NULL;
	return 0;
}

int tree_open(const char *path, const struct tree_options *options, struct tree **out_tree,
	      struct error *err)
{
	CLEANUP(fd_close) int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder >= 0)
		return open_folder(path, options, &folder, out_tree, err);
	if (errno == ENOTDIR)
		return open_one_file(path, out_tree, err);
	if (errno == ENOENT)
		return error_set(err, ERROR_ABSENT, "nothing at '%s'", path);
	return error_system(err, errno, "cannot open '%s'", path);
}

int tree_of(const char *label, const struct tree_file *file, size_t count,
	    int (*open_file)(void *user, const char *name, struct source **out_source,
			     struct error *err),
	    void *user, struct tree **out_tree, struct error *err)
{
	CLEANUP(tree_close) struct tree *tree = NULL;

	if (tree_new(TREE_ELSEWHERE, label, &tree, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (tree_name_check(file[i].name, err) ||
		    tree_list_add(&tree->list, file[i].name, file[i].size, file[i].blob, err))
			return -1;
	}
	if (tree_list_sort(&tree->list, err))
		return -1;
	tree->open_file = open_file;
	tree->user = user;
	*out_tree = tree;
	tree = NULL;
	return 0;
}

enum tree_kind tree_kind(const struct tree *tree)
{
	return tree->kind;
}

const char *tree_path(const struct tree *tree)
{
	return tree->path;
}

size_t tree_count(const struct tree *tree)
{
	return tree->list.count;
}

const struct tree_file *tree_file(const struct tree *tree, size_t index)
{
	return &tree->list.file[index];
}

static int compare_name(const void *name, const void *file)
{
	return strcmp(name, ((const struct tree_file *)file)->name);
}

const struct tree_file *tree_find(const struct tree *tree, const char *name)
{
	return tree->list.count ? bsearch(name, tree->list.file, tree->list.count,
					  sizeof(*tree->list.file), compare_name)
				: NULL;
}

size_t tree_ignored_count(const struct tree *tree)
{
	return tree->list.ignored_count;
}

const struct tree_ignored *tree_ignored(const struct tree *tree, size_t index)
{
	return &tree->list.ignored[index];
}

size_t tree_odd_count(const struct tree *tree)
{
	return tree->list.odd_count;
}

const struct tree_odd *tree_odd(const struct tree *tree, size_t index)
{
	return &tree->list.odd[index];
}

const char *tree_root(const struct tree *tree)
{
	return tree->root;
}

bool tree_has_attestations(const struct tree *tree)
{
	return tree->list.attestations;
}

/* A file of a folder or a Hub cache: from the folder that was listed, never through a link. */
static int open_listed(const struct tree *tree, const struct tree_file *file,
		       struct source **out_source, struct error *err)
{
	char root[4096], blob[TREE_NAME_MAX + 8];

	if (!file->blob)
		return source_open_beneath(tree->root, file->name, out_source, err);
	if (snprintf(root, sizeof(root), "%s/../..", tree->root) >= (int)sizeof(root))
		return error_set(err, ERROR_USAGE, "the path '%.64s...' is too long", tree->path);
	snprintf(blob, sizeof(blob), "blobs/%s", file->blob);
	return source_open_beneath(root, blob, out_source, err);
}

int tree_open_file(const struct tree *tree, const char *name, struct source **out_source,
		   struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	const struct tree_file *file = tree_find(tree, name);
	char *label;

	if (!file)
		return error_set(err, ERROR_ABSENT, "no file '%s' in '%s'", name, tree->path);
	if (tree->kind == TREE_ELSEWHERE ? tree->open_file(tree->user, name, &source, err)
	    : tree->kind == TREE_FILE    ? source_open_file(tree->path, &source, err)
					 : open_listed(tree, file, &source, err))
		return -1;
	if (source->size != file->size)
		return error_set(err, ERROR_CORRUPT,
				 "'%s' has %llu bytes, and had %llu when '%s' was listed: another "
				 "process changes it",
				 name, (unsigned long long)source->size,
				 (unsigned long long)file->size, tree->path);
	label = strdup(name);
	if (!label)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	free(source->name);
	source->name = label;
	*out_source = source;
	source = NULL;
	return 0;
}
