/* Who this process is, what a lease's file says, and what can be told from looking at it. */
#include "registry/lease/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { TOKEN_BYTES = 16, TTL_SECONDS_MAX = 86400, LOOKS_MIN = 4 };

static const char name_bytes[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

bool lease_name_fits(const char *name)
{
	size_t len = strlen(name);

	return len && len <= LEASE_NAME_MAX && name[0] != '.' && strspn(name, name_bytes) == len;
}

bool lease_name_is_of(const char *name, const char *kind)
{
	size_t len = strlen(kind);

	return strncmp(name, kind, len) == 0 && name[len] == '-' && strlen(name) == len + 17 &&
	       strspn(name + len + 1, "0123456789abcdef") == 16;
}

/* ---- This process ---- */

int lease_draw(uint8_t *bytes, size_t len, struct error *err)
{
	ssize_t got;

	do
		got = getrandom(bytes, len, 0);
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)len ? 0 : error_set(err, ERROR_SYSTEM, "no source of randomness");
}

/* A small file of /proc as text; empty where it cannot be read. */
static void proc_read(const char *path, char *out_text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, out_text, size - 1);

	if (fd >= 0)
		close(fd);
	out_text[got > 0 ? got : 0] = '\0';
}

/* "pid:[4026531836]" → the number; 0 where there is none. */
static uint64_t space_number(const char *path)
{
	char text[64];
	ssize_t len = readlink(path, text, sizeof(text) - 1);
	char *at;

	if (len <= 0)
		return 0;
	text[len] = '\0';
	at = strchr(text, '[');
	return at ? strtoull(at + 1, NULL, 10) : 0;
}

/* What /proc says of a process: state, threads, start. False where it says nothing. */
static bool process_stat(const char *path, char *out_state, uint64_t *out_threads,
			 uint64_t *out_start)
{
	char text[1024];
	char *at;

	proc_read(path, text, sizeof(text));
	at = strrchr(text, ')'); /* the name before it may hold anything */
	if (!at || at[1] != ' ' || !at[2])
		return false;
	*out_state = at[2];
	at += 2;
	for (int field = 3; field < 22; field++) {
		if (field == 20)
			*out_threads = strtoull(at, NULL, 10);
		at = strchr(at, ' ');
		if (!at)
			return false;
		at++;
	}
	*out_start = strtoull(at, NULL, 10);
	return true;
}

static int promised_read(const struct context *ctx, uint32_t *out_ms, struct error *err)
{
	const char *text = context_environment(ctx, "AKASHI_LEASE_SECONDS");
	unsigned long seconds;
	char *end;

	*out_ms = LEASE_TTL_MS;
	if (!text || !text[0])
		return 0;
	seconds = strtoul(text, &end, 10);
	if (*end || !seconds || seconds > TTL_SECONDS_MAX || text[0] == '-')
		return error_set(err, ERROR_USAGE,
				 "AKASHI_LEASE_SECONDS wants a number from 1 to %d, not '%s'",
				 TTL_SECONDS_MAX, text);
	*out_ms = (uint32_t)seconds * 1000;
	return 0;
}

int lease_owner_self(const struct context *ctx, struct lease_owner *out_owner, struct error *err)
{
	struct lease_owner self = { .pid = (uint64_t)getpid() };
	uint8_t token[TOKEN_BYTES];
	uint64_t threads;
	struct utsname machine;
	size_t len;
	char state;

	if (promised_read(ctx, &self.ttl_ms, err) || lease_draw(token, sizeof(token), err))
		return -1;
	for (size_t i = 0; i < TOKEN_BYTES; i++)
		snprintf(self.token + 2 * i, 3, "%02x", token[i]);
	if (uname(&machine))
		return error_system(err, errno, "cannot ask for the name of this host");
	snprintf(self.host, sizeof(self.host), "%.64s", machine.nodename);
	for (char *at = self.host; (at += strspn(at, name_bytes))[0];)
		*at = '_';
	if (!self.host[0])
		snprintf(self.host, sizeof(self.host), "_");
	proc_read("/proc/sys/kernel/random/boot_id", self.boot, sizeof(self.boot));
	len = strspn(self.boot, "0123456789abcdef-");
	/* Without a boot to be told by, nobody takes us for a process of theirs. */
	snprintf(self.boot + len, sizeof(self.boot) - len, "%s", len ? "" : "-");
	self.pid_space = space_number("/proc/self/ns/pid");
	self.time_space = space_number("/proc/self/ns/time");
	if (!process_stat("/proc/self/stat", &state, &threads, &self.start))
		snprintf(self.boot, sizeof(self.boot), "-");
	*out_owner = self;
	return 0;
}

