/* git_snapshot: the dirty tree becomes a commit beside all branches. */
#include "registry/git/snapshot.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "registry/git/inner.h"

enum { REMOTES_MAX = 16, REMOTE_REFS_MAX = 256, SUBMODULES_MAX = 64 };

/* What is being put together. */
struct taking {
	const struct git_snapshot_request *request;
	struct repository *repo;
	struct json *facts;
	struct json *left_out; /* array; becomes part of the facts */
	uint64_t left_out_more, files, bytes;
	git_tree_update *update;
	size_t count, room;
};

void git_snapshot_release(struct git_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->submodule_count; i++)
		free(snapshot->submodule[i]);
	free(snapshot->submodule);
	json_free(&snapshot->facts);
	buffer_release(&snapshot->diff);
	snapshot->submodule = NULL;
	snapshot->submodule_count = 0;
}

static void taking_release(struct taking *taking)
{
	for (size_t i = 0; i < taking->count; i++)
		free((char *)(uintptr_t)taking->update[i].path);
	free(taking->update);
	json_free(&taking->left_out);
}

/* ---- Remotes, and what they have ---- */

static int remote_add(struct json *list, const git_config_entry *entry, struct error *err)
{
	CLEANUP(text_free) char *url = NULL;
	size_t len = strlen(entry->name);
	char name[256];
	struct json *item;

	if (len <= 11 || strncmp(entry->name, "remote.", 7) != 0 ||
	    !text_ends_with(entry->name, ".url") || json_count(list) >= REMOTES_MAX)
		return 0;
	if (git_url_public(entry->value, &url, err))
		return -1;
	if (!url)
		return 0; /* a path on this machine */
	snprintf(name, sizeof(name), "%.*s", (int)(len - 11), entry->name + 7);
	return json_add_object(list, &item, err) || json_set_text(item, "name", name, err) ||
			       json_set_text(item, "url", url, err)
		       ? -1
		       : 0;
}

static int remotes_set(struct taking *taking, struct error *err)
{
	const struct git_library *git = &taking->repo->git;
	git_config_iterator *entries = NULL;
	git_config_entry *entry;
	git_config *config = NULL;
	struct json *list;
	int failed = json_set_array(taking->facts, "remotes", &list, err);

	if (!failed && git->repository_config_snapshot(&config, taking->repo->handle) == 0 &&
	    git->config_iterator_new(&entries, config) == 0)
		while (!failed && git->config_next(&entry, entries) == 0)
			failed = remote_add(list, entry, err);
	git->config_iterator_free(entries);
	git->config_free(config);
	return failed;
}

/* Is the commit behind this remote-tracking reference, or it itself? */
static bool reaches(struct taking *taking, const git_reference *reference)
{
	const struct git_library *git = &taking->repo->git;
	const git_oid *commit = git->object_id((const git_object *)taking->repo->commit);
	const git_oid *tip = git->reference_target(reference);

	return tip && (git->oid_equal(tip, commit) ||
		       git->graph_descendant_of(taking->repo->handle, tip, commit) == 1);
}

static int pushed_set(struct taking *taking, struct error *err)
{
	const struct git_library *git = &taking->repo->git;
	git_reference_iterator *list = NULL;
	git_reference *reference = NULL;
	bool pushed = false;
	int failed = 0;

	if (git->reference_iterator_glob_new(&list, taking->repo->handle, "refs/remotes/*"))
		return json_set_bool(taking->facts, "pushed", false, err);
	for (size_t i = 0; !failed && !pushed && i < REMOTE_REFS_MAX &&
			   git->reference_next(&reference, list) == 0;
	     i++) {
		char name[4 * 255 + 1];

		pushed = reaches(taking, reference);
		if (pushed) {
			text_escape(name, 256, git->reference_shorthand(reference));
			failed = json_set_text(taking->facts, "pushedTo", name, err);
		}
		git->reference_free(reference);
	}
	git->reference_iterator_free(list);
	return failed || json_set_bool(taking->facts, "pushed", pushed, err) ? -1 : 0;
}

