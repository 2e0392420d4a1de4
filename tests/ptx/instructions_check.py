"""Every instruction that the interpreter knows, run in a small kernel, against Python's whole numbers."""
import random
import time

from common import HEAD, check, expect_refused, finish, kernel, launch_text, np, ptx

import exact
from akashi_ptx.table import KNOWN, find

THREADS = 256
COVERED = set()


def signed(value, size):
    value &= (1 << size) - 1
    return value - (1 << size) if value >> size - 1 else value


def run(word, kinds, result, columns, guard=""):
    """`word` of operands that lie in memory, 8 bytes each; the 8 bytes of each thread's result."""
    maker, _ = find(word)
    COVERED.add(maker)
    registers = {"b16": "%h", "b32": "%r", "b64": "%d", "f32": "%f"}
    body, names = ["\tmul.wide.u32 %d4, %r1, 8;", "\tadd.u64 %d5, %d2, %d4;", f"\tmul.wide.u32 %d6, %r1, {8 * len(kinds)};",
                   "\tadd.u64 %d7, %d1, %d6;"], []
    for i, kind in enumerate(kinds):
        if kind == "pred":
            body += [f"\tld.global.u32 %r{30 + i}, [%d7+{8 * i}];", f"\tsetp.ne.u32 %p{10 + i}, %r{30 + i}, 0;"]
            names.append(f"%p{10 + i}")
        elif isinstance(kind, int):
            names.append(str(kind))
        else:
            names.append(f"{registers[kind]}{10 + i}")
            body.append(f"\tld.global.{kind} {names[-1]}, [%d7+{8 * i}];")
    to = "%p9" if result == "pred" else f"{registers[result]}9"
    body.append(f"\t{guard}{word} {to}, {', '.join(names)};")
    if result == "pred":
        body += ["\tselp.u32 %r20, 1, 0, %p9;", "\tcvt.u64.u32 %d20, %r20;"]
    elif result == "f32":
        body += ["\tmov.b32 %r20, %f9;", "\tcvt.u64.u32 %d20, %r20;"]
    else:
        size = int(result[1:])
        body.append("\tmov.b64 %d20, %d9;" if size == 64 else f"\tcvt.u64.u{size} %d20, {to};")
    body.append("\tst.global.u64 [%d5], %d20;")
    rows = np.zeros((THREADS, len(kinds)), np.uint64)
    for i, column in enumerate(columns):
        rows[:len(column), i] = np.array([value & (1 << 64) - 1 for value in column], np.uint64)
        rows[len(column):, i] = column[0] & (1 << 64) - 1
    out = launch_text(kernel("\n".join(body)), THREADS, 1, rows.tobytes(), 8 * THREADS)
    return np.frombuffer(out, np.uint64).tolist()


class Sampler:
    def __init__(self):
        self.draw = random.Random(15)

    def numbers(self, size):
        edges = [0, 1, 2, (1 << size) - 1, 1 << size - 1, (1 << size - 1) - 1, 5, 0xff & (1 << size) - 1]
        return [self.draw.choice(edges) if self.draw.random() < 0.3 else self.draw.getrandbits(self.draw.randrange(1, size + 1))
                for _ in range(THREADS)]

    def small(self, most):
        return [self.draw.randrange(most) for _ in range(THREADS)]

    def floats(self):
        return [self.draw.choice([0, 0x80000000, 0x3f800000, 0xbf800000, 1, 0x80000001, 0x7f800000, 0xff800000, 0x7fc00000,
                                  0x3fc00000, 0x40200000, self.draw.getrandbits(32)]) for _ in range(THREADS)]


S = Sampler()


def compare(word, kinds, result, columns, reference):
    size = {"pred": 1, "f32": 32}.get(result) or int(result[1:])
    got = run(word, kinds, result, columns)
    for i in range(THREADS):
        operands = [column[i] if i < len(column) else column[0] for column in columns]
        want = int(reference(*operands)) & (1 << size) - 1
        if got[i] != want:
            check(f"{word} of {', '.join(f'{x:#x}' for x in operands)}: {got[i]:#x}, not {want:#x}", False)


