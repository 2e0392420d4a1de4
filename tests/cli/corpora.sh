#!/bin/bash
# What is counted in a corpus, how bad input is told, and what is said of it.
. "$(dirname "$0")/lib.sh"

akashi init --origin example.org/corpora >/dev/null 2>&1
json() { python3 -c "import json,sys; o=json.load(open('$STORY/out'))['items'][0]; c=o.get('corpus'); sys.exit(0 if $1 else 'not so: $1')" || fail "$1"; }

mkdir corpus
cat >corpus/a.jsonl <<'EOF'
{"text":"二人の男性が飛行機を見ています。","from":"wiki","n":[1,{"x":null}]}
{"text":"The quick brown fox\njumps over the lazy dog.","from":"cc"}

{"from":"cc","text":"\u65e5\u672c\u8a9e\u306e\u6587\u3002\ud83d\ude00"}
EOF
printf '一行目です。\r\nfor (i = 0; i < n; i++) { a[i] = b[i] * (c[i] + 1); }\nlast line' >corpus/b.txt
printf 'PAR1' >corpus/c.parquet
gzip -c corpus/a.jsonl >corpus/d.jsonl.gz

# Sums are those that python finds.
cat >count.py <<'EOF'
import gzip, json, sys
documents = b = characters = 0
for name in ("a.jsonl", "d.jsonl.gz"):
    with (gzip.open if name.endswith("gz") else open)("corpus/" + name, "rt") as f:
        for line in f:
            if line.strip():
                text = json.loads(line)["text"]
                documents, b, characters = documents + 1, b + len(text.encode()), characters + len(text)
for line in open("corpus/b.txt").read().split("\n"):
    documents, b, characters = documents + 1, b + len(line.rstrip("\r").encode()), characters + len(line.rstrip("\r"))
print(json.dumps({"documents": documents, "bytes": b, "characters": characters}))
EOF
run 0 add dataset corpus a/corpus@1 --json --source from --exclude b.txt
json 'c["documents"] == 6 and c["uncounted"] == 1 and o["records"] == 6'
json '[(s["name"], s["documents"]) for s in c["sources"]] == [("cc", 4), ("wiki", 2)]'
json '(c["languages"]["ja"]["documents"], c["languages"]["en"]["documents"]) == (4, 2)'
run 0 add dataset corpus a/corpus@2 --json
python3 count.py >want
json 'all(c[k] == v for k, v in json.load(open("want")).items())'
json 'c["languages"]["code"]["documents"] == 1'
cp "$STORY/out" first

# Again nothing is read, and the counts are the same; what is counted in another way is counted again.
run 0 add dataset corpus a/corpus@2 --json
json 'o["existed"] and c == json.load(open("first"))["items"][0]["corpus"]'
run 0 add dataset corpus a/corpus@3 --json --language 'a.*=other' --language '*.gz=other'
json 'c["languages"]["other"]["documents"] == 6 and c["languages"]["ja"]["documents"] == 1'
run 0 fsck

