"""Can the interpreter fail? A kernel that is right (fixtures/chain.cu), and the same with one mistake or one other flag.

Each must be noticed: refused by name, reported while it runs, or by other bits than the chain of rule 3 has.
"""
import pathlib
import re
import struct
import tempfile
import time

from common import BUILD, SOURCE, bits, check, compiled, expect_fault, expect_refused, finish, flags, np, nvcc, ptx

from akashi_ptx import arithmetic

TEXT = (pathlib.Path(__file__).parent / "fixtures" / "chain.cu").read_text()
ROWS, COLS, DEPTH = 19, 21, 13  # no multiples of the tile, and k ends in the middle of one


def numbers(shape, seed):
    x = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    x[0] = np.float32(2) ** -80
    return x


X, W = numbers((ROWS, DEPTH), 1), numbers((COLS, DEPTH), 2)
W[0] = -W[0]  # products that underflow, so that a sum becomes -0


def chain():
    """Rule 3: what the right kernel gives."""
    sums = np.zeros((ROWS, COLS), np.float32)
    with np.errstate(all="ignore"):
        for k in range(DEPTH):
            sums = arithmetic.fma(X[:, k, None], W[None, :, k], sums)
    return sums


def run(text):
    memory = ptx.GlobalMemory()
    x, w = memory.allocate("x", X.nbytes, X.tobytes()), memory.allocate("w", W.nbytes, W.tobytes())
    y = memory.allocate("y", 4 * ROWS * COLS)
    ptx.launch(ptx.parse(text, "chain.ptx"), "chain", (2, 2, 1), (256, 1, 1), [struct.pack("<QQQIII4x", x, w, y, ROWS, COLS, DEPTH)], memory)
    return np.frombuffer(memory.get(y, 4 * ROWS * COLS), np.float32).reshape(ROWS, COLS)


def differing(text):
    return int((bits(run(text)) != bits(chain())).sum())


class Compiler:
    def __init__(self, scratch):
        self.scratch = scratch

    def __call__(self, *more, instead=None):
        return compiled(TEXT, "chain", self.scratch, "-lineinfo", *more, instead=instead)


def bent(flag, other):
    """The build's flags with one of another value."""
    found = flags()
    check(f"the build says {flag}", flag in found)
    return [other if one == flag else one for one in found]


def fast():
    """The build's flags with -use_fast_math instead of those that say otherwise."""
    return [flag for flag in flags() if not re.match("-(fmad|ftz|prec-)", flag)] + ["-use_fast_math"]


def as_if_rounded(text):
    """What an assembler may make of add.f32 and mul.f32, where it does not contract them."""
    return re.sub(r"\b(add|sub|mul)\.f32", r"\1.rn.f32", text)


def mistakes(make):
    check("the kernel as it stands gives the chain", differing(make()) == 0)
    check("in plain C and by the build's flags, product and sum are rounded one by one", differing(make("-DPLAIN")) > ROWS * COLS // 4)
    check("k in two halves", differing(make("-DSPLIT")) > ROWS * COLS // 4)
    padded = run(make("-DPAD_ZERO"))
    wrong = bits(padded) != bits(chain())
    check("padding by +0: only a sum of -0 shows it, and it does", wrong.sum() == 1 and wrong[0, 0] and bits(chain())[0, 0] == 0x80000000)
    expect_fault("no barrier before reading", "race", lambda: run(make("-DNO_FIRST_BARRIER")), "chain.cu")
    expect_fault("no barrier before writing again", "race", lambda: run(make("-DNO_SECOND_BARRIER")), "chain.cu", "nothing orders")
    expect_fault("an index that is one too far", "out of bounds", lambda: run(make("-DSHIFTED")), "'w'", "chain.cu")
    expect_fault("a barrier that some threads pass", "divergent barrier", lambda: run(make("-DBARRIER_OF_SOME")), "chain.cu")


def other_flags(make):
    plain, usual = make("-DPLAIN"), "-DDIVIDE"
    contracted = make("-DPLAIN", instead=bent("-fmad=false", "-fmad=true"))
    check("-fmad=true contracts what plain C says", "fma.rn.f32" in contracted and "fma.rn.f32" not in plain)
    check("-fmad=true: other bits", (bits(run(as_if_rounded(contracted))) != bits(run(plain))).any())
    expect_refused("-fmad=true, sums that may be contracted", make("-DPLAIN", "-DSPLIT", usual, instead=bent("-fmad=false", "-fmad=true")),
                   "contract")
    expect_refused("-ftz=true", make(instead=bent("-ftz=false", "-ftz=true")), "flushes subnormal")
    expect_refused("-prec-div=false", make(usual, instead=bent("-prec-div=true", "-prec-div=false")), "not correctly rounded")
    expect_refused("-prec-sqrt=false", make(usual, instead=bent("-prec-sqrt=true", "-prec-sqrt=false")), "not correctly rounded")
    expect_refused("-use_fast_math", make(instead=fast()), "flushes subnormal")


def kernels_that_ship(scratch):
    """A file of ours with floats, the one that compiles fastest."""
    paths = [path for path in (BUILD / "cuda").glob("*.ptx") if ".rn.f32" in path.read_text()]
    for path in sorted(paths, key=lambda path: path.stat().st_size)[:1]:
        text = (SOURCE / "kernels" / "cuda" / f"{path.stem}.cu").read_text()
        expect_refused(f"{path.stem}.cu with -use_fast_math", compiled(text, path.stem, scratch, instead=fast()), ".ftz")


def text_of_ours(make):
    """The same PTX with one word changed."""
    text = make()
    check("the text with .rn changed to .rn.ftz", text.count("fma.rn.f32") > 0)
    expect_refused("fma.rn.ftz", text.replace("fma.rn.f32", "fma.rn.ftz.f32"), ".ftz")
    expect_refused("mad", text.replace("fma.rn.f32", "mad.rn.f32"), "mad on floats")
    split = re.sub(r"fma\.rn\.f32\s+(%f\d+), (%f\d+), (%f\d+), (%f\d+);",
                   r"mul.rn.f32 %rounded, \2, \3;\nadd.rn.f32 \1, %rounded, \4;", text)
    split = split.replace(".reg .f32", ".reg .f32 %rounded;\n.reg .f32", 1)
    check("every product rounded by itself", differing(split) > ROWS * COLS // 4)
    for n, barrier in enumerate(re.finditer(r"bar\.sync\s+0;", text)):
        without = text[:barrier.start()] + text[barrier.end():]
        noticed = False
        try:
            noticed = differing(without) > 0
        except ptx.Fault as fault:
            noticed = fault.kind in ("race", "uninitialised")
        check(f"barrier {n} taken out", noticed)


def main():
    before = time.monotonic()
    nvcc()
    with tempfile.TemporaryDirectory() as scratch:
        make = Compiler(pathlib.Path(scratch))
        mistakes(make)
        other_flags(make)
        text_of_ours(make)
        kernels_that_ship(pathlib.Path(scratch))
    finish(f"every mistake and every other flag is noticed, {time.monotonic() - before:.1f} s")


if __name__ == "__main__":
    main()
