#!/usr/bin/env python3
"""Train the tiny model: tokenizer, corpus manifest, three checkpoints, log and run.json.

    train.py [--out DIR] [--checkpoints STEP,STEP,STEP]

Reads corpus/*.jsonl beside this file and writes everything else into DIR (default: beside
this file). One thread, fixed seed, deterministic kernels: the same processor and the same
package versions give the same bytes again.
"""
import os

os.environ.update(
    OMP_NUM_THREADS="1",
    TOKENIZERS_PARALLELISM="false",
    # One instruction set, so that processors with more do not round differently.
    ATEN_CPU_CAPABILITY="avx2",
    MKL_CBWR="COMPATIBLE",
    ONEDNN_MAX_CPU_ISA="AVX2",
)

import argparse
import datetime
import hashlib
import io
import json
import math
import pathlib
import platform
import time

import sentencepiece
import tokenizers
import torch
import transformers
from tokenizers import decoders, models, normalizers, processors

HERE = pathlib.Path(__file__).resolve().parent
SHARDS = {
    "captions-ja-train.jsonl": ("train", "ja", "CC-BY-SA-4.0"),
    "captions-ja-heldout.jsonl": ("heldout", "ja", "CC-BY-SA-4.0"),
    "genesis-en-train.jsonl": ("train", "en", "LicenseRef-public-domain"),
    "genesis-en-heldout.jsonl": ("heldout", "en", "LicenseRef-public-domain"),
}
SEED = 20261124
VOCABULARY = 1024
CONTEXT = 128
BATCH = 16
CHECKPOINTS = (100, 300, 500)
WARMUP = 50
PEAK_RATE, FINAL_RATE = 4e-3, 2e-4
BETAS, DECAY, CLIP = (0.9, 0.95), 0.1, 1.0
SHARD_BYTES = "500KB"  # the first checkpoint is saved in shards, the others in one file


def read_rows(name):
    lines = (HERE / "corpus" / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


# Tokenizer: trained by SentencePiece, the same thing written as tokenizer.json.


def train_sentencepiece(texts):
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_writer=model,
        model_type="bpe",
        vocab_size=VOCABULARY,
        character_coverage=0.985,
        byte_fallback=True,
        split_digits=True,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        add_dummy_prefix=False,
        num_threads=1,
        minloglevel=2,
    )
    return model.getvalue()


