/* Repositories that the git command made, and what we say about them. */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "registry/git.h"
#include "registry/git/refs.h"
#include "registry/git/work.h"

/* libgit2 1.5 forgets a little of PCRE2 whenever it opens a repository that has extensions. */
const char *__lsan_default_suppressions(void);
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void)
{
	return "leak:libpcre2\n";
}

/* Run a script of the shell in a folder; no setting of this machine's user takes part. */
static void in_folder(const char *folder, const char *script)
{
	char *line = NULL;

	if (asprintf(&line,
		     "cd '%s' && export HOME=/nonexistent GIT_CONFIG_NOSYSTEM=1 "
		     "GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=a "
		     "GIT_COMMITTER_EMAIL=a@example.org GIT_AUTHOR_DATE='2026-11-24T18:00:00Z' "
		     "GIT_COMMITTER_DATE='2026-11-24T18:00:00Z' && ( %s ) >/dev/null 2>&1",
		     folder, script) < 0)
		abort();
	if (system(line) != 0)
		fail_msg("the git command failed: %s", script);
	free(line);
}

/* What a script prints, without the line's end. */
static void output_of(const char *folder, const char *script, char *out, int size)
{
	char *line = NULL;
	FILE *stream;

	if (asprintf(&line, "cd '%s' && %s", folder, script) < 0)
		abort();
	stream = popen(line, "r");
	free(line);
	if (!stream || !fgets(out, size, stream))
		abort();
	pclose(stream);
	out[strcspn(out, "\n")] = '\0';
}

struct facts {
	struct json *json;
	struct buffer diff;
};

static void facts_release(struct facts *facts)
{
	json_free(&facts->json);
	buffer_release(&facts->diff);
}

static void gather(const char *folder, struct facts *out_facts)
{
	struct context ctx = test_context();
	struct git_request request = { .folder = folder };
	struct error err = { 0 };

	assert_done(git_facts_gather(&ctx, &request, &out_facts->json, &out_facts->diff, &err),
		    &err);
}

static const char *fact(const struct facts *facts, const char *key)
{
	const char *text = json_text(json_member(facts->json, key));

	return text ? text : "(none)";
}

static bool diff_has(const struct facts *facts, const char *text)
{
	return facts->diff.len &&
	       memmem(facts->diff.data, facts->diff.len, text, strlen(text)) != NULL;
}

static const char start[] = "git init -q -b main . && printf 'one\\n' >a.txt && mkdir -p d && "
			    "printf 'run\\n' >d/b.sh && chmod +x d/b.sh && git add -A && "
			    "git commit -qm first";

static int folder_setup(void **state)
{
	*state = test_folder();
	return 0;
}

static int folder_teardown(void **state)
{
	char *folder = *state;

	test_folder_remove(&folder);
	return 0;
}

static void a_clean_work_tree_gives_commit_tree_branch_tags_and_time(void **state)
{
	CLEANUP(facts_release) struct facts facts = { 0 };
	char commit[65], tree[65];

	in_folder(*state, start);
	in_folder(*state, "git tag v1 && git tag -a -m annotated v0 && git tag other HEAD && "
			  "git remote add origin https://user:secret@example.org/x.git?token=1");
	output_of(*state, "git rev-parse HEAD", commit, sizeof(commit));
	output_of(*state, "git rev-parse 'HEAD^{tree}'", tree, sizeof(tree));
	gather(*state, &facts);
	assert_string_equal(fact(&facts, "commit"), commit);
	assert_string_equal(fact(&facts, "tree"), tree);
	assert_string_equal(fact(&facts, "branch"), "main");
	assert_string_equal(fact(&facts, "objectFormat"), "sha1");
	assert_string_equal(fact(&facts, "authorTime"), "2026-11-24T18:00:00Z");
	assert_string_equal(fact(&facts, "dirty"), "clean");
	assert_string_equal(fact(&facts, "remote"), "https://example.org/x.git");
	assert_int_equal(json_count(json_member(facts.json, "tags")), 3);
	assert_string_equal(json_text(json_at(json_member(facts.json, "tags"), 1)), "v0");
	assert_int_equal(facts.diff.len, 0);
}

