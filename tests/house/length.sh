#!/bin/bash
# Mind the tail: no file over 700 lines, no function over 100; from 500 and 60 on it is said aloud.
. tests/house/lib.sh

# long ROOT FILE-LIMIT FUNCTION-LIMIT: what is longer
long() {
	local root=$1 file
	for file in $(sources "$root" $ROOMS tests); do
		awk -v file="$file" -v most="$2" -v body="$3" '
			/^{/ { start = NR }
			/^}/ { if (start && NR - start > body) print file ":" start ": a function of " NR - start " lines"; start = 0 }
			END { if (NR > most) print file ": " NR " lines" }' "$root/$file"
	done
}

check() { long "$1" 700 100; }

rule "no file over 700 lines, no function over 100"
long "$SOURCE" 500 60 | sed 's/^/long, is there a reason? /'
breaks "a file of 701 lines" verify/planted.c $(seq 701)
breaks "a function of 102 lines" cli/planted.c 'int main(void)' '{' $(seq 101) '}'
