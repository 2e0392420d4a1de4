#!/bin/sh
# A whole series in one command: all of it or nothing.
. "$(dirname "$0")/lib.sh"

run 0 init
mkdir -p out/step-20 out/step-100
for step in 20 100; do
	cp "$TINY/step-300/"* out/step-$step/
	chmod -R u+w out
	echo "$step" >out/step-$step/note.txt
done
run 2 add checkpoint out/step-20 out/step-100 a/b@v1
complained "{step}"
run 0 add checkpoint out/step-100 out/step-20 'a/b@s{step}' --store link --exclude note.txt
[ "$(sed -n 1p "$STORY/out" | grep -c 'a/b@s20')" = 1 ] || fail "the series is not in the order of its steps"
run 4 add checkpoint 'out/nothing-*' 'a/c@{step}'
mkdir out/step-30
run 2 add checkpoint 'out/step-*' 'a/c@{step}'
complained "step-30"
run 0 list
unsaid "a/c"
run 0 show a/b@s20 --json
json 'o["predicate"]["files"] == 6'
run 0 diff a/b@s20 a/b@s100
said "6 of 6 files"

# Each has the one of the step before as its parent; one that is put in between later changes nobody's.
run 0 show a/b@s20 --json
json 'o["predicate"]["parents"] == []'
run 0 show a/b@s100 --json
json '[p["name"] for p in o["predicate"]["parents"]] == ["a/b@s20"]'
rm -r out/step-30
cp -r out/step-20 out/step-60
echo 60 >out/step-60/note.txt
run 0 add checkpoint 'out/step-*' 'a/b@s{step}' --store link --exclude note.txt
said "logged before at"
run 0 show a/b@s60 --json
json '[p["name"] for p in o["predicate"]["parents"]] == ["a/b@s20"]'
run 0 show a/b@s100 --json
json '[p["name"] for p in o["predicate"]["parents"]] == ["a/b@s20"]'
run 2 add checkpoint 'out/step-*' 'a/d@{step}' --no-parent --parent a/b@s20
run 0 add checkpoint 'out/step-*' 'a/d@{step}' --no-parent --exclude note.txt
run 0 show a/d@100 --json
json 'o["predicate"]["parents"] == []'
run 0 add checkpoint 'out/step-*' 'a/e@{step}' --parent a/b@s20
run 0 show a/e@100 --json
json '[p["name"] for p in o["predicate"]["parents"]] == ["a/b@s20"]'

# Killed midway, twice, and given again: nothing is half registered, what was finished is not written once more, and at
# the end all ten are whole. How far it came is seen by the packs, one for each checkpoint that is durable.
command -v python3 >/dev/null || exit 0
for step in 1 2 3 4 5 6 7 8 9 10; do
	mkdir -p "long/step-$step"
	head -c 1000000 /dev/urandom >"long/step-$step/weights.bin"
	echo "$step" >"long/step-$step/note.txt"
	touch -d '1 hour ago' "long/step-$step/"*
done
packs() { find .akashi/packs -name '*.pack' 2>/dev/null | wc -l; }
before=$(packs)
for wanted in 3 6; do
	"$AKASHI" add checkpoint 'long/step-*' 'a/long@{step}' >"$STORY/out" 2>"$STORY/err" &
	adding=$!
	while [ "$(packs)" -lt $((before + wanted)) ] && kill -0 $adding 2>/dev/null; do :; done
	kill -KILL $adding 2>/dev/null || true
	wait $adding 2>/dev/null || true
	run 0 fsck --read-all
	run 0 list
	unsaid "a/long@1 "
done
written=$(find .akashi/packs -name '*.pack' -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
kept=$(($(packs) - before))
run 0 add checkpoint 'long/step-*' 'a/long@{step}' --json
for step in 1 2 3 4 5 6 7 8 9 10; do
	rm -rf back
	run 0 get "a/long@$step" back
	cmp "long/step-$step/weights.bin" back/weights.bin
done
run 0 fsck --read-all
after=$(find .akashi/packs -name '*.pack' -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
[ $((after - written)) -lt $(((10 - kept) * 1010000 + 20000)) ] || fail "what was finished was written once more: $kept of 10 were kept, $((after - written)) bytes came"
