/* A backup read again, and a registry made of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/backup/inner.h"
#include "registry/lease.h"

#define HOME_NAME ".akashi"
#define PASSING_SUFFIX ".restoring"
#define LEASE_NAME "restoring"
#define MARK_NAME "restoring.state" /* of which list the files under the passing name are */
#define ROOM_SPARE ((uint64_t)16 << 20)

void restored_release(struct restored *restored)
{
	free(restored->folder);
	free(restored->pin);
	backup_texts_release(&restored->damaged);
	examine_report_release(&restored->found);
	*restored = (struct restored){ .folder = NULL };
}

/* Whether it differs is told; -1 is for what kept us from looking. */
static int line_check(struct carry *carry, const char *folder, const struct backup_line *line,
		      struct backup_texts *damaged, struct error *err)
{
	struct error cause = { 0 };
	struct digest digest;
	int fd = file_open_beneath(folder, line->path, &cause), failed = -1;

	if (fd >= 0) {
		failed = carry_hash(carry, fd, &digest, &cause);
		close(fd);
	}
	if (!failed && digest_equal(&digest, &line->digest))
		return 0;
	if (failed && cause.code != ERROR_ABSENT && cause.code != ERROR_CORRUPT)
		return error_set(err, cause.code, "%s", cause.text);
	return backup_tell(damaged, err, "%s: %s", line->path,
			   failed ? cause.text : "its bytes have changed");
}

int backup_check(const struct context *ctx, const char *folder, struct backup_report *out_report,
		 struct error *err)
{
	CLEANUP(backup_report_release) struct backup_report report = { .copied = 0 };
	CLEANUP(backup_list_release) struct backup_list list = { .file = NULL };
	CLEANUP(carry_release) struct carry carry = { .fd = -1 };
	char place[BACKUP_PATH_MAX];

	if (backup_state_open(folder, &report.state, err) ||
	    backup_list_open(folder, report.state.number, &list, err) ||
	    carry_begin(ctx, folder, &carry, err))
		return -1;
	carry.doing = "checking";
	carry.total = report.state.bytes;
	for (; list.any;) {
		if (backup_place(list.line.path, report.state.number, place, err) ||
		    line_check(&carry, folder, &list.line, &report.damaged, err) ||
		    backup_list_next(&list, err))
			return -1;
	}
	*out_report = report;
	report = (struct backup_report){ .copied = 0 }; /* handed over */
	return 0;
}

/* ---- Where to ---- */

struct restoring {
	const struct context *ctx;
	const struct restore_request *request;
	struct restored out;
	char *named, *passing; /* the registry's folder, and what it is called until it is whole */
	struct carry carry;
};

static void restoring_release(struct restoring *r)
{
	restored_release(&r->out);
	carry_release(&r->carry);
	free(r->named);
	free(r->passing);
}

static bool is_empty(const char *path)
{
	/* As in registry_init: rmdir asks, and changes nothing where it fails. */
	return rmdir(path) == 0 ? mkdir(path, 0755) == 0 : errno == ENOENT;
}

static int target_need(struct restoring *r, struct error *err)
{
	CLEANUP(text_free) char *real = NULL, *from = realpath(r->request->from, NULL);
	size_t len;

	if (!from)
		return error_system(err, errno, "cannot find '%s'", r->request->from);
	if (folder_make(r->request->folder, err))
		return -1;
	real = realpath(r->request->folder, NULL);
	if (!real)
		return error_system(err, errno, "cannot find '%s'", r->request->folder);
	len = strlen(from);
	if (strncmp(real, from, len) == 0 && (real[len] == '/' || !real[len]))
		return error_set(err, ERROR_USAGE, "'%s' lies in the backup itself",
				 r->request->folder);
	if (r->request->bare) {
		if (!is_empty(real))
			return error_set(err, ERROR_USAGE,
					 "'%s' is not empty: a bare registry wants a folder of its "
					 "own",
					 real);
		r->named = strdup(real);
	} else if (path_join(real, HOME_NAME, &r->named, err)) {
		return -1;
	} else if (file_exists(r->named)) {
		return error_set(err, ERROR_USAGE, "there is a registry in '%s' already", real);
	}
	if (!r->named || asprintf(&r->passing, "%s" PASSING_SUFFIX, r->named) < 0) {
		r->passing = NULL;
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	}
	return folder_make(r->passing, err);
}