def toward_zero(x, y):
    quotient = abs(x) // abs(y)
    return -quotient if (x < 0) != (y < 0) else quotient


def integers():
    for size in (16, 32, 64):
        for letter in "us":
            def value(x):
                return signed(x, size) if letter == "s" else x
            kind, store, two = f"{letter}{size}", f"b{size}", [S.numbers(size), S.numbers(size)]
            table = {"add": lambda x, y: x + y, "sub": lambda x, y: x - y, "min": lambda x, y: min(value(x), value(y)),
                     "max": lambda x, y: max(value(x), value(y)), "mul.lo": lambda x, y: x * y,
                     "mul.hi": lambda x, y: value(x) * value(y) >> size}
            for name, reference in table.items():
                compare(f"{name}.{kind}", [store] * 2, store, two, reference)
            nonzero = [two[0], [y or 3 for y in two[1]]]
            compare(f"div.{kind}", [store] * 2, store, nonzero, lambda x, y: toward_zero(value(x), value(y)))
            compare(f"rem.{kind}", [store] * 2, store, nonzero,
                    lambda x, y: value(x) - value(y) * toward_zero(value(x), value(y)))
            compare(f"shr.{kind}", [store, "b32"], store, [two[0], S.small(size + 9)], lambda x, by: value(x) >> by)
            three = two + [S.numbers(size)]
            compare(f"mad.lo.{kind}", [store] * 3, store, three, lambda x, y, z: x * y + z)
            compare(f"mad.hi.{kind}", [store] * 3, store, three, lambda x, y, z: (value(x) * value(y) >> size) + z)
            if size < 64:
                wide = f"b{2 * size}"
                compare(f"mul.wide.{kind}", [store] * 2, wide, two, lambda x, y: value(x) * value(y))
                compare(f"mad.wide.{kind}", [store, store, wide], wide, two + [S.numbers(2 * size)],
                        lambda x, y, z: value(x) * value(y) + z)
        store, one = f"b{size}", [S.numbers(size)]
        compare(f"neg.s{size}", [store], store, one, lambda x: -x)
        compare(f"abs.s{size}", [store], store, one, lambda x: abs(signed(x, size)))
        compare(f"not.b{size}", [store], store, one, lambda x: ~x)
        compare(f"shl.b{size}", [store, "b32"], store, [one[0], S.small(size + 9)], lambda x, by: x << by)
        compare(f"shr.b{size}", [store, "b32"], store, [one[0], S.small(size + 9)], lambda x, by: x >> by)
        for name, reference in LOGIC.items():
            compare(f"{name}.b{size}", [store] * 2, store, [S.numbers(size), S.numbers(size)], reference)
    for name, reference in LOGIC.items():
        compare(f"{name}.pred", ["pred"] * 2, "pred", [S.small(2), S.small(2)], reference)
    compare("not.pred", ["pred"], "pred", [S.small(2)], lambda x: not x)


LOGIC = {"and": lambda x, y: x & y, "or": lambda x, y: x | y, "xor": lambda x, y: x ^ y}


