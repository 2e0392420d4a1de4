"""gpt_neox (Pythia)."""
from .. import steps
from ..model_files import number
from .decoder import Decoder, activation


class GPTNeoX(Decoder):
    prefixes = ("gpt_neox.", "")
    embedding = "embed_in.weight"
    head_name = "embed_out.weight"

    def prepare(self):
        self.sizes()
        self.head_size = self.hidden // self.heads
        self.eps = number(self.key("layer_norm_eps", 1e-5))
        self.act = activation(self.key("hidden_act", "gelu"))
        self.bias = self.key("attention_bias", True)
        self.parallel = self.key("use_parallel_residual", True)
        self.scale = steps.root_scale(self.head_size)
        top = {"rope_theta": self.key("rotary_emb_base", 10000), "partial_rotary_factor": self.key("rotary_pct", 0.25)}
        self.rope = self.rope_of(top | self.rotary_parameters(), self.key("max_position_embeddings", 2048), turns_part=True)
        if self.head_name not in self.tensors:
            self.head_name = "lm_head.weight"

    def attention(self, at, y):
        fused = self.linear(y, at + "attention.query_key_value", self.bias)
        fused = fused.reshape(len(y), self.heads, 3, self.head_size)
        cos, sin = self.rope.table(len(y))
        q, k = steps.rotate(fused[:, :, 0], cos, sin), steps.rotate(fused[:, :, 1], cos, sin)
        mixed = steps.attention(q, k, fused[:, :, 2], self.scale)
        return self.linear(self.joined(mixed), at + "attention.dense", self.bias)

    def mlp(self, at, y):
        return self.linear(self.act(self.linear(y, at + "mlp.dense_h_to_4h", True)), at + "mlp.dense_4h_to_h", True)

    def layer(self, layer, at, x):
        a = self.attention(at, self.layer_norm(x, at + "input_layernorm"))
        if self.parallel:
            return (self.mlp(at, self.layer_norm(x, at + "post_attention_layernorm")) + a) + x
        x = a + x
        return self.mlp(at, self.layer_norm(x, at + "post_attention_layernorm")) + x

    def finish(self, x):
        return self.head(self.layer_norm(x, "final_layer_norm"))
