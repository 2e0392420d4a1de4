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

# Where it is from.
run 0 add dataset corpus a/derived@1 --derived-from a/corpus@1 --by 'dedup --near 0.8' --license CC-BY-4.0 \
	--period 2013-05/2024-04 --filter 'adult sites' --filter 'fewer than 400 characters'
run 0 show a/derived@1 --json
for word in 'dedup --near 0.8' CC-BY-4.0 2013-05 'adult sites' 'a/corpus@1'; do said "$word"; done
run 2 add dataset corpus a/x@1 --period 2024/2013
run 2 add dataset corpus a/x@1 --by 'nothing'
run 2 add dataset corpus a/x@1 --language 'a=german'
run 4 add dataset corpus a/x@1 --derived-from a/none@1