def bit_fields():
    word = S.numbers(32)
    for side in "lr":
        for mode in ("wrap", "clamp"):
            def shifted(low, high, by):
                by = by & 31 if mode == "wrap" else min(by, 32)
                pair = high << 32 | low
                return pair << by >> 32 if side == "l" else pair >> by
            compare(f"shf.{side}.{mode}.b32", ["b32"] * 3, "b32", [word, S.numbers(32), S.small(70)], shifted)

    def permuted(x, y, selector):
        octets = (y << 32 | x).to_bytes(8, "little")
        picked = [octets[selector >> 4 * i & 7] for i in range(4)]
        return int.from_bytes(bytes((255 if p & 128 else 0) if selector >> 4 * i & 8 else p for i, p in enumerate(picked)), "little")
    compare("prmt.b32", ["b32"] * 3, "b32", [word, S.numbers(32), S.numbers(32)], permuted)
    for table in (0xca, 0x96, 0xe8, 0x01, 0x80, 0x00, 0xff, 0x1e):
        def chosen(x, y, z, _):
            return sum((table >> (x >> i & 1) * 4 + (y >> i & 1) * 2 + (z >> i & 1) & 1) << i for i in range(32))
        compare("lop3.b32", ["b32"] * 3 + [table], "b32", [word, S.numbers(32), S.numbers(32), [table]], chosen)
    for size in (32, 64):
        store, one = f"b{size}", S.numbers(size)

        def unsigned_field(x, at, n):
            return x >> at & (1 << n) - 1

        def signed_field(x, at, n):
            if not n:
                return 0
            taken = signed(x, size) >> at if at + n > size else x >> at & (1 << n) - 1
            return taken if at + n > size else signed(taken, n)
        for letter, reference in (("u", unsigned_field), ("s", signed_field)):
            compare(f"bfe.{letter}{size}", [store, "b32", "b32"], store, [one, S.small(size + 4), S.small(size + 9)], reference)
        compare(f"bfi.b{size}", [store, store, "b32", "b32"], store, [one, S.numbers(size), S.small(size + 4), S.small(size + 9)],
                lambda x, into, at, n: into & ~((1 << n) - 1 << at) | (x & (1 << n) - 1) << at)
        compare(f"brev.b{size}", [store], store, [one], lambda x: int(f"{x:0{size}b}"[::-1], 2))
        compare(f"popc.b{size}", [store], "b32", [one], lambda x: bin(x).count("1"))
        compare(f"clz.b{size}", [store], "b32", [one], lambda x: size - x.bit_length())
        compare(f"bfind.u{size}", [store], "b32", [one], lambda x: x.bit_length() - 1)
        compare(f"bfind.shiftamt.u{size}", [store], "b32", [one], lambda x: size - x.bit_length() if x else -1)


ORDERS = {"eq": lambda x, y: x == y, "ne": lambda x, y: x != y, "lt": lambda x, y: x < y, "le": lambda x, y: x <= y,
          "gt": lambda x, y: x > y, "ge": lambda x, y: x >= y}


def comparisons():
    for size in (16, 32, 64):
        store, two = f"b{size}", [S.numbers(size), S.numbers(size)]
        two[1][:99] = two[0][:99]
        for name, order in ORDERS.items():
            compare(f"setp.{name}.u{size}", [store] * 2, "pred", two, order)
            compare(f"setp.{name}.s{size}", [store] * 2, "pred", two, lambda x, y: order(signed(x, size), signed(y, size)))
        for name, order in (("lo", "lt"), ("ls", "le"), ("hi", "gt"), ("hs", "ge")):
            compare(f"setp.{name}.u{size}", [store] * 2, "pred", two, ORDERS[order])
        compare(f"setp.eq.b{size}", [store] * 2, "pred", two, ORDERS["eq"])
        compare(f"selp.b{size}", [store, store, "pred"], store, two + [S.small(2)], lambda x, y, p: x if p else y)
    two = [S.floats(), S.floats()]
    two[1][:40] = two[0][:40]

    def unordered(x, y):
        return exact.is_nan(x) or exact.is_nan(y)

    def value(x):
        return float(np.array(x, np.uint32).view(np.float32))
    for name, order in ORDERS.items():
        compare(f"setp.{name}.f32", ["f32"] * 2, "pred", two, lambda x, y: not unordered(x, y) and order(value(x), value(y)))
        compare(f"setp.{name}u.f32", ["f32"] * 2, "pred", two, lambda x, y: unordered(x, y) or order(value(x), value(y)))
    compare("setp.num.f32", ["f32"] * 2, "pred", two, lambda x, y: not unordered(x, y))
    compare("setp.nan.f32", ["f32"] * 2, "pred", two, unordered)
    compare("setp.lt.and.u32", ["b32", "b32", "pred"], "pred", [S.small(9), S.small(9), S.small(2)], lambda x, y, p: x < y and p)
    compare("setp.lt.xor.u32", ["b32", "b32", "pred"], "pred", [S.small(9), S.small(9), S.small(2)], lambda x, y, p: (x < y) != p)
    compare("selp.f32", ["f32", "f32", "pred"], "f32", two + [S.small(2)], lambda x, y, p: x if p else y)


