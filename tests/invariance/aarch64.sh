#!/bin/bash
# The bits do not depend on the processor: built for 64-bit ARM, whose fused multiply-add the compiler uses in NEON
# lanes, and run by qemu.
. tests/invariance/lib.sh

foreign arm64 aarch64-linux-gnu qemu-aarch64 || skip "$WHY"
aarch64-linux-gnu-objdump -d --no-show-raw-insn "$SCRATCH/arm64/tests/verify_golden_test" >"$SCRATCH/code"
for instruction in fmla fmadd; do
	grep -qw "$instruction" "$SCRATCH/code" || { say "no $instruction: the multiply-add is made in another way"; exit 1; }
done
finish
