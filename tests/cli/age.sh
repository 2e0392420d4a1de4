#!/bin/sh
# A policy that asks for news: publishing signs the log's state, and without it, or when it is old, nothing is decided.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || skip "no python3"

stop_all() {
	[ ! -s "$STORY/w.pid" ] || kill -9 "$(cat "$STORY/w.pid")" 2>/dev/null || true
	chmod -R u+rwX "$STORY" 2>/dev/null
	rm -rf "$STORY"
}
trap stop_all EXIT

run 0 init --origin log.example/news
cp -r "$TINY/step-100" model
run 0 add checkpoint model t/m@v1
run 0 witness init --state "$STORY/w" --name witness.example/w
: >"$STORY/w.says"
"$AKASHI" witness serve --state "$STORY/w" --listen 127.0.0.1:0 --log "$(cat .akashi/keys/log.vkey)" >"$STORY/w.says" 2>"$STORY/w.err" &
echo $! >"$STORY/w.pid"
tries=0
until grep -q http "$STORY/w.says"; do
	tries=$((tries + 1))
	[ $tries -lt 600 ] || fail "the witness says nothing: $(cat "$STORY/w.err")"
	sleep 0.05
done
echo "witness w $(cat "$STORY/w/witness.vkey") http://127.0.0.1:$(sed -n 's/.*:\([0-9]*\);.*/\1/p' "$STORY/w.says")" >witnesses
echo "quorum w" >>witnesses
run 0 trust policy --witnesses witnesses
run 0 trust policy --maximum-age 30d
"$AKASHI" status | sed -n 's/^pin  *//p' >pin

# In the registry itself nothing is shown either, as long as nobody signs states.
run 3 verify t/m@v1 --forward none
said "asks for news of at most 2592000 s, and that there is nothing newer is not shown: no state of this log was signed yet"

# Publishing signs one, and whoever is given the folder reads so far.
run 0 publish t/m@v1 out --no-boundaries
[ -s out/akashi/state.json ] || fail "the release lacks the state"
run 0 verify out --trust pin --forward none
said "the log's signed state speaks of it"
said "no newer policy, no revocation of its signers, no retraction (it was signed by the key that signed the checkpoint"
run 0 verify out --trust pin --forward none --json
json '[s for s in o["steps"] if s["id"] == "signature"][0]["evidence"]["news"]["size"] > 5'
run 0 verify t/m@v1 --forward none

# A mirror leaves the state out, or only the proofs that tell too much.
cp -r out without
rm without/akashi/state.json
run 3 verify without --trust pin --forward none
said "asks for news"
run 0 verify without --trust pin --forward none --as-of 100
python3 - <<'PY'
import json
path = "without/akashi/state.json"
state = json.load(open("out/akashi/state.json"))
state["proofs"] = [p for p in state["proofs"] if not p["key"].startswith("retraction:")]
json.dump(state, open(path, "w"))
PY
run 3 verify without --trust pin --forward none
said "no proof about 'retraction:"

# The version is retracted; the state that is signed then tells so, wherever the retraction was left out.
run 0 retract t/m@v1 --reason 'trained on a test set'
run 0 publish t/m@v1 later --no-boundaries
cp -r later hiding
grep -l 'InJldHJhY3Rpb24\|cmV0cmFjdGlvbi\|yZXRyYWN0aW9u' hiding/akashi/statements/* >found || fail "the release lacks the retraction"
for file in $(cat found); do
	base64=$(python3 -c 'import base64, json, sys; print(json.loads(base64.b64decode(json.load(open(sys.argv[1]))["dsseEnvelope"]["payload"]))["predicateType"])' "$file")
	case $base64 in */retraction/*) rm "$file" ;; esac
done
run 3 verify hiding --trust pin --forward none
said "the log's state has a retraction of t/m@v1, which is not here"
run 3 verify later --trust pin --forward none
said "trained on a test set"

# Who keeps the key that signs releases from signing states publishes with the newest that another key signed.
run 0 key generate clock
run 0 trust policy --add-key clock --kinds state
"$AKASHI" trust policy --json >policy.json
python3 - <<'PY'
import json
policy = json.load(open("policy.json"))["policy"]
for key in policy["keys"]:
    if key["kinds"] == ["*"]:
        key["kinds"] = ["card", "checkpoint", "release"]
json.dump(policy, open("next.json", "w"))
PY
run 0 trust policy --edit next.json
run 0 add checkpoint model t/m@v2
run 0 log state --key clock
run 0 publish t/m@v2 second --no-boundaries
complained "may not sign the log's state"
run 0 verify second --trust pin --forward none
said "no newer policy, no revocation of its signers, no retraction"
unsaid "it was signed by the key that signed the checkpoint"

# A second later it is too old for a policy that asks for as much.
run 0 trust policy --maximum-age 1
run 0 publish t/m@v2 third --no-boundaries
sleep 2.1
run 3 verify third --trust pin --forward none
said "asks for news of at most 1 s"
said "what is here is of"
run 0 verify third --trust pin --forward none --as-of 1000