static void the_tracked_digest_is_what_the_formats_say(void **state)
{
	CLEANUP(facts_release) struct facts facts = { 0 };
	char expected[80];

	in_folder(*state, start);
	in_folder(*state,
		  "ln -s a.txt link && mkdir a && printf x >a/z && printf y >a-b && git add -A && "
		  "git commit -qm more");
	/* The same with other people's tools; ls-tree sorts as the formats ask. */
	output_of(*state,
		  "printf 'sha256:'; git ls-tree -r -z HEAD | tr '\\0' '\\n' | while read -r m t o "
		  "p; do "
		  "printf '%s %s %s\\n' $m $(git cat-file blob $o | sha256sum | cut -c1-64) "
		  "\"$p\"; done | "
		  "tr '\\n' '\\0' | sha256sum | cut -c1-64",
		  expected, sizeof(expected));
	gather(*state, &facts);
	assert_string_equal(fact(&facts, "tracked"), expected);
}

static void a_changed_file_makes_it_dirty_and_the_diff_applies(void **state)
{
	CLEANUP(facts_release) struct facts facts = { 0 };
	struct error err = { 0 };
	char *path = NULL;

	in_folder(*state, start);
	in_folder(*state, "printf 'two\\n' >>a.txt && printf '\\0\\1' >bin && git add bin && "
			  "git commit -qm bin && printf '\\0\\2' >bin && printf new >new.py");
	gather(*state, &facts);
	assert_string_equal(fact(&facts, "dirty"), "dirty");
	assert_true(diff_has(&facts, "# untracked 3 sha256:"));
	assert_true(diff_has(&facts, " new.py\n"));
	assert_done(path_join(*state, "kept.patch", &path, &err), &err);
	assert_done(file_write(path, buffer_view(&facts.diff), 0600, FILE_REPLACE, &err), &err);
	free(path);
	in_folder(*state, "cp a.txt want && cp bin want-bin && git checkout -q a.txt bin && "
			  "git apply kept.patch && cmp a.txt want && cmp bin want-bin");
}

static void untracked_outputs_and_registries_do_not_make_it_dirty(void **state)
{
	CLEANUP(facts_release) struct facts facts = { 0 };
	struct context ctx = test_context();
	struct error err = { 0 };
	char *out = NULL;
	const char *output[1];
	struct git_request request = { .folder = *state, .output = output, .output_count = 1 };

	in_folder(*state, start);
	in_folder(*state, "mkdir -p .akashi out/step-1 && touch .akashi/config out/step-1/w");
	assert_done(path_join(*state, "out/step-1", &out, &err), &err);
	output[0] = out;
	assert_done(git_facts_gather(&ctx, &request, &facts.json, &facts.diff, &err), &err);
	assert_string_equal(fact(&facts, "dirty"), "clean");
	free(out);
}

static void asking_changes_nothing_in_the_repository(void **state)
{
	CLEANUP(facts_release) struct facts facts = { 0 };

	in_folder(*state, start);
	in_folder(*state, "touch -d '2020-01-01' a.txt && "
			  "find . -type f -exec sha256sum {} + | sort >../before.$$ && mv "
			  "../before.$$ .git/before");
	gather(*state, &facts);
	in_folder(*state,
		  "find . -type f ! -name before -exec sha256sum {} + | sort >/tmp/after.$$ && "
		  "grep -v before .git/before | cmp - /tmp/after.$$; s=$?; rm /tmp/after.$$; exit "
		  "$s");
}

static void a_folder_inside_the_work_tree_finds_it_unless_enclosed(void **state)
{
	CLEANUP(facts_release) struct facts facts = { 0 };
	struct context ctx = test_context();
	struct error err = { 0 };
	char *below = NULL;
	struct git_request request = { .enclosed = true };

	in_folder(*state, start);
	assert_done(path_join(*state, "d", &below, &err), &err);
	gather(below, &facts);
	facts_release(&facts);
	request.folder = below;
	assert_fails(git_facts_gather(&ctx, &request, &facts.json, &facts.diff, &err), &err,
		     ERROR_ABSENT);
	request.folder = *state;
	assert_done(git_facts_gather(&ctx, &request, &facts.json, &facts.diff, &err), &err);
	free(below);
}

static void an_enclosed_repository_may_not_borrow_objects(void **state)
{
	struct context ctx = test_context();
	struct error err = { 0 };
	struct git_request request = { .folder = *state, .enclosed = true };
	CLEANUP(facts_release) struct facts facts = { 0 };

	in_folder(*state, start);
	in_folder(*state, "echo /nonexistent >.git/objects/info/alternates");
	assert_fails(git_facts_gather(&ctx, &request, &facts.json, &facts.diff, &err), &err,
		     ERROR_UNTRUSTED);
}

