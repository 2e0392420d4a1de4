/* git_commit: what a commit touched and says, and which are to be pushed, from trees alone. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "registry/git/work_inner.h"

int git_work_lookup(const struct git_work *work, const char *hex, git_commit **out_commit,
		    struct error *err)
{
	const struct git_library *git = &work->repo.git;
	git_oid oid;
	int code;

	if (strlen(hex) != GIT_HEX_SIZE - 1 || git->oid_fromstr(&oid, hex))
		return error_set(err, ERROR_USAGE, "'%.80s' names no commit", hex);
	code = git->commit_lookup(out_commit, work->repo.handle, &oid);
	return code ? git_failed(git, code, err, hex) : 0;
}

int git_work_commit(const struct git_work *work, const char *revision, char out_hex[GIT_HEX_SIZE],
		    struct error *err)
{
	const struct git_library *git = &work->repo.git;
	git_object *object = NULL, *commit = NULL;
	int code = git->revparse_single(&object, work->repo.handle, revision);

	if (!code)
		code = git->object_peel(&commit, object, GIT_OBJECT_COMMIT);
	git->object_free(object);
	if (code)
		return error_set(err, ERROR_ABSENT, "'%s' is no commit here", revision);
	git->oid_tostr(out_hex, GIT_HEX_SIZE, git->object_id(commit));
	git->object_free(commit);
	return 0;
}

int git_work_ref(const struct git_work *work, const char *ref, char out_hex[GIT_HEX_SIZE],
		 struct error *err)
{
	git_oid oid;

	if (work->repo.git.reference_name_to_id(&oid, work->repo.handle, ref))
		return error_set(err, ERROR_ABSENT, "there is no '%s' here", ref);
	work->repo.git.oid_tostr(out_hex, GIT_HEX_SIZE, &oid);
	return 0;
}

bool git_work_has(const struct git_work *work, const char *hex)
{
	struct error none = { 0 };
	git_commit *commit = NULL;

	if (git_work_lookup(work, hex, &commit, &none))
		return false;
	work->repo.git.commit_free(commit);
	return true;
}

/* ---- what a commit says and has ---- */

int git_work_trailers(const struct git_work *work, const char *hex, const char *key,
		      git_visit_text visit, void *arg, struct error *err)
{
	const struct git_library *git = &work->repo.git;
	git_message_trailer_array found = { .trailers = NULL };
	git_commit *commit = NULL;
	int code, failed = 0;

	if (git_work_lookup(work, hex, &commit, err))
		return -1;
	code = git->message_trailers(&found, git->commit_message(commit));
	git->commit_free(commit);
	if (code)
		return git_failed(git, code, err, "cannot read the commit's message");
	for (size_t i = 0; i < found.count && !failed; i++)
		if (strcasecmp(found.trailers[i].key, key) == 0)
			failed = visit(arg, found.trailers[i].value, err);
	git->message_trailer_array_free(&found);
	return failed ? -1 : 0;
}

int git_work_file(const struct git_work *work, const char *hex, const char *path,
		  struct buffer *out, struct error *err)
{
	const struct git_library *git = &work->repo.git;
	git_tree_entry *entry = NULL;
	git_commit *commit = NULL;
	git_tree *tree = NULL;
	git_blob *blob = NULL;
	int code, failed;

	if (git_work_lookup(work, hex, &commit, err))
		return -1;
	code = git->commit_tree(&tree, commit);
	if (!code)
		code = git->tree_entry_bypath(&entry, tree, path);
	if (!code)
		code = git->blob_lookup(&blob, work->repo.handle, git->tree_entry_id(entry));
	if (code)
		failed = git_failed(git, code, err, path);
	else
		failed = buffer_add(out,
				    (struct span){ git->blob_rawcontent(blob),
						   (size_t)git->blob_rawsize(blob) },
				    err);
	git->blob_free(blob);
	git->tree_entry_free(entry);
	git->tree_free(tree);
	git->commit_free(commit);
	return failed ? -1 : 0;
}

/* ---- what is said of it ---- */

int git_work_facts(struct git_work *work, const char *hex, struct json **out_facts,
		   struct error *err)
{
	CLEANUP(json_free) struct json *facts = NULL;

	if (json_object_new(&facts, err) || git_commit_facts(&work->repo, hex, facts, err))
		return -1;
	*out_facts = facts;
	facts = NULL;
	return 0;
}

/* ---- what is to be pushed ---- */

static int walk_begin(const struct git_work *work, const char *hex, const char *known,
		      const char *remote, git_revwalk **out_walk, struct error *err)
{
	const struct git_library *git = &work->repo.git;
	CLEANUP(text_free) char *glob = NULL;
	git_oid oid;
	int code;

	if (git->oid_fromstr(&oid, hex))
		return error_set(err, ERROR_USAGE, "'%.80s' names no commit", hex);
	code = git->revwalk_new(out_walk, work->repo.handle);
	if (!code)
		code = git->revwalk_push(*out_walk, &oid);
	if (code)
		return git_failed(git, code, err, "cannot walk the commits");
	/* What the other side has may be unknown here. */
	if (known[0] && git->oid_fromstr(&oid, known) == 0)
		(void)git->revwalk_hide(*out_walk, &oid);
	if (!remote)
		return 0;
	if (asprintf(&glob, "refs/remotes/%s/*", remote) < 0) {
		glob = NULL;
		return error_system(err, ENOMEM, "cannot walk the commits");
	}
	(void)git->revwalk_hide_glob(*out_walk, glob);
	return 0;
}

int git_work_outgoing(const struct git_work *work, const char *hex, const char *known,
		      const char *remote, size_t most, git_visit_text visit, void *arg,
		      struct error *err)
{
	const struct git_library *git = &work->repo.git;
	char text[GIT_HEX_SIZE];
	git_revwalk *walk = NULL;
	git_oid oid;
	int failed = walk_begin(work, hex, known, remote, &walk, err);

	for (size_t i = 0; !failed && i < most && git->revwalk_next(&oid, walk) == 0; i++) {
		git->oid_tostr(text, sizeof(text), &oid);
		failed = visit(arg, text, err);
	}
	git->revwalk_free(walk);
	return failed ? -1 : 0;
}
