/* Which files a model signature is about, and their digests. */
#include "registry/model_sign/inner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const standard[] = { ".git", ".gitattributes", ".github", ".gitignore" };

enum { STANDARD = sizeof(standard) / sizeof(*standard) };

/* The name of the folder, or of the one file. */
static int name_take(struct model_signing *s, const char *real, struct error *err)
{
	const char *last = strrchr(real, '/') + 1;

	s->name = strdup(*last ? last : "model");
	return s->name ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a name");
}

/* `path` relative to the folder `real`, or NULL where it lies elsewhere. Borrowed from `path`. */
static const char *below(const char *path, const char *real)
{
	size_t len = strcmp(real, "/") == 0 ? 0 : strlen(real);

	return strncmp(path, real, len) == 0 && path[len] == '/' && path[len + 1] ? path + len + 1
										  : NULL;
}

/* Where the signature will lie in the folder, if it does. */
static int inside_take(struct model_signing *s, const char *real, struct error *err)
{
	const char *signature = s->request->signature, *slash = strrchr(signature, '/');
	CLEANUP(text_free)
	char *folder = slash ? strndup(signature, (size_t)(slash - signature) + 1) : strdup(".");
	CLEANUP(text_free) char *place = folder ? realpath(folder, NULL) : NULL;
	CLEANUP(text_free) char *whole = NULL;
	const char *name = slash ? slash + 1 : signature, *relative;

	if (!name[0] || file_is_folder(signature))
		return error_set(err, ERROR_USAGE, "'%s' is a folder: name the signature's file",
				 signature);
	if (!folder)
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	if (!place)
		return error_set(err, errno == ENOENT ? ERROR_ABSENT : ERROR_SYSTEM,
				 "there is no folder '%s' for the signature", folder);
	if (path_join(place, name, &whole, err))
		return -1;
	if (strcmp(whole, real) == 0)
		return error_set(err, ERROR_USAGE, "the signature would replace what it signs");
	relative = below(whole, real);
	if (!relative)
		return 0;
	s->inside = strdup(relative);
	return s->inside ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a path");
}

/* One ignore path as the specification writes it (section 6.2.1). */
static int ignore_one(struct model_signing *s, const char *given, const char *real,
		      struct error *err)
{
	const char *path = given[0] == '/' ? below(given, real) : given;
	size_t len;
	char *copy;

	while (path && strncmp(path, "./", 2) == 0)
		path += 2;
	len = path ? strlen(path) : 0;
	while (len && path[len - 1] == '/')
		len--;
	if (!len || strcspn(path, "*?[") < len)
		return error_set(err, ERROR_USAGE,
				 "'%s' is no ignore path: a file or folder inside, without *, ? "
				 "and [",
				 given);
	copy = strndup(path, len);
	if (!copy)
		return error_set(err, ERROR_SYSTEM, "out of memory for ignore paths");
	s->ignore[s->ignore_count++] = copy;
	for (const char *part = copy;; part++) {
		size_t part_len = strcspn(part, "/");

		if (!part_len || (part_len == 1 && part[0] == '.') ||
		    (part_len == 2 && part[0] == '.' && part[1] == '.'))
			return error_set(err, ERROR_USAGE,
					 "the ignore path '%s' leads elsewhere or is not plain",
					 given);
		part += part_len;
		if (!*part)
			return 0;
	}
}

/* The specification's own, the user's, the signature's: what is recorded. */
static int ignore_take(struct model_signing *s, const char *real, struct error *err)
{
	size_t count = s->request->ignore_count;

	s->ignore = calloc(STANDARD + count + 2, sizeof(*s->ignore));
	if (!s->ignore)
		return error_set(err, ERROR_SYSTEM, "out of memory for ignore paths");
	for (size_t i = 0; i < STANDARD; i++)
		if (ignore_one(s, standard[i], real, err))
			return -1;
	for (size_t i = 0; i < count; i++)
		if (ignore_one(s, s->request->ignore[i], real, err))
			return -1;
	return s->inside ? ignore_one(s, s->inside, real, err) : 0;
}

/* An ignore path that leaves nothing out is more likely mistyped than meant. */
static void ignore_look(const struct model_signing *s)
{
	for (size_t i = 0; i < s->request->ignore_count; i++) {
		const char *path = s->ignore[STANDARD + i];
		bool found = false;

		for (size_t k = 0; k < tree_ignored_count(s->tree) && !found; k++)
			found = modelsig_lies_below(tree_ignored(s->tree, k)->name, path);
		if (!found)
			context_notice(s->ctx, "there is no '%s' to leave out", path);
	}
}

/* What else lies there: a link that is followed is a file, everything else is refused. */
static int odd_take(struct model_signing *s, const struct tree_odd *odd, struct error *err)
{
	static const char *const leads[] = {
		[TREE_LINK_FOLDER] = "to a folder: implementations do not agree on what that signs",
		[TREE_LINK_OUT] = "out of the model",
		[TREE_LINK_CYCLE] = "to itself",
		[TREE_LINK_NOWHERE] = "nowhere, or to what is no file",
	};
	enum tree_link link;
	uint64_t size;

	if (!odd->link)
		return error_set(err, ERROR_CORRUPT,
				 "'%s' is neither a file nor a folder (a socket, pipe or device)",
				 odd->name);
	if (!s->request->allow_symlinks)
		return error_set(err, ERROR_CORRUPT,
				 "'%s' is a symbolic link: --ignore it, or sign what links lead to "
				 "with --allow-symlinks",
				 odd->name);
	if (tree_link_find(s->tree, odd->name, &link, &size, err))
		return -1;
	if (link != TREE_LINK_FILE)
		return error_set(err, ERROR_CORRUPT, "'%s' is a symbolic link %s", odd->name,
				 leads[link]);
	s->listed[s->listed_count++] = (struct model_signed){ odd->name, size, true };
	return 0;
}

