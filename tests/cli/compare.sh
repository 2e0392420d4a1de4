#!/bin/sh
# Scores side by side: paired item by item, only where the same was asked.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null 2>&1 || skip "no python3 to make results with"

# results NAME PYTHON: results of 200 items in the harness's form; `right` (which items) and `file` and `lines` may be changed
results() {
	mkdir -p "$1"
	python3 - "$1" "$2" "${3:-}" <<'PY'
import json, sys
folder, before, after = sys.argv[1:]
right, n, shots, task = set(range(0, 200, 2)), 200, 0, "jnli"
exec(before)
lines = [{"doc_id": i, "doc": {"q": f"question {i}"}, "target": "1", "filter": "none", "arguments": {}, "resps": [],
          "filtered_resps": [], "metrics": ["acc"], "acc": float(i in right)} for i in range(n)]
mean = sum(l["acc"] for l in lines) / n
file = {"results": {task: {"alias": task, "acc,none": mean, "acc_stderr,none": (mean * (1 - mean) / (n - 1)) ** 0.5}},
        "configs": {}, "versions": {task: 1.0}, "n-shot": {task: shots}, "n-samples": {task: {"original": n, "effective": n}},
        "git_hash": "abc", "lm_eval_version": "0.4.13", "model_name": "m"}
exec(after)
json.dump(file, open(f"{folder}/results_2026-11-24T22-51-22.431351.json", "w"))
with open(f"{folder}/samples_{task}_2026-11-24T22-51-22.431351.jsonl", "w") as out:
    for line in lines:
        out.write(json.dumps(line) + "\n")
PY
}

# given VERSION PYTHON [PYTHON]: a checkpoint with such results
given() {
	results "$1" "$2" "${3:-}"
	mkdir "ck-$1"
	cp "$TINY/step-500/config.json" "ck-$1"
	echo "$1" >"ck-$1/note.txt"
	run 0 add checkpoint "ck-$1" "a/m@$1"
	run 0 add eval "$1"/results_*.json --of "a/m@$1"
}

run 0 init --origin compare.example.org
given step-100 ''
given step-200 'right |= set(range(1, 60, 2))'
given step-300 'right = (right - {0, 2, 4}) | {1, 3, 5, 7, 9}'

# 30 more of 200, all for the better: far from noise, and far narrower than two errors side by side.
run 0 compare a/m@step-100 a/m@step-200
said "jnli  acc"
said "a/m@step-100  0.5000"
said "+0.1500 [+0.1001, +0.1999]"
unsaid "within noise"
# 5 better and 3 worse: noise.
run 0 compare a/m@step-100 a/m@step-300
said "+0.0100"
said "within noise (5 items higher, 3 lower: p 0.73)"
run 0 compare 'a/m@step-{100..300..100}' --json
json '[v["name"] for v in o["versions"]] == ["a/m@step-100", "a/m@step-200", "a/m@step-300"]'
json '[c["state"] for c in o["items"][0]["versions"]] == ["scored"] * 3'
json 'o["items"][0]["versions"][1]["difference"]["items"] == 200 and not o["items"][0]["versions"][1]["difference"]["withinNoise"]'
json 'o["items"][0]["versions"][2]["difference"]["withinNoise"] and o["items"][0]["versions"][2]["difference"]["lower"] == 3'
run 0 compare a/m@step-100 a/m@step-200 --unpaired --json
json '[c["difference"]["paired"] for c in o["items"][0]["versions"][1:]] == [False]'

# Only the same is compared.
given shots 'shots = 4'
given fewer 'n = 100'
given others '' 'for l in lines[:7]: l["doc"]["q"] += "?"'
given another 'task = "jsquad"'
given wrong '' 'file["results"][task]["acc,none"] = 0.9'
for other in shots:'not comparable: shots 0 and 4' fewer:'not comparable: items 200 and 100' \
	others:'not comparable: 7 items are others' wrong:'not paired: the score is no mean of its items'; do
	run 0 compare a/m@step-100 "a/m@${other%%:*}"
	said "${other#*:}"
done
run 0 compare a/m@step-100 a/m@another --json
json '[[c["state"] for c in i["versions"]] for i in o["items"]] == [["scored", "not-run"], ["not-run", "scored"]]'
json 'not any("difference" in c for i in o["items"] for c in i["versions"])'

# A number that no double holds is refused where it stands; a negative error is none.
given huge '' 'file["results"][task]["acc,none"] = 123456.75; file["results"][task]["acc_stderr,none"] = -1'
python3 -c 'import glob, json; json.dump(json.load(open(glob.glob("huge/results_*.json")[0])), open("huge.json", "w"), indent=1)'
sed -i 's/123456.75/1e999999/' huge.json
run 0 add checkpoint "$TINY/step-100" a/m@huger
run 1 add eval huge.json --of a/m@huger
complained "'huge.json': line $(grep -n 1e999999 huge.json | cut -d: -f1): results.jnli.acc,none is 1e999999"
run 4 compare a/m@huger
run 0 compare a/m@step-100 a/m@huge
unsaid '±-'
run 0 bom a/m@huge
unsaid '"lowerBound"'
# Near the end of what one holds nothing comes out infinite.
sed 's/1e999999/-1.7e308/; s/"acc_stderr,none": -1/"acc_stderr,none": 1e308/' huge.json >large.json
run 0 add eval large.json --of a/m@huger
sed 's/1e999999/1.7e308/; s/"acc_stderr,none": -1/"acc_stderr,none": 1e308/' huge.json >larger.json
run 0 add checkpoint "$TINY/step-300" a/m@step-900
run 0 add eval larger.json --of a/m@step-900
run 0 compare a/m@huger a/m@step-900 --unpaired
said "no interval: the numbers are too large"
unsaid "inf"
run 0 bom a/m@huger
unsaid '"lowerBound"'
run 0 compare a/m@step-100 a/m@step-900 --chart -o large.svg
! grep -qE 'inf|nan' large.svg || fail "a coordinate is no number"

