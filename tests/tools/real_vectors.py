#!/usr/bin/env python3
"""Write tests/kernels/real_vectors.h: correctly rounded constants, from mpmath in 80 digits.

Every value of the profile that is "the binary32 nearest to the real number" is computed here a
second time, by other code with other methods, from the formulas of docs/numerics.md. Needs mpmath only.
"""
import random
import struct
import sys

import mpmath as mp

mp.mp.dps = 80


def f32(bits):
    return mp.mpf(struct.unpack("<f", struct.pack("<I", bits))[0])


def bits_of(x):
    return struct.unpack("<I", struct.pack("<f", float(x)))[0]


def as_f32(text):
    """A number of config.json: nearest binary64, then nearest binary32."""
    return bits_of(float(text))


def round_f32(x):
    """The bits of the binary32 nearest to the real x, ties to even."""
    if x == 0:
        return 0
    sign = 0x80000000 if x < 0 else 0
    x = abs(x)
    exponent = max(int(mp.floor(mp.log(x, 2))), -126)
    if mp.ldexp(1, exponent) > x and exponent > -126:
        exponent -= 1
    scaled = mp.ldexp(x, 23 - exponent)
    whole = int(mp.floor(scaled))
    rest = scaled - whole
    if rest > 0.5 or (rest == 0.5 and whole & 1):
        whole += 1
    return sign | (whole + ((exponent + 126) << 23))


def linear(p, c, i):
    return p / c["factor"]


def llama3(p, c, i):
    turns = c["context"] * p / (2 * mp.pi)
    if turns > c["high"]:
        return p
    if turns < c["low"]:
        return p / c["factor"]
    smooth = (turns - c["low"]) / (c["high"] - c["low"])
    return (1 - smooth) * p / c["factor"] + smooth * p


def yarn(p, c, i):
    def dimension(turns):
        return c["dim"] * mp.log(c["context"] / (turns * 2 * mp.pi)) / (2 * mp.log(c["theta"]))

    low, high = dimension(c["fast"]), dimension(c["slow"])
    if c["truncate"]:
        low, high = mp.floor(low), mp.ceil(high)
    low, high = max(low, 0), min(high, c["dim"] - 1)
    if low == high:
        high += mp.mpf(1) / 1000
    ramp = min(max((i - low) / (high - low), 0), 1)
    return p / c["factor"] * ramp + p * (1 - ramp)


def longrope(p, c, i):
    """The factors of a test: 1 + i/8 up to the original context, 1 + i*i/4 beyond it."""
    beyond = c["length"] > c["context"]
    return p / (1 + mp.mpf(i * i) / 4 if beyond else 1 + mp.mpf(i) / 8)


def longrope_factor(c):
    if c["attention"] or c["factor"] <= 1:
        return c["attention"] or 1
    return mp.sqrt(1 + mp.log(c["factor"]) / mp.log(c["context"]))


def yarn_factor(c):
    def mscale(m):
        return m * mp.log(c["factor"]) / 10 + 1

    if c["attention"]:
        return c["attention"]
    if c["mscale"] and c["mscale_all"]:
        return mscale(c["mscale"]) / mscale(c["mscale_all"])
    return mscale(1)


