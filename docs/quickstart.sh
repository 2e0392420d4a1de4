#!/bin/bash
# From a fresh machine to a verdict on a real model, each step explained as it runs.
#
#   docs/quickstart.sh               install what is missing (root or sudo), build, and show the main job
#   docs/quickstart.sh --no-install  install nothing
#   docs/quickstart.sh --build DIR   use what is built in DIR
#   docs/quickstart.sh --keep        leave the registry and the release where they are, to look around in
#
# Everything happens in a temporary folder; your own keys, pins and settings are not touched.
set -euo pipefail
cd "$(dirname "$0")/.."
. docs/packages.sh

INSTALL=1 BUILD= KEEP=
while [ $# -gt 0 ]; do
	case $1 in
	--no-install) INSTALL= ;;
	--build) BUILD=$(cd "$2" && pwd) && shift ;;
	--keep) KEEP=1 ;;
	*)
		sed -n '2,9s/^# \{0,1\}//p' "$0"
		exit 2
		;;
	esac
	shift
done

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then BOLD=$'\e[1m' PLAIN=$'\e[0m'; else BOLD= PLAIN=; fi

title() { printf '\n%s== %s ==%s\n' "$BOLD" "$*" "$PLAIN"; }
say() { printf '\n%s\n' "$*"; }

# show COMMAND...: print it as one would type it, then run it
show() {
	local word line='$'
	for word in "$@"; do
		case $word in
		*[!A-Za-z0-9_./@:=+,-]*) line+=" '$word'" ;;
		*) line+=" $word" ;;
		esac
	done
	printf '%s%s%s\n' "$BOLD" "$line" "$PLAIN"
	"$@"
}

if [ -z "$BUILD" ]; then
	title "Build"
	[ -z "$INSTALL" ] || packages_need $BUILD_PACKAGES
	BUILD=$PWD/build
	[ -e build/CMakeCache.txt ] || cmake -S . -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DAKASHI_TESTS=OFF >/dev/null
	cmake --build build -j "$(nproc)" --target akashi | tail -n 1
fi

# A folder for everything, the built command first in the path, and nobody's settings.
SOURCE=$PWD
WORK=$(mktemp -d "${TMPDIR:-/tmp}/akashi-quickstart.XXXXXX")
[ -n "$KEEP" ] || trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/publisher" "$WORK/stranger"
export PATH=$BUILD:$PATH HOME=$WORK/publisher XDG_CONFIG_HOME=$WORK/publisher/.config
export LOGNAME=publisher USER=publisher GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
unset AKASHI_REGISTRY AKASHI_PASSPHRASE_FILE
cd "$WORK/publisher"

title "1. The publisher: a team with a model"
say "The team has a corpus, a training repository, three checkpoints, a run file and an evaluation:
a real language model of 394,080 parameters, trained for this repository (tests/data/tiny)."
cp -R "$SOURCE/tests/data/tiny/corpus" corpus
cp -R "$SOURCE/tests/data/tiny/eval" "$SOURCE"/tests/data/tiny/step-* "$SOURCE/tests/data/tiny/run.json" .
git init -q training
cp "$SOURCE"/tests/data/tiny/*.py training/
git -C training add .
git -C training -c user.name=Publisher -c user.email=publisher@example.org commit -q -m "train the tiny model"
show ls

say "A registry keeps objects, signed statements, and a transparency log. Making one also makes a
signing key; the pin line at the end is what everybody else will start from."
show akashi init . --origin hub.example.org/demo | tee "$WORK/init.txt"
PIN=$(sed -n 's/^pin  *//p' "$WORK/init.txt")
[ -n "$PIN" ]

say "The corpus becomes a version of a dataset: its files are named by what is in them, and its
documents, characters and languages are counted while they are read for that."
show akashi add dataset corpus demo/corpus@v1

say "A command that is wrapped is on record: what it began with, and how it ended."
show akashi run demo/look@1 --data demo/corpus@v1 -- wc -c "$(find corpus -type f | LC_ALL=C sort | head -n 1)"

say "The checkpoints of a run are registered as a series, with the training commit, the data and the
run file behind them. Each tensor gets a name of its own, the root of a tree over its pieces."
show akashi add checkpoint 'step-*' 'demo/tiny@step-{step}' --git training --data demo/corpus@v1 --run run.json

say "What the evaluation harness measured is bound to the very weights that it measured."
show akashi add eval "$(echo eval/results_*.json)" --of demo/tiny@step-500

say "The model is run on probes in exact arithmetic, and what it computes is recorded: digests that
anybody on any machine gets again, bit for bit, if the weights are the same."
show akashi record demo/tiny@step-500 --random 16:128:2026

say "What does the registry know now?"
show akashi history demo/tiny

say "A model card is written from that, for Hugging Face or, as here, as tables of specs; in English or
Japanese. What people write beside the generated parts stays when the card is brought up to date."
show akashi card demo/tiny@step-500 --template hub

title "2. The release: a directory that can be uploaded anywhere"
say "Publishing writes the model's files as they were, a signature in the OpenSSF format, and the
signed statements with their proofs of being in the log."
show akashi publish demo/tiny@step-500 release --as demo/tiny@v1
show ls release release/akashi

title "3. The stranger: trusts one line, and nothing that came with the files"
cp -R release "$WORK/stranger/download"
cd "$WORK/stranger"
export HOME=$WORK/stranger XDG_CONFIG_HOME=$WORK/stranger/.config LOGNAME=stranger USER=stranger

say "Somebody else downloaded the directory. Without knowing whom to trust, the files only agree with
themselves, and the verdict says no more than that (exit status 3)."
STATUS=0
show akashi verify download --offline || STATUS=$?
printf 'exit status %s\n' "$STATUS"
[ "$STATUS" = 3 ]

say "The publisher's pin line came by another way: a paper, a web page, a colleague."
show akashi trust pin "$PIN"

say "From that line alone, with no network: the bytes, the signature, the log, the lineage, the card's
claims, and the model's outputs computed again here."
show akashi verify download --offline

title "4. One bit"
say "Now one bit of one weight changes, as it would on a bad disk or by a quiet hand."
PLACE=$(($(stat -c %s download/model.safetensors) / 2))
OLD=$(od -An -t u1 -j "$PLACE" -N 1 download/model.safetensors | tr -d ' ')
printf "\\x$(printf %x $((OLD ^ 1)))" | dd of=download/model.safetensors bs=1 seek="$PLACE" conv=notrunc status=none
printf 'byte %s of model.safetensors: %s became %s\n' "$PLACE" "$OLD" "$((OLD ^ 1))"
STATUS=0
show akashi verify download --offline | tee "$WORK/verdict.txt" || STATUS=$?
printf 'exit status %s\n' "$STATUS"
[ "$STATUS" = 1 ] && grep -q 'model\.safetensors' "$WORK/verdict.txt"

title "Done"
say "The verdict named the file, the tensor and the element. Read on in README.md and docs/architecture.md."
[ -z "$KEEP" ] || say "Everything lies in $WORK"
