/* order: bring a matrix into the form in which product.cu reads it; see order.h. */
#include "kernels/cuda/device.h"
#include "kernels/cuda/order.h"

enum { PIECE_WORDS = 4 };

/* 16 bytes of which `count` are there, in units that divide everything. */
DEVICE_FN struct word_quad piece_gather(const uint8_t *from, uint64_t count, uint32_t unit)
{
	struct word_quad piece;

	UNROLL
	for (uint32_t i = 0; i < PIECE_WORDS; i++) {
		uint32_t word = 0;

		UNROLL
		for (uint32_t at = 0; at < 4; at += unit)
			if (i * 4 + at < count)
				word |= bytes_at(from + i * 4 + at, unit) << 8 * at;
		piece.at[i] = word;
	}
	return piece;
}

KERNEL(order_align, ORDER_ALIGN_THREADS)
{
	uint64_t pieces = p.to_stride / sizeof(struct word_quad);
	uint64_t step = (uint64_t)grid_x() * ORDER_ALIGN_THREADS;
	uint64_t at = (uint64_t)block_x() * ORDER_ALIGN_THREADS + thread_index();

	for (; at < p.rows * pieces; at += step) {
		uint64_t row = at / pieces, byte = at % pieces * sizeof(struct word_quad);
		const uint8_t *from = p.from + row * p.from_stride + byte;
		uint64_t count = byte < p.row_bytes ? p.row_bytes - byte : 0;

		global_quad_set(p.to + row * p.to_stride + byte,
				p.unit == 4   ? piece_gather(from, count, 4)
				: p.unit == 2 ? piece_gather(from, count, 2)
					      : piece_gather(from, count, 1));
	}
}

/* A number of 2 or 4 bytes. */
DEVICE_FN uint32_t number_gather(const uint8_t *from, uint32_t size, uint32_t unit)
{
	uint32_t word = 0;

	if (unit == 4)
		return bytes_at(from, 4);
	for (uint32_t at = 0; at < size; at += unit)
		word |= (unit == 2 ? bytes_at(from + at, 2) : bytes_at(from + at, 1)) << 8 * at;
	return word;
}

/* The square is stored with a gap behind each row, so that neither rows nor columns share a bank.
 */
KERNEL(order_turn, ORDER_TURN_THREADS)
{
	enum { SIDE = ORDER_TURN_SIDE, PITCH = SIDE + 1 };
	SHARED uint32_t square[SIDE * PITCH];
	uint32_t across = thread_index() % SIDE, down = thread_index() / SIDE;
	uint64_t col = (uint64_t)block_x() * SIDE, row = (uint64_t)block_y() * SIDE;

	for (uint32_t i = down; i < SIDE; i += ORDER_TURN_THREADS / SIDE) {
		uint32_t number = 0;

		if (col + i < p.cols && row + across < p.rows)
			number = number_gather(p.from + (col + i) * p.from_stride +
						       (row + across) * p.size,
					       p.size, p.unit);
		square[i * PITCH + across] = number;
	}
	block_barrier();
	for (uint32_t i = down; i < SIDE; i += ORDER_TURN_THREADS / SIDE) {
		uint8_t *to = p.to + (row + i) * p.to_stride + (col + across) * p.size;
		uint32_t number = square[across * PITCH + i];

		if (row + i >= p.rows || (col + across) * p.size >= p.to_stride)
			continue;
		if (p.size == 4)
			*(uint32_t *)to = number;
		else
			*(uint16_t *)to = (uint16_t)number;
	}
}