static void no_repository_and_no_commit_are_clear_errors(void **state)
{
	struct context ctx = test_context();
	struct error err = { 0 };
	struct git_request request = { .folder = *state };
	CLEANUP(facts_release) struct facts facts = { 0 };

	assert_int_equal(git_facts_gather(&ctx, &request, &facts.json, &facts.diff, &err), -1);
	assert_int_equal(err.code, ERROR_ABSENT);
	assert_non_null(strstr(err.text, "no git repository"));
	err = (struct error){ 0 };
	in_folder(*state, "git init -q .");
	assert_int_equal(git_facts_gather(&ctx, &request, &facts.json, &facts.diff, &err), -1);
	assert_int_equal(err.code, ERROR_ABSENT);
	assert_non_null(strstr(err.text, "has no commit yet"));
}

static void a_bare_repository_has_a_commit_and_no_dirty_state(void **state)
{
	CLEANUP(facts_release) struct facts facts = { 0 };
	struct error err = { 0 };
	char *bare = NULL;

	in_folder(*state, start);
	in_folder(*state, "git clone -q --bare . bare.git");
	assert_done(path_join(*state, "bare.git", &bare, &err), &err);
	gather(bare, &facts);
	assert_string_equal(fact(&facts, "dirty"), "not-possible");
	assert_string_equal(fact(&facts, "branch"), "main");
	assert_string_not_equal(fact(&facts, "tracked"), "(none)");
	free(bare);
}

static void without_an_origin_the_first_remote_is_told(void **state)
{
	CLEANUP(facts_release) struct facts facts = { 0 };

	in_folder(*state, start);
	in_folder(*state, "git remote add first /srv/x.git && git remote add upstream "
			  "git@example.org:x.git && git remote remove first");
	gather(*state, &facts);
	assert_string_equal(fact(&facts, "remote"), "git@example.org:x.git");
}

static void a_detached_head_has_no_branch(void **state)
{
	CLEANUP(facts_release) struct facts facts = { 0 };

	in_folder(*state, start);
	in_folder(*state, "git checkout -q --detach");
	gather(*state, &facts);
	assert_string_equal(fact(&facts, "branch"), "(none)");
	assert_string_equal(fact(&facts, "dirty"), "clean");
}

static void a_sha256_repository_gives_commit_branch_and_tags_and_says_what_it_cannot(void **state)
{
	CLEANUP(facts_release) struct facts facts = { 0 };
	char commit[80];

	in_folder(*state,
		  "git init -q -b main --object-format=sha256 . && printf 'one\\n' >a.txt && "
		  "git add -A && git commit -qm first && git tag light && git tag -a -m x noted");
	output_of(*state, "git rev-parse HEAD", commit, sizeof(commit));
	gather(*state, &facts);
	assert_int_equal(strlen(commit), 64);
	assert_string_equal(fact(&facts, "commit"), commit);
	assert_string_equal(fact(&facts, "objectFormat"), "sha256");
	assert_string_equal(fact(&facts, "branch"), "main");
	assert_string_equal(fact(&facts, "dirty"), "not-possible");
	assert_string_not_equal(fact(&facts, "reason"), "(none)");
	assert_int_equal(json_count(json_member(facts.json, "tags")), 1);
	facts_release(&facts);

	/* Packed refs tell what an annotated tag points at, and where the branch is. */
	in_folder(*state, "git pack-refs --all");
	gather(*state, &facts);
	assert_string_equal(fact(&facts, "commit"), commit);
	assert_int_equal(json_count(json_member(facts.json, "tags")), 2);
	assert_string_equal(json_text(json_at(json_member(facts.json, "tags"), 0)), "light");
}

static void a_sparse_checkout_and_a_partial_clone_say_why_dirty_is_not_possible(void **state)
{
	CLEANUP(facts_release) struct facts facts = { 0 };
	struct error err = { 0 };
	char *partial = NULL;

	in_folder(*state, start);
	in_folder(*state, "git config uploadpack.allowFilter true && "
			  "git clone -q --no-local --filter=blob:none --no-checkout . partial");
	assert_done(path_join(*state, "partial", &partial, &err), &err);
	gather(partial, &facts);
	assert_string_equal(fact(&facts, "dirty"), "not-possible");
	assert_non_null(strstr(fact(&facts, "reason"), "partial"));
	assert_string_equal(fact(&facts, "tracked"), "(none)");
	facts_release(&facts);
	free(partial);

	in_folder(*state, "git sparse-checkout set d");
	gather(*state, &facts);
	assert_string_equal(fact(&facts, "dirty"), "not-possible");
	assert_non_null(strstr(fact(&facts, "reason"), "sparse"));
	assert_string_not_equal(fact(&facts, "tracked"), "(none)");
}

