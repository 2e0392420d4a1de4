#!/bin/bash
# A thousandth of a large registry: what the generator of tests/bench/ makes is a registry like any
# other, whatever is asked of it, and what is damaged in it is found among all the rest.
. "$(dirname "$0")/lib.sh"
make=${AKASHI_BUILD:-}/tests/bench/make_registry
[ -x "$make" ] || skip "tests/bench/make_registry is not built"

run 0 init . --origin test/scale
"$make" .akashi 105 3150 10 >/dev/null || fail "make_registry failed"

# Everything is there, and everything holds.
run 0 list
[ "$(grep -c checkpoint "$STORY/out")" = 105 ] || fail "not every checkpoint is listed"
said "lab/model-000000:latest"
run 0 fsck
said "holds: 214 entries, 214 statements"
run 0 fsck --read-all
run 0 log audit
said "holds: 214 entries, 214 statements, 108 controls, 106 claims"
run 0 log prove lab/model-000001@step-000004
run 0 show lab/model-000000@step-000007
said "lab/model-000000@step-000006" # its parent
run 0 get lab/model-000000@step-000050 out
[ "$(stat -c %s out/model.safetensors)" -gt 1000 ] || fail "no file came out"

# What waits is too much to read: as text its beginning, and how much more there is.
run 0 status
[ "$(grep -c '^waits     outputs of lab/.*@.* are not recorded' "$STORY/out")" = 20 ] || fail "not twenty checkpoints are shown as waiting"
said "outputs of 85 more are not recorded (--json has them all)"
run 0 status --json
json 'len(set(o["unrecorded"])) == 105 and o["unrecorded"][0] == "lab/model-000000@step-000000"'

# Threads change nothing that is said, nor what the index holds.
for threads in 1 3; do
	AKASHI_THREADS=$threads akashi reindex >"$STORY/indexed.$threads"
	AKASHI_THREADS=$threads akashi log audit --again --json >"$STORY/audit.$threads"
	akashi list --json >"$STORY/list.$threads"
done
for what in indexed audit list; do
	cmp -s "$STORY/$what.1" "$STORY/$what.3" || fail "$what: three threads say something else"
done

# No two tensors are the same, so a version's parts are its own but for the shared header.
akashi du lab/model-000000@step-000007 --json >one.json
akashi du --json >all.json
python3 - <<'PY' || fail "du of one version differs from du of all"
import json
one, = json.load(open("one.json"))["items"]
assert one in json.load(open("all.json"))["items"], one
assert 0 < one["own"] < one["stored"], one
PY

# gc throws nothing away; with no grace, what no statement needs.
echo orphan >orphan
orphan=$(sha256sum orphan | cut -d' ' -f1)
mkdir -p ".akashi/objects/${orphan:0:2}"
cp orphan ".akashi/objects/${orphan:0:2}/$orphan"
run 0 gc
[ -f ".akashi/objects/${orphan:0:2}/$orphan" ] || fail "gc took what is young"
touch -d '1 hour ago' ".akashi/objects/${orphan:0:2}/$orphan"
run 0 gc --grace-days 0
[ ! -f ".akashi/objects/${orphan:0:2}/$orphan" ] || fail "gc left what nothing needs"
run 0 fsck

# What was examined is not read again, and with --again it is. (Files that changed within two
# seconds before they were read are.)
sleep 2.1
run 0 fsck
run 0 fsck --json
cp "$STORY/out" known.json
run 0 fsck --again --json
cp "$STORY/out" again.json
run 0 log audit
said "0 statements were read now; 214 were read before"
python3 - <<'PY' || fail "what was remembered changes what is said"
import json
known, again = json.load(open("known.json")), json.load(open("again.json"))
assert known.pop("remembered") == 214 and known.pop("rememberedSince"), known
assert again.pop("remembered") == 0, again
assert known == again, (known, again)
PY

# Of two hundred statements one is gone and a claim is exchanged for another: both are found.
python3 - <<'PY'
import base64, glob, json, os
path = {}
for file in glob.glob(".akashi/statements/*.json"):
    said = json.loads(base64.b64decode(json.load(open(file))["dsseEnvelope"]["payload"]))
    path[said["subject"][0]["name"], "/claim/" in said["predicateType"]] = file
os.unlink(path["lab/model-000000@step-000003", False])
with open(path["lab/model-000000@step-000091", True], "rb") as other:
    changed = path["lab/model-000000@step-000090", True]
    os.chmod(changed, 0o644)
    open(changed, "wb").write(other.read())
PY
run 1 log audit --again
[ "$(grep -c "the statement of entry" "$STORY/out")" = 2 ] || fail "log audit does not tell the two"
said "another statement is kept in its place"
cp "$STORY/out" audit.3
AKASHI_THREADS=1 akashi log audit --again >audit.1 && fail "one thread finds nothing"
cmp -s audit.1 audit.3 || fail "one thread finds something else"
run 1 fsck
said "2 findings stand"
