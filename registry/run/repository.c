/* run_repository: each repository of a run, as git knows it. */
#include "registry/run/repository.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/git.h"
#include "registry/git/snapshot.h"
#include "registry/run/facts.h"
#include "registry/run/spool.h"
#include "registry/run/secrets.h"

/* The repositories of one run, gathered one after the other. */
struct gathering {
	const struct context *ctx;
	const struct run_repositories_request *request;
	struct run_facts *facts;
	struct json *list;
};

/* One of them, while its files are looked at. */
struct looking {
	struct gathering *gathering;
	const char *name;
	struct error err;
};

static const char *file_refuse(void *arg, const char *path, struct span bytes)
{
	struct looking *looking = arg;
	struct secret_found found;
	char place[600], plain[400];

	if (!secrets_find(bytes, &found))
		return NULL;
	text_escape(plain, sizeof(plain), path);
	snprintf(place, sizeof(place), "line %zu of %s in repository %.100s", found.line, plain,
		 looking->name);
	if (run_refuse(looking->gathering->ctx, looking->gathering->facts, place, found.rule,
		       &looking->err))
		return "out of memory";
	return "it holds what looks like a secret";
}

/* The diff becomes an object beside the record, unless a secret is in it. */
static int diff_take(struct gathering *gathering, const char *name, struct span diff,
		     struct json *git, struct error *err)
{
	struct secret_found found;
	struct digest digest;
	char place[400];

	if (!diff.len || !gathering->request->spool)
		return 0;
	if (secrets_find(diff, &found)) {
		snprintf(place, sizeof(place), "line %zu of the diff of repository %.200s",
			 found.line, name);
		return run_refuse(gathering->ctx, gathering->facts, place, found.rule, err);
	}
	return run_spool_object(gathering->request->spool, diff, &digest, err) ||
			       json_set_digest(git, "diff", &digest, err)
		       ? -1
		       : 0;
}

/* Reasons have paths in them, and paths names of people. */
static int not_possible(const struct context *ctx, struct json *item, const char *reason,
			struct error *err)
{
	CLEANUP(text_free) char *plain = NULL;

	return run_text_public(ctx, reason, &plain, err) ||
			       json_set_text(item, "notPossible", plain, err)
		       ? -1
		       : 0;
}

static int members_take(const struct context *ctx, struct json *item, const struct json *facts,
			struct error *err)
{
	struct json_members at = { 0 };
	const char *reason;

	while (json_next(facts, &at)) {
		if (json_member(item, at.key))
			continue;
		reason = strcmp(at.key, "notPossible") == 0 ? json_text(at.value) : NULL;
		if (reason ? not_possible(ctx, item, reason, err)
			   : json_set_clone(item, at.key, at.value, err))
			return -1;
	}
	return 0;
}

static int repository_fill(struct gathering *gathering, const char *folder, const char *name,
			   struct json *item, struct git_snapshot *snapshot, struct error *err)
{
	const struct run_repositories_request *request = gathering->request;
	const struct git_request git = { .folder = folder,
					 .output = request->output,
					 .output_count = request->output_count };
	struct looking looking = { .gathering = gathering, .name = name };
	const struct git_snapshot_request wish = { .folder = folder,
						   .id = gathering->facts->id,
						   .now_s = context_now(gathering->ctx),
						   .output = request->output,
						   .output_count = request->output_count,
						   .write = request->snapshot,
						   .refuse = file_refuse,
						   .arg = &looking };
	CLEANUP(json_free) struct json *facts = NULL;
	CLEANUP(buffer_release) struct buffer diff;
	struct error why = { 0 };

	buffer_init(&diff, 0);
	if (git_facts_gather(gathering->ctx, &git, &facts, &diff, &why) &&
	    not_possible(gathering->ctx, item, why.text, err))
		return -1;
	if (why.code != ERROR_NONE)
		context_notice(gathering->ctx, "repository '%s': %s", folder, why.text);
	why = (struct error){ 0 };
	if (git_snapshot_take(&wish, snapshot, &why)) {
		if (!json_member(item, "notPossible") &&
		    not_possible(gathering->ctx, item, why.text, err))
			return -1;
	} else if (members_take(gathering->ctx, item, snapshot->facts, err)) {
		return -1;
	}
	if (looking.err.code != ERROR_NONE)
		return error_set(err, looking.err.code, "%s", looking.err.text);
	if (!facts)
		return 0;
	/* The snapshot's diff has the untracked files, too. */
	return diff_take(gathering, name, buffer_view(snapshot->diff.len ? &snapshot->diff : &diff),
			 facts, err) ||
			       json_set_take(item, "git", &facts, err)
		       ? -1
		       : 0;
}

static int repository_take(struct gathering *gathering, const char *folder, const char *within,
			   const char *path, struct error *err)
{
	CLEANUP(git_snapshot_release) struct git_snapshot snapshot = { .submodule = NULL };
	CLEANUP(text_free) char *top = NULL, *shown = NULL;
	char real[PATH_MAX], name[256], plain[512];
	struct error absent = { 0 };
	struct json *item;

	if (json_count(gathering->list) >= RUN_REPOSITORIES_MAX) {
		context_notice(gathering->ctx, "'%s' is one repository too many, and left out",
			       folder);
		return 0;
	}
	if (git_folder_top(folder, &top, &absent) == 0)
		folder = top;
	/* A home folder has a person's name. */
	if (run_text_public(gathering->ctx, realpath(folder, real) ? real : folder, &shown, err))
		return -1;
	text_escape(name, sizeof(name), run_path_name(shown));
	text_escape(plain, sizeof(plain), path ? path : "");
	if (json_add_object(gathering->list, &item, err) ||
	    json_set_text(item, "name", name, err) ||
	    (within && (json_set_text(item, "within", within, err) ||
			json_set_text(item, "path", plain, err))) ||
	    repository_fill(gathering, folder, name, item, &snapshot, err))
		return -1;
	for (size_t i = 0; i < snapshot.submodule_count; i++) {
		CLEANUP(text_free) char *inner = NULL;

		if (path_join(folder, snapshot.submodule[i], &inner, err) ||
		    repository_take(gathering, inner, name, snapshot.submodule[i], err))
			return -1;
	}
	return 0;
}

int run_repositories_gather(const struct context *ctx,
			    const struct run_repositories_request *request, struct run_facts *facts,
			    struct error *err)
{
	struct gathering gathering = { .ctx = ctx, .request = request, .facts = facts };
	struct error absent = { 0 };
	CLEANUP(text_free) char *top = NULL;

	if (json_set_array(facts->details, "repositories", &gathering.list, err))
		return -1;
	/* The working folder may be in no repository, where nobody said so. */
	if (!request->folder_count)
		return git_folder_top(".", &top, &absent) && absent.code == ERROR_ABSENT
			       ? 0
			       : repository_take(&gathering, top ? top : ".", NULL, NULL, err);
	for (size_t i = 0; i < request->folder_count; i++)
		if (repository_take(&gathering, request->folder[i], NULL, NULL, err))
			return -1;
	return 0;
}
