/* golden: a model that follows from a text alone, and what it computes. */
#include "tests/verify/golden.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/dtype.h"
#include "verify/record.h"

/* ---- Numbers ---- */

/* How one number is stored: its bytes, the unit of a byte b, and the smallest subnormal. */
struct storage {
	enum dtype dtype;
	size_t size;
	int unit_exponent, tiny_exponent;
	unsigned bits, fraction_bits;
	int bias;
};

static const struct storage storages[] = {
	{ DTYPE_BF16, 2, 0, -133, 16, 7, 127 },
	{ DTYPE_F16, 2, 0, -24, 16, 10, 15 },
	{ DTYPE_F32, 4, -16, -149, 32, 23, 127 },
};

/* One entry of "tensors". */
struct tensor {
	const char *name;
	const struct storage *storage;
	const struct json *shape, *tiny_rows, *tiny_columns, *copied_rows;
	bool gain;
	int exponent;
	size_t rows, cols; /* cols: the last dimension; rows: all others */
};

/*
 * The bits of integer * 2^exponent, which the format holds exactly: made of
 * integers, so that no compiler and no machine has a say.
 */
static int number_bits(const struct storage *storage, int64_t integer, int exponent,
		       uint32_t *out_bits, struct error *err)
{
	uint32_t sign = integer < 0 ? 1u << (storage->bits - 1) : 0;
	uint64_t fraction = (uint64_t)(integer < 0 ? -integer : integer);
	uint64_t hidden = (uint64_t)1 << storage->fraction_bits;
	int scale = exponent - storage->tiny_exponent; /* in units of the smallest subnormal */
	int power = 1;                                 /* the exponent field */

	while (fraction && scale < 0 && !(fraction & 1)) {
		fraction >>= 1;
		scale++;
	}
	while (fraction && scale > 0 && fraction < hidden) {
		fraction <<= 1;
		scale--;
	}
	while (fraction >= 2 * hidden && !(fraction & 1)) {
		fraction >>= 1;
		scale++;
	}
	power += scale;
	if (fraction >= 2 * hidden || (fraction && (scale < 0 || power > 2 * storage->bias)))
		return error_set(err, ERROR_CORRUPT, "%lld * 2^%d is no %s", (long long)integer,
				 exponent, dtype_name(storage->dtype));
	*out_bits = sign | (fraction < hidden ? (uint32_t)fraction
					      : (uint32_t)power << storage->fraction_bits |
							(uint32_t)(fraction - hidden));
	return 0;
}

static bool listed(const struct json *list, size_t index)
{
	for (size_t i = 0; i < json_count(list); i++)
		if (json_integer_of(json_at(list, i)) == (int64_t)index)
			return true;
	return false;
}

/* floor(a / 2^shift), also of negative numbers. */
static int64_t floor_shift(int64_t a, unsigned shift)
{
	int64_t divisor = (int64_t)1 << shift;

	return a >= 0 ? a / divisor : -((divisor - 1 - a) / divisor);
}

/* One number from its bytes of the stream. */
static int number_make(const struct tensor *tensor, size_t index, const uint8_t *bytes,
		       uint32_t *out_bits, struct error *err)
{
	const struct storage *storage = tensor->storage;
	bool wide = storage->size == 4;
	int64_t b =
		wide ? (int64_t)bytes[1] + 256 * bytes[2] + 65536 * (int64_t)bytes[3] : bytes[0];
	int64_t half = wide ? 1 << 23 : 1 << 7;
	bool minus_zero;

	b -= b >= half ? 2 * half : 0;
	minus_zero = wide ? !bytes[0] : b == -half;
	if (listed(tensor->tiny_rows, index / tensor->cols) ||
	    listed(tensor->tiny_columns, index % tensor->cols))
		return number_bits(storage, b, storage->tiny_exponent, out_bits, err);
	if (tensor->gain)
		return number_bits(storage, (wide ? (int64_t)1 << 23 : 128) + floor_shift(b, 3),
				   storage->unit_exponent - 7, out_bits, err);
	if (minus_zero) {
		*out_bits = 1u << (storage->bits - 1);
		return 0;
	}
	return number_bits(storage, b, storage->unit_exponent + tensor->exponent, out_bits, err);
}

