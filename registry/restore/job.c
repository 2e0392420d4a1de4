/* restore_job: one file that is being restored, or compared with what lies there. */
#include "registry/restore/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/plain_file.h"
#include "registry/store.h"

enum { SMALL_SIZE_BYTES = 1 << 20 }; /* below, files are made durable together */

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* An unfinished file that holds nothing is of no use to the next run. */
static void drop_empty(const struct restore_job *job)
{
	struct stat st;

	if (job->name[0] && job->file->state == RESTORE_NEEDED && fstat(job->fd, &st) == 0 &&
	    st.st_size == 0)
		(void)unlinkat(job->work->parts, job->name, 0);
}

void restore_job_close(struct restore_job *job)
{
	drop_empty(job);
	fd_close(&job->fd);
	for (size_t i = 0; i < job->source_count; i++)
		source_close(&job->source[i]);
	hash_stream_free(&job->whole);
	free(job->source);
	free(job->part);
	*job = (struct restore_job){ .fd = -1 };
}

static const struct manifest *job_manifest(const struct restore_job *job)
{
	return job->work->restore->contents->manifest;
}

static int source_one(struct restore_job *job, const struct manifest_file *stored,
		      struct source **out_source, struct error *err)
{
	struct store *store = job->work->restore->contents->registry->store;

	store_tell_changed(store, job->work->restore->contents->registry->ctx, &stored->sha256);
	if (store_read(store, &stored->sha256, out_source, err))
		return error_prefix(err, "'%s'", stored->path);
	if ((*out_source)->size != stored->size)
		return error_set(err, ERROR_CORRUPT,
				 "'%s' is damaged in the store: it has %llu bytes, and %llu were "
				 "registered",
				 stored->path, (unsigned long long)(*out_source)->size,
				 (unsigned long long)stored->size);
	return 0;
}

/* The stored files that the bytes come from, each opened once. */
static int sources_open(struct restore_job *job, struct error *err)
{
	const struct restore_file *file = job->file;
	const struct manifest *manifest = job_manifest(job);
	size_t count = file->whole ? 1 : manifest->file_count;

	job->source = calloc(count, sizeof(struct source *));
	if (!job->source)
		return error_system(err, ENOMEM, "cannot restore '%s'", file->path);
	job->source_count = count;
	if (file->whole)
		return source_one(job, file->whole, &job->source[0], err);
	for (size_t i = 0; i < file->stretch_count; i++) {
		const struct manifest_file *stored = file->stretch[i].file;
		struct source **source = &job->source[stored - manifest->file];

		if (!*source && source_one(job, stored, source, err))
			return -1;
	}
	return 0;
}

/* Where a part is read from. */
static struct source *source_of(const struct restore_job *job, const struct restore_part *part)
{
	const struct restore_file *file = job->file;

	return job
		->source[file->whole ? 0
				     : file->stretch[part->stretch].file - job_manifest(job)->file];
}

static int write_all(int fd, struct span bytes, uint64_t at, const char *path, struct error *err)
{
	while (bytes.len) {
		ssize_t wrote = pwrite(fd, bytes.data, bytes.len, (off_t)at);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return error_system(err, errno, "cannot write '%s'", path);
		bytes.data += wrote;
		bytes.len -= (size_t)wrote;
		at += (uint64_t)wrote;
	}
	return 0;
}

/* False where the file ends before. */
static int read_back(int fd, uint8_t *room, size_t len, uint64_t at, const char *path,
		     bool *out_whole, struct error *err)
{
	size_t have = 0;

	while (have < len) {
		ssize_t got = pread(fd, room + have, len - have, (off_t)(at + have));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_system(err, errno, "cannot read '%s'", path);
		if (!got)
			break;
		have += (size_t)got;
	}
	*out_whole = have == len;
	return 0;
}

void restore_part_name(const struct restore *restore, const struct restore_file *file,
		       char out_name[RESTORE_NAME_MAX])
{
	const struct manifest *manifest = restore->contents->manifest;
	const struct span part[] = {
		{ (const uint8_t *)file->path, strlen(file->path) + 1 },
		file->whole ? digest_view(&file->whole->sha256) : digest_view(&manifest->pieces),
		buffer_view(&file->head),
	};
	struct digest digest = sha256_parts(part, sizeof(part) / sizeof(part[0]));
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&digest, hex);
	snprintf(out_name, RESTORE_NAME_MAX, "%s.part", hex);
}

