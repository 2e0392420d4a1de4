/* What a repair put beside damaged records: read in their place, and back in packs after a
 * collection. */
#include "registry/pack/collect.h"
#include "registry/pack/mended.h"
#include "registry/store_check.h"
#include "tests/registry/packs_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { FILE_BYTES = 20 * PIECE_MAX, DAMAGED = 7 };

/* One file in packs, of which a piece is about to be damaged. */
struct bench {
	struct world w;
	uint8_t *bytes;
	struct digest whole, piece;
	struct span good;
	bool needed;
};

/* `garbage`: something that nothing needs lies in the pack of its piece. */
static void bench_open_with(struct bench *b, const char *garbage)
{
	uint64_t chance = 5;

	*b = (struct bench){ .bytes = random_bytes(FILE_BYTES, &chance), .needed = true };
	world_open(&b->w);
	if (garbage)
		even_add(&b->w, span_of(garbage));
	b->whole = even_add(&b->w, (struct span){ b->bytes, FILE_BYTES });
	world_flush(&b->w);
	b->good = (struct span){ b->bytes + DAMAGED * PIECE_MAX, PIECE_MAX };
	b->piece = sha256(b->good);
	world_reopen(&b->w);
}

static void bench_open(struct bench *b)
{
	bench_open_with(b, NULL);
}

static void bench_close(struct bench *b)
{
	world_close(&b->w);
	free(b->bytes);
}

/* Where the record of that kind lies: its pack's path, and its offset. */
static long record_place(struct bench *b, const struct digest *digest, enum pack_kind kind,
			 char path[4096])
{
	struct error err = { 0 };
	char name[PACK_NAME_ROOM];
	struct pack_hit hit;
	size_t count;

	assert_done(pack_index_refresh(b->w.store->index, &err), &err);
	assert_done(pack_index_find(b->w.store->index, digest, kind, &hit, 1, &count, &err), &err);
	assert_int_equal(count, 1);
	pack_name_text(&hit.pack, name);
	snprintf(path, 4096, "%s/%s", b->w.packs, name);
	return (long)hit.entry.offset;
}

static void damage(struct bench *b, const struct digest *digest, enum pack_kind kind)
{
	char path[4096];
	long at = record_place(b, digest, kind, path);

	house_flip(path, at + PACK_RECORD_BYTES + 3);
	world_reopen(&b->w);
}

/* Files have their times from a clock that ticks some hundred times a second. */
static void moment_pass(void)
{
	const struct timespec moment = { .tv_nsec = 20000000 };

	nanosleep(&moment, NULL);
}

/* Put `good` in the place of what is damaged, as another process would. */
static void mend(struct bench *b, const struct digest *digest, struct span good)
{
	CLEANUP(source_close) struct source *source = NULL;
	struct context ctx = test_context();
	struct error err = { 0 };

	assert_done(source_open_memory("good", good, &source, &err), &err);
	assert_done(store_mend(&b->w.store->head, &ctx, digest, source, &err), &err);
	moment_pass();
	world_reopen(&b->w);
}

static int mark(void *user, struct live_set **out_objects, struct error *err)
{
	const struct bench *b = user;

	return live_set_new(1, 0, out_objects, err) ||
			       (b->needed && live_set_add(*out_objects, &b->whole, err))
		       ? -1
		       : 0;
}

static struct store_collected collect(struct bench *b, int64_t grace_s)
{
	struct context ctx = test_context();
	struct store_collect_request request = {
		.mark = mark, .user = b, .now = time(NULL) + 10, .grace_s = grace_s
	};
	struct store_collected collected;
	struct error err = { 0 };

	assert_done(store_collect(&b->w.store->head, &ctx, &request, &collected, &err), &err);
	world_reopen(&b->w);
	return collected;
}

struct told {
	size_t objects, parts, findings, copies;
};

static int tell_object(void *user, const struct digest *digest, uint64_t size, bool part,
		       struct error *err)
{
	struct told *told = user;

	(void)digest;
	(void)size;
	(void)err;
	told->objects++;
	told->parts += part;
	return 0;
}

static int tell_finding(void *user, enum store_fault fault, const struct digest *digest,
			const char *text, struct error *err)
{
	struct told *told = user;

	(void)digest;
	(void)text;
	(void)err;
	told->findings++;
	told->copies += fault == STORE_FAULT_COPY;
	return 0;
}

static struct told check(struct bench *b)
{
	struct context ctx = test_context();
	struct told told = { 0 };
	struct store_check_request request = {
		.read_all = true, .user = &told, .object = tell_object, .finding = tell_finding
	};
	struct error err = { 0 };

	assert_done(store_check_all(&b->w.store->head, &ctx, &request, &err), &err);
	return told;
}

static void assert_whole(struct bench *b)
{
	uint64_t chance = 9;

	file_check(&b->w, &b->whole, (struct span){ b->bytes, FILE_BYTES }, &chance);
}

static bool is_loose(struct bench *b, const struct digest *digest)
{
	struct error err = { 0 };
	bool there;

	assert_done(store_has(b->w.store->loose, digest, &there, &err), &err);
	return there;
}

