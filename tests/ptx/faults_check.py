"""What the interpreter must notice while a kernel runs: one small kernel for each, and beside it one that does it right."""
import struct
import time

from common import check, expect_fault, finish, kernel, launch_text, ptx

SHARED = "\t.shared .align 16 .b8 one[128];\n\t.shared .align 16 .b8 two[128];\n"
# %r5: four times the thread; %d4, %d5: its place in the output and in the input; %r6: in `one`.
OWN = "\tshl.b32 %r5, %r1, 2;\n\tadd.u64 %d4, %d2, %d3;\n\tadd.u64 %d5, %d1, %d3;\n"
MINE = OWN + "\tmov.u32 %r4, one;\n\tadd.s32 %r6, %r4, %r5;\n"
# Of the next thread of 32: %r7, and %r8 in `one`.
AFTER = "\tadd.s32 %r7, %r1, 1;\n\tand.b32 %r7, %r7, 31;\n\tshl.b32 %r7, %r7, 2;\n"
NEXT = AFTER + "\tadd.s32 %r8, %r4, %r7;\n"


def faults(what, kind, body, *words, right=None, **how):
    """`body` must end in this fault, `right` in none."""
    expect_fault(what, kind, lambda: launch_text(kernel(body), **how), "planted", "planted.ptx:", *words)
    if right is not None:
        try:
            launch_text(kernel(right), **how)
        except ptx.Fault as fault:
            check(f"{what}, done right: {fault}", False)


