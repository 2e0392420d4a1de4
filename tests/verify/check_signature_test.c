/* Whole directories against OpenSSF signatures: what a signature does not cover is said. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/verify/signer.h"

/* A folder with a signed config.json, and the signature over it. */
struct signed_folder {
	char *path;
	struct test_signer signer;
	struct buffer bundle, pem;
};

static void put(const struct signed_folder *folder, const char *name, const char *content)
{
	CLEANUP(text_free) char *path = NULL, *parent = NULL;
	struct error err = { 0 };

	assert_done(path_join(folder->path, name, &path, &err), &err);
	parent = strdup(path);
	assert_non_null(parent);
	*strrchr(parent, '/') = '\0';
	assert_done(folder_make(parent, &err), &err);
	assert_done(file_write(path, span_of(content), 0644, FILE_REPLACE, &err), &err);
}

static struct any_digest digest_of(const char *content)
{
	struct digest digest = sha256(span_of(content));

	return any_digest_of(&digest);
}

static struct signed_folder folder_new(const char *const *ignored)
{
	struct modelsig_plan plan = { .name = "model",
				      .ignored = ignored,
				      .signature_name = "model.sig" };
	struct signed_folder folder = { .path = test_folder(), .signer = test_signer_new("P-256") };
	struct modelsig_file file[] = { { .path = (char[]){ "config.json" },
					  .digest = digest_of("{}") } };
	CLEANUP(buffer_release) struct buffer payload;
	struct error err = { 0 };

	buffer_init(&payload, 65536);
	buffer_init(&folder.bundle, 65536);
	buffer_init(&folder.pem, PUBLIC_KEY_PEM_MAX);
	put(&folder, "config.json", "{}");
	assert_done(modelsig_build(&plan, file, 1, &payload, NULL, &err), &err);
	test_envelope(&folder.signer, buffer_view(&payload), &folder.bundle);
	assert_done(public_key_pem(folder.signer.public, &folder.pem, &err), &err);
	return folder;
}

static void folder_release(struct signed_folder *folder)
{
	test_folder_remove(&folder->path);
	test_signer_release(&folder->signer);
	buffer_release(&folder->bundle);
	buffer_release(&folder->pem);
}

/* The exit status; `named` must stand among the details of the bytes step (NULL: none may). */
static int verdict_of(const struct signed_folder *folder, const char *named)
{
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	struct context ctx = test_context();
	struct check_request request = { .signature = buffer_view(&folder->bundle),
					 .key_pem = buffer_view(&folder->pem) };
	struct error err = { 0 };
	bool found = !named;

	assert_done(check_path(&ctx, folder->path, &request, &verdict, &err), &err);
	for (size_t i = 0; i < verdict->step[STEP_BYTES].detail_count; i++)
		found = found ||
			strncmp(verdict->step[STEP_BYTES].detail[i], named, strlen(named)) == 0;
	assert_true(found);
	return verdict_exit_status(verdict);
}

static const char *const nothing[] = { NULL };

static void what_is_listed_and_true_holds(void **state)
{
	CLEANUP(folder_release) struct signed_folder folder = folder_new(nothing);

	(void)state;
	assert_int_equal(verdict_of(&folder, NULL), 0);
	put(&folder, "config.json", "[]");
	assert_int_equal(verdict_of(&folder, "config.json: is not the file that was signed"), 1);
}

static void a_file_that_the_signature_leaves_out_is_not_covered(void **state)
{
	static const char *const ignored[] = { "model.safetensors", "code", "README.md", NULL };
	CLEANUP(folder_release) struct signed_folder folder = folder_new(ignored);

	(void)state;
	put(&folder, "README.md", "corrected after signing, as cards are");
	assert_int_equal(verdict_of(&folder, "README.md: not covered"), 0);
	put(&folder, "code/modeling.py", "import os");
	assert_int_equal(verdict_of(&folder, "code/modeling.py: not covered"), 3);
	put(&folder, "model.safetensors", "anything");
	assert_int_equal(verdict_of(&folder, "model.safetensors: not covered"), 3);
}

static void what_only_our_rules_leave_out_is_not_covered(void **state)
{
	static const char *const left_out[] = { ".cache/x.py", "akashi/x.py", "SHA256SUMS",
						"model.sig" };

	(void)state;
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
		CLEANUP(folder_release) struct signed_folder folder = folder_new(nothing);

		put(&folder, left_out[i], "unsigned");
		/* The builder always leaves out the signature's own name: listed, and said. */
		assert_int_equal(verdict_of(&folder, left_out[i]), i < 3 ? 3 : 0);
	}
}

static void what_both_leave_out_is_said(void **state)
{
	static const char *const ignored[] = { ".cache", "akashi", "SHA256SUMS", NULL };
	CLEANUP(folder_release) struct signed_folder folder = folder_new(ignored);

	(void)state;
	put(&folder, ".cache/huggingface/x.metadata", "y");
	put(&folder, "akashi/release.json", "y");
	assert_int_equal(verdict_of(&folder, ".cache/huggingface/x.metadata: not covered"), 0);
	assert_int_equal(verdict_of(&folder, "akashi/release.json: not covered"), 0);
	for (int i = 0; i < 8; i++) {
		char name[32];

		snprintf(name, sizeof(name), "akashi/objects/%d", i);
		put(&folder, name, "y");
	}
	assert_int_equal(verdict_of(&folder, "akashi/: 9 files not covered"), 0);
}

/* Nothing registered goes with a bare signature: what was asked besides cannot silently hold. */
static void scores_that_were_asked_for_are_not_passed_over(void **state)
{
	CLEANUP(folder_release) struct signed_folder folder = folder_new(nothing);
	CLEANUP(verdict_free) struct verdict *verdict = NULL;
	struct context ctx = test_context();
	struct check_request request = { .signature = buffer_view(&folder.bundle),
					 .key_pem = buffer_view(&folder.pem),
					 .evals = 1 };
	struct error err = { 0 };

	(void)state;
	assert_done(check_path(&ctx, folder.path, &request, &verdict, &err), &err);
	assert_int_equal(verdict_exit_status(verdict), 3);
	assert_non_null(strstr(verdict->undecided[0], "no evaluation with its samples"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_listed_and_true_holds),
		cmocka_unit_test(a_file_that_the_signature_leaves_out_is_not_covered),
		cmocka_unit_test(what_only_our_rules_leave_out_is_not_covered),
		cmocka_unit_test(what_both_leave_out_is_said),
		cmocka_unit_test(scores_that_were_asked_for_are_not_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
