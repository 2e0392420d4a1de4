#!/bin/sh
# Spot checks: some layers, drawn here, from the activations of a record; what is not read is not checked.
. "$(dirname "$0")/lib.sh"

command -v python3 >/dev/null 2>&1 || skip "python3 is not here to cut the model into shards by layers"

# The model in three shards: what stands outside the layers, layers 0 and 1, layers 2 and 3.
mkdir model
cp "$TINY/step-500/"* model/ && chmod -R u+w model
python3 - model <<'PY'
import json, os, struct, sys
folder = sys.argv[1]
whole = open(folder + "/model.safetensors", "rb").read()
length = struct.unpack("<Q", whole[:8])[0]
header = json.loads(whole[8:8 + length])
header.pop("__metadata__", None)
names = ["model-0000%d-of-00003.safetensors" % i for i in (1, 2, 3)]
def shard_of(name):
	return names[0] if ".layers." not in name else names[1 + (int(name.split(".layers.")[1][0]) > 1)]
for file in names:
	entries, data = {}, b""
	for name, entry in header.items():
		if shard_of(name) == file:
			begin, end = entry["data_offsets"]
			entries[name] = dict(entry, data_offsets=[len(data), len(data) + end - begin])
			data += whole[8 + length + begin:8 + length + end]
	text = json.dumps(entries).encode()
	text += b" " * (-len(text) % 8)
	open(folder + "/" + file, "wb").write(struct.pack("<Q", len(text)) + text + data)
index = {"metadata": {}, "weight_map": {name: shard_of(name) for name in header}}
json.dump(index, open(folder + "/model.safetensors.index.json", "w"))
os.remove(folder + "/model.safetensors")
PY

run 0 init --origin spot.example.org/models
pin=$(sed -n 's/^pin *//p' "$STORY/out")
echo "$pin" >pin.txt
run 0 add checkpoint model t/lm@1
run 3 verify t/lm@1 --spot 2
said "no outputs were recorded"
run 0 record t/lm@1 --random 4:16:spot

# What cannot be asked, and a record that was made without activations.
run 2 verify t/lm@1 --spot 0
run 2 verify t/lm@1 --spot 5,5
run 2 verify t/lm@1 --spot 101%
complained "from 1% to 100%"
run 2 verify t/lm@1 --spot 2 --forward all
complained "exclude"
run 3 verify t/lm@1 --spot 2
said "akashi record NAME@VERSION --boundaries"
said "bytes not checked"

# With activations: the size is said before, and a second record is made beside the first.
run 0 record t/lm@1 --random 4:16:spot --boundaries
complained "boundary activations to keep"
said "recorded 4 probes"
run 0 verify t/lm@1 --forward all
unsaid "not checked"
said "not computed: 1 other exact record of this model"

# The policy asks for all bytes: a spot check cannot say that they hold, whatever it finds.
run 3 verify t/lm@1 --spot 2 --json
json 'o["status"] == "undecided"'
json '"without --spot all are read" in str(o)'
json '[s["status"] for s in o["steps"] if s["id"] in ("bytes", "forward")] == ["not-asked", "holds"]'
json '[e["bytesNotChecked"] > 0 and e["bytesChecked"] + e["bytesNotChecked"] == e["bytesSigned"] for e in [o["steps"][0]["evidence"]]] == [True]'
json '[e["spot"]["sampled"] == 2 and e["spot"]["of"] == 4 and len(e["spot"]["layers"]) == 2 and not e["spot"]["repeated"] for e in [o["steps"][5]["evidence"]]] == [True]'
json 'o["steps"][5]["evidence"]["spot"]["chances"][0] == {"badLayers": 1, "caught": "0.500000"}'
json 'o["steps"][5]["evidence"]["coverage"]["layersRun"] == 2 and o["steps"][5]["evidence"]["probesRun"] == 4'
run 3 verify t/lm@1 --spot 50%
said "sampled 2 of 4 layers"
said "drawn by this machine's own chance"
said "1 bad layer would have been caught with chance 0.500000, 2 with 0.833333, 3 with 1.000000"
said "inert on the probes are never caught"
said "not checked"
complained "spot check of 2 of 4 layers"
# Every layer, and an embedding of one piece: then all bytes were read after all.
run 0 verify t/lm@1 --spot 100%
said "all 10 files hold"

