#!/bin/sh
# What a run writes is registered as soon as it is complete, by step, each with the one before as its parent.
. "$(dirname "$0")/lib.sh"
export AKASHI_RUN_BEAT_SECONDS=1
unset RANK SLURM_PROCID 2>/dev/null || true
run 0 init --origin runs.example.org
run 0 add checkpoint "$TINY/step-300" t/base@start

# ---- Megatron's way: the file beside the folders says which is complete ----
mkdir -p out
cp -r "$TINY/step-300" out/iter_0000001 # was there before: not the run's
cat >train.sh <<'SH'
set -e
for i in 2 3; do
	cp -r "$1" out/iter_000000$i
	printf 'step %s' $i >out/iter_000000$i/note.txt
done
printf '2\n' >out/latest_checkpointed_iteration.txt
i=0
while ! grep -q 'registered t/run@v1-iter_0000002' err && [ $i -lt 300 ]; do i=$((i + 1)); sleep 0.1; done
grep -q 'registered t/run@v1-iter_0000002' err
! grep -q 'registered t/run@v1-iter_0000003' err
mkdir out/iter_0000004.tmp
SH
"$AKASHI" run t/run@v1 --parent t/base@start --output 'out/iter_*' --record -- sh train.sh "$TINY/step-500" 2>err || fail "$(cat err)"
grep -q "iter_0000002': latest_checkpointed_iteration.txt" err || fail "not by the tracker: $(cat err)"
grep -q "iter_0000003': the run ended" err || fail "not at the end: $(cat err)"
grep -q "recorded what t/run@v1-iter_0000003 computes" err || fail "not recorded: $(cat err)"
run 0 show t/run@v1-iter_0000002 --json
json 'o["predicate"]["run"]["name"] == "t/run@v1" and [p["name"] for p in o["predicate"]["parents"]] == ["t/base@start"]'
run 0 show t/run@v1-iter_0000003 --json
json '[p["name"] for p in o["predicate"]["parents"]] == ["t/run@v1-iter_0000002"]'
run 4 show t/run@v1-iter_0000001
run 0 show t/run@v1 --json
json 'o["predicate"]["outputs"] == ["out/iter_*"]'
completion=$(grep -A4 '"kind": "completion"' "$STORY/out" | sed -n 's/.*"statement": "\([^"]*\)".*/\1/p')
run 0 show "$completion" --json
json '[p["name"][-1] for p in o["predicate"]["outputs"]] == ["2", "3"]'
run 0 verify t/run@v1-iter_0000002 --forward none

# ---- Killed while it writes: what was complete is registered, the half is named ----
rm -rf out && mkdir out
run 137 run t/cut@v1 --output 'out/iter_*' -- sh -c 'cp -r "$0" out/iter_1; printf 1 >out/latest_checkpointed_iteration.txt; mkdir out/iter_2; echo half >out/iter_2/x.pt; kill -9 $$' "$TINY/step-500"
complained "'out/iter_2' is not registered: the run did not complete"
run 0 show t/cut@v1-iter_1
run 4 show t/cut@v1-iter_2

# ---- The files of the index are all there, and then nothing changed; a name of one's own ----
rm -rf out && mkdir out
cat >hf.sh <<'SH'
cp -r "$1" out/checkpoint-7
i=0
while ! grep -q 'registered t/named@7' err && [ $i -lt 300 ]; do i=$((i + 1)); sleep 0.1; done
grep -q "its weights are all there" err
SH
"$AKASHI" run t/hf@v1 --output 'out/checkpoint-*' --as 't/named@{step}' -- sh hf.sh "$TINY/step-500" 2>err || fail "$(cat err)"
run 0 show t/named@7 --json
json 'o["predicate"]["run"]["name"] == "t/hf@v1" and o["predicate"]["parents"] == []'

# ---- The registry is away while it runs, and back at its end ----
rm -rf out && mkdir out
mv .akashi away
"$AKASHI" --registry . run t/back@v1 --output 'out/*' -- sh -c 'cp -r "$0" out/step-9; mv away .akashi' "$TINY/step-500" 2>err || fail "$(cat err)"
run 0 show t/back@v1-step-9 --json
json 'o["predicate"]["run"]["name"] == "t/back@v1"'

# ---- What cannot be registered is said, and the run stands ----
mkdir -p out/step-10
"$AKASHI" run t/odd@v1 --output 'out/step-10' --as t/base@start -- touch out/step-10/x 2>err || fail "$(cat err)"
grep -q "'out/step-10' is not registered" err || fail "no word: $(cat err)"
run 2 run t/x@1 --record -- true
run 2 run t/x@1 --output a --as nonsense -- true
run 0 fsck
