#!/bin/bash
# Check a CUDA device: does it compute what the CPU does, bit for bit, and how fast? One command for anyone with a
# card; needs a C compiler, CMake, the CUDA Toolkit and the g++ that its nvcc wants, and nothing else.
#
#   tests/gpu.sh [--quick] [--dir DIR] [--size 8b|1b|tiny] [--device cuda|cuda:N] [--work N] [--build DIR]
#
#   --quick     meant to fit four minutes on a machine of 16 cores: one round of each measurement, a smaller model
#   --dir DIR   where the model's file is made (8b: 16 GB) and left for the next time; else it is removed again
#   --size      of that model; 8b unless --quick says 1b
#   --device    which device; cuda is the first
#   --work N    leave out operations of more than N multiply-adds; 5e9 with --quick
#   --build DIR the build folder; build-gpu
#
# Prints a table for docs/performance.md, row by row as it goes, the most telling first; it is also in
# BUILD/table.md. Exit status: 0 the same bits; 1 other bits, or something failed; 2 usage; 77 there is no card here
# (or no nvcc): then everything was built as far as it can be and the CPU was held against itself.
set -uo pipefail
cd "$(dirname "$0")/.."

QUICK=no DIR= SIZE= DEVICE=cuda WORK= BUILD=build-gpu
usage() {
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
	exit 2
}
while [ $# -gt 0 ]; do
	case $1 in
	--quick) QUICK=yes ;;
	--dir | --size | --device | --work | --build)
		[ $# -ge 2 ] || usage
		case $1 in --dir) DIR=$2 ;; --size) SIZE=$2 ;; --device) DEVICE=$2 ;; --work) WORK=$2 ;; --build) BUILD=$2 ;; esac
		shift
		;;
	*) usage ;;
	esac
	shift
done
if [ $QUICK = yes ]; then
	: "${SIZE:=1b}" "${WORK:=5e9}"
fi
: "${SIZE:=8b}"

FAILED=
say() { printf '%s\n' "$*" >&2; }
heading() { printf '\n== %s (%d s)\n' "$*" "$SECONDS" >&2; }
row() { printf '| %s | %s |\n' "$1" "$2" | tee -a "$BUILD/table.md"; }
fail() {
	say "failed: $*"
	FAILED=1
}

# check STEPS OPTION...: some steps of gpu_check; its rows go to the table
check() {
	local steps=$1
	shift
	"$CHECK" --device "$DEVICE" --steps "$steps" --quick "$QUICK" "$@" |
		grep --line-buffered -vE '^\| (device|compared with) \|' | tee -a "$BUILD/table.md"
	[ "${PIPESTATUS[0]}" = 0 ] || fail "$steps"
}

# --- what is here ---------------------------------------------------------------------------------
heading "what is here"
command -v cmake >/dev/null || { say "There is no cmake (3.25 or newer): install it, for instance with 'pip install cmake'."; exit 1; }
command -v "${CC:-cc}" >/dev/null || { say "There is no C compiler ('${CC:-cc}'): install gcc or clang, or set CC."; exit 1; }
for nvcc in "${CUDACXX:-}" "$(command -v nvcc)" /usr/local/cuda/bin/nvcc; do
	[ ! -x "$nvcc" ] || { NVCC=$nvcc; break; }
done
CUDA=ON
if [ -z "${NVCC:-}" ]; then
	say "There is no nvcc: install the CUDA Toolkit, or set CUDACXX. Without it device code cannot be built."
	CUDA=OFF
else
	say "$("$NVCC" --version | grep release)"
	export PATH="$(dirname "$NVCC"):$PATH"
fi

# --- build ----------------------------------------------------------------------------------------
heading "build"
mkdir -p "$BUILD"
: >"$BUILD/table.md"
CHECK=${AKASHI_GPU_CHECK:-$BUILD/tests/gpu/gpu_check} # a test of this script brings a program of its own
if [ -n "${AKASHI_GPU_CHECK:-}" ]; then
	say "$CHECK is used as it is."
elif ! { cmake -S . -B "$BUILD" -DCMAKE_BUILD_TYPE=Release -DAKASHI_BARE=ON "-DAKASHI_CUDA=$CUDA" ${NVCC:+"-DAKASHI_NVCC=$NVCC"} &&
	cmake --build "$BUILD" -j "$(nproc)"; } >"$BUILD/log" 2>&1; then
	tail -n 40 "$BUILD/log"
	fail "the build; all of it is in $BUILD/log"
	exit 1
fi
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
if [ -n "$DIR" ]; then mkdir -p "$DIR"; else DIR=$SCRATCH; fi

