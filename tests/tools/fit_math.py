#!/usr/bin/env python3
"""Fit the polynomials of kernels/exact_math.h: weighted Remez exchange in 60 digits.

Each polynomial is fitted again after every rounding: the lowest coefficient is
rounded to binary32 and held, the others are refitted around it. Printed are C
hexadecimal constants and the bits for docs/numerics.md. Needs mpmath only.
"""
import struct

import mpmath as mp

mp.mp.dps = 60
GRID = 1500


def to_f32(x):
    """The nearest binary32 as an exact mpf (struct rounds a binary64, which is near enough to fit)."""
    return mp.mpf(struct.unpack("<f", struct.pack("<f", float(x)))[0])


def bits(x):
    return struct.unpack("<I", struct.pack("<f", float(x)))[0]


def solve(nodes, value, weight, powers):
    """Coefficients and levelled error of the polynomial that alternates on `nodes`."""
    rows = [[x**p for p in powers] + [(-1) ** i / weight(x)] for i, x in enumerate(nodes)]
    solution = mp.lu_solve(mp.matrix(rows), mp.matrix([value(x) for x in nodes]))
    return list(solution[: len(powers)]), abs(solution[len(powers)])


def extrema(grid, errors):
    """One index for each run of equal sign: where the error is largest."""
    found, start = [], 0
    for i in range(1, len(grid) + 1):
        if i == len(grid) or (errors[i] > 0) != (errors[start] > 0):
            found.append(max(range(start, i), key=lambda k: abs(errors[k])))
            start = i
    return found


def remez(value, weight, low, high, powers):
    count = len(powers) + 1
    middle, half = (low + high) / 2, (high - low) / 2
    nodes = [middle - half * mp.cos(mp.pi * (i + mp.mpf(1) / 2) / count) for i in range(count)]
    grid = [middle - half * mp.cos(mp.pi * i / GRID) for i in range(GRID + 1)]
    targets = [value(x) for x in grid]
    weights = [weight(x) for x in grid]
    for _ in range(12):
        coefficients, level = solve(nodes, value, weight, powers)
        errors = [
            w * (sum(c * x**p for c, p in zip(coefficients, powers)) - t)
            for x, t, w in zip(grid, targets, weights)
        ]
        peaks = extrema(grid, errors)
        while len(peaks) > count:
            peaks.pop(0 if abs(errors[peaks[0]]) < abs(errors[peaks[-1]]) else -1)
        worst = max(abs(e) for e in errors)
        if len(peaks) < count or worst < level * mp.mpf("1.0005"):
            break
        nodes = [grid[p] for p in peaks]
    return coefficients, worst


def fit(name, value, weight, low, high, degree):
    held, powers = [], list(range(degree + 1))
    while powers:
        rest = lambda x: value(x) - sum(c * x**i for i, c in enumerate(held))
        coefficients, worst = remez(rest, weight, low, high, powers)
        held.append(to_f32(coefficients[0]))
        powers.pop(0)
    print(f"{name}: degree {degree} on [{mp.nstr(low, 6)}, {mp.nstr(high, 6)}], "
          f"largest weighted error 2^{mp.nstr(mp.log(worst, 2), 5)}")
    for i, c in enumerate(held):
        print(f"    c{i}  {float(c).hex():>24}f  0x{bits(c):08x}")


def exp_rest(r):
    """(exp(r) - 1 - r) / r^2"""
    return mp.nsum(lambda k: r**k / mp.factorial(k + 2), [0, 30]) if abs(r) < 0.01 else (mp.expm1(r) - r) / r**2


def tanh_rest(z):
    """(tanh(x)/x - 1) / z with z = x^2"""
    x = mp.sqrt(z)
    return (mp.tanh(x) / x - 1) / z


def erf_rest(z):
    """erf(x)/x - 1 with z = x^2"""
    x = mp.sqrt(z)
    return mp.erf(x) / x - 1


def erfc_rest(t):
    """(ln(erfc(t)) + t) / t"""
    return mp.log(mp.erfc(t)) / t + 1


def main():
    tiny = mp.mpf("1e-8")
    half_ln2 = mp.log(2) / 2 * mp.mpf("1.0005")
    fit("exp: (exp(r) - 1 - r) / r^2 = c0 + c1 r + ...", exp_rest,
        lambda r: max(r * r, mp.mpf("1e-4")) / mp.exp(r), -half_ln2, half_ln2, 4)
    high = mp.mpf("0.625")
    fit("tanh: (tanh(x)/x - 1) / z = c0 + c1 z + ..., z = x^2", tanh_rest,
        lambda z: max(z, mp.mpf("1e-3")) * mp.sqrt(z) / mp.tanh(mp.sqrt(z)), tiny, high**2, 4)
    split = mp.mpf("0.921875")
    fit("erf near 0: erf(x)/x - 1 = c0 + c1 z + ..., z = x^2", erf_rest,
        lambda z: mp.sqrt(z) / mp.erf(mp.sqrt(z)), tiny, split**2, 6)
    fit("erf far from 0: (ln(erfc(t)) + t) / t = c0 + c1 t + ...", erfc_rest,
        lambda t: t * mp.erfc(t) / mp.erf(t), split, mp.mpf(4), 7)
    ln2 = mp.log(2)
    print("ln2 high", float(mp.floor(ln2 * 2**16) / 2**16).hex())
    rest = to_f32(ln2 - mp.floor(ln2 * 2**16) / 2**16)
    print("ln2 low ", float(rest).hex(), f"0x{bits(rest):08x}")
    for name, x in (("1/ln2", 1 / ln2), ("sqrt(1/2)", mp.sqrt(mp.mpf(1) / 2)), ("sqrt(2/pi)", mp.sqrt(2 / mp.pi)), ("0.044715", mp.mpf("0.044715"))):
        print(name, float(to_f32(x)).hex(), f"0x{bits(x):08x}")


if __name__ == "__main__":
    main()
