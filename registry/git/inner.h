/* libgit2, loaded when a repository is looked at, and a repository opened through it. Private to
 * registry/git*.c. */
#ifndef REGISTRY_GIT_INNER_H
#define REGISTRY_GIT_INNER_H

#include <git2.h>

#include "registry/git.h"
#include "registry/git/refs.h"

/* What we call of libgit2, each as git_NAME there. */
/* clang-format off */
#define GIT_FUNCTIONS(X) \
	X(libgit2_init) X(libgit2_shutdown) X(libgit2_opts) X(error_last) \
	X(buf_dispose) X(repository_discover) X(repository_open_ext) X(repository_free) \
	X(repository_path) X(repository_workdir) X(repository_is_bare) \
	X(repository_head) X(repository_head_detached) X(reference_free) \
	X(reference_peel) X(reference_shorthand) X(reference_iterator_glob_new) \
	X(reference_next) X(reference_iterator_free) X(object_free) X(object_id) \
	X(commit_lookup) X(commit_free) X(commit_author) X(commit_tree) \
	X(commit_tree_id) X(tree_free) X(tree_walk) X(tree_entry_name) \
	X(tree_entry_type) X(tree_entry_id) X(tree_entry_filemode_raw) X(blob_lookup) \
	X(blob_rawcontent) X(blob_rawsize) X(blob_free) X(oid_tostr) X(oid_equal) \
	X(config_open_ondisk) X(config_get_string_buf) X(config_get_bool) \
	X(config_free) X(config_iterator_new) X(config_iterator_free) X(config_next) \
	X(repository_config_snapshot) X(diff_options_init) \
	X(diff_tree_to_workdir_with_index) X(diff_free) X(diff_num_deltas) \
	X(diff_get_delta) X(diff_print) X(diff_tree_to_tree) X(reference_target) \
	X(reference_name) X(graph_descendant_of) X(blob_create_from_workdir) \
	X(tree_create_updated) X(tree_lookup) X(commit_create) X(signature_new) \
	X(signature_free) X(submodule_foreach) X(submodule_path) X(submodule_lookup) \
	X(submodule_wd_id) X(submodule_free) X(oid_cpy) \
	X(repository_state) \
	X(config_multivar_iterator_new) X(config_open_level) X(config_set_string) \
	X(config_delete_entry) X(config_get_path) X(config_find_global) X(repository_config) \
	X(commit_message) X(message_trailers) X(message_trailer_array_free) \
	X(commit_parentcount) X(commit_parent) X(commit_id) X(revwalk_new) X(revwalk_push) \
	X(revwalk_hide) X(revwalk_hide_glob) X(revwalk_next) X(revwalk_free) \
	X(oid_fromstr) X(note_read) X(note_message) X(note_free) X(note_create) \
	X(revparse_single) X(object_peel) \
	X(tree_entrycount) X(tree_entry_byindex) X(tree_entry_byname) X(tree_entry_bypath) \
	X(tree_entry_free) X(reference_name_to_id)
/* clang-format on */

struct git_library {
	void *handle;
#define FUNCTION(name) __typeof__(git_##name) *name;
	GIT_FUNCTIONS(FUNCTION)
#undef FUNCTION
};

/* Load it: ERROR_SYSTEM when it is not installed. Closing is safe for one that is {0}. */
MUST_CHECK int git_library_open(struct git_library *git, struct error *err);
void git_library_close(struct git_library *git);

/* The reason that libgit2 gives, behind `what`: ERROR_ABSENT for what it did not find, else
 * ERROR_CORRUPT. */
int git_failed(const struct git_library *git, int code, struct error *err, const char *what);

/* An opened repository, and what its settings say about what can be asked of it. */
struct repository {
	struct git_library git;
	struct git_folders folders;
	git_repository *handle; /* NULL where libgit2 cannot open it */
	git_commit *commit;
	bool sha256, sparse, promisor;
};

/*
 * Load libgit2 and open the repository at the request's folder or above it; `handle` stays NULL
 * where libgit2 cannot (SHA-256). ERROR_ABSENT: there is none; ERROR_UNTRUSTED: it belongs to
 * somebody else; ERROR_SYSTEM: no libgit2. repository_close in either case.
 */
MUST_CHECK int repository_open(struct repository *repo, const struct git_request *request,
			       struct error *err);
void repository_close(struct repository *repo);

/* Is the file `path` of the work tree what is being made (request.output), or a registry? */
bool git_is_output(const struct repository *repo, const char *const *output, size_t output_count,
		   const char *path);

/* Append a diff as `git apply` takes it. */
MUST_CHECK int git_diff_text(const struct git_library *git, git_diff *diff, struct buffer *out,
			     struct error *err); /* Set what the commit says, and nothing of a work
						    tree; it becomes repo->commit. */
MUST_CHECK int git_commit_facts(struct repository *repo, const char *hex, struct json *facts,
				struct error *err);

#endif
