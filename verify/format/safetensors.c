/*
 * safetensors: u64 little-endian length of a JSON header, the header, the
 * tensors' bytes. The header is read as a stream; every rule of the reference
 * implementation's read_metadata() and validate() is kept, and a few that its
 * README states and it does not check.
 */
#include "verify/format.h"

#include <string.h>

#include "verify/json/stream.h"

enum { LENGTH_SIZE_BYTES = 8 };

static const char lfs_pointer[] = "version https:/";

static uint64_t u64le(const uint8_t *bytes)
{
	uint64_t value = 0;

	for (int i = 7; i >= 0; i--)
		value = value << 8 | bytes[i];
	return value;
}

static bool safetensors_recognise(const char *name, struct span head, uint64_t size)
{
	static const char ending[] = ".safetensors";
	size_t len = strlen(name), end = strlen(ending);

	if (len >= end && memcmp(name + len - end, ending, end) == 0)
		return true;
	return head.len > LENGTH_SIZE_BYTES + 1 && u64le(head.data) <= FORMAT_HEADER_MAX_BYTES &&
	       u64le(head.data) <= size - LENGTH_SIZE_BYTES && head.data[8] == '{' &&
	       (head.data[9] == '"' || head.data[9] == '}');
}

/* Where the header ends and the tensors' bytes begin. */
static int header_end(struct source *source, uint64_t *out_end, struct error *err)
{
	uint8_t head[FORMAT_HEAD_BYTES];
	size_t have = source->size < sizeof(head) ? (size_t)source->size : sizeof(head);
	uint64_t len;

	if (have < LENGTH_SIZE_BYTES)
		return error_set(err, ERROR_CORRUPT,
				 "its %zu bytes are too few for the length of a header", have);
	if (source_read_at(source, 0, head, have, err))
		return -1;
	if (have > strlen(lfs_pointer) && memcmp(head, lfs_pointer, strlen(lfs_pointer)) == 0)
		return error_set(err, ERROR_CORRUPT,
				 "it is a pointer of git-lfs, not the file itself: fetch it with "
				 "'git lfs pull'");
	len = u64le(head);
	if (len > FORMAT_HEADER_MAX_BYTES)
		return error_set(err, ERROR_CORRUPT, "a header of %llu bytes, of %u allowed",
				 (unsigned long long)len, FORMAT_HEADER_MAX_BYTES);
	if (len > source->size - LENGTH_SIZE_BYTES)
		return error_set(err, ERROR_CORRUPT,
				 "it ends inside its header: %llu bytes, of %llu and 8",
				 (unsigned long long)source->size, (unsigned long long)len);
	*out_end = LENGTH_SIZE_BYTES + len;
	return 0;
}

/* What an entry of the header says, with memory for its name and shape. */
struct entry {
	char name[TENSOR_NAME_MAX + 1];
	uint64_t shape[TENSOR_RANK_MAX];
	uint64_t begin, end;
	struct tensor tensor;
	bool has_dtype, has_shape, has_offsets;
};

static int read_shape(struct json_stream *stream, struct entry *entry, struct error *err)
{
	bool first = true, more;

	if (json_stream_take(stream, '[', err))
		return error_prefix(err, "shape of '%s'", entry->name);
	for (;;) {
		if (json_stream_more(stream, ']', &first, &more, err))
			return -1;
		if (!more)
			return 0;
		if (entry->tensor.rank == TENSOR_RANK_MAX)
			return json_stream_fail(stream, err, "'%s' has more than %u dimensions",
						entry->name, TENSOR_RANK_MAX);
		if (json_stream_number(stream, "a dimension", &entry->shape[entry->tensor.rank],
				       err))
			return error_prefix(err, "shape of '%s'", entry->name);
		entry->tensor.rank++;
	}
}

