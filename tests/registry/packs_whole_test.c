/* Packs that were found whole together are passed over, and nothing that is missing with them. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "registry/packs/whole.h"
#include "registry/store_check.h"
#include "tests/support.h"

enum { FILE_BYTES = 20000, PIECE_BYTES = 4096, PACKS_MAX = 16 };

struct world {
	char *folder, *objects, *packs;
	struct packs_store *store;
	struct context ctx;
	uint64_t findings;
};

/* Far enough behind what the file system's clock says, so that every stamp tells. */
static int64_t later(void *user)
{
	(void)user;
	return (int64_t)time(NULL) + 60;
}

static void world_reopen(struct world *w)
{
	struct store *store = w->store ? &w->store->head : NULL;
	struct error err = { 0 };

	store_close(&store);
	assert_done(store_open("packs", w->objects, &store, &err), &err);
	w->store = (struct packs_store *)store;
	w->store->small = 1;
}

static void world_open(struct world *w)
{
	struct error err = { 0 };

	*w = (struct world){ .folder = test_folder(), .ctx = test_context() };
	w->ctx.now_unix_s = later;
	assert_done(path_join(w->folder, "objects", &w->objects, &err), &err);
	assert_done(path_join(w->folder, "packs", &w->packs, &err), &err);
	assert_done(folder_make(w->objects, &err), &err);
	world_reopen(w);
}

static void world_close(struct world *w)
{
	struct store *store = &w->store->head;

	store_close(&store);
	test_folder_remove(&w->folder);
	free(w->objects);
	free(w->packs);
}

/* A file whose pieces are numbered from `first` on, in a pack of its own. */
static void put(struct world *w, int first)
{
	struct store_file_wish wish = { .size = FILE_BYTES, .name = "file" };
	const struct store_type *type = w->store->head.type;
	uint8_t bytes[FILE_BYTES];
	struct store_file *file;
	struct error err = { 0 };
	struct digest digest;

	for (int at = 0; at < FILE_BYTES; at += PIECE_BYTES) {
		uint64_t random = 7919u * (uint64_t)(first + at / PIECE_BYTES + 1);

		for (int i = at; i < at + PIECE_BYTES && i < FILE_BYTES; i++)
			bytes[i] = (uint8_t)(test_random(&random) >> 32);
	}
	digest = sha256((struct span){ bytes, FILE_BYTES });
	assert_done(type->file_begin(&w->store->head, &wish, &file, &err), &err);
	for (uint64_t at = 0; at < FILE_BYTES; at += PIECE_BYTES) {
		size_t rest = FILE_BYTES - at;
		struct store_piece piece = { .offset = at,
					     .bytes = { bytes + at,
							rest < PIECE_BYTES ? rest : PIECE_BYTES } };

		piece.digest = sha256(piece.bytes);
		assert_done(type->file_piece(file, &piece, &err), &err);
	}
	assert_done(type->file_commit(file, &digest, &err), &err);
	assert_done(type->flush(&w->store->head, &err), &err);
	world_reopen(w);
}

static int found(void *user, enum store_fault fault, const struct digest *digest, const char *text,
		 struct error *err)
{
	(void)fault;
	(void)digest;
	(void)text;
	(void)err;
	((struct world *)user)->findings++;
	return 0;
}

static uint64_t check(struct world *w, bool again)
{
	struct store_check_request request = { .again = again, .user = w, .finding = found };
	struct error err = { 0 };

	w->findings = 0;
	world_reopen(w);
	assert_done(store_check_all(&w->store->head, &w->ctx, &request, &err), &err);
	return w->findings;
}

/* The packs of the folder, in order. */
static size_t packs(const struct world *w, struct digest name[PACKS_MAX])
{
	DIR *folder = opendir(w->packs);
	struct error ignored = { 0 };
	struct dirent *entry;
	size_t count = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)))
		if (strlen(entry->d_name) == 69 && count < PACKS_MAX &&
		    digest_from_hex((struct span){ (const uint8_t *)entry->d_name, 64 },
				    &name[count], &ignored) == 0)
			count++;
	closedir(folder);
	qsort(name, count, sizeof(name[0]), digest_order);
	return count;
}

static char *pack_path(const struct world *w, const struct digest *name)
{
	char file[PACK_NAME_ROOM];
	struct error err = { 0 };
	char *path;

	pack_name_text(name, file);
	assert_done(path_join(w->packs, file, &path, &err), &err);
	return path;
}

/* How many packs a check would pass over. */
static size_t passed_over(struct world *w)
{
	CLEANUP(packs_whole_release) struct packs_whole whole = { .count = 0 };
	struct digest name[PACKS_MAX];
	size_t count = packs(w, name);
	struct error err = { 0 };

	assert_done(packs_whole_read(w->store, &w->ctx, name, count, &whole, &err), &err);
	for (size_t i = 0; i < whole.count; i++)
		assert_true(packs_whole_has(&whole, &whole.name[i]));
	return whole.count;
}