static int name_order(const void *left, const void *right)
{
	return strcmp(((const struct model_signed *)left)->name,
		      ((const struct model_signed *)right)->name);
}

static int listed_take(struct model_signing *s, struct error *err)
{
	size_t most = tree_count(s->tree) + tree_odd_count(s->tree);

	s->listed = calloc(most + 1, sizeof(*s->listed));
	if (!s->listed)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files", most);
	for (size_t i = 0; i < tree_count(s->tree); i++) {
		const struct tree_file *file = tree_file(s->tree, i);

		if (file->blob && !s->request->allow_symlinks)
			return error_set(err, ERROR_CORRUPT,
					 "'%s' is a folder of a Hub cache, whose files are "
					 "symbolic links: sign a copy, or sign with "
					 "--allow-symlinks",
					 s->request->path);
		s->listed[s->listed_count++] =
			(struct model_signed){ file->name, file->size, false };
	}
	for (size_t i = 0; i < tree_odd_count(s->tree); i++)
		if (odd_take(s, tree_odd(s->tree, i), err))
			return -1;
	qsort(s->listed, s->listed_count, sizeof(*s->listed), name_order);
	return 0;
}

int signing_list(struct model_signing *s, struct error *err)
{
	CLEANUP(text_free) char *real = realpath(s->request->path, NULL);
	struct tree_options options = { .openssf = true, .everything = true };

	if (!real)
		return errno == ENOENT
			       ? error_set(err, ERROR_ABSENT, "nothing at '%s'", s->request->path)
			       : error_system(err, errno, "cannot open '%s'", s->request->path);
	if (name_take(s, real, err) || inside_take(s, real, err) || ignore_take(s, real, err))
		return -1;
	options.ignore = s->ignore;
	options.ignore_count = s->ignore_count;
	if (tree_open(s->request->path, &options, &s->tree, err) || listed_take(s, err))
		return -1;
	ignore_look(s);
	if (!s->listed_count)
		return error_set(err, ERROR_USAGE,
				 "there is no file to sign in '%s': a signature over nothing "
				 "would hold for anything",
				 s->request->path);
	return 0;
}

/* How many resources this file becomes. */
static uint64_t resources_of(const struct model_signing *s, uint64_t size)
{
	uint64_t shard = s->request->shard_size;

	return shard ? size / shard + (size % shard != 0) : 1;
}

/* One resource for each file, or for each shard. */
static int resources_count(struct model_signing *s, size_t *out_count, struct error *err)
{
	uint64_t count = 0;
	size_t empty = 0;

	for (size_t i = 0; i < s->listed_count; i++) {
		count += resources_of(s, s->listed[i].size);
		s->bytes += s->listed[i].size;
		empty += !s->listed[i].size;
		if (count > MODELSIG_FILES_MAX)
			return error_set(err, ERROR_USAGE,
					 "more than %u files or shards: take larger shards",
					 MODELSIG_FILES_MAX);
	}
	if (!count)
		return error_set(err, ERROR_USAGE,
				 "all files in '%s' are empty, and shards say nothing of them",
				 s->request->path);
	if (s->request->shard_size && empty)
		context_notice(s->ctx,
			       "%zu empty file%s not covered: shards say nothing of empty files",
			       empty, empty == 1 ? " is" : "s are");
	*out_count = (size_t)count;
	return 0;
}

static void resources_fill(struct model_signing *s, struct range_job *job)
{
	for (size_t i = 0; i < s->listed_count; i++) {
		const struct model_signed *listed = &s->listed[i];
		uint64_t shard = s->request->shard_size ? s->request->shard_size : listed->size;

		for (uint64_t k = 0; k < resources_of(s, listed->size); k++) {
			struct modelsig_file *one = &s->file[s->file_count];
			uint64_t start = k * shard, left = listed->size - start;
			uint64_t len = left < shard ? left : shard;

			/* Borrowed from the tree: nobody frees or changes it here. */
			one->path = (char *)(uintptr_t)listed->name;
			if (s->request->shard_size) {
				one->start = start;
				one->end = start + len;
			}
			job[s->file_count++] =
				(struct range_job){ .file = i, .offset = start, .len = len };
		}
	}
}

static int listed_open(void *user, size_t index, struct source **out_source, struct error *err)
{
	const struct model_signing *s = user;
	const struct model_signed *listed = &s->listed[index];
	CLEANUP(source_close) struct source *source = NULL;

	if (!listed->link)
		return tree_open_file(s->tree, listed->name, out_source, err);
	if (tree_link_open(s->tree, listed->name, &source, err))
		return -1;
	if (source->size != listed->size)
		return error_set(err, ERROR_CORRUPT,
				 "'%s' has another size now: another process changes it",
				 listed->name);
	*out_source = source;
	source = NULL; /* handed over */
	return 0;
}

static void jobs_free(struct range_job **job)
{
	free(*job);
}

int signing_digest(struct model_signing *s, struct error *err)
{
	CLEANUP(jobs_free) struct range_job *job = NULL;
	struct range_files files = { s, s->listed_count, listed_open };
	size_t count;

	if (resources_count(s, &count, err))
		return -1;
	s->file = calloc(count, sizeof(*s->file));
	job = calloc(count, sizeof(*job));
	if (!s->file || !job)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files", count);
	resources_fill(s, job);
	if (range_hash_run(s->ctx, "hashing", s->request->hash, &files, job, count, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		s->file[i].digest = job[i].digest;
	return 0;
}
