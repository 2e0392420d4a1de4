/* git: what a repository says about a commit, through libgit2. */
#include "registry/git.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "registry/git/inner.h"

/* Untracked files up to this size are named with their digest. */
#define UNTRACKED_HASH_MAX (1u << 20)

/* ---- the commit ---- */

static int add_tags(struct repository *repo, struct json *facts, struct error *err)
{
	const struct git_library *git = &repo->git;
	git_reference_iterator *tags = NULL;
	git_reference *tag = NULL;
	struct json *array;
	int failed = 0;

	if (json_set_array(facts, "tags", &array, err))
		return -1;
	if (git->reference_iterator_glob_new(&tags, repo->handle, "refs/tags/*"))
		return 0;
	/* The iterator goes by the names' order. */
	while (!failed && git->reference_next(&tag, tags) == 0) {
		git_object *target = NULL;

		if (git->reference_peel(&target, tag, GIT_OBJECT_COMMIT) == 0 &&
		    git->oid_equal(git->object_id(target),
				   git->object_id((git_object *)repo->commit)))
			failed = json_add_text(array, git->reference_shorthand(tag), err);
		git->object_free(target);
		git->reference_free(tag);
	}
	git->reference_iterator_free(tags);
	return failed;
}

/*
 * The URL of `origin`, or else of the first remote there is; malloced, or NULL. The settings are
 * walked entry by entry, since git_remote_list and git_remote_lookup of 1.5 leak for every entry.
 */
static char *remote_url(struct repository *repo)
{
	const struct git_library *git = &repo->git;
	git_config_iterator *entries = NULL;
	git_config_entry *entry;
	git_config *config = NULL;
	char *url = NULL;

	if (git->repository_config_snapshot(&config, repo->handle) == 0 &&
	    git->config_iterator_new(&entries, config) == 0)
		while (git->config_next(&entry, entries) == 0) {
			size_t len = strlen(entry->name);
			bool origin = strcmp(entry->name, "remote.origin.url") == 0;

			if (len <= 11 || strncmp(entry->name, "remote.", 7) != 0 ||
			    strcmp(entry->name + len - 4, ".url") != 0 || (url && !origin))
				continue;
			free(url);
			url = strdup(entry->value);
			if (origin)
				break;
		}
	git->config_iterator_free(entries);
	git->config_free(config);
	return url;
}

static int add_remote(struct repository *repo, struct json *facts, struct error *err)
{
	CLEANUP(text_free) char *url = remote_url(repo);
	CLEANUP(text_free) char *public_url = NULL;

	if (url && git_url_public(url, &public_url, err))
		return -1;
	return public_url ? json_set_text(facts, "remote", public_url, err) : 0;
}

static int add_time(struct repository *repo, struct json *facts, struct error *err)
{
	const git_signature *author = repo->git.commit_author(repo->commit);
	time_t when = author ? author->when.time : 0;
	char text[32];
	struct tm utc;

	if (!author || !gmtime_r(&when, &utc) || utc.tm_year < 0 || utc.tm_year > 8099 ||
	    !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc))
		return 0;
	return json_set_text(facts, "authorTime", text, err);
}

/* The commit itself, which repo->commit is from now on. */
static int add_commit_names(struct repository *repo, git_object *commit, struct json *facts,
			    struct error *err)
{
	const struct git_library *git = &repo->git;
	char hex[GIT_OID_HEXSZ + 1];

	repo->commit = (git_commit *)commit;
	git->oid_tostr(hex, sizeof(hex), git->object_id(commit));
	if (json_set_text(facts, "commit", hex, err) ||
	    json_set_text(facts, "objectFormat", "sha1", err))
		return -1;
	git->oid_tostr(hex, sizeof(hex), git->commit_tree_id(repo->commit));
	return json_set_text(facts, "tree", hex, err);
}

static int add_commit(struct repository *repo, struct json *facts, struct error *err)
{
	const struct git_library *git = &repo->git;
	git_reference *head = NULL;
	git_object *commit = NULL;
	int code = git->repository_head(&head, repo->handle);
	int failed = 0;

	if (code == GIT_EUNBORNBRANCH || code == GIT_ENOTFOUND)
		return error_set(err, ERROR_ABSENT, "the repository '%s' has no commit yet",
				 repo->folders.git);
	if (code)
		return git_failed(git, code, err, "cannot read HEAD");
	if (git->repository_head_detached(repo->handle) == 0)
		failed = json_set_text(facts, "branch", git->reference_shorthand(head), err);
	code = git->reference_peel(&commit, head, GIT_OBJECT_COMMIT);
	git->reference_free(head);
	if (failed)
		return -1;
	if (code)
		return git_failed(git, code, err, "cannot read the commit of HEAD");
	return add_commit_names(repo, commit, facts, err);
}

