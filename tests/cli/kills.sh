#!/bin/sh
# SIGKILL at any moment of `akashi add`: what was acknowledged is there, and audit and reindex hold.
. "$(dirname "$0")/lib.sh"

KILLS=12
[ -z "${AKASHI_LONG:-}" ] || KILLS=200

run 0 init --origin example.org/kills
cp -r "$TINY/step-500" model
started=$(date +%s%N)
run 0 add checkpoint model t/m@before
took_ms=$((($(date +%s%N) - started) / 1000000 + 1))

: >acknowledged
killed=0
round=0
while [ $killed -lt "$KILLS" ] && [ $round -lt $((10 * KILLS)) ]; do
	round=$((round + 1))
	# Two at once; one of them is killed after a random part of the usual time and a little more.
	"$AKASHI" add checkpoint model "t/m@a$round" >"out.a" 2>/dev/null &
	victim=$!
	"$AKASHI" add checkpoint model "t/m@b$round" >"out.b" 2>"err.b" &
	other=$!
	wait_ms=$(awk -v seed=$round -v most="$took_ms" 'BEGIN { srand(seed * 7919); print int(rand() * most * 1.3) }')
	sleep "$(awk -v ms="$wait_ms" 'BEGIN { printf "%.3f", ms / 1000 }')"
	kill -9 $victim 2>/dev/null || true
	if wait $victim 2>/dev/null; then
		echo "t/m@a$round" >>acknowledged
	else
		killed=$((killed + 1))
		# What it printed before it died was done before it was printed.
		! grep -q "logged at" out.a || echo "t/m@a$round" >>acknowledged
	fi
	wait $other || fail "the add beside the killed one failed: $(cat err.b)"
	echo "t/m@b$round" >>acknowledged
	[ $((round % 10)) != 1 ] || run 0 log audit
done
[ $killed -ge "$KILLS" ] || fail "only $killed of $KILLS adds were killed in time"

run 0 log audit
run 0 reindex
while read -r name; do
	run 0 show "$name"
done <acknowledged
run 0 verify t/m@before --forward none
run 0 add checkpoint model t/m@after
run 0 log audit
echo "$killed killed, $(wc -l <acknowledged) acknowledged"
