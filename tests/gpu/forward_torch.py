"""PyTorch beside gpu_check: forward_torch.py FOLDER [--device cuda] [--ours SECONDS] [--logits FILE]

Runs a Llama-shaped checkpoint of tests/bench/checkpoint.c in float32, eager, TF32 off, with all
weights in the device's memory beforehand, over the probes that gpu_check's step "pass" has, and
prints a row of its table: the time of a pass with every logit, the best of three, and the ratio of
OURS to it. --logits writes them (little-endian float32) for a comparison. Exit status 77: there is no
torch, or no such device.
"""
import argparse
import json
import mmap
import pathlib
import struct
import sys
import time

try:
    import torch
except ImportError:
    print("| PyTorch | left out: it is not installed |")
    sys.exit(77)

PROBES, TOKENS = 16, 128


def weights(path, device):
    """Tensors by name, widened to float32 on the device."""
    with path.open("rb") as file:
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    found = {}
    for name, entry in header.items():
        if name != "__metadata__":
            assert entry["dtype"] == "BF16"
            first, end = entry["data_offsets"]
            flat = torch.frombuffer(data, dtype=torch.bfloat16, offset=8 + size + first,
                                    count=(end - first) // 2)
            found[name] = flat.reshape(entry["shape"]).to(device).float()
    return found


def ids(vocab, device):
    """The ids that tests/gpu/check_pass.c draws."""
    state, drawn = 20261126, []
    for _ in range(PROBES * TOKENS):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        drawn.append((state >> 33) % 2**32 % vocab)
    return torch.tensor(drawn, device=device).reshape(PROBES, TOKENS)


def norm(x, gain, eps):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * gain


def turned(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), -1) * sin


def forward(w, config, tokens):
    linear = torch.nn.functional.linear
    heads, key_heads = config["num_attention_heads"], config["num_key_value_heads"]
    dim, eps = config["hidden_size"] // heads, config["rms_norm_eps"]
    count, length = tokens.shape
    frequency = config["rope_theta"] ** (-torch.arange(0, dim, 2, device=tokens.device) / dim)
    angle = torch.outer(torch.arange(length, device=tokens.device).float(), frequency).repeat(1, 2)
    cos, sin = angle.cos(), angle.sin()
    mask = torch.full((length, length), float("-inf"), device=tokens.device).triu(1)
    x = w["model.embed_tokens.weight"][tokens]
    for layer in range(config["num_hidden_layers"]):
        at = lambda name: w[f"model.layers.{layer}.{name}.weight"]
        split = lambda y, n: y.reshape(count, length, n, dim).transpose(1, 2)
        y = norm(x, at("input_layernorm"), eps)
        q = turned(split(linear(y, at("self_attn.q_proj")), heads), cos, sin)
        k = turned(split(linear(y, at("self_attn.k_proj")), key_heads), cos, sin)
        v = split(linear(y, at("self_attn.v_proj")), key_heads)
        k, v = (z.repeat_interleave(heads // key_heads, 1) for z in (k, v))
        scores = torch.softmax(q @ k.transpose(2, 3) / dim**0.5 + mask, -1)
        mixed = (scores @ v).transpose(1, 2).reshape(count, length, heads * dim)
        x = x + linear(mixed, at("self_attn.o_proj"))
        y = norm(x, at("post_attention_layernorm"), eps)
        gate = torch.nn.functional.silu(linear(y, at("mlp.gate_proj")))
        x = x + linear(gate * linear(y, at("mlp.up_proj")), at("mlp.down_proj"))
    head = w.get("lm_head.weight", w["model.embed_tokens.weight"])
    return linear(norm(x, w["model.norm.weight"], eps), head)


def finished(device):
    if device.startswith("cuda"):
        torch.cuda.synchronize()
    return time.monotonic()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--ours", type=float)
    parser.add_argument("--logits", type=pathlib.Path)
    options = parser.parse_args()
    if options.device.startswith("cuda") and not torch.cuda.is_available():
        print("| PyTorch | left out: it sees no CUDA device |")
        sys.exit(77)
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    config = json.loads((options.folder / "config.json").read_text())
    tokens = ids(config["vocab_size"], options.device)
    with torch.inference_mode():
        w = weights(options.folder / "model.safetensors", options.device)
        times = []
        for _ in range(4):
            start = finished(options.device)
            logits = forward(w, config, tokens)
            times.append(finished(options.device) - start)
    if options.logits:
        options.logits.write_bytes(logits.cpu().numpy().astype("<f4").tobytes())
    best = min(times[1:])
    row = f"| PyTorch {torch.__version__} | float32, eager, TF32 off, weights in memory: {best:.3f} s"
    if options.ours:
        row += f"; ours / this: **{options.ours / best:.2f}** (target: at most 2.5)"
    print(row + " |")