/* Block `number` of the stream of one tensor. */
static struct digest block_make(const struct digest *key, uint64_t number)
{
	uint8_t counter[8];
	struct span parts[2] = { digest_view(key), { counter, sizeof(counter) } };

	for (size_t i = 0; i < sizeof(counter); i++)
		counter[i] = (uint8_t)(number >> 8 * i);
	return sha256_parts(parts, 2);
}

/* All numbers of a tensor, as a safetensors file holds them. */
static int numbers_write(const struct golden *golden, const struct tensor *tensor, uint8_t *out,
			 struct error *err)
{
	struct span parts[4] = { { (const uint8_t *)GOLDEN_SCHEMA, sizeof(GOLDEN_SCHEMA) },
				 span_of(golden->name),
				 span_of("/"),
				 span_of(tensor->name) };
	struct digest key = sha256_parts(parts, 4), block = { { 0 } };
	size_t each = tensor->storage->size == 4 ? 4 : 1,
	       row = tensor->cols * tensor->storage->size;
	uint32_t bits;

	for (size_t i = 0; i < tensor->rows * tensor->cols; i++) {
		size_t at = i * each % DIGEST_SIZE;

		if (!at)
			block = block_make(&key, i * each / DIGEST_SIZE);
		if (number_make(tensor, i, block.byte + at, &bits, err))
			return error_prefix(err, "%s", tensor->name);
		for (size_t k = 0; k < tensor->storage->size; k++)
			out[i * tensor->storage->size + k] = (uint8_t)(bits >> 8 * k);
	}
	for (size_t i = 0; i < json_count(tensor->copied_rows); i++) {
		const struct json *pair = json_at(tensor->copied_rows, i);
		size_t from = (size_t)json_integer_of(json_at(pair, 0));
		size_t to = (size_t)json_integer_of(json_at(pair, 1));

		if (from >= tensor->rows || to >= tensor->rows || from == to)
			return error_set(err, ERROR_CORRUPT, "%s: row %zu cannot become row %zu",
					 tensor->name, from, to);
		memcpy(out + to * row, out + from * row, row);
	}
	return 0;
}

/* ---- Entries ---- */

static int values_read(const struct json *values, struct tensor *tensor, struct error *err)
{
	const char *text = json_text(values);

	tensor->gain = text && !strcmp(text, "gain");
	if (!tensor->gain && json_kind(values) != JSON_KIND_INTEGER)
		return error_set(err, ERROR_CORRUPT,
				 "%s: 'values' is neither an exponent nor \"gain\"", tensor->name);
	tensor->exponent = (int)json_integer_of(values);
	return 0;
}

static int shape_read(struct tensor *tensor, struct error *err)
{
	size_t rank = json_count(tensor->shape), count = 1;

	if (!rank || rank > 3)
		return error_set(err, ERROR_CORRUPT, "%s: %zu dimensions", tensor->name, rank);
	for (size_t i = 0; i < rank; i++) {
		int64_t dim = json_integer_of(json_at(tensor->shape, i));

		if (dim < 1 || dim > 65536 ||
		    (uint64_t)dim > GOLDEN_MODEL_MAX_BYTES / sizeof(float) / count)
			return error_set(err, ERROR_CORRUPT, "%s: dimension %zu is %lld",
					 tensor->name, i, (long long)dim);
		count *= (size_t)dim;
	}
	tensor->cols = (size_t)json_integer_of(json_at(tensor->shape, rank - 1));
	tensor->rows = count / tensor->cols;
	return 0;
}

static int tensor_read(const struct json *entry, struct tensor *out_tensor, struct error *err)
{
	struct tensor tensor = { 0 };
	const char *text;
	enum dtype dtype;

	if (json_need_string(entry, "name", &tensor.name, err) ||
	    json_need_string(entry, "dtype", &text, err) ||
	    dtype_parse(span_of(text), &dtype, err) ||
	    json_need_array(entry, "shape", &tensor.shape, err) ||
	    json_maybe_array(entry, "tiny_rows", &tensor.tiny_rows, err) ||
	    json_maybe_array(entry, "tiny_columns", &tensor.tiny_columns, err) ||
	    json_maybe_array(entry, "copied_rows", &tensor.copied_rows, err) ||
	    values_read(json_member(entry, "values"), &tensor, err) || shape_read(&tensor, err))
		return -1;
	for (size_t i = 0; i < sizeof(storages) / sizeof(storages[0]); i++)
		if (storages[i].dtype == dtype)
			tensor.storage = &storages[i];
	if (!tensor.storage)
		return error_set(err, ERROR_CORRUPT, "%s: numbers as %s", tensor.name, text);
	*out_tensor = tensor;
	return 0;
}

