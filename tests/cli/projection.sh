#!/bin/sh
# What is private stays in the house: canaries in every private place are nowhere in what publish --private writes.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null 2>&1 || skip "no python3 to walk a release with"
LEAKS=$AKASHI_SOURCE/tests/cli/leaks.py
canary() { printf 'canary%s%s' "$1" "$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')"; }
# identity NAME: the statement's digits
identity() { "$AKASHI" show "$1" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["statement"][7:])'; }
# leaks FOLDER, clean FOLDER: are the canaries there?
leaks() { python3 "$LEAKS" "$1" <"$STORY/canaries" >"$STORY/out"; }
clean() { leaks "$1" || fail "$1 tells what is private"; }

akashi init --quiet --origin example.org/house >/dev/null
raw=$(canary raw) parent=$(canary parent) secret=$(canary run) diff=$(canary diff) remote=$(canary remote)
branch=$(canary branch) house=$(canary house) seed=$(canary seed) alias=$(canary alias)

# A private house: a dirty repository, private data, a private parent, a run file, probes, an alias.
git init -q -b "$branch" repo
git -C repo remote add origin "https://git.example.org/$remote.git"
echo start >repo/train.py
git -C repo add train.py
git -C repo commit -q -m start
echo "learn = '$diff'" >>repo/train.py
mkdir data
echo "a text, $raw" >data/corpus.txt
printf '{"lr":"1e-3","note":"%s"}\n' "$secret" >run.json
akashi add dataset "$TINY/corpus" pub/corpus@1 --quiet >/dev/null
akashi add dataset data "house/$raw@1" --quiet >/dev/null
akashi add checkpoint "$TINY/step-300" "house/$parent@300" --quiet >/dev/null
akashi add checkpoint "$TINY/step-500" "house/$house@500" --git repo --run run.json --data pub/corpus@1 --data "house/$raw@1" \
	--parent "house/$parent@300" --quiet >/dev/null
akashi record "house/$house@500" --random "2:8:$seed" --quiet >/dev/null
akashi tag "house/$house@500" "$alias" --quiet >/dev/null
{
	printf '%s\n' "$raw" "$parent" "$secret" "$diff" "$remote" "$branch" "$house" "$seed" "$alias"
	for name in "house/$raw@1" "house/$parent@300" "house/$house@500" "house/$house-run@500"; do identity "$name"; done
	sha256sum run.json data/corpus.txt repo/train.py | cut -c1-64
	git -C repo rev-parse HEAD
	akashi show "house/$house@500" --json | grep -o '"diff": *"sha256:[0-9a-f]*"' | grep -o '[0-9a-f]\{64\}'
	akashi show "house/$raw@1" --json | grep -o '"manifest": *"sha256:[0-9a-f]*"' | grep -o '[0-9a-f]\{64\}'
} >"$STORY/canaries"
[ "$(wc -l <"$STORY/canaries")" = 19 ] || fail "not all canaries were planted"

# The walk is worth something: where nothing is hidden, it finds what was said.
akashi log state >/dev/null
run 0 publish "house/$house@500" plain --as pub/plain@1
! leaks plain || fail "the walk finds nothing at all"
for planted in "$raw" "$parent" "$secret" "$remote" "$branch" "$house"; do said "tells $planted (raw)"; done
said "tells $(identity "house/$parent@300") (raw)"

# What hides nothing, or has no name of its own, or leaves something that names it, is refused before anything is said.
before=$(akashi log list | wc -l)
run 2 publish "house/$house@500" out --as pub/m@1 --private 'nobody/*'
run 2 publish "house/$house@500" out --private 'house/*'
complained "--as"
run 3 publish "house/$house@500" out --as pub/m@1 --private "house/$raw"
complained "private"
run 2 publish "house/$house@500" out --as "house/$house@501" --private "nobody/*"
mkdir named
cp -r "$TINY/step-500" named/model
echo "made from house/$parent@300" >named/model/NOTES.md
akashi add checkpoint named/model house/named@1 --parent "house/$parent@300" --quiet >/dev/null
run 3 publish house/named@1 out --as pub/named@1 --private 'house/*'
complained "NOTES.md"
[ ! -e out ] || fail "a refused release left something behind"
[ "$(akashi log list | wc -l)" = $((before + 2)) ] || fail "a refused release was logged"

# A rehearsal lists what would leave and what would stay, and writes nothing.
run 0 publish "house/$house@500" out --as pub/m@1 --private 'house/*' --private-git --dry-run
said "dataset house/$raw@1"
said "parent house/$parent@300"
said "statements would leave"
[ ! -e out ] && [ -z "$(find .akashi/openings -name "*.json")" ] || fail "a rehearsal wrote something"
run 4 show pub/m@1