/* ---- SHA-256 over the tracked files (docs/formats.md, section 8) ---- */

struct tracked {
	const struct context *ctx;
	struct repository *repo;
	struct hash_stream *hash;
	struct buffer line, before;
	struct error *err;
	bool missing; /* a blob that a partial repository does not have */
};

static int tracked_file(struct tracked *tracked, const git_tree_entry *entry, const char *path)
{
	const struct git_library *git = &tracked->repo->git;
	char name[DIGEST_HEX_SIZE];
	unsigned mode = (unsigned)git->tree_entry_filemode_raw(entry);
	git_blob *blob = NULL;
	struct digest digest;
	struct span content;
	int code;

	if (git->tree_entry_type(entry) == GIT_OBJECT_COMMIT) {
		git->oid_tostr(name, sizeof(name), git->tree_entry_id(entry));
	} else {
		code = git->blob_lookup(&blob, tracked->repo->handle, git->tree_entry_id(entry));
		if (code == GIT_ENOTFOUND && tracked->repo->promisor) {
			tracked->missing = true;
			return -1;
		}
		if (code)
			return git_failed(git, code, tracked->err, path);
		content = (struct span){ git->blob_rawcontent(blob),
					 (size_t)git->blob_rawsize(blob) };
		digest = sha256(content);
		git->blob_free(blob);
		digest_to_hex(&digest, name);
	}
	tracked->line.len = 0;
	if (buffer_printf(&tracked->line, tracked->err, "%06o %s %s", mode, name, path) ||
	    buffer_add(&tracked->line, (struct span){ (const uint8_t *)"", 1 }, tracked->err))
		return -1;
	hash_stream_add(tracked->hash, buffer_view(&tracked->line));
	return 0;
}

static int tracked_visit(const char *root, const git_tree_entry *entry, void *arg)
{
	struct tracked *tracked = arg;
	const char *name = tracked->repo->git.tree_entry_name(entry);
	char *path = NULL;
	int failed;

	if (context_check_cancelled(tracked->ctx, tracked->err))
		return -1;
	if (tracked->repo->git.tree_entry_type(entry) == GIT_OBJECT_TREE)
		return 0;
	if (asprintf(&path, "%s%s", root, name) < 0)
		return error_system(tracked->err, ENOMEM, "cannot read the tree");
	/* Git keeps trees in this order; one that is not so was made by hand. */
	if (tracked->before.len && strcmp((const char *)tracked->before.data, path) >= 0)
		failed = error_set(tracked->err, ERROR_CORRUPT,
				   "the commit's tree is not in order at '%s'", path);
	else
		failed = tracked_file(tracked, entry, path);
	tracked->before.len = 0;
	if (!failed)
		failed = buffer_add(&tracked->before,
				    (struct span){ (const uint8_t *)path, strlen(path) + 1 },
				    tracked->err);
	free(path);
	return failed;
}

static int add_tracked(const struct context *ctx, struct repository *repo, struct json *facts,
		       struct error *err)
{
	struct tracked tracked = { .ctx = ctx, .repo = repo, .err = err };
	git_tree *tree = NULL;
	struct digest digest;
	int code = repo->git.commit_tree(&tree, repo->commit);

	if (code && repo->promisor)
		return 0;
	if (code)
		return git_failed(&repo->git, code, err, "cannot read the commit's tree");
	if (hash_stream_new(&tracked.hash, err)) {
		repo->git.tree_free(tree);
		return -1;
	}
	buffer_init(&tracked.line, 1u << 16);
	buffer_init(&tracked.before, 1u << 16);
	code = repo->git.tree_walk(tree, GIT_TREEWALK_PRE, tracked_visit, &tracked);
	digest = hash_stream_finish(tracked.hash);
	hash_stream_free(&tracked.hash);
	buffer_release(&tracked.line);
	buffer_release(&tracked.before);
	repo->git.tree_free(tree);
	if (code == 0)
		return json_set_digest(facts, "tracked", &digest, err);
	if (tracked.missing || (repo->promisor && code == GIT_ENOTFOUND))
		return 0; /* not all of it is here: the digest is left out */
	return err->code ? -1 : git_failed(&repo->git, code, err, "cannot read the commit's tree");
}

/* ---- the work tree against the commit ---- */

struct patch {
	struct buffer *out;
	struct error *err;
};

static int patch_line(const git_diff_delta *delta, const git_diff_hunk *hunk,
		      const git_diff_line *line, void *arg)
{
	struct patch *patch = arg;
	bool marked = line->origin == GIT_DIFF_LINE_CONTEXT ||
		      line->origin == GIT_DIFF_LINE_ADDITION ||
		      line->origin == GIT_DIFF_LINE_DELETION;
	struct span content = { (const uint8_t *)line->content, line->content_len };

	(void)delta;
	(void)hunk;
	if (marked &&
	    buffer_add(patch->out, (struct span){ (const uint8_t *)&line->origin, 1 }, patch->err))
		return -1;
	return buffer_add(patch->out, content, patch->err);
}