/* ---- A checkpoint on disk ---- */

/* ,"NAME":{"dtype":...,"shape":[...],"data_offsets":[FROM,TO]} */
static int header_entry_write(const struct tensor *tensor, size_t at, struct buffer *out,
			      struct error *err)
{
	size_t size = tensor->rows * tensor->cols * tensor->storage->size;

	if (buffer_printf(out, err, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[",
			  out->len > 1 ? "," : "", tensor->name,
			  dtype_name(tensor->storage->dtype)))
		return -1;
	for (size_t i = 0; i < json_count(tensor->shape); i++)
		if (buffer_printf(out, err, "%s%lld", i ? "," : "",
				  (long long)json_integer_of(json_at(tensor->shape, i))))
			return -1;
	return buffer_printf(out, err, "],\"data_offsets\":[%zu,%zu]}", at, at + size);
}

static int tensors_write(const struct golden *golden, struct buffer *header, struct buffer *data,
			 struct error *err)
{
	const struct json *tensors;

	if (json_need_array(golden->json, "tensors", &tensors, err) ||
	    buffer_add_text(header, "{", err))
		return -1;
	for (size_t i = 0; i < json_count(tensors); i++) {
		struct tensor tensor;
		uint8_t *room;

		if (tensor_read(json_at(tensors, i), &tensor, err) ||
		    header_entry_write(&tensor, data->len, header, err) ||
		    buffer_extend(data, tensor.rows * tensor.cols * tensor.storage->size, &room,
				  err) ||
		    numbers_write(golden, &tensor, room, err))
			return -1;
	}
	if (buffer_add_text(header, "}", err))
		return -1;
	while (header->len % 8)
		if (buffer_add_text(header, " ", err))
			return -1;
	return 0;
}

static int below_write(const char *folder, const char *name, const struct buffer *bytes,
		       struct error *err)
{
	char *path;
	int failed;

	if (path_join(folder, name, &path, err))
		return -1;
	failed = file_write(path, buffer_view(bytes), 0644, FILE_REPLACE, err);
	free(path);
	return failed;
}

int golden_write(const struct golden *golden, const char *folder, struct error *err)
{
	CLEANUP(buffer_release) struct buffer config, header, data, file;
	const struct json *object;

	buffer_init(&config, GOLDEN_MAX_BYTES);
	buffer_init(&header, GOLDEN_MODEL_MAX_BYTES);
	buffer_init(&data, GOLDEN_MODEL_MAX_BYTES);
	buffer_init(&file, (size_t)2 * GOLDEN_MODEL_MAX_BYTES + 8);
	if (json_need_object(golden->json, "config", &object, err) ||
	    json_write_pretty(object, &config, err) || tensors_write(golden, &header, &data, err) ||
	    buffer_add_u64le(&file, header.len, err) ||
	    buffer_add(&file, buffer_view(&header), err) ||
	    buffer_add(&file, buffer_view(&data), err) ||
	    below_write(folder, "config.json", &config, err) ||
	    below_write(folder, "model.safetensors", &file, err))
		return error_prefix(err, "%s", golden->name);
	return 0;
}

/* ---- Reading ---- */

/* Take the probes of `more`, which is empty afterwards. */
static int probes_append(struct probes *probes, struct probes *more, struct error *err)
{
	size_t count = probes->count + more->count;
	struct probe *probe = realloc(probes->probe, count * sizeof(*probe));

	if (!probe) {
		probes_release(more);
		return error_set(err, ERROR_SYSTEM, "out of memory");
	}
	memcpy(probe + probes->count, more->probe, more->count * sizeof(*probe));
	*probes = (struct probes){ probe, count };
	free(more->probe);
	*more = (struct probes){ 0 };
	return 0;
}

/* "COUNT:LENGTH:SEED", or a list of ids. */
static int probe_entry_read(const struct json *entry, uint32_t vocab, struct probes *out,
			    struct error *err)
{
	CLEANUP(buffer_release) struct buffer line;
	const char *text = json_text(entry), *seed;
	size_t count, length;

