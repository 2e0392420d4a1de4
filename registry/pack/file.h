/* Packs as files: reading their footers, walking their records, keeping some of them open. */
#ifndef REGISTRY_PACK_FILE_H
#define REGISTRY_PACK_FILE_H

#include "registry/pack.h"

#define PACK_NAME_ROOM (DIGEST_HEX_SIZE + sizeof(".pack"))

/* "HEX.pack". */
void pack_name_text(const struct digest *name, char out[PACK_NAME_ROOM]);
bool pack_name_parse(const char *text, struct digest *out_name);

/* Exactly `len` bytes from `offset`: ERROR_CORRUPT when the file ends before. */
MUST_CHECK int pack_pread(int fd, uint64_t offset, void *out, size_t len, struct error *err);
MUST_CHECK int pack_pwrite(int fd, uint64_t offset, struct span bytes, struct error *err);

/*
 * The footer of the pack behind `fd`: sorted entries that the caller frees. ERROR_CORRUPT
 * when it is not whole; the records can then still be walked.
 */
MUST_CHECK int pack_footer_load(int fd, struct pack_entry **out_entry, size_t *out_count,
				struct digest *out_name, struct error *err);

/*
 * The same, each entry in turn and none kept, so that it takes no memory however long it is.
 * visit returns 0, or -1 with `err` set to end. The footer is hashed on the way: what was visited
 * counts only once all of it succeeded.
 */
typedef int pack_entry_visitor(void *arg, const struct pack_entry *entry, struct error *err);
MUST_CHECK int pack_footer_walk(int fd, pack_entry_visitor *visit, void *arg,
				struct digest *out_name, struct error *err);

/*
 * Walk the records between PACK_HEAD_BYTES and `end` in the order in which they lie, gaps
 * included, up to the first that is not whole; *out_end is where that begins (or `end`).
 * `read_all` compares the stored bytes of each with their CRC. visit returns 0, or -1 with
 * `err` set to end.
 */
typedef int pack_visitor(void *arg, const struct pack_record *record, uint64_t offset,
			 struct error *err);
MUST_CHECK int pack_walk(int fd, uint64_t end, bool read_all, pack_visitor *visit, void *arg,
			 uint64_t *out_end, struct error *err);

/*
 * As pack_footer_load, and where the footer is damaged what walking the records gives
 * (their stored bytes unread), with the name `name`.
 */
MUST_CHECK int pack_entries_load(int fd, const struct digest *name, struct pack_entry **out_entry,
				 size_t *out_count, struct error *err);

/* An opened pack; shared by whoever reads from it. */
struct pack_handle {
	int fd;
	struct digest name; /* zero while it is being written */
	uint32_t users;     /* atomic */
};

MUST_CHECK int pack_handle_new(int fd, const struct digest *name, struct pack_handle **out_handle,
			       struct error *err);                 /* takes `fd` */
struct pack_handle *pack_handle_share(struct pack_handle *handle); /* one more user */
void pack_handle_drop(struct pack_handle **handle);

/* The packs of a folder, a few of them kept open. Any thread. */
struct pack_files;
MUST_CHECK int pack_files_new(const char *folder, struct pack_files **out_files, struct error *err);
void pack_files_free(struct pack_files **files);

/* Open the pack, in the folder or in its quarantine. ERROR_ABSENT if it is in neither. */
MUST_CHECK int pack_files_take(struct pack_files *files, const struct digest *name,
			       struct pack_handle **out_handle, struct error *err);

/*
 * A pack of that name was written: what was open under it is not given any more. A pack that was
 * repaired becomes the same again, and may lie damaged in quarantine.
 */
void pack_files_forget(struct pack_files *files, const struct digest *name);

#endif
