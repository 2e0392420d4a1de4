"""Small random models of every architecture that Akashi computes, as directories on disk.

Shared by the judges. Each case is written by transformers itself; what older writers did
differently (config.json of transformers 4, GPT-2 without its prefix, BERT's gamma and beta) is
then changed in the files.
"""
import dataclasses
import json
import os
import pathlib
import random
import re
import subprocess
import sys

import numpy
import safetensors.torch
import torch
import transformers

TOLERANCE = 2e-5  # of the largest value, between float32 implementations
SEED = int(os.environ.get("AKASHI_JUDGE_SEED", "12"))


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def tool(name):
    path = pathlib.Path(os.environ["AKASHI_BUILD"]) / "tests" / name
    if not path.exists():
        skip(f"{name} is not built")
    return path


def dump_tool():
    return tool("forward_dump")


@dataclasses.dataclass
class Case:
    name: str
    config: transformers.PretrainedConfig
    model_class: type
    lengths: tuple = (1, 7, 33)
    dtype: torch.dtype = torch.float32
    shards: bool = False
    old_config: bool = False  # as transformers 4 wrote it
    rename: object = None  # tensor name -> its older spelling
    extra: dict = dataclasses.field(default_factory=dict)  # tensors that nothing computes with
    fused: bool = False  # experts in the two tensors of a layer that transformers 5 holds them in

    change: object = None  # config.json as a dictionary -> as somebody else wrote it

    @property
    def encoder(self):
        return self.config.model_type in ("bert", "roberta", "xlm-roberta")


def llama(rng, **options):
    head_dim = rng.choice([6, 10, 16])
    groups = rng.choice([1, 2, 3])
    key_heads = rng.choice([1, 2])
    values = dict(
        vocab_size=rng.randrange(33, 130),
        hidden_size=key_heads * groups * head_dim,
        intermediate_size=rng.randrange(17, 100),
        num_hidden_layers=rng.choice([1, 2, 3]),
        num_attention_heads=key_heads * groups,
        num_key_value_heads=key_heads,
        max_position_embeddings=64,
        rms_norm_eps=rng.choice([1e-5, 1e-6]),
        tie_word_embeddings=rng.random() < 0.5,
        bos_token_id=1,
        eos_token_id=2,
    )
    values.update(options)
    return values


def llama_cases(rng):
    make = lambda **o: transformers.LlamaConfig(**llama(rng, **o))
    model = transformers.LlamaForCausalLM
    rope = lambda kind, **o: {"rope_type": kind, "rope_theta": 10000.0, **o}
    llama3 = rope(
        "llama3", rope_theta=500000.0, factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
        original_max_position_embeddings=64,
    )
    long = dict(head_dim=32, max_position_embeddings=4096)
    yarn_long = rope("yarn", factor=4.0, original_max_position_embeddings=1024)
    yarn_mscale = dict(yarn_long, mscale=0.8, mscale_all_dim=0.4, truncate=False)
    yarn = rope("yarn", factor=4.0, original_max_position_embeddings=16)
    yarn_betas = dict(yarn, beta_fast=4.0, beta_slow=0.5, attention_factor=1.25)
    yarn_ratio = dict(yarn, factor=None)
    linear = rope("linear", factor=2.5)
    dynamic = rope("dynamic", factor=2.0)
    yield Case("llama plain", make(), model)
    yield Case("llama tied, config of 4", make(tie_word_embeddings=True), model, old_config=True)
    yield Case("llama bf16, 2 shards or more", make(num_hidden_layers=3), model,
               dtype=torch.bfloat16, shards=True)
    yield Case("llama f16", make(), model, dtype=torch.float16)
    yield Case("llama biases", make(attention_bias=True, mlp_bias=True), model)
    yield Case("llama head_dim of its own", make(head_dim=12), model)
    yield Case("llama rope llama3", make(rope_parameters=llama3, **long), model)
    yield Case("llama rope llama3, config of 4", make(rope_parameters=llama3, **long), model,
               old_config=True)
    yield Case("llama rope linear, config of 4", make(rope_parameters=linear), model,
               old_config=True)
    yield Case("llama rope yarn", make(rope_parameters=yarn_long, **long), model, lengths=(90, 9))
    yield Case("llama rope yarn with betas", make(rope_parameters=yarn_betas, head_dim=32), model,
               lengths=(60, 9))
    yield Case("llama rope yarn with mscale, not truncated",
               make(rope_parameters=yarn_mscale, **long), model, lengths=(90, 9))
    yield Case("llama rope yarn, factor from the contexts", make(rope_parameters=yarn_ratio),
               model, lengths=(60, 9))
    yield Case("llama rope linear beyond its context", make(rope_parameters=linear), model,
               lengths=(100,))
    yield Case("llama rope dynamic", make(rope_parameters=dynamic, max_position_embeddings=24),
               model, lengths=(48, 20, 31))
    yield Case("llama rope dynamic, config of 4", make(rope_parameters=dynamic), model,
               lengths=(80, 64), old_config=True)


