#!/bin/bash
# Nothing unfinished is left lying about, and nothing of one person's machine is written down.
. tests/house/lib.sh

package_hosts() {
	{ cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null; pip config list 2>/dev/null; } |
		grep -oE 'https?://[^/ "]+' | sed -E 's|https?://||' | grep -E '[a-z][^.]*\.' | LC_ALL=C sort -u || true
}

# A folder right below the root ("/akashi/") is too common a word to be looked for.
checkout() {
	case $SOURCE in /*/*) echo "$SOURCE/" ;; esac
}

check() {
	(cd "$1" && grep -rnIE '\b(TODO|FIXME|XXX|HACK)\b' $ROOMS schema hooks docs tests CMakeLists.txt README.md 2>/dev/null) |
		grep -vE '^tests/(house/words\.sh|data/|judges/data/)' || true
	(cd "$1" && grep -rnIE '/home/[a-z]' $ROOMS schema hooks docs tests CMakeLists.txt README.md .ci 2>/dev/null) |
		grep -vE '^tests/house/words\.sh' || true
	# Where this checkout lies, and where this machine gets its packages, is asked of the machine.
	(cd "$1" && { checkout; package_hosts; } |
		grep -rnIFf - $ROOMS schema hooks docs tests CMakeLists.txt README.md .ci 2>/dev/null) || true
}

rule "nothing unfinished, nothing of one machine"
breaks "unfinished work" verify/planted.c '/* TODO: later */'
breaks "unfinished work in a document" docs/planted.md 'FIXME'
[ -z "$(checkout)" ] || breaks "where this checkout lies" docs/planted.md "see $SOURCE/docs"
breaks "a path of one machine" tests/cli/planted.sh 'cd /home/someone/akashi'