# What was retracted is neither a score nor "not run"; a newer result takes its place.
run 0 show a/m@step-300 --json
identity=$(python3 -c 'import json; print([i["statement"] for i in json.load(open("'"$STORY/out"'"))["about"] if i["kind"] == "eval"][0])')
run 0 key generate stranger
run 0 trust policy --add-key stranger --names 'b/*'
run 0 retract "$identity" --reason "not mine" --key stranger
complained 'does not count'
run 0 compare a/m@step-100 a/m@step-300
unsaid "invalidated"
run 0 show a/m@step-300
unsaid "invalidated"
run 0 retract "$identity" --reason "a wrong prompt"
run 0 show a/m@step-300
said "retracted by its own signer"
run 0 compare a/m@step-100 a/m@step-300
said "invalidated"
run 0 card a/m@step-300 --json
json '[e["retracted"]["reason"] for e in o["evals"]] == ["a wrong prompt"] and o["evals"][0]["scores"][0]["state"] == "invalidated"'
run 0 card a/m@step-300
unsaid "model-index"
said "**Retracted** by key "
run 0 card a/m@step-300 --format html
said "were retracted by key "
results again 'right = set(range(50))'
run 0 add eval again/results_*.json --of a/m@step-300
run 0 compare a/m@step-100 a/m@step-300
said "0.2500"
unsaid "invalidated"

# Whose results: a second key of the owner's is the publisher too, a judge is independent, and a stranger is left out and counted.
for key in owner second judge nobody; do
	run 0 key generate "$key"
done
run 0 trust policy --add-key owner --names 'w/*'
run 0 trust policy --add-key second --names 'w/*' --kinds eval
run 0 trust policy --add-key judge --names 'w/*' --names 'j/*' --kinds eval
run 0 add checkpoint "$TINY/step-300" w/m@1 --key owner
results by-nobody 'right = set(range(180))'
run 0 add eval by-nobody/results_*.json --of w/m@1 --key nobody
complained 'does not count'
run 4 compare w/m@1
complained "1 by keys that the policy does not accept (--all-signers)"
run 0 show w/m@1
unsaid "0.9"
said "1 result by keys that the policy does not accept for it is not shown; --all-signers shows it, marked"
said "eval (not believed)"
results by-owner 'right = set(range(10))'
results by-second 'right = set(range(20))'
results by-judge 'right = set(range(30))'
for key in owner second judge; do
	run 0 add eval by-$key/results_*.json --of w/m@1 --key $key
done
run 0 compare w/m@1
said "0.1000"
said "not by the publisher"
said "0.1500"
unsaid "0.0500"
unsaid "0.9000"
said "1 result by keys that the policy does not accept"
run 0 compare w/m@1 --all-signers
said "not believed: the policy does not accept it"
said "0.9000"
unsaid "is not shown"
run 0 compare w/m@1 --json
json '[(i["independent"], i["believed"], i["versions"][0]["value"]) for i in o["items"]] == [(False, True, "0.1"), (True, True, "0.15")]'
json '[u["name"] for u in o["unbelieved"]] == ["w/m@1"] and "signer unknown" in o["unbelieved"][0]["why"]'
run 0 compare w/m@1 --all-signers --json
json '[(i["independent"], i["believed"]) for i in o["items"]] == [(False, True), (True, True), (False, False)]'
cp "$STORY/out" compared # both call the key that signed `key`
run 0 show w/m@1 --all-signers --json
json '{i["key"] for i in __import__("json").load(open("compared"))["items"]} <= {s["key"] for s in o["scores"]}'
run 0 show w/m@1 --json
json '[(s["independent"], s["believed"], s["value"]) for s in o["scores"]] == [(False, True, "0.05"), (False, True, "0.1"), (True, True, "0.15")]'
json 'len(o["unbelieved"]) == 1 and [a.get("believed") for a in o["about"] if a["kind"] == "eval"].count(False) == 1'
run 0 show w/m@1 --all-signers
said "by a key that the policy does not accept for it, key"
said "by the publisher itself, key"
said "by another key than the publisher's, key"
# As the card has it.
run 0 card w/m@1 --json
json '[e["independent"] for e in o["evals"]] == [False, False, True] and [u["kind"] for u in o["unbelieved"]] == ["eval"]'

# A checkpoint by a key that the policy does not accept: what others say of it is theirs, not the publisher's.
run 0 add checkpoint "$TINY/step-300" j/unknown@1 --key nobody
complained 'does not count'
run 0 add eval by-judge/results_*.json --of j/unknown@1 --key judge
run 0 compare j/unknown@1 --json
json '[(i["independent"], i["believed"]) for i in o["items"]] == [(True, True)]'
run 0 show j/unknown@1
said "by another key than the publisher's, key"
unsaid "by the publisher itself"

# A chart over the steps: one file that is XML, with a point for each score.
run 0 compare 'a/m@step-*' --chart -o chart.svg
python3 - <<'PY' || fail "chart.svg"
import xml.etree.ElementTree as tree
root = tree.parse("chart.svg").getroot()
kinds = [e.tag.split("}")[1] for e in root.iter()]
assert kinds.count("circle") == 3 and kinds.count("polyline") == 1 and "script" not in kinds, kinds
PY
run 2 compare a/m@step-100 a/m@shots --chart
complained "'a/m@shots' names no training step"
run 2 compare a/m@step-100 --chart --json
run 4 compare a/m@step-100 --task 'none*'
run 4 compare a/m@nobody
echo "compared"
