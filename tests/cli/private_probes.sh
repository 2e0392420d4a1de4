#!/bin/bash
# Private probes stay in the house: no spelling of their tokens, and no digest of what they compute, is in what leaves; one by
# one they are opened, and whoever has that replays exactly these.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null 2>&1 || skip "no python3 to spell tokens with"
LEAKS=$AKASHI_SOURCE/tests/cli/leaks.py

akashi init --quiet --origin example.org/house >/dev/null
akashi add checkpoint "$TINY/step-500" house/base@500 --quiet >/dev/null
akashi add checkpoint "$TINY/step-500" pub/m@1 --quiet >/dev/null
akashi trust show --quiet >pin

# Probes with tokens that nothing else has, and every spelling of them: lists of numbers, words of 16 and 32 bits in either
# order, their digests; then the digests of all that was computed on them, which somebody with the weights could guess against.
python3 - >probes.jsonl <<'PY'
import json, random
for source in ("canary-one", "canary-two"):
    print(json.dumps({"ids": [random.randrange(100, 1000) for _ in range(6)], "source": source}))
PY
cat >spell.py <<'PY'
import hashlib, json, struct, sys
print("canary-one\ncanary-two")
for line in open(sys.argv[1]):
    ids = json.loads(line)["ids"]
    for between in (",", ", ", " ", ";", "\\n"):
        print(between.join(map(str, ids)))
        print(between.join(map(str, ids[1:5])))
    for form in ("<I", ">I", "<H", ">H", "<Q"):
        raw = b"".join(struct.pack(form, i) for i in ids)
        print(raw.hex())
        print(raw[4:20].hex())
        print(hashlib.sha256(raw).hexdigest())
    print(hashlib.sha256(json.dumps(ids, separators=(",", ":")).encode()).hexdigest())
def digests(value):
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from digests(inner)
for path in sys.argv[2:]:
    for opening in json.load(open(path))["openings"]:
        print(opening["salt"])
        for text in digests(opening["value"]["outputs"]):
            print(text)
        text = json.dumps(opening["value"], sort_keys=True, separators=(",", ":"))
        print(hashlib.sha256(text.encode()).hexdigest())
PY
leaks() { # all but the model's own files, which were there before
	rm -rf "$STORY/view"
	cp -r "$1" "$STORY/view"
	rm -f "$STORY"/view/model.safetensors "$STORY"/view/tokenizer*
	python3 "$LEAKS" "$STORY/view" <"$STORY/canaries" >"$STORY/out"
}
clean() { leaks "$1" || fail "$1 tells of private probes"; }

# What would tell them is refused.
run 2 record pub/m@1 --random 2:8:seed --private-probes
complained "a seed"
run 2 record pub/m@1 --probes probes.jsonl --private-probes --boundaries
run 2 record pub/m@1 --from probes.jsonl --private-probes
run 0 record pub/m@1 --probes probes.jsonl --private-probes --dry-run
[ ! -e .akashi/openings/pub ] || fail "a rehearsal kept something"

# Recorded; the same again is the same statement.
run 0 record pub/m@1 --probes probes.jsonl --private-probes --json
json 'o["private"] and o["probes"] == 2 and not o["existed"]'
run 0 record pub/m@1 --probes probes.jsonl --private-probes --json
json 'o["existed"]'
[ "$(stat -c %a .akashi/openings/pub/m@1.json)" = 600 ] || fail "openings are for their owner alone"
python3 spell.py probes.jsonl .akashi/openings/pub/m@1.json >"$STORY/canaries"
[ "$(wc -l <"$STORY/canaries")" -gt 80 ] || fail "not all canaries were spelled"
run 0 log audit --objects

# The walk is worth something: where the same probes are public, it finds them.
akashi record house/base@500 --probes probes.jsonl --quiet >/dev/null
run 0 publish house/base@500 plain
! leaks plain || fail "the walk finds nothing at all"
said "tells canary-one"
said "(raw)"

# What leaves: commitments.
run 0 publish pub/m@1 out
clean out
grep -rqF '"commitment"' out/akashi/objects || fail "the outputs object does not leave"
for folder in .akashi/objects .akashi/log; do # nor does the registry serve them
	mkdir -p served
	cp -r "$folder" served
