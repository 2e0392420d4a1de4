/* weights_open: which files make up a weight set, and do index and shards agree? */
#include "verify/weights/set.h"

#include <stdlib.h>
#include <string.h>

#include "verify/manifest.h"
#include "verify/weights/index.h"

static const char single_name[] = "model.safetensors";
static const char index_name[] = "model.safetensors.index.json";

/* Files that a loader may take instead of the two above. */
static const char *const rivals[] = {
	"pytorch_model.bin",
	"pytorch_model.bin.index.json",
	"consolidated.safetensors",
	"consolidated.safetensors.index.json",
};

/* Files that hold weights or run as code, by the ends of their names. */
static const char *const loadable_endings[] = {
	".safetensors", ".bin",  ".pt", ".pth", ".ckpt",    ".pkl",  ".pickle",
	".gguf",        ".ggml", ".h5", ".ot",  ".msgpack", ".onnx", ".py",
};

/* What else a loader opens. */
static const char *const setting_endings[] = { ".json", ".jinja", ".model", ".txt", ".tiktoken" };

static bool ends_with_any(const char *name, const char *const *ending, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (text_ends_with(name, ending[i]))
			return true;
	return false;
}

static bool is_loadable(const char *name)
{
	return ends_with_any(name, loadable_endings,
			     sizeof(loadable_endings) / sizeof(loadable_endings[0]));
}

bool weights_may_load(const char *name)
{
	return is_loadable(name) ||
	       ends_with_any(name, setting_endings,
			     sizeof(setting_endings) / sizeof(setting_endings[0]));
}

void weights_close(struct weights **weights)
{
	if (!*weights)
		return;
	for (size_t i = 0; i < (*weights)->shard_count; i++) {
		source_close(&(*weights)->shard[i].source);
		tensor_table_release(&(*weights)->shard[i].table);
	}
	free((*weights)->shard);
	free((*weights)->weight);
	free((void *)(uintptr_t)(*weights)->unread);
	free((*weights)->seen);
	free(*weights);
	*weights = NULL;
}

/* ERROR_UNTRUSTED when a loader could take another file than `taken`. */
static int refuse_rivals(const struct tree *tree, const char *taken, struct error *err)
{
	for (size_t i = 0; i < sizeof(rivals) / sizeof(rivals[0]); i++) {
		if (tree_find(tree, rivals[i]))
			return error_set(
				err, ERROR_UNTRUSTED,
				"'%s' and '%s' can both be loaded, and loaders differ in "
				"which they take: it cannot be decided which weights count",
				taken, rivals[i]);
	}
	return 0;
}

static int no_weights(const struct tree *tree, struct error *err)
{
	for (size_t i = 0; i < tree_count(tree); i++) {
		const char *name = tree_file(tree, i)->name;

		if (text_ends_with(name, ".py"))
			continue;
		if (is_loadable(name))
			return error_set(err, ERROR_ABSENT,
					 "no model.safetensors and no index of shards in "
					 "'%s'; '%s' is verified as bytes only",
					 tree_path(tree), name);
	}
	return error_set(err, ERROR_ABSENT, "no model.safetensors and no index of shards in '%s'",
			 tree_path(tree));
}

static int open_shard(struct weights *weights, const char *name, struct error *err)
{
	struct weights_shard *shard = &weights->shard[weights->shard_count];

	if (tree_open_file(weights->tree, name, &shard->source, err))
		return -1;
	weights->shard_count++;
	shard->name = tree_find(weights->tree, name)->name;
	if (format_open(shard->source, &shard->table, err))
		return -1;
	if (strcmp(shard->table.format, "safetensors") != 0)
		return error_set(err, ERROR_ABSENT, "'%s' is %s, which is verified as bytes only",
				 name, shard->table.what);
	shard->tensor = shard->table.tensor;
	shard->tensor_count = shard->table.count;
	return 0;
}

