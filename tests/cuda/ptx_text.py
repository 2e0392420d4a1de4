"""Which instructions may stand in a compiled module (PTX) of the CUDA backend?

The bits of akashi-exact/1 depend on what the compiler made of the arithmetic, so this looks at what
it made. Every instruction must be on the list below; whatever is not on it is refused by name, file
and line, also if it would be harmless, until somebody has looked at it and says here why it may.

Why the rounding must be written out: by PTX's rules `add.f32` and `mul.f32` without `.rn` mean the
same rounding, but ptxas may join an unmarked multiplication and addition into one fma, so only the
marked ones are accepted. `.ftz` loses subnormals, `.approx` and `.full` are not correctly rounded,
`mad.f32` is what joining looks like, `min.f32` and `max.f32` choose otherwise than rule 4 where zeros
or NaN meet, and an atomic addition has no order.

    python3 ptx_text.py FILE.ptx...      say what is wrong with each; exit status 1 if anything is
"""
import collections
import re
import sys

INTEGER = r"(?:u|s|b)(?:16|32|64)"
COMPARE = r"eq|ne|lt|le|gt|ge|equ|neu|ltu|leu|gtu|geu|num|nan"
SPACE = r"(?:\.volatile)?\.(?:global(?:\.nc)?(?:\.L1::no_allocate)?|shared|param|const)"
VECTOR = r"(?:\.v2|\.v4)?"

# What may stand there: a pattern for the whole name of the instruction.
ALLOWED = [
    # Arithmetic on floats, each correctly rounded (docs/numerics.md, rule 1).
    r"(?:fma|add|sub|mul|div|sqrt)\.rn\.f32",
    # Compare and select; signs. None of them rounds.
    rf"setp\.(?:{COMPARE})(?:\.and|\.or|\.xor)?\.f32",
    r"selp\.f32",
    r"(?:neg|abs)\.f32",
    # Conversions: exact, or one rounding of an integer to the nearest even.
    r"cvt\.f32\.f16",
    r"cvt\.rn\.f32\.[us](?:16|32|64)",
    # Toward zero: of a number that is an integer already (exp, sin, cos).
    r"cvt\.rzi\.[us](?:32|64)\.f32",
    # Moving bits about.
    rf"mov\.(?:pred|f32|{INTEGER})",
    rf"ld{SPACE}{VECTOR}\.(?:f32|[usb](?:8|16|32|64))",
    rf"st{SPACE}{VECTOR}\.(?:f32|[usb](?:8|16|32|64))",
    r"shfl\.sync\.(?:bfly|down|up|idx)\.b32",
    r"cvta(?:\.to)?\.(?:global|shared|local)\.u64",
    # Integers.
    rf"(?:add|sub|neg|abs|min|max|div|rem)\.{INTEGER}",
    r"(?:add|sub)c?(?:\.cc)?\.[us](?:32|64)",
    rf"(?:mul|mad)\.(?:lo|hi|wide)\.{INTEGER}",
    r"madc?\.(?:lo|hi)(?:\.cc)?\.[us](?:32|64)",
    r"(?:shl|shr)\." + INTEGER,
    r"shf\.(?:l|r)\.(?:wrap|clamp)\.b32",
    r"(?:and|or|xor|not)\.(?:pred|b16|b32|b64)",
    r"lop3\.b32",
    r"(?:popc|clz|brev)\.b(?:32|64)",
    r"(?:bfe|bfi|bfind|prmt)(?:\.[usb](?:32|64))?",
    rf"setp\.(?:eq|ne|lt|le|gt|ge|lo|ls|hi|hs)(?:\.and|\.or|\.xor)?\.{INTEGER}",
    rf"(?:selp|slct)\.{INTEGER}",
    r"cvt\.[us](?:8|16|32|64)\.[us](?:8|16|32|64)",
    # Control, and threads waiting for one another.
    r"bra(?:\.uni)?",
    r"ret",
    r"bar\.(?:warp\.)?sync",
    r"barrier\.sync(?:\.aligned)?",
    # Copies of 16 bytes from global to shared memory that need no registers.
    r"cp\.async\.(?:ca|cg)\.shared\.global(?:\.L2::(?:64|128|256)B)?",
    r"cp\.async\.(?:commit_group|wait_group|wait_all)",
]
ALLOWED = re.compile("|".join(f"(?:{pattern})" for pattern in ALLOWED))

