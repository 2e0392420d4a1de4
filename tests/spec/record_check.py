"""The main job with the command itself: what it records, signs and publishes of tests/data/tiny, from the text alone.

The probes object, the outputs object, the states at the boundaries and the root must be these bytes, and the probes and
layers that `akashi verify --seed` draws must be the ones that the text draws.
"""
import base64
import json
import os
import pathlib
import subprocess
import tempfile

from common import BUILD, SOURCE, check, differences, finish, skip

from akashi_exact import model_files, outputs, records

AKASHI = pathlib.Path(os.environ.get("AKASHI", BUILD / "akashi"))
COUNT, LENGTH, SEED, REPLAY = 12, 9, "a text", "another text"
TIER = 8  # what `--forward quick` draws
SPOT = 2


def canonical(value):
    """RFC 8785 for what Akashi writes: no real numbers, ASCII keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def command(scratch):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AKASHI_")}
    environment |= {"HOME": str(scratch), "XDG_CONFIG_HOME": str(scratch / "config"), "USER": "tester", "LOGNAME": "tester"}

    def run(*arguments):
        done = subprocess.run([AKASHI, *arguments], cwd=scratch, env=environment, capture_output=True, text=True)
        if done.returncode not in (0, 3):  # 3: not decided, since a spot check leaves bytes that the policy asks for
            raise SystemExit(f"akashi {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout
    return run


def record_statement(release):
    """The payload of the one statement about a record."""
    for path in (release / "akashi" / "statements").iterdir():
        payload = json.loads(base64.b64decode(json.loads(path.read_text())["dsseEnvelope"]["payload"]))
        if payload["predicateType"] == "https://w3id.org/akashi/record/v1":
            return payload
    raise SystemExit("the release has no record")


def published(run, folder):
    """Make the release; the evidence of a replay and of a spot check by a stated seed."""
    run("init", "--origin", "spec.example.org/models")
    run("add", "checkpoint", str(folder), "spec/tiny@v1")
    run("record", "spec/tiny@v1", "--random", f"{COUNT}:{LENGTH}:{SEED}", "--boundaries")
    run("publish", "spec/tiny@v1", "release", "--as", "spec/tiny@r1")

    def evidence(*how):
        verdict = json.loads(run("verify", "release", *how, "--seed", REPLAY, "--offline", "--json"))
        return next(step["evidence"] for step in verdict["steps"] if step["id"] == "forward")
    return evidence("--forward", "quick"), evidence("--spot", str(SPOT))


def boundaries_kept(kept, about, states):
    """The object of each boundary is the state of all tokens, probe by probe."""
    listed = json.loads(kept(about["object"]))
    shape = len(states[0]), sum(len(state[0]) for state in states), states[0][0].shape[1]
    check("the list of boundaries", (len(listed["boundaries"]), listed["tokens"], listed["hidden"]) == shape)
    check("the bytes of the boundaries", int(about["bytes"]) == shape[0] * shape[1] * shape[2] * 4)
    for b, digest in enumerate(listed["boundaries"]):
        ours = b"".join(state[b].astype("<f4").tobytes() for state in states)
        check(f"the states at boundary {b}", kept(digest) == ours)


def compare(scratch, folder, ours, states, probes):
    replay, spot = published(command(scratch), folder)
    release = scratch / "release"
    statement = record_statement(release)
    predicate = statement["predicate"]

    def kept(digest):
        return (release / "akashi" / "objects" / digest.split(":")[-1]).read_bytes()

    theirs = kept(predicate["outputs"])
    check("outputs: " + ", ".join(differences(ours, json.loads(theirs))), ours == json.loads(theirs))
    check("the outputs object's bytes", theirs == canonical(ours))
    check("the statement's subject", statement["subject"][0]["digest"]["sha256"] == records.sha256(canonical(ours)).hex())
    check("the root", predicate["root"] == records.merkle_root(records.leaves(ours)).hex())
    asked = canonical({"probes": [{"ids": ids} for ids in probes], "schema": "akashi/probes/1"})
    check("the probes object's bytes", kept(predicate["probes"]["object"]) == asked)
    boundaries_kept(kept, predicate["boundaries"], states)
    drawn = [probe["index"] for probe in replay["probes"]]
    check(f"the replay draws {drawn}", drawn == records.replayed(COUNT, TIER, REPLAY))
    layers = [layer["layer"] for layer in spot["spot"]["layers"]]
    check(f"the spot check draws {layers}", layers == records.replayed(ours["layers"], SPOT, REPLAY, "akashi/spot/1"))


def main():
    if not AKASHI.exists():
        skip("the command is not built")
    folder = SOURCE / "tests" / "data" / "tiny" / "step-500"
    config, tensors = model_files.read_model(folder)
    probes = records.random_probes(COUNT, LENGTH, SEED, config["vocab_size"])
    states = []
    ours = outputs.compute(config, tensors, probes, states)
    with tempfile.TemporaryDirectory() as scratch:
        compare(pathlib.Path(scratch), folder, ours, states, probes)
    finish(f"{COUNT} probes: objects, root, states, the replay of {TIER} and the spot check of {SPOT} layers are what the text says")


if __name__ == "__main__":
    main()
