/* format: what is inside one file: a table of tensors, or bytes only. */
#include "verify/format.h"

#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"
#include "verify/plain_text.h"

#define FORMAT(name) extern const struct format_type format_type_##name;
#include "verify/formats.def"
#undef FORMAT

static const struct format_type *const types[] = {
#define FORMAT(name) &format_type_##name,
#include "verify/formats.def"
#undef FORMAT
};

/* What bytes look like, for people: the first row that fits is taken. Nothing here is interpreted.
 */
static const struct known {
	const char *ending; /* of the name; "" takes any */
	const char *magic;
	size_t magic_len;
	const char *what;
} known[] = {
	{ "", "GGUF", 4, "GGUF" },
	{ ".gguf", "", 0, "GGUF" },
	{ ".npz", "PK\3\4", 4, "NumPy archive" },
	{ ".bin", "PK\3\4", 4, "PyTorch pickle" },
	{ ".pt", "PK\3\4", 4, "PyTorch pickle" },
	{ ".pth", "PK\3\4", 4, "PyTorch pickle" },
	{ ".ckpt", "PK\3\4", 4, "PyTorch pickle" },
	{ "", "\x80\2", 2, "Python pickle" },
	{ "", "\x80\3", 2, "Python pickle" },
	{ "", "\x80\4", 2, "Python pickle" },
	{ "", "\x80\5", 2, "Python pickle" },
	{ ".pkl", "", 0, "Python pickle" },
	{ "", "\x89HDF\r\n\x1a\n", 8, "HDF5" },
	{ "", "\x93NUMPY", 6, "NumPy array" },
	{ ".msgpack", "", 0, "MessagePack" },
	{ ".onnx", "", 0, "ONNX" },
	{ "", "PK\3\4", 4, "zip archive" },
	{ ".py", "", 0, "Python source" },
};

static const char *bytes_are(const char *name, struct span head)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (text_ends_with(name, known[i].ending) && head.len >= known[i].magic_len &&
		    memcmp(head.data, known[i].magic, known[i].magic_len) == 0)
			return known[i].what;
	}
	return "bytes";
}

void tensor_table_release(struct tensor_table *table)
{
	free(table->tensor);
	free(table->metadata);
	free(table->by_name);
	if (table->arena)
		arena_free(&table->arena);
	*table = (struct tensor_table){ 0 };
}

uint64_t tensor_elements(const struct tensor *tensor)
{
	uint64_t elements = 1;

	for (uint32_t i = 0; i < tensor->rank; i++)
		elements *= tensor->shape[i];
	return elements;
}

int tensor_check_shape(const struct tensor *tensor, struct error *err)
{
	uint64_t bits = dtype_bits(tensor->dtype);

	for (uint32_t i = 0; i < tensor->rank; i++) {
		if (__builtin_mul_overflow(bits, tensor->shape[i], &bits))
			return error_set(err, ERROR_CORRUPT,
					 "the shape of '%s' is beyond 2^64 bits", tensor->name);
	}
	if (bits % 8)
		return error_set(err, ERROR_CORRUPT,
				 "the %u-bit elements of '%s' do not fill whole bytes",
				 dtype_bits(tensor->dtype), tensor->name);
	if (bits / 8 != tensor->length)
		return error_set(err, ERROR_CORRUPT,
				 "'%s' has %llu bytes by its shape and %llu by its offsets",
				 tensor->name, (unsigned long long)(bits / 8),
				 (unsigned long long)tensor->length);
	return 0;
}

/* The room of an array that grew by array_room from `count`: 16, 32, 64 ... */
static size_t room_of(size_t count)
{
	size_t cap = count ? 16 : 0;

	while (cap && cap < count)
		cap *= 2;
	return cap;
}

