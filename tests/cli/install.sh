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

cat >"$SCRATCH/program.c" <<'C'
#include <akashi.h>
#include <stdio.h>

/* A name that the library has inside as well: the two must not meet. */
int error_set(void);
int error_set(void)
{
	return 7;
}

int main(void)
{
	return printf("%s\n", akashi_version()) > 0 && error_set() == 7 ? 0 : 1;
}
C
sed 's/^int error_set(void);/extern "C" int error_set(void);/' "$SCRATCH/program.c" >"$SCRATCH/program.cc"

# program NAME COMMAND...: it links, runs, and says the version of the library
program() {
	local name=$1
	shift
	"$@" -o "$SCRATCH/$name"
	[ "$(LD_LIBRARY_PATH=$LIBRARY "$SCRATCH/$name")" = "$(pkg-config --modversion akashi)" ] ||
		fail "the $name program does not say the version"
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
"$SCRATCH/prefix/bin/akashi" version >/dev/null
[ -e "$SCRATCH/prefix/share/man/man1/akashi.1" ] || fail "no manual page is installed"
