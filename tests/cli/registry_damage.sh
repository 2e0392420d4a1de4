#!/bin/sh
# A registry that was tampered with or restored from a backup: said plainly, with the right exit status.
. "$(dirname "$0")/lib.sh"

run 0 init --origin example.org/damage
cp -r "$TINY/step-500" model
run 0 add checkpoint model t/m@v1
run 0 log audit
cp -r .akashi backup
run 0 add checkpoint model t/m@v2
cp -r .akashi whole

# restored: the registry as it was when everything was whole
restored() {
	rm -rf .akashi
	cp -r whole .akashi
	chmod -R u+w .akashi
}

# bent FILE OFFSET: one byte of it changed
bent() {
	chmod u+w "$1"
	byte=$(od -An -tu1 -j "$2" -N1 "$1" | tr -d ' ')
	# shellcheck disable=SC2059
	printf "$(printf '\\%03o' $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# A changed object, statement, tile, bundle, checkpoint: the audit fails, exit 1.
for what in objects statements log/tile/0 log/tile/entries; do
	restored
	case $what in
	log/tile/*) file=.akashi/$what/000.p/6 ;;
	*) file=$(find ".akashi/$what" -type f | sort | head -n 1) ;;
	esac
	bent "$file" 40
	STATUS=0
	"$AKASHI" log audit --objects >"$STORY/out" 2>"$STORY/err" ||
		STATUS=$?
	[ $STATUS = 1 ] || fail "a changed file below $what: exit status $STATUS"
done
restored
bent .akashi/log/checkpoint 30
run 1 log audit

# The index is nobody's truth: gone or garbage, it is made again.
restored
rm -f .akashi/index.db*
run 0 show t/m@v2
echo garbage >.akashi/index.db
run 0 show t/m@v2
run 0 reindex
run 0 verify t/m@v2 --forward none

# A restored backup of the sequence: nothing is signed any more.
restored
rm -f .akashi/log.db*
cp backup/log.db* .akashi/
run 1 log audit
cp -r "$TINY/step-300" other
run 1 add checkpoint other t/m@v3
complained "rolled back"
[ -s .akashi/log-evidence.txt ] || fail "no evidence was kept"

# A restored backup of lock.db, which is never restored.
restored
rm -f .akashi/lock.db*
cp backup/lock.db* .akashi/
run 1 log audit
run 1 add checkpoint other t/m@v3
complained "lock.db"

# A truncated log: the tiles and the checkpoint of the backup under the databases of now.
restored
rm -rf .akashi/log
cp -r backup/log .akashi/log
run 1 log audit
run 1 add checkpoint other t/m@v3

# Whole again, it goes on.
restored
run 0 log audit
run 0 add checkpoint other t/m@v3
run 0 log audit
