#!/bin/sh
# What nothing needs goes, beside writers and whatever is killed; what a statement needs never does.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || skip "python3 is not installed"

# checkpoint FOLDER SEED: two files, one of them large enough for a pack
checkpoint() {
	mkdir -p "$1"
	python3 - "$1" "$2" <<'END'
import json, random, struct, sys
folder, seed = sys.argv[1:]
body = random.Random(int(seed)).randbytes(600000)
head = json.dumps({"w": {"dtype": "BF16", "shape": [len(body) // 2], "data_offsets": [0, len(body)]}}).encode()
head += b" " * (-len(head) % 8)
open(folder + "/model.safetensors", "wb").write(struct.pack("<Q", len(head)) + head + body)
open(folder + "/config.json", "w").write('{"seed": %s}' % seed)
END
}
packed() { find .akashi/packs -name '*.pack' -printf '%s\n' | awk '{ sum += $1 } END { print sum + 0 }'; }
restored() { # NAME FOLDER
	rm -rf back
	run 0 get "$1" back
	cmp "$2/model.safetensors" back/model.safetensors
	cmp "$2/config.json" back/config.json
}

run 0 init --origin example.org/gc
run 0 gc
said "nothing to throw away"
for i in 1 2 3; do
	checkpoint "m$i" "$i"
	run 0 add checkpoint "m$i" "a/b@$i"
done

# Everything is needed: loose objects are packed, and nothing goes.
run 0 gc --grace-days 0 --all --dry-run --json
json "o['schema'] == 'akashi/gc/1' and o['dryRun'] and o['packed'] > 0 and o['removed'] == 0 and o['rewritten'] == 0"
[ "$(find .akashi/objects -type f | wc -l)" -gt 0 ] || fail "a rehearsal packed something"
run 0 gc --grace-days 0 --all
[ "$(find .akashi/objects -type f | wc -l)" = 0 ] || fail "objects stayed loose"
run 0 fsck --read-all
for i in 1 2 3; do restored "a/b@$i" "m$i"; done

# Released bytes come back as room; within their grace they do not.
before=$(packed)
run 0 prune a/b@1 --reason "no room"
run 0 gc --all
said "within its grace"
[ "$(packed)" = "$before" ] || fail "young garbage went"
run 0 gc --grace-days 0 --all
[ "$(packed)" -lt $((before - 500000)) ] || fail "the room did not come back"
[ -z "$(find .akashi/packs/quarantine -type f)" ] || fail "nobody writes, and something is in quarantine"
run 0 fsck --read-all
said "released on purpose"
restored a/b@2 m2
run 0 gc --grace-days 0 --all
said "nothing to throw away"

# Withheld bytes are nowhere on the disk any more.
weights=$(sha256sum m2/model.safetensors | cut -d' ' -f1)
run 0 withhold "sha256:$weights" --reason "not ours"
before=$(packed)
run 0 gc --grace-days 0 --all
[ "$(packed)" -lt $((before - 500000)) ] || fail "withheld bytes stay"
[ ! -e ".akashi/packs/removed/$weights" ] || fail "what is gone is still remembered as removed"
restored a/b@3 m3

# Released, and come back as something else: the note that it was removed does not outlive that.
checkpoint m5 5
printf '{"lr":"1e-3"}\n' >m5/run.json
run 0 add checkpoint m5 a/five@1
run 0 gc --grace-days 0 --all
run 0 prune a/five@1 --reason "no room"
run 0 add run m5/run.json a/run@1
run 0 gc --grace-days 0 --all
run 0 gc --grace-days 0 --all
run 0 fsck --read-all

# A difference that is garbage and stays in its pack is found again: what it differs from stays too.
checkpoint old 6
cp -r old new
python3 - new/model.safetensors <<'END'
import sys
body = bytearray(open(sys.argv[1], "rb").read())
for at in range(200, len(body), 400):
	body[at] ^= 1
open(sys.argv[1], "wb").write(body)
END
head -c 8000000 /dev/urandom >new/shared.bin
mkdir third
cp new/shared.bin third
run 0 add checkpoint old a/d@1
run 0 add checkpoint new a/d@2 --parent a/d@1
run 0 add checkpoint third a/d@3
run 0 prune a/d@1 a/d@2 --reason "no room"
run 0 gc --grace-days 0
run 0 add checkpoint new a/again@1
restored a/again@1 new
run 0 fsck --read-all
run 0 prune a/again@1 a/d@3 --reason "no room"
run 0 gc --grace-days 0 --all

# Notes of what paths held go when they are old, or of bytes that are no longer here.
run 0 add checkpoint third a/third@1 # so that there is one that stays
run 0 prune a/third@1 --reason "no room"
run 0 gc
unsaid "notes of what"
touch -d '91 days ago' "$(find .akashi/known -type f | head -1)"
run 0 gc --dry-run --json
json "o['notes'] == 1"
run 0 gc
said "1 notes of what paths held removed"
notes=$(find .akashi/known -type f | wc -l)
[ "$notes" -gt 0 ] || fail "every note went"
sed -i "s/^manifest .*/manifest $weights/" "$(find .akashi/known -type f | head -1)" # withheld above
run 0 gc --json
json "o['notes'] == 1"
[ "$(find .akashi/known -type f | wc -l)" = $((notes - 1)) ] || fail "a note of what is gone stays"

# What is needed cannot be told: nothing goes.
cp -r .akashi kept
identity=$("$AKASHI" show a/b@3 --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["statement"][7:])')
statement=$(cd .akashi/statements && echo "$identity".*.json)
rm ".akashi/statements/$statement"
run 1 gc --grace-days 0 --all
complained "nothing is thrown away"
cp "kept/statements/$statement" .akashi/statements/
rm -rf kept

# Killed anywhere: what is needed is there, and the next one finishes.
kills=8
[ -z "${AKASHI_LONG:-}" ] || kills=100
for turn in $(seq "$kills"); do
	checkpoint passing "$((1000 + turn))"
	run 0 add checkpoint passing "a/passing@$turn"
	run 0 prune "a/passing@$turn" --reason "passing"
	"$AKASHI" gc --grace-days 0 --all >/dev/null 2>&1 &
	sleep "0.0$((turn * 7 % 10))$((turn * 3 % 10))"
	kill -KILL $! 2>/dev/null || true
	wait $! 2>/dev/null || true
	run 0 fsck --read-all
done
run 0 gc --grace-days 0 --all
restored a/b@3 m3

# Beside writers: several add and release while others collect.
rounds=3
[ -z "${AKASHI_LONG:-}" ] || rounds=30
for writer in 1 2; do
	checkpoint "n$writer" "$((2000 + writer))"
	(
		for turn in $(seq "$rounds"); do
			"$AKASHI" add checkpoint "n$writer" "w$writer/m@$turn" >/dev/null || touch "$STORY/failed"
		done
	) &
	pids="${pids:-} $!"
done
(
	for turn in $(seq "$rounds"); do
		"$AKASHI" gc --grace-days 0 --all >/dev/null 2>"$STORY/gc-err" || cat "$STORY/gc-err" >>"$STORY/gc-failed"
	done
) &
for pid in $pids $!; do wait "$pid"; done
[ ! -e "$STORY/failed" ] || fail "an add failed beside a collection"
[ ! -e "$STORY/gc-failed" ] || fail "a collection failed beside writers: $(cat "$STORY/gc-failed")"
run 0 gc --grace-days 0 --all
run 0 fsck --read-all
for turn in $(seq "$rounds"); do restored "w1/m@$turn" n1; done
