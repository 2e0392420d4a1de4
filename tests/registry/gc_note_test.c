/* A collection that has nothing to do knows it from a note, and never because of one throws away or
 * keeps for good. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "registry/packs/swept.h"
#include "tests/registry/packs_world.h"

enum {
	FILES = 16,
	FILE_BYTES = 20000,
	DAY_S = 86400,
	GRACE_S = 14 * DAY_S,
	HISTORIES = 12,
	STEPS = 14,
};

/* A store, what was put there, and what is needed of that; time goes as the test says. */
struct scene {
	struct world w;
	struct digest digest[FILES];
	uint8_t *bytes[FILES];
	bool put[FILES], needed[FILES];
	int64_t now;
	bool again, all, dry_run; /* of the next collections */
	bool gone;                /* a statement is */
	uint64_t pack_size;       /* 0: the world's */
	unsigned marks;
};

static int64_t later(void *user)
{
	(void)user;
	return (int64_t)time(NULL) + 60;
}

/* Half of each file is the first half of the next. */
static void scene_open(struct scene *s)
{
	uint64_t chance = 11;

	*s = (struct scene){ .now = (int64_t)time(NULL) - 200 * DAY_S };
	world_open(&s->w);
	for (size_t i = 0; i < FILES; i++) {
		s->bytes[i] = random_bytes(FILE_BYTES, &chance);
		if (i)
			memcpy(s->bytes[i], s->bytes[i - 1] + 2 * PIECE_MAX, 2 * PIECE_MAX);
		s->digest[i] = sha256((struct span){ s->bytes[i], FILE_BYTES });
	}
}

static void scene_close(struct scene *s)
{
	for (size_t i = 0; i < FILES; i++)
		free(s->bytes[i]);
	world_close(&s->w);
}

static void file_age(const char *path, int64_t when)
{
	const struct timespec times[2] = { { .tv_sec = when }, { .tv_sec = when } };

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* The packs, sorted; the caller frees them. */
static struct digest *packs_of(struct scene *s, size_t *out_count)
{
	struct error err = { 0 };
	struct digest *pack;

	assert_done(pack_index_packs(s->w.store->index, &pack, out_count, &err), &err);
	return pack;
}

static char *pack_path(struct scene *s, const struct digest *pack)
{
	char name[PACK_NAME_ROOM], *path;
	struct error err = { 0 };

	pack_name_text(pack, name);
	assert_done(path_join(s->w.packs, name, &path, &err), &err);
	return path;
}

/* What was written a moment ago was written now, as the test has it. */
static void packs_settle(struct scene *s)
{
	size_t count;
	struct digest *pack = packs_of(s, &count);

	for (size_t i = 0; i < count; i++) {
		CLEANUP(text_free) char *path = pack_path(s, &pack[i]);
		struct stat st;

		assert_int_equal(stat(path, &st), 0);
		if (st.st_mtime > (int64_t)time(NULL) - DAY_S)
			file_age(path, s->now);
	}
	free(pack);
}

static void add(struct scene *s, size_t i, bool needed)
{
	struct digest digest = even_add(&s->w, (struct span){ s->bytes[i], FILE_BYTES });

	assert_true(digest_equal(&digest, &s->digest[i]));
	world_flush(&s->w);
	s->put[i] = true;
	s->needed[i] = needed;
	world_reopen(&s->w);
	packs_settle(s);
}

static int mark(void *user, struct live_set **out_objects, struct error *err)
{
	struct scene *s = user;

	s->marks++;
	if (live_set_new(s->marks, 0, out_objects, err))
		return -1;
	for (size_t i = 0; i < FILES; i++)
		if (s->needed[i] && live_set_add(*out_objects, &s->digest[i], err))
			return -1;
	return 0;
}

static int state(void *user, struct buffer *out, struct error *err)
{
	const struct scene *s = user;

	return buffer_add(out, (struct span){ (const uint8_t *)s->needed, FILES }, err);
}

static int still(void *user, struct span then, bool *out_still, struct error *err)
{
	const struct scene *s = user;

	(void)err;
	*out_still = then.len == FILES && !s->gone;
	for (size_t i = 0; *out_still && i < FILES; i++)
		*out_still = s->needed[i] || !then.data[i];
	return 0;
}

static int collect_try(struct scene *s, int64_t grace_s, struct store_collected *out_collected,
		       struct error *err)
{
	struct context ctx = test_context();
	struct store_collect_request request = { .mark = mark,
						 .state = state,
						 .still = still,
						 .user = s,
						 .now = s->now,
						 .grace_s = grace_s,
						 .again = s->again,
						 .all = s->all,
						 .dry_run = s->dry_run };
	int failed;

	ctx.now_unix_s = later;
	if (s->pack_size)
		s->w.store->pack_size = s->pack_size;
	failed = store_collect(&s->w.store->head, &ctx, &request, out_collected, err);
	world_reopen(&s->w);
	packs_settle(s);
	return failed;
}

static struct store_collected collect(struct scene *s, int64_t grace_s)
{
	struct store_collected collected;
	struct error err = { 0 };

	assert_done(collect_try(s, grace_s, &collected, &err), &err);
	return collected;
}

/* Did the next collection mark everything? */
static bool marks(struct scene *s)
{
	unsigned before = s->marks;
	struct store_collected collected = collect(s, GRACE_S);

	assert_int_equal(collected.noted == 0, s->marks > before);
	return s->marks > before;
}

static bool is_whole(struct scene *s, size_t i)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct error err = { 0 };

	buffer_init(&bytes, FILE_BYTES);
	if (store_get(&s->w.store->head, &s->digest[i], &bytes, &err)) {
		assert_int_equal(err.code, ERROR_ABSENT);
		return false;
	}
	assert_memory_equal(bytes.data, s->bytes[i], FILE_BYTES);
	return true;
}

