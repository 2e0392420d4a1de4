#!/bin/sh
# Timestamps: asked for over HTTP, kept beside the statement, carried by a release, believed by a root that somebody
# chose; an authority that is down, refuses or lies stops nothing and leaves nothing behind.
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null 2>&1 || skip "no python3 here to be the authority"
command -v openssl >/dev/null 2>&1 || skip "no openssl here to stamp"

TSA=$STORY/tsa
python3 -B "$AKASHI_SOURCE/tests/tools/tsa.py" "$TSA" 600 >"$STORY/tsa.out" 2>&1 &
AUTHORITY=$!
trap 'kill "$AUTHORITY" 2>/dev/null; chmod -R u+rwX "$STORY" 2>/dev/null; rm -rf "$STORY"' EXIT
while [ ! -e "$TSA/url" ]; do
	kill -0 "$AUTHORITY" 2>/dev/null || fail "the authority does not start: $(cat "$STORY/tsa.out")"
	sleep 0.1
done
URL=$(cat "$TSA/url")

stamps() { find .akashi/statements -name '*.tsr' | wc -l; }
statements() { find .akashi/statements -name '*.json' | wc -l; }
clean() { [ -z "$(find .akashi/statements ! -name '*.json' ! -name '*.tsr' -type f)" ] || fail "something half written stayed"; }

run 0 init . --origin example.org/stamped --tsa-root "$TSA/root.pem"
sed -n 's/^pin *//p' "$STORY/out" >pin.txt
[ "$(stamps)" = 0 ] || fail "a timestamp that nobody asked for"
run 0 add checkpoint "$TINY/step-100" lab/tiny@one --timestamp-url "$URL" --json
statement=$(sed -n 's/.*"statement": *"sha256:\([0-9a-f]*\)".*/\1/p' "$STORY/out")
silent
[ "$(stamps)" = 1 ] || fail "there are $(stamps) timestamps, and the checkpoint's belongs"

run 0 log audit --objects

# OpenSSL's own command agrees: it is over the signature, by this authority.
tsr=$(find .akashi/statements -name "$statement.*.tsr")
[ -n "$tsr" ] || fail "the timestamp is not the checkpoint's"
python3 - "${tsr%.tsr}.json" "$STORY/signature" <<'PY'
import base64, json, sys
bundle = json.load(open(sys.argv[1]))
open(sys.argv[2], "wb").write(base64.b64decode(bundle["dsseEnvelope"]["signatures"][0]["sig"]))
PY
openssl ts -verify -data "$STORY/signature" -in "$tsr" -CAfile "$TSA/root.pem" >/dev/null 2>&1 || fail "openssl ts refuses it"

# The pinned policy names the authority; a root named by hand does as well; nobody else's does.
run 0 verify lab/tiny@one --forward none --json
json 'o["steps"][1]["evidence"]["timestamps"][0]["holds"] and o["steps"][1]["evidence"]["timestamps"][0]["authority"] == "CN=Test timestamp authority,O=Test"'
run 0 verify lab/tiny@one --forward none
said "the signature of the checkpoint existed at 2"
said "says CN=Test timestamp authority,O=Test"
run 1 verify lab/tiny@one --tsa-root "$TSA/url"
run 4 verify lab/tiny@one --tsa-root nowhere.pem

# A release carries it.
run 0 publish lab/tiny@one out --timestamp-url "$URL"
[ "$(find out/akashi/statements -name '*.tsr' | wc -l)" = 3 ] || fail "a release carries the timestamps of checkpoint, card and itself"
run 0 verify out --trust pin.txt --forward none --json
json '[t["holds"] for t in o["steps"][1]["evidence"]["timestamps"]] == [True, True]'
for stray in $(find out/akashi -name '*.tsr'); do printf x >>"$stray"; done
run 0 verify out --trust pin.txt --forward none
said "a timestamp of the release shows nothing"
unsaid "existed at"

