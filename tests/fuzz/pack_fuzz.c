/* Packs, their footers, the index over them and recipes, as a damaged disk or a stranger may have
 * left them. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "registry/pack_file.h"
#include "registry/pack_index_file.h"
#include "registry/packs_whole.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int visit(void *arg, const struct pack_record *record, uint64_t offset, struct error *err)
{
	uint64_t *bytes = arg;

	(void)offset;
	(void)err;
	*bytes += record->stored_len;
	return 0;
}

/* Heads and entries whose checksums are right, so that what lies behind those is reached. */
static void mended(struct span bytes)
{
	uint8_t head[PACK_RECORD_BYTES];
	struct pack_tail tail = { 0 };
	struct pack_entry *entry, one;
	struct pack_record record;
	struct error err = { 0 };
	uint32_t crc;

	(void)!pack_entry_parse(bytes, &one, &err);
	if (bytes.len >= sizeof(head)) {
		memcpy(head, bytes.data, sizeof(head));
		crc = crc32c(0, (struct span){ head, 84 });
		for (int i = 0; i < 4; i++)
			head[84 + i] = (uint8_t)(crc >> (8 * i));
		(void)!pack_record_parse((struct span){ head, sizeof(head) }, &record, &err);
	}
	if (bytes.len < PACK_TAIL_BYTES)
		return;
	tail.count = (bytes.len - PACK_TAIL_BYTES) / PACK_ENTRY_BYTES;
	tail.footer = 1 << 20;
	bytes.len = (size_t)tail.count * PACK_ENTRY_BYTES + PACK_TAIL_BYTES;
	tail.name = sha256((struct span){ bytes.data, bytes.len - DIGEST_SIZE });
	if (pack_footer_parse(bytes, &tail, &entry, &err) == 0)
		free(entry);
}

static void as_file(struct span bytes)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	CLEANUP(index_file_close) struct index_file *index = NULL;
	struct pack_entry *entry;
	struct error err = { 0 };
	struct digest name = { { 0 } };
	uint64_t end, total = 0;
	size_t count;

	if (fd < 0 || pack_pwrite(fd, 0, bytes, &err))
		abort();
	(void)!pack_walk(fd, bytes.len, true, visit, &total, &end, &err);
	if (pack_entries_load(fd, &name, &entry, &count, &err) == 0)
		free(entry);
	err = (struct error){ 0 };
	if (index_file_open(fd, &index, &err)) /* takes fd */
		return;
	for (uint32_t bucket = 0; bucket < 1u << index->bits && bucket < 1000; bucket++)
		if (index_file_bucket(index, bucket, &entry, &count, &err) == 0)
			free(entry);
}

/* The list of whole packs as it is, and with a sum that is right. */
static void as_whole(struct span bytes)
{
	CLEANUP(packs_whole_release) struct packs_whole whole = { .count = 0 };
	CLEANUP(buffer_release) struct buffer summed;
	struct error err = { 0 };
	struct digest sum;

	if (packs_whole_parse(bytes, &whole, &err) == 0)
		packs_whole_release(&whole);
	buffer_init(&summed, bytes.len + 64);
	err = (struct error){ 0 };
	if (buffer_add_text(&summed, "akashi/whole/1\n", &err) || buffer_add(&summed, bytes, &err))
		abort();
	sum = sha256(buffer_view(&summed));
	if (buffer_add(&summed, digest_view(&sum), &err))
		abort();
	if (packs_whole_parse(buffer_view(&summed), &whole, &err) == 0)
		for (size_t i = 0; i < whole.count; i++)
			if (!packs_whole_has(&whole, &whole.name[i]))
				abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(recipe_release) struct recipe recipe = { 0 };
	struct span bytes = { data, size };
	struct pack_record record;
	struct pack_tail tail;
	struct error err = { 0 };

	(void)!recipe_parse(bytes, &recipe, &err);
	(void)!pack_record_parse(bytes, &record, &err);
	(void)!pack_head_check(bytes, &err);
	(void)!pack_tail_parse(bytes, size, &tail, &err);
	mended(bytes);
	as_file(bytes);
	as_whole(bytes);
	return 0;
}
