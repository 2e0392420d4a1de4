"""The interpreter's binary32 against whole numbers of any size (exact.py): hard cases, and some hundred thousand drawn ones."""
import random
import time

from common import check, finish, np

import exact
from akashi_ptx import arithmetic

DRAWN = 60000
EDGES = [0, 1, 2, 3, 0x7fffff, 0x7ffffe, 0x800000, 0x800001, 0x807fff, 0xffffff, 0x1000000, 0x00c00000, 0x33800000, 0x33800001,
         0x34000000, 0x3e800000, 0x3f000000, 0x3effffff, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x3f800800, 0x3fffffff, 0x40000000,
         0x40490fdb, 0x4b000000, 0x4b7fffff, 0x4b800000, 0x4f000000, 0x5f000000, 0x5f3504f3, 0x1f800000, 0x20000000, 0x7e800000,
         0x7f000000, 0x7f7ffffe, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fc00000]
EDGES += [bits | 0x80000000 for bits in EDGES]


def drawn(draw):
    """A binary32 of any kind, often near an edge of the format."""
    kind = draw.random()
    if kind < 0.1:
        return draw.choice(EDGES)
    bits = draw.getrandbits(32)
    if kind < 0.3:
        return bits & 0x80ffffff  # subnormal, or nearly
    if kind < 0.5:
        return bits & 0x80000000 | 0x3f000000 + (bits & 0xffffff)  # near 1
    if kind < 0.6:
        return bits & 0xfffff000  # few digits: exact results and ties
    return bits


def traps():
    """Triples whose exact result lies a hair beside a tie, or on one: what rounding twice gets wrong."""
    near_one = [0x3f800000 + n for n in (0, 1, 2, 0x800, 0x801, 0x1000)]
    found = []
    for a in near_one:
        for b in near_one:
            for exponent in (-160, -126, -100, -80, -60, -30, -26, -25, -24, -23):
                for c in ((exponent + 127 << 23) if exponent >= -126 else 1 << exponent + 160, ):
                    found += [(a, b, c), (a, b, c | 0x80000000), (a | 0x80000000, b, c)]
    # c is large, the product is half of its last place, or nearly
    for c in (0x3f800000, 0x3f800001, 0x3fffffff, 0x4b7fffff):
        half = (c >> 23) - 24 << 23
        found += [(half + d, 0x3f800000 + f, c | s) for d in (-1, 0, 1) for f in (-1, 0, 1) for s in (0, 0x80000000)]
    # results around and below the smallest normal number; halves of the smallest subnormal
    for a in (0x00800000, 0x00ffffff, 0x00800001, 0x1f800000, 0x1fffffff, 0x1f800001, 0x20000001):
        for b in (0x3f000000, 0x3f7fffff, 0x3e800001, 0x1fffffff, 0x1f7fffff, 0x1f000001, 0x3f800001):
            found += [(a, b, c | s) for c in (0, 1, 2, 0x400000, 0x7fffff, 0x800000) for s in (0, 0x80000000)]
    for n in range(1, 40):  # 2^-150 and its neighbours, added to few and to many bits
        found += [(n, 0x3f000000, c | s) for c in (0, 1, 2, 0x00800000, 0x00800001) for s in (0, 0x80000000)]
        found += [(0x1a000000, 0x1a000000 + n, c | s) for c in (0, 1, 2, 0x00800000) for s in (0, 0x80000000)]
    # at the upper end
    for a in (0x7f7fffff, 0x7f7ffffe, 0x7f000000):
        found += [(a, b, c | s) for b in (0x3f800000, 0x3f800001, 0x40000000) for c in (0x73000000, 0x72ffffff, 0x73800000, 0x7f7fffff)
                  for s in (0, 0x80000000)]
    return found


def cancelling(draw):
    """c is nearly -a*b."""
    a, b = drawn(draw), drawn(draw)
    c = exact.mul(a, b) ^ 0x80000000
    return a, b, c + draw.randrange(-2, 3) & 0xffffffff


def compare(name, operands):
    columns = [np.array(column, np.uint32).view(np.float32) for column in zip(*operands)]
    with np.errstate(all="ignore"):
        got = getattr(arithmetic, name)(*columns).view(np.uint32)
    reference = getattr(exact, name)
    for bits, one in zip(operands, got):
        want = reference(*bits)
        if one != want:
            check(f"{name} of {', '.join(f'{x:08x}' for x in bits)}: {one:08x}, not {want:08x}", False)
    return len(operands)


