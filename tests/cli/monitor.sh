#!/bin/bash
# A monitor against a log that forks, shrinks and lies, over HTTP, and killed at any moment: nothing is lost, nothing told twice.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || skip "no python3 to serve a log and to read evidence"
[ -x "${AKASHI_BUILD:-}/tests/log_dump" ] || skip "AKASHI_BUILD names no build with log_dump"

KILLS=12
[ -z "${AKASHI_LONG:-}" ] || KILLS=300

run 0 init reg --origin example.org/watched --json
python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["pin"])' "$STORY/out" >pin
run 0 --registry reg add checkpoint "$TINY/step-100" lab/tiny@v1
run 0 --registry reg log state

# The folder of a registry, the served folder alone, and a URL are the same log.
cat >serve.py <<'PY'
import functools, http.server, sys
class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=sys.argv[1]))
print(server.server_address[1], flush=True)
server.serve_forever()
PY
python3 serve.py . >port &
SERVER=$!
trap 'kill $SERVER 2>/dev/null || true; chmod -R u+rwX "$STORY" 2>/dev/null; rm -rf "$STORY"' EXIT
while [ ! -s port ]; do sleep 0.05; done
URL=http://127.0.0.1:$(cat port)
run 0 monitor --trust pin --state by-folder reg
said "5 entries looked at, 5 of them now; 0 findings"
run 0 monitor --trust pin --state by-log reg/.akashi/log
run 0 monitor --trust pin --state by-url "$URL/reg/.akashi/log" --json
json 'o["status"] == "holds" and o["logs"][0]["entries"] == 5 and o["logs"][0]["entriesBefore"] == 0'
run 0 monitor --trust pin --state by-url "$URL/reg/.akashi/log/" --json
json 'o["logs"][0]["entriesBefore"] == 5'
run 3 monitor --trust pin --state elsewhere "$URL/reg/.akashi/log" --statements "$URL/nowhere"
said "body-missing: entry 2"
run 4 monitor --trust pin --state by-url "$URL/nowhere"
run 2 monitor --trust pin reg
run 2 monitor --state s reg
run 2 monitor --trust pin --state s
run 3 monitor --trust pin --state s "$AKASHI_SOURCE/tests/data/tessera/log"
complained "no key was given"

# An independent log at each of its sizes, size 0 first; its entries are of no kind that we know.
printf 'log example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx\nquorum none\n' >tessera.policy
cp -r "$AKASHI_SOURCE/tests/data/tessera/log" tessera
chmod -R u+w tessera
for step in 0:0 0:0 1:3 5:3 5:0 15:3; do
	cp "tessera/checkpoint.${step%:*}" tessera/checkpoint
	run "${step#*:}" monitor --policy tessera.policy --state others tessera --json
	json "o['logs'][0]['entries'] == ${step%:*}"
done
[ "$(cat others/*/findings.jsonl | wc -l)" = 15 ] || fail "15 entries of an unknown kind, and $(cat others/*/findings.jsonl | wc -l) findings"
# A partial tile that is gone because the full one is there: read from that.
"$AKASHI_BUILD/tests/log_dump" synthetic 256 >vkey
mkdir -p partial
cp -r synthetic/log partial/log
chmod -R u+w partial
rm -rf partial/log/tile/0/000.p partial/log/tile/entries/000.p
printf 'log %s\nquorum none\n' "$(cat vkey)" >synthetic.policy
run 3 monitor --policy synthetic.policy --state partials partial/log --json
json 'o["logs"][0]["entries"] == 256'

# Two people are shown two histories.
cp -r reg left
cp -r reg right
run 0 --registry left tag lab/tiny@v1 best
run 0 --registry right tag lab/tiny@v1 latest
run 0 --registry right tag lab/tiny@v1 good
run 0 monitor --trust pin --state views left
run 1 monitor --trust pin --state views right
said "fork: two histories were signed"
said "evidence in"
# It stays said, and is written once; the state stays where it was.
run 1 monitor --trust pin --state views right
unsaid "two histories"
run 0 monitor --trust pin --state views left
[ "$(cat views/*/findings.jsonl | wc -l)" = 1 ] || fail "the fork was written more than once"
# The other way round: the one that is served now is shorter, and contradicts what was seen.
run 0 monitor --trust pin --state turned right
run 1 monitor --trust pin --state turned left
said "fork: two histories were signed"
# Two mirrors in one run.
run 1 monitor --trust pin --state both left right
said "fork:"
# Of equal length: the notes alone show it.
cp -r reg equal
run 0 --registry equal tag lab/tiny@v1 fine
run 0 monitor --trust pin --state same left
run 1 monitor --trust pin --state same equal
said "fork:"