static void whole_packs_are_passed_over_and_new_ones_are_not(void **state)
{
	struct world w;

	(void)state;
	world_open(&w);
	put(&w, 0);
	put(&w, 100);
	assert_int_equal(passed_over(&w), 0);
	assert_int_equal(check(&w, false), 0);
	assert_int_equal(passed_over(&w), 2);
	put(&w, 200);
	assert_int_equal(passed_over(&w), 2);
	assert_int_equal(check(&w, false), 0);
	assert_int_equal(passed_over(&w), 3);
	assert_int_equal(check(&w, true), 0);
	world_close(&w);
}

static void what_lay_in_a_pack_that_is_gone_is_missed(void **state)
{
	struct digest before[PACKS_MAX], after[PACKS_MAX];
	struct world w;
	char *path;

	(void)state;
	world_open(&w);
	put(&w, 0);
	assert_int_equal(packs(&w, before), 1);
	put(&w, 2); /* three of its five pieces lie in the first pack */
	assert_int_equal(packs(&w, after), 2);
	assert_int_equal(check(&w, false), 0);
	assert_int_equal(passed_over(&w), 2);
	path = pack_path(&w, &before[0]);
	assert_int_equal(unlink(path), 0);
	free(path);
	assert_int_equal(passed_over(&w), 0);
	assert_true(check(&w, false) > 0);

	/* What does not hold is not taken for whole the next time. */
	assert_int_equal(passed_over(&w), 0);
	assert_true(check(&w, false) > 0);
	world_close(&w);
}

static void few_new_packs_are_looked_at_by_themselves(void **state)
{
	struct digest before[PACKS_MAX], all[PACKS_MAX];
	struct world w;
	size_t count;

	(void)state;
	world_open(&w);
	for (int i = 0; i < 10; i++)
		put(&w, 100 * i);
	assert_int_equal(check(&w, false), 0);
	count = packs(&w, before);
	assert_int_equal(passed_over(&w), count);

	/* A pack that comes with less than it needs: its other pieces were in one that went. */
	put(&w, 5000);
	put(&w, 5002);
	assert_int_equal(packs(&w, all), count + 2);
	for (size_t i = 0; i < count + 2; i++) {
		struct stat st;
		char *path;

		if (bsearch(&all[i], before, count, sizeof(before[0]), digest_order))
			continue;
		path = pack_path(&w, &all[i]);
		assert_int_equal(stat(path, &st), 0);
		if (st.st_size > FILE_BYTES) /* the one of all five pieces */
			assert_int_equal(unlink(path), 0);
		free(path);
	}
	assert_int_equal(packs(&w, all), count + 1);
	assert_int_equal(passed_over(&w), count);
	assert_true(check(&w, false) > 0);
	world_close(&w);
}

static void a_pack_that_was_touched_is_looked_at(void **state)
{
	struct digest name[PACKS_MAX];
	struct world w;
	char *path;
	int fd;

	(void)state;
	world_open(&w);
	put(&w, 0);
	put(&w, 100);
	assert_int_equal(check(&w, false), 0);
	packs(&w, name);
	path = pack_path(&w, &name[1]);
	assert_int_equal(chmod(path, 0644), 0);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0 && lseek(fd, -10, SEEK_END) > 0);
	assert_int_equal(write(fd, "damage", 6), 6);
	close(fd);
	free(path);
	assert_int_equal(passed_over(&w), 1);
	assert_true(check(&w, false) > 0);
	world_close(&w);
}

static void a_list_that_was_changed_counts_as_none(void **state)
{
	char path[512];
	struct world w;
	struct stat st;

	(void)state;
	world_open(&w);
	put(&w, 0);
	assert_int_equal(check(&w, false), 0);
	snprintf(path, sizeof(path), "%s/whole", w.packs);
	assert_int_equal(stat(path, &st), 0);
	for (off_t at = 0; at < st.st_size; at++) {
		int fd = open(path, O_RDWR);
		uint8_t byte;

		assert_true(fd >= 0 && pread(fd, &byte, 1, at) == 1);
		byte ^= 4;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		assert_int_equal(passed_over(&w), 0);
		byte ^= 4;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		close(fd);
	}
	assert_int_equal(passed_over(&w), 1);
	assert_int_equal(truncate(path, st.st_size - 1), 0);
	assert_int_equal(passed_over(&w), 0);
	assert_int_equal(check(&w, false), 0);
	assert_int_equal(passed_over(&w), 1);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_packs_are_passed_over_and_new_ones_are_not),
		cmocka_unit_test(what_lay_in_a_pack_that_is_gone_is_missed),
		cmocka_unit_test(few_new_packs_are_looked_at_by_themselves),
		cmocka_unit_test(a_pack_that_was_touched_is_looked_at),
		cmocka_unit_test(a_list_that_was_changed_counts_as_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
