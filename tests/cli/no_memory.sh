#!/bin/sh
# Memory that runs out in the middle of a verification gives a sentence and exit status 5, never a verdict; with enough of it the
# same command gives the verdict.
. "$(dirname "$0")/lib.sh"
ldd "$AKASHI" 2>/dev/null | grep -q libasan && skip "the sanitizers map more than any limit"

run 0 init
run 0 add checkpoint "$TINY/step-500" a/b@1
run 0 record a/b@1 --random 60:256:x # 60 MB for the pass
AKASHI_THREADS=2
export AKASHI_THREADS

# bounded KIB ARGUMENT...: with that much address space; its exit status in $STATUS
bounded() {
	kib=$1
	shift
	STATUS=0
	(ulimit -v "$kib" && exec "$AKASHI" "$@") >"$STORY/out" 2>"$STORY/err" || STATUS=$?
}

# From where the program and its libraries fit, until the verification holds.
KIB=8000
while bounded "$KIB" verify a/b@1 --forward none && [ "$STATUS" != 0 ] && [ "$KIB" -lt 4000000 ]; do KIB=$((KIB + 4000)); done
refused=0
while bounded "$KIB" verify a/b@1 --forward all && [ "$STATUS" != 0 ] && [ "$KIB" -lt 4000000 ]; do
	[ "$STATUS" = 5 ] || fail "with $KIB KiB: exit status $STATUS"
	grep -q 'akashi verify: ' "$STORY/err" || fail "with $KIB KiB: no word about why"
	unsaid "holds:"
	unsaid "fails"
	refused=$((refused + 1))
	KIB=$((KIB + 8000))
done
[ "$STATUS" = 0 ] || fail "no verdict with $KIB KiB: exit status $STATUS"
said "60 of 60 probes exact, bit for bit"
[ "$refused" -ge 3 ] || fail "memory ran out only $refused times"
echo "memory ran out $refused times, and was enough at $KIB KiB"
