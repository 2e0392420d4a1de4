/* Collection of what lies loose in a folder of objects, HH/HEX each. */
#include "registry/store_collect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/store_folder.h"
#include "registry/store_writing.h"

#define GONE ".gone" /* behind the name of an object that is about to go */

enum { STEP = 256 };

int store_collect(struct store *store, const struct context *ctx,
		  const struct store_collect_request *request,
		  struct store_collected *out_collected, struct error *err)
{
	if (!store->type->collect)
		return error_set(err, ERROR_USAGE, "a store of type '%s' removes nothing",
				 store->type->name);
	*out_collected = (struct store_collected){ 0 };
	return store->type->collect(store, ctx, request, out_collected, err);
}

bool store_is_untidy(struct store *store)
{
	return store->type->untidy && store->type->untidy(store);
}

int store_tidy(struct store *store, const struct context *ctx, struct error *err)
{
	return store->type->tidy ? store->type->tidy(store, ctx, err) : 0;
}

/* When it was written, linked, or found again instead of being written once more. */
static struct timespec changed_of(const struct stat *st)
{
	return st->st_ctim.tv_sec > st->st_mtim.tv_sec ||
			       (st->st_ctim.tv_sec == st->st_mtim.tv_sec &&
				st->st_ctim.tv_nsec > st->st_mtim.tv_nsec)
		       ? st->st_ctim
		       : st->st_mtim;
}

