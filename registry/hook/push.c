/* hook_push: claims of commits that are pushed, and tags that publish. */
#include "registry/hook/push.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/index.h"
#include "registry/publish.h"
#include "registry/statement.h"

int push_line_parse(struct span text, struct push_line *out_line, struct error *err)
{
	struct {
		char *to;
		size_t room;
	} word[] = {
		{ out_line->local_ref, sizeof(out_line->local_ref) },
		{ out_line->local, sizeof(out_line->local) },
		{ out_line->remote_ref, sizeof(out_line->remote_ref) },
		{ out_line->remote, sizeof(out_line->remote) },
	};
	const char *at = (const char *)text.data, *end = at + text.len;

	memset(out_line, 0, sizeof(*out_line));
	for (size_t i = 0; i < 4; i++) {
		const char *stop = at < end ? memchr(at, ' ', (size_t)(end - at)) : NULL;
		size_t len = (size_t)((stop ? stop : end) - at);

		if (!len || len >= word[i].room || (i < 3) == !stop || memchr(at, '\0', len))
			return error_set(err, ERROR_CORRUPT,
					 "no line of git's: LOCAL-REF LOCAL REMOTE-REF REMOTE");
		memcpy(word[i].to, at, len);
		at += len + (stop != NULL);
	}
	return 0;
}

static bool is_none(const char *object)
{
	return strspn(object, "0") == strlen(object);
}

/* ---- claims ---- */

struct looking {
	const struct context *ctx;
	const struct git_work *work;
	struct registry *registry;
	const char *commit; /* that is looked at */
	size_t commits;
	push_told told;
	void *arg;
};

static int score_count(void *arg, const struct index_score *score, struct error *err)
{
	(void)score;
	(void)err;
	++*(size_t *)arg;
	return 0;
}

/* Is the name registered, and (of a result) measured? If not, it is told. */
static int claim_look(struct looking *looking, const struct name *name, bool result,
		      struct error *err)
{
	struct error why = { 0 };
	struct digest identity;
	struct index *index;
	char text[NAME_TEXT_MAX];
	struct name found;
	size_t scores = 0;

