"""Does PyYAML read the same in front matter and configurations as verify/yaml.c?

Documents are drawn and written by PyYAML in every style (block, flow, quoted, folded, narrow and wide); what we read is the same
tree of texts, or we refuse, as we do for keys that are too long for one line. Written by hand: what cards hold. Whatever PyYAML
refuses, we refuse.
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

try:
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

DUMP = pathlib.Path(os.environ["AKASHI_BUILD"]) / "tests" / "yaml_dump"
SEED = random.SystemRandom().randrange(2**32)
DRAW = random.Random(SEED)
TEXTS = ["a", "b c", "1.5", "x: y", "# no", "it's", 'q"q', "", "  lead", "multi\nline\n", "multi\n\n  ind\nline", "tab\tx", "日本語: あ", "- x",
         "[a", "long " * 30, "null", "~", "true", "@x", "a #b", " \n", "\n", "x\n\n\n", "%", "{}", "? a", "&a", "end:", "a:b"]
KEYS = ["k", "a b", "x:y", "日", '"q"', "'", "-", "#h", "1"]
TAGS = ["!!null ", "!!int ", "!!bool ", "!!float "]
TAKEN = ["a: plain\n  goes on\n\n  yet\nb: \"x\n  y\n\n  z\\\n  w\"\nc: 'it''s\n  q'\n", "a:\n- b\n- c\nd: e\n", "- - a\n  - b\n-\n  c: d\n- \n- g\n",
         "a: >-\n  x\n\n  y\n\n\n  z\n   w\n\n   v\n  u\n", "a: |2\n    x\n   y\nb: 1\n", "---\na: b\n...\n", "a: [x, y\n  , z] # c\nb: {k: v,\n  l: w}\n",
         "a: http://x.y/z#w\n", "a: b #c\nc: d#e\n#f\n", "{a: [1, 2,], \"b\": {c, d: }}\n", "\"a\" : b\n'c':\n  d\n", "#only\n"]
REFUSED = ["a: &x 1\n", "a: *x\n", "a: !!str b\n", "<<: {a: b}\n", "a:\n  - b\n   c: d\n", "a: b\n---\nc: d\n", "a: b\n  c: d\n", "a: \"b\" c\n",
           "a: [b\n", "a: 'b\n", "a:\n\tb: c\n", "%YAML 1.2\n---\na: b\n", "a: 1\na: 2\n", "? a\n: b\n", "a: \"\\u0000\"\n", "a: @b\n"]


def drawn(depth):
    chance = DRAW.random()
    if depth > 4 or chance < 0.5:
        return DRAW.choice(TEXTS)
    if chance < 0.75:
        return [drawn(depth + 1) for _ in range(DRAW.randint(0, 4))]
    return {DRAW.choice(KEYS) + str(i): drawn(depth + 1) for i in range(DRAW.randint(0, 4))}


def written():
    style = dict(allow_unicode=DRAW.random() < 0.5, default_flow_style=DRAW.choice([None, True, False]), width=DRAW.choice([20, 80, 1000]),
                 default_style=DRAW.choice([None, None, '"', "'", "|", ">"]), indent=DRAW.choice([2, 4]), sort_keys=False)
    text = yaml.safe_dump({"r": drawn(0), "s": drawn(0)}, **style)
    for tag in TAGS:
        text = text.replace(tag, "")
    return text


with tempfile.TemporaryDirectory() as folder:
    texts = [written() for _ in range(300)] + TAKEN + REFUSED
    files = [pathlib.Path(folder) / f"{i}.yaml" for i in range(len(texts))]
    for file, text in zip(files, texts):
        file.write_text(text, encoding="utf-8")
    lines = subprocess.run([DUMP, *map(str, files)], capture_output=True, text=True, encoding="utf-8", check=True).stdout.splitlines()
assert len(lines) == len(texts)

alike = refused = 0
for number, (text, line) in enumerate(zip(texts, lines)):
    try:
        theirs, why = yaml.load(text, Loader=yaml.BaseLoader), None
    except yaml.YAMLError as error:
        theirs, why = None, error
    case = f"seed {SEED}, document {number}:\n{text}\nours: {line}"
    if line.startswith("refused: "):
        assert why or number < 300 or number >= 300 + len(TAKEN), case
        assert ", line " in line, case
        refused += number < 300
        continue
    assert not why and number < 300 + len(TAKEN), f"{case}\ntheirs: {why}"
    assert json.loads(line) == ("" if theirs is None else theirs), f"{case}\ntheirs: {theirs}"
    alike += 1
assert refused < 30, f"seed {SEED}: {refused} of 300 documents were refused"
print(f"{alike} documents are read alike, {refused} drawn ones refused, {len(REFUSED)} bad ones refused")
