"""Can a referee settle a dispute from the opened pieces alone?

One party recorded outputs with other weights than it signed. build/tests/dispute_dump narrows the
disagreement down and opens one element; this referee knows only docs/formats.md: it takes the piece
from the file, follows its Merkle path to the tensor's root, which it computes on its own, reads the
weight row out of the piece, and runs the chain of rule 3 in exact integers (fractions), rounded to
binary32 after every step. No numpy, no floats.
"""
import hashlib
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
from fractions import Fraction

SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
TINY = SOURCE / "tests" / "data" / "tiny" / "step-500"
DUMP = pathlib.Path(os.environ.get("AKASHI_BUILD", SOURCE / "build")) / "tests" / "dispute_dump"
PIECE = 4 << 20


def value(bits):
    """The rational number that the bits of a binary32 stand for."""
    sign, exponent, mantissa = bits >> 31, bits >> 23 & 255, bits & 0x7FFFFF
    assert exponent != 255, "not finite"
    scaled = (mantissa | 0x800000 if exponent else mantissa) << (exponent or 1)
    return Fraction(-scaled if sign else scaled, 1 << 150)


def rounded(number, sign_of_zero=0):
    """RN32: the bits of the nearest binary32, ties to even, subnormals kept."""
    sign, number = (1, -number) if number < 0 else (0, number)
    if not number:
        return sign_of_zero << 31
    exponent = max(number.numerator.bit_length() - number.denominator.bit_length(), -126)
    while Fraction(2) ** exponent > number and exponent > -126:
        exponent -= 1
    while Fraction(2) ** (exponent + 1) <= number:
        exponent += 1
    scaled = number / Fraction(2) ** (exponent - 23)
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    twice = 2 * rest
    whole += twice > scaled.denominator or (twice == scaled.denominator and whole & 1)
    if whole == 1 << 24:
        whole, exponent = whole >> 1, exponent + 1
    biased = exponent + 127 if whole >= 1 << 23 else 0
    return sign << 31 | biased << 23 | whole & 0x7FFFFF


def chain(x, w):
    """acc = +0; acc = fma(x[k], w[k], acc), k ascending: all as bits."""
    acc = 0
    for a, b in zip(x, w, strict=True):
        exact = value(a) * value(b) + value(acc)
        # An exact zero is +0 unless both summands are -0 (round to nearest).
        negative = (a ^ b) >> 31 and acc >> 31
        acc = rounded(exact, 1 if negative else 0)
    return acc


def numbers(text):
    return [int(text[i:i + 8], 16) for i in range(0, len(text), 8)]


def bf16(raw):
    return [struct.unpack_from("<H", raw, i)[0] << 16 for i in range(0, len(raw), 2)]


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(leaves):
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node(root_of(leaves[:split]), root_of(leaves[split:]))


def path_root(index, size, at, path):
    """RFC 9162, 2.1.3.2."""
    last = size - 1
    for step in path:
        if index & 1 or index == last:
            at = node(step, at)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            at = node(at, step)
        index, last = index >> 1, last >> 1
    assert last == 0
    return at


def tensor_root(folder, file, name):
    """The root of a tensor, from the file's own header and bytes."""
    raw = (folder / file).read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    begin, end = json.loads(raw[8:8 + length])[name]["data_offsets"]
    data = raw[8 + length + begin:8 + length + end]
    pieces = [data[i:i + PIECE] for i in range(0, len(data), PIECE)]
    return root_of([leaf(hashlib.sha256(piece).digest()) for piece in pieces]), len(pieces)


def referee(folder, opened):
    """The bits that the opened element must have; every piece is checked on the way."""
    assert opened["operation"] == "linear", opened["operation"]
    weight = opened["weight"]
    assert weight["dtype"] == "BF16" and weight["stride"] == 1
    root, count = tensor_root(folder, weight["file"], weight["tensor"])
    assert root.hex() == weight["root"], "the root is not the tensor's"
    raw = (folder / weight["file"]).read_bytes()
    row = bytes.fromhex(weight["bytes"])
    begin = weight["tensorOffset"] + 2 * weight["first"]
    covered = b""
    for piece in weight["pieces"]:
        body = raw[piece["offset"]:piece["offset"] + piece["length"]]
        digest = hashlib.sha256(body).digest()
        assert digest.hex() == piece["digest"], "a piece is not what its digest says"
        path = [bytes.fromhex(step) for step in piece["path"]]
        assert path_root(piece["index"], count, leaf(digest), path) == root, "a path does not lead to the root"
        covered += body
    start = begin - weight["pieces"][0]["offset"]
    assert covered[start:start + len(row)] == row, "the weights are not those of the pieces"
    return chain(numbers(opened["x"]), bf16(row))


def altered(folder, tensor, element):
    """One bit of one bf16 weight; returns nothing."""
    path = folder / "model.safetensors"
    raw = bytearray(path.read_bytes())
    length = struct.unpack("<Q", raw[:8])[0]
    begin, _ = json.loads(raw[8:8 + length])[tensor]["data_offsets"]
    raw[8 + length + begin + 2 * element + 1] ^= 1
    path.write_bytes(raw)


def main():
    if not DUMP.exists():
        print(f"skipped: {DUMP} was not built")
        sys.exit(77)
    assert [rounded(value(b)) for b in (1, 0x7FFFFF, 0x800000, 0x3F800001, 0xC2CE8ED0)] == \
        [1, 0x7FFFFF, 0x800000, 0x3F800001, 0xC2CE8ED0]
    settled = 0
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "probes.jsonl").write_text('{"ids":[5,17,900,3,44,81]}\n{"ids":[7,7,21,400]}\n')
        for layer, module, element in ((1, "mlp.up_proj", 96 * 40 + 3), (2, "self_attn.o_proj", 96 * 7),
                                       (3, "mlp.down_proj", 160 * 95 + 159)):
            tensor = f"model.layers.{layer}.{module}.weight"
            shutil.rmtree(folder / "signed", ignore_errors=True)
            shutil.copytree(TINY, folder / "signed", copy_function=shutil.copyfile)
            altered(folder / "signed", tensor, element)
            done = subprocess.run([DUMP, TINY, folder / "signed", folder / "probes.jsonl"],
                                  capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            case = json.loads(done.stdout)
            opened = case["opened"]
            assert case["layer"] == layer and opened["weight"]["tensor"] == tensor, case
            width = 160 if module == "mlp.down_proj" else 96
            assert opened["element"] == element // width, opened["element"]
            fair = referee(folder / "signed", opened)
            assert fair == int(opened["result"], 16), f"{fair:08x} is right, not {opened['result']}"
            assert fair != int(case["claimed"], 16), "the referee cannot tell the parties apart"
            # And the accused party's number is what the weights give that were never signed.
            unsigned = dict(opened, weight=dict(opened["weight"]))
            raw = (TINY / "model.safetensors").read_bytes()
            begin = opened["weight"]["tensorOffset"] + 2 * opened["weight"]["first"]
            assert chain(numbers(unsigned["x"]), bf16(raw[begin:begin + 2 * width])) == int(case["claimed"], 16)
            settled += 1
        # Bent evidence is refused.
        bent = json.loads(json.dumps(opened))
        bent["weight"]["bytes"] = "0000" + bent["weight"]["bytes"][4:]
        for what in (bent, dict(opened, weight=dict(opened["weight"], root="00" * 32))):
            try:
                referee(folder / "signed", what)
            except AssertionError:
                continue
            raise SystemExit("bent evidence was believed")
    print(f"{settled} disputes settled from one weight row, one activation row and a plain chain each")


main()
