/*
 * operations_product: launch what product.cu has. Which tile is taken, and in
 * how many pieces a matrix is brought into order first, changes no bit.
 */
#include "kernels/cuda/operations.h"
#include "kernels/cuda/order.h"
#include "kernels/cuda/product.h"

enum {
	/* Rows and columns of one launch, at most: its blocks can be counted. */
	PRODUCT_SIDE_MAX = 1 << 20,
	/* So many bytes of a matrix are brought into order at a time, and a multiple of 128 rows.
	 */
	ORDER_BYTES = 32 << 20,
	ORDER_ROWS = 128
};

/* A tile of product.h, and how good it is when all processors are busy. */
static const struct product_choice {
	uint32_t rows, cols, threads;
	uint32_t percent;           /* of the device's fma rate, estimated: see product.h */
	enum cuda_kernel kernel[3]; /* by enum float_format */
} product_choices[] = {
#define PRODUCT_CHOICE(name, rows, cols, depth, threads, rows_each, cols_each, blocks, by_k,       \
		       percent)                                                                    \
	{ rows,                                                                                    \
	  cols,                                                                                    \
	  threads,                                                                                 \
	  percent,                                                                                 \
	  { CUDA_KERNEL_product_##name##_f32, CUDA_KERNEL_product_##name##_f16,                    \
	    CUDA_KERNEL_product_##name##_bf16 } },
	PRODUCT_TILES(PRODUCT_CHOICE)
#undef PRODUCT_CHOICE
};

enum { PRODUCT_CHOICES = sizeof(product_choices) / sizeof(product_choices[0]) };

size_t cuda_linear_ways(void)
{
	return PRODUCT_CHOICES;
}

void cuda_linear_way(struct backend *backend, size_t way)
{
	cuda_of(backend)->linear_way = way;
}

static uint64_t divide_up(uint64_t a, uint64_t b)
{
	return a / b + (a % b != 0);
}

/*
 * The tile that should be done first: every processor computes its share of
 * the blocks, at the rate of that tile.
 */
static const struct product_choice *product_choose(const struct cuda *cuda, uint64_t rows,
						   uint64_t cols)
{
	const struct product_choice *best = NULL;
	uint64_t least = UINT64_MAX;

	if (cuda->linear_way < PRODUCT_CHOICES)
		return &product_choices[cuda->linear_way];
	for (size_t i = 0; i < PRODUCT_CHOICES; i++) {
		const struct product_choice *choice = &product_choices[i];
		uint64_t blocks = divide_up(rows, choice->rows) * divide_up(cols, choice->cols);
		uint64_t time = divide_up(blocks, cuda->processors) * choice->rows * choice->cols *
				100 / choice->percent;

		if (time < least) {
			least = time;
			best = choice;
		}
	}
	return best;
}

/* A matrix as the kernels want it: 16-byte pieces, [output][k]. */
struct operand {
	const uint8_t *at;
	uint64_t stride_bytes;
	uint64_t rows, cols;
	uint32_t size;  /* bytes of a number */
	bool turned;    /* stored [k][output]; rows and cols are those of what is wanted */
	uint8_t *piece; /* where rows of it are brought into order; NULL: they are */
	uint64_t pitch_bytes, piece_rows;
};

static struct operand operand_of(struct matrix m, bool turned)
{
	struct operand operand = {
		.at = cuda_pointer(m),
		.size = (uint32_t)float_format_size_bytes(m.format),
		.rows = turned ? m.cols : m.rows,
		.cols = turned ? m.rows : m.cols,
		.turned = turned,
	};
	uint64_t fit;

	operand.stride_bytes = m.stride * operand.size;
	operand.pitch_bytes =
		divide_up(operand.cols * operand.size, PRODUCT_PIECE_BYTES) * PRODUCT_PIECE_BYTES;
	fit = ORDER_BYTES / operand.pitch_bytes / ORDER_ROWS;
	operand.piece_rows = (fit ? fit : 1) * ORDER_ROWS;
	if (operand.piece_rows > PRODUCT_SIDE_MAX)
		operand.piece_rows = PRODUCT_SIDE_MAX;
	if (operand.piece_rows > operand.rows)
		operand.piece_rows = operand.rows;
	return operand;
}

static bool operand_in_order(const struct operand *operand)
{
	if (operand->turned || (uintptr_t)operand->at % PRODUCT_PIECE_BYTES)
		return false;
	return operand->rows == 1 || (operand->stride_bytes % PRODUCT_PIECE_BYTES == 0 &&
				      operand->stride_bytes <= PRODUCT_STRIDE_BYTES_MAX);
}

/* Bytes of memory that a piece needs; 0 if none is. */
static size_t operand_piece_bytes(const struct operand *operand)
{
	return operand_in_order(operand) ? 0 : operand->piece_rows * operand->pitch_bytes;
}

/* The largest of 4, 2, 1 that divides where rows begin and how long they are. */
static uint32_t operand_unit(const struct operand *operand)
{
	uintptr_t all = (uintptr_t)operand->at | operand->stride_bytes |
			(operand->turned ? operand->size : operand->cols * operand->size);

	return all % 4 == 0 ? 4 : all % 2 == 0 ? 2 : 1;
}

static int piece_turn(struct cuda *cuda, const struct operand *operand, uint64_t first,
		      uint64_t count, struct error *err)
{
	struct order_turn_params params = {
		.from = operand->at + first * operand->size,
		.to = operand->piece,
		.from_stride = operand->stride_bytes,
		.to_stride = operand->pitch_bytes,
		.rows = count,
		.cols = operand->cols,
		.size = operand->size,
		.unit = operand_unit(operand),
	};
	struct cuda_grid grid = {
		divide_up(operand->pitch_bytes / operand->size, ORDER_TURN_SIDE),
		divide_up(count, ORDER_TURN_SIDE),
		ORDER_TURN_THREADS,
	};

	return cuda_launch(cuda, CUDA_KERNEL_order_turn, grid, &params, err);
}

static int piece_align(struct cuda *cuda, const struct operand *operand, uint64_t first,
		       uint64_t count, struct error *err)
{
	struct order_align_params params = {
		.from = operand->at + first * operand->stride_bytes,
		.to = operand->piece,
		.from_stride = operand->stride_bytes,
		.to_stride = operand->pitch_bytes,
		.rows = count,
		.row_bytes = operand->cols * operand->size,
		.unit = operand_unit(operand),
	};
	uint64_t pieces = count * (operand->pitch_bytes / PRODUCT_PIECE_BYTES);

	return cuda_launch(cuda, CUDA_KERNEL_order_align,
			   (struct cuda_grid){ cuda_blocks(cuda, pieces, ORDER_ALIGN_THREADS), 1,
					       ORDER_ALIGN_THREADS },
			   &params, err);
}

/* Where rows first ... first + count - 1 lie in order, and how far apart (in numbers). */
static int operand_rows(struct cuda *cuda, const struct operand *operand, uint64_t first,
			uint64_t count, const void **out_at, uint64_t *out_stride,
			struct error *err)
{
	if (!operand->piece) {
		*out_at = operand->at + first * operand->stride_bytes;
		*out_stride = operand->stride_bytes / operand->size;
		return 0;
	}
	*out_at = operand->piece;
	*out_stride = operand->pitch_bytes / operand->size;
	return operand->turned ? piece_turn(cuda, operand, first, count, err)
			       : piece_align(cuda, operand, first, count, err);
}

static int product_launch(struct cuda *cuda, const struct product_params *params,
			  enum float_format format, struct error *err)
{
	const struct product_choice *tile = product_choose(cuda, params->rows, params->cols);
	struct cuda_grid grid = { divide_up(params->rows, tile->rows),
				  divide_up(params->cols, tile->cols), tile->threads };

	return cuda_launch(cuda, tile->kernel[format], grid, params, err);
}

/* The whole product, as many rows and columns at a time as lie in order or fit into a piece. */
static int product_run(struct cuda *cuda, const struct operand *x, const struct operand *w,
		       const struct operand *bias, const struct product_params *whole,
		       enum float_format format, struct error *err)
{
	uint64_t rows = x->piece ? x->piece_rows : PRODUCT_SIDE_MAX;
	uint64_t cols = w->piece ? w->piece_rows : PRODUCT_SIDE_MAX;

	for (uint64_t row = 0; row < whole->rows; row += rows) {
		struct product_params params = *whole;
		const void *at;

		params.rows = whole->rows - row < rows ? whole->rows - row : rows;
		if (operand_rows(cuda, x, row, params.rows, &at, &params.x_stride, err))
			return -1;
		params.x = at;
		for (uint64_t col = 0; col < whole->cols; col += cols) {
			params.cols = whole->cols - col < cols ? whole->cols - col : cols;
			params.y = whole->y + row * whole->y_stride + col;
			if (whole->bias)
				params.bias = (const uint8_t *)whole->bias + col * bias->size;
			if (operand_rows(cuda, w, col, params.cols, &params.w, &params.w_stride,
					 err) ||
			    product_launch(cuda, &params, format, err))
				return -1;
		}
	}
	return 0;
}

/* Memory for the pieces of what is not in order. */
static int pieces_get(struct cuda *cuda, struct operand *x, struct operand *w, struct operand *bias,
		      struct error *err)
{
	struct operand *const operands[] = { x, w, bias };
	size_t size = 0;
	uint8_t *at;
	void *scratch;

	for (size_t i = 0; i < 3; i++)
		size += operands[i]->at ? operand_piece_bytes(operands[i]) : 0;
	if (!size)
		return 0;
	if (cuda_scratch_get(cuda, size, &scratch, err))
		return -1;
	at = scratch;
	for (size_t i = 0; i < 3; i++) {
		size = operands[i]->at ? operand_piece_bytes(operands[i]) : 0;
		operands[i]->piece = size ? at : NULL;
		at += size;
	}
	return 0;
}

int cuda_linear(struct backend *backend, struct matrix x, struct matrix w, bool transposed,
		struct matrix bias, struct matrix y, struct error *err)
{
	struct cuda *cuda = cuda_of(backend);
	struct operand in = operand_of(x, false), weights = operand_of(w, transposed);
	struct operand addends = { 0 };
	struct product_params params = {
		.y = cuda_pointer(y),
		.y_stride = y.stride,
		.rows = y.rows,
		.cols = y.cols,
		.depth = x.cols,
		.bias_format = (uint32_t)bias.format,
	};
	uint64_t stride;

	if (bias.memory)
		addends = operand_of(bias, false);
	if (weights.pitch_bytes > PRODUCT_STRIDE_BYTES_MAX ||
	    in.pitch_bytes > PRODUCT_STRIDE_BYTES_MAX)
		return error_set(err, ERROR_SYSTEM,
				 "chains of %zu numbers are longer than this backend computes",
				 x.cols);
	if (pieces_get(cuda, &in, &weights, &addends, err))
		return -1;
	if (bias.memory && operand_rows(cuda, &addends, 0, 1, &params.bias, &stride, err))
		return -1;
	return product_run(cuda, &in, &weights, &addends, &params, w.format, err);
}
