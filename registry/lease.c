/* Taking, keeping and giving back a lease; registry/lease.h says what it is. */
#include "registry/lease/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	BEATS_PER_PROMISE = 5,
	WAIT_FIRST_MS = 2,
	WAIT_MOST_MS = 200,
	NOTICE_AFTER_MS = 2000,
	KIND_MAX = 32,
	TELL_TRIES = 4,
	NAME_DIGITS = 16 /* at the end of KIND-HEX16 */
};

struct lease {
	const struct context *ctx;
	char *folder, *path;
	const char *name; /* in path */
	struct lease_owner owner;
	struct digest tenure;
	pthread_mutex_t mutex; /* of what follows */
	uint64_t beat;
	bool lost, silence, abandoned;
	int stop;    /* an eventfd that ends the thread; -1 without one */
	bool ending; /* the same, should nothing get through that (atomic) */
	pthread_t thread;
};

/* ---- Keeping it ---- */

/* Where somebody stands who puts his file in the place of the one at `path`. One per tenure. */
static int marker_path(const struct lease *lease, const char *path, const struct digest *tenure,
		       char **out_path, struct error *err)
{
	const char *name = strrchr(path, '/') + 1;
	struct span part[2] = { span_of(name), digest_view(tenure) };
	struct digest both = sha256_parts(part, 2);
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&both, hex);
	/* A passing name: what the dead leave is swept away. */
	if (asprintf(out_path, "%s/.tmp-akashi-%.32s", lease->folder, hex) < 0)
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	return 0;
}

static int lost(struct lease *lease, struct error *err)
{
	lease->lost = true;
	return error_set(err, ERROR_SYSTEM,
			 "lost the lease '%s': this process stood still for so long that another "
			 "one took it over; run the command again",
			 lease->path);
}

/* All of the bytes, whatever each call takes. An errno value, or 0. */
static int all_written(int fd, struct span bytes, off_t at)
{
	while (bytes.len) {
		ssize_t wrote = pwrite(fd, bytes.data, bytes.len, at);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return wrote ? errno : ENOSPC;
		bytes.data += wrote;
		bytes.len -= (size_t)wrote;
		at += wrote;
	}
	return 0;
}

/* Write the beat into the file at our path, if it is ours. */
static int beat_write(struct lease *lease, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text, there;
	struct span ours;
	size_t got;
	int fd, failed;
	uint8_t *room;

	buffer_init(&text, LEASE_TEXT_MAX);
	buffer_init(&there, LEASE_TEXT_MAX);
	if (lease_text_write(&lease->owner, lease->beat + 1, &text, err) ||
	    buffer_extend(&there, text.len, &room, err))
		return -1;
	fd = open(lease->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0 && (errno == ENOENT || errno == ESTALE || errno == ELOOP))
		return lost(lease, err);
	if (fd < 0)
		return error_system(err, errno, "cannot open the lease '%s'", lease->path);
	failed = lease_bytes_read(fd, room, there.len, &got);
	ours = (struct span){ text.data, text.len - LEASE_BEAT_BYTES };
	if (!failed && (got != text.len || !span_equal(ours, (struct span){ room, ours.len }))) {
		close(fd);
		return lost(lease, err);
	}
	if (!failed)
		failed = all_written(fd, (struct span){ text.data + ours.len, LEASE_BEAT_BYTES },
				     (off_t)ours.len);
	if (close(fd) && !failed)
		failed = errno; /* a shared file system writes now */
	if (failed)
		return error_system(err, failed, "cannot keep the lease '%s'", lease->path);
	lease->beat++;
	return 0;
}

/*
 * Who takes over puts up a marker and then looks at our beat again; we raise the beat
 * and then look for the marker, and for our file. So one of the two sees the other.
 */
static int beat_locked(struct lease *lease, struct error *err)
{
	CLEANUP(text_free) char *marker = NULL;
	struct lease_look look;

	if (lease->lost)
		return lost(lease, err);
	if (marker_path(lease, lease->path, &lease->tenure, &marker, err) || beat_write(lease, err))
		return -1;
	if (file_exists(marker))
		return lost(lease, err);
	if (lease_look_at(lease->path, &look, err))
		return -1;
	return look.there && digest_equal(&look.tenure, &lease->tenure) ? 0 : lost(lease, err);
}

int lease_beat(struct lease *lease, struct error *err)
{
	int failed;

	pthread_mutex_lock(&lease->mutex);
	failed = beat_locked(lease, err);
	pthread_mutex_unlock(&lease->mutex);
	return failed;
}

