#!/bin/sh
# Outputs that another framework wrote: signed as what they are, judged within a tolerance, and never called exact.
. "$(dirname "$0")/lib.sh"
outputs=$AKASHI_SOURCE/tests/data/foreign

run 0 init --origin foreign.example.org
cp -r "$TINY/step-500" model
chmod -R u+w model
run 0 add checkpoint model a/tiny@500
run 0 add checkpoint "$TINY/step-300" a/tiny@300

# The cost can be asked for; what is refused is not signed.
run 0 record a/tiny@500 --from "$outputs/tiny-bfloat16.jsonl" --dry-run
said "would record"
said "transformers 5.24.0 wrote in bf16, of 2 probes"
for file in float32 bfloat16; do
	run 3 record a/tiny@300 --from "$outputs/tiny-$file.jsonl"
	complained "these weights do not compute that"
done
run 2 record a/tiny@500 --from "$outputs/tiny-bfloat16.jsonl" --random 2:4
run 2 record a/tiny@500 --unchecked
run 4 record a/tiny@500 --from nowhere.jsonl
complained "record: no file 'nowhere.jsonl'"
echo '{"ids":[1,2],"next":[-1]}' >headless.jsonl
run 1 record a/tiny@500 --from headless.jsonl
complained "'schema' is missing"
run 0 show a/tiny@300 --json
json 'all(i["kind"] != "record" for i in o["about"])'

# A foreign record alone: within the tolerance, and said so.
run 0 record a/tiny@500 --from "$outputs/tiny-bfloat16.jsonl"
said "class foreign"
run 0 record a/tiny@500 --from "$outputs/tiny-bfloat16.jsonl"
said "had recorded"
run 0 verify a/tiny@500 --forward all
said "within the tolerance of the outputs that 'transformers 5.24.0' in bf16 wrote (2 of 2 probes"
said "; not exact"
said "class foreign"
unsaid "bit for bit"
run 0 verify a/tiny@500 --json
json '[s["evidence"]["class"] for s in o["steps"] if s["id"] == "forward"] == ["foreign"]'
json '[s["evidence"]["foreign"][0]["within"] for s in o["steps"] if s["id"] == "forward"] == [True]'

# An exact record decides; the foreign one stays a line beside it.
run 0 record a/tiny@500 --random 2:8
run 0 record a/tiny@500 --from "$outputs/tiny-float32.jsonl" --json
json 'o["schema"] == "akashi/recorded-foreign/1" and o["dtype"] == "f32" and float(o["compared"]["largestDifference"]) < 1e-4'
run 0 verify a/tiny@500 --json
json '[s["evidence"]["class"] for s in o["steps"] if s["id"] == "forward"] == ["self"]'
json '[len(s["evidence"]["foreign"]) for s in o["steps"] if s["id"] == "forward"] == [2]'
json '["bit for bit" in s["text"] for s in o["steps"] if s["id"] == "forward"] == [True]'
run 0 show a/tiny@500
said "record (foreign)"
said "record (self)"

# It travels with a release, and is judged there.
run 0 publish a/tiny@500 out
sed -n 's/.*"pins":\["\([^"]*\)"\].*/\1/p' out/akashi/trust.json >pin.txt
run 0 verify out --trust pin.txt --forward all
said "class foreign"

# What contradicts the weights fails, whatever an exact record of the same files says.
run 0 record a/tiny@300 --random 2:8
run 0 record a/tiny@300 --from "$outputs/tiny-bfloat16.jsonl" --unchecked
said "not compared"
run 1 verify a/tiny@300
said "beyond the tolerance of the outputs that 'transformers 5.24.0' in bf16 wrote"

# Whoever makes the weights makes the logits: a row that no text needs, a million times as large, would explain anything.
if command -v python3 >/dev/null 2>&1; then
	cp -r "$TINY/step-300" large
	chmod -R u+w large
	row_enlarge large/model.safetensors 3
	run 0 add checkpoint large a/large@1
	run 3 record a/large@1 --from "$outputs/tiny-bfloat16.jsonl"
	complained "nobody could tell whether these weights compute that"
	run 0 record a/large@1 --from "$outputs/tiny-bfloat16.jsonl" --unchecked
	run 3 verify a/large@1 --forward all
	said "cannot tell by the outputs that 'transformers 5.24.0' in bf16 wrote"
	said "would hide other weights"
	run 0 record a/large@1 --random 2:8
	run 3 verify a/large@1
	said "would hide other weights"
fi
run 0 log audit --objects
