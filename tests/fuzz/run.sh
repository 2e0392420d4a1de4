#!/bin/bash
# Let libFuzzer look for input that a parser cannot bear: tests/fuzz/run.sh SECONDS [NAME...]
#
# Each target runs so long, beginning from its seeds in tests/fuzz/corpus/NAME and from what earlier runs on this
# machine found interesting. Without names all targets run. What is found lies in build-fuzz/ and its name is printed:
# mend the parser, and put the input, made as short as it goes, into the corpus, where every build replays it.
set -uo pipefail
cd "$(dirname "$0")/../.."
[ "$#" -ge 1 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2; }
export SECONDS_EACH=$1
shift
[ "$#" -gt 0 ] || set -- $(cd tests/fuzz && ls ./*_fuzz.c | sed 's|^\./||; s|_fuzz\.c$||')

fuzz_one() {
	local name=$1 seeds=() found
	mkdir -p "build-fuzz/corpus/$name"
	[ ! -d "tests/fuzz/corpus/$name" ] || seeds=("tests/fuzz/corpus/$name")
	if "build-fuzz/tests/libfuzzer_$name" -max_total_time="$SECONDS_EACH" -rss_limit_mb=1024 -timeout=25 \
		-artifact_prefix="build-fuzz/$name-" "build-fuzz/corpus/$name" "${seeds[@]}" >"build-fuzz/$name.log" 2>&1; then
		found=$(sed -n 's/^Done \([0-9]*\) runs in .*/\1/p' "build-fuzz/$name.log")
		echo "fuzz/$name: ${found:-no} inputs, nothing found"
		[ -n "$found" ]
	else
		tail -n 30 "build-fuzz/$name.log"
		echo "fuzz/$name: FOUND, see build-fuzz/$name-*"
		return 1
	fi
}
export -f fuzz_one

printf '%s\n' "$@" | xargs -P "$(nproc)" -I{} bash -c 'fuzz_one {}'
