/* git_work: a repository opened for hooks, and its settings. */
#include "registry/git/work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "registry/git/work_inner.h"

int git_work_open(const char *folder, struct git_work **out_work, struct error *err)
{
	struct git_work *work = calloc(1, sizeof(*work));
	struct git_request request = { .folder = folder };
	struct error why = { 0 };

	if (!work)
		return error_system(err, ENOMEM, "cannot open a repository");
	if (repository_open(&work->repo, &request, &why)) {
		if (why.code != ERROR_UNTRUSTED || !work->repo.folders.common) {
			git_work_close(&work);
			return error_set(err, why.code, "%s", why.text);
		}
		work->refusal = strdup(why.text);
	} else if (work->repo.sha256) {
		work->refusal = strdup("libgit2 cannot open repositories of the SHA-256 format");
	} else if (work->repo.git.repository_config_snapshot(&work->config, work->repo.handle)) {
		git_work_close(&work);
		return error_set(err, ERROR_CORRUPT,
				 "the settings of the git repository at '%s' "
				 "cannot be read",
				 folder);
	}
	if (!work->config && !work->refusal) {
		git_work_close(&work);
		return error_system(err, ENOMEM, "cannot open a repository");
	}
	*out_work = work;
	return 0;
}

void git_work_close(struct git_work **work)
{
	if (!*work)
		return;
	if ((*work)->config)
		(*work)->repo.git.config_free((*work)->config);
	repository_close(&(*work)->repo);
	free((*work)->refusal);
	free(*work);
	*work = NULL;
}

const char *git_work_refusal(const struct git_work *work)
{
	return work->refusal;
}

const char *git_work_folder(const struct git_work *work)
{
	return work->repo.folders.git;
}

const char *git_work_common(const struct git_work *work)
{
	return work->repo.folders.common;
}

const char *git_work_tree(const struct git_work *work)
{
	return work->repo.git.repository_workdir(work->repo.handle);
}

int git_work_path(const struct git_work *work, const char *name, char **out_path, struct error *err)
{
	CLEANUP(text_free) char *ours = NULL;

	return path_join(work->repo.folders.common, "akashi", &ours, err) ||
			       path_join(ours, name, out_path, err)
		       ? -1
		       : 0;
}

bool git_work_rebasing(const struct git_work *work)
{
	switch (work->repo.git.repository_state(work->repo.handle)) {
	case GIT_REPOSITORY_STATE_REBASE:
	case GIT_REPOSITORY_STATE_REBASE_INTERACTIVE:
	case GIT_REPOSITORY_STATE_REBASE_MERGE:
	case GIT_REPOSITORY_STATE_APPLY_MAILBOX_OR_REBASE:
		return true;
	default:
		return false;
	}
}

/* What libgit2 gave for `key` becomes a text of ours. */
static int setting_take(const struct git_library *git, int code, git_buf *value, const char *key,
			char **out_value, struct error *err)
{
	*out_value = NULL;
	if (code == GIT_ENOTFOUND)
		return 0;
	if (code)
		return git_failed(git, code, err, key);
	*out_value = strdup(value->ptr ? value->ptr : "");
	git->buf_dispose(value);
	return *out_value ? 0 : error_system(err, ENOMEM, "cannot read the setting %s", key);
}

int git_work_setting(const struct git_work *work, const char *key, char **out_value,
		     struct error *err)
{
	git_buf value = GIT_BUF_INIT;
	int code = work->repo.git.config_get_string_buf(&value, work->config, key);

	return setting_take(&work->repo.git, code, &value, key, out_value, err);
}

int git_work_setting_path(const struct git_work *work, const char *key, char **out_value,
			  struct error *err)
{
	git_buf value = GIT_BUF_INIT;
	int code = work->repo.git.config_get_path(&value, work->config, key);

	return setting_take(&work->repo.git, code, &value, key, out_value, err);
}

