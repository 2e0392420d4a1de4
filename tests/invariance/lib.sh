# What the tests begin with that build the arithmetic in other ways and hold it against the golden digests.
# Sourced by tests/invariance/*.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
unset CFLAGS LDFLAGS
TOTAL=0
PATTERN='*' # which tests of verify_golden_test are run
[ -n "${AKASHI_LONG:-}" ] || PATTERN='the_*' # but for company and order, the slowest of them

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
		local arguments=()
		[ "$program" != verify_golden_test ] || arguments=("$PATTERN")
		if ! "$@" "$folder/tests/$program" "${arguments[@]}" >"$SCRATCH/log" 2>&1; then
			cat "$SCRATCH/log"
			say "other bits, or none: $name, $program"
			exit 1
		fi
		line=$(grep -E '^[0-9]+ golden files, [0-9]+ items compared$' "$SCRATCH/log" || true)
		if [ -n "$line" ]; then
			say "$name: $line"
			TOTAL=$((TOTAL + $(cut -d ' ' -f 4 <<<"$line")))
		fi
	done
}

# foreign ARCHITECTURE TRIPLE QEMU FLAG...: build for a processor of Debian's ARCHITECTURE and let QEMU run it; 1 and
# WHY set where something is missing. The libraries come from tests/invariance/sysroot.sh.
foreign() {
	local architecture=$1 triple=$2 qemu=$3 root=${AKASHI_BUILD:-$PWD/build}/sysroot-$1
	shift 3
	WHY=
	have "$triple-gcc" || WHY="there is no $triple-gcc (Debian: gcc-${triple//_/-}, libc6-dev-$architecture-cross)"
	have "$qemu" || WHY="there is no $qemu (Debian: qemu-user)"
	[ -e "$root/complete" ] || WHY="no libraries for $architecture: tests/invariance/sysroot.sh $architecture ${root#"$PWD/"}"
	[ -z "$WHY" ] || return 1
	root=$(cd "$root" && pwd)
	export PKG_CONFIG_LIBDIR=$root/usr/lib/$triple/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root
	build "$architecture" -DCMAKE_BUILD_TYPE=Release -DCMAKE_SYSTEM_NAME=Linux "-DCMAKE_SYSTEM_PROCESSOR=${triple%%-*}" \
		"-DCMAKE_C_COMPILER=$triple-gcc" "-DCMAKE_C_FLAGS=-isystem $root/usr/include/$triple $*"
	unset PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR
	run "$architecture, gcc -O3${*:+ $*}, qemu" "$SCRATCH/$architecture" \
		"$qemu" -L "/usr/$triple" -E "LD_LIBRARY_PATH=$root/usr/lib/$triple"
}

finish() {
	[ "$TOTAL" -gt 0 ] || { say "nothing was compared"; exit 1; }
	say "all equal: $TOTAL items"
}
