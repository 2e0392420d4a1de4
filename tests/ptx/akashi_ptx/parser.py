"""PTX text becomes kernels: declarations, instructions with their lines, labels. Whatever is not known is refused."""
import re
from dataclasses import dataclass, field

from .errors import Refused

TOKEN = re.compile(r"""
    (?P<space>[ \t\r]+) | (?P<newline>\n) | (?P<comment>//[^\n]*|/\*.*?\*/) | (?P<string>"[^"\n]*")
  | (?P<float>0[fF][0-9a-fA-F]{8}|0[dD][0-9a-fA-F]{16})
  | (?P<number>0[xX][0-9a-fA-F]+U?|[0-9]+\.[0-9]+|[0-9]+U?)
  | (?P<word>[%$._A-Za-z](?:[\w$.%]|::)*)
  | (?P<mark>[{}()\[\],;:|!@<>=+-])
""", re.VERBOSE | re.DOTALL)

SIZES = {"b8": 1, "u8": 1, "s8": 1, "b16": 2, "u16": 2, "s16": 2, "f16": 2, "b32": 4, "u32": 4, "s32": 4, "f32": 4,
         "b64": 8, "u64": 8, "s64": 8}
REGISTER_TYPES = ("pred", "b16", "u16", "s16", "b32", "u32", "s32", "f32", "b64", "u64", "s64")
GUARD_BYTES = 64  # between variables of a block, so that a step beyond one is seen


@dataclass(frozen=True)
class Register:
    name: str


@dataclass(frozen=True)
class Negated:
    register: Register


@dataclass(frozen=True)
class Pair:  # %p1|%p2
    first: Register
    second: Register


@dataclass(frozen=True)
class Immediate:
    value: int


@dataclass(frozen=True)
class FloatBits:
    bits: int


@dataclass(frozen=True)
class Symbol:
    name: str


@dataclass(frozen=True)
class Vector:
    parts: tuple


@dataclass(frozen=True)
class Address:
    base: object  # Register, Symbol or None
    offset: int


@dataclass(frozen=True)
class Place:
    """Where an instruction stands: line of the PTX, and of the source if the text says so."""
    file: str
    line: int
    text: str
    source: str

    def __str__(self):
        return f"{self.file}:{self.line}{f' ({self.source})' if self.source else ''}: {self.text}"


@dataclass(frozen=True)
class Instruction:
    place: Place
    guard: object  # Register, Negated or None
    opcode: str
    operands: tuple
    used_bytes: int = None  # of a load: a bit for each byte that is looked at; None: all


@dataclass
class Variable:
    name: str
    offset: int
    size: int
    data: bytes = None
    constant: bool = False


@dataclass
class Kernel:
    name: str
    file: str
    params: dict = field(default_factory=dict)  # name: Variable in the space of parameters
    param_bytes: int = 0
    most_threads: int = 1024
    registers: dict = field(default_factory=dict)  # name: type
    shared: dict = field(default_factory=dict)
    shared_bytes: int = 0
    local: dict = field(default_factory=dict)
    local_bytes: int = 0
    instructions: list = field(default_factory=list)
    labels: dict = field(default_factory=dict)  # name: index of the instruction that follows
    tables: dict = field(default_factory=dict)  # of brx.idx: label: [label]
    program: object = None  # its steps, once it was compiled


@dataclass
class Module:
    file: str
    kernels: dict = field(default_factory=dict)
    variables: dict = field(default_factory=dict)  # .global and .const: name: Variable


def tokens_of(text, file):
    """(kind, text, line) of everything but white space and comments."""
    line, at, found = 1, 0, []
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise Refused(file, line, f"the character {text[at]!r}")
        kind = match.lastgroup
        if kind not in ("space", "newline", "comment"):
            found.append((kind, match.group(), line))
        line += match.group().count("\n")
        at = match.end()
    found.append(("end", "", line))
    return found


