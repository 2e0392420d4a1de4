"""The arithmetic of PTX on numpy arrays: binary32 by IEEE 754, rounded to nearest even, subnormals kept; integers that wrap.

numpy rounds +, -, *, / and sqrt of float32 arrays correctly; the rest is here. Callers switch numpy's warnings off.
"""
import numpy as np

F32, F64 = np.float32, np.float64
U16, U32, U64, S32, S64 = np.uint16, np.uint32, np.uint64, np.int32, np.int64
NAN = np.array(0x7fffffff, U32).view(F32)[()]  # the one NaN that a device's arithmetic makes

# Of a binary64: the 29 bits that binary32 has not, half of a last place of binary32, and 2^-126, doubled to lose the sign.
TAIL, HALF = U64(0x3fffffff), U64(0x20000000)
TINY = U64(2 * 0x3810000000000000)
ONE = U64(1)


def number(x):
    """x, any NaN in it made the device's."""
    bad = np.isnan(x)
    return np.where(bad, NAN, x) if np.count_nonzero(bad) else x


def add(a, b):
    return number(a + b)


def sub(a, b):
    return number(a - b)


def mul(a, b):
    return number(a * b)


def div(a, b):
    return number(a / b)


def sqrt(a):
    return number(np.sqrt(a))


def reciprocal(a):
    return number(F32(1) / a)


def fma(a, b, c):
    """RN32(a*b + c), rounded once.

    The product is exact in binary64. RN32 of the rounded sum is right unless the sum lies halfway between two numbers of
    binary32 (rounding is monotone, and the halves are numbers of binary64); the few that may are done again with the sum
    rounded to odd. Below 2^-126 the halves lie elsewhere, so all of those are done again.
    """
    product = np.multiply(a, b, dtype=F64)
    total = product + c
    doubled = total.view(U64) << ONE
    doubt = (doubled & TAIL) == HALF
    doubt |= doubled - ONE < TINY
    result = total.astype(F32)
    if np.count_nonzero(doubt):
        result = np.where(doubt, to_odd(product, np.asarray(c, F64), total), result)
    return number(result)


def to_odd(product, c, total):
    """RN32 of the exact sum of two binary64, of which `total` is the rounded sum."""
    back = total - product
    lost = (product - (total - back)) + (c - back)  # TwoSum: total + lost is exact
    bits = total.view(S64)
    even = (lost != 0) & ((bits & 1) == 0) & np.isfinite(total)
    outward = (lost > 0) == (total > 0)
    return np.where(even, bits + np.where(outward, 1, -1), bits).view(F64).astype(F32)


def neg(a):
    return (np.asarray(a, F32).view(U32) ^ U32(0x80000000)).view(F32)


def absolute(a):
    return (np.asarray(a, F32).view(U32) & U32(0x7fffffff)).view(F32)


def minimum(a, b):
    """A number rather than a NaN; -0 is less than +0."""
    less = np.where(a == b, np.signbit(a), a < b)
    return number(np.where(np.isnan(b) | less, a, b))


def maximum(a, b):
    more = np.where(a == b, np.signbit(b), a > b)
    return number(np.where(np.isnan(b) | more, a, b))


# ---- Conversions ----

TO_INTEGER = {"rni": np.rint, "rzi": np.trunc, "rmi": np.floor, "rpi": np.ceil}


def float_to_float(a, mode):
    """cvt.rXi.f32.f32: a whole number, its zero signed as the operand."""
    return number(np.copysign(TO_INTEGER[mode](a), a))


def float_to_integer(a, mode, dtype):
    """Rounded, then held within the type; a NaN becomes 0 in 32 bits and less, the top bit alone in 64."""
    info = np.iinfo(dtype)
    whole = TO_INTEGER[mode](np.asarray(a, F64))
    bad = np.isnan(whole)
    low, high = whole <= float(info.min), whole >= float(info.max)
    result = np.where(low | high | bad, 0, whole).astype(dtype)
    result = np.where(low, dtype(info.min), np.where(high, dtype(info.max), result))
    top = dtype(0) if info.bits < 64 else (U64(1 << 63) if info.min == 0 else S64(info.min))
    return np.where(bad, top, result)


def integer_to_float(a, mode):
    """cvt.rX.f32.INTEGER; the directed modes for up to 32 bits, which binary64 holds exactly."""
    a = np.asarray(a)
    if a.dtype.itemsize == 8:
        return wide_to_float(a)
    exact = a.astype(F64)
    result = exact.astype(F32)
    if mode == "rn":
        return result
    off = result.astype(F64)
    if mode == "rz":
        wrong, toward = np.abs(off) > np.abs(exact), F32(0)
    elif mode == "rm":
        wrong, toward = off > exact, F32(-np.inf)
    else:
        wrong, toward = off < exact, F32(np.inf)
    return np.where(wrong, np.nextafter(result, toward), result)


def wide_to_float(a):
    """RN32 of 64-bit integers: the lowest 11 bits are gathered into one that sticks, then binary64 is exact."""
    negative = a < 0 if a.dtype == S64 else np.zeros(a.shape, bool)
    size = np.where(negative, U64(0) - a.view(U64), a.view(U64))
    low = size & U64(0x7ff)
    sticky = (size - low) | (U64(0x400) * (low != 0)).astype(U64)
    exact = np.where(size < U64(1 << 53), size, sticky).astype(F64).astype(F32)
    return np.where(negative, neg(exact), exact)


# ---- Integers ----

