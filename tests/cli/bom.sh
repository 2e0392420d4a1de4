#!/bin/sh
# A bill of materials: from signed facts alone, the same bytes again, and no stranger's text as markup or address.
. "$(dirname "$0")/lib.sh"

run 0 init --origin bom.example.org
run 0 add dataset "$TINY/corpus" a/c@v1 --license '"}], "x": [{"'
run 0 add checkpoint "$TINY/step-300" a/m@1
run 0 add checkpoint "$TINY/step-500" a/m@2 --data a/c@v1 --parent a/m@1
run 0 bom a/m@2
said '"specVersion": "1.7"'
cp "$STORY/out" first.json
run 0 bom a/m@2 -o second.json
silent
cmp first.json second.json || fail "not the same bytes"
run 0 bom a/m@2 --json
cmp "$STORY/out" first.json || fail "--json is another document"
if command -v python3 >/dev/null 2>&1; then
	python3 - <<'PY' || fail "first.json"
import json
o = json.load(open("first.json"))
model = o["metadata"]["component"]
assert (model["group"], model["name"], model["version"]) == ("a", "m", "2")
assert o["components"][0]["licenses"][0]["license"]["name"] == '"}], "x": [{"'
refs = [model["bom-ref"]] + [c["bom-ref"] for c in o["components"] + model["components"]]
assert len(refs) == len(set(refs)) and set(o["dependencies"][0]["dependsOn"]) <= set(refs)
PY
fi
run 0 retract a/m@2 --reason "leaked"
run 0 bom a/m@2
said '"retraction: leaked, signed by '
run 4 bom a/nobody@1
run 2 bom a/c@v1
run 2 bom
complained "NAME@VERSION"
echo "billed"
