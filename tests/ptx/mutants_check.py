"""Would kernels_check.py notice a mistake in the kernels that ship? mutants_check.py [--all] [WORD...]

Each mutant is a compiled kernel with one instruction changed, and must be noticed by some recorded case: by a fault or by other
bits. A few of each kind are drawn for every kernel; --all or AKASHI_LONG=1 tries each, and words choose kernels by their names.
"""
import dataclasses
import os
import pathlib
import random
import sys
import tempfile
import time

from common import BUILD, check, finish, ptx, skip

import recording
from akashi_ptx.parser import Address, Immediate, Register

DRAWN = 1  # of each kind, for each kernel
ALL = "--all" in sys.argv or os.environ.get("AKASHI_LONG") == "1"


def change(kernel, at, *instead):
    """The kernel with other instructions in the place of one."""
    more = len(instead) - 1
    labels = {name: place + (more if place > at else 0) for name, place in kernel.labels.items()}
    instructions = kernel.instructions[:at] + list(instead) + kernel.instructions[at + 1:]
    return dataclasses.replace(kernel, instructions=instructions, labels=labels, program=None,
                               registers=dict(kernel.registers))


def rounded_apart(kernel):
    """Every product and sum of a kernel in two instructions."""
    mutant = dataclasses.replace(kernel, registers=kernel.registers | {"%mutant": "f32"})
    for at in reversed([at for at, one in enumerate(kernel.instructions) if one.opcode == "fma.rn.f32"]):
        one = mutant.instructions[at]
        to, a, b, c = one.operands
        mutant = change(mutant, at, dataclasses.replace(one, opcode="mul.rn.f32", operands=(Register("%mutant"), a, b)),
                        dataclasses.replace(one, opcode="add.rn.f32", operands=(to, Register("%mutant"), c)))
    return mutant


def swapped(kernel, at, one):
    """The first operand and the last change places."""
    to, *operands = one.operands
    return change(kernel, at, dataclasses.replace(one, operands=(to, *reversed(operands))))


def moved(kernel, at, one, operand):
    """An address one number further."""
    size = int(one.opcode.rpartition(".")[2][1:]) // 8 * {"v2": 2, "v4": 4}.get(one.opcode.split(".")[-2], 1)
    where = one.operands[operand]
    operands = list(one.operands)
    operands[operand] = Address(where.base, where.offset + size)
    return change(kernel, at, dataclasses.replace(one, operands=tuple(operands)))


def far_away(kernel, at, one):
    """An address beyond everything: whether the place is reached at all."""
    to, where = one.operands
    return change(kernel, at, dataclasses.replace(one, operands=(to, Address(where.base, where.offset + (1 << 30)))))


def other_distance(kernel, at, one):
    to, value, by, *rest = one.operands
    return change(kernel, at, dataclasses.replace(one, operands=(to, value, Immediate(by.value ^ 3), *rest)))


def barrier(one):
    return one.opcode.split(".")[0] in ("bar", "barrier")


def is_a(*starts):
    return lambda one: one.opcode.startswith(starts)


def simple_shuffle(one):
    return one.opcode.startswith("shfl") and isinstance(one.operands[2], Immediate)


LOADS = "loads a place further"
KINDS = {  # name: (which instructions, the change)
    "without a barrier": (barrier, lambda kernel, at, one: change(kernel, at)),
    "multiplies and adds other numbers": (is_a("fma.rn.f32"), swapped),
    "divides the other way round": (is_a("div.rn.f32"), swapped),
    "stores a place further": (is_a("st.global", "st.shared"), lambda kernel, at, one: moved(kernel, at, one, 0)),
    LOADS: (is_a("ld.global", "ld.shared"), lambda kernel, at, one: moved(kernel, at, one, 1)),
    "another lane": (simple_shuffle, other_distance),
}


# Some mutants compute the same: a barrier at the end of a row where more follow, one number more or less of a maximum. So
# few may go unnoticed; they are printed.
UNNOTICED_PERCENT = 5


class Suite:
    """The recorded cases, those first that noticed something before."""

    def __init__(self, modules, cases):
        self.modules = modules
        self.cases = cases
        self.of = {}  # (file, kernel): [number of a case]
        for number, (_, events) in enumerate(cases):
            for event in events:
                if "launch" in event:
                    numbers = self.of.setdefault((event["file"], event["launch"]), [])
                    if number not in numbers:
                        numbers.append(number)

    def notices(self, file, name, mutant):
        """The name of the case that does, and how."""
        module = dataclasses.replace(self.modules[file], kernels=self.modules[file].kernels | {name: mutant})
        numbers = self.of.get((file, name), [])
        for number in list(numbers):
            what, events = self.cases[number]
            replay = recording.Replay(self.modules | {file: module}, what)
            try:
                replay.run(events, step_limit=300_000)
                how = "other bits" if replay.differs else None
            except ptx.Fault as fault:
                how = fault.kind
            if how:
                numbers.remove(number)
                numbers.insert(0, number)
                return what, how
        return None


def chosen(draw, places):
    return places if ALL or len(places) <= DRAWN else draw.sample(places, DRAWN)


class Tally:
    def __init__(self):
        self.tried = self.unnoticed = 0
        self.ways = {}

    def add(self, found):
        self.tried += 1
        if found:
            self.ways[found[1]] = self.ways.get(found[1], 0) + 1
        return found is not None


def examine(suite, tally, draw, file, kernel):
    """A kernel's mutants."""
    if any(one.opcode == "fma.rn.f32" for one in kernel.instructions):
        noticed = tally.add(suite.notices(file, kernel.name, rounded_apart(kernel)))
        check(f"{kernel.name} with every product and sum rounded one by one is not noticed", noticed)
    for kind, (applies, mutate) in KINDS.items():
        places = [at for at, one in enumerate(kernel.instructions) if applies(one)]
        for at in chosen(draw, places):
            one = kernel.instructions[at]
            found = suite.notices(file, kernel.name, mutate(kernel, at, one))
            if not found and kind == LOADS:  # of a maximum, one number more or less seldom shows
                found = suite.notices(file, kernel.name, far_away(kernel, at, one))
            if tally.add(found):
                continue
            tally.unnoticed += 1
            print(f"{kernel.name} {kind} is not noticed: {one.place}")


def main():
    words, before, draw = [word for word in sys.argv[1:] if word != "--all"], time.monotonic(), random.Random(16)
    if not list((BUILD / "cuda").glob("*.ptx")):
        skip("there is no compiled device code in the build: there was no nvcc that works")
    modules = recording.modules()
    with tempfile.TemporaryDirectory() as scratch:
        suite = Suite(modules, recording.record(pathlib.Path(scratch)))
    tally = Tally()
    for file, module in modules.items():
        for name, kernel in module.kernels.items():
            if not words or any(word in name for word in words):
                examine(suite, tally, draw, file, kernel)
    said = ", ".join(f"{count} by {way}" for way, count in sorted(tally.ways.items(), key=lambda pair: -pair[1]))
    print(f"{tally.tried} mutants: {said}")
    check(f"{tally.unnoticed} are not noticed", tally.unnoticed * 100 <= max(1, tally.tried) * UNNOTICED_PERCENT)
    finish(f"{tally.tried - tally.unnoticed} are noticed, {time.monotonic() - before:.1f} s")


if __name__ == "__main__":
    main()
