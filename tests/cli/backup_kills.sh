#!/bin/sh
# A backup beside eight writers and whoever prunes, and both ways killed at any moment: what was finished last comes back whole.
. "$(dirname "$0")/lib.sh"

KILLS=1 ROUNDS=1 MOST=3
[ -z "${AKASHI_LONG:-}" ] || KILLS=60 ROUNDS=20 MOST=1000

run 0 init --origin example.org/kept
cp -r "$TINY/step-500" model
run 0 add checkpoint model t/m@first

# Eight writers, one who prunes, and backups meanwhile.
: >writers
for w in 1 2 3 4 5 6 7 8; do
	(
		mkdir "w$w"
		cp model/config.json "w$w/"
		i=0
		while [ -e writers ] && [ $i -lt $MOST ]; do
			i=$((i + 1))
			echo "$w $i" >"w$w/notes.txt"
			"$AKASHI" add checkpoint "w$w" "t/w$w@v$i" >>"w$w.out" 2>>"w$w.err" || exit 1
			[ $((w % 4)) != 0 ] || "$AKASHI" prune "t/w$w@v$i" --reason test >>"w$w.out" 2>>"w$w.err" || exit 1
		done
	) &
	eval "pid$w=$!"
done
for round in $(seq $ROUNDS); do
	run 0 backup kept
	run 0 restore kept "back$round"
	rm -rf "back$round"
done
rm writers
for w in 1 2 3 4 5 6 7 8; do
	eval "wait \$pid$w" || fail "writer $w: $(cat "w$w.err")"
done

# killed PART SECONDS COMMAND...: after this part of its time. What it was about, it may have done.
killed() {
	part=$1
	whole=$2
	shift 2
	"$AKASHI" "$@" >/dev/null 2>&1 &
	victim=$!
	sleep "$(awk -v p="$part" -v w="$whole" 'BEGIN { printf "%.4f", p * w }')"
	kill -9 $victim 2>/dev/null || true
	wait $victim 2>/dev/null || true
}
seconds() { awk -v a="$1" -v b="$(date +%s%N)" 'BEGIN { printf "%.4f", (b - a) / 1e9 }'; }

started=$(date +%s%N)
run 0 backup timed
took=$(seconds "$started")
started=$(date +%s%N)
run 0 restore timed timed-back
took_back=$(seconds "$started")
rm -rf timed timed-back
round=0
while [ $round -lt "$KILLS" ]; do
	round=$((round + 1))
	part=$(awk -v r=$round -v k="$KILLS" 'BEGIN { print (r - 0.5) / k }')
	run 0 add checkpoint model "t/m@k$round"
	# A first one goes on where it was killed; of a later one the state before counts.
	killed "$part" "$took" backup "new$round"
	run 0 backup "new$round"
	run 0 backup "new$round" --check
	rm -rf "new$round"
	killed "$part" "$took" backup kept
	run 0 backup kept --check
	run 0 restore kept "back$round"
	rm -rf "back$round"
	# A restore that was killed named nothing, and is gone on with.
	killed "$part" "$took_back" restore kept "again$round"
	[ ! -e "again$round/.akashi" ] || [ -e "again$round/.akashi/index.db" ] || fail "half a registry has its name"
	[ -e "again$round/.akashi" ] || run 0 restore kept "again$round"
	run 0 --registry "again$round" fsck --read-all
	rm -rf "again$round"
done
run 0 backup kept
run 0 restore kept last
run 0 --registry last get t/m@first out
diff -r model out || fail "other bytes came back"

# No room: told before the first byte, where a small disk can be had.
disk=$STORY/disk
mkdir "$disk"
if mount -t tmpfs -o size=300k none "$disk" 2>/dev/null; then
	STATUS=0
	"$AKASHI" backup "$disk/kept" >"$STORY/out" 2>"$STORY/err" || STATUS=$?
	left=$(ls -A "$disk/kept" 2>/dev/null || true)
	umount "$disk"
	[ $STATUS = 5 ] || fail "no room: exit status $STATUS"
	complained "no room"
	[ "$left" = akashi-backup ] || fail "something was written where there is no room: $left"
fi
