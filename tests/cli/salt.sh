#!/bin/sh
# With core.private each statement has a salt: what the log shows of it cannot be guessed, and saying it again is still the same.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null 2>&1 || skip "no python3 to read digests with"

# salt NAME: of the statement that it stands for
salt() {
	"$AKASHI" show "$1" --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["predicate"].get("salt", "none"))'
}

akashi init --quiet --origin example.org/house >/dev/null
akashi add dataset "$TINY/corpus" a/plain@1 --quiet >/dev/null
[ "$(salt a/plain@1)" = none ] || fail "a salt that nobody asked for"

git config -f .akashi/config core.private maybe
run 2 add dataset "$TINY/corpus" a/data@1
complained "core.private"
git config -f .akashi/config core.private true
run 0 add dataset "$TINY/corpus" a/data@1
run 0 add dataset "$TINY/corpus" a/again@1
first=$(salt a/data@1)
expr "$first" : '[0-9a-f]\{32\}$' >/dev/null || fail "no salt: $first"
[ "$first" != "$(salt a/again@1)" ] || fail "two statements with one salt"

# The same again is the same statement, with its salt and without; and everything still verifies.
before=$("$AKASHI" log list --json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)["items"]))')
run 0 add dataset "$TINY/corpus" a/data@1
run 0 add dataset "$TINY/corpus" a/plain@1
git config -f .akashi/config --unset core.private
run 0 add dataset "$TINY/corpus" a/data@1
after=$("$AKASHI" log list --json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)["items"]))')
[ "$before" = "$after" ] || fail "the same was logged again: $before, then $after"
[ "$first" = "$(salt a/data@1)" ] || fail "another salt"
run 0 log audit --objects

# What the log knows whole has none: it hides nothing.
"$AKASHI" log inspect 0 --json | grep -q '"salt"' && fail "a control statement with a salt"
exit 0
