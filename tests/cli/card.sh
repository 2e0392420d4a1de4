#!/bin/bash
# Model cards: written from what is signed, brought up to date, in two languages and two styles.
. "$(dirname "$0")/lib.sh"
results=$(echo "$TINY"/eval/results_*.json)

run 0 init --origin example.org/cards
pin=$(sed -n 's/^pin  *//p' "$STORY/out")
run 0 add dataset "$TINY/corpus" a/corpus@1 --license CC-BY-4.0
run 0 add checkpoint "$TINY/step-100" a/base@1
mkdir out
printf 'cp -r "$1" out/iter_0000002\n' >train.sh
run 0 run a/model@1 --data a/corpus@1 --parent a/base@1 --output 'out/iter_*' -- sh train.sh "$TINY/step-300" --lr 1e-4 --adam-beta1 0.9 --bf16
M=a/model@1-iter_0000002
run 1 add eval "$results" --of $M
run 0 add eval "$results" --of $M --accept-contradictions

# Everything in it is signed; it is the same whenever it is written.
run 0 card $M
silent
plain "$STORY/out"
for line in 'language:' '- ja' 'pipeline_tag: text-generation' 'base_model:' '- a/base' '- a/corpus' 'model-index:' \
	'      value: 0.9333333333333333' '|Number of parameters|394,080|' '|Initial learning rate|1e-4|' '|Beta1|0.9|' \
	'|Floating point precisions|BF16|' '## Evaluation' '### Measured by the publisher' '- Contradicts what is registered, as its signer knew: model: `./step-500` ≠ ' '|Node-hours|0.00|' \
	'- Made from: `a/base@1` — declared by key' 'akashi verify .' "akashi trust pin '$pin'"; do
	said "$line"
done
cp "$STORY/out" first.md
run 0 card $M --output README.md
said 'wrote README.md'
cmp first.md README.md

# Hand-written parts stay; an evaluator with a key of its own is shown apart; the link stays a link.
run 0 key generate judge
run 0 trust policy --add-key judge --kinds eval
mkdir cards && mv README.md cards && ln -s cards/README.md README.md
python3 - <<'PY'
text = open("README.md").read()
text = text.replace("tags:\n", "title: by hand # kept\ntags:\n- mine\n")
open("README.md", "w").write(text.replace("<!-- akashi:begin data -->", "By hand: ü 日本\n\n<!-- akashi:begin data -->") + "\nThe end.\n")
PY
sed "s/0.9333333333333333/0.9/" "$results" >judged.json
run 0 add eval judged.json --of $M --key judge --accept-contradictions
run 0 card $M --output README.md --json
json 'o["schema"] == "akashi/card/1" and o["updated"] is True and o["file"] == "README.md"'
[ -L README.md ] || fail "the link was replaced"
for line in 'title: by hand # kept' '- mine' 'By hand: ü 日本' 'The end.' '### Measured by others, signed with keys of their own' \
	'signed independently of the publisher'; do
	grep -qF -e "$line" README.md || fail "the card lacks: $line"
done
[ "$(tail -n 1 README.md)" = 'The end.' ] || fail "the end is another"
cp README.md before.md
run 0 card $M --output README.md
cmp before.md README.md

# In Japanese, and in the hub's style, which keeps to itself.
run 0 card $M --language ja
said '|パラメータ数|394,080|'
said '### 第三者による測定(別の鍵による署名)'
unsaid 'Number of'
run 0 card $M --template hub --output hub.md
run 0 card $M --output hub.md
head -n 4 hub.md | tail -n 1 | grep -qxF '# Model specs' || fail "not the hub's style"
run 2 card $M --template hf --output hub.md
complained 'it was written with --template hub'

# It keeps its language until another one is asked for.
run 0 card $M --language ja --output kept.md
cp kept.md ja-before.md
run 0 card $M --output kept.md
cmp ja-before.md kept.md
run 0 card $M --template hub --language ja --output kept-hub.md
cp kept-hub.md hub-before.md
run 0 card $M --output kept-hub.md
cmp hub-before.md kept-hub.md
run 0 card $M --language en --output kept.md
grep -qxF '## Model specs' kept.md || fail "it did not change its language"
run 0 card $M --output kept.md
grep -qxF '## Model specs' kept.md || fail "it went back to Japanese"

