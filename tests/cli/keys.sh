#!/bin/sh
# Keys: made, listed, handed out; never readable by others; encrypted when there is a passphrase.
. "$(dirname "$0")/lib.sh"

run 0 key list
[ ! -s "$STORY/out" ] || fail "keys in a new home"
run 0 key generate --dry-run
said "would make"
[ ! -e "$XDG_CONFIG_HOME/akashi/keys/tester.key" ] || fail "--dry-run wrote a key"
run 0 key generate
said "tester"
[ "$(stat -c %a "$XDG_CONFIG_HOME/akashi/keys/tester.key")" = 600 ] || fail "others can read the key"
run 0 key generate
complained "nothing was made"
run 2 key generate tester
complained "tester"
run 0 key generate big --type ecdsa-p384 --json
json 'o["name"] == "big" and o["type"] == "ecdsa-p384" and o["id"].startswith("sha256:")'
run 2 key generate x --type rsa
complained "one of: ecdsa-p256 ecdsa-p384"
run 2 key generate ../x
run 0 key list --json
json '[k["name"] for k in o["items"]] == ["big", "tester"]'
run 0 key list
said "ecdsa-p384"
run 0 key export big
said "BEGIN PUBLIC KEY"
unsaid "PRIVATE"
if command -v openssl >/dev/null 2>&1; then
	openssl pkey -pubin -in "$STORY/out" -noout -text | grep -q secp384r1 || fail "openssl reads another key"
fi
run 4 key export nobody

printf 'correct horse\n' >"$STORY/pass"
AKASHI_PASSPHRASE_FILE=$STORY/pass
export AKASHI_PASSPHRASE_FILE
run 0 key generate locked
grep -q ENCRYPTED "$XDG_CONFIG_HOME/akashi/keys/locked.key" || fail "the key is not encrypted"
run 0 key export locked
printf 'wrong\n' >"$STORY/pass"
STATUS=0
"$AKASHI" key export locked >"$STORY/out" 2>"$STORY/err" || STATUS=$?
[ "$STATUS" -ge 1 ] && [ "$STATUS" -le 5 ] || fail "a wrong passphrase opens the key"
unset AKASHI_PASSPHRASE_FILE
run 0 key list </dev/null
said locked
silent
chmod 644 "$XDG_CONFIG_HOME/akashi/keys/tester.key"
run 3 key export tester
