"""Are tensors that `akashi get --tensor` picks what torch sees in the files they came from?

Shards that the safetensors package wrote are registered; tensors are picked by patterns across
the shards. The package reads the new file: names, dtypes, shapes and every byte are those of torch.
And it writes, of the same tensors, the very same file.
"""
import fnmatch
import os
import pathlib
import random
import subprocess
import tempfile

import torch
from safetensors.torch import load_file, save, save_file

SEED = random.SystemRandom().randrange(2**32)
DTYPES = [torch.bfloat16, torch.float16, torch.float32, torch.float64, torch.int8, torch.uint8,
          torch.int16, torch.int32, torch.int64, torch.bool, torch.complex64,
          torch.float8_e4m3fn, torch.float8_e5m2]
PATTERNS = [["*"], ["model.layers.3.*"], ["model.layers.[0-4].mlp.*", "*.norm"], ["big"],
            ["model.layers.1?.*", "empty", "scalar*"]]


def akashi(*words, cwd):
    env = dict(os.environ, HOME=str(cwd), XDG_CONFIG_HOME=str(cwd / ".config"), LOGNAME="judge")
    return subprocess.run([os.environ["AKASHI"], *words], cwd=cwd, env=env, check=True,
                          stdout=subprocess.PIPE).stdout


def tensors(draw):
    made = {}
    for layer in range(12):
        for part in ("mlp.up", "mlp.down", "attn.q", "norm"):
            dtype = DTYPES[draw.randrange(len(DTYPES))]
            shape = [draw.randrange(1, 30) for _ in range(draw.randrange(1, 4))]
            made[f"model.layers.{layer}.{part}"] = torch.randint(0, 100, shape).to(dtype)
    made["big"] = torch.randn(2300, 2100).to(torch.bfloat16)  # several pieces
    made["empty"] = torch.zeros(0, 7)
    made["scalar \"quoted\" \u660e\u77f3"] = torch.tensor(3.5)
    return made


def bits(tensor):
    return tensor.reshape(-1).view(torch.uint8) if tensor.numel() else None


def same(a, b):
    return a.dtype == b.dtype and a.shape == b.shape and (
        a.numel() == 0 or torch.equal(bits(a), bits(b)))


def main():
    draw = random.Random(SEED)
    torch.manual_seed(SEED)
    made = tensors(draw)
    with tempfile.TemporaryDirectory() as name:
        cwd = pathlib.Path(name)
        (cwd / "m").mkdir()
        names = sorted(made)
        draw.shuffle(names)
        for shard in range(3):
            part = {n: made[n].contiguous() for n in names[shard::3]}
            save_file(part, cwd / "m" / f"model-{shard}.safetensors", {"format": "pt"})
        akashi("init", "--quiet", cwd=cwd)
        akashi("add", "checkpoint", "m", "x/m@1", "--quiet", cwd=cwd)
        for i, patterns in enumerate(PATTERNS):
            wanted = {n: t for n, t in made.items()
                      if any(fnmatch.fnmatchcase(n, p) for p in patterns)}
            words = [word for p in patterns for word in ("--tensor", p)]
            akashi("get", "x/m@1", *words, f"{i}.safetensors", "--quiet", cwd=cwd)
            found = load_file(cwd / f"{i}.safetensors")
            assert set(found) == set(wanted), (patterns, set(found) ^ set(wanted))
            assert all(same(found[n], wanted[n]) for n in wanted), patterns
            assert (cwd / f"{i}.safetensors").read_bytes() == save(wanted), patterns
            piped = akashi("get", "x/m@1", *words, "-", cwd=cwd)
            assert piped == save(wanted), patterns
            print(f"ok    {' '.join(patterns)}: {len(wanted)} tensors")
        akashi("get", "x/m@1", "whole", "--quiet", cwd=cwd)
        for file in (cwd / "m").iterdir():
            assert (cwd / "whole" / file.name).read_bytes() == file.read_bytes(), file
    print(f"seed {SEED}")


if __name__ == "__main__":
    main()
