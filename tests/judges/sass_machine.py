"""Executes one block of a kernel of products from its machine code, to see what becomes of its data.

Integers, addresses, predicates and conversions are computed as a device would; a sum is not a number
here but which row and column it belongs to and how many steps it has taken. So a step in the wrong
order, from the wrong row, left out or done twice is seen where it happens, at the instruction.

A block runs in lockstep: where its threads would part ways the machine gives up, so sizes must suit
the tile. It knows what nvcc makes of our kernels and refuses any other instruction by name; what
instructions mean is taken from NVIDIA's list of them ("CUDA Binary Utilities") and, where that says
too little, from code whose result is known: the kernels' tiles come out right, wrong tiles do not.
"""
import collections
import operator
import re
import struct

import numpy as np

SHARED_BYTES = 228 * 1024
PARAMETERS = {80: 0x160, 90: 0x210}
IGNORED = {"NOP", "BSSY", "BSYNC", "WARPSYNC", "DEPBAR", "LDGDEPBAR", "BAR"}
COMPARE = {"EQ": operator.eq, "NE": operator.ne, "LT": operator.lt, "LE": operator.le, "GT": operator.gt, "GE": operator.ge}
SUM = 0x60000000  # bits of a sum that has begun: SUM | steps << 14 | row << 7 | column
X = 0x50000000    # bits of x[row][k]: X | row << 12 | k
LOW32 = np.uint64(0xffffffff)
BYTES = 16        # of an instruction


class Refused(Exception):
    """The machine cannot go on: an instruction or a situation that it does not know, or that must not be."""


class Region:
    """Bytes of global memory at an address of their own."""

    def __init__(self, address, words):
        self.address = address
        self.data = np.ascontiguousarray(words).view(np.uint8).reshape(-1)


