#!/bin/bash
# The library has no variable that changes, but for what is decided once for the process.
. tests/house/lib.sh

# The tree here is the build's archives; ROOT is unused but for a planted object.
ONCE='hash_admission|planes_admission|derive_admission'

check() {
	local archive
	for archive in "$LIBRARIES"/libakashi_{kernels,verify,registry}.a; do
		[ -e "$archive" ] || continue
		objdump -t "$archive" | awk '
			/file format/ { object = $1; sub(/:$/, "", object) }
			$0 ~ / O \.(data|bss|tbss|tdata)[ \t]/ || $0 ~ / O \*COM\*/ { print object " " $NF }' |
			grep -vE "^($ONCE)\.c\.o " | grep -vE '__(func__|PRETTY_FUNCTION__)|\.lto_priv|^[^ ]* (__asan|__odr_asan|\.L|_)' |
			sed "s|^|$(basename "$archive"): |" || true
	done
}

LIBRARIES=${AKASHI_BUILD:-build}
[ -e "$LIBRARIES/libakashi_kernels.a" ] || skip "nothing is built in $LIBRARIES"
grep -q 'AKASHI_SANITIZE:BOOL=ON' "$LIBRARIES/CMakeCache.txt" 2>/dev/null && skip "sanitizers add variables of their own"
rule "no variable that changes"

mkdir "$SCRATCH/planted"
printf 'static int planted_count;\nint planted(void);\nint planted(void) { return ++planted_count; }\n' |
	"${CC:-cc}" -x c -c - -o "$SCRATCH/planted/planted.c.o"
ar rcs "$SCRATCH/planted/libakashi_verify.a" "$SCRATCH/planted/planted.c.o"
LIBRARIES=$SCRATCH/planted
expect_broken "a counter" planted_count