/* Is what an interrupted run left of the state that is restored now? */
static int mark_holds(const struct restoring *r, const char *hex, bool *out_holds,
		      struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;
	struct error cause = { 0 };

	buffer_init(&text, 4096);
	if (path_join(r->passing, MARK_NAME, &path, err))
		return -1;
	*out_holds =
		file_read(path, &text, &cause) == 0 && span_equal(buffer_view(&text), span_of(hex));
	return 0;
}

/*
 * Of another backup, or of this one on another day, nothing may come to lie in the registry: a
 * private key, a statement that was withheld since. So everything of it goes but our lease.
 */
static int others_remove(struct restoring *r, struct error *err)
{
	CLEANUP(backup_names_release) struct backup_names names = { .count = 0 };

	if (backup_names_list(r->passing, "", &names, err))
		return -1;
	for (size_t i = 0; i < names.count; i++) {
		CLEANUP(text_free) char *path = NULL;

		if (strcmp(names.name[i], LEASE_NAME) == 0)
			continue;
		if (path_join(r->passing, names.name[i], &path, err) || folder_remove(path, err))
			return -1;
	}
	return carry_settle(&r->carry, err);
}

static int mark_need(struct restoring *r, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];
	bool holds;

	digest_to_hex(&r->out.state.list, hex);
	if (mark_holds(r, hex, &holds, err))
		return -1;
	return holds || (others_remove(r, err) == 0 &&
			 carry_text(&r->carry, MARK_NAME, span_of(hex), 0600, err) == 0)
		       ? 0
		       : -1;
}

/* Bytes of the file, or 0 where there is none. */
static uint64_t size_of(const char *folder, const char *path)
{
	struct error ignored = { 0 };
	int fd = file_open_beneath(folder, path, &ignored);
	struct stat st = { .st_size = 0 };

	if (fd < 0)
		return 0;
	if (fstat(fd, &st))
		st.st_size = 0;
	close(fd);
	return (uint64_t)st.st_size;
}

/* What an interrupted run left has its room already. */
static int room_need(const struct restoring *r, struct error *err)
{
	CLEANUP(backup_list_release) struct backup_list list = { .file = NULL };
	uint64_t room, need = ROOM_SPARE;
	char place[BACKUP_PATH_MAX];

	if (file_room(r->passing, &room, err) ||
	    backup_list_open(r->request->from, r->out.state.number, &list, err))
		return -1;
	while (list.any) {
		uint64_t size = size_of(r->request->from, list.line.path);

		if (backup_place(list.line.path, r->out.state.number, place, err))
			return -1;
		if (size_of(r->passing, place) != size)
			need += size;
		if (backup_list_next(&list, err))
			return -1;
	}
	return need <= room ? 0
			    : error_set(err, ERROR_SYSTEM,
					"no room in '%s' for %llu MB: %llu MB are free",
					r->request->folder, (unsigned long long)(need / 1000000),
					(unsigned long long)(room / 1000000));
}

/* ---- One file ---- */

/* Is it there from an interrupted run, and whole? */
static int line_kept(struct restoring *r, const struct backup_line *line, const char *place,
		     bool *out_kept, struct error *err)
{
	struct error cause = { 0 };
	struct digest digest;
	int fd = file_open_beneath(r->passing, place, &cause), failed;

	*out_kept = false;
	if (fd < 0)
		return cause.code == ERROR_ABSENT || cause.code == ERROR_CORRUPT
			       ? 0
			       : error_set(err, cause.code, "%s", cause.text);
	failed = carry_hash(&r->carry, fd, &digest, &cause);
	close(fd);
	if (failed && cause.code != ERROR_CORRUPT)
		return error_set(err, cause.code, "%s", cause.text);
	*out_kept = !failed && digest_equal(&digest, &line->digest);
	return 0;
}

static unsigned mode_of(int fd, const char *place)
{
	struct stat st;

	if (backup_place_is_secret(place))
		return 0600;
	return fstat(fd, &st) ? 0444 : (st.st_mode & 0777) | 0400;
}

