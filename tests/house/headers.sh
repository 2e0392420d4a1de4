#!/bin/bash
# Every header compiles alone, and twice.
. tests/house/lib.sh

compile_alone() {
	local root=$1 header=$2
	printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
		"${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -fsyntax-only -Wall -Wextra -I"$root" -x c - 2>"$SCRATCH/said" ||
		say "$header: does not compile alone: $(grep -m1 -E 'error' "$SCRATCH/said")"
}

check() {
	local header
	for header in $(sources "$1" $ROOMS tests | grep '\.h$'); do compile_alone "$1" "$header"; done
}

rule "every header compiles alone"

# A whole round for each plant would take seconds: look at the planted header only.
check() { compile_alone "$1" kernels/planted.h; }
breaks "a header that needs another before it" kernels/planted.h 'static inline struct span planted(struct span x) { return x; }'
breaks "a header without its guard" kernels/planted.h 'struct planted { int x; };'