static int read_offsets(struct json_stream *stream, struct entry *entry, struct error *err)
{
	if (json_stream_take(stream, '[', err) ||
	    json_stream_number(stream, "an offset", &entry->begin, err) ||
	    json_stream_take(stream, ',', err) ||
	    json_stream_number(stream, "an offset", &entry->end, err) ||
	    json_stream_take(stream, ']', err))
		return error_prefix(err, "data_offsets of '%s'", entry->name);
	return 0;
}

static int read_field(struct json_stream *stream, struct entry *entry, struct error *err)
{
	struct span text;
	bool *seen;

	if (json_stream_key(stream, "a key", TENSOR_NAME_MAX, &text, err))
		return -1;
	seen = span_equal(text, span_of("dtype"))          ? &entry->has_dtype
	       : span_equal(text, span_of("shape"))        ? &entry->has_shape
	       : span_equal(text, span_of("data_offsets")) ? &entry->has_offsets
							   : NULL;
	if (!seen)
		return json_stream_fail(stream, err, "'%s' has the unknown key '%s'", entry->name,
					(const char *)text.data);
	if (*seen)
		return json_stream_fail(stream, err, "'%s' has the key '%s' twice", entry->name,
					(const char *)text.data);
	*seen = true;
	if (seen == &entry->has_shape)
		return read_shape(stream, entry, err);
	if (seen == &entry->has_offsets)
		return read_offsets(stream, entry, err);
	if (json_stream_text(stream, "a dtype", 32, &text, err) ||
	    dtype_parse(text, &entry->tensor.dtype, err))
		return error_prefix(err, "tensor '%s'", entry->name);
	return 0;
}

/* Do the offsets lie inside `data_len` bytes, and belong to shape and dtype? */
static int check_entry(struct entry *entry, uint64_t data_start, uint64_t data_len,
		       struct error *err)
{
	if (entry->begin > entry->end)
		return error_set(err, ERROR_CORRUPT, "'%s' ends at %llu, before it begins at %llu",
				 entry->name, (unsigned long long)entry->end,
				 (unsigned long long)entry->begin);
	if (entry->end > data_len)
		return error_set(err, ERROR_CORRUPT,
				 "'%s' ends at %llu, and there are %llu bytes: the file was "
				 "truncated, or the offset is wrong",
				 entry->name, (unsigned long long)entry->end,
				 (unsigned long long)data_len);
	entry->tensor.name = entry->name;
	entry->tensor.shape = entry->shape;
	entry->tensor.offset = data_start + entry->begin;
	entry->tensor.length = entry->end - entry->begin;
	return tensor_check_shape(&entry->tensor, err);
}

static int read_entry(struct json_stream *stream, struct span name, uint64_t data_start,
		      uint64_t data_len, struct tensor_table *table, struct error *err)
{
	struct entry entry = { .has_dtype = false };
	bool first = true, more;

	memcpy(entry.name, name.data, name.len);
	if (json_stream_take(stream, '{', err))
		return error_prefix(err, "tensor '%s'", entry.name);
	for (;;) {
		if (json_stream_more(stream, '}', &first, &more, err))
			return -1;
		if (!more)
			break;
		if (read_field(stream, &entry, err))
			return -1;
	}
	if (!entry.has_dtype || !entry.has_shape || !entry.has_offsets)
		return json_stream_fail(stream, err, "'%s' lacks its %s", entry.name,
					!entry.has_dtype   ? "dtype"
					: !entry.has_shape ? "shape"
							   : "data_offsets");
	if (check_entry(&entry, data_start, data_len, err))
		return -1;
	return tensor_table_add(table, &entry.tensor, err);
}

static bool metadata_has(const struct tensor_table *table, struct span key)
{
	for (size_t i = 0; i < table->metadata_count; i++) {
		if (span_equal(key, span_of(table->metadata[i].key)))
			return true;
	}
	return false;
}

