#!/bin/bash
# A bare build computes the golden digests on processors that have no SHA instructions, where plain C hashes: 64-bit
# ARM and an x86-64 without AVX, run by qemu. No library for them is needed. Only with AKASHI_LONG=1; takes minutes.
. tests/invariance/lib.sh

[ -n "${AKASHI_LONG:-}" ] || skip "only with AKASHI_LONG=1"

# bare NAME CMAKE-OPTION...
bare() {
	local name=$1
	shift
	if ! { cmake -S . -B "$SCRATCH/$name" -G Ninja -DCMAKE_BUILD_TYPE=Release -DAKASHI_BARE=ON -DAKASHI_CUDA=OFF "$@" &&
		cmake --build "$SCRATCH/$name" -j "$(nproc)" --target gpu_check; } >"$SCRATCH/log" 2>&1; then
		tail -n 40 "$SCRATCH/log"
		say "cannot be built: $name"
		exit 1
	fi
}

# check NAME COMMAND...: gpu_check of that build, run by the command
check() {
	local name=$1
	shift
	"$@" "$SCRATCH/${name%%,*}/tests/gpu/gpu_check" --device cpu --steps hash,golden >"$SCRATCH/said" ||
		{ cat "$SCRATCH/said"; say "other bits, or none: $name"; exit 1; }
	grep -q '^| SHA-256 | plain;' "$SCRATCH/said" || { cat "$SCRATCH/said"; say "plain C did not hash: $name"; exit 1; }
	say "$name: $(sed -n 's/^| golden digests | \(.*\), .* |$/\1/p' "$SCRATCH/said")"
	TOTAL=$((TOTAL + 1))
}

if have aarch64-linux-gnu-gcc && have qemu-aarch64; then
	bare aarch64 -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=aarch64 -DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc
	check aarch64 qemu-aarch64 -L /usr/aarch64-linux-gnu
else
	say "64-bit ARM: left out, there is no aarch64-linux-gnu-gcc or no qemu-aarch64"
fi
if [ "$(uname -m)" = x86_64 ] && have qemu-x86_64; then
	bare x86-64
	check "x86-64, Nehalem" qemu-x86_64 -cpu Nehalem
else
	say "x86-64 without AVX: left out, there is no qemu-x86_64, or this is another processor"
fi
[ "$TOTAL" -gt 0 ] || skip "nothing could be run"