# Without a pin the release's own word names its authority, and that shows nothing: only the reader's root counts.
run 0 publish lab/tiny@one again --as lab/tiny-again@one --timestamp-url "$URL"
mv again "$HOME/again"
cd "$HOME"
run 3 verify again --forward none
unsaid "existed at"
said "nobody whom you trust names its authority"
run 3 verify again --forward none --tsa-root "$TSA/other-root.pem"
unsaid "existed at"
said "no given root vouches for the timestamp's authority at its time"
run 3 verify again --forward none --tsa-root "$TSA/root.pem"
said "existed at"
cd "$STORY/desk"

# An authority that is down, refuses, errs or lies: the statement stands, is told to lack a timestamp, and
# gets it later. Nothing half written stays.
mkdir variant
cp -r "$TINY/step-100" variant/model
for way in refuse error garbage other replay; do
	before=$(stamps) said=$(statements)
	printf '%s\n' "$way" >variant/model/NOTE
	run 0 add checkpoint variant/model "lab/tiny@$way" --timestamp-url "$URL/$way"
	complained "1 statement is signed and logged without a timestamp, which 'akashi timestamp' adds later"
	[ "$(stamps)" = "$before" ] || fail "$way: a timestamp was kept"
	[ "$(statements)" -gt "$said" ] || fail "$way: the statement is not there"
	clean
	run 0 verify "lab/tiny@$way" --forward none
	unsaid "existed at"
	case $way in
	refuse) run 3 timestamp "lab/tiny@$way" --timestamp-url "$URL/$way" ;;
	error) run 5 timestamp "lab/tiny@$way" --timestamp-url "$URL/$way" ;;
	*) run 1 timestamp "lab/tiny@$way" --timestamp-url "$URL/$way" ;;
	esac
	[ "$(stamps)" = "$before" ] || fail "$way: a timestamp was kept"
done
printf 'down\n' >variant/model/NOTE
run 0 add checkpoint variant/model lab/tiny@down --timestamp-url http://127.0.0.1:1
complained "without a timestamp"
clean
run 5 timestamp lab/tiny@down --timestamp-url http://127.0.0.1:1
run 2 timestamp lab/tiny@down
complained "no timestamp authority is named"
run 2 timestamp lab/tiny@down --timestamp-url ftp://example.org
run 4 timestamp lab/tiny@nothing --timestamp-url "$URL"
run 0 timestamp lab/tiny@down --timestamp-url "$URL"
said "existed at 2"
run 0 timestamp lab/tiny@down --json
json 'o["schema"] == "akashi/timestamp/1" and o["items"][0]["existed"] and o["items"][0]["policy"] == "1.3.6.1.4.1.57264.2"'
run 0 verify lab/tiny@down --forward none
said "existed at"

# The config names an authority for good; none asks nobody.
printf '[timestamp]\n\turl = %s\n' "$URL" >>.akashi/config
before=$(stamps)
run 0 tag lab/tiny@one best
[ "$(stamps)" = $((before + 1)) ] || fail "the config's authority was not asked"
run 0 tag lab/tiny@one worst --timestamp-url none
[ "$(stamps)" = $((before + 1)) ] || fail "none asked somebody"

# A model's signature carries its timestamp inside; without the authority it is signed all the same.
run 0 sign variant/model --key tester --timestamp-url "$URL" --signature stamped.sig --json
json 'o["timestamp"]["policy"] == "1.3.6.1.4.1.57264.2" and "log" not in o'
grep -q '"timestampVerificationData":{"rfc3161Timestamps":\[{"signedTimestamp":"' stamped.sig || fail "no timestamp in the signature"
run 0 sign variant/model --key tester --timestamp-url "$URL/error" --signature plain.sig
complained "signed without a timestamp"
! grep -q timestampVerificationData plain.sig || fail "a timestamp from an authority that errs"
"$AKASHI" key export tester >tester.pem
run 0 verify variant/model --signature stamped.sig --key tester.pem
run 0 verify variant/model --signature plain.sig --key tester.pem
run 2 sign variant/model --key tester --log
complained "--log needs --cert"
