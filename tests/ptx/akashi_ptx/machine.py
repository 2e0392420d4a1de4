"""Runs a kernel: lanes that stand at the same instruction go together, those that are furthest behind first."""
import itertools

import numpy as np

from .errors import Fault
from .masks import Masks
from .memory import Bytes, THERE, WRITTEN, Window
from .program import Program
from .races import Journal, Race

WARP = 32
LANES_AT_ONCE = 4096
STEP_LIMIT = 5_000_000  # instructions issued for one launch: minutes, where kernels of tests take seconds


class Lanes:
    """Several blocks that run together: their registers, their memories, and the set of lanes that acts now."""

    def __init__(self, program, run, first_block, blocks):
        self.program, self.run = program, run
        self.kernel = program.kernel
        self.threads = run.threads_padded
        self.blocks = blocks
        self.count = blocks * self.threads
        self.first_thread = first_block * self.threads
        self.masks = Masks()
        self.registers = [None] * len(program.register_names)
        self.defined = [None] * len(program.register_names)
        self.special = run.special(first_block, blocks)
        real = np.arange(self.count) % self.threads < run.threads
        self.mask = self.everyone = self.living = self.masks.of(real)
        self.nobody = self.masks.of(np.zeros(self.count, bool))
        self.shared = Window(blocks, self.kernel.shared, self.kernel.shared_bytes, "shared")
        self.local = Window(self.count, self.kernel.local, self.kernel.local_bytes, "local")
        self.shared_journal = Journal(len(self.shared.bytes.data), program.granule("shared"), self.threads)
        self.block_turns = np.zeros(self.count, np.int64)
        self.warp_turns = np.zeros(self.count, np.int64)
        lane = np.arange(self.count)
        self.shared_base = lane // self.threads * self.shared.limit
        self.local_base = lane * self.local.limit

    # ---- Registers ----

    def undefined(self, index, instruction):
        """A register is read that some acting lane never wrote."""
        defined = self.defined[index]
        bad = self.mask.bits if defined is None else self.mask.bits & ~defined.bits
        self.fault("uninitialised", instruction, np.flatnonzero(bad)[0],
                   f"reads {self.program.register_names[index]}, which was never set")

    def write(self, index, value):
        mask = self.mask
        if value.ndim == 0:
            value = np.full(self.count, value)
        if mask.all or mask is self.living:
            self.registers[index] = value
            self.defined[index] = mask
            return
        defined = self.defined[index]
        if defined is None or mask.covers(defined):
            self.registers[index] = value
            self.defined[index] = mask
        else:
            self.registers[index] = np.where(mask.bits, value, self.registers[index])
            self.defined[index] = self.masks.join(defined, mask)

    def spread(self, values):
        """Values of the acting lanes, one for each of all lanes."""
        if self.mask.all:
            return values
        full = np.zeros(self.count, values.dtype)
        full[self.mask.lanes] = values
        return full

    # ---- Reports ----

    def thread_name(self, lane):
        return self.run.thread_name(self.first_thread + int(lane))

    def fault(self, kind, instruction, lane, what):
        raise Fault(kind, f"{self.kernel.name}, {self.thread_name(lane)}: {instruction.place}: {what}")

    def settle_shared(self, ended=None):
        try:
            self.shared_journal.settle(ended)
        except Race as race:
            owner = race.first_thread // self.threads
            address = race.key - owner * self.shared.limit
            raise self.run.race_fault(race, self.shared.describe(address), self.first_thread) from None

    # ---- The course of the lanes ----

    def go(self):
        ready = {0: self.everyone}
        parked = {}   # at an instruction of a whole warp, for the rest of the warp
        waiting = {}  # at a barrier of the block, for the rest of the block
        while True:
            if not ready:
                if not parked and not waiting:
                    break
                self.stuck(parked, waiting)
            at = min(ready)
            mask = ready.pop(at)
            part = self.program.parts[at]
            if part.kind == "barrier":
                self.arrive(ready, waiting, at, part, mask)
                continue
            if part.kind == "warp":
                if at in parked:
                    mask = self.masks.join(mask, parked.pop(at))
                mask, rest = part.complete(self, mask)
                if rest.any:
                    parked[at] = rest
                if not mask.any:
                    continue
            self.run.count(self, part, mask)
            self.mask = mask
            for step in part.steps:
                step(self)
            gone = mask
            for target, lanes in part.leave(self):
                self.join(ready, target, lanes)
                gone = self.masks.without(gone, lanes)
            if gone.any:
                self.living = self.masks.without(self.living, gone)
                for target in list(parked):  # they may have waited for those that left
                    self.join(ready, target, parked.pop(target))
        self.settle_shared()

    def join(self, ready, at, mask):
        if mask.any:
            ready[at] = self.masks.join(ready[at], mask) if at in ready else mask

    def arrive(self, ready, waiting, at, part, mask):
        self.run.count(self, part, mask)
        self.mask = mask
        passing, mask = part.guarded(self, mask)
        self.join(ready, at + 1, passing)
        self.join(waiting, at, mask)
        if at not in waiting:
            return
        real = self.everyone.bits.reshape(self.blocks, self.threads)
        here = waiting[at].bits.reshape(self.blocks, self.threads)
        complete = np.repeat((here == real).all(axis=1), self.threads)
        if not complete.any():
            return
        self.settle_shared(None if complete.all() else complete)
        released = self.masks.meet(waiting[at], complete)
        waiting[at] = self.masks.without(waiting[at], released)
        if not waiting[at].any:
            del waiting[at]
        self.block_turns = self.block_turns + complete
        self.warp_turns = self.warp_turns + complete
        self.join(ready, at + 1, released)

    def stuck(self, parked, waiting):
        """Nobody can go on: say why."""
        for at, mask in parked.items():
            instruction = self.program.parts[at].instruction
            self.fault("divergence", instruction, mask.lanes[0],
                       "waits for lanes of its warp that wait elsewhere and never come here")
        places = [(int(mask.lanes[0]), at) for at, mask in waiting.items()]
        lane, at = min(places)
        block = lane // self.threads
        instruction = self.program.parts[at].instruction
        inside = slice(block * self.threads, (block + 1) * self.threads)
        gone = self.everyone.bits[inside] & ~self.living.bits[inside]
        if gone.any():
            other = block * self.threads + int(np.flatnonzero(gone)[0])
            self.fault("exit at barrier", instruction, lane,
                       f"waits at the barrier, and {self.thread_name(other)} has left the kernel")
        for elsewhere, mask in waiting.items():
            if elsewhere != at and mask.bits[inside].any():
                other = block * self.threads + int(np.flatnonzero(mask.bits[inside])[0])
                self.fault("divergent barrier", instruction, lane,
                           f"waits at this barrier, and {self.thread_name(other)} at that of "
                           f"{self.program.parts[elsewhere].instruction.place}")
        raise AssertionError("lanes wait, and the interpreter does not know for what")


