#!/bin/bash
# every_kernel.sh LIST...: each kernel of kernels.def is in one of the lists, which the tests of the suite on the fake
# device wrote: what they launched.
set -euo pipefail

missing() { # DEF LIST...: kernels that nobody launched
	local def=$1
	shift
	LC_ALL=C comm -23 <(sed -n 's/^CUDA_KERNEL([a-z0-9_]*, *\([a-z0-9_]*\)).*/\1/p' "$def" | LC_ALL=C sort -u) \
		<(cat "$@" | LC_ALL=C sort -u)
}

planted=$(mktemp)
trap 'rm -f "$planted"' EXIT
{ cat kernels/cuda/kernels.def && echo 'CUDA_KERNEL(map, planted)'; } >"$planted"
missing "$planted" "$@" | grep -qx planted || { echo "not noticed: a kernel that nobody launched"; exit 1; }

found=$(missing kernels/cuda/kernels.def "$@")
[ -z "$found" ] || { printf 'launched by no test: %s\n' $found; exit 1; }
echo "every kernel was launched: $(grep -c '^CUDA_KERNEL' kernels/cuda/kernels.def)"
