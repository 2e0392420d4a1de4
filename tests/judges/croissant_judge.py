"""Is mlcroissant, MLCommons' own reader, satisfied with what `akashi show --croissant` writes?

Errors and warnings of its validation, every record that it loads by our description (it compares the digests before),
the graph that rdflib reads from it; a description that lies of one digest is refused by it as by `akashi add dataset
--croissant`; and what mlcroissant writes itself, as 1.0 and as 1.1, is read here.
"""
import gzip
import hashlib
import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import mlcroissant
    import rdflib
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

AKASHI = os.environ["AKASHI"]
PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")


def akashi(*arguments, status=0):
    done = subprocess.run([AKASHI, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode == status, (arguments, done.stdout, done.stderr)
    return done.stdout + done.stderr


def write(corpus):
    """Documents in three forms; the texts that each kind of file holds."""
    texts = {"documents-jsonl": ["日本語の文。", "An English text.", "a\nb"], "documents-jsonl.gz": ["packed", "圧縮された文"]}
    line = lambda text: json.dumps({"text": text, "from": f"s{len(text)}"}, ensure_ascii=False) + "\n"
    (corpus / "ja").mkdir(parents=True)
    (corpus / "a.jsonl").write_text("".join(map(line, texts["documents-jsonl"][:2])))
    (corpus / "ja" / "b.jsonl").write_text(line(texts["documents-jsonl"][2]))
    (corpus / "ja" / "c d.jsonl.gz").write_bytes(gzip.compress("".join(map(line, texts["documents-jsonl.gz"])).encode()))
    (corpus / "notes.txt").write_text("one\ntwo\n")
    (corpus / "x.parquet").write_bytes(b"PAR1")
    return texts


def judge_records(path, texts):
    dataset = mlcroissant.Dataset(str(path))
    issues = dataset.metadata.ctx.issues
    assert not issues.errors and not issues.warnings, (issues.errors, issues.warnings)
    found = {}
    for records in dataset.metadata.record_sets:
        rows = list(dataset.records(records.uuid))
        found[records.uuid] = sorted(row[f"{records.uuid}/text"].decode() for row in rows)
        assert all(row[f"{records.uuid}/source"] == f"s{len(row[f'{records.uuid}/text'].decode())}".encode() for row in rows), rows
    assert found == {name: sorted(of) for name, of in texts.items()}, found
    return dataset, sum(map(len, found.values()))


def judge_graph(path, raw):
    graph = rdflib.Graph().parse(data=path.read_text(), format="json-ld")
    [derived] = graph.objects(None, PROV.wasDerivedFrom)
    assert str(derived) == f"https://w3id.org/akashi/statement/{raw}", derived
    [activity] = graph.objects(None, PROV.wasGeneratedBy)
    assert list(graph.objects(activity, PROV.used)) == [derived], activity
    assert len(list(graph.objects(None, PROV.wasAttributedTo))) == 1
    return len(graph)


def judge_lie(corpus, description):
    """One digest that is not so: neither takes it."""
    lie = json.loads(description.read_text())
    for file in lie["distribution"]:
        if file["@id"] == "a.jsonl":
            file["sha256"] = hashlib.sha256(b"another").hexdigest()
    # mlcroissant compares the digest of a file that a record is read from, and not of those in a set.
    for records in lie["recordSet"]:
        for field in records["field"]:
            if "files-jsonl" == field["source"]["fileSet"]["@id"]:
                field["source"] = {"fileObject": {"@id": "a.jsonl"}, "extract": field["source"]["extract"]}
    bent = corpus / "lie.json"
    bent.write_text(json.dumps(lie))
    try:
        list(mlcroissant.Dataset(str(bent)).records("documents-jsonl"))
    except Exception as refused:  # it wraps the error in one of its own
        assert "Hash of downloaded file" in str(refused.__cause__), refused
    else:
        raise AssertionError("mlcroissant takes a file of another digest")
    said = akashi("add", "dataset", corpus, "a/lie@1.0.0", "--exclude", "*.json", "--croissant", bent, status=1)
    assert "'a.jsonl', distribution" in said and "sha256" in said, said
    bent.unlink()


def judge_theirs(folder, corpus):
    """What mlcroissant writes is read, and its digests are compared."""
    file = mlcroissant.FileObject(id="a.jsonl", name="a.jsonl", content_url="a.jsonl", encoding_formats=["application/jsonlines"],
                                  content_size=f"{(corpus / 'a.jsonl').stat().st_size} B",
                                  sha256=hashlib.sha256((corpus / "a.jsonl").read_bytes()).hexdigest())
    for version in ("1.0", "1.1"):
        metadata = mlcroissant.Metadata(name="theirs", description="made by mlcroissant", license="https://spdx.org/licenses/MIT", version="2.0.1",
                                        url="https://example.org/theirs", distribution=[file],
                                        ctx=mlcroissant.Context(conforms_to=f"http://mlcommons.org/croissant/{version}"))
        path = folder / f"theirs-{version}.json"
        path.write_text(json.dumps(metadata.to_json(), default=str))
        akashi("add", "dataset", corpus, f"a/theirs@{version}.0", "--exclude", "*.json", "--croissant", path)
        said = json.loads(akashi("show", f"a/theirs@{version}.0", "--json"))["predicate"]
        assert said["license"] == "MIT" and said["croissant"]["checked"] == 1, said
        assert said["croissant"]["conformsTo"] == version and said["croissant"]["version"] == "2.0.1", said


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.environ.update(HOME=name, XDG_CONFIG_HOME=name, AKASHI_REGISTRY=f"{name}/registry/.akashi")
        akashi("init", folder / "registry", "--origin", "judge/croissant")
        corpus = folder / "corpus"
        texts = write(corpus)
        akashi("add", "dataset", corpus, "a/raw@1.0.0")
        akashi("add", "dataset", corpus, "a/clean@1.0.0", "--source", "from", "--license", "CC-BY-4.0", "--period", "2013/2024", "--filter", "none",
               "--derived-from", "a/raw@1.0.0", "--by", "dedup --near 0.8")
        raw = json.loads(akashi("show", "a/raw@1.0.0", "--json"))["statement"]
        description = corpus / "croissant.json"
        description.write_text(akashi("show", "a/clean@1.0.0", "--croissant"))
        dataset, count = judge_records(description, texts)
        assert dataset.metadata.name == "a/clean" and dataset.metadata.version == "1.0.0" and not dataset.metadata.ctx.is_live_dataset
        triples = judge_graph(description, raw)
        akashi("add", "dataset", corpus, "a/again@1.0.0", "--source", "from", "--exclude", "*.json", "--croissant", description)
        said = json.loads(akashi("show", "a/again@1.0.0", "--json"))["predicate"]
        assert said["croissant"]["checked"] == 5 and said["derivedFrom"][0]["by"] == "dedup --near 0.8", said
        again = corpus / "again.json"
        again.write_text(akashi("show", "a/again@1.0.0", "--croissant"))
        judge_records(again, texts)
        again.unlink()
        judge_lie(corpus, description)
        judge_theirs(folder, corpus)
        print(f"mlcroissant {importlib.metadata.version('mlcroissant')}: no errors, no warnings, {count} records, {triples} triples; what it writes is read")


main()
