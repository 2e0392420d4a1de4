#!/bin/sh
# A card is held against scripts, a model's folder, logs, indices and statements: each claim is confirmed, contradicted or
# unsupported, and none is guessed.
. "$(dirname "$0")/lib.sh"

# The hub's tables, and the scripts of the run: the tokens are the sum of 113 weights.
cat >params.sh <<'END'
PARAMS=()
PARAMS+=(
    --num-layers 4
    --hidden-size 96   # narrow
    --num-attention-heads 4
    --group-query-attention
    --num-query-groups 2
    --tokenizer-model ${HERE}/models/tok-100k.ver3.0b1.model
)
END
{
	printf '#!/bin/bash\n#SBATCH --job-name=x\n#SBATCH --nodes=64\n#SBATCH --gres=gpu:8\n\n'
	printf 'WARMUP=2000\nDECAY=290812\nSTEPS=$((${WARMUP} + ${DECAY}))\nSEQ_LENGTH=4096\n\nTRAIN_DATA_PATH=""\n'
	i=0
	while [ $i -lt 113 ]; do
		lang=en
		[ $i -ge 55 ] || lang=ja
		tokens=$((18340601400 + i))
		[ $i -lt 112 ] || tokens=18340695279
		printf 'TRAIN_DATA_PATH="${TRAIN_DATA_PATH} %s ${DATA}/train/%s/part_%04d_text_document"\n' $tokens $lang $i
		i=$((i + 1))
	done
	printf '\nrun.py ${PARAMS[@]} --seq-length ${SEQ_LENGTH} --train-iters ${STEPS} --lr-warmup-iters ${WARMUP} --lr 8e-5 --bf16 \\\n'
	printf '  --global-batch-size 1728 --optimizer adam --lr-decay-style cosine --data-path ${TRAIN_DATA_PATH}\n'
} >train.sh
cat >card.md <<'END'
# v9-tiny-exp1

# Model specs