def sibling_cases(rng):
    mistral = lambda **o: transformers.MistralConfig(**llama(rng, **o))
    model = transformers.MistralForCausalLM
    yield Case("mistral without a window", mistral(sliding_window=None), model)
    yield Case("mistral with a window", mistral(sliding_window=7), model, lengths=(1, 7, 8, 40))
    yield Case("mistral bf16, window, config of 4", mistral(sliding_window=9), model,
               lengths=(40,), dtype=torch.bfloat16, old_config=True)
    qwen2 = lambda **o: transformers.Qwen2Config(**llama(rng, **o))
    model = transformers.Qwen2ForCausalLM
    yield Case("qwen2", qwen2(use_sliding_window=False), model)
    yield Case("qwen2 tied, bf16, config of 4", qwen2(tie_word_embeddings=True), model,
               dtype=torch.bfloat16, old_config=True)
    window = dict(use_sliding_window=True, sliding_window=5, max_window_layers=1)
    yield Case("qwen2, window in its later layers", qwen2(num_hidden_layers=3, **window), model,
               lengths=(3, 30))


def rope_of(kind, **options):
    return {"rope_type": kind, "rope_theta": 10000.0, **options}


def pick(rng, **choices):
    """One of each: `pick(rng, a=[1, 2])` is {"a": 1} or {"a": 2}."""
    return {name: rng.choice(values) for name, values in choices.items()}


def scalings(rng, head_dim, partial=None):
    """A rotary scaling of each kind, over `head_dim` numbers."""
    more = {} if partial is None else {"partial_rotary_factor": partial}
    theta = rng.choice([10000.0, 500000.0, 77777.0])
    return [
        rope_of("default", rope_theta=theta, **more),
        rope_of("linear", rope_theta=theta, factor=rng.choice([1.5, 4.0]), **more),
        rope_of("dynamic", rope_theta=theta, factor=rng.choice([1.0, 3.0]), **more),
        rope_of("llama3", rope_theta=theta, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                original_max_position_embeddings=32, **more),
        rope_of("yarn", rope_theta=theta, factor=4.0, original_max_position_embeddings=16, **more),
    ]


def qwen3_cases(rng):
    make = lambda **o: transformers.Qwen3Config(**llama(rng, head_dim=12, **o))
    model = transformers.Qwen3ForCausalLM
    yield Case("qwen3", make(attention_bias=rng.random() < 0.5), model)
    yield Case("qwen3 tied, bf16, config of 4", make(tie_word_embeddings=True), model,
               dtype=torch.bfloat16, old_config=True)
    window = dict(use_sliding_window=True, sliding_window=5, max_window_layers=1)
    yield Case("qwen3, window in its later layers", make(num_hidden_layers=3, **window), model,
               lengths=(3, 30))
    yield Case("qwen3, rope scaled", make(rope_parameters=rng.choice(scalings(rng, 12)[1:])), model,
               lengths=(60, 20))


def ministral_cases(rng):
    types = [rng.choice(["sliding_attention", "full_attention"]) for _ in range(4)]
    make = lambda **o: transformers.MinistralConfig(
        **llama(rng, num_hidden_layers=4, head_dim=10, **o))

    def mistral(config):
        return {**config, "model_type": "mistral", "architectures": ["MistralForCausalLM"]}

    yield Case("mistral with layer types", make(sliding_window=6, layer_types=types),
               transformers.MinistralForCausalLM, lengths=(5, 40), change=mistral)


def gemma_values(rng, **options):
    return llama(rng, head_dim=rng.choice([8, 14, 16]), attention_bias=rng.random() < 0.3, **options)


