/* One file of a registry on its way into a backup: there already, or copied and checked. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/backup/making.h"
#include "registry/pack/file.h"
#include "registry/store.h"

static int item_open(const struct backup_item *item, struct error *err)
{
	int fd;

	if (item->root)
		return file_open_beneath(item->root, item->from, err);
	fd = open(item->from, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? error_set(err, ERROR_CORRUPT, "'%s': %s", item->from, strerror(errno)) : fd;
}

int making_amiss(void *arg, const char *text, struct error *err)
{
	struct making *m = arg;

	return m->counting ? 0 : backup_tell(&m->report.damaged, err, "%s", text);
}

int making_elsewhere(void *arg, uint64_t size, struct error *err)
{
	struct making *m = arg;

	(void)err;
	m->report.state.references++;
	m->report.state.reference_bytes += size;
	return 0;
}

static int record_count(void *arg, const struct pack_record *record, uint64_t offset,
			struct error *err)
{
	(void)offset;
	(void)err;
	*(size_t *)arg += record->kind != PACK_GAP;
	return 0;
}

/* The head of the record is the one that the list tells of, and its stored bytes have their CRC. */
static bool record_holds(int fd, const struct pack_entry *entry, struct buffer *stored)
{
	uint8_t head[PACK_RECORD_BYTES], *room;
	struct error ignored = { 0 };
	struct pack_record record;

	stored->len = 0;
	return !buffer_extend(stored, entry->stored_len, &room, &ignored) &&
	       !pack_pread(fd, entry->offset, head, sizeof(head), &ignored) &&
	       !pack_record_parse((struct span){ head, sizeof(head) }, &record, &ignored) &&
	       digest_equal(&record.digest, &entry->digest) && record.kind == entry->kind &&
	       record.raw_len == entry->raw_len && record.stored_len == entry->stored_len &&
	       record.codec == entry->codec &&
	       !pack_pread(fd, entry->offset + sizeof(head), room, entry->stored_len, &ignored) &&
	       crc32c(0, buffer_view(stored)) == record.stored_crc;
}

/* Another copy is whole, or one that a repair put beside the packs: then fsck holds, too. */
static bool is_elsewhere(struct making *m, const struct digest *digest)
{
	CLEANUP(source_close) struct source *source = NULL;
	struct error ignored = { 0 };
	struct digest found;

	return store_read(m->registry->store, digest, &source, &ignored) == 0 &&
	       source_sha256(m->registry->ctx, source, &found, &ignored) == 0 &&
	       digest_equal(&found, digest);
}

/* `from`: the registry's own, or -1. What is damaged there as well may be whole somewhere else. */
static int records_check(struct making *m, int fd, int from, const struct pack_entry *entry,
			 size_t count, struct error *err)
{
	CLEANUP(buffer_release) struct buffer stored;

	buffer_init(&stored, PACK_PAYLOAD_MAX);
	for (size_t i = 0; i < count; i++)
		if (!record_holds(fd, &entry[i], &stored) &&
		    (from < 0 || record_holds(from, &entry[i], &stored) ||
		     !is_elsewhere(m, &entry[i].digest)))
			return context_check_cancelled(m->registry->ctx, err)
				       ? -1
				       : error_set(err, ERROR_CORRUPT,
						   "the record at %llu is damaged",
						   (unsigned long long)entry[i].offset);
	return 0;
}

/* Its list gives its name, and every record has its checksums; or as records_check. */
static int pack_check(struct making *m, int fd, int from, uint64_t size, const struct digest *name,
		      struct error *err)
{
	struct pack_entry *entry;
	size_t count, walked = 0;
	struct digest found;
	uint64_t footer, end;
	int failed;

	if (pack_footer_load(fd, &entry, &count, &found, err))
		return -1;
	footer = size - PACK_TAIL_BYTES - (uint64_t)count * PACK_ENTRY_BYTES;
	if (!digest_equal(&found, name))
		failed = error_set(err, ERROR_CORRUPT, "it has another name than its list gives");
	else
		failed = pack_walk(fd, footer, true, record_count, &walked, &end, err);
	if (!failed && (end != footer || walked != count))
		failed = records_check(m, fd, from, entry, count, err);
	free(entry);
	return failed ? -1 : 0;
}

static int envelope_holds(int fd, uint64_t size, const struct digest *identity, struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(buffer_release) struct buffer text;
	uint8_t *room;

	buffer_init(&text, ENVELOPE_MAX_BYTES);
	if (size > ENVELOPE_MAX_BYTES)
		return error_set(err, ERROR_CORRUPT, "it is too long for a statement");
	if (buffer_extend(&text, (size_t)size, &room, err) ||
	    pack_pread(fd, 0, room, (size_t)size, err) ||
	    envelope_parse(buffer_view(&text), ENVELOPE_MAX_BYTES, &envelope, err))
		return -1;
	return digest_equal(&envelope.identity, identity)
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "it holds another statement");
}

/* Is what is open as `fd` what it is called? A copy of `from`, which is the registry's, or -1. */
static int item_check(struct making *m, const struct backup_item *item, int fd, int from,
		      uint64_t size, const struct digest *digest, struct error *err)
{
	switch (item->what) {
	case BACKUP_OBJECT:
		return digest_equal(digest, &item->name)
			       ? 0
			       : error_set(err, ERROR_CORRUPT, "its bytes have changed");
	case BACKUP_PACK:
		return pack_check(m, fd, from, size, &item->name, err);
	case BACKUP_STATEMENT:
		return envelope_holds(fd, size, &item->name, err);
	default:
		return 0;
	}
}

