#!/bin/bash
# What does `akashi backup` cost beside `cp -r` of the same registry with a sync of every file?
#
#     AKASHI=build/akashi tests/bench/backup.sh [megabytes] [rounds] [folder]
#
# Processor time says what a busy machine hides; the medians of both are printed.
set -eu
akashi=$(realpath "${AKASHI:-build/akashi}")
megabytes=${1:-600}
rounds=${2:-3}
work=$(mktemp -d -p "${3:-.}" akashi-bench.XXXXXX)
trap 'rm -rf "$work"' EXIT
export HOME=$work XDG_CONFIG_HOME=$work/config LOGNAME=bench USER=bench
cd "$work"
mkdir model
head -c "${megabytes}000000" /dev/urandom >model/weights.bin
"$akashi" init --origin bench/backup >/dev/null 2>&1
"$akashi" add checkpoint model a/b@1 --compression none >/dev/null
rm -r model

timed() { # WORDS COMMAND...
	local words=$1
	shift
	/usr/bin/time -f '%e %U %S %M' -a -o "$words.times" "$@" >/dev/null
}
for _ in $(seq "$rounds"); do
	rm -rf copy backup
	sync .
	timed copied sh -c 'cp -r .akashi copy && find copy -type f -exec sync {} +'
	timed backup "$akashi" backup backup
	timed again "$akashi" backup backup
done
for words in copied backup again; do
	awk '{ print $1, $2 + $3, $4 / 1024 }' "$words.times" | sort -g | sed -n "$(((rounds + 1) / 2))p" |
		awk -v words="$words" '{ printf "%-8s %6.2f s on the clock, %5.2f s of processor time, %4.0f MiB\n", words, $1, $2, $3 }'
done
