#!/bin/bash
# Our witness holds the whole dialogue of tlog-witness with a log that is written in Go on x/mod alone, and Go verifies
# the cosignatures under our own log's checkpoint.
set -euo pipefail

BUILD=${AKASHI_BUILD:-build}
SOURCE=${AKASHI_SOURCE:-$(pwd)}
AKASHI=${AKASHI:-$BUILD/akashi}
MODULE=/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog

skip() {
	echo "skipped: $*"
	exit 77
}

command -v go >/dev/null || skip "no go here (Debian: golang-go)"
[ -d "$MODULE" ] || skip "no x/mod here (Debian: golang-golang-x-mod-dev)"
SCRATCH=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
witnesses=()
finish() {
	for pid in "${witnesses[@]}"; do kill "$pid" 2>/dev/null || true; done
	rm -rf "$SCRATCH"
}
trap finish EXIT
export GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE=$SCRATCH/cache GOFLAGS= GOTOOLCHAIN=local HOME=$SCRATCH
export XDG_CONFIG_HOME=$SCRATCH/config LOGNAME=judge
(cd "$SOURCE/tests/judges/witness" && go build -o "$SCRATCH/judge" main.go)

# serve NAME LOG: a witness; where it listens is in $url
serve() {
	"$AKASHI" witness init -q --state "$SCRATCH/$1" --name "witness.example/$1" >/dev/null
	"$AKASHI" witness serve --state "$SCRATCH/$1" --listen 127.0.0.1:0 --log "$2" >"$SCRATCH/$1.says" &
	witnesses+=($!)
	until grep -q http "$SCRATCH/$1.says"; do
		kill -0 "${witnesses[-1]}"
		sleep 0.05
	done
	url=$(sed -n 's/.*on \(http[^;]*\);.*/\1/p' "$SCRATCH/$1.says")
}

mkdir "$SCRATCH/log"
serve a "$("$SCRATCH/judge" keygen "$SCRATCH/log")"
"$SCRATCH/judge" ask "$SCRATCH/log" "$url" "$(cat "$SCRATCH/a/witness.vkey")"

# The other way: our log, cosigned, read by Go.
cd "$SCRATCH"
"$AKASHI" init -q --origin example.org/judged >/dev/null
log=$(cat .akashi/keys/log.vkey)
for name in b c; do
	serve $name "$log"
	echo "witness $name $(cat "$name/witness.vkey") $url" >>policy
done
printf 'group both all b c\nquorum both\n' >>policy
cp policy .akashi/keys/witnesses
"$AKASHI" log publish
./judge open .akashi/log/checkpoint "$log" "$(cat b/witness.vkey)" "$(cat c/witness.vkey)"

# A judge that cannot refuse proves nothing.
refuses() {
	if ./judge open "$1" "$log" "$(cat b/witness.vkey)" "$(cat c/witness.vkey)" 2>said; then
		echo "the judge accepts $2"
		exit 1
	fi
	echo "refused, $2: $(cat said)"
}
sed '$d' .akashi/log/checkpoint >broken
refuses broken "a checkpoint with a line missing"
sed '2s/^2$/3/' .akashi/log/checkpoint >broken
refuses broken "a checkpoint of another size"
