"""Does `akashi diff --values --json` say of every tensor what numpy says?

Changed elements exactly, largest change exactly, norms within 1e-8 of numpy's in binary64 (they
are printed with nine digits), for bf16, f16, f32 and tensors that are not even numbers. The items
are a table: every cell is a plain value, whatever its row.
"""
import json
import os
import pathlib
import random
import subprocess
import tempfile

import numpy as np
import torch
from safetensors.torch import save_file

SEED = random.SystemRandom().randrange(2**32)
TOLERANCE = 1e-8
COLUMNS = {"new", "name", "file", "state", "dtype", "shape", "elements", "changed", "largest",
           "norm", "oldNorm", "newNorm", "relative"}


def akashi(*words, cwd):
    env = dict(os.environ, HOME=str(cwd), XDG_CONFIG_HOME=str(cwd / ".config"), LOGNAME="judge")
    return subprocess.run([os.environ["AKASHI"], *words], cwd=cwd, env=env, check=True,
                          stdout=subprocess.PIPE).stdout


def bits(tensor):
    return tensor.reshape(-1).view(torch.uint8).numpy().reshape(tensor.numel(), -1)


def tensors(draw):
    """Before and after: nothing, a few elements, or all of them changed; infinities too."""
    before, after = {}, {}
    for dtype in (torch.bfloat16, torch.float16, torch.float32, torch.int8, torch.int64):
        for share in (0, 0.001, 1):
            for shape in ((7, 11), (1500, 1100) if dtype == torch.bfloat16 else (130, 70), ()):
                real = dtype.is_floating_point
                first = draw.normal(0, 0.02 if real else 40, shape)
                mask = draw.random(shape) < share
                second = first + np.where(mask, draw.normal(0, 0.001 if real else 9, shape), 0)
                name = f"{str(dtype)[6:]}.{share}.{'x'.join(map(str, shape)) or 'scalar'}"
                before[name] = torch.tensor(first).to(dtype)
                after[name] = torch.tensor(second).to(dtype)
    before["zero"] = torch.zeros(5, 5)
    after["zero"] = torch.ones(5, 5)
    before["infinite"] = torch.tensor([1.0, 2.0, 3.0])
    after["infinite"] = torch.tensor([1.0, float("inf"), 3.0])
    before["nan"] = after["nan"] = torch.tensor([float("nan"), 1.0])
    before["gone"] = torch.ones(3)
    after["come"] = torch.ones(4, dtype=torch.float16)
    before["bent"], after["bent"] = torch.ones(2, 6), torch.ones(3, 4)
    return before, after


def close(text, number):
    return float(text) == number or abs(float(text) - number) <= TOLERANCE * abs(number)


def judge_values(row, old, new):
    changed = int((bits(old) != bits(new)).any(axis=1).sum())
    assert row["changed"] == changed, (row, changed)
    assert row["elements"] == new.numel()
    if row["state"] == "same":
        assert changed == 0 and float(row["norm"]) == 0 and float(row["largest"]) == 0
        return
    a, b = (t.to(torch.float64).numpy() for t in (old, new))
    with np.errstate(all="ignore"):
        norms = {"norm": np.linalg.norm(b - a), "oldNorm": np.linalg.norm(a),
                 "newNorm": np.linalg.norm(b), "largest": np.abs(b - a).max()}
        norms["relative"] = np.divide(norms["norm"], norms["oldNorm"])
    for key, number in norms.items():
        assert close(row[key], float(number)), (row, key, number)


def judge(table, before, after):
    rows = {row["name"]: row for row in table["items"]}
    assert len(rows) == len(table["items"]) == len(before | after)
    for name, row in rows.items():
        assert set(row) <= COLUMNS, row
        assert all(isinstance(cell, (str, int)) for cell in row.values()), row
        old, new = before.get(name), after.get(name)
        shown = old if new is None else new
        assert json.loads(row["shape"]) == list(shown.shape), row
        if old is None or new is None:
            assert row["state"] == ("added" if old is None else "removed") and "norm" not in row
        elif old.shape != new.shape:
            assert row["state"] == "reshaped" and "norm" not in row
        else:
            same = bool((bits(old) == bits(new)).all())
            assert row["state"] == ("same" if same else "changed"), row
            judge_values(row, old, new)
    return len(rows)


def main():
    draw = np.random.default_rng(SEED)
    before, after = tensors(draw)
    with tempfile.TemporaryDirectory() as name:
        cwd = pathlib.Path(name)
        for folder, content in (("a", before), ("b", after)):
            (cwd / folder).mkdir()
            save_file(content, cwd / folder / "model.safetensors")
        table = json.loads(akashi("diff", "a", "b", "--values", "--json", cwd=cwd))
        print(f"ok    {judge(table, before, after)} tensors of two folders")
        akashi("init", "--quiet", cwd=cwd)
        for folder in ("a", "b"):
            akashi("add", "checkpoint", folder, f"x/m@{folder}", "--quiet", cwd=cwd)
        table = json.loads(akashi("diff", "x/m@a", "x/m@b", "x/m@a", "--values", "--json", cwd=cwd))
        assert [c["new"] for c in table["comparisons"]] == ["x/m@b", "x/m@a"]
        itself = [row for row in table["items"] if row["new"] == "x/m@a"]
        assert len(itself) == len(before) and all(row["state"] == "same" for row in itself)
        table["items"] = [row for row in table["items"] if row["new"] == "x/m@b"]
        print(f"ok    {judge(table, before, after)} tensors of two registered versions")
    print(f"seed {SEED}, norms within {TOLERANCE:.0e}")


if __name__ == "__main__":
    main()
