/*
 * The file `packs/index` (docs/formats.md, section 12): where every record of many packs
 * lies, sorted by digest and cut into buckets by the digests' first bits. Derived: whatever
 * is wrong with it, it is thrown away and made again. Read by pread, never mapped, so that it
 * costs no memory however long it is.
 */
#ifndef REGISTRY_PACK_INDEX_FILE_H
#define REGISTRY_PACK_INDEX_FILE_H

#include "registry/pack.h"

#define PACK_INDEX_HEAD_BYTES 64
#define PACK_INDEX_FAN_BYTES 16         /* of one bucket */
#define PACK_INDEX_PACKS_MAX (1u << 20) /* packs in one index */
#define PACK_INDEX_BITS_MAX 20
#define PACK_INDEX_BUCKET_MAX (1u << 18) /* entries in one bucket */

/* The opened file. Read it freely. */
struct index_file {
	int fd;
	unsigned bits;  /* there are 2^bits buckets */
	uint64_t count; /* entries */
	uint32_t packs;
	struct digest *pack; /* their names, sorted */
	bool *gone, *aside;  /* by the same number: not there any more, or in quarantine (kept by
				the user) */
};

/* Takes `fd`. ERROR_CORRUPT when it is no whole index. */
MUST_CHECK int index_file_open(int fd, struct index_file **out_file, struct error *err);
void index_file_close(struct index_file **file);

/* The bucket that `digest` would lie in. */
uint32_t index_file_bucket_of(const struct index_file *file, const struct digest *digest);

/* The entries of one bucket, checked and sorted; the caller frees *out_entry. */
MUST_CHECK int index_file_bucket(const struct index_file *file, uint32_t bucket,
				 struct pack_entry **out_entry, size_t *out_count,
				 struct error *err);

/*
 * Those of one digest alone, in order; the caller frees *out_entry. The others of its bucket are
 * only read and held against their checksum.
 */
MUST_CHECK int index_file_find(const struct index_file *file, const struct digest *digest,
			       struct pack_entry **out_entry, size_t *out_count, struct error *err);

/* An index being written into an empty file, its entries handed over in order. */
struct index_writer;

/* `most`: at most so many entries will come. `pack`: sorted names, borrowed until finish. */
MUST_CHECK int index_writer_new(int fd, const struct digest *pack, uint32_t packs, uint64_t most,
				struct index_writer **out_writer, struct error *err);
MUST_CHECK int index_writer_add(struct index_writer *writer, const struct pack_entry *entry,
				struct error *err);
MUST_CHECK int index_writer_finish(struct index_writer *writer, struct error *err);
void index_writer_free(struct index_writer **writer);

#endif
