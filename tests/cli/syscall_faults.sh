#!/bin/sh
# Each write, sync, link and rename of an `akashi add` fails once: said in one line, and the registry stays whole.
. "$(dirname "$0")/lib.sh"

command -v strace >/dev/null 2>&1 || skip "no strace here"
strace -o "$STORY/trace" -f true 2>/dev/null || skip "strace may not trace here"
grep -q 'AKASHI_SANITIZE:BOOL=ON' "${AKASHI_BUILD:-build}/CMakeCache.txt" 2>/dev/null &&
	skip "the leak sanitizer cannot be traced"

# Few of each in the short run, all of them in the long one.
MOST=4
[ -z "${AKASHI_LONG:-}" ] || MOST=100000

run 0 init --origin example.org/faults
cp -r "$TINY/step-500" model
strace -f -o "$STORY/trace" -e trace=write,pwrite64,fsync,fdatasync,linkat,link,rename,renameat,ftruncate \
	"$AKASHI" add checkpoint model t/m@traced >/dev/null

round=0
failed=0
for call in write pwrite64 fsync fdatasync linkat link rename; do
	count=$(grep -c " $call(" "$STORY/trace" || true)
	[ "$count" -gt 0 ] || continue
	step=$(((count + MOST - 1) / MOST))
	at=1
	while [ $at -le "$count" ]; do
		round=$((round + 1))
		STATUS=0
		strace -f -o /dev/null -e "trace=$call" -e "inject=$call:error=EIO:when=$at" \
			"$AKASHI" add checkpoint model "t/m@$round" >"$STORY/out" 2>"$STORY/err" || STATUS=$?
		case $STATUS in
		0) run 0 show "t/m@$round" ;; # it did without
		1 | 3 | 4 | 5)
			failed=$((failed + 1))
			[ -s "$STORY/err" ] || [ "$call" = write ] || fail "$call $at fails without a word"
			;;
		*) fail "$call $at: exit status $STATUS" ;;
		esac
		run 0 log audit
		at=$((at + step))
	done
done
[ $failed -gt 5 ] || fail "only $failed of $round faults were felt"
run 0 reindex
run 0 add checkpoint model t/m@after
run 0 log audit
run 0 verify t/m@after --forward none
echo "$failed of $round faults were felt"
