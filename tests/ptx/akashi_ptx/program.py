"""A kernel's instructions become steps: functions that act on all lanes at once, in parts that end where lanes may part."""
import numpy as np

from . import operations, transfers, warps  # noqa: F401  each fills the table
from .errors import Refused
from .parser import FloatBits, Immediate, Negated, Pair, Register, Symbol
from .table import find, why_not

TYPES = {"pred": np.bool_, "b8": np.uint8, "u8": np.uint8, "s8": np.int8, "b16": np.uint16, "u16": np.uint16, "s16": np.int16,
         "f16": np.uint16, "b32": np.uint32, "u32": np.uint32, "s32": np.int32, "f32": np.float32, "b64": np.uint64,
         "u64": np.uint64, "s64": np.int64}
TYPES = {name: np.dtype(kind) for name, kind in TYPES.items()}
STORED = {"pred": "pred", "f32": "f32"} | {f"{letter}{size}": f"b{size}" for letter in "bus" for size in (16, 32, 64)}
SPECIAL = {f"%{name}.{axis}" for name in ("tid", "ntid", "ctaid", "nctaid") for axis in "xyz"} | {"%laneid"}


class Part:
    """Instructions that the same lanes do, one after another. `leave` says who goes where, those that it leaves out have ended."""

    def __init__(self, index, instruction):
        self.index, self.instruction = index, instruction
        self.kind = "plain"
        self.steps = []
        self.leave = lambda lanes: [(index + 1, lanes.mask)]


