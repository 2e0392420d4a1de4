/* Directories against what a signature lists: shards, hashes, links, and what nobody signed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/verify/checkpoint.h"
#include "verify/modelsig/compare.h"
#include "verify/range_hash.h"

/* A folder, and a signature over it that is built and read back. */
struct signed_folder {
	char *path;
	struct modelsig signature;
	struct modelsig_report report;
	struct modelsig_terms terms;
	struct tree *tree;
};

static struct any_digest digest_of(enum hash_kind kind, struct span bytes)
{
	CLEANUP(any_hash_free) struct any_hash *hash = NULL;
	struct error err = { 0 };

	assert_done(any_hash_new(kind, &hash, &err), &err);
	any_hashes_add(&hash, &bytes, 1);
	return any_hash_finish(hash);
}

/* Sign these "NAME=CONTENT" as `plan` says, whether or not they are in the folder. */
static void sign(struct signed_folder *folder, struct modelsig_plan plan,
		 const char *const *content)
{
	static const char *const nothing[] = { NULL };
	CLEANUP(buffer_release) struct buffer payload;
	struct modelsig_file file[64];
	struct error err = { 0 };
	size_t count = 0;

	buffer_init(&payload, 1u << 20);
	plan.name = "m";
	plan.ignored = plan.ignored ? plan.ignored : nothing;
	for (; *content; content++) {
		const char *equals = strchr(*content, '=');
		struct span rest = span_of(equals + 1);
		uint64_t at = 0;

		do {
			struct span part = rest;

			if (plan.shard_size && part.len > plan.shard_size)
				part.len = plan.shard_size;
			file[count++] = (struct modelsig_file){
				.path = strndup(*content, (size_t)(equals - *content)),
				.digest = digest_of(plan.hash, part),
				.start = plan.shard_size ? at : 0,
				.end = plan.shard_size ? at + part.len : 0,
			};
			at += part.len;
			rest.data += part.len;
			rest.len -= part.len;
		} while (rest.len);
	}
	assert_done(modelsig_build(&plan, file, count, &payload, NULL, &err), &err);
	for (size_t i = 0; i < count; i++)
		free(file[i].path);
	assert_done(modelsig_payload(buffer_view(&payload), &folder->signature, &err), &err);
}

static struct signed_folder folder_new(void)
{
	return (struct signed_folder){ .path = test_folder() };
}

static void folder_release(struct signed_folder *folder)
{
	tree_close(&folder->tree);
	modelsig_release(&folder->signature);
	modelsig_report_release(&folder->report);
	test_folder_remove(&folder->path);
}

static void link_to(const struct signed_folder *folder, const char *name, const char *target)
{
	char *path = path_of(folder->path, name);

	assert_int_equal(symlink(target, path), 0);
	free(path);
}

static const struct modelsig_report *compare(struct signed_folder *folder)
{
	struct tree_options everything = { .everything = true };
	CLEANUP(threads_free) struct threads *threads = NULL;
	struct context ctx = test_context();
	struct error err = { 0 };

	assert_done(threads_new(3, &threads, &err), &err);
	ctx.threads = threads;
	tree_close(&folder->tree);
	modelsig_report_release(&folder->report);
	assert_done(tree_open(folder->path, &everything, &folder->tree, &err), &err);
	assert_done(modelsig_compare(&ctx, folder->tree, &folder->signature, &folder->terms,
				     &folder->report, &err),
		    &err);
	return &folder->report;
}

/* The listed file's state, and that its reason says this. */
static void assert_listed(const struct modelsig_report *report, const char *path,
			  enum modelsig_state state, const char *why)
{
	for (size_t i = 0; i < report->listed_count; i++) {
		if (strcmp(report->listed[i].path, path) != 0)
			continue;
		assert_int_equal(report->listed[i].state, state);
		if (why && !strstr(report->listed[i].why, why))
			fail_msg("'%s' does not say '%s'", report->listed[i].why, why);
		return;
	}
	fail_msg("'%s' is not listed", path);
}

