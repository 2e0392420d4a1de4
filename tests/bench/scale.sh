#!/bin/bash
# What do the commands cost in a registry of very many objects and statements?
#
#     AKASHI=build/akashi AKASHI_BUILD=build tests/bench/scale.sh [objects] [statements] [together] [folder]
#
# `together`: checkpoints whose pieces share a pack. Processor time says what a busy machine hides;
# memory is the largest resident set. The whole (10,000,000 and 100,000, the defaults) needs 7 GB in
# `folder`, /dev/shm unless another is named, and half an hour of one idle core; a hundredth of it seconds.
set -eu
akashi=$(realpath "${AKASHI:-build/akashi}")
build=$(realpath "${AKASHI_BUILD:-build}")
objects=${1:-10000000}
statements=${2:-100000}
together=${3:-100}
work=$(mktemp -d -p "${4:-/dev/shm}")
trap 'rm -rf "$work"' EXIT
export HOME=$work XDG_CONFIG_HOME=$work/config LOGNAME=bench USER=bench
cd "$work"
"$akashi" init registry --origin bench/scale >/dev/null 2>&1
export AKASHI_REGISTRY=$work/registry/.akashi
name=lab/model-$(printf %06d $((statements / 200)))

# measure LABEL COMMAND...: a line of the table; the exit status must be 0
measure() {
	local label=$1 lines
	shift
	/usr/bin/time -o times -f '%e %U %S %M' "$@" >out 2>err || {
		echo "$*: failed" >&2
		tail -3 err >&2
		exit 1
	}
	lines=$(wc -l <out)
	awk -v label="$label" -v lines="$lines" '{ printf "| `%s` | %.2f | %.2f | %d | %d |\n", label, $1, $2 + $3, $4 / 1024, lines }' times
}

echo "$objects objects, $statements statements, $together checkpoints a pack, $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg)"
echo
echo "| command | seconds | processor, s | memory, MiB | lines |"
echo "|---|---|---|---|---|"
measure "make_registry" "$build/tests/bench/make_registry" "$AKASHI_REGISTRY" "$statements" "$objects" "$together"
measure "list" "$akashi" list
measure "list NAME" "$akashi" list "$name"
measure "show NAME@V" "$akashi" show "$name@step-000000"
measure "history NAME" "$akashi" history "$name"
measure "log prove NAME@V" "$akashi" log prove "$name@step-000000"
measure "status" "$akashi" status
measure "du NAME@V" "$akashi" du "$name@step-000000"
measure "get NAME@V" "$akashi" get "$name@step-000000" restored
measure "fsck" "$akashi" fsck
measure "fsck, following" "$akashi" fsck
measure "log audit, following" "$akashi" log audit
measure "log audit --again" "$akashi" log audit --again
measure "log fsck" "$akashi" log fsck
measure "reindex" "$akashi" reindex
measure "gc --dry-run" "$akashi" gc --dry-run
measure "gc --dry-run --again" "$akashi" gc --dry-run --again
measure "gc" "$akashi" gc
measure "fsck after gc" "$akashi" fsck
du -sm --apparent-size "$AKASHI_REGISTRY" | awk '{ print "\n" $1 " MB on disk" }'
