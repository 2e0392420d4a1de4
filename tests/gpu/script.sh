#!/bin/bash
# script.sh CHECK: tests/gpu.sh from the device on, with a program CHECK that is built already and finds the fake device of
# tests/cuda/. It must go through to its end, have every row, and tell a device that is right from one that is not
# there, one that is wrong from the first and one that gets wrong on the way.
set -euo pipefail
cd "$(dirname "$0")/../.."
check=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# run EXPECTED OPTION...: the script, its exit status
run() {
	local expected=$1 status=0
	shift
	AKASHI_GPU_CHECK=$check tests/gpu.sh --build "$scratch/build" "$@" >"$scratch/out" 2>"$scratch/err" || status=$?
	if [ $status != "$expected" ]; then
		cat "$scratch/out" "$scratch/err"
		echo "exit status $status where $expected was expected: $*"
		exit 1
	fi
}

run 0 --quick --size tiny --work 2e5 --dir "$scratch/files"
cat "$scratch/out"
for row in device 'compared with' driver 'built with' date SHA-256 operations 'golden digests' cuBLAS 'tiny, 0.00 GB' \
	'GEMM 64 x 64 x 32' forward 'from a cold disk' 'pass / reading, cold' PyTorch; do
	grep -q "^| $row" "$scratch/build/table.md" || { echo "the table has no row '$row'"; exit 1; }
done
grep -qE '^\| (memcheck|compute-sanitizer) \|' "$scratch/build/table.md" || { echo "nothing is said of compute-sanitizer"; exit 1; }
! grep -q '\*\*other' "$scratch/build/table.md" || { echo "there are other bits, and the script says 0"; exit 1; }
[ -e "$scratch/files/akashi-tiny/model.safetensors" ] || { echo "the model's file is not where --dir said"; exit 1; }

run 2 --size
run 2 --quickly
grep -q -- '--quick' "$scratch/out" || { echo "nobody is told how to use it"; exit 1; }
AKASHI_FAKE_CUDA="devices=0" run 77
grep -q 'There is no card to check' "$scratch/err" || { echo "nobody is told that there is no card"; exit 1; }
grep -q 'golden digests | 41 models, every one the same' "$scratch/out" || { echo "without a card the CPU's form is not run"; exit 1; }
AKASHI_FAKE_CUDA="flip_at=1" run 1
grep -q 'was not admitted' "$scratch/err" || { echo "nobody is told that the device was not admitted"; exit 1; }
! grep -q 'operations' "$scratch/build/table.md" || { echo "a device that was not admitted was used"; exit 1; }
AKASHI_FAKE_CUDA="flip_kernel=soft_cap flip_at=20" run 1 --quick --size nothing --work 2e4
grep -q '^| soft_cap | \*\*other bits: ' "$scratch/build/table.md" || { echo "a wrong bit is not named"; exit 1; }
grep -q "there is no Llama shape 'nothing'" "$scratch/build/table.md" || { echo "a step that cannot be done is passed over"; exit 1; }
