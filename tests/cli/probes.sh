#!/bin/sh
# Probes from a dataset, from prompts and at random: repeatable, with their origin, and ready to record.
. "$(dirname "$0")/lib.sh"

run 0 init --origin probes.example.org
run 0 add checkpoint "$TINY/step-500" a/tiny@500
run 0 add dataset "$TINY/corpus" a/corpus@v1

# Windows of documents: the same seed gives the same, and the registry's copy and the files on disk agree.
run 0 probes a/tiny@500 --from-dataset a/corpus@v1 --draw 6:24:one -o one.jsonl
said "wrote 6 probes"
[ "$(wc -l <one.jsonl)" = 6 ] || fail "not six lines"
run 0 probes a/tiny@500 --from-dataset a/corpus@v1 --draw 6:24:one --data "$TINY/corpus"
cmp -s "$STORY/out" one.jsonl || fail "the same seed gave other probes"
run 0 probes a/tiny@500 --from-dataset a/corpus@v1 --draw 6:24:two
! cmp -s "$STORY/out" one.jsonl || fail "another seed gave the same probes"
run 0 probes a/tiny@500 --from-dataset a/corpus@v1 --draw 6:24:one -o again.jsonl --json
json 'o["schema"] == "akashi/sampled/1" and o["documents"] == 3336 and len(o["items"]) == 6'
json 'all(0 < i["tokens"] <= 24 and i["source"].startswith("dataset a/corpus@v1, ") for i in o["items"])'

# By hand: the documents, the numbers and the windows as docs/numerics.md says.
if command -v python3 >/dev/null 2>&1; then
	python3 - "$TINY/corpus" one.jsonl <<'PY' || fail "not what docs/numerics.md says"
import hashlib, json, pathlib, struct, sys

def numbers(what, seed):
    key = hashlib.sha256(what.encode() + b"\0" + seed.encode()).digest()
    i = 0
    while True:
        yield from struct.unpack("<8I", hashlib.sha256(key + struct.pack("<Q", i)).digest())
        i += 1

def below(stream, b):
    return next(n for n in stream if n < 2**32 // b * b) % b

documents = []
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.jsonl")):
    lines = path.read_text(encoding="utf-8").splitlines()
    documents += [(path.name, i) for i in range(len(lines))]
stream, drawn = numbers("akashi/probes/documents/1", "one"), set()
while len(drawn) < 6:
    drawn.add(below(stream, len(documents)))
rows = [json.loads(line) for line in open(sys.argv[2])]
for number, row in zip(sorted(drawn), rows, strict=True):
    name, inside = documents[number]
    assert row["source"].startswith(f"dataset a/corpus@v1, {name}, document {inside}, token "), row
    assert row["identity"] == "sha256:" + hashlib.sha256(struct.pack(f"<{len(row['ids'])}I", *row["ids"])).hexdigest()
PY
fi

# What stands for something else is refused by what it is.
run 2 probes a/corpus@v1 --random 1:4
complained "'a/corpus@v1' is a dataset, and a checkpoint is wanted here"
run 2 probes a/tiny@500 --from-dataset a/tiny@500 --draw 1:4
complained "'a/tiny@500' is a checkpoint, and a dataset is wanted here"
run 2 probes a/tiny@500 --random 1:4 --special

# They are recorded with their sources, and verified.
run 0 record a/tiny@500 --probes one.jsonl
run 0 verify a/tiny@500 --forward all
said "6 of 6 probes exact"
grep -rqF '"source":"dataset a/corpus@v1' .akashi/objects || fail "the sources are not kept with the probes"

# Prompts: a line each, or the "text" of lines of JSON; cut where asked; blank ones left out.
printf 'In the beginning\n\n  \nGod created the heaven and the earth.\n' >prompts.txt
printf '{"text":"In the beginning"}\n{"text":" "}\n{"text":"God created the heaven and the earth."}\n' >prompts.jsonl
run 0 probes a/tiny@500 --text prompts.txt -o lines.jsonl
said "wrote 2 probes"
run 0 probes a/tiny@500 --text prompts.jsonl -o texts.jsonl
[ "$(sed 's/,"source.*//' lines.jsonl)" = "$(sed 's/,"source.*//' texts.jsonl)" ] || fail "lines and texts differ"
grep -q "\"source\":\"prompts sha256:$(sha256sum <prompts.txt | cut -c1-64), text 1\"" lines.jsonl || fail "no source"
run 0 probes a/tiny@500 --text prompts.txt --length 3 -o short.jsonl
said "wrote 2 probes, 6 tokens"
run 0 probes a/tiny@500 --text prompts.txt --length 3 --json
json '[len(i["ids"]) for i in o["items"]] == [3, 3] and not o["dryRun"]'
run 0 probes a/tiny@500 --text prompts.txt -o never.jsonl --dry-run
said "would write 2 probes"
[ ! -e never.jsonl ] || fail "a rehearsal wrote a file"
run 0 record a/tiny@500 --probes lines.jsonl --dry-run
said "would record 2 probes"

# At random: the ids that akashi record draws itself.
run 0 probes a/tiny@500 --random 3:8:seed -o random.jsonl
run 0 record a/tiny@500 --probes random.jsonl --json
root=$(sed -n 's/.*"root": "\([0-9a-f]*\)".*/\1/p' "$STORY/out")
run 0 record a/tiny@500 --random 3:8:seed --json
said "\"root\": \"$root\""

# What makes no sense, is not there, or is not what was registered.
run 2 probes a/tiny@500
run 2 probes a/tiny@500 --text prompts.txt --random 1:1
run 2 probes a/tiny@500 --from-dataset a/corpus@v1
run 2 probes a/tiny@500 --from-dataset a/corpus@v1 --draw 0:4
run 2 probes a/tiny@500 --from-dataset a/corpus@v1 --draw 9999:1
run 2 probes a/tiny@500 --text prompts.txt --length 0
run 4 probes a/tiny@500 --text nowhere.txt
run 4 probes a/tiny@500 --from-dataset a/none@1 --draw 1:1
: >empty.txt
run 4 probes a/tiny@500 --text empty.txt
printf '{"other":1}\n' >bad.jsonl
run 1 probes a/tiny@500 --text bad.jsonl
complained "'text' is missing"
printf '\377\n' >binary.txt
run 1 probes a/tiny@500 --text binary.txt
cp -r "$TINY/corpus" damaged
chmod -R u+w damaged
printf 'x' | dd of=damaged/genesis-en-train.jsonl bs=1 seek=50 conv=notrunc 2>/dev/null
run 1 probes a/tiny@500 --from-dataset a/corpus@v1 --draw 2:4 --data damaged
complained "genesis-en-train.jsonl' is not the file that a/corpus@v1 registered"
mkdir bare
cp "$TINY/step-500/config.json" "$TINY/step-500/model.safetensors" bare
run 0 add checkpoint bare a/bare@1
run 4 probes a/bare@1 --text prompts.txt
complained "there is no tokenizer"
