"""Reads what ptxas made: instructions and loops from nvdisasm, resources from cuobjdump, constants from the ELF file.

A loop is found by the branch that leads back; the main loop is the innermost one with the most FFMA.
"""
import collections
import json
import pathlib
import re
import shutil
import struct
import subprocess
import sysconfig

BYTES = 16  # of one instruction


def tool(name):
    """The program from PyPI's nvidia-cuda-NAME in this python's environment, else one on PATH; None if there is none."""
    for folder in {sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]}:
        for found in sorted(pathlib.Path(folder, "nvidia").glob(f"*/bin/{name}")):
            return str(found)
    return shutil.which(name)


class Instruction:
    __slots__ = ("address", "guard", "opcode", "operands", "target")

    def __init__(self, address, raw):
        self.address = address
        self.guard = raw["predicate"] if raw.get("predicate", "").startswith("@") else "" # PR of P2R and R2P stands there too
        self.opcode = raw["opcode"]
        self.operands = split(raw.get("operands", "").replace(".reuse", ""))
        self.target = None
        if self.base in ("BRA", "BRX", "JMP", "CALL"):
            last = self.operands[-1] if self.operands else ""
            self.target = int(last, 16) if re.fullmatch(r"0x[0-9a-f]+", last) else -1

    @property
    def base(self):
        return self.opcode.split(".")[0]

    def __str__(self):
        return f"/*{self.address:04x}*/ {self.guard + ' ' if self.guard else ''}{self.opcode} {', '.join(self.operands)}"


def split(operands):
    """At the commas outside of brackets."""
    parts, depth, part = [], 0, ""
    for letter in operands:
        depth += (letter in "[(") - (letter in "])")
        if letter == "," and not depth:
            parts.append(part.strip())
            part = ""
        else:
            part += letter
    return parts + [part.strip()] if part.strip() else parts


def functions(cubin, nvdisasm):
    """{kernel: [Instruction]} of a cubin."""
    out = subprocess.run([nvdisasm, "-json", str(cubin)], check=True, capture_output=True, text=True).stdout
    found = {}
    for function in json.loads(out)[1]:
        found[function["function-name"]] = [
            Instruction(place * BYTES, raw) for place, raw in enumerate(function["sass-instructions"])]
    return found


def successors(code, place):
    here = code[place]
    after = [place + 1] if place + 1 < len(code) else []
    always = not here.guard and len(here.operands) <= 1
    if here.base in ("BRA", "JMP"):
        return [here.target // BYTES] + ([] if always else after)
    if here.base == "EXIT":
        return after if here.guard else []
    return after


class Loop:
    """The instructions between which a branch leads back from `tail` to `head`."""

    def __init__(self, code, head, tail):
        self.code, self.head, self.tail = code, head, tail
        before = collections.defaultdict(list)
        for place in range(len(code)):
            for successor in successors(code, place):
                before[successor].append(place)
        self.body, todo = {head, tail}, [tail]
        while todo:
            place = todo.pop()
            if place == head:
                continue
            for earlier in before[place]:
                if earlier not in self.body:
                    self.body.add(earlier)
                    todo.append(earlier)

    def ffma(self):
        return sum(self.code[place].base == "FFMA" for place in self.body)


def loops(code):
    return [Loop(code, here.target // BYTES, place) for place, here in enumerate(code)
            if here.base in ("BRA", "JMP") and 0 <= here.target <= here.address]


def main_loop(code):
    """The innermost loop with the most FFMA, or None."""
    found = [loop for loop in loops(code) if loop.ffma()]
    inner = [loop for loop in found if not any(other is not loop and other.body < loop.body and other.ffma() for other in found)]
    return max(inner, key=Loop.ffma, default=None)


# What may not stand in a kernel of products at all, and why.
BANNED = [
    (r"^[HBIDQ]MMA\b|^[HUQ]GMMA\b", "adds in an order of its own"),
    (r"^(?:DFMA|DADD|DMUL)\b", "computes in binary64"),
    (r"^(?:LDL|STL)\b", "is a register that was spilled"),
    (r"^(?:RED|ATOM)", "is done in no fixed order"),
]


# And what may stand before the main loop only, where nvcc divides whole numbers with it.
BANNED_IN_LOOP = [
    (r"\.FTZ\b", "flushes subnormals"),
    (r"^MUFU\b", "is an approximation"),
]


def faults_of_code(code, loop):
    """Sentences about instructions that a kernel of products cannot have."""
    found = collections.defaultdict(list)
    for place, here in enumerate(code):
        for pattern, reason in BANNED + (BANNED_IN_LOOP if place in loop.body else []):
            if re.search(pattern, here.opcode):
                found[reason].append(here)
    for reason, places in found.items():
        yield f"{places[0]} {reason}" + (f", and {len(places) - 1} like it" if len(places) > 1 else "")


def resources(cubin, cuobjdump):
    """{kernel: {"REG": ..., "STACK": ..., "SHARED": ..., "LOCAL": ...}}"""
    out = subprocess.run([cuobjdump, "-res-usage", str(cubin)], check=True, capture_output=True, text=True).stdout
    found = re.findall(r"Function (\w+):\s*\n\s*(REG:.*)", out)
    return {name: {key: int(number) for key, number in re.findall(r"(\w+)(?:\[\d+\])?:(\d+)", line)} for name, line in found}


def constants(cubin, kernel):
    """The bytes of c[0x2] of a kernel: a section of the ELF file, where there is one."""
    data = pathlib.Path(cubin).read_bytes()
    start, = struct.unpack_from("<Q", data, 0x28)
    size, count, names = struct.unpack_from("<HHH", data, 0x3a)
    sections = [struct.unpack_from("<IIQQQQ", data, start + place * size) for place in range(count)]
    for name, _, _, _, offset, length in sections:
        at = sections[names][4] + name
        if data[at:data.index(b"\0", at)].decode() == f".nv.constant2.{kernel}":
            return data[offset:offset + length]
    return b""
