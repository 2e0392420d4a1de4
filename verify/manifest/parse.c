/* manifest_parse: read a manifest without believing it. */
#include "verify/manifest.h"

#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"
#include "verify/json/stream.h"
#include "verify/tree/walk.h"

#define SIZE_MAX_BYTES (UINT64_C(1) << 53) /* of a file: integers in JSON stay below */

enum { KEY_MAX = 256 };

struct parse {
	struct json_stream *stream;
	struct manifest *manifest;
	size_t file_cap, tensor_cap;
	uint32_t *order; /* to look for equal names; room for tensor_cap */
};

/* Which of `keys` this is; the number of keys for an unknown one. Twice is an error. */
static int parse_key(struct parse *parse, const char *const *keys, unsigned count, unsigned *seen,
		     unsigned *out_which, struct error *err)
{
	struct span key;
	unsigned i = 0;

	if (json_stream_key(parse->stream, "a key", KEY_MAX, &key, err))
		return -1;
	while (i < count && !span_equal(key, span_of(keys[i])))
		i++;
	if (i < count && *seen >> i & 1)
		return json_stream_fail(parse->stream, err, "'%s' is there twice", keys[i]);
	*seen |= i < count ? 1u << i : 0;
	*out_which = i;
	return 0;
}

static int parse_missing(struct parse *parse, const char *const *keys, unsigned required,
			 unsigned seen, struct error *err)
{
	for (unsigned i = 0; i < 32; i++) {
		if (required >> i & 1 && !(seen >> i & 1))
			return json_stream_fail(parse->stream, err, "'%s' is missing", keys[i]);
	}
	return 0;
}

static int parse_digest(struct parse *parse, struct digest *out_digest, struct error *err)
{
	struct span text;

	return json_stream_text(parse->stream, "a digest", KEY_MAX, &text, err) ||
			       digest_from_hex(text, out_digest, err)
		       ? -1
		       : 0;
}

static int parse_size(struct parse *parse, uint64_t *out_size, struct error *err)
{
	if (json_stream_number(parse->stream, "a size", out_size, err))
		return -1;
	return *out_size > SIZE_MAX_BYTES
		       ? json_stream_fail(parse->stream, err, "a size beyond 2^53")
		       : 0;
}

static int parse_shape(struct parse *parse, struct tensor *tensor, uint64_t *shape,
		       struct error *err)
{
	bool first = true, more;

	if (json_stream_take(parse->stream, '[', err))
		return -1;
	for (;;) {
		if (json_stream_more(parse->stream, ']', &first, &more, err))
			return -1;
		if (!more)
			return 0;
		if (tensor->rank == TENSOR_RANK_MAX)
			return json_stream_fail(parse->stream, err, "more than %u dimensions",
						TENSOR_RANK_MAX);
		if (json_stream_number(parse->stream, "a dimension", &shape[tensor->rank++], err))
			return -1;
	}
}

enum tensor_key { T_DTYPE, T_LENGTH, T_NAME, T_OFFSET, T_ROOT, T_SHAPE, T_KEYS };

static int parse_tensor_value(struct parse *parse, unsigned key, struct tensor *tensor,
			      uint64_t *shape, struct digest *root, struct error *err)
{
	struct span text;

	switch (key) {
	case T_DTYPE:
		return json_stream_text(parse->stream, "a dtype", KEY_MAX, &text, err) ||
				       dtype_parse(text, &tensor->dtype, err)
			       ? -1
			       : 0;
	case T_LENGTH:
		return parse_size(parse, &tensor->length, err);
	case T_NAME:
		return json_stream_text(parse->stream, "a tensor's name", TENSOR_NAME_MAX, &text,
					err) ||
				       arena_text(parse->manifest->arena, text, &tensor->name, err)
			       ? -1
			       : 0;
	case T_OFFSET:
		return parse_size(parse, &tensor->offset, err);
	case T_ROOT:
		return parse_digest(parse, root, err);
	case T_SHAPE:
		return parse_shape(parse, tensor, shape, err);
	default:
		return json_stream_skip(parse->stream, err);
	}
}

/* Room for one more tensor in both arrays of the manifest. */
static int tensor_room(struct parse *parse, struct error *err)
{
	struct manifest *manifest = parse->manifest;
	size_t cap = parse->tensor_cap, same = cap;
	void *tensor = manifest->tensor, *root = manifest->tensor_root;

	if (array_room(&tensor, manifest->tensor_count, &cap, sizeof(struct tensor), err))
		return -1;
	manifest->tensor = tensor;
	if (array_room(&root, manifest->tensor_count, &same, sizeof(struct digest), err))
		return -1;
	manifest->tensor_root = root;
	parse->tensor_cap = cap;
	return 0;
}

