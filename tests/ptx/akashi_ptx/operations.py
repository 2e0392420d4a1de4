"""Instructions that work on registers alone."""
import numpy as np

from . import arithmetic as a
from .parser import FloatBits, Immediate, Symbol, Vector
from .table import opcode

INTEGER = r"([su](?:16|32|64))"
BITS = r"(b(?:16|32|64))"
COMPARE = {"eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal}
UNSIGNED_NAMES = {"lo": "lt", "ls": "le", "hi": "gt", "hs": "ge"}
LOGIC = {"and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor}


# ---- Floats ----

@opcode(r"(add|sub|mul|div)\.rn\.f32")
def float_binary(program, operands, name):
    return program.step(operands, "f32", ["f32"] * 2, getattr(a, name))


@opcode(r"fma\.rn\.f32")
def float_fma(program, operands):
    return program.step(operands, "f32", ["f32"] * 3, a.fma)


@opcode(r"(sqrt|rcp)\.rn\.f32")
def float_root(program, operands, name):
    return program.step(operands, "f32", ["f32"], a.sqrt if name == "sqrt" else a.reciprocal)


@opcode(r"(neg|abs)\.f32")
def float_sign(program, operands, name):
    return program.step(operands, "f32", ["f32"], a.neg if name == "neg" else a.absolute)


@opcode(r"(min|max)\.f32")
def float_choice(program, operands, name):
    return program.step(operands, "f32", ["f32"] * 2, a.minimum if name == "min" else a.maximum)


@opcode(r"copysign\.f32")
def copy_sign(program, operands):
    return program.step(operands, "f32", ["f32"] * 2, lambda sign, size: np.copysign(size, sign))


@opcode(r"testp\.(finite|infinite|number|notanumber)\.f32")
def test_float(program, operands, name):
    test = {"finite": np.isfinite, "infinite": np.isinf, "number": lambda x: ~np.isnan(x), "notanumber": np.isnan}[name]
    return program.step(operands, "pred", ["f32"], test)


# ---- Integers ----

@opcode(rf"(add|sub|min|max)\.{INTEGER}")
def integer_binary(program, operands, name, kind):
    function = {"add": np.add, "sub": np.subtract, "min": np.minimum, "max": np.maximum}[name]
    return program.step(operands, kind, [kind] * 2, function)


def halves(half, kind):
    """(type of the product, function) for mul.lo, mul.hi and mul.wide."""
    if half == "lo":
        return kind, np.multiply
    if half == "hi":
        return kind, a.mul_high
    size = int(kind[1:])
    if size == 64:
        raise ValueError("a product of 128 bits")
    wide = f"{kind[0]}{2 * size}"
    grown = np.dtype(f"{'i' if kind[0] == 's' else 'u'}{size // 4}")
    return wide, lambda x, y: x.astype(grown) * y.astype(grown)


@opcode(rf"mul\.(lo|hi|wide)\.{INTEGER}")
def integer_mul(program, operands, half, kind):
    result, function = halves(half, kind)
    return program.step(operands, result, [kind] * 2, function)


@opcode(rf"mad\.(lo|hi|wide)\.{INTEGER}")
def integer_mad(program, operands, half, kind):
    result, function = halves(half, kind)
    return program.step(operands, result, [kind, kind, result], lambda x, y, z: function(x, y) + z)


@opcode(rf"(div|rem)\.{INTEGER}")
def integer_divide(program, operands, name, kind):
    target, x, y = program.target(operands[0], kind), program.source(operands[1], kind), program.source(operands[2], kind)
    instruction, part = program.instruction, 0 if name == "div" else 1

    def step(lanes):
        divisor = np.broadcast_to(y(lanes), (lanes.count,))
        zero = divisor == 0
        bad = zero & lanes.mask.bits
        if np.count_nonzero(bad):
            lanes.fault("division by zero", instruction, np.flatnonzero(bad)[0], "divides by zero")
        target(lanes, a.divide(x(lanes), np.where(zero, divisor.dtype.type(1), divisor))[part])
    return step


@opcode(r"(neg|abs)\.(s(?:16|32|64))")
def integer_sign(program, operands, name, kind):
    return program.step(operands, kind, [kind], np.negative if name == "neg" else np.abs)


@opcode(rf"(and|or|xor)\.(pred|{BITS[1:-1]})")
def logic(program, operands, name, kind):
    return program.step(operands, kind, [kind] * 2, LOGIC[name])


@opcode(rf"not\.(pred|{BITS[1:-1]})")
def logic_not(program, operands, kind):
    return program.step(operands, kind, [kind], np.invert)


@opcode(r"shl\.b(16|32|64)")
def shift_left(program, operands, size):
    return program.step(operands, f"b{size}", [f"b{size}", "u32"], a.shift_left)


@opcode(r"shr\.([bsu])(16|32|64)")
def shift_right(program, operands, letter, size):
    return program.step(operands, letter + size, [letter + size, "u32"], a.shift_right)


@opcode(r"shf\.([lr])\.(wrap|clamp)\.b32")
def funnel_shift(program, operands, side, mode):
    return program.step(operands, "b32", ["b32", "b32", "u32"],
                        lambda low, high, by: a.funnel(low, high, by, side == "l", mode == "wrap"))


@opcode(r"prmt\.b32")
def permute(program, operands):
    return program.step(operands, "b32", ["b32"] * 3, a.byte_permute)


@opcode(r"lop3\.b32")
def logic3(program, operands):
    table = operands[4]
    if not isinstance(table, Immediate):
        raise ValueError("the table is not stated")
    return program.step(operands[:4], "b32", ["b32"] * 3, lambda x, y, z: a.logic3(x, y, z, table.value))


@opcode(r"bfe\.([su])(32|64)")
def field_extract(program, operands, letter, size):
    return program.step(operands, letter + size, [letter + size, "u32", "u32"], lambda x, at, n: a.extract(np.asarray(x), at, n))


@opcode(r"bfi\.b(32|64)")
def field_insert(program, operands, size):
    return program.step(operands, f"b{size}", [f"b{size}", f"b{size}", "u32", "u32"], lambda x, into, at, n: a.insert(x, into, at, n))


@opcode(r"brev\.b(32|64)")
def reverse(program, operands, size):
    return program.step(operands, f"b{size}", [f"b{size}"], a.bit_reverse)


@opcode(r"popc\.b(32|64)")
def count_bits(program, operands, size):
    return program.step(operands, "u32", [f"b{size}"], a.bit_count)


@opcode(r"clz\.b(32|64)")
def count_leading(program, operands, size):
    return program.step(operands, "u32", [f"b{size}"],
                        lambda x: np.where(x == 0, np.uint32(size), np.uint32(int(size) - 1) - a.highest_bit(x)))


@opcode(r"bfind(\.shiftamt)?\.u(32|64)")
def find_bit(program, operands, shift, size):
    def function(x):
        at = a.highest_bit(x)
        return np.where(x == 0, at, np.uint32(int(size) - 1) - at) if shift else at
    return program.step(operands, "u32", [f"u{size}"], function)


# ---- Comparing and choosing ----

@opcode(rf"setp\.([a-z]+)(?:\.(and|or|xor))?\.([busf](?:16|32|64))")
def compare(program, operands, name, joined, kind):
    function = comparison(name, kind)
    yes, no = program.predicates(operands[0])
    x, y = program.source(operands[1], kind), program.source(operands[2], kind)
    third = program.source(operands[3], "pred") if joined else None
    if len(operands) != (4 if joined else 3):
        raise ValueError("the number of operands")

    def step(lanes):
        truth = function(x(lanes), y(lanes))
        if no:
            no(lanes, LOGIC[joined](~truth, third(lanes)) if joined else ~truth)
        yes(lanes, LOGIC[joined](truth, third(lanes)) if joined else truth)
    return step


def comparison(name, kind):
    if kind == "f32":
        if name in ("num", "nan"):
            return (lambda x, y: ~(np.isnan(x) | np.isnan(y))) if name == "num" else (lambda x, y: np.isnan(x) | np.isnan(y))
        if name == "ne":
            return lambda x, y: (x < y) | (x > y)
        if name in COMPARE:
            return COMPARE[name]
        if name.endswith("u") and name[:-1] in COMPARE:  # true of a NaN
            return lambda x, y: COMPARE[name[:-1]](x, y) | np.isnan(x) | np.isnan(y)
    elif kind[0] != "f":
        plain = UNSIGNED_NAMES.get(name, name) if kind[0] in "ub" else name
        if plain in COMPARE and (kind[0] != "b" or plain in ("eq", "ne")):
            return COMPARE[plain]
    raise ValueError(f"the comparison {name} of {kind}")


@opcode(r"selp\.([busf](?:16|32|64))")
def select(program, operands, kind):
    target = program.target(operands[0], kind)
    x, y = program.source(operands[1], kind), program.source(operands[2], kind)
    choice = program.source(operands[3], "pred")
    return lambda lanes: target(lanes, np.where(choice(lanes), x(lanes), y(lanes)))


# ---- Moving and converting ----

@opcode(r"mov\.(pred|[busf](?:16|32|64))")
def move(program, operands, kind):
    to, what = operands
    if isinstance(what, Vector):
        return pack(program, to, what, kind)
    if isinstance(to, Vector):
        return unpack(program, to, what, kind)
    target = program.target(to, kind)
    if isinstance(what, Symbol):
        address, dtype = program.symbol(what.name), np.dtype(f"u{int(kind[1:]) // 8}")
        return lambda lanes: target(lanes, np.full(lanes.count, address(lanes), dtype))
    if isinstance(what, (Immediate, FloatBits)) or what.name not in program.register_index:
        source = program.source(what, kind)
        return lambda lanes: target(lanes, np.asarray(source(lanes)))
    return copy(program, to, what, kind)


def copy(program, to, what, kind):
    """A register that was never set may be copied (compilers do where no path reads it), and stays so."""
    target, source = program.target(to, kind), program.source(what, kind)
    from_index, to_index = program.register(what)[0], program.register(to)[0]

    def step(lanes):
        whole, defined = lanes.mask, lanes.defined[from_index]
        if defined is not None and defined.covers(whole):
            target(lanes, source(lanes))
            return
        known = lanes.nobody if defined is None else lanes.masks.meet(whole, defined.bits)
        unknown = lanes.masks.without(whole, known)
        if known.any:
            lanes.mask = known
            target(lanes, source(lanes))
            lanes.mask = whole
        if lanes.defined[to_index] is not None:
            lanes.defined[to_index] = lanes.masks.without(lanes.defined[to_index], unknown)
    return step


def pack(program, to, what, kind):
    size = int(kind[1:]) // len(what.parts)
    target = program.target(to, f"b{8 * size * len(what.parts) // 8}")
    sources = [program.source(part, f"b{size}") for part in what.parts]
    whole = np.dtype(f"u{size * len(what.parts) // 8}")

    def step(lanes):
        result = np.zeros(lanes.count, whole)
        for i, source in enumerate(sources):
            result |= np.asarray(source(lanes)).astype(whole) << whole.type(size * i)
        target(lanes, result)
    return step


def unpack(program, to, what, kind):
    size = int(kind[1:]) // len(to.parts)
    source = program.source(what, f"b{kind[1:]}")
    targets = [program.target(part, f"b{size}") for part in to.parts]
    small = np.dtype(f"u{size // 8}")

    def step(lanes):
        value = np.asarray(source(lanes))
        for i, target in enumerate(targets):
            target(lanes, (value >> value.dtype.type(size * i)).astype(small))
    return step


@opcode(r"cvt\.([su](?:8|16|32|64))\.([su](?:8|16|32|64))")
def convert_integers(program, operands, result, kind):
    from .program import TYPES
    target, source = program.target(operands[0], result, wider=True), program.source(operands[1], kind, wider=True)
    dtype = TYPES[result]
    return lambda lanes: target(lanes, np.asarray(source(lanes)).astype(dtype))


@opcode(r"cvt\.(rni|rzi|rmi|rpi)\.([su](?:16|32|64))\.f32")
def convert_to_integer(program, operands, mode, result):
    from .program import TYPES
    dtype = TYPES[result].type
    return program.step(operands, result, ["f32"], lambda x: a.float_to_integer(x, mode, dtype))


@opcode(r"cvt\.(rn|rz|rm|rp)\.f32\.([su](?:8|16|32|64))")
def convert_from_integer(program, operands, mode, kind):
    if mode != "rn" and kind[1:] == "64":
        raise ValueError("64 bits rounded another way than to nearest")
    target, source = program.target(operands[0], "f32"), program.source(operands[1], kind, wider=True)
    return lambda lanes: target(lanes, a.integer_to_float(source(lanes), mode))


@opcode(r"cvt\.(rni|rzi|rmi|rpi)\.f32\.f32")
def convert_to_whole(program, operands, mode):
    return program.step(operands, "f32", ["f32"], lambda x: a.float_to_float(x, mode))


@opcode(r"cvt\.f32\.f16")
def widen_half(program, operands):
    return program.step(operands, "f32", ["f16"], lambda x: a.number(x.view(np.float16).astype(np.float32)))


@opcode(r"cvt\.rn\.f16\.f32")
def narrow_to_half(program, operands):
    return program.step(operands, "f16", ["f32"], lambda x: x.astype(np.float16).view(np.uint16))


@opcode(r"cvta(?:\.to)?\.(?:global|shared|local|const|param)\.u64")
def change_space(program, operands):
    """Every space has its own addresses here; an instruction that names no space takes those of global memory only."""
    if isinstance(operands[1], Symbol):
        return move(program, operands, "u64")
    return copy(program, operands[0], operands[1], "u64")
