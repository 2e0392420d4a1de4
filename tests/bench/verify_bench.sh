#!/bin/bash
# How long does `akashi verify --forward none` of a signed 2 GB release take, as a multiple of one
# `openssl dgst -sha256` of the same weights? In shards, and in one file.
#
#     AKASHI=build/akashi AKASHI_BUILD=build tests/bench/verify_bench.sh [rounds]
#
# The ways alternate and medians are compared. Wall-clock ratios need idle cores; the processor's
# time says what a busy machine hides. Needs 9 GB in $TMPDIR, and that much page cache.
set -eu
akashi=$(realpath "${AKASHI:-build/akashi}")
build=$(realpath "${AKASHI_BUILD:-build}")
rounds=${1:-7}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CONFIG_HOME=$work/config
cd "$work"

"$akashi" init . --origin bench/verify >init.out 2>&1
sed -n 's/^pin *//p' init.out >trust
for shape in sharded:5 single:1; do
	name=${shape%:*}
	"$build/tests/bench/make_checkpoint" "made-$name" 2gb "${shape#*:}"
	"$akashi" add checkpoint "made-$name" "bench/$name@v1" --store reference --quiet >/dev/null 2>&1
	"$akashi" publish "bench/$name@v1" "$name" --quiet >/dev/null 2>&1
	rm "made-$name"/*.safetensors
	cat "$name"/*.safetensors >/dev/null # into the page cache
done

# timed FILE COMMAND...: append "wall processor" seconds
timed() {
	local out=$1
	shift
	TIMEFORMAT='%R %U %S'
	{ time "$@" >/dev/null 2>&1; } 2>>"$out"
}

for ((i = 0; i < rounds; i++)); do
	for name in sharded single; do
		timed "openssl.$name" openssl dgst -sha256 "$name"/*.safetensors
		timed "akashi.$name" "$akashi" verify "$name" --forward none --trust trust
	done
done

# median FILE: of wall and of processor seconds
median() {
	local middle=$((rounds / 2 + 1))
	echo "$(awk '{print $1}' "$1" | sort -g | sed -n ${middle}p)" \
		"$(awk '{print $2 + $3}' "$1" | sort -g | sed -n ${middle}p)"
}

echo "$(nproc) cores, $rounds rounds, load $(cut -d' ' -f1 /proc/loadavg)"
for name in sharded single; do
	echo "$(median "openssl.$name") $(median "akashi.$name")" |
		awk -v name="$name" '{printf "%-8s openssl %.2f s wall %.2f s processor | akashi verify %.2f s wall (%.2f) %.2f s processor (%.2f)\n",
			name, $1, $2, $3, $3 / $1, $4, $4 / $2}'
done