/* Make the unfinished file, or go on with the one that an earlier run left. */
static int target_open(struct restore_job *job, struct error *err)
{
	struct restore_file *file = job->file;
	struct store *store = job->work->restore->contents->registry->store;
	struct stat st;

	restore_part_name(job->work->restore, file, job->name);
	job->fd = openat(job->work->parts, job->name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
			 0666);
	if (job->fd < 0 || fstat(job->fd, &st))
		return error_system(err, errno, "cannot write '%s'", file->path);
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return error_set(err, ERROR_CORRUPT, "'%s/%s' is not a file of an earlier run",
				 RESTORE_PARTS_FOLDER, job->name);
	job->keep = (uint64_t)st.st_size;
	if (job->keep > file->size) {
		if (ftruncate(job->fd, (off_t)file->size))
			return error_system(err, errno, "cannot write '%s'", file->path);
		job->keep = file->size;
	}
	if (!file->whole)
		return write_all(job->fd, buffer_view(&file->head), 0, file->path, err);
	if (!job->keep && file->size &&
	    store_clone(store, &file->whole->sha256, job->fd, &file->cloned, err))
		return -1;
	job->in_place = file->cloned;
	return 0;
}

/* Open what lies at the file's place; a head that differs is seen at once. */
static int there_open(struct restore_job *job, struct error *err)
{
	CLEANUP(fd_close) int folder = -1;
	struct restore_file *file = job->file;
	struct stat st;
	const char *name;

	if (folder_of_beneath(job->work->root, file->path, false, &folder, &name, err))
		return -1;
	job->fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (job->fd < 0 || fstat(job->fd, &st))
		return error_system(err, errno, "cannot read '%s'", file->path);
	job->in_place = true;
	if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size != file->size)
		file->state = RESTORE_OTHER;
	return 0;
}

/* Does the head stand there? */
static int head_compare(struct restore_job *job, struct error *err)
{
	const struct restore_file *file = job->file;
	uint8_t *room = malloc(file->head.len + 1);
	bool whole;
	int failed;

	if (!room)
		return error_system(err, ENOMEM, "cannot read '%s'", file->path);
	failed = read_back(job->fd, room, file->head.len, 0, file->path, &whole, err);
	if (!failed && (!whole || memcmp(room, file->head.data, file->head.len) != 0))
		job->file->state = RESTORE_OTHER;
	free(room);
	return failed;
}

int restore_job_open_stream(struct restore_job *job, struct error *err)
{
	if (sources_open(job, err) || (job->file->whole && hash_stream_new(&job->whole, err)))
		return -1;
	return restore_parts(job_manifest(job), job->file, true, &job->part, &job->part_count, err);
}

int restore_job_open(struct restore_job *job, struct error *err)
{
	struct restore_file *file = job->file;

	if (job->work->compare) {
		if (there_open(job, err) || (file->head.len && head_compare(job, err)))
			return -1;
		if (file->state == RESTORE_OTHER)
			return 0; /* no part is read */
	} else if (target_open(job, err)) {
		return -1;
	}
	if (!job->in_place && sources_open(job, err))
		return -1;
	if (file->whole && hash_stream_new(&job->whole, err))
		return -1;
	return restore_parts(job_manifest(job), file, !file->whole || (job->keep && !job->in_place),
			     &job->part, &job->part_count, err);
}

/* Did an earlier run leave this part, and is it true? */
static int part_kept(struct restore_job *job, const struct restore_part *part, uint8_t *room,
		     bool *out_kept, struct error *err)
{
	const struct piece_record *record = job_manifest(job)->record;
	struct digest found;

	*out_kept = false;
	if (part->record == RESTORE_NO_RECORD || part->to > job->keep ||
	    part->len > job->keep - part->to)
		return 0;
	if (read_back(job->fd, room, part->len, part->to, job->file->path, out_kept, err))
		return -1;
	found = sha256((struct span){ room, part->len });
	*out_kept = *out_kept && digest_equal(&found, &record[part->record].digest);
	return 0;
}

int restore_job_fetch(struct restore_job *job, size_t index, uint8_t *room, struct error *err)
{
	const struct restore_part *part = &job->part[index];
	struct error cause = { 0 };

	if (source_read_at(source_of(job, part), part->from, room, part->len, &cause) == 0)
		return 0;
	if (cause.code == ERROR_CORRUPT)
		return restore_part_damaged(job_manifest(job), job->file, part, &cause, err);
	return error_set(err, cause.code, "'%s': %s", restore_part_file(job->file, part)->path,
			 cause.text);
}

int restore_job_read(struct restore_job *job, size_t index, uint8_t *room, bool *out_kept,
		     struct error *err)
{
	const struct restore_part *part = &job->part[index];
	const char *path = job->file->path;
	bool there = false;

