"""Every file of tests/golden/, computed from docs/numerics.md alone: golden_check.py [NAME...]"""
import json
import sys
import time

from common import SOURCE, check, differences, finish, skip

from akashi_exact import golden, outputs, records

FOLDER = SOURCE / "tests" / "golden"


def compare(path):
    document = json.loads(path.read_text())
    ours = outputs.compute(document["config"], golden.tensors(document), golden.probes(document))
    check(f"{path.stem}: " + ", ".join(differences(ours, document["outputs"])), ours == document["outputs"])
    check(f"{path.stem}: root", records.merkle_root(records.leaves(ours)).hex() == document["root"])
    return sum(len(probe.get("logits", probe.get("last"))) for probe in ours["probes"])


def main():
    paths = [FOLDER / f"{name}.json" for name in sys.argv[1:]] or sorted(FOLDER.glob("*.json"))
    if not paths:
        skip("there are no golden files")
    positions = 0
    for path in paths:
        before = time.monotonic()
        count = compare(path)
        positions += count
        print(f"{path.stem}: {count} positions, {time.monotonic() - before:.1f} s", flush=True)
    finish(f"{len(paths)} golden files, {positions} positions: the text gives their digests")


if __name__ == "__main__":
    main()