done
cp .akashi/statements/* served
rm -rf served/objects
clean served

# Without openings: how many there are, and that they are not possible.
cd "$STORY"
run 0 verify desk/out --trust desk/pin
said "2 private probes are recorded, and nothing that opens them was given"
said "not-possible forward"
cd desk

# Opened one by one: that one replays, and the other stays closed.
run 0 disclose pub/m@1
said "probe of 6 tokens"
akashi disclose pub/m@1 --json >listed
commitment() { python3 -c 'import json,sys; print(json.load(open("listed"))["commitments"][int(sys.argv[1])]["commitment"])' "$1"; }
run 2 disclose pub/m@1 probe
run 0 disclose pub/m@1 "$(commitment 0)" -o first.json
run 0 disclose pub/m@1 "$(commitment 1)" -o second.json
cd "$STORY"
run 0 verify desk/out --trust desk/pin --opening desk/first.json
said "1 of 2 private probes opened: exact"
unsaid "canary-two"
run 0 verify desk/out --trust desk/pin --opening desk/first.json --opening desk/second.json --json
json '[s for s in o["steps"] if s["id"] == "forward"][0]["evidence"]["private"][0]["probesExact"] == 2'
# What opens something else, or was bent, opens nothing.
sed 's/canary-one/canary-own/' desk/first.json >bent.json
run 1 verify desk/out --trust desk/pin --opening bent.json
complained "not what was committed to"
cd desk
akashi record house/base@500 --random 1:4 --private-probes --quiet >/dev/null
run 0 disclose house/base@500 probe -o other.json
cd "$STORY"
run 1 verify desk/out --trust desk/pin --opening desk/other.json
said "open nothing that was recorded of these weights"
cd desk

# Beside public probes they are told and take nothing from them; a spot check leaves them out.
akashi record pub/m@1 --random 2:8 --boundaries --quiet >/dev/null
run 0 verify pub/m@1
said "2 of 2 probes exact"
said "2 private probes, recorded by key"
run 0 verify pub/m@1 --opening first.json
said "2 of 2 probes exact"
said "1 of 2 private probes opened: exact"
run 3 verify pub/m@1 --spot 1
said "not computed: 1 record of private probes"

# A projection keeps the openings of probes beside its own.
run 0 publish house/base@500 projected --as pub/p@1 --private 'house/*'
run 0 record pub/p@1 --probes probes.jsonl --private-probes
run 0 publish house/base@500 again --as pub/p@1 --private 'house/*'
clean again
run 0 disclose pub/p@1
said "checkpoint house/base@500"
said "probe of 6 tokens"

# An independent hand: SHA-256(salt, SHA-256 of the canonical JSON), in the outputs object that the signed record names.
python3 - out first.json second.json <<'PY'
import base64, glob, hashlib, json, struct, sys
for path in glob.glob(sys.argv[1] + "/akashi/statements/*.json"):
    predicate = json.loads(base64.b64decode(json.load(open(path))["dsseEnvelope"]["payload"]))["predicate"]
    if predicate.get("probes", {}).get("private"):
        break
assert set(predicate["probes"]) == {"count", "tokens", "source", "private"}, predicate["probes"]
shown = json.load(open(sys.argv[1] + "/akashi/objects/" + predicate["outputs"][7:]))
said = [p["commitment"] for p in shown["probes"]]
assert all(list(p) == ["commitment"] for p in shown["probes"]) and len(said) == predicate["probes"]["count"] == 2
h = lambda b: hashlib.sha256(b).digest()
leaf = lambda b: h(b"\0" + b)
head = b"akashi/outputs/1\0akashi-exact/1\0" + bytes([1]) + struct.pack("<4I", shown["layers"], shown["hidden"], shown["vocab"], 2)
a, b, c = leaf(head), *(leaf(bytes([6]) + struct.pack("<2I", i, 0) + bytes.fromhex(said[i][7:])) for i in range(2))
assert h(b"\1" + h(b"\1" + a + b) + c).hex() == predicate["root"]
for path in sys.argv[2:]:
    o = json.load(open(path))
    text = json.dumps(o["value"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert "sha256:" + h(bytes.fromhex(o["salt"]) + h(text)).hex() == o["commitment"] and o["commitment"] in said
PY