static void assert_uncovered(const struct modelsig_report *report, const char *path,
			     enum modelsig_gap gap, bool accepted)
{
	for (size_t i = 0; i < report->uncovered_count; i++) {
		if (strcmp(report->uncovered[i].path, path) != 0)
			continue;
		assert_string_equal(modelsig_gap_name(report->uncovered[i].gap),
				    modelsig_gap_name(gap));
		assert_int_equal(report->uncovered[i].accepted, accepted);
		return;
	}
	fail_msg("'%s' is covered", path);
}

static void every_shard_of_every_hash_is_looked_at(void **state)
{
	static const char *const content[] = { "a:b/w.bin=0123456789abcdefghijklmnopqrstuvwxyz",
					       "one=x", "exact=0123456789", NULL };

	(void)state;
	for (int blake = 0; blake < 2; blake++)
		for (uint64_t size = 1; size <= 37; size += 9) {
			CLEANUP(folder_release) struct signed_folder folder = folder_new();
			const struct modelsig_report *report;

			put_text(folder.path, "a:b/w.bin", "0123456789abcdefghijklmnopqrstuvwxyz");
			put_text(folder.path, "one", "x");
			put_text(folder.path, "exact", "0123456789");
			put_text(folder.path, "empty", "");
			sign(&folder,
			     (struct modelsig_plan){ .hash = blake ? HASH_BLAKE2B : HASH_SHA256,
						     .shard_size = size },
			     content);
			report = compare(&folder);
			assert_int_equal(report->hold, 3);
			assert_int_equal(report->open, 0);
			assert_int_equal(report->bytes_read, 47);
			assert_uncovered(report, "empty", MODELSIG_GAP_EMPTY, true);
			put_text(folder.path, "a:b/w.bin", "0123456789abcdefghijklmnopqrstuvwxyZ");
			report = compare(&folder);
			assert_int_equal(report->hold, 2);
			assert_listed(report, "a:b/w.bin", MODELSIG_DIFFERS, "another digest");
			put_text(folder.path, "a:b/w.bin", "0123456789abcdefghijklmnopqrstuvwxyz!");
			assert_listed(compare(&folder), "a:b/w.bin", MODELSIG_DIFFERS,
				      "has 37 bytes, and its signed shards 36");
			put_text(folder.path, "a:b/w.bin", "0123456789abcdefghijklmnopqrstuvwxy");
			assert_listed(compare(&folder), "a:b/w.bin", MODELSIG_DIFFERS,
				      "has 35 bytes");
		}
}

static void whole_files_are_held_against_either_hash(void **state)
{
	static const char *const content[] = { "a=1", "empty=", "gone=2", NULL };

	(void)state;
	for (int blake = 0; blake < 2; blake++) {
		CLEANUP(folder_release) struct signed_folder folder = folder_new();
		CLEANUP(text_free) char *gone = path_of(folder.path, "gone");
		const struct modelsig_report *report;

		put_text(folder.path, "a", "1");
		put_text(folder.path, "empty", "");
		put_text(folder.path, "gone", "2");
		sign(&folder, (struct modelsig_plan){ .hash = blake ? HASH_BLAKE2B : HASH_SHA256 },
		     content);
		assert_int_equal(compare(&folder)->hold, 3);
		assert_int_equal(unlink(gone), 0);
		put_text(folder.path, "a", "2");
		report = compare(&folder);
		assert_int_equal(report->hold, 1);
		assert_listed(report, "gone", MODELSIG_MISSING, "is missing");
		assert_listed(report, "a", MODELSIG_DIFFERS, "not the file that was signed");
	}
}