class Program:
    def __init__(self, kernel, module):
        self.kernel, self.module = kernel, module
        self.register_names = list(kernel.registers)
        self.register_index = {name: i for i, name in enumerate(self.register_names)}
        self.sizes = {"global": 4, "shared": 4}
        self.parts = []
        self.compile()

    # ---- What is laid out ----

    def granule(self, space):
        """Bytes of what is watched for races there: no access is smaller."""
        return self.sizes[space]

    def place_variables(self, memory):
        """The address of each .global and .const variable, which stay in this memory from launch to launch."""
        known = memory.__dict__.setdefault("module_variables", {})
        for variable in self.module.variables.values():
            key = (id(self.module), variable.name)
            if key not in known:
                known[key] = memory.allocate(variable.name, variable.size, variable.data, writable=not variable.constant)
        return {variable.name: known[id(self.module), variable.name] for variable in self.module.variables.values()}

    # ---- Compiling ----

    def refuse(self, what):
        raise Refused(self.kernel.file, self.instruction.place.line, f"{what}: {self.instruction.place.text}")

    def compile(self):
        instructions = self.kernel.instructions
        starts = set(self.kernel.labels.values())
        part_of = {}  # index of an instruction that begins a part: the part
        part = None
        for i, instruction in enumerate(instructions):
            self.instruction = instruction
            word = instruction.opcode.split(".")[0]
            alone = word in ("bar", "barrier", "shfl", "vote", "redux")
            if part is None or i in starts or alone:
                part = Part(len(self.parts), instruction)
                self.parts.append(part)
                part_of[i] = part.index
            if word in ("bra", "brx", "ret", "exit"):
                self.jump(part, word)
                part = None
            else:
                self.add_step(part)
                if alone:
                    part = None
        if part is not None or not instructions:
            raise Refused(self.kernel.file, 0, f"the end of '{self.kernel.name}' without ret")
        self.targets = {name: part_of.get(at) for name, at in self.kernel.labels.items()}

    def add_step(self, part):
        maker, groups = find(self.instruction.opcode)
        if not maker:
            raise Refused(self.kernel.file, self.instruction.place.line, why_not(self.instruction.opcode))
        self.part = part
        try:
            step = maker(self, self.instruction.operands, *groups)
        except (ValueError, IndexError, TypeError, AttributeError) as error:
            self.refuse(f"operands that are not understood ({error})")
        if step is None:
            return
        if self.instruction.guard is not None:
            step = self.guarded_step(step)
        part.steps.append(step)

    def guard(self):
        """The truth of the guard for each lane, a function of Lanes; None without one."""
        return None if self.instruction.guard is None else self.source(self.instruction.guard, "pred")

    def guarded_step(self, step):
        guard = self.guard()

        def guarded(lanes):
            whole = lanes.mask
            lanes.mask = lanes.masks.meet(whole, guard(lanes))
            if lanes.mask.any:
                step(lanes)
            lanes.mask = whole
        return guarded

    def jump(self, part, word):
        operands, guard, opcode = self.instruction.operands, self.guard(), self.instruction.opcode
        if word in ("ret", "exit"):
            if opcode not in ("ret", "exit") or operands:
                self.refuse(why_not(opcode))
            part.leave = lambda lanes: [] if guard is None else [(part.index + 1, self.others(lanes, guard))]
        elif word == "bra":
            if opcode not in ("bra", "bra.uni") or not isinstance(operands[0], Symbol):
                self.refuse(why_not(opcode))
            name = operands[0].name
            if name not in self.kernel.labels:
                self.refuse("a jump to nowhere")

            def branch(lanes):
                if guard is None:
                    return [(self.targets[name], lanes.mask)]
                taken = lanes.masks.meet(lanes.mask, guard(lanes))
                return [(self.targets[name], taken), (part.index + 1, lanes.masks.without(lanes.mask, taken))]
            part.leave = branch
        else:
            self.jump_by_table(part, operands, guard, opcode)

    def jump_by_table(self, part, operands, guard, opcode):
        if opcode not in ("brx.idx", "brx.idx.uni") or guard or operands[1].name not in self.kernel.tables:
            self.refuse(why_not(opcode))
        index, names = self.source(operands[0], "u32"), self.kernel.tables[operands[1].name]
        instruction = self.instruction

        def branch(lanes):
            which = index(lanes)
            beyond = lanes.mask.bits & (which >= len(names))
            if np.count_nonzero(beyond):
                lanes.fault("jump", instruction, np.flatnonzero(beyond)[0], "jumps beyond the table")
            return [(self.targets[name], lanes.masks.meet(lanes.mask, which == i)) for i, name in enumerate(names)]
        part.leave = branch

    @staticmethod
    def others(lanes, guard):
        return lanes.masks.meet(lanes.mask, ~guard(lanes))

    # ---- Operands ----

    def source(self, operand, kind, wider=False):
        """The operand as numbers of a type, one for each lane or one for all: a function of Lanes."""
        dtype = TYPES[kind]
        if isinstance(operand, Immediate):
            if kind == "f32":
                raise ValueError("a whole number as a float")
            value = np.array(operand.value & ((1 << 8 * dtype.itemsize) - 1), f"u{dtype.itemsize}").view(dtype)[()] \
                if kind != "pred" else np.bool_(operand.value)
            return lambda lanes: value
        if isinstance(operand, FloatBits):
            value = np.array(operand.bits, np.uint32).view(dtype)[()]
            return lambda lanes: value
        if isinstance(operand, Negated):
            if kind != "pred":
                raise ValueError("'!' before what is no predicate")
            inner = self.source(operand.register, "pred")
            return lambda lanes: ~inner(lanes)
        if not isinstance(operand, Register):
            raise ValueError(f"{operand} as a number")
        if operand.name in SPECIAL:
            if dtype.itemsize != 4:
                raise ValueError("a special register of another size")
            return lambda lanes: lanes.special[operand.name].view(dtype)
        return self.register_source(operand, kind, wider)

    def register(self, operand):
        """(index, type in which it is kept)"""
        if operand.name not in self.register_index:
            raise ValueError(f"the register {operand.name} is not declared")
        return self.register_index[operand.name], TYPES[STORED[self.kernel.registers[operand.name]]]

    def register_source(self, operand, kind, wider):
        index, stored = self.register(operand)
        dtype, instruction = TYPES[kind], self.instruction
        if (stored == np.bool_) != (dtype == np.bool_):
            raise ValueError("a predicate as a number, or the other way round")
        if stored.itemsize != dtype.itemsize and not (wider and stored.itemsize > dtype.itemsize):
            raise ValueError(f"{operand.name} is not of {8 * dtype.itemsize} bits")

        def same(lanes):
            defined = lanes.defined[index]
            if defined is not lanes.mask and (defined is None or not defined.covers(lanes.mask)):
                lanes.undefined(index, instruction)
            return lanes.registers[index]
        if stored == dtype:
            return same
        if stored.itemsize == dtype.itemsize:
            return lambda lanes: same(lanes).view(dtype)
        small = np.dtype(f"u{dtype.itemsize}")
        return lambda lanes: same(lanes).astype(small).view(dtype)

    def target(self, operand, kind, wider=False):
        """Puts numbers of a type into a register of the acting lanes: a function of Lanes and the numbers."""
        if not isinstance(operand, Register):
            raise ValueError("the result is no register")
        if operand.name == "_":
            return lambda lanes, value: None
        index, stored = self.register(operand)
        dtype = TYPES[kind]
        if (stored == np.bool_) != (dtype == np.bool_):
            raise ValueError("a predicate for a number, or the other way round")
        if stored == dtype:
            return lambda lanes, value: lanes.write(index, value)
        if stored.itemsize == dtype.itemsize:
            return lambda lanes, value: lanes.write(index, value.view(stored))
        if not wider or stored.itemsize < dtype.itemsize or stored == np.float32:
            raise ValueError(f"{operand.name} is not of {8 * dtype.itemsize} bits")
        grown = np.dtype(f"{'i' if dtype.kind == 'i' else 'u'}{stored.itemsize}")
        return lambda lanes, value: lanes.write(index, value.astype(grown).view(stored))

    def step(self, operands, result, kinds, function):
        """result = function(sources): what most instructions are."""
        if len(operands) != 1 + len(kinds):
            raise ValueError(f"{len(operands)} operands")
        target = self.target(operands[0], result)
        sources = [self.source(operand, kind) for operand, kind in zip(operands[1:], kinds)]
        if len(sources) == 1:
            a, = sources
            return lambda lanes: target(lanes, function(a(lanes)))
        if len(sources) == 2:
            a, b = sources
            return lambda lanes: target(lanes, function(a(lanes), b(lanes)))
        return lambda lanes: target(lanes, function(*[source(lanes) for source in sources]))

    def address(self, operand, space):
        """Addresses in a space, uint64, one for each lane: a function of Lanes."""
        offset = np.uint64(operand.offset & ((1 << 64) - 1))
        if operand.base is None:
            return lambda lanes: np.full(lanes.count, offset)
        if isinstance(operand.base, Symbol):
            where = self.symbol(operand.base.name, space)
            return lambda lanes: np.full(lanes.count, np.uint64(where(lanes)) + offset)
        size = self.register(operand.base)[1].itemsize
        if size == 4 and space != "shared" or size not in (4, 8):
            raise ValueError("an address of another size")
        base = self.source(operand.base, f"u{8 * size}")
        if size == 8:
            return base if not offset else lambda lanes: base(lanes) + offset
        short = np.uint32(operand.offset & 0xffffffff)
        return lambda lanes: (base(lanes) + short).astype(np.uint64)

    def symbol(self, name, space=None):
        """The address of a variable in its space: a function of Lanes. ValueError if that is not `space`."""
        for its_space, variables in (("param", self.kernel.params), ("shared", self.kernel.shared), ("local", self.kernel.local)):
            if name in variables and space in (None, its_space):
                offset = variables[name].offset
                return lambda lanes: offset
        if name in self.module.variables and space in (None, "global", "const"):
            return lambda lanes: lanes.run.globals[name]
        raise ValueError(f"no variable '{name}' there")

    def predicates(self, operand):
        """The targets of `p` or `p|q`."""
        if isinstance(operand, Pair):
            return self.target(operand.first, "pred"), self.target(operand.second, "pred")
        return self.target(operand, "pred"), None
