#!/bin/sh
# A corpus of which some lines are edited takes what was edited; optimizer states of which a part changed take that part.
. "$(dirname "$0")/lib.sh"

run 0 init
mkdir v1 v2
# Words of a language of 2,000, some of them common; then one line in a hundred edited, and one put in front.
awk 'BEGIN { srand(16); for (i = 0; i < 2000; i++) { w[i] = ""; for (k = 2 + int(8 * rand()); k > 0; k--) w[i] = w[i] sprintf("%c", 97 + int(26 * rand())) }
	for (n = 0; n < 30000; n++) { s = ""; for (k = 0; k < 15; k++) s = s w[int(2000 * rand() ^ 3)] " "; print s } }' >v1/corpus.txt
awk 'BEGIN { srand(17); print "this line was put in front" } rand() < 0.01 { print $0 "and this was edited " int(1e6 * rand()); next } { print }' v1/corpus.txt >v2/corpus.txt
run 0 add dataset v1 a/corpus@1 --quiet
run 0 add dataset v2 a/corpus@2 --quiet
run 0 du --json
json 'o["items"][0]["stored"] < 0.5 * o["items"][0]["bytes"]'
json 'o["total"]["stored"] - o["items"][0]["stored"] <= 0.06 * o["items"][1]["bytes"]'
run 0 get a/corpus@2 out --quiet
cmp v2/corpus.txt out/corpus.txt || fail "the second version is another text"
run 0 fsck --read-all

# The first version may go: what the second differs from stays, and so does the dictionary.
run 0 prune a/corpus@1 --reason "only the second is used" --quiet
run 0 gc --grace-days 0 --all
run 0 fsck --read-all
rm -r out
run 0 get a/corpus@2 out --quiet
cmp v2/corpus.txt out/corpus.txt || fail "the second version needs what was thrown away"
# What stays for its sake is what it takes.
run 0 du a/corpus@2 --json
json 'o["total"]["stored"] > 0.9 * '"$(cat .akashi/packs/*.pack | wc -c)"

# A changed byte is told with the file and the place, and repaired from where the text still is. What only the first
# version had, and the second differs from, no folder has: a byte of something else is taken.
pack=$(ls -S .akashi/packs/*.pack | head -1)
chmod u+w "$pack"
cp "$pack" "$STORY/pack"
# (The beginning is a gap, whose bytes nobody needs.)
found=
for part in $(seq 5 40); do
	cp "$STORY/pack" "$pack"
	printf XXXXXXXX | dd of="$pack" bs=1 seek=$(($(wc -c <"$pack") * part / 41)) conv=notrunc status=none
	akashi fsck --read-all >"$STORY/out" 2>&1 && continue
	if grep -q "corpus.txt: bytes " "$STORY/out" && ! grep -qE "kept as what differs from this|^copy: " "$STORY/out"; then
		found=1
		break
	fi
done
[ -n "$found" ] || fail "no damage hits what only the second version has"
said "a/corpus@2"
said "corpus.txt"
said "bytes "
run 0 fsck --read-all --repair-from v2
run 0 fsck --read-all
rm -r out
run 0 get a/corpus@2 out --quiet
cmp v2/corpus.txt out/corpus.txt || fail "the repaired text is another"

# Optimizer states as torch keeps them: a zip of numbers as they are, behind a description whose length changes.
command -v python3 >/dev/null || skip "no python3"
mkdir s1 s2
python3 - <<'PY'
import random, struct, zipfile
random.seed(16)
state = [struct.pack("<75000f", *(random.gauss(0, 1e-3) for _ in range(75000))) for _ in range(12)]
for step, extra in ((1, b""), (2, b"x" * 1000)):
    with zipfile.ZipFile("s%d/optimizer.pt" % step, "w", zipfile.ZIP_STORED) as zip:
        zip.writestr("archive/data.pkl", b"description" + extra)
        for i, one in enumerate(state):
            zip.writestr("archive/data/%d" % i, one if i != 5 or step == 1 else one[::-1])
PY
run 0 add checkpoint s1 a/m@1 --quiet
run 0 add checkpoint s2 a/m@2 --quiet
run 0 du a/m --json
json 'o["total"]["stored"] - o["items"][0]["stored"] <= 0.2 * o["items"][1]["bytes"]'
run 0 get a/m@2 out2 --quiet
cmp s2/optimizer.pt out2/optimizer.pt || fail "the states are others"
