#!/bin/bash
# What the git hooks cost: `git commit` in a repository of many files without hooks, with them, and with them where a run is declared, in
# turns, on the clock and in processor time. Run by hand: tests/bench/hook_bench.sh AKASHI [FILES] [ROUNDS]
set -eu
[ $# -ge 1 ] || { echo "usage: $0 AKASHI [FILES] [ROUNDS]" >&2; exit 2; }
AKASHI=$(realpath "$1") FILES=${2:-50000} ROUNDS=${3:-10}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/akashi-hooks.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
export HOME=$WORK GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
unset XDG_CONFIG_HOME AKASHI_REGISTRY
git config --global gc.auto 0

mkdir "$WORK/house" && (cd "$WORK/house" && "$AKASHI" init >/dev/null 2>&1)
git init -q "$WORK/train" && cd "$WORK/train"
perl -e 'for $i (0 .. $ARGV[0] - 1) { $d = sprintf "d%03d/e%02d", $i / 1000, $i / 50 % 20; mkdir substr $d, 0, 4; mkdir $d;
	open my $f, ">", "$d/f$i" or die; print $f "$i\n" }' "$FILES"
mkdir configs && echo 0 >configs/base.yaml && git add . && git commit -qm all
"$AKASHI" hook install --registry "$WORK/house" --quiet >/dev/null
git config akashi.runs 'configs/*.yaml'

settle() { until "$AKASHI" sync 2>/dev/null | grep -q 'nothing waits'; do sleep 0.05; done; }

# commit NAME FILE HOOKS: one `git commit` of a change to FILE; into NAME: milliseconds on the clock, of a processor
TIMEFORMAT='%R %U %S'
commit() {
	settle
	echo "$RANDOM$RANDOM" >"$2" && git add "$2"
	{ time git -c core.hooksPath="$3" commit -qm "$1" >/dev/null 2>&1; } 2>&1 | awk '{ print $1 * 1000, ($2 + $3) * 1000 }' >>"$WORK/$1"
}
told() {
	local column
	for column in 1 2; do
		sort -n -k$column,$column "$WORK/$1" | awk -v c=$column '{ t[NR] = $c } END { printf "  %5.0f %5.0f", t[int((NR + 1) / 2)], t[1] }'
	done
}

for ((round = 0; round < ROUNDS; round++)); do
	commit bare d000/e00/f0 /nonexistent
	commit silent d000/e00/f0 .git/hooks
	commit declared configs/base.yaml .git/hooks
done
settle
echo "$FILES files, $ROUNDS rounds; ms:  clock: median, fastest; processor: median, fastest"
echo "git commit, no hooks       $(told bare)"
echo "hooks, nothing to say      $(told silent)"
echo "hooks, a run declared      $(told declared)"
echo "the hook alone, in turns: "
for what in d000/e00/f0 configs/base.yaml; do
	rm -f "$WORK/alone"
	for ((round = 0; round < ROUNDS; round++)); do
		settle
		echo "$RANDOM$RANDOM" >$what && git add $what && git -c core.hooksPath=/nonexistent commit -qm alone
		{ time .git/hooks/post-commit >/dev/null 2>&1; } 2>&1 | awk '{ print $1 * 1000, ($2 + $3) * 1000 }' >>"$WORK/alone"
	done
	echo "post-commit, $what  $(told alone)"
done
