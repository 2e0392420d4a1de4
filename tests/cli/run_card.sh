#!/bin/sh
# A run is held against the card that was registered before it: when it begins, and while it writes checkpoints.
. "$(dirname "$0")/lib.sh"

export AKASHI_RUN_STATE="$STORY/runs"
run 0 init --origin story.example.org/runs
layers=$(sed -n 's/.*"num_hidden_layers": *\([0-9]*\).*/\1/p' "$TINY/step-500/config.json")
hidden=$(sed -n 's/.*"hidden_size": *\([0-9]*\).*/\1/p' "$TINY/step-500/config.json")
[ "$layers" ] && [ "$hidden" ] || fail "the small model's config.json is another"
cat >card.md <<END
# base

| | |
|---|---|
| Number of layers | $layers |
| Hidden size | $hidden |
| Learning rate | 3e-4 |
| Batch size | 1024 |
| Training steps | 400 |
| Number of nodes | 2 |
END
cat >train.sh <<END
#!/bin/sh
#SBATCH --nodes=2
ARGS="--num-layers $layers --hidden-size $hidden"
: \$ARGS --lr 3e-4 --global-batch-size 1024 --train-iters 400
END

# Nothing is registered: nothing is said; --strict wants a card.
run 0 run llm-x/base@v0 --no-snapshot -- sh train.sh
run 0 show llm-x/base@v0 --json
json '"card" not in o["predicate"]'
run 4 run llm-x/base@v1 --strict --no-snapshot -- sh -c 'touch started'
[ ! -e started ] || fail "it started"
run 0 card register card.md llm-x/base-card@v1 --for llm-x/base

# A run that began before is told of the card that came later.
run 0 show llm-x/base@v0
said "llm-x/base-card@v1, registered"
said "after the run began"

# What agrees.
run 0 run llm-x/base@v1 --strict --no-snapshot -- sh train.sh
complained "held against the card llm-x/base-card@v1"
run 0 show llm-x/base@v1 --json
json '(c := o["predicate"]["card"])["name"] == "llm-x/base-card@v1" and c["registered"] and not c["drifted"]'
json '{"layers", "learning_rate", "batch_size", "steps"} <= {a["what"] for a in o["predicate"]["card"]["agreed"]}'
json '"laterCards" not in o'

# What drifted: told, signed with both values and where, and refused with --strict before anything starts.
sed 's/3e-4/1e-3/' <train.sh >other.sh
echo 'touch ran' >>other.sh
run 0 run llm-x/base@v2 --no-snapshot -- sh other.sh
complained "drift from the card llm-x/base-card@v1, line 7: learning_rate is 3e-4 there, and 1e-3 here"
[ -e ran ] || fail "it did not run"
run 0 show llm-x/base@v2 --json
json '[(d["what"], d["card"], d["found"], d["line"]) for d in o["predicate"]["card"]["drifted"]] == [("learning_rate", "3e-4", "1e-3", 7)]'
json '"other.sh" in o["predicate"]["card"]["drifted"][0]["where"]'
run 0 show llm-x/base@v2
said "drifted learning_rate: 3e-4 in the card (line 7), 1e-3"
rm ran
run 1 run llm-x/base@v3 --strict --no-snapshot -- sh other.sh
complained "learning_rate is 3e-4 there (line 7), and 1e-3 here"
[ ! -e ran ] || fail "it started"
run 4 show llm-x/base@v3
[ -z "$(ls "$STORY/runs")" ] || fail "a run that never began is on record"
SLURM_JOB_ID=7 SLURM_JOB_NUM_NODES=3 run 0 run llm-x/base@v4 --no-snapshot -- sh train.sh
complained "nodes is 2 there, and 3 here"

# Of an option that the command has twice the last one stands, as programs read it.
run 0 run llm-x/base@v9 --no-snapshot -- true --lr=3e-4 --lr 1e-3
complained "learning_rate is 3e-4 there, and 1e-3 here (the command)"

# A card that is named, by the command line, by the config, or for the model that --as names.
sed 's/1024/2048/' <card.md >big.md
run 0 card register big.md llm-x/big-card@v1 --for llm-x/big
run 0 run runs/x@v1 --card llm-x/big-card@v1 --no-snapshot -- sh train.sh
complained "batch_size is 2048 there, and 1024 here"
run 0 run runs/x@v2 --output 'none/*' --as 'llm-x/big@{step}' --no-snapshot -- sh train.sh
complained "batch_size is 2048 there"
run 4 run runs/x@v3 --card llm-x/no-card@v1 --no-snapshot -- sh train.sh
run 2 run runs/x@v3 --card llm-x/base@v1 --no-snapshot -- sh train.sh
printf '[run]\n\tcard = llm-x/big-card@v1\n' >>.akashi/config
run 0 run runs/x@v3 --no-snapshot -- sh train.sh
complained "batch_size is 2048 there"
run 0 run begin runs/x@v4 --strict --no-snapshot
run 0 run end "$(cat "$STORY/out")" --exit-status 0
sed -i '/^\[run\]/,$d' .akashi/config

