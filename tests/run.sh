#!/bin/bash
# Build Akashi and run all its tests, on Debian 12 with nothing but its packages.
#
#   tests/run.sh               the tests, in release or under the sanitizers, most programs in both
#   tests/run.sh --judges      and the comparisons with implementations from PyPI
#   tests/run.sh --long        and what takes longer: clang, static analysis, fuzzing, repeated kills
#   tests/run.sh --no-install  install nothing; say what is missing
#
# Exit status 0 when every test that ran passed. Skipped tests say why.
set -uo pipefail
cd "$(dirname "$0")/.."
. docs/packages.sh

JUDGES= LONG= INSTALL=1
for option in "$@"; do
	case $option in
	--judges) JUDGES=1 ;;
	--long) LONG=1 ;;
	--no-install) INSTALL= ;;
	*)
		sed -n '2,9s/^# \{0,1\}//p' "$0"
		exit 2
		;;
	esac
done
CORES=$(nproc)
FAILED=
SUMMARY=
TARGETS= # of a build; empty: those of its preset
FUZZ_SECONDS=5
FUZZ_FOREIGN="envelope sigstore_bundle sigstore_root certificate modelsig note checkpoint tiles proof policy entry safetensors config manifest pack codec jobs croissant unpack"

heading() { printf '\n== %s (%d s)\n' "$*" "$SECONDS"; }

fail() {
	echo "failed: $*"
	FAILED=1
}

# lld links in a third of the time; the command and the library are linked as everywhere.
LINKER=
command -v ld.lld >/dev/null && LINKER=-DAKASHI_TEST_LINKER=lld

# What two builds compile with the same command is compiled once, and in the next run only what changed. Nothing is
# exported: the build folders keep it with what it needs, and nobody else meets it.
LAUNCHER=
if command -v ccache >/dev/null; then
	LAUNCHER="env;CCACHE_DIR=${CCACHE_DIR:-$PWD/build/ccache};CCACHE_BASEDIR=$PWD;CCACHE_NOHASHDIR=1;CCACHE_COMPRESSLEVEL=1"
	LAUNCHER="-DCMAKE_C_COMPILER_LAUNCHER=$LAUNCHER;$(command -v ccache)"
fi

# build PRESET CMAKE-OPTION...: configure and build; what the compiler says is shown when it fails
build() {
	local preset=$1 log
	shift
	log=$(mktemp)
	if ! { cmake --preset "$preset" $LINKER ${LAUNCHER:+"$LAUNCHER"} "$@" && cmake --build --preset "$preset" -j "$CORES" $TARGETS; } >"$log" 2>&1; then
		tail -n 60 "$log"
		rm -f "$log"
		fail "build $preset"
		return 1
	fi
	rm -f "$log"
}

# tests NAME DIR CTEST-OPTION...: run them, keep the runner's own count for the end
tests() {
	local name=$1 dir=$2 log
	shift 2
	log=$(mktemp)
	ctest --test-dir "$dir" --output-on-failure -j "$CORES" --timeout 900 "$@" | tee "$log"
	[ "${PIPESTATUS[0]}" = 0 ] || fail "tests $name"
	SUMMARY+="$name: $(grep -E '^[0-9]+% tests passed' "$log" || echo 'no tests ran')"$'\n'
	grep -q 'did not run:' "$log" && SUMMARY+=$(sed -n '/did not run:/,/^$/s/^[[:space:]]*[0-9]* - /    not run: /p' "$log")$'\n'
	rm -f "$log"
}

# The judges' packages come from PyPI while the compilers run.
judges_fetch() {
	local log=build/judges.log
	mkdir -p build
	if python3 -m venv build/judges-venv >"$log" 2>&1 &&
		build/judges-venv/bin/pip install --quiet --disable-pip-version-check --progress-bar off \
			-r tests/judges/requirements.txt >>"$log" 2>&1; then
		touch build/judges-venv/complete
	fi
}

# With the judges the device code is compiled everywhere, by a compiler from PyPI where the machine has none.
nvcc_fetch() {
	mkdir -p build
	tests/cuda/nvcc.sh build/nvcc-venv >build/nvcc.path 2>build/nvcc.log || rm -f build/nvcc.path
}

# Libraries for arm64 as well; tests/invariance/aarch64.sh is skipped without them.
sysroot_fetch() {
	mkdir -p build
	tests/invariance/sysroot.sh arm64 build/sysroot-arm64 >build/sysroot.log 2>&1 ||
		echo "The libraries for arm64 could not be had: $(tail -n 1 build/sysroot.log)"
}

packages="$BUILD_PACKAGES $TEST_PACKAGES"
[ -z "$JUDGES" ] || packages+=" $JUDGE_PACKAGES"
[ -z "$LONG" ] || packages+=" $LONG_PACKAGES"
heading "packages"
if [ -n "$INSTALL" ]; then
	packages_need $packages || exit 5
	packages_need $INVARIANCE_PACKAGES || echo "Tests that need these are skipped."
else
	echo "missing: $(packages_missing $packages $INVARIANCE_PACKAGES | tr '\n' ' ')"
fi

heading "build"
if [ -n "$JUDGES" ] && ! cmp -s tests/judges/requirements.txt build/judges-venv/requirements; then
	rm -rf build/judges-venv
	judges_fetch &