def gemma_cases(rng):
    make = lambda **o: transformers.GemmaConfig(**gemma_values(rng, **o))
    model = transformers.GemmaForCausalLM
    yield Case("gemma", make(tie_word_embeddings=True), model)
    yield Case("gemma bf16, config of 4", make(tie_word_embeddings=True), model,
               dtype=torch.bfloat16, old_config=True,
               change=lambda c: {**c, "hidden_act": "gelu", "hidden_activation": None})
    yield Case("gemma untied, rope scaled",
               make(tie_word_embeddings=False, rope_parameters=rng.choice(scalings(rng, 8)[1:])),
               model, lengths=(60, 20))


def gemma2_cases(rng):
    def make(**options):
        values = gemma_values(rng, num_hidden_layers=4, sliding_window=6, tie_word_embeddings=True)
        values.update(pick(rng, query_pre_attn_scalar=[8, 24, 144]), **options)
        return transformers.Gemma2Config(**values)

    model = transformers.Gemma2ForCausalLM
    yield Case("gemma2", make(attn_logit_softcapping=5.0, final_logit_softcapping=8.0), model,
               lengths=(5, 40))
    yield Case("gemma2 f16, config of 4", make(), model, lengths=(5, 40), dtype=torch.float16,
               old_config=True, change=lambda c: {**c, "hidden_act": "gelu_pytorch_tanh"})
    yield Case("gemma2 without caps, in a pattern of its own",
               make(attn_logit_softcapping=None, final_logit_softcapping=None,
                    layer_types=["full_attention", "sliding_attention"] * 2), model,
               lengths=(5, 40))


def gemma3_old(config):
    """As transformers 4 wrote it: one theta for each kind of layer, a scaling for one of them."""
    both = config.pop("rope_parameters")
    full, local = both["full_attention"], both["sliding_attention"]
    config["rope_theta"], config["rope_local_base_freq"] = full.pop("rope_theta"), local["rope_theta"]
    config["rope_scaling"] = None if full["rope_type"] == "default" else full
    config.pop("layer_types")
    return config


def gemma3_cases(rng):
    def make(rope=None, **options):
        values = gemma_values(rng, num_hidden_layers=4, sliding_window=6, tie_word_embeddings=True)
        values.update(pick(rng, query_pre_attn_scalar=[8, 24, 144]), **options)
        if rope:
            values["rope_parameters"] = rope
        return transformers.Gemma3TextConfig(**values)

    model = transformers.Gemma3ForCausalLM
    linear = {
        "full_attention": rope_of("linear", rope_theta=1e6, factor=8.0),
        "sliding_attention": rope_of("default", rope_theta=5000.0),
    }
    yield Case("gemma3", make(sliding_window_pattern=2), model, lengths=(5, 40))
    yield Case("gemma3, capped, scaled in some layers",
               make(linear, final_logit_softcapping=8.0, sliding_window_pattern=3), model,
               lengths=(5, 40))
    yield Case("gemma3 bf16, config of 4", make(linear, sliding_window_pattern=2), model,
               lengths=(5, 40), dtype=torch.bfloat16,
               change=lambda c: {**gemma3_old(c), "sliding_window_pattern": 2})
    yield Case("gemma3, both kinds scaled",
               make({"full_attention": rng.choice(scalings(rng, 8)[3:]),
                     "sliding_attention": rng.choice(scalings(rng, 8)[:3])},
                    layer_types=["full_attention", "sliding_attention"] * 2), model,
               lengths=(5, 60))


def olmo_cases(rng):
    make = lambda **o: transformers.OlmoConfig(**llama(rng, **o))
    model = transformers.OlmoForCausalLM
    yield Case("olmo", make(clip_qkv=None), model)
    yield Case("olmo clipped, biased", make(clip_qkv=0.4, attention_bias=True), model)
    yield Case("olmo bf16, clipped, config of 4", make(clip_qkv=0.7), model, dtype=torch.bfloat16,
               old_config=True)
    make = lambda **o: transformers.Olmo2Config(**llama(rng, **o))
    model = transformers.Olmo2ForCausalLM
    yield Case("olmo2", make(attention_bias=rng.random() < 0.5), model)
    yield Case("olmo2 bf16, config of 4", make(), model, dtype=torch.bfloat16, old_config=True)
    yield Case("olmo2, rope scaled", make(rope_parameters=rng.choice(scalings(rng, 8)[1:])), model,
               lengths=(60, 20))


def neox_old(config):
    rope = config.pop("rope_parameters")
    config["rotary_emb_base"], config["rotary_pct"] = rope["rope_theta"], rope["partial_rotary_factor"]
    return config