static void what_is_not_listed_is_named_with_its_reason(void **state)
{
	static const char *const content[] = { "a=1", NULL };
	static const char *const signed_ignored[] = { "notes",  "code/",  "./x.safetensors",
						      "akashi", "../out", "/abs",
						      "*",      NULL };
	static const char *const mine[] = { "mine", "./deep/er/" };
	CLEANUP(folder_release) struct signed_folder folder = folder_new();
	const struct modelsig_report *report;

	(void)state;
	put_text(folder.path, "a", "1");
	put_text(folder.path, "notes/plan.md", "n");
	put_text(folder.path, "notesmore", "n");
	put_text(folder.path, "code/modeling.py", "p");
	put_text(folder.path, "x.safetensors", "p");
	put_text(folder.path, "akashi/release.json", "p");
	put_text(folder.path, ".git/config", "p");
	put_text(folder.path, "sub/.git/config", "p");
	put_text(folder.path, "mine", "p");
	put_text(folder.path, "deep/er/x.py", "p");
	put_text(folder.path, "deep/erx", "p");
	put_text(folder.path, "copy.sig", "the signature");
	put_text(folder.path, "other.sig", "the Signature");
	sign(&folder, (struct modelsig_plan){ .ignored = signed_ignored }, content);
	folder.terms = (struct modelsig_terms){ .ignored = mine,
						.ignored_count = 2,
						.itself = span_of("the signature") };
	report = compare(&folder);
	assert_int_equal(report->hold, 1);
	assert_uncovered(report, "notes/plan.md", MODELSIG_GAP_IGNORED, true);
	assert_uncovered(report, "notesmore", MODELSIG_GAP_UNSIGNED, false);
	assert_uncovered(report, "code/modeling.py", MODELSIG_GAP_IGNORED_LOADED, false);
	assert_uncovered(report, "x.safetensors", MODELSIG_GAP_IGNORED_LOADED, false);
	assert_uncovered(report, "akashi/release.json", MODELSIG_GAP_IGNORED, true);
	assert_uncovered(report, ".git/config", MODELSIG_GAP_STANDARD, true);
	assert_uncovered(report, "sub/.git/config", MODELSIG_GAP_UNSIGNED, false);
	assert_uncovered(report, "mine", MODELSIG_GAP_CALLER, true);
	assert_uncovered(report, "deep/er/x.py", MODELSIG_GAP_CALLER, true);
	assert_uncovered(report, "deep/erx", MODELSIG_GAP_UNSIGNED, false);
	assert_uncovered(report, "other.sig", MODELSIG_GAP_UNSIGNED, false);
	assert_int_equal(report->uncovered_count, 11); /* copy.sig is the signature itself */
	assert_int_equal(report->open, 6);
	assert_int_equal(report->bad, 0);
	folder.terms.ignore_unsigned = true;
	report = compare(&folder);
	assert_int_equal(report->uncovered_count, 11);
	assert_int_equal(report->open, 0);
}

static void what_is_signed_is_looked_at_though_it_is_ignored(void **state)
{
	static const char *const content[] = { "a=1", "b=1", NULL };
	static const char *const ignored[] = { "a", NULL };
	static const char *const mine[] = { "b" };
	CLEANUP(folder_release) struct signed_folder folder = folder_new();

	(void)state;
	put_text(folder.path, "a", "2");
	put_text(folder.path, "b", "2");
	sign(&folder, (struct modelsig_plan){ .ignored = ignored }, content);
	folder.terms = (struct modelsig_terms){ .ignored = mine,
						.ignored_count = 1,
						.ignore_unsigned = true };
	assert_int_equal(compare(&folder)->differ, 2);
}