|Spec name|Value|
|:---|:---|
|Number of layers|4|
|Number of embedding units(hidden size)|128|
|GQA|✅|
|Tokenizer|[tok-100k.ver3.0b1.model](https://example.org/tok/blob/0123456789abcdef0123456789abcdef01234567/tok-100k.ver3.0b1.model)|
|Positional embedding|RoPE|

# Dataset specs
|Spec name|Value|
|:---|:---|
|Number of tokens|2,072,488,058,295|

# Training specs

|Spec name|Value|
|:---|:---|
|Optimizer|AdamW|
|Initial learning rate|0.00008|
|Warmup strategy|Linear|
|Total training steps|292,812|
|Floating point precisions|BF16|

# Environmental specs

|Spec name|Value|
|:---|:---|
|Data center|Google Cloud (asia-southeast1-c)|
|Number of Nodes|64|
|Number of accelerators|512|
END
run 1 card check card.md --script params.sh --script train.sh
said "card.md, line 8: Number of embedding units(hidden size): 128 (params.sh, line 4: --hidden-size 96)"
said "card.md, line 16: Number of tokens: 2,072,488,058,295 (train.sh, line 12: sum of 113 weights 2072488058295)"
said "card.md, line 25: Total training steps: 292,812 (train.sh, line "
said "card.md, line 34: Number of accelerators: 512 (the scripts: nodes × accelerators of each 512)"
said "card.md, line 32: Data center: Google Cloud (asia-southeast1-c) (nothing is known of it)"
said "card.md, line 24: Warmup strategy: Linear (it has no known meaning)"
said "1 contradicted, 10 confirmed, 4 unsupported"
run 1 card check card.md --script params.sh --script train.sh --json
json 'o["schema"] == "akashi/card-check/1" and (o["contradicted"], o["confirmed"], o["unsupported"]) == (1, 10, 4)'
json '[(c["line"], c["value"], c["fact"]["value"], c["fact"]["where"]) for c in o["claims"] if c["verdict"] == "contradicted"] == [(8, "128", "96", "params.sh, line 4")]'
json 'all("why" in c for c in o["claims"] if c["verdict"] == "unsupported")'

# Nothing is known: nothing is contradicted. --strict wants support.
run 0 card check card.md
said "0 contradicted, 0 confirmed, 15 unsupported"
run 1 card check card.md --strict

# YAML, a log with a launcher in front of it, a table of tokens.
printf 'model:\n  d_model: 96\n  n_layers: 24\noptimizer:\n  learning_rate: 8.0e-5\n' >run.yaml
printf '0: using world size: 8\n0: ------------------------ arguments ------------------------\n0:   adam_beta1 ...................................... 0.9\n0:   lr .............................................. 8e-05\n0:   vocab_size ...................................... None\n0: -------------------- end of arguments ---------------------\n0:   lr ..... 1\n' >train.log
printf 'filename\ttokens\nja/wiki_0000\t2563804308\nen/wiki_0000\t4744259830\n' >num_tokens.tsv
cat >prose.md <<'END'
# トイ

24層のモデルで、学習率: 8e-5、約7.3Bトークンで学習した。
- Layers: 24
- 学習率: 8e-5
- Beta1: 0.95

Of these, 2.56B tokens are Japanese and 4.74B tokens English. It took 40 hours in 2024-07 with version 1.2.3.
END
run 1 card check prose.md --script run.yaml --log train.log --data num_tokens.tsv
said "prose.md, line 6: Beta1: 0.95 (train.log, line 3: adam_beta1 0.9)"
said "prose.md, line 3: 24層 (run.yaml, line 3: n_layers 24)"
said "prose.md, line 3: 7.3Bトークン (num_tokens.tsv, line 2: sum of 2 rows 7308064138)"
said "prose.md, line 8: 2.56B tokens (num_tokens.tsv, line 2: sum of 2 rows of ja 2563804308)"
said "prose.md, line 8: 40 (it has no known meaning)"
unsaid "2024"
unsaid "1.2.3"

# A model's folder beside the card: its config and what its headers hold.
cp -r "$TINY/step-500" model
cat >model/README.md <<'END'
---
license: apache-2.0
language: [en, ja]
---
|Model|Params|Layers|Hidden size|Context length|
|:---|:---|:---|:---|:---|
|big|13b|40|5120|4096|
|tiny|394,080|5|96|256|

The tiny model has 394K parameters and a vocabulary of 1,024 words.
END
run 1 card check model/README.md
said "README.md, line 8: Layers, tiny: 5 (config.json, line 19: num_hidden_layers 4)"
said "README.md, line 8: Params, tiny: 394,080 (headers of 1 weight file: elements of all tensors 394080)"
said "README.md, line 7: Layers, big: 40 (it is about something else, or nobody can tell what)"
said "README.md, line 10: 394K parameters (headers"
said "1 contradicted"
sed 's/"num_hidden_layers": 4/"num_hidden_layers": [/' <"$TINY/step-500/config.json" >model/config.json
run 1 card check model/README.md
complained "config.json"

# What is signed: the commit, the licence, scores. --check is the same.
git init -q code
(cd code && git config user.email a@example.org && git config user.name a && git remote add origin https://example.org/lab/code.git &&
	git commit -q --allow-empty -m one)
commit=$(git -C code rev-parse HEAD)
run 0 init --origin story.example.org/check
(cd code && "$AKASHI" --registry ../.akashi add checkpoint "$TINY/step-500" llm-x/tiny@1 --license apache-2.0 >/dev/null 2>&1) || true
run 0 add checkpoint "$TINY/step-500" llm-x/tiny@2
run 0 add eval "$TINY/eval/results_2026-11-24T22-51-22.431351.json" --of llm-x/tiny@2
run 0 card llm-x/tiny@2 --json
score=$(python3 -c 'import json,sys; o=json.load(open(sys.argv[1])); s=o["evals"][0]["scores"][0]; print(s["task"], s["metric"], s["value"])' "$STORY/out")
set -- $score
cat >signed.md <<END
---
model-index:
- name: tiny
  results:
  - task: {type: text-generation}
    dataset: {name: Tiny, type: $1}
    metrics:
    - {type: $2, value: $3}
    - {type: $2, value: 0.987654}
---
- Architecture: Llama
- Parameters: 0.4M
- Precision: fp16

| Task | $2 |
|---|---|
| $1 | $3 |
| mmlu | 99.9 |

See https://huggingface.co/llm-x/tiny and https://example.org/else.
END
run 1 card check signed.md llm-x/tiny@2
said "signed.md, line 8: Tiny $1, $2: $3 (statement sha256:"
said "signed.md, line 9: Tiny $1, $2: 0.987654 (statement sha256:"
said "signed.md, line 13: Precision: fp16 (statement sha256:"
said "signed.md, line 17: $1, $2: $3 (statement sha256:"
said "signed.md, line 18: mmlu, $2: 99.9 (no signed evaluation has such a score)"
said "https://huggingface.co/llm-x/tiny (statement sha256:"
said "https://example.org/else (nothing is known of it)"
said "2 contradicted"
run 1 card --check signed.md llm-x/tiny@2 --json
json 'o["name"] == "llm-x/tiny@2" and o["contradicted"] == 2'

# What we write ourselves is never contradicted by what we know.
run 0 card llm-x/tiny@2 --output written.md
run 0 card check written.md llm-x/tiny@2
run 0 card llm-x/tiny@2 --language ja --template hub --output hub.md
run 0 card check hub.md llm-x/tiny@2

# Hostile cards get file and line; control characters never reach a terminal.
printf -- '---\na: &b [x]\nc: *b\n---\n' >bomb.md
run 1 card check bomb.md
complained "bomb.md, line 2: anchors are not taken"
printf '# x\n\n- Layers: 4\033]0;owned\007\n' >escape.md
run 0 card check escape.md
plain "$STORY/out"
printf 'A=(1 2\n' >open.sh
run 1 card check card.md --script open.sh
complained "open.sh, line 2: the list does not end"
run 4 card check card.md --log run.yaml
complained "run.yaml: no block of arguments"
run 4 card check missing.md
run 2 card
