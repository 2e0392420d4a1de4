"""Does Akashi compute what a plain numpy reference in float64 computes?

The same random models as logits_judge.py, and the real one of tests/data/tiny on its held-out
text.
"""
import json
import os
import pathlib
import tempfile

import tokenizers

import models
import plain

TINY = pathlib.Path(__file__).resolve().parent.parent / "data" / "tiny"


def compare(directory, ids, scratch):
    return models.apart(plain.forward(directory, ids), models.dump(directory, ids, scratch))


def tiny_probes(step):
    tokenizer = tokenizers.Tokenizer.from_file(str(TINY / step / "tokenizer.json"))
    texts = []
    for shard in ("captions-ja-heldout.jsonl", "genesis-en-heldout.jsonl"):
        lines = (TINY / "corpus" / shard).read_text(encoding="utf-8").splitlines()
        texts += [json.loads(line)["text"] for line in lines[:3]]
    return [tokenizer.encode(text).ids for text in texts]


def subjects(scratch):
    for step in ("step-100", "step-500"):
        yield f"tests/data/tiny/{step}", TINY / step, tiny_probes(step)
    for case in models.cases():
        if case.config.model_type not in plain.FAMILIES:
            continue  # tests/spec computes every family, bit for bit
        folder = scratch / case.name.replace(" ", "-")
        yield case.name, models.write(case, folder)[1], models.probes(case)


def main():
    models.dump_tool()
    models.quiet()
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        for name, directory, ids in subjects(scratch):
            try:
                print(f"ok    {name}: {compare(directory, ids, scratch):.1e}", flush=True)
            except AssertionError as why:
                failed += 1
                print(f"wrong {name}: {why}", flush=True)
    print(f"seed {models.SEED}, tolerance {models.TOLERANCE:.0e} of the largest value")
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