def floats():
    two, three = [S.floats(), S.floats()], [S.floats(), S.floats(), S.floats()]
    for name in ("add", "sub", "mul", "div"):
        compare(f"{name}.rn.f32", ["f32"] * 2, "f32", two, getattr(exact, name))
    compare("fma.rn.f32", ["f32"] * 3, "f32", three, exact.fma)
    compare("sqrt.rn.f32", ["f32"], "f32", two[:1], exact.sqrt)
    compare("rcp.rn.f32", ["f32"], "f32", two[:1], exact.reciprocal)
    compare("neg.f32", ["f32"], "f32", two[:1], lambda x: x ^ 0x80000000)
    compare("abs.f32", ["f32"], "f32", two[:1], lambda x: x & 0x7fffffff)
    compare("copysign.f32", ["f32"] * 2, "f32", two, lambda x, y: y & 0x7fffffff | x & 0x80000000)

    def key(x):  # -0 below +0
        return -(x & 0x7fffffff) - 1 if x >> 31 else x

    def least(x, y, sign):
        if exact.is_nan(x) or exact.is_nan(y):
            return exact.NAN if exact.is_nan(x) and exact.is_nan(y) else y if exact.is_nan(x) else x
        return min((x, y), key=lambda one: sign * key(one))
    compare("min.f32", ["f32"] * 2, "f32", two, lambda x, y: least(x, y, 1))
    compare("max.f32", ["f32"] * 2, "f32", two, lambda x, y: least(x, y, -1))
    compare("testp.finite.f32", ["f32"], "pred", two[:1], lambda x: x & 0x7fffffff < exact.INFINITY)
    compare("testp.notanumber.f32", ["f32"], "pred", two[:1], exact.is_nan)
    # Every half; what numpy makes of them is compared with their definition.
    halves = list(range(0, 1 << 16, 257)) + [0, 1, 0x3ff, 0x400, 0x8001, 0x7bff]

    def widened(h):
        exponent, fraction = h >> 10 & 31, h & 0x3ff
        if exponent == 31:
            return exact.NAN if fraction else h >> 15 << 31 | exact.INFINITY
        return exact.encode(h >> 15, fraction | (1024 if exponent else 0), max(exponent, 1) - 25)
    compare("cvt.f32.f16", ["b16"], "f32", [halves[:THREADS]], widened)
    compare("cvt.rn.f16.f32", ["f32"], "b16", [[widened(h) for h in halves[:120]]], lambda x: next(
        h for h in halves if widened(h) == x))


