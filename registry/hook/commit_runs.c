/* commit_runs: which runs a commit declares, and what is kept of them. */
#include "registry/hook/commit_runs.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "registry/run/facts.h"
#include "registry/run/secrets.h"

enum { COMMIT_DIGITS = 12, PATTERNS_MAX = 1000, RUN_PATH_MAX = 4096 };

void commit_runs_release(struct commit_runs *runs)
{
	for (size_t i = 0; i < runs->count; i++)
		free(runs->run[i].path);
	runs->count = 0;
}

/* ---- names ---- */

/* One part of a name out of any text: what may not stand in it becomes "-"; the end is kept. */
static void part_make(const char *text, size_t len, const char *fallback,
		      char out_part[NAME_PART_MAX + 1])
{
	size_t used = 0;

	while (len > NAME_PART_MAX || (len && !isalnum((unsigned char)text[0]))) {
		text++;
		len--;
	}
	for (; used < len; used++) {
		char c = text[used];

		out_part[used] = isalnum((unsigned char)c) || strchr("._-", c) ? c : '-';
	}
	out_part[used] = '\0';
	if (!name_part_ok(out_part))
		memcpy(out_part, fallback, strlen(fallback) + 1);
}

/* Who a run belongs to where its name does not say. */
static int owner_of(const struct context *ctx, const struct git_work *work,
		    char out_owner[NAME_PART_MAX + 1], struct error *err)
{
	CLEANUP(text_free) char *named = NULL, *plain = NULL;
	const char *at = git_work_tree(work);
	size_t len;

	if (git_work_setting(work, "akashi.owner", &named, err))
		return -1;
	if (named && !name_part_ok(named))
		return error_set(err, ERROR_USAGE,
				 "git config akashi.owner is '%.100s', which cannot be the owner "
				 "in a name",
				 named);
	if (named) {
		memcpy(out_owner, named, strlen(named) + 1);
		return 0;
	}
	/* A home folder has a person's name. */
	if (run_text_public(ctx, at ? at : git_work_common(work), &plain, err))
		return -1;
	at = plain;
	len = strlen(at);
	while (len && at[len - 1] == '/')
		len--;
	for (size_t i = len; i-- > 0;)
		if (at[i] == '/') {
			at += i + 1;
			len -= i + 1;
			break;
		}
	if (len > 4 && memcmp(at + len - 4, ".git", 4) == 0)
		len -= 4;
	part_make(at, len, "repository", out_owner);
	return 0;
}

/* "configs/7b/base.yaml" becomes "configs-7b-base". */
static void name_of_path(const char *path, char out_name[NAME_PART_MAX + 1])
{
	const char *slash = strrchr(path, '/');
	const char *dot = strrchr(slash ? slash : path, '.');
	size_t len = dot && dot > (slash ? slash + 1 : path) ? (size_t)(dot - path) : strlen(path);

	part_make(path, len, "run", out_name);
}

int commit_run_parse(struct span text, const char *version, struct name *out_name, char **out_path,
		     struct error *err)
{
	const char *at = (const char *)text.data;
	char name[NAME_TEXT_MAX];
	size_t len = 0, blanks;

	*out_path = NULL;
	while (len < text.len && at[len] != ' ' && at[len] != '\t')
		len++;
	if (len >= sizeof(name) || memchr(at, '\0', text.len))
		return error_set(err, ERROR_USAGE, "it names no run: owner/name@version");
	memcpy(name, at, len);
	name[len] = '\0';
	if (memchr(name, '@', len) ? name_parse(name, out_name, err)
				   : name_parse_family(name, out_name, err))
		return -1;
	if (!out_name->version[0])
		memcpy(out_name->version, version, strlen(version) + 1);
	blanks = len;
	while (blanks < text.len && (at[blanks] == ' ' || at[blanks] == '\t'))
		blanks++;
	if (blanks >= text.len)
		return 0;
	if (text.len - blanks > RUN_PATH_MAX)
		return error_set(err, ERROR_USAGE, "its path has more than %d bytes", RUN_PATH_MAX);
	*out_path = strndup(at + blanks, text.len - blanks);
	return *out_path ? 0 : error_system(err, ENOMEM, "cannot read a trailer");
}

/* ---- finding ---- */

struct finding {
	const struct context *ctx;
	const struct git_work *work;
	struct commit_runs *runs;
	char version[COMMIT_DIGITS + 1];
	char owner[NAME_PART_MAX + 1];
	char **pattern;
	size_t pattern_count;
};

static void finding_release(struct finding *finding)
{
	for (size_t i = 0; i < finding->pattern_count; i++)
		free(finding->pattern[i]);
	free(finding->pattern);
}

static int run_add(struct finding *finding, const struct name *name, char *path, struct error *err)
{
	struct commit_runs *runs = finding->runs;

	if (runs->count == COMMIT_RUNS_MAX) {
		free(path);
		return error_set(err, ERROR_USAGE,
				 "commit %s touches more than %d configuration files: a trailer "
				 "'Akashi-Run: NAME' says which run is meant",
				 finding->version, COMMIT_RUNS_MAX);
	}
	runs->run[runs->count++] = (struct commit_run){ .name = *name, .path = path };
	return 0;
}

