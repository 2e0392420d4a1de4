#!/bin/sh
# What is wrong with a series: told with its identifier, its checkpoints and what to do; nothing where nothing is.
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null || skip "no python3, which makes the series here"
make() { python3 "$AKASHI_SOURCE/tests/tools/series.py" "$@"; }
# found ID TEXT: the finding of this kind is there and says so
found() {
	awk -v id="($1)" 'index($0, id) { on = 1; next } /^[a-z]/ { on = 0 } on' "$STORY/out" | grep -qF -e "$2" ||
		fail "no $1: $2"
}

# A sound series, in a folder: nothing to say.
make sound step1000 step2000 step3000 step4000 --trainer step2000=2000
run 0 lint sound
said "4 checkpoints, step1000 to step4000: 0 errors, 0 warnings, 0 notes"
run 0 lint sound --strict --json
json 'o["schema"] == "akashi/lint/1" and o["items"] == [] and o["tensorsLookedAt"] == 44 and o["last"] == "step4000"'
run 0 lint sound/step1000 sound/step2000 'sound/*3000'
said "3 checkpoints"

# More than it takes are refused, with the number that it takes.
mkdir many
(cd many && seq -f step-%.0f 10001 | xargs mkdir)
run 2 lint many
complained "lint takes at most 10000 at once"
rm -rf many

# Each fault of a published series, in one.
make pythia step0 step1 step2 step4 step8 step32 step64 step128 step1000 step2000 step3000 step5000 step6000 step-6000 main \
	--same step1=step0 --nan step5000=lm_head.weight --config step5000.rope_theta=500000.0 \
	--config 'step5000.transformers_version="5.0"' --without step3000=tokenizer.json --without step64=optimizer.pt \
	--shape step6000=lm_head.weight --trainer step2000=1000 --zero step128=model.layers.0.mlp.up_proj.weight \
	--inf step4=model.norm.weight --opaque step32
mkdir pythia/step7000 pythia/logs
run 1 lint pythia
found duplicate-step "step-6000 and step6000 are step 6000, with different weights"
found identical-weights "step0 and step1 have the same weights, in all 11 tensors"
found missing-weights "step7000"
found nan-values "step5000: NaN in 1 of 11 tensors (1 element): lm_head.weight"
found infinite-values "step4: infinity in 1 of 11 tensors (1 element): model.norm.weight"
found zero-tensors "step128: only zeros in 1 of 11 tensors (1024 elements): model.layers.0.mlp.up_proj.weight"
found shapes-changed "from step-6000 to step6000: 1 tensor, lm_head.weight (F32 [32, 16], then F32 [32, 16, 1])"
found step-contradicted "step2000: its trainer_state.json is of step 1000"
found missing-steps "2 missing: 16, 4000"
found moving-differs "main has the weights of none of the steps; the last is step6000"
found config-changed "rope_theta: 10000.0, from step5000 on 500000.0"
found config-incidental "transformers_version: 4.40.0, from step5000 on 5.0"
found missing-tokenizer "step3000 and step7000: 14 of 16 have one"
found missing-optimizer "step64 and step7000: 14 of 16 have one"
found missing-config "step7000: 15 of 16 have one"
found values-unread "step32: their weights are in files that are only hashed"
unsaid "logs"
run 1 lint pythia --json
json '[i["id"] for i in o["items"]][:2] == ["duplicate-step", "identical-weights"] and o["errors"] == 7'
json '[i for i in o["items"] if i["id"] == "identical-weights"][0]["checkpoints"] == ["pythia/step0", "pythia/step1"]'
json '[i for i in o["items"] if i["id"] == "missing-steps"][0]["details"] == ["16", "4000"]'
run 1 lint pythia --no-values --ignore duplicate-step --ignore identical-weights
unsaid nan-values
unsaid duplicate-step
run 2 lint pythia --ignore step
complained "missing-steps"

# Stages and tokens, dates, trackers, an index that names what is not there, a file that is cut.
make olmo stage1-step1000-tokens4B stage1-step2000-tokens8B stage1-step3000-tokens12B stage1-step4000-tokens6B step5000-tokens20B \
	stage2-ingredient1-step1000-tokens3B
