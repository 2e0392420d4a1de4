"""Binary32 arithmetic (rules 1, 3 and 4): the operations that IEEE 754 rounds correctly, and the fixed orders.

numpy rounds +, -, *, / and sqrt of float32 arrays correctly; what it lacks is the fused multiply-add.
Arrays stay arrays of float32 throughout: everything here takes and gives numpy float32.
"""
import numpy as np

F32 = np.float32
LANES = 32


def from_bits(bits):
    """The binary32 that 0xHHHHHHHH spells; an array for an array."""
    return np.asarray(bits, dtype=np.uint32).view(np.float32)[()]


def to_bits(values):
    return np.asarray(values, dtype=np.float32).view(np.uint32)


def fma(a, b, c):
    """RN32(a*b + c): the product is exact in binary64, the sum is rounded to odd there, the conversion rounds once."""
    with np.errstate(all="ignore"):
        product = np.asarray(a, np.float64) * np.asarray(b, np.float64)
        c = np.asarray(c, np.float64)
        total = product + c
        back = total - product
        error = (product - (total - back)) + (c - back)  # TwoSum: total + error is the exact sum
        bits = total.view(np.int64)
        odd = (error != 0) & ((bits & 1) == 0) & np.isfinite(total)
        away = (error > 0) == (total > 0)
        return np.where(odd, bits + np.where(away, 1, -1), bits).view(np.float64).astype(np.float32)


def chain(x, w):
    """y[m][n]: the chain over k of x[m][k] and w[n][k], k ascending from +0 (rule 3)."""
    sums = np.zeros((x.shape[0], w.shape[0]), np.float32)
    for k in range(x.shape[1]):
        sums = fma(x[:, k, None], w[None, :, k], sums)
    return sums


def linear(x, w, bias=None):
    y = chain(x, w)
    return y if bias is None else y + bias


def tree(lanes, join):
    half = LANES // 2
    while half:
        lanes = join(lanes[..., :half], lanes[..., half:2 * half])
        half //= 2
    return lanes[..., 0]


def over_lanes(x, start, step, join):
    """The 32 lanes of rule 4 over the last axis."""
    lanes = np.full(x.shape[:-1] + (LANES,), start, np.float32)
    for begin in range(0, x.shape[-1], LANES):
        part = x[..., begin:begin + LANES]
        width = part.shape[-1]
        lanes[..., :width] = step(lanes[..., :width], part)
    return tree(lanes, join)


def lane_sum(x):
    return over_lanes(x, 0, lambda lane, part: lane + part, lambda a, b: a + b)


def lane_sum_of_squares(x):
    return over_lanes(x, 0, lambda lane, part: fma(part, part, lane), lambda a, b: a + b)


def maximum(x):
    def greater(lane, part):
        return np.where(part > lane, part, lane)
    return over_lanes(x, -np.inf, greater, greater)
