/* What writers wait to have appended, left where whoever writes the log takes it along. */
#include "registry/log/waiting.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_MAX 1024u /* bytes of an ident, a claim, a statement */

enum {
	WAITING_MAX_BYTES = LOG_GROUP_MAX * (ENTRY_MAX_BYTES + 3 * TEXT_MAX + 12) + 4096,
	NAMES_TRIED = 1000,
	OTHERS_MAX = 1024 /* writers that are looked at for one transaction */
};

struct log_waiting {
	struct file_lock lock; /* the file itself */
	char *path;
	const char *name; /* in path */
	bool posted;
};

/* ---- One's own file ---- */

/* Take a name that no living writer has: PID-N. */
static int name_take(const char *folder, struct log_waiting *waiting, struct error *err)
{
	for (int n = 0; n < NAMES_TRIED; n++) {
		char name[64];
		struct stat st;
		bool taken;

		snprintf(name, sizeof(name), "%ld-%d", (long)getpid(), n);
		free(waiting->path);
		waiting->path = NULL;
		if (path_join(folder, name, &waiting->path, err) ||
		    file_lock_try(waiting->path, &waiting->lock, &taken, err))
			return -1;
		if (!taken)
			continue;
		/* Whoever removes what the dead left may have had it open first. */
		if (fstat(waiting->lock.fd, &st) == 0 && st.st_nlink &&
		    ftruncate(waiting->lock.fd, 0) == 0) {
			waiting->name = strrchr(waiting->path, '/') + 1;
			return 0;
		}
		file_lock_release(&waiting->lock);
	}
	return error_set(err, ERROR_SYSTEM, "no name is free in '%s'", folder);
}

int log_waiting_open(const char *folder, struct log_waiting **out_waiting, struct error *err)
{
	CLEANUP(log_waiting_close) struct log_waiting *waiting = calloc(1, sizeof(*waiting));

	if (!waiting)
		return error_set(err, ERROR_SYSTEM, "out of memory for what waits");
	if (mkdir(folder, 0777) && errno != EEXIST)
		return error_system(err, errno, "cannot make folder '%s'", folder);
	if (name_take(folder, waiting, err))
		return -1;

	*out_waiting = waiting;
	waiting = NULL; /* handed over */
	return 0;
}

void log_waiting_close(struct log_waiting **waiting)
{
	if (!*waiting)
		return;
	if ((*waiting)->name)
		unlink((*waiting)->path);
	file_lock_release(&(*waiting)->lock);
	free((*waiting)->path);
	free(*waiting);
	*waiting = NULL;
}

/* A text with its length before it; NULL is written as an empty one. */
static int text_add(struct buffer *out, struct span text, size_t max, struct error *err)
{
	if (text.len > max)
		return error_set(err, ERROR_USAGE, "a text of %zu bytes does not wait", text.len);
	return buffer_add_u16be(out, (uint16_t)text.len, err) || buffer_add(out, text, err) ? -1
											    : 0;
}

static struct span span_or_none(const char *text)
{
	return text ? span_of(text) : (struct span){ NULL, 0 };
}

static int group_add(struct buffer *out, const struct log_items *group, struct error *err)
{
	if (buffer_add_u32le(out, (uint32_t)group->count, err))
		return -1;
	for (size_t i = 0; i < group->count; i++) {
		const struct log_item *item = &group->item[i];

		if (text_add(out, item->entry, ENTRY_MAX_BYTES, err) ||
		    text_add(out, span_of(item->ident), TEXT_MAX, err) ||
		    text_add(out, span_or_none(item->claim), TEXT_MAX, err) ||
		    text_add(out, span_or_none(item->statement), TEXT_MAX, err))
			return -1;
	}
	return 0;
}

static int all_written(int fd, struct span bytes, struct error *err)
{
	size_t at = 0;

	while (at < bytes.len) {
		ssize_t wrote = pwrite(fd, bytes.data + at, bytes.len - at, (off_t)at);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return error_system(err, errno, "cannot write what waits");
		at += (size_t)wrote;
	}
	return 0;
}