bool lease_owner_near(const struct lease_owner *owner, const struct lease_owner *self)
{
	return strcmp(owner->boot, self->boot) == 0 && strcmp(self->boot, "-") != 0 &&
	       strcmp(owner->host, self->host) == 0 && owner->pid_space == self->pid_space &&
	       owner->time_space == self->time_space && owner->pid && owner->pid <= INT32_MAX;
}

bool lease_owner_gone(const struct lease_owner *owner, const struct lease_owner *self)
{
	char path[64], state = 'R';
	uint64_t threads = 1, start = owner->start;

	if (!lease_owner_near(owner, self))
		return false;
	if (kill((pid_t)owner->pid, 0) && errno == ESRCH)
		return true;
	snprintf(path, sizeof(path), "/proc/%llu/stat", (unsigned long long)owner->pid);
	if (!process_stat(path, &state, &threads, &start))
		return false; /* it may be hidden from us */
	return start != owner->start || ((state == 'Z' || state == 'X') && threads <= 1);
}

/* ---- The file ---- */

int lease_text_write(const struct lease_owner *owner, uint64_t beat, struct buffer *out,
		     struct error *err)
{
	return buffer_printf(out, err,
			     "akashi lease 1\nhost %s\nboot %s\nspaces %llu %llu\n"
			     "process %llu %llu\ntoken %s\npromises %u\nbeat %020llu\n",
			     owner->host, owner->boot, (unsigned long long)owner->pid_space,
			     (unsigned long long)owner->time_space, (unsigned long long)owner->pid,
			     (unsigned long long)owner->start, owner->token, owner->ttl_ms,
			     (unsigned long long)beat);
}

/* `word` at *at, then a word of `bytes` up to a space or line end, into out_text. */
static bool word_take(const char **at, const char *word, const char *bytes, char *out_text,
		      size_t size)
{
	size_t len = strlen(word);

	if (strncmp(*at, word, len) != 0)
		return false;
	*at += len;
	len = strspn(*at, bytes);
	if (!len || len >= size)
		return false;
	memcpy(out_text, *at, len);
	out_text[len] = '\0';
	*at += len;
	return true;
}

static bool number_take(const char **at, const char *word, uint64_t *out_number)
{
	char digits[21];

	if (!word_take(at, word, "0123456789", digits, sizeof(digits)))
		return false;
	*out_number = strtoull(digits, NULL, 10);
	return true;
}

int lease_text_parse(struct span text, struct lease_owner *out_owner, uint64_t *out_beat,
		     struct error *err)
{
	CLEANUP(buffer_release) struct buffer again;
	struct lease_owner owner = { 0 };
	char copy[LEASE_TEXT_MAX + 1];
	const char *at = copy;
	uint64_t promised, beat;

