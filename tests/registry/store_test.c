/* Stores: what goes in comes out, damage is found, links and references say what they are. */
#include "tests/registry/house.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A store of that type below `folder`, which also has room for what lies beside the objects. */
static struct store *store_in(const char *folder, const char *type)
{
	CLEANUP(text_free) char *objects = NULL;
	struct store *store = NULL;
	struct error err = { 0 };

	assert_done(path_join(folder, "objects", &objects, &err), &err);
	assert_done(folder_make(objects, &err), &err);
	assert_done(store_open(type, objects, &store, &err), &err);
	return store;
}

static void every_store_keeps_lists_and_forgets(void **state)
{
	static const char *const type[] = { "files", "memory", "packs" };

	(void)state;
	for (size_t t = 0; t < 3; t++) {
		CLEANUP(test_folder_remove) char *folder = test_folder();
		CLEANUP(store_close) struct store *store = NULL;
		CLEANUP(buffer_release) struct buffer bytes;
		struct digest digest[20], listed[20], all[20];
		struct store_cursor cursor = { 0 };
		struct error err = { 0 };
		size_t count, total = 0;
		bool there;

		buffer_init(&bytes, 1000);
		store = store_in(folder, type[t]);
		for (int i = 0; i < 20; i++) {
			char text[8];

			snprintf(text, sizeof(text), "%d", i);
			assert_done(store_put(store, span_of(text), &digest[i], &err), &err);
			assert_done(store_put(store, span_of(text), &digest[i], &err), &err);
		}
		assert_done(store_get(store, &digest[7], &bytes, &err), &err);
		assert_true(span_equal(buffer_view(&bytes), span_of("7")));
		do {
			assert_done(store_list(store, &cursor, listed, 7, &count, &err), &err);
			memcpy(all + total, listed, count * sizeof(*all));
			total += count;
		} while (count);
		assert_int_equal(total, 20);
		for (size_t i = 1; i < total; i++)
			assert_true(memcmp(&all[i - 1], &all[i], sizeof(*all)) < 0);
		assert_done(store->type->remove(store, &digest[7], &err), &err);
		assert_done(store->type->remove(store, &digest[7], &err), &err);
		assert_done(store_has(store, &digest[7], &there, &err), &err);
		assert_false(there);
		assert_fails(store_get(store, &digest[7], &bytes, &err), &err, ERROR_ABSENT);
	}
}

/* Some bytes of "weights", as a piece of a file. */
static struct store_piece piece_of(size_t from, size_t len)
{
	struct span bytes = { (const uint8_t *)"weights" + from, len };

	return (struct store_piece){ .offset = from, .bytes = bytes, .digest = sha256(bytes) };
}

static void a_file_comes_by_pieces_of_any_order(void **state)
{
	static const char *const type[] = { "files", "memory", "packs" };

	(void)state;
	for (size_t t = 0; t < 3; t++) {
		CLEANUP(test_folder_remove) char *folder = test_folder();
		CLEANUP(store_close) struct store *store = NULL;
		CLEANUP(buffer_release) struct buffer bytes;
		const struct store_file_wish wish = { .size = 7, .name = "w" };
		const struct store_piece head = piece_of(0, 3), tail = piece_of(3, 4);
		const struct store_piece behind = { .offset = 8, .bytes = span_of("!") };
		struct digest digest = sha256(span_of("weights"));
		struct store_file *file;
		struct error err = { 0 };
		bool there;

		buffer_init(&bytes, 1000);
		store = store_in(folder, type[t]);

		/* Not all of it, more than all of it, given up: nothing is kept. */
		assert_done(store->type->file_begin(store, &wish, &file, &err), &err);
		assert_done(store->type->file_piece(file, &head, &err), &err);
		assert_fails(store->type->file_piece(file, &behind, &err), &err, ERROR_CORRUPT);
		assert_fails(store->type->file_commit(file, &digest, &err), &err, ERROR_CORRUPT);
		assert_done(store->type->file_begin(store, &wish, &file, &err), &err);
		store->type->file_abort(file);
		assert_done(store_has(store, &digest, &there, &err), &err);
		assert_false(there);

		for (int again = 0; again < 2; again++) {
			assert_done(store->type->file_begin(store, &wish, &file, &err), &err);
			assert_done(store->type->file_piece(file, &tail, &err), &err);
			assert_done(store->type->file_piece(file, &head, &err), &err);
			assert_done(store->type->file_commit(file, &digest, &err), &err);
		}
		assert_done(store_flush(store, &err), &err);
		assert_done(store_get(store, &digest, &bytes, &err), &err);
		assert_true(span_equal(buffer_view(&bytes), span_of("weights")));
	}
}

/* The file of an object. */
static char *object_path(const char *folder, const struct digest *digest, const char *suffix)
{
	char hex[DIGEST_HEX_SIZE], *path;

	digest_to_hex(digest, hex);
	assert_true(asprintf(&path, "%s/%.2s/%s%s", folder, hex, hex, suffix) > 0);
	return path;
}

