"""Does every instruction of the PTX that ships belong to exact arithmetic, and would we be told if not?

What is looked at is build/cuda/*.ptx, which the cubins are assembled from and which is embedded. That
their arithmetic is what the sources give under the build's own rule is shown by compiling them again; that the
flags in that rule matter is shown by bending each, in the rule and in CMake's variable.
"""
import collections
import concurrent.futures
import fnmatch
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import ptx_text

SOURCE = pathlib.Path(os.environ["AKASHI_SOURCE"])
BUILD = pathlib.Path(os.environ["AKASHI_BUILD"])
CORES = os.cpu_count() or 1
LONG = bool(os.environ.get("AKASHI_LONG"))
SOON_COMPILED = 900_000  # bytes of PTX; what is larger is compiled under every flag with AKASHI_LONG=1 only

# What each kernel's arithmetic cannot do without, `.rn.f32` left off. A kernel without floats has none of it.
EXPECTED = {
    "product_*f32": "fma add",
    "product_*f16": "fma add",
    "order_align": "",
    "order_turn": "",
    "add": "add",
    "activation": "fma add sub mul div",
    "gate": "fma add sub mul div",
    "gate_rows": "fma add sub mul div",
    "scale": "mul",
    "clip": "",
    "soft_cap": "fma add sub mul div",
    "gather": "",
    "combine": "fma",
    "find_not_finite": "",
    "pick": "",
    "rms_norm": "fma add mul div sqrt",
    "layer_norm": "fma add sub mul div sqrt",
    "softmax": "fma add sub mul div",
    "partition": "fma add sub mul",
    "top_logits": "",
    "rope": "fma mul",
    "digest": "",
    "route": "fma add sub mul div",
    "attention": "fma add sub mul div",
}

# Arithmetic in C's own operators, which the flags decide about; ours is in intrinsics that say .rn themselves.
PLAIN = """
extern "C" __global__ void plain(const float *in, float *out)
{
	out[0] = in[0] * in[1] + in[2];
	out[1] = in[0] / in[1];
	out[2] = sqrtf(in[0]);
}
"""

# Each flag of the rule, and what it would be if somebody bent it.
BENT = {
    "-fmad=false": "-fmad=true",
    "-ftz=false": "-ftz=true",
    "-prec-div=true": "-prec-div=false",
    "-prec-sqrt=true": "-prec-sqrt=false",
}

# A line that does not belong there, and what is said of it.
FOREIGN = {
    "add.f32 %f1, %f1, %f1;": "lacks .rn",
    "mul.f32 %f1, %f1, %f1;": "lacks .rn",
    "mad.rn.f32 %f1, %f1, %f1, %f1;": "joined",
    "@%p1 fma.rn.ftz.f32 %f1, %f1, %f1, %f1;": "subnormals",
    "setp.lt.ftz.f32 %p1, %f1, %f1;": "subnormals",
    "add.rz.f32 %f1, %f1, %f1;": "rounds otherwise",
    "div.full.f32 %f1, %f1, %f1;": "not correctly rounded",
    "div.approx.f32 %f1, %f1, %f1;": "approximation",
    "sqrt.approx.f32 %f1, %f1;": "approximation",
    "rcp.approx.f32 %f1, %f1;": "approximation",
    "ex2.approx.f32 %f1, %f1;": "approximation",
    "max.f32 %f1, %f1, %f1;": "rule 4",
    "cvt.rn.f16.f32 %rs1, %f1;": "fewer bits",
    "fma.rn.f64 %fd1, %fd1, %fd1, %fd1;": "binary64",
    "atom.global.add.f32 %f1, [%rd1], %f1;": "no fixed order",
    "red.global.add.f32 [%rd1], %f1;": "no fixed order",
    "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%f1}, {%r1}, {%r1}, {%f1};": "fewer bits",
    "st.local.f32 [%rd1], %f1;": "array in memory",
    "call.uni (retval0), vprintf, (param0, param1);": "not in sight",
    "frobnicate.b32 %r1, %r1;": "not on the list",
    ".func helper": "neither an instruction nor a directive",
    "$L__planted: add.f32 %f1, %f1, %f1;": "lacks .rn",
    "mov.u32 %r1, %r2; add.f32 %f1, %f1, %f1;": "lacks .rn",
    "{ add.f32 %f1, %f1, %f1; }": "lacks .rn",
}


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def expected(kernel):
    """The names of its arithmetic; None where the list says nothing."""
    return next((words.split() for pattern, words in EXPECTED.items() if fnmatch.fnmatchcase(kernel, pattern)), None)


def listed():
    """{file: [kernel]} of kernels.def."""
    files = collections.defaultdict(list)
    for file, name in re.findall(r"^CUDA_KERNEL\((\w+), (\w+)\)", (SOURCE / "kernels/cuda/kernels.def").read_text(), re.M):
        files[file].append(name)
    return files