/* Four files that are needed and one that is not, collected once: nothing can go yet. */
static void scene_settled(struct scene *s)
{
	scene_open(s);
	for (size_t i = 0; i < 4; i++)
		add(s, 2 * i, true);
	add(s, 8, false);
	assert_true(marks(s));
	assert_false(marks(s));
}

static void nothing_to_do_is_known_without_marking(void **unused)
{
	struct scene s;
	struct store_collected first, second;

	(void)unused;
	scene_open(&s);
	for (size_t i = 0; i < 4; i++)
		add(&s, 2 * i, i > 0);
	first = collect(&s, GRACE_S);
	assert_int_equal(first.noted, 0);
	assert_true(first.young_bytes > 0);
	s.now += DAY_S;
	second = collect(&s, GRACE_S);
	assert_int_equal(s.marks, 1);
	assert_int_equal(second.noted, s.now - DAY_S);
	assert_int_equal(second.young_bytes, first.young_bytes);
	assert_int_equal(second.kept_bytes, first.kept_bytes);
	/* A rehearsal as well, and one with a longer grace. */
	s.dry_run = true;
	second = collect(&s, 2 * GRACE_S);
	assert_int_equal(s.marks, 1);
	scene_close(&s);
}

static void whoever_asks_for_all_of_it_has_it_marked(void **unused)
{
	struct scene s;

	(void)unused;
	scene_settled(&s);
	s.again = true;
	assert_true(marks(&s));
	s.again = false;
	s.all = true;
	assert_true(marks(&s));
	s.all = false;
	s.gone = true;
	assert_true(marks(&s));
	s.gone = false;
	assert_false(marks(&s));
	scene_close(&s);
}

static void what_is_needed_no_longer_goes_in_its_time(void **unused)
{
	struct scene s;
	struct store_collected collected;

	(void)unused;
	scene_settled(&s);
	s.needed[0] = false;
	assert_true(marks(&s));
	assert_false(marks(&s));
	assert_true(is_whole(&s, 0));
	s.now += GRACE_S - 10; /* the note is younger than that, and so are the packs */
	assert_false(marks(&s));
	s.now += 10;
	collected = collect(&s, GRACE_S);
	assert_true(collected.noted == 0 && collected.rewritten > 0 && collected.deleted > 0);
	assert_false(is_whole(&s, 0));
	assert_false(is_whole(&s, 8));
	for (size_t i = 1; i < 4; i++)
		assert_true(is_whole(&s, 2 * i));
	scene_close(&s);
}

