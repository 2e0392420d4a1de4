#!/bin/sh
# A FIFO in the place of any file of a registry or a backup: whoever comes upon it says so or does without; nobody waits for its other end.
. "$(dirname "$0")/lib.sh"

run 0 init --origin example.org/fifos
cp -r "$TINY/step-500" model
mkdir data
seq 60000 >data/numbers.txt
run 0 add checkpoint model t/m@1
run 0 add dataset data t/d@1
run 0 backup kept
run 0 gc
run 0 fsck
mv .akashi base
mv kept base-kept

# One file of each kind (all of them in the long run), by its folder and what its name ends with.
files() {
	if [ -n "${AKASHI_LONG:-}" ]; then
		(cd "$1" && find . -type f | sort)
	else
		(cd "$1" && find . -type f | sort) | awk -F/ '{ n = $NF; d = $0; sub("/[^/]*$", "", d); sub("/objects/.*", "/objects", d); sub("^.*[.]", "", n)
			k = d "." (length(n) > 20 ? "" : n); if (!seen[k]++) print }'
	fi
}

# tried FOLDER FILE ARGUMENT...: the command ends, by itself. If it does not, this test is what hangs.
tried() {
	rm -rf .akashi kept out back
	cp -a base .akashi
	cp -a base-kept kept
	rm -f "$1/$2"
	mkfifo "$1/$2"
	shift 2
	STATUS=0
	"$AKASHI" "$@" >"$STORY/out" 2>"$STORY/err" </dev/null || STATUS=$?
	[ $STATUS -lt 128 ] || fail "akashi $*: exit status $STATUS"
	[ $STATUS = 0 ] || [ -s "$STORY/err" ] || [ -s "$STORY/out" ] || fail "akashi $*: exit status $STATUS, and not a word"
	if [ "$1 $STATUS" = "get 0" ]; then
		diff -r model out >/dev/null || fail "akashi $*: other files"
	fi
	tries=$((tries + 1))
}

# In the short run each file is come upon by two of them, in turns.
tries=0 turn=0
for file in $(files base); do
	set -- fsck "gc --grace-days 0 --all" "add checkpoint model t/m@2" "get t/m@1 out" "log audit" "backup kept"
	if [ -z "${AKASHI_LONG:-}" ]; then
		shift $((2 * (turn % 3)))
		set -- "$1" "$2"
	fi
	turn=$((turn + 1))
	for how; do
		# shellcheck disable=SC2086
		tried .akashi "$file" $how
	done
done
for file in $(files base-kept); do
	tried kept "$file" backup kept
	tried kept "$file" restore kept back
done

# What only helps is done without.
tried .akashi remembered fsck
[ $STATUS = 0 ] || fail "fsck fails for what is remembered"
tried .akashi remembered gc
[ $STATUS = 0 ] || fail "gc fails for what is remembered"
tried .akashi "known/$(ls base/known | head -1)" add checkpoint model t/m@2
[ $STATUS = 0 ] || fail "add fails for a note"
tried .akashi "known/$(ls base/known | head -1)" gc
[ $STATUS = 0 ] || fail "gc fails for a note"
echo "$tries commands, none of them waited"
