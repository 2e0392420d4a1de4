/* lint_look: what there is of each checkpoint, from its manifest and its small files. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/index.h"
#include "registry/lint/inner.h"
#include "registry/store.h"

#define SHAPE_TEXT_MAX 1024

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* ---- The manifest ---- */

/* A tensor of the weights, for sorting. */
struct weight {
	const struct tensor *tensor;
	const struct digest *root;
};

static int weight_order(const void *a, const void *b)
{
	const struct weight *x = a, *y = b;
	int order = strcmp(x->tensor->name, y->tensor->name);

	return order ? order : memcmp(x->root->byte, y->root->byte, DIGEST_SIZE);
}

static void shape_text(const struct tensor *tensor, char out[SHAPE_TEXT_MAX])
{
	int len = snprintf(out, SHAPE_TEXT_MAX, "%s [", dtype_name(tensor->dtype));

	for (uint32_t i = 0; i < tensor->rank && len < SHAPE_TEXT_MAX - 32; i++)
		len += snprintf(out + len, (size_t)(SHAPE_TEXT_MAX - len), "%s%" PRIu64,
				i ? ", " : "", tensor->shape[i]);
	snprintf(out + len, (size_t)(SHAPE_TEXT_MAX - len), "]");
}

/* All tensors of the weights, by name: their shapes, and one digest over them. */
static int tensors_take(struct lint *lint, struct lint_item *item, struct weight *weight,
			size_t count, struct error *err)
{
	CLEANUP(lint_lines_release) struct lint_lines shapes = { .line = NULL };
	CLEANUP(hash_stream_free) struct hash_stream *hash = NULL;

	if (hash_stream_new(&hash, err))
		return -1;
	qsort(weight, count, sizeof(*weight), weight_order);
	for (size_t i = 0; i < count; i++) {
		char shape[SHAPE_TEXT_MAX];

		shape_text(weight[i].tensor, shape);
		if (lint_lines_add(&shapes, weight[i].tensor->name, shape, err))
			return -1;
		hash_stream_add(hash, (struct span){ (const uint8_t *)shapes.line[i],
						     strlen(shapes.line[i]) + 1 });
		hash_stream_add(hash, digest_view(weight[i].root));
		item->parameters += tensor_elements(weight[i].tensor);
	}
	lint_lines_finish(&shapes);
	item->tensors = count;
	item->weights = hash_stream_finish(hash);
	item->shapes_digest = shapes.digest;
	return lint_lines_keep(&lint->shapes, &lint->shapes_count, &shapes, &item->shapes, err);
}

/* Of files whose tensors are not read: the digests of all, whatever they are called. */
static int opaque_take(struct lint_item *item, struct digest *file, size_t count, struct error *err)
{
	CLEANUP(hash_stream_free) struct hash_stream *hash = NULL;

	if (hash_stream_new(&hash, err))
		return -1;
	qsort(file, count, sizeof(*file), digest_order);
	for (size_t i = 0; i < count; i++)
		hash_stream_add(hash, digest_view(&file[i]));
	item->opaque = true;
	item->weights = hash_stream_finish(hash);
	return 0;
}

static int manifest_take(struct lint *lint, struct lint_item *item, const struct manifest *manifest,
			 struct weight *weight, struct digest *opaque, struct error *err)
{
	size_t tensors = 0, files = 0;

	for (size_t i = 0; i < manifest->file_count; i++) {
		const struct manifest_file *file = &manifest->file[i];

		if (model_file_is_tokenizer(file->path)) {
			const struct span parts[] = { digest_view(&item->tokenizer),
						      span_of(base_name(file->path)),
						      digest_view(&file->sha256) };

			item->tokenizer = sha256_parts(parts, 3);
		}
		if (!model_file_is_weights(file->path))
			continue;
		for (size_t k = 0; k < file->tensor_count; k++)
			weight[tensors++] =
				(struct weight){ &manifest->tensor[file->first_tensor + k],
						 &manifest->tensor_root[file->first_tensor + k] };
		if (!file->tensor_count && file->size)
			opaque[files++] = file->sha256;
	}
	item->weighed = tensors || files;
	return tensors ? tensors_take(lint, item, weight, tensors, err)
	       : files ? opaque_take(item, opaque, files, err)
		       : 0;
}

