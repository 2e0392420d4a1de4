#!/bin/sh
# Colours, marks, headings and progress are for terminals only; a passphrase is asked for in silence; ^C stops.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null 2>&1 || skip "no python3 to play a terminal with"

# on_terminal INPUT ARGUMENT...: run the command on a terminal of its own; all it wrote is in $STORY/tty
cat >"$STORY/terminal.py" <<'PY'
import os, pty, signal, sys
out, typed, argv = sys.argv[1], sys.argv[2].encode(), sys.argv[3:]
signal.alarm(20)
child, terminal = pty.fork()
if child == 0:
    signal.alarm(0)
    os.environ["TERM"] = "xterm"
    os.execv(argv[0], argv)
seen, prompts = b"", 0
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
    if seen.count(b".key: ") + seen.count(b"locked: ") > prompts:
        os.write(terminal, typed + b"\n")
        prompts += 1
open(out, "wb").write(seen)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
PY
on_terminal() {
	typed=$1
	shift
	STATUS=0
	python3 "$STORY/terminal.py" "$STORY/tty" "$typed" "$AKASHI" "$@" || STATUS=$?
}
escape=$(printf '\033[')
coloured() { grep -qF "$escape" "$STORY/tty"; }

run 0 init
run 0 add checkpoint "$TINY/step-500" a/b@1
for command in 'list' 'verify a/b@1 --forward none'; do
	run 0 $command
	plain "$STORY/out"
	on_terminal '' $command
	[ "$STATUS" = 0 ] || fail "$command on a terminal: exit status $STATUS"
	coloured || fail "$command has no colours on a terminal"
	NO_COLOR=1
	export NO_COLOR
	on_terminal '' $command
	coloured && fail "$command has colours in spite of NO_COLOR"
	unset NO_COLOR
	for option in --json --quiet; do
		on_terminal '' $command $option
		coloured && fail "$command $option has colours"
	done
done
on_terminal '' list
grep -q NAME "$STORY/tty" || fail "a table has no heading on a terminal"
run 0 list
unsaid NAME

# A passphrase is typed and not shown; none is asked for where there is no terminal.
on_terminal 'correct horse' key generate locked --encrypt
[ "$STATUS" = 0 ] || fail "a key with a typed passphrase: exit status $STATUS"
grep -q 'correct horse' "$STORY/tty" && fail "the passphrase was shown"
on_terminal 'correct horse' key export locked
[ "$STATUS" = 0 ] || fail "the typed passphrase does not open the key"
on_terminal 'wrong horse' key export locked
[ "$STATUS" != 0 ] || fail "a wrong passphrase opens the key"

# ^C stops the work soon, and nothing half-done is registered.
"$AKASHI" record a/b@1 --random 4000:256:x >"$STORY/out" 2>"$STORY/err" &
child=$!
sleep 1
kill -INT $child 2>/dev/null || kill -TERM $child
STATUS=0
wait $child || STATUS=$?
[ "$STATUS" = 5 ] || fail "stopped with exit status $STATUS"
complained "stopped on request"
run 0 history a/b
unsaid record
run 0 log audit --objects
