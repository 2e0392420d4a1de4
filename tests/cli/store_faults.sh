#!/bin/sh
# Each call to the system of an `akashi add` fails once, ends short, or is the last before SIGKILL: what was there
# stays whole, the same add succeeds afterwards, and writes nothing again that was kept before.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm # no sync is waited for there
. "$(dirname "$0")/lib.sh"

BUILD=${AKASHI_BUILD:-build}
grep -q 'AKASHI_SANITIZE:BOOL=ON' "$BUILD/CMakeCache.txt" 2>/dev/null && skip "a sanitizer wants to be loaded first"
FAULT=$(realpath "$BUILD/tests/power/power_fault.so")
KILLS=30
[ -z "${AKASHI_LONG:-}" ] || KILLS=500
export AKASHI_THREADS=1 # the calls come in the same order each time

# faulty ENVIRONMENT... -- ARGUMENT...: the command under the preload; its status in $STATUS
faulty() {
	STATUS=0
	env FAULT_ROOT="$PWD/.akashi" LD_PRELOAD="$FAULT" "$@" >"$STORY/out" 2>"$STORY/err" || STATUS=$?
}

# A model of two shards and what stands beside them; three quarters of it are there before.
mkdir one two
cp "$TINY"/step-500/* one
cp "$TINY"/step-500/* two
printf other | dd of=two/model.safetensors bs=1 seek=500000 conv=notrunc status=none

run 0 init --origin example.org/faults
run 0 add checkpoint one t/m@before
cp -a .akashi "$STORY/base"
rm -f "$STORY/trace"
faulty FAULT_TRACE="$STORY/trace" FAULT_BYTES="$STORY/bytes" "$AKASHI" add checkpoint two t/m@1
[ $STATUS = 0 ] || fail "the add fails without a fault"
CALLS=$(wc -l <"$STORY/trace")
WHOLE=$(stat -c %s "$STORY/bytes")
[ "$CALLS" -gt 100 ] || fail "only $CALLS calls were seen"

# again: the registry as it was before, with nothing else in it
again() {
	rm -rf .akashi
	cp -a "$STORY/base" .akashi
}

# whole WHERE: audit holds, what was there is read, the add that went wrong succeeds
whole() {
	run 0 fsck --read-all
	run 0 verify t/m@before --forward none
	run 0 add checkpoint two t/m@1
	run 0 verify t/m@1 --forward none
	run 0 fsck --read-all
}

# Every call, or two of each kind: a third and two thirds through.
calls() {
	if [ -n "${AKASHI_LONG:-}" ]; then
		seq "$CALLS"
	else
		awk '{ at[$1, n[$1]++] = NR } END { for (k in n) for (i = 1; i < 3; i++) print at[k, int(n[k] * i / 3)] }' "$STORY/trace" | sort -nu
	fi
}

round=0 felt=0
for at in $(calls); do
	round=$((round + 1))
	call=$(sed -n "${at}p" "$STORY/trace")
	# Each kind of call has its own ways to fail; they take turns.
	case $call in
	write) set -- EIO ENOSPC SHORT EINTR ;;
	read) set -- EIO SHORT EINTR ;;
	open | mkdir | name) set -- ENOSPC EACCES EIO EMFILE ;;
	sync | size) set -- EIO ENOSPC EDQUOT ;;
	*) set -- EIO ;;
	esac
	[ -n "${AKASHI_LONG:-}" ] || { shift $((round % $#)); set -- "$1"; }
	for how; do
		again
		faulty FAULT_AT="$at $how" "$AKASHI" add checkpoint two t/m@1
		case $STATUS in
		0) ;; # it did without
		1 | 3 | 4 | 5)
			felt=$((felt + 1))
			[ -s "$STORY/err" ] || fail "call $at, $call, $how: it fails without a word"
			;;
		*) fail "call $at, $call, $how: exit status $STATUS" ;;
		esac
		case $how in SHORT) [ $STATUS = 0 ] || fail "call $at, $call: a short one is not gone on with" ;; esac
		whole
	done
done
[ $felt -gt $((round / 4)) ] || fail "only $felt of $round faults were felt"

killed=0 at=1
step=$((CALLS / KILLS + 1))
worst=0
while [ $at -le "$CALLS" ]; do
	again
	rm -f "$STORY/bytes"
	faulty FAULT_AT="$at KILLED" FAULT_BYTES="$STORY/bytes" "$AKASHI" add checkpoint two t/m@1
	killed=$((killed + 1))
	run 0 fsck --read-all
	faulty FAULT_BYTES="$STORY/bytes" "$AKASHI" add checkpoint two t/m@1
	[ $STATUS = 0 ] || fail "no add after a kill at call $at"
	bytes=$(stat -c %s "$STORY/bytes")
	[ "$bytes" -le $worst ] || worst=$bytes
	run 0 fsck --read-all
	at=$((at + step))
done
echo "$CALLS calls; $felt of $round faults were felt; $killed were killed, and both adds wrote at most $worst bytes where one writes $WHOLE"

# What reached a pack before the kill is not written again: five pieces of 4 MiB that nothing makes smaller.
rm -rf .akashi three
mkdir three
cp "$TINY/step-500/config.json" three
{
	printf '\110\0\0\0\0\0\0\0%-72s' '{"a":{"dtype":"U8","shape":[20971520],"data_offsets":[0,20971520]}}'
	head -c 20971520 /dev/urandom
} >three/model.safetensors
run 0 init --origin example.org/faults
mkdir -p .akashi/packs
rm -rf "$STORY/base"
cp -a .akashi "$STORY/base"
packed() {
	rm -f "$STORY/bytes"
	STATUS=0
	env FAULT_ROOT="$PWD/.akashi/packs" FAULT_BYTES="$STORY/bytes" LD_PRELOAD="$FAULT" "$@" >"$STORY/out" 2>"$STORY/err" || STATUS=$?
	BYTES=$(stat -c %s "$STORY/bytes")
}
rm -f "$STORY/trace"
packed FAULT_TRACE="$STORY/trace" "$AKASHI" add checkpoint three t/m@1
whole=$BYTES
[ "$whole" -gt 20971520 ] || fail "only $whole bytes were written into packs"
every=3
[ -z "${AKASHI_LONG:-}" ] || every=1
for call in $(grep -n write "$STORY/trace" | cut -d: -f1 | sed -n "1~${every}p"); do
	again
	packed FAULT_AT="$call KILLED" "$AKASHI" add checkpoint three t/m@1
	first=$BYTES
	packed "$AKASHI" add checkpoint three t/m@1
	[ $STATUS = 0 ] || fail "no add after a kill"
	# Footers and indexes of small packs are made again; of the data nothing.
	[ $((first + BYTES)) -le $((whole + 65536)) ] ||
		fail "killed at call $call after $first bytes: $BYTES more were written, of $whole"
	run 0 verify t/m@1 --forward none
done
echo "of $whole bytes none was written twice"
