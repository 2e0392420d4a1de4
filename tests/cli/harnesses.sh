#!/bin/sh
# Results of other harnesses and of many revisions: what each file says, bound to the weights it is of.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null 2>&1 || skip "no python3 to write files with"

run 0 init --origin evals.example.org
run 0 add checkpoint "$TINY/step-500" a/base@step-500

# llm-jp-eval: what was not run is no score, and what it left beside is kept.
mkdir jp
cat >jp/result_base.json <<'J'
{"run_name":"base::vllm::H100::tp1_4k","evaluation":{"scores":{"AVG":0.25,"CG":-1.0,"jmmlu_exact_match":0.25,
 "mbpp_code_exec":-1.0,"jsts_pearson":NaN},"lang_scores":{"ja":0.25}}}
J
echo '{"samples":[{"generated":"A"}]}' >jp/jmmlu.eval-generated.json
cp jp/jmmlu.eval-generated.json jp/other.eval-generated.json
run 2 add eval jp/result_base.json --of a/base@step-500 --samples jp/other.eval-generated.json
complained "is named after no data set of the results"
run 0 add eval jp/result_base.json --of a/base@step-500 --samples jp/jmmlu.eval-generated.json
run 0 show a/base@step-500 --json
json '{(s["task"], s["state"]) for s in o["scores"]} == {("AVG", "scored"), ("CG", "not-run"), ("jmmlu", "scored"), ("mbpp", "not-run"), ("jsts", "failed"), ("ja", "scored")}'
json '{s["task"] for s in o["scores"] if s.get("group")} == {"AVG", "CG", "ja"}'
json '[s["task"] for s in o["scores"] if "value" not in s] == ["CG", "mbpp", "jsts"]'
run 0 show a/base@step-500
said "score          mbpp code_exec not-run"
run 0 gc --grace-days 0
run 0 fsck

# Hundreds of files: each is bound to its own revision, or nothing is registered.
run 0 add checkpoint "$TINY/step-100" many/tiny@step-100
run 0 add checkpoint "$TINY/step-500" many/tiny@step-500
run 0 add checkpoint "$TINY/step-300" many/tiny@step-300
TINY=$TINY python3 - <<'P'
import json, os
def write(path, revision, args, **more):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    file = {"results": {"arc": {"acc,none": more.pop("acc", 0.5), "acc_stderr,none": 0.01}}, "versions": {"arc": 1},
            "n-shot": {"arc": 0}, "configs": {}, "lm_eval_version": "0.4.13", "git_hash": "abc", "model_name": "x",
            "config": {"model": "hf", "model_args": args, "model_revision": revision, **more}}
    json.dump(file, open(path, "w"))
tiny = os.environ["TINY"]
write("many/a/results_1.json", "step500", "pretrained=org/tiny")
write("many/b/results_2.json", "main", f"pretrained={tiny}/step-300,dtype=float32", acc=0.25)
write("many/iter_0000100/results_3.json", "main", {"pretrained": "org/tiny"})
write("other/results_4.json", "main", "pretrained=gone/step-750")
write("other/results_5.json", "main", "pretrained=gone")
write("lies/named.json", "step300", "pretrained=org/tiny")
write("lies/folder.json", "main", f"pretrained={tiny}/step-300")
write("lies/count.json", "main", "pretrained=org/tiny", model_num_parameters=394081)
write("lies/dtype.json", "main", "pretrained=org/tiny", model_dtype="torch.float16")
write("lies/adapter.json", "main", "pretrained=org/tiny,peft=lora", model_num_parameters=394080)
write("lies/family.json", "main", "pretrained=a/base")
write("true/all.json", "step500", f"pretrained={tiny}/step-500,dtype=bfloat16", model_num_parameters=394080,
      model_dtype="torch.bfloat16", acc=0.75)