int git_diff_text(const struct git_library *git, git_diff *diff, struct buffer *out,
		  struct error *err)
{
	struct patch patch = { out, err };
	int code = git->diff_print(diff, GIT_DIFF_FORMAT_PATCH, patch_line, &patch);

	if (code && !err->code)
		return git_failed(git, code, err, "cannot compare the work tree with the commit");
	return code ? -1 : 0;
}

/* Does an output, a path or a pattern, name `full` or a folder above it? */
static bool output_covers(const char *output, const char *full)
{
	char pattern[PATH_MAX], part[PATH_MAX];
	size_t len;

	if (realpath(output, pattern)) {
		len = strlen(pattern);
		return strncmp(full, pattern, len) == 0 && (full[len] == '/' || !full[len]);
	}
	if (output[0] == '/')
		len = (size_t)snprintf(pattern, sizeof(pattern), "%s", output);
	else
		len = getcwd(part, sizeof(part))
			      ? (size_t)snprintf(pattern, sizeof(pattern), "%s/%s", part,
						 strncmp(output, "./", 2) == 0 ? output + 2
									       : output)
			      : sizeof(pattern);
	if (len >= sizeof(pattern))
		return false;
	for (size_t at = 1; at < sizeof(part); at++) {
		if (full[at] != '/' && full[at])
			continue;
		memcpy(part, full, at);
		part[at] = '\0';
		if (fnmatch(pattern, part, FNM_PATHNAME) == 0)
			return true;
		if (!full[at])
			break;
	}
	return false;
}

bool git_is_output(const struct repository *repo, const char *const *output, size_t output_count,
		   const char *path)
{
	const char *work = repo->git.repository_workdir(repo->handle);
	char full[PATH_MAX];

	if (strncmp(path, ".akashi/", 8) == 0 || strstr(path, "/.akashi/"))
		return true;
	if ((size_t)snprintf(full, sizeof(full), "%s%s", work, path) >= sizeof(full))
		return false;
	for (size_t i = 0; i < output_count; i++)
		if (output_covers(output[i], full))
			return true;
	return false;
}

static int add_untracked(const struct repository *repo, const git_diff_delta *delta,
			 struct buffer *out, struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer content;
	char hex[DIGEST_HEX_SIZE] = "", plain[4 * PATH_MAX + 1];
	const char *path = delta->new_file.path;
	struct error none = { 0 };
	struct digest digest;

	buffer_init(&content, UNTRACKED_HASH_MAX);
	if (source_open_beneath(repo->git.repository_workdir(repo->handle), path, &source, &none) ==
		    0 &&
	    source->size <= UNTRACKED_HASH_MAX && source_read_all(source, &content, &none) == 0) {
		digest = sha256(buffer_view(&content));
		digest_to_hex(&digest, hex);
	}
	text_escape(plain, sizeof(plain), path);
	return buffer_printf(out, err, "# untracked %" PRIu64 " %s%s %s\n",
			     source ? source->size : (uint64_t)delta->new_file.size,
			     hex[0] ? "sha256:" : "-", hex, plain);
}

/* Fill `out` with what differs; *out_changed says whether anything does. */
static int diff_write(struct repository *repo, const struct git_request *request, git_diff *diff,
		      struct buffer *out, bool *out_changed, struct error *err)
{
	const struct git_library *git = &repo->git;
	char hex[GIT_OID_HEXSZ + 1];
	bool changed = false;

	git->oid_tostr(hex, sizeof(hex), git->object_id((git_object *)repo->commit));
	if (buffer_printf(out, err, "# work tree against commit %s\n", hex))
		return -1;
	for (size_t i = 0; i < git->diff_num_deltas(diff); i++) {
		const git_diff_delta *delta = git->diff_get_delta(diff, i);

		if (delta->status != GIT_DELTA_UNTRACKED) {
			changed |= delta->status != GIT_DELTA_IGNORED;
			continue;
		}
		if (git_is_output(repo, request->output, request->output_count,
				  delta->new_file.path))
			continue;
		changed = true;
		if (add_untracked(repo, delta, out, err))
			return -1;
	}
	*out_changed = changed;
	return git_diff_text(git, diff, out, err);
}

static int add_not_possible(struct json *facts, const char *reason, struct error *err)
{
	if (json_set_text(facts, "dirty", "not-possible", err))
		return -1;
	return json_set_text(facts, "reason", reason, err);
}

static int add_dirty(struct repository *repo, const struct git_request *request, struct json *facts,
		     struct buffer *diff_text, struct error *err)
{
	const struct git_library *git = &repo->git;
	git_diff_options options;
	struct error problem = { 0 };
	git_tree *tree = NULL;
	git_diff *diff = NULL;
	bool changed = true;
	bool too_large;
	int code, failed;

