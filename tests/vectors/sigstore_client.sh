#!/bin/sh
# Speaks the command-line protocol of sigstore-conformance, for the part that verifies:
#
#   sigstore_client.sh verify-bundle [--staging] --bundle FILE
#       (--certificate-identity ID --certificate-oidc-issuer URL | --key PEM)
#       [--trusted-root FILE] FILE|sha256:DIGEST
#
# Exit status 0 when the bundle holds. AKASHI names the command; SIGSTORE_ROOTS the folder with
# production.json and staging.json, the public instances' trusted roots.
set -eu

usage() {
	sed -n '4,6s/^# \{0,3\}//p' "$0" >&2
	exit 2
}

[ "${1:-}" = verify-bundle ] || usage
shift
bundle='' identity='' issuer='' key='' instance=production root=''
while [ $# -gt 1 ]; do
	case $1 in
	--staging) instance=staging && shift && continue ;;
	--bundle) bundle=$2 ;;
	--certificate-identity) identity=$2 ;;
	--certificate-oidc-issuer) issuer=$2 ;;
	--key) key=$2 ;;
	--trusted-root) root=$2 ;;
	*) usage ;;
	esac
	shift 2
done
[ $# = 1 ] && [ -n "$bundle" ] || usage
what=$1
set -- --signature "$bundle" --trusted-root "${root:-${SIGSTORE_ROOTS:?}/$instance.json}"
if [ -n "$key" ]; then set -- "$@" --key "$key"; fi
if [ -n "$identity" ]; then set -- "$@" --identity "$identity"; fi
if [ -n "$issuer" ]; then set -- "$@" --issuer "$issuer"; fi
exec "${AKASHI:-akashi}" verify "$what" "$@"
