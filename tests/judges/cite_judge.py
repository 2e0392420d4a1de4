#!/usr/bin/env python3
"""Citations: pybtex and bibtexparser read the BibTeX, and the schema of CFF 1.2.0 takes what PyYAML reads."""
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import bibtexparser
    import jsonschema
    import pybtex.database
    import yaml
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

AKASHI = os.environ["AKASHI"]
TINY = pathlib.Path(os.environ["AKASHI_SOURCE"]) / "tests" / "data" / "tiny"
SCHEMAS = pathlib.Path(os.environ["AKASHI_SOURCE"]) / "schema" / "files"

CFF = json.loads((pathlib.Path(__file__).parent / "cff" / "schema-1.2.0.json").read_text())
# What LaTeX's kernel prints for these, with any encoding of fonts.
TEX = {"textbackslash": "\\", "textbraceleft": "{", "textbraceright": "}", "textasciitilde": "~", "textasciicircum": "^", "textless": "<",
       "textgreater": ">", "textbar": "|"}
LICENSES = ["apache-2.0", "mine}, x = {\\input{y} % & # $ _ ~ ^ \" | <b> @misc{z,", "条件: 研究のみ [x](y) 'q' - a: b", "CDLA-Permissive-2.0", None]
AUTHORS = [("山田, 太郎", {"family-names": "山田", "given-names": "太郎"}), ("{A and B, Inc.}", {"name": "A and B, Inc."}),
           ("R&D: 50% {x} \\y \"q\" #1", {"name": "R&D: 50% {x} \\y \"q\" #1"}), ("null", {"name": "null"}), ("O'Brien, J. and K.", {
               "family-names": "O'Brien", "given-names": "J. and K."}), ("- a: b, c, d", {"name": "- a: b, c, d"})]


def shown(tex):
    """What TeX prints of it; nothing in it may do anything else."""
    out, depth = "", 0
    for word in re.findall(r"\\[A-Za-z]+\{\}|\\.|.", tex, re.S):
        if len(word) == 1:
            assert word not in "\\%#&$_~^<>|\n", (word, tex)
            depth += (word == "{") - (word == "}")
            assert depth >= 0, tex
            out += word if word not in "{}" else ""
        else:
            out += word[1] if word[1] in "%#&$_" else TEX[word[1:-2]]
    assert depth == 0, tex
    return out


def plain(author):
    return author["name"] if "name" in author else f"{author['family-names']}, {author['given-names']}"


def check_bibtex(text, authors, license):
    entry = pybtex.database.parse_string(text, "bibtex").entries
    assert len(entry) == 1, text
    [(key, read)] = entry.items()
    assert key.isascii() and read.type == "misc" and text.count("\n@") == 0
    library = bibtexparser.parse_string(text)
    assert not library.failed_blocks and len(library.entries) == 1, text
    fields = library.entries[0].fields_dict
    assert library.entries[0].key == key
    for name, value in read.fields.items():
        assert fields[name].value == value, (name, value)
    people = read.persons["author"]
    assert len(people) == len(authors), people
    for person, author in zip(people, authors):
        family = shown(" ".join(person.prelast_names + person.last_names)).strip()
        given = shown(" ".join(person.first_names + person.middle_names)).strip()
        assert plain(author) == (f"{family}, {given}" if given else family), (person, author)
    note = shown(read.fields["note"])
    assert license is None or note.endswith(f", licence {license}"), note
    assert "\n" not in "".join(read.fields.values())
    return read.fields


def check_cff(text, authors, license):
    read = yaml.safe_load(text)
    jsonschema.validate(read, CFF, format_checker=jsonschema.FormatChecker())
    assert read["authors"] == authors, read["authors"]
    datetime.date.fromisoformat(read["date-released"])
    assert license is None or license in (read.get("license"), read["abstract"].partition(" Licence: ")[2]), read
    return read


def main():
    common = json.loads((SCHEMAS / "common.schema.json").read_text())
    schema = json.loads((SCHEMAS / "citation.schema.json").read_text())
    with tempfile.TemporaryDirectory() as name:
        env = {**os.environ, "HOME": name, "XDG_CONFIG_HOME": f"{name}/config", "AKASHI_REGISTRY": f"{name}/r/.akashi"}

        def akashi(*words):
            done = subprocess.run([AKASHI, *words], env=env, cwd=name, capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"akashi {' '.join(words)}: {done.stderr}")
            return done.stdout

        akashi("--registry", f"{name}/r", "init", f"{name}/r", "--origin", "judge.example.org")
        options = [word for author, _ in AUTHORS for word in ("--author", author)]
        for i, license in enumerate(LICENSES):
            model = f"a_b/m.x@{i}.0"
            akashi("add", "checkpoint", str(TINY / ("step-300", "step-500", "step-100")[i % 3]), model, *(["--license", license] if license else []))
            license = {"apache-2.0": "Apache-2.0"}.get(license, license)
            for words, authors in (([], [{"name": "a_b"}]), (options, [author for _, author in AUTHORS])):
                url = ["--url", "https://example.org/~m?a=%20&b#c"] if words else []
                fields = check_bibtex(akashi("cite", model, *words, *url), authors, license)
                read = check_cff(akashi("cite", model, "--format", "cff", *words, *url), authors, license)
                told = json.loads(akashi("cite", model, "--json", *words, *url))
                jsonschema.validate(told, schema, registry=registry(common))
                assert shown(fields["title"]) == model and read["title"] == "a_b/m.x" and read["version"] == f"{i}.0" == fields["version"]
                assert read["date-released"] == f"{fields['year']}-{fields['month']}-{told['date'][8:]}"
                digests = [item["value"] for item in read["identifiers"]]
                assert digests == [told["manifest"], told["statement"]] and all(digest in fields["note"] for digest in digests)
                assert all(re.fullmatch("sha256:[0-9a-f]{64}", digest) for digest in digests)
                assert not url or read["url"] == fields["url"] == url[1]
        for i, license in enumerate(LICENSES):  # and datasets
            data = f"a_b/c.x@{i}.0"
            akashi("add", "dataset", str(TINY / "corpus"), data, *(["--license", license] if license else []))
            license = {"apache-2.0": "Apache-2.0"}.get(license, license)
            fields = check_bibtex(akashi("cite", data), [{"name": "a_b"}], license)
            read = check_cff(akashi("cite", data, "--format", "cff"), [{"name": "a_b"}], license)
            told = json.loads(akashi("cite", data, "--json"))
            jsonschema.validate(told, schema, registry=registry(common))
            assert read["type"] == told["kind"] == "dataset" and fields["howpublished"] == "Dataset", (read, fields)
            assert [item["value"] for item in read["identifiers"]] == [told["manifest"], told["statement"]]
    print("pybtex, bibtexparser and CFF 1.2.0 take all of them")


def registry(common):
    from referencing import Registry, Resource
    return Registry().with_resource(common["$id"], Resource.from_contents(common))


main()