def mul_high(a, b):
    """The upper half of the product, signed or not by the type."""
    a, b = np.broadcast_arrays(a, b)
    if a.dtype.itemsize < 8:
        wide = S64 if a.dtype.kind == "i" else U64
        return (a.astype(wide) * b.astype(wide) >> wide(8 * a.dtype.itemsize)).astype(a.dtype)
    x, y = a.view(U64), b.view(U64)
    low, shift = U64(0xffffffff), U64(32)
    x0, x1, y0, y1 = x & low, x >> shift, y & low, y >> shift
    middle = x1 * y0 + (x0 * y0 >> shift)
    high = x1 * y1 + (middle >> shift) + ((x0 * y1 + (middle & low)) >> shift)
    if a.dtype.kind == "i":
        high = high - np.where(a < 0, y, U64(0)) - np.where(b < 0, x, U64(0))
    return high.view(a.dtype)


def divide(a, b):
    """The quotient toward zero and the remainder with the sign of a. No b is 0."""
    a, b = np.broadcast_arrays(a, b)
    remainder = np.fmod(a, b)
    return (a - remainder) // b, remainder


def shift_left(a, by):
    """By more than the size: 0."""
    size = 8 * a.dtype.itemsize
    return np.where(by < size, a << np.minimum(by, size - 1).astype(a.dtype), a.dtype.type(0))


def shift_right(a, by):
    """Of a signed type with its sign; by more than the size: all sign."""
    size = 8 * a.dtype.itemsize
    if a.dtype.kind == "i":
        return a >> np.minimum(by, size - 1).astype(a.dtype)
    return np.where(by < size, a >> np.minimum(by, size - 1).astype(a.dtype), a.dtype.type(0))


def funnel(a, b, by, left, wrap):
    """shf: 32 bits of b:a after a shift."""
    pair = np.asarray(b).astype(U64) << U64(32) | np.asarray(a).astype(U64)
    by = (by & U32(31) if wrap else np.minimum(by, U32(32))).astype(U64)
    return (pair << by >> U64(32) if left else pair >> by).astype(U32)


def byte_permute(a, b, selector):
    pair = np.asarray(b).astype(U64) << U64(32) | np.asarray(a).astype(U64)
    result = np.zeros(np.broadcast_shapes(pair.shape, np.shape(selector)), U32)
    for i in range(4):
        nibble = (selector >> U32(4 * i)).astype(U64) & U64(15)
        byte = pair >> (nibble & U64(7)) * U64(8) & U64(0xff)
        byte = np.where(nibble & U64(8), np.where(byte & U64(0x80), U64(0xff), U64(0)), byte)
        result |= byte.astype(U32) << U32(8 * i)
    return result


def logic3(a, b, c, table):
    """lop3: bit (a,b,c) of the table for each bit."""
    result = U32(0)
    for i in range(8):
        if table >> i & 1:
            result = result | (a if i & 4 else ~a) & (b if i & 2 else ~b) & (c if i & 1 else ~c)
    return result


def bit_reverse(a):
    for shift, mask in ((1, 0x5555555555555555), (2, 0x3333333333333333), (4, 0x0f0f0f0f0f0f0f0f)):
        shift, mask = a.dtype.type(shift), a.dtype.type(mask & np.iinfo(a.dtype).max)
        a = a >> shift & mask | (a & mask) << shift
    return a.byteswap()


def bit_count(a):
    """32 bits for any type."""
    octets = np.ascontiguousarray(a).view(np.uint8).reshape(a.shape + (a.dtype.itemsize,))
    return np.unpackbits(octets, axis=-1).sum(-1).astype(U32)


def highest_bit(a):
    """bfind of an unsigned type: the position of the highest bit that is set, 0xffffffff of 0."""
    result = np.full(a.shape, 0xffffffff, U32)
    for i in range(8 * a.dtype.itemsize):
        result = np.where(a >> a.dtype.type(i) & a.dtype.type(1), U32(i), result)
    return result


def extract(a, position, length):
    """bfe: bits from `position` on; of a signed type the highest one that is taken fills up."""
    size = 8 * a.dtype.itemsize
    position, length = position & U32(255), length & U32(255)
    bits = a.view(np.dtype(f"u{a.dtype.itemsize}"))
    one, zero = bits.dtype.type(1), bits.dtype.type(0)
    mask = np.where(length >= size, ~zero, shift_left(one, np.minimum(length, size)) - one)
    field = shift_right(bits, position) & mask
    if a.dtype.kind == "i":
        last = np.minimum(position + length - U32(1), U32(size - 1))
        sign = shift_right(bits, last) & one
        field = np.where((sign != 0) & (length > 0), field | ~mask_below(mask, position, size), field)
    return field.view(a.dtype)


def mask_below(mask, position, size):
    """The part of a field's mask that the number has bits for."""
    left = np.where(position < size, U32(size) - np.minimum(position, U32(size)), U32(0))
    return mask & np.where(left >= size, ~mask.dtype.type(0), shift_left(mask.dtype.type(1), left) - mask.dtype.type(1))


def insert(a, b, position, length):
    """bfi: `length` bits of a go into b at `position`."""
    size = 8 * a.dtype.itemsize
    position, length = position & U32(255), length & U32(255)
    one, zero = a.dtype.type(1), a.dtype.type(0)
    mask = np.where(length >= size, ~zero, shift_left(one, np.minimum(length, size)) - one)
    mask = shift_left(mask, position)
    return b & ~mask | shift_left(a, position) & mask