# A file that is no card is left as it is.
printf '# Notes\n\n- buy milk\n' >notes.txt
cp notes.txt notes.before
run 2 card $M --output notes.txt
complained "notes.txt' is there and is no card"
cmp notes.before notes.txt
run 2 card $M --force
run 0 card $M --output notes.txt --force
grep -qxF -- '- buy milk' notes.txt || fail "what it said is gone"
run 0 card $M --output notes.txt
printf '# Mine\n\n<!-- akashi:omit data -->\n' >asked.md
run 0 card $M --output asked.md

# The check finds nothing to contradict in what was written here, in either language and style.
akashi card $M --language ja >ja.md
for card in README.md ja.md hub.md; do
	run 0 card check "$card" $M
	said '0 contradicted'
done

# Comments stay where a key is written anew, and what is no list of results of ours stays as it is.
printf -- "---\nlicense: x # asked\ntags: [it's, 'a # b'] # of mine\nmodel-index: by hand\n---\n# x\n" >commented.md
run 0 card $M --output commented.md
grep -qxF '# of mine' commented.md || fail "a comment is gone"
! grep -qF '# b' commented.md || grep -qF 'a # b' commented.md || fail "a text became a comment"
grep -qxF 'model-index: by hand' commented.md || fail "what somebody wrote is gone"
complained 'stays as it is'

# Measured before it was registered: usual, and no contradiction.
run 0 add checkpoint "$TINY/step-300" a/later@1
python3 -c 'import json, sys; o = json.load(open(sys.argv[1])); o["config"]["model_args"] = ""; json.dump(o, open("later.json", "w"))' "$results"
run 0 add eval later.json --of a/later@1 --accept-contradictions
run 0 card a/later@1
said '- Worth knowing: registered-later: '

# What cannot be read is refused with its line, and nothing is written.
printf '# x\n<!-- akashi:begin specs -->\n' >broken.md
run 1 card $M --output broken.md
complained 'line 2'
[ "$(wc -c <broken.md)" = 32 ] || fail "a broken card was changed"
printf -- '---\na: &a [1]\nb: *a\n---\n' >bomb.md
run 1 card $M --output bomb.md
complained 'line 2'
run 4 card a/nothing@1
run 2 card a/corpus@1
run 2 card $M --language de

# Names, licences and tasks of strangers do nothing but be read.
sed 's/akashi_tiny_order/x|y\\n# <img src=q onerror=b> [l](javascript:c) `--- \\u202e/g' "$results" >hostile.json
run 0 add dataset "$TINY/corpus" a/evil@1 --license '*x: &y "`|</td><script>'
run 0 add checkpoint "$TINY/step-300" a/evil-model@1 --data a/evil@1 --license "my: *terms"
run 0 add eval hostile.json --of a/evil-model@1 --accept-contradictions
run 0 card a/evil-model@1
plain "$STORY/out"
said 'license: other'
said 'license_name: "my: *terms"'
unsaid '<img'
unsaid '<script'
unsaid '[l](javascript'
unsaid "$(printf '\342\200\256')"

# A release of a model that brings no card gets one, signed; one that was brought stays.
run 0 publish $M released
grep -qF '### Measured by others' released/README.md || fail "the release has no card"
grep -qF "# $M" released/README.md || fail "the card has another title"
run 0 verify released
said 'README.md is the signed card'
run 0 publish $M again
cmp released/README.md again/README.md
run 0 add checkpoint "$TINY/step-500" a/own@1
run 0 publish a/own@1 own
cmp "$TINY/step-500/README.md" own/README.md

# Without one, the card that was registered in the checkpoint's name.
run 0 add checkpoint "$TINY/step-300" a/carded@1
run 0 publish a/carded@1 carded0
printf '# Carded\n\nBy hand.\n' >hand.md
run 0 card register hand.md a/carded@1
run 0 publish a/carded@1 carded
cmp hand.md carded/README.md
run 0 verify carded
said 'README.md is the signed card'

# A projection tells nothing of what is private, and that something is.
run 0 publish $M public --as b/public@1 --private a/corpus --private a/model --private a/base
grep -qF -- '- Not disclosed (committed to): run × 1, parent × 1' public/README.md || fail "it is not said"
! grep -qF -e a/corpus -e a/model -e a/base public/README.md || fail "the card tells what is private"

# Facts, for programs.
run 0 card $M --json
json 'o["schema"] == "akashi/facts/1" and [e["independent"] for e in o["evals"]] == [False, True]'
json 'o["runs"][0]["outcome"] == "completed" and o["runs"][0]["hyper"]["lr"] == "1e-4" and o["data"][0]["by"] == "run"'
run 0 card b/public@1 --json
json 'sorted(u["what"] for u in o["undisclosed"]) == ["parent", "run"] and o["data"] == [] and o["runs"] == []'
