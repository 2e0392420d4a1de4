#!/bin/sh
# Every system call of one append fails once: said in words, no entry is lost, none has two indexes.
. "$(dirname "$0")/lib.sh"

command -v strace >/dev/null 2>&1 || skip "no strace here"
strace -o "$STORY/trace" -f true 2>/dev/null || skip "strace may not trace here"
grep -q 'AKASHI_SANITIZE:BOOL=ON' "${AKASHI_BUILD:-build}/CMakeCache.txt" 2>/dev/null &&
	skip "the leak sanitizer cannot be traced"
APPEND=${AKASHI_BUILD:-build}/tests/log_append_dump

# A few of each kind of call in the short run, every one in the long one.
MOST=3
[ -z "${AKASHI_LONG:-}" ] || MOST=100000

"$APPEND" log >/dev/null
"$APPEND" log before >/dev/null
strace -f -o "$STORY/trace" "$APPEND" log traced >/dev/null

round=0
felt=0
acknowledged=0
for call in openat read pread64 write pwrite64 ftruncate mkdir link rename unlink fsync fdatasync \
	sync_file_range flock fcntl newfstatat fstat close; do
	count=$(grep -c " $call(" "$STORY/trace" || true)
	[ "$count" -gt 0 ] || continue
	step=$(((count + MOST - 1) / MOST))
	at=1
	while [ $at -le "$count" ]; do
		round=$((round + 1))
		STATUS=0
		strace -f -o /dev/null -e "trace=$call" -e "inject=$call:error=EIO:when=$at" \
			"$APPEND" log "entry $round" >"$STORY/out" 2>"$STORY/err" || STATUS=$?
		case $STATUS in
		0) ;; # it did without
		1 | 127) # 127: the program could not even be loaded
			felt=$((felt + 1))
			[ -s "$STORY/err" ] || fail "$call $at fails without a word"
			;;
		*) fail "$call $at: exit status $STATUS" ;;
		esac
		# Whatever it said, the log is whole, and the same entry goes on with one index.
		size=$("$APPEND" log) || fail "after $call $at"
		index=$("$APPEND" log "entry $round") || fail "again after $call $at"
		[ "$index" -le "$size" ] || fail "$call $at: index $index in a log of $size"
		if [ $STATUS = 0 ] && [ -s "$STORY/out" ]; then
			acknowledged=$((acknowledged + 1))
			[ "$(cat "$STORY/out")" = "$index" ] || fail "$call $at: an index was told and is not kept"
		fi
		at=$((at + step))
	done
done
[ $felt -gt 10 ] || fail "only $felt of $round faults were felt"
[ "$("$APPEND" log)" = $((round + 2)) ] || fail "$round appends and 2 do not make $("$APPEND" log) entries"
echo "$round calls failed once, $felt of them were felt, $acknowledged appends did without"
