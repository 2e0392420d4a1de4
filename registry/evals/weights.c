/* evals_weights: the folder that results name, where it is still there, by the digests in it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "registry/evals/inner.h"
#include "registry/known_files.h"
#include "registry/store.h"

bool digests_have(const struct digest_list *list, const struct digest *digest)
{
	for (size_t i = 0; i < list->count; i++)
		if (digest_equal(&list->item[i], digest))
			return true;
	return false;
}

/* By its name: what a loader takes weights from. */
static bool is_weights(const char *name)
{
	static const char *const end[] = { ".safetensors", ".bin", ".pt", ".pth", ".distcp" };

	for (size_t i = 0; i < sizeof(end) / sizeof(end[0]); i++)
		if (text_ends_with(name, end[i]))
			return strcmp(name, "training_args.bin") != 0;
	return false;
}

static int open_beneath(void *user, const char *name, struct source **out_source, struct error *err)
{
	return tree_open_file(user, name, out_source, err);
}

/* The weights among the files of a tree; NULL: there are none. */
static int weights_of(struct tree *tree, struct tree **out_weights, struct error *err)
{
	struct tree_file *file = calloc(tree_count(tree) + 1, sizeof(*file));
	size_t count = 0;
	int failed = 0;

	*out_weights = NULL;
	if (!file)
		return error_system(err, ENOMEM, "cannot list files");
	for (size_t i = 0; i < tree_count(tree); i++)
		if (is_weights(tree_file(tree, i)->name))
			file[count++] = (struct tree_file){ .name = tree_file(tree, i)->name,
							    .size = tree_file(tree, i)->size };
	if (count)
		failed =
			tree_of(tree_path(tree), file, count, open_beneath, tree, out_weights, err);
	free(file);
	return failed;
}

/* Digests that are known from when the folder was registered, if nothing changed; else false. */
static bool digests_known(struct evals_binder *binder, const struct tree *tree,
			  const struct tree *weights, struct digest *out_digest)
{
	CLEANUP(known_files_release) struct known_files known = { .file = NULL };
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	CLEANUP(buffer_release) struct buffer json;
	CLEANUP(text_free) char *real = realpath(tree_root(tree), NULL);
	struct error none = { 0 };
	struct digest key;

	buffer_init(&json, MANIFEST_MAX_BYTES);
	if (!real || tree_kind(tree) == TREE_FILE)
		return false;
	key = known_files_key(real, NULL, 0);
	if (known_files_read(binder->registry, &key, &known, &none) ||
	    store_get(binder->registry->store, &known.manifest, &json, &none) ||
	    manifest_parse(buffer_view(&json), &manifest, &none))
		return false;
	for (size_t i = 0; i < tree_count(weights); i++) {
		const char *name = tree_file(weights, i)->name;
		const struct known_file *file = known_files_find(&known, name);
		const struct manifest_file *said = manifest_find(manifest, name);
		CLEANUP(text_free) char *path = NULL;
		struct file_stamp stamp;

		if (!file || !said || path_join(real, name, &path, &none) ||
		    file_stamp_take(path, &stamp, &none) || !file_stamp_equal(&stamp, &file->stamp))
			return false;
		out_digest[i] = said->sha256;
	}
	return true;
}

static int visit_statement(void *arg, const struct index_row *row, struct error *err)
{
	struct digest statement;

	return digest_from_hex(span_of(row->statement), &statement, err) ||
			       digest_list_add_once(arg, &statement, err)
		       ? -1
		       : 0;
}

/* Checkpoints that have all of the files. */
static int statements_find(struct index *index, const struct digest *digest, size_t count,
			   struct digest_list *out_statement, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		CLEANUP(digest_list_release) struct digest_list having = { 0 };
		CLEANUP(digest_list_release) struct digest_list both = { 0 };

		if (index_having_file(index, "checkpoint", &digest[i], visit_statement, &having,
				      err))
			return -1;
		for (size_t k = 0; k < having.count; k++)
			if ((!i || digests_have(out_statement, &having.item[k])) &&
			    digest_list_add(&both, &having.item[k], err))
				return -1;
		digest_list_release(out_statement);
		*out_statement = both;
		both = (struct digest_list){ 0 }; /* handed over */
	}
	return 0;
}

static int folder_read(struct evals_binder *binder, struct evals_folder *folder, struct error *err)
{
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(tree_close) struct tree *weights = NULL;
	struct digest *digest;
	struct error why = { 0 };
	int failed;

	/* What is no folder of a model is as one that is gone. */
	if (tree_open(folder->path, NULL, &tree, &why))
		return 0;
	if (weights_of(tree, &weights, err))
		return -1;
	if (!weights)
		return 0;
	digest = calloc(tree_count(weights), sizeof(*digest));
	if (!digest)
		return error_system(err, ENOMEM, "cannot list files");
	failed = (!digests_known(binder, tree, weights, digest) &&
		  bytes_file_digests(binder->registry->ctx, weights, digest, err)) ||
		 statements_find(binder->index, digest, tree_count(weights), &folder->statement,
				 err);
	folder->there = !failed;
	free(digest);
	return failed ? error_prefix(err, "'%s'", folder->path) : 0;
}

int evals_folder_look(struct evals_binder *binder, const char *path,
		      const struct evals_folder **out_folder, struct error *err)
{
	struct evals_folder *folder;
	struct stat there;

	*out_folder = NULL;
	if (!*path || stat(path, &there) || !S_ISDIR(there.st_mode))
		return 0;
	for (size_t i = 0; i < binder->folder_count; i++)
		if (strcmp(binder->folder[i].path, path) == 0) {
			*out_folder = binder->folder[i].there ? &binder->folder[i] : NULL;
			return 0;
		}
	folder = reallocarray(binder->folder, binder->folder_count + 1, sizeof(*folder));
	if (!folder)
		return error_system(err, ENOMEM, "cannot list folders");
	binder->folder = folder;
	folder += binder->folder_count;
	*folder = (struct evals_folder){ .path = strdup(path) };
	if (!folder->path)
		return error_system(err, ENOMEM, "cannot list folders");
	binder->folder_count++;
	if (folder_read(binder, folder, err))
		return -1;
	*out_folder = folder->there ? folder : NULL;
	return 0;
}
