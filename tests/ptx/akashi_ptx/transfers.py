"""Instructions that read and write memory."""
import numpy as np

from .memory import THERE, WRITABLE, WRITTEN
from .races import ATOMIC, READ, WRITE
from .table import opcode

KIND = r"([busf](?:8|16|32|64))"
# What the caches are told changes no bit.
HINTS = r"(?:\.(?:ca|cg|cs|lu|cv|wb|wt))?(?:\.L1::[a-z_]+)?(?:\.L2::[a-z0-9_]+)?(?:\.L2::(?:64|128|256)B)?"


def acting(lanes, addresses):
    """The addresses of the lanes that act."""
    return addresses if lanes.mask.all else addresses[lanes.mask.lanes]


def locate(lanes, instruction, space, addresses, size, bits):
    """(memory, offsets in it) after every check; whoever fails one is named."""
    if space == "global":
        memory = lanes.run.memory
        offsets, outside = memory.locate(addresses)
        describe, data = memory.describe, memory.bytes
    else:
        window = lanes.shared if space == "shared" else lanes.local
        base = lanes.shared_base if space == "shared" else lanes.local_base
        describe, data = window.describe, window.bytes
        outside = window.outside(addresses)
        if not np.count_nonzero(outside):
            outside = None
            offsets = addresses.view(np.int64) + acting(lanes, base)

    def fault(kind, which, what):
        at = int(np.flatnonzero(which)[0])
        lanes.fault(kind, instruction, lanes.mask.lanes[at], f"{what} {size} bytes at {describe(int(addresses[at]))}")
    if outside is not None:
        fault("out of bounds", outside, "out of bounds,")
    if int(np.bitwise_or.reduce(addresses)) & (size - 1):
        fault("misaligned", addresses & np.uint64(size - 1) != 0, "misaligned,")
    lacking = data.lacking(offsets, size, bits)
    if lacking is not None:
        beyond = data.lacking(offsets, size, THERE)
        if beyond is not None:
            fault("out of bounds", beyond, "out of bounds,")
        fixed = data.lacking(offsets, size, bits & WRITABLE)
        if fixed is not None:
            fault("read only", fixed, "writes what may only be read,")
        fault("uninitialised", lacking, "reads what was never written,")
    return data, offsets


def parts_of(operand, count):
    """The registers of an operand or of a vector of `count`."""
    parts = operand.parts if hasattr(operand, "parts") else (operand,)
    if len(parts) != count:
        raise ValueError("the size of the vector")
    return parts


def note(lanes, space, instruction, kind, offsets, size, constant=False):
    turns = lanes.block_turns, lanes.warp_turns
    if space == "shared":
        lanes.shared_journal.note(instruction.place, kind, offsets, size, lanes.mask.lanes, 0, turns)
    elif space == "global":
        lanes.run.journal.note(instruction.place, kind, offsets, size, lanes.mask.lanes, lanes.first_thread, turns, constant)


def element(program, space, kind, count):
    """(bytes of one number, bytes of the access)"""
    size = int(kind[1:]) // 8
    if size * count > 16:
        raise ValueError("more than 16 bytes")
    if space in program.sizes:
        program.sizes[space] = min(program.sizes[space], size)
    return size, size * count


@opcode(rf"ld\.(param)(?:\.v([24]))?\.{KIND}")
def load_parameter(program, operands, _, vector, kind):
    count = int(vector or 1)
    targets = [program.target(part, kind, wider=True) for part in parts_of(operands[0], count)]
    address, instruction = program.address(operands[1], "param"), program.instruction
    size, whole = element(program, "param", kind, count)
    dtype = np.dtype(f"u{size}")

    def step(lanes):
        space, addresses = lanes.run.parameters, acting(lanes, address(lanes))
        beyond = addresses > np.uint64(len(space.data) - whole)
        if not np.count_nonzero(beyond):
            if int(np.bitwise_or.reduce(addresses)) & (whole - 1):
                lanes.fault("misaligned", instruction, lanes.mask.lanes[0], f"misaligned, parameter byte {addresses[0]}")
            beyond = space.lacking(addresses.view(np.int64), whole, THERE)
        if beyond is not None:
            at = int(np.flatnonzero(beyond)[0])
            lanes.fault("out of bounds", instruction, lanes.mask.lanes[at],
                        f"out of bounds, {whole} bytes at byte {addresses[at]} of the parameters ({lanes.kernel.param_bytes} bytes)")
        for target, value in zip(targets, space.read(addresses.view(np.int64), size, count)):
            target(lanes, typed(lanes.spread(value.astype(dtype, copy=False)), kind))
    return step


