"""Do Akashi and transformers compute the same numbers?

Random small models of every architecture, in the layouts and spellings that writers use: logits
(encoders: last hidden states) of float32 eager transformers on the CPU against ours. The seed is
AKASHI_JUDGE_SEED.
"""
import pathlib
import tempfile

import numpy
import torch
import transformers

import models


def reference(case, directory, ids):
    outputs = []
    for probe in ids:  # a fresh model for each: dynamic RoPE remembers the longest probe
        auto = transformers.AutoModel if case.encoder else transformers.AutoModelForCausalLM
        model = auto.from_pretrained(
            directory, dtype=torch.float32, attn_implementation="eager"
        ).eval()
        with torch.no_grad():
            out = model(torch.tensor([probe]))
        outputs.append((out.last_hidden_state if case.encoder else out.logits)[0].numpy())
    return outputs


def compare(case, scratch):
    plain, ours = models.write(case, scratch)
    ids = models.probes(case)
    wanted = reference(case, plain, ids)
    if case.old_config:  # our own change of spelling must mean the same to transformers
        for a, b in zip(wanted, reference(case, ours, ids)):
            assert numpy.array_equal(a, b), "the config of transformers 4 means something else"
    return models.apart(wanted, models.dump(ours, ids, scratch))


def main():
    models.dump_tool()
    models.quiet()
    failed = 0
    for case in models.cases():
        with tempfile.TemporaryDirectory() as scratch:
            try:
                print(f"ok    {case.name}: {compare(case, pathlib.Path(scratch)):.1e}", flush=True)
            except AssertionError as why:
                failed += 1
                print(f"wrong {case.name}: {why}", flush=True)
    print(f"seed {models.SEED}, tolerance {models.TOLERANCE:.0e} of the largest value")
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
