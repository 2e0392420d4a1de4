"""The models of tests/golden/ with experts."""
from golden_models import Tensors, TINY_DIMENSION, llama_attention, llama_config, llama_mlp, model, probes

ROUTER_COPIES = [[2, 5], [0, 3]]  # experts that are equally likely: the lower id is chosen


def experts(tensors, config, prefix, names=("gate_proj", "up_proj", "down_proj")):
    hidden, inner = config["hidden_size"], config.get("moe_intermediate_size", config["intermediate_size"])
    gate, up, down = names
    for i in range(config.get("num_experts") or config["num_local_experts"]):
        tensors.linear(f"{prefix}{i}.{gate}", inner, hidden)
        tensors.linear(f"{prefix}{i}.{up}", inner, hidden)
        tensors.linear(f"{prefix}{i}.{down}", hidden, inner, tiny=True)


def fused_experts(tensors, config, prefix):
    """The two tensors of a layer in which transformers 5 holds them."""
    hidden, inner = config["hidden_size"], config.get("moe_intermediate_size", config["intermediate_size"])
    count = config.get("num_experts") or config["num_local_experts"]
    tensors.add(f"{prefix}gate_up_proj", (count, 2 * inner, hidden), -9)
    tensors.add(f"{prefix}down_proj", (count, hidden, inner), -9,
                tiny_rows=[i * hidden + TINY_DIMENSION for i in range(count)])


def moe_tensors(config, block, qkv_bias=False, out_bias=False, head_norms=False, dense=()):
    """`block(tensors, prefix)` adds what stands in place of the MLP; `dense` layers have an MLP."""
    tensors = Tensors()
    vocab, hidden = config["vocab_size"], config["hidden_size"]
    dim = config.get("head_dim", hidden // config["num_attention_heads"])
    tensors.embedding("model.embed_tokens.weight", vocab, hidden)
    for i in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{i}."
        tensors.gain(f"{prefix}input_layernorm", hidden)
        llama_attention(tensors, config, f"{prefix}self_attn.", qkv_bias, out_bias)
        if head_norms:
            tensors.gain(f"{prefix}self_attn.q_norm", dim)
            tensors.gain(f"{prefix}self_attn.k_norm", dim)
        tensors.gain(f"{prefix}post_attention_layernorm", hidden)
        if i in dense:
            llama_mlp(tensors, f"{prefix}mlp.", hidden, config["intermediate_size"])
        else:
            block(tensors, prefix)
    tensors.gain("model.norm", hidden)
    tensors.head("lm_head.weight", vocab, hidden)
    return tensors


@model
def mixtral():
    name = "mixtral"
    config = llama_config("mixtral", num_hidden_layers=2, intermediate_size=29, num_local_experts=6,
                          num_experts_per_tok=2, sliding_window=7, rope_theta=1000000.0)

    def block(tensors, prefix):
        tensors.linear(f"{prefix}block_sparse_moe.gate", 6, 60, copied_rows=ROUTER_COPIES)
        experts(tensors, config, f"{prefix}block_sparse_moe.experts.", ("w1", "w3", "w2"))

    yield name, config, moe_tensors(config, block), probes(name, 1, 23, 9)
    name = "mixtral-fused"
    fused = llama_config("mixtral", num_hidden_layers=2, intermediate_size=37, num_local_experts=5,
                         num_experts_per_tok=3, head_dim=8, sliding_window=None,
                         rope_parameters={"rope_type": "default", "rope_theta": 50000.0})

    def block_fused(tensors, prefix):
        tensors.linear(f"{prefix}mlp.gate", 5, 60, copied_rows=[[2, 4], [0, 3]])
        fused_experts(tensors, fused, f"{prefix}mlp.experts.")

    yield name, fused, moe_tensors(fused, block_fused), probes(name, 17)


@model
def qwen2_moe():
    name = "qwen2_moe"  # layer 1 is dense; the chosen weights stay as they are
    config = llama_config("qwen2_moe", moe_intermediate_size=19, shared_expert_intermediate_size=31,
                          num_experts=7, num_experts_per_tok=3, norm_topk_prob=False,
                          decoder_sparse_step=1, mlp_only_layers=[1], qkv_bias=True,
                          use_sliding_window=False, rope_theta=1000000.0)

    def block(tensors, prefix):
        tensors.linear(f"{prefix}mlp.gate", 7, 60, copied_rows=ROUTER_COPIES)
        experts(tensors, config, f"{prefix}mlp.experts.")
        tensors.linear(f"{prefix}mlp.shared_expert.gate_proj", 31, 60)
        tensors.linear(f"{prefix}mlp.shared_expert.up_proj", 31, 60)
        tensors.linear(f"{prefix}mlp.shared_expert.down_proj", 60, 31, tiny=True)
        tensors.linear(f"{prefix}mlp.shared_expert_gate", 1, 60)

    yield name, config, moe_tensors(config, block, qkv_bias=True, dense=(1,)), probes(name, 1, 23, 9)
    name = "qwen2_moe-window"  # the chosen weights made to add up to 1, a window in one layer
    types = ["full_attention", "sliding_attention", "full_attention"]
    config = dict(config, norm_topk_prob=True, mlp_only_layers=[0, 2], num_experts_per_tok=7,
                  use_sliding_window=True, sliding_window=5, layer_types=types)
    yield name, config, moe_tensors(config, block, qkv_bias=True, dense=(0, 2)), probes(name, 5, 16)


@model
def qwen3_moe():
    name = "qwen3_moe"  # as transformers 5 holds the experts; more of them than a row of 32 lanes
    config = llama_config("qwen3_moe", num_hidden_layers=2, head_dim=14, moe_intermediate_size=7,
                          num_experts=35, num_experts_per_tok=4, norm_topk_prob=True,
                          decoder_sparse_step=1, mlp_only_layers=[], attention_bias=False,
                          use_sliding_window=False, rope_theta=1000000.0)

    def block(tensors, prefix):
        tensors.linear(f"{prefix}mlp.gate", 35, 60, copied_rows=ROUTER_COPIES + [[8, 34], [9, 10]])
        fused_experts(tensors, config, f"{prefix}mlp.experts.")

    tensors = moe_tensors(config, block, head_norms=True)
    yield name, config, tensors, probes(name, 1, 23, 9)
    name = "qwen3_moe-single"  # one expert for each token, whose weight is then 1
    config = dict(config, num_hidden_layers=3, num_experts=6, num_experts_per_tok=1,
                  decoder_sparse_step=2, attention_bias=True, moe_intermediate_size=23)

    def block_single(tensors, prefix):
        tensors.linear(f"{prefix}mlp.gate", 6, 60, copied_rows=ROUTER_COPIES)
        experts(tensors, config, f"{prefix}mlp.experts.")

    tensors = moe_tensors(config, block_single, True, True, True, dense=(0, 2))
    yield name, config, tensors, probes(name, 17)
