/* Packs, their footers, the index over them and recipes, as a damaged disk or a stranger may have
 * left them. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "registry/gc_state.h"
#include "registry/pack/file.h"
#include "registry/pack/index_file.h"
#include "registry/packs/swept.h"
#include "registry/packs/whole.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int visit(void *arg, const struct pack_record *record, uint64_t offset, struct error *err)
{
	uint64_t *bytes = arg;

	(void)offset;
	(void)err;
	*bytes += record->stored_len;
	return 0;
}

static int entry_count(void *arg, const struct pack_entry *entry, struct error *err)
{
	size_t *count = arg;

	(void)entry;
	(void)err;
	++*count;
	return 0;
}

/* A footer gives the same entries by either way, or none. */
static void footer_both(int fd)
{
	struct error err = { 0 }, walking = { 0 };
	struct digest name, walked;
	struct pack_entry *entry;
	size_t count, visited = 0;
	int failed = pack_footer_load(fd, &entry, &count, &name, &err);

	if (!failed)
		free(entry);
	if ((pack_footer_walk(fd, entry_count, &visited, &walked, &walking) != 0) !=
		    (failed != 0) ||
	    (!failed && (count != visited || !digest_equal(&name, &walked))))
		abort();
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

/* What is in a bucket that holds is found. */
static void entry_find(const struct index_file *index, const struct pack_entry *wanted)
{
	struct pack_entry *entry;
	struct error err = { 0 };
	bool found = false;
	size_t count;

	if (index_file_find(index, &wanted->digest, &entry, &count, &err))
		abort();
	for (size_t i = 0; i < count; i++)
		found |= entry[i].offset == wanted->offset && entry[i].pack == wanted->pack;
	free(entry);
	if (!found)
		abort();
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
	footer_both(fd);
	(void)!pack_walk(fd, bytes.len, true, visit, &total, &end, &err);
	if (pack_entries_load(fd, &name, &entry, &count, &err) == 0)
		free(entry);
	err = (struct error){ 0 };
	if (index_file_open(fd, &index, &err)) /* takes fd */
		return;
	for (uint32_t bucket = 0; bucket < 1u << index->bits && bucket < 1000; bucket++)
		if (index_file_bucket(index, bucket, &entry, &count, &err) == 0) {
			if (count)
				entry_find(index, &entry[count / 2]);
			free(entry);
		}
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

/* The note of a collection: as it is, and behind a head and with a sum that are right. */
static void as_swept(struct span bytes)
{
	CLEANUP(packs_swept_release) struct packs_swept swept;
	CLEANUP(buffer_release) struct buffer text, again;
	struct error err = { 0 };
	struct digest sum;
	size_t front;

	packs_swept_init(&swept);
	buffer_init(&text, bytes.len + 1024);
	buffer_init(&again, bytes.len + 1024);
	if (packs_swept_parse(bytes, &swept, &err) == 0)
		packs_swept_release(&swept);
	err = (struct error){ 0 };
	if (packs_swept_text(&swept, &text, &err))
		abort();
	front = strlen("akashi/swept/1\n") + DIGEST_SIZE;
	text.len = front;
	if (buffer_add(&text, bytes, &err))
		abort();
	sum = sha256(buffer_view(&text));
	if (buffer_add(&text, digest_view(&sum), &err))
		abort();
	if (packs_swept_parse(buffer_view(&text), &swept, &err))
		return;
	for (size_t i = 0; i < swept.count; i++)
		if (packs_swept_find(&swept, &swept.pack[i].name) != &swept.pack[i])
			abort();
	(void)gc_state_holds(buffer_view(&swept.state), NULL, 0);
	if (packs_swept_text(&swept, &again, &err) || again.len != text.len ||
	    memcmp(again.data, text.data, text.len) != 0)
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
	as_swept(bytes);
	return 0;
}
