#!/bin/sh
# A log with a quorum of 2 of 3 witnesses: one may be down; with two down entries are logged and proofs wait; copies
# and old backups of the registry sign nothing that anybody sees.
. "$(dirname "$0")/lib.sh"

stop_all() {
	for one in a b c; do
		[ ! -s "$STORY/$one.pid" ] || kill -9 "$(cat "$STORY/$one.pid")" 2>/dev/null || true
	done
	chmod -R u+rwX "$STORY" 2>/dev/null
	rm -rf "$STORY"
}
trap stop_all EXIT

# up NAME PORT: serve, and wait until it says where
up() {
	: >"$STORY/$1.says"
	"$AKASHI" witness serve --state "$STORY/$1" --listen "127.0.0.1:$2" --log "$VKEY" >"$STORY/$1.says" 2>"$STORY/$1.err" &
	echo $! >"$STORY/$1.pid"
	tries=0
	until grep -q http "$STORY/$1.says"; do
		kill -0 "$(cat "$STORY/$1.pid")" 2>/dev/null || fail "witness $1 ended: $(cat "$STORY/$1.err")"
		tries=$((tries + 1))
		[ $tries -lt 600 ] || fail "witness $1 says nothing"
		sleep 0.05
	done
}

# down NAME: stop it as an administrator does
down() {
	kill "$(cat "$STORY/$1.pid")"
	wait "$(cat "$STORY/$1.pid")" || fail "witness $1 ended with $?"
	rm "$STORY/$1.pid"
}

port() { sed -n 's/.*:\([0-9]*\);.*/\1/p' "$STORY/$1.says"; }

run 0 init --origin example.org/witnessed
cp -r "$TINY/step-500" model
run 0 add checkpoint model t/m@one
VKEY=$(cat .akashi/keys/log.vkey)

# Three witnesses, each with a key that nobody else has.
for one in a b c; do
	run 0 witness init --state "$STORY/$one" --name "witness.example/$one"
	run 2 witness init --state "$STORY/$one" --name "witness.example/$one"
	up "$one" 0
	echo "witness $one $(cat "$STORY/$one/witness.vkey") http://127.0.0.1:$(port "$one")" >>policy
done
printf 'group all-three 2 a b c\nquorum all-three\n' >>policy

# The policy says whom the log asks, and is itself the first that they cosign.
run 0 trust policy --witnesses policy
cmp -s policy .akashi/keys/witnesses || fail "the log does not ask whom the policy names"
run 0 log publish
said "shown: 5 entries; 3 of 3 witnesses cosigned it; to show others another log its operator and 1 of them must collude"
[ "$(grep -c '^— ' .akashi/log/checkpoint)" = 4 ] || fail "not four lines under the checkpoint"
run 0 log prove t/m@one
[ "$(grep -c '^— ' "$STORY/out")" = 4 ] || fail "not four lines under the proof's checkpoint"

# One down: nothing waits.
down c
run 0 add checkpoint model t/m@two
complained "witness 'witness.example/c'"
run 0 log prove t/m@two

