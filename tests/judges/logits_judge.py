"""Do Akashi and transformers compute the same numbers?

Random small models of every architecture, in the layouts and spellings that writers use: logits
(encoders: last hidden states) and the hidden states at every layer boundary of float32 eager transformers on the CPU against ours. The seed is
AKASHI_JUDGE_SEED; with AKASHI_LONG=1 the seeds after it are drawn too. AKASHI_JUDGE_ONLY is a
regular expression that the name of a case must match.
"""
import os
import pathlib
import re
import subprocess
import tempfile

import numpy
import torch
import transformers

import models


SEEDS_LONG = 12


def load(encoder, directory):
    auto = transformers.AutoModel if encoder else transformers.AutoModelForCausalLM
    model = auto.from_pretrained(directory, dtype=torch.float32, attn_implementation="eager",
                                 experts_implementation="eager")
    return model.eval()


def reference(encoder, directory, ids, out_states=None):
    """Logits or last hidden states of each probe; into out_states the states at its boundaries."""
    outputs, model = [], load(encoder, directory)
    dynamic = '"dynamic"' in (directory / "config.json").read_text()
    for probe in ids:
        if dynamic and outputs:  # it remembers the longest probe
            model = load(encoder, directory)
        with torch.no_grad():
            out = model(torch.tensor([probe]), output_hidden_states=out_states is not None)
        if out_states is not None:
            out_states.append([state[0].numpy() for state in out.hidden_states])
        outputs.append((out.last_hidden_state if encoder else out.logits)[0].numpy())
    return outputs


def compare(case, scratch):
    plain, ours = models.write(case, scratch)
    ids = models.probes(case)
    states = []
    wanted = reference(case.encoder, plain, ids, states)
    if (case.old_config or case.change) and not case.rename:  # our own change of spelling must mean the same to transformers
        for a, b in zip(wanted, reference(case.encoder, ours, ids)):
            assert numpy.array_equal(a, b), "the other spelling means something else"
    worst = models.apart(wanted, models.dump(ours, ids, scratch))
    return max(worst, models.apart_states(states, scratch))


def compare_ours(directory, scratch):
    """A model that our own tests made up."""
    ids = [[(7 * i + 3) % 67 for i in range(length)] for length in (1, 8, 40)]
    wanted = reference(directory.name.startswith("bert"), directory, ids)
    return models.apart(wanted, models.dump(directory, ids, scratch))


def judgements(scratch):
    """(name, a function that compares), of every model."""
    made = scratch / "made"
    made.mkdir()
    subprocess.run([models.tool("model_dump"), made], check=True)
    for directory in sorted(made.iterdir()):
        yield f"of our tests: {directory.name}", lambda: compare_ours(directory, scratch)
    first = models.SEED
    for seed in range(first, first + (SEEDS_LONG if os.environ.get("AKASHI_LONG") == "1" else 1)):
        models.SEED = seed
        for case in models.cases():
            folder = scratch / f"{seed} {case.name}".replace(" ", "-")
            yield f"{case.name} ({seed})", lambda: compare(case, folder)
    models.SEED = first


def main():
    models.dump_tool()
    models.quiet()
    failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        for name, judge in judgements(pathlib.Path(scratch)):
            if not re.search(os.environ.get("AKASHI_JUDGE_ONLY", ""), name):
                continue
            try:
                print(f"ok    {name}: {judge():.1e}", flush=True)
            except AssertionError as why:
                failed += 1
                print(f"wrong {name}: {why}", flush=True)
    print(f"seed {models.SEED}, tolerance {models.TOLERANCE:.0e} of the largest value")
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