	buffer_init(&line, GOLDEN_MAX_BYTES);
	if (text && (probes_parse_random(text, &count, &length, &seed, err) ||
		     (!seed && error_set(err, ERROR_CORRUPT, "'%s' has no seed", text)) ||
		     probes_generate(count, length, seed, vocab, out, err)))
		return error_prefix(err, "probes");
	if (text)
		return 0;
	if (json_kind(entry) != JSON_KIND_ARRAY)
		return error_set(err, ERROR_CORRUPT, "probes: neither a text nor a list");
	if (buffer_add_text(&line, "{\"ids\":", err) || json_write_canonical(entry, &line, err) ||
	    buffer_add_text(&line, "}\n", err))
		return -1;
	return probes_read_lines(buffer_view(&line), out, err);
}

static int probes_read(struct golden *golden, struct error *err)
{
	const struct json *config, *list;
	int64_t vocab;

	if (json_need_object(golden->json, "config", &config, err) ||
	    json_need_integer(config, "vocab_size", &vocab, err) ||
	    json_need_array(golden->json, "probes", &list, err))
		return -1;
	for (size_t i = 0; i < json_count(list); i++) {
		struct probes more = { 0 };

		if (probe_entry_read(json_at(list, i), (uint32_t)vocab, &more, err) ||
		    probes_append(&golden->probes, &more, err))
			return -1;
	}
	return 0;
}

static int outputs_read(struct golden *golden, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	const struct json *object;
	struct digest root;

	buffer_init(&text, OUTPUTS_MAX_BYTES);
	if (json_need_object(golden->json, "outputs", &object, err) ||
	    json_need_hex(golden->json, "root", &golden->root, err) ||
	    json_write_canonical(object, &text, err) ||
	    outputs_from_object(buffer_view(&text), &golden->outputs, err))
		return -1;
	root = outputs_root(&golden->outputs);
	if (!digest_equal(&root, &golden->root))
		return error_set(err, ERROR_CORRUPT, "'root' is not the root of 'outputs'");
	golden->recorded = true;
	return 0;
}

int golden_read(const char *path, struct golden *out_golden, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	struct golden golden = { 0 };
	const char *schema;

	buffer_init(&text, GOLDEN_MAX_BYTES);
	if (file_read(path, &text, err) ||
	    json_parse(buffer_view(&text), NULL, &golden.json, err) ||
	    json_need_string(golden.json, "schema", &schema, err) ||
	    json_need_string(golden.json, "name", &golden.name, err) ||
	    (strcmp(schema, GOLDEN_SCHEMA) &&
	     error_set(err, ERROR_CORRUPT, "'schema' is '%s'", schema)) ||
	    probes_read(&golden, err) ||
	    (json_member(golden.json, "outputs") && outputs_read(&golden, err))) {
		golden_release(&golden);
		return error_prefix(err, "%s", path);
	}
	*out_golden = golden;
	return 0;
}

void golden_release(struct golden *golden)
{
	outputs_release(&golden->outputs);
	probes_release(&golden->probes);
	json_free(&golden->json);
	*golden = (struct golden){ 0 };
}

/* ---- All of them ---- */

static int is_golden(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 5 && !strcmp(entry->d_name + len - 5, ".json");
}

/* strcmp's order, whatever the locale says. */
static int name_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int golden_list(const char *folder, struct json **out_paths, struct error *err)
{
	CLEANUP(json_free) struct json *paths = NULL;
	struct dirent **entry;
	int count, failed = json_array_new(&paths, err);

	if (failed)
		return -1;
	count = scandir(folder, &entry, is_golden, name_order);
	if (count < 0)
		return error_set(err, ERROR_SYSTEM, "cannot list '%s'", folder);
	for (int i = 0; i < count; i++) {
		char *path = NULL;

		failed = failed || path_join(folder, entry[i]->d_name, &path, err) ||
			 json_add_text(paths, path, err);
		free(path);
		free(entry[i]);
	}
	free(entry);
	if (failed)
		return -1;
	*out_paths = paths;
	paths = NULL;
	return 0;
}
