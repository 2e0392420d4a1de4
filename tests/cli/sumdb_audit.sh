#!/bin/bash
# Our log is read and audited whole by Go's own x/mod/sumdb/{note,tlog}, at sizes around every edge.
set -euo pipefail

BUILD=${AKASHI_BUILD:-build}
SOURCE=${AKASHI_SOURCE:-$(pwd)}
MODULE=/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog

skip() {
	echo "skipped: $*"
	exit 77
}

command -v go >/dev/null || skip "no go here (Debian: golang-go)"
[ -d "$MODULE" ] || skip "no x/mod here (Debian: golang-golang-x-mod-dev)"
# Hundreds of durable writes: in memory where there is a file system for that.
SCRATCH=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
export GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$SCRATCH/cache GOFLAGS= GOTOOLCHAIN=local HOME=$SCRATCH
(cd "$SOURCE/tests/judges/sumdb" && go build -o "$SCRATCH/sumdb" main.go)

for size in 0 1 2 255 256 257 65535 65536 65537 70000; do
	vkey=$("$BUILD/tests/log_dump" "$SCRATCH/$size" "$size")
	"$SCRATCH/sumdb" "$SCRATCH/$size" "$vkey"
done

# A judge that cannot refuse proves nothing.
refuses() {
	if "$SCRATCH/sumdb" "$SCRATCH/broken" "$vkey" 2>"$SCRATCH/said"; then
		echo "the judge accepts a log with $1"
		exit 1
	fi
	echo "refused, $1: $(cat "$SCRATCH/said")"
}

vkey=$(cat "$SCRATCH/257/keys/log.vkey")
plant() {
	rm -rf "$SCRATCH/broken"
	cp -r "$SCRATCH/257" "$SCRATCH/broken"
	chmod -R u+w "$SCRATCH/broken"
}
plant
printf 'X' | dd of="$SCRATCH/broken/log/tile/entries/000" bs=1 seek=9 conv=notrunc status=none
refuses "a changed entry"
plant
printf 'X' | dd of="$SCRATCH/broken/log/tile/0/000" bs=1 seek=40 conv=notrunc status=none
refuses "a changed hash"
plant
sed -i '2s/257/256/' "$SCRATCH/broken/log/checkpoint"
refuses "a changed checkpoint"
