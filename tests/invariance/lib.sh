# What the tests begin with that build the arithmetic in other ways and hold it against the golden digests.
# Sourced by tests/invariance/*.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
unset CFLAGS LDFLAGS
TOTAL=0

# What is built and run; with AKASHI_LONG=1 also what compares single operations with tests/kernels/naive.c.
PROGRAMS="verify_golden_test kernels_fast_math_test"
[ -z "${AKASHI_LONG:-}" ] || PROGRAMS+=" kernels_math_test kernels_rows_test kernels_linear_test kernels_attention_test
	kernels_outputs_test kernels_real_test kernels_numerics_doc_test"

say() { printf '%s\n' "$*"; }

skip() {
	say "skipped: $*"
	exit 77
}

have() { command -v "$1" >/dev/null; }

# build NAME CMAKE-OPTION...: kernels/, verify/ and the programs, in a folder of their own. Warnings are the main build's matter.
build() {
	local name=$1
	shift
	if ! { cmake -S . -B "$SCRATCH/$name" -G Ninja -DAKASHI_REGISTRY=OFF -DAKASHI_CUDA=OFF "$@" &&
		cmake --build "$SCRATCH/$name" -j "$(nproc)" --target $PROGRAMS; } >"$SCRATCH/log" 2>&1; then
		tail -n 40 "$SCRATCH/log"
		say "cannot be built: $name"
		exit 1
	fi
}

# run NAME FOLDER COMMAND...: the programs of the folder, each through the command (an emulator) if there is one
run() {
	local name=$1 folder=$2 program line
	shift 2
	for program in $PROGRAMS; do
		if ! "$@" "$folder/tests/$program" >"$SCRATCH/log" 2>&1; then
			cat "$SCRATCH/log"
			say "other bits, or none: $name, $program"
			exit 1
		fi
		line=$(grep -E '^[0-9]+ golden files, [0-9]+ items compared$' "$SCRATCH/log" || true)
		[ -z "$line" ] || say "$name: $line"
		[ -z "$line" ] || TOTAL=$((TOTAL + $(cut -d ' ' -f 4 <<<"$line")))
	done
}

finish() {
	[ "$TOTAL" -gt 0 ] || { say "nothing was compared"; exit 1; }
	say "all equal: $TOTAL items"
}