static int trailer_visit(void *arg, const char *text, struct error *err)
{
	struct finding *finding = arg;
	struct error why = { 0 };
	struct name name;
	char *path;

	if (commit_run_parse(span_of(text), finding->version, &name, &path, &why)) {
		context_notice(finding->ctx, "commit %s: 'Akashi-Run: %.100s': %s",
			       finding->version, text, why.text);
		return 0;
	}
	return run_add(finding, &name, path, err);
}

static int pattern_visit(void *arg, const char *text, struct error *err)
{
	struct finding *finding = arg;
	char *pattern = finding->pattern_count < PATTERNS_MAX ? strdup(text) : NULL;

	if (!pattern)
		return error_set(err, ERROR_USAGE, "git config akashi.runs has more than %d values",
				 PATTERNS_MAX);
	finding->pattern[finding->pattern_count++] = pattern;
	return 0;
}

/* As in .gitignore: the last pattern that covers the file, or a folder that it is in, decides. */
static bool is_configuration(const struct finding *finding, const char *path)
{
	char part[RUN_PATH_MAX + 1];
	size_t len = strlen(path);

	if (len > RUN_PATH_MAX)
		return false;
	for (size_t i = finding->pattern_count; i-- > 0;) {
		const char *pattern = finding->pattern[i];
		bool kept = pattern[0] == '!';

		for (size_t end = 1; end <= len; end++) {
			if (path[end] && path[end] != '/')
				continue;
			memcpy(part, path, end);
			part[end] = '\0';
			if (path_glob_matches(pattern + kept, part, path[end] == '/'))
				return !kept;
		}
	}
	return false;
}

static int touched_visit(void *arg, const char *path, struct error *err)
{
	struct finding *finding = arg;
	struct name name = { .alias = false };
	char *own;

	if (!is_configuration(finding, path))
		return 0;
	for (size_t i = 0; i < finding->runs->count; i++)
		if (finding->runs->run[i].path && strcmp(finding->runs->run[i].path, path) == 0)
			return 0;
	memcpy(name.owner, finding->owner, sizeof(name.owner));
	memcpy(name.version, finding->version, sizeof(finding->version));
	name_of_path(path, name.name);
	own = strdup(path);
	return own ? run_add(finding, &name, own, err)
		   : error_system(err, ENOMEM, "cannot list the runs of a commit");
}

int commit_runs_find(const struct context *ctx, const struct git_work *work, const char *commit,
		     struct commit_runs *out_runs, struct error *err)
{
	CLEANUP(commit_runs_release) struct commit_runs runs = { .count = 0 };
	CLEANUP(finding_release) struct finding finding = { ctx, work, &runs, .pattern = NULL };

	if (strlen(commit) != GIT_HEX_SIZE - 1)
		return error_set(err, ERROR_USAGE, "'%.80s' names no commit", commit);
	memcpy(runs.commit, commit, GIT_HEX_SIZE);
	memcpy(finding.version, commit, COMMIT_DIGITS);
	finding.pattern = calloc(PATTERNS_MAX, sizeof(*finding.pattern));
	if (!finding.pattern)
		return error_system(err, ENOMEM, "cannot list the runs of a commit");
	if (git_work_trailers(work, commit, "Akashi-Run", trailer_visit, &finding, err) ||
	    git_work_settings(work, "akashi.runs", pattern_visit, &finding, err) ||
	    (finding.pattern_count &&
	     (owner_of(ctx, work, finding.owner, err) ||
	      git_work_touched(work, commit, touched_visit, &finding, err))))
		return -1;
	*out_runs = runs;
	runs.count = 0; /* handed over */
	return 0;
}

/* ---- the run file ---- */

static int file_add(const struct context *ctx, const struct git_work *work,
		    const struct commit_runs *runs, const char *path, struct json *list,
		    struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	struct error why = { 0 };
	struct digest digest;
	struct json *file;

	buffer_init(&text, GIT_FILE_MAX);
	if (json_add_object(list, &file, err) || json_set_text(file, "path", path, err))
		return -1;
	if (git_work_file(work, runs->commit, path, &text, &why)) {
		context_notice(ctx, "'%s' is not kept with the run: %s", path, why.text);
		return 0;
	}
	digest = sha256(buffer_view(&text));
	if (json_set_digest(file, "sha256", &digest, err) ||
	    json_set_size(file, "size", text.len, err))
		return -1;
	if (secrets_scan(buffer_view(&text), path, &why) ||
	    json_set_span(file, "text", buffer_view(&text), &why))
		context_notice(ctx, "the text of '%s' is not kept with the run: %s", path,
			       why.text);
	return 0;
}

int commit_run_file(const struct context *ctx, const struct git_work *work,
		    const struct commit_runs *runs, const struct commit_run *run,
		    struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *file = NULL;
	struct json *list;

	return json_object_new(&file, err) ||
			       json_set_text(file, "schema", "akashi/commit-run/1", err) ||
			       json_set_text(file, "commit", runs->commit, err) ||
			       json_set_array(file, "files", &list, err) ||
			       (run->path && file_add(ctx, work, runs, run->path, list, err)) ||
			       json_write_canonical(file, out, err)
		       ? -1
		       : 0;
}