static void a_shorter_grace_ends_what_was_noted_with_a_longer(void **unused)
{
	struct scene s;
	unsigned before;

	(void)unused;
	scene_settled(&s);
	s.now += 2 * DAY_S;
	before = s.marks;
	collect(&s, GRACE_S + DAY_S);
	assert_int_equal(s.marks, before);
	collect(&s, 3 * DAY_S); /* what was found again within the longer one counted as needed */
	assert_true(s.marks > before);
	before = s.marks;
	collect(&s, 3 * DAY_S);
	assert_int_equal(s.marks, before);
	s.now += 2 * DAY_S;
	collect(&s, DAY_S); /* the note is older than that */
	assert_true(s.marks > before);
	assert_false(is_whole(&s, 8));
	scene_close(&s);
}

/* A pack all of which was needed. */
static char *clean_pack_path(struct scene *s)
{
	CLEANUP(packs_swept_release) struct packs_swept swept;
	struct error err = { 0 };
	char *path = NULL;

	packs_swept_init(&swept);
	assert_done(packs_swept_read(s->w.store, &swept, &err), &err);
	for (size_t i = 0; i < swept.count && !path; i++)
		if (!swept.pack[i].garbage)
			path = pack_path(s, &swept.pack[i].name);
	assert_non_null(path);
	return path;
}

static void packs_that_came_and_went_count(void **unused)
{
	struct scene s;
	struct store_collected collected;
	CLEANUP(text_free) char *path = NULL;
	struct error err = { 0 };
	struct digest *pack;
	unsigned before;
	size_t count;

	(void)unused;
	scene_settled(&s);
	/* One that came is young: whatever is in it stays. */
	add(&s, 10, false);
	assert_false(marks(&s));
	add(&s, 12, true);
	assert_false(marks(&s));
	assert_true(is_whole(&s, 10));
	/* One whose times are others is not the one that was measured, and an old one is looked at.
	 */
	pack = packs_of(&s, &count);
	path = clean_pack_path(&s);
	file_age(path, s.now - GRACE_S - 1);
	assert_true(marks(&s));
	/* One is gone: what it held is not known to be needed any more. */
	free(pack);
	assert_false(marks(&s));
	pack = packs_of(&s, &count);
	text_free(&path);
	path = pack_path(&s, &pack[0]);
	assert_int_equal(unlink(path), 0);
	before = s.marks;
	(void)!collect_try(&s, GRACE_S, &collected, &err);
	assert_true(s.marks > before);
	free(pack);
	scene_close(&s);
}

static void many_small_packs_are_joined_all_the_same(void **unused)
{
	struct scene s;
	struct store_collected collected;

	(void)unused;
	scene_open(&s);
	s.pack_size = 1 << 20; /* every pack is small then */
	for (size_t i = 0; i < 9; i++)
		add(&s, i, true);
	assert_true(marks(&s));
	s.now += GRACE_S - 10;
	assert_false(marks(&s));
	s.now += 10;
	collected = collect(&s, GRACE_S);
	assert_int_equal(collected.rewritten, 9);
	assert_int_equal(collected.garbage_bytes, 0);
	for (size_t i = 0; i < 9; i++)
		assert_true(is_whole(&s, i));
	scene_close(&s);
}

static void a_writer_and_its_quarantine_are_waited_for(void **unused)
{
	struct scene s;
	struct store_collected collected;
	struct error err = { 0 };
	struct store *other;
	bool there;

	(void)unused;
	scene_settled(&s);
	assert_done(store_open("packs", s.w.objects, &other, &err), &err);
	assert_done(store_rely(other, &s.digest[8], &there, &err), &err);
	assert_true(there);
	/* Beside a writer that is no reason to mark: nothing goes. */
	collected = collect(&s, GRACE_S);
	assert_true(collected.noted != 0 && collected.writers == 1);
	s.now += GRACE_S;
	collected = collect(&s, GRACE_S);
	assert_true(collected.quarantined > 0);
	/* It named what it found: that comes back out of quarantine. */
	s.needed[8] = true;
	store_close(&other);
	assert_true(marks(&s));
	assert_true(is_whole(&s, 8));
	scene_close(&s);
}

