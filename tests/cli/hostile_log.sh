#!/bin/bash
# A log server that lies, stalls and never ends, against `akashi monitor`, `log fsck` and `log inspect`: a finding or an
# error with its exit status, and the place up to which the log was looked at stays where it was.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || skip "no python3 to serve a log"

run 0 init reg --origin example.org/watched --json
python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["pin"])' "$STORY/out" >pin
run 0 --registry reg add checkpoint "$TINY/step-100" lab/tiny@v1
VKEY=$(cut -d' ' -f1 pin)

# The file `manner` says "PART WHAT": requests whose path has PART in it are answered so, all others truly.
cat >serve.py <<'PY'
import functools, http.server, pathlib, sys
class Hostile(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words): pass
    def do_GET(self):
        part, what = pathlib.Path("manner").read_text().split(" ", 1)
        if part not in self.path:
            return super().do_GET()
        file = pathlib.Path(self.translate_path(self.path))
        true = file.read_bytes() if file.exists() else b""
        code, body, length, fields = 200, true, None, {}
        if what.isdigit():
            code, body = int(what), b"sorry\n"
        elif what == "redirect":
            code, body, fields = 302, b"", {"Location": "http://127.0.0.1:%d%s" % (self.server.server_address[1], self.path.replace("/reg/", "/true/"))}
        elif what == "cut":
            body = true[:len(true) // 2]
        elif what == "torn":
            body, length = true[:len(true) // 2], len(true)
        elif what == "longer":
            body = true + true
        elif what == "empty":
            body = b""
        elif what == "flipped":
            body = true[:-1] + bytes([true[-1] ^ 1])
        elif what.startswith("file "):
            body = pathlib.Path(what[5:]).read_bytes()
        self.send_response(code)
        for name, value in fields.items():
            self.send_header(name, value)
        if what != "endless":
            self.send_header("Content-Length", str(len(body) if length is None else length))
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
echo -n "nothing true" >manner
python3 serve.py . >port &
SERVER=$!
trap 'kill $SERVER 2>/dev/null || true; chmod -R u+rwX "$STORY" 2>/dev/null; rm -rf "$STORY"' EXIT
while [ ! -s port ]; do sleep 0.05; done
URL=http://127.0.0.1:$(cat port)/reg/.akashi/log
cp -r reg true

# What was seen truly, and two entries that wait to be looked at.
run 0 monitor --trust pin --state seen "$URL"
run 0 --registry reg tag lab/tiny@v1 best
run 0 --registry reg tag lab/tiny@v1 good
cp seen/*/state.json before

# hostile PART WHAT MONITOR FSCK INSPECT: with these exit statuses (-: not asked), a word, and the place as it was
hostile() {
	echo -n "$1 $2" >manner
	run "$3" monitor --trust pin --state seen "$URL"
	[ -s "$STORY/out" ] || [ -s "$STORY/err" ] || fail "$1 $2: not a word"
	cmp -s before seen/*/state.json || fail "$1 $2: the monitor moved on"
	[ "$4" = - ] || run "$4" log fsck "$URL" --vkey "$VKEY"
	[ -s "$STORY/out" ] || [ -s "$STORY/err" ] || fail "fsck, $1 $2: not a word"
	[ "$5" = - ] || run "$5" log inspect 4 --from "$URL"
}

printf 'garbage\n' >garbage
printf 'example.org/other\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— example.org/other AAAAAAAA\n' >other
sed 's/^[0-9]*$/99999999999999999999/' reg/.akashi/log/checkpoint >huge
sed '2s/.*/1000000/' reg/.akashi/log/checkpoint >bent


hostile checkpoint endless 5 5 -
hostile checkpoint redirect 5 - -
hostile checkpoint 404 4 4 4
hostile checkpoint 500 5 5 -
hostile checkpoint torn 5 - -
hostile checkpoint empty 1 1 1
hostile checkpoint cut 1 1 1
hostile checkpoint "file garbage" 1 1 1
hostile checkpoint "file huge" 1 1 1
hostile checkpoint "file bent" 1 1 1
hostile checkpoint "file other" 3 1 4
hostile tile/entries endless 5 - 5
hostile tile/entries redirect 5 - -
hostile tile/entries 404 1 1 1
hostile tile/entries 500 5 5 5
hostile tile/entries torn 5 - -
hostile tile/entries empty 1 1 1
hostile tile/entries cut 1 1 1
hostile tile/entries flipped 1 1 1
hostile tile/entries "file garbage" 1 1 1
hostile tile/0 endless 5 - -
hostile tile/0 500 5 - -
hostile tile/0 404 1 1 1
hostile tile/0 cut 1 1 1
hostile tile/0 flipped 1 1 0

# What stands behind the entries that are signed is not read; but no such file is the log's.
for part in tile/entries tile/0; do
	echo -n "$part longer" >manner
	run 1 log fsck "$URL" --vkey "$VKEY"
	run 0 log inspect 4 --from "$URL"
done

# Bodies: what is not the statement fails, what is not served is said; an answer that never ends is neither.
echo -n "nothing true" >manner
run 0 --registry reg add checkpoint "$TINY/step-300" lab/tiny@v2
cp -r seen kept
for what in "endless 5" "500 5" "redirect 5" "404 3" "cut 1" "flipped 1" "empty 1" "file garbage 1"; do
	rm -rf seen
	cp -r kept seen
	echo -n "statements/ ${what% *}" >manner
	run "${what##* }" monitor --trust pin --state seen "$URL"
done

# After all that the truth goes on from where it was.
echo -n "nothing true" >manner
rm -rf seen
cp -r kept seen
run 0 monitor --trust pin --state seen "$URL" --json
json 'o["status"] == "holds" and o["logs"][0]["entriesBefore"] < o["logs"][0]["entries"] and o["logs"][0]["findings"] == 0'
