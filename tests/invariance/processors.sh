#!/bin/bash
# Other processors, run by qemu; takes minutes. x86-64 without AVX and with AVX2 only, which this machine's build finds
# out when it starts, and 64-bit POWER where there is a compiler for it.
. tests/invariance/lib.sh

[ -n "${AKASHI_LONG:-}" ] || skip "only with AKASHI_LONG=1"
have qemu-x86_64 || skip "there is no qemu-x86_64 (Debian: qemu-user)"
PATTERN='the_*'
PROGRAMS="verify_golden_test kernels_fast_math_test"
BUILD=${AKASHI_BUILD:-$PWD/build}
if [ "$(uname -m)" = x86_64 ] && [ -x "$BUILD/tests/verify_golden_test" ]; then
	for model in Nehalem Haswell; do
		run "x86-64, $model, qemu" "$BUILD" qemu-x86_64 -cpu "$model"
	done
fi
foreign ppc64el powerpc64le-linux-gnu qemu-ppc64le || say "64-bit POWER: left out, $WHY"
finish
