#!/bin/sh
# Another key of the log takes the place of the one there is: whoever pinned before, verifies during the overlap and
# after it; what was given away before stays good; the old key says nothing new.
. "$(dirname "$0")/lib.sh"

# stranger STATUS PIN DIR: verify as somebody who has this pin and saw nothing before
stranger() {
	home=$XDG_CONFIG_HOME
	rm -rf "$STORY/stranger"
	XDG_CONFIG_HOME=$STORY/stranger
	run "$1" verify "$3" --forward none --trust "$2"
	XDG_CONFIG_HOME=$home
}

mkdir house && cd house
run 0 init --origin log.example/house
cp -r "$TINY/step-100" ../model
run 0 add checkpoint ../model team/base@v1
"$AKASHI" trust show --quiet | head -n 1 >../pin1
cp .akashi/keys/log.vkey ../old.vkey
cp .akashi/keys/log.key ../stolen.key
run 0 publish team/base@v1 ../before
run 2 key rotate --finish
run 2 key rotate --log --finish
complained "adds another first"
run 2 key rotate --log tester
run 0 key rotate --log --dry-run
[ "$(wc -l <.akashi/keys/log.vkey)" = 1 ] || fail "a dry run made a key"

# A crash between the key and the policy: the key that was made is the one that is listed.
run 0 key rotate --log --out draft.json
said "the log signs with log.example/house+"
said "enough: akashi trust policy --log"
sed -n 2p .akashi/keys/log.vkey >../new.vkey
run 2 key rotate --log --finish
run 0 key rotate --log --json
json 'o["schema"] == "akashi/log-rotation/1" and o["step"] == "added" and o["key"] == open("../new.vkey").read().strip()'
[ "$(wc -l <.akashi/keys/log.vkey)" = 2 ] || fail "one key more than was asked for"
run 1 trust policy --log draft.json
complained "does not follow"
run 2 key rotate --log
complained "--log --finish"
run 0 trust policy
said "version 2, in force"
said "log key $(cat ../old.vkey)"
said "log key $(cat ../new.vkey)"
"$AKASHI" trust show --quiet | head -n 1 >../pin2
grep -qF "$(cat ../new.vkey)" ../pin2 || fail "the pin names the key that goes"

# The overlap.
run 0 add checkpoint ../model team/base@v2
run 0 publish team/base@v2 ../during
[ "$(grep -c '^— ' .akashi/log/checkpoint)" = 2 ] || fail "not signed by both"
run 0 log fsck
said "signed by a key of the log"
for pin in pin1 pin2; do
	stranger 0 ../$pin ../during
	stranger 0 ../pin1 ../before
done

# The end of it, by a draft: the policy first, the key after it.
run 0 key rotate --log --finish --out draft.json
said "still signs: run this again"
[ "$(wc -l <.akashi/keys/log.vkey)" = 2 ] || fail "retired before the policy says so"
run 0 trust policy --log draft.json
run 2 key rotate --log
run 0 verify team/base@v2
run 0 key rotate --log --finish
said "retired $(cat ../old.vkey); the log signs with $(cat ../new.vkey)"
cmp -s .akashi/keys/log.vkey ../new.vkey || fail "the log's list is not the new key"
[ ! -e .akashi/keys/log.key ] || fail "the old private key is still there"
run 0 trust policy
said "version 3, in force"
unsaid "$(cat ../old.vkey)"
"$AKASHI" trust show --quiet | head -n 1 >../pin3
run 0 log fsck
run 0 log audit --objects
run 0 add checkpoint ../model team/base@v3
[ "$(grep -c '^— ' .akashi/log/checkpoint)" = 1 ] || fail "not signed by one"
run 0 publish team/base@v3 ../after
run 0 publish team/base@v1 ../again
cd ..

# Every pin leads to what is newest; what was given away before is as good as it was.
for pin in pin1 pin2 pin3; do
	stranger 0 $pin after
	stranger 0 $pin again
done
stranger 0 pin1 before
stranger 0 pin1 during
stranger 0 pin2 during
# A folder from before it cannot show the policy that is pinned now.
stranger 3 pin3 before

# Once more, and then with the key that was stolen: the thief's checkpoint of the log of today convinces nobody.
cd house
run 0 key rotate --log
run 0 key rotate --log --finish
run 0 verify team/base@v3
run 0 add checkpoint ../model team/base@v4
run 0 publish team/base@v4 ../last
cd ..
stranger 0 pin1 last
stranger 0 pin3 last
command -v python3 >/dev/null 2>&1 || skip "python3 is not here to play the thief"
python3 -c "import cryptography" 2>/dev/null || exit 0
python3 - <<'PY'
import base64, glob, hashlib
from cryptography.hazmat.primitives.serialization import load_pem_private_key
key = load_pem_private_key(open("stolen.key", "rb").read(), None)
name, _, rest = open("old.vkey").read().strip().partition("+")
hint = bytes.fromhex(rest.split("+")[0])
for path in glob.glob("last/akashi/proofs/*"):
    proof, _, note = open(path, encoding="utf-8").read().partition("\n\n")
    text = note.partition("\n\n")[0] + "\n"
    line = "— %s %s\n" % (name, base64.b64encode(hint + key.sign(text.encode())).decode())
    open(path, "w", encoding="utf-8").write(proof + "\n\n" + text + "\n" + line)
PY
stranger 3 pin1 last
said "log proof"