static void links_are_refused_unless_the_signature_allows_them(void **state)
{
	static const char *const content[] = { "a=1", "l=1", "to/in=1", NULL };

	(void)state;
	for (int allow = 0; allow < 2; allow++) {
		CLEANUP(folder_release) struct signed_folder folder = folder_new();
		const struct modelsig_report *report;

		put_text(folder.path, "a", "1");
		put_text(folder.path, "dir/in", "1");
		link_to(&folder, "l", "a");
		link_to(&folder, "to", "dir");
		link_to(&folder, "more", "dir/in");
		sign(&folder, (struct modelsig_plan){ .allow_symlinks = allow }, content);
		report = compare(&folder);
		assert_listed(report, "l", allow ? MODELSIG_HOLDS : MODELSIG_REFUSED,
			      allow ? NULL : "the signature allows none");
		assert_listed(report, "to/in", allow ? MODELSIG_HOLDS : MODELSIG_REFUSED,
			      allow ? NULL : "the signature allows none");
		assert_uncovered(report, "more", allow ? MODELSIG_GAP_UNSIGNED : MODELSIG_GAP_LINK,
				 false);
		assert_uncovered(report, "to", allow ? MODELSIG_GAP_LINK_FOLDER : MODELSIG_GAP_LINK,
				 allow);
		assert_uncovered(report, "dir/in", MODELSIG_GAP_UNSIGNED, false);
		assert_int_equal(report->bad, allow ? 0 : 2);
		folder.terms.ignore_unsigned = true;
		assert_int_equal(compare(&folder)->open, 0);
	}
}

static void links_that_lead_away_are_refused_where_links_are_allowed(void **state)
{
	static const char *const content[] = { "out=1",  "loop=1", "up/a=1", "none=1",
					       "self=1", "a=1",    NULL };
	CLEANUP(folder_release) struct signed_folder folder = folder_new();
	CLEANUP(test_folder_remove) char *elsewhere = test_folder();
	CLEANUP(text_free) char *target = path_of(elsewhere, "x");
	const struct modelsig_report *report;

	(void)state;
	put_text(elsewhere, "x", "1");
	put_text(folder.path, "a", "1");
	put_text(folder.path, "dir/b", "1");
	link_to(&folder, "out", target);
	link_to(&folder, "loop", "loop");
	link_to(&folder, "up", elsewhere);
	link_to(&folder, "none", "nothing");
	link_to(&folder, "self", ".");
	link_to(&folder, "dir/above", "..");
	link_to(&folder, "dir/gone", "../../nothing");
	sign(&folder, (struct modelsig_plan){ .allow_symlinks = true }, content);
	report = compare(&folder);
	assert_listed(report, "out", MODELSIG_REFUSED, "leads out of the model");
	assert_listed(report, "up/a", MODELSIG_MISSING, "leads nowhere");
	assert_listed(report, "loop", MODELSIG_REFUSED, "in a circle");
	assert_listed(report, "self", MODELSIG_REFUSED, "in a circle");
	assert_listed(report, "none", MODELSIG_MISSING, "leads nowhere");
	assert_listed(report, "a", MODELSIG_HOLDS, NULL);
	assert_uncovered(report, "dir/above", MODELSIG_GAP_LINK_AWAY, false);
	assert_uncovered(report, "dir/gone", MODELSIG_GAP_LINK_AWAY, false);
	assert_uncovered(report, "up", MODELSIG_GAP_LINK_AWAY, false);
	put_text(elsewhere, "a", "1");
	assert_listed(compare(&folder), "up/a", MODELSIG_REFUSED, "leads out of the model");
}

static void the_links_of_a_hub_cache_are_its_files(void **state)
{
	static const char *const content[] = { "config.json={}", "deep/w=1", NULL };
	CLEANUP(folder_release) struct signed_folder folder = folder_new();
	CLEANUP(text_free) char *cache = folder.path;
	const struct modelsig_report *report;

	(void)state;
	put_text(cache, "blobs/aa", "{}");
	put_text(cache, "blobs/bb", "1");
	put_text(cache, "snapshots/main/deep/.keep", "");
	folder.path = path_of(cache, "snapshots/main");
	link_to(&folder, "config.json", "../../blobs/aa");
	link_to(&folder, "deep/w", "../../../blobs/bb");
	sign(&folder, (struct modelsig_plan){ 0 }, content);
	report = compare(&folder);
	assert_int_equal(report->hold, 2);
	assert_int_equal(report->bad, 0);
	put_text(cache, "blobs/bb", "2");
	assert_int_equal(compare(&folder)->differ, 1);
	test_folder_remove(&cache);
	cache = NULL;
}

