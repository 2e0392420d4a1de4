#!/bin/sh
# Published scores: recomputed from the weights, and what was forged in them is caught.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null 2>&1 || skip "no python3 to forge files with"
results=results_2026-11-24T22-51-22.431351.json
samples=samples_akashi_tiny_order_2026-11-24T22-51-22.431351.jsonl
seen=0
accepted=

run 0 init --origin evals.example.org

# case_of NAME: a fresh checkpoint of its own and a folder with the true files
case_of() {
	name=$1
	mkdir "$name"
	cp "$TINY/eval/$results" "$TINY/eval/$samples" "$name"
	run 0 add checkpoint "${2:-$TINY/step-500}" "a/$name@1"
}

# forge NAME PYTHON: change `lines` (items) and `file` (results)
forge() {
	python3 - "$1/$results" "$1/$samples" "$2" <<'PY'
import json, sys
file = json.load(open(sys.argv[1], encoding="utf-8"))
lines = [json.loads(l) for l in open(sys.argv[2], encoding="utf-8")]
def logprob(item, choice, value):
    item["resps"][choice][0][0] = item["filtered_resps"][choice][0] = value
exec(sys.argv[3])
json.dump(file, open(sys.argv[1], "w", encoding="utf-8"), ensure_ascii=False)
with open(sys.argv[2], "w", encoding="utf-8") as out:
    for item in lines:
        out.write(json.dumps(item, ensure_ascii=False) + "\n")
PY
}

# judged NAME STATUS WORDS [N]: register the files of the case and recompute
judged() {
	run 0 add eval "$1/$results" --of "a/$1@1" $accepted
	run "$2" verify "a/$1@1" --forward none --evals "${4:-60}"
	said "$3"
	seen=$((seen + 1))
}

case_of honest
run 3 verify a/honest@1 --evals 5
said "no evaluation with its samples is registered"
run 0 add eval "honest/$results" --of a/honest@1 --dry-run
said "the items of 1 task"
judged honest 0 "5 published items recomputed within the tolerance, 1 of 1 published scores follow" 5
said "class evals: 5 of 60 items of akashi_tiny_order"
said "nothing of contamination"
run 0 verify a/honest@1 --forward none --evals 3 --seed again --json
json '[len(s["evidence"]["recomputed"]) for s in o["steps"] if s["id"] == "claims"] == [1]'
json '[s["evidence"]["evalsSeeded"] for s in o["steps"] if s["id"] == "claims"] == [True]'
json '[s["evidence"]["recomputed"][0]["itemsDrawn"] for s in o["steps"] if s["id"] == "claims"] == [3]'
run 0 show a/honest@1
said "by the publisher itself, key"
said "noted          registered-later"
unsaid "contradicts"
run 0 show a/honest@1 --json
json '{(s.get("noted"), s.get("contradicts")) for s in o["scores"]} == {("registered-later", None)}'
json '{(s["state"], s["shots"], s["independent"]) for s in o["scores"]} == {("scored", 0, False)}'
json '[s["items"] for s in o["scores"] if s["task"] == "akashi_tiny_order"][0].startswith("sha256:")'
run 2 verify a/honest@1 --evals 0
run 2 verify a/honest@1 --evals many

# It travels with a release.
run 0 publish a/honest@1 out
sed -n 's/.*"pins":\["\([^"]*\)"\].*/\1/p' out/akashi/trust.json >pin.txt
run 0 verify out --trust pin.txt --forward none --evals 4
said "class evals"

# Forged by hand: one log-probability; a choice and its score; a score alone; an item left out; one twice.
case_of logprob
forge logprob 'logprob(lines[7], 1, str(float(lines[7]["resps"][1][0][0]) + 0.01))'
judged logprob 1 "doc_id 7, request 1: the published log-probability is"
case_of choice
forge choice 'i = [i for i in lines if i["acc"] == 0.0][0]; i["acc"] = 1.0; file["results"]["akashi_tiny_order"]["acc,none"] = 57 / 60'
judged choice 1 "its log-probabilities lead to acc 0, and it says 1"
case_of score
forge score 'file["results"]["akashi_tiny_order"]["acc,none"] = 0.95'
judged score 1 "acc over its 60 items is 0.9333333333, and 0.95 was published"
case_of dropped
forge dropped 'lines.pop(3)'
judged dropped 1 "it holds 59 items, and the results are of 60"
case_of twice
forge twice 'lines[3] = lines[4]'
judged twice 1 "stands there twice"

