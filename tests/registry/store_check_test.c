/* A check of a store, and records in order: everything is seen once, what does not hold is told. */
#include "tests/registry/house.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "registry/sorter.h"

enum { OBJECTS = 60 };

/* What a check told. */
struct told {
	struct digest last;
	size_t objects, unknown;
	uint64_t bytes;
	size_t findings;
	enum store_fault fault;
	struct digest digest;
	char text[1024];
};

static int tell_object(void *user, const struct digest *digest, uint64_t size, bool part,
		       struct error *err)
{
	struct told *told = user;

	(void)err;
	assert_false(part);
	assert_true(!told->objects || memcmp(&told->last, digest, sizeof(*digest)) < 0);
	told->last = *digest;
	told->objects++;
	if (size == STORE_SIZE_UNKNOWN)
		told->unknown++;
	else
		told->bytes += size;
	return 0;
}

static int tell_finding(void *user, enum store_fault fault, const struct digest *digest,
			const char *text, struct error *err)
{
	struct told *told = user;

	(void)err;
	told->findings++;
	told->fault = fault;
	told->digest = *digest;
	snprintf(told->text, sizeof(told->text), "%s", text);
	return 0;
}

static struct told check(struct store *store, struct threads *threads, bool read_all)
{
	struct told told = { .objects = 0 };
	struct store_check_request request = {
		.read_all = read_all, .user = &told, .object = tell_object, .finding = tell_finding
	};
	struct context ctx = test_context();
	struct error err = { 0 };

	ctx.threads = threads;
	assert_done(store_check_all(store, &ctx, &request, &err), &err);
	return told;
}

/* Objects of 0, 1, 4, 9 … bytes times 100; the digest of the last but one. */
static struct digest objects_put(struct store *store)
{
	struct digest digest, wanted;
	struct error err = { 0 };

	for (unsigned i = 0; i < OBJECTS; i++) {
		size_t len = 100u * i * i;
		uint8_t *bytes = malloc(len + 1);

		assert_non_null(bytes);
		memset(bytes, (int)i, len);
		assert_done(store_put(store, (struct span){ bytes, len }, &digest, &err), &err);
		if (i == OBJECTS - 2)
			wanted = digest;
		free(bytes);
	}
	return wanted;
}

static void every_object_is_seen_once_and_in_order_by_any_number_of_threads(void **state)
{
	static const char *const type[] = { "files", "memory" };

	(void)state;
	for (size_t t = 0; t < 2; t++) {
		CLEANUP(test_folder_remove) char *folder = test_folder();
		CLEANUP(store_close) struct store *store = NULL;
		struct error err = { 0 };

		assert_done(store_open(type[t], folder, &store, &err), &err);
		objects_put(store);
		for (size_t count = 1; count <= 3; count++) {
			CLEANUP(threads_free) struct threads *threads = NULL;
			struct told told;

			assert_done(threads_new(count, &threads, &err), &err);
			told = check(store, threads, count != 2);
			assert_int_equal(told.objects, OBJECTS);
			assert_int_equal(told.bytes, 100u * 59 * 60 * 119 / 6);
			assert_int_equal(told.findings, 0);
		}
	}
}

static char *object_path(const char *folder, const struct digest *digest, const char *suffix)
{
	char hex[DIGEST_HEX_SIZE], *path;

	digest_to_hex(digest, hex);
	assert_true(asprintf(&path, "%s/%.2s/%s%s", folder, hex, hex, suffix) > 0);
	return path;
}

static void one_flipped_bit_is_found_by_reading_and_by_nothing_else(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(store_close) struct store *store = NULL;
	CLEANUP(threads_free) struct threads *threads = NULL;
	CLEANUP(text_free) char *path = NULL;
	struct error err = { 0 };
	struct digest digest;
	struct told told;

	(void)state;
	assert_done(threads_new(2, &threads, &err), &err);
	assert_done(store_open("files", folder, &store, &err), &err);
	digest = objects_put(store);
	path = object_path(folder, &digest, "");
	house_flip(path, 300000);
	assert_int_equal(check(store, threads, false).findings, 0);
	told = check(store, threads, true);
	assert_int_equal(told.findings, 1);
	assert_int_equal(told.fault, STORE_FAULT_CHANGED);
	assert_true(digest_equal(&told.digest, &digest));
	assert_non_null(strstr(told.text, "was changed"));
}

static void what_is_linked_or_referenced_is_named_with_its_path(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	CLEANUP(store_close) struct store *store = NULL;
	CLEANUP(text_free) char *objects = NULL, *linked = NULL, *referenced = NULL;
	struct digest a = sha256(span_of("linked bytes")), b = sha256(span_of("elsewhere"));
	struct error err = { 0 };
	struct told told;

	(void)state;
	assert_done(path_join(folder, "objects", &objects, &err) ||
			    path_join(folder, "linked", &linked, &err) ||
			    path_join(folder, "referenced", &referenced, &err) ||
			    folder_make(objects, &err),
		    &err);
	house_write(linked, "linked bytes");
	house_write(referenced, "elsewhere");
	assert_done(store_open("files", objects, &store, &err), &err);
	assert_done(store_put_file(store, linked, 12, &a, STORE_LINK, &err), &err);
	assert_done(store_put_file(store, referenced, 9, &b, STORE_REFERENCE, &err), &err);
	assert_int_equal(check(store, NULL, true).findings, 0);

	house_flip(linked, 2);
	told = check(store, NULL, true);
	assert_int_equal(told.findings, 1);
	assert_true(digest_equal(&told.digest, &a));
	assert_non_null(strstr(told.text, linked));
	house_flip(linked, 2);

	assert_int_equal(unlink(referenced), 0);
	told = check(store, NULL, false);
	assert_int_equal(told.findings, 1);
	assert_int_equal(told.fault, STORE_FAULT_UNREADABLE);
	assert_int_equal(told.objects, 2);
	assert_int_equal(told.unknown, 1);
	assert_non_null(strstr(told.text, referenced));
}

static void records_come_in_order_and_once_with_little_memory(void **state)
{
	static const size_t memory[] = { 1 << 20, 64 * 12, 30 * 12 };
	CLEANUP(test_folder_remove) char *folder = test_folder();

	(void)state;
	for (size_t m = 0; m < 3; m++) {
		CLEANUP(sorter_free) struct sorter *sorter = NULL;
		uint8_t record[12] = { 0 }, last[12] = { 0 };
		uint64_t chance = 7;
		struct error err = { 0 };
		size_t count = 0;
		bool any;

		assert_done(sorter_new(12, memory[m], folder, &sorter, &err), &err);
		for (int i = 0; i < 4000; i++) {
			record[0] = (uint8_t)(test_random(&chance) % 30);
			record[11] = (uint8_t)(test_random(&chance) % 7);
			assert_done(sorter_add(sorter, record, &err), &err);
		}
		assert_done(sorter_finish(sorter, &err), &err);
		for (; sorter_next(sorter, record, &any, &err) == 0 && any; count++) {
			assert_true(!count || memcmp(last, record, 12) < 0);
			memcpy(last, record, 12);
		}
		assert_int_equal(err.code, 0);
		assert_int_equal(count, 30 * 7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_object_is_seen_once_and_in_order_by_any_number_of_threads),
		cmocka_unit_test(one_flipped_bit_is_found_by_reading_and_by_nothing_else),
		cmocka_unit_test(what_is_linked_or_referenced_is_named_with_its_path),
		cmocka_unit_test(records_come_in_order_and_once_with_little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
