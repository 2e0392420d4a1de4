#!/bin/bash
# White space is decided by .clang-format, never in review.
. tests/house/lib.sh

TOOL=$(command -v clang-format-14 || command -v clang-format || true)
[ -n "$TOOL" ] || skip "no clang-format here"
case $("$TOOL" --version) in
*" 14."*) ;;
*) skip "another version of clang-format than Debian 12's 14 lays out differently: $("$TOOL" --version)" ;;
esac

check() {
	(cd "$1" && sources . $ROOMS tests | xargs "$TOOL" --style=file --dry-run 2>&1) |
		grep -E 'warning: code should be clang-formatted' | sort -u -t: -k1,1 || true
}

rule "every file is as clang-format lays it out"
breaks "spaces where a tab belongs" kernels/planted.c 'int planted(void)' '{' '    return 0;' '}'