# Forged with care: everything follows from everything but from the weights.
case_of careful
forge careful '
i = [i for i in lines if i["acc"] == 0.0][0]
best = max(range(4), key=lambda c: float(i["resps"][c][0][0]))
logprob(i, int(i["target"]), str(float(i["resps"][best][0][0]) + 0.001))
i["acc"] = 1.0
file["results"]["akashi_tiny_order"]["acc,none"] = 57 / 60'
judged careful 1 "the published log-probability is"
case_of greedy
forge greedy 'lines[0]["resps"][0][0][1] = lines[0]["filtered_resps"][0][1] = "True"'
judged greedy 1 "is_greedy is published as True"

# Items that keep silent: what nothing leads to was not checked, and is never said to follow.
case_of silent
forge silent '
for i in lines:
    i["metrics"] = []
file["results"]["akashi_tiny_order"]["acc,none"] = 0.99'
judged silent 3 "0 of 1 published scores follow"
case_of doubled
forge doubled '
wrong = [i for i in lines if i["acc"] == 0.0]
right = [i for i in lines if i["acc"] == 1.0]
for i in wrong: i["metrics"] = []
for i in right[:len(wrong)]: i["metrics"] = ["acc", "acc"]
file["results"]["akashi_tiny_order"]["acc,none"] = 1.0'
judged doubled 1 "stands twice"
case_of aside
forge aside '
for i in list(lines):
    other = json.loads(json.dumps(i))
    other["filter"] = "best"
    logprob(other, int(other["target"]), "-0.001")
    other["acc"] = 1.0
    lines.append(other)
file["results"]["akashi_tiny_order"]["acc,best"] = 1.0'
judged aside 3 "1 of 2 published scores follow"

# One row that no text needs, a million times as large, would explain any difference: then nothing can be told.
cp -r "$TINY/step-300" large
chmod -R u+w large
row_enlarge large/model.safetensors 3
case_of inflated large
forge inflated 'file["config"]["model_dtype"] = "torch.bfloat16"'
judged inflated 3 "would hide other weights"

# Of other weights, or malformed.
case_of other "$TINY/step-300"
judged other 1 "the published log-probability is" 2
case_of nan
forge nan 'logprob(lines[2], 0, "nan")'
judged nan 1 "'nan' is no decimal"
case_of two
forge two 'lines[2]["resps"][0][0][0] = "-1.5"'
judged two 1 "contradict each other"
case_of broken
echo '{"doc_id": 1' >>"broken/$samples"
judged broken 1 "line 61"

# What cannot be recomputed is said, with the reason, and nothing is claimed of it.
case_of generation
forge generation 'file["configs"]["akashi_tiny_order"]["output_type"] = "generate_until"'
judged generation 3 "tasks of the kind 'generate_until' are not computed"
case_of served
forge served 'file["config"]["model"] = "vllm"'
judged served 3 "model 'vllm'"
case_of adapter
forge adapter 'file["config"]["model_args"]["peft"] = "adapter"'
run 1 add eval "adapter/$results" --of a/adapter@1
accepted=--accept-contradictions
judged adapter 3 "peft=adapter"
accepted=
case_of beyond
forge beyond 'file["tokenizer_bos_token"] = ["<x>", "99999"]'
judged beyond 3 "99999"
case_of prefix
forge prefix 'file["tokenizer_bos_token"] = ["<s>", "500"]'
judged prefix 3 "the token '<s>' has id 500, and the tokenizer does not make that of it"
mkdir bare
cp "$TINY/step-500/config.json" "$TINY/step-500/model.safetensors" bare
case_of mute bare
judged mute 3 "no tokenizer"

# Files that are named must be of a task; those beside are found by their time alone.
case_of named
mv "named/$samples" named/samples_akashi_tiny_order_later.jsonl
run 0 add eval "named/$results" --of a/named@1 --dry-run
unsaid "items of"
run 0 add eval "named/$results" --of a/named@1 --samples named/samples_akashi_tiny_order_later.jsonl
said "the items of 1 task"
run 0 verify a/named@1 --forward none --evals 2
mv named/samples_akashi_tiny_order_later.jsonl named/samples_other_later.jsonl
run 2 add eval "named/$results" --of a/named@1 --samples named/samples_other_later.jsonl
complained "is named after no task"
complained "TASK as in akashi_tiny_"
[ "$seen" = 22 ] || fail "only $seen cases were judged"
