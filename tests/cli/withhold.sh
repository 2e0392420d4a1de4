#!/bin/sh
# An object is taken away: a tombstone says so for ever, the bytes are gone, and everything else still holds.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null 2>&1 || skip "no python3 to read digests with"
# member NAME PATH: what the predicate of a statement has there, as digits
member() { "$AKASHI" show "$1" --json | python3 -c 'import json,sys; p=json.load(sys.stdin)["predicate"]
for key in sys.argv[1].split("."): p = p[key]
print(p[7:])' "$2"; }
kept() { find .akashi/objects -name "$1*" | grep -q .; }

akashi init --quiet --origin example.org/house >/dev/null
printf '{"operator":"Jane Roe","lr":"1e-3"}\n' >run.json
akashi add dataset "$TINY/corpus" a/data@1 --quiet >/dev/null
akashi add checkpoint "$TINY/step-500" a/b@1 --run run.json --data a/data@1 --quiet >/dev/null
akashi record a/b@1 --random 2:8 --quiet >"$STORY/recorded"
record=sha256:$(sed -n 's/.*sha256:\([0-9a-f]\{64\}\).*/\1/p' "$STORY/recorded")
akashi trust show --quiet >pin
run=$(member a/b-run@1 file)
run 0 publish a/b@1 before
grep -rq "Jane Roe" before || fail "the run file does not leave with a plain release"
run 0 log audit --objects

# Refused: what is no object, without a reason, by a key that may not; and nothing is removed.
run 2 withhold word --reason x
run 4 withhold "sha256:$(printf '%064d' 1)" --reason x
run 2 withhold "sha256:$run"
complained "--reason"
akashi key generate stranger >/dev/null 2>&1
run 3 withhold "sha256:$run" --reason "by a stranger" --key stranger
complained "nothing was removed"
kept "$run" || fail "a key that may not removed something"
run 0 verify a/b@1 --forward none
run 0 withhold "sha256:$run" --reason "asked for" --dry-run
kept "$run" || fail "a rehearsal removed something"

# Taken away: gone from the disk, told as withheld with the reason, and never as missing.
run 0 withhold "sha256:$run" --reason "asked for by a data subject"
said "the bytes were removed"
! kept "$run" || fail "the object is still here"
! grep -rq "Jane Roe" .akashi || fail "its bytes are still here"
run 3 verify a/b@1
said "withheld since"
said "asked for by a data subject"
said "forward"
unsaid "missing"
run 3 log audit --objects
said "1 objects and statements are withheld"
complained "asked for by a data subject"
run 0 show a/b-run@1
said "withheld"
said "asked for by a data subject"
run 0 log prove a/b-run@1

# A release goes on without it, and its reader learns why; the one from before still holds.
run 0 publish a/b@1 after
! grep -rq "Jane Roe" after || fail "the run file left again"
cd "$STORY"
run 3 verify desk/after --trust desk/pin
said "asked for by a data subject"
run 3 verify desk/after --trust desk/pin --json
json "o['status'] == 'undecided' and all(s['status'] != 'fails' for s in o['steps'])"
run 0 verify desk/before --trust desk/pin
cd desk

# Killed between log and removal: the audit sees it, and the same again finishes, with the first tombstone.
mkdir -p ".akashi/objects/$(echo "$run" | cut -c1-2)"
cp run.json ".akashi/objects/$(echo "$run" | cut -c1-2)/$run"
run 1 log audit --objects
said "withheld and still here"
run 0 withhold "sha256:$run" --json
json "o['existed'] and o['removed']"
! kept "$run" || fail "the object is still here"
run 0 withhold "sha256:$run" --json
json "o['existed'] and not o['removed']"
run 3 log audit --objects

# A file of the model: the bytes step names it with date and reason, here and where the rest was downloaded.
cp -r .akashi whole
weights=$(sha256sum <"$TINY/step-500/model.safetensors" | cut -c1-64)
run 0 withhold "sha256:$weights" --reason "a right was claimed"
run 3 verify a/b@1
said "model.safetensors is withheld"
said "model.safetensors: withheld since"
said "a right was claimed"
unsaid "missing"
unsaid "fails"
cp -r before part
rm part/model.safetensors
run 3 verify part
said "model.safetensors: withheld since"
unsaid "missing"
run 3 publish a/b@1 again
complained "a right was claimed"
run 3 get a/b@1 got
complained "'model.safetensors': withheld since"
rm -rf .akashi
mv whole .akashi

# Probes of a record: its pass cannot be repeated, which is no failure. A manifest: nothing can be compared.
run 0 withhold "sha256:$(member "$record" probes.object)" --reason "private probes"
run 3 verify a/b@1 --forward quick
said "private probes"
run 0 withhold "sha256:$(member a/b@1 manifest)" --reason "the whole model"
run 3 verify a/b@1
said "the whole model"
unsaid "fails"
