#!/bin/bash
# Croissant descriptions: written of what is registered, and read where others wrote them.
. "$(dirname "$0")/lib.sh"

akashi init --origin example.org/croissant >/dev/null 2>&1
described() { python3 -c "import json,sys; c=json.load(open('$STORY/out')); sys.exit(0 if $1 else 'not so: $1')" || fail "$1"; }

mkdir -p corpus/ja corpus/en
printf '{"text":"日本語の文。","from":"wiki"}\n' >corpus/ja/a.jsonl
printf '{"text":"An English text.","from":"cc"}\n' | gzip -nc >'corpus/en/b c.jsonl.gz'
printf 'PAR1' >corpus/c.parquet

# Out: files with digests and sizes, records, licence, and where it is from by statements and keys.
run 0 add dataset corpus a/raw@1
run 0 add dataset corpus a/clean@1 --source from --license CC-BY-4.0 --period 2013-05/2024-04 --filter 'adult sites' \
	--derived-from a/raw@1 --by 'dedup --near 0.8'
run 0 show a/clean@1 --croissant
cp "$STORY/out" croissant.json
raw=$(akashi show a/raw@1 --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["statement"])')
described 'c["conformsTo"].endswith("/1.1") and c["license"] == "https://spdx.org/licenses/CC-BY-4.0" and c["isLiveDataset"] is False'
described 'c["temporalCoverage"] == "2013-05/2024-04" and c["rai:dataPreprocessingProtocol"] == ["adult sites"]'
described '[f["contentUrl"] for f in c["distribution"] if f["@type"] == "cr:FileObject"] == ["c.parquet", "en/b c.jsonl.gz", "ja/a.jsonl"]'
described 'c["distribution"][0]["sha256"] == "'"$(sha256sum corpus/c.parquet | cut -d ' ' -f 1)"'" and c["distribution"][0]["contentSize"] == "4 B"'
described 'c["prov:wasDerivedFrom"][0]["@id"].endswith("/statement/'"$raw"'") and c["prov:wasGeneratedBy"][0]["prov:label"] == "dedup --near 0.8"'
described '"/key/sha256:" in c["prov:wasAttributedTo"]["@id"] and "taro" not in json.dumps(c)'
described '[[f["source"]["extract"]["column"] for f in r["field"]] for r in c["recordSet"]] == [["text", "from"]] * 2'
run 2 show a/clean@1 --croissant --of
run 0 add checkpoint "$TINY/step-300" a/model@1 --quiet
run 2 show a/model@1 --croissant
complained 'is no dataset'

# And in again: licence, period, origin and command are those, and every digest was compared.
run 0 add dataset corpus a/again@1 --croissant croissant.json
run 0 show a/again@1 --json
described '(c["predicate"]["croissant"]["checked"], c["predicate"]["license"], c["predicate"]["period"]["from"]) == (3, "CC-BY-4.0", "2013-05")'
described '[(d["name"], d["by"]) for d in c["predicate"]["derivedFrom"]] == [("a/raw@1", "dedup --near 0.8")]'
described 'c["predicate"]["croissant"]["file"] == "sha256:'"$(sha256sum croissant.json | cut -d ' ' -f 1)"'"'
run 0 fsck
run 0 show a/again@1 --croissant
described 'c["url"] == json.load(open("croissant.json"))["url"] and c["citeAs"] == json.load(open("croissant.json"))["citeAs"]'
run 2 add dataset corpus a/x@1 --croissant croissant.json --license MIT
complained "--license says 'MIT', and the Croissant description 'CC-BY-4.0'"

# What others write: 1.0, files at addresses, strangers as origins.
cat >edit.py <<'END'
import json, sys
c = json.load(open("croissant.json"))
files = {f["@id"]: f for f in c["distribution"]}
exec(sys.argv[1])
json.dump(c, open("bent.json", "w"))
END
edit() { python3 edit.py "$1"; }
edit 'c["conformsTo"] = "http://mlcommons.org/croissant/1.0"; c["prov:wasDerivedFrom"] = [{"@id": "https://h.example/crawl"}, "urn:other"]
files["ja/a.jsonl"]["contentUrl"] = "https://h.example/resolve/main/ja/a.jsonl?download=1"; del files["en/b%20c.jsonl.gz"]["sha256"]
c["distribution"].append({"@type": "cr:FileObject", "@id": "repo", "contentUrl": "https://h.example/r", "sha256": "https://h.example/80"})'
run 0 add dataset corpus a/other@1 --croissant bent.json
complained '1 of the files that it describes are not here'
run 0 show a/other@1 --json
described '(c["predicate"]["croissant"]["checked"], c["predicate"]["croissant"]["elsewhere"], c["predicate"]["croissant"]["conformsTo"]) == (2, 1, "1.0")'
described 'c["predicate"]["croissant"]["derivedFrom"] == ["https://h.example/crawl", "urn:other"] and "derivedFrom" not in c["predicate"]'
described 'c["predicate"]["croissant"]["generatedBy"] == ["dedup --near 0.8"]'

