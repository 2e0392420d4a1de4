"""Make the files of tests/golden/: golden_make.py BUILD [--change] NAME... (or --all, --check)

A model of golden_models.py, golden_dense.py or golden_moe.py becomes its file: the recipe, and the
outputs that build/tests/golden_dump computes. A file whose model is already there with other outputs
is left alone, and that is a failure: a released profile never changes meaning. --change writes it
all the same. The tables in C follow, tests/gpu/golden_vectors.h. --check computes nothing: it says
which files are not of a model described here.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import golden_dense  # noqa: F401  what they register
import golden_moe  # noqa: F401
from golden_models import MODELS

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "golden"
TABLES = FOLDER.parent / "gpu" / "golden_vectors.h"


def layout(golden):
    """JSON with one tensor or one list of digests on each line, so that changes can be read."""
    short = lambda value: json.dumps(value, separators=(",", ":"))
    lines = []
    for key in ("schema", "name", "config"):
        lines.append(f'"{key}": {short(golden[key])}')
    for key in ("probes", "tensors"):
        lines.append(f'"{key}": [\n' + ",\n".join(short(entry) for entry in golden[key]) + "\n]")
    if "outputs" in golden:
        lines.append(f'"root": {short(golden["root"])}')
        outputs = dict(golden["outputs"])
        listed = [",\n ".join(f'"{key}":{wrapped(value)}' for key, value in sorted(probe.items()))
                  for probe in outputs.pop("probes")]
        head = "".join(f'"{key}":{short(value)},\n' for key, value in sorted(outputs.items()))
        lines.append('"outputs": {\n' + head + '"probes":[\n{' + "},\n{".join(listed) + "}\n]}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def wrapped(value):
    if not isinstance(value, list):
        return json.dumps(value)
    return "[" + ",\n  ".join(json.dumps(entry) for entry in value) + "]"


def record(tool, golden):
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / "golden.json"
        path.write_text(layout(golden))
        done = subprocess.run([tool, path, scratch], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{golden['name']}: {done.stderr.strip()}")
        return json.loads(done.stdout)


def describe(golden):
    """What the recipe is meant to reach: equal logits among the largest, and how far they lie."""
    tops = [line.split() for probe in golden["outputs"]["probes"] for line in probe.get("top", [])]
    ties = sum(len(set(pair.split(":")[1] for pair in top)) < len(top) for top in tops)
    return f"{len(tops)} positions, {ties} with equal logits" if tops else "an encoder"


def make(tool, name, change):
    config, tensors, probes = MODELS[name]
    golden = {"schema": "akashi/golden/1", "name": name, "config": config, "probes": probes,
              "tensors": tensors}
    path = FOLDER / f"{name}.json"
    before = json.loads(path.read_text()) if path.exists() else {}
    golden.update(record(tool, golden))
    same_model = all(before.get(key) == golden[key] for key in ("config", "probes", "tensors"))
    if same_model and before["root"] != golden["root"] and not change:
        sys.exit(f"{name}: the same model gives other outputs; if they are right now, say --change")
    text = layout(golden)
    assert json.loads(text) == golden
    path.write_text(text)
    print(f"{name}: {len(text)} bytes, {describe(golden)}")


def check(folder):
    """One line for each file without its model, model without its file, and file of another model."""
    files = {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}
    for name in sorted({*files, *MODELS}):
        if name not in MODELS:
            print(f"tests/golden/{name}.json: tests/tools/golden_make.py knows no such model")
        elif name not in files:
            print(f"tests/golden/{name}.json: is not there")
        elif MODELS[name] != tuple(files[name][key] for key in ("config", "tensors", "probes")):
            print(f"tests/golden/{name}.json: its model is described otherwise in tests/tools")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", nargs="?")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--change", action="store_true")
    options = parser.parse_args()
    if options.check:
        check(pathlib.Path(options.build or FOLDER))
        sys.exit()
    if not options.build:
        parser.error("BUILD is missing")
    FOLDER.mkdir(exist_ok=True)
    for name in MODELS if options.all else options.names:
        make(pathlib.Path(options.build) / "tests" / "golden_dump", name, options.change)
    TABLES.write_bytes(subprocess.run(
        [pathlib.Path(options.build) / "tests" / "golden_table_dump", FOLDER],
        capture_output=True, check=True).stdout)
