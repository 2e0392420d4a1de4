"""Options that have no golden file: the models of tests/golden/ with other keys, computed by the program and from the text.

Both must give the same outputs, and what the text refuses the program must refuse. AKASHI_JUDGE_SEED draws which options are
compared, --all or AKASHI_LONG=1 compares all of them: options_check.py [--all]
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

from common import BUILD, SOURCE, check, differences, finish, skip

from akashi_exact import golden, outputs

FOLDER = SOURCE / "tests" / "golden"
TOOL = BUILD / "tests" / "golden_dump"
SEED = int(os.environ.get("AKASHI_JUDGE_SEED", "12"))
DRAWN = 30
ABSENT = object()  # the key is taken out


def yarn(**more):
    return {"rope_scaling": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64} | more}


def llama3(**more):
    return {"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                             "original_max_position_embeddings": 256} | more}


def longrope(**more):
    return {"rope_scaling": {"type": "longrope", "short_factor": [1.0, 1.05, 1.25, 1.7],
                             "long_factor": [1.1, 2.5, 7.3, 8.0]} | more}


def absent(*names):
    return dict.fromkeys(names, ABSENT)


LINEAR = {"type": "linear", "factor": 3.0}
SLIDING = ["full_attention", "sliding_attention", "full_attention"]
GEMMA3 = {"rope_scaling": ABSENT}

COMPUTED = {
    "llama": [
        absent("max_position_embeddings", "rope_theta", "rms_norm_eps", "hidden_act", "tie_word_embeddings"),
        {"rope_theta": 1.1}, {"rope_theta": 10000}, {"rope_scaling": {}}, {"rope_scaling": {"type": "default", "factor": 3.0}},
        {"rope_parameters": {"rope_theta": 500.0}}, {"rope_parameters": {"rope_type": "default"}},
        {"rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 300.0}, "rope_scaling": LINEAR},
        {"rope_parameters": {}, "rope_scaling": LINEAR}, {"rope_scaling": LINEAR | {"rope_theta": 300.0}},
        {"rope_scaling": {"type": "linear", "rope_type": "dynamic", "factor": 2.0}}, {"rope_scaling": {"type": "linear", "factor": 1.1}},
        {"head_dim": None}, {"rms_norm_eps": 1}, {"hidden_act": "gelu_pytorch_tanh"}],
    "llama-rope-yarn": [
        yarn(factor=1.0), yarn(factor=1.1), yarn(mscale=0.707), yarn(mscale=0.707, mscale_all_dim=0.3), yarn(mscale=0, mscale_all_dim=0.3),
        yarn(beta_fast=20.3, beta_slow=0.7), yarn(beta_fast=None, truncate=None), yarn(beta_fast=0, beta_slow=0), yarn(attention_factor=0.1),
        yarn(original_max_position_embeddings=None), yarn(beta_fast=1.0, beta_slow=1.0),
        yarn(beta_fast=1.0, beta_slow=1.0, truncate=False), yarn(beta_fast=1.0, beta_slow=32.0),
        yarn(original_max_position_embeddings=77, factor=None), yarn() | {"original_max_position_embeddings": 53}],
    "llama-rope-llama3": [llama3(factor=7.7, low_freq_factor=1.1, high_freq_factor=3.3), llama3(original_max_position_embeddings=None)],
    "llama-rope-dynamic": [{"rope_scaling": {"rope_type": "dynamic", "factor": 2.3, "original_max_position_embeddings": 8}}],
    "mistral": [{"sliding_window": None}, absent("sliding_window"), {"sliding_window": 1}, {"sliding_window": 1000}],
    "qwen2": [{"max_window_layers": 0}, absent("max_window_layers"), {"use_sliding_window": False}, absent("sliding_window"),
              {"layer_types": SLIDING}],
    "qwen3": [{"use_sliding_window": True, "sliding_window": 5, "max_window_layers": 2}],
    "gpt2-untied": [absent("layer_norm_epsilon", "activation_function")],
    "bert": [absent("layer_norm_eps", "hidden_act")] + [{"hidden_act": name} for name in ("gelu_fast", "relu", "swish")],
    "roberta": [{"pad_token_id": 0}, {"pad_token_id": 5}, absent("pad_token_id"), absent("layer_norm_eps", "hidden_act")],
    "gemma": [{"hidden_act": "gelu", "hidden_activation": None}, {"hidden_act": "silu", "hidden_activation": None},
              absent("tie_word_embeddings", "hidden_act", "hidden_activation", "rms_norm_eps", "rope_theta", "max_position_embeddings")],
    "gemma2": [
        {"attn_logit_softcapping": None}, {"final_logit_softcapping": None}, absent("attn_logit_softcapping", "final_logit_softcapping"),
        {"attn_logit_softcapping": 1.3, "final_logit_softcapping": 2.7}, absent("query_pre_attn_scalar"),
        {"query_pre_attn_scalar": 22.7}, absent("sliding_window"), {"layer_types": SLIDING}, {"hidden_activation": "gelu"}],
    "gemma3_text": [
        GEMMA3, absent("layer_types"), {"layer_types": ABSENT, "sliding_window_pattern": 2}, absent("rope_theta", "rope_local_base_freq"),
        GEMMA3 | {"rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 3.0, "rope_theta": 77.0},
                                      "sliding_attention": {"rope_type": "default", "rope_theta": 55.0}}},
        GEMMA3 | {"rope_parameters": {"full_attention": LINEAR}}, {"final_logit_softcapping": 5.0}],
    "gpt_neox": [
        {"rotary_pct": 0.5}, {"rotary_pct": 0.6}, {"rotary_pct": 0.125}, absent("rotary_pct", "rotary_emb_base"), {"rotary_emb_base": 500},
        {"rope_parameters": {"rope_theta": 500.0, "rope_type": "default", "partial_rotary_factor": 0.5}}, {"rope_scaling": LINEAR},
        {"rope_scaling": {"type": "yarn", "factor": 2.3}},
        absent("use_parallel_residual", "attention_bias", "layer_norm_eps", "hidden_act", "tie_word_embeddings")],
    "olmo": [{"clip_qkv": None}, {"clip_qkv": 0.3}, {"rms_norm_eps": 1e-3}],
    "olmo2": [absent("rms_norm_eps"), {"rope_scaling": {"type": "yarn", "factor": None}, "original_max_position_embeddings": 53}],
    "phi3": [absent("sliding_window"), {"partial_rotary_factor": 0.4}, {"partial_rotary_factor": 0.6000000001}],
    "phi3-longrope": [
        longrope(), longrope(type="su"), longrope(factor=3.0), longrope(factor=1.0), longrope(attention_factor=1.3), longrope(factor=None),
        longrope(original_max_position_embeddings=8), longrope() | {"original_max_position_embeddings": 17, "max_position_embeddings": 131},
        longrope(original_max_position_embeddings=8) | {"original_max_position_embeddings": ABSENT},
        longrope() | {"original_max_position_embeddings": 128}],
    "stablelm": [
        absent("partial_rotary_factor"), {"partial_rotary_factor": 0.6}, absent("layer_norm_eps", "hidden_act", "max_position_embeddings"),
        {"rope_scaling": LINEAR}, absent("use_parallel_residual")],
    "mixtral": [
        {"num_experts": 6}, {"num_local_experts": ABSENT, "num_experts": 6}, {"num_experts_per_tok": 1}, {"num_experts_per_tok": 6},
        absent("rope_theta"), absent("sliding_window"), {"norm_topk_prob": False}, {"rope_theta": ABSENT, "rope_parameters": {"rope_theta": 77.0}}],
    "qwen2_moe": [
        {"norm_topk_prob": True}, absent("norm_topk_prob", "decoder_sparse_step", "qkv_bias", "use_sliding_window", "rope_theta"),
        {"use_sliding_window": True, "sliding_window": 4, "layer_types": SLIDING}, {"num_experts_per_tok": 7, "norm_topk_prob": True}],
    "qwen3_moe": [{"norm_topk_prob": False}, {"use_sliding_window": True, "sliding_window": 4}, {"num_experts_per_tok": 35}],
}

REFUSED = {
    "llama": [{"rope_scaling": {"type": "linear", "factor": 0.5}}, {"rope_scaling": {"type": "mrope", "factor": 3.0}},
              {"rope_scaling": LINEAR | {"unknown": 1}}, {"max_position_embeddings": 8}, {"partial_rotary_factor": 0.5},
              {"attention_bias": True}, {"hidden_act": "quick_gelu"}, {"rope_theta": 1.0}, {"rms_norm_eps": 0}],
    "gpt2": [{"scale_attn_weights": False}, {"scale_attn_by_inverse_layer_idx": True}],
    "roberta": [{"pad_token_id": None}, {"max_position_embeddings": 21}],
    "gemma2": [{"attn_logit_softcapping": 0}, {"sliding_window": None}, {"query_pre_attn_scalar": None}, {"query_pre_attn_scalar": 0}],
    "gemma3_text": [{"attn_logit_softcapping": 5.0}, {"query_pre_attn_scalar": None}, {"rope_parameters": {"full_attention": LINEAR}}],
    "gpt_neox": [{"rotary_pct": 0.3}, {"rotary_pct": 0.05}, {"rope_theta": 500.0},
                 {"rotary_pct": 0.125, "rope_scaling": {"type": "dynamic", "factor": 2.0}}],
    "olmo": [{"clip_qkv": 0}],
    "phi3": [{"rope_scaling": LINEAR}, {"partial_rotary_factor": 0.7}],
    "mixtral": [{"num_experts": 5}, absent("num_experts_per_tok"), {"num_experts_per_tok": 7}, {"layer_types": SLIDING[:2]}],
    "qwen2_moe": [{"use_sliding_window": True, "sliding_window": 4}],
    "qwen3_moe": [{"use_sliding_window": True, "sliding_window": 4, "max_window_layers": 1}],
}


def words(changes):
    return json.dumps({key: "(absent)" if value is ABSENT else value for key, value in changes.items()})


def changed(name, changes):
    document = json.loads((FOLDER / f"{name}.json").read_text())
    config = document["config"] | changes
    config = {key: value for key, value in config.items() if value is not ABSENT}
    return {key: document[key] for key in ("schema", "name", "probes", "tensors")} | {"config": config}


def program(document, scratch):
    """The program's outputs object, or None and what it says where it refuses."""
    path = scratch / "golden.json"
    path.write_text(json.dumps(document))
    done = subprocess.run([TOOL, path, scratch], capture_output=True, text=True)
    return (None, done.stderr.strip()) if done.returncode else (json.loads(done.stdout)["outputs"], "")


def listed(table):
    return [(name, changes) for name, every in table.items() for changes in every if (FOLDER / f"{name}.json").exists()]


def main():
    if not TOOL.exists():
        skip("golden_dump is not built")
    cases = listed(COMPUTED)
    if "--all" not in sys.argv and not os.environ.get("AKASHI_LONG"):
        cases = random.Random(SEED).sample(cases, min(DRAWN, len(cases)))
    refused = listed(REFUSED)
    with tempfile.TemporaryDirectory() as folder:
        for name, changes in cases:
            document = changed(name, changes)
            theirs, says = program(document, pathlib.Path(folder))
            if theirs is None:
                check(f"{name} {words(changes)}: refused: {says}", False)
                continue
            ours = outputs.compute(document["config"], golden.tensors(document), golden.probes(document))
            check(f"{name} {words(changes)}: " + ", ".join(differences(ours, theirs)), ours == theirs)
        for name, changes in refused:
            theirs, says = program(changed(name, changes), pathlib.Path(folder))
            check(f"{name} {words(changes)}: computed, and the text refuses it", theirs is None and says)
    finish(f"{len(cases)} of {len(listed(COMPUTED))} options give the same outputs, {len(refused)} are refused")


if __name__ == "__main__":
    main()