	git->diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
			GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SHOW_BINARY;
	code = git->commit_tree(&tree, repo->commit);
	if (!code)
		code = git->diff_tree_to_workdir_with_index(&diff, repo->handle, tree, &options);
	git->tree_free(tree);
	if (code)
		return git_failed(git, code, err, "cannot compare the work tree with the commit");
	failed = diff_write(repo, request, diff, diff_text, &changed, &problem);
	git->diff_free(diff);
	too_large = failed && diff_text->len > GIT_DIFF_MAX_BYTES / 2;
	if (failed && !too_large)
		return error_set(err, problem.code, "%s", problem.text);
	if (too_large || !changed)
		diff_text->len = 0;
	if (too_large && json_set_text(facts, "reason", "the diff is too large to be kept", err))
		return -1;
	return json_set_text(facts, "dirty", changed ? "dirty" : "clean", err);
}

/* ---- all of it ---- */

static int facts_of_sha256(struct repository *repo, struct json *facts, struct error *err)
{
	CLEANUP(git_head_release) struct git_head head = { .commit = "" };
	struct json *tags;

	if (git_refs_head(&repo->folders, GIT_COMMIT_HEX_MAX, &head, err) ||
	    json_set_text(facts, "commit", head.commit, err) ||
	    json_set_text(facts, "objectFormat", "sha256", err))
		return -1;
	if (head.branch && json_set_text(facts, "branch", head.branch, err))
		return -1;
	if (json_set_array(facts, "tags", &tags, err) ||
	    git_refs_tags(&repo->folders, head.commit, tags, err))
		return -1;
	return add_not_possible(facts, "libgit2 cannot open repositories of the SHA-256 format",
				err);
}

static int facts_of_sha1(const struct context *ctx, const struct git_request *request,
			 struct repository *repo, struct json *facts, struct buffer *diff,
			 struct error *err)
{
	if (add_commit(repo, facts, err) || add_tags(repo, facts, err) ||
	    add_remote(repo, facts, err) || add_time(repo, facts, err) ||
	    add_tracked(ctx, repo, facts, err))
		return -1;
	if (repo->git.repository_is_bare(repo->handle))
		return add_not_possible(facts, "a bare repository has no work tree", err);
	if (repo->promisor)
		return add_not_possible(facts, "a partial clone does not have every file", err);
	if (repo->sparse)
		return add_not_possible(facts, "a sparse checkout does not have every file", err);
	return add_dirty(repo, request, facts, diff, err);
}

int git_commit_facts(struct repository *repo, const char *hex, struct json *facts,
		     struct error *err)
{
	const struct git_library *git = &repo->git;
	git_reference *head = NULL;
	git_commit *commit = NULL;
	git_object *at = NULL;
	git_oid oid;
	int code, failed = 0;

	code = git->oid_fromstr(&oid, hex);
	if (!code)
		code = git->commit_lookup(&commit, repo->handle, &oid);
	if (code)
		return git_failed(git, code, err, hex);
	if (git->repository_head(&head, repo->handle) == 0 &&
	    git->repository_head_detached(repo->handle) == 0 &&
	    git->reference_peel(&at, head, GIT_OBJECT_COMMIT) == 0 &&
	    git->oid_equal(git->object_id(at), &oid))
		failed = json_set_text(facts, "branch", git->reference_shorthand(head), err);
	git->object_free(at);
	git->reference_free(head);
	if (repo->commit)
		git->commit_free(repo->commit);
	return add_commit_names(repo, (git_object *)commit, facts, err) || failed ||
			       add_tags(repo, facts, err) || add_remote(repo, facts, err) ||
			       add_time(repo, facts, err) ||
			       add_not_possible(facts, "a hook looks at the commit alone", err)
		       ? -1
		       : 0;
}

int git_facts_gather(const struct context *ctx, const struct git_request *request,
		     struct json **out_facts, struct buffer *out_diff, struct error *err)
{
	CLEANUP(repository_close) struct repository repo = { .handle = NULL };
	CLEANUP(json_free) struct json *facts = NULL;
	CLEANUP(buffer_release) struct buffer diff;

	buffer_init(&diff, GIT_DIFF_MAX_BYTES);
	if (repository_open(&repo, request, err) || json_object_new(&facts, err))
		return -1;
	if (repo.sha256 ? facts_of_sha256(&repo, facts, err)
			: facts_of_sha1(ctx, request, &repo, facts, &diff, err))
		return error_prefix(err, "git repository '%s'", request->folder);
	*out_facts = facts;
	facts = NULL;
	*out_diff = diff;
	buffer_init(&diff, 0);
	return 0;
}
