#!/bin/sh
# The power goes at any point of an `akashi init` and of adds: whatever of the un-synced reached the disk, what was
# acknowledged is whole, nothing is said to be there that is not, and the next add succeeds. tests/power/disk.h
# says what a disk may do.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm # no sync is waited for there
. "$(dirname "$0")/lib.sh"
export AKASHI_LEASE_SECONDS=1 # what a torn lease promises is not waited for long

BUILD=${AKASHI_BUILD:-build}
grep -q 'AKASHI_SANITIZE:BOOL=ON' "$BUILD/CMakeCache.txt" 2>/dev/null && skip "a sanitizer wants to be loaded first"
CUT=$BUILD/tests/power/power_cut
RECORD=$(realpath "$BUILD/tests/power/power_record.so")

# Everything that must last lies on one disk, the user's keys and pins too.
DISK=$STORY/disk
mkdir "$DISK" "$STORY/look"
LOG=$STORY/log

# recorded ARGUMENT...: the command, at work on the disk, written down
recorded() {
	(cd "$DISK" && HOME=$DISK XDG_CONFIG_HOME=$DISK/config POWER_ROOT=$DISK POWER_LOG=$LOG LD_PRELOAD=$RECORD \
		"$AKASHI" "$@" >"$STORY/out" 2>"$STORY/err") || fail "akashi $* fails while it is recorded"
	"$CUT" mark "$LOG" "$*"
}

# model FOLDER SEED: a small model of its own
model() {
	mkdir "$1"
	cp "$TINY"/step-500/*.json "$1"
	cat "$TINY/step-500/model.safetensors" >"$1/model.safetensors"
	printf %s "$2" | dd of="$1/model.safetensors" bs=1 seek=700000 conv=notrunc status=none
	printf '%s\n' "$2" "$2" >"$1/notes.txt"
}

model one 1
model two 2
model three 3

# What is asked of every disk that may be left: `look DISK MARKS`.
cat >"$STORY/look.sh" <<'LOOK'
disk=$1 marks=$2
export HOME="$disk" XDG_CONFIG_HOME="$disk/config"
cd "$disk"
said() { echo "akashi $*: $(cat "$disk.err") $(head -c 600 "$disk.out")"; exit 1; }
ask() { "$AKASHI" "$@" >"$disk.out" 2>"$disk.err" || said "$@"; }

if ! grep -q '^init' "$marks"; then
	# A registry that was being made may be there or not; making it is tried again.
	"$AKASHI" init --origin example.org/power >"$disk.out" 2>"$disk.err" ||
		"$AKASHI" log audit >"$disk.out" 2>"$disk.err" || said init
fi
ask fsck --read-all
while read -r verb kind folder name rest; do
	[ "$verb" = add ] || continue
	ask show "$name"
	ask verify "$name" --forward none
done <"$marks"
ask add checkpoint "$POWER_MODEL" t/m@after
ask fsck --read-all
ask verify t/m@after --forward none
LOOK

recorded init --origin example.org/power
recorded add checkpoint "$PWD/one" t/m@1
recorded add checkpoint "$PWD/two" t/m@2

# The record leaves nothing out: with everything done, the disk is what is there. (SQLite's shared memory is not
# on any disk.)
"$CUT" build "$LOG" 1000000000 1 "$STORY/all"
diff -r -x '*-shm' "$STORY/all" "$DISK" || fail "the record is not whole"

export POWER_MODEL="$PWD/three"
each() { "$CUT" each "$LOG" "$@" "$STORY/look/disk" sh "$STORY/look.sh"; }

# On a disk that syncs nothing, what was acknowledged is lost, and that is found.
! POWER_DEAF=1 each "add checkpoint $PWD/two t/m@2" 1 0 >"$STORY/out" 2>&1 || fail "lost bytes are not found"
said "the power went after"

MOST=8 DRAWS=1
[ -z "${AKASHI_LONG:-}" ] || MOST=200 DRAWS=4
each "" $MOST $DRAWS