fi
[ -z "$JUDGES" ] || nvcc_fetch &
[ -z "$INSTALL" ] || [ -e build/sysroot-arm64/complete ] || sysroot_fetch &
# This one first, which needs nothing of what is fetched: so the other is built once, with all of it.
build asan || exit 1
wait
options=(-DAKASHI_JUDGES= -DAKASHI_CUDA=AUTO)
if [ -n "$JUDGES" ]; then
	if [ -e build/nvcc.path ]; then
		options=(-DAKASHI_JUDGES= -DAKASHI_CUDA=ON "-DAKASHI_NVCC=$(cat build/nvcc.path)")
	else
		echo "There is no nvcc, and none could be had from PyPI: $(tail -n 1 build/nvcc.log)"
		SUMMARY+="device code: not compiled, no nvcc could be had from PyPI"$'\n'
	fi
	if [ -e build/judges-venv/complete ]; then
		cp tests/judges/requirements.txt build/judges-venv/requirements
		options+=("-DAKASHI_JUDGES=$PWD/build/judges-venv/bin/python")
	else
		echo "The judges are skipped, their packages could not be had from PyPI: $(tail -n 1 build/judges.log)"
		SUMMARY+="judges: skipped, their packages could not be had from PyPI"$'\n'
	fi
fi
build release "${options[@]}" || exit 1

# Half an hour has to do for everything, so that most stories are told once: under the sanitizers those whose parsers
# strangers reach, with what they need and --json of every command; in release the others. What takes longest of the
# rest, what plants faults to see whether other tests find them, another compiler beside another processor, and the judge
# of machine code beside that of PTX are left to --long, which tells everything twice.
SANITIZED='attacks|bodies|bombs|card_check|croissant|derive|dispute|downloads|fifos|first_use|foreign|fsck|get|harnesses'
SANITIZED+='|hostile_log|json|kills|log_fsck|main|monitor|monitor_keys|notes|openssf|private_probes|prune|recovery'
SANITIZED+='|registry_damage|sumdb_audit|texts|timestamps|trust|usage|withhold|witness'
TWICE='bombs|fsck|get|kills|main|usage'
later='^cuda/(golden|edges|devices|faults|passes)$|^kernels/linear$|^(spec|gpu)/'
later+='|^verify/(experts|format|forward_faults|golden|spot|stream|tamper)$'
rare='^(invariance/compilers|judges/sass_judge|ptx/(altered|mutants)|spec/(mutations|options))$'
# in_cli: the names that are read, as a pattern for ctest
in_cli() { paste -sd '|' | sed 's|.*|^cli/(&)$|'; }
told=$(tr '|' '\n' <<<"$SANITIZED" | grep -vxE "$TWICE" | in_cli)
others=$(cd tests/cli && ls ./*.sh | sed 's|^\./||; s|\.sh$||' | grep -vxE "$SANITIZED" | in_cli)
if [ -n "$LONG" ]; then
	export AKASHI_LONG=1 # tests that kill, draw or wait do it more often
	told='^$' later='^$' others='^$' rare='^$'
fi

heading "tests"
tests "release" build --exclude-regex "$told|$rare"

heading "tests under the address and undefined-behaviour sanitizers"
tests "sanitizers" build-asan --exclude-regex "^(house|invariance)/|$later|$others"

heading "kernels and verify alone, with only OpenSSL and jansson"
if build verify -DAKASHI_CUDA=OFF; then
	# The objects are those of above: what takes long is run again only by --long.
	slow='^kernels/(attention|edges|linear|math)$|^verify/(check_forward|experts|families|format|forward_faults|golden|sigstore|spot|stream|tamper)$'
	[ -z "$LONG" ] || slow='^$'
	tests "verify alone" build-verify --tests-regex '^(kernels|verify)/' --exclude-regex "$slow"
fi

# Where somebody has a card and a compiler there is no pkg-config either: what there is of PATH, without it.
heading "bare: what computes, with a C compiler alone"
plain_path=$PWD/build-bare/path
mkdir -p "$plain_path"
ln -sf /usr/local/bin/* /usr/bin/* "$plain_path" 2>/dev/null
rm -f "$plain_path"/*pkg-config* "$plain_path"/*pkgconf*
# The packages above bring Ninja, and no make, which CMake would ask for.
if PATH=$plain_path CMAKE_GENERATOR=Ninja build bare -DAKASHI_CUDA=OFF; then
	tests "bare" build-bare
fi

# The parsers that meet what strangers send; the rest, and for longer, with --long. Without clang their seeds are
# replayed all the same, above.
heading "fuzzing, $FUZZ_SECONDS seconds each"
[ -n "$LONG" ] || TARGETS="--target $(printf 'libfuzzer_%s ' $FUZZ_FOREIGN)"
if ! command -v clang >/dev/null || ! ls /usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-x86_64.a >/dev/null 2>&1; then
	echo "Skipped: there is no clang with libFuzzer (packages clang, libclang-rt-14-dev)."
	SUMMARY+="fuzzing: skipped, no clang with libFuzzer"$'\n'
elif build fuzz -DAKASHI_CUDA=OFF; then
	if tests/fuzz/run.sh "$FUZZ_SECONDS" $FUZZ_FOREIGN; then
		SUMMARY+="fuzzing: $(wc -w <<<"$FUZZ_FOREIGN") parsers, $FUZZ_SECONDS seconds each, nothing found"$'\n'
	else
		fail "fuzzing"
		SUMMARY+="fuzzing: FOUND something"$'\n'
	fi
fi

if [ -n "$LONG" ]; then
	. tests/long.sh
fi

heading "all"
printf '%s' "$SUMMARY"
[ -z "$FAILED" ]
