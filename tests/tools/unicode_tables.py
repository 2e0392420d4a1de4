"""Write verify/tokenizer/unicode_*.c: what the package `tokenizers` knows of each character.

The package is built of parts that follow different versions of Unicode (its regular expressions
16.0, its normalisation 9.0 to 12.0, Rust's own characters 16.0 or 17.0), and ids must be equal to its
own. So every code point is shown to the package itself, and what it does is written down. Only
grapheme clusters cannot be seen from outside: they are read from the tables of the crate
unicode-segmentation 1.13.3 (src/tables.rs, Unicode 17.0), whose path is the argument.

    python3 tests/tools/unicode_tables.py TABLES_RS    (with the packages of tests/judges/requirements.txt)
"""
import pathlib
import re
import sys
import unicodedata

import tokenizers
from tokenizers import Regex, normalizers, pre_tokenizers

OUT = pathlib.Path(__file__).parents[2] / "verify" / "tokenizer"
POINTS = [p for p in range(0x110000) if not 0xD800 <= p < 0xE000]
CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co Cn".split()
GRAPHEME = "Any CR Control Extend Extended_Pictographic InCB_Consonant L LF LV LVT Prepend Regional_Indicator SpacingMark T V ZWJ".split()


def kept_by(pre_tokenizer):
    """The code points of which pre_tokenizer leaves something, given many at once."""
    kept = set()
    for at in range(0, len(POINTS), 1 << 16):
        some = POINTS[at : at + (1 << 16)]
        for _, (begin, end) in pre_tokenizer.pre_tokenize_str("".join(map(chr, some))):
            kept.update(some[begin:end])
    return kept


def matching(pattern):
    return kept_by(pre_tokenizers.Split(Regex(pattern), "removed", invert=True))


def changed(normalizer, before="", after=""):
    """What each code point becomes, where that is something else."""
    became = {}
    for p in POINTS:
        text = before + chr(p) + after
        made = normalizer.normalize_str(text)
        if made != text:
            became[p] = made
    return became


def ranges(points):
    """[first, last] of each run."""
    runs = []
    for p in sorted(points):
        if runs and p == runs[-1][1] + 1:
            runs[-1][1] = p
        else:
            runs.append([p, p])
    return runs


def lines(words):
    """Numbers, as many in a line as fit into 100 columns."""
    line = ""
    for word in words:
        if len(line) + len(word) + 1 > 91:
            yield "\t" + line.rstrip()
            line = ""
        line += word + ", "
    yield "\t" + line.rstrip()


def array(kind, name, words):
    words = list(words)
    return "\n".join([f"const {kind} {name}[] = {{", *lines(words), "};", f"const size_t {name}_count = {len(words)};", ""])


def write(name, what, parts):
    text = f"""/*
 * {name}: {what}
 *
 * Made by tests/tools/unicode_tables.py from tokenizers {tokenizers.__version__}; do not edit.
 */
#include "verify/tokenizer/unicode_tables.h"

/* clang-format off */
""" + "\n".join(parts) + "/* clang-format on */\n"
    (OUT / f"{name}.c").write_text(text)


def pairs(points):
    return [f"{value:#x}" for run in ranges(points) for value in run]


def category_table():
    category = {}
    for index, name in enumerate(CATEGORIES[:-1]):
        for p in matching(rf"\p{{{name}}}"):
            category[p] = index
    last, words = None, []
    for p in range(0x110000):
        now = category.get(p, CATEGORIES.index("Cn"))
        if now != last:
            words.append(f"{p << 5 | now:#x}")
            last = now
    return words


def grapheme_table(path):
    found = re.search(r"const grapheme_cat_table: .*?= &\[(.*?)\];", pathlib.Path(path).read_text(), re.S)
    rows = re.findall(r"\('\\u\{([0-9a-f]+)\}',\s*'\\u\{([0-9a-f]+)\}',\s*GC_(\w+)\)", found[1])
    category = {}
    for first, last, name in rows:
        for p in range(int(first, 16), int(last, 16) + 1):
            category[p] = GRAPHEME.index(name)
    last, words = None, []
    for p in range(0x110000):
        now = category.get(p, 0)
        if now != last:
            words.append(f"{p << 5 | now:#x}")
            last = now
    return words


