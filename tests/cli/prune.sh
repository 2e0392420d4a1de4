#!/bin/sh
# Bytes are released on purpose: gone, said in the log, never told as missing; what is signed and what others need stays.
. "$(dirname "$0")/lib.sh"
objects() { "$AKASHI" fsck --json | sed -n 's/.*"objects": *\([0-9]*\).*/\1/p'; }

run 0 init --origin example.org/prune
git config -f .akashi/config store.type files # every object lies as a file, to be counted and bent
cp -r "$TINY/step-300" one
cp -r "$TINY/step-500" two
run 0 add checkpoint one a/b@300
run 0 add checkpoint two a/b@500
run 0 record a/b@300 --random 2:8
run 0 publish a/b@300 kept
akashi trust show --quiet >pin
before=$(objects)

# Refused: without a reason, an alias, what has no files, nothing named, half of two options, a stranger's key.
run 0 tag a/b@500 best
run 2 prune a/b@300
complained "--reason"
run 2 prune a/b:best --reason x
run 2 prune --keep-last 1 --reason x
run 2 prune --reason x
run 4 prune a/c@1 --reason x
run 0 key generate stranger
run 3 prune a/b@300 --reason x --key stranger
complained "nothing was removed"
run 0 prune a/b@300 --dry-run
said "would release a/b@300"
[ "$(objects)" = "$before" ] || fail "what was refused, or a rehearsal, removed something"
run 0 verify a/b@300 --forward none

# Released: the weights are gone, files that step 500 has too stay, and everybody reads why.
run 0 prune a/b@300 --reason "a later step is kept" --json
json "o['schema'] == 'akashi/prune/1' and o['removed'] > 0 and not o['items'][0]['existed'] and o['items'][0]['neededFiles'] > 0 and o['items'][0]['neededBy'] == 'a/b@500'"
[ "$(objects)" -lt "$before" ] || fail "nothing was removed"
run 3 verify a/b@300 --forward none
said "released on 20"
said "a later step is kept"
unsaid "missing"
run 3 verify a/b@300 --json
json "any(s['id'] == 'bytes' and s['status'] == 'not-possible' and s['evidence']['released']['reason'] == 'a later step is kept' for s in o['steps'])"
run 0 verify a/b@500 --forward none
run 4 publish a/b@300 again
complained "a later step is kept"
run 4 get a/b@300 out
complained "a later step is kept"
run 0 show a/b@300
run 0 log prove a/b@300

# What was published before still verifies, with this registry beside it and by its pin alone.
run 0 verify kept --forward quick
(cd "$STORY" && run 0 verify desk/kept --trust desk/pin)

# Again: finishes what was interrupted, and says nothing new.
run 0 prune a/b@300 --json
json "o['items'][0]['existed'] and o['removed'] == 0"

# Added again: kept again, and said so; then released a second time.
run 0 add checkpoint one a/b@300
complained "kept again"
run 0 verify a/b@300 --forward none
run 0 add checkpoint one a/b@300
[ ! -s "$STORY/err" ] || ! grep -q "kept again" "$STORY/err" || fail "kept again twice"
run 0 prune a/b@300 --reason "a later step is kept" --json
json "o['removed'] > 0 and not o['items'][0]['existed']"
run 3 verify a/b@300 --forward none
said "a later step is kept"

# All but the last of a family: what an alias points at stays, what is gone already does not count.
run 0 tag a/b@300 old
for n in 1 2 3; do
	cp -r one "more$n"
	printf '{"n": %s}' $n >"more$n/extra.json"
	run 0 add checkpoint "more$n" "a/c@$n"
done
run 0 tag a/c@1 best
run 0 prune --keep-last 1 --of a/c --reason quota --json
json "[i['name'] for i in o['items']] == ['a/c@2'] and o['items'][0]['files'] == 1"
run 0 verify a/c@1 --forward none
run 3 verify a/c@2 --forward none
run 0 verify a/c@3 --forward none
run 0 prune --keep-last 1 --of a/c --reason quota
said "nothing to release"
