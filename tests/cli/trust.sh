#!/bin/sh
# Who may sign what, over the years: keys admitted, replaced, revoked; versions retracted; several signers.
. "$(dirname "$0")/lib.sh"

mkdir house && cd house
run 0 init --origin log.example/house
cp -r "$TINY/step-100" ../model
run 0 add checkpoint ../model team/base@v1
run 0 trust policy
said "version 1, in force from entry 0"
said "root, may revoke"
first=$("$AKASHI" trust show --quiet | head -n 1)

# A policy says what it is asked to, and refuses what nobody could meet.
run 2 trust policy --threshold 2
complained "a threshold of 2 of 1 roots"
run 2 trust policy --names 'team/*'
run 2 trust policy --maximum-age soon
run 0 trust policy --maximum-age 30d --dry-run
said '"maximumAge": 2592000'
run 0 trust policy --json
json 'o["policy"]["version"] == 1 and o["index"] == 0'

# Another key is admitted, for one family.
run 0 key generate reviewer --type ecdsa-p384
run 0 trust policy --add-key reviewer --names 'lab/*'
said "policy version 2 is in force"
run 0 add checkpoint ../model lab/base@v1 --key reviewer
! grep -q "does not count" "$STORY/err" || fail "what counts is told not to"
run 0 verify lab/base@v1
run 0 add checkpoint ../model team/other@v1 --key reviewer
complained "does not count there"
run 3 verify team/other@v1
said "may not sign for the name"

# Two must sign what is called lab/: one who did not is not enough.
"$AKASHI" trust policy --json >policy.json
python3 - <<'PY' || skip "no python3"
import json
policy = json.load(open("policy.json"))["policy"]
policy["signers"] = [{"names": "lab/*", "kinds": ["checkpoint"], "threshold": 2}]
json.dump(policy, open("next.json", "w"))
PY
run 0 trust policy --edit next.json
run 0 trust policy
said "2 distinct keys"
run 0 verify lab/base@v1
run 0 add checkpoint ../model lab/base@v2 --key reviewer
complained "does not count there: signed by 1 of the 2 keys"
run 3 verify lab/base@v2
said "signed by 1 of the 2 keys"
# Another spelling is the same name, and the same is asked of it.
run 0 add checkpoint ../model Lab/base@v3
run 3 verify lab/base@v3
said "signed by 1 of the 2 keys"
run 0 cosign lab/base@v2
said "cosigned lab/base@v2"
run 0 cosign lab/base@v2 --json
json 'o["existed"]'
run 0 verify lab/base@v2
said "2 keys that count signed it: "
run 0 verify lab/base@v2 --forward none --json
json 'len(o["steps"][1]["evidence"]["signers"]) == 2'
sed 's/"schema"/"signers": [], "schema"/' policy.json >next.json
run 2 trust policy --edit next.json
complained "'signers' stands beside 'policy', and belongs in it"
run 0 trust policy --end-key reviewer --dry-run
said '"last": '
run 4 trust policy --end-key nobody

# The registry's own key is replaced: what it signed stays good, what it signs now does not.
run 0 key rotate
said "signed by tester-2 from now on; tester may be destroyed"
run 0 verify team/base@v1
run 0 add checkpoint ../model team/base@v2
run 0 verify team/base@v2
run 0 add checkpoint ../model team/base@v3 --key tester
run 3 verify team/base@v3
[ "$("$AKASHI" trust show --quiet | head -n 1)" != "$first" ] || fail "the pin names the old policy"

# Two roots: one drafts, the other signs, and only then is it logged.
run 0 key generate second
run 0 trust policy --add-key second --root
run 3 trust policy --threshold 2
complained "signed by 1 of the 2 roots"
run 0 trust policy --threshold 2 --key tester-2 --key second
run 3 trust policy --maximum-age 30d
complained "signed by 1 of the 2 roots"
complained "nothing was logged"
run 0 trust policy --maximum-age 30d --out draft.json
said "not enough yet"
run 3 trust policy --log draft.json
run 3 trust sign draft.json --key reviewer
complained "no root"
run 0 trust sign draft.json --key second
said "enough"
run 0 trust policy --log draft.json
said "is in force"

cd ..