/* Nothing of the repair is left, and nothing is damaged. */
static void assert_tidy(struct bench *b)
{
	struct told told = check(b);

	assert_false(file_exists(b->w.store->mended));
	assert_false(is_loose(b, &b->piece));
	assert_int_equal(told.findings, 0);
	assert_int_equal(told.parts, 0);
	assert_int_equal(told.objects, b->needed);
	if (b->needed)
		assert_whole(b);
}

static void a_mended_piece_is_back_in_a_pack_after_a_collection(void **state)
{
	CLEANUP(bench_close) struct bench b;
	struct store_collected collected;
	struct told told;

	(void)state;
	bench_open(&b);
	damage(&b, &b.piece, PACK_DATA);
	assert_int_equal(check(&b).findings, 2); /* the piece, and the object that is made of it */
	mend(&b, &b.piece, b.good);
	assert_whole(&b);
	told = check(&b);
	assert_int_equal(told.findings, 0);
	assert_int_equal(told.objects, 2);
	assert_int_equal(told.parts, 1); /* it lies there for the object, and is no garbage */

	/* Within the grace of its pack nothing changes. */
	collected = collect(&b, 1000);
	assert_int_equal(collected.rewritten + collected.removed, 0);
	assert_true(mended_has(b.w.store, &b.piece) && is_loose(&b, &b.piece));

	collected = collect(&b, 0);
	assert_int_equal(collected.rewritten, 1);
	assert_int_equal(collected.deleted, 1);
	assert_int_equal(collected.damaged, 0);
	assert_tidy(&b);
}

static void a_range_of_a_damaged_raw_piece_comes_from_the_repair(void **state)
{
	CLEANUP(bench_close) struct bench b;
	CLEANUP(source_close) struct source *source = NULL;
	struct error err = { 0 };
	uint8_t got[16];

	(void)state;
	bench_open(&b);
	damage(&b, &b.piece, PACK_DATA);
	mend(&b, &b.piece, b.good);
	assert_done(store_read(&b.w.store->head, &b.whole, &source, &err), &err);
	assert_done(source_read_at(source, DAMAGED * PIECE_MAX, got, sizeof(got), &err), &err);
	assert_memory_equal(got, b.good.data, sizeof(got));
}

static void a_piece_that_is_in_no_pack_is_put_into_one(void **state)
{
	CLEANUP(bench_close) struct bench b;
	struct error err = { 0 };
	char path[4096], other[4096];
	struct digest first;

	(void)state;
	bench_open(&b);
	first = sha256((struct span){ b.bytes, PIECE_MAX });
	record_place(&b, &first, PACK_DATA, path);
	record_place(&b, &b.whole, PACK_RECIPE, other);
	assert_string_not_equal(path, other);
	assert_int_equal(unlink(path), 0);
	world_reopen(&b.w);
	for (size_t i = 0; i < FILE_BYTES / PIECE_MAX; i++) {
		struct span piece = { b.bytes + i * PIECE_MAX, PIECE_MAX };
		struct digest digest = sha256(piece);
		struct pack_hit hit;
		size_t count;

		assert_done(pack_index_refresh(b.w.store->index, &err), &err);
		assert_done(pack_index_find(b.w.store->index, &digest, PACK_DATA, &hit, 1, &count,
					    &err),
			    &err);
		if (!count)
			mend(&b, &digest, piece);
	}
	assert_true(mended_has(b.w.store, &first));
	assert_whole(&b);
	collect(&b, 0);
	assert_tidy(&b);
}

static void an_object_whose_recipe_was_damaged_stays_loose_and_whole(void **state)
{
	CLEANUP(bench_close) struct bench b;
	struct told told;

	(void)state;
	bench_open(&b);
	damage(&b, &b.whole, PACK_RECIPE);
	mend(&b, &b.whole, (struct span){ b.bytes, FILE_BYTES });
	assert_whole(&b);
	collect(&b, 0);
	assert_false(file_exists(b.w.store->mended));
	assert_whole(&b);
	told = check(&b);
	assert_int_equal(told.findings + told.parts, 0);
	assert_true(is_loose(&b, &b.whole));
}

static void notes_do_not_keep_what_nothing_needs(void **state)
{
	CLEANUP(bench_close) struct bench b;
	struct error err = { 0 };
	struct digest garbage;

	(void)state;
	bench_open(&b);
	damage(&b, &b.piece, PACK_DATA);
	mend(&b, &b.piece, b.good);
	assert_done(store_put(b.w.store->loose, span_of("nobody needs this"), &garbage, &err),
		    &err);
	moment_pass();
	collect(&b, 0);
	assert_false(is_loose(&b, &garbage));
	damage(&b, &b.piece, PACK_DATA);
	mend(&b, &b.piece, b.good);
	b.needed = false;
	collect(&b, 0);
	assert_tidy(&b);
}

static void a_note_whose_bytes_never_came_is_forgotten(void **state)
{
	CLEANUP(bench_close) struct bench b;
	struct error err = { 0 };

	(void)state;
	bench_open(&b);
	assert_done(mended_note(b.w.store, &b.piece, &err), &err);
	world_reopen(&b.w);
	assert_whole(&b);
	collect(&b, 0);
	assert_tidy(&b);
}

