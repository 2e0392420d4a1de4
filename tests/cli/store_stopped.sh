#!/bin/sh
# Races, one step at a time: a command is stopped right before a certain call, another one does its work, and the
# first goes on. Nothing that is logged is ever gone, and whoever lost what he counted on says so.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm # no sync is waited for there
. "$(dirname "$0")/lib.sh"

BUILD=${AKASHI_BUILD:-build}
grep -q 'AKASHI_SANITIZE:BOOL=ON' "$BUILD/CMakeCache.txt" 2>/dev/null && skip "a sanitizer wants to be loaded first"
FAULT=$(realpath "$BUILD/tests/power/power_fault.so")
export AKASHI_LEASE_SECONDS=1
# Nobody stays stopped when the story fails.
trap '[ ! -s "$STORY/pid" ] || kill -KILL "$(cat "$STORY/pid")" 2>/dev/null; chmod -R u+rwX "$STORY" 2>/dev/null; rm -rf "$STORY"' EXIT

# model FOLDER: some small files, and one for a pack
model() {
	mkdir -p "$1"
	cp "$TINY/step-500/config.json" "$1"
	head -c 400000 /dev/urandom >"$1/weights.bin"
	printf '{"of": "%s"}\n' "$1" >"$1/small.json"
}

# stopped "CALL TEXT" HOST ARGUMENT...: the command, on that host, is stopped before that call
stopped() {
	where=$1 host=$2
	shift 2
	rm -f "$STORY/status"
	(
		STATUS=0
		env FAULT_STOP="$where" FAULT_HOST="$host" LD_PRELOAD="$FAULT" sh -c 'echo $$ >"$0"; exec "$@"' "$STORY/pid" "$AKASHI" "$@" \
			>"$STORY/out.stopped" 2>"$STORY/err.stopped" || STATUS=$?
		echo "$STATUS" >"$STORY/status.new"
		mv "$STORY/status.new" "$STORY/status"
	) &
	waiter=$!
	until [ -e "$STORY/status" ] || { [ -s "$STORY/pid" ] && grep -q '^State:[[:space:]]*T' "/proc/$(cat "$STORY/pid")/status" 2>/dev/null; }; do sleep 0.02; done
	[ ! -e "$STORY/status" ] || { cat "$STORY/err.stopped"; fail "akashi $* was never stopped before $where"; }
}

# goes_on STATUS: and ends so
goes_on() {
	kill -CONT "$(cat "$STORY/pid")"
	wait $waiter
	rm -f "$STORY/pid"
	[ "$(cat "$STORY/status")" = "$1" ] || { cat "$STORY/out.stopped" "$STORY/err.stopped"; fail "it ended with $(cat "$STORY/status"), not $1"; }
}
killed() {
	kill -KILL "$(cat "$STORY/pid")"
	wait $waiter
	rm -f "$STORY/pid"
}
told() { grep -qF -e "$1" "$STORY/err.stopped" || { cat "$STORY/err.stopped"; fail "it does not say: $1"; }; }
restored() { # NAME FOLDER
	rm -rf back
	run 0 get "$1" back
	for file in "$2"/*; do cmp "$file" "back/${file##*/}"; done
}
here=$(uname -n)

run 0 init --origin example.org/stopped
model old
run 0 add checkpoint old a/old@1
run 0 prune a/old@1 --reason quota

# A writer of another host that is silent for longer than it promised: gc goes on without it, and it logs nothing that is gone.
cp -r old new
model new2 && mv new2/weights.bin new/other.bin
stopped "name statements/" elsewhere add checkpoint new a/new@1
run 0 gc --grace-days 0 --all
goes_on 5
told "run the command again"
run 4 show a/new@1
run 0 fsck --read-all
run 0 add checkpoint new a/new@1
restored a/new@1 new

# The same while it gives a pack its name: what it wrote is taken over as a copy.
model more
stopped "name .pack" elsewhere add checkpoint more a/more@1
ls .akashi/packs/tmp-* >/dev/null 2>&1 || fail "no pack is being written"
run 0 gc --grace-days 0 --all
! ls .akashi/packs/tmp-* .akashi/packs/writer-* >/dev/null 2>&1 || fail "what a silent writer left is not taken over"
goes_on 5
run 0 fsck --read-all
run 0 add checkpoint more a/more@1
restored a/more@1 more

# The same amid its pack, and gc is killed between taking its lease and copying that: the next copies it all the same,
# so that what the writer writes when it goes on hits nothing that has a name.
model amid
stopped "write tmp- 3" elsewhere add checkpoint amid a/amid@1
env FAULT_STOP="open -00000000c" LD_PRELOAD="$FAULT" sh -c 'echo $$ >"$0"; exec "$@"' "$STORY/gc" "$AKASHI" gc >/dev/null 2>&1 &
collecting=$!
until [ -s "$STORY/gc" ] && grep -q '^State:[[:space:]]*T' "/proc/$(cat "$STORY/gc")/status" 2>/dev/null; do
	kill -0 $collecting 2>/dev/null || fail "gc was never stopped before it copied a pack"
	sleep 0.02
done
kill -KILL "$(cat "$STORY/gc")"
wait $collecting 2>/dev/null || true
ls .akashi/packs/tmp-* >/dev/null 2>&1 || fail "no pack is left to be taken over"
run 0 gc
! ls .akashi/packs/tmp-* .akashi/packs/writer-* >/dev/null 2>&1 || fail "what a silent writer left is not taken over"
goes_on 5
run 0 fsck --read-all
run 0 add checkpoint amid a/amid@1
restored a/amid@1 amid

