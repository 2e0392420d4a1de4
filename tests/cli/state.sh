#!/bin/bash
# The state of a log: signed, rebuilt by a stranger from the tiles and docs/formats.md alone, proven, and not to be forged.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || skip "no python3 to play the stranger"

run 0 init --origin example.org/state
run 0 add checkpoint "$TINY/step-100" Lab/tiny@V1
run 0 tag Lab/tiny@V1 best
run 0 log state --dry-run --json
json 'o["logged"] == False and o["size"] == 6 and "statement" not in o'
run 0 log state --json
json 'o["schema"] == "akashi/state/1" and o["size"] == 6 and o["count"] == 4 and o["index"] == 6'
cp "$STORY/out" said

# A name, a name in other case, one that nobody has, an alias, a key, and what keys begin with.
KEY=$(python3 -c 'import json; print(json.load(open("said"))["key"])')
run 0 log state --prove lab/TINY@v1 --prove lab/tiny@v2 --prove 'lab/tiny:best#1' --prove "$KEY" --prove policy:00000000000000000002.
cp "$STORY/out" proofs
cat >stranger.py <<'PY'
import base64, glob, hashlib, json, struct, sys

h = lambda b: hashlib.sha256(b).digest()

def root(leaves):
    if len(leaves) < 2:
        return h(b"\0" + leaves[0]) if leaves else h(b"")
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return h(b"\1" + root(leaves[:k]) + root(leaves[k:]))

def climb(leaf, index, count, path):
    """RFC 9162, 2.1.3.2"""
    fn, sn, r = index, count - 1, h(b"\0" + leaf)
    for c in path:
        if fn & 1 or fn == sn:
            r = h(b"\1" + c + r)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = h(b"\1" + r + c)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0
    return r