write("again/one.json", "step500", "pretrained=org/tiny", acc=0.5001)
P
echo '{"samples":[]}' >many/x.eval-generated.json
run 0 add eval 'many/**/*.json' --of many/tiny --dry-run
said "many/a/results_1.json: many/tiny@step-500, by revision"
said "many/b/results_2.json: many/tiny@step-300, by weights: "
said "many/iter_0000100/results_3.json: many/tiny@step-100, by step: file"
said "would register eval many/tiny@step-300, 1 file"
run 2 add eval 'many/**/*.json' other/results_4.json other/results_5.json jp/jmmlu.eval-generated.json --of many/tiny
said "other/results_4.json: model 'gone/step-750' is of no version of many/tiny that is registered"
said "other/results_5.json: it names no folder that is there"
said "jp/jmmlu.eval-generated.json: 'jp/jmmlu.eval-generated.json': it is in no format"
complained "nothing was registered: 3 of 6 files cannot be"
run 0 show many/tiny@step-500 --json
json 'o["scores"] == []'
run 0 add eval 'many/**/*.json' other/results_4.json --of many/tiny --skip-unbound --json
json '[(i.get("how"), i.get("name")) for i in o["items"]] == [("revision", "many/tiny@step-500"), ("weights", "many/tiny@step-300"), ("step", "many/tiny@step-100"), (None, None)]'
json 'o["problems"] == 1 and o["items"][3]["problem"]'
run 0 add eval 'many/*/results_1.json' --of 'many/tiny@step-{step}'
said "logged at"
run 4 add eval 'many/**/no.json' --of many/tiny
run 0 add eval many/b/results_2.json --dry-run
said "would register eval"

# The form before 0.4 tells the step among its arguments; what holds a secret is not kept.
mkdir old
cat >old/eval.json <<'J'
{"results": {"piqa": {"acc": 0.66, "acc_stderr": 0.011}}, "versions": {"piqa": 0},
 "config": {"model": "neox", "model_args": {"load": "/ckpts/350M", "iteration": 100}, "num_fewshot": 5}}
J
run 0 add eval old/eval.json --of many/tiny
run 0 show many/tiny@step-100 --json
json '[(s["format"], s["shots"], s["value"]) for s in o["scores"] if s["task"] == "piqa"] == [("lm-evaluation-harness-0.3", 5, "0.66")]'
sed 's/neox/hf_abcdefghijklmnopqrstuvwxyzABCDEFGH/' old/eval.json >old/secret.json
run 3 add eval old/secret.json --of many/tiny@step-100
complained "old/secret.json"

# What contradicts is refused, with both values; or registered, and then the statement says so.
lie() { # lie FILE WORDS
	run 1 add eval "$1" --of many/tiny@step-500
	complained "$2"
	complained "--accept-contradictions"
}
lie lies/named.json "model: 'step300' in the results, 'many/tiny@step-500' registered"
lie lies/folder.json "weights: '"
lie lies/count.json "parameters: '394081' in the results, '394080' registered"
lie lies/dtype.json "dtype: 'torch.float16' in the results, 'bfloat16' registered"
lie lies/adapter.json "adapter: 'peft=lora'"
lie lies/family.json "model: 'a/base' in the results, 'many/tiny' registered"
lie again/one.json "counted-twice: 'arc acc 0.5001' in the results, '0.5, logged at"
run 0 add eval true/all.json --of many/tiny@step-500
run 0 add eval lies/count.json --of many/tiny@step-500 --accept-contradictions --json
json '[c["what"] for c in o["items"][0]["contradictions"]] == ["parameters"]'
run 0 show many/tiny@step-500
said "contradicts    parameters"

# Results that another key signed are shown apart; those that were taken back do not count, and a release tells it.
run 0 key generate judge
run 0 trust policy --add-key judge --names 'many/*'
run 0 add eval many/b/results_2.json --of many/tiny@step-300 --key judge
run 0 show many/tiny@step-300
said "by the publisher itself, key"
said "by another key than the publisher's, key"
run 0 show many/tiny@step-300 --json
json '[(s["independent"], s["state"]) for s in o["scores"]] == [(False, "scored"), (True, "scored")]'
own=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["scores"][0]["eval"])' "$STORY/out")
run 0 retract "$own" --reason "a wrong prompt"
run 0 show many/tiny@step-300
said "invalidated    retracted by its own signer"
said "score          arc acc invalidated"
said "score          arc acc 0.25 +- 0.01"
run 0 publish many/tiny@step-300 out
sed -n 's/.*"pins":\["\([^"]*\)"\].*/\1/p' out/akashi/trust.json >pin.txt
run 0 verify out --trust pin.txt --forward none
said "1 evaluation result with 1 scores"
said "do not count: retracted by key"
said "a wrong prompt"