static bool is_old(const struct stat *st, const struct store_collect_request *request)
{
	const struct timespec *begun = &request->begun;
	struct timespec changed = changed_of(st);

	return changed.tv_sec <= request->now - request->grace_s &&
	       (!begun->tv_sec || changed.tv_sec < begun->tv_sec ||
		(changed.tv_sec == begun->tv_sec && changed.tv_nsec < begun->tv_nsec));
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int passing_end(const char *passing, const char *path, bool back, struct error *err)
{
	if (back && link(passing, path) && errno != EEXIST)
		return error_system(err, errno, "cannot put '%s' back", path);
	return unlink(passing) && errno != ENOENT
		       ? error_system(err, errno, "cannot remove '%s'", passing)
		       : 0;
}

/*
 * Remove the object or marker at `path`. Somebody may find it this very moment and count on it:
 * whoever does changes its time, or puts another in its place, and that is looked at once more
 * when it cannot be found any longer.
 */
static int loose_remove(const char *path, const struct store_collect_request *request,
			bool *out_removed, struct error *err)
{
	char passing[OBJECT_PATH_ROOM + sizeof(GONE)];
	struct stat before, st;

	*out_removed = false;
	snprintf(passing, sizeof(passing), "%s" GONE, path);
	if (lstat(path, &before))
		return errno == ENOENT ? 0 : error_system(err, errno, "cannot look at '%s'", path);
	if (!is_old(&before, request))
		return 0; /* found again since it was looked at */
	if (rename(path, passing))
		return errno == ENOENT ? 0 : error_system(err, errno, "cannot remove '%s'", path);
	if (lstat(passing, &st))
		return error_system(err, errno, "cannot look at '%s'", passing);
	*out_removed = same_file(&before, &st);
	return passing_end(passing, path, !*out_removed, err);
}

/* The same for a link, whose times are its owner's: whoever counts on it changes its marker's. */
static int link_remove(const char *path, const char *marker,
		       const struct store_collect_request *request, bool *out_removed,
		       struct error *err)
{
	char passing[OBJECT_PATH_ROOM + sizeof(GONE)];
	struct stat before, after;

	*out_removed = false;
	snprintf(passing, sizeof(passing), "%s" GONE, path);
	if (lstat(marker, &before))
		return errno == ENOENT ? 0
				       : error_system(err, errno, "cannot look at '%s'", marker);
	if (!is_old(&before, request))
		return 0;
	if (rename(path, passing))
		return errno == ENOENT ? 0 : error_system(err, errno, "cannot remove '%s'", path);
	*out_removed = lstat(marker, &after) == 0 && same_file(&before, &after);
	return passing_end(passing, path, !*out_removed, err);
}

/* What one object consists of in the folder. */
struct loose {
	char path[3][OBJECT_PATH_ROOM]; /* the object, its .ref, its .link */
	bool there[3];
	uint64_t size;
	int64_t changed; /* the last of them, seconds since 1970 */
	bool old;
};

static int loose_look(const char *folder, const struct digest *digest,
		      const struct store_collect_request *request, struct loose *out,
		      struct error *err)
{
	static const char *const suffix[] = { "", ".ref", ".link" };

	out->size = 0;
	out->changed = 0;
	out->old = true;
	for (size_t i = 0; i < 3; i++) {
		struct stat st;

		if (object_path(folder, digest, suffix[i], out->path[i], err))
			return -1;
		out->there[i] = lstat(out->path[i], &st) == 0;
		/* Of a link, when its owner changed the file says nothing. */
		if (!out->there[i] || (i == 0 && file_exists(out->path[2])))
			continue;
		if (!i)
			out->size = (uint64_t)st.st_size;
		out->old &= is_old(&st, request);
		if (changed_of(&st).tv_sec > out->changed)
			out->changed = changed_of(&st).tv_sec;
	}
	if (out->there[0]) {
		char marker[OBJECT_PATH_ROOM];

		if (object_path(folder, digest, ".link", marker, err))
			return -1;
		out->there[2] = file_exists(marker);
	}
	return 0;
}

static int garbage_take(struct loose *loose, const struct store_collect_request *request,
			const struct loose_visitor *visitor, struct store_collected *collected,
			struct error *err)
{
	bool removed = true;

	if (visitor && visitor->unneeded && (request->dry_run || !loose->old))
		visitor->unneeded(visitor->user, loose->size, loose->changed);
	if (!loose->old) {
		collected->young_bytes += loose->size;
		return 0;
	}
	if (!request->dry_run) {
		if (loose->there[0] && loose->there[2]
			    ? link_remove(loose->path[0], loose->path[2], request, &removed, err)
			    : loose->there[0] &&
				      loose_remove(loose->path[0], request, &removed, err))
			return -1;
		/* The marker of a link goes last: an object of its owner's never seems to be ours.
		 */
		for (size_t i = 1; i < 3 && removed; i++) {
			bool marker = true;

			if (loose->there[i] && loose_remove(loose->path[i], request, &marker, err))
				return -1;
			removed = loose->there[0] || marker;
		}
	}
	if (removed) {
		collected->removed++;
		collected->removed_bytes += loose->size;
	}
	return 0;
}

/* A collection that was killed left these: nobody knows whether they are needed. They come back. */
static int gone_restore(const char *folder, struct error *err)
{
	for (unsigned first = 0; first < 256; first++) {
		char path[OBJECT_PATH_ROOM], from[2 * OBJECT_PATH_ROOM], to[2 * OBJECT_PATH_ROOM];
		struct dirent *entry;
		int failed = 0;
		DIR *handle;

		snprintf(path, sizeof(path), "%s/%02x", folder, first);
		handle = opendir(path);
		if (!handle && errno != ENOENT)
			return error_system(err, errno, "cannot list '%s'", path);
		while (handle && folder_next(handle, path, &entry, &failed, err)) {
			size_t len = strlen(entry->d_name);

			if (len < 64 + strlen(GONE) || !text_ends_with(entry->d_name, GONE))
				continue;
			snprintf(from, sizeof(from), "%s/%s", path, entry->d_name);
			snprintf(to, sizeof(to), "%.*s", (int)(strlen(from) - strlen(GONE)), from);
			if ((link(from, to) && errno != EEXIST) || unlink(from))
				failed = error_system(err, errno, "cannot put '%s' back", to);
		}
		if (handle)
			closedir(handle);
		if (failed)
			return -1;
	}
	return 0;
}

static int loose_decide(struct loose *loose, const struct digest *digest, bool needed,
			const struct store_collect_request *request,
			const struct loose_visitor *visitor, struct store_collected *collected,
			struct error *err)
{
	if (!needed)
		return visitor && visitor->spared(visitor->user, digest)
			       ? 0
			       : garbage_take(loose, request, visitor, collected, err);
	return visitor && loose->there[0] && !loose->there[2]
		       ? visitor->needed(visitor->user, digest, loose->size, err)
		       : 0;
}

int loose_collect(const char *folder, const struct live_set *objects,
		  const struct store_collect_request *request, const struct loose_visitor *visitor,
		  struct store_collected *collected, struct error *err)
{
	struct store_cursor cursor = { 0 };
	struct digest digest[STEP];
	size_t count;

	if (!request->dry_run && gone_restore(folder, err))
		return -1;
	do {
		if (store_folder_list(folder, &cursor, digest, STEP, &count, err))
			return -1;
		for (size_t i = 0; i < count; i++) {
			struct loose loose;

			if (loose_look(folder, &digest[i], request, &loose, err))
				return -1;
			if (loose_decide(&loose, &digest[i],
					 !objects || live_set_has(objects, &digest[i]), request,
					 visitor, collected, err))
				return -1;
		}
	} while (count);
	return 0;
}

int loose_rely(struct store *store, const struct digest *digest, bool *out_has, struct error *err)
{
	static const char *const suffix[] = { "", ".ref" };
	char path[OBJECT_PATH_ROOM];
	enum store_mode mode;
	struct error absent = { 0 };

	*out_has = false;
	/* A link's times are its owner's: only the marker is ours. */
	if (store_mode_of(store, digest, &mode, &absent) == 0 && mode == STORE_LINK) {
		if (object_path(files_folder(store), digest, ".link", path, err))
			return -1;
		(void)!utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW);
		*out_has = true;
		return 0;
	}
	for (size_t i = 0; i < 2 && !*out_has; i++) {
		if (object_path(files_folder(store), digest, suffix[i], path, err))
			return -1;
		*out_has = utimensat(AT_FDCWD, path, NULL, AT_SYMLINK_NOFOLLOW) == 0;
		if (!*out_has && errno != ENOENT)
			*out_has = file_exists(path); /* whoever may not write collects nothing */
	}
	return 0;
}

int loose_collect_all(struct store *store, const struct context *ctx,
		      const struct store_collect_request *request,
		      struct store_collected *collected, struct error *err)
{
	CLEANUP(live_set_free) struct live_set *objects = NULL;

	(void)ctx;
	return request->mark(request->user, &objects, err) ||
			       loose_collect(files_folder(store), objects, request, NULL, collected,
					     err)
		       ? -1
		       : 0;
}