static int line_restore(struct restoring *r, const struct backup_line *line, struct error *err)
{
	char place[BACKUP_PATH_MAX];
	struct error cause = { 0 };
	struct digest digest;
	uint64_t size;
	int from, failed;
	bool kept;

	if (backup_place(line->path, r->out.state.number, place, err) ||
	    line_kept(r, line, place, &kept, err))
		return -1;
	r->out.has_keys |= backup_place_is_key(place);
	if (kept)
		return 0;
	from = file_open_beneath(r->request->from, line->path, &cause);
	if (from < 0)
		return cause.code == ERROR_ABSENT || cause.code == ERROR_CORRUPT
			       ? backup_tell(&r->out.damaged, err, "%s", cause.text)
			       : error_set(err, cause.code, "%s", cause.text);
	failed = carry_take(&r->carry, from, mode_of(from, place), &digest, &size, &cause);
	close(from);
	if (failed && cause.code != ERROR_CORRUPT)
		return error_set(err, cause.code, "%s", cause.text);
	if (failed || !digest_equal(&digest, &line->digest))
		return backup_tell(&r->out.damaged, err, "%s: %s", line->path,
				   failed ? cause.text : "its bytes have changed");
	return carry_name(&r->carry, place, err);
}

static int lines_restore(struct restoring *r, struct error *err)
{
	CLEANUP(backup_list_release) struct backup_list list = { .file = NULL };
	static const char *const folder[] = { "objects/", "packs/", "statements/", "keys/",
					      "log/" };

	for (size_t i = 0; i < sizeof(folder) / sizeof(folder[0]); i++)
		if (carry_folders(&r->carry, folder[i], err))
			return -1;
	if (backup_list_open(r->request->from, r->out.state.number, &list, err))
		return -1;
	while (list.any)
		if (line_restore(r, &list.line, err) || backup_list_next(&list, err))
			return -1;
	return carry_settle(&r->carry, err);
}

/* ---- The whole ---- */

/* As akashi fsck --read-all, under the passing name: what it finds is told, with the rest whole. */
static int examine(struct restoring *r, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct examine_request request = { .read_all = true };
	struct error no_pin = { 0 };

	if (registry_open(r->ctx, r->passing, &registry, err) ||
	    registry_examine(registry, &request, &r->out.found, err))
		return -1;
	if (registry_pin(registry, &r->out.pin, &no_pin))
		r->out.pin = NULL;
	return 0;
}

static int passing_name(struct restoring *r, struct lease **lease, struct error *err)
{
	CLEANUP(text_free) char *parent = strdup(r->named), *mark = NULL;
	char *slash = parent ? strrchr(parent, '/') : NULL;

	if (!slash)
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	*slash = '\0';
	if (path_join(r->passing, MARK_NAME, &mark, err))
		return -1;
	if (unlink(mark) && errno != ENOENT)
		return error_system(err, errno, "cannot remove '%s'", mark);
	lease_release(lease);
	if (chmod(r->passing, 0755))
		return error_system(err, errno, "cannot open '%s' for reading", r->passing);
	if (rename(r->passing, r->named))
		return error_system(err, errno, "cannot name the registry '%s'", r->named);
	return folder_sync(parent[0] ? parent : "/", err);
}

static int restore(struct restoring *r, struct error *err)
{
	CLEANUP(lease_release) struct lease *lease = NULL;

	if (target_need(r, err) || lease_take(r->passing, LEASE_NAME, r->ctx, &lease, err) ||
	    carry_begin(r->ctx, r->passing, &r->carry, err) || mark_need(r, err) ||
	    room_need(r, err))
		return -1;
	r->carry.doing = "restoring";
	r->carry.total = r->out.state.bytes;
	if (lines_restore(r, err))
		return -1;
	if (examine(r, err))
		return error_prefix(err, "what was restored lies in '%s' and is no registry",
				    r->passing);
	if (passing_name(r, &lease, err))
		return -1;
	r->out.folder = r->named;
	r->named = NULL; /* handed over */
	return 0;
}

int registry_restore(const struct context *ctx, const struct restore_request *request,
		     struct restored *out_restored, struct error *err)
{
	CLEANUP(restoring_release)
	struct restoring r = { .ctx = ctx, .request = request, .carry = { .fd = -1 } };

	if (backup_state_open(request->from, &r.out.state, err) ||
	    (!request->dry_run && restore(&r, err)))
		return -1;
	*out_restored = r.out;
	r.out = (struct restored){ .folder = NULL }; /* handed over */
	return 0;
}
