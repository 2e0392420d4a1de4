#!/bin/sh
# Each call to the system of gc, of tidying up after an add, of prune, backup, restore and get fails once, ends short, or is the last
# before SIGKILL: what is needed stays whole, and the same command succeeds afterwards.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm # no sync is waited for there
. "$(dirname "$0")/lib.sh"

BUILD=${AKASHI_BUILD:-build}
grep -q 'AKASHI_SANITIZE:BOOL=ON' "$BUILD/CMakeCache.txt" 2>/dev/null && skip "a sanitizer wants to be loaded first"
FAULT=$(realpath "$BUILD/tests/power/power_fault.so")
command -v python3 >/dev/null || skip "python3 is not installed"
export AKASHI_THREADS=1 # the calls come in the same order each time

# faulty ROOT ENVIRONMENT... COMMAND...: under the preload; its status in $STATUS
faulty() {
	root=$1
	shift
	STATUS=0
	env FAULT_ROOT="$root" LD_PRELOAD="$FAULT" "$@" >"$STORY/out" 2>"$STORY/err" || STATUS=$?
}

# A registry with something to throw away, to pack, to copy and to release: two versions of a model, a text, and one that is pruned.
mkdir one two data
cp "$TINY"/step-500/* one
cp "$TINY"/step-500/* two
printf other | dd of=two/model.safetensors bs=1 seek=500000 conv=notrunc status=none
awk 'BEGIN { for (i = 0; i < 20000; i++) print "line " i " of a text that is large enough for packs" }' >data/text.txt
# Small files that all lie in the one folder of objects that stands for all: adding them tidies up.
mkdir small
python3 - <<'END'
import hashlib
found = number = 0
while found < 20:
	text = '{"setting": %d}\n' % number
	number += 1
	if hashlib.sha256(text.encode()).hexdigest().startswith("17"):
		open("small/%d.json" % number, "w").write(text)
		found += 1
END
run 0 init --origin example.org/faults
run 0 add checkpoint one t/m@1
run 0 add checkpoint two t/m@2
run 0 add dataset data t/d@1
run 0 backup kept
cp -a .akashi "$STORY/before"
run 0 prune t/m@2 --reason "no room"
cp -a .akashi "$STORY/pruned"
cp -a kept "$STORY/kept"

# again WHICH: everything as it was
again() {
	rm -rf .akashi kept out back
	cp -a "$STORY/$1" .akashi
	cp -a "$STORY/kept" kept
}

# whole: what is needed is there, byte for byte
whole() {
	run 0 fsck --read-all
	rm -rf read
	run 0 get t/m@1 read/m --quiet
	run 0 get t/d@1 read/d --quiet
	cmp one/model.safetensors read/m/model.safetensors || fail "other bytes of the model"
	cmp data/text.txt read/d/text.txt || fail "other bytes of the text"
}

# After each command: what it was to do is done.
after_gc() { whole; }
after_tidy() {
	rm -rf out
	run 0 get t/small@1 out --quiet
	diff -r small out || fail "other small files"
	whole
}
after_prune() {
	whole
	run 0 list --json
}
after_backup() {
	run 0 backup kept --check
	whole
}
after_restore() {
	run 0 --registry back fsck --read-all
	[ ! -e .akashi ] || whole
}
after_get() {
	cmp one/model.safetensors out/model.safetensors || fail "get wrote other bytes"
	[ ! -e out/.cache/akashi ] || fail "get left its parts: call $at, $call, $how: $(ls -A out/.cache/akashi)"
	whole
}

# Every call, or FEW of them, spread over their kinds.
FEW=5
calls() {
	if [ -n "${AKASHI_LONG:-}" ]; then
		seq "$(wc -l <"$STORY/trace")"
	else
		awk '{ at[$1, n[$1]++] = NR; kind[$1] } END { for (k in kind) for (i = 1; i < 3; i++) print at[k, int(n[k] * i / 3)] }' "$STORY/trace" |
			sort -nu | awk -v few=$FEW '{ line[NR] = $0 } END { step = NR > few ? NR / few : 1; for (i = 1; i <= NR; i += step) print line[int(i)] }'
	fi
}

round=0 felt=0
# suffer NAME WHICH ROOT ARGUMENT...: the command, from the registry as it was, with a fault in each of its calls below ROOT
suffer() {
	name=$1 which=$2 root=$3
	shift 3
	again "$which"
	mkdir -p "$root"
	rm -f "$STORY/trace"
	faulty "$root" FAULT_TRACE="$STORY/trace" "$AKASHI" "$@"
	[ $STATUS = 0 ] || fail "$name fails without a fault"
	[ "$(wc -l <"$STORY/trace")" -gt 10 ] || fail "$name: hardly a call was seen"
	"after_$name"
	for at in $(calls); do
		call=$(sed -n "${at}p" "$STORY/trace")
		case $call in
		write) hows="EIO ENOSPC SHORT KILLED" ;;
		read) hows="EIO SHORT EINTR" ;;
		open | mkdir | name) hows="ENOSPC EACCES EIO KILLED" ;;
		sync | size) hows="EIO ENOSPC KILLED" ;;
		*) hows="EIO KILL" ;;
		esac
		round=$((round + 1))
		if [ -z "${AKASHI_LONG:-}" ]; then
			hows=$(echo "$hows" | awk -v r=$round '{ print $(r % NF + 1) }')
		fi
		for how in $hows; do
			again "$which"
			mkdir -p "$root"
			faulty "$root" FAULT_AT="$at $how" "$AKASHI" "$@"
			case $how:$STATUS in
			KILL*:*) ;;
			SHORT:0) ;;
			SHORT:*) fail "$name, call $at, $call: a short one is not gone on with" ;;
			*:0) ;; # it did without
			*:1 | *:3 | *:4 | *:5)
				felt=$((felt + 1))
				[ -s "$STORY/err" ] || fail "$name, call $at, $call, $how: it fails without a word"
				;;
			*) fail "$name, call $at, $call, $how: exit status $STATUS" ;;
			esac
			[ "$name" = restore ] || whole
			# A registry that has its name is whole, and is not restored over.
			[ "$name" = restore ] && [ -e back/.akashi ] || run 0 "$@"
			"after_$name"
		done
	done
}

suffer gc pruned "$PWD/.akashi" gc --grace-days 0 --all
suffer tidy before "$PWD/.akashi" add dataset small t/small@1
[ -z "$(find .akashi/objects/17 -type f)" ] || fail "nothing was tidied up"
suffer prune before "$PWD/.akashi" prune t/m@2 --reason "no room"
suffer backup pruned "$PWD/kept" backup kept
suffer restore pruned "$PWD/back" restore kept back
suffer get pruned "$PWD/out" get t/m@1 out --force
[ $felt -gt $((round / 5)) ] || fail "only $felt of $round faults were felt"
echo "$felt of $round faults were felt"
