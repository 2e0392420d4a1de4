"""What the models of tests/golden/ are made of, and the first five families; for golden_make.py.

Sizes are odd on purpose, number formats are mixed, some rows hold subnormals or the same numbers
twice; what a number becomes is said in docs/numerics.md, "Golden digests".
"""
import math

TINY_TOKEN, TINY_LOGIT, TINY_DIMENSION = 7, 11, 5  # rows of vocabulary, column of the hidden state
COPIES = [[3, 90], [3, 4], [21, 20], [50, 77]]  # rows of the head that give equal logits
FORMATS = ("BF16", "F32", "BF16", "F16", "BF16")  # taken in turn
MODELS = {}


def model(function):
    """Register every (name, config, tensors, probes) that the function yields."""
    for name, config, tensors, probes in function():
        if name in MODELS:
            raise ValueError(f"two models are called {name}")
        MODELS[name] = (config, tensors.entries, probes)
    return function


def probes(name, *lengths, more=()):
    """One seeded probe of each length, the token of subnormals alone, and what else is asked for."""
    seeded = [f"1:{length}:{name}/{length}" for length in lengths]
    return seeded + [[TINY_TOKEN], *more]


class Tensors:
    """The list of tensors, with magnitudes that keep activations near 1."""

    def __init__(self, formats=FORMATS):
        self.entries, self.formats = [], formats

    def add(self, name, shape, values, **marks):
        turn = self.formats[len(self.entries) % len(self.formats)]
        if turn == "F16" and ("tiny_rows" in marks or "tiny_columns" in marks):
            turn = "BF16"  # the subnormals of f16 are normal numbers once widened
        shape = [shape] if isinstance(shape, int) else list(shape)
        entry = {"name": name, "dtype": turn, "shape": shape, "values": values}
        entry.update({key: value for key, value in marks.items() if value})
        self.entries.append(entry)

    def table(self, name, rows, cols, exponent=-6, **marks):
        self.add(name, (rows, cols), exponent, **marks)

    def linear(self, name, out, of, bias=False, scale=1.3, conv=False, tiny=False, **marks):
        """A projection (rows are outputs; `conv`: columns are); with `tiny` one output is subnormal."""
        exponent = round(math.log2(scale / math.sqrt(of) / 74))
        mark = {"tiny_columns" if conv else "tiny_rows": [TINY_DIMENSION] if tiny else None}
        shape = (of, out) if conv else (out, of)
        self.add(f"{name}.weight", shape, exponent, **mark, **marks)
        if bias:
            self.vector(f"{name}.bias", out, tiny=tiny)

    def vector(self, name, size, exponent=-8, tiny=False):
        self.add(name, size, exponent, tiny_columns=[TINY_DIMENSION] if tiny else None)

    def gain(self, name, size, bias=False, tiny=False):
        self.add(f"{name}.weight", size, "gain", tiny_columns=[TINY_DIMENSION] if tiny else None)
        if bias:
            self.vector(f"{name}.bias", size, tiny=tiny)

    def embedding(self, name, vocab, hidden, exponent=-6, tied=False):
        self.table(name, vocab, hidden, exponent, tiny_rows=[TINY_TOKEN],
                   tiny_columns=[TINY_DIMENSION], copied_rows=COPIES if tied else None)

    def head(self, name, vocab, hidden):
        self.table(name, vocab, hidden, -9, tiny_rows=[TINY_LOGIT], copied_rows=COPIES)


# ---- Llama and what has its layers ----


def llama_config(model_type, **options):
    config = {
        "model_type": model_type, "hidden_size": 60, "intermediate_size": 53,
        "num_hidden_layers": 3, "num_attention_heads": 6, "num_key_value_heads": 2,
        "vocab_size": 101, "max_position_embeddings": 128, "rms_norm_eps": 1e-06,
        "hidden_act": "silu", "tie_word_embeddings": False,
    }
    config.update(options)
    if "rope_parameters" not in config:
        config.setdefault("rope_theta", 10000.0)
    return config