def memory():
    faults("a read beyond an allocation", "out of bounds", "\tld.global.u32 %r2, [%d1+4096];", "byte 4096 of 'in'", "thread (0, 0, 0)",
           right="\tld.global.u32 %r2, [%d1+4092];")
    faults("a read before an allocation", "out of bounds", "\tld.global.u32 %r2, [%d1+-4];")
    faults("one thread of many, beyond", "out of bounds", OWN + "\tst.global.u32 [%d4], %r1;", "thread (32, 0, 0)", threads=40,
           outputs=128, right=OWN + "\tsetp.lt.u32 %p1, %r1, 32;\n\t@%p1 st.global.u32 [%d4], %r1;")
    faults("in the second block", "out of bounds", OWN + "\tmov.u32 %r2, %ctaid.x;\n\tmul.wide.u32 %d6, %r2, 4096;\n"
           "\tadd.u64 %d4, %d4, %d6;\n\tst.global.u32 [%d4], %r1;", "block (1, 0, 0)", blocks=2)
    faults("a store through a null pointer", "out of bounds", "\tmov.u64 %d4, 0;\n\tst.global.u32 [%d4], %r1;")
    faults("a vector across the end", "out of bounds", "\tld.global.v4.u32 {%r2, %r3, %r4, %r5}, [%d1+4080];\n"
           "\tst.global.v2.u32 [%d2+16], {%r2, %r3};\n\tld.global.v4.u32 {%r2, %r3, %r4, %r5}, [%d1+4096];")
    faults("misaligned words", "misaligned", "\tld.global.u32 %r2, [%d1+2];")
    faults("a misaligned vector", "misaligned", "\tld.global.v4.u32 {%r2, %r3, %r4, %r5}, [%d1+8];", "16 bytes",
           right="\tld.global.v2.u32 {%r2, %r3}, [%d1+8];")
    faults("fresh global memory", "uninitialised", "\tld.global.u32 %r2, [%d2];", "never written", "'out'",
           right=OWN + "\tst.global.u32 [%d4], %r1;\n\tld.global.u32 %r2, [%d4];")
    faults("shared memory, beyond a variable", "out of bounds", SHARED + MINE + "\tst.shared.u32 [%r6+128], %r1;", "shared")
    faults("shared memory, far away", "out of bounds", SHARED + MINE + "\tst.shared.u32 [%r6+1048576], %r1;", "shared")
    faults("shared memory, misaligned", "misaligned", SHARED + MINE + "\tst.shared.v2.u32 [%r6], {%r1, %r1};")
    faults("shared memory that nobody wrote", "uninitialised", SHARED + MINE + "\tld.shared.u32 %r2, [%r6];", "'one'",
           right=SHARED + MINE + "\tst.shared.u32 [%r6], %r1;\n\tld.shared.u32 %r2, [%r6];")
    faults("an address of no named space that is of shared memory", "out of bounds", SHARED + MINE + "\tst.shared.u32 [%r6], %r1;\n"
           "\tcvt.u64.u32 %d9, %r6;\n\tcvta.shared.u64 %d9, %d9;\n\tld.u32 %r2, [%d9];",
           right=OWN + "\tld.u32 %r2, [%d5];\n\tst.u32 [%d4], %r2;")
    begin = SHARED + MINE + "\tshl.b32 %r9, %r1, 4;\n\tsetp.lt.u32 %p1, %r1, 8;\n\tadd.s32 %r8, %r4, %r9;\n\t@%p1 st.shared.v2.u32 [%r8], {%r1, %r1};\n"

    def used(mask, register):
        return (begin + f'\t.pragma "used_bytes_mask {mask}";\n\t@%p1 ld.shared.v4.u32 {{%r10, %r11, %r12, %r13}}, [%r8];\n'
                f"\t@%p1 add.s32 %r14, {register}, 1;")
    faults("a vector whose used part nobody wrote", "uninitialised", used(0xfff, "%r10"), "'one'", right=used(0xff, "%r11"))
    faults("the part of a vector that is not used", "uninitialised", used(0xff, "%r12"), "%r12")
    faults("local memory, beyond", "out of bounds", "\t.local .align 4 .b8 room[8];\n\tst.local.u32 [room+8], %r1;", "'room'")
    faults("local memory that was not written", "uninitialised", "\t.local .align 4 .b8 room[8];\n\tst.local.u8 [room], %r1;\n"
           "\tld.local.u32 %r2, [room];", "'room'", right="\t.local .align 4 .b8 room[8];\n\tst.local.u32 [room+4], %r1;\n\tld.local.u32 %r2, [room+4];")
    faults("parameters, beyond", "out of bounds", "\tld.param.u64 %d9, [planted_1+8];", "parameters")
    faults("parameters, misaligned", "misaligned", "\tld.param.u64 %d9, [planted_0+4];")
    faults("a register that was never set", "uninitialised", "\tadd.s32 %r2, %r3, 1;", "%r3")
    part = "\tsetp.lt.u32 %p1, %r1, 20;\n\t@%p1 mov.u32 %r3, 1;\n"
    faults("a register that some threads never set", "uninitialised", part + "\tadd.s32 %r2, %r3, 1;", "thread (20, 0, 0)",
           right=part + "\tmov.u32 %r4, %r3;\n\t@%p1 add.s32 %r2, %r4, 1;")
    faults("a copy of a register that was never set", "uninitialised", part + "\tmov.u32 %r4, %r3;\n\tadd.s32 %r2, %r4, 1;", "%r4")
    faults("a division by zero", "division by zero", "\tdiv.u32 %r2, 7, %r1;", "thread (0, 0, 0)",
           right="\tadd.s32 %r3, %r1, 1;\n\tdiv.u32 %r2, 7, %r3;")
    declared = ".const .align 4 .u32 fixed = 5;\n"
    expect_fault("a store into .const", "read only", lambda: launch_text(kernel(
        "\tmov.u64 %d4, fixed;\n\tst.global.u32 [%d4], %r1;", declared=declared)))


