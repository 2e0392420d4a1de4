"""Judge: what gpu_check is timed against is the same computation.

tests/gpu/forward_torch.py, here on the processor, and our forward pass give logits of the same
Llama-shaped checkpoint on the same ids, within the rounding of float32.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy

SOURCE = pathlib.Path(os.environ["AKASHI_SOURCE"])
BUILD = pathlib.Path(os.environ["AKASHI_BUILD"])
SCRIPT = SOURCE / "tests" / "gpu" / "forward_torch.py"
sys.path.insert(0, str(SCRIPT.parent))
sys.dont_write_bytecode = True
import forward_torch  # noqa: E402


def judge(scratch):
    folder = scratch / "akashi-tiny"
    subprocess.run([BUILD / "tests" / "gpu" / "gpu_check", "--device", "cpu", "--steps", "pass",
                    "--size", "tiny", "--quick", "yes", "--dir", scratch], check=True)
    subprocess.run([sys.executable, "-B", SCRIPT, folder, "--device", "cpu", "--ours", "1",
                    "--logits", scratch / "theirs.bin"], check=True)
    vocab = json.loads((folder / "config.json").read_text())["vocab_size"]
    drawn = forward_torch.ids(vocab, "cpu").tolist()
    (scratch / "ids.json").write_text(json.dumps(drawn))
    subprocess.run([BUILD / "tests" / "forward_dump", folder, scratch / "ids.json",
                    scratch / "ours.bin"], check=True)
    ours, theirs = (numpy.fromfile(scratch / name, "<f4") for name in ("ours.bin", "theirs.bin"))
    assert ours.shape == theirs.shape == (forward_torch.PROBES * forward_torch.TOKENS * vocab,)
    worst = float(numpy.abs(ours - theirs).max() / numpy.abs(ours).max())
    print(f"{ours.size} logits, off by at most {worst:.1e} of the largest")
    return worst < 2e-5


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        sys.exit(0 if judge(pathlib.Path(name)) else 1)
