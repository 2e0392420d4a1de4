/*
 * A backup brought up to its registry. The order, and why what the log in it names is in it:
 *
 *   1. The lease `collecting`: from here on no pack and no loose object is collected.
 *   2. The checkpoints, then log.db (registry/backup/log_copy.h). Whatever they name was durable
 * before.
 *   3. The names of the statements, then objects and packs, then the statements: objects are
 *      durable before a statement names them.
 *   4. Who withholds or prunes says so in the log before anything goes. If that was said since
 *      (2), or a file was gone when its turn came, or the log's keys changed, all of it is looked
 *      at again from (2) on; what was copied stays copied.
 *   5. Everything durable, and then the state gets its name. The one before goes.
 */
#include "registry/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/backup/making.h"
#include "registry/index.h"
#include "registry/lease.h"
#include "registry/log.h"
#include "registry/plain_file.h"
#include "registry/log/tiles_derive.h"

#define LOOKS_MAX 20 /* until nobody prunes meanwhile */
#define ROOM_SPARE ((uint64_t)16 << 20)

static void making_release(struct making *m)
{
	backup_report_release(&m->report);
	backup_list_release(&m->old);
	backup_list_release(&m->list);
	log_copied_release(&m->log);
	carry_release(&m->carry);
	free(m->to);
}

/* ---- One look ---- */

static int walk(struct making *m, struct error *err)
{
	struct backup_walk walk = { .registry = m->registry,
				    .with_keys = m->request->with_keys,
				    .references = m->request->references,
				    .log = m->log,
				    .visit = making_visit,
				    .elsewhere = making_elsewhere,
				    .amiss = making_amiss,
				    .arg = m };

	return backup_walk(&walk, err);
}

/* How much there is, and what of it is not there yet. */
static int count(struct making *m, struct error *err)
{
	struct log *log;
	int failed;

	m->counting = true;
	failed = registry_log(m->registry, &log, err) || log_copy(log, NULL, &m->log, err) ||
		 walk(m, err);
	m->counting = false;
	return failed;
}

static int room_need(struct making *m, struct error *err)
{
	uint64_t room;

	if (file_room(m->to, &room, err))
		return -1;
	if (room < m->need || room - m->need < ROOM_SPARE)
		return error_set(err, ERROR_SYSTEM,
				 "no room in '%s' for %llu MB more: %llu MB are free", m->to,
				 (unsigned long long)((m->need + ROOM_SPARE) / 1000000),
				 (unsigned long long)(room / 1000000));
	return 0;
}

/* The folder of the state that is being made, empty, and its list. */
static int state_begin(struct making *m, struct error *err)
{
	CLEANUP(text_free) char *work = NULL, *path = NULL;
	char below[128];

	snprintf(below, sizeof(below), BACKUP_STATES "/%llu.new", (unsigned long long)m->number);
	if (path_join(m->to, below, &work, err) || folder_remove(work, err))
		return -1;
	m->carry.made[0] = '\0';
	snprintf(below, sizeof(below), BACKUP_STATES "/%llu.new/" BACKUP_FILES "/log.db",
		 (unsigned long long)m->number);
	backup_list_release(&m->list);
	return carry_folders(&m->carry, below, err) ||
			       path_join(work, BACKUP_LIST_FILE, &path, err) ||
			       backup_list_create(path, &m->list, err)
		       ? -1
		       : 0;
}

static int work_path(const struct making *m, const char *name, char **out_path, struct error *err)
{
	int len = asprintf(out_path, "%s/" BACKUP_STATES "/%llu.new/%s", m->to,
			   (unsigned long long)m->number, name);

	return len < 0 ? error_set(err, ERROR_SYSTEM, "out of memory for a path") : 0;
}

static int text_put(struct making *m, const char *name, struct span text, struct error *err)
{
	struct backup_item item = { .what = BACKUP_FILE, .path = name };
	struct digest digest = sha256(text);
	char path[128];

	snprintf(path, sizeof(path), BACKUP_STATES "/%llu.new/" BACKUP_FILES "/%s",
		 (unsigned long long)m->number, name);
	return carry_text(&m->carry, path, text, 0644, err) ||
			       making_list(m, &item, text.len, &digest, err)
		       ? -1
		       : 0;
}