def conversions():
    for to in (8, 16, 32, 64):
        for size in (16, 32, 64):
            for letter in "us":
                result, store = f"b{max(to, 16)}", f"b{size}"
                numbers = S.numbers(size)

                def value(x):
                    return signed(x, size) if letter == "s" else x
                if to >= 16:
                    compare(f"cvt.u{to}.{letter}{size}", [store], result, [numbers], value)
                if to == 32:
                    compare(f"cvt.rn.f32.{letter}{size}", [store], "f32", [numbers], lambda x: exact.from_integer(value(x)))
    compare("cvt.s32.s8", ["b32"], "b32", [S.numbers(32)], lambda x: signed(x, 8))
    compare("cvt.u32.u8", ["b32"], "b32", [S.numbers(32)], lambda x: x & 255)
    compare("cvt.s32.s16", ["b32"], "b32", [S.numbers(32)], lambda x: signed(x, 16))
    numbers = [x for x in S.floats() if not exact.is_nan(x)]
    for size in (16, 32, 64):
        for mode in ("rni", "rzi", "rmi", "rpi"):
            compare(f"cvt.{mode}.s{size}.f32", ["f32"], f"b{size}", [numbers],
                    lambda x: exact.to_integer(x, -1 << size - 1, (1 << size - 1) - 1, mode))
            compare(f"cvt.{mode}.u{size}.f32", ["f32"], f"b{size}", [numbers],
                    lambda x: exact.to_integer(x, 0, (1 << size) - 1, mode))
    small = [exact.encode(s, m, -2) for m in range(30) for s in (0, 1)]

    def whole(x, mode):
        return x & 0x80000000 | exact.from_integer(abs(exact.to_integer(x, -99, 99, mode)))
    for mode in ("rni", "rzi", "rmi", "rpi"):
        compare(f"cvt.{mode}.f32.f32", ["f32"], "f32", [small], lambda x: whole(x, mode))


