#!/bin/bash
# The store against the hash and against its peers, as tables for docs/performance.md.
#
#     AKASHI=build/akashi AKASHI_BUILD=build tests/bench/store.sh [OPTION...]
#
#     --megabytes N   size of the checkpoint (2200)
#     --rounds N      of which medians are taken (5)
#     --memory DIR    a file system in memory (/dev/shm); takes four times the size
#     --disk DIR      a file system on a disk (.); takes five times the size
#     --only WORDS    some of: times reflink durable sizes peers
#
# A checkpoint of normal bf16 weights in the page cache, in 4 shards and in one file; the unit is
# one `openssl dgst -sha256` over the same bytes, and everything takes turns with it. Two figures
# a row: time on the clock, which needs idle cores to mean something, and processor time shared
# out to the cores, which is the least that the clock could show. Beside them stand floors: what the
# machine takes to read the same files to nowhere, to copy them, to clone them. What is missing here
# is left out, with a word.
#
# Memory that a virtual machine's host took back while it lay idle costs several times as much as a
# copy when it is first touched again, so all that a command can need is touched right before it.
set -euo pipefail
akashi=$(realpath "${AKASHI:-build/akashi}")
make=$(realpath "${AKASHI_BUILD:-build}")/tests/bench/make_store_data
megabytes=2200 rounds=5 memory=/dev/shm disk=. only="times reflink durable sizes peers"
while (($#)); do
	case $1 in
	--megabytes | --rounds | --memory | --disk | --only) declare "${1#--}=$2" && shift 2 ;;
	*) sed -n '2,10s/^# \{0,1\}//p' "$0" && exit 2 ;;
	esac
done
memory=$(mktemp -d -p "$memory" akashi-bench.XXXXXX)
disk=$(mktemp -d -p "$disk" akashi-bench.XXXXXX)
mounted=
finish() {
	[ -z "$mounted" ] || umount "$mounted" || true
	rm -rf "$memory" "$disk"
}
trap finish EXIT
export HOME=$memory/home XDG_CONFIG_HOME=$memory/home/.config XDG_CACHE_HOME=$memory/home/.cache
export GIT_CONFIG_NOSYSTEM=1 BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes RESTIC_PASSWORD=bench
mkdir -p "$memory/home" "$memory/took"
cores=$(nproc)

# timed NAME COMMAND...: add a line "wall user system peak-kB" to what NAME took
timed() {
	local name=$1 status=0
	shift
	dd if=/dev/zero of="$memory/touched" bs=1M count=$((megabytes + 300)) status=none
	rm "$memory/touched"
	/usr/bin/time -a -o "$memory/took/$name" -f '%e %U %S %M' "$@" >/dev/null 2>"$memory/said" || status=$?
	[ $status = 0 ] || { cat "$memory/said" >&2; echo "$*: exit status $status" >&2; exit 1; }
}

# median NAME WHAT: of wall, processor (shared out to the cores), peak (MB)
median() {
	awk -v cores="$cores" '{ print $1, ($2 + $3) / cores, $4 / 1024 }' "$memory/took/$1" |
		awk -v what="$2" '{ print what == "wall" ? $1 : what == "processor" ? $2 : $3 }' |
		sort -g | sed -n "$(((rounds + 1) / 2))p"
}

# against UNIT NAME BAR TEXT: a row; in multiples of UNIT's time (its processor time is one core's)
against() {
	echo "$(median "$1" wall) $(median "$1" processor) $(median "$2" wall) $(median "$2" processor) $(median "$2" peak)" |
		awk -v cores="$cores" -v bar="$3" -v text="$4" '{
			unit = $2 * cores; if (unit <= 0) unit = $1
			printf "| %s | %s | %.3f %s | %.3f | %.2f s | %.0f MB |\n", text, bar, $3 / $1,
				bar == "" ? "" : ($3 / $1 <= bar ? "(met)" : "(**missed**)"), $4 / unit, $3, $5 }'
}

head_of_times() {
	printf '\n| %s | bar | on the clock | processor time / cores | took | peak |\n|---|---|---|---|---|---|\n' "$1"
}

# fresh FOLDER: an empty registry there
fresh() {
	rm -rf "$1"
	"$akashi" init "$1" --origin bench/store >/dev/null 2>&1
	export AKASHI_REGISTRY=$1/.akashi
}

