#!/bin/sh
# A folder that cannot be read to its end is the machine's failure (exit status 5), and nothing in it counts as absent: gc, fsck,
# backup and restore stop, and everything is there afterwards.
. "$(dirname "$0")/lib.sh"

BUILD=${AKASHI_BUILD:-build}
grep -q 'AKASHI_SANITIZE:BOOL=ON' "$BUILD/CMakeCache.txt" 2>/dev/null && skip "a sanitizer wants to be loaded first"
FAULT=$(realpath "$BUILD/tests/power/power_fault.so")

cp -r "$TINY/step-500" one
cp -r "$TINY/step-500" two
printf other | dd of=two/model.safetensors bs=1 seek=500000 conv=notrunc status=none
run 0 init --origin example.org/listing
run 0 add checkpoint one t/m@1
run 0 add checkpoint two t/m@2
run 0 backup kept
run 0 prune t/m@2 --reason "no room"
cp -a .akashi "$STORY/registry"
cp -a kept "$STORY/kept"
object=$(find .akashi/objects -type f | head -1)
[ -n "$object" ] || fail "no object lies loose"

# unlisted FOLDER COMMAND...: with that folder unreadable the command fails and says so; without, it succeeds
unlisted() {
	folder=$1
	shift
	rm -rf .akashi kept back
	cp -a "$STORY/registry" .akashi
	cp -a "$STORY/kept" kept
	STATUS=0
	env FAULT_LIST="$folder" LD_PRELOAD="$FAULT" "$AKASHI" "$@" >"$STORY/out" 2>"$STORY/err" || STATUS=$?
	[ $STATUS = 5 ] || fail "$folder, $*: exit status $STATUS"
	complained "cannot list"
	rm -rf back
	run 0 fsck --read-all
	run 0 "$@"
	rm -rf read
	run 0 get t/m@1 read --quiet
	cmp one/model.safetensors read/model.safetensors || fail "$folder, $*: other bytes"
}

for folder in /statements /packs /packs/removed "${object#.akashi}"; do
	case $folder in
	/objects/*) folder=${folder%/*} ;;
	esac
	unlisted "$folder" gc --grace-days 0 --all
	unlisted "$folder" backup kept
done
unlisted /packs fsck
unlisted /keys backup kept
unlisted /kept/states backup kept --check
unlisted /kept/states restore kept back