	*out_kept = false;
	if (job->in_place) {
		if (read_back(job->fd, room, part->len, part->to, path, &there, err))
			return -1;
		return there ? 0
			     : error_set(err, ERROR_CORRUPT, "'%s' changed while it was read",
					 path);
	}
	if (job->keep && part_kept(job, part, room, out_kept, err))
		return -1;
	if (*out_kept)
		return 0;
	if (restore_job_fetch(job, index, room, err) ||
	    write_all(job->fd, (struct span){ room, part->len }, part->to, path, err))
		return -1;
	/* On its way to the disk meanwhile: a hint. */
	(void)!sync_file_range(job->fd, (off_t)part->to, part->len, SYNC_FILE_RANGE_WRITE);
	return 0;
}

int restore_job_checked(struct restore_job *job, size_t index, const struct digest *found,
			struct error *err)
{
	const struct manifest *manifest = job_manifest(job);
	const struct restore_part *part = &job->part[index];

	if (digest_equal(found, &manifest->record[part->record].digest))
		return 0;
	if (!job->work->compare)
		return restore_part_damaged(manifest, job->file, part, NULL, err);
	job->file->state = RESTORE_OTHER;
	return 0;
}

/* The whole is not what it should be: which piece? */
static int name_damage(struct restore_job *job, struct error *err)
{
	const struct manifest *manifest = job_manifest(job);
	struct restore_part *part = NULL;
	uint8_t *room = malloc(PIECE_SIZE_BYTES);
	size_t count = 0;
	int failed = 0;

	if (!room)
		return error_system(err, ENOMEM, "cannot read '%s'", job->file->path);
	failed = restore_parts(manifest, job->file, true, &part, &count, err);
	for (size_t i = 0; i < count && !failed; i++) {
		struct digest found;
		bool whole;

		failed = read_back(job->fd, room, part[i].len, part[i].to, job->file->path, &whole,
				   err);
		if (failed)
			break;
		found = sha256((struct span){ room, part[i].len });
		if (!whole || !digest_equal(&found, &manifest->record[part[i].record].digest))
			failed = restore_part_damaged(manifest, job->file, &part[i], NULL, err);
	}
	free(part);
	free(room);
	return failed ? failed
		      : error_set(err, ERROR_CORRUPT,
				  "'%s' was registered with pieces that do not make its SHA-256",
				  job->file->path);
}

static int file_sync(const struct restore_file *file, int fd, struct error *err)
{
	return fsync(fd) ? error_system(err, errno, "cannot make '%s' durable", file->path) : 0;
}

static int file_place(struct restore_work *work, struct restore_file *file, const char *part_name,
		      struct error *err)
{
	CLEANUP(fd_close) int folder = -1;
	const char *name;

	if (folder_of_beneath(work->root, file->path, true, &folder, &name, err))
		return -1;
	if (file_name_beneath(work->parts, part_name, folder, name, work->restore->replace, err))
		return error_prefix(err, "'%s'", file->path);
	file->state = RESTORE_WRITTEN;
	return 0;
}

int restore_place(struct restore_work *work, struct error *err)
{
	struct restore *restore = work->restore;
	char name[RESTORE_NAME_MAX];

	for (size_t i = 0; i < restore->count; i++) {
		CLEANUP(fd_close) int fd = -1;
		const struct restore_file *file = &restore->file[i];

		if (file->state != RESTORE_READY)
			continue;
		restore_part_name(restore, file, name);
		fd = plain_file_open(work->parts, name, err);
		if (fd < 0)
			return error_prefix(err, "'%s'", file->path);
		if (file_sync(file, fd, err))
			return -1;
	}
	for (size_t i = 0; i < restore->count; i++) {
		struct restore_file *file = &restore->file[i];

		if (file->state != RESTORE_READY)
			continue;
		restore_part_name(restore, file, name);
		if (file_place(work, file, name, err))
			return -1;
	}
	return 0;
}

int restore_job_finish(struct restore_job *job, struct error *err)
{
	struct restore_file *file = job->file;

	if (job->whole) {
		struct digest found = hash_stream_finish(job->whole);
		bool equal = digest_equal(&found, &file->whole->sha256);

		if (job->work->compare)
			file->state = equal ? RESTORE_THERE : RESTORE_OTHER;
		else if (!equal)
			return name_damage(job, err);
	} else if (job->work->compare && file->state != RESTORE_OTHER) {
		file->state = RESTORE_THERE;
	}
	if (job->work->compare)
		return 0;
	if (file->size < SMALL_SIZE_BYTES) {
		file->state = RESTORE_READY;
		return 0;
	}
	return file_sync(file, job->fd, err) || file_place(job->work, file, job->name, err) ? -1
											    : 0;
}
