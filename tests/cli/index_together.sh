#!/bin/sh
# Eight who write and look at once: the index that another has brought up to date is never taken for one of another history, and taken away from those who read it.
. "$(dirname "$0")/lib.sh"

MANY=15
[ -z "${AKASHI_LONG:-}" ] || MANY=100

run 0 init --origin example.org/together
: >told
for w in 1 2 3 4 5 6 7 8; do
	(
		mkdir "w$w"
		cp "$TINY/step-500/config.json" "w$w/"
		for i in $(seq $MANY); do
			echo "$w $i" >"w$w/notes.txt"
			"$AKASHI" add checkpoint "w$w" "t/w$w@v$i" >/dev/null 2>>told || echo "add of $w@v$i failed" >>told
			"$AKASHI" list >/dev/null 2>>told || echo "list failed" >>told
		done
	) &
done
wait
[ ! -s told ] || fail "$(cat told)"
run 0 list
count=$(grep -c ' checkpoint ' "$STORY/out")
[ "$count" = $((8 * MANY)) ] || fail "$count versions, and not $((8 * MANY))"
run 0 fsck
said "holds:"