# Killed on another host: the next collection takes over what it left, within the grace of an add that is done again.
model again
stopped "name .pack" elsewhere add checkpoint again a/again@1
killed
run 0 add checkpoint old a/last@1
ls .akashi/packs/tmp-* >/dev/null 2>&1 || fail "what another host may be writing was taken"
run 0 gc
! ls .akashi/packs/tmp-* .akashi/packs/writer-* >/dev/null 2>&1 || fail "what a dead writer left stays"
env FAULT_ROOT="$PWD/.akashi/packs" FAULT_BYTES="$STORY/bytes" LD_PRELOAD="$FAULT" "$AKASHI" add checkpoint again a/again@1 >/dev/null
[ "$(stat -c %s "$STORY/bytes")" -lt 200000 ] || fail "it was written once more: $(stat -c %s "$STORY/bytes") bytes"
restored a/again@1 again

# A living writer, however long it is stopped: what it found and what it put loose stays.
model alive
stopped "name statements/" "$here" add checkpoint alive a/alive@1
sleep 0.1
run 0 gc --grace-days 0 --all
goes_on 0
restored a/alive@1 alive
printf '{"lr":"1e-3"}\n' >run.json
stopped "name statements/" "$here" add run run.json a/run@1
sleep 0.1
run 0 gc --grace-days 0 --all
goes_on 0
run 0 fsck --read-all

# Prune beside an add that found the files: released, and left to gc, which keeps what is needed by then.
stopped "name statements/" "$here" add checkpoint alive a/twice@1
run 0 prune a/alive@1 --reason quota --json
json "o['writers'] == 1 and o['removed'] == 0"
goes_on 0
run 0 gc --grace-days 0 --all
restored a/twice@1 alive
run 0 fsck --read-all
# Prune that looked before the add began: one of the two says what to do, and then all is there.
stopped "open objects/" "$here" prune a/twice@1 --reason quota
STATUS=0
"$AKASHI" add checkpoint alive a/thrice@1 >"$STORY/out" 2>"$STORY/err" || STATUS=$?
kill -CONT "$(cat "$STORY/pid")"
wait $waiter
rm -f "$STORY/pid"
[ "$STATUS$(cat "$STORY/status")" = 00 ] || grep -qE "once more|the same command" "$STORY/err" "$STORY/err.stopped" || fail "nobody says what was lost"
run 0 add checkpoint alive a/thrice@1
restored a/thrice@1 alive
run 0 fsck --read-all

# Prune waits for a collection.
run 0 prune a/more@1 --reason quota
stopped "name quarantine/" "$here" gc --grace-days 0 --all
"$AKASHI" prune a/last@1 --reason quota >"$STORY/pruned" 2>&1 &
pruning=$!
sleep 0.2
[ -d "/proc/$pruning" ] || fail "a prune did not wait for a collection: $(cat "$STORY/pruned")"
goes_on 0
wait $pruning || fail "$(cat "$STORY/pruned")"
run 0 fsck --read-all

# Whoever reads: a pack that goes to quarantine and away is found again where its records went.
model read
model beside
run 0 add checkpoint read a/read@1
run 0 add checkpoint beside a/beside@1
run 0 gc --grace-days 0 --all
run 0 prune a/beside@1 --reason quota
for command in "get a/read@1 back" "fsck --read-all" "du" "verify a/read@1 --forward none"; do
	rm -rf back
	# shellcheck disable=SC2086
	stopped "open .pack" "$here" $command
	run 0 gc --grace-days 0 --all
	goes_on 0
	[ ! -d back ] || cmp read/weights.bin back/weights.bin
	model "beside-${command%% *}"
	run 0 add checkpoint "beside-${command%% *}" "a/beside-${command%% *}@1"
	run 0 add checkpoint read a/read@1
	run 0 gc --grace-days 0 --all
	run 0 prune "a/beside-${command%% *}@1" --reason quota
done
# A prune beside it: the file that is being read comes out whole, of the others it says that they were released.
stopped "name back/" "$here" get a/read@1 back
run 0 prune a/read@1 --reason quota
goes_on 4
told "released"

# What lies elsewhere: an add that takes it up while a collection is about to forget it.
for mode in reference link; do
	model "mine-$mode"
	run 0 add checkpoint "mine-$mode" "a/$mode@1" --store "$mode"
	hex=$(sha256sum "mine-$mode/weights.bin" | cut -d' ' -f1)
	sleep 0.1
	run 0 prune "a/$mode@1" --reason quota
	run 0 fsck
	# An add that was killed before it said anything put it there once more.
	stopped "name statements/" "$here" add checkpoint "mine-$mode" "b/$mode@1" --store "$mode"
	killed
	sleep 0.1
	[ $mode = link ] && at="$hex.gone" || at="$hex.ref.gone"
	stopped "name $at" "$here" gc --grace-days 0
	run 0 add checkpoint "mine-$mode" "c/$mode@1" --store "$mode"
	goes_on 0
	restored "c/$mode@1" "mine-$mode"
	run 0 fsck --read-all
	[ $mode = reference ] || [ -e ".akashi/objects/$(echo "$hex" | cut -c1-2)/$hex.link" ] || fail "a link without its marker"
done