class Parser:
    def __init__(self, text, file):
        self.file = file
        self.lines = text.split("\n")
        self.tokens = tokens_of(text, file)
        self.files = dict(self.source_files())
        self.at = 0
        self.module = Module(file)

    # ---- Tokens ----

    @property
    def kind(self):
        return self.tokens[self.at][0]

    @property
    def word(self):
        return self.tokens[self.at][1]

    @property
    def line(self):
        return self.tokens[self.at][2]

    def refuse(self, what):
        raise Refused(self.file, self.line, what)

    def take(self):
        word = self.word
        self.at += 1
        return word

    def accept(self, word):
        if self.word != word or self.kind == "string":
            return False
        self.at += 1
        return True

    def expect(self, word):
        if not self.accept(word):
            self.refuse(f"{self.word!r} where {word!r} belongs")

    def integer(self):
        negative = self.accept("-")
        if self.kind != "number" or "." in self.word:
            self.refuse(f"{self.word!r} where a whole number belongs")
        word = self.take().rstrip("U")
        octal = len(word) > 1 and word[0] == "0" and word[1] not in "xX"
        value = int(word, 8 if octal else 0)
        return -value if negative else value

    def name(self):
        if self.kind != "word" or self.word.startswith("."):
            self.refuse(f"{self.word!r} where a name belongs")
        return self.take()

    def source_files(self):
        """.file NUMBER "NAME" may come after the code that refers to it."""
        for i, (kind, word, _) in enumerate(self.tokens):
            if kind == "word" and word == ".file":
                yield int(self.tokens[i + 1][1]), self.tokens[i + 2][1].strip('"').rpartition("/")[2]

    # ---- The module ----

    def parse(self):
        while self.kind != "end":
            self.top_level()
        return self.module

    def top_level(self):
        if self.accept(".version"):
            self.take()
        elif self.accept(".target"):
            if not re.fullmatch(r"sm_[0-9]+a?", self.word):
                self.refuse(f"the target {self.word}")
            self.take()
            if self.word == ",":
                self.refuse("options of .target")
        elif self.accept(".address_size"):
            if self.integer() != 64:
                self.refuse("addresses of another size than 64 bits")
        elif self.accept(".file"):
            self.integer()
            self.take()
        elif self.accept(".section"):
            self.section()
        else:
            self.accept(".visible")
            if self.accept(".entry"):
                self.entry()
            elif self.word in (".global", ".const"):
                self.module_variable(self.take() == ".const")
            else:
                self.refuse(f"the directive {self.word}")

    def section(self):
        if not self.take().startswith(".debug_"):
            self.refuse("a section that does not describe the source")
        while not self.accept("}"):
            if self.kind == "end":
                self.refuse("a section without end")
            self.take()

    def variable(self, space_bytes, gap):
        """[.align N] .TYPE NAME[SIZE], laid down behind `space_bytes`."""
        align = 1
        if self.accept(".align"):
            align = self.integer()
        kind = self.take()[1:]
        if kind not in SIZES:
            self.refuse(f"a variable of type .{kind}")
        name, size = self.name(), SIZES[kind]
        while self.accept("["):
            size *= self.integer()
            self.expect("]")
        align = max(align, SIZES[kind])
        offset = -(-(space_bytes + gap) // align) * align
        return Variable(name, offset, size), kind

    def module_variable(self, constant):
        variable, kind = self.variable(0, 0)
        variable.constant = constant
        data = b""
        if self.accept("="):
            several = self.accept("{")
            while True:
                data += self.initial(kind)
                if not several or not self.accept(","):
                    break
            if several:
                self.expect("}")
        if len(data) > variable.size:
            self.refuse(f"more values than '{variable.name}' has")
        self.expect(";")
        variable.data = data + bytes(variable.size - len(data))
        self.module.variables[variable.name] = variable

    def initial(self, kind):
        if self.kind == "float":
            return int(self.take()[2:], 16).to_bytes(SIZES[kind], "little")
        return (self.integer() % (1 << 8 * SIZES[kind])).to_bytes(SIZES[kind], "little")

    # ---- A kernel ----

    def entry(self):
        kernel = Kernel(self.name(), self.file)
        self.kernel = kernel
        if self.accept("("):
            while not self.accept(")"):
                self.expect(".param")
                variable, _ = self.variable(kernel.param_bytes, 0)
                kernel.params[variable.name] = variable
                kernel.param_bytes = variable.offset + variable.size
                self.accept(",")
        while not self.accept("{"):
            directive = self.take()
            if directive in (".maxntid", ".reqntid"):
                kernel.most_threads = self.integer()
                while self.accept(","):
                    kernel.most_threads *= self.integer()
            elif directive in (".minnctapersm", ".maxnreg"):
                self.integer()
            else:
                self.at -= 1
                self.refuse(f"the directive {directive}")
        self.source, self.used_bytes = "", None
        while not self.accept("}"):
            self.statement()
        if kernel.name in self.module.kernels:
            self.refuse(f"the kernel '{kernel.name}' twice")
        self.module.kernels[kernel.name] = kernel

    def statement(self):
        if self.kind == "end":
            self.refuse("a kernel without end")
        if self.word == "{":
            self.refuse("a scope inside a kernel (text that was put in by asm)")
        if self.accept(".loc"):
            self.location()
        elif self.accept(".reg"):
            self.register_declaration()
        elif self.accept(".shared"):
            self.block_variable(self.kernel.shared, "shared_bytes")
        elif self.accept(".local"):
            self.block_variable(self.kernel.local, "local_bytes")
        elif self.accept(".pragma"):
            self.pragma()
        elif self.tokens[self.at + 1][1] == ":" and self.kind == "word":
            self.label()
        elif self.word.startswith(".") or self.kind not in ("word", "mark"):
            self.refuse(f"the directive {self.word}")
        else:
            self.instruction()

    def pragma(self):
        used = re.fullmatch('"used_bytes_mask ([0-9]+)"', self.word)
        if used:  # of what the next instruction loads
            self.used_bytes = int(used[1])
        elif self.word != '"nounroll"':
            self.refuse(f"the pragma {self.word}")
        self.take()
        self.expect(";")

    def location(self):
        """.loc FILE LINE COLUMN[, function_name NAME, inlined_at FILE LINE COLUMN]"""
        file, line, _ = self.integer(), self.integer(), self.integer()
        source = f"{self.files.get(file, '?')}:{line}" if line else ""
        if self.accept(","):
            self.expect("function_name")
            self.name()
            if self.accept("+"):
                self.integer()
            self.expect(",")
            self.expect("inlined_at")
            file, line, _ = self.integer(), self.integer(), self.integer()
            source += f" from {self.files.get(file, '?')}:{line}"
        self.source = source or self.source

    def register_declaration(self):
        kind = self.take()[1:]
        if kind not in REGISTER_TYPES:
            self.at -= 1
            self.refuse(f"registers of type .{kind}")
        while True:
            name = self.name()
            if self.accept("<"):
                names = [f"{name}{i}" for i in range(self.integer())]
                self.expect(">")
            else:
                names = [name]
            for one in names:
                if one in self.kernel.registers:
                    self.refuse(f"the register {one} twice")
                self.kernel.registers[one] = kind
            if not self.accept(","):
                break
        self.expect(";")

    def block_variable(self, variables, total):
        variable, _ = self.variable(getattr(self.kernel, total), GUARD_BYTES if variables else 0)
        variables[variable.name] = variable
        setattr(self.kernel, total, variable.offset + variable.size)
        self.expect(";")

    def label(self):
        name = self.name()
        self.expect(":")
        if self.accept(".branchtargets"):
            targets = [self.name()]
            while self.accept(","):
                targets.append(self.name())
            self.expect(";")
            self.kernel.tables[name] = targets
            return
        if name in self.kernel.labels:
            self.refuse(f"the label {name} twice")
        self.kernel.labels[name] = len(self.kernel.instructions)

    def instruction(self):
        line = self.line
        place = Place(self.file, line, " ".join(self.lines[line - 1].split()), self.source)
        guard = None
        if self.accept("@"):
            negated = self.accept("!")
            guard = Register(self.name())
            if negated:
                guard = Negated(guard)
        opcode = self.name()
        operands = []
        while not self.accept(";"):
            if self.word == "(" or self.kind == "end":
                raise Refused(self.file, line, f"{opcode} with this operand: {place.text}")
            operands.append(self.operand())
            if self.word != ";":
                self.expect(",")
        self.kernel.instructions.append(Instruction(place, guard, opcode, tuple(operands), self.used_bytes))
        self.used_bytes = None

    # ---- Operands ----

    def operand(self):
        if self.accept("{"):
            parts = [self.operand()]
            while self.accept(","):
                parts.append(self.operand())
            self.expect("}")
            return Vector(tuple(parts))
        if self.accept("["):
            return self.address()
        if self.accept("!"):
            return Negated(Register(self.name()))
        if self.kind == "float":
            word = self.take()
            if word[1] in "dD":
                self.at -= 1
                self.refuse("a number of binary64")
            return FloatBits(int(word[2:], 16))
        if self.kind == "number" or self.word == "-":
            return Immediate(self.integer())
        name = self.name()
        if self.accept("|"):
            return Pair(Register(name), Register(self.name()))
        return Register(name) if name.startswith("%") or name == "_" else Symbol(name)

    def address(self):
        base, offset = None, 0
        if self.kind == "word":
            name = self.name()
            base = Register(name) if name.startswith("%") else Symbol(name)
            if self.accept("+"):
                offset = self.integer()
            elif self.word == "-":
                offset = self.integer()
        else:
            offset = self.integer()
        self.expect("]")
        return Address(base, offset)


def parse(text, file="text.ptx"):
    """The module that `text` is; Refused names what is not known."""
    return Parser(text, file).parse()


def parse_file(path):
    with open(path, encoding="utf-8") as file:
        return parse(file.read(), str(path).rpartition("/")[2])
