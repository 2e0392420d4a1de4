#!/bin/sh
# What a model had seen by a step: said by the run, counted to the sample, added up over restarts and parents.
. "$(dirname "$0")/lib.sh"

python=$(command -v python3) || skip "no python3, which writes indices here"
export AKASHI_RUN_STATE="$STORY/state"
akashi init --quiet --origin example.org/house >/dev/null

# index PATH LENGTH...: the index of a tokenized file whose sequences have these lengths
index() {
	"$python" - "$@" <<'EOF'
import struct, sys
path, lens = sys.argv[1], [int(x) for x in sys.argv[2:]]
places, at = [], 0
for n in lens:
    places.append(at)
    at += 2 * n
with open(path + ".idx", "wb") as out:
    out.write(b"MMIDIDX\0\0" + struct.pack("<QBQQ", 1, 8, len(lens), len(lens) + 1))
    out.write(struct.pack(f"<{len(lens)}i", *lens) + struct.pack(f"<{len(lens)}q", *places))
    out.write(struct.pack(f"<{len(lens) + 1}q", *range(len(lens) + 1)))
EOF
}
mkdir data
index data/ja_wiki 600 400
index data/en_web 3000 1000 1000

# A script as the hub writes them, read and never run.
cat >train.sh <<'EOF'
#!/bin/bash
SEQ_LEN=10
DATA=data
TRAIN_DATA_PATH=""
TRAIN_DATA_PATH="${TRAIN_DATA_PATH} 0.3 ${DATA}/ja_wiki"   # 0.3 of all
TRAIN_DATA_PATH="${TRAIN_DATA_PATH} 0.7 ${DATA}/en_web"
ARGS=(
  --seq-length ${SEQ_LEN} --global-batch-size 8
  --seed 1234 --split 100,0,0 # all of it
)
python pretrain_gpt.py "${ARGS[@]}" --data-path ${TRAIN_DATA_PATH}
EOF
mkdir ckpt
run 0 run a/base-run@v1 --output 'ckpt/iter_*' --as 'a/base@{step}' -- \
	sh -c 'cp -r "$0" ckpt/iter_0000100' "$TINY/step-500" ./train.sh
run 0 show a/base-run@v1 --json
said '"batchSize": 8'
said '"kind": "megatron"'
run 0 seen a/base-run@v1 --step 100
said "by step 100: 800 samples, 8,000 tokens, exactly"
said "30.00 %"
said "2.4000" # times 1,000 tokens
said "1.1200" # times 5,000
run 0 seen a/base-run@7 --json
said '"samples": 17' # of 56: 0.3 x 56 = 16.8
said '"exact": true'
run 2 seen a/base-run@v1
complained "by which --step"

# A run that starts from a checkpoint of that one, with another blend, counts on; --finetune anew.
run 0 seen a/base@0000100
said "by step 100: 800 samples"
cat >next.json <<'EOF'
{"sources":[{"path":"data/ja_wiki","weight":1},{"path":"data/en_web","weight":"1"}],"sequenceLength":10,"batchSize":4}
EOF
run 0 run a/next-run@v1 --order next.json --parent a/base@0000100 -- true
run 0 seen a/next-run@150
said "by step 150: 1,000 samples, 10,000 tokens, exactly"
said "steps 0 to 100 of a/base-run@v1, 800 samples: exactly"
said "steps 100 to 150 of a/next-run@v1, 200 samples: exactly"
said "340" # 240, and 100
sed 's/--seed 1234/--seed 1234 --finetune/' train.sh >tune.sh
run 0 run a/tune-run@v1 --parent a/base@0000100 -- true ./tune.sh
run 0 seen a/tune-run@10
said "by step 10: 880 samples"
said "steps 0 to 10 of a/tune-run@v1, 80 samples"

printf '{"dataOrder":{"sources":[{"path":"z"}],"batchSize":3,"sequenceLength":2}}' >file.json
akashi add checkpoint "$TINY/step-300" a/filed@step-9 --run file.json --quiet >/dev/null
run 0 seen a/filed@step-9
said "by step 9: 27 samples, 54 tokens, exactly"
akashi add checkpoint "$TINY/step-300" a/final@v2 --run file.json --quiet >/dev/null
run 2 seen a/final@v2 # that numbers a version, and no step
complained "names no step"

