"""Token ids against the packages that define them: `sentencepiece` and `tokenizers`.

Real tokenizers (the tiny model's, LLM-jp's where ../shared/data is in reach) and ones that those
packages train here, on thousands of texts: Japanese, English, mixed, emoji, combining marks,
control characters, runs of spaces, every code point, random Unicode. Every id must be equal.
"""
import io
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(os.environ["AKASHI_BUILD"])
SOURCE = pathlib.Path(os.environ["AKASHI_SOURCE"])
DUMP = BUILD / "tests" / "tokenizer_dump"
SHARED = pathlib.Path(os.environ.get("AKASHI_SHARED", SOURCE / ".." / "shared")) / "data"
SEED = int(os.environ.get("AKASHI_JUDGE_SEED", "20"))
LONG = os.environ.get("AKASHI_LONG") == "1"
TINY = SOURCE / "tests" / "data" / "tiny"
RANDOM = random.Random(SEED)

try:
    import sentencepiece
    import tokenizers
    from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

counts = {"tokenizers": 0, "texts": 0, "ids": 0}


# --- Texts ---------------------------------------------------------------------------------------

ODD = [
    "", " ", "  ", "   a", "a   ", " a  b   c ", "\n", "\r\n", "\n\n\n", " \n ", "\t\t x\t", "a\u00a0b", "\u3000あ\u3000い\u3000",
    "\u0000", "a\u0000b", "\x01\x02\x7f", "\u200b\u200d\ufeff", "\ufffd", "\u2028\u2029\u0085", "\u180e x\u180e", "▁", "▁▁a", " ▁ a ▁",
    "e\u0301", "é", "が", "か\u3099", "ﬁn ﬀ ﬃ ①②㍿", "Å Å A\u030a", "\u1100\u1161\u11a8 각", "ｶﾞｷﾞ ﾊﾟ", "½ ¼ ² ₃ Ⅷ",
    "👍🏽 👨‍👩‍👧‍👦 🇯🇵🇺🇸 ❤️", "e\u0301\u0327\u0323 q\u0307\u0323", "\u0344 \u0f73 \u0958 \u2126",
    "It's we'll I'VE they'Re don'T x'S 'ſ K'd", "don’t 'tis 's's", "1 12 123 1234 12345 ١٢٣ １２３ 3.14 1,000,000",
    "snake_case camelCase PascalCase HTTPServer __init__", "if (a[0] != '\\n') { return -1; }\n\t// x\r\n", "a.b,c;d:e!f?g…h、i。j！",
    "<s>", "</s>", "<unk>", "a<s>b</s>c", "<0x41>", "<|endoftext|> x", "<mask> <mask>  x <mask>", "Straße STRASSE İstanbul ΑΣ ΣΑΣ ǅ",
    "吾輩は猫である。名前はまだ無い。", "東京都港区とTokyoのABC株式会社は2024年に１０億円。", "한국어 문장입니다.", "Привет, мир!", "مرحبا بالعالم", "नमस्ते दुनिया",
    "𠮷野家 𩸽 𝒜𝓑 𐍈", "a" * 300, " " * 300, "あ" * 300, "ab" * 200, "\n" * 90, "x " * 150, "=" * 100, "\u0301" * 40 + "a", "a" + "\u0301\u0323" * 40,
    "\U000e0041\U0010ffff\U000f0000", "\ud7a3\ue000", "\ufdd0\uffff",
]
ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ'", "0123456789", " ", "  \t\n\r", ".,;:!?'\"()[]{}<>-_=+*/\\|@#$%^&`~",
    "あいうえおかきくけこがぎぐ", "アイウエオガギグー", "日本語東京都大学研究人工知能", "éèêëñüößåø", "\u0301\u0300\u0323\u3099\u309a", "▁", "👍🎉🏽❤\ufe0f\u200d",
    "\u00a0\u3000\u2003\u200b\u0085\u180e", "\x00\x01\x1f\x7f\x80\x9f",
]