def typed(bits, kind):
    """Bits as the type that an instruction names."""
    return bits.view(f"i{bits.dtype.itemsize}") if kind[0] == "s" else bits.view(np.float32) if kind == "f32" else bits


@opcode(rf"ld(?:\.(global|shared|local|const))?(\.nc)?{HINTS}(?:\.v([24]))?\.{KIND}")
def load(program, operands, space, constant, vector, kind):
    if constant and space != "global" or kind == "f64":
        raise ValueError("this space, or this type")
    space = "global" if space in ("const", None) else space  # an address of no named space must be a global one
    count = int(vector or 1)
    targets = [program.target(part, kind, wider=True) for part in parts_of(operands[0], count)]
    address, instruction = program.address(operands[1], space), program.instruction
    size, whole = element(program, space, kind, count)
    if instruction.used_bytes is not None:
        return load_part(instruction, space, address, targets, size, kind, bool(constant))

    def step(lanes):
        data, offsets = locate(lanes, instruction, space, acting(lanes, address(lanes)), whole, THERE | WRITTEN)
        note(lanes, space, instruction, READ, offsets, whole, bool(constant))
        for target, value in zip(targets, data.read(offsets, size, count)):
            target(lanes, typed(lanes.spread(value), kind))
    return step


def load_part(instruction, space, address, targets, size, kind, constant):
    """A vector of which the text says that only some numbers are looked at: the others' registers stay unset."""
    every, count = (1 << size) - 1, len(targets)
    parts = [i for i in range(count) if instruction.used_bytes >> size * i & every]
    if sum(every << size * i for i in parts) != instruction.used_bytes:
        raise ValueError("parts of numbers")

    def step(lanes):
        addresses = acting(lanes, address(lanes))
        data, offsets = locate(lanes, instruction, space, addresses, size * count, THERE)
        values = data.read(offsets, size, count)
        for i in parts:
            locate(lanes, instruction, space, addresses + np.uint64(size * i), size, THERE | WRITTEN)
            note(lanes, space, instruction, READ, offsets + size * i, size, constant)
            targets[i](lanes, typed(lanes.spread(values[i]), kind))
    return step


@opcode(rf"st(?:\.(global|shared|local))?{HINTS}(?:\.v([24]))?\.{KIND}")
def store(program, operands, space, vector, kind):
    if kind == "f64":
        raise ValueError("binary64")
    count, space = int(vector or 1), space or "global"
    size, whole = element(program, space, kind, count)
    bits = f"b{8 * size}"
    sources = [program.source(part, bits, wider=True) for part in parts_of(operands[1], count)]
    address, instruction = program.address(operands[0], space), program.instruction

    def step(lanes):
        data, offsets = locate(lanes, instruction, space, acting(lanes, address(lanes)), whole, THERE | WRITABLE)
        note(lanes, space, instruction, WRITE, offsets, whole)
        numbers = [source(lanes) for source in sources]
        data.write(offsets, size, [acting(lanes, one) if one.ndim else one for one in numbers])
    return step


@opcode(r"(atom|red)(?:\.relaxed)?(?:\.gpu)?\.(global|shared)\.(add|min|max|and|or|xor|exch)\.([bus](?:32|64))")
def atomic(program, operands, word, space, name, kind):
    """Whole numbers only: sums of floats would depend on the order. Lanes go in ascending order here, and in any on a device."""
    if name == "exch" and word == "red":
        raise ValueError("red.exch")
    target = program.target(operands[0], kind) if word == "atom" else None
    where, what = operands[-2:]
    address, instruction = program.address(where, space), program.instruction
    source = program.source(what, kind)
    size, _ = element(program, space, kind, 1)
    dtype = np.dtype(f"{'i' if kind[0] == 's' else 'u'}{size}")
    function = {"add": np.add, "min": np.minimum, "max": np.maximum, "and": np.bitwise_and, "or": np.bitwise_or,
                "xor": np.bitwise_xor, "exch": lambda old, new: new}[name]

    def step(lanes):
        data, offsets = locate(lanes, instruction, space, acting(lanes, address(lanes)), size, THERE | WRITABLE | WRITTEN)
        note(lanes, space, instruction, ATOMIC, offsets, size)
        numbers = acting(lanes, np.broadcast_to(source(lanes), (lanes.count,)))
        values, at = data.values[size].view(dtype), offsets >> (size.bit_length() - 1)
        before = np.empty(len(at), dtype)
        for i in range(len(at)):
            before[i] = values[at[i]]
            values[at[i]] = function(before[i], numbers[i])
        if target:
            target(lanes, lanes.spread(before))
    return step
