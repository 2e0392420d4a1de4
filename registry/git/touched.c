/* git_touched: which files a commit added or changed; trees that are the same are not read. */
#include <stdio.h>
#include <string.h>

#include "registry/git/work_inner.h"

/*
 * libgit2's own comparison of two trees reads every folder of both, 1,000 files in a repository of
 * 50,000; here a folder that some parent has as it is, is passed over by its name alone.
 */
enum { PARENTS_MAX = 8, DEPTH_MAX = 256, PATH_MAX_BYTES = 4096 };

/* A folder as it was in each parent; NULL: there was none. */
struct before {
	git_tree *tree[PARENTS_MAX];
};

struct touching {
	const struct git_work *work;
	size_t parents; /* at least 1: a root is compared with nothing */
	git_visit_text visit;
	void *arg;
	char path[PATH_MAX_BYTES + 1];
};

static void before_free(const struct git_library *git, struct before *before)
{
	for (size_t i = 0; i < PARENTS_MAX; i++)
		git->tree_free(before->tree[i]);
}

static bool is_folder(const git_tree_entry *entry, const struct git_library *git)
{
	return git->tree_entry_type(entry) == GIT_OBJECT_TREE;
}

static int tree_read(const struct touching *touching, const git_tree_entry *entry, git_tree **out,
		     struct error *err)
{
	const struct git_library *git = &touching->work->repo.git;
	int code = git->tree_lookup(out, touching->work->repo.handle, git->tree_entry_id(entry));

	return code ? git_failed(git, code, err, touching->path) : 0;
}

/* Is it as in some parent? Then nothing in it was touched. */
static bool as_before(const struct touching *touching, const git_tree_entry *entry,
		      const struct before *before)
{
	const struct git_library *git = &touching->work->repo.git;
	const char *name = git->tree_entry_name(entry);

	for (size_t i = 0; i < touching->parents; i++) {
		const git_tree_entry *was =
			before->tree[i] ? git->tree_entry_byname(before->tree[i], name) : NULL;

		if (was && git->oid_equal(git->tree_entry_id(was), git->tree_entry_id(entry)) &&
		    git->tree_entry_filemode_raw(was) == git->tree_entry_filemode_raw(entry))
			return true;
	}
	return false;
}

/* The folder `name` of each parent's folder. */
static int before_enter(const struct touching *touching, const struct before *outer,
			const char *name, struct before *inner, struct error *err)
{
	const struct git_library *git = &touching->work->repo.git;

	for (size_t i = 0; i < touching->parents; i++) {
		const git_tree_entry *was =
			outer->tree[i] ? git->tree_entry_byname(outer->tree[i], name) : NULL;

		if (was && is_folder(was, git) && tree_read(touching, was, &inner->tree[i], err))
			return -1;
	}
	return 0;
}

static int folder_look(struct touching *touching, const git_tree *tree, const struct before *before,
		       size_t len, unsigned depth, struct error *err);

static int folder_enter(struct touching *touching, const git_tree_entry *entry,
			const struct before *outer, size_t len, unsigned depth, struct error *err)
{
	const struct git_library *git = &touching->work->repo.git;
	struct before inner = { .tree = { NULL } };
	git_tree *tree = NULL;
	int failed;

	failed = tree_read(touching, entry, &tree, err) ||
		 before_enter(touching, outer, git->tree_entry_name(entry), &inner, err) ||
		 folder_look(touching, tree, &inner, len, depth + 1, err);
	before_free(git, &inner);
	git->tree_free(tree);
	return failed ? -1 : 0;
}

/* Look at an entry that no parent has as it is; `len` bytes of the path name its folder. */
static int entry_look(struct touching *touching, const git_tree_entry *entry,
		      const struct before *before, size_t len, unsigned depth, struct error *err)
{
	const struct git_library *git = &touching->work->repo.git;
	const char *name = git->tree_entry_name(entry);
	size_t more = strlen(name), slash = len > 0;

	if (len + slash + more > PATH_MAX_BYTES || depth > DEPTH_MAX)
		return error_set(err, ERROR_CORRUPT,
				 "the commit has a path of more than %d bytes or %d folders",
				 PATH_MAX_BYTES, DEPTH_MAX);
	if (slash)
		touching->path[len] = '/';
	memcpy(touching->path + len + slash, name, more + 1);
	if (is_folder(entry, git))
		return folder_enter(touching, entry, before, len + slash + more, depth, err);
	return ((unsigned)git->tree_entry_filemode_raw(entry) & 0170000) == 0100000
		       ? touching->visit(touching->arg, touching->path, err)
		       : 0;
}

static int folder_look(struct touching *touching, const git_tree *tree, const struct before *before,
		       size_t len, unsigned depth, struct error *err)
{
	const struct git_library *git = &touching->work->repo.git;
	size_t count = git->tree_entrycount(tree);

	for (size_t i = 0; i < count; i++) {
		const git_tree_entry *entry = git->tree_entry_byindex(tree, i);

		if (!as_before(touching, entry, before) &&
		    entry_look(touching, entry, before, len, depth, err))
			return -1;
	}
	return 0;
}

/* The trees of the parents that are here; *out_none: there are parents, and all are elsewhere. */
static int parents_read(struct touching *touching, git_commit *commit, struct before *before,
			bool *out_none, struct error *err)
{
	const struct git_library *git = &touching->work->repo.git;
	unsigned parents = git->commit_parentcount(commit);

	for (unsigned i = 0; i < parents && i < PARENTS_MAX; i++) {
		git_commit *parent = NULL;
		int code = git->commit_parent(&parent, commit, i);

		if (code == GIT_ENOTFOUND) /* a shallow clone ends here */
			continue;
		if (code)
			return git_failed(git, code, err, "cannot read a parent of the commit");
		code = git->commit_tree(&before->tree[touching->parents++], parent);
		git->commit_free(parent);
		if (code)
			return git_failed(git, code, err, "cannot read the tree of a parent");
	}
	*out_none = parents && !touching->parents;
	if (!parents)
		touching->parents = 1;
	return 0;
}

int git_work_touched(const struct git_work *work, const char *hex, git_visit_text visit, void *arg,
		     struct error *err)
{
	struct touching touching = { .work = work, .visit = visit, .arg = arg };
	const struct git_library *git = &work->repo.git;
	struct before before = { .tree = { NULL } };
	git_commit *commit = NULL;
	git_tree *tree = NULL;
	bool none = false;
	int code, failed;

	if (git_work_lookup(work, hex, &commit, err))
		return -1;
	code = git->commit_tree(&tree, commit);
	failed = code ? git_failed(git, code, err, "cannot read the commit's tree")
		      : parents_read(&touching, commit, &before, &none, err);
	if (!failed && !none)
		failed = folder_look(&touching, tree, &before, 0, 0, err);
	before_free(git, &before);
	git->tree_free(tree);
	git->commit_free(commit);
	return failed ? -1 : 0;
}
