#!/bin/sh
# Where models come from, told and drawn: runs, parents, data, evaluations; cycles are tests/registry/lineage_test.c.
. "$(dirname "$0")/lib.sh"
run 0 init
run 0 add dataset "$TINY/corpus" llm-x/corpus@v1
mkdir chat
printf '{"text":"hello"}\n' >chat/a.jsonl
run 0 add dataset chat llm-x/chat-data@v1 --derived-from llm-x/corpus@v1
mkdir steps
cp -r "$TINY/step-100" "$TINY/step-300" steps/
run 0 add checkpoint 'steps/step-*' 'llm-x/base@step-{step}' --run "$TINY/run.json" --data llm-x/corpus@v1
run 0 add checkpoint "$TINY/step-500" llm-x/chat@v1 --data llm-x/chat-data@v1 --parent llm-x/base@step-300
run 0 add eval "$(find "$TINY/eval" -name 'results*.json' | head -n 1)" --of llm-x/chat@v1

# Told from the top down, with whose word it is.
run 0 why llm-x/chat@v1
said 'llm-x/chat@v1: checkpoint, key '
said '  parent      llm-x/base@step-300: declared by key '
said '  run         llm-x/base-run@step-100: declared by key '
said '  data        llm-x/chat-data@v1: declared by key '
said '  derivedFrom llm-x/corpus@v1: declared by key '
said '  checked     eval by its own signer, '
said 'declared, 0 re-executed, 0 contradicted'
run 0 why llm-x/chat@v1 --json
json "o['schema'] == 'akashi/why/1' and len(o['nodes']) == 6 and len(o['checked']) == 1 and not o['cycles']"
json "all(e['proof'] == 'declared' and e['by'].startswith('sha256:') for e in o['edges'])"
run 0 why llm-x/chat@v1 --depth 1
said '(there is more beyond --depth)'
unsaid 'llm-x/base-run@step-100:'
run 2 why llm-x/chat@v1 --depth 0
run 2 why llm-x/chat@v1 --ancestors --descendants
run 4 why llm-x/nobody@v1

# Which models saw this corpus? Through runs, parents, derived corpora: one line each.
run 0 why llm-x/corpus@v1 --descendants --kind checkpoint
[ "$(wc -l <"$STORY/out")" = 3 ] || fail "not one line for each model"
said 'llm-x/chat@v1'
silent
run 0 why llm-x/corpus@v1 --descendants
said 'eval of llm-x/chat@v1'
run 0 why llm-x/chat-data@v1 --descendants --kind checkpoint
[ "$(wc -l <"$STORY/out")" = 1 ] || fail "a corpus has models that never saw it"

# A step that was made again with the same outcome, and one whose outcome is another.
cp -r steps/step-300 copy
printf 'cut otherwise\n' >copy/NOTE
run 0 add checkpoint copy llm-x/copy@v1
run 0 derive reshard llm-x/base@step-300 llm-x/copy@v1
run 0 why llm-x/copy@v1
said '  derivation  llm-x/base@step-300 by reshard'
said ': re-executed by key '
said 'declared, 1 re-executed, 0 contradicted'
run 0 why llm-x/base@step-300
unsaid '  checked '
run 0 derive reshard llm-x/base@step-100 llm-x/copy@v1 --declare
run 0 why llm-x/copy@v1
said 'by reshard (copy): declared by key '
run 1 verify llm-x/copy@v1 --forward none --derivation --attest
run 0 card llm-x/copy@v1 --format html
said "Checking it failed, says"
run 0 why llm-x/copy@v1 --json
json "sorted(e['proof'] for e in o['edges'] if e['relation'] == 'derivation') == ['contradicted', 're-executed']"
json "all('proved' in e for e in o['edges'] if e['relation'] == 'derivation')"
run 0 why llm-x/base@step-100 --descendants --kind checkpoint
said 'derivation llm-x/base@step-100, contradicted by '
run 0 graph llm-x/copy@v1 --format dot
said 'derivation, re-executed by '
said 'derivation, contradicted by '
said 'style=dotted'
run 0 graph llm-x/copy@v1 --format mermaid
said '==>|"derivation, re-executed by '
said '--x|"derivation, contradicted by '