# What is drawn by chance is told as declared; a file of sequences is counted.
sed 's/^{/{"kind":"interleave",/' next.json >draw.json
run 0 run a/draw-run@v1 --order draw.json -- true
run 0 seen a/draw-run@5
said "as declared blend, because which sample comes next is drawn by chance"
printf '%s\n' 0 4 1 5 6 >ids.txt
cat >ids.json <<'EOF'
{"kind":"sequences","sources":[{"path":"x","sequences":4},{"path":"y","sequences":3}],"sequenceLength":10,"batchSize":2}
EOF
run 0 run a/ids-run@v1 --order ids.json --sequences ids.txt -- true
run 0 seen a/ids-run@2
said "by step 2: 4 samples, 40 tokens, exactly"
run 0 seen a/ids-run@3
said "the file of sequences ends before"

# Behind a run whose samples are not known nothing is exact, unless it is counted anew.
printf '{"says":"nothing"}' >dark.json
akashi add checkpoint "$TINY/step-300" a/dark@step-5 --run dark.json --quiet >/dev/null
run 0 run a/behind-run@v1 --order next.json --parent a/dark@step-5 -- true
run 0 seen a/behind-run@15
said "steps 5 to 15 of a/behind-run@v1, 40 samples: as declared blend, because how many samples came before"
run 0 run a/anew-run@v1 --parent a/dark@step-5 -- true ./tune.sh
run 0 seen a/anew-run@10
said "of a/anew-run@v1, 80 samples: exactly"

# Weights that are too small to be counted by so far: as declared, and ^C ends what takes its time.
"$python" -c 'import json
def order(name, n, batch):
    json.dump({"sources": [{"path": f"s{i}", "weight": f"1e-{i % 300}"} for i in range(n)],
               "sequenceLength": 1, "batchSize": batch}, open(name, "w"))
order("far.json", 4096, 1 << 24)
order("long.json", 300, 24 << 20)'
run 0 run a/long-run@v1 --order long.json -- true
"$AKASHI" seen a/long-run@1 >"$STORY/out" 2>"$STORY/err" &
child=$!
sleep 1
kill -TERM $child
STATUS=0
wait $child || STATUS=$?
[ "$STATUS" = 5 ] || fail "stopped with exit status $STATUS"
complained "stopped on request"
if [ -n "${AKASHI_LONG:-}" ]; then
	run 0 run a/far-run@v1 --order far.json -- true
	run 0 seen a/far-run@100
	said "1,677,721,600 samples: as declared blend, because a weight is too small"
fi

# A restart goes on with the same order.
run 0 run a/base-run@v1 -- true ./train.sh
run 0 seen a/base-run@v1-2 --step 200
said "by step 200: 1,600 samples"
said "steps 100 to 200 of a/base-run@v1-2, 800 samples: exactly"

# What makes no sense is refused before anything starts, with file and line.
refuse() { # WORDS SCRIPT-LINE
	printf '#!/bin/sh\n%s\n' "$2" >bad.sh
	run "${3:-1}" run a/bad@v1 --order bad.sh -- touch started
	complained "$1"
	[ ! -e started ] || fail "it ran all the same"
}
refuse "bad.sh, line 2: 'nan' is no weight" '_PAIRS=( nan data/x 1 data/y )'
refuse "bad.sh, line 2: '-1' is no weight" '_PAIRS=( 1 data/x -1 data/y )'
refuse "bad.sh, line 2: '0' is no weight" '_PAIRS=( 0 data/x )'
refuse "bad.sh, line 2: '3' is left over" 'x --data-path 1 data/x 3'
refuse "the list does not end" '_PAIRS=( 1 data/x'
refuse "line 2: '--seed=64' is given twice" 'x --data-path 1 d/x --seed 1 --seed=64'
refuse "names no data" 'echo nothing' 2
printf '8\n' >far.txt
run 1 run a/bad@v1 --order ids.json --sequences far.txt -- true
complained "line 1: there is no such sequence"
index data/lying 10 20
printf '\377\377\377\377' | dd of=data/lying.idx bs=1 seek=34 conv=notrunc 2>/dev/null
refuse "data/lying.idx': sequence 0 has a negative length" '_PAIRS=( 1 data/lying )'
# What was only guessed at stands in nobody's way.
run 0 run a/bad@v1 -- sh -c 'exit 0' --data-path 1 data/lying
complained "how the data is ordered is not told"
run 2 seen a/bad@3
complained "says no order of its data"
