#!/bin/bash
# How long does `akashi add dataset` take beside `zcat` of the same gzip file, and how much memory?
# With a tokenizer: tests/bench/tokenizer_bench.c says how fast that is by itself.
#
#     AKASHI=build/akashi tests/bench/corpora.sh FILE.jsonl [rounds] [folder]
#
# Processor time is compared (user and system): what a busy machine does to the clock is left out.
set -eu
akashi=$(realpath "${AKASHI:-build/akashi}")
file=$(realpath "$1")
rounds=${2:-5}
work=$(mktemp -d -p "${3:-/dev/shm}")
trap 'rm -rf "$work"' EXIT
export XDG_CONFIG_HOME=$work/config
mkdir "$work/packed" "$work/plain"
cp "$file" "$work/plain/corpus.jsonl"
gzip -c "$file" >"$work/packed/corpus.jsonl.gz"
"$akashi" init "$work/registry" --origin bench/corpora >/dev/null 2>"$work/err" || { cat "$work/err"; exit 1; }
export AKASHI_REGISTRY=$work/registry/.akashi

# timed WORDS COMMAND...: the least processor time of the rounds, and the peak of memory
timed() {
	local words=$1
	shift
	for _ in $(seq "$rounds"); do
		/usr/bin/time -f '%U %S %M' -a -o "$work/$words.times" "$@" >/dev/null 2>"$work/err" || { cat "$work/err"; exit 1; }
	done
	awk -v words="$words" '{ t = $1 + $2; if (NR == 1 || t < least) least = t; if ($3 > most) most = $3 }
		END { printf "%-14s %6.2f s of processor time, %4.0f MB\n", words, least, most / 1000 }' "$work/$words.times"
}

timed zcat zcat "$work/packed/corpus.jsonl.gz"
timed packed "$akashi" add dataset "$work/packed" a/b@1 --dry-run --store reference
timed plain "$akashi" add dataset "$work/plain" a/b@1 --dry-run --store reference