static int parse_tensor(struct parse *parse, struct error *err)
{
	static const char *const keys[T_KEYS] = { "dtype",  "length", "name",
						  "offset", "root",   "shape" };
	uint64_t shape[TENSOR_RANK_MAX];
	struct tensor tensor = { 0 };
	struct digest root = { { 0 } };
	unsigned seen = 0, key;
	bool first = true, more;
	void *kept;

	if (json_stream_take(parse->stream, '{', err))
		return -1;
	for (;;) {
		if (json_stream_more(parse->stream, '}', &first, &more, err))
			return -1;
		if (!more)
			break;
		if (parse_key(parse, keys, T_KEYS, &seen, &key, err) ||
		    parse_tensor_value(parse, key, &tensor, shape, &root, err))
			return -1;
	}
	if (parse_missing(parse, keys, (1u << T_KEYS) - 1, seen, err))
		return -1;
	tensor.shape = shape;
	if (tensor_check_shape(&tensor, err) || tensor_room(parse, err) ||
	    arena_take(parse->manifest->arena, tensor.rank * sizeof(*shape), &kept, err))
		return -1;
	if (tensor.rank)
		memcpy(kept, shape, tensor.rank * sizeof(*shape));
	tensor.shape = kept;
	parse->manifest->tensor[parse->manifest->tensor_count] = tensor;
	parse->manifest->tensor_root[parse->manifest->tensor_count++] = root;
	return 0;
}

static int compare_names(const void *a, const void *b, void *tensors)
{
	const struct tensor *tensor = tensors;

	return strcmp(tensor[*(const uint32_t *)a].name, tensor[*(const uint32_t *)b].name);
}

static int check_names(struct parse *parse, const struct manifest_file *file, struct error *err)
{
	struct tensor *tensor = parse->manifest->tensor;
	uint32_t *order = reallocarray(parse->order, file->tensor_count + 1, sizeof(*order));

	if (!order)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu tensors",
				 file->tensor_count);
	parse->order = order;
	if (!file->tensor_count)
		return 0;
	for (size_t i = 0; i < file->tensor_count; i++)
		order[i] = (uint32_t)(file->first_tensor + i);
	qsort_r(order, file->tensor_count, sizeof(*order), compare_names, tensor);
	for (size_t i = 1; i < file->tensor_count; i++) {
		if (strcmp(tensor[order[i - 1]].name, tensor[order[i]].name) == 0)
			return error_set(err, ERROR_CORRUPT, "'%s' has two tensors called '%s'",
					 file->path, tensor[order[i]].name);
	}
	return 0;
}

/* Tensors in order, inside the file, none over another, none called alike. */
static int check_tensors(struct parse *parse, const struct manifest_file *file, struct error *err)
{
	uint64_t end = 0;

	for (size_t i = 0; i < file->tensor_count; i++) {
		const struct tensor *tensor = &parse->manifest->tensor[file->first_tensor + i];
		const struct tensor *before = i ? tensor - 1 : NULL;

		if (before &&
		    (before->offset > tensor->offset ||
		     (before->offset == tensor->offset && strcmp(before->name, tensor->name) >= 0)))
			return error_set(err, ERROR_CORRUPT, "tensors of '%s' are out of order",
					 file->path);
		if (tensor->offset > file->size || tensor->length > file->size - tensor->offset)
			return error_set(err, ERROR_CORRUPT, "'%s' ends outside '%s'", tensor->name,
					 file->path);
		if (tensor->length && tensor->offset < end)
			return error_set(err, ERROR_CORRUPT, "tensors of '%s' overlap at '%s'",
					 file->path, tensor->name);
		if (tensor->length)
			end = tensor->offset + tensor->length;
	}
	return check_names(parse, file, err);
}

static int parse_tensors(struct parse *parse, struct manifest_file *file, struct error *err)
{
	bool first = true, more;

	if (json_stream_take(parse->stream, '[', err))
		return -1;
	for (;;) {
		if (json_stream_more(parse->stream, ']', &first, &more, err))
			return -1;
		if (!more)
			return 0;
		if (file->tensor_count == TENSORS_MAX)
			return json_stream_fail(parse->stream, err, "more than %u tensors",
						TENSORS_MAX);
		if (parse_tensor(parse, err))
			return -1;
		file->tensor_count++;
	}
}

static int parse_format(struct parse *parse, struct manifest_file *file, struct error *err)
{
	struct span text;

	if (json_stream_text(parse->stream, "a format", KEY_MAX, &text, err))
		return -1;
	if (!span_equal(text, span_of("safetensors")) && !span_equal(text, span_of("bytes")))
		return json_stream_fail(parse->stream, err, "the format '%s' is unknown",
					(const char *)text.data);
	file->format = text.data[0] == 's' ? "safetensors" : "bytes";
	return 0;
}

static int parse_path(struct parse *parse, struct manifest_file *file, struct error *err)
{
	struct span text;

	if (json_stream_text(parse->stream, "a path", TREE_NAME_MAX, &text, err) ||
	    tree_name_check((const char *)text.data, err))
		return -1;
	return arena_text(parse->manifest->arena, text, &file->path, err);
}

enum file_key { F_FORMAT, F_PATH, F_ROOT, F_SHA256, F_SIZE, F_TENSORS, F_KEYS };

