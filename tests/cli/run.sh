#!/bin/sh
# Runs are declared before they start and closed when they ended, however they ended, and nothing gets in their way.
. "$(dirname "$0")/lib.sh"
command -v git >/dev/null 2>&1 || skip "no git"
export AKASHI_RUN_BEAT_SECONDS=1
unset RANK WORLD_SIZE SLURM_JOB_ID PBS_JOBID SLURM_PROCID XDG_STATE_HOME 2>/dev/null || true
STATE=$HOME/.local/state/akashi/runs

git init -q -b main repo
cd repo
git commit -q --allow-empty -m first
run 0 init .. --origin runs.example.org
export AKASHI_REGISTRY="$STORY/desk"

# The newest completion of a run, as one JSON object: end_of NAME
end_of() {
	run 0 show "$1" --json
	statement=$(grep -A4 '"kind": "completion"' "$STORY/out" | sed -n 's/.*"statement": "\([^"]*\)".*/\1/p' | tail -1)
	[ -n "$statement" ] || fail "$1 has no completion"
	run 0 show "$statement" --json
}

# ---- What the command does is what akashi run does ----
run 0 run team/run@v1 -- sh -c 'echo from the command; cat' </dev/null
said "from the command"
complained "run team/run@v1 is declared"
end_of team/run@v1
json 'o["predicate"]["outcome"] == "completed" and o["predicate"]["exitStatus"] == 0 and o["predicate"]["end"] == "measured"'
json 'sum(y["nodeSeconds"] for y in o["predicate"]["nodeTime"]) == o["predicate"]["seconds"] * o["predicate"]["nodes"]'
run 3 run team/fails@v1 -- sh -c 'exit 3'
end_of team/fails@v1
json 'o["predicate"]["outcome"] == "failed" and o["predicate"]["exitStatus"] == 3'
run 137 run team/killed@v1 -- sh -c 'kill -KILL $$'
end_of team/killed@v1
json 'o["predicate"]["outcome"] == "killed" and o["predicate"]["signal"] == "SIGKILL" and "exitStatus" not in o["predicate"]'
run 139 run team/crash@v1 -- sh -c 'kill -SEGV $$'
end_of team/crash@v1
json 'o["predicate"]["outcome"] == "failed" and o["predicate"]["signal"] == "SIGSEGV"'
run 124 run team/late@v1 -- timeout 0.1 sleep 9
end_of team/late@v1
json 'o["predicate"]["outcome"] == "timed-out"'
run 127 run team/none@v1 -- no-such-command
complained "cannot start 'no-such-command'"
end_of team/none@v1
json '"could not be started" in o["predicate"]["reason"]'
run 2 run
run 2 run team/run@v1
run 2 run team/run -- true
run 2 run team/x@v1 --file nothing.json -- true

# ---- The same again is another start of it ----
run 0 run team/run@v1 -- true
complained "this start of it is version v1-2"
run 0 show team/run@v1-2 --json
json 'o["predicate"]["continues"]["name"] == "team/run@v1"'

# ---- What is known of it ----
export SLURM_JOB_ID=77 SLURM_JOB_NUM_NODES=4 SLURM_GPUS_ON_NODE=8 SLURM_RESTART_COUNT=1 SLURM_CLUSTER_NAME=c1
export NCCL_DEBUG=INFO MY_FLAG=on MY_API_KEY=abcdef CUDA_VISIBLE_DEVICES=0,1
run 0 run team/facts@v1 --env MY_FLAG --env MY_API_KEY -- sh -c 'true' --url https://me:hunter22@example.org/x --hf-token 12345 "$HOME/x/$USER/y"
complained "the variable MY_API_KEY holds what looks like a secret"
complained "word 5 of the command holds what looks like a URL with a password"
unset SLURM_JOB_ID SLURM_JOB_NUM_NODES SLURM_GPUS_ON_NODE SLURM_RESTART_COUNT SLURM_CLUSTER_NAME CUDA_VISIBLE_DEVICES
grep -rqF -e hunter22 -e 12345 "$STORY/out" "$STORY/err" && fail "a secret was printed"
run 0 show team/facts@v1 --json
json 'o["predicate"]["scheduler"] == {"kind": "slurm", "job": "77", "cluster": "c1", "restart": 1}'
json 'o["predicate"]["nodes"]["count"] == 4 and o["predicate"]["gpus"]["count"] == 32'
json 'o["predicate"]["environment"]["MY_FLAG"] == "on" and o["predicate"]["environment"]["NCCL_DEBUG"] == "INFO"'
json '"MY_API_KEY" not in o["predicate"]["environment"] and len(o["predicate"]["refused"]) == 3'
json 'o["predicate"]["command"][3:] == ["--url", "[refused]", "--hf-token", "[refused]", "~/x/~user/y"]'
json 'o["predicate"]["repositories"][0]["git"]["branch"] == "main"'
unsaid hunter22
end_of team/facts@v1
json 'o["predicate"]["nodes"] == 4 and o["predicate"]["gpus"] == 32'

