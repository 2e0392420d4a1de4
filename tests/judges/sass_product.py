"""Runs one tile of a kernel of products on sass_machine.py and says what it saw.

Every element of x and w is a number that tells its row and its k, so that each fma can be asked what
it multiplies.
"""
import collections
import re
import struct

import numpy as np

import sass
from sass_machine import SUM, X, Machine, Refused, Region

FORMATS = ("f32", "f16", "bf16")
W = 0x30000000  # bits of w[column][k] in binary32: W | column << 12 | k
X_AT, W_AT, Y_AT = 0x700000000, 0x7fffff000, 0x900000000
STEPS = 4       # tiles along k, so that there is a pass of the loop in the middle
REST = 3        # numbers more, which fill no tile

Tile = collections.namedtuple("Tile", "rows cols depth threads outputs format")


def widened(codes, form):
    """Bits of binary32 of numbers of 16 bits."""
    return codes.astype(np.uint32) << np.uint32(16) if form == "bf16" else codes.view(np.float16).astype(np.float32).view(np.uint32)


def weights(tile, depth, stride):
    """(the bytes of w, a function that tells of bits of binary32 which column and k they are)"""
    column, k = np.meshgrid(np.arange(tile.cols), np.arange(depth), indexing="ij")
    if tile.format == "f32":
        w = np.zeros((tile.cols, stride), np.uint32)
        w[:, :depth] = W | column << 12 | k

        def tell(bits):
            return (None, None) if (bits >> np.uint32(28) != W >> 28).any() else (bits >> np.uint32(12) & np.uint32(0xffff), bits & np.uint32(0xfff))
        return w, tell
    # normal numbers of both signs, but for those that look like x or like a sum
    codes = np.concatenate([np.arange(0x0400, 0x7c00), np.arange(0x8400, 0xfc00)]).astype(np.uint16)
    codes = codes[~np.isin(widened(codes, tile.format) >> np.uint32(28), (X >> 28, SUM >> 28))][:tile.cols * depth]
    if len(codes) < tile.cols * depth:
        raise Refused("too few numbers of 16 bits for so many weights")
    w = np.zeros((tile.cols, stride), np.uint16)
    w[:, :depth] = codes.reshape(tile.cols, depth)
    wide = widened(codes, tile.format)
    order = np.argsort(wide)

    def tell(bits):
        at = order[np.minimum(np.searchsorted(wide[order], bits), len(order) - 1)]
        return (None, None) if (wide[at] != bits).any() else ((at // depth).astype(np.uint32), (at % depth).astype(np.uint32))
    return w, tell


def width(opcode):
    """Bytes that a load or store moves for each thread."""
    bits = re.findall(r"\.(?:[US])?(128|64|16|8)\b", opcode)
    return int(bits[0]) // 8 if bits else 4


def widths(opcodes, base):
    return {width(opcode) for opcode in opcodes if opcode.split(".")[0] == base}


def run(code, tile, device, parameters, second=b"", rest=REST):
    """(facts, faults): what a pass of the main loop costs, and what is wrong. `parameters` gives their bytes from addresses and sizes."""
    loop = sass.main_loop(code)
    if loop is None:
        return {}, ["there is no loop with FFMA"]
    faults = list(sass.faults_of_code(code, loop))
    depth = STEPS * tile.depth + rest
    stride = -(-depth // 8) * 8
    row, k = np.meshgrid(np.arange(tile.rows), np.arange(depth), indexing="ij")
    x = np.zeros((tile.rows, stride), np.uint32)
    x[:, :depth] = X | row << 12 | k
    w, tell = weights(tile, depth, stride)
    y = Region(Y_AT, np.zeros((tile.rows, tile.cols), np.uint32))
    machine = Machine(code, tile.threads, device, parameters({
        "x": X_AT, "w": W_AT, "bias": 0, "y": Y_AT, "x_stride": stride, "w_stride": stride, "y_stride": tile.cols,
        "rows": tile.rows, "cols": tile.cols, "depth": depth, "row_tiles": 1, "bias_format": 0}),
        [Region(X_AT, x), Region(W_AT, w), y], second)
    machine.weights = tell
    try:
        machine.run()
    except Refused as why:
        return {}, faults + [str(why)]
    row, column = np.meshgrid(np.arange(tile.rows), np.arange(tile.cols), indexing="ij")
    if (y.data.view(np.uint32).reshape(row.shape) != (SUM | depth << 14 | row << 7 | column)).any():
        faults.append("not every output is the whole sum of its row and column")
    facts = of_pass(code, loop, machine, tile, faults)
    return facts, faults


def of_pass(code, loop, machine, tile, faults):
    """The numbers of a pass in the middle, and what is wrong with it."""
    heads = [at for at, place in enumerate(machine.trace) if place == loop.head]
    if len(heads) < 4:
        faults.append(f"the main loop is passed {len(heads)} times for {STEPS} tiles along k")
        return {}
    opcodes = [code[place].opcode for place in machine.trace[heads[-3]:heads[-2]]]
    count = collections.Counter(opcode.split(".")[0] for opcode in opcodes)
    wanted = tile.outputs * tile.depth
    if count["FFMA"] != wanted:
        faults.append(f"{count['FFMA']} FFMA in a pass, where {tile.outputs} outputs over {tile.depth} steps make {wanted}")
    for base, what in (("LDG", "loads from global memory"), ("LDS", "loads from shared memory")):
        if widths(opcodes, base) != {16}:
            faults.append(f"{what} of {sorted(widths(opcodes, base))} bytes in the main loop, not 16")
    for place, rows in machine.bank_rows.items():
        if rows > 1:
            faults.append(f"{code[place]}: {rows} lanes want different rows of one bank")
    return {"ffma": count["FFMA"], "issued": len(opcodes), "share": count["FFMA"] / len(opcodes), "lds": count["LDS"],
            "ldg": count["LDG"], "sts": count["STS"], "barriers": count["BAR"],
            # of shared memory, which serves 128 bytes in a cycle, if lanes that want the same bytes are never served together
            "shared_cycles": sum(max(1, width(opcode) // 4) for opcode in opcodes if opcode.split(".")[0] in ("LDS", "STS"))}


# ---- The project's own kernels: their geometry and parameters are read from product.h ----

def own_tiles(source):
    """{kernel: Tile} from PRODUCT_TILES."""
    text = (source / "kernels/cuda/product.h").read_text()
    table = re.search(r"#define PRODUCT_TILES\(X\)(.*?[^\\])\n", text, re.S)[1]
    tiles = {}
    for line in re.findall(r"X\(([^)]*)\)", table):
        name, rows, cols, depth, threads, rows_each, cols_each = (int(number) for number in line.split(",")[:7])
        for form in FORMATS:
            tiles[f"product_{name}_{form}"] = Tile(rows, cols, depth, threads, rows_each * cols_each, form)
    return tiles


def own_parameters(source):
    """A function that packs struct product_params from values by name."""
    text = re.sub(r"/\*.*?\*/", "", (source / "kernels/cuda/product.h").read_text(), flags=re.S)
    fields = []
    for kind, names in re.findall(r"(const \w+ \*|\w+ \*|uint64_t |uint32_t )([\w, ]+);", re.search(r"struct product_params \{(.*?)\};", text, re.S)[1]):
        fields += [("I" if kind.startswith("uint32") else "Q", name.strip()) for name in names.split(",")]

    def pack(values):
        unknown = [name for _, name in fields if name not in values]
        if unknown:
            raise Refused(f"this judge does not know what {unknown} of struct product_params is")
        return struct.pack("=" + "".join(kind for kind, _ in fields), *(values[name] for _, name in fields))
    return pack
