"""The main job with the command itself: what it records, signs and publishes of tests/data/tiny, from the text alone.

The probes object, the outputs object and the root must be these bytes, and the probes that `akashi verify --seed` draws
must be the ones that the text draws.
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


def canonical(value):
    """RFC 8785 for what Akashi writes: no real numbers, ASCII keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def command(scratch):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AKASHI_")}
    environment |= {"HOME": str(scratch), "XDG_CONFIG_HOME": str(scratch / "config"), "USER": "tester", "LOGNAME": "tester"}

    def run(*arguments):
        done = subprocess.run([AKASHI, *arguments], cwd=scratch, env=environment, capture_output=True, text=True)
        if done.returncode:
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
    """The release's folder, and the evidence of a replay by a stated seed."""
    run("init", "--origin", "spec.example.org/models")
    run("add", "checkpoint", str(folder), "spec/tiny@v1")
    run("record", "spec/tiny@v1", "--random", f"{COUNT}:{LENGTH}:{SEED}")
    run("publish", "spec/tiny@v1", "release", "--as", "spec/tiny@r1")
    verdict = json.loads(run("verify", "release", "--forward", "quick", "--seed", REPLAY, "--offline", "--json"))
    return next(step["evidence"] for step in verdict["steps"] if step["id"] == "forward")


def compare(scratch, folder, ours, probes):
    evidence = published(command(scratch), folder)
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
    check("the probes object", predicate["probes"]["object"].endswith(records.sha256(asked).hex()))
    check("the probes object's bytes", kept(predicate["probes"]["object"]) == asked)
    drawn = [probe["index"] for probe in evidence["probes"]]
    check(f"the replay draws {drawn}", drawn == records.replayed(COUNT, TIER, REPLAY))


def main():
    if not AKASHI.exists():
        skip("the command is not built")
    folder = SOURCE / "tests" / "data" / "tiny" / "step-500"
    config, tensors = model_files.read_model(folder)
    probes = records.random_probes(COUNT, LENGTH, SEED, config["vocab_size"])
    ours = outputs.compute(config, tensors, probes)
    with tempfile.TemporaryDirectory() as scratch:
        compare(pathlib.Path(scratch), folder, ours, probes)
    finish(f"{COUNT} probes: the objects, the root and the replay of {TIER} are what the text says")


if __name__ == "__main__":
    main()
