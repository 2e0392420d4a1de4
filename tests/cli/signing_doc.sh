#!/bin/sh
# The commands of docs/signing.md, as they stand there.
. "$(dirname "$0")/lib.sh"

softhsm_begin
unset SOFTHSM2_CONF AKASHI_PKCS11_MODULE AKASHI_PASSPHRASE_FILE
cp -r "$TINY/step-500" model
mkdir "$STORY/bin"
ln -s "$AKASHI" "$STORY/bin/akashi"
awk '/^```sh$/ { on = 1; next } /^```/ { on = 0 } on' "$AKASHI_SOURCE/docs/signing.md" |
	sed "s|/usr/lib/softhsm/libsofthsm2.so|$SOFTHSM_MODULE|" >"$STORY/commands"
[ "$(grep -c '^akashi' "$STORY/commands")" -ge 8 ] || fail "docs/signing.md has lost its commands"
(
	echo 'set -eu'
	cat "$STORY/commands"
) | PATH="$STORY/bin:$PATH" sh >"$STORY/out" 2>"$STORY/err" || fail "a command of docs/signing.md fails"