/* The pack that has the piece; its path. */
static void piece_pack(struct bench *b, char path[4096])
{
	record_place(b, &b->piece, PACK_DATA, path);
}

/*
 * Let another store have written the same piece, and `more` that nothing needs, into a pack of its
 * own, which then lies here too: as after the packs of a stopped writer were taken over. Its path.
 */
static void twin_add(struct bench *b, const char *more, char path[4096])
{
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(text_free) char *text = NULL;
	struct error err = { 0 };
	struct pack_hit hit;
	struct world other;
	char from[4096], name[PACK_NAME_ROOM];
	size_t count;

	world_open(&other);
	buffer_init(&bytes, 2 * PIECE_MAX);
	assert_done(buffer_add(&bytes, b->good, &err) || buffer_add(&bytes, span_of(more), &err),
		    &err);
	even_add(&other, buffer_view(&bytes));
	world_flush(&other);
	assert_done(pack_index_refresh(other.store->index, &err), &err);
	assert_done(
		pack_index_find(other.store->index, &b->piece, PACK_DATA, &hit, 1, &count, &err),
		&err);
	assert_int_equal(count, 1);
	pack_name_text(&hit.pack, name);
	snprintf(from, sizeof(from), "%s/%s", other.packs, name);
	snprintf(path, 4096, "%s/%s", b->w.packs, name);
	assert_int_equal(rename(from, path), 0);
	world_close(&other);
	world_reopen(&b->w);
}

static void a_damaged_copy_is_told_though_another_is_whole_and_leaves_with_its_pack(void **state)
{
	CLEANUP(bench_close) struct bench b;
	CLEANUP(buffer_release) struct buffer good;
	struct error err = { 0 };
	char twin[4096], own[4096];
	struct told told;

	(void)state;
	bench_open(&b);
	piece_pack(&b, own);
	damage(&b, &b.piece, PACK_DATA);
	twin_add(&b, "garbage", twin);
	assert_string_not_equal(own, twin);
	assert_whole(&b);
	told = check(&b);
	assert_int_equal(told.copies, 1);
	assert_int_equal(told.findings, 1);

	/* Its other copy is read as a part, and no object has that name. */
	buffer_init(&good, PIECE_MAX);
	assert_done(store_part(&b.w.store->head, &b.piece, &good, &err), &err);
	assert_true(span_equal(buffer_view(&good), b.good));
	good.len = 0;
	assert_int_equal(store_part(&b.w.store->head, &b.whole, &good, &err), -1);
	assert_int_equal(err.code, ERROR_ABSENT);

	mend(&b, &b.piece, b.good);
	assert_int_equal(check(&b).findings, 0);
	collect(&b, 0);
	assert_false(file_exists(own)); /* though the same records lie in the same order */
	collect(&b, 0);
	assert_tidy(&b);
}

static void a_collection_keeps_the_only_whole_copy_beside_a_damaged_one(void **state)
{
	CLEANUP(bench_close) struct bench b;
	char own[4096], twin[4096];

	(void)state;
	bench_open(&b);
	piece_pack(&b, own);
	twin_add(&b, "garbage, so that this pack goes", twin);
	house_flip(own, record_place(&b, &b.piece, PACK_DATA, own) + PACK_RECORD_BYTES + 3);
	world_reopen(&b.w);
	/* Nobody has said yet that a copy is damaged. */
	collect(&b, 0);
	assert_false(file_exists(twin));
	assert_whole(&b);
	assert_int_equal(check(&b).findings, 0);
	collect(&b, 0);
	assert_tidy(&b);
}

static void two_packs_that_go_together_leave_the_copy_that_is_whole(void **state)
{
	CLEANUP(bench_close) struct bench b;
	char own[4096], twin[4096];

	(void)state;
	bench_open_with(&b, "garbage, so that this pack goes");
	piece_pack(&b, own);
	house_flip(own, record_place(&b, &b.piece, PACK_DATA, own) + PACK_RECORD_BYTES + 3);
	twin_add(&b, "garbage, so that this pack goes as well", twin);
	collect(&b, 0);
	assert_false(file_exists(own));
	assert_false(file_exists(twin));
	assert_whole(&b);
	collect(&b, 0);
	assert_tidy(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mended_piece_is_back_in_a_pack_after_a_collection),
		cmocka_unit_test(a_range_of_a_damaged_raw_piece_comes_from_the_repair),
		cmocka_unit_test(a_piece_that_is_in_no_pack_is_put_into_one),
		cmocka_unit_test(an_object_whose_recipe_was_damaged_stays_loose_and_whole),
		cmocka_unit_test(notes_do_not_keep_what_nothing_needs),
		cmocka_unit_test(a_note_whose_bytes_never_came_is_forgotten),
		cmocka_unit_test(
			a_damaged_copy_is_told_though_another_is_whole_and_leaves_with_its_pack),
		cmocka_unit_test(a_collection_keeps_the_only_whole_copy_beside_a_damaged_one),
		cmocka_unit_test(two_packs_that_go_together_leave_the_copy_that_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
