#!/bin/bash
# How long does `akashi derive` take to do a derivation again, as a multiple of one `openssl dgst -sha256`, and of `cat`, of
# all bytes that it reads? A cast of binary32 to bf16, an average of two, a sum of two, a LoRA merge of rank 16.
#
#     AKASHI=build/akashi tests/bench/derive.sh [MiB of bf16 a model] [rounds]
#
# The ways alternate and medians are compared. Numbers are chosen so that the children are known without arithmetic. Needs
# about 6 times the size of a model in $TMPDIR, and that much page cache.
set -eu
akashi=$(realpath "${AKASHI:-build/akashi}")
size=${1:-256}
rounds=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_CONFIG_HOME=$work/config
cd "$work"

python3 - "$size" <<'EOF'
import json, os, struct, sys
rows = int(sys.argv[1]) * 512 # of 1024 numbers
layers = 8
finite = bytes(b & 0x3f for b in range(256)) # the bytes with the exponents: neither infinity nor NaN

def write(folder, dtype, parts, names, shape):
    os.makedirs(folder)
    head, at = {}, 0
    for name, part in zip(names, parts):
        head[name] = {"dtype": dtype, "shape": shape(name), "data_offsets": [at, at + len(part)]}
        at += len(part)
    text = json.dumps(head).encode()
    with open(folder + ("/adapter_model" if "lora" in names[0] else "/model") + ".safetensors", "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for part in parts:
            out.write(part)

names = [f"layers.{i}.w.weight" for i in range(layers)]
each = rows // layers
halves, wholes = [], []
for _ in names:
    raw = bytearray(os.urandom(2 * 1024 * each))
    raw[1::2] = bytes(raw[1::2]).translate(finite)
    halves.append(bytes(raw))
    whole = bytearray(2 * len(raw))
    whole[2::4], whole[3::4] = raw[0::2], raw[1::2]
    wholes.append(bytes(whole))
shape = lambda name: [each, 1024]
write("whole", "F32", wholes, names, shape)
for folder in ("half", "same", "child"):
    write(folder, "BF16", halves, names, shape)
factors = [f"base_model.model.layers.{i}.w.lora_{x}.weight" for i in range(layers) for x in "AB"]
write("adapter", "F32", [os.urandom(4 * 16 * 1024)[:0] + bytes(range(64)) * 1024 if "_A" in f else bytes(4 * 16 * each) for f in factors],
      factors, lambda f: [16, 1024] if "_A" in f else [each, 16])
json.dump({"peft_type": "LORA", "r": 16, "lora_alpha": 32, "init_lora_weights": True}, open("adapter/adapter_config.json", "w"))
EOF
"$akashi" init . --origin bench/derive >/dev/null 2>&1
for model in whole half same child adapter; do
	"$akashi" add checkpoint $model bench/$model@v1 --store reference --no-parent --quiet >/dev/null 2>&1
done

declare -A parents=([cast]="whole" [average]="half same" [linear]="half same" [lora]="half adapter")
declare -A options=([cast]="--dtype bf16" [average]="" [linear]="--weights 1/2,1/2 --form mergekit-linear" [lora]="")

# timed FILE COMMAND...: append "wall processor" seconds
timed() {
	local out=$1
	shift
	TIMEFORMAT='%R %U %S'
	{ time "$@" >/dev/null 2>&1; } 2>>"$out"
}

for method in cast average linear lora; do
	files=(child/*.safetensors) names=()
	for parent in ${parents[$method]}; do
		files+=("$parent"/*.safetensors)
		names+=("bench/$parent@v1")
	done
	command=("$akashi" derive $method "${names[@]}" bench/child@v1 ${options[$method]} --dry-run)
	"${command[@]}" | grep -q 'reproduced bit for bit' || { echo "$method does not hold"; exit 1; }
	cat "${files[@]}" | wc -c >"bytes.$method"
	for ((i = 0; i < rounds; i++)); do
		timed "cat.$method" cat "${files[@]}"
		timed "openssl.$method" openssl dgst -sha256 "${files[@]}"
		timed "akashi.$method" "${command[@]}"
	done
	AKASHI_THREADS=1 command time -f %M "${command[@]}" 2>&1 >/dev/null | tail -1 >"memory.$method"
done

# median FILE: of wall and of processor seconds
median() {
	local middle=$((rounds / 2 + 1))
	echo "$(awk '{print $1}' "$1" | sort -g | sed -n ${middle}p)" \
		"$(awk '{print $2 + $3}' "$1" | sort -g | sed -n ${middle}p)"
}

echo "$(nproc) cores, $rounds rounds, load $(cut -d' ' -f1 /proc/loadavg)"
for method in cast average linear lora; do
	echo "$(median "cat.$method") $(median "openssl.$method") $(median "akashi.$method") $(cat "bytes.$method")" |
		awk -v name="$method" '{printf "%-8s %.2f GB | cat %.2f s | openssl %.2f s wall %.2f s processor | akashi derive %.2f s wall (%.2f of openssl, %.1f of cat) %.2f s processor (%.2f)\n",
			name, $7 / 1e9, $1, $3, $4, $5, $5 / $3, $5 / $1, $6, $6 / $4}'
done
