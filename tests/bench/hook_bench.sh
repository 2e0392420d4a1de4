#!/bin/bash
# What the git hooks cost: `git commit` in a repository of many files, without hooks, with them, and with
# them where a run is declared. Run by hand: tests/bench/hook_bench.sh AKASHI [FILES] [COMMITS]
set -eu
[ $# -ge 1 ] || { echo "usage: $0 AKASHI [FILES] [COMMITS]" >&2; exit 2; }
AKASHI=$(realpath "$1") FILES=${2:-50000} COMMITS=${3:-20}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/akashi-hooks.XXXXXX")
trap 'sleep 1; rm -rf "$WORK"' EXIT
export HOME=$WORK GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
unset XDG_CONFIG_HOME AKASHI_REGISTRY
git config --global gc.auto 0

mkdir "$WORK/house" && (cd "$WORK/house" && "$AKASHI" init >/dev/null 2>&1)
git init -q "$WORK/train" && cd "$WORK/train"
perl -e 'for $i (0 .. $ARGV[0] - 1) { $d = sprintf "d%03d/e%02d", $i / 1000, $i / 50 % 20; mkdir substr $d, 0, 4; mkdir $d;
	open my $f, ">", "$d/f$i" or die; print $f "$i\n" }' "$FILES"
mkdir configs && echo 0 >configs/base.yaml && git add . && git commit -qm all

# commits FILE: milliseconds that each `git commit` of a change to FILE takes, sorted
commits() {
	local i begin
	for i in $(seq "$COMMITS"); do
		echo "$RANDOM$i" >"$1" && git add "$1"
		begin=$(date +%s%N)
		git commit -qm "$i" 2>/dev/null
		echo $((($(date +%s%N) - begin) / 10000))
	done | sort -n | awk '{ t[NR] = $1 / 100 } END { printf "median %.1f ms, fastest %.1f, slowest %.1f\n", t[int((NR + 1) / 2)], t[1], t[NR] }'
}
counted() { # instructions of one commit, where the machine counts them
	command -v perf >/dev/null 2>&1 || return 0
	echo "$RANDOM" >>"$2" && git add "$2"
	perf stat -x, -e instructions:u git commit -qm counted 2>&1 | awk -F, -v what="$1" '/instructions/ { print what ": " $1 " instructions" }'
}

echo "$FILES files, $COMMITS commits each"
echo "no hooks:              $(commits d000/e00/f0)"
counted "no hooks" d000/e00/f0
"$AKASHI" hook install --registry "$WORK/house" --quiet >/dev/null
git config akashi.runs 'configs/*.yaml'
echo "hooks, nothing to say: $(commits d000/e00/f0)"
counted "hooks, nothing to say" d000/e00/f0
echo "hooks, a run declared: $(commits configs/base.yaml)"
counted "hooks, a run declared" configs/base.yaml
begin=$(date +%s%N)
git update-ref refs/heads/x HEAD
echo "one change of a ref:   $((($(date +%s%N) - begin) / 1000000)) ms"
until "$AKASHI" sync | grep -q 'nothing waits'; do sleep 0.1; done
