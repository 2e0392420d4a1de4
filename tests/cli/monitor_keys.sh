#!/bin/bash
# A monitor and entries that do not name their statement (P-384), or are none of the log's (certificates): what can be
# looked at is, and what cannot is said.
. "$(dirname "$0")/lib.sh"

run 0 key generate tester --type ecdsa-p384
run 0 init --origin example.org/large --json
sed -n 's/.*"pin": "\([^"]*\)".*/\1/p' "$STORY/out" >pin
run 0 add checkpoint "$TINY/step-100" lab/tiny@v1
run 0 tag lab/tiny@v1 best

# A claim says which statement the entry before it is of: its body is looked at.
run 0 monitor --trust pin --state whole .
said "6 entries looked at, 6 of them now; 0 findings"
command -v python3 >/dev/null || skip "no python3 to find the body, the rest is not told"
python3 - >found <<'PY'
import base64, glob, json
kind = lambda path: b"w3id.org/akashi/checkpoint/" in base64.b64decode(json.load(open(path))["dsseEnvelope"]["payload"])
paths = sorted(glob.glob(".akashi/statements/*.json"), key=kind)
print(paths[-1], paths[0])
PY
read -r body other <found
cp "$body" kept
rm "$body"
run 3 monitor --trust pin --state missing . --json
json '{i["kind"]: i["grade"] for i in o["items"]} == {"body-missing": "undecided", "not-looked-at": "undecided"}'
json 'sorted(i["index"] for i in o["items"]) == [2, 3]'
# Another statement by the same key under its name.
cp "$other" "$body"
run 1 monitor --trust pin --state other .
said "body: entry 3: what is served as its body is not it"
mv kept "$body"

# What no claim names is said, not passed over.
run 0 record lab/tiny@v1 --random 1:4:seed
run 3 monitor --trust pin --state whole . --json
json '[i["kind"] for i in o["items"]] == ["not-looked-at"] and o["items"][0]["index"] == 6'
run 3 monitor --trust pin --state anew .
said "no claim names it: its body was not looked at"
run 0 monitor --trust pin --state anew .

# Somebody's signature by a certificate is no statement of this log: counted, and no failure.
command -v openssl >/dev/null 2>&1 || skip "no openssl here, the rest is not told"
openssl ecparam -name prime256v1 -genkey -noout -out leaf.key
openssl req -new -x509 -key leaf.key -subj /CN=Publisher -days 30 -out leaf.crt -addext keyUsage=critical,digitalSignature 2>/dev/null
cp -r "$TINY/step-100" model
run 0 sign model --key ./leaf.key --cert leaf.crt --signature model.sig --log
run 0 monitor --trust pin --state anew .
said "1 signatures by certificates, of what lies elsewhere"
run 0 log audit