def races():
    store, load = "\tst.shared.u32 [%r6], %r1;\n", "\tld.shared.u32 %r2, [%r8];\n"
    begin = SHARED + MINE + NEXT
    faults("what the neighbour wrote, without a barrier", "race", begin + store + load, "nothing orders", "'one'", "reads",
           right=begin + store + "\tbar.sync 0;\n" + load)
    faults("the same within a warp, after a shuffle", "race", begin + store + "\tshfl.sync.idx.b32 %r9, %r1, 0, 31, -1;\n" + load,
           right=begin + store + "\tbar.warp.sync -1;\n" + load)
    faults("another warp's, after a warp's barrier", "race", SHARED.replace("128", "256") + MINE + "\txor.b32 %r7, %r5, 128;\n"
           "\tadd.s32 %r8, %r4, %r7;\n" + store + "\tbar.warp.sync -1;\n" + load, threads=64)
    faults("two writes", "race", SHARED + "\tmov.u32 %r4, one;\n\tst.shared.u32 [%r4], 5;", "writes", "thread (1, 0, 0)",
           right=SHARED + "\tmov.u32 %r4, one;\n\tsetp.eq.u32 %p1, %r1, 3;\n\t@%p1 st.shared.u32 [%r4], 5;")
    faults("the next round writes what the last still reads", "race", begin + store + "\tbar.sync 0;\n" + load + store,
           right=begin + store + "\tbar.sync 0;\n" + load + "\tbar.sync 0;\n" + store)
    faults("neighbouring halves of a word, and the whole", "race", SHARED + "\tmov.u32 %r4, one;\n\tshl.b32 %r5, %r1, 1;\n"
           "\tadd.s32 %r6, %r4, %r5;\n\tcvt.u16.u32 %h1, %r1;\n\tst.shared.u16 [%r6], %h1;\n\tand.b32 %r7, %r5, 0xfffffffc;\n"
           "\tadd.s32 %r8, %r4, %r7;\n\tld.shared.u32 %r2, [%r8];",
           right=SHARED + "\tmov.u32 %r4, one;\n\tshl.b32 %r5, %r1, 1;\n\tadd.s32 %r6, %r4, %r5;\n\tcvt.u16.u32 %h1, %r1;\n"
           "\tst.shared.u16 [%r6], %h1;\n\tld.shared.u16 %h2, [%r6];")
    faults("global memory, two threads", "race", OWN + "\tst.global.u32 [%d2], %r1;", "'out'",
           right=OWN + "\tst.global.u32 [%d4], %r1;")
    faults("global memory, two blocks", "race", OWN + "\tst.global.u32 [%d4], %r1;", "block (1, 0, 0)", blocks=2)
    neighbour = OWN + AFTER + "\tst.global.u32 [%d4], %r1;\n{}\tcvt.u64.u32 %d6, %r7;\n\tadd.u64 %d7, %d2, %d6;\n\tld.global.u32 %r9, [%d7];"
    faults("global memory, the neighbour's", "race", neighbour.format(""), right=neighbour.format("\tbar.sync 0;\n"))
    faults("a barrier orders no blocks", "race", "\tmov.u32 %r2, %ctaid.x;\n\tsetp.eq.u32 %p1, %r2, 0;\n\tsetp.eq.and.u32 %p2, %r1, 0, %p1;\n"
           "\t@%p2 st.global.u32 [%d2], %r1;\n\tbar.sync 0;\n\t@%p1 bra $end;\n\tld.global.u32 %r3, [%d2];\n$end:", blocks=2)
    faults("ld.global.nc of what the launch writes", "race", OWN + "\tst.global.u32 [%d4], %r1;\n\tld.global.nc.u32 %r2, [%d4];",
           "ld.global.nc", right=OWN + "\tld.global.nc.u32 %r2, [%d5];\n\tst.global.u32 [%d4], %r2;")
    faults("an update and a plain read", "race", OWN + "\tsetp.eq.u32 %p1, %r1, 7;\n\t@%p1 st.global.u32 [%d2], %r1;\n"
           "\tbar.sync 0;\n\tred.global.add.u32 [%d2], 1;\n\tld.global.u32 %r2, [%d2];",
           right=OWN + "\tsetp.eq.u32 %p1, %r1, 7;\n\t@%p1 st.global.u32 [%d2], %r1;\n"
           "\tbar.sync 0;\n\tred.global.add.u32 [%d2], 1;\n\tbar.sync 0;\n\tld.global.u32 %r2, [%d2];")