# What strangers see: a release carries the policies, and who pins the first goes on to the newest.
mkdir other && cd other
run 0 init --origin log.example/other
run 0 key generate recovery
run 0 trust policy --add-key recovery --kinds revocation --recovery
run 0 add checkpoint ../model team/base@v1
first=$("$AKASHI" trust show --quiet | tail -n 1)
run 0 publish team/base@v1 ../release1
run 0 log audit --objects # the card that was made is kept
run 0 key generate ci
run 0 trust policy --add-key ci --names 'ci/*'
run 0 add checkpoint ../model team/base@v2
run 0 retract team/base@v1 --reason 'trained on a test set'
run 0 supersede team/base@v1 team/base@v2
run 4 retract team/base:latest --reason x
run 3 verify team/base@v1
said "was retracted by"
said "trained on a test set"
run 0 verify team/base@v1 --allow-retracted
said "superseded by team/base@v2"
run 0 verify team/base@v1 --as-of 3
said "as logged at entry 3; later revocations unknown"
run 3 verify team/base@v2 --as-of 3
run 2 verify team/base@v1 --as-of yesterday
run 0 publish team/base@v2 ../release2
# A version that came before its retraction, and what its maker lays over and beside what the registry knows.
run 3 verify ../release1
said "trained on a test set"
cp -r ../release1 ../hiding
chmod -R u+w ../hiding
for file in .akashi/statements/*.json; do
	name=${file##*/}
	[ -e "../hiding/akashi/statements/$name" ] && continue
	echo '{}' >"../hiding/akashi/statements/$name"
	echo '{}' >"../hiding/akashi/statements/${name%%.*}.$(printf '%064d' 0).json"
done
run 3 verify ../hiding
said "trained on a test set"
cd ..
printf '%s\n' "$first" >pin
mkdir visitor visitor/.config
XDG_CONFIG_HOME=$STORY/desk/visitor/.config
run 3 trust update release1
complained "you pinned no log"
run 0 trust pin "$first"
run 0 verify release1
run 0 trust update release2
said "policy version 3"
run 0 verify release1
# Somebody serves the old policy alone: what was seen is remembered, and the copy of it is gone.
chmod -R u+w "$XDG_CONFIG_HOME/akashi/trust"
rm -r "$XDG_CONFIG_HOME"/akashi/trust/*/akashi
run 3 verify release1
said "rolled back: version 2 is the newest"
run 3 trust update release1
complained "rolled back"
run 0 verify release1 --as-of 99999
run 0 verify release2
run 0 verify release1

# A key that was stolen: what it signed later no longer counts, for whoever knows.
cp -r other/.akashi before
run 0 verify team/base@v2 --registry before
cd other
XDG_CONFIG_HOME=$STORY/home/.config
run 2 key revoke tester --last 999 --reason stolen --key recovery
complained "nobody revokes the future"
run 3 key revoke ci --last 2 --reason stolen --key tester
complained "may not revoke"
run 2 key revoke tester --reason stolen --key recovery
run 0 key revoke tester --last 4 --reason 'laptop stolen' --key recovery
run 3 verify team/base@v2
said "was revoked"
said "laptop stolen"
cd ..
XDG_CONFIG_HOME=$STORY/desk/visitor/.config
run 0 verify release2
run 0 trust update other/.akashi
said "policy version 2, 1 revocation"
run 3 verify release2
said "was revoked"
# A log of the same name with another key says nothing that is remembered.
mkdir forged && cd forged
run 0 init --origin log.example/other --key forger
cd ..
run 3 trust update forged/.akashi
complained "is not the one that you pinned"
# And in a copy of the registry from before, which does not know of it.
run 3 verify team/base@v2 --registry before
said "was revoked"

# Whoever made the download lays something else under the names of what is remembered, and hides it no better.
cp -r release2 planted
chmod -R u+w planted
for file in "$XDG_CONFIG_HOME"/akashi/trust/*/akashi/statements/*.json; do
	name=${file##*/}
	[ -e "release2/akashi/statements/$name" ] && continue
	echo '{}' >"planted/akashi/statements/$name"
	echo '{}' >"planted/akashi/statements/${name%%.*}.$(printf '%064d' 0).json"
done
run 3 verify planted
said "was revoked"
run 0 trust update planted
said "policy version 2, 1 revocation"
run 3 verify release2
said "was revoked"

# First use, only when asked for, and said aloud from then on.
XDG_CONFIG_HOME=$STORY/desk/newcomer/.config
run 3 verify release1
run 0 trust pin --first-use release1
complained "nobody compared it"
run 0 verify release1
said "was pinned on first use"