def floats(draw):
    count = compare("fma", traps())
    count += compare("fma", [cancelling(draw) for _ in range(DRAWN)])
    count += compare("fma", [(drawn(draw), drawn(draw), drawn(draw)) for _ in range(DRAWN)])
    count += compare("fma", [(a, b, c) for a in EDGES[::3] for b in EDGES for c in EDGES[::2]])
    pairs = [(a, b) for a in EDGES for b in EDGES]
    for name in ("add", "sub", "mul", "div"):
        count += compare(name, pairs + [(drawn(draw), drawn(draw)) for _ in range(DRAWN // 2)])
    singles = [(a,) for a in EDGES] + [(drawn(draw),) for _ in range(DRAWN)]
    count += compare("sqrt", singles)
    count += compare("reciprocal", singles)
    return count


def conversions(draw):
    count = 0
    for dtype in (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64):
        info = np.iinfo(dtype)
        low, high = int(info.min), int(info.max)
        numbers = [low, high, 0, 1, high - 1, high >> 1]
        numbers += [sign * ((1 << n) + d) for n in range(8, info.bits) for d in (-1, 0, 1) for sign in (1, -1)]
        numbers += [(1 << 24) * k + d << s for k in (1, 2, 3) for d in (-1, 0, 1) for s in range(0, 38, 3)]
        numbers += [(0x1000001 << s) + d for s in range(0, 39) for d in (-1, 0, 1)]  # ties, and a hair beside them
        numbers = [n for n in numbers if low <= n <= high] + [draw.randint(low, high) for _ in range(3000)]
        got = arithmetic.integer_to_float(np.array(numbers, dtype), "rn").view(np.uint32)
        for n, one in zip(numbers, got):
            check(f"the float of {n} ({dtype.__name__})", one == exact.from_integer(n))
        if info.bits <= 32:
            directed(numbers, dtype)
        if info.bits >= 16:
            count += to_integers(draw, dtype, low, high)
        count += len(numbers)
    return count


def directed(numbers, dtype):
    for mode in ("rz", "rm", "rp"):
        got = arithmetic.integer_to_float(np.array(numbers, dtype), mode)
        for n, one, near in zip(numbers, got, np.array(numbers, np.float64).astype(np.float32)):
            # of the numbers around n, the next to it on the side that the mode names
            around = sorted({float(near), float(np.nextafter(near, np.float32(np.inf))), float(np.nextafter(near, np.float32(-np.inf)))})
            down = mode == "rm" or mode == "rz" and n >= 0
            want = max(x for x in around if x <= n) if down else min(x for x in around if x >= n)
            check(f"the float of {n} by {mode}", float(one) == want)


def to_integers(draw, dtype, low, high):
    bits = [b for b in EDGES if not exact.is_nan(b)] + [exact.from_integer(n) for n in (low, high, low + 1, high - 1)]
    bits += [exact.encode(s, m, -1) for m in range(12) for s in (0, 1)]  # halves
    bits += [b for b in (drawn(draw) for _ in range(2000)) if not exact.is_nan(b)]
    values = np.array(bits, np.uint32).view(np.float32)
    for mode in ("rni", "rzi", "rmi", "rpi"):
        with np.errstate(all="ignore"):
            got = arithmetic.float_to_integer(values, mode, dtype)
        for b, one in zip(bits, got):
            check(f"{b:08x} to {dtype.__name__} by {mode}", int(one) == exact.to_integer(b, low, high, mode))
    nan = arithmetic.float_to_integer(np.array([0x7fc00000], np.uint32).view(np.float32), "rzi", dtype)
    check(f"a NaN to {dtype.__name__}", int(nan[0]) == (0 if np.iinfo(dtype).bits < 64 else low or 1 << 63))
    return 4 * len(bits)


def mutants(draw):
    """Would this check notice? Fused operations that round twice, or flush, or contract must differ from exact.py."""
    triples = traps() + [cancelling(draw) for _ in range(2000)]
    a, b, c = (np.array(column, np.uint32).view(np.float32) for column in zip(*triples))
    want = np.array([exact.fma(*bits) for bits in triples], np.uint32)
    with np.errstate(all="ignore"):
        twice = (a.astype(np.float64) * b + c).astype(np.float32)
        apart = a * b + c
        flushed = np.where(np.abs(arithmetic.fma(a, b, c)) < np.float32(2) ** -126, np.float32(0), arithmetic.fma(a, b, c))
    for name, wrong in (("rounded twice", twice), ("in two steps", apart), ("flushed", flushed)):
        check(f"a product and sum that is {name} is noticed", (arithmetic.number(wrong).view(np.uint32) != want).any())


def main():
    draw, before = random.Random(14), time.monotonic()
    count = floats(draw) + conversions(draw)
    mutants(draw)
    finish(f"{count} results agree with whole numbers, {time.monotonic() - before:.1f} s")


if __name__ == "__main__":
    main()
