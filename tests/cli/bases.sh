#!/bin/bash
# Pieces that are kept as what differs from the parent's need those, also once the parent's bytes were released: what is missing or damaged of them is told with the files that hang on it, and comes back from another registry.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null 2>&1 || skip "no python3 to write weights with"

# A checkpoint of a megabyte, and the next one with small changes in every weight.
python3 - <<'PY'
import json, os, random, struct
random.seed(3)
words = [random.choice((0x3c00, 0xbc00)) + random.getrandbits(9) for _ in range(200000)]
for name in ("one", "two"):
    os.makedirs(name)
    head = json.dumps({"w": {"dtype": "BF16", "shape": [len(words)], "data_offsets": [0, 2 * len(words)]}}).encode()
    with open(name + "/model.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(head)) + head + struct.pack("<%dH" % len(words), *words))
    words = [word + random.choice((-1, 0, 0, 1)) for word in words]
PY
run 0 init --origin example.org/bases
run 0 add checkpoint one a/b@1
run 0 add checkpoint two a/b@2 --parent a/b@1
run 0 du a/b@2 --json
json "o['items'][0]['own'] < 240000" # it is kept as differences
run 0 prune a/b@1 --reason "superseded"
run 0 gc --grace-days 0 --all
run 0 fsck --read-all
said "holds:"
cp -r .akashi whole

# bent FILE OFFSET
bent() {
	chmod u+w "$1"
	python3 -c 'import sys; f = open(sys.argv[1], "r+b"); f.seek(int(sys.argv[2])); b = f.read(1)[0]; f.seek(-1, 1); f.write(bytes([b ^ 1]))' "$1" "$2"
}
restored() {
	rm -rf .akashi
	cp -r whole .akashi
	chmod -R u+w .akashi
}

# The base: the pack without which a/b@2 cannot be had, though no part of a recipe lies there.
for pack in .akashi/packs/*.pack; do
	restored
	rm -f "$pack" .akashi/packs/index .akashi/packs/whole
	akashi fsck >out 2>&1 || true
	grep -q "are decoded with, is in no pack" out && base=$pack && cp out quick
done
[ -n "${base:-}" ] || fail "quick fsck never sees that a base is missing"
grep -q "a/b@2" quick || fail "nobody says who hangs on the base: $(cat quick)"
restored
rm -f "$base" .akashi/packs/index
run 1 fsck --json
json "any(i['needed'] and i['what'] in ('unreadable', 'missing') and any(h['name'] == 'a/b@2' for h in i['hits']) for i in o['items'])"
run 1 fsck --repair
said "stand"
run 0 fsck --repair-from whole
said "repaired"
run 0 fsck --read-all
said "holds:"
run 0 get a/b@2 back
cmp -s back/model.safetensors two/model.safetensors || fail "other bytes came back"

# A base that is damaged, found by reading; --repair has no other copy, --repair-from has.
restored
bent "$base" $(($(stat -c %s "$base") / 2)) # behind the gap that a collection begins with
run 0 fsck
run 1 fsck --read-all
said "a/b@2"
run 1 fsck --read-all --repair
run 0 fsck --read-all --repair-from whole
run 0 fsck --read-all
run 0 gc --grace-days 0 --all
run 0 fsck --read-all
said "holds:"
rm -rf back
run 0 get a/b@2 back
cmp -s back/model.safetensors two/model.safetensors || fail "other bytes came back after gc"
