#!/bin/sh
# Which registry is worked on: named, in the environment, or the nearest of one's own; never a planted one.
. "$(dirname "$0")/lib.sh"

run 4 list
complained "akashi init"
mkdir -p mine/deep/down
run 0 init mine --dry-run
said "would make"
[ ! -e mine/.akashi ] || fail "--dry-run made a registry"
run 0 init mine
run 0 init bare --bare --origin example.org/bare
[ -e bare/config ] && [ ! -e bare/.akashi ] || fail "a bare registry does not lie in its folder"
run 2 init mine --dry-run
complained "already"
run 2 init bare --bare --dry-run
cd mine/deep/down
run 0 status --json
json 'o["origin"].startswith("localhost/mine-")'
run 0 status --json --registry ../../../bare
json 'o["origin"] == "example.org/bare"'
AKASHI_REGISTRY=$STORY/desk/bare
export AKASHI_REGISTRY
run 0 status --json
json 'o["origin"] == "example.org/bare"'
run 0 status --json --registry "$STORY/desk/mine"
json 'o["origin"].startswith("localhost/mine-")'
AKASHI_REGISTRY=$STORY/nowhere
run 4 status
unset AKASHI_REGISTRY

# Planted above: writable by everybody, or somebody else's.
cd "$STORY/desk"
mkdir -p planted/below
cp -r mine/.akashi planted/.akashi
chmod 777 planted/.akashi
cd planted/below
run 3 list
one_line
run 3 add dataset "$TINY/corpus" a/b@1
echo hello >file.bin
run 3 verify file.bin --forward none
complained "without a registry"
chmod 755 "$STORY/desk/planted/.akashi"
run 0 list
if [ "$(id -u)" = 0 ]; then
	chown -R 12345 "$STORY/desk/planted/.akashi"
	run 3 list
	one_line
	chown -R 0 "$STORY/desk/planted/.akashi"
fi

# A foreign or newer format is refused in words.
cd "$STORY/desk"
cp -r bare newer
sed -i 's/formatVersion = .*/formatVersion = 99/' newer/config
STATUS=0
"$AKASHI" --registry newer status >"$STORY/out" 2>"$STORY/err" || STATUS=$?
[ "$STATUS" = 1 ] || [ "$STATUS" = 2 ] || fail "a newer format: exit status $STATUS"
complained "99"