def write_classes(tables_rs):
    space = kept_by(pre_tokenizers.WhitespaceSplit())
    bert = dict(handle_chinese_chars=False, lowercase=False)
    cleaned = changed(normalizers.BertNormalizer(clean_text=True, strip_accents=False, **bert), "a", "a")
    numeric = set()
    digits = pre_tokenizers.Digits(individual_digits=False)
    for at in range(0, len(POINTS), 4096):
        some = POINTS[at : at + 4096]
        for text, (begin, end) in digits.pre_tokenize_str("".join("x" + chr(p) for p in some)):
            if begin % 2 == 1 and end == begin + 1:
                numeric.add(some[begin // 2])
    punctuation = set(POINTS) - kept_by(pre_tokenizers.Punctuation("removed"))
    word = {p for p in POINTS if len(pre_tokenizers.Whitespace().pre_tokenize_str("a" + chr(p))) == 1 and pre_tokenizers.Whitespace().pre_tokenize_str("a" + chr(p))[0][0] != "a"}
    accents = changed(normalizers.BertNormalizer(clean_text=False, strip_accents=True, **bert), "a")
    nonspacing = {p for p, made in accents.items() if made == "a"}
    marks = {p for p, made in changed(normalizers.StripAccents(), "a").items() if made == "a"}
    write("unicode_class", "classes of characters, as pairs of a first and a last code point", [
        array("uint32_t", "unicode_word", pairs(word)),
        array("uint32_t", "unicode_numeric", pairs(numeric)),
        array("uint32_t", "unicode_punctuation", pairs(punctuation)),
        array("uint32_t", "unicode_mark", pairs(marks)),
        array("uint32_t", "unicode_nonspacing", pairs(nonspacing)),
        array("uint32_t", "unicode_other", pairs(p for p, made in cleaned.items() if made == "aa")),
        array("uint32_t", "unicode_space", pairs(set(POINTS) - space)),
    ])
    assert matching(r"\s") == set(POINTS) - space, "two notions of white space"
    write("unicode_category", "categories: from the code point in the upper 27 bits on, the one in the lower 5", [
        array("uint32_t", "unicode_category", category_table()),
        array("uint32_t", "unicode_grapheme", grapheme_table(tables_rs)),
    ])


def write_mapping(compositions):
    lower = changed(normalizers.Lowercase())
    special = {p: made for p, made in lower.items() if len(made) > 1}
    assert special == {0x130: "i\u0307"}, special
    words = [f"{value:#x}" for p, made in sorted(lower.items()) if p != 0x130 for value in (p, ord(made))]
    triples = [f"{value:#x}" for triple in sorted(compositions) for value in triple]
    write("unicode_mapping", "lower case and canonical composition", [
        "/* Pairs of a code point and what it becomes (but for U+0130). */",
        array("uint32_t", "unicode_lower", words),
        "/* First part, second part, what they compose. */",
        array("uint32_t", "unicode_composition", triples),
    ])


def raw_decomposition(p):
    """One step of the canonical decomposition: one or two code points."""
    fields = unicodedata.decomposition(chr(p)).split()
    return None if not fields or fields[0].startswith("<") else [int(field, 16) for field in fields]


def write_canonical():
    nfd, nfc = normalizers.NFD(), normalizers.NFC()
    full = {p: made for p, made in changed(nfd).items() if not 0xAC00 <= p < 0xD7A4}
    raw = {p: raw_decomposition(p) for p in full}

    def expand(points):
        return "".join(expand(raw[p]) if p in raw else chr(p) for p in points)

    words, compositions = [], []
    for p in sorted(raw):
        assert expand([p]) == full[p], hex(p)
        a, b = (raw[p] + [0])[:2]
        words += [f"{p:#x}", f"{a:#x}", f"{b:#x}"]
        if b and nfc.normalize_str(chr(a) + chr(b)) == chr(p):
            compositions.append((a, b, p))
    classes, last = [], 0
    for p in range(0x110000):
        now = 0
        if p in POINTS_SET and unicodedata.combining(chr(p)):
            other = "\u0345" if unicodedata.combining(chr(p)) == 1 else "\u0334"
            given = other + chr(p) if other == "\u0345" else chr(p) + other
            if nfd.normalize_str(given) != given:
                now = unicodedata.combining(chr(p))
        if now != last:
            classes.append(f"{p << 8 | now:#x}")
            last = now
    write("unicode_canonical", "canonical decomposition, and the classes by which marks are ordered", [
        "/* Code point, first part, second part or 0. */",
        array("uint32_t", "unicode_canonical", words),
        "/* From the code point in the upper 24 bits on, the class in the lower 8. */",
        array("uint32_t", "unicode_combining", classes),
    ])
    return full, compositions


def write_compatible(canonical):
    rows = {"unicode_compatible": [], "unicode_presentation": []}
    texts = {name: [] for name in rows}
    for p, made in sorted(changed(normalizers.NFKD()).items()):
        if 0xAC00 <= p < 0xD7A4 or canonical.get(p) == made:
            continue
        name = "unicode_compatible" if p < 0xFE00 else "unicode_presentation"
        rows[name] += [f"{p << 5 | len(made):#x}", str(len(texts[name]))]
        texts[name] += [f"{ord(c):#x}" for c in made]
    for name, part in (("unicode_compatible", "below"), ("unicode_presentation", "from")):
        write(name, f"compatibility decomposition {part} U+FE00{'' if part == 'below' else ' on'}, full", [
            "/* Code point << 5 | length, where the text begins. */",
            array("uint32_t", name, rows[name]),
            array("uint32_t", f"{name}_text", texts[name]),
        ])


POINTS_SET = set(POINTS)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write_classes(sys.argv[1])
    canonical, compositions = write_canonical()
    write_mapping(compositions)
    write_compatible(canonical)


if __name__ == "__main__":
    main()