# Strangers read q of n in the verdict, and without the cosignatures believe nothing.
"$AKASHI" status | sed -n "s/^pin  *//p" >pin
run 0 publish t/m@two out
run 0 verify out --forward none --trust pin
said "2 of 3 witnesses cosigned it; to show others another log its operator and 1 of them must collude"
run 0 verify out --forward none --trust pin --json
json '[s for s in o["steps"] if s["id"] == "log"][0]["evidence"]["cosigned"] == 2'
cp -r out bare
sed -i '/^— witness.example.b /d' bare/akashi/proofs/*
run 3 verify bare --forward none --trust pin
said "no quorum"
rm -rf out bare

# A monitor that meets the log for the first time learns of the quorum from its entries, and holds it against them.
mkdir bare
cp -r .akashi/log .akashi/statements bare/
run 0 monitor --trust pin --state "$STORY/watch" bare --max-age 100000
sed -i '/^— witness.example.b /d' bare/log/checkpoint
run 1 monitor --trust pin --state "$STORY/watch-bare" bare
said "no-quorum"
said "1 findings"
run 1 monitor --trust pin --state "$STORY/watch-bare" bare
said "1 of them told before"
rm -rf bare

# Two down: entries are durable, and neither the checkpoint nor a proof leaves.
down b
cp .akashi/log/checkpoint before
run 0 add checkpoint model t/m@three
complained "proofs wait until 2 of the 3 witnesses have cosigned (1 did)"
cmp -s before .akashi/log/checkpoint || fail "a checkpoint without a quorum was shown"
run 3 log prove t/m@three
complained "waits for its witnesses"
run 3 publish t/m@three out
[ ! -e out ] || fail "something was published without a quorum"
run 0 status
said "2 entries wait for witnesses"
run 0 show t/m@three
run 0 log audit
run 3 log publish
said "waits: 11 entries; 1 of 3 witnesses cosigned it; no quorum, which takes 2"

# A copy that is made now, for later.
cp -r .akashi copy
cp -r .akashi backup

# They are back, c having missed two checkpoints.
up b "$(port b)"
up c "$(port c)"
run 0 log publish --json
json 'o["schema"] == "akashi/log-published/1" and o["shown"] and o["cosigned"] == 3 and o["witnesses"] == 3 and o["needed"] == 2 and o["colluders"] == 1 and o["size"] == 11'
run 0 log prove t/m@three
run 0 status
said "waits     outputs of"

# An unchanged checkpoint is cosigned again, with a later time.
before=$("$AKASHI" log publish --json | sed -n 's/.*"cosignedAt": "\([0-9TZ:-]*\)".*/\1/p')
sleep 1
run 0 log publish --json
json "o['cosignedAt'] > '$before' and len('$before') == 20"

# An old backup: the witnesses saw more than it knows of, so it signs nothing.
run 0 add checkpoint model t/m@four
cp backup/log/checkpoint before
run 1 --registry backup add checkpoint model t/m@lost
complained "saw 13 entries of this log, and only 11 were ever signed here"
cmp -s before backup/log/checkpoint || fail "the backup showed something new"
grep -q "^example.org/witnessed" backup/log-evidence.txt || fail "no evidence was kept"
[ "$(grep -c "^13$" backup/log-evidence.txt)" -ge 1 ] || fail "the evidence lacks the larger checkpoint"

# A copy that went on while no witness could tell: its history is refused, and proves the fork.
for one in a b c; do down "$one"; done
run 0 --registry copy add checkpoint model t/m@other
run 3 --registry copy log publish
for one in a b c; do up "$one" "$(port "$one")"; done
run 1 --registry copy log publish
complained "saw another history of this log"
run 1 --registry copy add checkpoint model t/m@more
run 0 witness show --state "$STORY/a"
said "forked"
ls "$STORY"/a/fork-*.txt >/dev/null || fail "the witness kept no proof of the fork"
run 0 log publish
run 0 log audit

# A backup that is older than what a witness saw: what is restored of it never signs, whatever its keeper believes.
run 0 backup kept
run 0 add checkpoint model t/m@late
run 0 restore kept back
cp .akashi/keys/log.key back/.akashi/keys/
run 1 --registry back log recover --unseen
complained "the witness 'witness.example/"
run 1 --registry back tag t/m@one latest
complained "log recover"
[ ! -e back/.akashi/lock.db ] || fail "a memory was made of what is older than a witness"
run 0 backup kept
run 0 restore kept newest
cp .akashi/keys/log.key newest/.akashi/keys/
run 0 --registry newest log recover --unseen
said "signs again"
rm -rf back newest

# A witness does not begin again with an empty memory.
down a
rm "$STORY/a/witness.db"
run 1 witness serve --state "$STORY/a" --listen 127.0.0.1:0 --log "$VKEY"
complained "make another witness"
run 2 witness serve --state "$STORY/b" --listen 127.0.0.1:0
run 4 witness show --state "$STORY/nowhere"
for one in b c; do down "$one"; done