static void pipes_are_no_files(void **state)
{
	static const char *const content[] = { "a=1", "pipe=1", NULL };
	CLEANUP(folder_release) struct signed_folder folder = folder_new();
	CLEANUP(text_free) char *pipe = path_of(folder.path, "pipe");
	CLEANUP(text_free) char *more = path_of(folder.path, "more");
	const struct modelsig_report *report;

	(void)state;
	put_text(folder.path, "a", "1");
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_int_equal(mkfifo(more, 0600), 0);
	sign(&folder, (struct modelsig_plan){ .allow_symlinks = true }, content);
	report = compare(&folder);
	assert_listed(report, "pipe", MODELSIG_REFUSED, "neither a file nor a folder");
	assert_uncovered(report, "more", MODELSIG_GAP_OTHER, false);
	assert_int_equal(report->bad, 1);
}

/* Files of memory for range_hash: as many as there are letters, each of its letter. */
static int open_letters(void *user, size_t index, struct source **out_source, struct error *err)
{
	size_t len = *(size_t *)user;
	uint8_t *bytes = malloc(len);
	int failed;

	assert_non_null(bytes);
	if (index == 25) {
		free(bytes);
		return error_set(err, ERROR_ABSENT, "no 'z'");
	}
	memset(bytes, 'a' + (int)index, len);
	failed = source_open_memory("letters", (struct span){ bytes, len }, out_source, err);
	free(bytes);
	return failed;
}

static void ranges_are_hashed_in_any_number_of_threads(void **state)
{
	enum { LETTERS = 25, PARTS = 3 };
	size_t len = 700001, jobs = LETTERS * PARTS;
	struct range_files files = { &len, LETTERS + 1, open_letters };

	(void)state;
	for (size_t count = 0; count <= 7; count += 7) {
		CLEANUP(threads_free) struct threads *threads = NULL;
		struct range_job job[LETTERS * PARTS + 1];
		uint8_t *bytes = malloc(len);
		struct context ctx = test_context();
		struct error err = { 0 };

		assert_non_null(bytes);
		if (count)
			assert_done(threads_new(count, &threads, &err), &err);
		ctx.threads = threads;
		for (size_t i = 0; i < jobs; i++)
			job[i] = (struct range_job){ .file = i / PARTS,
						     .offset = i % PARTS * 262144,
						     .len = i % PARTS == 2 ? len - 2 * 262144
									   : 262144 };
		assert_done(range_hash_run(&ctx, "x", HASH_SHA256, &files, job, jobs, &err), &err);
		for (size_t i = 0; i < jobs; i++) {
			struct any_digest expected;

			memset(bytes, 'a' + (int)(i / PARTS), len);
			expected = digest_of(HASH_SHA256, (struct span){ bytes, job[i].len });
			assert_true(any_digest_equal(&expected, &job[i].digest));
		}
		job[jobs] = (struct range_job){ .file = 25, .len = 1 };
		assert_fails(range_hash_run(&ctx, "x", HASH_SHA256, &files, job, jobs + 1, &err),
			     &err, ERROR_ABSENT);
		free(bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shard_of_every_hash_is_looked_at),
		cmocka_unit_test(whole_files_are_held_against_either_hash),
		cmocka_unit_test(what_is_not_listed_is_named_with_its_reason),
		cmocka_unit_test(what_is_signed_is_looked_at_though_it_is_ignored),
		cmocka_unit_test(links_are_refused_unless_the_signature_allows_them),
		cmocka_unit_test(links_that_lead_away_are_refused_where_links_are_allowed),
		cmocka_unit_test(the_links_of_a_hub_cache_are_its_files),
		cmocka_unit_test(pipes_are_no_files),
		cmocka_unit_test(ranges_are_hashed_in_any_number_of_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