static void *beats(void *arg)
{
	struct lease *lease = arg;
	struct pollfd stop = { .fd = lease->stop, .events = POLLIN };
	int pause_ms = (int)(lease->owner.ttl_ms / BEATS_PER_PROMISE);

	for (;;) {
		struct error err = { 0 };
		int ready = poll(&stop, 1, pause_ms);

		if (ready > 0 || __atomic_load_n(&lease->ending, __ATOMIC_ACQUIRE))
			return NULL;
		/* A beat that fails is tried again; one that found it lost is the last. */
		if (ready == 0 && lease_beat(lease, &err) && lease->lost)
			return NULL;
	}
}

static int thread_start(struct lease *lease, struct error *err)
{
	sigset_t all, before;
	int failed;

	lease->stop = eventfd(0, EFD_CLOEXEC);
	if (lease->stop < 0)
		return error_system(err, errno, "cannot keep the lease '%s'", lease->path);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the others */
	failed = pthread_create(&lease->thread, NULL, beats, lease);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!failed)
		return 0;
	close(lease->stop);
	lease->stop = -1;
	return error_system(err, failed, "cannot keep the lease '%s'", lease->path);
}

/* ---- Taking it ---- */

/* Our file under a passing name, or under none (*out_path NULL, *out_fd open). */
static int ours_write(struct lease *lease, char **out_path, int *out_fd, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(buffer_release) struct buffer text;
	int fd = open(lease->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);
	int failed;

	buffer_init(&text, LEASE_TEXT_MAX);
	if (fd < 0) {
		if (asprintf(&path, "%s/.tmp-akashi-XXXXXX", lease->folder) < 0) {
			path = NULL;
			return error_set(err, ERROR_SYSTEM, "out of memory for a path");
		}
		fd = mkostemp(path, O_CLOEXEC);
	}
	if (fd < 0)
		return error_system(err, errno, "cannot write a lease into '%s'", lease->folder);
	lease->beat = 0;
	if (lease_text_write(&lease->owner, lease->beat, &text, err)) {
		close(fd);
		return -1;
	}
	failed = fchmod(fd, 0644) ? errno : all_written(fd, buffer_view(&text), 0);
	/* Before it has its name: closing is what makes others on a shared file system see it. */
	if (path && close(fd) && !failed)
		failed = errno;
	if (failed) {
		if (path)
			unlink(path);
		else
			close(fd);
		return error_system(err, failed, "cannot write a lease into '%s'", lease->folder);
	}
	*out_fd = path ? -1 : fd;
	*out_path = path;
	path = NULL; /* handed over */
	return 0;
}

