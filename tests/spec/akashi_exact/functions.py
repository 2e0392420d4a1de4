"""The functions of rule 8."""
import numpy as np

from . import binary32
from .binary32 import F32, fma, from_bits

EXP = (0x3ab561b5, 0x3c091ed3, 0x3d2aac2c, 0x3e2aaa46, 0x3efffffe, 0x3f800000, 0x3f800000)
TANH = (0xbbba8671, 0x3ca8fc67, 0xbd5c1ad2, 0x3e08837b, 0xbeaaaa99)
ERF_NEAR = (0x38a7ab16, 0xba530361, 0x3baa24f2, 0xbcdc008c, 0x3de716b2, 0xbec093a0, 0x3e0375d4)
ERF_FAR = (0xb6a4925e, 0x383d7710, 0x3858b6f7, 0xbb40684d, 0x3cb9d29f, 0xbdd7989a, 0xbf22b80a, 0xbe03a354)


def horner(coefficients, x):
    value = np.full(np.shape(x), from_bits(coefficients[0]), np.float32)
    for bits in coefficients[1:]:
        value = fma(value, x, from_bits(bits))
    return value


def signed(size, x):
    """size with the sign bit of x: the results here are never negative before it."""
    return np.copysign(size, x)


def exp(x):
    x = np.asarray(x, np.float32)
    high, low = x > from_bits(0x42b17217), x < from_bits(0xc2cff1b4)
    x = np.where(high | low, F32(0), x)
    magic = from_bits(0x4b400000)
    n = (x * from_bits(0x3fb8aa3b) + magic) - magic
    r = fma(n, from_bits(0xbf317200), x)
    r = fma(n, from_bits(0xb5bfbe8e), r)
    whole = n.astype(np.int32)
    half = whole >> 1  # floor
    with np.errstate(over="ignore", under="ignore"):
        value = (horner(EXP, r) * np.ldexp(F32(1), half)) * np.ldexp(F32(1), whole - half)
    return np.where(high, F32(np.inf), np.where(low, F32(0), value))


def tanh(x):
    x = np.asarray(x, np.float32)
    a = np.abs(x)
    near = np.where(a < from_bits(0x3f200000), a, F32(0))
    z = near * near
    small = fma(horner(TANH, z) * z, near, near)
    far = np.where(a > 10, F32(10), a)
    large = F32(1) - F32(2) / (exp(far + far) + F32(1))
    return signed(np.where(a < from_bits(0x3f200000), small, large), x)


def erf(x):
    x = np.asarray(x, np.float32)
    a = np.abs(x)
    inner = a <= from_bits(0x3f6c0000)
    near = np.where(inner, a, F32(0))
    small = fma(horner(ERF_NEAR, near * near), near, near)
    far = np.where(a > 4, F32(4), a)
    large = F32(1) - exp(fma(horner(ERF_FAR, far), far, -far))
    return signed(np.where(inner, small, large), x)


def sigmoid(x):
    e = exp(-np.abs(x))
    return np.where(x < 0, e, F32(1)) / (F32(1) + e)


def silu(x):
    e = exp(-np.abs(x))
    return (x * np.where(x < 0, e, F32(1))) / (F32(1) + e)


def gelu(x):
    return (F32(0.5) * x) * (F32(1) + erf(x * from_bits(0x3f3504f3)))


def gelu_tanh(x):
    u = fma(from_bits(0x3d372713) * (x * x), x, x)
    return (F32(0.5) * x) * (F32(1) + tanh(from_bits(0x3f4c422a) * u))


def relu(x):
    return np.where(x > 0, x, F32(0))


def clip(x, limit):
    return np.where(x > limit, limit, np.where(x < -limit, -limit, x))


def softmax(x):
    """Rule 6, step 3, over the last axis."""
    e = exp(x - binary32.maximum(x)[..., None])
    return e / binary32.lane_sum(e)[..., None]