# Checkpoints: by name, and as outputs; the step is held against the last one of the card.
run 0 add checkpoint "$TINY/step-300" llm-x/base@step-300 --run llm-x/base@v1
run 0 show llm-x/base@step-300 --json
json '(c := o["predicate"]["card"])["name"] == "llm-x/base-card@v1" and "late" not in c and not c["drifted"]'
json '{"layers", "hidden_size"} <= {a["what"] for a in o["predicate"]["card"]["agreed"]}'
run 1 add checkpoint "$TINY/step-500" llm-x/base@step-500 --run llm-x/base@v1 --strict
complained "steps is 400 there (line 9), and 500 here"
run 0 add checkpoint "$TINY/step-500" llm-x/base@step-500 --run llm-x/base@v1
complained "steps is 400 there, and 500 here"
run 0 card register big.md llm-x/base-card@v2 --for llm-x/base
run 0 add checkpoint "$TINY/step-500" llm-x/base@step-500 --run llm-x/base@v1
said "logged before"
run 0 add checkpoint "$TINY/step-300" llm-x/early@step-300 --run llm-x/base@v0
complained "was registered after the run began"
run 0 show llm-x/early@step-300 --json
json 'o["predicate"]["card"]["late"]'
run 0 show llm-x/base@v1
said "later card     llm-x/base-card@v2"
run 0 card register big.md llm-x/base@step-300
run 0 show llm-x/base@v1
unsaid "later card     llm-x/base@step-300"
mkdir out
run 0 run llm-x/base@v5 --output 'out/*' --no-snapshot -- sh -c "cp -r '$TINY/step-100' out/step-100"
run 0 show llm-x/base@v5-step-100 --json
json 'o["predicate"]["card"]["name"] == "llm-x/base-card@v2" and not o["predicate"]["card"]["drifted"]'

# A card for this model by somebody who may not say so counts for nothing; one with what a terminal would obey is harmless.
printf '| | |\n|---|---|\n| Number of layers | \033[2J99 |\n' >evil.md
run 0 card register evil.md llm-x/base-card@v3 --for llm-x/base
run 0 run llm-x/base@v6 --no-snapshot -- sh train.sh
! grep -q "$(printf '\033')" "$STORY/err" || fail "an escape sequence reached the terminal"

# A release carries the card that the run was held against, with its text.
run 0 show llm-x/base-card@v1 --json
identity=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["statement"].split(":")[1])' "$STORY/out")
run 0 publish llm-x/base@step-500 release
cmp card.md "release/akashi/objects/$(sha256sum card.md | cut -d' ' -f1)"
ls release/akashi/statements | grep -q "^$identity" || fail "the card's statement is not in the release"
run 0 verify release --forward none
run 0 publish llm-x/base@step-500 projected --as pub/base@v1 --private 'llm-x/*'
[ ! -e "projected/akashi/objects/$(sha256sum card.md | cut -d' ' -f1)" ] || fail "a projection tells the card"

# Without the registry the run goes on; --strict does not.
mv .akashi away
run 0 run llm-x/base@v7 --no-snapshot -- true
run 5 run llm-x/base@v7 --strict --no-snapshot -- true
mv away .akashi

# What began without it is held against the card when it is signed, by the command and not by files of today; once.
run 0 card register big.md llm-x/base-card@v4 --for llm-x/base
mv .akashi away
run 0 run llm-x/base@v8 --no-snapshot -- sh -c : train.sh --global-batch-size 1024
mv away .akashi
run 0 run sync
complained "drift from the card llm-x/base-card@v4"
run 0 show llm-x/base@v8 --json
json '(c := o["predicate"]["card"])["name"] == "llm-x/base-card@v4" and "late" not in c and not c["agreed"]'
json '[(d["what"], d["card"], d["found"]) for d in o["predicate"]["card"]["drifted"]] == [("batch_size", "2048", "1024")]'
run 0 show llm-x/base@v7 --json
json '"card" in o["predicate"]'

# One that was registered meanwhile is late.
mv .akashi away
run 0 run late/model@v1 --no-snapshot -- sh -c : x --num-layers 3
mv away .akashi
sleep 1
printf '| | |\n|---|---|\n| Number of layers | 3 |\n' >meanwhile.md
run 0 card register meanwhile.md late/card@v1 --for late/model
run 0 run sync
run 0 show late/model@v1 --json
json 'o["predicate"]["card"]["late"] and o["predicate"]["card"]["agreed"][0]["found"] == "3"'