def neox_cases(rng):
    def make(partial=None, rope=None, **options):
        heads, head_dim = rng.choice([1, 2, 3]), rng.choice([16, 24, 40])
        share = partial or rng.choice([0.25, 0.5, 1.0])
        values = llama(rng, num_attention_heads=heads, hidden_size=heads * head_dim,
                       hidden_act=rng.choice(["gelu", "gelu_new", "relu"]))
        for key in ("num_key_value_heads", "rms_norm_eps"):
            values.pop(key)
        rope = rope or rope_of("default", rope_theta=rng.choice([1e4, 123456.0]))
        values.update(layer_norm_eps=rng.choice([1e-5, 1e-6]),
                      rope_parameters={**rope, "partial_rotary_factor": share}, **options)
        return transformers.GPTNeoXConfig(**values)

    model = transformers.GPTNeoXForCausalLM
    out = lambda name: name.replace("lm_head.", "embed_out.")
    mask = {"gpt_neox.layers.0.attention.bias": torch.ones(1, 1, 8, 8),
            "gpt_neox.layers.0.attention.masked_bias": torch.tensor(-1e9),
            "gpt_neox.layers.0.attention.rotary_emb.inv_freq": torch.ones(4)}
    yield Case("gpt_neox", make(), model)
    yield Case("gpt_neox as first published", make(tie_word_embeddings=False), model, rename=out,
               extra=mask, change=neox_old)
    yield Case("gpt_neox f16, one after the other", make(use_parallel_residual=False), model,
               dtype=torch.float16)
    yield Case("gpt_neox without biases of attention", make(attention_bias=False), model)
    scaled = rng.choice(scalings(rng, 8)[1:])
    yield Case("gpt_neox, rope scaled", make(0.5, scaled), model, lengths=(60, 20))


def phi3_cases(rng):
    def make(rope=None, **options):
        values = llama(rng, pad_token_id=0)
        values.update(options)
        if rope:
            values["rope_parameters"] = rope
        return transformers.Phi3Config(**values)

    def longrope(pairs, **options):
        factors = lambda top: [round(rng.uniform(1.0, top), 3) for _ in range(pairs)]
        return rope_of("longrope", short_factor=factors(1.5), long_factor=factors(9.0), **options)

    def old(config):
        rope = config.pop("rope_parameters")
        config["rope_theta"] = rope["rope_theta"]
        config["partial_rotary_factor"] = rope["partial_rotary_factor"]
        config["rope_scaling"] = {"type": "longrope", "short_factor": rope["short_factor"],
                                  "long_factor": rope["long_factor"]}
        return config

    model = transformers.Phi3ForCausalLM
    sizes = dict(num_attention_heads=4, num_key_value_heads=2, hidden_size=64)
    context = dict(max_position_embeddings=128, original_max_position_embeddings=32)
    yield Case("phi3", make(), model)
    yield Case("phi3 bf16 with a window", make(sliding_window=6), model, lengths=(5, 40),
               dtype=torch.bfloat16)
    yield Case("phi3 longrope", make(longrope(8), **sizes, **context), model,
               lengths=(20, 32, 33, 60))
    yield Case("phi3 longrope, a share of each head, config of 4",
               make(longrope(6, partial_rotary_factor=0.75), **sizes, **context), model,
               lengths=(32, 50), change=old)
    yield Case("phi3 longrope, factors given",
               make(longrope(8, attention_factor=1.19, factor=4.0), **sizes, **context), model,
               lengths=(9, 50))


def stablelm_cases(rng):
    def make(rope=None, **options):
        values = llama(rng, num_attention_heads=4, num_key_value_heads=rng.choice([1, 2, 4]),
                       hidden_size=64)
        values.pop("rms_norm_eps")
        values.update(layer_norm_eps=rng.choice([1e-5, 1e-6]), use_qkv_bias=rng.random() < 0.5)
        values.update(options)
        rope = rope or rope_of("default")
        share = rng.choice([0.25, 0.5, 1.0])
        return transformers.StableLmConfig(
            rope_parameters={"partial_rotary_factor": share, **rope}, **values)

    def old(config):
        rope = config.pop("rope_parameters")
        config["rope_theta"] = rope["rope_theta"]
        config["partial_rotary_factor"] = rope["partial_rotary_factor"]
        return config

    model = transformers.StableLmForCausalLM
    yield Case("stablelm", make(), model)
    yield Case("stablelm bf16, biased, config of 4", make(use_qkv_bias=True), model,
               dtype=torch.bfloat16, change=old)
    yield Case("stablelm, norms of each head, in parallel",
               make(qk_layernorm=True, use_parallel_residual=True), model)
    yield Case("stablelm, norms of each head", make(qk_layernorm=True), model)
    scaled = rng.choice(scalings(rng, 8)[1:])
    yield Case("stablelm, rope scaled", make(scaled), model, lengths=(60, 20))


