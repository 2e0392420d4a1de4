#!/bin/sh
# A command line that makes no sense is refused in one line that says what was likely meant: exit 2.
. "$(dirname "$0")/lib.sh"

run 2
complained "Commands:"
run 2 vrefiy
one_line
complained "did you mean 'verify'?"
run 2 zzzz
complained "no command 'zzzz'"
run 2 add
complained "which command?"
run 2 add chekpoint
complained "did you mean 'checkpoint'?"
run 2 list --jsno
complained "did you mean '--json'?"
run 2 verify --no-such-thing x
one_line
complained "no option '--no-such-thing'"
run 2 list -Z
complained "no option '-Z'"
run 2 verify . --forward
complained "--forward wants a value"
run 2 verify . --trust --json
complained "--trust wants a value"
run 2 verify . --forward=most
complained "one of: quick standard all none"
run 2 verify . --forward=none --forward=all
complained "--forward was given twice"
run 2 list --json=yes
complained "--json takes no value"
run 2 verify
complained "missing argument"
run 2 tag a/b@1
complained "missing argument"
run 2 version a
complained "too many arguments ('a')"
run 2 log list --count=many
complained "--count wants a whole number"
run 2 log list --count=99999999999999999999999
complained "--count wants a whole number"
run 2 verify . --signature x
complained "--signature and --key belong together"

# A word that looks like an option comes after "--".
run 4 verify -- --help
complained "--help"

# Errors are an object for whoever asked for JSON, wherever on the line.
run 2 vrefiy --json
mv "$STORY/err" "$STORY/out"
json 'o["schema"] == "akashi/error/1" and o["code"] == "usage" and o["exitStatus"] == 2'
run 2 --json list --bad
mv "$STORY/err" "$STORY/out"
json 'o["command"] == "akashi list" and "--bad" in o["text"]'

# What others wrote does not reach the terminal as it is.
run 2 "$(printf 'bad\033[31mname')"
plain "$STORY/err"
run 4 verify "$(printf './no\033]0;title\007such\nfile')"
one_line
plain "$STORY/err"

# Output that cannot be written is a failed command.
if [ -w /dev/full ]; then
	STATUS=0
	"$AKASHI" version >/dev/full 2>"$STORY/err" || STATUS=$?
	[ "$STATUS" = 5 ] || fail "writing to a full device: exit status $STATUS"
	complained "no room left"
fi

# Every model type that is computed is listed.
run 0 version --verbose --json
json '"llama" in o["architectures"] and "xlm-roberta" in o["architectures"] and "" not in o["architectures"]'

# Two spellings, one meaning.
run 0 version --json
json 'o["schema"] == "akashi/version/1" and o["version"]'
cp "$STORY/out" "$STORY/first"
run 0 --json version
cmp -s "$STORY/out" "$STORY/first" || fail "--json before the command is another thing"
run 0 --version
said "akashi "
