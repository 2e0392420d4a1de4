# What every story of the command begins with. Sourced by tests/cli/*.sh: `. "$(dirname "$0")/lib.sh"`.
#
# The story runs in an empty folder of its own with a home of its own; nothing of this
# machine's user takes part. It ends with the first expectation that is not met.
set -eu

[ -n "${AKASHI:-}" ] && [ -x "$AKASHI" ] || { echo "AKASHI names no built command"; exit 77; }
AKASHI_SOURCE=${AKASHI_SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}
TINY=$AKASHI_SOURCE/tests/data/tiny

STORY=$(mktemp -d "${TMPDIR:-/tmp}/akashi-story.XXXXXX")
trap 'chmod -R u+rwX "$STORY" 2>/dev/null; rm -rf "$STORY"' EXIT
mkdir "$STORY/home" "$STORY/desk"
export HOME="$STORY/home" XDG_CONFIG_HOME="$STORY/home/.config" LOGNAME=tester USER=tester
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org
export GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
unset AKASHI_REGISTRY AKASHI_PASSPHRASE_FILE AKASHI_THREADS NO_COLOR
cd "$STORY/desk"
STATUS=0

akashi() { "$AKASHI" "$@"; }

# run STATUS ARGUMENT...: the command ends with this exit status; its words are in $STORY/out and err
run() {
	wanted=$1
	shift
	STATUS=0
	"$AKASHI" "$@" >"$STORY/out" 2>"$STORY/err" || STATUS=$?
	if [ "$STATUS" != "$wanted" ]; then
		echo "akashi $*: exit status $STATUS, wanted $wanted"
		sed 's/^/  out: /' "$STORY/out"
		sed 's/^/  err: /' "$STORY/err"
		exit 1
	fi
	case $wanted in
	0 | 1 | 3) ;;
	*)
		[ -s "$STORY/err" ] || fail "akashi $*: failed without a word"
		;;
	esac
}

fail() {
	echo "$*"
	[ -s "$STORY/out" ] && sed 's/^/  out: /' "$STORY/out"
	[ -s "$STORY/err" ] && sed 's/^/  err: /' "$STORY/err"
	exit 1
}

skip() {
	echo "skipped: $*"
	exit 77
}

# said WORDS, complained WORDS: they are in what the last run printed; silent: it said nothing
said() { grep -qF -e "$1" "$STORY/out" || fail "stdout lacks: $1"; }
unsaid() { ! grep -qF -e "$1" "$STORY/out" || fail "stdout has: $1"; }
complained() { grep -qF -e "$1" "$STORY/err" || fail "stderr lacks: $1"; }
one_line() { [ "$(wc -l <"$STORY/err")" = 1 ] || fail "the error is not one line"; }
silent() { [ ! -s "$STORY/err" ] || fail "stderr is not empty"; }

# json FILTER: the last output is one JSON object with a schema, and this Python expression over it (o) is true
json() {
	command -v python3 >/dev/null 2>&1 || return 0
	python3 - "$STORY/out" "$1" <<'PY' || fail "JSON does not hold: $1"
import json, sys
o = json.load(open(sys.argv[1]))
assert isinstance(o, dict) and isinstance(o.get("schema"), str), "no object with a schema"
assert eval(sys.argv[2], {"o": o, "len": len, "all": all, "any": any, "str": str, "sum": sum, "float": float}), o
PY
}

# plain FILE: it holds no control character but line ends
plain() { ! LC_ALL=C grep -q "$(printf '[\001-\010\013-\037]')" "$1" || fail "$1 holds control characters"; }

# row_enlarge FILE ROW: a row of the tiny model's embedding, which is its head as well, 2^20 times as large
row_enlarge() {
	python3 - "$1" "$2" <<'PY'
import json, struct, sys
data = bytearray(open(sys.argv[1], "rb").read())
head = 8 + struct.unpack("<Q", data[:8])[0]
tensor = json.loads(data[8:head])["model.embed_tokens.weight"]
width = 2 * tensor["shape"][1]
first = head + tensor["data_offsets"][0] + int(sys.argv[2]) * width
for at in range(first, first + width, 2):
    value = struct.unpack("<f", bytes(2) + data[at:at + 2])[0] * 2.0 ** 20
    data[at:at + 2] = struct.pack("<f", value)[2:]
open(sys.argv[1], "wb").write(data)
PY
}

# softhsm_begin: an empty SoftHSM, the PIN of all its tokens in $AKASHI_PASSPHRASE_FILE; skips where there is none
softhsm_begin() {
	for tool in softhsm2-util openssl; do
		command -v $tool >/dev/null 2>&1 || skip "no $tool here"
	done
	SOFTHSM_MODULE=
	for path in /usr/lib/softhsm/libsofthsm2.so /usr/lib64/softhsm/libsofthsm2.so /usr/lib64/pkcs11/libsofthsm2.so; do
		[ -n "$SOFTHSM_MODULE" ] || [ ! -e $path ] || SOFTHSM_MODULE=$path
	done
	[ -n "$SOFTHSM_MODULE" ] || skip "no libsofthsm2.so where it usually lies"
	mkdir "$STORY/tokens"
	printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$STORY/tokens" >"$STORY/softhsm2.conf"
	printf '1234\n' >"$STORY/pin"
	export SOFTHSM2_CONF="$STORY/softhsm2.conf" AKASHI_PKCS11_MODULE="$SOFTHSM_MODULE" AKASHI_PASSPHRASE_FILE="$STORY/pin"
}

# softhsm_key TOKEN LABEL ID CURVE|ED25519|RSA: a key that openssl makes, put into the token (made when it is not there);
# $STORY/LABEL.pem is its public half
softhsm_key() {
	softhsm2-util --show-slots | grep -q "Label: *$1 *\$" ||
		softhsm2-util --init-token --free --label "$1" --so-pin 12345678 --pin 1234 >/dev/null
	case $4 in
	ED25519 | RSA) openssl genpkey -algorithm "$4" -out "$STORY/$2.key" 2>/dev/null ;;
	*) openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$4" -out "$STORY/$2.key" ;;
	esac
	openssl pkey -in "$STORY/$2.key" -pubout -out "$STORY/$2.pem"
	softhsm2-util --import "$STORY/$2.key" --token "$1" --label "$2" --id "$3" --pin 1234 >/dev/null
}