def llama_attention(tensors, config, prefix, qkv_bias, out_bias, tiny=True):
    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    dim = config.get("head_dim", hidden // heads)
    keys = config["num_key_value_heads"] * dim
    tensors.linear(f"{prefix}q_proj", heads * dim, hidden, qkv_bias)
    tensors.linear(f"{prefix}k_proj", keys, hidden, qkv_bias)
    tensors.linear(f"{prefix}v_proj", keys, hidden, qkv_bias)
    tensors.linear(f"{prefix}o_proj", hidden, heads * dim, out_bias, tiny=tiny)


def llama_mlp(tensors, prefix, hidden, inner, bias=False, tiny=True):
    tensors.linear(f"{prefix}gate_proj", inner, hidden, bias)
    tensors.linear(f"{prefix}up_proj", inner, hidden, bias)
    tensors.linear(f"{prefix}down_proj", hidden, inner, bias, tiny=tiny)


def llama_tensors(config, qkv_bias=False, out_bias=False, mlp_bias=False, formats=FORMATS):
    tensors = Tensors(formats)
    vocab, hidden, tied = config["vocab_size"], config["hidden_size"], config["tie_word_embeddings"]
    tensors.embedding("model.embed_tokens.weight", vocab, hidden, -8 if tied else -6, tied)
    for i in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{i}."
        tensors.gain(f"{prefix}input_layernorm", hidden)
        llama_attention(tensors, config, f"{prefix}self_attn.", qkv_bias, out_bias)
        tensors.gain(f"{prefix}post_attention_layernorm", hidden)
        llama_mlp(tensors, f"{prefix}mlp.", hidden, config["intermediate_size"], mlp_bias)
    tensors.gain("model.norm", hidden)
    if not tied:
        tensors.head("lm_head.weight", vocab, hidden)
    return tensors


def llama_model(name, *lengths, **options):
    config = llama_config("llama", **options)
    return name, config, llama_tensors(config), probes(name, *(lengths or (1, 23, 9)))


@model
def llama():
    yield llama_model("llama")
    name = "llama-biased-tied"  # one key head, heads that are wider than hidden / heads
    config = llama_config("llama", hidden_size=50, num_attention_heads=5, num_key_value_heads=1,
                          head_dim=14, attention_bias=True, mlp_bias=True, rms_norm_eps=1e-05,
                          intermediate_size=67, num_hidden_layers=2, tie_word_embeddings=True)
    yield name, config, llama_tensors(config, True, True, True), probes(name, 2, 33)
    yield llama_model("llama-rope-linear", rope_theta=10000.0,
                      rope_scaling={"type": "linear", "factor": 2.5})
    yield llama_model("llama-rope-linear-rounded", 12, num_hidden_layers=1,  # 3.3 is not a binary32
                      rope_scaling={"type": "linear", "factor": 3.3})
    # probes below, at and beyond the original context, whose frequencies depend on their length
    yield llama_model("llama-rope-dynamic", 11, 16, 27, num_hidden_layers=2, rope_theta=10000.0,
                      max_position_embeddings=16,
                      rope_scaling={"rope_type": "dynamic", "factor": 2.0})
    yield llama_model(
        "llama-rope-llama3", 1, 40, num_hidden_layers=2, head_dim=16,
        max_position_embeddings=1024, rope_theta=500000.0,
        rope_scaling={"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                      "high_freq_factor": 4.0, "original_max_position_embeddings": 256})
    yield llama_model(
        "llama-rope-yarn", 1, 40, num_hidden_layers=2, head_dim=20, max_position_embeddings=256,
        rope_scaling={"rope_type": "yarn", "factor": 4.0,
                      "original_max_position_embeddings": 64})
    yield llama_model(  # as transformers 5 writes it
        "llama-rope-yarn-mscale", 30, num_hidden_layers=2, head_dim=24,
        rope_parameters={"rope_type": "yarn", "rope_theta": 50000.0, "factor": 3.0,
                         "original_max_position_embeddings": 64, "beta_fast": 16.0,
                         "beta_slow": 0.5, "mscale": 0.8, "mscale_all_dim": 0.4,
                         "truncate": False})
    yield llama_model(
        "llama-rope-yarn-given", 30, num_hidden_layers=1, head_dim=24, rope_theta=10000.0,
        max_position_embeddings=128,
        rope_scaling={"rope_type": "yarn", "factor": None, "attention_factor": 1.25,
                      "original_max_position_embeddings": 32})

    name = "llama-zeros"  # most logits are -0 or +0, some of them among the largest eight
    config = llama_config("llama", num_hidden_layers=1)
    tensors = llama_tensors(config, formats=("BF16",))
    norm, head = tensors.entries[-2:]
    norm["tiny_columns"] = list(range(config["hidden_size"]))
    head["tiny_rows"] = [row for row in range(config["vocab_size"]) if row % 11]
    del head["copied_rows"]
    yield name, config, tensors, probes(name, 9)


@model
def mistral():
    name = "mistral"
    config = llama_config("mistral", hidden_size=54, num_attention_heads=9, num_key_value_heads=3,
                          sliding_window=7, architectures=["MistralForCausalLM"])
    yield name, config, llama_tensors(config), probes(name, 1, 6, 7, 29)


@model
def qwen2():
    name = "qwen2"  # the window of layers 1 and 2
    config = llama_config("qwen2", hidden_size=56, num_attention_heads=4, num_key_value_heads=2,
                          use_sliding_window=True, sliding_window=5, max_window_layers=1,
                          rope_theta=1000000.0)
    yield name, config, llama_tensors(config, qkv_bias=True), probes(name, 1, 5, 26)
    name = "qwen2-tied"  # all bf16
    config = llama_config("qwen2", num_hidden_layers=2, tie_word_embeddings=True)
    tensors = llama_tensors(config, qkv_bias=True, formats=("BF16",))
    yield name, config, tensors, probes(name, 3, 17)


# ---- GPT-2 ----


def gpt2_tensors(config, prefix="transformer."):
    tensors = Tensors()
    vocab, hidden, tied = config["vocab_size"], config["n_embd"], config.get("tie_word_embeddings", True)
    inner = config.get("n_inner") or 4 * hidden
    tensors.embedding(f"{prefix}wte.weight", vocab, hidden, -8 if tied else -6, tied)
    tensors.table(f"{prefix}wpe.weight", config["n_positions"], hidden, -8, tiny_columns=[TINY_DIMENSION])
    for i in range(config["n_layer"]):
        layer = f"{prefix}h.{i}."
        tensors.gain(f"{layer}ln_1", hidden, bias=True)
        tensors.linear(f"{layer}attn.c_attn", 3 * hidden, hidden, True, conv=True)
        tensors.linear(f"{layer}attn.c_proj", hidden, hidden, True, conv=True, tiny=True)
        tensors.gain(f"{layer}ln_2", hidden, bias=True)
        tensors.linear(f"{layer}mlp.c_fc", inner, hidden, True, conv=True)
        tensors.linear(f"{layer}mlp.c_proj", hidden, inner, True, conv=True, tiny=True)
    tensors.gain(f"{prefix}ln_f", hidden, bias=True)
    if not tied:
        tensors.head("lm_head.weight", vocab, hidden)
    return tensors


@model
def gpt2():
    name = "gpt2"  # heads of 13
    config = {"model_type": "gpt2", "n_embd": 52, "n_head": 4, "n_inner": 97, "n_layer": 3,
              "n_positions": 40, "vocab_size": 101, "layer_norm_epsilon": 1e-05,
              "activation_function": "gelu_new", "tie_word_embeddings": True}
    yield name, config, gpt2_tensors(config), probes(name, 1, 21, 40)
    name = "gpt2-untied"  # GELU by erf, names without their prefix
    config = dict(config, n_layer=2, n_inner=71, tie_word_embeddings=False,
                  activation_function="gelu")
    yield name, config, gpt2_tensors(config, ""), probes(name, 2, 19)
    name = "gpt2-relu"
    config = dict(config, n_layer=1, n_head=1, activation_function="relu")
    yield name, config, gpt2_tensors(config), probes(name, 19)


# ---- BERT ----


def bert_tensors(config, prefix="", norm=("weight", "bias")):
    tensors = Tensors()
    hidden, inner = config["hidden_size"], config["intermediate_size"]

    def layer_norm(name, tiny=False):
        tensors.gain(name, hidden, bias=True, tiny=tiny)
        for entry, end in zip(tensors.entries[-2:], norm):
            entry["name"] = f"{name}.{end}"

    embeddings = f"{prefix}embeddings."
    tensors.embedding(f"{embeddings}word_embeddings.weight", config["vocab_size"], hidden)
    tensors.table(f"{embeddings}position_embeddings.weight", config["max_position_embeddings"], hidden, -7)
    tensors.table(f"{embeddings}token_type_embeddings.weight", config.get("type_vocab_size", 2), hidden, -8)
    layer_norm(f"{embeddings}LayerNorm", tiny=True)
    for i in range(config["num_hidden_layers"]):
        layer = f"{prefix}encoder.layer.{i}."
        for part in ("query", "key", "value"):
            tensors.linear(f"{layer}attention.self.{part}", hidden, hidden, True)
        tensors.linear(f"{layer}attention.output.dense", hidden, hidden, True)
        layer_norm(f"{layer}attention.output.LayerNorm")
        tensors.linear(f"{layer}intermediate.dense", inner, hidden, True)
        tensors.linear(f"{layer}output.dense", hidden, inner, True)
        layer_norm(f"{layer}output.LayerNorm", tiny=True)
    return tensors


@model
def bert():
    name = "bert"  # heads of 9
    config = {"model_type": "bert", "hidden_size": 63, "num_hidden_layers": 3,
              "num_attention_heads": 7, "intermediate_size": 89, "vocab_size": 101,
              "max_position_embeddings": 37, "type_vocab_size": 2, "layer_norm_eps": 1e-12,
              "hidden_act": "gelu"}
    yield name, config, bert_tensors(config), probes(name, 1, 20, 37)
    name = "bert-gamma-beta"  # as first published, below a task's head
    config = dict(config, num_hidden_layers=1, num_attention_heads=3, hidden_act="gelu_new")
    yield name, config, bert_tensors(config, "bert.", ("gamma", "beta")), probes(name, 13)
