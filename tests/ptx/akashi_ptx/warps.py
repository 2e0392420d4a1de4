"""Instructions that lanes of a warp or threads of a block do together."""
import numpy as np

from .parser import Immediate, Pair
from .table import opcode

WARP = 32
LANE_BIT = np.uint32(1) << np.arange(WARP, dtype=np.uint32)


@opcode(r"(?:bar|barrier)\.sync(?:\.aligned)?")
def block_barrier(program, operands):
    if operands != (Immediate(0),):
        raise ValueError("a barrier other than 0, or of fewer threads than the block has")
    guard, part = program.guard(), program.part
    part.kind = "barrier"

    def guarded(lanes, mask):
        """(who passes by, who waits)"""
        if guard is None:
            return lanes.nobody, mask
        waits = lanes.masks.meet(mask, guard(lanes))
        return lanes.masks.without(mask, waits), waits
    part.guarded = guarded
    return None


def together(program, members):
    """Make the part wait for all lanes of a warp that `members` names."""
    part, guard, instruction = program.part, program.guard(), program.instruction
    source = program.source(members, "b32")
    part.kind = "warp"

    def complete(lanes, mask):
        """(who can act, who must wait for others of the warp)"""
        lanes.mask = mask
        if mask is lanes.everyone and mask.all and guard is None and isinstance(members, Immediate) \
                and members.value & 0xffffffff == 0xffffffff:
            return mask, lanes.nobody
        acts = mask.bits & guard(lanes) if guard else mask.bits
        acting, living = acts.reshape(-1, WARP), lanes.living.bits.reshape(-1, WARP)
        named = np.broadcast_to(source(lanes), (lanes.count,)).reshape(-1, WARP)
        wanted = np.bitwise_or.reduce(np.where(acting, named, np.uint32(0)), axis=1)
        differing = acting & (named != wanted[:, None])
        if differing.any():
            lanes.fault("divergence", instruction, np.flatnonzero(differing)[0], "names other lanes than the rest of its warp")
        member = wanted[:, None] & LANE_BIT != 0
        alien = acting & ~member
        if alien.any():
            lanes.fault("divergence", instruction, np.flatnonzero(alien)[0], "is not among the lanes that it names")
        absent = (member & living & ~acting).any(axis=1)
        waits = lanes.masks.of((acting & absent[:, None]).reshape(-1))
        return lanes.masks.without(mask, waits), waits
    part.complete = complete


@opcode(r"bar\.warp\.sync")
def warp_barrier(program, operands):
    together(program, operands[0])
    members, instruction = program.source(operands[0], "b32"), program.instruction

    def step(lanes):
        named = np.broadcast_to(members(lanes), (lanes.count,))
        living = lanes.living.bits.reshape(-1, WARP)
        bits = lanes.mask.bits.reshape(-1, WARP)
        part = bits.any(axis=1)[:, None] & living & ~bits
        if part.any() or (named[lanes.mask.lanes] != 0xffffffff).any():
            lanes.fault("divergence", instruction, lanes.mask.lanes[0], "a barrier of part of a warp, which is not followed here")
        lanes.warp_turns = lanes.warp_turns + lanes.mask.bits
    return step


def from_lanes(lanes, instruction, value, source):
    """value of lane `source` of the same warp, which must act."""
    lane = np.arange(lanes.count) % WARP
    at = np.arange(lanes.count) - lane + source
    idle = lanes.mask.bits & ~lanes.mask.bits[at]
    if np.count_nonzero(idle):
        bad = int(np.flatnonzero(idle)[0])
        lanes.fault("inactive lane", instruction, bad, f"takes the value of lane {int(source[bad])}, which does not take part")
    return value[at]


@opcode(r"shfl\.sync\.(up|down|bfly|idx)\.b32")
def shuffle(program, operands, mode):
    to, what, which, clamp, members = operands
    together(program, members)
    target = program.target(to.first if isinstance(to, Pair) else to, "b32")
    within = program.target(to.second, "pred") if isinstance(to, Pair) else None
    value, b, c = program.source(what, "b32"), program.source(which, "u32"), program.source(clamp, "u32")
    instruction = program.instruction

    def step(lanes):
        lane = np.arange(lanes.count) % WARP
        by, limits = np.asarray(b(lanes)).astype(np.int64) & 31, np.asarray(c(lanes)).astype(np.int64)
        segment, clamped = limits >> 8 & 31, limits & 31
        most, least = lane & segment | clamped & ~segment, lane & segment
        source = {"up": lane - by, "down": lane + by, "bfly": lane ^ by, "idx": least | by & ~segment}[mode]
        inside = source >= most if mode == "up" else source <= most
        source = np.where(inside, source, lane)
        target(lanes, from_lanes(lanes, instruction, np.broadcast_to(value(lanes), (lanes.count,)), source))
        if within:
            within(lanes, inside)
    return step


def acting_of_warps(lanes):
    return lanes.mask.bits.reshape(-1, WARP)


@opcode(r"vote\.sync\.(all|any|uni)\.pred")
def vote(program, operands, mode):
    together(program, operands[2])
    target, what = program.target(operands[0], "pred"), program.source(operands[1], "pred")

    def step(lanes):
        acting = acting_of_warps(lanes)
        truth = np.broadcast_to(what(lanes), (lanes.count,)).reshape(-1, WARP)
        some, every = (truth & acting).any(axis=1), (truth | ~acting).all(axis=1)
        result = {"any": some, "all": every, "uni": every | ~some}[mode]
        target(lanes, np.repeat(result, WARP))
    return step


@opcode(r"vote\.sync\.ballot\.b32")
def ballot(program, operands):
    together(program, operands[2])
    target, what = program.target(operands[0], "b32"), program.source(operands[1], "pred")

    def step(lanes):
        truth = np.broadcast_to(what(lanes), (lanes.count,)).reshape(-1, WARP) & acting_of_warps(lanes)
        target(lanes, np.repeat(np.where(truth, LANE_BIT, np.uint32(0)).sum(axis=1, dtype=np.uint32), WARP))
    return step


@opcode(r"redux\.sync\.(add|min|max|and|or|xor)\.([bsu]32)")
def reduce(program, operands, name, kind):
    together(program, operands[2])
    target, what = program.target(operands[0], kind), program.source(operands[1], kind)
    function = {"add": np.add, "min": np.minimum, "max": np.maximum, "and": np.bitwise_and, "or": np.bitwise_or,
                "xor": np.bitwise_xor}[name]

    def step(lanes):
        values = np.broadcast_to(what(lanes), (lanes.count,)).reshape(-1, WARP)
        result = np.zeros(len(values), values.dtype)
        for i in np.flatnonzero(acting_of_warps(lanes).any(axis=1)):
            result[i] = function.reduce(values[i][acting_of_warps(lanes)[i]])
        target(lanes, np.repeat(result, WARP))
    return step