/* Only what the last finished state lists is believed without being read: the machine may have lost
 * its power before the rest was on the disk. */
static int kept_digest(struct making *m, const struct backup_item *item, int from, int there,
		       uint64_t size, struct digest *out_digest, bool *out_kept, struct error *err)
{
	struct digest again;
	bool listed = false;

	*out_kept = false;
	if (item->what == BACKUP_TILE || item->what == BACKUP_ANSWER) {
		if (carry_hash(&m->carry, from, out_digest, err))
			return -1;
		if (item->what == BACKUP_TILE && !m->compare_tiles) {
			*out_kept = true; /* all of them are held against the root */
			return 0;
		}
		if (carry_hash(&m->carry, there, &again, err))
			return -1;
		*out_kept = digest_equal(&again, out_digest);
		return 0;
	}
	if (backup_list_seek(&m->old, item->path, &listed, err))
		return -1;
	if (listed) {
		*out_digest = m->old.line.digest;
		*out_kept = true;
		return 0;
	}
	if (carry_hash(&m->carry, there, out_digest, err) ||
	    item_check(m, item, there, -1, size, out_digest, err))
		return err->code == ERROR_CORRUPT ? 0 : -1;
	*out_kept = true;
	return 0;
}

/* Is it there already, as good as copied anew? */
static int item_keep(struct making *m, const struct backup_item *item, int from, uint64_t size,
		     struct digest *out_digest, bool *out_kept, struct error *err)
{
	struct error cause = { 0 };
	struct stat st;
	int there = -1, failed;

	*out_kept = false;
	if (item->what == BACKUP_FILE || !m->to)
		return 0;
	there = file_open_beneath(m->to, item->path, &cause);
	if (there < 0)
		return cause.code == ERROR_ABSENT ? 0
						  : error_set(err, cause.code, "%s", cause.text);
	if (fstat(there, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size != size) {
		close(there);
		return 0;
	}
	*out_kept = m->counting;
	failed = m->counting
			 ? 0
			 : kept_digest(m, item, from, there, size, out_digest, out_kept, &cause);
	close(there);
	/* That the registry's own file cannot be read will be told when it is copied. */
	return failed && cause.code != ERROR_CORRUPT ? error_set(err, cause.code, "%s", cause.text)
						     : 0;
}

static int item_copy(struct making *m, const struct backup_item *item, int from, unsigned mode,
		     struct digest *out_digest, bool *out_copied, struct error *err)
{
	char path[BACKUP_PATH_MAX + 64];
	struct error cause = { 0 };
	uint64_t size = 0;

	*out_copied = false;
	if (carry_take(&m->carry, from, mode, out_digest, &size, &cause) ||
	    item_check(m, item, m->carry.fd, from, size, out_digest, &cause))
		return cause.code == ERROR_CORRUPT
			       ? backup_tell(&m->report.damaged, err, "%s is damaged: %s",
					     item->from, cause.text)
			       : error_set(err, cause.code, "%s", cause.text);
	if (item->what == BACKUP_FILE)
		snprintf(path, sizeof(path), BACKUP_STATES "/%llu.new/" BACKUP_FILES "/%s",
			 (unsigned long long)m->number, item->path);
	else
		snprintf(path, sizeof(path), "%s", item->path);
	if (carry_name(&m->carry, path, err))
		return -1;
	m->report.copied += item->what != BACKUP_FILE;
	m->report.copied_bytes += item->what != BACKUP_FILE ? size : 0;
	*out_copied = true;
	return 0;
}

int making_list(struct making *m, const struct backup_item *item, uint64_t size,
		const struct digest *digest, struct error *err)
{
	char path[BACKUP_PATH_MAX + 64];

	m->report.state.files++;
	m->report.state.bytes += size;
	if (m->counting)
		return 0;
	if (item->what == BACKUP_FILE)
		snprintf(path, sizeof(path), BACKUP_STATES "/%llu/" BACKUP_FILES "/%s",
			 (unsigned long long)m->number, item->path);
	else
		snprintf(path, sizeof(path), "%s", item->path);
	return backup_list_add(&m->list, digest, path, err);
}

static int item_bring(struct making *m, const struct backup_item *item, int from,
		      const struct stat *st, struct error *err)
{
	unsigned mode = (st->st_mode & 0777) | 0400;
	uint64_t size = (uint64_t)st->st_size;
	struct digest digest = { { 0 } };
	bool have;

	if (item->what == BACKUP_FILE && backup_place_is_secret(item->path))
		mode = 0600;
	if (item_keep(m, item, from, size, &digest, &have, err))
		return -1;
	if (!have && m->counting) {
		m->need += size;
		m->report.copied += item->what != BACKUP_FILE;
		m->report.copied_bytes += item->what != BACKUP_FILE ? size : 0;
		have = true;
	}
	if (!have && item_copy(m, item, from, mode, &digest, &have, err))
		return -1;
	return have ? making_list(m, item, size, &digest, err) : 0;
}

int making_visit(void *arg, const struct backup_item *item, struct error *err)
{
	struct making *m = arg;
	struct error cause = { 0 };
	int from = item_open(item, &cause), failed;
	struct stat st;

	if (from < 0 && cause.code == ERROR_ABSENT) {
		/* A tile of an older size may have been tidied away; the root tells. */
		m->gone |= item->what != BACKUP_TILE;
		return 0;
	}
	if (from < 0)
		return making_amiss(m, cause.text, err);
	if (fstat(from, &st) || !S_ISREG(st.st_mode))
		failed = making_amiss(m, item->from, err);
	else
		failed = item_bring(m, item, from, &st, err);
	close(from);
	return failed;
}
