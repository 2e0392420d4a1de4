#!/bin/bash
# Pins and news from a log behind a URL: taken on first use only when asked, then read on from where it was left; with
# servers that lie, fork, redirect, show an old view, and never end.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || skip "no python3 to serve a log"

cat >serve.py <<'PY'
import functools, http.server, pathlib, sys
class Hostile(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words): pass
    def do_GET(self):
        part, what = pathlib.Path("manner").read_text().split(" ", 1)
        if part not in self.path:
            return super().do_GET()
        if what.startswith("redirect "):
            self.send_response(302)
            self.send_header("Location", what[9:])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = b"" if what == "endless" else pathlib.Path(what[5:]).read_bytes()
        self.send_response(200)
        if what != "endless":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
            while what == "endless":
                self.wfile.write(b"a" * 65536)
        except OSError:
            pass
        self.close_connection = True
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Hostile, directory=sys.argv[1]))
print(server.server_address[1], flush=True)
server.serve_forever()
PY
manner() { echo -n "$1" >manner; }
manner "nothing true"
python3 serve.py . >port &
SERVER=$!
trap 'kill $SERVER 2>/dev/null || true; chmod -R u+rwX "$STORY" 2>/dev/null; rm -rf "$STORY"' EXIT
while [ ! -s port ]; do sleep 0.05; done
HOST=http://127.0.0.1:$(cat port)

run 0 init reg --origin log.example/house
REG=.akashi
cp -r "$TINY/step-100" model
R="--registry reg"
run 0 key generate recovery
run 0 $R trust policy --add-key recovery --kinds revocation --recovery
run 0 $R add checkpoint model t/m@v1
run 0 $R publish t/m@v1 out --no-boundaries
URL=$HOST/reg/$REG/log
HOUSE=$XDG_CONFIG_HOME

# Somebody who knows nobody. A URL is no pin; first contact is made when it is asked for, and said aloud.
XDG_CONFIG_HOME=$STORY/visitor
run 2 trust pin "$URL"
complained "--first-use"
run 3 trust update "$URL"
complained "you pinned no log"
run 0 trust pin --first-use "$URL" --dry-run
[ ! -e "$XDG_CONFIG_HOME/akashi/pins" ] || fail "a dry run pinned"
run 0 trust pin --first-use "$URL"
complained "trusted on first use: 'log.example/house' is believed because '$URL' says so"
complained "shows nothing about this first contact: whoever answered there"
said "pinned on first use; fingerprint"
XDG_CONFIG_HOME=$HOUSE run 0 $R trust show --quiet
cp "$STORY/out" true-pin
XDG_CONFIG_HOME=$STORY/visitor
grep -qxFf true-pin "$XDG_CONFIG_HOME/akashi/pins" || fail "another pin than the registry's own"
run 0 verify out --forward none
said "was pinned on first use from '$URL'"
run 0 trust pin --first-use "$URL"
said "pinned before"
run 0 trust update "$URL"
said "log.example/house: policy version 2, 0 revocations; read up to entry 7, not dated"

# A retraction and a supersession are met once, and stay: in a log, then in a release.
cp -r reg old
XDG_CONFIG_HOME=$HOUSE
run 0 $R add checkpoint model t/m@v2
run 0 $R retract t/m@v1 --reason 'trained on a test set'
run 0 $R publish t/m@v2 out2 --no-boundaries
run 0 $R supersede t/m@v2 t/m@v1
cp -r "$STORY/visitor" "$STORY/other"
XDG_CONFIG_HOME=$STORY/visitor
run 0 verify out --forward none
run 0 trust update "$URL" --json
json 'o["items"][0]["standing"] == 2 and o["items"][0]["read"]["size"] == 13'
run 3 verify out --forward none
said "trained on a test set"
run 0 verify out2 --forward none
said "was superseded by t/m@v1"
XDG_CONFIG_HOME=$HOUSE run 0 $R publish t/m@v1 retracted --no-boundaries
XDG_CONFIG_HOME=$STORY/other
run 0 verify out --forward none
run 3 verify retracted --forward none
run 3 verify out --forward none
said "trained on a test set"
XDG_CONFIG_HOME=$HOUSE
run 0 $R key revoke tester --last 4 --reason 'laptop stolen' --key recovery
XDG_CONFIG_HOME=$STORY/visitor
run 0 verify out2 --forward none
run 0 trust update reg
said "1 revocation; read up to entry"
run 3 verify out2 --forward none
said "laptop stolen"