static void what_was_removed_or_mended_is_looked_at(void **unused)
{
	CLEANUP(source_close) struct source *good = NULL;
	struct context ctx = test_context();
	struct digest piece;
	struct scene s;
	struct error err = { 0 };

	(void)unused;
	scene_settled(&s);
	assert_done(store_remove(&s.w.store->head, &s.digest[2], &err), &err);
	world_reopen(&s.w);
	assert_true(marks(&s));
	assert_false(marks(&s));
	piece = sha256((struct span){ s.bytes[4], PIECE_MAX });
	assert_done(
		source_open_memory("piece", (struct span){ s.bytes[4], PIECE_MAX }, &good, &err),
		&err);
	assert_done(store_mend(&s.w.store->head, &ctx, &piece, good, &err), &err);
	world_reopen(&s.w);
	assert_true(marks(&s));
	scene_close(&s);
}

static void a_loose_object_goes_when_it_is_old(void **unused)
{
	struct scene s;
	struct digest digest;
	struct error err = { 0 };
	bool there;

	(void)unused;
	scene_settled(&s);
	assert_done(store_put(&s.w.store->head, span_of("needed by nobody"), &digest, &err), &err);
	world_reopen(&s.w);
	s.now = (int64_t)time(NULL) + 10; /* its times are the kernel's */
	s.again = true;
	collect(&s, GRACE_S);
	s.again = false;
	assert_false(marks(&s));
	s.now += GRACE_S - DAY_S;
	assert_false(marks(&s));
	s.again = true;
	assert_true(marks(&s)); /* so that the note is young when the object is not any more */
	s.again = false;
	assert_false(marks(&s));
	s.now += DAY_S;
	assert_true(marks(&s));
	assert_done(store_has(&s.w.store->head, &digest, &there, &err), &err);
	assert_false(there);
	scene_close(&s);
}

/* Though it is all needed, and nothing can go: the set of what is needed errs. */
static void a_note_is_used_no_longer_than_the_grace(void **unused)
{
	struct scene s;

	(void)unused;
	scene_open(&s);
	add(&s, 0, true);
	s.now += 2 * GRACE_S;
	assert_true(marks(&s));
	s.now += GRACE_S - 1;
	assert_false(marks(&s));
	s.now += 1;
	assert_true(marks(&s));
	scene_close(&s);
}

static void a_clock_that_was_set_back_is_not_believed(void **unused)
{
	struct scene s;

	(void)unused;
	scene_settled(&s);
	s.now -= 10;
	assert_true(marks(&s));
	scene_close(&s);
}

/* ---- The file ---- */

static char *note_path(const struct scene *s)
{
	struct error err = { 0 };
	char *path;

	assert_done(path_join(s->w.packs, "swept", &path, &err), &err);
	return path;
}

static void a_damaged_note_is_none(void **unused)
{
	CLEANUP(text_free) char *path = NULL;
	struct scene s;
	struct stat st;

	(void)unused;
	scene_settled(&s);
	path = note_path(&s);
	assert_int_equal(stat(path, &st), 0);
	for (long at = 0; at < st.st_size; at += 7) {
		house_flip(path, at);
		assert_true(marks(&s)); /* and it is written anew */
		assert_false(marks(&s));
	}
	assert_int_equal(truncate(path, st.st_size - 1), 0);
	assert_true(marks(&s));
	assert_int_equal(truncate(path, 0), 0);
	assert_true(marks(&s));
	assert_int_equal(unlink(path), 0);
	assert_true(marks(&s));
	scene_close(&s);
}