	name_to_text(name, text);
	if (!looking->registry)
		return looking->told(looking->arg, looking->commit, text,
				     "the registry cannot be asked", err);
	if (registry_index(looking->registry, &index, err))
		return -1;
	if (index_resolve(index, name, &found, &identity, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text)
						: looking->told(looking->arg, looking->commit, text,
								"it is not registered", err);
	if (!result)
		return 0;
	if (index_scores(index, &identity, score_count, &scores, err))
		return -1;
	return scores ? 0
		      : looking->told(looking->arg, looking->commit, text,
				      "no results of it are registered", err);
}

static int result_visit(void *arg, const char *text, struct error *err)
{
	struct looking *looking = arg;
	struct error why = { 0 };
	struct name name;

	if (name_parse(text, &name, &why))
		return looking->told(looking->arg, looking->commit, text, why.text, err);
	return claim_look(looking, &name, true, err);
}

static int commit_visit(void *arg, const char *commit, struct error *err)
{
	CLEANUP(commit_runs_release) struct commit_runs runs = { .count = 0 };
	struct looking *looking = arg;
	struct error why = { 0 };

	looking->commit = commit;
	looking->commits++;
	if (context_check_cancelled(looking->ctx, err))
		return -1;
	if (commit_runs_find(looking->ctx, looking->work, commit, &runs, &why)) {
		if (why.code == ERROR_SYSTEM)
			return error_set(err, why.code, "%s", why.text);
		context_notice(looking->ctx, "%s", why.text);
		return 0;
	}
	for (size_t i = 0; i < runs.count; i++)
		if (claim_look(looking, &runs.run[i].name, false, err))
			return -1;
	return git_work_trailers(looking->work, commit, "Akashi-Result", result_visit, looking,
				 err);
}

int hook_push_look(const struct context *ctx, const struct git_work *work,
		   struct registry *registry, const struct push_line *line, const char *remote,
		   push_told told, void *arg, struct error *err)
{
	struct looking looking = { ctx, work, registry, .told = told, .arg = arg };
	const char *known = is_none(line->remote) ? "" : line->remote;
	char commit[GIT_HEX_SIZE];
	struct error none = { 0 };

	/* Deleted there, or something that is no commit. */
	if (is_none(line->local) || git_work_commit(work, line->local, commit, &none))
		return 0;
	if (git_work_outgoing(work, commit, known, remote, PUSH_COMMITS_MAX, commit_visit, &looking,
			      err))
		return -1;
	if (looking.commits == PUSH_COMMITS_MAX)
		context_notice(ctx, "'%s': the newest %u commits were looked at, and no others",
			       line->remote_ref, PUSH_COMMITS_MAX);
	return 0;
}

/* ---- releases ---- */

static int record_visit(void *arg, const struct index_row *row, struct error *err)
{
	(void)err;
	if (strcmp(row->kind, "record") == 0)
		*(bool *)arg = true;
	return 0;
}

/* What is known of the checkpoint: recorded, made from another commit. */
static int release_look(const struct git_work *work, struct registry *registry,
			const struct digest *identity, const struct push_line *line,
			struct push_release *release, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	char commit[GIT_HEX_SIZE] = "";
	const char *made_from;
	struct error none = { 0 };
	struct index *index;

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (registry_index(registry, &index, err) ||
	    index_about(index, identity, record_visit, &release->recorded, err) ||
	    registry_payload(registry, identity, &payload, err) ||
	    statement_parse(buffer_view(&payload), &statement, err))
		return -1;
	made_from = json_text(json_member(json_member(statement.predicate, "git"), "commit"));
	if (made_from && strlen(made_from) == GIT_HEX_SIZE - 1 &&
	    git_work_commit(work, line->local, commit, &none) == 0 &&
	    strcmp(made_from, commit) != 0)
		memcpy(release->other, made_from, GIT_HEX_SIZE);
	return 0;
}

int hook_push_release(const struct git_work *work, struct registry *registry,
		      const struct push_line *line, const char *folder, bool *out_is,
		      struct push_release *out_release, struct error *err)
{
	struct push_release release = { .there = false };
	CLEANUP(text_free) char *marker = NULL;
	struct digest identity;
	struct name name;
	bool model;
	int len;

	*out_is = !is_none(line->local) && hook_tag_name(line->remote_ref, &name, &model) && model;
	if (!*out_is)
		return 0;
	name_to_text(&name, release.name);
	len = snprintf(release.folder, sizeof(release.folder), "%s/%s/%s/%s", folder, name.owner,
		       name.name, name.version);
	if (len < 0 || (size_t)len >= sizeof(release.folder))
		return error_set(err, ERROR_USAGE, "akashi.publishTo is too long");
	if (registry_resolve(registry, release.name, STATEMENT_checkpoint, release.name, &identity,
			     err) ||
	    release_look(work, registry, &identity, line, &release, err) ||
	    path_join(release.folder, "akashi/release.json", &marker, err))
		return -1;
	release.there = file_exists(marker);
	*out_release = release;
	return 0;
}

int hook_push_publish(const struct context *ctx, struct registry *registry,
		      const struct push_release *release, struct error *err)
{
	const struct publish_request request = { .name = release->name, .folder = release->folder };
	CLEANUP(json_free) struct json *report = NULL;
	CLEANUP(text_free) char *above = strdup(release->folder);

	if (release->there)
		return 0;
	if (!above)
		return error_set(err, ERROR_SYSTEM, "out of memory for a path");
	*strrchr(above, '/') = '\0';
	return folder_make(above, err) || registry_publish(ctx, registry, &request, &report, err)
		       ? -1
		       : 0;
}
