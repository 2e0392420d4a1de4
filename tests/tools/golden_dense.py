"""The models of tests/golden/ of the other families without experts."""
from golden_models import (TINY_DIMENSION, Tensors, bert_tensors, llama_attention, llama_config, llama_mlp,
                           model, probes)


def decoder(config, layer, before=(), tied=None, exponent=-6, final="gain"):
    """Embedding, layers, last norm, head. `layer(tensors, prefix, i)` adds the tensors of a layer."""
    tensors = Tensors()
    vocab, hidden = config["vocab_size"], config["hidden_size"]
    tied = config["tie_word_embeddings"] if tied is None else tied
    tensors.embedding("model.embed_tokens.weight", vocab, hidden, exponent - 2 * tied, tied)
    for i in range(config["num_hidden_layers"]):
        layer(tensors, f"model.layers.{i}.", i)
    norm(tensors, "model.norm", hidden, final)
    if not tied:
        tensors.head("lm_head.weight", vocab, hidden)
    return tensors


def norm(tensors, name, size, kind="gain"):
    """kind: gain; centred (stored as gain - 1); biased; none."""
    if kind == "centred":
        tensors.add(f"{name}.weight", size, -10)
    elif kind != "none":
        tensors.gain(name, size, bias=kind == "biased")


def head_dim(config):
    return config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"]


def head_norms(tensors, config, prefix, kind="gain"):
    norm(tensors, f"{prefix}self_attn.q_norm", head_dim(config), kind)
    norm(tensors, f"{prefix}self_attn.k_norm", head_dim(config), kind)


# ---- Qwen3 ----


@model
def qwen3():
    def layer(bias):
        def add(tensors, prefix, i):
            norm(tensors, f"{prefix}input_layernorm", config["hidden_size"])
            llama_attention(tensors, config, f"{prefix}self_attn.", bias, bias)
            head_norms(tensors, config, prefix)
            norm(tensors, f"{prefix}post_attention_layernorm", config["hidden_size"])
            llama_mlp(tensors, f"{prefix}mlp.", config["hidden_size"], config["intermediate_size"])
        return add

    name = "qwen3"
    config = llama_config("qwen3", head_dim=14, attention_bias=False, rope_theta=1000000.0,
                          use_sliding_window=False)
    yield name, config, decoder(config, layer(False)), probes(name, 1, 23, 9)
    name = "qwen3-tied-window"  # as transformers 5 writes it
    config = llama_config("qwen3", num_hidden_layers=2, head_dim=10, attention_bias=True,
                          tie_word_embeddings=True, use_sliding_window=True, sliding_window=6,
                          max_window_layers=1, layer_types=["full_attention", "sliding_attention"],
                          rope_parameters={"rope_type": "default", "rope_theta": 1000000.0})
    yield name, config, decoder(config, layer(True)), probes(name, 6, 21)


# ---- Gemma ----


def gemma_layer(config, after=False, norms=False):
    def add(tensors, prefix, i):
        hidden = config["hidden_size"]
        norm(tensors, f"{prefix}input_layernorm", hidden, "centred")
        llama_attention(tensors, config, f"{prefix}self_attn.", False, False, tiny=not after)
        if norms:
            head_norms(tensors, config, prefix, "centred")
        norm(tensors, f"{prefix}post_attention_layernorm", hidden, "centred")
        if after:
            norm(tensors, f"{prefix}pre_feedforward_layernorm", hidden, "centred")
        llama_mlp(tensors, f"{prefix}mlp.", hidden, config["intermediate_size"], tiny=not after)
        if after:
            norm(tensors, f"{prefix}post_feedforward_layernorm", hidden, "centred")
    return add


def gemma_config(model_type, **options):
    config = llama_config(model_type, head_dim=14, hidden_activation="gelu_pytorch_tanh",
                          tie_word_embeddings=True, **options)
    config["hidden_act"] = "gelu_pytorch_tanh"
    return config


def gemma_tensors(config, layer):
    return decoder(config, layer, exponent=-7, final="centred")


@model
def gemma():
    name = "gemma"
    config = gemma_config("gemma", num_key_value_heads=1)
    yield name, config, gemma_tensors(config, gemma_layer(config)), probes(name, 1, 23, 9)


@model
def gemma2():
    name = "gemma2"  # both caps, a scale of its own, every other layer with a window
    config = gemma_config("gemma2", attn_logit_softcapping=2.5, final_logit_softcapping=4.0,
                          query_pre_attn_scalar=22, sliding_window=7)
    yield name, config, gemma_tensors(config, gemma_layer(config, True)), probes(name, 1, 26, 9)