/* ---- What differs ---- */

static int leave_out(struct taking *taking, const char *path, uint64_t size, const char *reason,
		     struct error *err)
{
	char plain[512];
	struct json *item;

	if (json_count(taking->left_out) >= GIT_SNAPSHOT_LEFT_OUT_MAX) {
		taking->left_out_more++;
		return 0;
	}
	text_escape(plain, sizeof(plain), path);
	return json_add_object(taking->left_out, &item, err) ||
			       json_set_text(item, "path", plain, err) ||
			       json_set_size(item, "size", size, err) ||
			       json_set_text(item, "reason", reason, err)
		       ? -1
		       : 0;
}

static int update_add(struct taking *taking, const char *path, const git_oid *id,
		      git_filemode_t mode, struct error *err)
{
	git_tree_update *update;
	char *copy = strdup(path);

	if (taking->count == taking->room) {
		size_t room = taking->room ? 2 * taking->room : 64;

		update = realloc(taking->update, room * sizeof(*update));
		if (update) {
			taking->update = update;
			taking->room = room;
		}
	}
	if (!copy || taking->count == taking->room) {
		free(copy);
		return error_set(err, ERROR_SYSTEM, "out of memory for the work tree");
	}
	update = &taking->update[taking->count++];
	*update = (git_tree_update){ .action = id ? GIT_TREE_UPDATE_UPSERT : GIT_TREE_UPDATE_REMOVE,
				     .filemode = mode,
				     .path = copy };
	if (id)
		taking->repo->git.oid_cpy(&update->id, id);
	return 0;
}

/* A submodule's place: the commit that is checked out there. */
static int submodule_take(struct taking *taking, const char *path, struct error *err)
{
	const struct git_library *git = &taking->repo->git;
	git_submodule *submodule = NULL;
	const git_oid *id = NULL;
	int failed = 0;

	if (git->submodule_lookup(&submodule, taking->repo->handle, path) == 0)
		id = git->submodule_wd_id(submodule);
	if (id)
		failed = update_add(taking, path, id, GIT_FILEMODE_COMMIT, err);
	git->submodule_free(submodule);
	return failed;
}

/* May the bytes be kept? The reason why not, or NULL. */
static const char *file_refuse(struct taking *taking, const char *path, struct error *none)
{
	const char *work = taking->repo->git.repository_workdir(taking->repo->handle);
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer bytes;

	buffer_init(&bytes, GIT_SNAPSHOT_FILE_MAX);
	if (source_open_beneath(work, path, &source, none) || source_read_all(source, &bytes, none))
		return "it cannot be read";
	return taking->request->refuse
		       ? taking->request->refuse(taking->request->arg, path, buffer_view(&bytes))
		       : NULL;
}

static int file_take(struct taking *taking, const char *path, struct error *err)
{
	const struct git_library *git = &taking->repo->git;
	const char *work = git->repository_workdir(taking->repo->handle);
	const char *reason = NULL;
	struct error none = { 0 };
	git_filemode_t mode = GIT_FILEMODE_BLOB;
	struct stat status;
	char full[PATH_MAX];
	uint64_t size;
	git_oid id;

	if ((size_t)snprintf(full, sizeof(full), "%s%s", work, path) >= sizeof(full) ||
	    lstat(full, &status))
		return 0; /* gone meanwhile */
	if (S_ISDIR(status.st_mode))
		return leave_out(taking, path, 0, "another repository", err);
	if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode))
		return leave_out(taking, path, 0, "no file", err);
	size = (uint64_t)status.st_size;
	if (size > GIT_SNAPSHOT_FILE_MAX)
		reason = "too large";
	else if (taking->bytes + size > GIT_SNAPSHOT_BYTES_MAX)
		reason = "too much together";
	else if (taking->files >= GIT_SNAPSHOT_FILES_MAX)
		reason = "too many files";
	else if (S_ISREG(status.st_mode))
		reason = file_refuse(taking, path, &none);
	if (!reason && git->blob_create_from_workdir(&id, taking->repo->handle, path))
		reason = "git cannot keep it";
	if (reason)
		return leave_out(taking, path, size, reason, err);
	if (S_ISLNK(status.st_mode))
		mode = GIT_FILEMODE_LINK;
	else if (status.st_mode & S_IXUSR)
		mode = GIT_FILEMODE_BLOB_EXECUTABLE;
	taking->files++;
	taking->bytes += size;
	return update_add(taking, path, &id, mode, err);
}