static int read_metadata(struct json_stream *stream, struct tensor_table *table, struct error *err)
{
	enum { PAIRS_MAX = 4096 };
	size_t total = 0;
	bool first = true, more;

	if (json_stream_take(stream, '{', err))
		return error_prefix(err, "__metadata__");
	for (;;) {
		char key[1025];
		struct span text, kept = { (const uint8_t *)key, 0 };

		if (json_stream_more(stream, '}', &first, &more, err))
			return -1;
		if (!more)
			return 0;
		if (json_stream_key(stream, "a key of __metadata__", sizeof(key) - 1, &text, err))
			return -1;
		memcpy(key, text.data, text.len);
		kept.len = text.len;
		if (json_stream_text(stream, "a value of __metadata__", FORMAT_METADATA_MAX_BYTES,
				     &text, err))
			return -1;
		total += kept.len + text.len;
		if (total > FORMAT_METADATA_MAX_BYTES || table->metadata_count == PAIRS_MAX)
			return json_stream_fail(stream, err,
						"__metadata__ has more than %u bytes or %d keys",
						FORMAT_METADATA_MAX_BYTES, PAIRS_MAX);
		if (metadata_has(table, kept))
			return json_stream_fail(stream, err, "__metadata__ has a key twice");
		if (tensor_table_add_metadata(table, kept, text, err))
			return -1;
	}
}

static int read_header(struct json_stream *stream, uint64_t data_start, uint64_t data_len,
		       struct tensor_table *table, struct error *err)
{
	bool first = true, more, metadata = false;

	if (json_stream_take(stream, '{', err))
		return -1;
	for (;;) {
		struct span key;

		if (json_stream_more(stream, '}', &first, &more, err))
			return -1;
		if (!more)
			return json_stream_end(stream, err);
		if (json_stream_key(stream, "the name of a tensor", TENSOR_NAME_MAX, &key, err))
			return -1;
		if (!span_equal(key, span_of("__metadata__"))) {
			if (read_entry(stream, key, data_start, data_len, table, err))
				return -1;
			continue;
		}
		if (metadata)
			return json_stream_fail(stream, err, "__metadata__ is there twice");
		metadata = true;
		if (read_metadata(stream, table, err))
			return -1;
	}
}

/* The tensors, sorted, follow one another from the header to the end of the file: no hole, no
 * overlap. Empty ones may lie wherever one ends or begins. */
static int check_layout(const struct tensor_table *table, uint64_t data_start, uint64_t size,
			struct error *err)
{
	uint64_t at = data_start, begun = data_start;

	for (size_t i = 0; i < table->count; i++) {
		const struct tensor *tensor = &table->tensor[i];
		bool boundary =
			tensor->offset == at || (!tensor->length && tensor->offset == begun);

		if (!boundary && tensor->offset < at)
			return error_set(err, ERROR_CORRUPT, "'%s' overlaps the tensor before it",
					 tensor->name);
		if (!boundary)
			return error_set(err, ERROR_CORRUPT,
					 "%llu bytes before '%s' belong to no tensor",
					 (unsigned long long)(tensor->offset - at), tensor->name);
		if (tensor->length) {
			begun = tensor->offset;
			at = tensor->offset + tensor->length;
		}
	}
	if (at != size)
		return error_set(err, ERROR_CORRUPT, "%llu bytes after the last tensor",
				 (unsigned long long)(size - at));
	return 0;
}

static int safetensors_read(struct source *source, struct tensor_table *table, struct error *err)
{
	CLEANUP(json_stream_free) struct json_stream *stream = NULL;
	uint64_t data_start;

	if (header_end(source, &data_start, err) ||
	    json_stream_new(source, LENGTH_SIZE_BYTES, data_start - LENGTH_SIZE_BYTES, "header",
			    &stream, err) ||
	    read_header(stream, data_start, source->size - data_start, table, err) ||
	    tensor_table_finish(table, err))
		return -1;
	return check_layout(table, data_start, source->size, err);
}

const struct format_type format_type_safetensors = {
	.name = "safetensors",
	.recognise = safetensors_recognise,
	.read = safetensors_read,
};
