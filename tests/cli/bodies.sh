#!/bin/bash
# The body of a statement is taken away: a tombstone says so, the name stays taken, and every proof holds as before.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null 2>&1 || skip "no python3 to read digests with"
# identity NAME: of the statement that has this name; said_by KIND [SUBJECT]: of the last statement of this kind
identity() { "$AKASHI" list --json | python3 -c 'import json,sys
print([i["statement"] for i in json.load(sys.stdin)["items"] if i["name"] == sys.argv[1]][0])' "$1"; }
said_by() { "$AKASHI" log list --json | python3 -c 'import json,sys
print([i["statement"] for i in json.load(sys.stdin)["items"] if i.get("kind") == sys.argv[1] and sys.argv[2] in (i.get("subject"), "")][-1])' "$1" "${2:-}"; }
bodies() { ls .akashi/statements/"${1#sha256:}".*.json 2>/dev/null; }

akashi init --quiet --origin example.org/house >/dev/null
printf '{"operator":"Jane Roe"}\n' >"run-of-jane-roe.json"
akashi add dataset "$TINY/corpus" a/data@1 --quiet >/dev/null
akashi add checkpoint "$TINY/step-500" a/b@1 --run run-of-jane-roe.json --data a/data@1 --quiet >/dev/null
akashi trust show --quiet >pin
run 0 publish a/b@1 before
run=$(identity a/b-run@1)
run 0 log prove "$run"
sed 1q "$STORY/out" >first

# Refused: without a reason, by a key that may not, an alias, and what is logged whole. Nothing is removed.
run 2 withhold a/b-run@1
complained "--reason"
akashi key generate stranger >/dev/null 2>&1
run 3 withhold a/b-run@1 --reason "by a stranger" --key stranger
complained "nothing was removed"
run 4 withhold a/none@1 --reason x
run 2 withhold a/b:best --reason x
run 2 withhold "$(said_by claim a/b-run@1)" --reason x
complained "nobody could tell that its name is taken"
run 2 withhold "$(said_by policy)" --reason x
complained "whose signatures count"
run 2 withhold "$(said_by tombstone)" --reason x
complained "would only be missing"
run 0 withhold a/b-run@1 --reason x --dry-run
said "would withhold the statement $run"
[ -n "$(bodies "$run")" ] || fail "a body was removed"
run 0 verify a/b@1 --forward none
run 0 log audit

# Taken away: what it said stands nowhere any more, and everybody says since when, by whom and why.
copy=$(bodies "$run")
cp "$copy" kept
run 0 withhold a/b-run@1 --reason "names a person"
said "the bytes were removed"
[ -z "$(bodies "$run")" ] || fail "the body is still here"
file=$(sha256sum run-of-jane-roe.json | cut -c1-64)
! grep -rq "$file" .akashi/index.db* .akashi/statements || fail "what it said is still in the index"
withheld() { # what the last run printed, on either side
	cat "$STORY/out" "$STORY/err" | grep -qE "withheld since 20[0-9-]+T[0-9:]+Z by key [0-9a-f]{12} \(log entry [0-9]+\): names a person" ||
		fail "it does not say since when, by whom and why"
}
run 3 show a/b-run@1 && withheld
run 3 show "$run" && withheld
run 0 show a/b@1 && withheld
run 0 list && withheld
run 0 list --json
json "[i['withoutBody'] for i in o['items'] if i['name'] == 'a/b-run@1'][0].startswith('withheld since')"
run 0 history a/b-run && withheld
run 0 log list && withheld
run 3 log audit && withheld
said "1 objects and statements are withheld"
run 3 verify a/b@1 --forward none && withheld
unsaid "missing"
unsaid "fails"
run 0 reindex
said "the bodies of 1 statements are not here"
run 0 log fsck
run 0 fsck
unsaid "index.db was damaged"
run 0 log state
run 0 log state --prove a/b-run@1
run 0 log prove "$run"
run 0 log prove a/b-run@1
[ "$(sed 1q "$STORY/out")" = "$(cat first)" ] || fail "the proof is another one"
run 0 log inspect "$run" && withheld
run 1 monitor --trust pin --state late . && withheld # the stranger's tombstone is what fails
said "1 bodies are withheld"
said "a tombstone statement that counts for nothing"
unsaid "body-missing"

# The name is taken for ever.
printf '{"lr":"1e-3"}\n' >run.json
run 2 add run run.json a/b-run@1
complained "'a/b-run@1' is taken"

# A release from before holds; one from now carries the tombstone and the claim in its place.
run 0 publish a/b@1 after
[ -z "$(ls after/akashi/statements/"${run#sha256:}".*.json 2>/dev/null)" ] || fail "the body left"
cd "$STORY"
run 0 verify desk/before --trust desk/pin --forward none
run 3 verify desk/after --trust desk/pin --forward none && withheld
run 3 verify desk/after --trust desk/pin --forward none --json
json "o['status'] == 'undecided' and all(s['status'] != 'fails' for s in o['steps'])"
# Without the tombstone it is no longer withheld, only not included: nobody can make a release say so.
rm desk/after/akashi/statements/"$(cd desk && said_by tombstone "${run#sha256:}" | cut -c8-)".*
run 0 verify desk/after --trust desk/pin --forward none
unsaid "withheld since"
cd desk

# Killed between the removal and the index: that still has what was said, which fsck finds and mends.
cp kept "$copy"
run 0 reindex
rm "$copy"
run 0 fsck
said "index.db was damaged or behind, and was made again"
run 0 list && withheld
run 0 fsck
unsaid "index.db was damaged"

# Killed between log and removal: the audit sees it, the same again finishes, with the first tombstone.
cp kept "$copy"
run 1 log audit
said "the statement $run is withheld and still here"
run 0 withhold a/b-run@1 --json
json "o['existed'] and o['removed']"
[ -z "$(bodies "$run")" ] || fail "the body is still here"
run 0 withhold "$run" --json
json "o['existed'] and not o['removed']"

# A checkpoint: nothing is left to verify or publish, and that is no failure.
run 0 tag a/b@1 best
run 0 withhold a/b@1 --reason "names a person"
run 3 verify a/b@1 && withheld
unsaid "fails"
run 3 publish a/b@1 gone && withheld
run 3 verify a/b:best && withheld
run 2 add checkpoint "$TINY/step-500" a/b@1
complained "is taken"
run 0 status

# By a P-384 key, whose entries do not say which statement they are of: the tombstone says that too.
mkdir large
cd large
akashi key generate large --type ecdsa-p384 >/dev/null 2>&1
akashi init --quiet --origin example.org/large --key large >/dev/null
akashi add dataset "$TINY/corpus" a/data@1 --quiet >/dev/null
akashi trust show --quiet >pin
run=$(identity a/data@1)
run 0 withhold a/data@1 --reason "names a person"
rm .akashi/index.db
run 0 list && withheld
run 3 log audit && withheld
run 0 log inspect 2 && withheld
run 0 log prove "$run"
run 0 monitor --trust pin --state late . && withheld
run 0 withhold "$run" --json
json "o['existed'] and not o['removed']"
