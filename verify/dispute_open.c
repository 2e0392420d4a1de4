/* dispute_open: the pieces with which a referee computes one element again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/dispute.h"
#include "verify/json.h"
#include "verify/operations.h"
#include "verify/outputs.h"
#include "verify/pieces.h"
#include "verify/weights.h"

/* What stood in a slot before a step: rows x *out_cols; NULL where no step wrote it. */
static const float *slot_before(const struct dispute *dispute, size_t step, enum slot slot,
				size_t *out_cols)
{
	const struct transcript *transcript = &dispute->transcript;

	for (size_t i = step; i; i--)
		if (operation_result(dispute->bound[i - 1]->operation) == slot) {
			*out_cols = transcript->step[i - 1].cols;
			return dispute->values[i - 1];
		}
	*out_cols = dispute->config->hidden;
	return slot == SLOT_STATE ? dispute->input : NULL;
}

static int numbers_set(struct json *object, const char *key, const float *values, size_t count,
		       struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, 8 * count + 1);
	for (size_t i = 0; i < count; i++)
		if (buffer_printf(&text, err, "%08x", float_bits(values[i])))
			return -1;
	return json_set_span(object, key, buffer_view(&text), err);
}

/* Some rows of what a step read. */
static int rows_set(struct json *object, const char *key, const struct dispute *dispute,
		    size_t step, enum slot slot, size_t first, size_t count, struct error *err)
{
	size_t cols;
	const float *values = slot_before(dispute, step, slot, &cols);

	return values ? numbers_set(object, key, values + first * cols, count * cols, err) : 0;
}

static int operands_set(struct json *object, const struct dispute *dispute, size_t step, size_t row,
			struct error *err)
{
	const struct operation *operation = dispute->bound[step]->operation;
	bool causal = dispute->config->architecture->causal;
	size_t seen = causal ? row + 1 : dispute->transcript.tokens;

	switch (operation->kind) {
	case OP_ATTENTION:
		return rows_set(object, "query", dispute, step, SLOT_QUERY, row, 1, err) ||
				       rows_set(object, "keys", dispute, step, SLOT_KEY, 0, seen,
						err) ||
				       rows_set(object, "values", dispute, step, SLOT_VALUE, 0,
						seen, err)
			       ? -1
			       : 0;
	case OP_GATE:
	case OP_ADD:
	case OP_EXPERTS:
	case OP_GATE_ROWS:
		return rows_set(object, "x", dispute, step, operation->x, row, 1, err) ||
				       rows_set(object, "u", dispute, step, operation->u, row, 1,
						err)
			       ? -1
			       : 0;
	default:
		return rows_set(object, "x", dispute, step, operation->x, row, 1, err);
	}
}

/* The pieces that bytes [begin, end) of a tensor lie in, each with its path to the tensor's root.
 */
static int pieces_set(struct json *object, const struct weights *weights,
		      const struct tensor *tensor, uint64_t begin, uint64_t end, struct error *err)
{
	const struct piece_record *record = weights_pieces(weights, tensor);
	size_t count = (size_t)pieces_in_region(tensor->length);
	struct json *pieces, *piece, *steps;
	struct digest *leaf, root;
	int failed = 0;

	if (!record)
		return 0;
	leaf = calloc(count, sizeof(*leaf));
	if (!leaf)
		return error_set(err, ERROR_SYSTEM, "no memory for %zu pieces", count);
	for (size_t i = 0; i < count; i++)
		leaf[i] = merkle_leaf(digest_view(&record[i].digest));
	root = merkle_root_of(leaf, count);
	failed = json_set_hex(object, "root", &root, err) ||
		 json_set_array(object, "pieces", &pieces, err);
	for (size_t i = (size_t)(begin / PIECE_SIZE_BYTES);
	     !failed && i * (uint64_t)PIECE_SIZE_BYTES < end; i++) {
		struct digest path[MERKLE_PROOF_MAX];
		uint64_t at = i * (uint64_t)PIECE_SIZE_BYTES, rest = tensor->length - at;
		char hex[DIGEST_HEX_SIZE];
		size_t len;

		merkle_path_of(leaf, count, i, path, &len);
		failed = json_add_object(pieces, &piece, err) ||
			 json_set_size(piece, "index", i, err) ||
			 json_set_size(piece, "offset", tensor->offset + at, err) ||
			 json_set_size(piece, "length",
				       rest < PIECE_SIZE_BYTES ? rest : PIECE_SIZE_BYTES, err) ||
			 json_set_hex(piece, "digest", &record[i].digest, err) ||
			 json_set_array(piece, "path", &steps, err);
		for (size_t k = 0; !failed && k < len; k++) {
			digest_to_hex(&path[k], hex);
			failed = json_add_text(steps, hex, err);
		}
	}
	free(leaf);
	return failed ? -1 : 0;
}