static int delta_take(struct taking *taking, const git_diff_delta *delta, struct error *err)
{
	const char *path = delta->new_file.path ? delta->new_file.path : delta->old_file.path;

	if (!path || delta->status == GIT_DELTA_UNMODIFIED || delta->status == GIT_DELTA_IGNORED)
		return 0;
	if (delta->status == GIT_DELTA_DELETED)
		return update_add(taking, path, NULL, GIT_FILEMODE_BLOB, err);
	if (delta->new_file.mode == GIT_FILEMODE_COMMIT)
		return submodule_take(taking, path, err);
	if (delta->status == GIT_DELTA_UNTRACKED &&
	    git_is_output(taking->repo, taking->request->output, taking->request->output_count,
			  path))
		return 0;
	return file_take(taking, path, err);
}

static int differences_take(struct taking *taking, git_tree *base, struct error *err)
{
	const struct git_library *git = &taking->repo->git;
	git_diff_options options;
	git_diff *diff = NULL;
	int failed = 0;
	int code;

	git->diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
			GIT_DIFF_INCLUDE_TYPECHANGE;
	code = git->diff_tree_to_workdir_with_index(&diff, taking->repo->handle, base, &options);
	if (code)
		return git_failed(git, code, err, "cannot compare the work tree with the commit");
	for (size_t i = 0; !failed && i < git->diff_num_deltas(diff); i++)
		failed = delta_take(taking, git->diff_get_delta(diff, i), err);
	git->diff_free(diff);
	return failed;
}

/* ---- The commit ---- */

static int commit_make(struct taking *taking, git_tree *tree, git_oid *out_commit,
		       struct error *err)
{
	const struct git_library *git = &taking->repo->git;
	const git_commit *parent[] = { taking->repo->commit };
	char reference[64], message[128];
	git_signature *author = NULL;
	int code;

	snprintf(reference, sizeof(reference), "refs/akashi/runs/%s", taking->request->id);
	snprintf(message, sizeof(message), "run %s: the work tree when it began\n",
		 taking->request->id);
	code = git->signature_new(&author, "akashi", "akashi@localhost",
				  (git_time_t)taking->request->now_s, 0);
	if (!code)
		code = git->commit_create(out_commit, taking->repo->handle, reference, author,
					  author, NULL, message, tree, taking->repo->commit ? 1 : 0,
					  parent);
	git->signature_free(author);
	return code ? git_failed(git, code, err, "cannot keep the work tree") : 0;
}

static int snapshot_tell(struct taking *taking, const git_oid *commit, const git_oid *tree,
			 struct error *err)
{
	const struct git_library *git = &taking->repo->git;
	char hex[GIT_OID_HEXSZ + 1];
	struct json *snapshot;

	git->oid_tostr(hex, sizeof(hex), commit);
	if (json_set_object(taking->facts, "snapshot", &snapshot, err) ||
	    json_set_text(snapshot, "commit", hex, err))
		return -1;
	git->oid_tostr(hex, sizeof(hex), tree);
	return json_set_text(snapshot, "tree", hex, err) ||
			       json_set_size(snapshot, "files", taking->files, err) ||
			       json_set_size(snapshot, "bytes", taking->bytes, err) ||
			       (json_count(taking->left_out) &&
				json_set_take(snapshot, "leftOut", &taking->left_out, err)) ||
			       (taking->left_out_more &&
				json_set_size(snapshot, "leftOutMore", taking->left_out_more, err))
		       ? -1
		       : 0;
}