def as_tokenizer_json(model):
    """The tokenizers pipeline that cuts text as SentencePiece's BPE does."""
    pieces = sentencepiece.SentencePieceProcessor(model_proto=model)
    vocabulary = {pieces.id_to_piece(i): i for i in range(pieces.get_piece_size())}
    merges = []
    for piece, i in vocabulary.items():
        if pieces.is_control(i) or pieces.is_unknown(i) or pieces.is_byte(i):
            continue
        cuts = [(piece[:k], piece[k:]) for k in range(1, len(piece))]
        cuts = [(a, b) for a, b in cuts if a in vocabulary and b in vocabulary]
        cuts.sort(key=lambda cut: (vocabulary[cut[0]], vocabulary[cut[1]]))
        merges += [(pieces.get_score(i), cut) for cut in cuts]
    merges = [cut for _, cut in sorted(merges, key=lambda merge: -merge[0])]
    bpe = models.BPE(
        vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True
    )
    out = tokenizers.Tokenizer(bpe)
    out.normalizer = normalizers.Replace(" ", "\u2581")
    out.decoder = decoders.Sequence(
        [decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    out.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", vocabulary["<s>"])]
    )
    out.add_special_tokens(["<unk>", "<s>", "</s>"])
    return pieces, out


def make_tokenizer(texts, everything):
    model = train_sentencepiece(texts)
    pieces, fast = as_tokenizer_json(model)
    wrapped = transformers.PreTrainedTokenizerFast(
        tokenizer_object=fast,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        model_max_length=CONTEXT * 2,
        clean_up_tokenization_spaces=False,
    )
    for text in everything:
        ids = wrapped(text, add_special_tokens=False)["input_ids"]
        if ids != pieces.encode(text) or wrapped.decode(ids) != text:
            raise SystemExit(f"tokenizer.json and tokenizer.model disagree on {text!r}")
    return model, wrapped


def save_tokenizer(directory, model, tokenizer):
    tokenizer.save_pretrained(directory)
    (directory / "tokenizer.model").write_bytes(model)
    path = directory / "tokenizer_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["tokenizer_class"] = "PreTrainedTokenizerFast"  # the name transformers 4 knows too
    write_json(path, config)


# Corpus.


def tokenize(tokenizer, name):
    """Each document as <s> … </s>."""
    rows = tokenizer(read_rows(name))["input_ids"]
    return [row + [tokenizer.eos_token_id] for row in rows]


def manifest(documents, tokenizer_sha256):
    shards = []
    for name, (split, language, licence) in SHARDS.items():
        path = HERE / "corpus" / name
        shards.append(
            {
                "path": f"corpus/{name}",
                "sha256": sha256(path),
                "bytes": path.stat().st_size,
                "documents": len(documents[name]),
                "tokens": sum(map(len, documents[name])),
                "split": split,
                "language": language,
                "license": licence,
            }
        )
    total = lambda key, split: sum(s[key] for s in shards if split in ("", s["split"]))
    return {
        "schema": "akashi/corpus-manifest/1",
        "name": "akashi-tiny-corpus",
        "version": "v1",
        "license": "CC-BY-SA-4.0 AND LicenseRef-public-domain",
        "sources": [
            {
                "name": "JGLUE JNLI v1.1, training split: the first 4,000 lines of the listing of "
                "its sentences in github.com/llm-jp/llm-jp-tokenizer, data/evaluation/",
                "url": "https://github.com/yahoojapan/JGLUE",
                "license": "CC-BY-SA-4.0",
                "attribution": "JGLUE: Japanese General Language Understanding Evaluation, "
                "Kurihara, Kawahara, Shibata (LREC 2022); captions from YJ Captions, "
                "Miyazaki and Shimizu (ACL 2016)",
                "changes": "each sentence once, cut into train and heldout by picture",
            },
            {
                "name": "Genesis, King James Version, from the Debian package bible-kjv-text 4.38",
                "url": "https://packages.debian.org/bookworm/bible-kjv-text",
                "license": "LicenseRef-public-domain",
                "attribution": "none needed",
                "changes": "one verse a document; chapters 46 to 50 are held out",
            },
        ],
        "tokenizer": {
            "file": "tokenizer.json",
            "sha256": tokenizer_sha256,
            "counted": "with one <s> and one </s> for each document",
        },
        "documents": total("documents", ""),
        "bytes": total("bytes", ""),
        "tokens": total("tokens", ""),
        "tokens_by_split": {s: total("tokens", s) for s in ("train", "heldout")},
        "shards": shards,
    }


# Model.


def make_model(tokenizer):
    return transformers.LlamaForCausalLM(
        transformers.LlamaConfig(
            vocab_size=VOCABULARY,
            hidden_size=96,
            intermediate_size=160,
            num_hidden_layers=4,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=CONTEXT * 2,
            rms_norm_eps=1e-5,
            tie_word_embeddings=True,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
        )
    )


def heldout_nll(model, documents):
    """Nats summed over every token but each document's <s>, and their number."""
    nll, count = 0.0, 0
    with torch.no_grad():
        for row in documents:
            ids = torch.tensor([row[: CONTEXT * 2]])
            logits = model(ids).logits[0, :-1].double()
            nll += torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum").item()
            count += ids.shape[1] - 1
    return nll, count


def heldout_loss(model, documents):
    model.eval()
    parts = {
        language: heldout_nll(model, documents[name])
        for name, (split, language, _) in SHARDS.items()
        if split == "heldout"
    }
    model.train()
    losses = {language: nll / count for language, (nll, count) in parts.items()}
    total = sum(n for n, _ in parts.values()) / sum(c for _, c in parts.values())
    return {"heldout_loss": total, **{f"heldout_loss_{k}": v for k, v in losses.items()}}


def unigram_loss(documents):
    """What knowing only how frequent each token is would give on the held-out part."""
    counts = torch.ones(VOCABULARY, dtype=torch.float64)
    nll, tokens = 0.0, 0
    for wanted in ("train", "heldout"):
        for name, (split, _, _) in SHARDS.items():
            for row in documents[name] if split == wanted else ():
                if split == "train":
                    counts += torch.bincount(torch.tensor(row[1:]), minlength=VOCABULARY)
                else:
                    nll -= torch.log(counts / counts.sum())[torch.tensor(row[1:])].sum().item()
                    tokens += len(row) - 1
    return nll / tokens


def rate(step, steps):
    if step <= WARMUP:
        return PEAK_RATE * step / WARMUP
    done = (step - WARMUP) / (steps - WARMUP)
    return FINAL_RATE + (PEAK_RATE - FINAL_RATE) * 0.5 * (1 + math.cos(math.pi * done))


def batches(documents, generator):
    """Windows of a stream in which every epoch holds all training documents, shuffled."""
    names = [name for name, (split, _, _) in SHARDS.items() if split == "train"]
    rows = [row for name in names for row in documents[name]]
    stream = []
    while True:
        while len(stream) < BATCH * (CONTEXT + 1):
            for i in torch.randperm(len(rows), generator=generator).tolist():
                stream += rows[i]
        take, stream = stream[: BATCH * (CONTEXT + 1)], stream[BATCH * (CONTEXT + 1) :]
        yield torch.tensor(take).view(BATCH, CONTEXT + 1)


def make_optimizer(model):
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() <= 1]
    return torch.optim.AdamW(
        [{"params": matrices, "weight_decay": DECAY}, {"params": vectors, "weight_decay": 0.0}],
        lr=PEAK_RATE,
        betas=BETAS,
    )