run 1 lint olmo
found missing-stage "step5000-tokens20B: 5 of 6 names have a stage"
found tokens-order "stage1-step4000-tokens6B tells fewer tokens than stage1-step3000-tokens12B before it"
run 0 lint sound --strict
echo 5000 >sound/latest_checkpointed_iteration.txt
run 0 lint sound
found tracker "names '5000', which is not among the checkpoints"
run 1 lint sound --strict
printf 3000 >sound/latest_checkpointed_iteration.txt
run 0 lint sound
found tracker "names '3000', and there are later ones"
printf '4000\n' >sound/latest_checkpointed_iteration.txt
touch -d '2026-01-02T00:00:00Z' sound/*/model.safetensors
touch -d '2026-01-01T00:00:00Z' sound/step3000/model.safetensors
run 0 lint sound
found date-order "step3000 is of 2026-01-01T00:00:00Z, and step2000 of 2026-01-02T00:00:00Z"
echo '{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model.safetensors"}}' >sound/step2000/model.safetensors.index.json
head -c 3000 sound/step4000/model.safetensors >cut && cp cut sound/step4000/model.safetensors
run 1 lint sound
found missing-shards "step2000: model-00001-of-00002.safetensors, which model.safetensors.index.json names"
found unreadable "step4000: 'model.safetensors'"
echo '{"rope_theta": NaN}' >sound/step1000/config.json
run 1 lint sound
found unreadable "step1000: 'config.json'"
mkdir -p empty/notes
run 2 lint empty
complained "is no checkpoint"
run 4 lint nothing/here

# Registered ones, by their digests alone; their values when they are asked for.
akashi init --quiet --origin example.org/house >/dev/null
rm -r pythia/step7000
run 0 add checkpoint pythia/step? pythia/step32 pythia/step1000 pythia/step2000 pythia/step3000 pythia/step5000 'a/py@step{step}'
grep -q '^lint: [1-9][0-9]* errors, [0-9]* warnings\{0,1\}, .* (akashi lint a/py)$' "$STORY/out" || fail "adding a series does not tell of lint"
run 0 add checkpoint pythia/step? 'a/py@step{step}' --json
json '"lint" not in o'
run 0 add checkpoint pythia/step? 'a/py@step{step}' --quiet
unsaid "lint:"
run 0 add checkpoint pythia/step1 a/py@step1
unsaid "lint:"
run 1 lint a/py
found identical-weights "step0 and step1 have the same weights, in all 11 tensors"
found missing-steps "4000"
found config-changed "rope_theta: 10000.0, from step5000 on 500000.0"
found step-contradicted "step2000: its trainer_state.json is of step 1000"
unsaid nan-values
run 1 lint a/py --values
found nan-values "step5000"
run 0 lint 'a/py@step?000' --ignore step-contradicted
said "4 checkpoints"
run 4 lint a/none
complained "no checkpoint is called 'a/none'"
run 0 add checkpoint pythia/step64 a/py@step10 --parent a/py@step1000
run 1 lint a/py@step10 a/py@step1000
found parent-order "step10 says that it was made from a/py@step1000"
run 0 prune a/py@step5000 --reason "room"
run 1 lint a/py --values
found values-unread "step5000: their bytes are not in the registry's store"

# Names of strangers are shown with their control characters escaped.
make "odd" step1 step2 "$(printf 'step3\033[31m')"
run 0 lint odd
plain "$STORY/out"

# A parent that nobody declared: equal in part, close, and neither where it is declared, or comes from a third that is.
make rel base1 child1 near1 other1 third1 --from child1=rel/base1:0.7 --from near1=rel/base1 --noise near1=0.1
make rel copy1 --from copy1=rel/base1
run 0 add checkpoint rel/base1 a/base@v1
run 0 lint rel/child1
found undeclared-parent "child1 is equal in 8 of 11 tensors to a/base@v1, which is not declared as a parent"
run 0 lint rel/near1 --json
json '[i["id"] for i in o["items"]] == ["near-parent"] and "a/base@v1" in o["items"][0]["text"]'
run 0 lint rel/near1 --no-values
unsaid near-parent
run 0 lint rel/other1 rel/third1
unsaid parent
run 0 lint rel/base1
unsaid parent # it is that one
run 0 add checkpoint rel/child1 b/child@v1
run 0 add checkpoint rel/near1 b/near@v1
run 0 lint b/child@v1
found undeclared-parent "v1 is equal in 8 of 11 tensors to a/base@v1"
run 0 lint b/near@v1
unsaid parent # nobody looked at values
run 0 lint b/near@v1 --values
found near-parent "a/base@v1"
run 0 lint a/base@v1 --values
unsaid parent # what was registered later is none
# Where it is declared, also over others, nothing is said of it.
make rel child2 near2 copy2 --from child2=rel/base1:0.7 --from near2=rel/base1 --noise near2=0.1 --from copy2=rel/base1
run 0 add checkpoint rel/child2 c/child@v1 --parent a/base@v1
run 0 add checkpoint rel/near2 c/near@v1 --parent c/child@v1
run 0 add checkpoint rel/copy2 c/copy@v1 --parent c/child@v1
run 0 lint c/child@v1 c/near@v1 c/copy@v1 --values
unsaid a/base@v1

# Series of one kind, one of which began otherwise.
make kin size1/step0 size2/step0 size3/step0
make kin size4/step0 --scale 0.04
run 0 lint kin/size1 kin/size2 kin/size3
unsaid initialisation
run 0 lint kin/*
found initialisation "kin/size4/step0: model.layers.*.mlp.up_proj.weight has the deviation"
found initialisation "by the rule of 3 of 4 series (the same in all) it had 0.0"
unsaid "size1/step0:"
