#!/bin/bash
# barriers.sh: with any one barrier of the device code taken out, some test of the suite on the fake device fails.
# Minutes, so it is no part of CTest: AKASHI_BUILD=build tests/cuda/barriers.sh [FILE...]
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath "${AKASHI_BUILD:-build}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
grep -q 'AKASHI_SANITIZE:BOOL=ON' "$build/CMakeCache.txt" && { echo "skipped: this build watches no kernels"; exit 77; }
[ $# -gt 0 ] || set -- $(sed -n 's/^CUDA_KERNEL(\([a-z0-9_]*\),.*/\1/p' kernels/cuda/kernels.def | sort -u)

compile() { # FILE OPTIONS...: the mutant, as the build compiles it
	local file=$1
	shift
	"${CC:-cc}" -D_GNU_SOURCE -std=gnu17 -I. -fPIC -ffp-contract=off -fno-math-errno -fno-trapping-math \
		-include tests/cuda/shim.h -fno-strict-aliasing -DSHIM_FILE="$file" -O1 "$@" -x c -c "$scratch/$file.cu"
}

wrong=0 noticed=0
for file in "$@"; do
	case $file in
	product) programs=linear ;;
	attention) programs="attention edges" ;;
	sha256) programs=digest ;;
	*) programs="outputs edges rows digest" ;;
	esac
	for line in $(grep -nE '(block|warp)_barrier\(\);' "kernels/cuda/$file.cu" | cut -d: -f1); do
		sed -E "${line}s/(block|warp)_barrier\(\);/;/" "kernels/cuda/$file.cu" >"$scratch/$file.cu"
		compile "$file" -o "$scratch/plain.o" && compile "$file" -fsanitize=thread -o "$scratch/watched.o" || exit 1
		said=
		for program in $programs; do
			command=$(ninja -C "$build" -t commands "tests/cuda/cuda_${program}_test" | tail -1)
			command=${command#": && "}
			command=${command% && :}
			command=${command/ -o / "$scratch/plain.o" "$scratch/watched.o" -o }
			command=${command/-o tests\/cuda\/cuda_${program}_test/-o $scratch/mutant}
			(cd "$build" && eval "$command") || exit 1
			{ "$scratch/mutant" >"$scratch/said" 2>&1; } 2>/dev/null || { said=$(grep -m1 -E 'shim: |ERROR' "$scratch/said"); break; }
		done
		if [ -n "$said" ]; then
			noticed=$((noticed + 1))
			echo "noticed by $program: $file.cu:$line: ${said:0:160}"
		else
			wrong=$((wrong + 1))
			echo "not noticed: the barrier at $file.cu:$line (another one may keep the same apart)"
		fi
	done
done
echo "$noticed barriers, taken out one at a time, were missed; $wrong were not"
[ "$wrong" -eq 0 ]