/* log.db and the checkpoints, which were taken first. */
static int log_put(struct making *m, struct error *err)
{
	struct backup_item item = { .what = BACKUP_FILE, .path = "log.db" };
	CLEANUP(text_free) char *path = NULL;
	struct digest digest;
	struct stat st;
	int fd, failed;

	if (work_path(m, BACKUP_FILES "/log.db", &path, err))
		return -1;
	fd = plain_file_open(AT_FDCWD, path, err);
	if (fd < 0)
		return -1;
	failed = fstat(fd, &st) ? error_system(err, errno, "cannot look at '%s'", path)
				: carry_hash(&m->carry, fd, &digest, err);
	close(fd);
	return failed || making_list(m, &item, (uint64_t)st.st_size, &digest, err) ||
			       text_put(m, "log/checkpoint", buffer_view(&m->log.shown.note),
					err) ||
			       text_put(m, "log.restored", buffer_view(&m->log.last.note), err)
		       ? -1
		       : 0;
}

static int tile_finding(void *arg, const char *text, struct error *err)
{
	struct error *first = arg;

	(void)err;
	if (!first->code)
		error_set(first, ERROR_CORRUPT, "%s", text);
	return 0;
}

/* The log in the backup, whole: every tile again from its entries, up to the signed root. */
static int tiles_hold(struct making *m, struct error *out_first, struct error *err)
{
	CLEANUP(blobs_close) struct blobs *blobs = NULL;
	CLEANUP(text_free) char *folder = NULL;
	struct derive_visit visitor = { .arg = out_first, .finding = tile_finding };
	struct derived derived;

	if (path_join(m->to, "log", &folder, err) || blobs_open_folder(folder, &blobs, err) ||
	    tiles_derive(m->registry->ctx, blobs, m->log.last.size, &visitor, &derived, err))
		return -1;
	if (!out_first->code && !digest_equal(&derived.root, &m->log.last.root))
		error_set(out_first, ERROR_CORRUPT,
			  "its tiles do not give the root that was signed");
	return 0;
}

static int vkey_read(const struct making *m, struct buffer *out, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;

	return registry_path(m->registry, "keys/log.vkey", &path, err) || file_read(path, out, err)
		       ? -1
		       : 0;
}

static int takes_away(void *arg, const struct index_row *row, struct error *err)
{
	(void)err;
	/* A body that is gone may be of either. */
	*(bool *)arg |= !row->kind[0] || strcmp(row->kind, "retention") == 0 ||
			strcmp(row->kind, "tombstone") == 0;
	return 0;
}

/* Was it said since the log was copied that something goes? */
static int taken_since(struct making *m, bool *out_taken, struct error *err)
{
	struct index *index;

	*out_taken = false;
	return registry_index(m->registry, &index, err) || index_catch_up(index, err) ||
			       index_statements(index, m->log.last.size, UINT32_MAX, takes_away,
						out_taken, err)
		       ? -1
		       : 0;
}

static int counts_begin(struct making *m, struct error *err)
{
	bool any;
	struct backup_state old;

	backup_list_release(&m->old);
	backup_texts_release(&m->report.damaged);
	m->report.state.files = m->report.state.bytes = 0;
	m->report.state.references = m->report.state.reference_bytes = 0;
	m->gone = false;
	if (backup_newest(m->to, &old, &any, err))
		return -1;
	m->number = any ? old.number + 1 : 1;
	return any ? backup_list_open(m->to, old.number, &m->old, err) : 0;
}

