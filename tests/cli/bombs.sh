#!/bin/sh
# JSON that is deep, endless or doubled, and keys of a type that signs nothing here: refused in words by whatever command reads them.
. "$(dirname "$0")/lib.sh"

run 0 init --origin bombs.example.org/x
pin=$(sed -n 's/^pin *//p' "$STORY/out")
cp -r "$TINY/step-500" model && chmod -R u+w model
run 0 add checkpoint model t/m@v1
run 0 publish t/m@v1 release
echo "$pin" >pin.txt
run 0 verify release --trust pin.txt --forward none
before=$(ls .akashi/statements | wc -l)

# bomb KIND: a text of that kind
bomb() {
	case $1 in
	deep) head -c 200000 /dev/zero | tr '\0' '[' ;;
	wide) printf '{"a":[' && head -c 4000000 /dev/zero | tr '\0' '0' | sed 's/0/0,/g' && printf '0]}' ;;
	twice) printf '{"schema":"akashi/release/1","schema":"akashi/release/1"}' ;;
	cut) printf '{"a":"' ;;
	esac
}

# refused WHAT ARGUMENT...: it ends by itself, above 0, with words
refused() {
	what=$1
	shift
	STATUS=0
	(ulimit -v 4000000 2>/dev/null || true; timeout 60 "$AKASHI" "$@") >"$STORY/out" 2>"$STORY/err" || STATUS=$?
	[ $STATUS -ge 1 ] && [ $STATUS -le 5 ] || fail "$what: exit status $STATUS"
	cat "$STORY/out" "$STORY/err" | grep -q . || fail "$what: refused without a word"
	plain "$STORY/err"
}
grep -q 'AKASHI_SANITIZE:BOOL=ON' "${AKASHI_BUILD:-build}/CMakeCache.txt" 2>/dev/null && ulimit() { :; }

for kind in deep wide twice cut; do
	bomb $kind >bomb.json
	rm -rf bent && cp -r release bent && chmod -R u+w bent && cp bomb.json bent/akashi/release.json
	refused "$kind release.json" verify bent --trust pin.txt --forward none
	rm -rf bent && cp -r release bent && chmod -R u+w bent && cp bomb.json bent/model.sig
	refused "$kind model.sig" verify bent --trust pin.txt --forward none
	rm -rf bent && cp -r release bent && chmod -R u+w bent
	for file in bent/akashi/statements/*; do cp bomb.json "$file"; done
	refused "$kind statements" verify bent --trust pin.txt --forward none
	refused "$kind results" add eval bomb.json --of t/m@v1
	refused "$kind probes" record t/m@v1 --probes bomb.json
	rm -rf bent && cp -r model bent && cp bomb.json bent/config.json
	refused "$kind config.json" verify bent
	rm -rf bent && cp -r "$TINY/step-100" bent && chmod -R u+w bent && cp bomb.json bent/model.safetensors.index.json
	refused "$kind index" verify bent
	[ "$(ls .akashi/statements | wc -l)" = "$before" ] || fail "$kind: something was registered"
done

# Keys of another type.
if command -v openssl >/dev/null 2>&1; then
	for type in RSA ED25519; do
		openssl genpkey -algorithm $type -out other.pem 2>/dev/null
		openssl pkey -in other.pem -pubout -out other.pub
		refused "a public key of type $type" verify release --signature release/model.sig --key other.pub --forward none
		cp other.pem "$XDG_CONFIG_HOME/akashi/keys/other.key"
		chmod 600 "$XDG_CONFIG_HOME/akashi/keys/other.key"
		refused "a private key of type $type" add checkpoint model t/m@v2 --key other
	done
fi
run 0 log audit
