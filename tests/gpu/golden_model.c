/* golden_model: numbers from a stream of digests, and a safetensors file of them. */
#include "tests/gpu/golden_model.h"

#include <string.h>

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

/* A tensor and what follows from its entry. */
struct tensor {
	const struct golden_tensor *entry;
	const struct storage *storage;
	size_t rows, cols; /* cols: the last dimension; rows: all others */
};

static bool listed(struct golden_list list, size_t index)
{
	for (size_t i = 0; i < list.count; i++)
		if (list.number[i] == index)
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
	if (listed(tensor->entry->tiny_rows, index / tensor->cols) ||
	    listed(tensor->entry->tiny_columns, index % tensor->cols))
		return number_bits(storage, b, storage->tiny_exponent, out_bits, err);
	if (tensor->entry->gain)
		return number_bits(storage, (wide ? (int64_t)1 << 23 : 128) + floor_shift(b, 3),
				   storage->unit_exponent - 7, out_bits, err);
	if (minus_zero) {
		*out_bits = 1u << (storage->bits - 1);
		return 0;
	}
	return number_bits(storage, b, storage->unit_exponent + tensor->entry->exponent, out_bits,
			   err);
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
static int numbers_write(const struct golden_model *model, const struct tensor *tensor,
			 uint8_t *out, struct error *err)
{
	struct span parts[4] = { { (const uint8_t *)GOLDEN_SCHEMA, sizeof(GOLDEN_SCHEMA) },
				 span_of(model->name),
				 span_of("/"),
				 span_of(tensor->entry->name) };
	struct digest key = sha256_parts(parts, 4), block = { { 0 } };
	size_t each = tensor->storage->size == 4 ? 4 : 1,
	       row = tensor->cols * tensor->storage->size;
	uint32_t bits;

	for (size_t i = 0; i < tensor->rows * tensor->cols; i++) {
		size_t at = i * each % DIGEST_SIZE;

		if (!at)
			block = block_make(&key, i * each / DIGEST_SIZE);
		if (number_make(tensor, i, block.byte + at, &bits, err))
			return error_prefix(err, "%s", tensor->entry->name);
		for (size_t k = 0; k < tensor->storage->size; k++)
			out[i * tensor->storage->size + k] = (uint8_t)(bits >> 8 * k);
	}
	for (size_t i = 0; i + 1 < tensor->entry->copied_rows.count; i += 2) {
		size_t from = tensor->entry->copied_rows.number[i];
		size_t to = tensor->entry->copied_rows.number[i + 1];

		if (from >= tensor->rows || to >= tensor->rows || from == to)
			return error_set(err, ERROR_CORRUPT, "%s: row %zu cannot become row %zu",
					 tensor->entry->name, from, to);
		memcpy(out + to * row, out + from * row, row);
	}
	return 0;
}

/* ---- A file ---- */

static int tensor_of(const struct golden_tensor *entry, struct tensor *out_tensor,
		     struct error *err)
{
	struct tensor tensor = { .entry = entry };
	size_t count = 1;

	for (size_t i = 0; i < sizeof(storages) / sizeof(storages[0]); i++)
		if (storages[i].dtype == entry->dtype)
			tensor.storage = &storages[i];
	if (!tensor.storage)
		return error_set(err, ERROR_CORRUPT, "%s: numbers as %s", entry->name,
				 dtype_name(entry->dtype));
	if (!entry->rank || entry->rank > GOLDEN_RANK_MAX)
		return error_set(err, ERROR_CORRUPT, "%s: %u dimensions", entry->name, entry->rank);
	for (size_t i = 0; i < entry->rank; i++) {
		uint32_t dim = entry->shape[i];

		if (dim < 1 || dim > 65536 || dim > GOLDEN_MODEL_MAX_BYTES / sizeof(float) / count)
			return error_set(err, ERROR_CORRUPT, "%s: dimension %zu is %u", entry->name,
					 i, dim);
		count *= dim;
	}
	tensor.cols = entry->shape[entry->rank - 1];
	tensor.rows = count / tensor.cols;
	*out_tensor = tensor;
	return 0;
}

/* ,"NAME":{"dtype":...,"shape":[...],"data_offsets":[FROM,TO]} */
static int header_entry_write(const struct tensor *tensor, size_t at, struct buffer *out,
			      struct error *err)
{
	const struct golden_tensor *entry = tensor->entry;
	size_t size = tensor->rows * tensor->cols * tensor->storage->size;

	if (buffer_printf(out, err, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[",
			  out->len > 1 ? "," : "", entry->name, dtype_name(entry->dtype)))
		return -1;
	for (size_t i = 0; i < entry->rank; i++)
		if (buffer_printf(out, err, "%s%u", i ? "," : "", entry->shape[i]))
			return -1;
	return buffer_printf(out, err, "],\"data_offsets\":[%zu,%zu]}", at, at + size);
}

static int tensors_write(const struct golden_model *model, struct buffer *header,
			 struct buffer *data, struct error *err)
{
	if (buffer_add_text(header, "{", err))
		return -1;
	for (size_t i = 0; i < model->tensor_count; i++) {
		struct tensor tensor;
		uint8_t *room;

		if (tensor_of(&model->tensor[i], &tensor, err) ||
		    header_entry_write(&tensor, data->len, header, err) ||
		    buffer_extend(data, tensor.rows * tensor.cols * tensor.storage->size, &room,
				  err) ||
		    numbers_write(model, &tensor, room, err))
			return -1;
	}
	if (buffer_add_text(header, "}", err))
		return -1;
	while (header->len % 8)
		if (buffer_add_text(header, " ", err))
			return -1;
	return 0;
}

int golden_model_write(const struct golden_model *model, struct buffer *out, struct error *err)
{
	CLEANUP(buffer_release) struct buffer header, data;

	buffer_init(&header, GOLDEN_MODEL_MAX_BYTES);
	buffer_init(&data, GOLDEN_MODEL_MAX_BYTES);
	if (tensors_write(model, &header, &data, err) || buffer_add_u64le(out, header.len, err) ||
	    buffer_add(out, buffer_view(&header), err) || buffer_add(out, buffer_view(&data), err))
		return error_prefix(err, "%s", model->name);
	return 0;
}