static void a_linked_work_tree_and_a_submodule_are_read(void **state)
{
	CLEANUP(facts_release) struct facts facts = { 0 };
	struct error err = { 0 };
	char *linked = NULL;

	in_folder(*state, start);
	in_folder(*state, "git -c protocol.file.allow=always submodule add -q ./ sub && "
			  "git commit -qm sub && git worktree add -q linked -b side");
	assert_done(path_join(*state, "linked", &linked, &err), &err);
	gather(linked, &facts);
	assert_string_equal(fact(&facts, "branch"), "side");
	assert_string_not_equal(fact(&facts, "tracked"), "(none)");
	free(linked);
}

static void a_repository_of_somebody_else_is_refused(void **state)
{
	struct context ctx = test_context();
	struct error err = { 0 };
	struct git_request request = { .folder = *state };
	CLEANUP(facts_release) struct facts facts = { 0 };

	if (geteuid() != 0)
		skip(); /* only root can give files away */
	in_folder(*state, start);
	in_folder(*state, "chown -R 12345 .");
	assert_fails(git_facts_gather(&ctx, &request, &facts.json, &facts.diff, &err), &err,
		     ERROR_UNTRUSTED);
	in_folder(*state, "chown -R 0 .");
}

/* Whatever is wrong with it, the answer is an error in words, never facts. */
static void is_refused(const char *folder, const char *damage)
{
	struct context ctx = test_context();
	struct error err = { 0 };
	struct git_request request = { .folder = folder };
	CLEANUP(facts_release) struct facts facts = { 0 };

	in_folder(folder, "rm -rf .git && mkdir -p d");
	in_folder(folder, start);
	in_folder(folder, damage);
	if (git_facts_gather(&ctx, &request, &facts.json, &facts.diff, &err) != -1 || !err.text[0])
		fail_msg("not refused: %s", damage);
}

static void a_damaged_repository_is_refused_in_words(void **state)
{
	is_refused(*state, "rm -f .git/objects/*/*");
	is_refused(*state, "rm -f .git/objects/$(git rev-parse HEAD:a.txt | sed 's|^..|&/|')");
	is_refused(*state, "printf nonsense >.git/HEAD");
	is_refused(*state, "printf 'ref: ../../../etc/passwd' >.git/HEAD");
	is_refused(*state, "printf 'ref: refs/heads/main' >.git/refs/heads/main");
	is_refused(*state, "printf '[core' >.git/config");
	is_refused(*state, "printf '[core]\\nrepositoryformatversion = 9\\n' >.git/config");
	is_refused(*state, "printf '[core]\\nrepositoryformatversion = 1\\n[extensions]\\n"
			   "refstorage = reftable\\n' >.git/config");
	is_refused(*state, "printf '[extensions]\\nobjectformat = sha256\\n' >.git/config && "
			   "printf 'ref: refs/heads/../../config' >.git/HEAD");
	is_refused(*state, "printf '[extensions]\\nobjectformat = sha256\\n' >.git/config && "
			   "rm .git/refs/heads/main && printf '^\\n^x\\n' >.git/packed-refs");
}

static void a_diff_beyond_the_limit_is_left_out_and_said(void **state)
{
	CLEANUP(facts_release) struct facts facts = { 0 };

	in_folder(*state, start);
	in_folder(*state, "seq 1 4000000 >a.txt");
	gather(*state, &facts);
	assert_string_equal(fact(&facts, "dirty"), "dirty");
	assert_non_null(strstr(fact(&facts, "reason"), "too large"));
	assert_int_equal(facts.diff.len, 0);
}

static void a_remote_loses_what_lets_one_in(void **state)
{
	static const char *const pair[][2] = {
		{ "https://user:pw@host/x", "https://host/x" },
		{ "https://ghp_token@host/x?private=1#f", "https://host/x" },
		{ "https://host/a@b", "https://host/a@b" },
		{ "ssh://git:pw@host:22/x", "ssh://git@host:22/x" },
		{ "ssh://git@host/x", "ssh://git@host/x" },
		{ "git@host:x/y.git", "git@host:x/y.git" },
		{ "https://[::1]:8443/x", "https://[::1]:8443/x" },
		{ "https://user:a/b@host/x", NULL },
		{ "https://user:a#b@host/x", NULL },
		{ "https://user:a?b@host/x", NULL },
		{ "user:pw@host:x", NULL },
		{ "/srv/models/x", NULL },
		{ "../x", NULL },
		{ "file:///srv/models/x", NULL },
	};
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(pair) / sizeof(pair[0]); i++) {
		char *url = NULL;

		assert_done(git_url_public(pair[i][0], &url, &err), &err);
		if (pair[i][1])
			assert_string_equal(url, pair[i][1]);
		else
			assert_null(url);
		free(url);
	}
}

