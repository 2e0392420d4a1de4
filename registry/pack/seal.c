/* A pack gets its footer and its name, without what another pack has meanwhile. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/codec.h"
#include "registry/lease.h"
#include "registry/pack/writer.h"

enum { COPIES_LOOKED_AT = 4 };

/* ---- What is dropped ---- */

/* A gap over the stored bytes of a record; the blocks are given back where the disk can. */
static int gap_write(struct open_pack *pack, const struct pack_entry *entry, struct error *err)
{
	struct pack_record gap = { .kind = PACK_GAP,
				   .raw_len = entry->stored_len,
				   .stored_len = entry->stored_len };
	uint8_t head[PACK_RECORD_BYTES];

	pack_record_write(&gap, head);
	if (pack_pwrite(pack->handle->fd, entry->offset, (struct span){ head, sizeof(head) }, err))
		return -1;
	if (entry->stored_len)
		(void)!fallocate(pack->handle->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				 (off_t)(entry->offset + PACK_RECORD_BYTES), entry->stored_len);
	return 0;
}

int pack_drop(struct open_pack *pack, const bool *drop, struct error *err)
{
	size_t kept = 0;
	uint64_t end = PACK_HEAD_BYTES;

	for (size_t i = 0; i < pack->count; i++)
		if (drop[i] && gap_write(pack, &pack->record[i].entry, err))
			return -1;
	for (size_t i = 0; i < pack->count; i++) {
		const struct pack_entry *entry = &pack->record[i].entry;
		uint64_t after = entry->offset + PACK_RECORD_BYTES + entry->stored_len;

		if (drop[i])
			continue;
		if (after > end)
			end = after;
		pack->record[kept++] = pack->record[i];
	}
	pack->count = kept;
	pack->end = end;
	open_pack_rehash(pack);
	return 0;
}

/* What records of the pack are differences to, sorted. */
static int bases_list(const struct open_pack *pack, struct digest_list *out, struct error *err)
{
	for (size_t i = 0; i < pack->count; i++) {
		const struct codec *codec = codec_of(pack->record[i].entry.codec);

		if (codec && codec->needs_base && digest_list_add(out, &pack->record[i].base, err))
			return -1;
	}
	if (out->count)
		qsort(out->item, out->count, sizeof(*out->item), digest_order);
	return 0;
}

static bool is_base(const struct digest_list *bases, const struct digest *digest)
{
	return bases->count && bsearch(digest, bases->item, bases->count, sizeof(*bases->item),
				       digest_order) != NULL;
}

/*
 * Does another pack have the record? One that is itself a difference does not count
 * where others build on this one: they would have to be read through two.
 */
static int is_elsewhere(struct pack_index *index, const struct digest_list *bases,
			const struct pack_entry *entry, bool *out_there, struct error *err)
{
	struct pack_hit hit[COPIES_LOOKED_AT];
	size_t count;

	*out_there = false;
	if (pack_index_find(index, &entry->digest, entry->kind, hit, COPIES_LOOKED_AT, &count, err))
		return -1;
	for (size_t i = 0; i < count && !*out_there; i++) {
		const struct codec *codec = codec_of(hit[i].entry.codec);

		*out_there = !hit[i].quarantined && codec &&
			     !(codec->needs_base && is_base(bases, &entry->digest));
	}
	return 0;
}

/* Drop what other packs have; *out_dropped says whether there was any. */
static int doubles_drop(struct pack_index *index, struct open_pack *pack, bool *out_dropped,
			struct error *err)
{
	bool *drop = calloc(pack->count + 1, sizeof(*drop));
	struct digest_list bases = { 0 };
	int failed;

	if (!drop)
		return error_set(err, ERROR_SYSTEM, "out of memory for a pack");
	*out_dropped = false;
	failed = bases_list(pack, &bases, err);
	for (size_t i = 0; i < pack->count && !failed; i++) {
		failed = is_elsewhere(index, &bases, &pack->record[i].entry, &drop[i], err);
		*out_dropped |= drop[i];
	}
	if (!failed && *out_dropped)
		failed = pack_drop(pack, drop, err);
	digest_list_release(&bases);
	free(drop);
	return failed;
}

