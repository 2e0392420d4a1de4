#!/bin/bash
# Every tile of a log made again from its entries: ours, another software's, over HTTP; and each kind of damage found out.
. "$(dirname "$0")/lib.sh"
[ -x "${AKASHI_BUILD:-}/tests/log_dump" ] || skip "AKASHI_BUILD names no build with log_dump"

TESSERA=$AKASHI_SOURCE/tests/data/tessera/log
TESSERA_KEY=example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx

# A log that Tessera wrote, at each of its sizes.
run 0 log fsck "$TESSERA" --vkey "$TESSERA_KEY" --json
json 'o["size"] == 15 and o["tiles"] == 1 and o["olderTiles"] == 28 and o["signatureChecked"] and o["filesBeyond"] == 0'
cp -r "$TESSERA" tessera
chmod -R u+w tessera
for size in 0 1 7 14; do
	cp "tessera/checkpoint.$size" tessera/checkpoint
	run 0 log fsck tessera --vkey "$TESSERA_KEY" --json
	json "o['size'] == $size and o['filesBeyond'] == 30 - 2 * $size"
done
run 0 log inspect 6 --from "$TESSERA"
said "seven"
run 4 log inspect 15 --from "$TESSERA"

# Ours: a registry, and a log of two levels.
run 0 init --origin example.org/fsck
run 0 add checkpoint "$TINY/step-100" lab/tiny@v1
run 0 log fsck
said "signed by a key of the log"
"$AKASHI_BUILD/tests/log_dump" synthetic 300 >vkey
run 0 log fsck synthetic --vkey "$(cat vkey)"
said "holds: 300 entries, 3 tiles made again"
run 1 log fsck synthetic --vkey "$TESSERA_KEY"
said "checkpoint:"

# damage WHAT FILE COMMAND: played on a copy
damage() {
	rm -rf broken
	cp -r synthetic broken
	chmod -R u+w broken
	(cd broken/log && eval "$2")
	run 1 log fsck broken
	said "$1"
}
poke() { printf 'X' | dd of="$1" bs=1 seek="$2" conv=notrunc status=none; }
damage "tile/0/000 is not what the entries give" 'poke tile/0/000 40'
damage "tile/1/000.p/1 is not what the entries give" 'poke tile/1/000.p/1 3'
damage "the entries do not give the root of the checkpoint" 'poke tile/entries/000 9'
damage "tile/0/001.p/44 has 1376 bytes, and 1408 belong there" 'truncate -s 1376 tile/0/001.p/44'
damage "tile/entries/001.p/44 ends before its entry 43" 'truncate -s -1 tile/entries/001.p/44'
damage "tile/entries/000 has 1 bytes behind its 256 entries" 'printf X >>tile/entries/000'
damage "tile/entries/001.p/44: " 'rm tile/entries/001.p/44'
damage "tile/1/000.p/1: " 'rm tile/1/000.p/1'
damage "tile/0/000.p/1 contradicts what the log has there now" 'mkdir -p tile/0/000.p; head -c 32 /dev/zero >tile/0/000.p/1'
damage "tile/0/000.p/2 has not the length that its name says" 'mkdir -p tile/0/000.p; head -c 32 tile/0/000 >tile/0/000.p/2'
damage "tile/0/001 contradicts what the log has there now" 'head -c 8192 /dev/zero >tile/0/001'
damage "tile/0/000.p/256 is no file of a log" 'mkdir -p tile/0/000.p; cp tile/0/000 tile/0/000.p/256'
damage "tile/00/000 is no file of a log" 'mkdir tile/00; cp tile/0/000 tile/00/000'
damage "checkpoint:" 'sed -i 2s/300/299/ checkpoint'
# What only a longer log has is no damage; a partial tile whose full one is there is not missed.
rm -rf longer
cp -r synthetic longer
chmod -R u+w longer
cp longer/log/tile/0/000 longer/log/tile/0/002
run 0 log fsck longer
said "1 files lie beyond the checkpoint"
run 4 log fsck nowhere
run 4 log fsck "$STORY/home"

# Over HTTP: the same, but nobody lists files there.
command -v python3 >/dev/null || exit 0
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
run 0 log fsck "$URL/synthetic/log" --vkey "$(cat vkey)" --json
json 'o["size"] == 300 and not o["filesListed"] and o["signatureChecked"]'
run 0 log inspect 299 --from "$URL/synthetic/log/"
said '"synthetic":299'
rm -rf broken
cp -r synthetic broken
chmod -R u+w broken
poke broken/log/tile/entries/000 9
run 1 log fsck "$URL/broken/log"
run 1 log inspect 7 --from "$URL/broken/log"
complained "inclusion proof does not lead to the tree's root"
run 4 log fsck "$URL/nowhere"
kill $SERVER
wait $SERVER 2>/dev/null || true
run 5 log fsck "$URL/synthetic/log"