def frequencies(c):
    theta = c["theta"]
    if c["scaling"] == "DYNAMIC":
        length = max(c["length"], c["context"])
        theta *= (c["factor"] * length / c["context"] - (c["factor"] - 1)) ** (mp.mpf(c["dim"]) / (c["dim"] - 2))
    scale = {"LINEAR": linear, "LLAMA3": llama3, "YARN": yarn, "LONGROPE": longrope}.get(c["scaling"], lambda p, c, i: p)
    return [round_f32(scale(theta ** (-mp.mpf(2 * i) / c["dim"]), c, i)) for i in range(c["dim"] // 2)]


CASES = [
    # scaling, dim, theta, factor, context, length, low, high, fast, slow, truncate, attention, mscale, mscale_all
    ("PLAIN", 64, "10000", "1", 0, 0, "0", "0", "0", "0", 0, "0", "0", "0"),
    ("PLAIN", 128, "500000", "1", 0, 0, "0", "0", "0", "0", 0, "0", "0", "0"),
    ("PLAIN", 20, "1000000.0", "1", 0, 0, "0", "0", "0", "0", 0, "0", "0", "0"),
    ("PLAIN", 2, "1.5", "1", 0, 0, "0", "0", "0", "0", 0, "0", "0", "0"),
    ("LINEAR", 64, "10000", "2.5", 0, 0, "0", "0", "0", "0", 0, "0", "0", "0"),
    ("DYNAMIC", 32, "10000", "4", 2048, 100, "0", "0", "0", "0", 0, "0", "0", "0"),
    ("DYNAMIC", 32, "10000", "4", 2048, 5000, "0", "0", "0", "0", 0, "0", "0", "0"),
    ("LLAMA3", 128, "500000", "8", 8192, 0, "1", "4", "0", "0", 0, "0", "0", "0"),
    ("LLAMA3", 64, "500000", "32", 8192, 0, "1.0", "4.0", "0", "0", 0, "0", "0", "0"),
    ("YARN", 128, "10000", "16", 4096, 0, "0", "0", "32", "1", 1, "0", "0", "0"),
    ("YARN", 64, "1000000", "4", 32768, 0, "0", "0", "32", "1", 1, "1.15", "0", "0"),
    ("YARN", 64, "10000", "40", 4096, 0, "0", "0", "32", "1", 0, "0", "0.707", "1.3"),
    ("YARN", 8, "10000", "2", 8, 0, "0", "0", "32", "1", 1, "0", "0", "0"),
    ("LONGROPE", 96, "10000", "32", 4096, 4096, "0", "0", "0", "0", 0, "0", "0", "0"),
    ("LONGROPE", 96, "10000", "32", 4096, 4097, "0", "0", "0", "0", 0, "0", "0", "0"),
    ("LONGROPE", 24, "250000", "1", 100, 200, "0", "0", "0", "0", 0, "0", "0", "0"),
    ("LONGROPE", 6, "10000", "4", 100, 10, "0", "0", "0", "0", 0, "1.19", "0", "0"),
]


def case_of(row):
    scaling, dim, theta, factor, context, length, low, high, fast, slow, truncate, attention, ms, msa = row
    number = lambda text: f32(as_f32(text))
    return dict(scaling=scaling, dim=dim, theta=number(theta), factor=number(factor), context=context,
                length=length, low=number(low), high=number(high), fast=number(fast), slow=number(slow),
                truncate=truncate, attention=number(attention), mscale=number(ms), mscale_all=number(msa))


def write_pairs(out, name, pairs):
    out.write(f"static const struct real_vector {name}[] = {{\n")
    for x, y in pairs:
        out.write(f"\t{{ 0x{x:08x}, 0x{y:08x} }},\n")
    out.write("};\n\n")


def multiply_f32(a, b):
    return round_f32(f32(a) * f32(b))


def write_rope(out, index, row):
    c = case_of(row)
    table = frequencies(c)
    factors = {"YARN": yarn_factor, "LONGROPE": longrope_factor}
    factor = round_f32(mp.mpf(factors.get(c["scaling"], lambda c: 1)(c)))
    out.write(f"static const uint32_t rope_frequency_{index}[] = {{\n")
    for bits in table:
        out.write(f"\t0x{bits:08x},\n")
    out.write("};\n\n")
    entries = []
    for p in (0, 1, 7, 4095, 131071):
        for i in (0, len(table) // 2, len(table) - 1):
            angle = f32(multiply_f32(bits_of(p), table[i]))
            cos, sin = round_f32(mp.cos(angle)), round_f32(mp.sin(angle))
            entries.append((p, i, multiply_f32(cos, factor), multiply_f32(sin, factor)))
    out.write(f"static const struct rope_entry rope_entry_{index}[] = {{\n")
    for p, i, cos, sin in entries:
        out.write(f"\t{{ {p}, {i}, 0x{cos:08x}, 0x{sin:08x} }},\n")
    out.write("};\n\n")
    fields = ", ".join(f"0x{as_f32(row[k]):08x}" for k in (2, 3, 6, 7, 8, 9, 11, 12, 13))
    return f"\t{{ ROPE_{row[0]}, {row[1]}, {row[4]}, {row[5]}, {row[10]}, {{ {fields} }}, rope_frequency_{index}, rope_entry_{index} }},\n"


def main(out):
    random.seed(12)
    positive = [random.randrange(1, 0x7F800000) for _ in range(300)]
    positive += [1, 2, 0x007FFFFF, 0x00800000, 0x3F800000, 0x3F800001, 0x3F7FFFFF, 0x40000000, 0x7F7FFFFF]
    sums = [bits_of(1 + random.random() ** 8 * 2**17) for _ in range(300)]
    dims = [as_f32(str(d)) for d in (1, 2, 4, 16, 24, 32, 64, 72, 80, 96, 100, 112, 128, 144, 160, 192, 224, 256, 288, 512)]
    out.write("/* Made by tests/tools/real_vectors.py; do not edit. */\n\n")
    write_pairs(out, "vectors_ln", [(x, round_f32(mp.log(f32(x)))) for x in positive + sums])
    write_pairs(out, "vectors_inverse_sqrt", [(x, round_f32(1 / mp.sqrt(f32(x)))) for x in positive + dims])
    rows = [write_rope(out, i, row) for i, row in enumerate(CASES)]
    out.write("static const struct rope_case rope_cases[] = {\n" + "".join(rows) + "};\n")


if __name__ == "__main__":
    main(sys.stdout)