def save_checkpoint(directory, model, sentencepiece_model, tokenizer, first):
    """A complete Hugging Face directory, weights rounded to bfloat16."""
    for old in directory.glob("*"):
        if old.name != "README.md":  # the model card is written by hand
            old.unlink()
    copy = make_model(tokenizer)
    copy.load_state_dict(model.state_dict())
    copy.to(torch.bfloat16)
    copy.save_pretrained(directory, max_shard_size=SHARD_BYTES if first else "1GB")
    save_tokenizer(directory, sentencepiece_model, tokenizer)
    for path in directory.iterdir():
        path.chmod(0o644)


def train(out, documents, sentencepiece_model, tokenizer, checkpoints):
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    model = make_model(tokenizer)
    optimizer = make_optimizer(model)
    log = [{"step": 0, "tokens": 0, **heldout_loss(model, documents)}]
    for step, ids in zip(range(1, checkpoints[-1] + 1), batches(documents, generator)):
        for group in optimizer.param_groups:
            group["lr"] = rate(step, checkpoints[-1])
        logits = model(ids[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
        line = {
            "step": step,
            "tokens": step * BATCH * CONTEXT,
            "loss": loss.item(),
            "lr": rate(step, checkpoints[-1]),
            "grad_norm": norm.item(),
        }
        if step in checkpoints:
            save_checkpoint(
                out / f"step-{step}", model, sentencepiece_model, tokenizer, step == checkpoints[0]
            )
            line.update(heldout_loss(model, documents))
        log.append(line)
        if step % 50 == 0:
            print(json.dumps(line), flush=True)
    return model, log


def write_log(path, log):
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        for line in log:
            rounded = {k: f"{v:.6f}" if isinstance(v, float) else v for k, v in line.items()}
            out.write(json.dumps(rounded) + "\n")


def files_of(directory):
    return [{"path": f"{directory.name}/{p.name}", "sha256": sha256(p), "bytes": p.stat().st_size}
            for p in sorted(directory.iterdir()) if p.name != "README.md"]


def cpu_name():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        return next(l.split(": ", 1)[1] for l in lines if l.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def describe_run(out, started, seconds, model, log, checkpoints, unigram):
    last = log[-1]
    reloaded = {}
    for step in checkpoints:  # from the files, as a reader would
        saved = transformers.LlamaForCausalLM.from_pretrained(
            out / f"step-{step}", dtype=torch.float32
        )
        reloaded[step] = heldout_loss(saved, DOCUMENTS)["heldout_loss"]
    return {
        "schema": "akashi/run-input/1",
        "name": "akashi-tiny",
        "command": ["python3", "train.py"],
        "framework": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
            "tokenizers": tokenizers.__version__,
            "sentencepiece": sentencepiece.__version__,
        },
        "hardware": {
            "cpu": cpu_name(),
            "cores_used": 1,
            "nodes": 1,
            "accelerators": 0,
            "capability": torch.backends.cpu.get_cpu_capability(),
        },
        "started": started,
        "finished": now(),
        "seconds": seconds,
        "node_seconds": seconds,
        "seed": SEED,
        "steps": checkpoints[-1],
        "tokens": last["tokens"],
        "parameters": sum(p.numel() for p in model.parameters()),
        "hyper_parameters": {
            "optimizer": "AdamW",
            "betas": [str(b) for b in BETAS],
            "weight_decay": str(DECAY),
            "gradient_clip": str(CLIP),
            "peak_learning_rate": str(PEAK_RATE),
            "final_learning_rate": str(FINAL_RATE),
            "schedule": "linear warm-up, then cosine",
            "warmup_steps": WARMUP,
            "batch_sequences": BATCH,
            "sequence_length": CONTEXT,
            "training_dtype": "float32",
            "saved_dtype": "bfloat16",
        },
        "results": {
            "heldout_loss_at_start": f"{log[0]['heldout_loss']:.6f}",
            "heldout_loss_at_end": f"{last['heldout_loss']:.6f}",
            "heldout_loss_of_unigrams": f"{unigram:.6f}",
            "heldout_loss_of_saved_checkpoints": [
                {"path": f"step-{step}", "loss": f"{loss:.6f}"} for step, loss in reloaded.items()
            ],
        },
        "inputs": [{"path": f"corpus/{n}", "sha256": sha256(HERE / "corpus" / n)} for n in SHARDS]
        + [{"path": "train.py", "sha256": sha256(HERE / "train.py")}],
        "outputs": [f for step in checkpoints for f in files_of(out / f"step-{step}")],
        "log": {"path": "train.log.jsonl", "sha256": sha256(out / "train.log.jsonl")},
    }


DOCUMENTS = {}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=HERE)
    parser.add_argument("--checkpoints", default=",".join(map(str, CHECKPOINTS)))
    options = parser.parse_args()
    checkpoints = [int(step) for step in options.checkpoints.split(",")]
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    started, clock = now(), time.monotonic()

    options.out.mkdir(parents=True, exist_ok=True)
    texts = [t for n, (split, _, _) in SHARDS.items() if split == "train" for t in read_rows(n)]
    everything = [t for n in SHARDS for t in read_rows(n)]
    sentencepiece_model, tokenizer = make_tokenizer(texts, everything)
    DOCUMENTS.update({name: tokenize(tokenizer, name) for name in SHARDS})
    model, log = train(options.out, DOCUMENTS, sentencepiece_model, tokenizer, checkpoints)
    seconds = math.ceil(time.monotonic() - clock)

    write_log(options.out / "train.log.jsonl", log)
    tokenizer_sha256 = sha256(options.out / f"step-{checkpoints[-1]}" / "tokenizer.json")
    write_json(options.out / "corpus-manifest.json", manifest(DOCUMENTS, tokenizer_sha256))
    unigram = unigram_loss(DOCUMENTS)
    run = describe_run(options.out, started, seconds, model, log, checkpoints, unigram)
    write_json(options.out / "run.json", run)
    print(json.dumps(run["results"], indent=2), seconds, "seconds")


if __name__ == "__main__":
    main()
