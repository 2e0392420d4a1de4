#!/bin/sh
# A pass draws one line with layers and bytes per second, on a terminal only; ^C in the middle of it leaves nothing half-done:
# no record, no verdict, no line on the terminal, and the terminal as it was.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null 2>&1 || skip "no python3 to play a terminal with"

# interrupted PATTERN COMMAND...: run it on a terminal of its own and type ^C once it has shown the pattern. Its own exit status;
# 99 when the pattern never came, 98 when the terminal was left otherwise than it was. All it wrote is in $STORY/tty.
cat >"$STORY/interrupted.py" <<'PY'
import os, pty, re, sys, termios
out, pattern, argv = sys.argv[1], re.compile(sys.argv[2].encode()), sys.argv[3:]
ready = os.pipe()
child, terminal = pty.fork()
if child == 0:
    os.read(ready[0], 1) # until its terminal was looked at
    os.environ["TERM"] = "xterm"
    os.execv(argv[0], argv)
before = termios.tcgetattr(terminal)
os.write(ready[1], b"x")
seen, stopped, after = b"", False, before
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:
        break
    if not part:
        break
    seen += part
    after = termios.tcgetattr(terminal)
    if not stopped and pattern.search(seen):
        os.write(terminal, b"\x03")
        stopped = True
open(out, "wb").write(seen)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
sys.exit(99 if not stopped else 98 if after != before else status)
PY
interrupted() {
	wanted=$1
	shift
	STATUS=0
	python3 "$STORY/interrupted.py" "$STORY/tty" "$@" || STATUS=$?
	[ "$STATUS" = "$wanted" ] || { cat -v "$STORY/tty"; fail "$2 ...: status $STATUS, wanted $wanted"; }
}
# What stays on the screen: of each line what follows the last "take this line away".
screen() { tr '\r' '\n' <"$STORY/tty" | sed "s/.*$(printf '\033')\[K//"; }

# Passes long enough to type into; the sanitizers make them longer.
many=4000 some=400
! ldd "$AKASHI" 2>/dev/null | grep -q libasan || many=400 some=60

run 0 init
run 0 add checkpoint "$TINY/step-500" a/b@1
interrupted 5 'forward pass \[[#.]+\] [1-4] of 4 layers, [0-9.]+ [kMG]?B/s' "$AKASHI" record a/b@1 --random $many:256:x
screen | grep -q 'akashi record: .*stopped on request' || { cat -v "$STORY/tty"; fail "nobody said why it ended"; }
tail -c 300 "$STORY/tty" | grep -q "$(printf '\033')\[K" || fail "the bar was left on the terminal"
run 0 history a/b
unsaid record
run 0 log audit --objects

# The same in a verification: a sentence, and no verdict.
run 0 record a/b@1 --random $some:256:x
interrupted 5 '(forward pass|logits) \[' "$AKASHI" verify a/b@1 --forward all
screen | grep -q 'akashi verify: .*stopped on request' || { cat -v "$STORY/tty"; fail "nobody said why it ended"; }
! screen | grep -qE 'holds|fails' || { cat -v "$STORY/tty"; fail "a pass that was stopped led to a verdict"; }

# Nothing of it where nobody looks, or where somebody asked for quiet.
run 0 verify a/b@1 --forward standard
! grep -q ' \[[#.]*\] ' "$STORY/err" || fail "a progress bar without a terminal"
STATUS=0
python3 "$STORY/interrupted.py" "$STORY/tty" 'NEVER' "$AKASHI" verify a/b@1 --forward standard --quiet || STATUS=$?
[ "$STATUS" = 99 ] || fail "a quiet verification on a terminal: status $STATUS"
! grep -q ' \[[#.]*\] ' "$STORY/tty" || fail "--quiet draws a bar"