int log_waiting_post(struct log_waiting *waiting, const struct log_items *group, size_t count,
		     struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct digest digest = { 0 };

	buffer_init(&bytes, WAITING_MAX_BYTES);
	if (buffer_add(&bytes, digest_view(&digest), err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (group_add(&bytes, &group[i], err))
			return -1;
	digest = sha256((struct span){ bytes.data + DIGEST_SIZE, bytes.len - DIGEST_SIZE });
	memcpy(bytes.data, digest.byte, DIGEST_SIZE);
	waiting->posted = true;
	if (ftruncate(waiting->lock.fd, (off_t)bytes.len))
		return error_system(err, errno, "cannot write what waits");
	return all_written(waiting->lock.fd, buffer_view(&bytes), err);
}

void log_waiting_withdraw(struct log_waiting *waiting)
{
	if (waiting->posted && ftruncate(waiting->lock.fd, 0) == 0)
		waiting->posted = false;
}

/* ---- Everybody else's ---- */

/* A text of the file as a string in `texts`, NULL when it is empty. */
static int string_take(struct reader *r, char **at, const char **out_text)
{
	struct span text = reader_take(r, reader_u16be(r));

	if (r->failed || text.len > TEXT_MAX || (text.len && memchr(text.data, '\0', text.len)))
		return -1;
	*out_text = text.len ? *at : NULL;
	if (text.len)
		memcpy(*at, text.data, text.len);
	(*at)[text.len] = '\0';
	*at += text.len + 1;
	return 0;
}

/* One group into item[LOG_GROUP_MAX], its strings into `texts`. */
static int group_take(struct reader *r, struct log_item *item, char *texts, size_t *out_count)
{
	uint32_t count = reader_u32le(r);

	if (r->failed || !count || count > LOG_GROUP_MAX)
		return -1;
	for (uint32_t i = 0; i < count; i++) {
		item[i].entry = reader_take(r, reader_u16be(r));
		if (string_take(r, &texts, &item[i].ident) ||
		    string_take(r, &texts, &item[i].claim) ||
		    string_take(r, &texts, &item[i].statement) || !item[i].ident ||
		    !item[i].claim != !item[i].statement)
			return -1;
	}
	*out_count = count;
	return 0;
}

static int malformed(struct error *err)
{
	return error_set(err, ERROR_CORRUPT, "what waits is not as it was written");
}

int log_waiting_parse(struct span bytes, log_waiting_taker *take, void *arg, bool *out_more,
		      struct error *err)
{
	struct span rest;
	struct log_item *item;
	struct digest digest;
	struct reader r;
	char *texts;
	int failed = 0;

	if (bytes.len < DIGEST_SIZE || bytes.len > WAITING_MAX_BYTES)
		return malformed(err);
	*out_more = true;
	rest = (struct span){ bytes.data + DIGEST_SIZE, bytes.len - DIGEST_SIZE };
	digest = sha256(rest);
	if (memcmp(digest.byte, bytes.data, DIGEST_SIZE) != 0)
		return malformed(err);
	item = calloc(LOG_GROUP_MAX, sizeof(*item));
	texts = malloc(rest.len + 3 * LOG_GROUP_MAX); /* each string is followed by a NUL */
	if (!item || !texts)
		failed = error_set(err, ERROR_SYSTEM, "out of memory for what waits");
	r = reader_over(rest);
	while (!failed && *out_more && r.rest.len) {
		struct log_items group = { .item = item };

		if (group_take(&r, item, texts, &group.count))
			failed = malformed(err);
		else
			*out_more = take(arg, &group);
	}
	free(item);
	free(texts);
	return failed ? -1 : 0;
}

/* What one other writer says; nothing when it said nothing, or was saying it just now. */
static int file_take(const char *path, log_waiting_taker *take, void *arg, bool *out_more,
		     struct error *err)
{
	CLEANUP(file_lock_release) struct file_lock lock = { 0 };
	CLEANUP(buffer_release) struct buffer bytes;
	struct error passed = { 0 };
	bool dead;

	buffer_init(&bytes, WAITING_MAX_BYTES);
	*out_more = true;
	if (file_lock_try(path, &lock, &dead, &passed))
		return 0;
	if (dead) {
		unlink(path);
		return 0;
	}
	if (file_read(path, &bytes, &passed) || !bytes.len ||
	    log_waiting_parse(buffer_view(&bytes), take, arg, out_more, &passed) == 0 ||
	    passed.code == ERROR_CORRUPT)
		return 0;
	return error_set(err, passed.code, "%s", passed.text);
}

/* Another writer's file, and since when it waits. */
struct other {
	char *path;
	struct timespec since;
};

static int other_order(const void *a, const void *b)
{
	const struct timespec *x = &((const struct other *)a)->since;
	const struct timespec *y = &((const struct other *)b)->since;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? -1 : 1;
	return (x->tv_nsec > y->tv_nsec) - (x->tv_nsec < y->tv_nsec);
}

/* The files of the others, at most OTHERS_MAX. */
static int others_list(const char *folder, const struct log_waiting *own, struct other *other,
		       size_t *out_count, struct error *err)
{
	CLEANUP(folder_close) DIR *list = opendir(folder);
	struct dirent *entry;
	size_t count = 0;

	while (list && count < OTHERS_MAX && (entry = readdir(list))) {
		struct stat st;

		if (entry->d_name[0] == '.' || (own && strcmp(entry->d_name, own->name) == 0) ||
		    fstatat(dirfd(list), entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		other[count].since = st.st_mtim;
		if (path_join(folder, entry->d_name, &other[count].path, err)) {
			*out_count = count;
			return -1;
		}
		count++;
	}
	*out_count = count;
	return 0;
}

int log_waiting_each(const char *folder, const struct log_waiting *own, log_waiting_taker *take,
		     void *arg, struct error *err)
{
	struct other *other = calloc(OTHERS_MAX, sizeof(*other));
	size_t count = 0;
	bool more = true;
	int failed;

	if (!other)
		return error_set(err, ERROR_SYSTEM, "out of memory for what waits");
	failed = others_list(folder, own, other, &count, err);
	qsort(other, count, sizeof(*other), other_order);
	for (size_t i = 0; i < count && more && !failed; i++)
		failed = file_take(other[i].path, take, arg, &more, err);
	for (size_t i = 0; i < count; i++)
		free(other[i].path);
	free(other);
	return failed ? -1 : 0;
}