# A stranger reads the evidence with nothing of ours but docs/monitoring.md.
cat >stranger.py <<'PY'
import base64, glob, hashlib, json

h = lambda b: hashlib.sha256(b).digest()
node = lambda l, r: h(b"\1" + l + r)

def consistent(m, n, old, new, path):
    """RFC 9162, 2.1.4.2"""
    path = list(path)
    if m == n:
        return not path and old == new
    if m & (m - 1) == 0:
        path.insert(0, old)
    fn, sn = m - 1, n - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old and sr == new

count = 0
for file in glob.glob("*/*/evidence/*/misbehaviour.json"):
    proof = json.load(open(file))
    folder = file.rsplit("/", 1)[0]
    assert {open(folder + "/seen").read(), open(folder + "/served").read()} == {proof["shorter"], proof["longer"]}
    def head(note):
        origin, size, root = note.split("\n")[:3]
        assert origin == "example.org/watched"
        return int(size), base64.b64decode(root)
    (m, short), (n, long) = head(proof["shorter"]), head(proof["longer"])
    derived = bytes.fromhex(proof["root"])
    assert consistent(m, n, derived, long, map(bytes.fromhex, proof["path"])), file
    assert derived != short, file
    count += 1
assert count == 4, count
PY
python3 stranger.py || fail "the evidence does not hold"

# An old copy is served: no fork, but said; and the place stays.
run 0 monitor --trust pin --state by-folder left
run 1 monitor --trust pin --state by-folder reg
said "shrunk: a checkpoint of 5 entries is served, after one of 7 was"

# Without its quorum nothing is believed, whoever the log's own key is.
VKEY=$(cut -d' ' -f1 pin)
{
	echo "log $VKEY $URL/reg/.akashi/log"
	echo 'witness w witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv'
	echo 'quorum w'
} >quorum.policy
run 1 monitor --policy quorum.policy --state quorum --json
json 'o["items"][0]["kind"] == "no-quorum" and o["logs"][0]["entries"] == 0 and o["logs"][0]["witnesses"] == 1'
run 3 monitor --trust pin --state by-url "$URL/reg/.akashi/log" --max-age 60
said "stale: how old the checkpoint"

# Killed at any moment while others append: each entry is told of, each once.
cp -r reg busy
(for round in 1 2 3 4 5 6 7 8; do "$AKASHI" --registry busy tag lab/tiny@v1 "alias$round" >/dev/null 2>&1; done) &
WRITER=$!
killed=0
for round in $(seq $((4 * KILLS))); do
	"$AKASHI" monitor --trust pin --state killed busy --watch 'name=*' >/dev/null 2>&1 &
	victim=$!
	sleep "0.0$((RANDOM % 8))$((RANDOM % 10))"
	kill -9 $victim 2>/dev/null || true
	wait $victim 2>/dev/null || killed=$((killed + 1))
	[ $killed -lt "$KILLS" ] || break
done
wait $WRITER
"$AKASHI" monitor --trust pin --state killed busy --watch 'name=*' >/dev/null || true
run 0 monitor --trust pin --state killed busy --watch 'name=*' --json
json 'o["logs"][0]["entries"] == 21'
# The same by batches, of a log of which every entry is a finding.
"$AKASHI_BUILD/tests/log_dump" many 2500 >vkey
printf 'log %s\nquorum none\n' "$(cat vkey)" >many.policy
for round in $(seq "$KILLS"); do
	"$AKASHI" monitor --policy many.policy --state killed-many many >/dev/null 2>&1 &
	victim=$!
	sleep "0.$((RANDOM % 2))$((RANDOM % 10))$((RANDOM % 10))"
	kill -9 $victim 2>/dev/null || true
	wait $victim 2>/dev/null || true
done
"$AKASHI" monitor --policy many.policy --state killed-many many >/dev/null || true
python3 - <<'PY' || fail "a killed monitor lost or doubled a finding"
import glob, json
def found(folder, kind):
    lines = [json.loads(l) for f in glob.glob(folder + "/*/findings.jsonl") for l in open(f)]
    assert len({l["id"] for l in lines}) == len(lines)
    return sorted(l["index"] for l in lines if l["kind"] == kind)
assert found("killed", "watched") == [2, 3] + list(range(5, 21)), found("killed", "watched")
assert found("killed-many", "unknown-entry") == list(range(2500))
PY
echo "$killed killed while others appended"
