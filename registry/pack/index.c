/* The index of a folder of packs: a file, what it does not know yet, and which packs are there. */
#include "registry/pack/index_inner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	UNKNOWN_PACKS = 32,        /* so many footers are kept in memory … */
	ENTRIES_A_PACK = 1 << 16,  /* … and one more for so many entries of the index */
	UNKNOWN_ENTRIES = 1 << 18, /* at least, … */
	UNKNOWN_SHARE = 16,        /* … one for so many of the index, … */
	UNKNOWN_MOST = 1 << 19,    /* … and at most: 32 MB */
};

int pack_index_new(const char *folder, struct pack_files *files, struct pack_index **out_index,
		   struct error *err)
{
	struct pack_index *index = calloc(1, sizeof(*index));

	if (index)
		index->folder = strdup(folder);
	if (!index || !index->folder) {
		free(index);
		return error_set(err, ERROR_SYSTEM, "out of memory for an index");
	}
	index->files = files;
	pthread_rwlock_init(&index->lock, NULL);
	*out_index = index;
	return 0;
}

static void unknown_forget(struct pack_index *index)
{
	for (size_t i = 0; i < index->unknown_count; i++)
		free(index->unknown[i].entry);
	free(index->unknown);
	index->unknown = NULL;
	index->unknown_count = 0;
	pack_table_drop(&index->table);
}

void pack_index_free(struct pack_index **index)
{
	if (!*index)
		return;
	unknown_forget(*index);
	index_file_close(&(*index)->file);
	pthread_rwlock_destroy(&(*index)->lock);
	free((*index)->folder);
	free(*index);
	*index = NULL;
}

/* ---- The folder ---- */

/* The names of the packs in the folder, or in its quarantine, sorted. */
static int names_list(const struct pack_index *index, const char *below, struct digest_list *out,
		      struct error *err)
{
	char path[PATH_MAX];
	struct dirent *entry;
	struct digest name;
	int failed = 0;
	DIR *folder;

	if (snprintf(path, sizeof(path), "%s%s", index->folder, below) >= (int)sizeof(path))
		return error_set(err, ERROR_USAGE, "the path of the packs is too long");
	folder = opendir(path);
	if (!folder)
		return errno == ENOENT ? 0
				       : error_system(err, errno, "cannot look into '%s'", path);
	while (folder_next(folder, path, &entry, &failed, err))
		if (pack_name_parse(entry->d_name, &name))
			failed = digest_list_add(out, &name, err);
	closedir(folder);
	if (out->count)
		qsort(out->item, out->count, sizeof(*out->item), digest_order);
	return failed;
}

static int index_path(const struct pack_index *index, const char *name, char out[PATH_MAX],
		      struct error *err)
{
	if (snprintf(out, PATH_MAX, "%s/%s", index->folder, name) >= PATH_MAX)
		return error_set(err, ERROR_USAGE, "the path of the packs is too long");
	return 0;
}

/* Open the index file if it is another than before; one that is damaged counts as none. */
static int file_follow(struct pack_index *index, struct error *err)
{
	struct error damaged = { 0 };
	char path[PATH_MAX];
	struct stat st;
	int fd;

	if (index_path(index, "index", path, err))
		return -1;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st)) {
		if (fd >= 0)
			close(fd);
		return 0; /* what is open stays good */
	}
	if (index->file && st.st_ino == index->file_inode) {
		close(fd);
		return 0;
	}
	index_file_close(&index->file);
	if (index_file_open(fd, &index->file, &damaged) == 0)
		index->file_inode = st.st_ino;
	return 0;
}

static struct unknown *unknown_find(struct pack_index *index, const struct digest *name)
{
	for (size_t i = 0; i < index->unknown_count; i++)
		if (digest_equal(&index->unknown[i].name, name))
			return &index->unknown[i];
	return NULL;
}

/* Takes `entry`. */
static int unknown_add(struct pack_index *index, const struct digest *name, bool quarantined,
		       struct pack_entry *entry, size_t count, struct error *err)
{
	struct unknown *more = realloc(index->unknown, (index->unknown_count + 1) * sizeof(*more));

