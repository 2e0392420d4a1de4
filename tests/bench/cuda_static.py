"""What can be said of the CUDA kernels without a device, as tables for docs/performance.md.

    build/judges-venv/bin/python tests/bench/cuda_static.py build

Of the products with f16 and f32 weights only the largest tile is shown; the others differ little from bf16.
Registers, spills and shared memory are what the assembler says, instructions what sass_machine.py
counted when it ran a tile from the machine code, occupancy and the estimates follow from them and
from the numbers of the two devices below. Nothing here was measured on a device.
"""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "judges"))
import sass  # noqa: E402
import sass_product  # noqa: E402

# Of NVIDIA's data sheets and tuning guides: A100 (SXM, 40 GB) and H100 (SXM).
Device = collections.namedtuple("Device", "name processors lanes tflops shared memory")
DEVICES = {80: Device("A100", 108, 64, 19.5, 164 << 10, 1555), 90: Device("H100", 132, 128, 66.9, 228 << 10, 3350)}
SCHEDULERS, REGISTERS, MOST_WARPS, MOST_BLOCKS, RESERVED = 4, 65536, 64, 32, 1024
KEPT = 0.85  # what waiting at barriers, for registers of one bank and for memory may leave: assumed, not derived

# Llama 3 8B: (outputs, inputs, how many in a layer), and the head.
LAYERS, LAYER = 32, [("q, o", 4096, 4096, 2), ("k, v", 1024, 4096, 2), ("gate, up", 14336, 4096, 2), ("down", 4096, 14336, 1)]
HEAD = ("head", 128256, 4096, 1)
FILE_GB = 16.06
READS = [("one NVMe disk, 3.5 GB/s", 3.5), ("one NVMe disk, 7 GB/s", 7.0), ("page cache over PCIe 4, 25 GB/s", 25.0)]

Kernel = collections.namedtuple("Kernel", "name device tile registers spilled shared blocks facts")


