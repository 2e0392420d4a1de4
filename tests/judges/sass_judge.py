"""Did ptxas keep the order of the products, without spilling, and are nearly all instructions fma?

The cubins that ship are disassembled by NVIDIA's own nvdisasm, and a tile of every kernel of products
is run from that machine code (sass_machine.py), following what each fma multiplies and adds to.
Exact division and square root are made of MUFU and .FTZ on prepared values, so only kernels of
products are judged by single instructions; for all kernels nothing may be spilled. That the judge
can say no is shown by tiles that are wrong (sass_tile.cu).
"""
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

import sass
import sass_product

SOURCE = pathlib.Path(os.environ["AKASHI_SOURCE"])
BUILD = pathlib.Path(os.environ["AKASHI_BUILD"])
TILE = pathlib.Path(__file__).with_name("sass_tile.cu")
LEAST_SHARE = 0.88 # of FFMA among the instructions of the main loop, for the tile with most outputs
DEVICES = (80, 90)


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def cached(name):
    found = re.search(rf"^{name}:\w+=(.*)$", (BUILD / "CMakeCache.txt").read_text(), re.M)
    return found.group(1) if found else ""


def run(*command):
    ran = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(f"wrong: {' '.join(map(str, command))}\n{ran.stderr}")
    return ran


class Judge:
    def __init__(self, scratch):
        self.scratch = scratch
        self.nvdisasm, self.cuobjdump = sass.tool("nvdisasm"), sass.tool("cuobjdump")
        if not self.nvdisasm or not self.cuobjdump:
            skip("there is no nvdisasm and cuobjdump (tests/judges/requirements.txt)")
        self.ptxas, self.nvcc = cached("AKASHI_PTXAS"), cached("AKASHI_NVCC")
        self.files = sorted(path.stem for path in (BUILD / "cuda").glob("*.ptx"))
        if not self.files or not self.ptxas or not self.nvcc:
            skip("there is no nvcc, so this build has no device code")
        self.failed = 0

    def say(self, faults, what):
        print(f"{'wrong' if faults else 'ok'}: {what}", flush=True)
        for fault in faults[:8]:
            print(f"    {fault}")
        self.failed += bool(faults)

    def refused(self, faults, pattern, what):
        """The judge had to object, for this reason among others."""
        fits = [fault for fault in faults if re.search(pattern, fault)]
        self.say([] if fits else [f"not noticed ({faults[:2]})"], f"refused: {what}" + (f" ({fits[0]})" if fits else ""))

    def shipped(self):
        for file in self.files:
            ptx = BUILD / "cuda" / f"{file}.ptx"
            for device in DEVICES:
                cubin = BUILD / "cuda" / f"{file}.sm_{device}.cubin"
                self.one_cubin(file, ptx, device, cubin)

    def one_cubin(self, file, ptx, device, cubin):
        again = self.scratch / "again.cubin"
        run(self.ptxas, "-O3", f"-arch=sm_{device}", "-o", again, ptx)
        self.say([] if again.read_bytes() == cubin.read_bytes() else ["assembled again it is another"],
                 f"{cubin.name} is what ptxas makes of {ptx.name}")
        code = sass.functions(cubin, self.nvdisasm)
        for name, used in sorted(sass.resources(cubin, self.cuobjdump).items()):
            spilled = [f"{used[kind]} bytes of {kind}" for kind in ("STACK", "LOCAL") if used[kind]]
            self.say(spilled, f"{name}, sm_{device}: {used['REG']} registers, {used['SHARED']} bytes shared, nothing spilled")
        if file != "product":
            return
        tiles, pack = sass_product.own_tiles(SOURCE), sass_product.own_parameters(SOURCE)
        largest = max(tile.outputs for tile in tiles.values())
        for name, tile in tiles.items():
            facts, faults = sass_product.run(code[name], tile, device, pack, sass.constants(cubin, name))
            self.say(faults + (self.too_few(facts) if tile.outputs == largest else []), f"{name}, sm_{device}: {told(facts, tile)}")

    @staticmethod
    def too_few(facts):
        share = facts.get("share", 0)
        return [] if share >= LEAST_SHARE else [f"{100 * share:.1f} % of the main loop's instructions are FFMA, not {100 * LEAST_SHARE:.0f} %"]

    def tile(self, device, define, *ptxas):
        """What is said of the tile compiled so."""
        ptx, cubin = self.scratch / "tile.ptx", self.scratch / "tile.cubin"
        run(self.nvcc, "-ptx", "-arch=compute_80", *cached("AKASHI_CUDA_FLAGS").split(";"), f"-D{define}", "-o", ptx, TILE)
        run(self.ptxas, "-O3", f"-arch=sm_{device}", *ptxas, "-o", cubin, ptx)
        facts, faults = sass_product.run(
            sass.functions(cubin, self.nvdisasm)["tile"], sass_product.Tile(128, 128, 16, 256, 64, "f32"), device,
            lambda is_: struct.pack("=QQQII", is_["x"], is_["w"], is_["y"], is_["x_stride"], is_["depth"] // 16), rest=0)
        return faults + self.too_few(facts)

    def wrong_tiles(self):
        for device in DEVICES:
            self.say(self.tile(device, "RIGHT"), f"a tile that is right, sm_{device}")
            self.refused(self.tile(device, "RIGHT", "-maxrregcount=64", "--override-directive-values"), "spilled",
                         f"a tile with too few registers, sm_{device}")
        for place, (define, pattern, what) in enumerate((
                ("SPLIT", "step 0 of a sum takes k = 1", "sums that are split"),
                ("DESCEND", "step 0 of a sum takes k = 15", "rows in descending order"),
                ("SHUFFLED", "step 1 of a sum takes k = 5", "rows in another order"),
                ("CROSSED", r"x\[\d+\]\[0\] meets w\[\d+\]\[1\]", "a row of x that meets another row of w"),
                ("SKIPPED", "step 7 of a sum takes k = 8", "a step that is left out"),
                ("APART", "FFMA|FMUL", "products and sums rounded apart"),
                ("APPROXIMATE", "MUFU.*approximation", "an approximation in the loop"),
                ("NARROW", "global memory of .*, not 16", "loads of 4 bytes"),
                ("CROWDED", "lanes want different rows of one bank", "threads that wait for one another's banks"),
                ("UNROLLED_LESS", "FFMA, not 88 %", "too many instructions beside FFMA"))):
            device = DEVICES[place % len(DEVICES)]
            self.refused(self.tile(device, define), pattern, f"{what}, sm_{device}")


def told(facts, tile):
    if not facts:
        return "not run to its end"
    return (f"{tile.outputs} chains of ascending k in each thread; a pass issues {facts['ffma']} FFMA of {facts['issued']} instructions "
            f"({100 * facts['share']:.1f} %), {facts['ldg']} LDG.128, {facts['lds']} LDS.128, {facts['sts']} STS, {facts['barriers']} barriers")


def main():
    with tempfile.TemporaryDirectory() as name:
        judge = Judge(pathlib.Path(name))
        judge.shipped()
        judge.wrong_tiles()
    raise SystemExit(1 if judge.failed else 0)


if __name__ == "__main__":
    main()
