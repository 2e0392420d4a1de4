/*
 * tree: which files a model, a dataset or a release consists of.
 *
 * A folder, one file, a folder of the Hub's download cache, or files that lie
 * elsewhere under names (tree_of). One list of rules says what is left out, the
 * same for add, sign and verify. Every file is regular, its name is relative,
 * "/"-separated, valid UTF-8 without control characters, and the names are
 * sorted by their bytes. Symbolic links are refused; the one exception is the
 * Hub cache, where snapshots/REV/x may point to ../../blobs/NAME.
 */
#ifndef VERIFY_TREE_H
#define VERIFY_TREE_H

#include "kernels/kernels.h"

struct tree;

#define TREE_FILES_MAX 1000000u /* files in a tree */
#define TREE_DEPTH_MAX 32u      /* folders above a file */
#define TREE_NAME_MAX 1024u     /* bytes in a name, without its NUL */

enum tree_kind {
	TREE_FOLDER,
	TREE_FILE,      /* one file; its name is the last part of the path */
	TREE_HUB_CACHE, /* snapshots/REV of a Hub cache */
	TREE_ELSEWHERE  /* tree_of */
};

struct tree_file {
	const char *name;
	uint64_t size;
	const char
		*blob; /* Hub cache: the name of the blob (a digest that is claimed), else NULL */
};

/* Something at the top that a rule leaves out. */
struct tree_ignored {
	const char *name;   /* a file's, or a folder's with its "/" */
	const char *reason; /* "left by a download", "signature" ..., or "--exclude PATTERN" */
};

/* Left out of every tree (add, verify), and out of what model.sig signs beside them. */
struct tree_rule {
	const char *name; /* of a top-level file or folder, exactly */
	const char *reason;
	bool signature_only; /* kept in the tree, ignored by model.sig */
};

/* The one list (decisions 14, 15); *out_count of them, in order. */
const struct tree_rule *tree_rules(size_t *out_count);

/* Is this name of a tree left out of what model.sig signs? */
bool tree_signature_ignores(const char *name);

/* What somebody who adds a folder leaves out of it, as in .gitignore, at the top of the folder. */
#define TREE_IGNORE_FILE ".akashiignore"

struct tree_options {
	/* Patterns as in .gitignore: *, ?, [a-z], **, a/b, folder/, and ! before one. */
	const char *const *exclude;
	size_t exclude_count;

	/*
	 * Obey TREE_IGNORE_FILE, whose patterns stand before those of `exclude`. For who makes
	 * a statement only: whoever verifies or signs a folder must not let a file in it hide
	 * others.
	 */
	bool ignore_file;

	/* Every file, whatever the rules say; links (but those of a Hub cache into its blobs) and
	 * what is neither a file nor a folder are listed by tree_odd instead of refused. */
	bool everything;

	/* Instead of the model's files, those that the rules leave out as proofs: akashi/ and
	 * model.sig. */
	bool proofs_only;

	/*
	 * Instead of our rules those of OpenSSF Model Signing v1.0 (section 6.2): its own four
	 * names at the top are left out, and what is or lies below one of `ignore` (as
	 * modelsig_lies_below); everything else is in the tree, akashi/ and .cache too. With
	 * `everything` beside it, links and the like are listed by tree_odd.
	 */
	bool openssf;
	const char *const *ignore;
	size_t ignore_count;
};

/*
 * List what lies at `path`, which the user named: a folder, a file, a
 * snapshot of a Hub cache, or a repository of a Hub cache that has one
 * snapshot. `options` may be NULL. ERROR_ABSENT: nothing there; ERROR_CORRUPT:
 * a link that leads elsewhere, a socket, a device, a name that is no text;
 * ERROR_SYSTEM: a folder that cannot be read. The text names the file.
 */
MUST_CHECK int tree_open(const char *path, const struct tree_options *options,
			 struct tree **out_tree, struct error *err);

/*
 * A tree of files that lie elsewhere (objects of a store, members of a
 * bundle). Names and sizes are copied; `open_file` is called for each
 * tree_open_file with the name. `user` must outlive the tree.
 */
MUST_CHECK int tree_of(const char *label, const struct tree_file *file, size_t count,
		       int (*open_file)(void *user, const char *name, struct source **out_source,
					struct error *err),
		       void *user, struct tree **out_tree, struct error *err);
void tree_close(struct tree **tree);

enum tree_kind tree_kind(const struct tree *tree);
const char *tree_path(const struct tree *tree); /* as given; borrowed */
const char *tree_root(const struct tree *tree); /* the folder that was listed; borrowed */

size_t tree_count(const struct tree *tree);
const struct tree_file *tree_file(const struct tree *tree, size_t index);
const struct tree_file *tree_find(const struct tree *tree, const char *name); /* NULL: none */

/* What the rules and --exclude left out, by name; a folder stands for all below it. */
size_t tree_ignored_count(const struct tree *tree);
const struct tree_ignored *tree_ignored(const struct tree *tree, size_t index);

/* With tree_options.everything: a symbolic link, or a socket, pipe or device. */
struct tree_odd {
	const char *name;
	bool link;
};

size_t tree_odd_count(const struct tree *tree); /* by name */
const struct tree_odd *tree_odd(const struct tree *tree, size_t index);

/* Where a symbolic link of a folder leads. */
enum tree_link {
	TREE_LINK_FILE,    /* to a regular file of the folder */
	TREE_LINK_FOLDER,  /* to a folder of it, which does not hold the link itself */
	TREE_LINK_OUT,     /* out of the folder */
	TREE_LINK_CYCLE,   /* to itself, or to a folder that holds it */
	TREE_LINK_NOWHERE, /* to nothing, or to what is neither */
};

/* `name` may also lie below a link. *out_size is that of a file. ERROR_SYSTEM. */
MUST_CHECK int tree_link_find(const struct tree *tree, const char *name, enum tree_link *out_link,
			      uint64_t *out_size, struct error *err);

/* Open the file of the folder that a link (or a name below one) leads to, and nothing outside it;
 * errors as tree_open_file. */
MUST_CHECK int tree_link_open(const struct tree *tree, const char *name, struct source **out_source,
			      struct error *err);

/* True when the folder holds akashi/: a release with its attestations. */
bool tree_has_attestations(const struct tree *tree);

/*
 * Open a file of the tree for reading; no link is followed that tree_open
 * did not follow. The caller closes it. ERROR_ABSENT: no such name in the
 * tree, or it is gone; ERROR_CORRUPT: its size is no longer the one listed, or
 * a link took its place; ERROR_SYSTEM: it cannot be read. Any thread.
 */
MUST_CHECK int tree_open_file(const struct tree *tree, const char *name, struct source **out_source,
			      struct error *err);

#endif