# ---- Nor is a name or a secret told that stands elsewhere in a word, or in the folder ----
mkdir -p "$HOME/x/$USER"
(cd "$HOME/x/$USER" && git init -q . && run 0 run -- sh -c "cd '$HOME/x/$USER'; true
: /x/$USER" "--password=hunter22" HF_TOKEN=hunter22 --max-len=22)
run 0 list --json
grep -F "runs/$USER@" "$STORY/out" && fail "the user's name is in a run's"
name=$(sed -n 's/.*"\(runs.user@[^"]*\)".*/\1/p' "$STORY/out" | head -1)
run 0 show "$name" --json
json 'o["predicate"]["command"][2:] == ["cd \x27~/x/~user\x27; true\\x0a: /x/~user", "[refused]", "[refused]", "--max-len=22"]'
json 'o["predicate"]["repositories"][0]["name"] == "~user"'
json '"no commit yet" in o["predicate"]["repositories"][0]["notPossible"]'
unsaid hunter22
unsaid "$HOME"

# ---- Nobody reads what akashi says: the command runs, and a closed pipe is its own affair ----
("$AKASHI" run team/unread@v1 -- sh -c 'echo ran >ran' 2>&1 || true) | true
[ "$(cat ran)" = ran ] || fail "the command did not run"
end_of team/unread@v1
("$AKASHI" run team/pipe@v1 -- yes 2>/dev/null || true) | head -n 1 >/dev/null
end_of team/pipe@v1
json 'o["predicate"]["signal"] == "SIGPIPE"'
rm ran

# ---- Of several processes one speaks ----
for rank in 0 1 2; do
	RANK=$rank WORLD_SIZE=3 LOCAL_WORLD_SIZE=3 TORCHELASTIC_RUN_ID=x "$AKASHI" run team/ranks@v1 -- sh -c 'echo rank $RANK >>ranks' 2>>err
done
[ "$(wc -l <ranks)" = 3 ] || fail "not every rank ran"
run 0 list --json
json 'sum("team/ranks" in str(i) for i in o["items"]) == 1'
rm ranks err

# ---- Signals go on to the command ----
cat >trap.sh <<'SH'
trap 'echo USR1 >>caught' USR1
trap 'echo TERM >>caught; exit 9' TERM
echo ready >ready
while :; do sleep 0.05; done
SH
wait_for() { i=0; while [ ! -e "$1" ]; do i=$((i + 1)); [ $i -lt 400 ] || fail "no $1"; sleep 0.02; done; }
rm -f ready caught
"$AKASHI" run team/signals@v1 -- sh trap.sh 2>"$STORY/err" &
wrapper=$!
wait_for ready
kill -USR1 $wrapper
wait_for caught
kill -TERM $wrapper
STATUS=0
wait $wrapper || STATUS=$?
[ $STATUS = 9 ] || fail "exit status $STATUS, wanted the command's own"
[ "$(cat caught)" = "USR1
TERM" ] || fail "caught: $(cat caught)"
end_of team/signals@v1
json 'o["predicate"]["exitStatus"] == 9'

# ---- The wrapper is killed: the command goes on, and what is known is a lower bound ----
rm -f ready
"$AKASHI" run team/lost@v1 -- sh trap.sh 2>/dev/null &
wrapper=$!
wait_for ready
sleep 1.2
child=$(sed -n 's/.*"child":\([0-9]*\).*/\1/p' "$STATE"/*/beat.json)
kill -KILL $wrapper
wait $wrapper 2>/dev/null || true
run 0 run sync
said "team/lost@v1 running"
id=$(sed -n 's/^\([0-9a-f]*\) team.lost@v1 running.*/\1/p' "$STORY/out")
run 2 run end "$id"
kill -KILL "$child"
i=0
while kill -0 "$child" 2>/dev/null && [ $i -lt 200 ]; do i=$((i + 1)); sleep 0.02; done
run 0 run sync
said "team/lost@v1 lost"
run 2 run end "$id"
complained "--lost"
run 0 run team/next@v1 -- true
complained "an earlier run, team/lost@v1, was lost"
end_of team/lost@v1
json 'o["predicate"]["outcome"] == "lost" and o["predicate"]["end"] == "lower-bound" and o["predicate"]["seconds"] >= 1'
run 0 run sync
said "nothing is waiting"

# ---- One that stood still, and was given up by another machine: what it measured counts in the end ----
rm -f ready
"$AKASHI" run team/still@v1 -- sh -c '>ready; sleep 3; exit 6' 2>"$STORY/err" &
wrapper=$!
wait_for ready
sleep 0.5
kill -STOP $wrapper
sed -i 's/^host .*/host elsewhere/; s/^boot .*/boot 00000000-0000-0000-0000-000000000000/' "$STATE"/*/run-*
sed -i 's/"boot":"[^"]*"/"boot":"x"/' "$STATE"/*/beat.json
touch -d '20 minutes ago' "$STATE"/*/*.json
run 0 run end --lost
end_of team/still@v1
json 'o["predicate"]["outcome"] == "lost"'
kill -CONT $wrapper
STATUS=0
wait $wrapper || STATUS=$?
[ $STATUS = 6 ] || fail "exit status $STATUS, wanted the command's own"
end_of team/still@v1
json 'o["predicate"]["exitStatus"] == 6 and o["predicate"]["end"] == "measured" and o["predicate"]["seconds"] >= 2 and o["predicate"]["previous"]'
run 0 run sync
said "nothing is waiting"

# ---- The registry, or the key, is away: the command runs, and it is signed later ----
mv ../.akashi ../away
run 5 run team/later@v1 -- sh -c 'exit 5'
complained "the registry is away"
mv ../away ../.akashi
run 0 run sync
said "team/later@v1 signed, with its end"
end_of team/later@v1
json 'o["predicate"]["exitStatus"] == 5'
mv "$XDG_CONFIG_HOME/akashi/keys" "$XDG_CONFIG_HOME/akashi/gone"
run 0 run team/keyless@v1 -- true
complained "the beginning is not signed"
mv "$XDG_CONFIG_HOME/akashi/gone" "$XDG_CONFIG_HOME/akashi/keys"
run 0 run sync --json
json 'o["items"][0]["closed"] and o["waiting"] == 0'
run 0 run sync

# ---- Begun and ended by hand ----
run 0 run begin team/hand@v1 --log ../hand.log
id=$(cat "$STORY/out")
run 0 run sync
said "team/hand@v1 begun"
printf 'loss 1\n' >../hand.log
run 2 run end "$id" --exit-status 4 --outcome completed
run 0 run end "$id" --exit-status 4
end_of team/hand@v1
json 'o["predicate"]["outcome"] == "failed" and o["predicate"]["logs"][0]["name"] == "hand.log" and o["predicate"]["logs"][0]["size"] == 7'
run 4 run end "$id"
run 2 run end nonsense
run 0 run begin team/attached@v1
id=$(cat "$STORY/out")
(while [ ! -e "$STATE/$id/beat.json" ]; do sleep 0.05; done) & # until it is watched
run 0 run attach "$id" --pid $!
end_of team/attached@v1
json 'o["predicate"]["outcome"] == "ended" and o["predicate"]["end"] == "measured"'
run 0 run begin team/dropped@v1 --json
json 'o["declared"] and len(o["id"]) == 16'

# ---- A log with a secret is named, and not kept ----
printf 'a\nWANDB_API_KEY=0123456789abcdef0123456789abcdef01234567\n' >../bad.log
run 0 run team/log@v1 --log ../bad.log --log ../absent.log -- true
complained "the log 'bad.log' is not kept"
end_of team/log@v1
json '["notKept" in l for l in o["predicate"]["logs"]] == [True, True]'

# ---- Where no record can be written it runs all the same ----
printf 'x' >"$STORY/file"
AKASHI_RUN_STATE="$STORY/file/x" XDG_STATE_HOME= run 0 run team/homeless@v1 -- true
run 0 show team/homeless@v1
AKASHI_RUN_STATE=relative run 2 run -- true

run 0 fsck --read-all