/* Some elements of a tensor: `count` of them from `first`, each `stride` after the one before. */
struct elements {
	const struct tensor *tensor;
	uint64_t first, count, stride;
};

static int bytes_set(const struct context *ctx, struct json *object, struct weights *weights,
		     const struct elements *elements, uint64_t size, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes, text;
	uint64_t span = ((elements->count - 1) * elements->stride + 1) * size;
	uint8_t *room;

	buffer_init(&bytes, (size_t)span);
	buffer_init(&text, 2 * (size_t)(elements->count * size));
	if (buffer_extend(&bytes, (size_t)span, &room, err) ||
	    weights_read_checked(ctx, weights, elements->tensor, elements->first * size, room,
				 (size_t)span, err))
		return -1;
	for (uint64_t i = 0; i < elements->count; i++)
		if (hex_encode(&text,
			       (struct span){ room + i * elements->stride * size, (size_t)size },
			       err))
			return -1;
	return json_set_span(object, "bytes", buffer_view(&text), err);
}

static int tensor_set(const struct context *ctx, struct json *opened, const char *key,
		      struct weights *weights, const struct elements *elements, struct error *err)
{
	const struct tensor *tensor = elements->tensor;
	uint64_t size = tensor->length / tensor_elements(tensor);
	uint64_t begin = elements->first * size;
	struct json *object;

	if (json_set_object(opened, key, &object, err) ||
	    json_set_text(object, "tensor", tensor->name, err) ||
	    json_set_text(object, "file", weights_file_of(weights, tensor), err) ||
	    json_set_text(object, "dtype", dtype_name(tensor->dtype), err) ||
	    json_set_size(object, "first", elements->first, err) ||
	    json_set_size(object, "stride", elements->stride, err) ||
	    json_set_size(object, "tensorOffset", tensor->offset, err) ||
	    bytes_set(ctx, object, weights, elements, size, err))
		return -1;
	return pieces_set(object, weights, tensor, begin,
			  begin + ((elements->count - 1) * elements->stride + 1) * size, err);
}

/* Which weights one element of a step's result was computed with. */
static struct elements weight_elements(const struct dispute *dispute, size_t step, size_t element)
{
	const struct bound *bound = dispute->bound[step];
	const struct operation *operation = bound->operation;
	const struct tensor *weight = bound->weight;
	uint64_t output = element;

	if (operation->kind != OP_LINEAR)
		return (struct elements){ weight, 0, tensor_elements(weight), 1 };
	for (size_t i = 0; operation->parts && i < operation->part; i++)
		output += config_dim(dispute->config, operation->part_dim[i]);
	if (operation->transposed)
		return (struct elements){ weight, output, weight->shape[0], weight->shape[1] };
	return (struct elements){ weight, output * weight->shape[1], weight->shape[1], 1 };
}

static int weights_set(const struct context *ctx, struct json *opened, struct weights *weights,
		       const struct dispute *dispute, size_t step, size_t element,
		       struct error *err)
{
	const struct bound *bound = dispute->bound[step];
	struct elements elements;

	if (!bound->weight)
		return 0;
	elements = weight_elements(dispute, step, element);
	if (tensor_set(ctx, opened, "weight", weights, &elements, err))
		return -1;
	if (!bound->bias)
		return 0;
	if (bound->operation->kind == OP_LINEAR) {
		uint64_t output =
			elements.stride == 1 ? elements.first / elements.count : elements.first;

		elements = (struct elements){ bound->bias, output, 1, 1 };
	} else {
		elements = (struct elements){ bound->bias, 0, tensor_elements(bound->bias), 1 };
	}
	return tensor_set(ctx, opened, "bias", weights, &elements, err);
}

int dispute_open(const struct context *ctx, struct weights *weights, const struct dispute *dispute,
		 size_t step, size_t row, size_t element, struct json **out_json, struct error *err)
{
	const struct transcript_step *heard = &dispute->transcript.step[step];
	CLEANUP(json_free) struct json *opened = NULL;
	char bits[9] = { 0 };

	snprintf(bits, sizeof(bits), "%08x",
		 float_bits(dispute->values[step][row * heard->cols + element]));
	if (json_object_new(&opened, err) || json_set_size(opened, "step", step, err) ||
	    json_set_text(opened, "operation", heard->operation, err) ||
	    json_set_size(opened, "row", row, err) ||
	    json_set_size(opened, "element", element, err) ||
	    json_set_text(opened, "result", bits, err) ||
	    operands_set(opened, dispute, step, row, err) ||
	    weights_set(ctx, opened, weights, dispute, step, element, err))
		return -1;
	*out_json = opened;
	opened = NULL; /* handed over */
	return 0;
}
