/* Small files and small packs are put together, and nothing that anybody has found goes with that.
 */
#include "registry/pack/collect.h"
#include "tests/registry/house.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MANY = 70, TEXT_ROOM = 64, FIRST = 0x17 };

/* Texts in a store of packs, all of whose digests begin with the same byte; the even ones are
 * needed. */
struct world {
	char *folder, *objects;
	struct store *store;
	size_t count;
	char text[MANY][TEXT_ROOM];
	struct digest digest[MANY];
};

static void world_reopen(struct world *w)
{
	struct error err = { 0 };

	store_close(&w->store);
	assert_done(store_open("packs", w->objects, &w->store, &err), &err);
}

static struct world *world_open(void)
{
	struct world *w = calloc(1, sizeof(*w));
	struct error err = { 0 };

	assert_non_null(w);
	w->folder = test_folder();
	assert_done(path_join(w->folder, "objects", &w->objects, &err), &err);
	assert_done(folder_make(w->objects, &err), &err);
	world_reopen(w);
	return w;
}

static void world_close(struct world *w)
{
	store_close(&w->store);
	test_folder_remove(&w->folder);
	free(w->objects);
	free(w);
}

/* The next text, as an object of its own. */
static void put(struct world *w)
{
	static unsigned number;
	char *text = w->text[w->count];
	struct digest digest;
	struct error err = { 0 };

	do {
		snprintf(text, TEXT_ROOM, "{\"number\": %u}\n", number++);
		digest = sha256(span_of(text));
	} while (digest.byte[0] != FIRST);
	assert_done(store_put(w->store, span_of(text), &w->digest[w->count++], &err), &err);
	assert_done(store_flush(w->store, &err), &err);
}

static void assert_whole(struct world *w, size_t i)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct error err = { 0 };

	buffer_init(&bytes, TEXT_ROOM);
	assert_done(store_get(w->store, &w->digest[i], &bytes, &err), &err);
	assert_int_equal(bytes.len, strlen(w->text[i]));
	assert_memory_equal(bytes.data, w->text[i], bytes.len);
}

/* Where it would lie loose; the caller frees it. */
static char *loose_path(const struct world *w, size_t i)
{
	char name[3 + DIGEST_HEX_SIZE], *path;
	struct error err = { 0 };

	digest_to_hex(&w->digest[i], name + 3);
	memcpy(name, name + 3, 2);
	name[2] = '/';
	assert_done(path_join(w->objects, name, &path, &err), &err);
	return path;
}

static bool is_loose(const struct world *w, size_t i)
{
	CLEANUP(text_free) char *path = loose_path(w, i);

	return file_exists(path);
}

static size_t packs_count(struct world *w)
{
	struct packs_store *self = (struct packs_store *)w->store;
	struct error err = { 0 };
	struct digest *pack;
	size_t count;

	assert_done(pack_index_refresh(self->index, &err), &err);
	assert_done(pack_index_packs(self->index, &pack, &count, &err), &err);
	free(pack);
	return count;
}

static int mark(void *user, struct live_set **out_objects, struct error *err)
{
	const struct world *w = user;

	if (live_set_new(1, 0, out_objects, err))
		return -1;
	for (size_t i = 0; i < w->count; i += 2)
		if (live_set_add(*out_objects, &w->digest[i], err))
			return -1;
	return 0;
}

static void collect(struct world *w, int64_t grace_s, bool all)
{
	struct context ctx = test_context();
	struct store_collect_request request = {
		.mark = mark, .user = w, .now = time(NULL) + 10, .grace_s = grace_s, .all = all
	};
	struct store_collected collected;
	struct error err = { 0 };

	world_reopen(w); /* we write no longer */
	assert_done(store_collect(w->store, &ctx, &request, &collected, &err), &err);
}

static void tidy(struct world *w)
{
	struct context ctx = test_context();
	struct error err = { 0 };

	assert_done(store_tidy(w->store, &ctx, &err), &err);
}

static void what_is_not_small_is_no_reason_to_tidy(void **state)
{
	struct world *w = world_open();

	(void)state;
	for (size_t i = 0; i < 20; i++)
		put(w);
	assert_true(store_is_untidy(w->store));
	((struct packs_store *)w->store)->small = 1; /* as files whose blocks are shared are not */
	assert_false(store_is_untidy(w->store));
	world_close(w);
}

static void small_files_are_put_together_once_they_are_many(void **state)
{
	struct world *w = world_open();

	(void)state;
	for (size_t i = 0; i < 16; i++)
		put(w);
	assert_false(store_is_untidy(w->store));
	put(w);
	assert_true(store_is_untidy(w->store));
	tidy(w);
	assert_false(store_is_untidy(w->store));
	assert_int_equal(packs_count(w), 1);
	for (size_t i = 0; i < w->count; i++) {
		assert_false(is_loose(w, i));
		assert_whole(w, i); /* by whoever did it, needed by a statement or not */
	}
	world_reopen(w);
	for (size_t i = 0; i < w->count; i++)
		assert_whole(w, i);
	collect(w, 0, true); /* what nothing needs is garbage there as it was before */
	for (size_t i = 0; i < w->count; i++) {
		struct error err = { 0 };
		bool there;

		assert_done(store_has(w->store, &w->digest[i], &there, &err), &err);
		assert_int_equal(there, i % 2 == 0);
	}
	world_close(w);
}

