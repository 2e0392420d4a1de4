#!/bin/bash
# docs/quickstart.sh does what it says, and touches nothing of the user's.
set -euo pipefail
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
mkdir "$SCRATCH/home" "$SCRATCH/tmp"
STATUS=0
HOME=$SCRATCH/home XDG_CONFIG_HOME=$SCRATCH/home/.config TMPDIR=$SCRATCH/tmp NO_COLOR=1 \
	"$AKASHI_SOURCE/docs/quickstart.sh" --no-install --build "$AKASHI_BUILD" >"$SCRATCH/out" 2>&1 || STATUS=$?
cat "$SCRATCH/out"
fail() {
	echo "$*"
	exit 1
}
[ "$STATUS" = 0 ] || fail "docs/quickstart.sh ended with exit status $STATUS"
[ -z "$(ls -A "$SCRATCH/home")" ] || fail "it wrote into the user's home"
[ -z "$(ls -A "$SCRATCH/tmp")" ] || fail "it left something behind in $(ls "$SCRATCH/tmp")"
sed -n '/== 4\. One bit/,$p' "$SCRATCH/out" >"$SCRATCH/bit"
grep -qE "model\.safetensors: tensor 'model\.layers\.[0-9]+\.[a-z_.]+' \[[0-9]+, [0-9]+\] was .*, is " "$SCRATCH/bit" ||
	fail "the last verdict does not name file, tensor and element"
