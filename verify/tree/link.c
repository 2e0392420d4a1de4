/* tree_link: where a symbolic link of a folder leads, and the file there. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "verify/tree/walk.h"

/* A link with every link on its way taken. */
struct resolved {
	char *root, *real; /* real is NULL where the link leads nowhere, `why` says how */
	int why;
};

static void resolved_release(struct resolved *resolved)
{
	free(resolved->root);
	free(resolved->real);
}

static int resolve(const struct tree *tree, const char *name, struct resolved *out_resolved,
		   struct error *err)
{
	struct resolved resolved = { .root = realpath(tree_root(tree), NULL) };
	CLEANUP(text_free) char *path = NULL;

	if (!resolved.root)
		return error_system(err, errno, "cannot find '%s'", tree_root(tree));
	if (path_join(resolved.root, name, &path, err)) {
		resolved_release(&resolved);
		return -1;
	}
	resolved.real = realpath(path, NULL);
	resolved.why = resolved.real ? 0 : errno;
	*out_resolved = resolved;
	return 0;
}

/* What follows the folder in a path that lies below it: "" for itself, NULL for one that does not.
 */
static const char *below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	if (len && folder[len - 1] == '/') /* the root of the file system */
		len--;
	if (strncmp(path, folder, len) != 0 || (path[len] && path[len] != '/'))
		return NULL;
	return path[len] ? path + len + 1 : path + len;
}

/* Does the folder `real` hold the link `name`? */
static bool holds_link(const struct resolved *resolved, const char *name)
{
	const char *inner = below(resolved->real, resolved->root);
	size_t len = strlen(inner);

	return !len || (strncmp(name, inner, len) == 0 && name[len] == '/');
}

int tree_link_find(const struct tree *tree, const char *name, enum tree_link *out_link,
		   uint64_t *out_size, struct error *err)
{
	CLEANUP(resolved_release) struct resolved resolved = { NULL, NULL, 0 };
	struct stat st;

	*out_size = 0;
	if (resolve(tree, name, &resolved, err))
		return -1;
	*out_link = resolved.why == ELOOP ? TREE_LINK_CYCLE : TREE_LINK_NOWHERE;
	if (!resolved.real || stat(resolved.real, &st))
		return 0;
	if (!below(resolved.real, resolved.root))
		*out_link = TREE_LINK_OUT;
	else if (S_ISDIR(st.st_mode))
		*out_link = holds_link(&resolved, name) ? TREE_LINK_CYCLE : TREE_LINK_FOLDER;
	else if (S_ISREG(st.st_mode))
		*out_link = TREE_LINK_FILE;
	if (*out_link == TREE_LINK_FILE)
		*out_size = (uint64_t)st.st_size;
	return 0;
}

int tree_link_open(const struct tree *tree, const char *name, struct source **out_source,
		   struct error *err)
{
	CLEANUP(resolved_release) struct resolved resolved = { NULL, NULL, 0 };
	const char *inner;

	if (resolve(tree, name, &resolved, err))
		return -1;
	if (!resolved.real)
		return error_set(err, ERROR_ABSENT, "the link '%s' leads nowhere", name);
	inner = below(resolved.real, resolved.root);
	if (!inner || !*inner)
		return error_set(err, ERROR_CORRUPT, "the link '%s' leads out of the folder", name);
	/* Without any link this time: what was put there since is not followed. */
	return source_open_beneath(resolved.root, inner, out_source, err);
}
