#!/bin/sh
# Every kind of damage to a registry is found, told with who is hit, and repaired from where the bytes still are; or it is said that they are not.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null 2>&1 || skip "no python3 to read digests with"

# member NAME PATH: what the predicate of a statement has there, as digits
member() { "$AKASHI" show "$1" --json | python3 -c 'import json,sys; p=json.load(sys.stdin)["predicate"]
for key in sys.argv[1].split("."): p = p[key]
print(p[7:])' "$2"; }
# member_of NAME: the digits of its statement
member_of() { "$AKASHI" show "$1" --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["statement"][7:])'; }
at() { echo ".akashi/objects/$(echo "$1" | cut -c1-2)/$1"; }
digest() { python3 -c 'import hashlib,sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1"; }
bent() {
	chmod u+w "$1"
	byte=$(od -An -tu1 -j "$2" -N1 "$1" | tr -d ' ')
	# shellcheck disable=SC2059
	printf "$(printf '\\%03o' $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
restored() {
	rm -rf .akashi
	cp -r whole .akashi
	chmod -R u+w .akashi
}

# stored_as TYPE: what this registry keeps its objects in from now on
stored_as() {
	sed -i '/^\[store\]/,/^\[/{/^[[:space:]]*type[[:space:]]*=/d}' .akashi/config
	printf '[store]\n\ttype = %s\n' "$1" >>.akashi/config
}

run 0 init --origin example.org/fsck
stored_as files
cp -r "$TINY/step-500" model
cp -r "$TINY/step-300" linked
cp -r "$TINY/corpus" referenced
printf '{"lr":"1e-3"}\n' >run.json
run 0 add checkpoint model a/b@500 --run run.json
run 0 add checkpoint linked a/b@300 --store link
run 0 add dataset referenced a/data@1 --store reference
run 0 record a/b@500 --random 2:8 --boundaries
run 0 fsck
said "holds:"
run 0 fsck --read-all --json
json "o['status'] == 'holds' and o['findings'] == 0 and o['readAll'] and o['unneeded'] == 0 and o['needed'] == o['objects'] > 12"
cp -r .akashi whole
weights=$(digest model/model.safetensors)
manifest=$(member a/b@500 manifest)

# A flipped byte: found by reading, with the version, the file, the tensor and the word.
bent "$(at "$weights")" 40000
run 0 fsck
run 1 fsck --read-all
said "changed: object sha256:$weights was changed"
said "checkpoint a/b@500 model.safetensors: tensor '"
said "was "
run 1 fsck --read-all --json
json "o['findings'] == 1 and o['items'][0]['what'] == 'changed' and o['items'][0]['hits'][0]['name'] == 'a/b@500' and o['items'][0]['repair'] == 'not-tried'"

# Repaired from a second registry; what was damaged is kept aside.
cp -r whole second
run 0 fsck --read-all --repair-from second
said "repaired from"
run 0 fsck --read-all
[ "$(digest ".akashi/objects/damaged/$weights")" != "$weights" ] || fail "what was damaged was not kept"

# Missing: a model's file and a run file, repaired from the folder; a second one that has nothing says so.
restored
rm -f "$(at "$weights")" "$(at "$(digest run.json)")"
mkdir empty other
cp run.json other/
run 1 fsck --repair-from empty
said "missing: object sha256:$weights is not here"
said "still missing: nothing like it in empty"
said "run a/b-run@500 run file"
run 2 fsck --repair-from .
complained "name another"
run 4 fsck --repair-from nowhere
run 0 fsck --repair-from other --repair-from model --json
json "o['status'] == 'holds' and o['findings'] == 2 and o['repaired'] == 2"
run 0 fsck --read-all

# A truncated file is found without reading; a damaged copy elsewhere is no good one.
restored
chmod u+w "$(at "$weights")"
truncate -s 5000 "$(at "$weights")"
run 1 fsck
said "it has 5000 bytes"
cp -r model worse
bent worse/model.safetensors 4000
run 1 fsck --repair-from worse
said "nothing like it in worse"
run 0 fsck --repair-from worse --repair-from model

# A manifest: what it named cannot be followed any more, and is back with it.
restored
rm -f "$(at "$manifest")"
run 1 fsck
said "checkpoint a/b@500 manifest"
run 0 fsck --repair-from second
run 0 fsck --read-all
restored
bent "$(at "$manifest")" 40
run 1 fsck
said "checkpoint a/b@500 manifest"
run 0 fsck --repair-from second
run 0 fsck --read-all

# A linked file that its owner changed, a referenced one that was moved: named with their paths.
restored
cp linked/model.safetensors good.safetensors
ln -f linked/model.safetensors "$(at "$(digest linked/model.safetensors)")" # cp -r had made a copy
bent linked/model.safetensors 5000
run 1 fsck --read-all
said "kept as a link to '$PWD/linked/model.safetensors'"
said "checkpoint a/b@300 model.safetensors"
mkdir good && cp good.safetensors good/
run 0 fsck --read-all --repair-from good
run 0 fsck --read-all
cp good.safetensors linked/model.safetensors
restored
mv referenced moved
run 1 fsck
said "kept as a reference to '$PWD/referenced/"
run 1 fsck --repair-from model
run 0 fsck --repair-from moved
said "it is referenced at '$PWD/moved/"
run 0 fsck --read-all
mv moved referenced

# Statements: missing, and changed.
restored
first=whole/statements/$(cd whole/statements && echo "$(member_of a/b@500)".*.json)
rm -f ".akashi/statements/$(basename "$first")"
run 1 fsck
said "statement: the statement of entry"
run 1 fsck --repair-from model
run 0 fsck --repair-from second
run 0 fsck
restored
bent ".akashi/statements/$(basename "$first")" 200
run 1 fsck
run 0 fsck --repair-from second
cmp -s "$first" ".akashi/statements/$(basename "$first")" || fail "not the statement that was logged"
run 0 fsck
run 0 log audit --objects

# Without the statement of the policy nothing can be believed; it is told, and comes back like any other.
restored
for one in whole/statements/*.json; do
	python3 -c 'import base64,json,sys; sys.exit("/policy/" not in json.loads(base64.b64decode(json.load(open(sys.argv[1]))["dsseEnvelope"]["payload"]))["predicateType"])' "$one" || continue
	rm -f ".akashi/statements/$(basename "$one")"
done
run 1 fsck
said "statement: the statement of entry"
run 1 log audit
run 1 fsck --repair-from second
said "1 repaired"
run 0 fsck

# The index is derived: made again, and told. The log is not.
restored
printf 'garbage' | dd of=.akashi/index.db bs=1 seek=4096 conv=notrunc status=none
rm -f .akashi/index.db-*
run 0 fsck
said "index.db was damaged or behind, and was made again"
run 0 fsck --json
json "not o['indexMade']"
bent ".akashi/log/tile/entries/000.p/$(ls .akashi/log/tile/entries/000.p | sort -n | tail -n 1)" 60
run 1 fsck --repair-from second
said "log: "

# What nothing needs is told, and damage to it repaired by setting it aside.
restored
garbage=$(printf 'nobody needs this' | python3 -c 'import hashlib,sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())')
mkdir -p "$(dirname "$(at "$garbage")")"
printf 'nobody needs it' >"$(at "$garbage")"
run 1 fsck --read-all
said "next: nothing that is registered needs it"
said "1 objects"
run 0 fsck --read-all --repair-from empty
said "set aside"
run 0 fsck --read-all

# Released on purpose and withheld: no damage.
run 0 prune a/b@500 --reason "a later step is kept"
run 0 withhold "sha256:$(digest run.json)" --reason "asked for"
run 0 fsck --read-all --json
json "o['status'] == 'holds' and o['released'] > 0 and o['withheld'] == 1"

# In packs: a byte of a pack changed, a pack cut off, a pack lost; pieces and objects come back from a folder.
rm -rf .akashi
run 0 init --origin example.org/packs
stored_as packs
run 0 add checkpoint model a/b@500
run 0 fsck --read-all --json
json "o['status'] == 'holds' and o['unneeded'] == 0"
rm -rf whole
cp -r .akashi whole
pack=$(find .akashi/packs -name '*.pack' | head -n 1)
bent "$pack" 40000
run 0 fsck
run 1 fsck --read-all
said "in pack"
said "checkpoint a/b@500 model.safetensors: tensor '"
# Whichever piece lies there: in this copy every byte behind the header is another.
cp -r model worst
header=$((8 + $(od -An -tu8 -N8 model/model.safetensors)))
{
	head -c $header model/model.safetensors
	tail -c +$((header + 1)) model/model.safetensors | tr '\000-\377' '\001-\377\000'
} >worst/model.safetensors
run 1 fsck --read-all --repair-from worst
run 0 fsck --read-all --repair-from model --json
json "o['findings'] == o['repaired'] == 1"
run 0 fsck --read-all --json
json "o['status'] == 'holds' and o['unneeded'] == 0"
run 0 verify a/b@500 --forward none
# A collection puts the pieces back into packs, and keeps what is loose no longer for that.
run 0 gc --grace-days 0
said "1 packs written anew"
[ ! -e .akashi/packs/mended ] || fail "notes of a repair are left"
run 0 fsck --read-all --json
json "o['status'] == 'holds' and o['unneeded'] == 0"
run 0 verify a/b@500 --forward none
restored
bent "$pack" "$(($(stat -c %s "$pack") - 20))"
run 1 fsck
said "structure: pack"
restored
rm "$pack"
run 1 fsck
said "object sha256:$weights is not here"
run 0 fsck --repair-from model
run 0 fsck --read-all
run 0 verify a/b@500 --forward none
restored
run 0 fsck --read-all
run 0 prune a/b@500 --reason quota
run 3 verify a/b@500 --forward none
said "released on"
run 0 fsck --read-all
run 0 add checkpoint model a/b@500
run 0 verify a/b@500 --forward none