def gpt2_cases(rng):
    def make(**options):
        heads = rng.choice([1, 2, 3])
        values = dict(
            vocab_size=rng.randrange(33, 130),
            n_positions=48,
            n_embd=heads * rng.choice([6, 10, 16]),
            n_layer=rng.choice([1, 2, 3]),
            n_head=heads,
            n_inner=rng.choice([None, 37]),
            bos_token_id=1,
            eos_token_id=1,
        )
        values.update(options)
        return transformers.GPT2Config(**values)

    model = transformers.GPT2LMHeadModel
    bare = lambda name: re.sub(r"^transformer\.", "", name)
    mask = {f"h.{i}.attn.bias": torch.ones(1, 1, 48, 48) for i in range(2)}
    yield Case("gpt2", make(), model)
    yield Case("gpt2 f16, shards, config of 4", make(n_layer=3), model, dtype=torch.float16,
               shards=True, old_config=True)
    yield Case("gpt2 as first published", make(n_layer=2), model, rename=bare, extra=mask)
    yield Case("gpt2 untied, gelu", make(tie_word_embeddings=False, activation_function="gelu"),
               model)


def bert_cases(rng):
    def make(**options):
        heads = rng.choice([1, 2, 3])
        values = dict(
            vocab_size=rng.randrange(33, 130),
            hidden_size=heads * rng.choice([6, 10, 16]),
            num_hidden_layers=rng.choice([1, 2, 3]),
            num_attention_heads=heads,
            intermediate_size=rng.randrange(17, 100),
            max_position_embeddings=48,
            pad_token_id=0,
        )
        values.update(options)
        return transformers.BertConfig(**values)

    def old(name):
        name = name.replace("LayerNorm.weight", "LayerNorm.gamma")
        return name.replace("LayerNorm.bias", "LayerNorm.beta")

    ids = {"embeddings.position_ids": torch.arange(48).unsqueeze(0)}
    yield Case("bert", make(), transformers.BertModel)
    yield Case("bert bf16, shards, config of 4", make(num_hidden_layers=3),
               transformers.BertModel, dtype=torch.bfloat16, shards=True, old_config=True)
    yield Case("bert with gamma, beta and position_ids", make(), transformers.BertModel,
               rename=old, extra=ids)
    yield Case("bert below a masked language model", make(), transformers.BertForMaskedLM)


def roberta_cases(rng):
    def make(kind, **options):
        heads = rng.choice([1, 2, 3])
        values = dict(
            vocab_size=rng.randrange(33, 130),
            hidden_size=heads * rng.choice([6, 10, 16]),
            num_hidden_layers=rng.choice([1, 2, 3]),
            num_attention_heads=heads,
            intermediate_size=rng.randrange(17, 100),
            max_position_embeddings=48,
            type_vocab_size=rng.choice([1, 2]),
            pad_token_id=rng.choice([0, 1, 5]),
            bos_token_id=2,
            eos_token_id=3,
        )
        values.update(options)
        return kind(**values)

    roberta, xlm = transformers.RobertaConfig, transformers.XLMRobertaConfig
    yield Case("roberta", make(roberta), transformers.RobertaModel)
    yield Case("roberta with many pads", make(roberta, vocab_size=12), transformers.RobertaModel,
               lengths=(3, 30, 42))
    yield Case("roberta bf16 below a masked language model, config of 4",
               make(roberta, vocab_size=20), transformers.RobertaForMaskedLM,
               dtype=torch.bfloat16, old_config=True)
    yield Case("xlm-roberta", make(xlm, vocab_size=20), transformers.XLMRobertaModel)
    yield Case("xlm-roberta below a masked language model", make(xlm),
               transformers.XLMRobertaForMaskedLM)


def experts(rng, **options):
    count = rng.choice([2, 3, 5, 8, 33])
    chosen = rng.randrange(1, min(count, 4) + 1)
    values = dict(num_experts=count, num_experts_per_tok=chosen)
    values.update(options)
    return values


