/* restore: one run over a folder, alone in it; and a file's bytes for a pipe. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "registry/lease.h"
#include "registry/restore/inner.h"

#define LEASE_NAME "get"

enum { TURNS_MAX = 100 };

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* The folder of the unfinished files, which a run that ends removes when it is empty. */
static int parts_take(struct restore_work *work, struct lease **out_lease, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	if (path_join(work->restore->folder, RESTORE_PARTS_FOLDER, &path, err))
		return -1;
	for (unsigned turn = 0;; turn++) {
		struct error refused = { 0 };

		fd_close(&work->parts);
		work->parts = -1;
		if (folder_open_beneath(work->root, RESTORE_PARTS_FOLDER, true, &work->parts, err))
			return -1;
		if (lease_try(path, LEASE_NAME, work->ctx, NULL, out_lease, &refused) == 0) {
			if (*out_lease)
				return 0;
			if (!turn)
				context_notice(work->ctx,
					       "waiting for another get that writes to '%s'",
					       work->restore->folder);
			if (lease_take(path, LEASE_NAME, work->ctx, out_lease, &refused) == 0)
				return 0;
		}
		/* The run that was waited for took the folder with it. */
		if (turn == TURNS_MAX || file_is_folder(path))
			return error_set(err, refused.code, "%s", refused.text);
	}
}

static void parts_give_back(int root, struct lease **lease)
{
	if (!*lease)
		return;
	lease_release(lease);
	if (unlinkat(root, RESTORE_PARTS_FOLDER, AT_REMOVEDIR) == 0)
		(void)unlinkat(root, ".cache", AT_REMOVEDIR);
}

/* Make the names durable: each folder in which a file was named, once where they follow. */
static int names_sync(const struct restore_work *work, struct error *err)
{
	const char *last = NULL;
	size_t last_len = 0;

	for (size_t i = 0; i < work->restore->count; i++) {
		CLEANUP(fd_close) int folder = -1;
		const struct restore_file *file = &work->restore->file[i];
		const char *slash = strrchr(file->path, '/'), *name;
		size_t len = slash ? (size_t)(slash - file->path) : 0;

		if (file->state != RESTORE_WRITTEN ||
		    (last && len == last_len && memcmp(last, file->path, len) == 0))
			continue;
		if (folder_of_beneath(work->root, file->path, false, &folder, &name, err) ||
		    folder_sync_open(folder, file->path, err))
			return -1;
		last = file->path;
		last_len = len;
	}
	return 0;
}

/* Look again at what is not there yet: another run may have ended meanwhile. */
static int run_alone(struct restore_work *work, struct error *err)
{
	struct restore *restore = work->restore;
	struct error later = { 0 };
	int failed;

	if (restore_look(restore, err) || restore_compare(work->ctx, restore, err) ||
	    restore_may(restore, err))
		return -1;
	for (size_t i = 0; i < restore->count; i++)
		if (restore->file[i].state == RESTORE_OTHER)
			restore->file[i].state = RESTORE_NEEDED;
	failed = restore_pipe(work, RESTORE_NEEDED, err);
	/* What is whole is named even where another file was damaged. */
	if (((!failed || err->code != ERROR_SYSTEM) && restore_place(work, &later)) |
	    names_sync(work, &later))
		failed = failed ? failed : error_set(err, later.code, "%s", later.text);
	return failed;
}

int restore_run(const struct context *ctx, struct restore *restore, struct error *err)
{
	CLEANUP(fd_close) int root = -1;
	struct restore_work work = { ctx, restore, false, -1, -1 };
	struct lease *lease = NULL;
	int failed;

	if (restore_root_open(restore, true, &root, err))
		return -1;
	work.root = root;
	failed = parts_take(&work, &lease, err) || run_alone(&work, err) ? -1 : 0;
	parts_give_back(root, &lease);
	fd_close(&work.parts);
	return failed;
}

void restore_tidy(const struct context *ctx, const struct restore *restore)
{
	CLEANUP(fd_close) int root = -1;
	CLEANUP(fd_close) int parts = -1;
	CLEANUP(text_free) char *path = NULL;
	struct lease *lease = NULL;
	struct error ignored = { 0 };

	if (restore_root_open(restore, false, &root, &ignored) || root < 0 ||
	    folder_open_beneath(root, RESTORE_PARTS_FOLDER, false, &parts, &ignored) ||
	    path_join(restore->folder, RESTORE_PARTS_FOLDER, &path, &ignored) ||
	    lease_try(path, LEASE_NAME, ctx, NULL, &lease, &ignored))
		return;
	parts_give_back(root, &lease);
}

/* What goes by in order. */
struct streaming {
	const struct context *ctx;
	struct restore_job *job;
	uint8_t *room;
	int (*write)(void *user, struct span bytes, struct error *err);
	void *user;
};

static int stream_parts(struct streaming *stream, struct error *err)
{
	struct restore_job *job = stream->job;
	struct digest found;

	if (job->file->head.len && stream->write(stream->user, buffer_view(&job->file->head), err))
		return -1;
	for (size_t i = 0; i < job->part_count; i++) {
		struct span bytes = { stream->room, job->part[i].len };

		if (context_check_cancelled(stream->ctx, err) ||
		    restore_job_fetch(job, i, stream->room, err))
			return -1;
		found = sha256(bytes);
		if (restore_job_checked(job, i, &found, err))
			return -1;
		if (job->whole)
			hash_stream_add(job->whole, bytes);
		if (stream->write(stream->user, bytes, err))
			return -1;
	}
	if (!job->whole)
		return 0;
	found = hash_stream_finish(job->whole);
	return digest_equal(&found, &job->file->whole->sha256)
		       ? 0
		       : error_set(err, ERROR_CORRUPT,
				   "'%s' was registered with pieces that do not make its SHA-256",
				   job->file->path);
}

int restore_stream(const struct context *ctx, struct restore *restore, struct restore_file *file,
		   int (*write)(void *user, struct span bytes, struct error *err), void *user,
		   struct error *err)
{
	struct restore_work work = { ctx, restore, false, -1, -1 };
	struct restore_job job = { .work = &work, .file = file, .fd = -1 };
	struct streaming stream = { ctx, &job, malloc(PIECE_SIZE_BYTES), write, user };
	int failed;

	if (!stream.room)
		return error_system(err, ENOMEM, "cannot read '%s'", file->path);
	failed = restore_job_open_stream(&job, err) || stream_parts(&stream, err) ? -1 : 0;
	restore_job_close(&job);
	free(stream.room);
	return failed;
}
