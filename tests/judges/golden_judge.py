"""Do the golden files say what transformers computes?

Each model of tests/golden/ as transformers reads it, in float32: its logits (encoders: last hidden
states) must lie within the tolerance of ours, and the eight largest that the file records must be
ours bit by bit. So a digest that never may change again is of the right numbers.
"""
import json
import os
import pathlib
import struct
import subprocess
import tempfile

import torch

import logits_judge
import models

FOLDER = pathlib.Path(os.environ["AKASHI_SOURCE"]) / "tests" / "golden"
ENCODERS = ("bert", "roberta", "xlm-roberta")


def seeded(vocabulary, seed):
    """Numbers as docs/numerics.md draws them; tests/tools/seeded.py is the same generator."""
    script = FOLDER.parent / "tools" / "seeded.py"
    count, length, text = seed.split(":", 2)
    done = subprocess.run(["python3", script, text, str(vocabulary), str(int(count) * int(length))],
                          check=True, capture_output=True, text=True)
    ids = [int(number) for number in done.stdout.split(",")]
    return [ids[i : i + int(length)] for i in range(0, len(ids), int(length))]


def probes(golden):
    found = []
    for entry in golden["probes"]:
        found += seeded(golden["config"]["vocab_size"], entry) if isinstance(entry, str) else [entry]
    return found


def recorded_tops(golden, raw):
    """The recorded largest logits stand in what we computed, with the same bits."""
    vocabulary, position = golden["config"]["vocab_size"], 0
    for probe in golden["outputs"]["probes"]:
        for line in probe["top"]:
            for pair in line.split():
                number, bits = pair.split(":")
                (got,) = struct.unpack_from("<I", raw, 4 * (position * vocabulary + int(number)))
                assert got == int(bits, 16), f"position {position}: logit {number}"
            position += 1


def judge(path, scratch):
    golden = json.loads(path.read_text())
    directory = scratch / golden["name"]
    directory.mkdir()
    subprocess.run([models.tool("golden_dump"), path, directory], check=True, capture_output=True)
    ids, encoder = probes(golden), golden["config"]["model_type"] in ENCODERS
    raw = models.dump(directory, ids, scratch)
    if not encoder:
        recorded_tops(golden, raw)
    return models.apart(logits_judge.reference(encoder, directory, ids), raw)


def lower_first(values, k, dim=-1, largest=True, sorted=True):  # noqa: A002  as torch.topk has it
    """torch.topk, but of equal numbers the lower index comes first; torch promises no order.

    Equal is what differs by less than rounding can make: of two experts that are equally likely,
    some processors' products make the one likelier by a last bit.
    """
    assert largest and sorted
    index = torch.sort(values.round(decimals=5), dim=dim, descending=True, stable=True).indices.narrow(dim, 0, k)
    return torch.return_types.topk((values.gather(dim, index), index))


def main():
    models.dump_tool()
    models.quiet()
    torch.topk = lower_first  # golden models with experts have some that are equally likely
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        for path in sorted(FOLDER.glob("*.json")):
            try:
                print(f"ok    {path.stem}: {judge(path, pathlib.Path(scratch)):.1e}", flush=True)
            except AssertionError as why:
                failed += 1
                print(f"wrong {path.stem}: {why}", flush=True)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