class Machine:
    def __init__(self, code, threads, device, parameters, regions, second=b""):
        self.code, self.threads = code, threads
        self.banks = {0: bytearray(4096), 2: bytearray(second) + bytearray(4096)}
        self.banks[0][PARAMETERS[device]:PARAMETERS[device] + len(parameters)] = parameters
        self.regions = regions
        self.shared = np.zeros(SHARED_BYTES // 4, np.uint32)
        self.registers = {}
        self.numbers = {}   # operands that never change
        self.predicates = {}
        self.trace = []     # places of instructions, in the order in which they were issued
        self.bank_rows = collections.defaultdict(int)  # instruction: the most rows of one bank that eight lanes wanted at once
        self.weights = None

    # ---- Operands ----

    def zeros(self):
        return np.zeros(self.threads, np.uint32)

    def bits(self, text):
        """An operand as 32 bits of every thread; a minus or ~ in front is for the caller."""
        found = self.registers.get(text)
        if found is None:
            found = self.numbers.get(text)
        if found is None:
            found = self.numbers[text] = self.number(text)
        return found

    def number(self, text):
        """An operand that is always the same."""
        if re.fullmatch(r"U?RZ(?:\.64)?|SRZ", text):
            return self.zeros()
        if re.fullmatch(r"U?R\d+", text):
            raise Refused(f"{text} was never set")
        found = re.fullmatch(r"c\[0x(\w+)\]\[0x(\w+)\]", text)
        if found:
            return np.full(self.threads, struct.unpack_from("<I", self.banks[int(found[1], 16)], int(found[2], 16))[0], np.uint32)
        if re.fullmatch(r"-?0x[0-9a-f]+", text):
            return np.full(self.threads, int(text, 16) & 0xffffffff, np.uint32)
        raise Refused(f"operand {text}")

    def real(self, text):
        """An operand as binary32."""
        if re.fullmatch(r"[+-]?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|INF)", text):
            return np.full(self.threads, float(text), np.float32)
        value = self.bits(text.lstrip("-|").rstrip("|")).view(np.float32)
        if "|" in text:
            value = np.abs(value)
        return -value if text.startswith("-") else value

    def signed(self, text):
        """As 64 bits, two's complement, for sums that may carry: -x counts as ~x + 1."""
        if text[0] not in "-~" or text.startswith("-0x"):
            return self.bits(text).astype(np.uint64)
        value = self.bits(text[1:]).astype(np.uint64)
        return value ^ LOW32 if text[0] == "~" else np.uint64(1 << 32) - value

    def low(self, text):
        return (self.signed(text) & LOW32).astype(np.uint32)

    def pair(self, text):
        """64 bits from a register and the one after it, or from a constant."""
        text = text.removesuffix(".64")
        found = re.fullmatch(r"(U?R)(\d+)", text)
        if found:
            high = self.bits(f"{found[1]}{int(found[2]) + 1}")
        elif text.startswith("c["):
            bank, offset = re.fullmatch(r"c\[(\w+)\]\[(\w+)\]", text).groups()
            high = self.bits(f"c[{bank}][{int(offset, 16) + 4:#x}]")
        elif re.match(r"-0x", text):
            high = np.full(self.threads, 0xffffffff, np.uint32)
        else:
            high = self.zeros()
        return self.bits(text).astype(np.uint64) | high.astype(np.uint64) << np.uint64(32)

    def predicate(self, text):
        name = text.lstrip("!")
        if name in ("PT", "UPT"):
            value = np.ones(self.threads, bool)
        elif name in self.predicates:
            value = self.predicates[name]
        else:
            raise Refused(f"predicate {text} was never set")
        return ~value if text.startswith("!") else value

    def address(self, text, wide):
        """The sum in brackets; 64 bits of a register pair where it says .64."""
        total = np.zeros(self.threads, np.uint64)
        inner = text[text.rindex("[") + 1:text.rindex("]")]
        for sign, part in re.findall(r"([+-]?)([^+-]+)", inner):
            scale = re.search(r"\.X(\d+)", part)
            if part.startswith("0x"):
                value = np.full(self.threads, int(part, 16), np.uint64)
            elif wide and part.endswith(".64"):
                value = self.pair(part)
            else:
                value = self.bits(re.sub(r"\.(?:X\d+|U32)", "", part)).astype(np.uint64)
            value = value * np.uint64(int(scale[1]) if scale else 1)
            total = total - value if sign == "-" else total + value
        return total if wide else total & LOW32

    # ---- Results ----

    def keep(self, name, value, guard):
        if name in ("RZ", "URZ"):
            return
        value = np.broadcast_to(np.asarray(value, np.uint32), (self.threads,))
        self.registers[name] = value.copy() if guard is None else np.where(guard, value, self.registers.get(name, self.zeros()))

    def keep_pair(self, name, value, guard):
        if name in ("RZ", "URZ"):
            return
        kind, number = re.fullmatch(r"(U?R)(\d+)", name).groups()
        self.keep(name, (value & LOW32).astype(np.uint32), guard)
        self.keep(f"{kind}{int(number) + 1}", (value >> np.uint64(32)).astype(np.uint32), guard)

    def keep_predicate(self, name, value, guard):
        if name in ("PT", "UPT"):
            return
        old = self.predicates.get(name, np.zeros(self.threads, bool))
        self.predicates[name] = value if guard is None else np.where(guard, value, old)

    # ---- Running ----

    def run(self, most=200_000):
        place = 0
        while True:
            here = self.code[place]
            self.trace.append(place)
            if len(self.trace) > most:
                raise Refused("no end")
            guard = self.predicate(here.guard.lstrip("@")) if here.guard else None
            try:
                onward = self.step(here, guard)
            except Refused as why:
                raise Refused(f"{here}: {why}") from None
            if onward == "exit":
                return self
            place = place + 1 if onward is None else onward

    def uniform(self, value):
        if value.all():
            return True
        if value.any():
            raise Refused("threads part ways")
        return False

    def step(self, here, guard):
        base = here.base
        if base in IGNORED:
            return None
        if base in ("BRA", "CALL"):
            taken = np.ones(self.threads, bool) if guard is None else guard
            for extra in here.operands[:-1]:
                taken = taken & self.predicate(extra)
            return here.target // BYTES if self.uniform(taken) else None
        if base == "EXIT":
            return "exit" if guard is None or self.uniform(guard) else None
        if guard is not None and not guard.any():
            return None
        name = base[1:] if base.startswith("U") else base
        method = getattr(self, f"do_{name.lower()}", None)
        if not method:
            raise Refused("an instruction that is not known here")
        method(here.opcode, list(here.operands), guard)
        return None

    # ---- Moving ----

    def do_mov(self, _, operands, guard):
        self.keep(operands[0], self.bits(operands[1]), guard)

    def do_ldc(self, opcode, operands, guard):
        if opcode.endswith(".64"):
            self.keep_pair(operands[0], self.pair(operands[1]), guard)
        else:
            self.keep(operands[0], self.bits(operands[1]), guard)

    do_r2ur = do_mov

    def do_cs2r(self, opcode, operands, guard):
        if opcode.endswith(".32"):
            self.keep(operands[0], self.bits(operands[1]), guard)
        else:
            self.keep_pair(operands[0], np.zeros(self.threads, np.uint64), guard)

    def do_s2r(self, _, operands, guard):
        thread = np.arange(self.threads, dtype=np.uint32)
        known = {"SR_TID.X": thread, "SR_LANEID": thread % 32}
        if operands[1] in ("SR_CTAID.X", "SR_CTAID.Y", "SR_CgaCtaId"):
            self.keep(operands[0], self.zeros(), guard)
        elif operands[1] in known:
            self.keep(operands[0], known[operands[1]], guard)
        else:
            raise Refused(operands[1])

    do_s2ur = do_s2r

    def do_sel(self, _, operands, guard):
        self.keep(operands[0], np.where(self.predicate(operands[3]), self.low(operands[1]), self.low(operands[2])), guard)

    do_fsel = do_sel

    def do_prmt(self, opcode, operands, guard):
        if opcode not in ("PRMT", "UPRMT"):
            raise Refused(opcode)
        source = self.bits(operands[1]).astype(np.uint64) | self.bits(operands[3]).astype(np.uint64) << np.uint64(32)
        selector, out = self.bits(operands[2]).astype(np.uint64), np.zeros(self.threads, np.uint64)
        for byte in range(4):
            which = selector >> np.uint64(4 * byte) & np.uint64(15)
            value = source >> (which & np.uint64(7)) * np.uint64(8) & np.uint64(255)
            value = np.where(which & np.uint64(8), np.where(value & np.uint64(128), np.uint64(255), np.uint64(0)), value)
            out |= value << np.uint64(8 * byte)
        self.keep(operands[0], out.astype(np.uint32), guard)

    def do_p2r(self, _, operands, guard):
        name, base, mask = operands
        packed = self.zeros()
        for bit in range(7):
            packed |= self.predicates.get(f"P{bit}", np.zeros(self.threads, bool)).astype(np.uint32) << np.uint32(bit)
        self.keep(name, packed & self.bits(mask) | self.bits(base) & ~self.bits(mask), guard)

    def do_r2p(self, _, operands, guard):
        packed, mask = self.bits(operands[0]), int(operands[1], 16)
        for bit in range(7):
            if mask >> bit & 1:
                self.keep_predicate(f"P{bit}", packed >> np.uint32(bit) & np.uint32(1) != 0, guard)

    # ---- Integers ----

    def carries(self, operands):
        """(name of the result, names of carries out, sources and carries in)"""
        out = [operand for operand in operands[1:3] if re.fullmatch(r"U?P(?:\d|T)", operand)]
        while out and operands[1:1 + len(out)] != out:
            out.pop()
        return operands[0], out, operands[1 + len(out):]

    def carry_in(self, opcode, operands):
        total = np.zeros(self.threads, np.uint64)
        if ".X" in opcode:
            for name in operands:
                total = total + self.predicate(name)
        return total

    def do_iadd3(self, opcode, operands, guard):
        name, out, rest = self.carries(operands)
        total = sum((self.signed(source) for source in rest[:3]), self.carry_in(opcode, rest[3:]))
        for place, carry in enumerate(out):
            self.keep_predicate(carry, total >> np.uint64(32) > place, guard)
        self.keep(name, (total & LOW32).astype(np.uint32), guard)

    def do_viadd(self, _, operands, guard):
        self.keep(operands[0], self.low(operands[1]) + self.low(operands[2]), guard)

    def do_imnmx(self, opcode, operands, guard):
        name, a, b, least = operands[:4]
        self.keep_extreme(opcode, name, self.low(a), self.low(b), least, guard)

    def do_viaddmnmx(self, opcode, operands, guard):
        name, a, b, c, least = operands[:5]
        self.keep_extreme(opcode, name, self.low(a) + self.low(b), self.low(c), least, guard)

    def keep_extreme(self, opcode, name, a, b, least, guard):
        smaller = a < b if ".U32" in opcode else a.view(np.int32) < b.view(np.int32)
        self.keep(name, np.where(smaller == self.predicate(least), a, b), guard)

    do_vimnmx = do_imnmx

    def do_imad(self, opcode, operands, guard):
        name, out, (a, b, c, *more) = self.carries(operands)
        unsigned = ".U32" in opcode
        if ".WIDE" in opcode or ".HI" in opcode:
            left, right = (self.low(text) if unsigned else self.low(text).view(np.int32) for text in (a, b))
            product = left.astype(np.uint64) * right.astype(np.uint64) if unsigned else (left.astype(np.int64) * right.astype(np.int64)).view(np.uint64)
            if ".HI" in opcode:
                self.keep(name, ((product >> np.uint64(32)) + self.signed(c) & LOW32).astype(np.uint32), guard)
                return
            addend = self.pair(c)
            total = product + addend + self.carry_in(opcode, more)
            for carry in out:
                self.keep_predicate(carry, total < product, guard)
            self.keep_pair(name, total, guard)
            return
        total = (self.signed(a) & LOW32) * (self.signed(b) & LOW32) + self.signed(c) + self.carry_in(opcode, more)
        if out:
            raise Refused("a carry out of a product")
        self.keep(name, (total & LOW32).astype(np.uint32), guard)

    def do_lea(self, opcode, operands, guard):
        name, out, rest = self.carries(operands)
        if ".HI" in opcode:
            a, b, *rest = rest
            high = rest.pop(0) if not rest[0].startswith("0x") else None
            shift = np.uint64(int(rest.pop(0), 16))
            upper = (np.where(self.low(a).view(np.int32) < 0, LOW32, np.uint64(0)) if "SX32" in opcode
                     else self.bits(high).astype(np.uint64) if high else np.zeros(self.threads, np.uint64))
            shifted = (self.bits(a).astype(np.uint64) | upper << np.uint64(32)) >> (np.uint64(32) - shift) & LOW32
        else:
            a, b, *rest = rest
            shifted = self.bits(a).astype(np.uint64) << np.uint64(int(rest.pop(0), 16)) & LOW32
        total = shifted + self.signed(b) + self.carry_in(opcode, rest)
        for carry in out:
            self.keep_predicate(carry, total >> np.uint64(32) > 0, guard)
        self.keep(name, (total & LOW32).astype(np.uint32), guard)

    def do_lop3(self, _, operands, guard):
        out = operands.pop(0) if re.fullmatch(r"U?P(?:\d|T)", operands[0]) else None
        name, a, b, c, table = operands[:5]
        a, b, c = self.bits(a), self.bits(b), self.bits(c)
        result = self.zeros()
        for row in range(8):
            if int(table, 16) >> row & 1:
                result |= (a if row & 4 else ~a) & (b if row & 2 else ~b) & (c if row & 1 else ~c)
        self.keep(name, result, guard)
        if out:
            self.keep_predicate(out, result != 0, guard)

    def do_shf(self, opcode, operands, guard):
        name, a, shift, c = operands
        low, high = self.bits(a).astype(np.uint64), self.bits(c).astype(np.uint64)
        whole, by = low | high << np.uint64(32), self.bits(shift).astype(np.uint64)
        by = by & np.uint64(31) if ".W" in opcode else np.minimum(by, np.uint64(63 if "64" in opcode else 32))
        if ".L" in opcode:
            result = whole << by if ".U64" in opcode or ".S64" in opcode or ".HI" in opcode else low << by
        elif ".S32" in opcode or ".S64" in opcode:
            result = (whole.view(np.int64) >> by.view(np.int64)).view(np.uint64)
        else:
            result = whole >> by
        if ".HI" in opcode:
            result = result >> np.uint64(32)
        self.keep(name, (result & LOW32).astype(np.uint32), guard)

    # ---- Predicates ----

    def do_isetp(self, opcode, operands, guard):
        first, second, a, b, combine, *low = operands
        words = opcode.split(".")
        compare = COMPARE[words[1]]
        left, right = self.low(a), self.low(b)
        if "U32" not in words:
            left, right = left.view(np.int32), right.view(np.int32)
        result = compare(left, right)
        if "EX" in words:
            below, same = self.predicate(low[0]), left == right
            result = {"EQ": same & below, "NE": ~same | below}.get(words[1], np.where(same, below, result))
        join = np.logical_and if "AND" in words else np.logical_or if "OR" in words else np.logical_xor
        other = self.predicate(combine)
        self.keep_predicate(first, join(result, other), guard)
        self.keep_predicate(second, join(~result, other), guard)

    def do_plop3(self, _, operands, guard):
        first, second, a, b, c, table, other = operands
        a, b, c = (self.predicate(one) for one in (a, b, c))
        for name, rows in ((first, table), (second, other)):
            result = np.zeros(self.threads, bool)
            for row in range(8):
                if int(rows, 16) >> row & 1:
                    result |= (a if row & 4 else ~a) & (b if row & 2 else ~b) & (c if row & 1 else ~c)
            self.keep_predicate(name, result, guard)

    # ---- Floats: conversions, and the division of whole numbers that nvcc makes of a reciprocal ----

    def do_i2f(self, _, operands, guard):
        value = self.bits(operands[1])
        rounded = value.astype(np.float32)
        up = np.where(rounded.astype(np.float64) < value, np.nextafter(rounded, np.float32(np.inf)), rounded)
        self.keep(operands[0], up.astype(np.float32).view(np.uint32), guard)

    def do_f2i(self, _, operands, guard):
        self.keep(operands[0], np.clip(self.real(operands[1]).astype(np.float64), 0, 4294967295).astype(np.uint32), guard)

    def do_mufu(self, opcode, operands, guard):
        if opcode != "MUFU.RCP" or "FFMA" in {self.code[place].base for place in self.trace}:
            raise Refused("an approximation among the products")
        self.keep(operands[0], (np.float32(1) / self.real(operands[1])).view(np.uint32), guard)

    def do_fadd(self, opcode, operands, guard):
        a, b = self.real(operands[1]), self.real(operands[2])
        if opcode != "FADD" or any((value.view(np.uint32) >> np.uint32(28) == SUM >> 28).any() for value in (a, b)):
            raise Refused("a sum that is added to")
        with np.errstate(all="ignore"):
            self.keep(operands[0], (a + b).view(np.uint32), guard)

    def do_hadd2(self, opcode, operands, guard):
        found = re.fullmatch(r"(R\d+)\.H([01])_H[01]", operands[2])
        if opcode != "HADD2.F32" or operands[1] != "-RZ" or not found:
            raise Refused("fewer bits than binary32")
        half = (self.bits(found[1]) >> np.uint32(16 * int(found[2]))).astype(np.uint16)
        self.keep(operands[0], half.view(np.float16).astype(np.float32).view(np.uint32), guard)

    def do_hfma2(self, _, operands, guard):
        if operands[1:3] != ["-RZ", "RZ"]:
            raise Refused("fewer bits than binary32")
        high, low = (int(np.float16(float(part)).view(np.uint16)) for part in operands[3:5])
        self.keep(operands[0], np.full(self.threads, high << 16 | low, np.uint32), guard)

    # ---- A step of a chain ----

    def do_ffma(self, opcode, operands, guard):
        if opcode != "FFMA" or guard is not None:
            raise Refused("no plain fma")
        name, a, b, c = operands
        left, right, before = self.bits(a), self.bits(b), self.bits(c)
        if ((right & np.uint32(0xf0000000)) == X).all():
            left, right = right, left
        if ((left & np.uint32(0xf0000000)) != X).any() or not self.weights:
            raise Refused("a factor that is no element of x")
        row, k = left >> np.uint32(12) & np.uint32(0xffff), left & np.uint32(0xfff)
        column, k_of_w = self.weights(right)
        if column is None:
            raise Refused("a factor that is no element of w")
        steps = np.where(before == 0, 0, before >> np.uint32(14) & np.uint32(0x3fff)).astype(np.uint32)
        if (k != k_of_w).any():
            at = int(np.flatnonzero(k != k_of_w)[0])
            raise Refused(f"x[{row[at]}][{k[at]}] meets w[{column[at]}][{k_of_w[at]}]")
        if (k != steps).any():
            at = int(np.flatnonzero(k != steps)[0])
            raise Refused(f"step {steps[at]} of a sum takes k = {k[at]}")
        begun = np.uint32(SUM) | steps << np.uint32(14) | row << np.uint32(7) | column
        if ((before != 0) & (before != begun)).any():
            raise Refused("a sum takes another row or column")
        self.keep(name, begun + np.uint32(1 << 14), None)

    # ---- Memory ----

    def words_of(self, opcode):
        bits = re.findall(r"\.(?:[US])?(128|64|16|8)\b", opcode)
        return {"128": 4, "64": 2}.get(bits[0], 0) if bits else 1

    def banks_of(self, address, words, guard):
        """Note the most rows of one bank that lanes want at once: 1 where nothing collides. 16 bytes are served to 8 lanes at a time."""
        lanes = 32 // words
        most = 1
        for first in range(0, self.threads, lanes):
            group = address[first:first + lanes]
            if guard is not None:
                group = group[guard[first:first + lanes]]
            rows = (group[:, None] // np.uint64(4) + np.arange(words, dtype=np.uint64)).reshape(-1)
            rows = np.unique(rows)
            if len(rows):
                most = max(most, int(np.bincount((rows % np.uint64(32)).astype(np.int64)).max()))
        self.bank_rows[self.trace[-1]] = max(self.bank_rows[self.trace[-1]], most)

    def local_of(self, operand):
        """Where a thread keeps what did not fit its registers."""
        at = re.fullmatch(r"\[R1(?:\+(0x[0-9a-f]+))?\]", operand)
        if not at:
            raise Refused("an array in memory")
        return int(at[1] or "0", 16)

    def do_stl(self, opcode, operands, guard):
        number = operands[1][1:]
        for word in range(self.words_of(opcode)):
            value = self.zeros() if number == "Z" else self.bits(f"R{int(number) + word}")
            self.keep(f"local {self.local_of(operands[0]) + 4 * word}", value, guard)

    def do_ldl(self, opcode, operands, guard):
        for word in range(self.words_of(opcode)):
            self.keep(f"R{int(operands[0][1:]) + word}", self.registers.get(f"local {self.local_of(operands[1]) + 4 * word}", self.zeros()), guard)

    def do_lds(self, opcode, operands, guard):
        address, words = self.address(operands[1], False), self.words_of(opcode)
        self.banks_of(address, words, guard)
        for word in range(words):
            self.keep(f"R{int(operands[0][1:]) + word}", self.shared[(address // np.uint64(4)).astype(np.int64) + word], guard)

    def do_sts(self, opcode, operands, guard):
        address, words = self.address(operands[0], False), self.words_of(opcode)
        self.banks_of(address, words, guard)
        acting = slice(None) if guard is None else guard
        number = operands[1][1:]
        for word in range(words):
            value = self.zeros() if number == "Z" else self.bits(f"R{int(number) + word}")
            self.shared[((address // np.uint64(4)).astype(np.int64) + word)[acting]] = value[acting]

    def find(self, address, size, guard):
        """(bytes of the region, offsets in it); all acting threads read one region."""
        acting = address if guard is None else address[guard]
        for region in self.regions:
            offset = acting - np.uint64(region.address)
            if (acting >= region.address).all() and (offset + np.uint64(size) <= len(region.data)).all():
                return region, (address - np.uint64(region.address)).astype(np.int64)
        raise Refused(f"address {int(acting[0]):#x} is in no memory")

    def do_ldg(self, opcode, operands, guard):
        size = 2 if ".U16" in opcode else 4 * self.words_of(opcode)
        region, offset = self.find(self.address(operands[1], True), size, guard)
        offset = offset if guard is None else np.where(guard, offset, 0)
        if size == 2:
            self.keep(operands[0], region.data.view(np.uint16)[offset // 2].astype(np.uint32), guard)
            return
        for word in range(size // 4):
            self.keep(f"R{int(operands[0][1:]) + word}", region.data.view(np.uint32)[offset // 4 + word], guard)

    def do_stg(self, opcode, operands, guard):
        words = self.words_of(opcode)
        region, offset = self.find(self.address(operands[0], True), 4 * words, guard)
        acting = np.ones(self.threads, bool) if guard is None else guard
        for word in range(words):
            region.data.view(np.uint32)[(offset // 4 + word)[acting]] = self.bits(f"R{int(operands[1][1:]) + word}")[acting]
