/* Without memory, at whatever moment, signing a model fails with words and leaves a whole
 * signature: the one that was there, or the new one. */
#include "registry/model_sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/faults.h"

struct attempt {
	struct context ctx;
	struct model_sign_request request;
	unsigned replaced; /* failures by which the old signature was gone already */
};

static int sign_once(void *arg, struct error *err)
{
	CLEANUP(json_free) struct json *report = NULL;
	CLEANUP(buffer_release) struct buffer kept;
	CLEANUP(modelsig_release) struct modelsig said = { 0 };
	struct attempt *attempt = arg;
	struct error unread = { 0 };

	buffer_init(&kept, MODELSIG_MAX_BYTES);
	if (model_sign(&attempt->ctx, &attempt->request, &report, err) == 0)
		return 0;
	assert_done(file_read(attempt->request.signature, &kept, &unread), &unread);
	if (span_equal(buffer_view(&kept), span_of("old")))
		return -1;
	/* It failed after the signature had its name: then it is a whole one. */
	assert_done(modelsig_read(buffer_view(&kept), &said, &unread), &unread);
	attempt->replaced++;
	return -1;
}

static void put(const char *folder, const char *name, const char *text, char out_path[4096])
{
	struct error err = { 0 };

	snprintf(out_path, 4096, "%s/%s", folder, name);
	assert_done(file_write(out_path, span_of(text), 0600, FILE_REPLACE, &err), &err);
}

static void signing_without_memory_fails_with_words_and_leaves_a_whole_signature(void **state)
{
	CLEANUP(test_folder_remove) char *folder = test_folder();
	static const char *const ignore[] = { "left" };
	char path[4096], signature[4096], key[4096];
	struct attempt attempt = { .ctx = test_context() };
	struct error err = { 0 };

	(void)state;
	snprintf(key, sizeof(key), "%s.key", folder);
	assert_done(
		signing_key_generate_path(&attempt.ctx, key, 0600, SIGNING_ECDSA_P521, NULL, &err),
		&err);
	put(folder, "a", "weights", path);
	put(folder, "left", "not signed", path);
	put(folder, "b", "more weights", path);
	put(folder, "model.sig", "old", signature);
	attempt.request = (struct model_sign_request){ .path = folder,
						       .signature = signature,
						       .key = key,
						       .ignore = ignore,
						       .ignore_count = 1 };
	hash_implementation(); /* decided before anything fails */
	/* Shards take the other way through the digests. */
	for (uint64_t shard = 0; shard <= 5; shard += 5) {
		attempt.request.shard_size = shard;
		put(folder, "model.sig", "old", signature);
		attempt.replaced = 0;
		assert_true(every_allocation_fails_once(sign_once, &attempt) > 50);
		assert_true(attempt.replaced <= 2); /* making the folder's entry durable */
	}
	assert_int_equal(unlink(key), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			signing_without_memory_fails_with_words_and_leaves_a_whole_signature),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
