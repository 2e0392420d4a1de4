"""What `akashi add dataset` counts, against python's json, `sentencepiece` and `tokenizers`.

Documents, bytes, characters and tokens of Japanese and English texts: plain, packed, with escapes, cut into files.
The texts: tests/data and docs/ here; LLM-jp's tokenizers and JNLI's sentences where ../shared/data has them.
"""
import gzip
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

try:
    import sentencepiece
    import tokenizers
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

AKASHI = os.environ["AKASHI"]
SOURCE = pathlib.Path(os.environ["AKASHI_SOURCE"])
SHARED = pathlib.Path(os.environ.get("AKASHI_SHARED", SOURCE / ".." / "shared")) / "data"
SHARED = SHARED if SHARED.is_dir() else None


def akashi(*arguments):
    done = subprocess.run([AKASHI, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


def texts():
    chance = random.Random(17)
    english = [l for f in sorted((SOURCE / "docs").glob("*.md")) for l in f.read_text().split("\n") if l]
    japanese = [l for l in (SOURCE / "docs/README.ja.md").read_text().split("\n") if l]
    if SHARED:
        japanese += (SHARED / "jnli-v1.1-train-4000.txt").read_text().rstrip("\n").split("\n")
    odd = ["", " ", "　全角　", "a\tb\r\nc", "\u0001", "\u0000 NUL", "👩‍👩‍👧 𠮷野家", "é\u0301", "▁ ▁", "\u2028", "x" * 5000, "あ" * 3000, " " * 700]
    made = list(odd)
    for lines in (japanese, english):
        made += ["\n".join(chance.choice(lines) for _ in range(chance.randint(1, 30))) for _ in range(400)]
    chance.shuffle(made)
    return made


def write(folder, made):
    """The texts as lines of three files: plain, escaped, gzip in two members."""
    part = [made[i::3] for i in range(3)]
    row = lambda text, ascii: json.dumps({"meta": {"n": [1, None]}, "text": text}, ensure_ascii=ascii) + "\n"
    (folder / "plain.jsonl").write_text("".join(row(t, False) for t in part[0]))
    (folder / "escaped.jsonl").write_text("".join(row(t, True) for t in part[1]))
    lines = [row(t, False).encode() for t in part[2]]
    half = len(lines) // 2
    (folder / "packed.jsonl.gz").write_bytes(gzip.compress(b"".join(lines[:half])) + gzip.compress(b"".join(lines[half:])))


def encoders():
    """(file, how many tokens a text has) of each tokenizer at hand."""
    found = []
    tiny = SOURCE / "tests/data/tiny"
    for path in [*tiny.rglob("tokenizer.json"), *([SHARED / "llm-jp-tokenizer-ver2.2-hf-fast.json"] if SHARED else [])]:
        reference = tokenizers.Tokenizer.from_file(str(path))
        found.append((path, lambda t, r=reference: len(r.encode(t, add_special_tokens=False).ids)))
    for path in [*sorted(tiny.rglob("*.model"))[:1], *([SHARED / "llm-jp-tokenizer-100k.ver3.1.model"] if SHARED else [])]:
        reference = sentencepiece.SentencePieceProcessor(model_file=str(path))
        found.append((path, lambda t, r=reference: len(r.encode(t))))
    return found


def main():
    made = texts()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.environ.update(HOME=name, XDG_CONFIG_HOME=name, AKASHI_REGISTRY=f"{name}/registry/.akashi")
        akashi("init", folder / "registry", "--origin", "judge/corpora")
        corpus = folder / "corpus"
        corpus.mkdir()
        write(corpus, made)
        checked = encoders()
        assert checked, "no tokenizer at all"
        for i, (path, count) in enumerate(checked):
            said = json.loads(akashi("add", "dataset", corpus, f"a/b@{i}", "--tokenizer", path, "--json"))
            said = said["items"][0]["corpus"]
            want = {"documents": len(made), "bytes": sum(len(t.encode()) for t in made), "characters": sum(map(len, made))}
            assert all(said[k] == v for k, v in want.items()), (want, said)
            tokens = sum(count(t) for t in made)
            assert said["tokens"][0]["count"] == tokens, (path, tokens, said["tokens"])
            languages = sum(said["languages"][k]["tokens"] for k in ("ja", "en", "code", "other"))
            assert languages == tokens, (languages, tokens)
            print(f"{path.name}: {tokens} tokens of {len(made)} documents agree")
    if not SHARED:
        print("without ../shared/data: only the tiny model's tokenizers and the project's own texts")


main()