# A release carries the activations, unless they are left at home.
run 0 publish t/lm@1 release
complained "leaves the house"
run 0 publish t/lm@1 without --no-boundaries
run 0 publish t/lm@1 named --as t/released@1
run 2 record t/released@1 --boundaries
complained "'akashi show t/released@1' names the one that was released"
mkdir stranger && mv release without pin.txt stranger/ && cd stranger
run 3 verify release --trust pin.txt --spot 1
said "spot check: sampled 1 of 4 layers"
run 3 verify without --trust pin.txt --spot 1
said "the boundary activations"
run 0 verify without --trust pin.txt

# A seed repeats a draw, and is marked.
run 3 verify release --trust pin.txt --spot 1 --seed x
said "repeated: the layers were drawn by the stated seed 'x'"
# Seeds that draw a layer of the second shard, and of the third.
for seed in a b c d e f g h i j k l m n o p; do
	run 3 verify release --trust pin.txt --spot 1 --seed $seed
	layer=$(sed -n 's/.*sampled 1 of 4 layers: //p' "$STORY/out")
	case $layer in 0 | 1) early=$seed ;; *) late=$seed ;; esac
done

# A partial download: only the shards of what is drawn need be here.
cp -r release partial && rm partial/model-00003-of-00003.safetensors
run 3 verify partial --trust pin.txt --spot 1 --seed "$early"
said "spot check: sampled 1 of 4 layers"
said "missing"
run 3 verify partial --trust pin.txt --spot 1 --seed "$late"
said "fetch model-00003-of-00003.safetensors, then draw the same layers with --seed $late"

# A changed byte in a layer that was not drawn is not seen, nor said to hold; all bytes show it.
cp -r release changed && chmod -R u+w changed
printf 'Z' | dd of=changed/model-00003-of-00003.safetensors bs=1 seek=9000 conv=notrunc 2>/dev/null
run 3 verify changed --trust pin.txt --spot 1 --seed "$early"
said "spot check: sampled 1 of 4 layers"
said "bytes not checked"
run 1 verify changed --trust pin.txt
said "model-00003-of-00003.safetensors"
# One that was drawn is; so is a changed small file.
for seed in 1 2 3 4 5 6 7 8 9; do
	STATUS=0
	"$AKASHI" verify changed --trust pin.txt --spot 2 --seed "$seed" >"$STORY/out" 2>"$STORY/err" || STATUS=$?
	[ "$STATUS" = 1 ] && break
done
[ "$STATUS" = 1 ] || fail "no draw of two layers met the changed one"
said "not what was signed"
cp -r release edited && chmod -R u+w edited && echo ' ' >>edited/tokenizer_config.json
run 1 verify edited --trust pin.txt --spot 1
said "tokenizer_config.json"

# Activations that are not those of the record are not computed with.
object=$(grep -l . release/akashi/objects/* | while read -r file; do [ "$(stat -c %s "$file")" = 24576 ] && echo "$file"; done | head -n 1)
cp -r release forged && chmod -R u+w forged
printf 'Z' | dd of="forged/akashi/objects/${object##*/}" bs=1 seek=100 conv=notrunc 2>/dev/null
run 1 verify forged --trust pin.txt --spot 4

# What other frameworks recorded is not compared by a spot check, which says so.
cd ..
run 0 record t/lm@1 --from "$AKASHI_SOURCE/tests/data/foreign/tiny-bfloat16.jsonl"
run 3 verify t/lm@1 --spot 1
said "not compared: 1 record of other frameworks' outputs"

# A policy may ask for bytes-sampled: then a spot check that whoever verifies asks for meets it, and nothing else does.
"$AKASHI" trust policy --json >now.json
python3 - <<'PY'
import json
policy = json.load(open("now.json"))["policy"]
policy["required"] = [{"names": "*", "steps": ["bytes-sampled", "signature", "log"]}]
json.dump(policy, open("next.json", "w"))
PY
run 0 trust policy --edit next.json
run 0 verify t/lm@1 --spot 2
said "spot check: sampled 2 of 4 layers"
said "bytes not checked"
run 0 verify t/lm@1 --spot 2 --json
json '[s["status"] for s in o["steps"] if s["id"] in ("bytes", "forward")] == ["not-asked", "holds"]'
rm -rf stranger/sampled
run 0 publish t/lm@1 stranger/sampled
cd stranger
run 0 verify sampled --trust pin.txt --spot 2
run 0 verify sampled --trust pin.txt
chmod -R u+w sampled
mv sampled/model-00003-of-00003.safetensors kept
run 3 verify sampled --trust pin.txt
said "1 of the signed files are missing"
mv kept sampled/model-00003-of-00003.safetensors
printf 'Z' | dd of=sampled/model-00003-of-00003.safetensors bs=1 seek=9000 conv=notrunc 2>/dev/null
run 1 verify sampled --trust pin.txt
said "model-00003-of-00003.safetensors"