def mixtral_cases(rng):
    def make(**options):
        values = llama(rng, **experts(rng), **options)
        values["num_local_experts"] = values.pop("num_experts")
        return transformers.MixtralConfig(**values)

    model = transformers.MixtralForCausalLM
    yield Case("mixtral", make(), model)
    yield Case("mixtral with a window, bf16, shards, config of 4",
               make(sliding_window=7, num_hidden_layers=3), model, lengths=(1, 8, 40),
               dtype=torch.bfloat16, shards=True, old_config=True)
    yield Case("mixtral, experts in two tensors, f16", make(head_dim=12), model,
               dtype=torch.float16, fused=True)
    linear = {"rope_type": "linear", "rope_theta": 1e6, "factor": 2.5}
    yield Case("mixtral, rope linear, tied", make(rope_parameters=linear, tie_word_embeddings=True),
               model)


def qwen_moe_cases(rng):
    def make(config, **options):
        values = llama(rng, **experts(rng), moe_intermediate_size=rng.randrange(5, 60))
        values.update(options)
        if config is transformers.Qwen2MoeConfig:
            values["shared_expert_intermediate_size"] = rng.randrange(5, 60)
        return config(**values)

    qwen2 = lambda **o: make(transformers.Qwen2MoeConfig, **o)
    model = transformers.Qwen2MoeForCausalLM
    window = dict(use_sliding_window=True, sliding_window=5, num_hidden_layers=3)
    yield Case("qwen2_moe", qwen2(), model)
    yield Case("qwen2_moe renormalised, without biases", qwen2(norm_topk_prob=True, qkv_bias=False),
               model)
    yield Case("qwen2_moe, window in some layers, bf16, shards", qwen2(**window), model,
               lengths=(3, 30), dtype=torch.bfloat16, shards=True)
    yield Case("qwen2_moe, dense layers among sparse ones, config of 4",
               qwen2(num_hidden_layers=4, mlp_only_layers=[0, 3]), model, old_config=True)
    yield Case("qwen2_moe, every second layer sparse, experts in two tensors",
               qwen2(num_hidden_layers=3, decoder_sparse_step=2, norm_topk_prob=True), model,
               fused=True)
    qwen3 = lambda **o: make(transformers.Qwen3MoeConfig, **o)
    model = transformers.Qwen3MoeForCausalLM
    yield Case("qwen3_moe", qwen3(norm_topk_prob=True), model)
    yield Case("qwen3_moe with biases, head_dim of its own, config of 4",
               qwen3(attention_bias=True, head_dim=12), model, old_config=True)
    yield Case("qwen3_moe with a window, dense layers, bf16",
               qwen3(decoder_sparse_step=2, mlp_only_layers=[3], **dict(window, num_hidden_layers=4)),
               model, lengths=(3, 30), dtype=torch.bfloat16)
    yield Case("qwen3_moe, experts in two tensors, shards, tied",
               qwen3(num_hidden_layers=3, tie_word_embeddings=True), model, shards=True, fused=True)


FAMILIES = (
    llama_cases, sibling_cases, gpt2_cases, bert_cases, qwen3_cases, ministral_cases, gemma_cases,
    gemma2_cases, gemma3_cases, olmo_cases, neox_cases, phi3_cases, roberta_cases,
    stablelm_cases, mixtral_cases, qwen_moe_cases,
)


def cases():
    rng = random.Random(SEED)
    for family in FAMILIES:
        yield from family(rng)


def randomise(model):
    """Weights of the size that training gives, so that every term of the pass matters."""
    with torch.no_grad():
        for name, value in model.named_parameters():
            if value.dim() > 1:
                embedding = re.search(r"embed(?!_out)|wte|wpe", name)
                fan_in = value.shape[0] if re.search(r"c_(attn|proj|fc)\.", name) else value.shape[-1]
                value.normal_(0, 1 if embedding else 1.3 * fan_in**-0.5)
            elif re.search(r"bias$", name):
                value.normal_(0, 0.3)
            elif model.config.model_type.startswith("gemma"):
                value.normal_(0, 0.2)  # the gain is 1 + weight
            else:
                value.normal_(1, 0.2)
        if model.get_output_embeddings() is not None and model.config.tie_word_embeddings:
            model.get_input_embeddings().weight.mul_(0.3)


