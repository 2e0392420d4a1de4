"""Can the golden files fail? Each wrong reading of mutants.py must change a digest of one of them: mutations_check.py [--all]

By itself it stops at the first file that notices; --all shows for each mutant every file that does. What no file can notice must
at least break a vector of "Checking an implementation".
"""
import contextlib
import json
import sys

from common import SOURCE, check, finish, skip
from mutants import MUTANTS
from primitives_check import text_vectors

from akashi_exact import families, golden, records

FOLDER = SOURCE / "tests" / "golden"


@contextlib.contextmanager
def patched(places):
    before = [(module, name, getattr(module, name)) for module, name, _ in places]
    try:
        for module, name, replacement in places:
            setattr(module, name, replacement)
        yield
    finally:
        for module, name, value in before:
            setattr(module, name, value)


class Golden:
    def __init__(self, path):
        document = json.loads(path.read_text())
        self.name, self.config = path.stem, document["config"]
        self.tensors = golden.tensors(document)
        self.work = sum(tensor.size for tensor in self.tensors.values())
        self.wanted = sorted(zip(golden.probes(document), document["outputs"]["probes"]), key=lambda pair: -len(pair[0]))

    def notices(self):
        """Does a digest differ? One that cannot be computed any more does."""
        model = families.make(self.config, self.tensors)
        for ids, wanted in self.wanted:
            try:
                boundaries, logits = model.run(ids)
                if records.probe_entry(ids, boundaries, logits, boundaries[-1]) != wanted:
                    return True
            except ArithmeticError:
                return True
        return False


def vectors_hold():
    return all(good for _, good in text_vectors())


def main():
    models = sorted((Golden(path) for path in sorted(FOLDER.glob("*.json"))), key=lambda model: model.work)
    if not models:
        skip("there are no golden files")
    everything = "--all" in sys.argv
    for rule, does, places, ask in MUTANTS:
        order = sorted(models, key=lambda model: model.name != ask)
        with patched(places):
            names = (model.name for model in order if model.notices())
            noticed = list(names) if everything else [name for name in [next(names, None)] if name]
            if not noticed and not vectors_hold():
                noticed = ["the text's vectors, no golden file"]
        check(f"rule {rule}, {does}: nothing notices", noticed)
        print(f"rule {rule}, {does}: {', '.join(noticed)}", flush=True)
    finish(f"{len(MUTANTS)} wrong readings, each noticed")


if __name__ == "__main__":
    main()