# Why a name that is not on the list is not on it, for the message; the first that fits.
REASONS = [
    (r"\.ftz\b", "flushes subnormals to zero"),
    (r"\.approx\b", "is an approximation"),
    (r"\.full\b", "is not correctly rounded"),
    (r"\.(?:rz|rm|rp)\.(?:ftz\.)?f(?:16|32|64)", "rounds otherwise than to the nearest even"),
    (r"^mad\.(?:\w+\.)*f(?:16|32|64)", "is a multiplication and addition that were joined"),
    (r"^(?:ex2|lg2|sin|cos|tanh)\b", "is an approximation"),
    (r"^(?:atom|red)\b", "is done in no fixed order"),
    (r"^(?:add|sub|mul|fma|div|sqrt)\.(?:sat\.)?f32$",
     "lacks .rn: ptxas may join an unmarked multiplication and addition into one fma"),
    (r"^(?:min|max)\.(?:\w+\.)*f32", "chooses otherwise than rule 4 where zeros or NaN meet"),
    (r"\bf64\b", "computes in binary64"),
    (r"\b(?:f16|f16x2|bf16|bf16x2|tf32)\b", "computes with fewer bits than binary32"),
    (r"^(?:mma|wmma|wgmma|ldmatrix)", "adds in an order of its own"),
    (r"^call\b", "leaves for code that is not in sight"),
    (r"\blocal\b", "keeps an array in memory: spilled, or indexed by a number not known when compiling"),
]

# Lines that are no instructions.
DIRECTIVE = re.compile(
    r"\.(?:version \d+\.\d+|target sm_80|address_size 64|visible \.entry \w+\(?|maxntid [\d, ]+|minnctapersm \d+|"
    r"param (?:\.align \d+ )?\.\w+ \w+(?:\[\d+\])?,?|reg \.\w+ %\w+<\d+>|(?:const|global|shared)(?: \.align \d+)? \.\w+ [\w$]+(?:\[\d*\])?(?: = .*)?|"
    r"extern \.shared(?: \.align \d+)? \.\w+ \w+\[\]|pragma \"(?:nounroll|used_bytes_mask \d+)\"|reqntid [\d, ]+)$")
LABEL = re.compile(r"^(\$?[A-Za-z_$][\w$]*):")
ENTRY = re.compile(r"\.visible \.entry (\w+)")
INSTRUCTION = re.compile(r"^(?:@!?%p\d+\s+)?([a-z][\w.:]*)(?:\s|$)")


class Module:
    """What one file says: its kernels with how often each instruction stands in them, and its faults."""

    def __init__(self, path, text):
        self.path = path
        self.kernels = {}
        self.faults = []
        self._kernel = None
        header, debugging = set(), False
        for number, line in enumerate(text.splitlines(), 1):
            line = line.split("//", 1)[0].strip()
            if re.match(r"\.section\s+\.debug_", line) or debugging:  # which line came from where, with -lineinfo
                debugging = line != "}"
                continue
            if re.match(r"\.(?:loc|file)\s", line):
                continue
            for piece in self._pieces(line):
                header.add(piece.split(" ")[0])
                self._statement(number, piece)
        if ".version" not in header or ".target" not in header:
            self.faults.append(f"{path}:1: this is no PTX")

    @staticmethod
    def _pieces(line):
        if line.startswith((".const", ".global")) and "=" in line:
            return [line.rstrip(";").strip()]  # the braces hold numbers
        line = re.sub(r"\{\s*[%_][^{};]*\}", "VECTOR", line)  # operands: {%f1, %f2}
        return [piece for piece in (part.strip() for part in re.split(r"[;{}]", line)) if piece]

    def _statement(self, number, piece):
        label = LABEL.match(piece)
        if label:
            piece = piece[label.end():].strip()
        if not piece or piece in "()":
            return
        entry = ENTRY.match(piece)
        if entry:
            self._kernel = self.kernels.setdefault(entry.group(1), collections.Counter())
        if DIRECTIVE.match(re.sub(r"\s+", " ", piece)):
            return
        name = INSTRUCTION.match(piece)
        if not name or self._kernel is None:
            self._fault(number, f"'{piece[:60]}' is neither an instruction nor a directive that is known here")
            return
        name = name.group(1)
        self._kernel[name] += 1
        if not ALLOWED.fullmatch(name):
            self._fault(number, f"{name} {why(name)}")

    def _fault(self, number, text):
        self.faults.append(f"{self.path}:{number}: {text}")


def why(name):
    """Why an instruction may not be there."""
    for pattern, reason in REASONS:
        if re.search(pattern, name):
            return reason
    return "is not on the list of what may be used: look at what it does, then add it or do without"


def module(path):
    with open(path, encoding="ascii") as file:
        return Module(str(path), file.read())


def main(paths):
    wrong = 0
    for path in paths:
        read = module(path)
        wrong += len(read.faults)
        for fault in read.faults:
            print(fault)
        print(f"{path}: {len(read.kernels)} kernels, {sum(sum(k.values()) for k in read.kernels.values())} instructions, "
              f"{len(read.faults)} refused")
    return 1 if wrong or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