# What is broken is told with its file and line, and nothing is registered.
broken() { # broken STATUS WORDS: of the file that was just written
	run "$1" add dataset broken a/broken@1
	complained "$2"
	rm -f broken/*
}
mkdir broken
line() { printf '{"text":"fine"}\n'"$1"'\n' >broken/x.jsonl; }
line '{"text":"no end"'; broken 1 "'x.jsonl', line 2: byte 17: the line ends too early"
line '{"text":"1","text":"2"}'; broken 1 "'x.jsonl', line 2: byte 19: the key 'text' stands twice in one object"
line '{"text":["a"]}'; broken 1 "'x.jsonl', line 2: byte 9: 'text' is no string"
line '{"text":"\\ud800"}'; broken 1 "half of a surrogate pair"
line '{"text":"\\x82\\xa0"}'; broken 1 "no such escape"
line '{"text":"\202\240"}'; broken 1 "byte 10: this is no UTF-8"
line '{"text":"a\001"}'; broken 1 "a control character in a string"
line '[1]'; broken 1 "a line is a JSON object"
line '{"text":"a"} {}'; broken 1 "more follows behind the object"
printf 'a\0b\n' >broken/x.txt; broken 1 "'x.txt', line 1: byte 2: a NUL byte"
line '{"text":'; gzip broken/x.jsonl; broken 1 "'x.jsonl.gz', line 2: byte 9"
for i in $(seq 2000); do echo "{\"text\":\"$i\"}"; done | gzip -c | head -c 4000 >broken/x.jsonl.gz; broken 1 "the gzip file is cut off"
echo '{"text":"a"}' >broken/x.jsonl.gz; broken 1 "no gzip file"
echo '{"text":"a"}' >broken/x.jsonl.zst; broken 1 "no zstd file"
(printf '{"text":"fine"}\n{"text":"'; head -c 17000000 /dev/zero | tr '\0' a) >broken/x.jsonl; broken 1 "'x.jsonl', line 2: it has more than 16 MiB"
head -c 17000000 /dev/zero | tr '\0' a | gzip -1 -c >broken/x.txt.gz; broken 1 "'x.txt.gz', line 1: it has more than 16 MiB"
unset -f line

# Left out on request, and stated.
printf '{"text":"a"}\n{"text":1}\nnothing\n{"t":1}\n' >broken/x.jsonl
run 0 add dataset broken a/lenient@1 --lenient --json
json '(c["documents"], c["broken"], c["textless"], o["records"]) == (2, 2, 1, 4)'
complained "'x.jsonl': 2 broken lines are left out"
run 1 add dataset broken a/strict@1 --text-field text
printf '{"t":"a"}\n' >broken/x.jsonl
run 0 add dataset broken a/named@1 --text-field t --json
json '(c["documents"], c["bytes"]) == (1, 1) and "textless" not in c'

# Tokens, by a tokenizer whose digest stands beside them.
model=$TINY/tokenizer.model
[ -f "$model" ] || model=$(find "$TINY" -name '*.model' | head -n 1)
digest=$(sha256sum "$model" | cut -d ' ' -f 1)
run 0 add dataset corpus a/tokens@1 --tokenizer "$model" --json
json '[(t["tokenizer"], t["basis"], "programme" in t) for t in c["tokens"]] == [("sha256:'"$digest"'", "counted", False)]'
json 'c["tokens"][0]["count"] == sum(c["languages"][k]["tokens"] for k in ("ja", "en", "code", "other")) > 50'
git config -f .akashi/config programme.tokenizer "sha256:$digest"
run 0 add dataset corpus a/tokens@2 --tokenizer "$model" --json
json 'c["tokens"][0]["programme"]'
run 4 add dataset corpus a/x@1 --tokenizer none.model

# Where it is from.
run 0 add dataset corpus a/derived@1 --derived-from a/corpus@1 --by 'dedup --near 0.8' --license CC-BY-4.0 \
	--period 2013-05/2024-04 --filter 'adult sites' --filter 'fewer than 400 characters'
run 0 show a/derived@1 --json
for word in 'dedup --near 0.8' CC-BY-4.0 2013-05 'adult sites' 'a/corpus@1'; do said "$word"; done
run 2 add dataset corpus a/x@1 --period 2024/2013
run 2 add dataset corpus a/x@1 --by 'nothing'
run 2 add dataset corpus a/x@1 --language 'a=german'
run 4 add dataset corpus a/x@1 --derived-from a/none@1
run 3 add dataset corpus a/x@1 --derived-from a/corpus@1 --by 'x --token hf_abcdefghijklmnopqrstuvwxyzABCDEF'
complained '--by holds what looks like'
run 3 add dataset corpus a/x@1 --filter 'from https://u:hunter2@h.example/list'
complained 'a filter holds what looks like a URL with a password'
run 4 show a/x@1

# Tokenized files: what the index says, and the .bin must agree.
mkdir tokenized
cat >index.py <<'EOF'
import struct, sys
def write(name, lengths, shift=0):
    places = [4 * sum(lengths[:i]) for i in range(len(lengths))]
    places[1] += shift
    with open(f"tokenized/{name}.idx", "wb") as f:
        f.write(b"MMIDIDX\0\0" + struct.pack("<QBQQ", 1, 4, len(lengths), len(lengths) + 1) + struct.pack(f"<{len(lengths)}i", *lengths))
        f.write(struct.pack(f"<{len(lengths)}q", *places) + struct.pack(f"<{len(lengths) + 1}q", *range(len(lengths) + 1)))
    with open(f"tokenized/{name}.bin", "wb") as f:
        f.write(bytes(4 * sum(lengths)))
write("ja_x", [300, 4, 5], int(sys.argv[1]))
write("en_y", [7, 8], 0)
EOF
python3 index.py 0
run 0 add dataset tokenized a/tokenized@1 --tokenizer "$model" --json
json '[(t["basis"], t["count"], t["languages"]["ja"], t["tokenizer"]) for t in c["tokens"]] == [("index", 324, 309, "sha256:'"$digest"'")]'
run 0 add dataset tokenized a/tokenized@1 --tokenizer "$model" --json
json 'o["existed"]'
truncate -s -4 tokenized/ja_x.bin
run 1 add dataset tokenized a/x@1
complained "'ja_x.bin' has 1232 bytes, and by 'ja_x.idx' it has 1236"
rm tokenized/ja_x.bin
run 1 add dataset tokenized a/x@1
complained "there is no 'ja_x.bin'"
python3 index.py 4
run 1 add dataset tokenized a/x@1
complained "'ja_x.idx': the index contradicts itself"
truncate -s 70 tokenized/ja_x.idx
run 1 add dataset tokenized a/x@1
complained "'ja_x.idx': the index is cut off"

# Lists: the hub's table, and the weights in its training scripts; nothing is run.
mkdir lists
printf 'filename\ttokens\ntokenized/ja/ja_cc_0001\t700\ntokenized/en/en_wiki_0000\t300\n' >lists/num_tokens.tsv
cat >lists/train.sh <<'EOF'
TRAIN_DATA_PATH=""
# TRAIN_DATA_PATH="${TRAIN_DATA_PATH} 1 not/this"
TRAIN_DATA_PATH="${TRAIN_DATA_PATH} 14486363187 ${DATASET_DIR}/train/code/stack_0000.jsonl_text_document"
TRAIN_DATA_PATH="${TRAIN_DATA_PATH} 23783124862 ${DATASET_DIR}/train/ja/cc-1_0000.jsonl_text_document"
touch /nonexistent/ran
python train.py --lr 8 --data-path ${TRAIN_DATA_PATH} --split 1,0,0
EOF
printf '_PAIRS=(\n855056046544 code_olmo_0000_text_document\n2816594432 ko_wiki_0000_text_document # Korean\n)\nTRAIN_DATA_PATH=(--data-path)\n' >lists/blend.sh
run 0 add dataset lists/train.sh a/weights@1 --json
json '[(t["basis"], t["count"], t["languages"]) for t in c["tokens"]] == [("declared", 38269488049, {"ja": 23783124862, "en": 0, "code": 14486363187, "other": 0})]'
run 0 add dataset lists/blend.sh a/weights@2 --json
json '(c["tokens"][0]["count"], c["tokens"][0]["languages"]["other"]) == (857872640976, 2816594432)'
run 0 add dataset lists/num_tokens.tsv a/weights@3 --json
json '(c["tokens"][0]["count"], c["tokens"][0]["languages"]["ja"]) == (1000, 700)'
printf 'filename\ttokens\nx\tmany\n' >lists/num_tokens.tsv
run 1 add dataset lists/num_tokens.tsv a/x@1
complained "'num_tokens.tsv': line 2: 'many' is no number of tokens"

# Weights beside the corpus: the hub's list of 113 shards comes to the sum and the share that its model card states.
mkdir -p blend/ja blend/en
printf '{"text":"日本語の文。"}\n' | gzip -nc >blend/ja/wiki_0000.jsonl.gz
printf '{"text":"one"}\n{"text":"two"}\n' >blend/en/wiki_0000.jsonl
run 0 add dataset blend a/blend@1 --weights "$AKASHI_SOURCE/tests/data/weights/llm-jp-3-172b.txt"
run 0 show a/blend@1
said '2072488058295 in 113 entries: ja 48.6 %'
run 0 show a/blend@1 --json
said_json() { python3 -c "import json,sys; w=json.load(open('$STORY/out'))['predicate']['weights']; sys.exit(0 if $1 else 'not so: $1')" || fail "$1"; }
said_json '(w["weight"], w["entries"], w["languages"]["ja"], w["unmatched"]) == (2072488058295, 113, 1007212528577, 111)'
said_json 'len(w["sources"]) == 64 and w["moreSources"] == 49'
printf '# a list\n3 ja/wiki_0000\n7 en/wiki_0000_text_document\n' >list.txt
run 0 add dataset blend a/blend@2 --weights list.txt
run 0 show a/blend@2 --json
said_json '[(s["name"], s["weight"], s["files"], s["documents"]) for s in w["sources"]] == [("en/wiki_0000", 7, 1, 2), ("ja/wiki_0000", 3, 1, 1)]'
printf '9 wiki_0000\n3 ja/wiki_0000\n' >list.txt # a file is of the longest name that fits
run 0 add dataset blend a/blend@3 --weights list.txt
run 0 show a/blend@3 --json
said_json '[(s["name"], s["files"], s["documents"]) for s in w["sources"]] == [("wiki_0000", 1, 2), ("ja/wiki_0000", 1, 1)]'
run 0 fsck
printf '3 ja/wiki_0000\n0.5 en/wiki_0000\n' >list.txt
run 1 add dataset blend a/x@1 --weights list.txt
complained "'list.txt': line 2: '0.5' is no number of tokens"
printf '\n' >list.txt
run 1 add dataset blend a/x@1 --weights list.txt
complained 'it holds no weights'

# The programme's tokenizer is named by a digest and by nothing else.
git config -f .akashi/config programme.tokenizer tokenizer.model
run 2 add dataset blend a/x@1
complained 'programme.tokenizer is sha256:HEX'