def together():
    """Shuffles with every mode, votes, reductions; packing; jumps by a table; what threads know of themselves."""
    lanes = list(range(THREADS))
    values = S.numbers(32)
    for mode, by, clamp in (("bfly", 5, 31), ("down", 3, 31), ("up", 3, 0), ("idx", 9, 31), ("idx", 2, 0x181f), ("down", 2, 0x181f),
                            ("up", 2, 0x1800), ("bfly", 16, 31)):
        def taken(value, _by, _clamp, _members):
            lane = together.lane
            segment, limit = clamp >> 8, clamp & 31
            most, least = lane & segment | limit & ~segment & 31, lane & segment
            source = {"bfly": lane ^ by, "down": lane + by, "up": lane - by, "idx": least | by & ~segment}[mode]
            inside = source >= most if mode == "up" else source <= most
            return values[together.thread - lane + (source if inside else lane)]
        got = run(f"shfl.sync.{mode}.b32", ["b32", by, clamp, -1], "b32", [values, [0], [0], [0]])
        for together.thread in lanes:
            together.lane = together.thread % 32
            check(f"shfl.sync.{mode} by {by} within {clamp:#x}", got[together.thread] == taken(values[together.thread], 0, 0, 0))
    truths = [S.small(2)[i] if i >= 64 else i // 32 for i in lanes]
    groups = [truths[i // 32 * 32:i // 32 * 32 + 32] for i in lanes]
    for word, reference in (("all.pred", all), ("any.pred", any), ("uni.pred", lambda g: len(set(g)) == 1)):
        got = run(f"vote.sync.{word}", ["pred", -1], "pred", [truths, [0]])
        check(f"vote.sync.{word}", got == [int(reference(group)) for group in groups])
    got = run("vote.sync.ballot.b32", ["pred", -1], "b32", [truths, [0]])
    check("vote.sync.ballot", got == [sum(t << i for i, t in enumerate(group)) for group in groups])
    warps = [values[i // 32 * 32:i // 32 * 32 + 32] for i in lanes]
    for word, reference in (("add.u32", lambda w: sum(w) & 0xffffffff), ("min.u32", min), ("max.u32", max),
                            ("max.s32", lambda w: max(signed(x, 32) for x in w) & 0xffffffff)):
        check(f"redux.sync.{word}", run(f"redux.sync.{word}", ["b32", -1], "b32", [values, [0]]) == [reference(w) for w in warps])


def control():
    body = """	and.b32 %r2, %r1, 3;
	brx.idx %r2, $table;
$table: .branchtargets $zero, $one, $two, $one;
$zero:
	mov.u32 %r3, 100;
	bra.uni $end;
$one:
	mov.u32 %r3, 101;
	bra $end;
$two:
	mov.b64 %d5, {%r1, %r2};
	mov.b64 {%r6, %r7}, %d5;
	add.s32 %r3, %r6, %r7;
$end:
	mov.u32 %r8, %ctaid.x;
	mov.u32 %r9, %ntid.x;
	mad.lo.s32 %r10, %r8, %r9, %r1;
	mul.wide.u32 %d6, %r10, 4;
	add.u64 %d7, %d2, %d6;
	mov.u32 %r11, %r3;
	@%p1 mov.u32 %r11, 7;
	st.global.u32 [%d7], %r11;"""
    body = "\tsetp.eq.u32 %p1, %r1, 5;\n" + body
    out = np.frombuffer(launch_text(kernel(body), 70, 3, outputs=840), np.uint32)
    want = [7 if t == 5 else {0: 100, 1: 101, 2: t + 2, 3: 101}[t % 4] for _ in range(3) for t in range(70)]
    check("a jump by a table, and a guard", out.tolist() == want)
    # vectors, bytes, local memory, constants
    declared = ".const .align 4 .b8 table[12] = {1, 0, 0, 0, 255, 255, 255, 127, 3};\n.global .align 4 .u32 one[2] = {5, 0xfffffffe};\n"
    body = """	.local .align 16 .b8 room[32];
	.shared .align 16 .b8 all[512];
	mov.u64 %d8, room;
	cvta.local.u64 %d9, %d8;
	mul.wide.u32 %d4, %r1, 16;
	add.u64 %d5, %d1, %d4;
	add.u64 %d6, %d2, %d4;
	cvta.to.global.u64 %d5, %d5;
	ld.global.nc.L1::no_allocate.v4.u32 {%r2, %r3, %r4, %r5}, [%d5];
	st.local.v2.u32 [%d8+8], {%r4, %r5};
	ld.local.u8 %r6, [%d8+13];
	ld.local.s16 %r7, [room+10];
	mov.u32 %r12, all;
	shl.b32 %r13, %r1, 4;
	add.s32 %r14, %r12, %r13;
	st.shared.v4.b32 [%r14], {%r2, %r3, %r6, %r7};
	bar.sync 0;
	xor.b32 %r15, %r13, 16;
	add.s32 %r15, %r12, %r15;
	ld.shared.v2.f32 {%f1, %f2}, [%r15+8];
	ld.shared.u64 %d10, [%r15];
	mov.b64 {%r16, %r17}, %d10;
	mov.b32 %r18, %f1;
	mov.b32 %r19, %f2;
	ld.const.u32 %r20, [table+4];
	ld.global.s32 %r21, [one+4];
	add.s32 %r22, %r20, %r21;
	add.s32 %r16, %r16, %r22;
	st.global.v4.u32 [%d6], {%r16, %r17, %r18, %r19};"""
    data = np.random.default_rng(3).integers(0, 1 << 32, 128, dtype=np.uint32).reshape(32, 4)
    out = np.frombuffer(launch_text(kernel(body, declared=declared), 32, 1, data.tobytes(), 512), np.uint32).reshape(32, 4)
    mate = data[np.arange(32) ^ 1]
    want = np.stack([mate[:, 0] + np.uint32(0x7ffffffd), mate[:, 1], mate[:, 3] >> 8 & 255,
                     (mate[:, 2] >> 16).astype(np.uint16).view(np.int16).astype(np.int32).view(np.uint32)], axis=1)
    check("vectors, bytes, local and shared memory, constants", (out == want).all())
    atomics()


def atomics():
    body = "\tadd.u64 %d5, %d2, 8;\n\tred.global.add.u32 [%d2], %r1;\n\tatom.global.min.u32 %r5, [%d5], %r1;"
    text = kernel("\tsetp.eq.u32 %p1, %r1, 0;\n\t@%p1 bra $go;\n$go:\n" + body)
    try:
        launch_text(text)
        check("an update of what was never written", False)
    except ptx.Fault as fault:
        check(f"an update of what was never written: {fault}", fault.kind == "uninitialised")
    memory = ptx.GlobalMemory()
    at = memory.allocate("out", 16, b"\xff" * 16)
    ptx.launch(ptx.parse(text), "planted", (2, 1, 1), (40, 1, 1), [at.to_bytes(8, "little")] * 2, memory)
    got = np.frombuffer(memory.get(at, 16), np.uint32)
    check("atomic sums and minima", got[0] == (2 * sum(range(40)) - 1) & 0xffffffff and got[2] == 0)


def refusals():
    for word, *say in (("add.ftz.rn.f32 %f1, %f2, %f3", ".ftz"), ("div.approx.f32 %f1, %f2, %f3", ".approx"),
                       ("div.full.f32 %f1, %f2, %f3", ".full"), ("mad.rn.f32 %f1, %f2, %f3, %f4", "mad on floats"),
                       ("ex2.approx.f32 %f1, %f2", ".approx"), ("fma.rn.ftz.f32 %f1, %f2, %f3, %f4", ".ftz"),
                       ("add.f32 %f1, %f2, %f3", "contract"), ("mul.f32 %f1, %f2, %f3", "contract"),
                       ("fma.rz.f32 %f1, %f2, %f3, %f4", "fma.rz.f32"), ("sqrt.approx.ftz.f32 %f1, %f2", ".ftz"),
                       ("call.uni (%r1), f, (%r2)", "call.uni"), ("ld.volatile.global.u32 %r1, [%d1]", "ld.volatile"), ("nonsense.u32 %r1", "nonsense"),
                       ("add.sat.s32 %r1, %r2, %r3", "add.sat.s32"), ("bar.sync 1", "barrier other than 0"), ("bar.sync 0, 64", "fewer"),
                       ("membar.gl", "membar"), ("add.s32 %r1, %r2, %d3", "32 bits"), ("trap", "trap"),
                       ("add.s32 %r1, %r99, %r3", "not declared"), ("atom.global.add.f32 %f1, [%d1], %f2", "atom.global.add.f32"),
                       ("add.rn.f64 %d1, %d2, %d3", "binary64"), ("mov.f32 %f1, 0d3ff0000000000000", "binary64"),
                       ("@%p1 brx.idx %r1, $nowhere", "brx"), ("bra $nowhere", "nowhere"), ("ld.param.u32 %r1, [unknown]", "unknown")):
        expect_refused(word, kernel(f"\t{word};"), *say, "planted.ptx:")
    for what, text, *say in (("a directive", HEAD + ".weak .entry x() { ret; }", ".weak"),
                             ("a function", HEAD + ".func f() { ret; }", ".func"), ("binary64", kernel("\t.reg .f64 %q<3>;"), ".f64"),
                             ("dynamic shared memory", HEAD + ".extern .shared .align 16 .b8 room[];", ".extern"),
                             ("another pragma", kernel('\t.pragma "unroll";'), "pragma"),
                             ("a scope", kernel("\t{ .reg .b32 %t; }"), "scope"), ("a kernel's directive", HEAD +
                              ".visible .entry x()\n.explicitcluster\n{ ret; }", ".explicitcluster"),
                             ("32-bit addresses", ".version 8.0\n.target sm_80\n.address_size 32\n", "64"),
                             ("no end", HEAD + ".visible .entry x() { mov.u32", "mov.u32")):
        expect_refused(what, text, *say)


def main():
    before = time.monotonic()
    for part in (integers, bit_fields, comparisons, floats, conversions, together, control, refusals):
        part()
    missing = [maker.__name__ for _, maker in KNOWN if maker not in COVERED]
    elsewhere = {"move", "change_space", "load_parameter", "load", "store", "atomic", "block_barrier", "warp_barrier"}
    check(f"instructions that nothing here runs: {sorted(set(missing) - elsewhere)}", set(missing) <= elsewhere)
    finish(f"{len(KNOWN)} families of instructions give what whole numbers give, {time.monotonic() - before:.1f} s")


if __name__ == "__main__":
    main()
