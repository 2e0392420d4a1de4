"""The arithmetic of tests/spec/akashi_exact against the text's own vectors and against exact rational arithmetic."""
import re
import random
from decimal import Decimal
from fractions import Fraction

from common import TEXT, check, finish
import numpy as np

from akashi_exact import binary32, functions, reals, records, steps
from akashi_exact.binary32 import F32, from_bits, to_bits

NAMES = {"exp": functions.exp, "tanh": functions.tanh, "erf": functions.erf, "sigmoid": functions.sigmoid,
         "silu": functions.silu, "gelu by erf": functions.gelu, "gelu by tanh": functions.gelu_tanh}


def hexadecimal(text):
    return [int(word, 16) for word in re.findall(r"0x([0-9a-f]{8})", text)]


def text_vectors():
    """(what, is it so) for each entry of the tables of "Checking an implementation"."""
    part = TEXT.split("## Checking an implementation")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("| ")]
    for x, w, result, meaning in (row for row in rows if len(row) == 4 and row[0].startswith("0x")):
        got = binary32.chain(from_bits(hexadecimal(x))[None, :], from_bits(hexadecimal(w))[None, :])
        yield f"chain of {x} and {w}: {meaning}", to_bits(got).item() == hexadecimal(result)[0]
    for name, *cells in (row for row in rows if row[0] in NAMES):
        for cell in cells:
            x, result = hexadecimal(cell)
            yield f"{name} of 0x{x:08x}", to_bits(NAMES[name](from_bits(x))).item() == result


def any_bits(draw):
    """A finite binary32, often near the edges of the format."""
    while True:
        bits = draw.getrandbits(32)
        if draw.random() < 0.3:
            bits = bits & 0x80ffffff
        if draw.random() < 0.1:
            bits = bits & 0x80000000
        if bits & 0x7f800000 != 0x7f800000:
            return bits


def signed_zero(a, b, c):
    """The sign of an exact sum that is zero: minus only where both parts are minus zero."""
    return np.signbit(a) != np.signbit(b) and np.signbit(c) and (a == 0 or b == 0)


def fused(draw, count):
    triples = []
    while len(triples) < count:
        a, b, c = (from_bits(any_bits(draw)) for _ in range(3))
        if draw.random() < 0.5:  # near cancellation, near ties
            with np.errstate(all="ignore"):
                c = F32(-float(a) * float(b))
            c = from_bits((to_bits(c).item() + draw.randrange(-2, 3)) & 0xffffffff)
        if np.isfinite(c):
            triples.append((a, b, c))
    columns = [np.array(column, np.float32) for column in zip(*triples)]
    for (a, b, c), got in zip(triples, binary32.fma(*columns)):
        exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
        if exact == 0:
            want = F32(-0.0) if signed_zero(a, b, c) else F32(0)
        elif abs(exact) >= Fraction(2) ** 128 - Fraction(2) ** 103:
            want = F32(np.inf) if exact > 0 else F32(-np.inf)
        else:
            want = np.copysign(reals.rn32_exact(exact), 1 if exact > 0 else -1).astype(np.float32)
        check(f"fma of {a!r}, {b!r}, {c!r}", to_bits(got) == to_bits(want))


def sums(draw):
    """Rule 4, element by element, at lengths around the number of lanes."""
    for length in (1, 2, 31, 32, 33, 63, 64, 65, 101):
        x = np.array([draw.uniform(-2, 2) for _ in range(length)], np.float32)
        plain, squares, most = [F32(0)] * 32, [F32(0)] * 32, [F32(-np.inf)] * 32
        for i, value in enumerate(x):
            plain[i % 32] = plain[i % 32] + value
            squares[i % 32] = reals.rn32_exact(Fraction(float(value)) ** 2 + Fraction(float(squares[i % 32])))
            most[i % 32] = value if value > most[i % 32] else most[i % 32]
        for half in (16, 8, 4, 2, 1):
            for lane in range(half):
                plain[lane] = plain[lane] + plain[lane + half]
                squares[lane] = squares[lane] + squares[lane + half]
                most[lane] = max(most[lane], most[lane + half])
        check(f"lane sum of {length}", binary32.lane_sum(x) == plain[0])
        check(f"lane sum of squares of {length}", binary32.lane_sum_of_squares(x) == squares[0])
        check(f"maximum of {length}", binary32.maximum(x) == most[0])


def real_numbers():
    """Known digits, and the roundings that docs/numerics.md states."""
    check("pi", str(reals.PI).startswith("3.14159265358979323846264338327950288419716939937510582097494459"))
    cos, sin = reals.cos_sin(Decimal(1))
    check("cos 1", str(cos).startswith("0.54030230586813971740093660744297660373231042061792"))
    check("sin 1", str(sin).startswith("0.84147098480789650665250232163029899962256306079837"))
    for angle in (Decimal(3), Decimal(100), Decimal("123456.75")):
        cos, sin = reals.cos_sin(angle)
        check(f"cos² + sin² of {angle}", abs(cos * cos + sin * sin - 1) < reals.DOUBT)
        check(f"cosine of {angle}", abs(float(cos) - np.cos(float(angle))) < 1e-12)
    check("1e-05", to_bits(F32(1e-05)) == 0x3727c5ac)
    check("500000.0", to_bits(F32(500000.0)) == 0x48f42400)
    check("a score scale", to_bits(steps.root_scale(64)) == 0x3e000000)


def sequences():
    """The text's example of seeded numbers, and RFC 6962's tree of nothing and of one entry."""
    begins = [int(n) for n in re.search(r"seed `akashi`, vocabulary 101 begins ([0-9, ]+)\.", TEXT)[1].split(", ")]
    check("seeded numbers", records.random_probes(1, len(begins), "akashi", 101) == [begins])
    check("a tree of nothing", records.merkle_root([]) == records.sha256(b""))
    check("a tree of three", records.merkle_root([b"a", b"b", b"c"]) == records.sha256(
        b"\1" + records.sha256(b"\1" + records.sha256(b"\0a") + records.sha256(b"\0b")) + records.sha256(b"\0c")))


def main():
    draw = random.Random(13)
    vectors = list(text_vectors())
    check("number of vectors in the text", len(vectors) >= 34)
    for what, good in vectors:
        check(what, good)
    fused(draw, 20000)
    sums(draw)
    real_numbers()
    sequences()
    finish(f"{len(vectors)} vectors of the text, 20000 fused operations against exact fractions, sums, real numbers, sequences")


if __name__ == "__main__":
    main()