def smallest():
    """The module that is compiled soonest."""
    return min(listed(), key=lambda file: (BUILD / "cuda" / f"{file}.ptx").stat().st_size)


class Rule:
    """How the build compiles one file: the command that ninja would run."""

    def __init__(self, build, file):
        out = subprocess.run(["ninja", "-C", str(build), "-t", "commands", f"cuda/{file}.ptx"],
                             check=True, capture_output=True, text=True).stdout
        self.words = shlex.split(out.strip().splitlines()[-1].split("&&", 1)[-1])
        self.folder = build
        self.source = next(word for word in self.words if word.endswith(f"/{file}.cu"))

    def run(self, out, source=None, bend=None, instead=None):
        """Compile, with flags replaced by `bend` or all of the exact ones by `instead`; the PTX's text."""
        words = [(bend or {}).get(word, word) for word in self.words]
        if instead:
            words = [word for word in words if word not in BENT] + [instead]
        words[words.index("-o") + 1] = str(out)
        words[words.index(self.source)] = str(source or self.source)
        ran = subprocess.run(words, capture_output=True, text=True, check=False, cwd=self.folder)
        if ran.returncode:
            raise SystemExit(f"wrong: {' '.join(words)}\n{ran.stderr}")
        return out.read_text()


def faults_of_module(file, kernels, read):
    """What is wrong with one module, in words."""
    yield from read.faults
    if sorted(read.kernels) != sorted(kernels):
        yield f"{read.path}: has {sorted(read.kernels)} where kernels.def lists {sorted(kernels)}"
    for name, counts in read.kernels.items():
        if expected(name) is None:
            yield f"{read.path}: this test does not say yet which arithmetic '{name}' needs"
            continue
        floats = {op.split(".")[0] for op in counts if re.fullmatch(r"(?:fma|add|sub|mul|div|sqrt)\.rn\.f32", op)}
        for missing in sorted(set(expected(name)) - floats):
            yield f"{read.path}: '{name}' has no {missing}.rn.f32"
        if floats and not expected(name):
            yield f"{read.path}: '{name}' should compute without floats, and has {sorted(floats)}"


def faults_of_plain(text):
    """What is wrong with plain arithmetic compiled by the rule."""
    read = ptx_text.Module("plain.ptx", text)
    yield from read.faults
    for name in ("mul", "add", "div", "sqrt"):
        if not read.kernels.get("plain", {}).get(f"{name}.rn.f32"):
            yield f"plain.ptx: no {name}.rn.f32"


def faults_of_build(build, scratch):
    """All that this test has to say about a build's PTX and its rule; nothing when both are right."""
    plain = scratch / "plain.cu"
    plain.write_text(PLAIN)
    for file, kernels in listed().items():
        yield from faults_of_module(file, kernels, ptx_text.module(build / "cuda" / f"{file}.ptx"))
    yield from faults_of_plain(Rule(build, smallest()).run(scratch / "plain.ptx", plain))


def check(condition, what):
    print(f"{'ok' if condition else 'wrong'}: {what}", flush=True)
    if not condition:
        raise SystemExit(1)


def check_foreign(scratch):
    """Each foreign line, planted in a module that ships, is found where it stands."""
    file = next(iter(listed()))
    lines = (BUILD / "cuda" / f"{file}.ptx").read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if line.strip() == "ret;")
    planted = scratch / "planted.ptx"
    for line, reason in FOREIGN.items():
        planted.write_text("\n".join(lines[:at] + [line] + lines[at:]) + "\n")
        found = ptx_text.module(planted).faults
        check(len(found) == 1 and found[0].startswith(f"{planted}:{at + 1}: ") and reason in found[0],
              f"refused: {line} ({found[0].split(': ', 1)[1] if found else 'not noticed'})")
    planted.write_text("\n".join(line for line in lines if ".rn.f32" not in line))
    missing = list(faults_of_module(file, listed()[file], ptx_text.module(planted)))
    check(any("has no" in fault for fault in missing), f"refused: {file} without its arithmetic ({missing[0] if missing else ''})")
    planted.write_text("no PTX\n")
    check(ptx_text.module(planted).faults, "refused: a file that is no PTX")


def arithmetic(text):
    """The names of the arithmetic on floats, in the order in which it stands."""
    return re.findall(r"\b(?:fma|mad|add|sub|mul|div|sqrt|rcp|neg|abs)\.(?:\w+\.)*f32\b", text)


