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
