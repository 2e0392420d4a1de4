#!/bin/sh
# akashi sign: a directory with no registry, by a key, a certificate; what nobody should accept is not signed.
. "$(dirname "$0")/lib.sh"

mkdir -p model/sub/deep model/.git model/left
printf '{}\n' >model/config.json
printf 'deep' >model/sub/deep/w.bin
printf 'x' >'model/日本 語.txt'
: >model/empty
printf 'ref' >model/.git/HEAD
printf 'y' >model/left/out
printf 'z' >model/left-over

# Nothing is written by a dry run, which needs no key that opens.
run 0 sign model --key nobody --dry-run --json
json 'o["schema"] == "akashi/signed/1" and o["dryRun"] and "key" not in o'
json 'o["files"] == ["config.json", "empty", "left-over", "left/out", "sub/deep/w.bin", "日本 語.txt"]'
json 'o["ignorePaths"] == [".git", ".gitattributes", ".github", ".gitignore", "model.sig"] and o["leftOut"] == [".git/"]'
[ ! -e model/model.sig ] || fail "--dry-run wrote a signature"
run 4 sign model --key nobody
run 2 sign model
run 2 sign model --cert x.pem
run 2 sign model --key a --chain b

# With a key of one's own, checked by our own verifier; again over the old signature; elsewhere.
run 0 key generate me
run 0 key export me
cp "$STORY/out" me.pem
run 0 sign model --key me --ignore left --ignore ./sub/deep/ --json
silent
json 'o["files"] == ["config.json", "empty", "left-over", "日本 語.txt"] and o["key"]["name"] == "me"'
json 'o["ignorePaths"][4:] == ["left", "sub/deep", "model.sig"]'
grep -q '"root": "sha256:' "$STORY/out" || fail "no root"
run 0 sign model --key me
said "signed 6 files"
said "not signed: .git/"
run 0 verify model --signature model/model.sig --key me.pem --forward none
cp model/model.sig first.sig
run 0 sign model --key me --signature elsewhere.sig --ignore model.sig --quiet
run 0 verify model --signature elsewhere.sig --key me.pem --forward none
printf '{ }' >model/config.json
run 1 verify model --signature elsewhere.sig --key me.pem --forward none
cmp -s model/model.sig first.sig || fail "the first signature was touched"
run 2 sign model --key me --signature model
run 4 sign model --key me --signature nowhere/model.sig
run 4 sign nowhere --key me --signature x.sig
run 0 sign model/config.json --key me --signature one.sig
said "signed 1 file"
run 2 sign model/config.json --key me
run 2 sign model/config.json --key me --signature model/config.json

# What nobody should accept is not signed, and the signature that was there stays.
refuse() {
	status=$1
	shift
	run "$status" sign model --key me "$@"
	one_line
	cmp -s model/model.sig first.sig || fail "a refusal touched the signature"
}
refuse 2 --ignore '*.bin'
refuse 2 --ignore ../x
refuse 2 --ignore /etc
refuse 2 --ignore sub/../left
refuse 2 --ignore ''
refuse 2 --shards 0
refuse 2 --hash md5
refuse 3 --hash blake3
complained "not possible here"
ln -s config.json model/link
refuse 1
complained "symbolic link"
run 0 sign model --key me --allow-symlinks --signature linked.sig --json
json '"link" in o["files"] and o["allowSymlinks"]'
rm model/link
ln -s ../outside model/link
printf 'outside' >outside
refuse 1 --allow-symlinks
complained "out of the model"
rm outside
refuse 1 --allow-symlinks
complained "nowhere"
rm model/link
ln -s link model/link
refuse 1 --allow-symlinks
complained "to itself"
rm model/link
ln -s sub model/link
refuse 1 --allow-symlinks
complained "to a folder"
run 0 sign model --key me --ignore link --signature linked.sig
rm model/link
mkfifo model/pipe
refuse 1
rm model/pipe
if touch "$(printf 'model/\377')" 2>/dev/null; then
	refuse 1
	complained "not UTF-8"
	rm "$(printf 'model/\377')"
