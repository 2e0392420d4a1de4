#!/bin/bash
# How long do `akashi get` of a whole compressed 2 GB checkpoint, of one large tensor of it, and a
# `diff` of two versions take, as multiples of one `openssl dgst -sha256` of the same weights?
#
#     AKASHI=build/akashi AKASHI_BUILD=build TMPDIR=/dev/shm tests/bench/store_get.sh [rounds]
#
# The ways alternate and medians are compared. Wall-clock ratios need idle cores; processor time,
# shared out to the cores, says what a busy machine hides. Needs 8 GB in $TMPDIR.
set -eu
akashi=$(realpath "${AKASHI:-build/akashi}")
build=$(realpath "${AKASHI_BUILD:-build}")
rounds=${1:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work XDG_CONFIG_HOME=$work/config
tensor=model.embed_tokens.weight
cd "$work"

# timed FILE COMMAND...: append "wall processor peak-kB"
timed() {
	local out=$1
	shift
	/usr/bin/time -a -o "$out" -f '%e %U %S %M' "$@" >/dev/null
}

# median FILE COLUMNS: of the sum of these columns
median() { awk "{print $2}" "$1" | sort -g | sed -n $((rounds / 2 + 1))p; }

echo "$(nproc) cores, $rounds rounds, load $(cut -d' ' -f1 /proc/loadavg), $(df --output=fstype . | tail -n 1)"
for shape in shards:4 file:1; do
	name=${shape%:*}
	"$build/tests/bench/make_checkpoint" made 2gb "${shape#*:}"
	"$akashi" init --quiet >/dev/null
	"$akashi" add checkpoint made bench/m@1 --quiet >/dev/null
	printf x >>made/config.json
	"$akashi" add checkpoint made bench/m@2 --quiet >/dev/null
	for ((i = 0; i < rounds; i++)); do
		timed openssl.$name openssl dgst -sha256 made/*.safetensors
		timed get.$name "$akashi" get bench/m@2 out
		((i)) || diff -r made out
		rm -r out
		timed cp.$name cp -r made out
		rm -r out
		timed tensor.$name "$akashi" get bench/m@2 --tensor $tensor one.safetensors
		size=$(stat -c %s one.safetensors)
		rm one.safetensors
		timed diff.$name "$akashi" diff bench/m@1 bench/m@2
	done
	"$akashi" du bench/m@2 | tail -n 1
	wall=$(median openssl.$name '$1') cpu=$(median openssl.$name '$2+$3')
	echo "$name: openssl $wall s on the clock, $cpu s of processor time"
	for what in get cp tensor diff; do
		echo "$(median $what.$name '$1') $(median $what.$name '$2+$3') $(median $what.$name '$4')" |
			awk -v what=$what -v wall="$wall" -v cpu="$cpu" -v cores="$(nproc)" -v size="$size" '{
				printf "  %-6s %.3f s (%.3f of openssl), processor time / cores %.3f of it, peak %.0f MB", what, $1, $1 / wall, $2 / cores / cpu, $3 / 1024
				if (what == "tensor") printf ", a tensor of %.0f MB", size / 1e6
				print ""
			}'
	done
	rm -r made .akashi config
done
