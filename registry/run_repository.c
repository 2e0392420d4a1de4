/* run_repository: each repository of a run, as git knows it. */
#include "registry/run_repository.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/git.h"
#include "registry/run_spool.h"
#include "registry/secrets.h"

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* The diff becomes an object beside the record, unless a secret is in it. */
static int diff_take(const struct context *ctx, const struct run_repositories_request *request,
		     struct run_facts *facts, const char *name, struct span diff, struct json *git,
		     struct error *err)
{
	struct secret_found found;
	struct digest digest;
	char place[400];

	if (!diff.len || !request->spool)
		return 0;
	if (secrets_find(diff, &found)) {
		snprintf(place, sizeof(place), "line %zu of the diff of repository %.200s",
			 found.line, name);
		return run_refuse(ctx, facts, place, found.rule, err);
	}
	return run_spool_object(request->spool, diff, &digest, err) ||
			       json_set_digest(git, "diff", &digest, err)
		       ? -1
		       : 0;
}

static int repository_take(const struct context *ctx,
			   const struct run_repositories_request *request, const char *folder,
			   bool asked, struct run_facts *facts, struct json *list,
			   struct error *err)
{
	struct git_request git = { .folder = folder,
				   .output = request->output,
				   .output_count = request->output_count };
	CLEANUP(json_free) struct json *found = NULL;
	CLEANUP(buffer_release) struct buffer diff;
	struct error why = { 0 };
	char real[PATH_MAX], name[256];
	struct json *item;
	int failed;

	buffer_init(&diff, 0);
	failed = git_facts_gather(ctx, &git, &found, &diff, &why);
	if (failed && !asked && why.code == ERROR_ABSENT)
		return 0; /* the working folder is in no repository, and nobody said so */
	text_escape(name, sizeof(name), last_part(realpath(folder, real) ? real : folder));
	if (json_add_object(list, &item, err) || json_set_text(item, "name", name, err))
		return -1;
	if (failed) {
		context_notice(ctx, "repository '%s': %s", folder, why.text);
		return json_set_text(item, "notPossible", why.text, err);
	}
	return diff_take(ctx, request, facts, name, buffer_view(&diff), found, err) ||
			       json_set_take(item, "git", &found, err)
		       ? -1
		       : 0;
}

int run_repositories_gather(const struct context *ctx,
			    const struct run_repositories_request *request, struct run_facts *facts,
			    struct error *err)
{
	struct json *list;

	if (json_set_array(facts->details, "repositories", &list, err))
		return -1;
	if (!request->folder_count)
		return repository_take(ctx, request, ".", false, facts, list, err);
	for (size_t i = 0; i < request->folder_count && i < RUN_REPOSITORIES_MAX; i++)
		if (repository_take(ctx, request, request->folder[i], true, facts, list, err))
			return -1;
	return 0;
}
