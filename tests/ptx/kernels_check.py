"""Every kernel that ships, as the PTX that it was compiled to, launched as the backend launches it: kernels_check.py [WORD...]

With words, only cases whose names have one of them.
"""
import pathlib
import re
import sys
import tempfile
import time

from common import BUILD, SOURCE, check, finish, ptx, skip

import recording


def listed():
    """(file, kernel) of every line of kernels.def."""
    text = (SOURCE / "kernels" / "cuda" / "kernels.def").read_text()
    return set(re.findall(r"^CUDA_KERNEL\((\w+), (\w+)\)", text, re.MULTILINE))


def main():
    words, before = sys.argv[1:], time.monotonic()
    if not list((BUILD / "cuda").glob("*.ptx")):
        skip("there is no compiled device code in the build: there was no nvcc that works")
    modules = recording.modules()
    for module in modules.values():
        ptx.check(module)
    with tempfile.TemporaryDirectory() as scratch:
        cases = recording.record(pathlib.Path(scratch))
    ran, times = {}, {}
    for name, events in cases:
        if words and not any(word in name for word in words):
            continue
        begin = time.monotonic()
        for place in recording.replayed(modules, name, events):
            ran[place] = ran.get(place, 0) + 1
        times[name] = time.monotonic() - begin
    slowest = sorted(times, key=times.get)[-3:]
    for file, kernel in sorted(listed() - set(ran)):
        check(f"no case launches {kernel} of {file}.cu", bool(words))
    compiled = {(file, kernel) for file, module in modules.items() for kernel in module.kernels}
    check(f"kernels.def and the PTX name the same kernels: {sorted(compiled ^ listed())}", compiled == listed())
    print("slowest: " + ", ".join(f"{name} {times[name]:.1f} s" for name in slowest))
    finish(f"{sum(ran.values())} launches of {len(ran)} kernels in {len(times)} cases give the CPU's bits, "
           f"{time.monotonic() - before:.1f} s")


if __name__ == "__main__":
    main()