class Run:
    """One launch: what all its blocks share."""

    def __init__(self, program, grid, block, parameters, memory, step_limit):
        self.program, self.memory = program, memory
        self.grid, self.block = tuple(grid), tuple(block)
        self.threads = int(np.prod(self.block))
        self.threads_padded = -(-self.threads // WARP) * WARP
        self.blocks = int(np.prod(self.grid))
        self.steps_left = step_limit
        self.parameters = self.parameter_space(parameters)
        self.globals = program.place_variables(memory)
        self.journal = Journal(len(memory.bytes.data), program.granule("global"), self.threads_padded)

    def parameter_space(self, parameters):
        """The bytes of the parameters, each at its place."""
        kernel = self.program.kernel
        if [len(one) for one in parameters] != [variable.size for variable in kernel.params.values()]:
            raise Fault("launch", f"{kernel.name} takes parameters of {[one.size for one in kernel.params.values()]} bytes, "
                                  f"not {[len(one) for one in parameters]}")
        space = Bytes(-(-max(kernel.param_bytes, 1) // 16) * 16)
        for data, variable in zip(parameters, kernel.params.values()):
            space.data[variable.offset:variable.offset + variable.size] = np.frombuffer(bytes(data), np.uint8)
            space.state[variable.offset:variable.offset + variable.size] = THERE | WRITTEN
        return space

    def special(self, first_block, blocks):
        """The special registers that tell a lane where it is."""
        lane = np.arange(blocks * self.threads_padded)
        block, thread = first_block + lane // self.threads_padded, lane % self.threads_padded
        found = {"%laneid": thread % WARP, "%WARP_SZ": np.full(len(lane), WARP)}
        for number, extent, count, names in ((thread, "ntid", self.block, "tid"), (block, "nctaid", self.grid, "ctaid")):
            for axis, size in zip("xyz", count):
                found[f"%{names}.{axis}"] = number % size
                found[f"%{extent}.{axis}"] = np.full(len(lane), size)
                number = number // size
        return {name: value.astype(np.uint32) for name, value in found.items()}

    def thread_name(self, thread):
        def triple(number, extent):
            return "({}, {}, {})".format(number % extent[0], number // extent[0] % extent[1], number // (extent[0] * extent[1]))
        return (f"block {triple(thread // self.threads_padded, self.grid)} "
                f"thread {triple(thread % self.threads_padded, self.block)}")

    def race_fault(self, race, where, first_thread):
        return Fault("race", f"{self.program.kernel.name}, {race.told(where, lambda thread: self.thread_name(first_thread + thread))}")

    def count(self, lanes, part, mask):
        self.steps_left -= max(1, len(part.steps))
        if self.steps_left < 0:
            lanes.fault("endless", part.instruction, mask.lanes[0], "the limit of steps is reached: an endless loop?")

    def go(self):
        at_once = max(1, LANES_AT_ONCE // self.threads_padded)
        for first in range(0, self.blocks, at_once):
            Lanes(self.program, self, first, min(at_once, self.blocks - first)).go()
        try:
            self.journal.settle()
        except Race as race:
            raise self.race_fault(race, self.global_name(race.key), 0) from None

    def global_name(self, offset):
        for start, (_, size, at) in self.memory.allocations.items():
            if at <= offset < at + size:
                return self.memory.describe(start + offset - at)
        return f"offset {offset}"


def program_of(module, name):
    """The kernel's steps, made once."""
    kernel = module.kernels[name]
    if kernel.program is None:
        kernel.program = Program(kernel, module)
    return kernel.program


def check(module):
    """Refused names what any kernel of the module has that is not known."""
    for name in module.kernels:
        program_of(module, name)


def launch(module, name, grid, block, parameters, memory, step_limit=STEP_LIMIT):
    """Run kernel `name`: `parameters` is the bytes of each, `memory` a GlobalMemory, which it changes. Fault says what went wrong.

    What the kernel's text has that is not known is Refused, before anything runs.
    """
    if name not in module.kernels:
        raise Fault("launch", f"{module.file} has no kernel '{name}'")
    program = program_of(module, name)
    most = program.kernel.most_threads
    if int(np.prod(block)) > most or not all(itertools.chain(grid, block)):
        raise Fault("launch", f"{name} takes at least a block, and 1 to {most} threads a block, not {block} in {grid}")
    with np.errstate(all="ignore"):
        Run(program, grid, block, parameters, memory, step_limit).go()