fi
mkdir bare bare/.git hollow
: >hollow/empty
run 2 sign bare --key me
complained "no file to sign"
run 2 sign hollow --key me --shards 10
complained "all files"
run 0 sign model --key me --signature s.sig --ignore no-such
complained "there is no 'no-such' to leave out"

# Keys in PEM files, encrypted ones, and those that OpenSSF Model Signing does not know.
command -v openssl >/dev/null 2>&1 || skip "no openssl here, the rest is not told"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out p521.key
openssl pkey -in p521.key -pubout -out p521.pem
run 0 sign model --key ./p521.key --signature p521.sig --ignore model.sig
run 0 verify model --signature p521.sig --key p521.pem --forward none
openssl pkcs8 -topk8 -in p521.key -v2 aes-256-cbc -passout pass:open -out locked.key
printf 'open\n' >"$STORY/pass"
AKASHI_PASSPHRASE_FILE="$STORY/pass" "$AKASHI" sign model --key locked.key --signature locked.sig --ignore model.sig >/dev/null
run 0 verify model --signature locked.sig --key p521.pem --forward none
printf 'wrong\n' >"$STORY/pass"
export AKASHI_PASSPHRASE_FILE="$STORY/pass"
run 3 sign model --key locked.key --signature never.sig
unset AKASHI_PASSPHRASE_FILE
openssl genpkey -algorithm ED25519 -out ed.key
run 2 sign model --key ed.key --signature never.sig
complained "Ed25519"
openssl genpkey -algorithm RSA -out rsa.key 2>/dev/null
run 3 sign model --key rsa.key --signature never.sig
run 1 sign model --key p521.pem --signature never.sig
[ ! -e never.sig ] || fail "a refusal left a signature"

# Certificates: root, intermediate, leaf.
certificate() { # NAME SUBJECT ISSUER|- EXTENSIONS DAYS
	openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
	openssl req -new -key "$1.key" -subj "/CN=$2" -out "$1.csr" 2>/dev/null
	printf '%b' "$4" >"$1.ext"
	if [ "$3" = - ]; then
		set -- "$1" "$2" "$3" "$4" "$5" -signkey "$1.key"
	else
		set -- "$1" "$2" "$3" "$4" "$5" -CA "$3.crt" -CAkey "$3.key" -CAcreateserial
	fi
	name=$1 days=$5
	shift 5
	openssl x509 -req -in "$name.csr" -extfile "$name.ext" -days "$days" "$@" -out "$name.crt" 2>/dev/null
}
CA='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n'
LEAF='basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n'
certificate root Root - "$CA" 30
certificate middle Middle root "$CA" 30
certificate leaf Publisher middle "$LEAF" 30
certificate stale Stale middle "$LEAF" -1
certificate useless Useless middle 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,keyAgreement\n' 30
run 0 sign model --key leaf.key --cert leaf.crt --chain middle.crt --chain root.crt --signature c.sig --json
silent
json 'o["certificate"]["subject"] == "CN=Publisher" and o["certificate"]["chain"] == 2'
cat leaf.crt middle.crt >full.crt
run 0 sign model --key leaf.key --cert full.crt --signature c.sig --json
json 'o["certificate"]["chain"] == 2'
run 0 sign model --key leaf.key --cert leaf.crt --signature c.sig
complained "no --chain"
run 3 sign model --key me --cert leaf.crt --chain middle.crt --signature never.sig
complained "is not the certificate's"
run 3 sign model --key stale.key --cert stale.crt --chain middle.crt --signature never.sig
complained "stale.crt"
run 3 sign model --key useless.key --cert useless.crt --chain middle.crt --signature never.sig
complained "digitalSignature"
run 3 sign model --key leaf.key --cert leaf.crt --chain root.crt --signature never.sig
complained "does not lead to"
run 1 sign model --key leaf.key --cert leaf.key --signature never.sig
[ ! -e never.sig ] || fail "a refusal left a signature"
