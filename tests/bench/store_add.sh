#!/bin/bash
# How long does `akashi add` of a 2 GB bf16 checkpoint take, as a multiple of one
# `openssl dgst -sha256` of the same weights? In four shards, and in one file.
#
#     AKASHI=build/akashi AKASHI_BUILD=build tests/bench/store_add.sh [rounds] [folder]
#
# The ways alternate and medians are compared. Wall-clock ratios need idle cores; the processor's
# time says what a busy machine hides (with two cores its half is the least that the clock can
# show). Needs 9 GB in `folder`, /dev/shm unless another is named: on a disk, sync decides.
set -eu
akashi=$(realpath "${AKASHI:-build/akashi}")
build=$(realpath "${AKASHI_BUILD:-build}")
rounds=${1:-5}
work=$(mktemp -d -p "${2:-/dev/shm}")
trap 'rm -rf "$work"' EXIT
export XDG_CONFIG_HOME=$work/config
cd "$work"
"$build/tests/bench/make_checkpoint" four 2gb 4
"$build/tests/bench/make_checkpoint" one 2gb 1
find four one -type f -exec touch -d '1 hour ago' {} +
cat four/* one/* >/dev/null # into the page cache
sleep 3                     # what changed a moment ago is never trusted

# timed FILE COMMAND...: append "wall user system peak-kB"
timed() {
	local out=$1
	shift
	/usr/bin/time -a -o "$out" -f '%e %U %S %M' "$@" >/dev/null 2>"$work/err" || {
		cat "$work/err"
		exit 1
	}
}

# fresh: an empty registry
fresh() {
	rm -rf registry
	"$akashi" init registry --origin bench/add >/dev/null 2>&1
	export AKASHI_REGISTRY=$work/registry/.akashi
}

for ((i = 0; i < rounds; i++)); do
	for name in four one; do
		timed "openssl.$name" openssl dgst -sha256 "$name"/*.safetensors
		fresh
		timed "reference.$name" "$akashi" add checkpoint "$name" a/b@1 --store reference
		fresh
		timed "none.$name" "$akashi" add checkpoint "$name" a/b@1 --compression none
		fresh
		timed "full.$name" "$akashi" add checkpoint "$name" a/b@1
		timed "again.$name" "$akashi" add checkpoint "$name" a/b@1
	done
done

# median FILE COLUMNS: of the sum of these columns
median() {
	awk -v columns="$2" '{ n = split(columns, c, ","); s = 0; for (i = 1; i <= n; i++) s += $c[i]; print s }' "$1" |
		sort -g | sed -n $((rounds / 2 + 1))p
}

echo "$(nproc) cores, $rounds rounds, load $(cut -d' ' -f1 /proc/loadavg)"
for name in four one; do
	for way in reference none full again; do
		echo "$(median "openssl.$name" 1) $(median "openssl.$name" 2,3) $(median "$way.$name" 1) $(median "$way.$name" 2,3) $(median "$way.$name" 4)" |
			awk -v name="$name" -v way="$way" '{printf "%-5s %-10s openssl %.2f s wall %.2f s processor | add %.2f s wall (%.3f) %.2f s processor (%.3f), %.0f MB\n",
				name, way, $1, $2, $3, $3 / $1, $4, $4 / $2, $5 / 1000}'
	done
done
