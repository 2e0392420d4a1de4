#!/usr/bin/env python3
"""Write the corpus shards and the evaluation items of the tiny model.

    corpus.py JNLI.txt GENESIS.txt

JNLI.txt holds sentences of JGLUE's JNLI v1.1 (training split), one a line, premise and
hypothesis in turn: the first 4,000 lines of the listing that llm-jp-tokenizer keeps in
data/evaluation/. GENESIS.txt is what `echo gen1:1-gen50:26 | bible -f` prints (Debian
packages bible-kjv and bible-kjv-text, King James Version).

Nothing here is random: the held-out part is chosen by a hash of the text. Sentences
that JNLI pairs (they describe one picture) always fall on the same side.
"""
import hashlib
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
HELDOUT_ONE_IN = 10
HELDOUT_FROM_CHAPTER = 46
ITEMS_PER_LANGUAGE = 30
CHOICES = 4


def number(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def write_lines(path, rows):
    path.parent.mkdir(exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def captions(path):
    """Two lists of captions, train and held out, each sentence once."""
    lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    group = {}

    def find(sentence):
        while group.setdefault(sentence, sentence) != sentence:
            sentence = group[sentence]
        return sentence

    for premise, hypothesis in zip(lines[::2], lines[1::2]):
        group[find(premise)] = find(hypothesis)
    smallest = {}
    for sentence in group:
        root = find(sentence)
        smallest[root] = min(smallest.get(root, sentence), sentence)
    rows = ([], [])
    for i, sentence in enumerate(group, 1):  # in order of first appearance
        heldout = number(smallest[find(sentence)]) % HELDOUT_ONE_IN == 0
        rows[heldout].append({"id": f"jnli-{i:04d}", "text": sentence})
    return rows


def verses(path):
    """Two lists of verses, train and held out (the last chapters)."""
    rows = ([], [])
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        found = re.match(r"(?:bible\(KJV\) \[.*\]> )?Ge(\d+):(\d+) (.+)", line)
        if not found:
            continue
        chapter, verse, text = int(found[1]), int(found[2]), found[3].strip()
        row = {"id": f"genesis-{chapter}:{verse}", "text": text}
        target = rows[chapter >= HELDOUT_FROM_CHAPTER]
        if row not in rows[0] and row not in rows[1]:  # the prompt repeats 1:1
            target.append(row)
    return rows


def swapped(chunks, salt):
    """The chunks with two different ones exchanged; the salt decides which."""
    for attempt in range(100):
        draw = number(f"{salt}/{attempt}/{''.join(chunks)}")
        i, j = draw % len(chunks), draw // len(chunks) % len(chunks)
        if chunks[i] != chunks[j]:
            out = list(chunks)
            out[i], out[j] = out[j], out[i]
            return out
    raise SystemExit("a sentence of equal chunks")


def items(rows, cut, join):
    """Multiple-choice items: one real sentence among copies with two chunks exchanged."""
    usable = [row for row in rows if 8 <= len(cut(row["text"])) <= 20]
    chosen = sorted(usable, key=lambda row: number(row["id"]))[:ITEMS_PER_LANGUAGE]
    for row in chosen:
        chunks, wrong = cut(row["text"]), []
        for salt in range(100):
            other = join.join(swapped(chunks, salt))
            if other != row["text"] and other not in wrong:
                wrong.append(other)
            if len(wrong) == CHOICES - 1:
                break
        label = number("label/" + row["id"]) % CHOICES
        choices = wrong[:label] + [row["text"]] + wrong[label:]
        yield {"id": row["id"], "choices": choices, "label": label}


def pairs_of_characters(text):
    body = text.rstrip("。")
    parts = [body[i : i + 2] for i in range(0, len(body), 2)]
    return parts[:-1] + [parts[-1] + text[len(body) :]]


def main(jnli, genesis):
    shards = {"captions-ja": captions(jnli), "genesis-en": verses(genesis)}
    for name, (train, heldout) in shards.items():
        write_lines(HERE / "corpus" / f"{name}-train.jsonl", train)
        write_lines(HERE / "corpus" / f"{name}-heldout.jsonl", heldout)
        print(name, len(train), "train", len(heldout), "held out")
    japanese, english = shards["captions-ja"][1], shards["genesis-en"][1]
    order = list(items(japanese, pairs_of_characters, "")) + list(items(english, str.split, " "))
    write_lines(HERE / "eval" / "order.jsonl", order)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