	if (!more) {
		free(entry);
		return error_set(err, ERROR_SYSTEM, "out of memory for an index");
	}
	index->unknown = more;
	index->unknown[index->unknown_count++] =
		(struct unknown){ *name, entry, count, quarantined };
	pack_table_add(&index->table, index->unknown, index->unknown_count);
	return 0;
}

static int unknown_load(struct pack_index *index, const struct digest *name, bool quarantined,
			struct error *err)
{
	struct error absent = { 0 };
	struct pack_handle *handle;
	struct pack_entry *entry;
	size_t count;
	int failed;

	if (pack_files_take(index->files, name, &handle, &absent))
		return absent.code == ERROR_ABSENT ? 0 /* collected meanwhile */
						   : error_set(err, absent.code, "%s", absent.text);
	failed = pack_entries_load(handle->fd, name, &entry, &count, err);
	pack_handle_drop(&handle);
	return failed ? -1 : unknown_add(index, name, quarantined, entry, count, err);
}

static bool file_knows(const struct pack_index *index, const struct digest *name)
{
	return index->file && digest_place(index->file->pack, index->file->packs, name) >= 0;
}

static size_t unknown_allowed(const struct pack_index *index)
{
	return UNKNOWN_PACKS + (index->file ? (size_t)(index->file->count / ENTRIES_A_PACK) : 0);
}

/* Forget unknown packs that are gone, or that the file knows by now. */
static void unknown_sift(struct pack_index *index, const struct digest_list *live,
			 const struct digest_list *quarantine)
{
	size_t kept = 0;

	for (size_t i = 0; i < index->unknown_count; i++) {
		struct unknown *u = &index->unknown[i];
		bool lives = digest_place(live->item, live->count, &u->name) >= 0;

		if ((!lives && digest_place(quarantine->item, quarantine->count, &u->name) < 0) ||
		    file_knows(index, &u->name)) {
			free(u->entry);
			continue;
		}
		u->quarantined = !lives;
		index->unknown[kept++] = *u;
	}
	if (kept != index->unknown_count)
		pack_table_drop(&index->table);
	index->unknown_count = kept;
}

/* Are those in memory too many? */
static bool unknown_are_many(const struct pack_index *index, size_t more)
{
	uint64_t entries = 0, allowed = index->file ? index->file->count / UNKNOWN_SHARE : 0;

	if (allowed < UNKNOWN_ENTRIES)
		allowed = UNKNOWN_ENTRIES;
	if (allowed > UNKNOWN_MOST)
		allowed = UNKNOWN_MOST;
	for (size_t i = 0; i < index->unknown_count; i++)
		entries += index->unknown[i].count;
	return index->unknown_count + more > unknown_allowed(index) || entries > allowed;
}

/* ---- A new file ---- */