static void a_changed_object_is_found_on_reading(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(store_close) struct store *store = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(text_free) char *path = NULL;
	struct context ctx = test_context();
	struct error err = { 0 };
	struct digest digest;

	(void)state;
	buffer_init(&bytes, 1000);
	assert_done(store_open("files", folder, &store, &err), &err);
	assert_done(store_put(store, span_of("some bytes"), &digest, &err), &err);
	path = object_path(folder, &digest, "");
	house_flip(path, 3);
	assert_fails(store_get(store, &digest, &bytes, &err), &err, ERROR_CORRUPT);
	assert_int_equal(bytes.len, 0);
	assert_fails(store_check(store, &ctx, &digest, &err), &err, ERROR_CORRUPT);
}

static void links_and_references_say_what_they_are(void **state)
{
	static const enum store_mode mode[] = { STORE_LINK, STORE_REFERENCE };

	(void)state;
	for (size_t m = 0; m < 2; m++) {
		CLEANUP(test_folder_remove) char *root = test_folder();
		CLEANUP(store_close) struct store *store = NULL;
		CLEANUP(buffer_release) struct buffer bytes;
		struct context ctx = test_context();
		enum store_mode found;
		struct error err = { 0 };
		char folder[4096], file[4096];
		struct digest digest = sha256(span_of("weights"));

		buffer_init(&bytes, 1000);
		snprintf(folder, sizeof(folder), "%s/objects", root);
		snprintf(file, sizeof(file), "%s/weights.bin", root);
		assert_done(folder_make(folder, &err), &err);
		house_write(file, "weights");
		assert_done(store_open("files", folder, &store, &err), &err);
		assert_done(store_put_file(store, file, 7, &digest, mode[m], &err), &err);
		assert_done(store_put_file(store, file, 7, &digest, mode[m], &err), &err);
		assert_done(store_mode_of(store, &digest, &found, &err), &err);
		assert_int_equal(found, mode[m]);
		assert_done(store_get(store, &digest, &bytes, &err), &err);
		house_flip(file, 2); /* the owner changes the file in place */
		assert_fails(store_check(store, &ctx, &digest, &err), &err, ERROR_CORRUPT);
		assert_int_equal(unlink(file), 0);
		if (mode[m] == STORE_REFERENCE)
			assert_fails(store_check(store, &ctx, &digest, &err), &err, ERROR_ABSENT);

		/* A copy of the true bytes takes a reference's place. */
		if (mode[m] == STORE_REFERENCE) {
			struct store_writer *writer;

			assert_done(store->type->put_begin(store, &writer, &err), &err);
			assert_done(store->type->put_write(writer, span_of("weights"), &err), &err);
			assert_done(store->type->put_commit(writer, &digest, &err), &err);
			assert_done(store_mode_of(store, &digest, &found, &err), &err);
			assert_int_equal(found, STORE_COPY);
			assert_done(store_check(store, &ctx, &digest, &err), &err);
		}
	}
}

struct taken {
	uint64_t parts, raw, stored;
};

static int take_part(void *arg, const struct digest *digest, uint64_t raw_len, uint64_t stored_len,
		     struct error *err)
{
	struct taken *taken = arg;

	(void)digest;
	(void)err;
	taken->parts++;
	taken->raw += raw_len;
	taken->stored += stored_len;
	return 0;
}

static void what_lies_elsewhere_takes_no_room(void **state)
{
	static const char *const type[] = { "files", "memory" };
	CLEANUP(test_folder_remove) char *root = test_folder();
	struct digest linked = sha256(span_of("weights")), referred = sha256(span_of("elsewhere"));
	char folder[4096], file[4096], other[4096];
	struct error err = { 0 };

	(void)state;
	snprintf(folder, sizeof(folder), "%s/objects", root);
	snprintf(file, sizeof(file), "%s/weights.bin", root);
	snprintf(other, sizeof(other), "%s/elsewhere.bin", root);
	assert_done(folder_make(folder, &err), &err);
	house_write(file, "weights");
	house_write(other, "elsewhere");
	for (size_t t = 0; t < 2; t++) {
		CLEANUP(store_close) struct store *store = NULL;
		struct taken copy = { 0 }, link = { 0 }, reference = { 0 };
		struct digest digest;

		assert_done(store_open(type[t], folder, &store, &err), &err);
		assert_done(store_put(store, span_of("some bytes"), &digest, &err), &err);
		assert_done(store_parts(store, &digest, true, take_part, &copy, &err), &err);
		assert_true(copy.parts == 1 && copy.raw == 10 && copy.stored == 10);
		assert_fails(store_parts(store, &linked, true, take_part, &link, &err), &err,
			     ERROR_ABSENT);
		if (t)
			continue;
		assert_done(store_put_file(store, file, 7, &linked, STORE_LINK, &err), &err);
		assert_done(store_put_file(store, other, 9, &referred, STORE_REFERENCE, &err),
			    &err);
		assert_done(store_parts(store, &linked, true, take_part, &link, &err), &err);
		assert_true(link.raw == 7 && link.stored == 0);
		assert_int_equal(unlink(file), 0); /* the store's is the only name now */
		assert_int_equal(unlink(other), 0);
		assert_done(store_parts(store, &linked, true, take_part, &link, &err), &err);
		assert_true(link.raw == 14 && link.stored == 7);
		assert_done(store_parts(store, &referred, true, take_part, &reference, &err), &err);
		assert_true(reference.raw == 9 && reference.stored == 0);
	}
}