def check_bent_module(file, scratch):
    """A module under bent flags: refused, or its arithmetic is the same. Returns what to print."""
    rule, kernels, shipped = Rule(BUILD, file), listed()[file], (BUILD / "cuda" / f"{file}.ptx").read_text()
    has_floats = any(expected(name) for name in kernels)
    lines = []
    # nvcc gives attention.cu one of two texts by chance, with other registers and one load joined
    if arithmetic(rule.run(scratch / f"{file}.again.ptx")) != arithmetic(shipped):
        return [(False, f"{file}: compiled again by the build's rule it has other arithmetic than what ships")]
    lines.append((True, f"{file}: what ships has the arithmetic that the build's rule makes of the source"))
    bends = [("-use_fast_math", None, "-use_fast_math")]  # all of them at once
    if LONG or len(shipped) < SOON_COMPILED:
        bends += [("-ftz=true", {"-ftz=false": "-ftz=true"}, None),
                  ("-fmad=true -prec-div=false -prec-sqrt=false",
                   {flag: bent for flag, bent in BENT.items() if flag != "-ftz=false"}, None)]
    for name, bend, instead in bends:
        path = scratch / f"{file}.bent.ptx"
        text = rule.run(path, bend=bend, instead=instead)
        refused = ptx_text.Module(str(path), text).faults
        # flags about division, square root and contraction find nothing to change in intrinsics; how registers are
        # numbered and loads are joined may follow from anything
        same = arithmetic(text) == arithmetic(shipped)
        right = bool(refused) or (same if name.startswith("-fmad") else not has_floats)
        lines.append((right, f"{file} with {name}: " + (
            f"{len(refused)} refused" if refused else "the same PTX, byte for byte" if text == shipped else
            "the same arithmetic" if same else "not noticed")))
    return lines


def check_bent_plain(scratch):
    """Plain arithmetic by the build's own rule passes; with each flag bent it is refused."""
    rule = Rule(BUILD, next(iter(listed())))
    plain = scratch / "plain.cu"
    plain.write_text(PLAIN)
    for flag in BENT:
        check(flag in rule.words, f"the build's rule says {flag}")
    wrong = list(faults_of_plain(rule.run(scratch / "plain.ptx", plain)))
    check(not wrong, f"plain arithmetic by the build's rule is exact {wrong or ''}")
    for flag, bent in BENT.items():
        wrong = list(faults_of_plain(rule.run(scratch / "plain.ptx", plain, bend={flag: bent})))
        check(wrong, f"refused: plain arithmetic with {bent} ({wrong[0] if wrong else 'not noticed'})")
    wrong = list(faults_of_plain(rule.run(scratch / "plain.ptx", plain, instead="-use_fast_math")))
    check(wrong, f"refused: plain arithmetic with -use_fast_math ({wrong[0] if wrong else 'not noticed'})")


def check_bent_build(scratch):
    """The project itself, configured with another flag, does not pass."""
    cache = (BUILD / "CMakeCache.txt").read_text()
    flags = re.search(r"^AKASHI_CUDA_FLAGS:STRING=(.*)$", cache, re.M).group(1)
    nvcc, ptxas = (re.search(rf"^{name}:FILEPATH=(.*)$", cache, re.M).group(1) for name in ("AKASHI_NVCC", "AKASHI_PTXAS"))
    build = scratch / "build"
    file = smallest()
    for flag, bent in list(BENT.items())[:3]:
        for command in (["cmake", "-S", str(SOURCE), "-B", str(build), "-G", "Ninja", "-DAKASHI_REGISTRY=OFF", "-DAKASHI_TESTS=OFF",
                         f"-DAKASHI_NVCC={nvcc}", f"-DAKASHI_PTXAS={ptxas}", f"-DAKASHI_CUDA_FLAGS={flags.replace(flag, bent)}"],
                        ["ninja", "-C", str(build), f"cuda/{file}.ptx"]):
            ran = subprocess.run(command, capture_output=True, text=True, check=False)
            check(ran.returncode == 0, f"{command[0]} with {bent}" + (ran.stderr[-500:] if ran.returncode else ""))
        for other in listed():
            if other != file:
                (build / "cuda" / f"{other}.ptx").write_bytes((BUILD / "cuda" / f"{other}.ptx").read_bytes())
        wrong = list(faults_of_build(build, scratch))
        check(wrong, f"refused: the project configured with {bent} ({wrong[0] if wrong else 'not noticed'})")


def main():
    if not (BUILD / "cuda").is_dir():
        skip("there was no nvcc that works, so this build has no PTX")
    if not (BUILD / "build.ninja").exists():
        skip("this build was not made by ninja, which is asked for its rule")
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        wrong = list(faults_of_build(BUILD, scratch))
        for fault in wrong:
            print(fault)
        check(not wrong, f"every instruction of {', '.join(listed())} is one that exact arithmetic may use")
        check_foreign(scratch)
        check_bent_plain(scratch)
        with concurrent.futures.ThreadPoolExecutor(CORES) as pool:
            for lines in pool.map(lambda file: check_bent_module(file, scratch), listed()):
                for right, what in lines:
                    check(right, what)
        check_bent_build(scratch)


if __name__ == "__main__":
    main()