static int path_append(void *arg, const char *path, struct error *err)
{
	return buffer_printf(arg, err, "%s|", path);
}

/* What a commit touched must be what git's own comparison lists, in its order. */
static void same_as_git(const char *folder, const char *list)
{
	CLEANUP(buffer_release) struct buffer touched;
	CLEANUP(text_free) char *ours = NULL;
	struct git_work *work;
	struct error err = { 0 };
	char hex[GIT_HEX_SIZE], theirs[1024];

	buffer_init(&touched, sizeof(theirs));
	output_of(folder, list, theirs, sizeof(theirs));
	assert_done(git_work_open(folder, &work, &err), &err);
	assert_done(git_work_commit(work, "HEAD", hex, &err), &err);
	assert_done(git_work_touched(work, hex, path_append, &touched, &err), &err);
	assert_done(buffer_to_text(&touched, &ours, &err), &err);
	assert_string_equal(ours, theirs);
	git_work_close(&work);
}

static void what_a_commit_touched_is_what_git_lists(void **state)
{
	in_folder(
		*state,
		"git init -q -b main . && mkdir -p d/deep/er same/x g a && echo 1 >d/deep/er/f && "
		"echo 1 >same/x/f && echo 1 >g/inner && echo 1 >f && echo 1 >a/b && echo 1 >a.b && "
		"echo 1 >gone && echo 1 >mode && ln -s f link && git add -A && git commit -qm 1");
	same_as_git(*state, "git diff-tree -r --root --no-commit-id --name-only HEAD | "
			    "grep -v '^link$' | tr '\\n' '|'");
	in_folder(*state,
		  "echo 2 >d/deep/er/f && mkdir -p new/er && echo 1 >new/er/f && git rm -qr g f "
		  "gone && "
		  "echo 1 >g && mkdir f && echo 1 >f/f && echo 2 >a/b && echo 2 >a.b && "
		  "chmod +x mode && rm link && echo 1 >link && git add -A && git commit -qm 2");
	same_as_git(*state, "git diff-tree -r --no-commit-id --name-only --no-renames "
			    "--diff-filter=AMT HEAD | tr '\\n' '|'");
	in_folder(*state, "git checkout -q -b side && echo 3 >a.b && echo 3 >same/x/f && git "
			  "commit -qam side && "
			  "git checkout -q main && echo 4 >a.b && echo 4 >d/deep/er/f && git "
			  "commit -qam main && "
			  "! git merge side && echo 5 >a.b && mkdir only && echo 5 >only/here && "
			  "git add -A && "
			  "git commit -qm both");
	same_as_git(*state, "git diff-tree -r -c --no-commit-id --name-only HEAD | tr '\\n' '|'");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(a_clean_work_tree_gives_commit_tree_branch_tags_and_time),
		IN_FOLDER(the_tracked_digest_is_what_the_formats_say),
		IN_FOLDER(a_changed_file_makes_it_dirty_and_the_diff_applies),
		IN_FOLDER(untracked_outputs_and_registries_do_not_make_it_dirty),
		IN_FOLDER(asking_changes_nothing_in_the_repository),
		IN_FOLDER(a_folder_inside_the_work_tree_finds_it_unless_enclosed),
		IN_FOLDER(an_enclosed_repository_may_not_borrow_objects),
		IN_FOLDER(no_repository_and_no_commit_are_clear_errors),
		IN_FOLDER(a_bare_repository_has_a_commit_and_no_dirty_state),
		IN_FOLDER(a_detached_head_has_no_branch),
		IN_FOLDER(without_an_origin_the_first_remote_is_told),
		IN_FOLDER(a_sha256_repository_gives_commit_branch_and_tags_and_says_what_it_cannot),
		IN_FOLDER(a_sparse_checkout_and_a_partial_clone_say_why_dirty_is_not_possible),
		IN_FOLDER(a_linked_work_tree_and_a_submodule_are_read),
		IN_FOLDER(a_repository_of_somebody_else_is_refused),
		IN_FOLDER(a_damaged_repository_is_refused_in_words),
		IN_FOLDER(what_a_commit_touched_is_what_git_lists),
		IN_FOLDER(a_diff_beyond_the_limit_is_left_out_and_said),
		cmocka_unit_test(a_remote_loses_what_lets_one_in),
	};

	if (system("git --version >/dev/null 2>&1") != 0) {
		puts("skipped: there is no git command to make repositories with");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