/* Give our file the name `path`, or find one there. */
static int ours_link(struct lease *lease, const char *path, bool *out_done, struct error *err)
{
	CLEANUP(text_free) char *ours = NULL;
	char numbered[64];
	struct stat st;
	int fd, failed;

	if (ours_write(lease, &ours, &fd, err))
		return -1;
	snprintf(numbered, sizeof(numbered), "/proc/self/fd/%d", fd);
	failed = ours ? link(ours, path)
		      : linkat(AT_FDCWD, numbered, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
	failed = failed ? errno : 0;
	/* A server may have done it and its answer been lost. */
	if (failed && ours && stat(ours, &st) == 0 && st.st_nlink == 2)
		failed = 0;
	if (ours)
		unlink(ours);
	else
		close(fd);
	if (failed && failed != EEXIST)
		return error_system(err, failed, "cannot take the lease '%s'", path);
	*out_done = !failed;
	return 0;
}

/*
 * Did this owner begin the lease KIND-HEX16? Whoever takes it over has another token: then the one
 * that began it may have been silent only, however dead the other is.
 */
static bool began(const char *name, const struct lease_owner *owner)
{
	size_t len = strlen(name);

	return len > NAME_DIGITS &&
	       strncmp(name + len - NAME_DIGITS, owner->token, NAME_DIGITS) == 0;
}

/* Put our file where there is none, or one of the dead. */
static int place(struct lease *lease, const char *path, struct lease_sight *sight, unsigned level,
		 bool *out_done, struct error *err)
{
	CLEANUP(text_free) char *marker = NULL;
	struct lease_look look, again;
	bool marked;

	*out_done = false;
	if (lease_look_at(path, &look, err))
		return -1;
	if (!look.there)
		return ours_link(lease, path, out_done, err);
	if (level == LEASE_LEVELS - 1 ||
	    lease_judge(&look, &lease->owner, lease->ctx, sight, level) != LEASE_DEAD)
		return 0;
	/* Only who holds the marker of a tenure may end it; and a tenure never comes again. */
	if (marker_path(lease, path, &look.tenure, &marker, err) ||
	    place(lease, marker, sight, level + 1, &marked, err))
		return -1;
	if (!marked)
		return 0;
	if (lease_look_at(path, &again, err) || !again.there ||
	    !digest_equal(&again.file, &look.file)) {
		unlink(marker);
		return err->code ? -1 : 0;
	}
	if (rename(marker, path)) {
		int failed = errno;

		unlink(marker);
		return failed == ENOENT ? 0
					: error_system(err, failed, "cannot take over '%s'", path);
	}
	if (!level)
		lease->silence = !look.known || !lease_owner_near(&look.owner, &lease->owner) ||
				 !lease_owner_gone(&look.owner, &lease->owner) ||
				 !began(lease->name, &look.owner);
	*out_done = true;
	return 0;
}

static void lease_free(struct lease **lease)
{
	if (!*lease)
		return;
	pthread_mutex_destroy(&(*lease)->mutex);
	free((*lease)->folder);
	free((*lease)->path);
	free(*lease);
	*lease = NULL;
}

static int lease_new(const char *folder, const char *name, const struct context *ctx,
		     struct lease **out_lease, struct error *err)
{
	CLEANUP(lease_free) struct lease *lease = calloc(1, sizeof(*lease));

	if (!lease)
		return error_set(err, ERROR_SYSTEM, "out of memory for a lease");
	pthread_mutex_init(&lease->mutex, NULL);
	lease->ctx = ctx;
	lease->stop = -1;
	lease->folder = strdup(folder);
	if (!lease->folder)
		return error_set(err, ERROR_SYSTEM, "out of memory for a lease");
	if (!lease_name_fits(name))
		return error_set(err, ERROR_USAGE, "'%s' is no name of a lease", name);
	if (path_join(folder, name, &lease->path, err) || lease_owner_self(ctx, &lease->owner, err))
		return -1;
	lease->name = strrchr(lease->path, '/') + 1;
	*out_lease = lease;
	lease = NULL; /* handed over */
	return 0;
}

/* Our file stands at its path: know it again, and keep it. */
static int held(struct lease *lease, struct error *err)
{
	struct lease_look look;

	if (lease_look_at(lease->path, &look, err))
		return -1;
	if (!look.known || strcmp(look.owner.token, lease->owner.token) != 0)
		return lost(lease, err);
	lease->tenure = look.tenure;
	return thread_start(lease, err);
}

/* One attempt; *out_done says whether it is held now. */
static int attempt(struct lease *lease, struct lease_sight *sight, bool *out_done,
		   struct error *err)
{
	if (place(lease, lease->path, sight, 0, out_done, err))
		return -1;
	if (!*out_done)
		return 0;
	if (held(lease, err)) {
		if (!lease->lost)
			unlink(lease->path);
		return -1;
	}
	return 0;
}

int lease_try(const char *folder, const char *name, const struct context *ctx,
	      struct lease_sight *sight, struct lease **out_lease, struct error *err)
{
	CLEANUP(lease_free) struct lease *lease = NULL;
	bool done;

	if (lease_new(folder, name, ctx, &lease, err) || attempt(lease, sight, &done, err))
		return -1;
	*out_lease = done ? lease : NULL;
	if (done)
		lease = NULL; /* handed over */
	return 0;
}

/* Is it worth watching? */
static int in_doubt(const struct lease *lease, bool anyone, bool *out_doubt,
		    struct digest *out_file, struct error *err)
{
	struct lease_look look;

	if (lease_look_at(lease->path, &look, err))
		return -1;
	*out_file = look.file;
	*out_doubt = look.there && !lease_owner_near(&look.owner, &lease->owner) &&
		     (anyone || !look.known || strcmp(look.owner.host, lease->owner.host) == 0);
	return 0;
}

static void say_silent(const struct lease *lease)
{
	context_notice(
		lease->ctx,
		"looking whether the writer lives that left '%s': AKASHI_LEASE_SECONDS or 30 s",
		lease->path);
}

int lease_inherit(const char *folder, const char *name, bool anyone, const struct context *ctx,
		  struct lease **out_lease, struct error *err)
{
	CLEANUP(lease_free) struct lease *lease = NULL;
	const struct timespec pause = { .tv_nsec = WAIT_MOST_MS * 1000000L };
	struct lease_sight sight = { 0 };
	struct digest first, now;
	bool done, doubt, said = false;

	*out_lease = NULL;
	if (lease_new(folder, name, ctx, &lease, err) ||
	    in_doubt(lease, anyone, &doubt, &first, err))
		return -1;
	for (;;) {
		if (context_check_cancelled(ctx, err) || attempt(lease, &sight, &done, err))
			return -1;
		if (done || !doubt || !ctx->monotonic_ms)
			break;
		if (!said)
			say_silent(lease);
		said = true;
		nanosleep(&pause, NULL);
		if (in_doubt(lease, anyone, &doubt, &now, err))
			return -1;
		doubt = doubt && digest_equal(&first, &now);
	}
	*out_lease = done ? lease : NULL;
	if (done)
		lease = NULL; /* handed over */
	return 0;
}

bool lease_follows_silence(const struct lease *lease)
{
	return lease->silence;
}

static void say_who(const struct lease *lease)
{
	struct lease_look look;
	struct error ignored = { 0 };

	if (lease_look_at(lease->path, &look, &ignored) || !look.known)
		return;
	context_notice(lease->ctx, "waiting for process %llu on %s, which holds '%s'",
		       (unsigned long long)look.owner.pid, look.owner.host, lease->path);
}

int lease_take(const char *folder, const char *name, const struct context *ctx,
	       struct lease **out_lease, struct error *err)
{
	CLEANUP(lease_free) struct lease *lease = NULL;
	struct lease_sight sight = { 0 };
	long pause_ms = WAIT_FIRST_MS, waited_ms = 0;
	bool done;

	if (lease_new(folder, name, ctx, &lease, err))
		return -1;
	for (;;) {
		struct timespec pause = { .tv_nsec = pause_ms * 1000000 };

		if (context_check_cancelled(ctx, err) || attempt(lease, &sight, &done, err))
			return -1;
		if (done)
			break;
		nanosleep(&pause, NULL);
		if (waited_ms < NOTICE_AFTER_MS && waited_ms + pause_ms >= NOTICE_AFTER_MS)
			say_who(lease);
		waited_ms += pause_ms;
		pause_ms = pause_ms * 2 < WAIT_MOST_MS ? pause_ms * 2 : WAIT_MOST_MS;
	}
	*out_lease = lease;
	lease = NULL; /* handed over */
	return 0;
}

int lease_begin(const char *folder, const char *kind, const struct context *ctx,
		struct lease **out_lease, struct error *err)
{
	CLEANUP(lease_free) struct lease *lease = NULL;
	char name[LEASE_NAME_MAX + 1];
	uint8_t chance[8];
	bool done;
	int len;

	if (strlen(kind) > KIND_MAX)
		return error_set(err, ERROR_USAGE, "'%s' is no kind of lease", kind);
	if (lease_draw(chance, sizeof(chance), err))
		return -1;
	len = snprintf(name, sizeof(name), "%s-", kind);
	for (size_t i = 0; i < sizeof(chance); i++)
		len += snprintf(name + len, sizeof(name) - (size_t)len, "%02x", chance[i]);
	if (lease_new(folder, name, ctx, &lease, err))
		return -1;
	memcpy(lease->owner.token, name + len - NAME_DIGITS, NAME_DIGITS); /* as `began` has it */
	if (ours_link(lease, lease->path, &done, err))
		return -1;
	if (!done)
		return error_set(err, ERROR_SYSTEM, "the lease '%s' is there already", lease->path);
	if (held(lease, err)) {
		unlink(lease->path);
		return -1;
	}
	*out_lease = lease;
	lease = NULL; /* handed over */
	return 0;
}

void lease_abandon(struct lease *lease)
{
	lease->abandoned = true;
}

const char *lease_name(const struct lease *lease)
{
	return lease->name;
}

void lease_release(struct lease **held_lease)
{
	struct lease *lease = *held_lease;
	struct error ignored = { 0 };
	struct lease_look look;
	uint64_t one = 1;

	if (!lease)
		return;
	/* Whatever that call meets, nobody waits for ever: the thread looks up with its next beat.
	 */
	__atomic_store_n(&lease->ending, true, __ATOMIC_RELEASE);
	for (int i = 0; i < TELL_TRIES && write(lease->stop, &one, sizeof(one)) < 0; i++)
		;
	pthread_join(lease->thread, NULL);
	close(lease->stop);
	if (!lease->lost && !lease->abandoned && lease_look_at(lease->path, &look, &ignored) == 0 &&
	    look.there && digest_equal(&look.tenure, &lease->tenure))
		unlink(lease->path);
	lease_free(held_lease);
}