# An old view; a fork with the same key; a log that somebody else began under the same name; another origin.
cp -r "$STORY/visitor" before
unchanged() { diff -r before "$STORY/visitor" >/dev/null || fail "something was remembered of $1"; }
run 1 trust update "$HOST/old/$REG/log"
complained "rolled back: the log of 'log.example/house' has"
unchanged "an old view"
cp -r old fork
XDG_CONFIG_HOME=$HOUSE
for n in 1 2 3 4 5 6 7 8; do run 0 --registry fork tag t/m@v1 "alias$n"; done
run 0 init forged --origin log.example/house --key forger
for n in 1 2 3 4; do run 0 --registry forged add checkpoint model "t/m@v$n" --key forger; done
for n in 1 2 3 4 5 6; do run 0 --registry forged tag t/m@v1 "a$n" --key forger; done
run 0 init staging --origin log.example/staging
XDG_CONFIG_HOME=$STORY/visitor
run 1 trust update "$HOST/fork/$REG/log"
complained "does not continue the"
unchanged "a fork"
run 3 trust update "$HOST/forged/$REG/log"
complained "is not the one that you pinned"
run 3 trust update "$HOST/staging/$REG/log"
complained "is 'log.example/staging', which you did not pin"
unchanged "another origin"
# Whoever read nothing yet finds a forged log by its key.
XDG_CONFIG_HOME=$STORY/newcomer
run 0 trust pin "$(cat true-pin)"
run 3 trust update "$HOST/forged/$REG/log"
[ ! -e "$XDG_CONFIG_HOME/akashi/trust" ] || fail "something was remembered of a forged log"
# And first use does not take the place of a pin.
run 3 trust pin --first-use "$HOST/forged/$REG/log"
complained "is pinned with another key or policy"

# Redirected, endless, another's tiles or checkpoint: nothing is pinned and nothing is remembered.
XDG_CONFIG_HOME=$STORY/nobody
hostile() {
	manner "$1"
	run "$2" trust pin --first-use "$URL"
	[ ! -e "$STORY/nobody/akashi/pins" ] || fail "$1: something was pinned"
	XDG_CONFIG_HOME=$STORY/visitor
	run "$3" trust update "$URL"
	unchanged "$1"
	XDG_CONFIG_HOME=$STORY/nobody
}
hostile "log/checkpoint redirect $HOST/forged/$REG/log/checkpoint" 5 5
hostile "log/checkpoint endless" 5 5
hostile "log/checkpoint file forged/$REG/log/checkpoint" 1 3
hostile "log/checkpoint file serve.py" 1 1
cp reg/$REG/log/checkpoint huge && sed -i '2s/.*/9000000000000000000/' huge
hostile "log/checkpoint file huge" 1 3
manner "tile/entries endless"
run 5 trust pin --first-use "$URL"
manner "tile/entries file serve.py"
run 1 trust pin --first-use "$URL"
[ ! -e "$STORY/nobody/akashi/pins" ] || fail "something was pinned"

# A log whose first policy is not signed by its own roots, or that lists another log's key, leads to no pin.
manner "nothing true"
cat >forge.py <<'PY'
import base64, hashlib, json, pathlib, shutil, struct, sys
h = lambda b: hashlib.sha256(b).digest()
def root(leaves):
    if len(leaves) < 2:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return h(b"\1" + root(leaves[:k]) + root(leaves[k:]))
source, target = map(pathlib.Path, sys.argv[1:3])
shutil.copytree(source, target)
note = (source / "checkpoint").read_text()
size = int(note.split("\n")[1])
(bundle,) = source.glob("tile/entries/000.p/%d" % size)
data, entries = bundle.read_bytes(), []
while data:
    n, = struct.unpack(">H", data[:2])
    entries.append(data[2:2 + n])
    data = data[2 + n:]
entries = entries[1:] # the first policy is gone, and what follows it leads nowhere
leaves = [h(b"\0" + e) for e in entries]
(target / ("tile/entries/000.p/%d" % len(entries))).write_bytes(b"".join(struct.pack(">H", len(e)) + e for e in entries))
(target / ("tile/0/000.p/%d" % len(entries))).write_bytes(b"".join(leaves))
lines = note.split("\n")
lines[1], lines[2] = str(len(entries)), base64.b64encode(root(leaves)).decode()
(target / "checkpoint").write_text("\n".join(lines))
PY
python3 forge.py reg/$REG/log rootless || fail "the forger failed"
run 4 trust pin --first-use "$HOST/rootless"
complained "holds no first policy"
[ ! -e "$STORY/nobody/akashi/pins" ] || fail "something was pinned"