static void a_file_that_was_touched_is_told(void **state)
{
	static const enum store_mode mode[] = { STORE_COPY, STORE_LINK, STORE_REFERENCE };
	const struct timespec old[2] = { { 1000000000, 5 }, { 1000000000, 5 } };

	(void)state;
	for (size_t m = 0; m < 3; m++) {
		CLEANUP(test_folder_remove) char *root = test_folder();
		CLEANUP(store_close) struct store *store = NULL;
		CLEANUP(text_free) char *marker = NULL;
		struct error err = { 0 };
		char folder[4096], file[4096], text[8300];
		struct digest digest = sha256(span_of("weights"));
		bool changed = true;

		snprintf(folder, sizeof(folder), "%s/objects", root);
		snprintf(file, sizeof(file), "%s/weights.bin", root);
		assert_done(folder_make(folder, &err), &err);
		house_write(file, "weights");
		assert_done(store_open("files", folder, &store, &err), &err);
		assert_done(store_changed(store, &digest, &changed, &err), &err);
		assert_false(changed); /* it is not there at all */
		if (mode[m] == STORE_COPY)
			assert_done(store_put(store, span_of("weights"), &digest, &err), &err);
		else
			assert_done(store_put_file(store, file, 7, &digest, mode[m], &err), &err);
		assert_done(store_changed(store, &digest, &changed, &err), &err);
		assert_false(changed);
		assert_int_equal(utimensat(AT_FDCWD, file, old, 0), 0);
		assert_done(store_changed(store, &digest, &changed, &err), &err);
		assert_int_equal(changed, mode[m] != STORE_COPY);

		/* An earlier akashi did not note how it was. */
		if (mode[m] == STORE_REFERENCE) {
			marker = object_path(folder, &digest, ".ref");
			snprintf(text, sizeof(text), "7 %s\n", file);
			assert_int_equal(unlink(marker), 0);
			house_write(marker, text);
			assert_done(store_changed(store, &digest, &changed, &err), &err);
			assert_false(changed);
			assert_done(store_mode_of(store, &digest, &(enum store_mode){ 0 }, &err),
				    &err);
		}
	}
}

static void a_reference_that_names_nothing_is_refused(void **state)
{
	static const char *const text[] = { "",          "7",   "7 weights\n", "x /weights\n",
					    "7 /a\nb\n", "7 /a" };
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(store_close) struct store *store = NULL;
	CLEANUP(text_free) char *path = NULL;
	struct digest digest = sha256(span_of("weights"));
	struct source *source = NULL;
	struct error err = { 0 };

	(void)state;
	assert_done(store_open("files", folder, &store, &err), &err);
	path = object_path(folder, &digest, ".ref");
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		house_write(path, text[i]);
		assert_fails(store_read(store, &digest, &source, &err), &err, ERROR_CORRUPT);
	}
}

static void too_little_room_is_said_before_the_first_byte(void **state)
{
	CLEANUP(test_folder_remove) char *root = test_folder();
	CLEANUP(store_close) struct store *store = NULL;
	struct error err = { 0 };
	char folder[4096];

	(void)state;
	snprintf(folder, sizeof(folder), "%s/small", root);
	assert_done(folder_make(folder, &err), &err);
	assert_done(store_open("files", folder, &store, &err), &err);
	assert_done(store_room(store, NULL, 1000, &err), &err);
	assert_int_equal(store_room(store, NULL, UINT64_MAX / 2, &err), -1);
	assert_int_equal(err.code, ERROR_SYSTEM);
	assert_non_null(strstr(err.text, "--store link"));
	assert_non_null(strstr(err.text, "--store reference"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_store_keeps_lists_and_forgets),
		cmocka_unit_test(a_file_comes_by_pieces_of_any_order),
		cmocka_unit_test(a_changed_object_is_found_on_reading),
		cmocka_unit_test(links_and_references_say_what_they_are),
		cmocka_unit_test(what_lies_elsewhere_takes_no_room),
		cmocka_unit_test(a_file_that_was_touched_is_told),
		cmocka_unit_test(a_reference_that_names_nothing_is_refused),
		cmocka_unit_test(too_little_room_is_said_before_the_first_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
