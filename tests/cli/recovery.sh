#!/bin/sh
# Recovery keys from the first policy on: their private half lies elsewhere, and a thief of the signing key, which is the
# root too, takes back no revocation.
. "$(dirname "$0")/lib.sh"

# Somewhere else, in a safe: two keys, of which only the public halves leave.
HOUSE=$XDG_CONFIG_HOME
XDG_CONFIG_HOME=$STORY/safe
run 0 key generate safe
run 0 key export safe
cp "$STORY/out" safe.pem
run 0 key generate vault --type ecdsa-p384
run 0 key export vault
cp "$STORY/out" vault.pem
XDG_CONFIG_HOME=$HOUSE

# Refused: nobody's, the signing key itself, one twice, a file that is no key, one that signs no statements.
run 4 init no --recovery-key nobody
run 0 key generate tester
run 2 init no --recovery-key tester
complained "is the signing key"
run 2 init no --recovery-key safe.pem --recovery-key safe.pem
complained "is named twice"
echo nothing >empty.pem
run 1 init no --recovery-key empty.pem
if command -v openssl >/dev/null && openssl genpkey -algorithm ED25519 -out ed.key 2>/dev/null; then
	openssl pkey -in ed.key -pubout -out ed.pem
	run 2 init no --recovery-key ed.pem
	complained "signs no statements"
fi
[ ! -e no/.akashi ] || fail "a refused registry stays"

run 0 init house --origin log.example/house --recovery-key safe.pem --recovery-key vault.pem
R="--registry house"
run 0 $R trust policy --json
json 'len(o["policy"]["recovery"]) == 2 and [k["kinds"] for k in o["policy"]["keys"]] == [["*"], ["revocation"], ["revocation"]]'
ID=$(sed -n 's/.*"id": "\([0-9a-f]*\)".*/\1/p' "$STORY/out" | head -n 1)
run 0 $R add checkpoint "$TINY/step-100" t/m@v1
"$AKASHI" $R trust show --quiet | head -n 1 >pin
run 0 $R publish t/m@v1 out --no-boundaries
run 0 verify out --trust pin --forward none
run 0 $R log audit

# The thief of the signing key may not revoke with it, though it is the root; nor does it name another recovery key to those who pinned.
run 3 $R key revoke tester --last 2 --reason mine
complained "may not revoke"
run 0 $R add checkpoint "$TINY/step-500" t/m@v2
run 0 key generate thief
run 0 $R trust policy --add-key thief --recovery --root
run 4 $R key revoke tester --last 1 --reason mine --key vault.pem
run 0 $R publish t/m@v2 stolen --no-boundaries
run 0 verify stolen --trust pin --forward none

# Out of the safe: what came after the theft counts no longer for whoever meets the revocation, also in the thief's release.
cp -r house elsewhere
XDG_CONFIG_HOME=$STORY/safe
run 0 --registry elsewhere key revoke "$ID" --last 5 --reason 'laptop stolen' --key safe
XDG_CONFIG_HOME=$STORY/visitor
run 0 trust pin "$(cat pin)"
run 0 verify stolen --forward none
run 0 trust update elsewhere
said "1 revocation"
run 3 verify stolen --forward none
said "laptop stolen"
run 0 verify out --forward none