/* ---- The footer and the name ---- */

static struct pack_entry *entries_sorted(const struct open_pack *pack)
{
	struct pack_entry *entry = calloc(pack->count + 1, sizeof(*entry));

	for (size_t i = 0; entry && i < pack->count; i++)
		entry[i] = pack->record[i].entry;
	if (entry)
		qsort(entry, pack->count, sizeof(*entry), pack_entry_order);
	return entry;
}

/* Write the footer, and make all of the pack durable. */
static int footer_put(struct open_pack *pack, struct pack_entry **out_entry,
		      struct digest *out_name, struct error *err)
{
	struct pack_entry *entry = entries_sorted(pack);
	CLEANUP(buffer_release) struct buffer footer;
	int fd = pack->handle->fd;

	buffer_init(&footer, (size_t)PACK_RECORDS_MAX * PACK_ENTRY_BYTES + PACK_TAIL_BYTES);
	if (!entry)
		return error_set(err, ERROR_SYSTEM, "out of memory for a pack");
	if (pack_footer_write(entry, pack->count, pack->end, &footer, out_name, err) ||
	    pack_pwrite(fd, pack->end, buffer_view(&footer), err)) {
		free(entry);
		return -1;
	}
	if (ftruncate(fd, (off_t)(pack->end + footer.len)) || fdatasync(fd)) {
		int failed = errno;

		free(entry);
		return error_system(err, failed, "cannot make the pack '%s' durable", pack->path);
	}
	*out_entry = entry;
	return 0;
}

static int name_give(const char *folder, struct open_pack *pack, const struct digest *name,
		     struct error *err)
{
	char path[PATH_MAX], text[PACK_NAME_ROOM];

	pack_name_text(name, text);
	if (snprintf(path, sizeof(path), "%s/%s", folder, text) >= (int)sizeof(path))
		return error_set(err, ERROR_USAGE, "the path of the packs is too long");
	if (rename(pack->path, path))
		return error_system(err, errno, "cannot name the pack '%s'", path);
	(void)!fchmod(pack->handle->fd, 0444); /* not before: whoever takes it over must write */
	return folder_sync(folder, err);
}

static int pack_forget(struct open_pack *pack, struct error *err)
{
	if (unlink(pack->path) && errno != ENOENT)
		return error_system(err, errno, "cannot remove '%s'", pack->path);
	return 0;
}

/* The lease is held: nobody else names a pack now. */
static int seal_leased(const char *folder, struct pack_index *index, struct open_pack *pack,
		       struct lease *lease, struct pack_entry **entry, struct digest *name,
		       struct error *err)
{
	bool dropped;

	if (pack_index_refresh(index, err) || doubles_drop(index, pack, &dropped, err))
		return -1;
	if (!pack->count)
		return pack_forget(pack, err);
	if (dropped) {
		free(*entry);
		*entry = NULL;
		if (footer_put(pack, entry, name, err))
			return -1;
	}
	return lease_beat(lease, err) || name_give(folder, pack, name, err) ? -1 : 0;
}

int pack_seal(const char *folder, struct pack_index *index, struct open_pack *pack,
	      const struct context *ctx, struct error *err)
{
	CLEANUP(lease_release) struct lease *lease = NULL;
	struct pack_entry *entry = NULL;
	struct digest name;
	bool dropped;
	int failed;

	/* Once before the lease, so that little is left to be done while it is held. */
	if (pack_index_refresh(index, err) || doubles_drop(index, pack, &dropped, err))
		return -1;
	if (!pack->count)
		return pack_forget(pack, err);
	if (footer_put(pack, &entry, &name, err))
		return -1;
	failed = lease_take(folder, "seal", ctx, &lease, err) ||
		 seal_leased(folder, index, pack, lease, &entry, &name, err);
	lease_release(&lease);
	if (failed || !pack->count) {
		free(entry);
		return failed ? -1 : 0;
	}
	return pack_index_add(index, &name, entry, pack->count, err);
}
