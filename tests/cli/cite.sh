#!/bin/sh
# A citation with the digest: from signed facts alone, the same bytes again, and no author's or stranger's text as markup.
. "$(dirname "$0")/lib.sh"

run 0 init --origin cite.example.org
run 0 add dataset "$TINY/corpus" a/c@v1
run 0 add checkpoint "$TINY/step-300" a/m@1 --license 'mine} , %&#_ \input{x}'
run 0 add checkpoint "$TINY/step-500" a/m@1.0 --license apache-2.0
run 0 show a/m@1.0 --json
cp "$STORY/out" shown.json
run 0 cite a/m@1.0
silent
cp "$STORY/out" first.bib
said '@misc{a:m:1.0,'
said 'author = {{a}}'
said 'title = {{a/m@1.0}}'
said "year = {$(date -u +%Y)}"
said 'log cite.example.org, licence Apache-2.0'
digest=$(sed -n 's/.*manifest \(sha256:[0-9a-f]*\),.*/\1/p' first.bib)
grep -qF "\"$digest\"" shown.json || fail "not the digest of the manifest: '$digest'"
run 0 cite a/m@1.0 -o second.bib
silent
cmp first.bib second.bib || fail "not the same bytes"

run 0 cite a/m@1.0 --format cff --author '山田, 太郎' --author '{A and B, Inc.}' --author 'R&D: 50% {x' --url https://example.org/m
said 'cff-version: "1.2.0"'
said "value: \"$digest\""
said 'version: "1.0"'
said 'license: Apache-2.0'
said 'family-names: "山田"'
said 'name: "A and B, Inc."'
said 'name: "R&D: 50% {x"'
said 'url: "https://example.org/m"'
run 0 cite a/m@1.0 --author '山田, 太郎' --author '{A and B, Inc.}' --author 'R&D: 50% {x'
said 'author = {{山田}, {太郎} and {A and B, Inc.} and {R\&D: 50\% \textbraceleft{}x}}'
run 0 cite a/m@1
said 'licence mine\textbraceright{} , \%\&\#\_ \textbackslash{}input\textbraceleft{}x\textbraceright{}'
run 0 cite a/m@1 --format cff
unsaid 'license:'
said 'Licence: mine} , %&#_ \\input{x}"'
run 0 cite a/m@1.0 --json
json 'o["schema"] == "akashi/citation/1" and o["bibtex"] == open("first.bib").read() and o["manifest"] == "'"$digest"'" and o["date"] in o["cff"]'

# A release's own name is cited as the release; what was retracted says so.
run 0 publish a/m@1.0 release --as a/m-instruct@2 2>/dev/null || fail "not published"
run 0 cite a/m-instruct@2
said '@misc{a:m-instruct:2,'
said ', release sha256:'
run 0 retract a/m@1 --reason "wrong data"
run 0 cite a/m@1
said 'note = {retracted by the statement sha256:'
complained "was retracted"

# A dataset, with the address of its Croissant description; its retraction.
run 0 cite a/c@v1
said '@misc{a:c:v1,'
said 'howpublished = {Dataset}'
unsaid 'url ='
run 0 cite a/c@v1 --format cff
said 'type: dataset'
said 'Dataset, registered in the log cite.example.org.'
unsaid 'weights'
run 0 show a/c@v1 --croissant
python3 - "$STORY/out" <<'PY' || fail "no Croissant description"
import json, sys
description = json.load(open(sys.argv[1]))
description["url"] = "https://example.org/corpus"
json.dump(description, open("croissant.json", "w"))
PY
run 0 add dataset "$TINY/corpus" a/described@v1 --croissant croissant.json --license CC-BY-4.0
run 0 cite a/described@v1 --json
json 'o["kind"] == "dataset" and o["url"] == "https://example.org/corpus" and o["license"] == "CC-BY-4.0" and "licence CC-BY-4.0" in o["bibtex"]'
run 0 retract a/c@v1 --reason "private texts"
run 0 cite a/c@v1 --format cff
complained "was retracted"
said 'by which the dataset was retracted'

run 0 add run "$TINY/run.json" a/run@1
run 2 cite a/run@1
complained "is a run; this is about checkpoints and datasets"
run 2 cite a/m@1.0 --author ' '
run 2 cite a/m@1.0 --author "$(printf 'a\nb')"
complained "can be printed"
run 2 cite a/m@1.0 --url 'https://x}'
run 2 cite a/m@1.0 --url 'javascript:alert(1)'
run 2 cite a/m@1.0 --format ris
run 4 cite a/nobody@1
echo "cited"
