"""The small model of tests/data/tiny: what the program records and what the text gives must be the same object and root."""
import pathlib
import tempfile

from common import SOURCE, check, differences, finish, recorded

from akashi_exact import model_files, outputs, records


def main():
    folder = SOURCE / "tests" / "data" / "tiny" / "step-500"
    config, tensors = model_files.read_model(folder)
    probes = records.random_probes(2, 24, "spec", config["vocab_size"]) + [[7], [3, 3]]
    ours = outputs.compute(config, tensors, probes)
    with tempfile.TemporaryDirectory() as scratch:
        theirs, root = recorded(folder, probes, pathlib.Path(scratch))
    check("outputs: " + ", ".join(differences(ours, theirs)), ours == theirs)
    check("root", records.merkle_root(records.leaves(ours)).hex() == root)
    positions = sum(len(probe["logits"]) for probe in ours["probes"])
    finish(f"{len(probes)} probes, {positions} positions, root {root[:12]}…: bit for bit what the text says")


if __name__ == "__main__":
    main()
