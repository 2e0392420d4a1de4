#!/bin/bash
# What is installed can be used: the command runs, C and C++ programs link with the shared and the
# static library through pkg-config, and neither library shows more than akashi_*.
set -euo pipefail
grep -q 'AKASHI_SANITIZE:BOOL=ON' "$AKASHI_BUILD/CMakeCache.txt" && {
	echo "skipped: a sanitized library is not for other programs"
	exit 77
}
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT
cmake --install "$AKASHI_BUILD" --prefix "$SCRATCH/prefix" >/dev/null
PKG_CONFIG_PATH=$(dirname "$(find "$SCRATCH/prefix" -name akashi.pc)")
LIBRARY=$(dirname "$PKG_CONFIG_PATH")
export PKG_CONFIG_PATH

fail() {
	echo "$*"
	exit 1
}

# only_akashi WHAT: of the symbols on stdin, all begin with akashi_, and there are some
only_akashi() {
	local seen
	seen=$(sort -u)
	grep -q '^akashi_version$' <<<"$seen" || fail "$1 does not show akashi_version"
	! grep -vE '^(akashi_[a-z0-9_]+|AKASHI_0)$' <<<"$seen" || fail "$1 shows more than akashi_*"
}
nm -D --defined-only "$LIBRARY/libakashi.so" | awk '{ print $3 }' | sed 's/@.*//' | only_akashi "libakashi.so"
nm -g --defined-only "$LIBRARY/libakashi.a" | awk 'NF == 3 { print $3 }' | only_akashi "libakashi.a"
readelf -d "$LIBRARY/libakashi.so" | grep -q 'SONAME.*\[libakashi\.so\.0\]' || fail "libakashi.so has another soname"

# A release by the installed command, for the programs to check.
export HOME=$SCRATCH/home XDG_CONFIG_HOME=$SCRATCH/home/.config LOGNAME=tester USER=tester
unset AKASHI_REGISTRY AKASHI_PASSPHRASE_FILE
mkdir "$HOME"
AKASHI=$SCRATCH/prefix/bin/akashi
"$AKASHI" init "$SCRATCH/registry" --origin example.org/install | sed -n 's/^pin  *//p' >"$SCRATCH/pin"
export AKASHI_REGISTRY=$SCRATCH/registry
"$AKASHI" add checkpoint "$AKASHI_SOURCE/tests/data/tiny/step-500" t/tiny@v1 >/dev/null
"$AKASHI" record t/tiny@v1 --random 4:16:1 >/dev/null 2>&1
"$AKASHI" publish t/tiny@v1 "$SCRATCH/release" >/dev/null 2>&1
unset AKASHI_REGISTRY

cat >"$SCRATCH/program.c" <<'C'
#include <akashi.h>
#include <stdio.h>
#include <string.h>

/* A name that the library has inside as well: the two must not meet. */
int error_set(void);
int error_set(void)
{
	return 7;
}

static int check(const char *path, const char *pin, int expected)
{
	struct akashi_verify_options options = AKASHI_VERIFY_OPTIONS;
	char *verdict = NULL, *reason = NULL;
	int status, good;

	options.pins = pin;
	status = (int)akashi_verify(path, &options, &verdict, &reason);
	good = status == expected && (verdict != NULL) != (reason != NULL) &&
	       (!verdict || strstr(verdict, "akashi/verdict/1"));
	if (!good)
		fprintf(stderr, "%s: %d and not %d: %s%s\n", path, status, expected, verdict ? verdict : "",
			reason ? reason : "");
	akashi_free(verdict);
	akashi_free(reason);
	return good;
}

int main(int argc, char **argv)
{
	struct akashi_verify_options no_size;

	memset(&no_size, 0, sizeof(no_size));
	if (argc != 4 || error_set() != 7 || akashi_verify(argv[1], &no_size, NULL, NULL) != AKASHI_USAGE)
		return 1;
	printf("%s\n", akashi_version());
	return check(argv[1], argv[2], AKASHI_HOLDS) && check(argv[1], NULL, AKASHI_UNDECIDED) &&
			       check(argv[3], argv[2], AKASHI_FAILS) &&
			       check("/nowhere/at/all", argv[2], AKASHI_ABSENT)
		       ? 0
		       : 1;
}
C
sed 's/^int error_set(void);/extern "C" int error_set(void);/' "$SCRATCH/program.c" >"$SCRATCH/program.cc"
cp -R "$SCRATCH/release" "$SCRATCH/damaged"
printf 'x' | dd of="$SCRATCH/damaged/model.safetensors" bs=1 seek=400000 conv=notrunc status=none

# program NAME COMMAND...: it links, its checks come out as they must, and it says the library's version
program() {
	local name=$1 said
	shift
	"$@" -o "$SCRATCH/$name"
	said=$(LD_LIBRARY_PATH=$LIBRARY "$SCRATCH/$name" "$SCRATCH/release" "$(cat "$SCRATCH/pin")" "$SCRATCH/damaged") ||
		fail "the $name program fails"
	[ "$said" = "$(pkg-config --modversion akashi)" ] || fail "the $name program says version '$said'"
	echo "linked and ran: $name"
}
read -ra shared <<<"$(pkg-config --cflags --libs akashi)"
read -ra flags <<<"$(pkg-config --cflags akashi)"
read -ra static <<<"$(pkg-config --static --libs akashi | sed 's/-lakashi/-l:libakashi.a/')"
program c-shared cc -Wall -Wextra -Werror -std=c99 "$SCRATCH/program.c" "${shared[@]}"
program c-static cc -Wall -Wextra -Werror -std=c99 "$SCRATCH/program.c" "${flags[@]}" "${static[@]}"
if command -v c++ >/dev/null; then
	program c++-shared c++ -Wall -Wextra -Werror "$SCRATCH/program.cc" "${shared[@]}"
	program c++-static c++ -Wall -Wextra -Werror "$SCRATCH/program.cc" "${flags[@]}" "${static[@]}"
else
	echo "no C++ compiler: the C++ programs are left out"
fi
"$AKASHI" version >/dev/null
[ -e "$SCRATCH/prefix/share/man/man1/akashi.1" ] || fail "no manual page is installed"