/* A shard that is not here, as the manifest knows it. */
static int know_shard(struct weights *weights, const struct manifest *manifest, const char *name,
		      struct error *err)
{
	const struct manifest_file *file = manifest_find(manifest, name);
	struct weights_shard *shard = &weights->shard[weights->shard_count];

	if (!file || !file->tensor_count)
		return error_set(err, ERROR_CORRUPT,
				 "the index names '%s', which is not here and was not signed",
				 name);
	weights->shard_count++;
	shard->name = file->path;
	shard->tensor = manifest->tensor + file->first_tensor;
	shard->tensor_count = file->tensor_count;
	return 0;
}

static int compare_weights(const void *a, const void *b)
{
	return strcmp(((const struct weight *)a)->tensor->name,
		      ((const struct weight *)b)->tensor->name);
}

/* One list of all tensors; ERROR_CORRUPT when two shards have one of the same name. */
static int collect(struct weights *weights, struct error *err)
{
	size_t total = 0;

	for (size_t i = 0; i < weights->shard_count; i++)
		total += weights->shard[i].tensor_count;
	weights->weight = calloc(total + 1, sizeof(*weights->weight));
	if (!weights->weight)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu tensors", total);
	for (size_t i = 0; i < weights->shard_count; i++) {
		for (size_t k = 0; k < weights->shard[i].tensor_count; k++)
			weights->weight[weights->count++] =
				(struct weight){ &weights->shard[i].tensor[k], (uint32_t)i, NULL };
	}
	if (weights->count)
		qsort(weights->weight, weights->count, sizeof(*weights->weight), compare_weights);
	for (size_t i = 1; i < weights->count; i++) {
		const struct weight *a = &weights->weight[i - 1], *b = &weights->weight[i];

		if (strcmp(a->tensor->name, b->tensor->name) == 0)
			return error_set(err, ERROR_CORRUPT, "tensor '%s' is in '%s' and in '%s'",
					 a->tensor->name, weights->shard[a->shard].name,
					 weights->shard[b->shard].name);
	}
	return 0;
}

/* Shards that the index names and the tree lacks: counted, the first few named. */
static int check_present(const struct tree *tree, const struct weights_index *index,
			 struct error *err)
{
	CLEANUP(buffer_release) struct buffer names;
	struct error ignored = { 0 };
	size_t missing = 0;

	buffer_init(&names, 512);
	for (size_t i = 0; i < index->shard_count; i++) {
		if (tree_find(tree, index->shard[i]))
			continue;
		missing++;
		if (buffer_printf(&names, &ignored, "%s'%s'", missing > 1 ? ", " : "",
				  index->shard[i]))
			ignored = (struct error){ 0 };
	}
	if (!missing)
		return 0;
	return error_set(err, ERROR_ABSENT, "%zu of %zu shards that '%s' names are missing: %.*s",
			 missing, index->shard_count, index_name, (int)names.len,
			 (const char *)names.data);
}

/* Both lists are sorted by name: they must be the same, shard by shard. */
static int check_index(const struct weights *weights, const struct weights_index *index,
		       struct error *err)
{
	size_t i = 0, k = 0;

	while (i < index->count || k < weights->count) {
		const char *named = i < index->count ? index->entry[i].tensor : NULL;
		const char *there = k < weights->count ? weights->weight[k].tensor->name : NULL;
		int order = !named ? 1 : !there ? -1 : strcmp(named, there);

		if (order < 0)
			return error_set(err, ERROR_CORRUPT,
					 "the index places tensor '%s' in '%s', which does not "
					 "have it",
					 named, index->shard[index->entry[i].shard]);
		if (order > 0)
			return error_set(err, ERROR_CORRUPT,
					 "tensor '%s' of '%s' is not in the index", there,
					 weights->shard[weights->weight[k].shard].name);
		if (strcmp(index->shard[index->entry[i].shard],
			   weights->shard[weights->weight[k].shard].name) != 0)
			return error_set(err, ERROR_CORRUPT,
					 "the index places tensor '%s' in '%s', and it is in '%s'",
					 named, index->shard[index->entry[i].shard],
					 weights->shard[weights->weight[k].shard].name);
		i++;
		k++;
	}
	return 0;
}

