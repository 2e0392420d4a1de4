#!/bin/bash
# docs/threat-model.md: each attacker of the list has a section, each row names who plays it, and every test
# that is named exists.
. tests/house/lib.sh

MODEL=docs/threat-model.md
ATTACKERS="The publisher|A mirror|The operator of the log|The network|A stolen key|An insider|A malicious model file|Whoever controls the first contact|A GPU|Another process"

# exists ROOT ROOM/NOUN [PART]: the program, story or target is there, and has this part
exists() {
	local root=$1 room=${2%%/*} noun=${2#*/} part=$3
	case $room in
	kernels | verify | registry)
		[ -e "$root/tests/$room/${noun}_test.c" ] &&
			{ [ -z "$part" ] || grep -qE "\b$part\b[,)]" "$root/tests/$room/${noun}_test.c"; }
		;;
	cli | house)
		[ -e "$root/tests/$room/$noun.sh" ] &&
			{ [ -z "$part" ] || sed -n 's/^[[:space:]]*# //p' "$root/tests/$room/$noun.sh" | grep -qF -- "$part"; }
		;;
	judges) [ -z "$part" ] && [ -e "$root/tests/judges/${noun}_judge.py" ] ;;
	vectors) [ -z "$part" ] && [ -e "$root/tests/vectors/${noun}_check.py" ] ;;
	fuzz) [ -z "$part" ] && [ -e "$root/tests/fuzz/${noun}_fuzz.c" ] && [ -d "$root/tests/fuzz/corpus/$noun" ] ;;
	*) return 1 ;;
	esac
}

check() {
	local root=$1 test part attacker
	(IFS='|' && for attacker in $ATTACKERS; do
		grep -q "^## $attacker" "$root/$MODEL" || say "$MODEL: no section '$attacker'"
	done)
	# Tests have a room, a slash, a noun in small letters, and no dot: a dot makes it a path.
	grep -oE '`(kernels|verify|registry|cli|house|judges|vectors|fuzz)/[a-z0-9_]+(: [^`]+)?`' "$root/$MODEL" | tr -d '`' | sort -u |
		while IFS= read -r test; do
			part=
			[ "$test" = "${test#*: }" ] || part=${test#*: }
			exists "$root" "${test%%:*}" "$part" || say "$MODEL: there is no test '$test'"
		done
	# A section of an attacker, that is one with a table, says what it does not promise; a row says who plays it.
	awk -v file="$MODEL" '
		function ends() { if (table && !limits) print file ": \x27" title "\x27 does not say what is not promised" }
		/^## /              { ends(); title = substr($0, 4); table = limits = 0 }
		/^\*\*Not promised/ { limits = 1 }
		/^\|/ {
			table = 1
			if (/^\| what they do/ || /^\|---/) next
			cells = split($0, cell, "|")
			if (cells != 6) print file ": a row with other than four cells: " substr($0, 1, 60)
			else if (cell[5] !~ /`[a-z]+\/[a-z0-9_]+(: [^`]+)?`/)
				print file ": no test shows: " substr($0, 1, 60)
		}
		END { ends() }' "$root/$MODEL"
}

rule "every attacker is answered, and by tests that exist"

# plant WHAT PATTERN LINE...: as breaks, but told by the pattern
plant() {
	copy_once
	printf '%s\n' "${@:3}" >>"$COPY/$MODEL"
	expect_broken "$1" "$2"
	cp "$SOURCE/$MODEL" "$COPY/$MODEL"
}
plant "a test that no program has" "there is no test 'verify/attackers: nobody_wrote_this'" 'As `verify/attackers: nobody_wrote_this` shows.'
plant "a program that is not there" "there is no test 'registry/nowhere" 'As `registry/nowhere: x` shows.'
plant "a story without this part" "there is no test 'cli/attacks: Nobody tells this'" 'As `cli/attacks: Nobody tells this` shows.'
plant "a fuzz target without a corpus" "there is no test 'fuzz/nowhere'" 'As `fuzz/nowhere` shows.'
plant "an attacker whom nobody plays" "no test shows: | they lie" '## A liar' '| they lie | nothing | not at all | |' '' '**Not promised.** x'
plant "an attacker against whom all is promised" "'A liar' does not say" '## A liar' '| they lie | nothing | not at all | `fuzz/json` |'
copy_once
sed -i 's/^## A stolen key/## A lost key/' "$COPY/$MODEL"
expect_broken "a section that is gone" "no section 'A stolen key'"
