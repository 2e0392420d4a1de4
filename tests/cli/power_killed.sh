#!/bin/sh
# An add that is killed anywhere, the same add again, and then the power goes: what the second one found of the first
# and did not write again must be as durable as if it had. The disk that is left holds only what was synced.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm # no sync is waited for there
. "$(dirname "$0")/lib.sh"
export AKASHI_LEASE_SECONDS=1 # what a torn lease promises is not waited for long

BUILD=${AKASHI_BUILD:-build}
grep -q 'AKASHI_SANITIZE:BOOL=ON' "$BUILD/CMakeCache.txt" 2>/dev/null && skip "a sanitizer wants to be loaded first"
CUT=$BUILD/tests/power/power_cut
RECORD=$(realpath "$BUILD/tests/power/power_record.so")
FAULT=$(realpath "$BUILD/tests/power/power_fault.so")
POINTS=10
[ -z "${AKASHI_LONG:-}" ] || POINTS=100000
export AKASHI_THREADS=1

DISK=$STORY/disk
LOG=$STORY/log
mkdir one
cp "$TINY"/step-500/* one

# on_disk ENVIRONMENT... ARGUMENT...: recorded, with what else is preloaded; its status in $STATUS
on_disk() {
	STATUS=0
	(cd "$DISK" && env HOME="$DISK" XDG_CONFIG_HOME="$DISK/config" POWER_ROOT="$DISK" POWER_LOG="$LOG" FAULT_ROOT="$DISK" \
		LD_PRELOAD="$FAULT:$RECORD" "$@" >"$STORY/out" 2>"$STORY/err") 2>/dev/null || STATUS=$?
}

begin() {
	rm -rf "$DISK" "$LOG"
	mkdir "$DISK"
	on_disk "$AKASHI" init --origin example.org/power
	[ $STATUS = 0 ] || fail "no registry is made"
}

begin
on_disk FAULT_TRACE="$STORY/trace" "$AKASHI" add checkpoint "$PWD/one" t/m@1
CALLS=$(wc -l <"$STORY/trace")
grep -n sync "$STORY/trace" >"$STORY/points" # what was not asked for yet when it died
step=$(($(wc -l <"$STORY/points") / POINTS + 1))
sed -n "1~${step}p" "$STORY/points" | while IFS=: read -r at call; do
	begin
	on_disk FAULT_AT="$at KILL" "$AKASHI" add checkpoint "$PWD/one" t/m@1
	[ $STATUS != 0 ] || continue # another order of the calls: it was done before
	on_disk "$AKASHI" add checkpoint "$PWD/one" t/m@1
	[ $STATUS = 0 ] || fail "no add after a kill at call $at of $CALLS, $call"
	"$CUT" build "$LOG" 1000000000 0 "$STORY/left"
	(
		cd "$STORY/left"
		export HOME="$STORY/left" XDG_CONFIG_HOME="$STORY/left/config"
		run 0 fsck --read-all
		run 0 verify t/m@1 --forward none
		run 0 add checkpoint "$STORY/desk/one" t/m@2
	) || fail "killed at call $at of $CALLS, $call: what the next add acknowledged did not last"
	rm -rf "$STORY/left"
done
