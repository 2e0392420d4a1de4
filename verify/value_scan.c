/*
 * value_scan: NaN, infinity and zero by the bits of each format.
 *
 * Blocks are first asked as a whole, in loops that a compiler turns into vectors: is there an
 * element that is not finite, is there one that is not zero? Only blocks with the first are counted
 * element by element.
 */
#include "verify/value_scan.h"

#include <string.h>

enum { BLOCK_BYTES = 4096 };

/* The bits of a format: which make the exponent, and which tell that all of them set is no number.
 */
struct layout {
	uint64_t sign;     /* the bit, or 0 */
	uint64_t exponent; /* what all set means: not finite; 0: the format has no such values */
	uint64_t infinity; /* magnitude of infinity; 0: the format has none */
	uint64_t
		only_nan; /* where NaN is one pattern: its magnitude, or with its sign; 0: not so */
	bool nan_has_sign; /* only_nan is compared with the sign */
};

static struct layout layout_of(enum dtype dtype)
{
	switch (dtype) {
	case DTYPE_F64:
		return (struct layout){ UINT64_C(1) << 63, UINT64_C(0x7ff) << 52,
					UINT64_C(0x7ff) << 52, 0, false };
	case DTYPE_F32:
	case DTYPE_C64: /* two of them an element */
		return (struct layout){ UINT64_C(1) << 31, 0x7f800000, 0x7f800000, 0, false };
	case DTYPE_BF16:
		return (struct layout){ 0x8000, 0x7f80, 0x7f80, 0, false };
	case DTYPE_F16:
		return (struct layout){ 0x8000, 0x7c00, 0x7c00, 0, false };
	case DTYPE_F8_E5M2:
		return (struct layout){ 0x80, 0x7c, 0x7c, 0, false };
	case DTYPE_F8_E4M3:
		return (struct layout){ 0x80, 0x7f, 0, 0x7f, false };
	case DTYPE_F8_E4M3FNUZ:
	case DTYPE_F8_E5M2FNUZ:
		return (struct layout){ 0, 0x80, 0, 0x80, true };
	case DTYPE_F8_E8M0:
		return (struct layout){ 0, 0xff, 0, 0xff, true };
	default:
		return (struct layout){ 0 };
	}
}

/* Is the element something else than a finite number? */
static bool is_odd(const struct layout *layout, uint64_t bits)
{
	if (layout->nan_has_sign)
		return bits == layout->only_nan;
	return layout->exponent && (bits & layout->exponent) == layout->exponent;
}

#define ASK(type)                                                                                  \
	static void ask_##type(const struct layout *layout, const uint8_t *bytes, size_t count,    \
			       bool *out_odd, bool *out_other)                                     \
	{                                                                                          \
		const type exponent = (type)layout->exponent;                                      \
		const type magnitude = (type)~layout->sign;                                        \
		const type only = layout->nan_has_sign ? (type)layout->only_nan : 0;               \
		const type mask = layout->nan_has_sign ? (type) ~(type)0 : exponent;               \
		const type odd_is = layout->nan_has_sign ? only : exponent;                        \
		type odd = 0, other = 0;                                                           \
                                                                                                   \
		for (size_t i = 0; i < count; i++) {                                               \
			type element;                                                              \
                                                                                                   \
			memcpy(&element, bytes + i * sizeof(element), sizeof(element));            \
			odd |= (type)((type)(element & mask) == odd_is);                           \
			other |= (type)(element & magnitude);                                      \
		}                                                                                  \
		*out_odd = odd && odd_is;                                                          \
		*out_other = other != 0;                                                           \
	}

ASK(uint8_t)
ASK(uint16_t)
ASK(uint32_t)
ASK(uint64_t)

static void ask(const struct layout *layout, unsigned width, const uint8_t *bytes, size_t count,
		bool *out_odd, bool *out_other)
{
	switch (width) {
	case 8:
		ask_uint64_t(layout, bytes, count, out_odd, out_other);
		break;
	case 4:
		ask_uint32_t(layout, bytes, count, out_odd, out_other);
		break;
	case 2:
		ask_uint16_t(layout, bytes, count, out_odd, out_other);
		break;
	default:
		ask_uint8_t(layout, bytes, count, out_odd, out_other);
		break;
	}
}

static uint64_t element_at(const uint8_t *bytes, unsigned width)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < width; i++)
		bits |= (uint64_t)bytes[i] << 8 * i;
	return bits;
}

static void count(const struct layout *layout, unsigned width, const uint8_t *bytes, size_t many,
		  uint64_t place, struct value_scan *scan)
{
	for (size_t i = 0; i < many; i++) {
		uint64_t bits = element_at(bytes + i * width, width);

		if (!is_odd(layout, bits))
			continue;
		if (layout->infinity && (bits & ~layout->sign) == layout->infinity)
			scan->infinite++;
		else
			scan->nan++;
		if (scan->first == UINT64_MAX)
			scan->first = place + i;
	}
}

void value_scan(enum dtype dtype, struct span bytes, struct value_scan *out_scan)
{
	struct layout layout = layout_of(dtype);
	unsigned width = dtype == DTYPE_C64 ? 4 : dtype_bits(dtype) / 8;
	struct value_scan scan = { .first = UINT64_MAX, .zero = true };

	if (!width)
		width = 1; /* below a byte: bytes that are zero, or not */
	scan.elements = bytes.len / width;
	for (size_t at = 0; at + width <= bytes.len; at += BLOCK_BYTES) {
		size_t rest = bytes.len - at;
		size_t many = (rest < BLOCK_BYTES ? rest : BLOCK_BYTES) / width;
		bool odd, other;

		ask(&layout, width, bytes.data + at, many, &odd, &other);
		scan.zero = scan.zero && !other;
		if (odd)
			count(&layout, width, bytes.data + at, many, at / width, &scan);
	}
	if (dtype == DTYPE_F8_E8M0)
		scan.zero = !scan.elements; /* powers of two only */
	*out_scan = scan;
}