def write_old_config(directory):
    """Spell config.json as transformers 4 did."""
    path = directory / "config.json"
    config = json.loads(path.read_text())
    config["torch_dtype"] = config.pop("dtype", None)
    config["transformers_version"] = "4.40.0"
    rope = config.pop("rope_parameters", None)
    if rope is not None:
        config["rope_theta"] = rope.pop("rope_theta")
        config["rope_scaling"] = None if rope["rope_type"] == "default" else rope
    if rope is not None and rope["rope_type"] == "linear":
        rope["type"] = rope.pop("rope_type")  # its first spelling
    if config["model_type"] in ("llama", "mistral"):
        config.pop("layer_types", None)
        if config.get("head_dim") == config["hidden_size"] // config["num_attention_heads"]:
            config.pop("head_dim")
    if config["model_type"] == "qwen3_moe":
        config["num_experts"] = config.pop("num_local_experts")
    path.write_text(json.dumps(config, indent=2))


def rename_tensors(directory, rename, extra):
    path = directory / "model.safetensors"
    tensors = safetensors.torch.load_file(path)
    tensors = {rename(name): value for name, value in tensors.items()}
    safetensors.torch.save_file({**tensors, **extra}, path, metadata={"format": "pt"})


def write(case, directory):
    """Write the case's model; what transformers can read lies in `directory`/plain."""
    torch.manual_seed(SEED)
    model = case.model_class._from_config(case.config, attn_implementation="eager")
    randomise(model)
    model.to(case.dtype)
    shard = sum(p.numel() * p.element_size() for p in model.parameters()) // 2 + 1024
    plain, ours = directory / "plain", directory / "ours"
    for folder in (plain, ours):
        model.save_pretrained(folder, max_shard_size=shard if case.shards else "1GB",
                              save_original_format=not (case.fused and folder == ours))
    if case.shards and not (ours / "model.safetensors.index.json").exists():
        raise AssertionError(f"{case.name}: was not cut into shards")
    if case.old_config:
        write_old_config(ours)
    if case.change:
        path = ours / "config.json"
        path.write_text(json.dumps(case.change(json.loads(path.read_text())), indent=2))
    if case.rename:
        rename_tensors(ours, case.rename, case.extra)
    return plain, ours



def probes(case):
    rng = random.Random(f"{SEED}/{case.name}")
    vocabulary = case.config.vocab_size
    return [[rng.randrange(vocabulary) for _ in range(length)] for length in case.lengths]


def dump(directory, ids, scratch):
    """What Akashi computes: little-endian float32, position by position."""
    (scratch / "ids.json").write_text(json.dumps(ids))
    out, states = scratch / "out.bin", scratch / "states.bin"
    command = [dump_tool(), directory, scratch / "ids.json", out, states]
    done = subprocess.run(command, text=True, capture_output=True)
    if done.returncode != 0:
        raise AssertionError(f"forward_dump: exit {done.returncode}: {done.stderr.strip()}")
    return out.read_bytes()


def apart_states(wanted, scratch):
    """The same of the hidden states of the last dump; `wanted`: boundary after boundary, of each
    probe. What transformers gives last is normed already, or the encoder's result."""
    raw = (scratch / "states.bin").read_bytes()
    count, start, worst = len(wanted[0]), 0, 0.0
    for boundary in range(count - 1):
        probes_there = [probe[boundary] for probe in wanted]
        end = start + 4 * sum(state.size for state in probes_there)
        try:
            worst = max(worst, apart(probes_there, raw[start:end]))
        except AssertionError as why:
            raise AssertionError(f"boundary {boundary}: {why}") from None
        start = end
    left = len(raw) - start
    assert left == 4 * sum(probe[-1].size for probe in wanted), "another number of boundaries"
    return worst


def apart(wanted, raw):
    """The largest difference over the largest value, of each probe the worst. NaN fails."""
    got = numpy.frombuffer(raw, dtype="<f4").astype(numpy.float64)
    assert got.size == sum(w.size for w in wanted), f"{got.size} values, not {wanted[0].shape} …"
    worst, start = 0.0, 0
    for probe in wanted:
        part = got[start : start + probe.size].reshape(probe.shape)
        start += probe.size
        largest = float(numpy.abs(probe).max()) or 1.0  # all of it may be zero
        difference = float(numpy.abs(part - probe).max()) / largest
        assert difference <= TOLERANCE, f"{difference:.2e} of the largest value apart"
        worst = max(worst, difference)
    return worst


def quiet():
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.set_num_threads(1)
