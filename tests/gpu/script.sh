#!/bin/bash
# script.sh CHECK DEVICE: tests/gpu.sh from the device on, with a program CHECK that is built already. It must go
# through to its end, have every row, and tell a device that is not there from one that fails.
set -euo pipefail
cd "$(dirname "$0")/../.."
check=$1 device=$2
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

run 0 --device "$device" --quick --size tiny --work 2e4 --dir "$scratch/files"
cat "$scratch/out"
for row in device 'compared with' driver 'built with' date SHA-256 operations 'golden digests' cuBLAS 'tiny, 0.00 GB' \
	forward 'from a cold disk' 'pass / reading, cold' PyTorch; do
	grep -q "^| $row" "$scratch/build/table.md" || { echo "the table has no row '$row'"; exit 1; }
done
grep -qE '^\| (memcheck|compute-sanitizer) \|' "$scratch/build/table.md" || { echo "nothing is said of compute-sanitizer"; exit 1; }
! grep -q '\*\*other' "$scratch/build/table.md" || { echo "there are other bits, and the script says 0"; exit 1; }
[ -e "$scratch/files/akashi-tiny/model.safetensors" ] || { echo "the model's file is not where --dir said"; exit 1; }

run 2 --size
run 2 --quickly
grep -q -- '--quick' "$scratch/out" || { echo "nobody is told how to use it"; exit 1; }
run 77 --device cuda:77
grep -q 'There is no card to check' "$scratch/err" || { echo "nobody is told that there is no card"; exit 1; }
grep -q 'golden digests | 41 models, every one the same' "$scratch/out" || { echo "without a card the CPU's form is not run"; exit 1; }
run 1 --device cpu:plain --size nothing --work 2e4 --quick
grep -q "there is no Llama shape 'nothing'" "$scratch/build/table.md" || { echo "a step that cannot be done is passed over"; exit 1; }