canonical = lambda o: json.dumps(o, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
pae = lambda p: b"DSSEv1 28 application/vnd.in-toto+json %d " % len(p) + p

entries, bundle = [], open(max(glob.glob(".akashi/log/tile/entries/000.p/*"), key=lambda p: int(p.rsplit("/", 1)[1])), "rb").read()
while bundle:
    size, = struct.unpack(">H", bundle[:2])
    entries.append(bundle[2:2 + size])
    bundle = bundle[2 + size:]

said = json.load(open("said"))
leaves, state, signer_of = {}, None, {}
for index, entry in enumerate(entries):
    entry = json.loads(entry)
    if entry["kind"] != "akashi-control":
        continue
    payload = base64.b64decode(entry["spec"]["payload"])
    signer = h(base64.b64decode(entry["spec"]["publicKey"])).hex()
    statement = json.loads(payload)
    kind = statement["predicateType"].split("/")[-2]
    identity, subject, predicate = "sha256:" + h(pae(payload)).hex(), statement["subject"][0], statement["predicate"]
    if kind == "state":
        state = identity, predicate
        continue
    if index >= said["size"]:
        continue
    value = {"index": index, "signer": signer, "statement": identity}
    if kind == "claim":
        key = "claim:" + subject["name"].lower() + ("#%d" % predicate["serial"] if "alias" in predicate else "")
        value.update(kind=predicate["kind"], name=subject["name"], statement=predicate["statement"])
    elif kind == "policy":
        key = "policy:%020d.%s" % (predicate["version"], signer)
    else:
        key = "%s:%s.%s" % (kind, subject["digest"]["sha256"], signer)
    leaves.setdefault(key, value)
tree = ["%s\n%s" % (key, canonical(leaves[key])) for key in sorted(leaves)]
tree = [leaf.encode() for leaf in tree]
identity, predicate = state
assert root(tree).hex() == said["root"] == predicate["root"], (root(tree).hex(), predicate)
assert len(tree) == predicate["count"] and identity == said["statement"]

file = json.load(open("proofs"))
assert file["state"] == identity
shown = {}
for proof in file["proofs"]:
    for leaf in proof["leaves"]:
        data = (leaf["key"] + "\n" + canonical(leaf["value"])).encode()
        assert climb(data, leaf["index"], len(tree), map(bytes.fromhex, leaf["path"])).hex() == predicate["root"]
    keys = [leaf["key"] for leaf in proof["leaves"]]
    if keys == [proof["key"]]:
        shown[proof["key"]] = proof["leaves"][0]["value"]
    else:
        before = [k for k in keys if k < proof["key"]]
        after = [k for k in keys if k > proof["key"]]
        assert len(before) + len(after) == len(keys) and len(before) <= 1 and len(after) <= 1
        shown[proof["key"]] = None
assert shown["claim:lab/tiny@v1"]["name"] == "Lab/tiny@V1", shown
assert shown["claim:lab/tiny@v2"] is None
assert shown["claim:lab/tiny:best#1"]["kind"] == "tag"
assert shown["policy:00000000000000000002."] is None
PY
python3 stranger.py || fail "the stranger finds otherwise"

# What came after the state is not in it; the next state has it.
run 0 tag Lab/tiny@V1 latest
run 0 log state --prove 'lab/tiny:latest#1' --json
json 'all(l["key"] != o["proofs"][0]["key"] for l in o["proofs"][0]["leaves"])'
run 0 log state
run 0 log state --prove 'lab/tiny:latest#1' --json
json 'o["proofs"][0]["leaves"][0]["key"] == "claim:lab/tiny:latest#1"'
run 0 log audit

# A release carries it, and whoever verifies can then say what was not possible before.
run 0 publish Lab/tiny@V1 before --no-boundaries
PIN="$(cat .akashi/keys/log.vkey) $("$AKASHI" log inspect 0 --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["statement"])')"
echo "$PIN" >pin
[ -f before/akashi/state.json ] || fail "the release lacks the state"
run 0 verify before --trust pin --forward none --json
json 'o["steps"][4]["evidence"]["unique"] == "holds" and o["steps"][4]["evidence"]["keyNotRevoked"] == "holds"'
run 0 verify before --trust pin --forward none
said "no other statement has this name as of the log's state at"
said "nobody had revoked its key"
sed -i 's/"index":[0-9]*,"key":"claim/"index":0,"key":"claim/' before/akashi/state.json
run 0 verify before --trust pin --forward none --json
json 'o["steps"][4]["evidence"]["unique"] == "not-possible"'
echo '{}' >before/akashi/state.json
run 0 verify before --trust pin --forward none --json
json 'o["steps"][4]["evidence"]["unique"] == "not-possible"'
rm before/akashi/state.json
run 0 verify before --trust pin --forward none
said "not possible to say without the whole log or its signed state"

# An old state is replayed beside a later release: it says nothing of a name that was claimed since.
run 0 log state
run 0 publish Lab/tiny@V1 old --no-boundaries
run 0 add checkpoint "$TINY/step-500" Lab/tiny@V2
run 0 log state
run 0 publish Lab/tiny@V2 new --no-boundaries
run 0 verify new --trust pin --forward none --json
json 'o["steps"][4]["evidence"]["unique"] == "holds"'
cp -n old/akashi/statements/* new/akashi/statements/
cp -n old/akashi/proofs/* new/akashi/proofs/
cp old/akashi/state.json new/akashi/state.json
run 0 verify new --trust pin --forward none --json
json 'o["steps"][4]["evidence"]["unique"] == "not-possible"'
run 0 verify new --trust pin --forward none
said "not possible to say without the whole log or its signed state"

# A revocation is withheld by serving the release of before: it is told as of when nobody had said so.
run 0 verify old --trust pin --forward none --json
cp "$STORY/out" before.json
run 0 key revoke tester --last 1 --reason stolen
run 0 verify old --trust pin --forward none
said "nobody had revoked its key as of the log's state at $(python3 -c 'import json; print(json.load(open("before.json"))["steps"][4]["evidence"]["stateSize"])') entries"
run 3 verify Lab/tiny@V1
said "was revoked"

run 2 log state --prove nonsense
run 2 log state --prove lab/tiny
run 2 log state --prove lab/tiny:best
mkdir other
run 0 init other
run 4 --registry other log state --prove lab/tiny@v1
complained "akashi log state signs one"
