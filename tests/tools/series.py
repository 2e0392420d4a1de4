#!/usr/bin/env python3
"""Make a tiny series of checkpoints, with faults on request.

    series.py OUT NAME... [--same NAME=NAME] [--nan NAME=TENSOR] [--inf NAME=TENSOR] [--zero NAME=TENSOR]
              [--config NAME.KEY=JSON] [--without NAME=FILE] [--shape NAME=TENSOR] [--trainer NAME=STEP]
              [--seed N] [--scale X] [--from NAME=DIR[:SHARE]] [--noise NAME=SCALE] [--opaque NAME]

Each NAME becomes a folder with config.json, model.safetensors, tokenizer.json and optimizer.pt, its weights drawn from the
seed and the name. --config counts from NAME on, as in a run that was resumed with another value. --from takes the tensors
of another folder (the first SHARE of them), --noise adds as much to each element, in parts of its tensor's deviation.
Needs nothing beyond Python.
"""
import argparse, json, math, os, random, struct, sys

SHAPES = {"model.embed_tokens.weight": [32, 16], "lm_head.weight": [32, 16], "model.norm.weight": [16]}
for layer in range(2):
    at = f"model.layers.{layer}."
    SHAPES |= {at + "self_attn.q_proj.weight": [16, 16], at + "self_attn.q_proj.bias": [16],
               at + "mlp.up_proj.weight": [64, 16], at + "input_layernorm.weight": [16]}


def draw(shape, rng, name):
    count = math.prod(shape)
    if name.endswith("norm.weight"):
        return [1 + rng.gauss(0, 0.01) for _ in range(count)]
    return [rng.gauss(0, a.scale) for _ in range(count)]


def write(path, tensors):
    header, at, parts = {}, 0, []
    for name in sorted(tensors):
        shape, values = tensors[name]
        data = struct.pack(f"<{len(values)}f", *values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + len(data)]}
        at += len(data)
        parts.append(data)
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(head)) + head + b"".join(parts))


def read(path):
    data = open(path, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    out = {}
    for name, about in json.loads(data[8:8 + size]).items():
        first, last = about["data_offsets"]
        out[name] = (about["shape"], list(struct.unpack(f"<{(last - first) // 4}f", data[8 + size + first:8 + size + last])))
    return out


def pairs(options):
    return [tuple(o.split("=", 1)) for o in options]


parser = argparse.ArgumentParser()
parser.add_argument("out")
parser.add_argument("names", nargs="+")
for option in "same nan inf zero config without shape trainer from noise opaque".split():
    parser.add_argument("--" + option, action="append", default=[])
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--scale", type=float, default=0.02)
a = parser.parse_args()
config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 16, "num_hidden_layers": 2,
          "rope_theta": 10000.0, "rope_scaling": {"factor": 1.0, "type": "linear"}, "transformers_version": "4.40.0"}
for name in a.names:
    drawn = dict(pairs(a.same)).get(name, name)
    rng = random.Random(f"{a.seed} {drawn}")
    tensors = {t: (list(s), draw(s, rng, t)) for t, s in SHAPES.items()}
    for who, where in pairs(getattr(a, "from")):
        if who == name:
            where, _, share = where.partition(":")
            other = read(os.path.join(where, "model.safetensors"))
            kept = sorted(other)[:round(len(other) * float(share or 1))]
            tensors |= {t: other[t] for t in kept}
    for who, scale in pairs(a.noise):
        if who == name:
            for t, (shape, values) in tensors.items():
                mean = sum(values) / len(values)
                spread = math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))
                tensors[t] = (shape, [v + rng.gauss(0, float(scale) * spread) for v in values])
    for option, value in (("nan", math.nan), ("inf", math.inf)):
        for who, tensor in pairs(getattr(a, option)):
            if who == name:
                tensors[tensor][1][3] = value
    for who, tensor in pairs(a.zero):
        if who == name:
            tensors[tensor] = (tensors[tensor][0], [0.0] * len(tensors[tensor][1]))
    for who, tensor in pairs(a.shape):
        if who == name:
            tensors[tensor] = (tensors[tensor][0] + [1], tensors[tensor][1])
    for where, value in pairs(a.config):
        who, key = where.rsplit(".", 1)
        if who == name:
            config[key] = json.loads(value)
    folder = os.path.join(a.out, name)
    os.makedirs(folder)
    if name in a.opaque:
        with open(os.path.join(folder, "pytorch_model.bin"), "wb") as out:
            out.write(rng.randbytes(1000))
    else:
        write(os.path.join(folder, "model.safetensors"), tensors)
    json.dump(config, open(os.path.join(folder, "config.json"), "w"))
    open(os.path.join(folder, "tokenizer.json"), "w").write('{"model": {}}')
    open(os.path.join(folder, "optimizer.pt"), "wb").write(rng.randbytes(64))
    for who, step in pairs(a.trainer):
        if who == name:
            json.dump({"epoch": 1.0, "global_step": int(step), "log_history": [{"step": 1}]},
                      open(os.path.join(folder, "trainer_state.json"), "w"))
    for who, file in pairs(a.without):
        if who == name:
            os.remove(os.path.join(folder, file))
