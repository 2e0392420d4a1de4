"""Do outputs that transformers wrote lie within the tolerance, and is the comparison what it says?

Runs the first snippet of docs/foreign_outputs.md on the tiny model in float32, float16 and bfloat16,
takes the comparison again with numpy from the logits that forward_dump writes, lets damaged models
be judged, and prints how far off every family of random models was: the figures of that document.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import numpy
import safetensors.torch
import torch
import transformers

import models

SOURCE = pathlib.Path(os.environ["AKASHI_SOURCE"])
TINY = SOURCE / "tests" / "data" / "tiny"
DTYPES = {"float32": ("f32", 2.0**-24, 1024, 64), "float16": ("f16", 2.0**-11, 64, 4),
          "bfloat16": ("bf16", 2.0**-8, 64, 4)}


def log_softmax(logits):
    shifted = logits - logits.max(-1, keepdims=True)
    return shifted - numpy.log(numpy.exp(shifted).sum(-1, keepdims=True))


def snippet():
    text = (SOURCE / "docs" / "foreign_outputs.md").read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.S)[0]


def texts(every):
    rows = []
    for name in ("captions-ja-heldout.jsonl", "genesis-en-heldout.jsonl"):
        lines = (TINY / "corpus" / name).read_text(encoding="utf-8").splitlines()
        rows += [json.loads(line)["text"].replace("\n", " ") for line in lines[::every]]
    return rows


def write_snippet(model, dtype, out):
    script = out.with_suffix(".py")
    script.write_text(snippet(), encoding="utf-8")
    done = subprocess.run([sys.executable, script, model, dtype], input="\n".join(texts(30)),
                          capture_output=True, text=True,
                          env={**os.environ, "HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1"})
    assert done.returncode == 0, done.stderr[-2000:]
    out.write_text(done.stdout, encoding="utf-8")


def write_direct(model, dtype, ids, out):
    """The same as the snippet, for models without a tokenizer."""
    torch_model = transformers.AutoModelForCausalLM.from_pretrained(
        model, dtype=getattr(torch, dtype), attn_implementation="eager",
        experts_implementation="eager").eval()
    lines = [json.dumps({"schema": "akashi/foreign-outputs/1", "framework": "transformers",
                         "version": transformers.__version__, "dtype": DTYPES[dtype][0]})]
    for sequence in ids:
        with torch.no_grad():
            logits = torch_model(torch.tensor([sequence])).logits[0].float()
        logprobs = torch.log_softmax(logits, -1)
        values, tokens = logprobs.topk(min(8, logits.shape[-1]))
        row = {"ids": sequence, "top": [[[i, v] for i, v in zip(*pair)]
                                        for pair in zip(tokens.tolist(), values.tolist())]}
        row["next"] = [float(logprobs[t, i]) for t, i in enumerate(sequence[1:])]
        lines.append(json.dumps(row))
    out.write_text("\n".join(lines) + "\n")


def compare(model, outputs):
    done = subprocess.run([models.tool("foreign_dump"), model, outputs], capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    return {key: float(value) if isinstance(value, str) else value
            for key, value in report.items()}


def again(model, outputs, unit, scratch):
    """The comparison, from the definition: formats.md, foreign_outputs.md."""
    lines = [json.loads(line) for line in outputs.read_text(encoding="utf-8").splitlines()[1:]]
    ids = [line["ids"] for line in lines]
    raw = models.dump(model, ids, scratch)
    logits = numpy.frombuffer(raw, "<f4").astype(numpy.float64)
    logits = logits.reshape(sum(map(len, ids)), -1)
    differences, scales, divergence, agree, start = [], [], [], 0, 0
    for line in lines:
        rows = logits[start : start + len(line["ids"])]
        start += len(rows)
        exact = log_softmax(rows)
        for t, entries in enumerate(line["top"]):
            scale = max(8.0, numpy.abs(rows[t]).max())
            tokens, written = zip(*entries)
            p, q = numpy.exp(written), numpy.exp(exact[t, list(tokens)])
            rest = max(0.0, 1 - p.sum()), max(1 - q.sum(), sys.float_info.min)
            kl = (p * numpy.log(p / q)).sum() + (rest[0] * numpy.log(rest[0] / rest[1]) if rest[0] else 0)
            divergence.append(max(kl, 0))
            agree += tokens[int(numpy.argmax(written))] == rows[t].argmax()
            differences += list(numpy.abs(exact[t, list(tokens)] - written))
            scales += [scale] * len(tokens)
            if t + 1 < len(rows):
                differences.append(abs(exact[t, line["ids"][t + 1]] - line["next"][t]))
                scales.append(scale)
    differences, scales = numpy.array(differences), numpy.array(scales)
    return {"values": len(differences), "positions": len(divergence),
            "largest": differences.max(), "mean": differences.mean(),
            "units": (differences / (unit * scales)).mean(), "divergence": numpy.mean(divergence),
            "divergenceMost": max(divergence), "agree": agree,
            "worst unit": (differences / (unit * scales)).max()}


def check_same(report, own, what):
    for key in ("values", "positions", "agree"):
        assert report[key] == own[key], (what, key, report[key], own[key])
    for key in ("largest", "mean", "units", "divergence", "divergenceMost"):
        near = abs(report[key] - own[key]) <= 1e-9 + 1e-6 * abs(own[key])
        assert near, (what, key, report[key], own[key])


def say(what, dtype, report, worst):
    print(f"{what:46} {DTYPES[dtype][0]:5} largest {report['largest']:.2e} mean {report['mean']:.2e} nats; "
          f"in units {worst:7.2f} {report['units']:6.3f}; likeliest {report['agree']}/{report['compared']}; "
          f"KL {report['divergence']:.1e}")


def damaged(step, scratch):
    """Models that are not the one that wrote the outputs."""
    def model(name, change):
        folder = scratch / name
        shutil.copytree(TINY / step, folder)
        tensors = safetensors.torch.load_file(folder / "model.safetensors")
        changed = {key: change(key, value.float()).to(value.dtype).contiguous()
                   for key, value in tensors.items()}
        safetensors.torch.save_file(changed, folder / "model.safetensors", metadata={"format": "pt"})
        return folder

    def rounded(levels):
        def change(_, value):
            if value.dim() < 2:
                return value
            scale = value.abs().amax(-1, keepdim=True) / levels
            return torch.round(value / scale) * scale
        return change

    torch.manual_seed(models.SEED)
    yield "one tensor scaled by 1.01", model("scaled", lambda k, v: v * 1.01 if "layers.2.mlp.up" in k else v)
    yield "noise of 1 % on every weight", model("noise", lambda k, v: v + 0.01 * v.std() * torch.randn_like(v)
                                                if v.dim() > 1 else v)
    yield "noise of 5 % on every weight", model("noise5", lambda k, v: v + 0.05 * v.std() * torch.randn_like(v)
                                                if v.dim() > 1 else v)
    yield "int8 round trip, by rows", model("int8", rounded(127))
    yield "4-bit round trip, by rows", model("int4", rounded(7))
    yield "200 steps less of training", TINY / "step-300"


def caught(report):
    return "beyond" if report["valueBeyond"] or report["meanBeyond"] else "within"


def judge_tiny(scratch):
    files = {}
    for dtype, (_, unit, largest, mean) in DTYPES.items():
        files[dtype] = scratch / f"{dtype}.jsonl"
        write_snippet(TINY / "step-500", dtype, files[dtype])
        report = compare(TINY / "step-500", files[dtype])
        own = again(TINY / "step-500", files[dtype], unit, scratch)
        check_same(report, own, f"tiny {dtype}")
        assert caught(report) == "within", (dtype, report)
        say("tiny, written by the snippet", dtype, report, own["worst unit"])
    found = {}
    for what, model in damaged("step-500", scratch):
        found[what] = {}
        for dtype in DTYPES:
            report = compare(model, files[dtype])
            found[what][dtype] = caught(report)
            print(f"{what:46} {DTYPES[dtype][0]:5} {caught(report)}: mean {report['mean']:.2e}, "
                  f"in units {report['units']:.2f}, KL {report['divergence']:.1e}")
    return found


def stateful(case):
    """transformers stretches the frequencies of a dynamic rope for good once it saw a long text."""
    return "dynamic" in case.name


def routes(case):
    """A near tie between experts falls otherwise in 16 bits: single values are not judged there."""
    return any(getattr(case.config, key, 0) for key in ("num_experts", "num_local_experts"))


def judge_families():
    """One model of each family; with AKASHI_LONG=1 every option of it."""
    most, seen = {dtype: [0.0, 0.0] for dtype in DTYPES}, set()
    for case in models.cases():
        family = type(case.config).__name__
        if case.encoder or stateful(case) or (family in seen and "AKASHI_LONG" not in os.environ):
            continue
        seen.add(family)
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            plain, ours = models.write(case, scratch)
            for dtype, (_, unit, largest, mean) in DTYPES.items():
                write_direct(plain, dtype, models.probes(case), scratch / "outputs.jsonl")
                report = compare(ours, scratch / "outputs.jsonl")
                scale = report["allowed"] / largest  # the unit at the worst value
                worst = abs(report["worst"]) / scale
                if routes(case) and dtype != "float32":
                    say(f"{case.name} (by the mean)", dtype, report, worst)
                    assert caught(report) == "within", (case.name, dtype, report)
                    continue
                most[dtype] = [max(most[dtype][0], worst), max(most[dtype][1], report["units"])]
                say(case.name, dtype, report, worst)
                assert caught(report) == "within", (case.name, dtype, report)
    for dtype, (name, _, largest, mean) in DTYPES.items():
        print(f"largest of all families, {name}: a value {most[dtype][0]:.2f} of {largest} units allowed, "
              f"a mean {most[dtype][1]:.3f} of {mean}")


def main():
    models.quiet()
    with tempfile.TemporaryDirectory() as scratch:
        found = judge_tiny(pathlib.Path(scratch))
    for what in found:
        assert found[what]["float32"] == "beyond", f"{what} passes as the float32 outputs"
    for dtype in DTYPES:
        assert found["200 steps less of training"][dtype] == "beyond", dtype
    judge_families()


if __name__ == "__main__":
    sys.exit(main())
