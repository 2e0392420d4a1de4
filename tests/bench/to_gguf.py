"""to_gguf.py FOLDER OUT.gguf: a Llama checkpoint of make_checkpoint as float32 GGUF, without a tokenizer.

Needs numpy and the PyPI package gguf. Rows of q and k are put in the order that llama.cpp turns them in.
"""
import json, struct, sys

import gguf
import numpy as np

folder, out = sys.argv[1:]
config = json.load(open(folder + "/config.json"))
heads, key_heads = config["num_attention_heads"], config["num_key_value_heads"]
part = {
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output", "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}


def their_name(name):
    name = name.removesuffix(".weight")
    if name.startswith("model.layers."):
        layer, rest = name.removeprefix("model.layers.").split(".", 1)
        return f"blk.{layer}.{part[rest]}.weight"
    return {"model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output"}[name] + ".weight"


def turned(w, n_head):
    return w.reshape(n_head, 2, w.shape[0] // n_head // 2, w.shape[1]).swapaxes(1, 2).reshape(w.shape)


writer = gguf.GGUFWriter(out, "llama")
writer.add_block_count(config["num_hidden_layers"])
writer.add_context_length(config["max_position_embeddings"])
writer.add_embedding_length(config["hidden_size"])
writer.add_feed_forward_length(config["intermediate_size"])
writer.add_head_count(heads)
writer.add_head_count_kv(key_heads)
writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
writer.add_rope_freq_base(config["rope_theta"])
writer.add_rope_dimension_count(config["hidden_size"] // heads)
writer.add_vocab_size(config["vocab_size"])
writer.add_file_type(gguf.LlamaFileType.ALL_F32)
writer.add_tokenizer_model("no_vocab")

path = folder + "/model.safetensors"
with open(path, "rb") as stream:
    (length,) = struct.unpack("<Q", stream.read(8))
    header = json.loads(stream.read(length))
for name, tensor in header.items():
    if name == "__metadata__":
        continue
    begin, end = tensor["data_offsets"]
    halves = np.fromfile(path, dtype="<u2", count=(end - begin) // 2, offset=8 + length + begin)
    w = (halves.astype(np.uint32) << 16).view(np.float32).reshape(tensor["shape"])
    if "q_proj" in name or "k_proj" in name:
        w = turned(w, heads if "q_proj" in name else key_heads)
    writer.add_tensor(their_name(name), np.ascontiguousarray(w))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
