/* Clones: taken unread while they share all blocks, read otherwise. */
#include "registry/clone.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/store.h"
#include "tests/support.h"

enum { BYTES = 3 << 20 };

struct pair {
	char *folder;
	int like, clone;
	uint8_t *bytes;
	struct digest digest;
};

static int file_new(const char *folder, const char *name)
{
	CLEANUP(text_free) char *path = NULL;
	int fd;

	assert_true(asprintf(&path, "%s/%s", folder, name) > 0);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	return fd;
}

/* A file, and an empty one that becomes its clone. */
static struct pair pair_new(void)
{
	struct pair pair = { .folder = test_folder(), .bytes = malloc(BYTES) };

	assert_non_null(pair.bytes);
	for (size_t i = 0; i < BYTES; i++)
		pair.bytes[i] = (uint8_t)(i * i >> 7);
	pair.digest = sha256((struct span){ pair.bytes, BYTES });
	pair.like = file_new(pair.folder, "like");
	pair.clone = file_new(pair.folder, "clone");
	assert_int_equal(pwrite(pair.like, pair.bytes, BYTES, 0), BYTES);
	return pair;
}

static void pair_free(struct pair *pair)
{
	close(pair->like);
	close(pair->clone);
	free(pair->bytes);
	test_folder_remove(&pair->folder);
}

static void a_file_with_other_blocks_is_read(void **state)
{
	CLEANUP(pair_free) struct pair pair = pair_new();
	struct error err = { 0 };

	(void)state;
	assert_int_equal(pwrite(pair.clone, pair.bytes, BYTES, 0), BYTES);
	assert_done(clone_compare(pair.clone, pair.like, &pair.digest, &err), &err);
	assert_int_equal(pwrite(pair.clone, "?", 1, BYTES / 2), 1);
	assert_int_equal(clone_compare(pair.clone, pair.like, &pair.digest, &err), -1);
	assert_int_equal(err.code, ERROR_CORRUPT);
	assert_non_null(strstr(err.text, "changed while it was read"));
}

static void a_shorter_or_empty_file_is_another(void **state)
{
	CLEANUP(pair_free) struct pair pair = pair_new();
	struct error err = { 0 };

	(void)state;
	assert_int_equal(clone_compare(pair.clone, pair.like, &pair.digest, &err), -1);
	assert_int_equal(pwrite(pair.clone, pair.bytes, BYTES / 3, 0), BYTES / 3);
	assert_int_equal(clone_compare(pair.clone, pair.like, &pair.digest, &err), -1);
}

/* A digest that nobody read tells whether it was compared. */
static void a_clone_is_read_only_once_the_other_file_changed(void **state)
{
	CLEANUP(pair_free) struct pair pair = pair_new();
	const struct digest nobodys = { { 1 } };
	struct error err = { 0 };

	(void)state;
	if (ioctl(pair.clone, FICLONE, pair.like)) {
		pair_free(&pair); /* skip does not return */
		skip();           /* the file system cannot */
	}
	assert_done(clone_compare(pair.clone, pair.like, &nobodys, &err), &err);
	assert_int_equal(pwrite(pair.like, "?", 1, BYTES / 2), 1);
	assert_int_equal(clone_compare(pair.clone, pair.like, &nobodys, &err), -1);
	assert_done(clone_compare(pair.clone, pair.like, &pair.digest, &err), &err);
	assert_int_equal(pwrite(pair.like, pair.bytes, BYTES, 0), BYTES); /* as before, elsewhere */
	assert_int_equal(clone_compare(pair.clone, pair.like, &nobodys, &err), -1);
	assert_int_equal(ftruncate(pair.like, BYTES / 2), 0);
	assert_int_equal(clone_compare(pair.clone, pair.like, &nobodys, &err), -1);
}

/* Another file comes to lie under the name between the two: the bytes kept are those read. */
static void a_store_shares_the_blocks_of_what_is_read(void **state)
{
	CLEANUP(pair_free) struct pair pair = pair_new();
	CLEANUP(store_close) struct store *store = NULL;
	CLEANUP(source_close) struct source *source = NULL, *kept = NULL;
	CLEANUP(text_free) char *objects = NULL, *path = NULL, *other = NULL;
	struct store_file *file;
	struct error err = { 0 };
	uint8_t last;

	(void)state;
	assert_true(asprintf(&objects, "%s/objects", pair.folder) > 0);
	assert_true(asprintf(&path, "%s/like", pair.folder) > 0);
	assert_true(asprintf(&other, "%s/clone", pair.folder) > 0);
	assert_int_equal(ftruncate(pair.clone, BYTES), 0); /* as long, and only zeros */
	assert_int_equal(mkdir(objects, 0700), 0);
	assert_done(store_open("files", objects, &store, &err), &err);
	assert_done(source_open_file(path, &source, &err), &err);
	assert_int_equal(rename(other, path), 0);
	assert_done(store->type->file_begin(store,
					    &(struct store_file_wish){
						    .like = source, .size = BYTES, .name = "like" },
					    &file, &err),
		    &err);
	if (!file->there) {
		store->type->file_abort(file);
		source_close(&source);
		store_close(&store);
		free(objects);
		free(path);
		free(other);
		pair_free(&pair);
		skip(); /* the file system cannot share */
	}
	assert_done(store->type->file_commit(file, &pair.digest, &err), &err);
	assert_done(store_read(store, &pair.digest, &kept, &err), &err);
	assert_done(source_read_at(kept, BYTES - 1, &last, 1, &err), &err);
	assert_int_equal(last, pair.bytes[BYTES - 1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_with_other_blocks_is_read),
		cmocka_unit_test(a_shorter_or_empty_file_is_another),
		cmocka_unit_test(a_clone_is_read_only_once_the_other_file_changed),
		cmocka_unit_test(a_store_shares_the_blocks_of_what_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