def corpus(language):
    lines = []
    for part in ("train", "heldout"):
        for path in sorted((TINY / "corpus").glob(f"*-{language}-{part}.jsonl")):
            lines += [json.loads(line)["text"] for line in path.read_text().splitlines()]
    return lines


def random_point():
    kind = RANDOM.random()
    if kind < 0.55:
        return RANDOM.choice(RANDOM.choice(ALPHABETS))
    if kind < 0.75:
        return chr(RANDOM.randrange(0x20, 0x3000))
    if kind < 0.95:
        return chr(RANDOM.choice([RANDOM.randrange(0x3000, 0xD800), RANDOM.randrange(0xE000, 0x10000)]))
    return chr(RANDOM.randrange(0x10000, 0x110000))


def random_text(words):
    parts = []
    for _ in range(RANDOM.randrange(1, 12)):
        kind = RANDOM.random()
        if kind < 0.4:
            parts.append("".join(random_point() for _ in range(RANDOM.randrange(1, 8))))
        elif kind < 0.6:
            alphabet = RANDOM.choice(ALPHABETS)
            parts.append("".join(RANDOM.choice(alphabet) for _ in range(RANDOM.randrange(1, 9))))
        else:
            word = RANDOM.choice(words)
            at = RANDOM.randrange(len(word) + 1)
            parts.append(word[at : at + RANDOM.randrange(1, 30)])
    return RANDOM.choice(["", " "]).join(parts)


def every_point():
    """Each code point there is, 40 in a text, in two surroundings."""
    points = [p for p in range(0x110000) if not 0xD800 <= p < 0xE000]
    if not LONG:
        points = [p for p in points if p < 0x3400 or 0xA000 <= p < 0xAC20 or p >= 0xD700 and p < 0x1FC00 and not 0xE100 <= p < 0xF800 and not 0x17000 <= p < 0x18D00]
    for at in range(0, len(points), 40):
        some = points[at : at + 40]
        yield "".join(chr(p) for p in some)
        yield "".join(f"a{chr(p)}1 {chr(p)}{chr(p)}\n" for p in some)


class Texts:
    def __init__(self):
        self.ja, self.en = corpus("ja"), corpus("en")
        self.jnli = []
        jnli = SHARED / "jnli-v1.1-train-4000.txt"
        if jnli.exists():
            self.jnli = [line for line in jnli.read_text().splitlines() if line]
        else:
            print(f"left out: {jnli.name} is not in reach")
        self.points = list(every_point())
        self.random = [random_text(self.ja + self.en) for _ in range(20000 if LONG else 2500)]

    def all(self):
        few = slice(0, None) if LONG else slice(0, 300)
        return ODD + self.ja[few] + self.en[few] + self.jnli[: 4000 if LONG else 800] + self.random

    def training(self):
        return self.ja[:1200] + self.en[:800]


# --- Comparing -----------------------------------------------------------------------------------


def ours(path, texts, special=False):
    given = b"".join(struct.pack("<I", len(data)) + data for data in (t.encode() if isinstance(t, str) else t for t in texts))
    done = subprocess.run([DUMP, path, *(["special"] if special else [])], input=given, capture_output=True)
    if done.returncode:
        return None, done.stderr.decode().strip()
    lines = done.stdout.decode().split("\n")[:-1]
    assert len(lines) == len(texts), f"{len(lines)} answers to {len(texts)} texts"
    return [line if line.startswith("refused") else [int(i) for i in line.split()] for line in lines], done.stderr.decode().strip()


def compare(name, path, texts, reference, special=False):
    answers, said = ours(path, texts, special)
    assert answers is not None, f"{name}: {said}"
    wrong = 0
    for text, answer in zip(texts, answers):
        want = reference(text)
        if answer != want:
            wrong += 1
            if wrong <= 5:
                print(f"{name}: {text!r}\n  ours      {answer}\n  reference {want}")
        counts["ids"] += len(want)
    counts["tokenizers"] += 1
    counts["texts"] += len(texts)
    assert not wrong, f"{name}: {wrong} of {len(texts)} texts differ"
    print(f"{name}: {len(texts)} texts agree ({said})")