int git_work_settings(const struct git_work *work, const char *key, git_visit_text visit, void *arg,
		      struct error *err)
{
	const struct git_library *git = &work->repo.git;
	git_config_iterator *values = NULL;
	git_config_entry *entry;
	int code = git->config_multivar_iterator_new(&values, work->config, key, NULL);
	int failed = 0;

	if (code == GIT_ENOTFOUND)
		return 0;
	if (code)
		return git_failed(git, code, err, key);
	while (!failed && git->config_next(&entry, values) == 0)
		failed = entry->value ? visit(arg, entry->value, err) : 0;
	git->config_iterator_free(values);
	return failed ? -1 : 0;
}

/* ---- the file of one scope ---- */

/* The user's file, as git would write it. */
static int global_file(const struct context *ctx, const struct git_library *git, char **out_path,
		       struct error *err)
{
	const char *named = context_environment(ctx, "GIT_CONFIG_GLOBAL");
	const char *home = context_environment(ctx, "HOME");
	git_buf found = GIT_BUF_INIT;

	*out_path = NULL;
	if (named && named[0]) {
		*out_path = strdup(named);
	} else if (git->config_find_global(&found) == 0) {
		*out_path = strdup(found.ptr);
		git->buf_dispose(&found);
	} else {
		if (!home || !home[0])
			return error_set(err, ERROR_SYSTEM, "HOME is not set: whose settings?");
		return path_join(home, ".gitconfig", out_path, err);
	}
	return *out_path ? 0 : error_system(err, ENOMEM, "cannot find git's settings");
}

/* Libgit2 and one file of settings, which need not exist. */
struct scope_file {
	struct git_library git;
	git_config *config;
};

static void scope_close(struct scope_file *scope)
{
	if (scope->config)
		scope->git.config_free(scope->config);
	git_library_close(&scope->git);
}

static int scope_path(const struct context *ctx, const struct git_work *work, enum git_scope which,
		      const struct git_library *git, char **out_path, struct error *err)
{
	const char *none = context_environment(ctx, "GIT_CONFIG_NOSYSTEM");

	if (which == GIT_SCOPE_LOCAL)
		return path_join(work->repo.folders.common, "config", out_path, err);
	if (which == GIT_SCOPE_GLOBAL)
		return global_file(ctx, git, out_path, err);
	return path_join("/etc", none && none[0] ? "no-gitconfig" : "gitconfig", out_path, err);
}

static int scope_open(const struct context *ctx, const struct git_work *work, enum git_scope which,
		      struct scope_file *scope, struct error *err)
{
	CLEANUP(text_free) char *path = NULL;
	int code;

	if (git_library_open(&scope->git, err) ||
	    scope_path(ctx, work, which, &scope->git, &path, err))
		return -1;
	code = scope->git.config_open_ondisk(&scope->config, path);
	return code ? git_failed(&scope->git, code, err, path) : 0;
}

int git_setting_in(const struct context *ctx, const struct git_work *work, enum git_scope scope,
		   const char *key, char **out_value, struct error *err)
{
	CLEANUP(scope_close) struct scope_file file = { .config = NULL };
	git_buf value = GIT_BUF_INIT;
	int code;

	if (scope_open(ctx, work, scope, &file, err))
		return -1;
	code = file.git.config_get_string_buf(&value, file.config, key);
	return setting_take(&file.git, code, &value, key, out_value, err);
}

int git_setting_set(const struct context *ctx, const struct git_work *work, enum git_scope scope,
		    const char *key, const char *value, struct error *err)
{
	CLEANUP(scope_close) struct scope_file file = { .config = NULL };
	int code;

	if (scope_open(ctx, work, scope, &file, err))
		return -1;
	code = value ? file.git.config_set_string(file.config, key, value)
		     : file.git.config_delete_entry(file.config, key);
	if (code == GIT_ENOTFOUND && !value)
		return 0;
	return code ? git_failed(&file.git, code, err, key) : 0;
}
