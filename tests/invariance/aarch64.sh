#!/bin/bash
# The bits do not depend on the processor: built for aarch64 (NEON's fused multiply-add, as the compiler finds the
# lanes) and run by qemu. The libraries come from tests/invariance/sysroot.sh.
. tests/invariance/lib.sh

SYSROOT=${AKASHI_SYSROOT_ARM64:-${AKASHI_BUILD:-$PWD/build}/sysroot-arm64}
have aarch64-linux-gnu-gcc || skip "there is no aarch64-linux-gnu-gcc (Debian: gcc-aarch64-linux-gnu, libc6-dev-arm64-cross)"
have qemu-aarch64 || skip "there is no qemu-aarch64 (Debian: qemu-user)"
[ -e "$SYSROOT/complete" ] || skip "no libraries for arm64: tests/invariance/sysroot.sh arm64 ${SYSROOT#"$PWD/"}"
SYSROOT=$(cd "$SYSROOT" && pwd)

export PKG_CONFIG_LIBDIR=$SYSROOT/usr/lib/aarch64-linux-gnu/pkgconfig PKG_CONFIG_SYSROOT_DIR=$SYSROOT
build aarch64 -DCMAKE_BUILD_TYPE=Release -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 \
	-DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc "-DCMAKE_C_FLAGS=-isystem $SYSROOT/usr/include/aarch64-linux-gnu"
emulator=(qemu-aarch64 -L /usr/aarch64-linux-gnu -E "LD_LIBRARY_PATH=$SYSROOT/usr/lib/aarch64-linux-gnu")
aarch64-linux-gnu-objdump -d --no-show-raw-insn "$SCRATCH/aarch64/tests/verify_golden_test" >"$SCRATCH/code"
grep -qE '\b(fmla|fmadd)\b' "$SCRATCH/code" || { say "no fused multiply-add in the code"; exit 1; }
run "aarch64, gcc -O3, qemu" "$SCRATCH/aarch64" "${emulator[@]}"
finish