/* What `git apply` makes of the commit; one that is too large is not kept. */
static void diff_take(struct taking *taking, git_tree *base, git_tree *tree, struct buffer *out)
{
	const struct git_library *git = &taking->repo->git;
	struct error none = { 0 };
	git_diff_options options;
	git_diff *diff = NULL;

	git->diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
	options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SHOW_BINARY;
	if (git->diff_tree_to_tree(&diff, taking->repo->handle, base, tree, &options) ||
	    buffer_add_text(out, "# work tree against its commit, untracked files too\n", &none) ||
	    git_diff_text(git, diff, out, &none))
		out->len = 0;
	git->diff_free(diff);
}

static int removal_order(const void *left, const void *right)
{
	const git_tree_update *a = left, *b = right;
	bool upsert_a = a->action == GIT_TREE_UPDATE_UPSERT;
	bool upsert_b = b->action == GIT_TREE_UPDATE_UPSERT;

	return upsert_a != upsert_b ? (upsert_a ? 1 : -1) : strcmp(a->path, b->path);
}

/*
 * The tree with all that differs. What is gone goes first: a file may have become a folder, or a
 * folder a file, and libgit2 does not take both at once.
 */
static int tree_update(struct taking *taking, git_tree *base, git_oid *out_id)
{
	const struct git_library *git = &taking->repo->git;
	git_tree *pruned = NULL;
	size_t gone = 0;
	int code = 0;

	qsort(taking->update, taking->count, sizeof(*taking->update), removal_order);
	while (gone < taking->count && taking->update[gone].action == GIT_TREE_UPDATE_REMOVE)
		gone++;
	if (gone) {
		code = git->tree_create_updated(out_id, taking->repo->handle, base, gone,
						taking->update);
		if (!code && gone < taking->count)
			code = git->tree_lookup(&pruned, taking->repo->handle, out_id);
	}
	if (!code && gone < taking->count)
		code = git->tree_create_updated(out_id, taking->repo->handle,
						pruned ? pruned : base, taking->count - gone,
						taking->update + gone);
	git->tree_free(pruned);
	return code;
}

static int tree_keep(struct taking *taking, git_tree *base, struct buffer *out_diff,
		     struct error *err)
{
	const struct git_library *git = &taking->repo->git;
	git_tree *tree = NULL;
	git_oid id, commit;
	int failed;
	int code = tree_update(taking, base, &id);

	if (!code)
		code = git->tree_lookup(&tree, taking->repo->handle, &id);
	if (code)
		return git_failed(git, code, err, "cannot keep the work tree");
	failed =
		commit_make(taking, tree, &commit, err) || snapshot_tell(taking, &commit, &id, err);
	if (!failed)
		diff_take(taking, base, tree, out_diff);
	git->tree_free(tree);
	return failed ? -1 : 0;
}

/* The commit of HEAD, and its tree; both NULL where there is none yet. */
static int head_find(struct repository *repo, git_tree **out_tree, struct error *err)
{
	const struct git_library *git = &repo->git;
	git_reference *head = NULL;
	git_object *commit = NULL;
	int code = git->repository_head(&head, repo->handle);

	*out_tree = NULL;
	if (code == GIT_EUNBORNBRANCH || code == GIT_ENOTFOUND)
		return 0;
	if (!code)
		code = git->reference_peel(&commit, head, GIT_OBJECT_COMMIT);
	git->reference_free(head);
	repo->commit = (git_commit *)commit;
	if (!code)
		code = git->commit_tree(out_tree, repo->commit);
	return code ? git_failed(git, code, err, "cannot read HEAD") : 0;
}