# --- is there a card? -----------------------------------------------------------------------------
heading "the device"
"$CHECK" --device "$DEVICE" --steps hash >"$SCRATCH/opened" 2>"$SCRATCH/why"
opened=$?
if [ $opened = 77 ]; then
	sed 's/^gpu_check: //' "$SCRATCH/why" >&2
	say "There is no card to check. What could be built is built ($([ $CUDA = ON ] && echo "device code included" || echo "without device code"));"
	say "the CPU's plain way is now held against its fastest:"
	"$CHECK" --device cpu:plain --work 2e5 --size tiny --quick yes --dir "$SCRATCH" || exit 1
	exit 77
elif [ $opened != 0 ]; then
	cat "$SCRATCH/opened" "$SCRATCH/why" >&2
	say "The device is there and was not admitted: it is not used, and neither is anything it would say."
	exit 1
fi
row device "$(sed -n 's/^| device | \(.*\) |$/\1/p' "$SCRATCH/opened")"
row compared\ with "$(sed -n 's/^| compared with | \(.*\) |$/\1/p' "$SCRATCH/opened")"
case $DEVICE in *:*) ordinal=${DEVICE#*:} ;; *) ordinal=0 ;; esac
driver=$(nvidia-smi -i "$ordinal" --query-gpu=driver_version,power.limit,clocks.max.sm --format=csv,noheader 2>/dev/null)
row driver "${driver:-there is no nvidia-smi to say}"
row built\ with "$("${NVCC:-nvcc}" --version 2>/dev/null | sed -n 's/.*release \([^,]*\), \(.*\)/CUDA \1 (\2)/p'), $("${CC:-cc}" --version | head -n 1)"
row date "$(date -u +%F), $(git rev-parse --short HEAD 2>/dev/null || echo 'no git')$([ $QUICK = no ] || echo ', quick')"

# --- bits, then speed -----------------------------------------------------------------------------
heading "every operation"
check hash,operations ${WORK:+--work "$WORK"}
heading "golden digests"
check golden --dir "$SCRATCH"

heading "the product beside cuBLAS"
library_path=$(dirname "${NVCC:-/usr/local/cuda/bin/nvcc}")/../lib64
for folder in /usr/local/cuda/lib64 $(python3 -c 'import site; print(*site.getsitepackages(), site.getusersitepackages())' 2>/dev/null | tr ' ' '\n' | sed 's|$|/nvidia/*/lib|'); do
	[ ! -d "$folder" ] || library_path+=:$folder
done
export NVIDIA_TF32_OVERRIDE=0
LD_LIBRARY_PATH=$library_path${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} check gemm ${WORK:+--work "$WORK"}

heading "a model of the shape $SIZE, from its file"
case $SIZE in 8b) room=18 ;; 1b | 2gb) room=4 ;; *) room=1 ;; esac
if [ ! -e "$DIR/akashi-$SIZE/model.safetensors" ] && [ "$(df -Pk "$DIR" | awk 'END { print int($4 / 1e6) }')" -lt $room ]; then
	fail "there are less than $room GB free in $DIR for the model's file; name another folder with --dir, or a smaller model with --size 1b"
else
	check pass --size "$SIZE" --dir "$DIR"
	ours=$(sed -n 's/^| forward | .*: \([0-9.]*\) s |$/\1/p' "$BUILD/table.md" | tail -n 1)
	python=${PYTHON:-python3}
	if ! command -v "$python" >/dev/null; then
		row PyTorch "left out: there is no python3"
	elif [ -n "$ours" ]; then
		"$python" -B tests/gpu/forward_torch.py "$DIR/akashi-$SIZE" --device "$DEVICE" --ours "$ours" | tee -a "$BUILD/table.md"
		case ${PIPESTATUS[0]} in 0 | 77) ;; *) row PyTorch "left out: it failed" ;; esac
	fi
fi

# --- compute-sanitizer ----------------------------------------------------------------------------
heading "compute-sanitizer"
if command -v compute-sanitizer >/dev/null; then
	for tool in memcheck racecheck initcheck synccheck; do
		if compute-sanitizer --tool $tool --error-exitcode 9 "$CHECK" --device "$DEVICE" \
			--steps operations,pass --work "$([ $QUICK = yes ] && echo 2e4 || echo 2e5)" --size tiny --quick yes \
			--dir "$SCRATCH" >"$BUILD/$tool.log" 2>&1; then
			row $tool "nothing to report"
		else
			row $tool "**something to report**: $BUILD/$tool.log"
			fail $tool
		fi
	done
else
	row compute-sanitizer "left out: it is not installed"
fi

heading "all"
say "The table is in $BUILD/table.md."
[ -z "$FAILED" ]