	buffer_init(&again, LEASE_TEXT_MAX);
	if (text.len > LEASE_TEXT_MAX)
		return error_set(err, ERROR_CORRUPT, "a lease's file is too long");
	if (text.len)
		memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	if (!word_take(&at, "akashi lease 1\nhost ", name_bytes, owner.host, sizeof(owner.host)) ||
	    !word_take(&at, "\nboot ", name_bytes, owner.boot, sizeof(owner.boot)) ||
	    !number_take(&at, "\nspaces ", &owner.pid_space) ||
	    !number_take(&at, " ", &owner.time_space) ||
	    !number_take(&at, "\nprocess ", &owner.pid) || !number_take(&at, " ", &owner.start) ||
	    !word_take(&at, "\ntoken ", name_bytes, owner.token, sizeof(owner.token)) ||
	    !number_take(&at, "\npromises ", &promised) || promised > 1000ull * TTL_SECONDS_MAX ||
	    !number_take(&at, "\nbeat ", &beat))
		return error_set(err, ERROR_CORRUPT, "a lease's file is not as it was written");
	owner.ttl_ms = (uint32_t)promised;
	/* One spelling only: the beat is written in place. */
	if (lease_text_write(&owner, beat, &again, err))
		return -1;
	if (!span_equal(buffer_view(&again), text))
		return error_set(err, ERROR_CORRUPT, "a lease's file is not as it was written");
	*out_owner = owner;
	*out_beat = beat;
	return 0;
}

/* ---- Looking ---- */

int lease_bytes_read(int fd, uint8_t *room, size_t size, size_t *out_len)
{
	size_t len = 0;

	while (len < size) {
		ssize_t got = pread(fd, room + len, size - len, (off_t)len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		if (!got)
			break;
		len += (size_t)got;
	}
	*out_len = len;
	return 0;
}

int lease_look_at(const char *path, struct lease_look *out_look, struct error *err)
{
	struct lease_look look = { .owner = { .ttl_ms = LEASE_TTL_MS } };
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	struct error ignored = { 0 };
	uint8_t text[LEASE_TEXT_MAX + 1];
	uint64_t beat, mark[4] = { 0 };
	struct span part[2];
	struct stat st;
	size_t got;
	int failed;

	if (fd < 0 && (errno == ENOENT || errno == ESTALE)) {
		*out_look = look;
		return 0;
	}
	if (fd < 0)
		return error_system(err, errno, "cannot read the lease '%s'", path);
	failed = lease_bytes_read(fd, text, sizeof(text), &got);
	if (!failed && fstat(fd, &st))
		failed = errno;
	close(fd);
	if (failed == ESTALE) {
		*out_look = look;
		return 0;
	}
	if (failed)
		return error_system(err, failed, "cannot read the lease '%s'", path);
	part[0] = (struct span){ text, got };
	look.there = true;
	look.known = lease_text_parse(part[0], &look.owner, &beat, &ignored) == 0;
	mark[0] = (uint64_t)st.st_ino;
	mark[1] = (uint64_t)st.st_mtim.tv_sec;
	mark[2] = (uint64_t)st.st_mtim.tv_nsec;
	part[1] = (struct span){ (const uint8_t *)mark, sizeof(mark) };
	look.file = sha256_parts(part, look.known ? 1 : 2);
	part[0].len -= look.known ? LEASE_BEAT_BYTES : 0;
	look.tenure = look.known ? sha256(part[0]) : look.file;
	*out_look = look;
	return 0;
}

enum lease_standing lease_judge(const struct lease_look *look, const struct lease_owner *self,
				const struct context *ctx, struct lease_sight *sight,
				unsigned level)
{
	int64_t now = context_monotonic_ms(ctx), since;
	/* What a torn file promised cannot be told: what we would. */
	uint32_t ttl_ms = look->known || !self->ttl_ms ? look->owner.ttl_ms : self->ttl_ms;

	if (look->known && lease_owner_gone(&look->owner, self))
		return LEASE_DEAD;
	if (!sight)
		return LEASE_UNKNOWN;
	if (!digest_equal(&sight->at[level].file, &look->file)) {
		sight->at[level].file = look->file;
		sight->at[level].last_ms = now;
		sight->at[level].quiet_ms = 0;
		return LEASE_UNKNOWN;
	}
	/* While we were stopped, or a server did not answer, the holder may have been as well. */
	since = now - sight->at[level].last_ms;
	if (since > ttl_ms / LOOKS_MIN)
		since = ttl_ms / LOOKS_MIN;
	sight->at[level].quiet_ms += since > 0 ? since : 0;
	sight->at[level].last_ms = now;
	return sight->at[level].quiet_ms >= ttl_ms ? LEASE_DEAD : LEASE_UNKNOWN;
}
