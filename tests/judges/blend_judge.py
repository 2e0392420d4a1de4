#!/usr/bin/env python3
"""How many samples of each source a blend has: akashi seen against the definition, written again in
Python, and against Megatron-LM's own code (megatron-core, its compiled helpers) where it is installed."""

import importlib.util
import json
import os
import random
import subprocess
import sys
import tempfile

try:
    import numpy
except ImportError:
    print("skipped: no numpy")
    sys.exit(77)

AKASHI = os.environ.get("AKASHI")
if not AKASHI:
    print("skipped: AKASHI names no built command")
    sys.exit(77)


def normalize(weights):
    w = numpy.array(weights, dtype=numpy.float64)
    return (w / numpy.sum(w)).tolist()


def by_definition(weights, samples):
    w = numpy.array(normalize(normalize(weights)))
    taken = numpy.zeros(len(w))
    for n in range(samples):
        taken[int(numpy.argmax(w * max(n, 1.0) - taken))] += 1
    return [int(t) for t in taken]


def helpers():
    """The compiled helpers alone: the rest of the package wants a GPU stack."""
    spec = importlib.util.find_spec("megatron")
    for place in spec.submodule_search_locations if spec else []:
        folder = os.path.join(place, "core", "datasets")
        for name in os.listdir(folder) if os.path.isdir(folder) else []:
            if name.startswith("helpers_cpp") and name.endswith(".so"):
                file = importlib.util.spec_from_file_location("helpers_cpp", os.path.join(folder, name))
                module = importlib.util.module_from_spec(file)
                file.loader.exec_module(module)
                return module
    return None


def by_megatron(module, weights, samples):
    w = numpy.array(normalize(normalize(weights)), dtype=numpy.float64)
    index = numpy.zeros(samples, dtype=numpy.int16)
    place = numpy.zeros(samples, dtype=numpy.int64)
    module.build_blending_indices(index, place, w, len(w), samples, False)
    return numpy.bincount(index, minlength=len(w)).tolist()


def akashi(folder, *words):
    env = dict(os.environ, HOME=folder, XDG_CONFIG_HOME=folder, AKASHI_RUN_STATE=folder + "/state")
    done = subprocess.run([AKASHI, *words], cwd=folder, env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"akashi {' '.join(words)}: {done.stderr}")
    return done.stdout


def main():
    module = helpers()
    chance = random.Random(5)
    with tempfile.TemporaryDirectory() as folder:
        akashi(folder, "init", "--quiet", "--origin", "example.org/judge")
        for case in range(8):
            count = chance.choice([1, 2, 7, 31, 113, 300])
            weights = [
                repr(chance.choice([chance.random() + 1e-3, chance.randint(1, 10**4), 10 ** chance.uniform(0, 3)]))
                for _ in range(count)
            ]
            steps = chance.randint(1, 3000)
            order = {
                "sources": [{"path": f"s{i}", "weight": w} for i, w in enumerate(weights)],
                "batchSize": 8,
                "sequenceLength": 4096,
            }
            with open(os.path.join(folder, "order.json"), "w") as out:
                json.dump(order, out)
            akashi(folder, "run", f"a/run@{case}", "--order", "order.json", "--no-snapshot", "--", "true")
            seen = json.loads(akashi(folder, "seen", f"a/run@{case}", "--step", str(steps), "--json"))
            got = [s["samples"] for s in seen["segments"][0]["sources"]]
            floats = [float(w) for w in weights]
            wanted = by_definition(floats, 8 * steps)
            if got != wanted or not seen["exact"]:
                sys.exit(f"{count} sources, {8 * steps} samples: akashi differs from the definition")
            if seen["tokens"] != 8 * steps * 4096 or sum(s["tokens"] for s in seen["items"]) != seen["tokens"]:
                sys.exit("the tokens do not add up")
            if module and by_megatron(module, floats, 8 * steps) != wanted:
                sys.exit("the definition differs from Megatron-LM's code")
        if module:  # long ones: Megatron's code is fast enough
            for count, steps in (113, 500_000), (40, 1_000_000):
                weights = [chance.randint(1, 10**5) for _ in range(count)]
                order = {
                    "sources": [{"path": f"s{i}", "weight": w} for i, w in enumerate(weights)],
                    "batchSize": 8,
                }
                with open(os.path.join(folder, "order.json"), "w") as out:
                    json.dump(order, out)
                akashi(folder, "run", f"b/run@{count}", "--order", "order.json", "--no-snapshot", "--", "true")
                seen = json.loads(akashi(folder, "seen", f"b/run@{count}", "--step", str(steps), "--json"))
                if [s["samples"] for s in seen["segments"][0]["sources"]] != by_megatron(module, weights, 8 * steps):
                    sys.exit(f"{count} sources, {8 * steps} samples: akashi differs from Megatron-LM")
    print("blends agree with the definition" + (" and with megatron-core" if module else "; megatron-core is not installed"))


main()