# What is retracted says so.
run 0 retract llm-x/base@step-300 --reason 'wrong learning rate'
run 0 why llm-x/chat@v1
said 'RETRACTED by key '
run 0 why llm-x/chat@v1 --json
json "[n['name'] for n in o['nodes'] if 'retracted' in n] == ['llm-x/base@step-300']"

# Drawn: the languages of Graphviz and Mermaid, whole statements as JSON, and an SVG where Graphviz is there.
run 0 graph llm-x/base@step-300 --format dot
said 'digraph lineage {'
said 'RETRACTED'
said 'style=dashed'
run 0 graph llm-x/base@step-300 --format mermaid
said 'flowchart LR'
said '-.->|"parent, declared by '
run 0 graph llm-x/base@step-300 --json
json "o['schema'] == 'akashi/graph/1' and any(n['kind'] == 'eval' for n in o['nodes'])"
run 0 graph llm-x/base@step-300 --ancestors -o drawn.mmd
# A file is not called as what does not come out.
for file in x.png x.PDF x.txt x.v1; do
	run 2 graph llm-x/base@step-300 -o $file
	complained "'$file' is not called as any drawing that is made: .svg, "
	[ ! -e $file ] || fail "$file was written"
done
run 2 graph llm-x/base@step-300 --format dot -o x.svg
complained "'x.svg' is not called as what is made with --format dot"
run 2 graph llm-x/base@step-300 --json -o x.dot
run 2 graph llm-x/base@step-300 --format svg -o x.png
run 0 graph llm-x/base@step-300 --format dot -o drawn.v1.txt
grep -qF 'digraph lineage {' drawn.v1.txt || fail "no dot"
run 0 graph llm-x/base@step-300 -o drawn.GV
grep -qF 'digraph lineage {' drawn.GV || fail "no dot by the ending"
head -n 1 drawn.mmd | grep -q '^flowchart LR$' || fail "the file's ending does not choose its language"
mkdir nothing
STATUS=0
PATH=$STORY/desk/nothing "$AKASHI" graph llm-x/chat@v1 >"$STORY/out" 2>"$STORY/err" || STATUS=$?
[ "$STATUS" = 5 ] || fail "without Graphviz: exit status $STATUS"
complained 'install graphviz'
if command -v dot >/dev/null 2>&1; then
	run 0 graph llm-x/chat@v1 -o drawn.svg
	grep -q '<svg' drawn.svg || fail "no SVG"
	python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse("drawn.svg")' || fail "the SVG is no XML"
fi

# Steps that differ in nothing else are told as one.
for step in 1 2 3 4 5 6; do
	mkdir "s$step"
	cp "$TINY"/step-100/config.json "s$step/"
	printf '%s' "$step" >"s$step/step.txt"
	run 0 add checkpoint "s$step" "llm-x/many@step-$step" --data llm-x/corpus@v1
done
run 0 graph llm-x/corpus@v1 --descendants --format dot
said 'llm-x/many@step-1 … step-6 (6)'
run 0 graph llm-x/corpus@v1 --descendants --format dot --all
said 'llm-x/many@step-3\n'

# What is withheld, and what is committed to and not disclosed, cannot be told, and that is said.
run 0 publish llm-x/chat@v1 out --as llm-x/public@v1 --private llm-x/chat-data
run 0 why llm-x/public@v1
said 'committed to, and not disclosed'
run 0 why llm-x/chat-data@v1 --descendants
complained '1 checkpoints here commit to data'
run 0 withhold llm-x/base@step-100 --reason 'by order'
run 0 why llm-x/base@step-300
said 'withheld: what it was made from cannot be told'