static void what_a_reader_has_open_is_read_to_its_end(void **state)
{
	struct world *w = world_open(), other;
	CLEANUP(source_close) struct source *source = NULL;
	struct error err = { 0 };
	char text[TEXT_ROOM];

	(void)state;
	for (size_t i = 0; i < 17; i++)
		put(w);
	other = *w; /* another process, which looked before */
	other.store = NULL;
	world_reopen(&other);
	assert_whole(&other, 3);
	assert_done(store_read(other.store, &w->digest[5], &source, &err), &err);
	tidy(w);
	assert_false(is_loose(w, 5));
	assert_done(source_read_at(source, 0, text, (size_t)source->size, &err), &err);
	assert_memory_equal(text, w->text[5], (size_t)source->size);
	for (size_t i = 0; i < w->count; i++)
		assert_whole(&other, i);
	store_close(&other.store);
	world_close(w);
}

static void nothing_is_put_together_beside_a_collection(void **state)
{
	struct world *w = world_open();
	struct context ctx = test_context();
	CLEANUP(lease_release) struct lease *lease = NULL;
	CLEANUP(text_free) char *packs = NULL;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < 17; i++)
		put(w);
	assert_done(path_join(w->folder, "packs", &packs, &err), &err);
	assert_done(lease_take(packs, "gc", &ctx, &lease, &err), &err);
	tidy(w);
	for (size_t i = 0; i < w->count; i++)
		assert_true(is_loose(w, i));
	world_close(w);
}

/* Change the last byte of the only pack's records, of data alone or of recipes too. */
static void pack_damage(struct world *w, bool recipes)
{
	struct packs_store *self = (struct packs_store *)w->store;
	char path[4096], name[PACK_NAME_ROOM];
	struct pack_entry *entry;
	struct error err = { 0 };
	struct digest *pack, found;
	size_t packs, count;
	uint8_t byte;
	int fd;

	assert_done(pack_index_packs(self->index, &pack, &packs, &err), &err);
	assert_int_equal(packs, 1);
	pack_name_text(pack, name);
	free(pack);
	snprintf(path, sizeof(path), "%s/packs/%s", w->folder, name);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_done(pack_footer_load(fd, &entry, &count, &found, &err), &err);
	for (size_t i = 0; i < count; i++) {
		off_t last = (off_t)(entry[i].offset + PACK_RECORD_BYTES + entry[i].stored_len - 1);

		if (entry[i].kind == PACK_RECIPE && !recipes)
			continue;
		assert_int_equal(pread(fd, &byte, 1, last), 1);
		byte ^= 1;
		assert_int_equal(pwrite(fd, &byte, 1, last), 1);
	}
	free(entry);
	close(fd);
}

static void good_files_stay(bool recipes)
{
	struct world *w = world_open();
	struct error err = { 0 };
	struct digest again;

	for (size_t i = 0; i < 17; i++)
		put(w);
	tidy(w);
	pack_damage(w, recipes);
	world_reopen(w);
	/* As an add does that reads the files once more, and a repair. */
	for (size_t i = 0; i < w->count; i++)
		assert_done(store_put(((struct packs_store *)w->store)->loose, span_of(w->text[i]),
				      &again, &err),
			    &err);
	tidy(w);
	for (size_t i = 0; i < w->count; i++) {
		assert_true(is_loose(w, i));
		assert_whole(w, i);
	}
	world_close(w);
}

static void a_good_file_stays_where_a_damaged_record_has_its_name(void **state)
{
	(void)state;
	good_files_stay(true);
}

/* There the object can be read all the time: out of the very file that must not go. */
static void a_good_file_stays_where_its_recipe_is_whole(void **state)
{
	(void)state;
	good_files_stay(false);
}

static void many_small_packs_become_one_with_what_may_yet_be_named(void **state)
{
	struct world *w = world_open();
	struct error err = { 0 };
	bool there;

	(void)state;
	((struct packs_store *)w->store)->small = 1;
	for (size_t i = 0; i < MANY; i++) {
		struct store_file_wish wish = { .size = TEXT_ROOM, .name = "file" };
		struct store_piece piece = { .bytes = { (uint8_t *)w->text[i], TEXT_ROOM } };
		struct store_file *file;

		snprintf(w->text[i], TEXT_ROOM, "%zu", i);
		piece.digest = w->digest[i] = sha256(piece.bytes);
		assert_done(store_packs.file_begin(w->store, &wish, &file, &err), &err);
		assert_done(store_packs.file_piece(file, &piece, &err), &err);
		assert_done(store_packs.file_commit(file, &piece.digest, &err), &err);
		assert_done(store_flush(w->store, &err), &err);
	}
	w->count = MANY;
	assert_int_equal(packs_count(w), MANY);
	collect(w, 1000, false);
	assert_int_equal(packs_count(w), 1);
	for (size_t i = 0; i < MANY; i++) {
		assert_done(store_rely(w->store, &w->digest[i], &there, &err), &err);
		assert_true(there);
	}
	collect(w, 0, false);
	for (size_t i = 0; i < MANY; i++) {
		assert_done(store_has(w->store, &w->digest[i], &there, &err), &err);
		assert_int_equal(there, i % 2 == 0);
	}
	world_close(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_small_is_no_reason_to_tidy),
		cmocka_unit_test(small_files_are_put_together_once_they_are_many),
		cmocka_unit_test(what_a_reader_has_open_is_read_to_its_end),
		cmocka_unit_test(nothing_is_put_together_beside_a_collection),
		cmocka_unit_test(a_good_file_stays_where_a_damaged_record_has_its_name),
		cmocka_unit_test(a_good_file_stays_where_its_recipe_is_whole),
		cmocka_unit_test(many_small_packs_become_one_with_what_may_yet_be_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
