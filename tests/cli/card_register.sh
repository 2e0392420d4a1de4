#!/bin/sh
# Cards are registered like checkpoints: before there are weights, and of weights; nobody describes another's model.
. "$(dirname "$0")/lib.sh"

run 0 init --origin story.example.org/cards
run 0 add checkpoint "$TINY/step-500" llm-x/base@step-500
run 0 add checkpoint "$TINY/step-300" llm-x/base@step-300

# Before the run.
printf '# base\n\n- Layers: 40\n- Learning rate: 3e-4\n' >card.md
run 2 card register card.md llm-x/base-card@v1
complained "say which weights the card is of (--of), or which model it is for (--for owner/name)"
run 2 card register card.md llm-x/base-card@v1 --for llm-x/base --of llm-x/base@step-500
run 2 card register card.md llm-x/base-card --for llm-x/base
run 4 card register missing.md llm-x/base-card@v1 --for llm-x/base
run 0 card register card.md llm-x/base-card@v1 --for llm-x/base --dry-run
said "would register the card llm-x/base-card@v1 for llm-x/base"
run 0 list
unsaid "base-card"
run 0 card register card.md llm-x/base-card@v1 --for llm-x/base
said "card llm-x/base-card@v1 for llm-x/base (entry"
run 0 card register card.md llm-x/base-card@v1 --for llm-x/base
said "said before"
run 0 list --kind card
said "llm-x/base-card@v1"
run 0 show llm-x/base-card@v1
said "for            llm-x/base"

# A second version says what changed; a version never moves.
sed 's/40/48/' <card.md >second.md
echo '- Batch size: 1024' >>second.md
run 2 card register second.md llm-x/base-card@v1 --for llm-x/base
complained "a version never moves"
run 0 card register second.md llm-x/base-card@v2 --for llm-x/base
said "changed since llm-x/base-card@v1:"
said "-3: - Layers: 40"
said "+3: - Layers: 48"
said "+5: - Batch size: 1024"
run 0 card register second.md llm-x/base-card@v2 --for llm-x/base --json
json 'o["schema"] == "akashi/card-registered/1" and o["existed"] and o["previous"] == "llm-x/base-card@v1" and o["for"] == "llm-x/base"'
json 'o["changes"]["added"] == 2 and o["changes"]["removed"] == 1 and o["changes"]["more"] == 0'
run 0 show llm-x/base-card@v2 --json
json 'o["predicate"]["previous"]["name"] == "llm-x/base-card@v1" and o["predicate"]["changed"] == {"added": 2, "removed": 1}'

# The stories of the card's name and of the model's both tell of it.
run 0 history llm-x/base-card
said "llm-x/base-card@v2"
run 0 history llm-x/base
said "llm-x/base-card@v1"
said "llm-x/base@step-500"

# Of weights: with a name of its own, or in the checkpoint's.
run 0 card register card.md llm-x/notes@v1 --of llm-x/base@step-500
said "card llm-x/notes@v1 of llm-x/base@step-500"
run 2 card register card.md llm-x/notes@v2 --of llm-x/base-card@v1
complained "is a card, and a checkpoint is wanted here"
run 0 card register card.md llm-x/base@step-300
said "card llm-x/base@step-300 of llm-x/base@step-300"
run 0 card register second.md llm-x/base@step-300
said "changed since llm-x/base@step-300:"
run 0 card register card.md llm-x/base@step-300
said "+3: - Layers: 40"
run 0 card register card.md llm-x/base@step-300
said "said before"
run 2 card register card.md llm-x/base-card@v2
run 0 retract llm-x/base-card@v2 --reason "wrong size"

# What a card may hold: no secret, no other bytes than text, no more than a mebibyte; what a terminal would obey is escaped.
printf 'token hf_%s\n' abcdefghijklmnopqrstuvwxyzabcdefgh >secret.md
run 3 card register secret.md llm-x/base-card@v3 --for llm-x/base
complained "a Hugging Face token"
printf '\377\376' >bytes.md
run 1 card register bytes.md llm-x/base-card@v3 --for llm-x/base
complained "is no UTF-8 text"
: >empty.md
run 1 card register empty.md llm-x/base-card@v3 --for llm-x/base
head -c 1048577 /dev/zero | tr '\0' x >long.md
run 1 card register long.md llm-x/base-card@v3 --for llm-x/base
head -c 1048576 /dev/zero | tr '\0' x >long.md
run 0 card register long.md llm-x/base-card@v3 --for llm-x/base
said "changed since llm-x/base-card@v1:"
[ "$(wc -c <"$STORY/out")" -lt 2000 ] || fail "a long line is printed whole"
printf '\033[2Jred\n' >escape.md
run 0 card register escape.md llm-x/base-card@v4 --for llm-x/base
said '\x1b[2Jred'
run 0 list
unsaid "base-card@v5"

# Another's model: neither described, nor its names taken; and nothing was logged.
run 0 key generate reviewer
run 0 trust policy --add-key reviewer --names 'lab/*'
before=$(akashi list --json | tr -d ' ')
run 3 card register card.md lab/card@v1 --for llm-x/base --key reviewer
complained "the card would not count"
complained "llm-x/base@"
run 3 card register card.md lab/card@v1 --of llm-x/base@step-500 --key reviewer
run 3 card register card.md llm-x/mine@v1 --for lab/base --key reviewer
run 3 card register card.md llm-x/base@step-500 --key reviewer
[ "$before" = "$(akashi list --json | tr -d ' ')" ] || fail "a name was taken"
run 0 card register card.md lab/card@v1 --for lab/base --key reviewer

# All of it is proven by the log and made again from it.
run 0 reindex
run 0 history llm-x/base
said "llm-x/base-card@v1"
run 0 fsck
