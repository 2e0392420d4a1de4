"""Does `akashi lint` find what a model was made from, and accuse nobody who learned by himself?

torch trains small Llamas on one language of its own: a base, and apart from it, from other seeds and
from other data, models that have nothing to do with it. Then what is made from the base: trained on
other data, with all or only some of its tensors, merged half and half with a stranger, cast to bf16,
pruned. Correlations are computed again by numpy; the verdicts must follow from them, and those of
the strangers must stay far from the threshold.

And NaN, infinity and zeros that torch puts into tensors of four formats are found, and no others.
"""
import json
import os
import pathlib
import subprocess
import tempfile

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, LlamaForCausalLM

THRESHOLD = 0.5  # docs/lineage.md
FAR = 0.2  # strangers must stay below
STEPS = 48 if not os.environ.get("AKASHI_LONG") else 3000
CONFIG = dict(vocab_size=64, hidden_size=48, intermediate_size=96, num_hidden_layers=2,
              num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64,
              tie_word_embeddings=False)


def akashi(*words, cwd, status=(0,)):
    env = dict(os.environ, HOME=str(cwd), XDG_CONFIG_HOME=str(cwd / ".config"), LOGNAME="judge")
    done = subprocess.run([os.environ["AKASHI"], *words], cwd=cwd, env=env, stdout=subprocess.PIPE)
    assert done.returncode in status, (words, done.returncode, done.stdout)
    return done.stdout


def language(seed):
    """Which token follows which two: what there is to learn."""
    draw = torch.Generator().manual_seed(seed)
    table = torch.randn(64, 64, 64, generator=draw) * 3
    return torch.softmax(table, -1)


def batches(table, draw, steps, count=8, length=16):
    tokens = torch.randint(0, 64, (steps * count, 2), generator=draw)
    for _ in range(length - 2):
        chance = table[tokens[:, -2], tokens[:, -1]]
        tokens = torch.cat([tokens, torch.multinomial(chance, 1, generator=draw)], 1)
    return tokens.split(count)


def fresh(seed):
    torch.manual_seed(seed)
    return LlamaForCausalLM(LlamaConfig(**CONFIG))


def train(model, table, seed, steps, only=None, rate=3e-3):
    draw = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(only is None or only in name)
    chosen = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(chosen, lr=rate)
    for tokens in batches(table, draw, steps):
        loss = model(input_ids=tokens, labels=tokens).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


def copy(model):
    other = fresh(0)
    other.load_state_dict(model.state_dict())
    return other


def save(model, path, change=lambda tensor: tensor):
    path.mkdir(parents=True)
    save_file({name: change(tensor.detach().clone()).contiguous() for name, tensor in model.state_dict().items()},
              path / "model.safetensors")
    (path / "config.json").write_text(json.dumps(model.config.to_diff_dict()))


def correlations(one, other):
    a, b = load_file(one / "model.safetensors"), load_file(other / "model.safetensors")
    found = []
    for name in sorted(a):
        if a[name].dim() >= 2:
            x, y = a[name].double().numpy().ravel(), b[name].double().numpy().ravel()
            found.append(float(np.corrcoef(x, y)[0, 1]))
    return np.array(found)


def parents(work):
    speech, others = language(1), language(2)
    base = train(fresh(1), speech, 1, STEPS)
    stranger = train(fresh(2), speech, 1, STEPS)
    with torch.no_grad():
        merged = copy(base)
        for p, q in zip(merged.parameters(), stranger.parameters()):
            p.copy_((p + q) / 2)
    save(base, work / "base")
    save(base, work / "cast", lambda t: t.to(torch.bfloat16))
    save(base, work / "pruned", lambda t: t * (t.abs() > t.abs().median()) if t.dim() > 1 else t)
    save(merged, work / "merged")
    save(train(copy(base), others, 3, STEPS // 3, rate=3e-4), work / "tuned")
    save(train(copy(base), others, 3, STEPS // 3, only="mlp"), work / "partly")
    save(train(copy(base), speech, 4, STEPS // 3, rate=3e-4), work / "continued")
    save(stranger, work / "seed")
    save(train(fresh(3), others, 5, STEPS), work / "apart")
    save(fresh(4), work / "untrained")
    save(train(fresh(5), speech, 1, 2 * STEPS), work / "longer")
    wanted = dict(cast="near-parent", pruned="near-parent", merged="near-parent", tuned="near-parent",
                  partly="undeclared-parent", continued="near-parent", seed=None, apart=None, untrained=None,
                  longer=None)
    akashi("init", "--quiet", "--origin", "judge.example.org/lint", cwd=work)
    akashi("add", "checkpoint", "base", "lab/base@v1", "--quiet", cwd=work)
    for name, kind in wanted.items():
        items = json.loads(akashi("lint", name, "--json", cwd=work))["items"]
        kinds = [item["id"] for item in items if item["id"].endswith("parent")]
        correlation = correlations(work / name, work / "base")
        print(f"{name:10} correlation {correlation.min():7.4f} to {correlation.max():7.4f}, middle "
              f"{np.median(correlation):7.4f}: {kinds or 'nothing'}")
        assert kinds == ([kind] if kind else []), (name, items)
        if kind == "near-parent":
            assert (correlation >= THRESHOLD).mean() >= 0.5, name
        if not kind:
            assert np.abs(correlation).max() < FAR, (name, correlation)


def values(work):
    draw = np.random.default_rng(7)
    wanted = {"nan-values": set(), "infinite-values": set(), "zero-tensors": set()}
    tensors = {}
    for dtype in (torch.float32, torch.float16, torch.bfloat16, torch.float64, torch.float8_e4m3fn, torch.float8_e5m2):
        for fault in ("none", "nan-values", "infinite-values", "zero-tensors"):
            if fault == "infinite-values" and dtype == torch.float8_e4m3fn:
                continue  # it has none
            tensor = torch.tensor(draw.normal(0, 0.5, (1500, 1100)))
            at = int(draw.integers(tensor.numel()))
            if fault == "zero-tensors":
                tensor.zero_()
            elif fault != "none":
                tensor.view(-1)[at] = float("nan") if fault == "nan-values" else float("-inf")
            name = f"{str(dtype)[6:]}.{fault}"
            tensors[name] = tensor.to(dtype)
            if fault != "none":
                wanted[fault].add(name)
    (work / "step5").mkdir()
    save_file(tensors, work / "step5" / "model.safetensors")
    found = json.loads(akashi("lint", "step5", "--json", cwd=work, status=(1,)))
    assert found["tensorsLookedAt"] == len(tensors)
    for item in found["items"]:
        assert set(item["details"]) == wanted[item["id"]], (item, wanted)
        del wanted[item["id"]]
    assert not wanted, wanted
    print(f"{len(tensors)} tensors of 6 formats: NaN, infinity and zeros where torch put them")


def main():
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as work:
        parents(pathlib.Path(work))
    with tempfile.TemporaryDirectory() as work:
        values(pathlib.Path(work))


main()