def courses():
    half = "\tsetp.lt.u32 %p1, %r1, {};\n"
    faults("half of the threads at one barrier, half at another", "divergent barrier",
           half.format(32) + "\t@%p1 bra $one;\n\tbar.sync 0;\n\tbra.uni $end;\n$one:\n\tbar.sync 0;\n$end:", threads=64)
    faults("threads that leave before a barrier", "exit at barrier", half.format(20) + "\t@%p1 ret;\n\tbar.sync 0;", "has left",
           right=half.format(20) + "\t@%p1 bra $end;\n$end:\n\tbar.sync 0;")
    faults("threads that pass a guarded barrier", "exit at barrier", half.format(20) + "\t@%p1 bar.sync 0;")
    shuffle = "\tshfl.sync.bfly.b32 %r2, %r1, 1, 31, -1;"
    faults("a shuffle that half of a warp passes", "inactive lane", half.format(16) + "\t@%p1 ret;\n"
           "\tshfl.sync.bfly.b32 %r2, %r1, 16, 31, -1;", "lane 0",
           right=half.format(16) + "\t@%p1 bra $end;\n$end:\n" + shuffle)
    faults("a shuffle for half of a warp, from the other half", "inactive lane", half.format(16) +
           "\t@%p1 shfl.sync.idx.b32 %r2, %r1, 20, 31, 0xffff;", "lane 20",
           right=half.format(16) + "\t@%p1 shfl.sync.idx.b32 %r2, %r1, 12, 31, 0xffff;")
    faults("a shuffle whose lanes never meet", "divergence", half.format(16) + "\t@%p1 bra $a;\n" + shuffle + "\n\tbra.uni $end;\n$a:\n" +
           shuffle + "\n$end:")
    faults("a shuffle by lanes that it does not name", "divergence", "\tshfl.sync.idx.b32 %r2, %r1, 0, 31, 0xffff;")
    faults("a barrier of half a warp", "divergence", half.format(16) + "\t@%p1 bar.warp.sync 0xffff;",
           right="\tbar.warp.sync 0xffffffff;")
    loop = "$again:\n\tadd.s32 %r2, %r2, 1;\n\tsetp.ne.u32 %p1, %r2, {};\n\t@%p1 bra $again;"
    faults("an endless loop", "endless", "\tmov.u32 %r2, 0;\n" + loop.format("%r2") + "\n\tbra $again;", step_limit=10000,
           right="\tmov.u32 %r2, 0;\n" + loop.format(50))
    faults("threads that wait for one that never comes", "exit at barrier", "\tsetp.eq.u32 %p1, %r1, 3;\n\t@%p1 ret;\n\tbar.sync 0;",
           "thread (3, 0, 0)")


def launches():
    text = kernel("\tmov.u32 %r2, 1;")
    for what, threads, parameters in (("too many threads", 1025, [8, 8]), ("no thread", 0, [8, 8]), ("a parameter short", 32, [8, 4]),
                                      ("a parameter missing", 32, [8])):
        expect_fault(what, "launch", lambda: ptx.launch(ptx.parse(text), "planted", (1, 1, 1), (threads, 1, 1),
                                                        [bytes(size) for size in parameters], ptx.GlobalMemory()))
    expect_fault("another kernel", "launch", lambda: ptx.launch(ptx.parse(text), "other", (1, 1, 1), (1, 1, 1), [], ptx.GlobalMemory()))
    memory = ptx.GlobalMemory()
    at = memory.allocate("a", 16)
    for what, place in (("over another", at + 8), ("misaligned", at + 1000)):
        try:
            memory.allocate("b", 8, address=place)
            check(f"an allocation {what}", False)
        except ValueError:
            pass
    memory.put(at, struct.pack("<I", 9))
    check("what was written is known", memory.written(at, 8).tolist() == [True] * 4 + [False] * 4)
    memory.free(at)
    check("what was freed is gone", memory.find(at) is None)


def main():
    before = time.monotonic()
    for part in (memory, races, courses, launches):
        part()
    finish(f"every fault is noticed, and nothing where none is, {time.monotonic() - before:.1f} s")


if __name__ == "__main__":
    main()