static int room_for_shards(struct weights *weights, size_t count, struct error *err)
{
	weights->shard = calloc(count + 1, sizeof(*weights->shard));
	return weights->shard ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for shards");
}

static int open_single(struct weights *weights, const char *name, struct error *err)
{
	if (room_for_shards(weights, 1, err) || open_shard(weights, name, err))
		return -1;
	return collect(weights, err);
}

/* `manifest` NULL: every shard must be here. */
static int open_sharded(struct weights *weights, const struct manifest *manifest, struct error *err)
{
	CLEANUP(weights_index_release) struct weights_index index = { 0 };
	CLEANUP(source_close) struct source *source = NULL;
	bool single = tree_find(weights->tree, single_name) != NULL, named = false;

	weights->index_name = tree_find(weights->tree, index_name)->name;
	if (tree_open_file(weights->tree, index_name, &source, err) ||
	    weights_index_read(source, &index, err))
		return -1;
	for (size_t i = 0; i < index.shard_count; i++)
		named = named || strcmp(index.shard[i], single_name) == 0;
	if (single && !named)
		return error_set(err, ERROR_UNTRUSTED,
				 "'%s' and the shards of '%s' can both be loaded, and loaders "
				 "differ in which they take: it cannot be decided which weights "
				 "count",
				 single_name, index_name);
	if ((!manifest && check_present(weights->tree, &index, err)) ||
	    room_for_shards(weights, index.shard_count, err))
		return -1;
	for (size_t i = 0; i < index.shard_count; i++) {
		bool here = tree_find(weights->tree, index.shard[i]) != NULL;

		if (here ? open_shard(weights, index.shard[i], err)
			 : know_shard(weights, manifest, index.shard[i], err))
			return -1;
	}
	return collect(weights, err) || check_index(weights, &index, err) ? -1 : 0;
}

static bool is_read(const struct weights *weights, const char *name)
{
	for (size_t i = 0; i < weights->shard_count; i++) {
		if (strcmp(weights->shard[i].name, name) == 0)
			return true;
	}
	return false;
}

static int note_unread(struct weights *weights, struct error *err)
{
	size_t files = tree_count(weights->tree);

	weights->unread = calloc(files + 1, sizeof(*weights->unread));
	if (!weights->unread)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu files", files);
	for (size_t i = 0; i < files; i++) {
		const char *name = tree_file(weights->tree, i)->name;

		if (is_loadable(name) && !is_read(weights, name))
			weights->unread[weights->unread_count++] = name;
	}
	return 0;
}

static int open_set(struct weights *weights, const struct manifest *manifest, struct error *err)
{
	const struct tree *tree = weights->tree;

	if (tree_kind(tree) == TREE_FILE)
		return open_single(weights, tree_file(tree, 0)->name, err);
	if (tree_find(tree, index_name))
		return refuse_rivals(tree, index_name, err) || open_sharded(weights, manifest, err)
			       ? -1
			       : 0;
	if (tree_find(tree, single_name))
		return refuse_rivals(tree, single_name, err) ||
				       open_single(weights, single_name, err)
			       ? -1
			       : 0;
	return no_weights(tree, err);
}

int weights_open_known(const struct tree *tree, const struct manifest *manifest,
		       struct weights **out_weights, struct error *err)
{
	CLEANUP(weights_close) struct weights *weights = calloc(1, sizeof(*weights));

	if (!weights)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	weights->tree = tree;
	if (open_set(weights, manifest, err) || note_unread(weights, err))
		return -1;
	*out_weights = weights;
	weights = NULL;
	return 0;
}

int weights_open(const struct tree *tree, struct weights **out_weights, struct error *err)
{
	return weights_open_known(tree, NULL, out_weights, err);
}