/* ---- Submodules ---- */

struct listing {
	const struct git_library *git;
	struct git_snapshot *snapshot;
	const char *work;
};

static int submodule_seen(git_submodule *submodule, const char *name, void *arg)
{
	struct listing *listing = arg;
	struct git_snapshot *snapshot = listing->snapshot;
	const char *path = listing->git->submodule_path(submodule);
	char marker[PATH_MAX];

	(void)name;
	if (snapshot->submodule_count >= SUBMODULES_MAX || !path ||
	    (size_t)snprintf(marker, sizeof(marker), "%s%s/.git", listing->work, path) >=
		    sizeof(marker) ||
	    !file_exists(marker))
		return 0;
	snapshot->submodule[snapshot->submodule_count] = strdup(path);
	if (snapshot->submodule[snapshot->submodule_count])
		snapshot->submodule_count++;
	return 0;
}

static int submodules_list(struct repository *repo, struct git_snapshot *snapshot,
			   struct error *err)
{
	struct listing listing = { &repo->git, snapshot,
				   repo->git.repository_workdir(repo->handle) };

	snapshot->submodule = calloc(SUBMODULES_MAX, sizeof(*snapshot->submodule));
	if (!snapshot->submodule)
		return error_set(err, ERROR_SYSTEM, "out of memory for submodules");
	/* A list that cannot be read names none. */
	(void)!repo->git.submodule_foreach(repo->handle, submodule_seen, &listing);
	return 0;
}

static int worktree_take(struct taking *taking, struct git_snapshot *snapshot, struct error *err)
{
	const struct git_library *git = &taking->repo->git;
	struct error why = { 0 };
	git_tree *base = NULL;
	int failed;

	failed = head_find(taking->repo, &base, &why) ||
		 (taking->repo->commit && pushed_set(taking, &why));
	if (!failed && taking->request->write && !taking->repo->promisor && !taking->repo->sparse) {
		failed = differences_take(taking, base, &why);
		if (!failed && taking->count)
			failed = tree_keep(taking, base, &snapshot->diff, &why);
	}
	git->tree_free(base);
	if (!failed)
		return 0;
	return json_set_text(taking->facts, "notPossible", why.text, err);
}

int git_snapshot_take(const struct git_snapshot_request *request, struct git_snapshot *out_snapshot,
		      struct error *err)
{
	CLEANUP(repository_close) struct repository repo = { .handle = NULL };
	CLEANUP(git_snapshot_release) struct git_snapshot snapshot = { .submodule = NULL };
	CLEANUP(taking_release) struct taking taking = { .request = request, .repo = &repo };
	const struct git_request opened = { .folder = request->folder };

	buffer_init(&snapshot.diff, GIT_DIFF_MAX_BYTES);
	if (repository_open(&repo, &opened, err) || json_object_new(&snapshot.facts, err) ||
	    json_array_new(&taking.left_out, err))
		return -1;
	taking.facts = snapshot.facts;
	if (repo.handle && remotes_set(&taking, err))
		return -1;
	if (repo.handle && !repo.git.repository_is_bare(repo.handle) &&
	    (submodules_list(&repo, &snapshot, err) || worktree_take(&taking, &snapshot, err)))
		return -1;
	*out_snapshot = snapshot;
	snapshot = (struct git_snapshot){ .submodule = NULL }; /* handed over */
	return 0;
}

int git_folder_top(const char *folder, char **out_folder, struct error *err)
{
	CLEANUP(repository_close) struct repository repo = { .handle = NULL };
	const struct git_request opened = { .folder = folder };
	const char *work;

	if (repository_open(&repo, &opened, err))
		return -1;
	work = repo.handle ? repo.git.repository_workdir(repo.handle) : NULL;
	*out_folder = strdup(work ? work : folder);
	return *out_folder ? 0 : error_set(err, ERROR_SYSTEM, "out of memory");
}