@model
def gemma3_text():
    name = "gemma3_text"  # two frequencies: of the layers that slide and of the others
    types = ["sliding_attention", "sliding_attention", "full_attention", "sliding_attention"]
    config = gemma_config("gemma3_text", num_hidden_layers=4, query_pre_attn_scalar=19,
                          sliding_window=6, layer_types=types, rope_theta=1000000.0,
                          rope_local_base_freq=10000.0,
                          rope_scaling={"rope_type": "linear", "factor": 8.0})
    layer = gemma_layer(config, True, True)
    yield name, config, gemma_tensors(config, layer), probes(name, 1, 26, 9)
    name = "gemma3_text-of-5"  # as transformers 5 writes it
    rope = {"full_attention": {"rope_type": "default", "rope_theta": 1000000.0},
            "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}
    config = dict(config, num_hidden_layers=3, layer_types=types[1:], rope_parameters=rope)
    for key in ("rope_theta", "rope_local_base_freq", "rope_scaling"):
        del config[key]
    layer = gemma_layer(config, True, True)
    yield name, config, gemma_tensors(config, layer), probes(name, 19)


# ---- OLMo ----


@model
def olmo():
    def layer(tensors, prefix, i):
        llama_attention(tensors, config, f"{prefix}self_attn.", False, False)
        llama_mlp(tensors, f"{prefix}mlp.", config["hidden_size"], config["intermediate_size"])

    name = "olmo"  # norms without weights; query, key and value held within a bound
    config = llama_config("olmo", clip_qkv=1.5)
    del config["rms_norm_eps"]
    yield name, config, decoder(config, layer, final="none"), probes(name, 1, 23, 9)
    name = "olmo-tied"
    config = dict(config, num_hidden_layers=2, clip_qkv=None, tie_word_embeddings=True,
                  attention_bias=False)
    yield name, config, decoder(config, layer, final="none"), probes(name, 17)


@model
def olmo2():
    def layer(tensors, prefix, i):
        hidden, dim = config["hidden_size"], head_dim(config)
        llama_attention(tensors, config, f"{prefix}self_attn.", False, False)
        norm(tensors, f"{prefix}self_attn.q_norm", config["num_attention_heads"] * dim)
        norm(tensors, f"{prefix}self_attn.k_norm", config["num_key_value_heads"] * dim)
        norm(tensors, f"{prefix}post_attention_layernorm", hidden)
        llama_mlp(tensors, f"{prefix}mlp.", hidden, config["intermediate_size"])
        norm(tensors, f"{prefix}post_feedforward_layernorm", hidden)

    name = "olmo2"  # norms after attention and MLP, and over the whole query and key
    config = llama_config("olmo2", attention_bias=False, rope_theta=500000.0)
    yield name, config, decoder(config, layer), probes(name, 1, 23, 9)


# ---- GPT-NeoX ----


def neox_tensors(config, bias=True):
    tensors = Tensors()
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    tensors.embedding("gpt_neox.embed_in.weight", config["vocab_size"], hidden)
    for i in range(config["num_hidden_layers"]):
        prefix = f"gpt_neox.layers.{i}."
        norm(tensors, f"{prefix}input_layernorm", hidden, "biased")
        norm(tensors, f"{prefix}post_attention_layernorm", hidden, "biased")
        tensors.linear(f"{prefix}attention.query_key_value", 3 * hidden, hidden, bias)
        tensors.linear(f"{prefix}attention.dense", hidden, hidden, bias, tiny=True)
        tensors.linear(f"{prefix}mlp.dense_h_to_4h", inner, hidden, True)
        tensors.linear(f"{prefix}mlp.dense_4h_to_h", hidden, inner, True, tiny=True)
    norm(tensors, "gpt_neox.final_layer_norm", hidden, "biased")
    tensors.head("embed_out.weight", config["vocab_size"], hidden)
    return tensors


@model
def gpt_neox():
    name = "gpt_neox"  # parallel residual, 4 of 17 dimensions turn
    config = {"model_type": "gpt_neox", "hidden_size": 51, "intermediate_size": 83,
              "num_hidden_layers": 3, "num_attention_heads": 3, "vocab_size": 101,
              "max_position_embeddings": 128, "layer_norm_eps": 1e-05, "hidden_act": "gelu",
              "rotary_pct": 0.25, "rotary_emb_base": 10000, "use_parallel_residual": True,
              "attention_bias": True, "tie_word_embeddings": False}
    yield name, config, neox_tensors(config), probes(name, 1, 23, 9)
    name = "gpt_neox-sequential"
    config = dict(config, num_hidden_layers=2, hidden_size=60, num_attention_heads=5, rotary_pct=1.0,
                  use_parallel_residual=False, attention_bias=False, hidden_act="gelu_new")
    yield name, config, neox_tensors(config, False), probes(name, 17)


# ---- Phi-3 ----


def phi3_layer(config):
    def add(tensors, prefix, i):
        hidden, inner, dim = config["hidden_size"], config["intermediate_size"], head_dim(config)
        heads, keys = config["num_attention_heads"], config["num_key_value_heads"]
        norm(tensors, f"{prefix}input_layernorm", hidden)
        tensors.linear(f"{prefix}self_attn.qkv_proj", (heads + 2 * keys) * dim, hidden)
        tensors.linear(f"{prefix}self_attn.o_proj", hidden, heads * dim, tiny=True)
        norm(tensors, f"{prefix}post_attention_layernorm", hidden)
        tensors.linear(f"{prefix}mlp.gate_up_proj", 2 * inner, hidden)
        tensors.linear(f"{prefix}mlp.down_proj", hidden, inner, tiny=True)
    return add


@model
def phi3():
    name = "phi3"
    config = llama_config("phi3", sliding_window=9, pad_token_id=0,
                          original_max_position_embeddings=128)
    yield name, config, decoder(config, phi3_layer(config)), probes(name, 1, 23, 9)
    name = "phi3-longrope"  # probes on both sides of the original context, 8 of 10 dimensions turn
    factors = {"short_factor": [1.0, 1.05, 1.25, 1.5], "long_factor": [1.0, 2.5, 7.0, 8.0]}
    config = llama_config("phi3", num_hidden_layers=2, pad_token_id=0, sliding_window=None,
                          max_position_embeddings=128, original_max_position_embeddings=16,
                          partial_rotary_factor=0.8, rope_scaling={"type": "longrope", **factors})
    yield name, config, decoder(config, phi3_layer(config)), probes(name, 16, 17, 31)


# ---- StableLM ----


def stablelm_layer(config, bias, parallel=False, norms=False):
    def add(tensors, prefix, i):
        hidden = config["hidden_size"]
        norm(tensors, f"{prefix}input_layernorm", hidden, "biased")
        llama_attention(tensors, config, f"{prefix}self_attn.", bias, False)
        for part, heads in (("q", "num_attention_heads"), ("k", "num_key_value_heads")):
            for head in range(config[heads] if norms else 0):
                tensors.gain(f"{prefix}self_attn.{part}_layernorm.norms.{head}", head_dim(config))
        if not parallel:
            norm(tensors, f"{prefix}post_attention_layernorm", hidden, "biased")
        llama_mlp(tensors, f"{prefix}mlp.", hidden, config["intermediate_size"])
    return add


@model
def stablelm():
    name = "stablelm"  # 2 of 10 dimensions turn
    config = llama_config("stablelm", layer_norm_eps=1e-05, partial_rotary_factor=0.25,
                          use_qkv_bias=True, use_parallel_residual=False, qk_layernorm=False)
    del config["rms_norm_eps"]
    layer = stablelm_layer(config, True)
    yield name, config, decoder(config, layer, final="biased"), probes(name, 1, 23, 9)
    name = "stablelm-parallel"  # and a norm for each head
    config = dict(config, num_hidden_layers=2, use_qkv_bias=False, use_parallel_residual=True,
                  qk_layernorm=True, partial_rotary_factor=0.4)
    layer = stablelm_layer(config, False, True, True)
    yield name, config, decoder(config, layer, final="biased"), probes(name, 17)


# ---- RoBERTa: BERT with positions from pad_token_id + 1 ----


def roberta_config(model_type, **options):
    config = {"model_type": model_type, "hidden_size": 63, "num_hidden_layers": 2,
              "num_attention_heads": 7, "intermediate_size": 89, "vocab_size": 101,
              "max_position_embeddings": 40, "type_vocab_size": 1, "layer_norm_eps": 1e-05,
              "hidden_act": "gelu", "pad_token_id": 1}
    config.update(options)
    return config


@model
def roberta():
    name = "roberta"
    config = roberta_config("roberta")
    pads = [1, 5, 1, 1, 9, 7, 1]  # pads stand at a position of their own
    yield name, config, bert_tensors(config, "roberta."), probes(name, 1, 20, more=[pads])


@model
def xlm_roberta():
    name = "xlm-roberta"
    config = roberta_config("xlm-roberta", num_hidden_layers=1, num_attention_heads=3)
    yield name, config, bert_tensors(config), probes(name, 13)
