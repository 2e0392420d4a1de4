#!/bin/bash
# Nothing unfinished is left lying about, and nothing of one person's machine is written down.
. tests/house/lib.sh

check() {
	(cd "$1" && grep -rnIE '\b(TODO|FIXME|XXX|HACK)\b' $ROOMS schema hooks docs tests CMakeLists.txt README.md 2>/dev/null) |
		grep -vE '^tests/(house/words\.sh|data/|judges/data/)' || true
	(cd "$1" && grep -rnIE '/work/|/home/[a-z]|pypi\.org|pythonhosted|deb\.debian\.org' \
		$ROOMS schema hooks docs tests CMakeLists.txt README.md .ci 2>/dev/null) |
		grep -vE '^tests/house/words\.sh' || true
}

rule "nothing unfinished, nothing of one machine"
breaks "unfinished work" verify/planted.c '/* TODO: later */'
breaks "unfinished work in a document" docs/planted.md 'FIXME'
breaks "a path of one machine" tests/cli/planted.sh 'cd /home/someone/akashi'