# --- SentencePiece -------------------------------------------------------------------------------


def spm_reference(path):
    processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return lambda text: processor.encode(text, out_type=int)


def spm_train(texts, folder, name, **options):
    model = io.BytesIO()
    options = dict(vocab_size=900, minloglevel=2, character_coverage=0.995, num_threads=2) | options
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=iter(texts), model_writer=model, **options)
    path = folder / f"{name}.model"
    path.write_bytes(model.getvalue())
    return path


SPM = {
    "unigram": dict(model_type="unigram"),
    "unigram-bytes": dict(model_type="unigram", byte_fallback=True, vocab_size=1200),
    "unigram-symbols": dict(model_type="unigram", user_defined_symbols=["<sep>", "東京", "ab", "▁the", "  "], control_symbols=["<cls>"]),
    "unigram-suffix": dict(model_type="unigram", treat_whitespace_as_suffix=True),
    "unigram-identity": dict(model_type="unigram", normalization_rule_name="identity", remove_extra_whitespaces=False, byte_fallback=True, vocab_size=1200),
    "unigram-nfkc": dict(model_type="unigram", normalization_rule_name="nfkc", add_dummy_prefix=False),
    "unigram-casefold": dict(model_type="unigram", normalization_rule_name="nfkc_cf", split_digits=True),
    "bpe": dict(model_type="bpe"),
    "bpe-bytes": dict(model_type="bpe", byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False, vocab_size=1200),
    "bpe-symbols": dict(model_type="bpe", user_defined_symbols=["<sep>", "東京", "ab", "\n"], control_symbols=["<cls>"], allow_whitespace_only_pieces=True),
    "bpe-spaces": dict(model_type="bpe", remove_extra_whitespaces=False, allow_whitespace_only_pieces=True, escape_whitespaces=True, split_digits=True),
}


def with_unused(path, folder):
    """The same model with every third normal piece marked as unused."""
    from sentencepiece import sentencepiece_model_pb2 as schema

    model = schema.ModelProto.FromString(path.read_bytes())
    normal = [piece for piece in model.pieces if piece.type == 1 and len(piece.piece) > 1]
    for piece in normal[::3]:
        piece.type = 5
    changed = folder / f"{path.stem}-unused.model"
    changed.write_bytes(model.SerializeToString())
    return changed


def judge_sentencepiece(texts, folder):
    some = texts.all()
    compare("tiny tokenizer.model", TINY / "step-500" / "tokenizer.model", some + texts.points, spm_reference(TINY / "step-500" / "tokenizer.model"))
    real = SHARED / "llm-jp-tokenizer-100k.ver3.1.model"
    if real.exists():
        compare("LLM-jp ver3.1", real, some + texts.points, spm_reference(real))
    else:
        print(f"left out: {real.name} is not in reach")
    for name, options in SPM.items():
        path = spm_train(texts.training(), folder, name, **options)
        compare(f"trained SentencePiece {name}", path, some + texts.points, spm_reference(path))
        if name in ("unigram-bytes", "bpe", "bpe-bytes"):
            path = with_unused(path, folder)
            compare(f"trained SentencePiece {path.stem}", path, some, spm_reference(path))
    for kind in ("word", "char"):
        path = spm_train(texts.training(), folder, kind, model_type=kind, hard_vocab_limit=False)
        answers, said = ours(path, [""])
        assert answers is None and kind.upper() in said, f"a {kind} model is not refused by name: {said}"


def main():
    texts = Texts()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        judge_sentencepiece(texts, folder)
        answers, _ = ours(TINY / "step-500" / "tokenizer.model", [b"\xff", b"a\xc3", b"\xed\xa0\x80", b"ok"])
        assert [isinstance(a, str) for a in answers] == [True, True, True, False], f"broken UTF-8 is not refused: {answers}"
    print("{tokenizers} tokenizers, {texts} texts, {ids} ids: all equal".format(**counts))


if __name__ == "__main__":
    main()