# weights FOLDER SHARDS OPTION...: made, and in the page cache
weights() {
	"$make" weights "$1" "$megabytes" "$2" "${@:3}"
	sleep 3 # what changed a moment ago is never trusted to be the same
}

wanted() { [[ " $only " == *" $1 "* ]]; }

# shape SHARDS LETTER: what a checkpoint in that many files takes
shape() {
	local in=$memory/in bars=$2
	weights "$in" "$1"
	for ((i = 0; i < rounds; i++)); do
		timed "hash$1" openssl dgst -sha256 "$in"/*.safetensors
		timed "cat$1" cat "$in"/*
		timed "copy$1" cp -r "$in" "$memory/out"
		rm -r "$memory/out"
		fresh "$memory/registry"
		timed "reference$1" "$akashi" add checkpoint "$in" a/b@1 --store reference
		fresh "$memory/registry"
		timed "plain$1" "$akashi" add checkpoint "$in" a/b@1 --compression none
		fresh "$memory/registry"
		timed "full$1" "$akashi" add checkpoint "$in" a/b@1
		timed "again$1" "$akashi" add checkpoint "$in" a/b@1
		timed "fsck$1" "$akashi" fsck --read-all
		timed "get$1" "$akashi" get a/b@1 "$memory/out"
		((i)) || diff -r "$in" "$memory/out" >&2
		rm -r "$memory/out"
		timed "tensor$1" "$akashi" get a/b@1 --tensor model.embed_tokens.weight "$memory/one"
		rm "$memory/one"
	done
	read -r b1 b2 b3 b4 b5 b6 b7 <<<"$bars"
	head_of_times "$1 file(s), in memory"
	against "hash$1" "reference$1" "$b1" "\`add --store reference\`"
	against "hash$1" "plain$1" "$b2" "\`add --compression none\`"
	against "hash$1" "full$1" "$b3" "\`add\`"
	against "hash$1" "again$1" "$b4" "\`add\` again, unchanged"
	against "hash$1" "fsck$1" "$b5" "\`fsck --read-all\`"
	against "hash$1" "get$1" "$b6" "\`get\` whole"
	against "hash$1" "tensor$1" "$b7" "\`get\` one tensor of a twentieth"
	against "hash$1" "cat$1" "" "floor: \`cat\` to nowhere"
	against "hash$1" "copy$1" "" "floor: \`cp\` within memory"
	rm -rf "$in" "$memory/registry"
}

# Cloning instead of copying needs a file system that can; a loop device needs root.
reflink() {
	local image=$disk/xfs.image at=$disk/xfs
	mkdir "$at"
	truncate -s $((megabytes * 3 + 400))M "$image"
	if ! mkfs.xfs -q "$image" 2>/dev/null || ! mount -o loop "$image" "$at" 2>/dev/null; then
		echo "Reflinks: left out, an XFS could not be made and mounted here (needs xfsprogs and root)."
		return
	fi
	mounted=$at
	head_of_times "reflink on XFS (loop device)"
	for shards in 4 1; do
		weights "$at/in" "$shards"
		sync -f "$at"
		cat "$at"/in/* >/dev/null
		for ((i = 0; i < rounds; i++)); do
			timed "xhash$shards" openssl dgst -sha256 "$at"/in/*.safetensors
			timed "xclone$shards" sh -c "cp -r --reflink=always '$at/in' '$at/clone' && sync -f '$at'"
			rm -r "$at/clone"
			fresh "$at/registry"
			sync -f "$at"
			timed "reflink$shards" "$akashi" add checkpoint "$at/in" a/b@1
		done
		against "xhash$shards" "reflink$shards" "$([ $shards = 4 ] && echo 0.5 || echo 1.05)" "\`add\`, $shards file(s)"
		against "xhash$shards" "xclone$shards" "" "floor: \`cp --reflink=always\` and \`sync\`"
		rm -rf "$at/in" "$at/registry"
	done
	umount "$at"
	mounted=
	rm "$image"
}

# Durable: everything on the disk when the command ends, against cp and fsync.
durable() {
	head_of_times "durable on $(df --output=fstype "$disk" | tail -n 1), against \`cp\` and \`fsync\`"
	for shards in 4 1; do
		weights "$disk/in" "$shards"
		sync -f "$disk"
		for ((i = 0; i < rounds; i++)); do
			rm -rf "$disk/copy"
			sync -f "$disk"
			timed "copy$shards" sh -c "cp -r '$disk/in' '$disk/copy' && sync '$disk'/copy/* '$disk/copy'"
			rm -rf "$disk/copy"
			fresh "$disk/registry"
			sync -f "$disk"
			timed "durable$shards" "$akashi" add checkpoint "$disk/in" a/b@1
		done
		against "copy$shards" "durable$shards" 1.3 "\`add\`, $shards file(s)"
		rm -rf "$disk/in" "$disk/registry"
	done
}

bytes_of() { du -sb "$1" | cut -f 1; }

# stored BAR BYTES-BEFORE PATH-ADDED TEXT: how much of itself what was added takes
stored() {
	echo "$(bytes_of "$memory/registry") $2 $(bytes_of "$3")" | awk -v bar="$1" -v text="$4" '{
		share = ($1 - $2) / $3
		printf "| %s | %s | %.3f %s |\n", text, bar, share, share <= bar ? "(met)" : "(**missed**)" }'
}

sizes() {
	local before
	printf '\n| stored, of itself | bar | |\n|---|---|---|\n'
	weights "$memory/in" 1
	fresh "$memory/registry"
	before=$(bytes_of "$memory/registry")
	"$akashi" add checkpoint "$memory/in" a/b@1 --compression fast --quiet >/dev/null
	stored 0.71 "$before" "$memory/in" "normal bf16 weights, \`--compression fast\`"
	fresh "$memory/registry"
	"$akashi" add checkpoint "$memory/in" a/b@1 --quiet >/dev/null
	stored 0.67 "$before" "$memory/in" "normal bf16 weights"
	rm -r "$memory/in"
	weights "$memory/in" 1 layers=2
	before=$(bytes_of "$memory/registry")
	"$akashi" add checkpoint "$memory/in" a/b@2 --parent a/b@1 --quiet >/dev/null
	stored 0.12 "$before" "$memory/in" "2 of 24 layers drawn anew"
	rm -r "$memory/in"
	weights "$memory/in" 1 places=2.5
	before=$(bytes_of "$memory/registry")
	"$akashi" add checkpoint "$memory/in" a/b@3 --parent a/b@1 --quiet >/dev/null
	stored 0.25 "$before" "$memory/in" "every weight moved a little, with its parent"
	rm -r "$memory/in"
	fresh "$memory/registry"
	mkdir "$memory/text"
	"$make" text "$memory/text/data.jsonl" 200
	before=$(bytes_of "$memory/registry")
	"$akashi" add dataset "$memory/text" a/text@1 --quiet >/dev/null
	stored 0.45 "$before" "$memory/text" "200 MB of text"
	before=$(bytes_of "$memory/registry")
	"$make" text "$memory/text/data.jsonl" 200 edited=10
	"$akashi" add dataset "$memory/text" a/text@2 --quiet >/dev/null
	stored 0.06 "$before" "$memory/text" "the same with 1 % of the lines edited"
	rm -rf "$memory/text" "$memory/registry"
}

# How each peer keeps a folder, and gives it back; the repository is a folder in memory.
repository=$memory/repository
akashi_init() { fresh "$repository"; }
akashi_keep() { "$akashi" add checkpoint "$1" "a/b@$2" --quiet; }
akashi_back() { "$akashi" get a/b@1 "$1" --quiet; }
borg_init() { borg init -e none "$repository"; }
borg_keep() { (cd "$1" && borg create "$repository::$2" .); }
borg_back() { mkdir "$1" && (cd "$1" && borg extract "$repository::1"); }
restic_init() { restic -q -r "$repository" init; }
restic_keep() { (cd "$1" && restic -q -r "$repository" backup .); }
restic_back() { restic -q -r "$repository" restore "$(restic -r "$repository" snapshots --json | grep -o '"short_id":"[^"]*' | head -n 1 | cut -d'"' -f 4)" --target "$1"; }
casync_init() { mkdir "$repository"; }
casync_keep() { casync make --store="$repository/store" "$repository/$2.caidx" "$1"; }
casync_back() { mkdir -p "$1" && casync extract --store="$repository/store" "$repository/1.caidx" "$1"; }
gitlfs_init() {
	git init -q "$repository"
	git lfs install --skip-repo
	git -C "$repository" lfs track '*.safetensors'
	git -C "$repository" config user.email bench@example.org
	git -C "$repository" config user.name bench
}
gitlfs_keep() { cp -r "$1"/. "$repository" && git -C "$repository" add -A && git -C "$repository" commit -q --allow-empty -m "$2"; }
gitlfs_back() { git -C "$repository" rev-list HEAD | tail -n 1 >"$memory/first" && git clone -q "file://$repository" "$1" -n && git -C "$1" checkout -q "$(cat "$memory/first")"; }
declare -fx akashi_init akashi_keep akashi_back borg_init borg_keep borg_back restic_init restic_keep restic_back fresh
declare -fx casync_init casync_keep casync_back gitlfs_init gitlfs_keep gitlfs_back
export repository akashi memory

version_of() {
	case $1 in
	akashi) "$akashi" --version ;;
	gitlfs) git lfs version ;;
	restic) restic version ;;
	*) "$1" --version ;;
	esac 2>/dev/null | head -n 1 | grep -oE '[0-9]+(\.[0-9]+)*' | head -n 1
}

peers() {
	local peer before first second
	weights "$memory/in" 4
	weights "$memory/next" 4 layers=2
	timed hashp openssl dgst -sha256 "$memory"/in/*.safetensors
	printf '\n| %s | keep | processor time | keep again | keep the next (2 of 24 layers) | give back | stored | the next | peak |\n|---|---|---|---|---|---|---|---|---|\n' \
		"multiples of openssl"
	for peer in akashi borg restic gitlfs casync; do
		if [ $peer != akashi ] && [ $peer != gitlfs ] && ! command -v $peer >/dev/null ||
			{ [ $peer = gitlfs ] && ! git lfs version >/dev/null 2>&1; }; then
			echo "| $peer | not installed |"
			continue
		fi
		rm -rf "$repository"
		${peer}_init >/dev/null 2>&1
		before=$(bytes_of "$repository")
		rm -f "$memory"/took/peer-*
		AKASHI_REGISTRY=$repository/.akashi
		timed peer-keep bash -ec "${peer}_keep '$memory/in' 1"
		first=$(bytes_of "$repository")
		timed peer-again bash -ec "${peer}_keep '$memory/in' 1$([ $peer = akashi ] || echo b)"
		second=$(bytes_of "$repository")
		timed peer-next bash -ec "${peer}_keep '$memory/next' 2"
		[ $peer != gitlfs ] || rm -f "$repository"/*.safetensors # its working copy is not the store
		third=$(bytes_of "$repository")
		[ $peer != gitlfs ] || first=$((first - $(bytes_of "$memory/in"))) second=$((second - $(bytes_of "$memory/in")))
		timed peer-back bash -ec "${peer}_back '$memory/out'"
		rm -rf "$memory/out"
		echo "$(tail -qn 1 "$memory"/took/{hashp,peer-keep,peer-again,peer-next,peer-back} | cut -d' ' -f 1-4 | tr '\n' ' ')" \
			"$((first - before)) $((third - second)) $(bytes_of "$memory/in")" |
			awk -v name="$peer $(version_of $peer)" -v cores="$cores" '{
				printf "| %s | %.2f | %.2f | %.3f | %.2f | %.2f | %.3f | %.3f | %.0f MB |\n", name,
					$5 / $1, ($6 + $7) / ($2 + $3), $9 / $1, $13 / $1, $17 / $1, $21 / $23, $22 / $23, $8 / 1024 }'
	done
	rm -rf "$repository" "$memory/in" "$memory/next"
}

echo "$(date +%F), $cores cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), load $(cut -d' ' -f 1 /proc/loadavg), $megabytes MB, medians of $rounds"
if wanted times; then
	shape 4 "0.5 0.9 1.2 0.02 0.4 0.7 0.06"
	shape 1 "1.05 1.3 1.3 0.02 0.4 1.1 0.06"
fi
! wanted reflink || reflink
! wanted durable || durable
! wanted sizes || sizes
! wanted peers || peers
echo
echo "load at the end $(cut -d' ' -f 1 /proc/loadavg)"