/* *out_again: something went meanwhile, and it has to be looked at again. */
static int look(struct making *m, bool *out_again, struct error *err)
{
	CLEANUP(buffer_release) struct buffer before, after;
	CLEANUP(text_free) char *sequence = NULL;
	struct error first = { 0 };
	struct log *log;
	bool taken;

	buffer_init(&before, 64 << 10);
	buffer_init(&after, 64 << 10);
	log_copied_release(&m->log);
	m->log = (struct log_copied){ .shown = { .size = 0 } };
	if (counts_begin(m, err) || state_begin(m, err) ||
	    work_path(m, BACKUP_FILES "/log.db", &sequence, err) || vkey_read(m, &before, err) ||
	    registry_log(m->registry, &log, err) || log_copy(log, sequence, &m->log, err) ||
	    walk(m, err) || log_put(m, err) || tiles_hold(m, &first, err) ||
	    vkey_read(m, &after, err) || taken_since(m, &taken, err))
		return -1;
	if (first.code && m->compare_tiles)
		return error_set(err, ERROR_CORRUPT,
				 "the log is damaged, and a backup without it is none: %s (akashi "
				 "log fsck)",
				 first.text);
	m->compare_tiles = first.code != ERROR_NONE;
	*out_again = first.code || taken || m->gone ||
		     !span_equal(buffer_view(&before), buffer_view(&after));
	return 0;
}

/* ---- The state ---- */

static int state_name(struct making *m, struct error *err)
{
	CLEANUP(text_free) char *work = NULL, *named = NULL, *states = NULL;

	if (work_path(m, "", &work, err) ||
	    backup_state_path(m->to, m->number, NULL, &named, err) ||
	    path_join(m->to, BACKUP_STATES, &states, err))
		return -1;
	work[strlen(work) - 1] = '\0'; /* the slash */
	if (rename(work, named))
		return error_system(err, errno, "cannot name '%s'", named);
	return folder_sync(states, err);
}

static int state_finish(struct making *m, struct error *err)
{
	struct backup_state *state = &m->report.state;
	CLEANUP(buffer_release) struct buffer text;
	char path[128];

	buffer_init(&text, BACKUP_TEXT_MAX);
	snprintf(state->origin, sizeof(state->origin), "%s", m->registry->origin);
	state->number = m->number;
	state->made = context_now(m->registry->ctx);
	state->entries = m->log.last.size;
	state->root = m->log.last.root;
	state->keys = m->request->with_keys;
	snprintf(path, sizeof(path), BACKUP_STATES "/%llu.new/" BACKUP_STATE_FILE,
		 (unsigned long long)m->number);
	return backup_list_finish(&m->list, &state->list, err) ||
			       backup_state_write(state, &text, err) ||
			       carry_text(&m->carry, path, buffer_view(&text), 0644, err) ||
			       carry_settle(&m->carry, err) || state_name(m, err) ||
			       backup_states_clear(m->to, m->number, err)
		       ? -1
		       : 0;
}

static int make(struct making *m, struct error *err)
{
	CLEANUP(lease_release) struct lease *there = NULL, *here = NULL;
	bool again = true;

	if (lease_take(m->registry->folder, REGISTRY_COLLECTING, m->registry->ctx, &here, err) ||
	    lease_take(m->to, BACKUP_LEASE, m->registry->ctx, &there, err) ||
	    carry_begin(m->registry->ctx, m->to, &m->carry, err))
		return -1;
	m->carry.total = m->need;
	for (int looks = 0; again; looks++) {
		if (looks == LOOKS_MAX)
			return error_set(err, ERROR_SYSTEM,
					 "files keep going while they are copied: try again when "
					 "nobody prunes or withholds; what was copied stays");
		if (look(m, &again, err))
			return -1;
	}
	if (state_finish(m, err))
		return -1;
	return backup_tidy(m->to, m->number, m->request->drop && !m->report.damaged.total,
			   &m->report, err);
}

int registry_backup(struct registry *registry, const struct backup_request *request,
		    struct backup_report *out_report, struct error *err)
{
	CLEANUP(making_release)
	struct making m = { .registry = registry, .request = request, .carry = { .fd = -1 } };

	if (making_folder(&m, err) || count(&m, err))
		return -1;
	if (!request->dry_run) {
		m.report.copied = m.report.copied_bytes = 0;
		if (room_need(&m, err) || make(&m, err))
			return -1;
	} else {
		snprintf(m.report.state.origin, sizeof(m.report.state.origin), "%s",
			 registry->origin);
		m.report.state.entries = m.log.last.size;
		m.report.state.root = m.log.last.root;
		m.report.state.keys = request->with_keys;
	}
	*out_report = m.report;
	m.report = (struct backup_report){ .copied = 0 }; /* handed over */
	return 0;
}
