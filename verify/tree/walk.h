/* tree_walk: list what lies below a folder, race-safe. Inside verify/ only. */
#ifndef VERIFY_TREE_WALK_H
#define VERIFY_TREE_WALK_H

#include "verify/tree.h"

struct arena;

/* What a walk finds; names live in the arena, arrays are malloced. */
struct tree_list {
	struct tree_file *file;
	size_t count, cap;
	struct tree_ignored *ignored;
	size_t ignored_count, ignored_cap;
	struct tree_odd *odd;
	size_t odd_count, odd_cap;
	bool attestations;
	struct arena *arena;
};

void tree_list_release(struct tree_list *list);

MUST_CHECK int tree_list_add(struct tree_list *list, const char *name, uint64_t size,
			     const char *blob, struct error *err);

/* By the bytes of their names; ERROR_CORRUPT when a name is there twice. */
MUST_CHECK int tree_list_sort(struct tree_list *list, struct error *err);

/* ERROR_CORRUPT unless `name` can be a name in a tree: relative, plain text, no "." or "..". */
MUST_CHECK int tree_name_check(const char *name, struct error *err);

/*
 * Fill `list`, which has an arena, from the folder that is open as `folder`
 * and called `path` in messages. `blobs`: an open folder of a Hub cache into which links may point,
 * or -1.
 */
MUST_CHECK int tree_walk(int folder, const char *path, int blobs,
			 const struct tree_options *options, struct tree_list *list,
			 struct error *err);

#endif
