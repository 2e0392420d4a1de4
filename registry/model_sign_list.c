/* Which files a model signature is about, and their digests. */
#include "registry/model_sign_inner.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char *const standard[] = { ".git", ".gitattributes", ".github", ".gitignore" };

enum { STANDARD = sizeof(standard) / sizeof(*standard) };

#define READ_BYTES (1u << 20)

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

static int links_look(const struct model_signing *s, struct error *err)
{
	if (tree_kind(s->tree) == TREE_HUB_CACHE && !s->request->allow_symlinks)
		return error_set(err, ERROR_CORRUPT,
				 "'%s' is a folder of a Hub cache, whose files are symbolic links: "
				 "sign a copy, or sign with --allow-symlinks",
				 s->request->path);
	for (size_t i = 0; i < tree_count(s->tree); i++)
		if (tree_leads_outside(s->tree, tree_file(s->tree, i)))
			context_notice(s->ctx, "'%s' is a link to '%s', outside of the model",
				       tree_file(s->tree, i)->name, tree_file(s->tree, i)->target);
	return 0;
}

int signing_list(struct model_signing *s, struct error *err)
{
	CLEANUP(text_free) char *real = realpath(s->request->path, NULL);
	struct tree_options options = { .openssf = true,
					.follow_links = s->request->allow_symlinks };

	if (!real)
		return errno == ENOENT
			       ? error_set(err, ERROR_ABSENT, "nothing at '%s'", s->request->path)
			       : error_system(err, errno, "cannot open '%s'", s->request->path);
	if (name_take(s, real, err) || inside_take(s, real, err) || ignore_take(s, real, err))
		return -1;
	options.ignore = s->ignore;
	options.ignore_count = s->ignore_count;
	if (tree_open(s->request->path, &options, &s->tree, err) || links_look(s, err))
		return -1;
	ignore_look(s);
	if (!tree_count(s->tree))
		return error_set(err, ERROR_USAGE,
				 "there is no file to sign in '%s': a signature over nothing "
				 "would hold for anything",
				 s->request->path);
	return 0;
}

/* Digesting ranges side by side: the first failure stops it. */
struct digesting {
	struct model_signing *s;
	pthread_mutex_t mutex; /* over the rest */
	struct error *err;
	uint64_t done; /* bytes */
};

static int range_digest(const struct model_signing *s, struct modelsig_file *file,
			struct error *err)
{
	CLEANUP(any_hash_free) struct any_hash *hash = NULL;
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer piece;
	uint64_t at = file->start, end;
	uint8_t *room;

	buffer_init(&piece, READ_BYTES);
	if (context_check_cancelled(s->ctx, err) || any_hash_new(s->request->hash, &hash, err) ||
	    buffer_extend(&piece, READ_BYTES, &room, err) ||
	    tree_open_file(s->tree, file->path, &source, err))
		return -1;
	for (end = s->request->shard_size ? file->end : source->size; at < end;) {
		size_t len = end - at < READ_BYTES ? (size_t)(end - at) : READ_BYTES;
		struct span bytes = { room, len };

		if (source_read_at(source, at, room, len, err))
			return -1;
		any_hashes_add(&hash, &bytes, 1);
		context_bytes_read(s->ctx, len);
		at += len;
	}
	if (source_unchanged(source, err))
		return -1;
	file->digest = any_hash_finish(hash);
	return 0;
}

static void range_work(void *arg, size_t index)
{
	struct digesting *d = arg;
	struct modelsig_file *file = &d->s->file[index];
	struct error err = { 0 };
	bool stop;

	pthread_mutex_lock(&d->mutex);
	stop = d->err->code != ERROR_NONE;
	pthread_mutex_unlock(&d->mutex);
	if (stop)
		return;
	if (range_digest(d->s, file, &err) == 0)
		err.code = ERROR_NONE;
	pthread_mutex_lock(&d->mutex);
	if (err.code && !d->err->code)
		*d->err = err;
	d->done += file->end ? file->end - file->start : tree_find(d->s->tree, file->path)->size;
	context_progress(d->s->ctx, "hashing", "bytes", d->done, d->s->bytes);
	pthread_mutex_unlock(&d->mutex);
}

static int ranges_digest(struct model_signing *s, struct error *err)
{
	struct digesting d = { .s = s, .err = err };

	if (pthread_mutex_init(&d.mutex, NULL))
		return error_set(err, ERROR_SYSTEM, "out of memory for a lock");
	threads_run(s->ctx->threads, s->file_count, range_work, &d);
	pthread_mutex_destroy(&d.mutex);
	return err->code ? -1 : 0;
}

/* Whole files by SHA-256, several side by side on each core. */
static int files_digest(struct model_signing *s, struct error *err)
{
	struct digest *digest = calloc(s->file_count + 1, sizeof(*digest));
	int failed;

	if (!digest)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu digests", s->file_count);
	failed = bytes_file_digests(s->ctx, s->tree, digest, err);
	for (size_t i = 0; i < s->file_count && !failed; i++)
		s->file[i].digest = any_digest_of(&digest[i]);
	free(digest);
	return failed;
}

/* How many resources this file becomes. */
static uint64_t resources_of(const struct model_signing *s, uint64_t size)
{
	uint64_t shard = s->request->shard_size;

	return shard ? size / shard + (size % shard != 0) : 1;
}

static int resources_list(struct model_signing *s, struct error *err)
{
	uint64_t count = 0, shard = s->request->shard_size;
	size_t empty = 0;

	for (size_t i = 0; i < tree_count(s->tree); i++) {
		count += resources_of(s, tree_file(s->tree, i)->size);
		s->bytes += tree_file(s->tree, i)->size;
		empty += !tree_file(s->tree, i)->size;
		if (count > MODELSIG_FILES_MAX)
			return error_set(err, ERROR_USAGE,
					 "more than %u files or shards: take larger shards",
					 MODELSIG_FILES_MAX);
	}
	if (!count)
		return error_set(err, ERROR_USAGE,
				 "all files in '%s' are empty, and shards say nothing of them",
				 s->request->path);
	if (shard && empty)
		context_notice(s->ctx,
			       "%zu empty file%s not covered: shards say nothing of empty files",
			       empty, empty == 1 ? " is" : "s are");
	s->file = calloc((size_t)count, sizeof(*s->file));
	if (!s->file)
		return error_set(err, ERROR_SYSTEM, "out of memory for %llu files",
				 (unsigned long long)count);
	for (size_t i = 0; i < tree_count(s->tree); i++) {
		const struct tree_file *file = tree_file(s->tree, i);

		for (uint64_t k = 0; k < resources_of(s, file->size); k++) {
			struct modelsig_file *one = &s->file[s->file_count++];

			/* Borrowed from the tree: nobody frees or changes it here. */
			one->path = (char *)(uintptr_t)file->name;
			one->start = k * shard;
			one->end = shard && file->size - k * shard > shard ? (k + 1) * shard
				   : shard                                 ? file->size
									   : 0;
		}
	}
	return 0;
}

int signing_digest(struct model_signing *s, struct error *err)
{
	if (resources_list(s, err))
		return -1;
	if (s->request->shard_size || s->request->hash != HASH_SHA256)
		return ranges_digest(s, err);
	return files_digest(s, err);
}
