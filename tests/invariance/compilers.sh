#!/bin/bash
# The bits do not depend on the compiler or its optimisation: gcc and clang, -O0 to -O3, with the flags of any
# machine and of this one. Another compiler than the tests' always, at its boldest; all with AKASHI_LONG=1.
. tests/invariance/lib.sh

# try COMPILER FLAG...
try() {
	local compiler=$1
	shift
	if ! have "$compiler"; then
		say "$compiler $*: left out, there is no $compiler"
		return
	fi
	build way -DCMAKE_BUILD_TYPE=Debug "-DCMAKE_C_COMPILER=$compiler" "-DCMAKE_C_FLAGS_DEBUG=$*"
	run "$compiler $*" "$SCRATCH/way"
	rm -rf "$SCRATCH/way"
}

if [ -n "${AKASHI_LONG:-}" ]; then
	for compiler in gcc clang; do
		for level in -O0 -O1 -O2 -O3; do
			try $compiler $level
			try $compiler $level -march=native
		done
	done
else
	if have clang; then try clang -O3 -march=native; else try gcc -O0; fi
fi
finish
