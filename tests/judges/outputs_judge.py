"""Are recorded outputs what docs/numerics.md, "Recorded outputs", says?

The digests and the largest logits are made again with hashlib and numpy from the logits that
forward_dump writes, the root from the entries as the document lists them.
"""
import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import numpy

import models

PROFILE = b"akashi-exact/1\0"


def u32(*numbers):
    return struct.pack(f"<{len(numbers)}I", *numbers)


def value_digest(what, values):
    shape = struct.pack(f"<{values.ndim}Q", *values.shape)
    body = PROFILE + what + b"\0" + u32(values.ndim) + shape + values.astype("<f4").tobytes()
    return hashlib.sha256(body).hexdigest()


def largest(logits):
    order = numpy.lexsort((numpy.arange(logits.size), -logits))[:8]
    return [(int(i), int(logits[i].view("<u4"))) for i in order]


def tree(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\1" + tree(leaves[:half]) + tree(leaves[half:])).digest()


def entries(outputs, ids):
    causal = outputs["kind"] == "logits"
    yield (
        b"akashi/outputs/1\0" + PROFILE + bytes([causal])
        + u32(outputs["layers"], outputs["hidden"], outputs["vocab"], len(ids))
    )
    for p, (probe, sequence) in enumerate(zip(outputs["probes"], ids)):
        identity = hashlib.sha256(u32(*sequence)).digest()
        assert probe["identity"] == identity.hex()
        yield b"\1" + u32(p, len(sequence)) + identity
        assert len(probe["boundaries"]) == outputs["layers"] + 1
        for b, digest in enumerate(probe["boundaries"]):
            yield b"\2" + u32(p, b) + bytes.fromhex(digest)
        for t, digest in enumerate(probe["logits" if causal else "last"]):
            entry = (b"\3" if causal else b"\4") + u32(p, t) + bytes.fromhex(digest)
            if causal:
                top = [e.split(":") for e in probe["top"][t].split(" ")]
                top = [(int(i), int(bits, 16)) for i, bits in top]
                top += [(2**32 - 1, 0)] * (8 - len(top))
                entry += b"".join(u32(*pair) for pair in top)
            yield entry
        if causal:
            yield b"\5" + u32(p, 0, int(probe["nll"], 16))


def nll(logits, sequence):
    total = 0.0
    for t in range(len(sequence) - 1):
        z = logits[t].astype(numpy.float64)
        z -= z.max()
        total += numpy.log(numpy.exp(z).sum()) - z[sequence[t + 1]]
    return total


def computed(outputs, model, ids, scratch):
    """The logits (encoders: last hidden states) of each probe."""
    width = outputs["vocab"] if outputs["kind"] == "logits" else outputs["hidden"]
    values = numpy.frombuffer(models.dump(model, ids, scratch), dtype="<f4").reshape(-1, width)
    ends = numpy.cumsum([len(sequence) for sequence in ids])
    assert ends[-1] == len(values)
    return numpy.split(values, ends[:-1])


def check(case, scratch):
    _, model = models.write(case, scratch)
    ids = models.probes(case)
    lines, written = scratch / "probes.jsonl", scratch / "outputs.json"
    lines.write_text("".join(json.dumps({"ids": sequence}) + "\n" for sequence in ids))
    tool = models.dump_tool().with_name("record_dump")
    root = subprocess.run(
        [tool, model, lines, written], check=True, capture_output=True, text=True
    ).stdout.strip()
    outputs = json.loads(written.read_text())
    canonical = json.dumps(outputs, sort_keys=True, separators=(",", ":"))
    assert written.read_text() == canonical, "the object is not canonical JSON"
    for probe, sequence, values in zip(
        outputs["probes"], ids, computed(outputs, model, ids, scratch)
    ):
        causal = outputs["kind"] == "logits"
        digests = [value_digest(b"logits" if causal else b"hidden", row) for row in values]
        assert probe["logits" if causal else "last"] == digests, "a digest is another"
        if not causal:  # the last boundary is the result, as a whole
            assert probe["boundaries"][-1] == value_digest(b"boundary", values)
            continue
        for entry, row in zip(probe["top"], values):
            assert entry == " ".join(f"{i}:{bits:08x}" for i, bits in largest(row)), entry
        ours = numpy.uint32(int(probe["nll"], 16)).view("<f4")
        assert abs(ours - nll(values, sequence)) <= 1e-5 * max(1.0, abs(ours)), (ours, sequence)
    leaves = [hashlib.sha256(b"\0" + entry).digest() for entry in entries(outputs, ids)]
    assert tree(leaves).hex() == root, "the root is another"


def main():
    models.quiet()
    seen = set()
    for case in models.cases():
        family = type(case.config).__name__
        if family in seen:
            continue
        seen.add(family)
        with tempfile.TemporaryDirectory() as scratch:
            check(case, pathlib.Path(scratch))
        print(f"{case.name}: every digest, the largest logits, the losses and the root")
    assert len(seen) >= 5, seen


if __name__ == "__main__":
    sys.exit(main())
