#!/bin/sh
# A release whose README.md is not the card that was signed: since when, and in which lines; a corrected card is respected.
. "$(dirname "$0")/lib.sh"

run 0 init --origin story.example.org/cards
sed -n 's/^pin *//p' "$STORY/out" >pin.txt
mkdir model
cp -r "$TINY/step-500/." model
printf '# base\n\nLayers: 4\n\nScore: 0.31\n\nEnd.\n' >model/README.md
run 0 add checkpoint model llm-x/base@v1
run 0 publish llm-x/base@v1 out
run 0 verify out --trust pin.txt --forward none
said "README.md is the signed card"
run 0 verify out --trust pin.txt --forward none --json
json 'o["steps"][4]["evidence"]["card"]["state"] == "signed"'

# Edited on a hub, where nothing but the files is known.
cp -r out hub
sed 's/0.31/0.97/' <out/README.md >hub/README.md
printf '\033[2Jbest\n' >>hub/README.md
run 3 verify hub --trust pin.txt --forward none
said "weights hold; card edited since $(date -u +%Y-%m)-"
said "README.md -5: Score: 0.31"
said "README.md +5: Score: 0.97"
said 'README.md +8: \x1b[2Jbest'
run 3 verify hub --trust pin.txt --forward none --json
json '(c := o["steps"][4]["evidence"]["card"])["state"] == "edited" and c["changes"]["added"] == 2 and c["changes"]["removed"] == 1'
json '[l["text"] for l in o["steps"][4]["evidence"]["card"]["changes"]["lines"]][:2] == ["Score: 0.31", "Score: 0.97"]'

# Rewritten as a whole, longer than a card may be, of one line: a few lines are shown, and nothing is lost.
seq 1 5000 >hub/README.md
run 3 verify hub --trust pin.txt --forward none
said "more lines differ"
[ "$(wc -l <"$STORY/out")" -lt 40 ] || fail "too many lines are shown"
run 3 verify hub --trust pin.txt --forward none --json
[ "$(wc -c <"$STORY/out")" -lt 60000 ] || fail "too much is told"
head -c 3000000 /dev/zero | tr '\0' x >hub/README.md
run 3 verify hub --trust pin.txt --forward none --json
json 'o["steps"][4]["evidence"]["card"]["notCompared"] == "it is longer than a card may be"'
: >hub/README.md
run 3 verify hub --trust pin.txt --forward none
said "README.md -1: # base"
cp out/README.md hub/README.md
rm "hub/akashi/objects/$(sha256sum <out/README.md | cut -c1-64)"
echo more >>hub/README.md
run 3 verify hub --trust pin.txt --forward none --json
json 'o["steps"][4]["evidence"]["card"]["notCompared"] == "the text that was signed is not here"'

# A corrected card, signed: a release made now has it; the one from before is told of by whoever knows the registry.
sed 's/0.31/0.29/' <out/README.md >corrected.md
run 0 card register corrected.md llm-x/base@v1
said "-5: Score: 0.31"
run 0 publish llm-x/base@v1 again
cmp corrected.md again/README.md || fail "the release has another card"
run 0 verify again --trust pin.txt --forward none
said "README.md is the signed card"
cp corrected.md hub/README.md
cp again/akashi/statements/* hub/akashi/statements
cp again/akashi/proofs/* hub/akashi/proofs
cp again/akashi/objects/* hub/akashi/objects
run 0 verify hub --trust pin.txt --forward none
said "README.md is the signed card"
cp out/README.md hub/README.md
run 0 verify hub --trust pin.txt --forward none
said "README.md is the card that was signed on"
said "takes its place"
said "README.md -5: Score: 0.29"
run 0 verify llm-x/base@v1 --forward none
said "takes its place"
run 0 verify llm-x/base@v1 --forward none --json
json 'o["steps"][4]["evidence"]["card"]["state"] == "replaced"'
echo edited >>hub/README.md
run 3 verify hub --trust pin.txt --forward none
said "card edited since"
said "README.md -5: Score: 0.29"
