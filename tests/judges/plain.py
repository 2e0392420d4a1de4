"""A forward pass in plain numpy and float64, written from docs/numerics.md and the papers.

It reads config.json and safetensors by itself and shares no code with Akashi, torch or
transformers: Llama (with Mistral, Qwen2, and what has experts in its layers), GPT-2, BERT.
"""
import json
import math
import pathlib

import numpy as np


# Files.


def read_tensors(path):
    raw = pathlib.Path(path).read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        data = raw[8 + length + begin : 8 + length + end]
        if entry["dtype"] == "BF16":
            values = (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
        elif entry["dtype"] in ("F16", "F32"):
            values = np.frombuffer(data, {"F16": "<f2", "F32": "<f4"}[entry["dtype"]])
        else:
            continue  # integers: nothing computes with them
        tensors[name] = values.astype(np.float64).reshape(entry["shape"])
    return tensors


def read_model(directory):
    directory = pathlib.Path(directory)
    tensors = {}
    for path in sorted(directory.glob("*.safetensors")):
        tensors.update(read_tensors(path))
    return json.loads((directory / "config.json").read_text()), tensors


# Parts.


def softmax(scores):
    e = np.exp(scores - scores.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def erf(x):
    return np.vectorize(math.erf)(x)


def gelu_tanh(x):
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


ACTIVATIONS = {
    "silu": lambda x: x / (1 + np.exp(-x)),
    "gelu": lambda x: x * 0.5 * (1 + erf(x / math.sqrt(2))),
    "gelu_new": gelu_tanh,
    "gelu_pytorch_tanh": gelu_tanh,
}


def rms_norm(x, gain, eps):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * gain


def layer_norm(x, gain, bias, eps):
    d = x - x.mean(-1, keepdims=True)
    return d / np.sqrt((d * d).mean(-1, keepdims=True) + eps) * gain + bias


def attention(q, k, v, heads, key_heads, allowed):
    """q: n x heads·d; k, v: n x key_heads·d; allowed: n x n, which keys a query sees."""
    n, d = len(q), q.shape[1] // heads
    out = np.zeros_like(q)
    for head in range(heads):
        other = head * key_heads // heads
        mine, theirs = slice(head * d, head * d + d), slice(other * d, other * d + d)
        scores = q[:, mine] @ k[:, theirs].T / math.sqrt(d)
        out[:, mine] = softmax(np.where(allowed, scores, -np.inf)) @ v[:, theirs]
    return out


def causal(n, window=None):
    t, s = np.arange(n)[:, None], np.arange(n)[None, :]
    return (s <= t) & (s > t - (window or n + 1))


# Rotary positions.


def rope_options(config):
    options = dict(config.get("rope_scaling") or {})
    options.update(config.get("rope_parameters") or {})
    kind = options.get("rope_type", options.get("type", "default"))
    theta = options.get("rope_theta", config.get("rope_theta", 10000.0))
    return kind, theta, options


def yarn_frequencies(frequency, size, theta, options, context):
    original = options.get("original_max_position_embeddings", context)
    factor = options["factor"] or context / original

    def dimension(turns):  # the pair that turns so often over the original context
        return size * math.log(original / (turns * 2 * math.pi)) / (2 * math.log(theta))

    low, high = dimension(options.get("beta_fast") or 32), dimension(options.get("beta_slow") or 1)
    if options.get("truncate", True):
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, size - 1)
    if low == high:
        high += 0.001
    ramp = np.clip((np.arange(size // 2) - low) / (high - low), 0, 1)
    grown = lambda scale: 0.1 * scale * math.log(factor) + 1 if factor > 1 else 1.0
    attention_factor = options.get("attention_factor")
    if attention_factor is None and options.get("mscale") and options.get("mscale_all_dim"):
        attention_factor = grown(options["mscale"]) / grown(options["mscale_all_dim"])
    elif attention_factor is None:
        attention_factor = grown(1)
    return frequency / factor * ramp + frequency * (1 - ramp), attention_factor


def llama3_frequencies(frequency, options):
    factor, original = options["factor"], options["original_max_position_embeddings"]
    low, high = options["low_freq_factor"], options["high_freq_factor"]
    turns = original * frequency / (2 * math.pi)
    smooth = np.clip((turns - low) / (high - low), 0, 1)
    return (1 - smooth) * frequency / factor + smooth * frequency


def rope_tables(config, head_dim, n):
    kind, theta, options = rope_options(config)
    scale = 1.0
    if kind == "dynamic" and n > config["max_position_embeddings"]:
        grown = options["factor"] * n / config["max_position_embeddings"]
        theta = theta * (grown - (options["factor"] - 1)) ** (head_dim / (head_dim - 2))
    frequency = theta ** (-np.arange(0, head_dim, 2) / head_dim)
    if kind == "linear":
        frequency = frequency / options["factor"]
    elif kind == "llama3":
        frequency = llama3_frequencies(frequency, options)
    elif kind == "yarn":
        frequency, scale = yarn_frequencies(
            frequency, head_dim, theta, options, config["max_position_embeddings"]
        )
    elif kind not in ("default", "dynamic"):
        raise ValueError(f"rope type {kind}")
    angle = np.outer(np.arange(n, dtype=np.float32), frequency.astype(np.float32))
    assert angle.dtype == np.float32  # the specification rounds frequency and angle
    angle = angle.astype(np.float64)
    return np.cos(angle) * scale, np.sin(angle) * scale


def turn(x, heads, cos, sin):
    n, d = len(x), x.shape[1] // heads
    x = x.reshape(n, heads, d)
    a, b = x[..., : d // 2], x[..., d // 2 :]
    c, s = cos[:, None, :], sin[:, None, :]
    return np.concatenate([a * c - b * s, b * c + a * s], -1).reshape(n, heads * d)


# Families.


def llama(config, w, ids):
    heads, key_heads = config["num_attention_heads"], config["num_key_value_heads"]
    head_dim = config.get("head_dim") or config["hidden_size"] // heads
    eps, n = config["rms_norm_eps"], len(ids)
    act = ACTIVATIONS[config["hidden_act"]]
    cos, sin = rope_tables(config, head_dim, n)
    linear = lambda x, name: x @ w[name + ".weight"].T + w.get(name + ".bias", 0.0)
    x = w["model.embed_tokens.weight"][ids]
    for layer in range(config["num_hidden_layers"]):
        p = f"model.layers.{layer}."
        h = rms_norm(x, w[p + "input_layernorm.weight"], eps)
        q, k = linear(h, p + "self_attn.q_proj"), linear(h, p + "self_attn.k_proj")
        if config["model_type"] == "qwen3_moe":
            q = head_norm(q, head_dim, w[p + "self_attn.q_norm.weight"], eps)
            k = head_norm(k, head_dim, w[p + "self_attn.k_norm.weight"], eps)
        q, k = turn(q, heads, cos, sin), turn(k, key_heads, cos, sin)
        v = linear(h, p + "self_attn.v_proj")
        mixed = attention(q, k, v, heads, key_heads, causal(n, window_of(config, layer)))
        x = x + linear(mixed, p + "self_attn.o_proj")
        h = rms_norm(x, w[p + "post_attention_layernorm.weight"], eps)
        if has_experts(config, layer):
            x = x + mixture(config, w, p, h, act)
            continue
        gate = act(linear(h, p + "mlp.gate_proj")) * linear(h, p + "mlp.up_proj")
        x = x + linear(gate, p + "mlp.down_proj")
    head = w.get("lm_head.weight", w["model.embed_tokens.weight"])
    return rms_norm(x, w["model.norm.weight"], eps) @ head.T


def window_of(config, layer):
    window = config.get("sliding_window")
    if config["model_type"] == "llama":
        return None
    if config["model_type"] in ("qwen2_moe", "qwen3_moe") and not config["use_sliding_window"]:
        return None
    if config["model_type"] == "qwen2_moe":
        return window if config["layer_types"][layer] == "sliding_attention" else None
    if config["model_type"] == "qwen2":
        slides = config.get("use_sliding_window") and layer >= config["max_window_layers"]
        return window if slides else None
    return window


def head_norm(x, head_dim, gain, eps):
    return rms_norm(x.reshape(len(x), -1, head_dim), gain, eps).reshape(x.shape)


def has_experts(config, layer):
    if config["model_type"] == "mixtral":
        return True
    if not config["model_type"].endswith("_moe"):
        return False
    dense = config.get("mlp_only_layers") or []
    return layer not in dense and (layer + 1) % config["decoder_sparse_step"] == 0


def expert(w, p, number, x, act):
    """One expert, in whichever of three layouts the layer is."""
    if p + "mlp.experts.down_proj" in w:
        gate, up = np.split(w[p + "mlp.experts.gate_up_proj"][number], 2)
        down = w[p + "mlp.experts.down_proj"][number]
    elif p + "block_sparse_moe.gate.weight" in w:
        each = f"{p}block_sparse_moe.experts.{number}.w"
        gate, up, down = (w[f"{each}{part}.weight"] for part in (1, 3, 2))
    else:
        each = f"{p}mlp.experts.{number}."
        gate, up, down = (w[f"{each}{part}_proj.weight"] for part in ("gate", "up", "down"))
    return (act(x @ gate.T) * (x @ up.T)) @ down.T


def mixture(config, w, p, x, act):
    router = w.get(p + "mlp.gate.weight", w.get(p + "block_sparse_moe.gate.weight"))
    p_all = softmax(x @ router.T)
    chosen = np.argsort(-p_all, axis=-1, kind="stable")[:, : config["num_experts_per_tok"]]
    weight = np.zeros_like(p_all)
    np.put_along_axis(weight, chosen, np.take_along_axis(p_all, chosen, -1), -1)
    if config["model_type"] == "mixtral" or config["norm_topk_prob"]:
        weight /= weight.sum(-1, keepdims=True)
    y = sum(weight[:, [e]] * expert(w, p, e, x, act) for e in range(len(router)))
    if config["model_type"] == "qwen2_moe":
        shared = lambda part, h: h @ w[f"{p}mlp.shared_expert.{part}_proj.weight"].T
        scale = 1 / (1 + np.exp(-(x @ w[p + "mlp.shared_expert_gate.weight"].T)))
        y = y + scale * shared("down", act(shared("gate", x)) * shared("up", x))
    return y


def gpt2(config, w, ids):
    w = {name.removeprefix("transformer."): value for name, value in w.items()}
    heads, eps, n = config["n_head"], config["layer_norm_epsilon"], len(ids)
    act = ACTIVATIONS[config["activation_function"]]
    linear = lambda x, name: x @ w[name + ".weight"] + w[name + ".bias"]
    norm = lambda x, name: layer_norm(x, w[name + ".weight"], w[name + ".bias"], eps)
    x = w["wte.weight"][ids] + w["wpe.weight"][:n]
    for layer in range(config["n_layer"]):
        p = f"h.{layer}."
        q, k, v = np.split(linear(norm(x, p + "ln_1"), p + "attn.c_attn"), 3, -1)
        x = x + linear(attention(q, k, v, heads, heads, causal(n)), p + "attn.c_proj")
        x = x + linear(act(linear(norm(x, p + "ln_2"), p + "mlp.c_fc")), p + "mlp.c_proj")
    return norm(x, "ln_f") @ w.get("lm_head.weight", w["wte.weight"]).T


def bert(config, w, ids):
    new = lambda name: name.replace(".gamma", ".weight").replace(".beta", ".bias")
    w = {new(name.removeprefix("bert.")): value for name, value in w.items()}
    heads, eps, n = config["num_attention_heads"], config["layer_norm_eps"], len(ids)
    act = ACTIVATIONS[config["hidden_act"]]
    linear = lambda x, name: x @ w[name + ".weight"].T + w[name + ".bias"]
    norm = lambda x, name: layer_norm(x, w[name + ".weight"], w[name + ".bias"], eps)
    e = "embeddings."
    x = w[e + "word_embeddings.weight"][ids] + w[e + "token_type_embeddings.weight"][0]
    x = norm(x + w[e + "position_embeddings.weight"][:n], e + "LayerNorm")
    everything = np.ones((n, n), bool)
    for layer in range(config["num_hidden_layers"]):
        p = f"encoder.layer.{layer}."
        q, k, v = (linear(x, f"{p}attention.self.{part}") for part in ("query", "key", "value"))
        mixed = linear(attention(q, k, v, heads, heads, everything), p + "attention.output.dense")
        x = norm(mixed + x, p + "attention.output.LayerNorm")
        h = linear(act(linear(x, p + "intermediate.dense")), p + "output.dense")
        x = norm(h + x, p + "output.LayerNorm")
    return x


FAMILIES = {"gpt2": gpt2, "bert": bert}
FAMILIES |= dict.fromkeys(("llama", "mistral", "qwen2", "mixtral", "qwen2_moe", "qwen3_moe"), llama)


def forward(directory, probes):
    """Logits (BERT: last hidden states) of each probe."""
    config, tensors = read_model(directory)
    return [FAMILIES[config["model_type"]](config, tensors, np.array(ids)) for ids in probes]