int tensor_table_add(struct tensor_table *table, const struct tensor *tensor, struct error *err)
{
	size_t cap = room_of(table->count);
	void *array = table->tensor, *shape = NULL;
	struct tensor copy = *tensor;

	if (table->count >= TENSORS_MAX)
		return error_set(err, ERROR_CORRUPT, "more than %u tensors", TENSORS_MAX);
	if (!text_is_plain(span_of(tensor->name)))
		return error_set(err, ERROR_CORRUPT, "the tensor name '%s' has control characters",
				 tensor->name);
	if (array_room(&array, table->count, &cap, sizeof(copy), err))
		return -1;
	table->tensor = array;
	if (arena_text(table->arena, span_of(tensor->name), &copy.name, err) ||
	    arena_take(table->arena, tensor->rank * sizeof(*copy.shape), &shape, err))
		return -1;
	if (tensor->rank)
		memcpy(shape, tensor->shape, tensor->rank * sizeof(*copy.shape));
	copy.shape = shape;
	table->tensor[table->count++] = copy;
	return 0;
}

int tensor_table_add_metadata(struct tensor_table *table, struct span key, struct span value,
			      struct error *err)
{
	size_t cap = room_of(table->metadata_count);
	void *array = table->metadata;
	struct tensor_metadata entry;

	if (array_room(&array, table->metadata_count, &cap, sizeof(entry), err))
		return -1;
	table->metadata = array;
	if (arena_text(table->arena, key, &entry.key, err) ||
	    arena_text(table->arena, value, &entry.value, err))
		return -1;
	table->metadata[table->metadata_count++] = entry;
	return 0;
}

static int compare_by_offset(const void *a, const void *b)
{
	const struct tensor *x = a, *y = b;

	if (x->offset != y->offset)
		return x->offset < y->offset ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int compare_by_name(const void *a, const void *b, void *tensors)
{
	const struct tensor *tensor = tensors;

	return strcmp(tensor[*(const uint32_t *)a].name, tensor[*(const uint32_t *)b].name);
}

int tensor_table_finish(struct tensor_table *table, struct error *err)
{
	if (!table->count)
		return 0;
	qsort(table->tensor, table->count, sizeof(*table->tensor), compare_by_offset);
	table->by_name = calloc(table->count, sizeof(*table->by_name));
	if (!table->by_name)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu tensors", table->count);
	for (size_t i = 0; i < table->count; i++)
		table->by_name[i] = (uint32_t)i;
	qsort_r(table->by_name, table->count, sizeof(*table->by_name), compare_by_name,
		table->tensor);
	for (size_t i = 1; i < table->count; i++) {
		const char *name = table->tensor[table->by_name[i]].name;

		if (strcmp(table->tensor[table->by_name[i - 1]].name, name) == 0)
			return error_set(err, ERROR_CORRUPT, "two tensors are called '%s'", name);
	}
	return 0;
}

const struct tensor *tensor_table_find(const struct tensor_table *table, const char *name)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct tensor *tensor = &table->tensor[table->by_name[middle]];
		int order = strcmp(name, tensor->name);

		if (!order)
			return tensor;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

int format_open(struct source *source, struct tensor_table *out_table, struct error *err)
{
	CLEANUP(tensor_table_release) struct tensor_table table = { 0 };
	uint8_t bytes[FORMAT_HEAD_BYTES];
	struct span head = { bytes,
			     source->size < sizeof(bytes) ? (size_t)source->size : sizeof(bytes) };

	if (source_read_at(source, 0, bytes, head.len, err) || arena_new(&table.arena, err))
		return -1;
	table.format = "bytes";
	table.what = bytes_are(source->name, head);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!types[i]->recognise(source->name, head, source->size))
			continue;
		table.format = table.what = types[i]->name;
		if (types[i]->read(source, &table, err))
			return error_prefix(err, "'%s' is no well-formed %s file", source->name,
					    types[i]->name);
		break;
	}
	*out_table = table;
	table = (struct tensor_table){ 0 };
	return 0;
}