# What lies is refused, with the file and the member, and nothing is registered.
mkdir bent
cat >bend.py <<'END'
import json
LIE = 'a = files["ja/a.jsonl"]; a["sha256"] = "0" * 64; '
CASES = [
    ('files["ja/a.jsonl"]["sha256"] = "0" * 64',
     "'bent/00.json': 'ja/a.jsonl', distribution[2].sha256: the description says 0000"),
    ('files["ja/a.jsonl"]["sha256"] = "none"',
     'distribution[2].sha256'),
    ('files["c.parquet"]["contentSize"] = "5 B"',
     "'c.parquet', distribution[0].contentSize: the description says 5, and the file has 4 bytes"),
    ('files["c.parquet"]["contentUrl"] = "d.parquet"',
     "names 'd.parquet', and there is no such file"),
    ('files["ja/a.jsonl"]["cr:sha256"] = "0" * 64',
     "'sha256' stands there twice"),
    ('c["@context"]["sha256"] = "cr:md5"',
     "'@context' takes 'sha256' for 'cr:md5'"),
    ('c["@context"]["sum"] = {"@id": "cr:sha256"}',
     "'@context' takes 'sum' for 'cr:sha256'"),
    ('c["@context"]["cr"] = "http://evil.example/"',
     "'@context' takes 'cr' for"),
    ('c["@context"]["@vocab"] = "http://evil.example/"',
     "'@vocab' is"),
    ('c["@context"] = "https://evil.example/context.jsonld"',
     'none is fetched'),
    ('c["@context"] = ["https://schema.org/", {"@import": "https://evil.example/"}]',
     "'@import'"),
    ('files["ja/a.jsonl"]["@context"] = {}',
     "'@context' within the description"),
    ('c = {"@context": c["@context"], "@graph": [c]}',
     "it is a '@graph'"),
    ('files["ja/a.jsonl"]["containedIn"] = {"@id": "c.parquet"}; files["c.parquet"]["containedIn"] = {"@id": "ja/a.jsonl"}',
     'contained in itself'),
    ('files["ja/a.jsonl"]["@id"] = "c.parquet"',
     "two of 'distribution' have the '@id' 'c.parquet'"),
    ('c["conformsTo"] = "http://mlcommons.org/croissant/2.0"',
     'Croissant 1.0 and 1.1 are read'),
    ('c["@type"] = "sc:Person"',
     'no Dataset'),
    ('c["x"] = eval("[" * 70 + "]" * 70)',
     "'bent/17.json': "),
    ('c["prov:wasDerivedFrom"] = ["urn:%d" % i for i in range(17)]',
     'more than 16'),
    (LIE + 'c["@context"]["T"] = "@type"; a["T"] = a.pop("@type")',
     "'bent/19.json': '@context' takes 'T' for '@type'"),
    (LIE + 'c["@context"]["T"] = {"@id": "@type"}; a["T"] = a.pop("@type")',
     "'@context' takes 'T' for '@type'"),
    (LIE + 'c["@context"]["F"] = "cr:FileObject"; a["@type"] = "F"',
     "'bent/21.json': '@context' takes 'F' for 'cr:FileObject'"),
    (LIE + 'a["@type"] = "F"',
     "distribution[2].@type is neither cr:FileObject nor cr:FileSet"),
    (LIE + 'a["@type"] = "cr:FileSet"; a["type"] = "cr:FileObject"',
     'distribution[2].sha256: a cr:FileSet has no digest'),
    (LIE + 'c["distribution"] = [{"@set": c["distribution"]}]',
     "'bent/24.json': 'distribution': '@set' within the description"),
    (LIE + 'c["distribution"] = {"@list": c["distribution"]}',
     "'distribution': '@list' within the description"),
    (LIE + 'c["@nest"] = {"distribution": c.pop("distribution")}',
     "'@nest' within the description"),
    (LIE + 'c["@context"]["S"] = "sha256"; a["S"] = a.pop("sha256")',
     "'@context' takes 'S' for 'sha256'"),
    (LIE + 'c["@context"]["x"] = "http://mlcommons.org/croissant/"; a["x:sha256"] = a.pop("sha256")',
     "'@context' takes 'x' for 'http://mlcommons.org/croissant/'"),
    (LIE + 'c["@context"]["x"] = "https://schema.org/sha"; a["x:256"] = a.pop("sha256")',
     "'@context' takes 'x' for 'https://schema.org/sha'"),
    (LIE + 'c["@context"]["x"] = "cr"; a["x:sha256"] = a.pop("sha256")',
     "'@context' takes 'x' for 'cr'"),
]
for number, (code, words) in enumerate(CASES):
    c = json.load(open("croissant.json"))
    files = {f["@id"]: f for f in c["distribution"]}
    exec(code)
    json.dump(c, open(f"bent/{number:02}.json", "w"))
    print(words)
END
python3 bend.py >words
number=0
while read -r words <&3; do
	run 1 add dataset corpus a/x@1 --croissant "bent/$(printf %02d $number).json"
	complained "$words"
	number=$((number + 1))
done 3<words
[ $number = 31 ] || fail "only $number descriptions were tried"
printf '{"a":1,"a":2}' >bent.json
run 1 add dataset corpus a/x@1 --croissant bent.json
run 4 show a/x@1

# Nothing that lets one in is signed, and where no digest was compared that is said.
edit 'c["url"] = "https://u:hf_abcdefghijklmnopqrstuvwxyzABCDEF@h.example/x"'
run 3 add dataset corpus a/x@1 --croissant bent.json
complained "'bent.json': url holds what looks like"
run 4 show a/x@1
edit '[f.pop("sha256", 0) for f in files.values()]; c["@context"]["dcterms"] = "http://purl.org/dc/terms/"'
run 0 add dataset corpus a/undigested@1 --croissant bent.json
complained 'it states no digest that could be checked'
