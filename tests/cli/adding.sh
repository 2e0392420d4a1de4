#!/bin/sh
# What goes in with a checkpoint: the commit and what was not committed, links and references, encrypted keys.
. "$(dirname "$0")/lib.sh"
command -v git >/dev/null 2>&1 || skip "no git"

# The registry and the outputs lie in the repository that trains; neither makes it dirty.
git init -q -b main .
mkdir src
echo 'print(1)' >src/train.py
git add -A
git commit -qm first
git tag v0
run 0 init --origin adding.example.org
cp -r "$TINY/step-300" out
chmod -R u+w out
run 0 add checkpoint out a/clean@1 --git src
run 0 show a/clean@1 --json
json 'o["predicate"]["git"]["dirty"] == "clean" and o["predicate"]["git"]["tags"] == ["v0"] and o["predicate"]["git"]["branch"] == "main"'
json '"diff" not in o["predicate"]["git"]'
echo 'print(2)' >>src/train.py
echo secret-free >note.txt
run 0 add checkpoint out a/dirty@1 --git .
run 0 show a/dirty@1 --json
json 'o["predicate"]["git"]["dirty"] == "dirty"'
diff=$(sed -n 's/.*"diff": "sha256:\([0-9a-f]*\)".*/\1/p' "$STORY/out")
kept=$(find .akashi/objects -name "$diff")
[ -n "$kept" ] || fail "the diff is not kept"
grep -q '^+print(2)' "$kept" || fail "the diff lacks the change"
grep -q '^# untracked .* note.txt' "$kept" || fail "the diff does not name the untracked file"
git stash -q
git apply "$kept" || fail "the kept diff does not apply"
git checkout -q src/train.py
run 4 add checkpoint out a/x@1 --git "$HOME"
complained "no git repository"
run 4 add checkpoint out a/x@1 --git "$STORY/nowhere"

# Nothing that is referred to may be missing, and nothing of a refused command stays.
run 4 add checkpoint out a/x@1 --data a/none@1
run 4 add checkpoint out a/x@1 --parent a/none@1
run 4 add checkpoint nowhere a/x@1
run 4 add checkpoint out a/x@1 --run nowhere.json
run 4 add dataset nowhere a/d@1
run 4 add eval nowhere.json --of a/clean@1
run 4 history a/x
run 0 log audit --objects

# How copies are made smaller is the command's choice, then the config's.
run 2 add checkpoint out a/x@1 --compression much
complained "full"
git config -f .akashi/config store.compression much
run 2 list
complained "store.compression"
git config -f .akashi/config store.compression fast
git config -f .akashi/config store.packSize 1k
run 2 list
complained "store.packSize"
git config -f .akashi/config store.packSize 16m
run 0 add checkpoint out a/clean@1 --git src --compression none --dry-run

# Links and references: the bytes stay where they are, and damage to them is found.
stay() {
	how=$1 step=$2 weights=$3
	cp -r "$TINY/$step" "files-$how"
	chmod -R u+w "files-$how"
	run 0 add checkpoint "files-$how" "a/$how@1" --store "$how"
	run 0 verify "a/$how@1" --forward none
	! grep -q "changed since" "$STORY/err" || fail "a file that nobody touched is called changed"
	printf 'xyz' | dd of="files-$how/$weights" bs=1 seek=200000 conv=notrunc 2>/dev/null
	run 1 verify "a/$how@1" --forward none
	said "$weights"
	complained "changed since it was registered"
}
stay link step-100 model-00001-of-00002.safetensors
stay reference step-500 model.safetensors

# A key with a passphrase signs when the passphrase is there, and not without.
printf 'open sesame\n' >"$STORY/pass"
AKASHI_PASSPHRASE_FILE="$STORY/pass" "$AKASHI" key generate locked >/dev/null
AKASHI_PASSPHRASE_FILE="$STORY/pass" "$AKASHI" key export locked >/dev/null || fail "the key does not open"
AKASHI_PASSPHRASE_FILE=$STORY/nowhere
export AKASHI_PASSPHRASE_FILE
run 2 add dataset src a/d@1 --key locked
complained AKASHI_PASSPHRASE_FILE
unset AKASHI_PASSPHRASE_FILE
run 4 add dataset src a/d@1 --key nobody
complained nobody
