"""Is every link of the tiny model's chain true?

Recomputes, with plain numpy and the tokenizers package, what tests/data/tiny states about itself:
digests, document and token counts, held-out losses of the saved checkpoints, the evaluation that
lm-evaluation-harness wrote, and the figures on the model card.
"""
import hashlib
import json
import math
import pathlib
import re

import numpy
import tokenizers

import plain

TINY = pathlib.Path(__file__).resolve().parent.parent / "data" / "tiny"
HELDOUT = {"ja": "captions-ja-heldout.jsonl", "en": "genesis-en-heldout.jsonl"}
wrong = []


def check(what, stated, found, tolerance=0.0):
    near = stated == found if not tolerance else abs(stated - found) <= tolerance
    print(f"{'ok   ' if near else 'wrong'} {what}: {stated}" + ("" if near else f", not {found}"))
    if not near:
        wrong.append(what)


def load(path):
    return json.loads((TINY / path).read_text(encoding="utf-8"))


def rows(path):
    return [json.loads(line) for line in (TINY / path).read_text(encoding="utf-8").splitlines()]


def sha256(path):
    return hashlib.sha256((TINY / path).read_bytes()).hexdigest()


def no_reals(value, where):
    if isinstance(value, dict):
        value = list(value.values())
    for member in value if isinstance(value, list) else []:
        no_reals(member, where)
    if isinstance(value, float):
        check(f"{where} holds no JSON real", True, False)


def losses(model, ids):
    """Nats of every token after the first."""
    logits = plain.llama(*model, numpy.array(ids))[:-1]
    logits = logits - logits.max(-1, keepdims=True)
    chosen = logits[numpy.arange(len(ids) - 1), ids[1:]]
    return numpy.log(numpy.exp(logits).sum(-1)) - chosen


def check_digests(run):
    files = run["inputs"] + run["outputs"] + [run["log"]]
    changed = [entry["path"] for entry in files if sha256(entry["path"]) != entry["sha256"]]
    check(f"the {len(files)} files of run.json are unchanged", [], changed)
    listed = {entry["path"] for entry in run["outputs"]}
    present = {f"{p.parent.name}/{p.name}" for p in TINY.glob("step-*/*") if p.name != "README.md"}
    check("run.json lists every file of the checkpoints", [], sorted(listed ^ present))


def check_manifest(manifest, tokenizer):
    for shard in manifest["shards"]:
        texts = [row["text"] for row in rows(shard["path"])]
        tokens = sum(len(tokenizer.encode(text).ids) + 1 for text in texts)
        found = (sha256(shard["path"]), (TINY / shard["path"]).stat().st_size, len(texts), tokens)
        stated = tuple(shard[key] for key in ("sha256", "bytes", "documents", "tokens"))
        check(shard["path"], stated, found)
    for key in ("bytes", "documents", "tokens"):
        check(f"all {key}", manifest[key], sum(shard[key] for shard in manifest["shards"]))
    train, heldout = (
        {row["text"] for s in manifest["shards"] if s["split"] == split for row in rows(s["path"])}
        for split in ("train", "heldout")
    )
    check("held-out documents that were trained on", 0, len(train & heldout))


def check_losses(run, log, tokenizer):
    for entry in run["results"]["heldout_loss_of_saved_checkpoints"]:
        model = plain.read_model(TINY / entry["path"])
        texts = [row["text"] for name in HELDOUT.values() for row in rows(f"corpus/{name}")]
        ids = [(tokenizer.encode(text).ids + [2])[:256] for text in texts]
        every = numpy.concatenate([losses(model, row) for row in ids])
        found = float(every.mean())
        check(f"held-out loss of {entry['path']}", float(entry["loss"]), found, 1e-5)
        step = int(entry["path"].removeprefix("step-"))
        logged = next(line for line in log if line["step"] == step)
        check(f"the log at step {step}", float(logged["heldout_loss"]), found, 1e-3)
    unigrams = float(run["results"]["heldout_loss_of_unigrams"])
    check("it learned more than token frequencies", True, found < 0.6 * unigrams)
    return model


def check_evaluation(model, tokenizer):
    (path,) = TINY.glob("eval/results_*.json")
    results = json.loads(path.read_text())["results"]
    card = (TINY / "step-500" / "README.md").read_text(encoding="utf-8")
    on_card = dict(re.findall(r"type: (\w+)\n\s+metrics:\n.*\n.*\n\s+value: ([0-9.]+)", card))
    total = lambda text: float(losses(model, tokenizer.encode(text).ids).sum())
    right = 0
    items = rows("eval/order.jsonl")
    for item in items:
        scores = [total(choice) for choice in item["choices"]]
        right += scores.index(min(scores)) == item["label"]
    figures = {"akashi_tiny_order": ("acc", right / len(items))}
    for language, name in HELDOUT.items():
        texts = [row["text"] for row in rows(f"corpus/{name}")]
        bits = sum(map(total, texts)) / math.log(2)
        figures[f"akashi_tiny_heldout_{language}"] = (
            "bits_per_byte", bits / sum(len(text.encode()) for text in texts))
    for task, (metric, found) in figures.items():
        check(f"{task} {metric}", results[task][f"{metric},none"], found, 1e-5)
        check(f"{task} on the model card", float(on_card[task]), found, 5e-5)


def main():
    run, manifest, log = load("run.json"), load("corpus-manifest.json"), rows("train.log.jsonl")
    for name, value in (("run.json", run), ("corpus-manifest.json", manifest), ("the log", log)):
        no_reals(value, name)
    tokenizer = tokenizers.Tokenizer.from_file(str(TINY / "step-500" / "tokenizer.json"))
    check("tokenizer of the manifest", manifest["tokenizer"]["sha256"],
          sha256("step-500/tokenizer.json"))
    check("steps in the log", run["steps"], log[-1]["step"])
    check("tokens in the log", run["tokens"], log[-1]["tokens"])
    check_digests(run)
    check_manifest(manifest, tokenizer)
    model = check_losses(run, log, tokenizer)
    check_evaluation(model, tokenizer)
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
