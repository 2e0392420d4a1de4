/* git_library: libgit2 loaded, and a repository opened, with what its settings say about it. */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry/git/inner.h"

void git_library_close(struct git_library *git)
{
	if (git->handle && git->libgit2_shutdown)
		git->libgit2_shutdown();
	if (git->handle)
		dlclose(git->handle);
	git->handle = NULL;
}

int git_library_open(struct git_library *git, struct error *err)
{
	/* Extensions that change nothing about what we read, and that 1.5 does not know. */
	static const char *extension[] = { "partialclone", "worktreeconfig", "preciousobjects" };

	*git = (struct git_library){ .handle = dlopen(AKASHI_LIBGIT2,
						      RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE) };
	if (!git->handle)
		return error_set(err, ERROR_SYSTEM,
				 "git repositories are read with %s, which cannot be loaded "
				 "(install libgit2): %s",
				 AKASHI_LIBGIT2, dlerror());
#define FUNCTION(name)                                                                             \
	*(void **)&git->name = dlsym(git->handle, "git_" #name);                                   \
	if (!git->name) {                                                                          \
		git->libgit2_shutdown = NULL;                                                      \
		return error_set(err, ERROR_SYSTEM, "%s has no git_" #name ": another version?",   \
				 AKASHI_LIBGIT2);                                                  \
	}
	GIT_FUNCTIONS(FUNCTION)
#undef FUNCTION
	git->libgit2_init();
	git->libgit2_opts(GIT_OPT_SET_EXTENSIONS, extension,
			  sizeof(extension) / sizeof(extension[0]));
	return 0;
}

int git_failed(const struct git_library *git, int code, struct error *err, const char *what)
{
	const git_error *last = git->error_last();
	const char *why = last && last->message ? last->message : "unknown reason";

	return error_set(err, code == GIT_ENOTFOUND ? ERROR_ABSENT : ERROR_CORRUPT, "%s: %s", what,
			 why);
}

void repository_close(struct repository *repo)
{
	if (repo->commit)
		repo->git.commit_free(repo->commit);
	if (repo->handle)
		repo->git.repository_free(repo->handle);
	git_folders_release(&repo->folders);
	git_library_close(&repo->git);
}

/* Find the repository's folder: at the request's folder, or above it. */
static int repository_find(struct repository *repo, const struct git_request *request,
			   struct error *err)
{
	git_buf found = GIT_BUF_INIT;
	int code;
	int failed;

	if (!file_is_folder(request->folder))
		return error_set(err, ERROR_ABSENT, "no folder '%s'", request->folder);
	code = repo->git.repository_discover(&found, request->folder, 0, NULL);
	if (code)
		return error_set(err, ERROR_ABSENT, "no git repository at '%s'", request->folder);
	failed = git_folders_of(found.ptr, &repo->folders, err);
	repo->git.buf_dispose(&found);
	return failed;
}

static bool config_is(struct repository *repo, git_config *config, const char *key,
		      const char *value)
{
	git_buf text = GIT_BUF_INIT;
	bool is = repo->git.config_get_string_buf(&text, config, key) == 0 &&
		  (!value || strcasecmp(text.ptr, value) == 0);

	repo->git.buf_dispose(&text);
	return is;
}

/* Read the settings that decide what can be asked, before libgit2 opens the repository. */
static int repository_settings(struct repository *repo, bool enclosed, struct error *err)
{
	CLEANUP(buffer_release) struct buffer path;
	const char *const file[] = { "config", "config.worktree" };
	char *text = NULL;

	for (size_t i = 0; i < 2; i++) {
		git_config *config = NULL;
		int sparse = 0;
		int code;

		buffer_init(&path, 1u << 16);
		if (buffer_printf(&path, err, "%s/%s", i ? repo->folders.git : repo->folders.common,
				  file[i]) ||
		    buffer_to_text(&path, &text, err))
			return -1;
		buffer_release(&path);
		code = repo->git.config_open_ondisk(&config, text);
		free(text);
		if (code)
			continue;
		repo->sha256 |= config_is(repo, config, "extensions.objectformat", "sha256");
		repo->promisor |= config_is(repo, config, "extensions.partialclone", NULL) ||
				  config_is(repo, config, "remote.origin.promisor", "true");
		repo->sparse |=
			repo->git.config_get_bool(&sparse, config, "core.sparsecheckout") == 0 &&
			sparse;
		code = enclosed && config_is(repo, config, "core.worktree", NULL);
		repo->git.config_free(config);
		if (code)
			return error_set(err, ERROR_UNTRUSTED,
					 "the repository's core.worktree leads elsewhere");
	}
	return 0;
}

/* A repository from elsewhere must lie in its folder and not lead out of it. */
static int repository_enclosed(struct repository *repo, const char *folder, struct error *err)
{
	char *alternates = NULL;
	char real[PATH_MAX];
	bool leads_out;
	size_t len;

	if (!realpath(folder, real))
		return error_system(err, errno, "cannot look at '%s'", folder);
	len = strlen(real);
	if (strncmp(repo->folders.git, real, len) != 0 ||
	    (repo->folders.git[len] && strcmp(repo->folders.git + len, "/.git") != 0))
		return error_set(err, ERROR_ABSENT, "no git repository at '%s' itself", folder);
	if (strcmp(repo->folders.git, repo->folders.common) != 0)
		return error_set(err, ERROR_UNTRUSTED, "the repository leads to '%s'",
				 repo->folders.common);
	if (path_join(repo->folders.common, "objects/info/alternates", &alternates, err))
		return -1;
	leads_out = file_exists(alternates);
	free(alternates);
	if (leads_out)
		return error_set(err, ERROR_UNTRUSTED,
				 "the repository takes objects from elsewhere (alternates)");
	return 0;
}

/* libgit2 checks this where it opens a repository; where it cannot, it is ours to check. */
static int repository_owner(struct repository *repo, struct error *err)
{
	struct stat status;

	if (stat(repo->folders.git, &status))
		return error_system(err, errno, "cannot look at '%s'", repo->folders.git);
	if (status.st_uid != geteuid())
		return error_set(err, ERROR_UNTRUSTED,
				 "'%s' belongs to another user; where you trust it: "
				 "git config --global --add safe.directory PATH",
				 repo->folders.git);
	return 0;
}

int repository_open(struct repository *repo, const struct git_request *request, struct error *err)
{
	int code;

	if (git_library_open(&repo->git, err) || repository_find(repo, request, err) ||
	    repository_settings(repo, request->enclosed, err))
		return -1;
	if (request->enclosed && repository_enclosed(repo, request->folder, err))
		return -1;
	if (repo->sha256)
		return repository_owner(repo, err);
	code = repo->git.repository_open_ext(
		&repo->handle, repo->folders.git,
		GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_NO_DOTGIT, NULL);
	/* 1.5 says "not found" instead of GIT_EOWNER where no safe.directory is set at all. */
	if (code && repository_owner(repo, err))
		return -1;
	if (code)
		return git_failed(&repo->git, code, err, request->folder);
	return 0;
}