/* An empty file for the index: nameless in the folder, or anywhere where that cannot be written. */
static int build_open(struct pack_index *index, bool *out_here, struct error *err)
{
	int fd = open(index->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);

	*out_here = fd >= 0;
	if (fd < 0)
		fd = open(P_tmpdir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return fd >= 0 ? fd : error_system(err, errno, "cannot write an index of packs");
}

/* Let the nameless file take the place of the index. Failing that it serves this process only. */
static void build_name(struct pack_index *index, int fd, const struct stat *st)
{
	struct error ignored = { 0 };
	char path[PATH_MAX], passing[PATH_MAX], self[64], name[64];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	snprintf(name, sizeof(name), "index-%llx", (unsigned long long)st->st_ino);
	if (index_path(index, "index", path, &ignored) ||
	    index_path(index, name, passing, &ignored))
		return;
	if (linkat(AT_FDCWD, self, AT_FDCWD, passing, AT_SYMLINK_FOLLOW) && errno != EEXIST)
		return;
	if (rename(passing, path))
		unlink(passing);
}

/* Make a new index file of the packs `live`, and take it. */
static int file_build(struct pack_index *index, const struct digest_list *live, struct error *err)
{
	struct error failed = { 0 };
	struct index_file *file;
	struct stat st;
	bool here;
	int fd = build_open(index, &here, err);

	if (fd < 0)
		return -1;
	if (index_build(index->folder, index->files, index->file, live->item, live->count, fd,
			&failed)) {
		bool again = failed.code == ERROR_CORRUPT && index->file;

		close(fd);
		if (!again)
			return error_set(err, failed.code, "%s", failed.text);
		index_file_close(&index->file); /* damaged: the footers alone tell */
		return file_build(index, live, err);
	}
	if (fstat(fd, &st)) {
		close(fd);
		return error_system(err, errno, "cannot read an index of packs");
	}
	if (here)
		build_name(index, fd, &st);
	if (index_file_open(fd, &file, err))
		return -1;
	index_file_close(&index->file);
	index->file = file;
	index->file_inode = st.st_ino;
	return 0;
}

/* How many of them are known to nobody. */
static size_t missing_count(struct pack_index *index, const struct digest_list *packs)
{
	size_t missing = 0;

	for (size_t i = 0; i < packs->count; i++)
		missing += !file_knows(index, &packs->item[i]) &&
			   !unknown_find(index, &packs->item[i]);
	return missing;
}

static int missing_load(struct pack_index *index, const struct digest_list *packs, bool quarantined,
			struct error *err)
{
	for (size_t i = 0; i < packs->count; i++)
		if (!file_knows(index, &packs->item[i]) && !unknown_find(index, &packs->item[i]) &&
		    unknown_load(index, &packs->item[i], quarantined, err))
			return -1;
	return 0;
}

/* A file of all of them: of what is in quarantine too, so that it takes no memory there. */
static int all_build(struct pack_index *index, const struct digest_list *live,
		     const struct digest_list *quarantine, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list all = { 0 };

	for (size_t i = 0; i < live->count; i++)
		if (digest_list_add(&all, &live->item[i], err))
			return -1;
	for (size_t i = 0; i < quarantine->count; i++)
		if (digest_place(live->item, live->count, &quarantine->item[i]) < 0 &&
		    digest_list_add(&all, &quarantine->item[i], err))
			return -1;
	if (all.count)
		qsort(all.item, all.count, sizeof(*all.item), digest_order);
	return file_build(index, &all, err);
}

static int look_at(struct pack_index *index, const struct digest_list *live,
		   const struct digest_list *quarantine, struct error *err)
{
	struct index_file *file;

	unknown_sift(index, live, quarantine);
	if (unknown_are_many(index,
			     missing_count(index, live) + missing_count(index, quarantine))) {
		struct error full = { 0 };

		/* Without room for a file they are kept in memory, however many they are; and where
		 * one was collected meanwhile, until the folder is listed again. */
		if (all_build(index, live, quarantine, &full) && full.code != ERROR_SYSTEM &&
		    full.code != ERROR_ABSENT)
			return error_set(err, full.code, "%s", full.text);
		unknown_sift(index, live, quarantine);
	}
	if (missing_load(index, live, false, err) || missing_load(index, quarantine, true, err))
		return -1;
	pack_table_renew(&index->table, index->unknown, index->unknown_count);
	file = index->file;
	for (uint32_t i = 0; file && i < file->packs; i++) {
		bool here = digest_place(live->item, live->count, &file->pack[i]) >= 0;

		file->aside[i] = !here && digest_place(quarantine->item, quarantine->count,
						       &file->pack[i]) >= 0;
		file->gone[i] = !here && !file->aside[i];
	}
	return 0;
}

static int refresh_locked(struct pack_index *index, struct error *err)
{
	struct digest_list live = { 0 }, quarantine = { 0 };
	struct stat st;
	int failed;

	if (stat(index->folder, &st))
		memset(&st, 0, sizeof(st));
	failed = names_list(index, "", &live, err) ||
		 names_list(index, "/quarantine", &quarantine, err) || file_follow(index, err) ||
		 look_at(index, &live, &quarantine, err);
	digest_list_release(&live);
	digest_list_release(&quarantine);
	if (failed)
		return -1;
	index->seen = st.st_mtim;
	index->looked = true;
	return 0;
}

int pack_index_refresh(struct pack_index *index, struct error *err)
{
	int failed;

	pthread_rwlock_wrlock(&index->lock);
	failed = refresh_locked(index, err);
	pthread_rwlock_unlock(&index->lock);
	return failed;
}

int pack_index_follow(struct pack_index *index, struct error *err)
{
	struct stat st;
	bool same;

	if (stat(index->folder, &st))
		memset(&st, 0, sizeof(st));
	pthread_rwlock_rdlock(&index->lock);
	same = index->looked && st.st_mtim.tv_sec == index->seen.tv_sec &&
	       st.st_mtim.tv_nsec == index->seen.tv_nsec;
	pthread_rwlock_unlock(&index->lock);
	return same ? 0 : pack_index_refresh(index, err);
}

/* ---- Finding ---- */

/* The first of the sorted entries that is not below (digest, kind). */
static size_t entries_place(const struct pack_entry *entry, size_t count,
			    const struct digest *digest, enum pack_kind kind)
{
	struct pack_entry wanted = { .digest = *digest, .kind = kind };
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pack_entry_order(&entry[middle], &wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* What is looked for, and what was found of it. */
struct search {
	const struct digest *digest;
	enum pack_kind kind;
	bool aside; /* of packs in quarantine, or of the others */
	struct pack_hit *hit;
	size_t max, count;
};

static void entries_search(struct search *s, const struct pack_entry *entry, size_t count,
			   const struct pack_index *index, const struct unknown *unknown)
{
	size_t i = entries_place(entry, count, s->digest, s->kind);

	for (; i < count && s->count < s->max && entry[i].kind == s->kind &&
	       digest_equal(&entry[i].digest, s->digest);
	     i++) {
		if (!unknown && (index->file->gone[entry[i].pack] ||
				 index->file->aside[entry[i].pack] != s->aside))
			continue;
		s->hit[s->count++] = (struct pack_hit){
			.entry = entry[i],
			.pack = unknown ? unknown->name : index->file->pack[entry[i].pack],
			.quarantined = s->aside,
		};
	}
}

static int find_locked(const struct pack_index *index, struct search *s, struct error *err)
{
	struct pack_entry *entry = NULL;
	size_t count = 0;

	if (index->file && index->file->count &&
	    index_file_find(index->file, s->digest, &entry, &count, err))
		return -1;
	for (int aside = 0; aside < 2 && s->count < s->max; aside++) {
		s->aside = aside;
		entries_search(s, entry, count, index, NULL);
		if (index->table.slot) {
			pack_table_find(&index->table, index->unknown, aside, s->digest, s->kind,
					s->hit, s->max, &s->count);
			continue;
		}
		for (size_t i = 0; i < index->unknown_count; i++)
			if (index->unknown[i].quarantined == aside)
				entries_search(s, index->unknown[i].entry, index->unknown[i].count,
					       index, &index->unknown[i]);
	}
	free(entry);
	return 0;
}

int pack_index_file_replace(struct pack_index *index, struct error *err)
{
	char path[PATH_MAX];
	int failed;

	if (index_path(index, "index", path, err))
		return -1;
	pthread_rwlock_wrlock(&index->lock);
	index_file_close(&index->file);
	unlink(path);
	failed = refresh_locked(index, err);
	pthread_rwlock_unlock(&index->lock);
	return failed;
}

int pack_index_find(struct pack_index *index, const struct digest *digest, enum pack_kind kind,
		    struct pack_hit *out_hit, size_t max, size_t *out_count, struct error *err)
{
	for (int turn = 0;; turn++) {
		struct search s = { digest, kind, false, out_hit, max, 0 };
		struct error bad = { 0 };
		int failed;

		pthread_rwlock_rdlock(&index->lock);
		failed = find_locked(index, &s, &bad);
		pthread_rwlock_unlock(&index->lock);
		if (!failed) {
			*out_count = s.count;
			return 0;
		}
		if (bad.code != ERROR_CORRUPT || turn)
			return error_set(err, bad.code, "%s", bad.text);
		if (pack_index_file_replace(index, err))
			return -1;
	}
}

/* ---- Listing ---- */

struct listing {
	enum pack_kind kind;
	const struct digest *after;
	size_t max;
	struct digest_list found;
};

/* Entries of the kind above `after`, at most `max` of them. */
static int entries_list(struct listing *l, const struct pack_entry *entry, size_t count,
			const bool *gone, size_t *taken, struct error *err)
{
	for (size_t i = 0; i < count && *taken < l->max; i++) {
		if (entry[i].kind != l->kind || (gone && gone[entry[i].pack]) ||
		    (l->after && memcmp(entry[i].digest.byte, l->after->byte, DIGEST_SIZE) <= 0) ||
		    (l->found.count && *taken &&
		     digest_equal(&l->found.item[l->found.count - 1], &entry[i].digest)))
			continue;
		if (digest_list_add(&l->found, &entry[i].digest, err))
			return -1;
		++*taken;
	}
	return 0;
}

static int list_locked(struct pack_index *index, struct listing *l, struct error *err)
{
	size_t taken = 0;

	if (index->file && index->file->count) {
		uint32_t bucket = l->after ? index_file_bucket_of(index->file, l->after) : 0;

		for (; bucket < 1u << index->file->bits && taken < l->max; bucket++) {
			struct pack_entry *entry;
			size_t count;
			int failed;

			if (index_file_bucket(index->file, bucket, &entry, &count, err))
				return -1;
			failed = entries_list(l, entry, count, index->file->gone, &taken, err);
			free(entry);
			if (failed)
				return -1;
		}
	}
	for (size_t i = 0; i < index->unknown_count; i++) {
		const struct unknown *u = &index->unknown[i];
		size_t first = l->after ? entries_place(u->entry, u->count, l->after, l->kind) : 0;

		taken = 0;
		if (u->count &&
		    entries_list(l, u->entry + first, u->count - first, NULL, &taken, err))
			return -1;
	}
	return 0;
}

/* Sorted, each once, at most `max`. */
static size_t found_take(struct listing *l, struct digest *out_digest)
{
	size_t count = 0;

	if (l->found.count)
		qsort(l->found.item, l->found.count, sizeof(*l->found.item), digest_order);
	for (size_t i = 0; i < l->found.count && count < l->max; i++)
		if (!count || !digest_equal(&out_digest[count - 1], &l->found.item[i]))
			out_digest[count++] = l->found.item[i];
	return count;
}

int pack_index_list(struct pack_index *index, enum pack_kind kind, const struct digest *after,
		    struct digest *out_digest, size_t max, size_t *out_count, struct error *err)
{
	for (int turn = 0;; turn++) {
		struct listing l = { .kind = kind, .after = after, .max = max };
		struct error bad = { 0 };
		int failed;

		pthread_rwlock_rdlock(&index->lock);
		failed = list_locked(index, &l, &bad);
		pthread_rwlock_unlock(&index->lock);
		if (!failed)
			*out_count = found_take(&l, out_digest);
		digest_list_release(&l.found);
		if (!failed)
			return 0;
		if (bad.code != ERROR_CORRUPT || turn)
			return error_set(err, bad.code, "%s", bad.text);
		if (pack_index_file_replace(index, err))
			return -1;
	}
}

/* ---- Packs that come ---- */

int pack_index_add(struct pack_index *index, const struct digest *pack, struct pack_entry *entry,
		   size_t count, struct error *err)
{
	int failed = 0;

	pack_files_forget(index->files, pack);
	pthread_rwlock_wrlock(&index->lock);
	if (file_knows(index, pack) || unknown_find(index, pack))
		free(entry);
	else
		failed = unknown_add(index, pack, false, entry, count, err);
	pack_table_renew(&index->table, index->unknown, index->unknown_count);
	pthread_rwlock_unlock(&index->lock);
	return failed;
}

int pack_index_tidy(struct pack_index *index, struct error *err)
{
	bool much;

	pthread_rwlock_rdlock(&index->lock);
	much = unknown_are_many(index, 0);
	pthread_rwlock_unlock(&index->lock);
	return much ? pack_index_refresh(index, err) : 0;
}

int pack_index_packs(struct pack_index *index, struct digest **out_pack, size_t *out_count,
		     struct error *err)
{
	struct digest_list live = { 0 };

	if (names_list(index, "", &live, err)) {
		digest_list_release(&live);
		return -1;
	}
	*out_pack = live.item;
	*out_count = live.count;
	return 0;
}

uint64_t pack_index_records(struct pack_index *index)
{
	uint64_t records;

	pthread_rwlock_rdlock(&index->lock);
	records = index->file ? index->file->count : 0;
	for (size_t i = 0; i < index->unknown_count; i++)
		records += index->unknown[i].count;
	pthread_rwlock_unlock(&index->lock);
	return records;
}
