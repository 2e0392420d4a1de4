#!/bin/bash
# Mind the tail: no file over 700 lines, no function over 100; from 500 and 60 on it is said aloud.
. tests/house/lib.sh

# long ROOT FILE-LIMIT FUNCTION-LIMIT: what is longer
long() {
	(cd "$1" && sources . $ROOMS tests | xargs awk -v most="$2" -v body="$3" '
		function file_ends() { if (lines > most) print file ": " lines " lines" }
		FNR == 1 { file_ends(); file = FILENAME; start = 0 }
		{ lines = FNR }
		/^{/ { start = FNR }
		/^}/ { if (start && FNR - start > body) print file ":" start ": a function of " FNR - start " lines"; start = 0 }
		END { file_ends() }')
}

check() { long "$1" 700 100; }

rule "no file over 700 lines, no function over 100"
long "$SOURCE" 500 60 | sed 's/^/long, is there a reason? /'
breaks "a file of 701 lines" verify/planted.c $(seq 701)
breaks "a function of 102 lines" cli/planted.c 'int main(void)' '{' $(seq 101) '}'