static int manifest_look(struct lint *lint, struct lint_item *item, const struct manifest *manifest,
			 struct error *err)
{
	struct weight *weight = calloc(manifest->tensor_count + 1, sizeof(*weight));
	struct digest *opaque = calloc(manifest->file_count + 1, sizeof(*opaque));
	int failed = weight && opaque
			     ? manifest_take(lint, item, manifest, weight, opaque, err)
			     : error_system(err, ENOMEM, "cannot list the tensors of a checkpoint");

	free(weight);
	free(opaque);
	return failed;
}

/* ---- Folders ---- */

static int open_beneath(void *user, const char *name, struct source **out_source, struct error *err)
{
	return tree_open_file(user, name, out_source, err);
}

/* The files whose digests matter: weights and tokenizer, not the state of the optimizer. */
static int wanted_of(struct tree *tree, struct tree **out_wanted, struct error *err)
{
	struct tree_file *file = calloc(tree_count(tree) + 1, sizeof(*file));
	size_t count = 0;
	int failed;

	if (!file)
		return error_system(err, ENOMEM, "cannot list files");
	for (size_t i = 0; i < tree_count(tree); i++)
		if (model_file_is_weights(tree_file(tree, i)->name) ||
		    model_file_is_tokenizer(tree_file(tree, i)->name))
			file[count++] = (struct tree_file){ .name = tree_file(tree, i)->name,
							    .size = tree_file(tree, i)->size };
	failed = tree_of(tree_path(tree), file, count, open_beneath, tree, out_wanted, err);
	free(file);
	return failed;
}

/* When the newest of its weights was written. */
static void written_look(struct lint_item *item, const struct tree *tree)
{
	for (size_t i = 0; i < tree_count(tree); i++) {
		CLEANUP(text_free) char *path = NULL;
		struct error none = { 0 };
		struct file_stamp stamp;

		if (!model_file_is_weights(tree_file(tree, i)->name) ||
		    tree_kind(tree) != TREE_FOLDER ||
		    path_join(tree_root(tree), tree_file(tree, i)->name, &path, &none) ||
		    file_stamp_take(path, &stamp, &none))
			continue;
		if (stamp.changed_ns / 1000000000 > item->written_s)
			item->written_s = stamp.changed_ns / 1000000000;
	}
}

static bool weights_among(const struct tree *tree)
{
	for (size_t i = 0; i < tree_count(tree); i++)
		if (model_file_is_weights(tree_file(tree, i)->name))
			return true;
	return false;
}

static int folder_look(struct lint *lint, struct lint_item *item, struct error *err)
{
	CLEANUP(tree_close) struct tree *tree = NULL;
	CLEANUP(tree_close) struct tree *wanted = NULL;
	CLEANUP(manifest_free) struct manifest *manifest = NULL;

	if (tree_open(item->label, NULL, &tree, err) || lint_files_look(lint, item, tree, err))
		return -1;
	written_look(item, tree);
	if (!weights_among(tree))
		return 0;
	return wanted_of(tree, &wanted, err) ||
			       lint_values_read(lint, wanted, !lint->request->no_values, item,
						&manifest, err) ||
			       manifest_look(lint, item, manifest, err) ||
			       lint_initial_look(item, manifest,
						 lint->request->no_values ? NULL : tree, err) ||
			       lint_parents_look(lint, item, manifest,
						 lint->request->no_values ? NULL : tree, err)
		       ? -1
		       : 0;
}

/* ---- Registered ones ---- */

static int declared_take(void *arg, const struct index_row *row, struct error *err)
{
	struct lint_item *item = arg;
	struct error none = { 0 };

	(void)err;
	if (row->log_index < item->log_index)
		item->log_index = row->log_index;
	if (!item->written_s && time_parse(row->declared, &item->written_s, &none))
		item->written_s = 0;
	return 0;
}

struct parent_wish {
	struct lint *lint;
	struct lint_item *item;
};