def blocks_at_once(device, registers, shared, threads):
    """How many blocks one processor holds: of registers, shared memory, warps and blocks the scarcest."""
    warps = -(-threads // 32)
    warp_registers = -(-registers * 32 // 256) * 256
    by_registers = REGISTERS // SCHEDULERS // warp_registers * SCHEDULERS // warps
    return min(by_registers, device.shared // (-(-shared // 128) * 128), MOST_WARPS // warps, MOST_BLOCKS)


def kernels(build):
    """Every kernel of every cubin; kernels of products with what a pass of their main loop issues."""
    nvdisasm, cuobjdump = sass.tool("nvdisasm"), sass.tool("cuobjdump")
    if not nvdisasm or not cuobjdump:
        raise SystemExit("there is no nvdisasm and cuobjdump: tests/judges/requirements.txt")
    tiles, pack = sass_product.own_tiles(ROOT), sass_product.own_parameters(ROOT)
    found = []
    for cubin in sorted((build / "cuda").glob("*.cubin")):
        number = int(re.search(r"sm_(\d+)", cubin.name)[1])
        device, code = DEVICES[number], sass.functions(cubin, nvdisasm)
        ptx = (build / "cuda" / f"{cubin.name.split('.')[0]}.ptx").read_text()
        for name, used in sass.resources(cubin, cuobjdump).items():
            # what the device keeps for itself is counted already where sm_90 has shared memory at all
            shared = used["SHARED"] if number >= 90 and used["SHARED"] else used["SHARED"] + RESERVED
            threads = int(re.search(rf"\.entry {name}\(.*?\.maxntid (\d+)", ptx, re.S)[1])
            facts, faults = sass_product.run(code[name], tiles[name], number, pack, sass.constants(cubin, name)) if name in tiles else ({}, [])
            if faults:
                print(f"{name}, sm_{number}: {faults[0]}", file=sys.stderr)
            found.append(Kernel(name, number, tiles.get(name), used["REG"], used["STACK"] + used["LOCAL"], shared,
                                blocks_at_once(device, used["REG"], shared, threads), facts))
    return found


def bytes_per_flop(tile):
    """Of both operands, from global memory into the tile; a number of x is 4 bytes."""
    return (tile.rows * 4 + tile.cols * (4 if tile.format == "f32" else 2)) / (2 * tile.rows * tile.cols)


def block_cycles(kernel):
    """Of one block along one tile's depth, if it has a processor to itself: the busiest of three units."""
    device, facts, warps = DEVICES[kernel.device], kernel.facts, kernel.tile.threads // 32
    fma = facts["ffma"] * 32 * SCHEDULERS // device.lanes * warps / SCHEDULERS
    issue = facts["issued"] * warps / SCHEDULERS
    shared = (facts["shared_cycles"]) * warps
    return max(fma, issue, shared), fma


def seconds(kernel, rows, cols, depth):
    """Of one product, by the model."""
    device, tile = DEVICES[kernel.device], kernel.tile
    tiles = -(-rows // tile.rows) * -(-cols // tile.cols)
    cycles = -(-tiles // device.processors) * depth / tile.depth * block_cycles(kernel)[0] / KEPT
    clock = device.tflops * 1e12 / (device.processors * device.lanes * 2)
    return max(cycles / clock, (rows * depth * 4 + cols * depth * 2 + rows * cols * 4) / (device.memory * 1e9))


def chosen(usable, device, rows, cols):
    """The kernel that the backend would launch: as product_choose in kernels/cuda/operations_product.c."""
    lines = re.findall(r"^\s*X\((.*)\)", (ROOT / "kernels/cuda/product.h").read_text(), re.M)
    percents = {int(line.split(",")[0]): int(line.split(",")[-1]) for line in lines if line[0].isdigit()}
    order = list(percents)

    def cost(kernel):
        blocks = -(-rows // kernel.tile.rows) * -(-cols // kernel.tile.cols)
        name = int(kernel.name.split("_")[1])
        return -(-blocks // device.processors) * kernel.tile.rows * kernel.tile.cols * 100 // percents[name], order.index(name)
    return min(usable, key=cost)


def product_table(found):
    print("| kernel | for | registers | spilled | shared memory | blocks at once, warps | FFMA of issued | LDS.128, LDG.128, STS | "
          "bytes per FLOP | fma busy |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    shown = [k for k in found if k.facts and (k.tile.format == "bf16" or k.tile.rows == 128)]
    for kernel in sorted(shown, key=lambda k: (-k.tile.rows, k.tile.format, k.device)):
        facts, (busy, fma) = kernel.facts, block_cycles(kernel)
        print(f"| `{kernel.name}` | sm_{kernel.device} | {kernel.registers} | {kernel.spilled} | {kernel.shared - RESERVED:,} | "
              f"{kernel.blocks}, {kernel.blocks * kernel.tile.threads // 32} | {facts['ffma']:,} of {facts['issued']:,} = "
              f"{100 * facts['share']:.1f} % | {facts['lds']}, {facts['ldg']}, {facts['sts']} | {bytes_per_flop(kernel.tile):.4f} | "
              f"{100 * fma / busy:.0f} % |")


def other_table(found):
    print("| kernel | registers sm_80, sm_90 | spilled | shared memory | blocks at once |")
    print("|---|---|---|---|---|")
    pairs = collections.defaultdict(dict)
    for kernel in found:
        if not kernel.tile:
            pairs[kernel.name][kernel.device] = kernel
    for name, both in pairs.items():
        a, h = both[80], both[90]
        print(f"| `{name}` | {a.registers}, {h.registers} | {a.spilled}, {h.spilled} | {a.shared - RESERVED:,} | {a.blocks}, {h.blocks} |")


def estimate(found, rows):
    """Of all products of the model on so many rows: prints a table, returns seconds for each device."""
    print(f"| {rows:,} rows | " + " | ".join(f"{d.name}: tile, TFLOP/s, of peak" for d in DEVICES.values()) + " |")
    print("|---|" + "---|" * len(DEVICES))
    whole = collections.Counter()
    flops = 0
    for name, cols, depth, count in [*LAYER, HEAD]:
        cells, work = [], 2 * rows * cols * depth
        times = count * (1 if name == "head" else LAYERS)
        flops += work * times
        for number, device in DEVICES.items():
            usable = [k for k in found if k.facts and k.device == number and k.tile.format == "bf16"]
            best = chosen(usable, device, rows, cols)
            took = seconds(best, rows, cols, depth)
            whole[number] += took * times
            cells.append(f"{best.tile.rows}×{best.tile.cols}, {work / took / 1e12:.1f}, {100 * work / took / 1e12 / device.tflops:.0f} %")
        print(f"| {name}: {cols:,}×{depth:,} | {' | '.join(cells)} |")
    print(f"| all, {flops / 1e12:.1f} TFLOP | " + " | ".join(
        f"{whole[n]:.2f} s, {flops / whole[n] / 1e12:.1f} TFLOP/s, {100 * flops / whole[n] / 1e12 / d.tflops:.0f} %" for n, d in DEVICES.items()) + " |")
    return whole


def against_reading(times):
    """Reading and computing overlap; what does not is computing the last layer after its last byte."""
    print("| reading 16.06 GB from | " + " | ".join(f"{d.name}, {rows:,} rows" for rows in times for d in DEVICES.values()) + " |")
    print("|---|" + "---|" * (len(DEVICES) * len(times)))
    for name, rate in READS:
        read = FILE_GB / rate
        print(f"| {name}: {read:.1f} s | " + " | ".join(
            f"{(max(read, took[number]) + min(read, took[number]) / LAYERS) / read:.2f}" for took in times.values() for number in DEVICES) + " |")


def main(build):
    found = kernels(build)
    product_table(found)
    print()
    other_table(found)
    print()
    times = {}
    for rows in (2048, 128):
        times[rows] = estimate(found, rows)
        print()
    against_reading(times)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(pathlib.Path(sys.argv[1]).resolve())
