#!/bin/sh
# Each write, sync and rename of an `akashi sign` fails once: the signature that was there stays whole, and nothing is left beside it.
. "$(dirname "$0")/lib.sh"

command -v strace >/dev/null 2>&1 || skip "no strace here"
strace -o "$STORY/trace" -f true 2>/dev/null || skip "strace may not trace here"
grep -q 'AKASHI_SANITIZE:BOOL=ON' "${AKASHI_BUILD:-build}/CMakeCache.txt" 2>/dev/null &&
	skip "the leak sanitizer cannot be traced"

mkdir model
printf 'weights' >model/w
run 0 key generate me
run 0 key export me
cp "$STORY/out" me.pem
run 0 sign model --key me
cp model/model.sig first.sig
strace -f -o "$STORY/trace" -e trace=write,fsync,fchmod,close,rename,openat,read,pread64 \
	"$AKASHI" sign model --key me >/dev/null
felt=0
kept=0
# What reads: the key, the model; what writes: the temporary file, the words that are printed.
for call in write fsync fchmod rename pread64 read openat; do
	count=$(grep -c " $call(" "$STORY/trace" || true)
	step=$(((count + 11) / 12))
	[ -z "${AKASHI_LONG:-}" ] || step=1
	at=1
	while [ $at -le "$count" ]; do
		cp first.sig model/model.sig
		STATUS=0
		strace -f -o /dev/null -e "trace=$call" -e "inject=$call:error=EIO:when=$at" \
			"$AKASHI" sign model --key me >"$STORY/out" 2>"$STORY/err" || STATUS=$?
		[ "$STATUS" = 0 ] || felt=$((felt + 1))
		if cmp -s model/model.sig first.sig; then
			kept=$((kept + 1))
			[ "$STATUS" != 0 ] || fail "$call $at: said to be signed, and nothing changed"
		else # it was replaced: then by a whole one
			run 0 verify model --signature model/model.sig --key me.pem --forward none
		fi
		[ "$(ls -A model | tr '\n' ' ')" = "model.sig w " ] || fail "$call $at leaves $(ls -A model)"
		at=$((at + step))
	done
done
[ $felt -gt 5 ] && [ $kept -gt 5 ] || fail "only $felt faults were felt, and $kept signatures kept"
echo "$felt faults were felt, $kept times the first signature stayed"
