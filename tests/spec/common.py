"""What the checks share: where things are, and leaving with a reason."""
import json
import os
import pathlib
import subprocess
import sys

SOURCE = pathlib.Path(os.environ.get("AKASHI_SOURCE", pathlib.Path(__file__).parents[2]))
BUILD = pathlib.Path(os.environ.get("AKASHI_BUILD", SOURCE / "build"))
TEXT = (SOURCE / "docs" / "numerics.md").read_text()
FAILED = []


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


try:
    import numpy  # noqa: F401
except ImportError:
    skip("this python has no numpy (Debian: python3-numpy)")


def check(what, good):
    if not good:
        FAILED.append(what)
        print(f"wrong: {what}")


def finish(message):
    if FAILED:
        sys.exit(f"{len(FAILED)} wrong")
    print(message)


def recorded(folder, probes, scratch):
    """The outputs object and the root that the program computes over a model's directory."""
    lines, out = scratch / "probes.jsonl", scratch / "outputs.json"
    lines.write_text("".join(json.dumps({"ids": ids}) + "\n" for ids in probes))
    done = subprocess.run([BUILD / "tests" / "record_dump", folder, lines, out], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return json.loads(out.read_text()), done.stdout.strip()


def differences(ours, theirs):
    """Where two outputs objects differ, in words."""
    found = [key for key in ours.keys() | theirs.keys() if key != "probes" and ours.get(key) != theirs.get(key)]
    for p, (a, b) in enumerate(zip(ours["probes"], theirs["probes"])):
        for key in sorted(a.keys() | b.keys()):
            x, y = a.get(key), b.get(key)
            if x == y:
                continue
            if isinstance(x, list) and isinstance(y, list) and len(x) == len(y):
                first = next(i for i in range(len(x)) if x[i] != y[i])
                found.append(f"probe {p} {key} from [{first}] of {len(x)}")
            else:
                found.append(f"probe {p} {key}")
    if len(ours["probes"]) != len(theirs["probes"]):
        found.append("number of probes")
    return found
