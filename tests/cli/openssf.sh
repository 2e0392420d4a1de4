#!/bin/bash
# Model signatures that others made: every form of the reference client's history, by key, certificate
# and timestamp, with no registry; and each way in which one is refused, for its own reason.
. "$(dirname "$0")/lib.sh"

GIVEN=$AKASHI_SOURCE/tests/data/openssf
PUB=$GIVEN/signing-key-pub.pem CA=$GIVEN/ca-cert.pem

# refused STATUS REASON ARGUMENT...: the verdict, and its reason in words
refused() {
	wanted=$1 reason=$2
	shift 2
	run "$wanted" verify "$@" --forward none
	said "$reason"
}

# --- What the reference client signed from v0.2 to v1.1 ---------------------------------------------
cp -r "$GIVEN" given && chmod -R u+w given
for version in v0.3.1 v1.0.0; do # one file, which the signature calls "."
	run 0 verify given/$version-elliptic-key/signme-1 --signature given/$version-elliptic-key/model.sig --key "$PUB"
	said "1 of 1 signed files"
	refused 3 "name that file, not its folder" given/$version-elliptic-key \
		--signature given/$version-elliptic-key/model.sig --key "$PUB"
done
for kind in elliptic-key certificate; do
	who="--key $PUB"
	[ $kind = elliptic-key ] || who="--root $CA"
	# shellcheck disable=SC2086
	refused 3 "ignore-me: not covered by the signature (not listed by it)" given/v1.0.1-$kind \
		--signature given/v1.0.1-$kind/model.sig $who
	# shellcheck disable=SC2086
	refused 0 "ignore-me: not covered by the signature (left out by you)" given/v1.0.1-$kind \
		--signature given/v1.0.1-$kind/model.sig $who --ignore ./ignore-me/
	# shellcheck disable=SC2086
	refused 0 "you ignore what is unsigned" given/v1.0.1-$kind \
		--signature given/v1.0.1-$kind/model.sig $who --ignore-unsigned
	# shellcheck disable=SC2086
	refused 0 "ignore-me: not covered by the signature (left out by it)" given/v1.1.0-$kind \
		--signature given/v1.1.0-$kind/model.sig $who
done
for version in v0.3.1 v1.0.0; do
	run 0 verify given/$version-certificate --signature given/$version-certificate/model.sig --root "$CA" --json
	json '[s for s in o["steps"] if s["id"] == "signature"][0]["evidence"]["openssf"]["predicate"] == "signature/v1.0"'
	json '[s for s in o["steps"] if s["id"] == "bytes"][0]["evidence"]["uncovered"] == []'
done
run 0 verify given/v1.1.0-certificate --signature given/v1.1.0-certificate/model.sig --root "$CA" --tsa-root "$CA"
old="given/v0.2.0-certificate --signature given/v0.2.0-certificate/model.sig --root $CA"
# shellcheck disable=SC2086
refused 3 "--allow-pre-v1" $old
# shellcheck disable=SC2086
refused 0 "signed in the encoding of before v1.0" $old --allow-pre-v1

# Keyless, in the public instance's log: no network, and no clock but the log's.
for version in v0.3.1 v1.0.0 v1.0.1 v1.1.0; do
	set -- given/$version-sigstore --signature given/$version-sigstore/model.sig --ignore ignore-me \
		--trusted-root "$GIVEN/trusted_root.json" --issuer https://sigstore.verify.ibm.com/oauth2
	refused 0 "signed by 'stefanb@us.ibm.com'" "$@" --identity stefanb@us.ibm.com
	refused 3 "the signature" "$@" --identity stefanb@us.ibm.org
done

# --- Wrong signer -----------------------------------------------------------------------------------
set -- given/v1.1.0-certificate --signature given/v1.1.0-certificate/model.sig
refused 3 "signed with a certificate, not a key" "$@" --key "$PUB"
refused 3 "unable to get" "$@" --root "$GIVEN/signing-key-cert.pem"
refused 3 "signed with a bare key" given/v1.1.0-elliptic-key --signature given/v1.1.0-elliptic-key/model.sig --root "$CA"
refused 3 "signed keyless" given/v1.1.0-sigstore --signature given/v1.1.0-sigstore/model.sig --root "$CA"

# --- Options that make no sense ---------------------------------------------------------------------
run 2 verify "$@" --key "$PUB" --root "$CA"
complained "--root excludes --key"
run 2 verify "$@"
complained "--signature and --key belong together"
run 2 verify given/v1.1.0-certificate --ignore-unsigned
complained "--ignore-unsigned belongs to --signature"
for path in /abs '../x' 'a/../x' '*.bin' 'a?' '[a]' ''; do
	run 2 verify "$@" --root "$CA" --ignore "$path"
	complained "--ignore"
done
