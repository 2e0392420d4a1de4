/* The index over packs in quarantine: found after all others, and in the file like them. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "registry/pack/index_inner.h"
#include "registry/pack/quarantine.h"
#include "tests/registry/packs_world.h"

enum { PACKS = 45, ASIDE = 40, BYTES = 64 };

struct scene {
	struct world w;
	uint8_t bytes[PACKS][BYTES];
	struct digest digest[PACKS], pack[PACKS]; /* of the data, and where it lies */
};

static struct pack_hit hit_of(struct scene *s, size_t i, size_t wanted)
{
	struct pack_hit hit = { .quarantined = false };
	struct error err = { 0 };
	size_t count;

	assert_done(
		pack_index_find(s->w.store->index, &s->digest[i], PACK_DATA, &hit, 1, &count, &err),
		&err);
	assert_int_equal(count, wanted);
	return hit;
}

static void put(struct scene *s, size_t i)
{
	even_add(&s->w, (struct span){ s->bytes[i], BYTES });
	world_flush(&s->w);
}

/* One file in each pack, which the index file knows but for the last. */
static void scene_open(struct scene *s)
{
	struct error err = { 0 };

	world_open(&s->w);
	for (size_t i = 0; i < PACKS; i++) {
		memset(s->bytes[i], (int)i, BYTES);
		s->digest[i] = sha256((struct span){ s->bytes[i], BYTES });
		put(s, i);
	}
	world_reopen(&s->w);
	assert_done(pack_index_refresh(s->w.store->index, &err), &err);
	for (size_t i = 0; i < PACKS; i++)
		s->pack[i] = hit_of(s, i, 1).pack;
}

static void aside_put(struct scene *s)
{
	struct error err = { 0 };

	for (size_t i = 0; i < ASIDE; i++)
		assert_done(quarantine_put(s->w.packs, &s->pack[i], &err), &err);
	assert_done(pack_index_refresh(s->w.store->index, &err), &err);
}

static void all_are_found(struct scene *s)
{
	for (size_t i = 0; i < PACKS; i++) {
		struct pack_hit hit = hit_of(s, i, 1);

		assert_true(digest_equal(&hit.pack, &s->pack[i]));
		assert_int_equal(hit.quarantined, i < ASIDE);
	}
}

static void what_is_in_quarantine_takes_no_memory_and_is_found(void **state)
{
	struct scene s;
	struct error err = { 0 };
	char path[4096];
	size_t unknown;

	(void)state;
	scene_open(&s);
	unknown = s.w.store->index->unknown_count;
	assert_true(unknown < PACKS / 2); /* the file knows the others */
	aside_put(&s);
	assert_int_equal(s.w.store->index->unknown_count, unknown);
	all_are_found(&s);
	/* Nor where the index is made anew while they lie there. */
	snprintf(path, sizeof(path), "%s/index", s.w.packs);
	assert_int_equal(unlink(path), 0);
	world_reopen(&s.w);
	assert_done(pack_index_refresh(s.w.store->index, &err), &err);
	assert_int_equal(s.w.store->index->unknown_count, 0);
	all_are_found(&s);
	world_close(&s.w);
}

static void what_stays_is_found_before_what_goes(void **state)
{
	struct scene s;
	struct error err = { 0 };
	struct pack_hit hit;

	(void)state;
	scene_open(&s);
	aside_put(&s);
	put(&s, 0); /* nobody counts on the copy in quarantine: it is written again */
	world_reopen(&s.w);
	assert_done(pack_index_refresh(s.w.store->index, &err), &err);
	hit = hit_of(&s, 0, 1);
	assert_false(hit.quarantined);
	for (size_t i = 0; i < ASIDE; i++)
		if (!digest_equal(&hit.pack, &s.pack[i])) /* one of its name is here again */
			assert_done(quarantine_delete(s.w.packs, &s.pack[i], &err), &err);
	assert_done(pack_index_refresh(s.w.store->index, &err), &err);
	hit_of(&s, 0, 1);
	for (size_t i = 1; i < ASIDE; i++)
		hit_of(&s, i, 0);
	for (size_t i = ASIDE; i < PACKS; i++)
		hit_of(&s, i, 1);
	world_close(&s.w);
}

/* Or the next pack of its name would be known without what is in it. */
static void no_file_is_made_with_a_pack_that_went_meanwhile(void **state)
{
	struct scene s;
	struct error err = { 0 };
	struct digest name[2];
	int fd;

	(void)state;
	scene_open(&s);
	name[0] = s.pack[0];
	name[1] = sha256((struct span){ (const uint8_t *)"gone", 4 });
	qsort(name, 2, sizeof(name[0]), digest_order);
	fd = memfd_create("index", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_fails(index_build(s.w.packs, s.w.store->files, NULL, name, 2, fd, &err), &err,
		     ERROR_ABSENT);
	close(fd);
	world_close(&s.w);
}

static void a_pack_of_very_many_records_is_full(void **state)
{
	struct world w;
	struct pack_writer *writer;
	struct error err = { 0 };

	(void)state;
	world_open(&w);
	w.store->pack_size = 1 << 28;
	assert_done(packs_writer_take(w.store, &writer, &err), &err);
	for (uint32_t i = 0; i <= PACK_RECORDS_FULL; i++) {
		const struct span bytes = { (const uint8_t *)&i, sizeof(i) };
		const struct pack_record record = { .kind = PACK_DATA,
						    .raw_len = sizeof(i),
						    .digest = sha256(bytes) };
		bool mine;

		assert_done(pack_writer_claim(writer, &record.digest, PACK_DATA, &mine, &err),
			    &err);
		assert_true(mine);
		assert_done(pack_writer_add(writer, &record, bytes, &err), &err);
	}
	assert_done(pack_writer_flush(writer, &err), &err);
	packs_writer_return(w.store, writer);
	assert_int_equal(files_count(&w, "", ".pack"), 2);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_in_quarantine_takes_no_memory_and_is_found),
		cmocka_unit_test(what_stays_is_found_before_what_goes),
		cmocka_unit_test(no_file_is_made_with_a_pack_that_went_meanwhile),
		cmocka_unit_test(a_pack_of_very_many_records_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