/* A parent of the same family that its name puts behind the child. */
static int parent_take(void *arg, const struct index_edge *edge, struct error *err)
{
	struct parent_wish *wish = arg;
	struct lint_item *item = wish->item;
	const char *at = strchr(edge->name, '@');
	struct checkpoint_name parent;

	if (strcmp(edge->relation, "parent") != 0 || !at || !item->named || item->parent ||
	    strlen(item->family) != (size_t)(at - edge->name) ||
	    strncasecmp(edge->name, item->family, (size_t)(at - edge->name)) != 0 ||
	    !checkpoint_name_read(at + 1, &parent) || !item->name.number.data ||
	    !parent.number.data || !checkpoint_name_same_branch(&parent, &item->name) ||
	    checkpoint_name_order(&parent, &item->name) < 0)
		return 0;
	item->parent = strdup(edge->name);
	return item->parent ? 0 : error_system(err, ENOMEM, "cannot note a parent");
}

/* Are the bytes of all its weights in the store? */
static int bytes_here(struct lint *lint, const struct manifest *manifest, bool *out_here,
		      struct error *err)
{
	*out_here = true;
	for (size_t i = 0; i < manifest->file_count && *out_here; i++)
		if (model_file_is_weights(manifest->file[i].path) &&
		    store_has(lint->registry->store, &manifest->file[i].sha256, out_here, err))
			return -1;
	return 0;
}

/* The bytes are held against what was signed, too. */
static int stored_values(struct lint *lint, struct lint_item *item, struct contents *contents,
			 struct error *err)
{
	CLEANUP(tree_close) struct tree *wanted = NULL;
	CLEANUP(manifest_free) struct manifest *read = NULL;
	bool here;

	if (bytes_here(lint, contents->manifest, &here, err))
		return -1;
	if (!here) {
		item->values_why = "their bytes are not in the registry's store";
		return 0;
	}
	if (wanted_of(contents->tree, &wanted, err) ||
	    lint_values_read(lint, wanted, true, item, &read, err))
		return -1;
	for (size_t i = 0; i < read->file_count; i++) {
		const struct manifest_file *signed_one =
			manifest_find(contents->manifest, read->file[i].path);

		if (!signed_one || !digest_equal(&signed_one->sha256, &read->file[i].sha256))
			return error_set(err, ERROR_CORRUPT,
					 "'%s' in the store is not what was signed",
					 read->file[i].path);
	}
	return 0;
}

static int stored_look(struct lint *lint, struct lint_item *item, struct error *err)
{
	CLEANUP(contents_release) struct contents contents = { .tree = NULL };
	struct parent_wish wish = { lint, item };
	struct error small = { 0 };
	struct index *index;

	if (registry_index(lint->registry, &index, err) ||
	    index_statement(index, &item->statement, declared_take, item, err) ||
	    index_edges_from(index, &item->statement, parent_take, &wish, err) ||
	    contents_of_statement(lint->registry, &item->statement, &contents, err) ||
	    manifest_look(lint, item, contents.manifest, err))
		return -1;
	/* Small files may have been released: the manifest still tells of the weights. */
	if (lint_files_look(lint, item, contents.tree, &small) && small.code != ERROR_ABSENT &&
	    small.code != ERROR_UNTRUSTED)
		return error_set(err, small.code, "%s", small.text);
	if (lint->request->values && !lint->request->no_values &&
	    stored_values(lint, item, &contents, err))
		return -1;
	return lint_initial_look(item, contents.manifest, item->values_read ? contents.tree : NULL,
				 err) ||
			       lint_parents_look(lint, item, contents.manifest,
						 item->values_read ? contents.tree : NULL, err)
		       ? -1
		       : 0;
}

int lint_look(struct lint *lint, struct error *err)
{
	for (size_t i = 0; i < lint->count; i++) {
		struct lint_item *item = &lint->item[i];
		struct error why = { 0 };
		struct lint_finding *finding;

		context_progress(lint->ctx, "looking at checkpoints", "checkpoints", i,
				 lint->count);
		if (context_check_cancelled(lint->ctx, err))
			return -1;
		item->readable = (item->registered ? stored_look(lint, item, &why)
						   : folder_look(lint, item, &why)) == 0;
		if (item->readable)
			continue;
		if (context_check_cancelled(lint->ctx, err))
			return -1;
		finding = lint_find(lint, LINT_KIND_UNREADABLE, err, "%s: %s", item->called,
				    why.text);
		if (!finding || lint_about(finding, item, err))
			return -1;
	}
	return 0;
}
