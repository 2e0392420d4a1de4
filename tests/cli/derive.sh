#!/bin/sh
# A checkpoint follows from others, number by number: proved, declared, contradicted, or not possible.
. "$(dirname "$0")/lib.sh"

python=$(command -v python3) || skip "no python3, which makes models here"
akashi init --quiet --origin example.org/house >/dev/null

# The arithmetic of this story, written apart from ours: binary32 by rounding binary64, bf16 from its bits.
cat >"$STORY/models.py" <<'EOF'
import json, os, struct, sys

def f32(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]

def bf16(x):
    bits = struct.unpack("<I", struct.pack("<f", x))[0]
    return 0xffff if x != x else bits + 0x7fff + (bits >> 16 & 1) >> 16

def write(folder, tensors, shards=1, config="{}", lie=None):
    """tensors: name -> (dtype, shape, list of floats, of bf16 bits, or of integers)"""
    os.makedirs(folder)
    open(folder + "/config.json", "w").write(config)
    names, placed = sorted(tensors), {}
    for shard in range(shards):
        file = "model.safetensors" if shards == 1 else f"model-{shard}.safetensors"
        head, data = {}, b""
        for name in names[shard::shards]:
            dtype, shape, numbers = tensors[name]
            raw = struct.pack(f"<{len(numbers)}" + {"F32": "f", "BF16": "H", "I64": "q"}[dtype], *numbers)
            head[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
            placed[name] = file
            data += raw
        text = json.dumps(head).encode()
        open(f"{folder}/{file}", "wb").write(struct.pack("<Q", len(text)) + text + data)
    if shards > 1:
        placed.update(lie or {})
        open(folder + "/model.safetensors.index.json", "w").write(json.dumps({"weight_map": placed}))

nan, state = float("nan"), 1
def drawn(n):
    global state
    out = []
    for _ in range(n):
        state = state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        out.append(f32(((state >> 33) - (1 << 30)) * 2.0 ** -(24 + (state >> 20) % 30)))
    return out

def model(change=None):
    tensors = {"model.w": ("F32", [5, 7], drawn(35)), "model.v": ("F32", [3], [nan, -0.0, 1e-40]),
               "none": ("F32", [0, 4], []), "ids": ("I64", [2], [4, 5])}
    return {**tensors, **(change or {})}

def each(tensors, function, dtype):
    return {n: (dtype, s, [function(x) for x in v]) if d == "F32" else (d, s, v) for n, (d, s, v) in tensors.items()}

a, b = model(), model()
write("a", a)
write("b", b)
write("empty", {})
write("half", each(a, bf16, "BF16"))
wrong = each(a, bf16, "BF16")
wrong["model.w"][2][23] ^= 4
write("wrong", wrong)
mean = {n: (d, s, [f32(f32(x + y) / 2) for x, y in zip(v, b[n][2])]) if d == "F32" else (d, s, v) for n, (d, s, v) in a.items()}
write("mean", mean)
# 0 + 0.75 x, then + 1/3 y; -0 + +0 is +0
third = f32(1 / 3)
write("sum", {n: (d, s, [f32(f32(0.0 + f32(0.75 * x)) + f32(third * y)) for x, y in zip(v, b[n][2])]) if d == "F32" else (d, s, v)
              for n, (d, s, v) in a.items()})
write("cut", {n.replace("model.", ""): t for n, t in a.items()}, shards=2)
write("lying", {n.replace("model.", ""): t for n, t in a.items()}, shards=2, lie={"w": "model-0.safetensors", "v": "model-0.safetensors"})
write("shaped", model({"model.w": ("F32", [7, 5], a["model.w"][2])}))
write("short", {n: t for n, t in a.items() if n != "model.v"})
# An adapter of rank 1: w + 3 / 1 * b a
up, down = drawn(5), drawn(7)
def adapter(folder, config, **more):
    prefix = "base_model.model.model."
    write(folder, {prefix + "lora_A.weight": ("F32", [1, 7], down), prefix + "lora_B.weight": ("F32", [5, 1], up), **more})
    os.rename(folder + "/model.safetensors", folder + "/adapter_model.safetensors")
    json.dump({"peft_type": "LORA", "r": 1, "lora_alpha": 3, "init_lora_weights": True, **config}, open(folder + "/adapter_config.json", "w"))
adapter("adapter", {})
adapter("dora", {"use_dora": True})
adapter("ranked", {"r": 2})
adapter("stray", {}, stray=("F32", [1], [1.0]))
base = {"model.weight": a["model.w"], "ids": a["ids"]}
write("base", base)
write("tuned", {**base, "model.weight": ("F32", [5, 7], [f32(x + f32(f32(up[i // 7] * down[i % 7]) * 3.0)) for i, x in enumerate(a["model.w"][2])])})
write("more", {**a, "extra": ("F32", [1], [1.0])})
EOF
"$python" "$STORY/models.py"
for model in a b half wrong mean sum cut shaped short more adapter dora ranked stray base tuned empty; do
	akashi add checkpoint $model t/$model@1 --no-parent --quiet >/dev/null
done

# A cast: proved, signed, and the same again is not signed twice. What differs is told, and not signed.
run 0 derive cast t/a@1 t/half@1 --dtype bf16
said "t/half@1, cast to BF16 (round-nearest-even): reproduced bit for bit (4 tensors, 40 numbers), 1 of them NaN with other bits"
said "signed (entry"
run 0 derive cast t/a@1 t/half@1 --dtype bf16
said "was signed before"
run 1 derive cast t/a@1 t/wrong@1 --dtype bf16
said "differs: tensor 'model.w', element 23 [3, 2]: "
said "nothing was signed"
run 1 derive cast t/a@1 t/wrong@1 --dtype bf16 --tolerance 3
run 0 derive cast t/a@1 t/wrong@1 --dtype bf16 --tolerance 4 --json
json 'o["outcome"] == "within" and o["largest"] == 4 and o["differing"] == 1'
run 0 why t/wrong@1
said "cast to BF16 (round-nearest-even; tolerance 4): re-executed by "
# A tolerance that would let any number follow, a large sum that is nothing, and tensors that are none: no proofs.
run 3 derive cast t/a@1 t/wrong@1 --dtype bf16 --tolerance 17
complained "a tolerance of 17 units would prove nothing of numbers in BF16: at most 16"
run 3 derive linear t/a@1 t/b@1 t/sum@1 --weights 1e9,-1e9 --tolerance 1
complained "would prove nothing of numbers in F32 with such weights"
run 3 derive reshard t/a@1 t/empty@1 --without '*'
complained "no number of t/empty@1 comes from a parent: there is nothing to compare"

# Sums. Weights that do not add up to 1 are told.
run 0 derive average t/a@1 t/b@1 t/mean@1
said "reproduced bit for bit"
run 0 derive linear t/a@1 t/b@1 t/sum@1 --weights 0.75,1/3 --dry-run
said "reproduced bit for bit"
said "nothing was signed"
complained "the weights add up to 1.08333333"
run 1 derive linear t/b@1 t/a@1 t/sum@1 --weights 0.75,1/3
run 2 derive linear t/a@1 t/b@1 t/sum@1 --weights 1
complained "1 weights for 2 parents"
run 2 derive linear t/a@1 t/b@1 t/sum@1 --weights 1,0
complained "parent 2 has no weight beside the others, so nothing comes from it"
run 2 derive linear t/a@1 t/b@1 t/sum@1 --weights 1,1e-9
run 2 derive linear t/a@1 t/b@1 t/sum@1 --weights 1,nan
complained "'nan' is no weight"
run 2 derive average t/a@1 t/b@1 t/sum@1 --form mergekit-linear
complained "average has no form 'mergekit-linear'"
run 2 derive cast t/a@1 t/half@1
complained "a cast needs 'dtype'"

# An adapter merged into its base; one that does not fit, and one that is not computed.
run 0 derive lora t/base@1 t/adapter@1 t/tuned@1
said "reproduced bit for bit (2 tensors, 37 numbers)"
run 1 derive lora t/base@1 t/ranked@1 t/tuned@1
said "does not fit 'model.weight' at rank 2"
run 1 derive lora t/base@1 t/stray@1 t/tuned@1
said "1 of 3 tensors of the adapter fit nothing in t/base@1"
run 3 derive lora t/base@1 t/dora@1 t/tuned@1
complained "adapter_config.json: 'use_dora' is set, which is not computed here"
run 4 derive lora t/adapter@1 t/base@1 t/tuned@1

# Other files and other names; shapes, tensors that are missing or left over; an index that lies.
run 0 derive reshard t/a@1 t/cut@1 --rename model.= --json
json 'o["outcome"] == "reproduced" and o["bytes"] == 0' # by the signed digests alone
run 1 derive reshard t/a@1 t/cut@1
said "tensor 'model.v' of t/a@1 is not in t/cut@1"
run 1 derive reshard t/a@1 t/more@1
said "tensor 'extra' of t/more@1 comes from no parent"
run 0 derive reshard t/more@1 t/a@1 --without extra
said "1 tensors of the parents left out"
run 1 derive average t/a@1 t/shaped@1 t/mean@1
said "tensor 'model.w' is [5, 7] in t/a@1, and [7, 5] in t/shaped@1"
run 1 derive average t/a@1 t/short@1 t/mean@1
said "tensor 'model.v' of t/a@1 is not in t/short@1"
akashi add checkpoint lying t/lying@1 --no-parent --quiet >/dev/null
run 1 derive reshard t/a@1 t/lying@1 --rename model.=
complained "t/lying@1: the index places tensor"

# Nothing is made from itself, and not by a detour.
run 2 derive reshard t/a@1 t/a@1
complained "its own parent"
run 2 derive reshard t/half@1 t/a@1
complained "t/a@1 is said to be among what its parents were made from"

# A stranger with the parent's bytes does it again; without them nothing is decided.
run 0 derive average t/a@1 t/b@1 t/wrong@1 --declare
said "declared, and not done again"
pin=$(akashi trust show --json | sed -n 's/.*"pin": "\(.*\)".*/\1/p' | head -1)
echo "$pin" >pin
akashi publish t/mean@1 ./release --quiet >/dev/null
akashi publish t/wrong@1 ./broken --quiet >/dev/null
mkdir away
mv .akashi away/
run 0 verify ./release --trust pin --forward none
said "average (torch-mean-f32) of t/a@1, t/b@1, done again by key"
run 3 verify ./release --trust pin --forward none --derivation --parent ./a
said "parent t/b@1: none of the folders that were named is it"
run 0 verify ./release --trust pin --forward none --derivation --parent ./a --parent ./b
said "holds        lineage    1 derivation reproduced bit for bit; the checkpoint declares no commit"
said "parent t/a@1 was known by the manifest that the derivation names; whether the statement it names is of it cannot be checked"
run 0 verify ./release --trust pin --forward none --derivation --parent ./b --parent ./a --json
json 'o["steps"][3]["evidence"]["derivations"][0]["outcome"] == "reproduced"'
json 'o["steps"][3]["evidence"]["derivations"][0]["withoutStatement"] == ["t/a@1", "t/b@1"]'
run 1 verify ./broken --trust pin --forward none --derivation --parent ./a --parent ./b
said "differs: tensor"
printf '\1' | dd of=b/model.safetensors bs=1 seek="$(($(wc -c <b/model.safetensors) - 9))" conv=notrunc 2>/dev/null
run 3 verify ./release --trust pin --forward none --derivation --parent ./a --parent ./b
said "parent t/b@1: none of the folders"
run 2 verify ./release --trust pin --parent ./a
complained "--parent belongs to --derivation"

# The registry has them all; its verdict can be signed, and what only was declared is found out.
mv away/.akashi .
run 0 verify t/mean@1 --forward none --derivation --attest
said "reproduced bit for bit"
unsaid "was known by the manifest"
run 0 verify t/half@1 --forward none --derivation
run 1 verify t/wrong@1 --forward none --derivation
said "differs: tensor"
run 3 verify t/a@1 --forward none --derivation --as-of 2020-01-01
run 3 verify t/b@1 --forward none --derivation
said "no derivation of it was signed by a key that counts"
