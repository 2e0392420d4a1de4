#!/bin/sh
# Eight adds at once, of the same and of different checkpoints, into one store: each content is kept once, whether
# flock works, fails or lies, and when half of them run on another host; one that is killed is followed.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm # no sync is waited for there
. "$(dirname "$0")/lib.sh"

BUILD=${AKASHI_BUILD:-build}
grep -q 'AKASHI_SANITIZE:BOOL=ON' "$BUILD/CMakeCache.txt" 2>/dev/null && skip "a sanitizer wants to be loaded first"
FAULT=$(realpath "$BUILD/tests/power/power_fault.so")
export AKASHI_LEASE_SECONDS=1
unshare --uts true 2>/dev/null && ELSEWHERE="unshare --uts sh -c 'hostname elsewhere; exec \"\$0\" \"\$@\"'" || ELSEWHERE=

# Four checkpoints of 3 MB that share a third.
head -c 1000000 /dev/urandom >common
for i in 1 2 3 4; do
	mkdir "m$i"
	cp "$TINY/step-500/config.json" "m$i"
	{
		printf '\110\0\0\0\0\0\0\0%-72s' '{"a":{"dtype":"U8","shape":[1000000],"data_offsets":[0,1000000]}}'
		cat common
	} >"m$i/model-1.safetensors"
	{
		printf '\110\0\0\0\0\0\0\0%-72s' '{"b":{"dtype":"U8","shape":[2000000],"data_offsets":[0,2000000]}}'
		head -c 2000000 /dev/urandom
	} >"m$i/model-2.safetensors"
done

# stored: bytes that packs and objects take up; what a pack gave back is a hole in it
stored() {
	find "$1/.akashi/packs" "$1/.akashi/objects" -type f \( -name '*.pack' -printf '%b\n' -o -path '*/objects/*' -printf '%b\n' \) 2>/dev/null |
		awk '{ n += 512 * $1 } END { print n + 0 }'
}

# One after the other: so much is to be stored.
mkdir plain && cd plain
run 0 init --origin example.org/together
for i in 1 2 3 4; do run 0 add checkpoint "../m$i" "t/m@$i"; done
cd ..
WANTED=$(stored plain)

# together FOLDER HOW: each of the four checkpoints twice at once
together() {
	mkdir "$1" && cd "$1"
	run 0 init --origin example.org/together
	for i in 1 2 3 4; do
		for who in here there; do
			(
				[ "$2" = works ] || export FAULT_FLOCK="$2" LD_PRELOAD="$FAULT"
				command="\"$AKASHI\" add checkpoint ../m$i t/m@$i$who"
				[ $who = here ] || [ "$2" = works ] || command="$ELSEWHERE $command"
				STATUS=0
				eval "$command" >"$STORY/out.$i$who" 2>&1 || STATUS=$?
				echo "$STATUS" >"$STORY/status.$i$who"
			) &
		done
	done
	wait
	for i in 1 2 3 4; do
		for who in here there; do
			[ "$(cat "$STORY/status.$i$who")" = 0 ] || fail "flock $2: an add fails: $(cat "$STORY/out.$i$who")"
			run 0 verify "t/m@$i$who" --forward none
		done
	done
	run 0 fsck --read-all
	! ls .akashi/packs/tmp-* >/dev/null 2>&1 || fail "flock $2: a pack without a name is left"
	cd ..
	# Records are kept once; what a pack itself needs is little. Statements differ in their names.
	got=$(stored "$1")
	[ "$got" -le $((WANTED + 200000)) ] || fail "flock $2: $got bytes are stored where $WANTED do"
	echo "flock $2: $got bytes, $WANTED one after the other"
}

together a works
together b fail
together c lie

# Killed on another host while it writes: this one goes on without it, and that one takes up what it left.
[ -n "$ELSEWHERE" ] || { echo "without another host: unshare --uts is not allowed"; exit 0; }
mkdir d && cd d
run 0 init --origin example.org/together
mkdir -p .akashi/packs
cp -a .akashi "$STORY/empty"
env FAULT_ROOT="$PWD/.akashi/packs" FAULT_TRACE="$STORY/trace" LD_PRELOAD="$FAULT" "$AKASHI" add checkpoint ../m1 t/m@0 >/dev/null
rm -rf .akashi
mv "$STORY/empty" .akashi
# The last record of the pack: what is written before its footer, which is cut to its length.
last=$(awk '$0 == "write" { before = at; at = NR } $0 == "size" { last = before } END { print last }' "$STORY/trace")
{ eval "env FAULT_ROOT='$PWD/.akashi/packs' FAULT_AT='$last KILLED' LD_PRELOAD='$FAULT' $ELSEWHERE '$AKASHI' add checkpoint ../m1 t/m@killed"; } >/dev/null 2>&1 && fail "it was not killed"
ls .akashi/packs/tmp-* >/dev/null 2>&1 || fail "nothing was left"
run 0 add checkpoint ../m2 t/m@2
ls .akashi/packs/tmp-* >/dev/null 2>&1 || fail "what another host may be writing was taken"
eval "$ELSEWHERE '$AKASHI' add checkpoint ../m1 t/m@1" >"$STORY/out" 2>"$STORY/err" || fail "no add after a kill"
! ls .akashi/packs/tmp-* >/dev/null 2>&1 || fail "what was left was not taken up"
run 0 verify t/m@1 --forward none
run 0 verify t/m@2 --forward none
run 0 fsck --read-all

# Killed here, and the machine started again before the next add: its own packs are watched for a while, and taken up.
rm -rf .akashi
run 0 init --origin example.org/together
mkdir -p .akashi/packs
{ env FAULT_ROOT="$PWD/.akashi/packs" FAULT_AT="$last KILLED" LD_PRELOAD="$FAULT" "$AKASHI" add checkpoint ../m1 t/m@killed; } >/dev/null 2>&1 && fail "it was not killed"
sed -i 's/^boot .*/boot 00000000-0000-4000-8000-000000000000/' .akashi/packs/writer-*
cp .akashi/packs/tmp-* "$STORY/tmp"
env FAULT_ROOT="$PWD/.akashi/packs" FAULT_BYTES="$STORY/bytes" LD_PRELOAD="$FAULT" "$AKASHI" add checkpoint ../m1 t/m@1 >"$STORY/out" 2>"$STORY/err" || fail "no add after another start"
complained "looking whether the writer lives"
! ls .akashi/packs/tmp-* .akashi/packs/writer-* >/dev/null 2>&1 || fail "what was left was not taken up"
# It was copied, since that writer may live after all; nothing was compressed or written a third time.
[ "$(stat -c %s "$STORY/bytes")" -le $(($(stat -c %s "$STORY/tmp") + 1100000)) ] || fail "$(stat -c %s "$STORY/bytes") bytes were written"
run 0 verify t/m@1 --forward none
