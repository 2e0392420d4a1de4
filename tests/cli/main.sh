#!/bin/sh
# The main job: register, record, publish; then a stranger checks it from one line, and a changed bit is named.
. "$(dirname "$0")/lib.sh"

run 0 init --origin story.example.org/models
said "pin"
pin=$(sed -n 's/^pin *//p' "$STORY/out")
[ -n "$pin" ] || fail "init printed no pin"
run 2 init
complained "already"

git init -q -b main code
echo 'print("train")' >code/train.py
git -C code add -A
git -C code commit -qm first

# Data, checkpoints (a series by one glob), results.
run 0 add dataset "$TINY/corpus" llm-x/corpus@v1 --json
json 'o["schema"] == "akashi/added/1" and o["items"][0]["name"] == "llm-x/corpus@v1" and o["items"][0]["records"] > 0'
run 0 add checkpoint "$TINY/step-*" 'llm-x/base@step-{step}' --dry-run
said "would register checkpoint llm-x/base@step-100"
run 0 list
unsaid "llm-x/base"
run 0 add checkpoint "$TINY/step-*" 'llm-x/base@step-{step}' --git code --data llm-x/corpus@v1 --run "$TINY/run.json"
said "llm-x/base@step-100"
said "llm-x/base@step-300"
said "llm-x/base@step-500"
run 0 add checkpoint "$TINY/step-500" llm-x/base@step-500 --git code --data llm-x/corpus@v1 --run "$TINY/run.json"
said "logged before"
run 2 add checkpoint "$TINY/step-300" llm-x/base@step-500
complained "llm-x/base@step-500"
result=$(find "$TINY/eval" -name 'results*.json' | head -n 1)
[ -n "$result" ] || fail "the test data has no evaluation result"
run 0 add eval "$result" --of llm-x/base@step-500
said "score"
run 0 tag llm-x/base@step-500 best
run 0 tag llm-x/base@step-300 latest

# What the registry tells.
run 0 show llm-x/base@step-500 --json
json 'o["kind"] == "checkpoint" and o["predicate"]["git"]["commit"] and len(o["scores"]) > 0'
json 'o["predicate"]["git"]["dirty"] == "clean" and o["predicate"]["data"][0]["name"] == "llm-x/corpus@v1"'
run 0 show llm-x/base:best --json
json 'o["subject"] == "llm-x/base@step-500"'
run 0 show llm-x/base@step-500
said "score"
run 0 list --json
json 'len([i for i in o["items"] if i["kind"] == "checkpoint"]) == 3'
run 0 history llm-x/base
said "tag"
run 4 history llm-x/nothing
run 0 status --json
json 'o["origin"] == "story.example.org/models" and len(o["unrecorded"]) == 3'
run 0 diff llm-x/base@step-100 llm-x/base@step-500
said "changed   tensor"
run 0 diff llm-x/base@step-300 llm-x/base@step-500 --values --json
json 'any(i.get("changed", 0) for i in o["items"])'

# Outputs are recorded; the cost is said before.
run 0 record llm-x/base@step-500 --random 4:16 --dry-run
said "would record 4 probes"
run 0 record llm-x/base@step-500 --random 4:16
said "recorded 4 probes"
run 0 status --json
json 'len(o["unrecorded"]) == 2'
run 0 verify llm-x/base@step-500 --forward all
said "holds"

run 0 log list --json
json 'o["items"][0]["kind"] == "policy"'
run 0 log prove llm-x/base@step-500
said "c2sp.org/tlog-proof@v1"
run 0 log prove 0
run 0 log audit --objects
said "holds"
rm "$STORY/desk/.akashi/index.db"
run 0 list
said "llm-x/base:best"
run 0 reindex --json
json 'o["claims"] >= 6'

# A release, and what leaves the house.
run 0 publish llm-x/base@step-500 release --as llm-x/base@v1 --dry-run
said "would leave"
[ ! -e release ] || fail "--dry-run wrote the release"
run 0 publish llm-x/base@step-500 release --as llm-x/base@v1
[ -e release/model.sig ] && [ -e release/SHA256SUMS ] && [ -e release/akashi/release.json ] || fail "the release lacks files"
run 2 publish llm-x/base@step-500 release

# A stranger: another home, another folder, one line that was chosen.
mkdir "$STORY/stranger" "$STORY/stranger-home"
mv release "$STORY/stranger/release"
echo "$pin" >"$STORY/stranger/pin.txt"
cd "$STORY/stranger"
HOME=$STORY/stranger-home XDG_CONFIG_HOME=$STORY/stranger-home/.config
run 0 verify release --trust pin.txt --forward all
for step in bytes signature log lineage claims forward; do
	grep -qE "^holds +$step" "$STORY/out" || [ $step = lineage ] || [ $step = claims ] || fail "the step $step does not hold"
done
said "everything that was asked holds"
run 0 verify release --trust pin.txt --json
json 'o["schema"] == "akashi/verdict/1" and o["status"] == "holds" and len(o["steps"]) == 6'
run 3 verify release
said "cannot be decided"
run 0 trust pin "$pin"
said "fingerprint"
run 0 trust show
said "$pin"
run 0 verify release --quiet
[ "$(wc -l <"$STORY/out")" = 1 ] || fail "--quiet says more than the conclusion"

# One bit of one weight.
weights=$(ls release/*.safetensors | tail -n 1)
size=$(stat -c %s "$weights")
at=$((size - 1001))
byte=$(od -An -tu1 -j $at -N 1 "$weights" | tr -d ' ')
chmod u+w "$weights"
printf "\\$(printf %o $((byte ^ 1)))" | dd of="$weights" bs=1 seek=$at conv=notrunc 2>/dev/null
run 1 verify release --trust pin.txt
said "$(basename "$weights")"
said "fails"
said "model."
run 1 verify release --trust pin.txt --json
json 'o["status"] == "fails" and o["steps"][0]["status"] == "fails"'