static int parse_file_value(struct parse *parse, unsigned key, struct manifest_file *file,
			    struct error *err)
{
	switch (key) {
	case F_FORMAT:
		return parse_format(parse, file, err);
	case F_PATH:
		return parse_path(parse, file, err);
	case F_ROOT:
		return parse_digest(parse, &file->root, err);
	case F_SHA256:
		return parse_digest(parse, &file->sha256, err);
	case F_SIZE:
		return parse_size(parse, &file->size, err);
	case F_TENSORS:
		return parse_tensors(parse, file, err);
	default:
		return json_stream_skip(parse->stream, err);
	}
}

static int parse_file(struct parse *parse, struct error *err)
{
	static const char *const keys[F_KEYS] = { "format", "path", "root",
						  "sha256", "size", "tensors" };
	struct manifest *manifest = parse->manifest;
	struct manifest_file file = { .first_tensor = manifest->tensor_count };
	unsigned seen = 0, key, required = (1u << F_TENSORS) - 1;
	bool first = true, more;
	void *array = manifest->file;

	if (json_stream_take(parse->stream, '{', err))
		return -1;
	for (;;) {
		if (json_stream_more(parse->stream, '}', &first, &more, err))
			return -1;
		if (!more)
			break;
		if (parse_key(parse, keys, F_KEYS, &seen, &key, err) ||
		    parse_file_value(parse, key, &file, err))
			return -1;
	}
	if (parse_missing(parse, keys, required, seen, err))
		return -1;
	if ((seen >> F_TENSORS & 1) != (strcmp(file.format, "safetensors") == 0))
		return json_stream_fail(parse->stream, err, "'%s' is %s and %s tensors", file.path,
					file.format,
					file.tensor_count ? "has" : "lacks its list of");
	if (manifest->file_count &&
	    strcmp(manifest->file[manifest->file_count - 1].path, file.path) >= 0)
		return json_stream_fail(parse->stream, err, "'%s' is out of order", file.path);
	if (manifest->file_count == TREE_FILES_MAX)
		return json_stream_fail(parse->stream, err, "more than %u files", TREE_FILES_MAX);
	if (check_tensors(parse, &file, err) ||
	    array_room(&array, manifest->file_count, &parse->file_cap, sizeof(file), err))
		return -1;
	manifest->file = array;
	manifest->file[manifest->file_count++] = file;
	return 0;
}

enum top_key { M_FILES, M_PIECES, M_SCHEMA, M_KEYS };

static int parse_top_value(struct parse *parse, unsigned key, struct error *err)
{
	bool first = true, more;
	struct span text;

	if (key == M_PIECES)
		return parse_digest(parse, &parse->manifest->pieces, err);
	if (key == M_KEYS)
		return json_stream_skip(parse->stream, err);
	if (key == M_SCHEMA) {
		if (json_stream_text(parse->stream, "the schema", KEY_MAX, &text, err))
			return -1;
		return span_equal(text, span_of(MANIFEST_SCHEMA))
			       ? 0
			       : json_stream_fail(parse->stream, err, "the schema '%s' is unknown",
						  (const char *)text.data);
	}
	if (json_stream_take(parse->stream, '[', err))
		return -1;
	for (;;) {
		if (json_stream_more(parse->stream, ']', &first, &more, err))
			return -1;
		if (!more)
			return 0;
		if (parse_file(parse, err))
			return -1;
	}
}

static int parse_top(struct parse *parse, struct error *err)
{
	static const char *const keys[M_KEYS] = { "files", "pieces", "schema" };
	unsigned seen = 0, key;
	bool first = true, more;

	if (json_stream_take(parse->stream, '{', err))
		return -1;
	for (;;) {
		if (json_stream_more(parse->stream, '}', &first, &more, err))
			return -1;
		if (!more)
			break;
		if (parse_key(parse, keys, M_KEYS, &seen, &key, err) ||
		    parse_top_value(parse, key, err))
			return -1;
	}
	if (parse_missing(parse, keys, (1u << M_KEYS) - 1, seen, err) ||
	    json_stream_end(parse->stream, err))
		return -1;
	return manifest_layout(parse->manifest, err);
}

int manifest_parse(struct span json, struct manifest **out_manifest, struct error *err)
{
	CLEANUP(manifest_free) struct manifest *manifest = calloc(1, sizeof(*manifest));
	CLEANUP(source_close) struct source *source = NULL;
	struct parse parse = { .manifest = manifest };
	int failed;

	if (!manifest)
		return error_set(err, ERROR_SYSTEM, "out of memory");
	if (json.len > MANIFEST_MAX_BYTES)
		return error_set(err, ERROR_CORRUPT, "a manifest of %zu bytes, of %u allowed",
				 json.len, MANIFEST_MAX_BYTES);
	if (arena_new(&manifest->arena, err) ||
	    source_open_memory("manifest", json, &source, err) ||
	    json_stream_new(source, 0, json.len, "manifest", &parse.stream, err))
		return -1;
	failed = parse_top(&parse, err);
	json_stream_free(&parse.stream);
	free(parse.order);
	if (failed)
		return -1;
	*out_manifest = manifest;
	manifest = NULL;
	return 0;
}