run 0 publish "house/$house@500" out --as pub/m@1 --private 'house/*' --private-git
said "checkpoint house/$house@500: sha256:"
clean out
[ -e out/akashi/release.json ] && [ ! -e out/akashi/state.json ] || fail "the state's proofs name neighbours"
[ "$(stat -c %a .akashi/openings/pub/m@1.json)" = 600 ] || fail "openings are for their owner alone"
akashi trust show --quiet >pin

# Another state covers the projection: it stays at home all the same.
akashi log state >/dev/null
rm -r out
run 0 publish "house/$house@500" out --as pub/m@1 --private 'house/*' --private-git
clean out
[ ! -e out/akashi/state.json ] || fail "the state's proofs name neighbours"

# Strangers: whole, signed, logged; and told that something is not told.
cd "$STORY"
run 0 verify desk/out --trust desk/pin --forward none
said "not disclosed (committed to"
unsaid "house/"
said "dataset pub/corpus@1"
cd desk

# The same again is the same statement, so nobody learns from two of them; its records come along.
first=$(identity pub/m@1)
akashi record pub/m@1 --random 2:8 --quiet >/dev/null
run 0 publish "house/$house@500" again --as pub/m@1 --private 'house/*' --private-git
[ "$(identity pub/m@1)" = "$first" ] || fail "the same projection was said twice"
clean again
cd "$STORY"
run 0 verify desk/again --trust desk/pin
said "class self"
cd desk

# Opened one by one, for whom the publisher chooses.
run 0 disclose pub/m@1
said "dataset house/$raw@1"
run 0 disclose pub/m@1 "house/$parent@300" -o parent.json
run 0 disclose pub/m@1 git -o git.json
[ "$(stat -c %a parent.json)" = 600 ] || fail "an opening is readable for everybody"
run 4 disclose pub/m@1 house/other@1
run 4 disclose "house/$house@500"
cd "$STORY"
run 0 verify desk/out --trust desk/pin --forward none --opening desk/parent.json --opening desk/git.json
said "parent house/$parent@300 (opened)"
said "$remote.git (opened)"
unsaid "$raw"
run 0 verify desk/out --trust desk/pin --forward none --opening desk/parent.json --json
json "len(o['steps'][3]['evidence']['opened']) == 1 and o['steps'][3]['evidence']['undisclosed'] == 4"

# A wrong opening fails: of other words, of another salt, of another release.
sed 's/@300/@301/' desk/parent.json >wrong.json
run 1 verify desk/out --trust desk/pin --forward none --opening wrong.json
complained "not what was committed to"
python3 - desk/parent.json >elsewhere.json <<'PY'
import hashlib, json, sys
o = json.load(open(sys.argv[1]))
o["value"]["name"] = "house/other@1"
text = json.dumps(o["value"], sort_keys=True, separators=(",", ":")).encode()
o["commitment"] = "sha256:" + hashlib.sha256(bytes.fromhex(o["salt"]) + hashlib.sha256(text).digest()).hexdigest()
print(json.dumps(o))
PY
run 1 verify desk/out --trust desk/pin --forward none --opening elsewhere.json
said "open nothing that this checkpoint commits to"
cd desk

# An independent hand: a commitment is SHA-256(salt, SHA-256 of the canonical JSON), and stands in the statement.
python3 - out parent.json git.json <<'PY'
import base64, glob, hashlib, json, sys
said = set()
for path in glob.glob(sys.argv[1] + "/akashi/statements/*.json"):
    predicate = json.loads(base64.b64decode(json.load(open(path))["dsseEnvelope"]["payload"]))["predicate"]
    for value in [predicate.get("git"), predicate.get("run"), predicate.get("projects"), *predicate.get("data", []), *predicate.get("parents", [])]:
        if value and "commitment" in value:
            assert list(value) == ["commitment"]
            said.add(value["commitment"])
assert len(said) == 5, said
for path in sys.argv[2:]:
    o = json.load(open(path))
    assert len(o["salt"]) == 32
    text = json.dumps(o["value"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert "sha256:" + hashlib.sha256(bytes.fromhex(o["salt"]) + hashlib.sha256(text).digest()).hexdigest() == o["commitment"]
    assert o["commitment"] in said
PY

# The config's list does the same, and cannot be forgotten.
printf '[publish]\n\tprivate = "house/* other/*"\n' >>.akashi/config
run 2 publish "house/$house@500" third
complained "--as"
run 0 publish "house/$house@500" third --as pub/m@1 --private-git
clean third
run 0 verify pub/m@1 --forward none
run 0 log audit --objects
