#!/bin/sh
# Keys in a PKCS#11 token (SoftHSM): found, handed out, signed with, and never in a registry's hands.
. "$(dirname "$0")/lib.sh"

softhsm_begin
softhsm_key work ecdsa 01 prime256v1
softhsm_key large big 02 secp384r1
URI="pkcs11:token=work;object=ecdsa"

# Found by label, by id, by both; through the variable, or with its module in the URI.
for uri in "$URI" "pkcs11:token=work;id=%01" "pkcs11:token=work;object=ecdsa;id=%01;type=private" \
	"$URI?module-path=$SOFTHSM_MODULE" "$URI?pin-source=file:$STORY/pin" "PKCS11:token=work"; do
	run 0 key export "$uri"
	cmp "$STORY/out" "$STORY/ecdsa.pem" || fail "another key than openssl wrote into the token"
	silent
done
run 0 key export "$URI?pin-source=$STORY/pin" --json
json 'o["type"] == "ecdsa-p256" and o["name"] == "pkcs11:token=work;object=ecdsa"'

# What does not fit says why.
run 4 key export "pkcs11:token=nowhere;object=ecdsa"
complained "no token 'nowhere'"
run 4 key export "pkcs11:token=work;object=other"
complained "no private key 'other'"
run 2 key export "pkcs11:object=ecdsa"
complained "2 tokens fit"
run 2 key export "$URI?pin-value=1234"
complained "a PIN does not belong into a URI"
run 2 key export "$URI;token=work"
complained "stands twice"
run 2 key export "$URI;type=public"
run 2 key export "pkcs11:colour=red"
run 4 key export "$URI?module-path=$STORY/nothing.so"
run 2 key export "$URI?module-path=$AKASHI_SOURCE"
printf 'wrong\n' >"$STORY/wrong"
run 3 key export "$URI?pin-source=$STORY/wrong"
complained "the PIN is wrong"
one_line
(unset AKASHI_PASSPHRASE_FILE && run 2 key export "$URI" </dev/null && complained "wants its PIN") || exit 1

# A token beside an Ed25519 and an RSA key: they are passed over, and named they are refused.
softhsm_key work edwards 05 ED25519
softhsm_key work rivest 06 RSA
run 0 key export "$URI"
run 3 key export "pkcs11:token=work;object=rivest"
complained "no EC key"
run 3 key export "pkcs11:token=work;object=edwards"
run 2 key export "pkcs11:token=work"
complained "several private keys"

# A token's EC keys are listed, each as what --key takes.
softhsm_key work 'odd name' aa secp521r1
run 0 key list "pkcs11:token=work" --json
json 'sorted(k["name"] for k in o["items"]) == ["pkcs11:token=work;object=ecdsa;id=%01", "pkcs11:token=work;object=odd%20name;id=%AA"]'
json '{k["type"] for k in o["items"]} == {"ecdsa-p256", "ecdsa-p521"}'
run 0 key list "pkcs11:token=work;object=ecdsa?module-path=$SOFTHSM_MODULE"
said "pkcs11:token=work;object=ecdsa;id=%01"
unsaid odd
run 4 key list "pkcs11:token=nowhere"
run 2 key list work

# A registry signs with it, and its settings name the key but no file of this machine.
run 0 init --origin example.org/token --key "$URI?module-path=$SOFTHSM_MODULE"
grep -qF 'key = "pkcs11:token=work;object=ecdsa"' .akashi/config || fail "user.key is another"
cp -r "$TINY/step-500" model
run 0 add checkpoint model t/m@v1
run 0 verify t/m@v1 --forward none
run 0 publish t/m@v1 out
run 0 verify out --registry .akashi --forward none
run 0 log audit
sed -i "s|object=ecdsa|object=ecdsa?module-path=$SOFTHSM_MODULE|" .akashi/config
run 3 add checkpoint model t/m@v2
complained "may not say which module to load"
run 0 add checkpoint model t/m@v2 --key "$URI"
run 0 add checkpoint model t/m@v3 --key "pkcs11:token=large;object=big"
run 3 verify t/m@v3 --forward none

# Many at once: each gets its signature.
sed -i "s|?module-path=$SOFTHSM_MODULE||" .akashi/config
count=1
while [ $count -le 8 ]; do
	"$AKASHI" key export "$URI" >"$STORY/many.$count" 2>&1 &
	count=$((count + 1))
done
wait
count=1
while [ $count -le 8 ]; do
	cmp "$STORY/many.$count" "$STORY/ecdsa.pem" || fail "one of many at once: $(cat "$STORY/many.$count")"
	count=$((count + 1))
done

# A model is signed with it, bare and with a certificate.
openssl req -x509 -key "$STORY/ecdsa.key" -subj /CN=Release -days 30 -addext basicConstraints=critical,CA:FALSE \
	-addext keyUsage=critical,digitalSignature -out leaf.crt 2>/dev/null
run 0 sign model --pkcs11-uri "$URI" --signature token.sig
said "with pkcs11:token=work;object=ecdsa"
run 0 verify model --signature token.sig --key "$STORY/ecdsa.pem" --forward none
run 0 sign model --pkcs11-uri "pkcs11:token=large" --signature token.sig
run 0 verify model --signature token.sig --key "$STORY/big.pem" --forward none
run 0 sign model --pkcs11-uri "$URI" --cert leaf.crt --signature token.sig
run 3 sign model --pkcs11-uri "pkcs11:token=large;object=big" --cert leaf.crt --signature never.sig
complained "is not the certificate's"
run 2 sign model --pkcs11-uri work --signature never.sig
[ ! -e never.sig ] || fail "a refusal left a signature"
