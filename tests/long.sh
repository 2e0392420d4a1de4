# What tests/run.sh --long adds: the second compiler, static analysis, fuzzing, tests that repeat.
# Sourced by tests/run.sh.
heading "clang"
if build clang; then
	tests "clang" build-clang --exclude-regex '^(house|invariance)/'
fi

heading "any size"
cmake --build build --target bench >/dev/null && AKASHI=$PWD/build/akashi sh tests/cli/any_size.sh
case $? in 0 | 77) ;; *) fail "a model of 16 GB" ;; esac

heading "every compiler, every optimisation, other processors"
tests "other builds" build --tests-regex '^invariance/' --timeout 3600

heading "every float"
AKASHI_EVERY_FLOAT=1 build/tests/kernels_math_test || fail "elementary functions over every float"

heading "valgrind"
for program in build/tests/kernels_*_test build/tests/verify_*_test; do
	# too slow there: valgrind has neither AVX-512 nor the SHA instructions, and takes an hour for some
	case $program in *linear* | *attention* | *rows* | *outputs* | *math* | *forward*) continue ;; esac
	valgrind --quiet --error-exitcode=9 --leak-check=full "$program" >/dev/null 2>build/valgrind.log ||
		{ [ "$?" != 9 ] || { cat build/valgrind.log; fail "valgrind $program"; }; }
done

heading "cppcheck"
cppcheck --project=build/compile_commands.json --quiet --inline-suppr --error-exitcode=1 -j "$CORES" \
	--enable=warning,performance,portability --suppressions-list=tests/cppcheck.txt || fail "cppcheck"

heading "clang-tidy"
find kernels verify registry cli -name '*.c' -print0 |
	xargs -0 -P "$CORES" -n 8 clang-tidy-14 --quiet -p build-clang 2>/dev/null || fail "clang-tidy"

heading "fuzzing, all parsers"
if [ -d build-fuzz/tests ]; then
	tests/fuzz/run.sh "${FUZZ_LONG_SECONDS:-120}" || fail "fuzzing"
fi
