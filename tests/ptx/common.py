"""What the checks share: where things are, small kernels around an instruction, and leaving with a reason."""
import os
import pathlib
import shlex
import shutil
import struct
import subprocess
import sys

SOURCE = pathlib.Path(os.environ.get("AKASHI_SOURCE", pathlib.Path(__file__).parents[2]))
BUILD = pathlib.Path(os.environ.get("AKASHI_BUILD", SOURCE / "build"))
FAILED = []


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


try:
    import numpy as np
except ImportError:
    skip("this python has no numpy (Debian: python3-numpy)")

import akashi_ptx as ptx  # noqa: E402


def check(what, good):
    if not good:
        FAILED.append(what)
        if len(FAILED) <= 20:
            print(f"wrong: {what}")


def finish(message):
    if FAILED:
        sys.exit(f"{len(FAILED)} wrong")
    print(message)


def expect_refused(what, text, *words):
    """The text must be refused with these words, before anything runs."""
    try:
        ptx.check(ptx.parse(text, "planted.ptx"))
    except ptx.Refused as refused:
        check(f"{what}: refused, but says: {refused}", all(word in str(refused) for word in words))
        return
    check(f"{what}: not refused", False)


def expect_fault(what, kind, run, *words):
    """run() must end in a fault of this kind whose message has these words."""
    try:
        run()
    except ptx.Fault as fault:
        check(f"{what}: {fault.kind}: {fault}", fault.kind == kind and all(word in str(fault) for word in words))
        return
    check(f"{what}: not noticed", False)


HEAD = ".version 8.0\n.target sm_80\n.address_size 64\n"
REGISTERS = """
	.reg .pred %p<20>;
	.reg .b16 %h<20>;
	.reg .f32 %f<20>;
	.reg .b32 %r<40>;
	.reg .b64 %d<40>;
"""


def kernel(body, name="planted", declared=""):
    """A kernel of two parameters, pointers that are in %d1 and %d2; %r1 is the thread, %d3 four times it."""
    return (f"{HEAD}{declared}.visible .entry {name}(.param .u64 {name}_0, .param .u64 {name}_1)\n.maxntid 1024, 1, 1\n{{"
            f"{REGISTERS}\tld.param.u64 %d1, [{name}_0];\n\tld.param.u64 %d2, [{name}_1];\n\tmov.u32 %r1, %tid.x;\n"
            f"\tmul.wide.u32 %d3, %r1, 4;\n{body}\n\tret;\n}}\n")


def launch_text(text, threads=32, blocks=1, inputs=bytes(4096), outputs=4096, **more):
    """Run the kernel `planted` of a text; what it wrote to its second pointer."""
    memory = ptx.GlobalMemory()
    first = memory.allocate("in", len(inputs), inputs)
    second = memory.allocate("out", outputs)
    ptx.launch(ptx.parse(text, "planted.ptx"), "planted", (blocks, 1, 1), (threads, 1, 1),
               [struct.pack("<Q", first), struct.pack("<Q", second)], memory, **more)
    return memory.get(second, outputs)


# ---- The build ----

def cache_entry(name):
    """A variable of the build's CMakeCache.txt, or None."""
    path = BUILD / "CMakeCache.txt"
    for line in path.read_text().splitlines() if path.exists() else ():
        if line.startswith(f"{name}:"):
            return line.partition("=")[2]
    return None


def nvcc():
    """The CUDA compiler of the build; leaves where there is none."""
    found = cache_entry("AKASHI_NVCC") or shutil.which("nvcc")
    if not found or found.endswith("NOTFOUND"):
        skip("there is no nvcc, so nothing can be compiled for a device")
    if cache_entry("AKASHI_NVCC") and not cache_entry("AKASHI_CUDA_TRIED"):
        skip(f"{found} does not work, so nothing can be compiled for a device")
    return found


def flags():
    """What the build tells nvcc about device code."""
    return [flag for part in (cache_entry("AKASHI_CUDA_FLAGS") or "").split(";") for flag in shlex.split(part)]


def compiled(source, name, scratch, *more, instead=None):
    """The PTX of a text with the build's flags and more, or with others instead; it knows its lines, for what is reported."""
    place, out = scratch / f"{name}.cu", scratch / f"{name}.ptx"
    place.write_text(source)
    used = flags() if instead is None else instead
    done = subprocess.run([nvcc(), "-ptx", "-arch=compute_80", "-lineinfo", *used, *more, f"-I{SOURCE}", "-o", out, place],
                          capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr}")
    return out.read_text()


def bits(array):
    return np.ascontiguousarray(array).view(np.uint32)