/* A note that lies, with a sum that is right: garbage lies longer, and nothing else happens. */
static void a_forged_note_keeps_and_never_throws_away(void **unused)
{
	struct scene s;
	struct error err = { 0 };

	(void)unused;
	for (int lie = 0; lie < 2; lie++) {
		CLEANUP(packs_swept_release) struct packs_swept swept;

		packs_swept_init(&swept);
		scene_settled(&s);
		assert_done(packs_swept_read(s.w.store, &swept, &err), &err);
		for (size_t i = 0; i < swept.count; i++) {
			swept.pack[i].garbage = lie ? swept.pack[i].bytes : 0;
			swept.pack[i].leads = lie;
		}
		swept.marked += GRACE_S;
		packs_swept_write(s.w.store, &swept);
		s.now += GRACE_S;
		/* All is garbage: so it is marked, and what is needed stays. None is: it lies. */
		assert_int_equal(marks(&s), lie);
		for (size_t i = 0; i < 4; i++)
			assert_true(is_whole(&s, 2 * i));
		assert_int_equal(is_whole(&s, 8), !lie);
		s.again = true;
		collect(&s, GRACE_S);
		assert_false(is_whole(&s, 8));
		scene_close(&s);
	}
}

/* ---- Histories ---- */

static void both_add(struct scene *side, size_t i)
{
	for (int k = 0; k < 2; k++)
		if (side[k].put[i])
			side[k].needed[i] = side[k].needed[i] || is_whole(&side[k], i);
		else
			add(&side[k], i, true);
}

/* Once with notes and once without: what is needed is always whole, and the same is left. */
static void histories_end_alike(void **unused)
{
	unsigned idle = 0;

	(void)unused;
	for (uint64_t history = 1; history <= HISTORIES; history++) {
		struct scene side[2];
		uint64_t chance = history;

		scene_open(&side[0]);
		scene_open(&side[1]);
		side[1].again = true;
		for (int step = 0; step < STEPS; step++) {
			size_t i = test_random(&chance) % FILES;
			unsigned what = test_random(&chance) % 8;
			int64_t grace_s = (int64_t)(1 + test_random(&chance) % 15) * DAY_S;
			int64_t passed_s = (int64_t)(test_random(&chance) % 6) * DAY_S;

			if (what < 3)
				both_add(side, i);
			for (int k = 0; k < 2; k++) {
				struct store_collected collected;

				side[k].now += passed_s;
				if (what == 3)
					side[k].needed[i] = false;
				if (what < 4)
					continue;
				collected = collect(&side[k], grace_s);
				idle += !k && collected.noted != 0;
				assert_true(!k || !collected.noted);
				for (size_t f = 0; f < FILES; f++)
					assert_true(!side[k].needed[f] || is_whole(&side[k], f));
			}
			for (size_t f = 0; f < FILES; f++) {
				side[0].put[f] = is_whole(&side[0], f);
				side[1].put[f] = is_whole(&side[1], f);
			}
		}
		for (int k = 0; k < 2; k++) {
			side[k].again = side[k].all = true;
			side[k].now += 100 * DAY_S;
			collect(&side[k], GRACE_S);
		}
		for (size_t f = 0; f < FILES; f++) {
			assert_int_equal(is_whole(&side[0], f), side[0].needed[f]);
			assert_int_equal(is_whole(&side[1], f), side[1].needed[f]);
			assert_int_equal(side[0].needed[f], side[1].needed[f]);
		}
		scene_close(&side[0]);
		scene_close(&side[1]);
	}
	assert_true(idle > HISTORIES); /* else nothing was shown */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_to_do_is_known_without_marking),
		cmocka_unit_test(whoever_asks_for_all_of_it_has_it_marked),
		cmocka_unit_test(what_is_needed_no_longer_goes_in_its_time),
		cmocka_unit_test(a_shorter_grace_ends_what_was_noted_with_a_longer),
		cmocka_unit_test(packs_that_came_and_went_count),
		cmocka_unit_test(many_small_packs_are_joined_all_the_same),
		cmocka_unit_test(a_writer_and_its_quarantine_are_waited_for),
		cmocka_unit_test(what_was_removed_or_mended_is_looked_at),
		cmocka_unit_test(a_loose_object_goes_when_it_is_old),
		cmocka_unit_test(a_note_is_used_no_longer_than_the_grace),
		cmocka_unit_test(a_clock_that_was_set_back_is_not_believed),
		cmocka_unit_test(a_damaged_note_is_none),
		cmocka_unit_test(a_forged_note_keeps_and_never_throws_away),
		cmocka_unit_test(histories_end_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
