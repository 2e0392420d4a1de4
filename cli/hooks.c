/* hooks: the repository, the registry and the background of git hooks. */
#include "cli/hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/open.h"

void hooks_close(struct git_work **work)
{
	git_work_close(work);
}

static int repository_open(const struct call *call, struct git_work **out_work, struct error *err)
{
	const char *folder = context_environment(call->ctx, "GIT_DIR");

	return git_work_open(folder && folder[0] ? folder : ".", out_work, err);
}

int hooks_repository_need(const struct call *call, struct git_work **out_work, struct error *err)
{
	struct git_work *work;

	if (repository_open(call, &work, err))
		return -1;
	if (git_work_refusal(work)) {
		error_set(err, ERROR_UNTRUSTED, "%s", git_work_refusal(work));
		git_work_close(&work);
		return -1;
	}
	*out_work = work;
	return 0;
}

/* Say it, unless it was said in this repository before; where that cannot be kept, say nothing. */
static void say_once(const struct call *call, const struct git_work *work, const char *text)
{
	CLEANUP(text_free) char *folder = NULL;
	CLEANUP(text_free) char *path = NULL;
	struct error ignored = { 0 };

	if (git_work_path(work, "", &folder, &ignored) ||
	    git_work_path(work, "said-once", &path, &ignored) || file_exists(path) ||
	    folder_make(folder, &ignored) ||
	    file_write(path, span_of(text), 0600, FILE_REPLACE, &ignored))
		return;
	context_notice(call->ctx, "the git hooks of akashi do nothing here: %s", text);
}

int hooks_repository(const struct call *call, struct git_work **out_work, struct error *err)
{
	struct error why = { 0 };

	*out_work = NULL;
	if (repository_open(call, out_work, &why)) {
		*out_work = NULL;
		return why.code == ERROR_ABSENT ? 0 : error_set(err, why.code, "%s", why.text);
	}
	if (!git_work_refusal(*out_work))
		return 0;
	say_once(call, *out_work, git_work_refusal(*out_work));
	git_work_close(out_work);
	return 0;
}

int hooks_registry(const struct call *call, const struct git_work *work,
		   struct registry **out_registry, struct error *err)
{
	const char *named = call_value(call, "registry");
	CLEANUP(text_free) char *kept = NULL;
	CLEANUP(text_free) char *folder = NULL;
	const char *start = git_work_tree(work);

	if (!named || !named[0])
		named = context_environment(call->ctx, "AKASHI_REGISTRY");
	if ((!named || !named[0]) && hook_registry(work, &kept, err))
		return -1;
	return registry_find(call->ctx, kept ? kept : named, start ? start : git_work_common(work),
			     &folder, err) ||
			       registry_open(call->ctx, folder, out_registry, err)
		       ? -1
		       : 0;
}

void hooks_ask_nobody(const struct call *call)
{
	const char *file = context_environment(call->ctx, "AKASHI_PASSPHRASE_FILE");

	if (!file || !file[0])
		call->ctx->passphrase = NULL;
}

int hooks_command(char **out_path, struct error *err)
{
	char path[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (len <= 0)
		return error_system(err, errno, "cannot tell where this command lies");
	path[len] = '\0';
	*out_path = strdup(path);
	return *out_path ? 0 : error_system(err, ENOMEM, "cannot tell where this command lies");
}

bool hooks_notes_wanted(const struct git_work *work)
{
	CLEANUP(text_free) char *wanted = NULL;
	struct error ignored = { 0 };

	return git_work_setting(work, "akashi.notes", &wanted, &ignored) || !wanted ||
	       (strcmp(wanted, "false") != 0 && strcmp(wanted, "no") != 0 &&
		strcmp(wanted, "off") != 0 && strcmp(wanted, "0") != 0);
}

/* In the child of the child: nothing of git's, no terminal, no standard streams. */
static void sync_become(const char *command, const char *git_folder)
{
	int nothing = open("/dev/null", O_RDWR);

	setsid();
	for (int fd = 0; nothing >= 0 && fd <= 2; fd++)
		dup2(nothing, fd);
	for (int fd = 3; fd < 256; fd++)
		close(fd);
	setenv("GIT_DIR", git_folder, 1);
	execl(command, command, "sync", "--quiet", (char *)NULL);
	_exit(127);
}

void hooks_sync_later(const struct git_work *work)
{
	CLEANUP(text_free) char *command = NULL;
	struct error ignored = { 0 };
	pid_t child;

	if (hooks_command(&command, &ignored))
		return;
	fflush(NULL);
	child = fork();
	if (child == 0) {
		if (fork() == 0)
			sync_become(command, git_work_folder(work));
		_exit(0);
	}
	if (child > 0)
		(void)waitpid(child, NULL, 0);
}
