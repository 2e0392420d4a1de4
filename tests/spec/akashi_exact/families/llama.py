"""llama, and the families that are described as llama with differences."""
from .. import steps
from ..model_files import number
from .decoder import Decoder, activation


class Llama(Decoder):
    positions = 2048
    default_eps = 1e-6
    default_head_size = None

    def prepare(self):
        self.sizes()
        self.groups = self.key("num_key_value_heads", self.heads)
        self.head_size = self.key("head_dim", self.default_head_size or self.hidden // self.heads)
        self.eps = number(self.key("rms_norm_eps", self.default_eps))
        self.act = activation(self.key("hidden_act", "silu"))
        self.qkv_bias = self.out_bias = self.key("attention_bias", False)
        self.mlp_bias = self.key("mlp_bias", False)
        self.scale = steps.root_scale(self.head_size)
        self.window, self.slides, self.score_cap = None, [False] * self.layers, None
        self.rope = self.make_rope(self.key("max_position_embeddings", self.positions))

    def projected(self, at, y):
        """q, k, v [n][heads][d] before the rotation."""
        q, k, v = (self.linear(y, f"{at}self_attn.{name}_proj", self.qkv_bias) for name in "qkv")
        return self.split(q, self.heads), self.split(k, self.groups), self.split(v, self.groups)

    def turned(self, layer, q, k):
        cos, sin = self.rope.table(len(q))
        return steps.rotate(q, cos, sin), steps.rotate(k, cos, sin)

    def attention(self, layer, at, y):
        q, k, v = self.projected(at, y)
        q, k = self.turned(layer, q, k)
        window = self.window if self.slides[layer] else None
        mixed = steps.attention(q, k, v, self.scale, window=window, score_cap=self.score_cap)
        return self.linear(self.joined(mixed), at + "self_attn.o_proj", self.out_bias)

    def gated(self, at, y):
        gate, up = (self.linear(y, f"{at}{name}_proj", self.mlp_bias) for name in ("gate", "up"))
        return self.linear(self.act(gate) * up, at + "down_proj", self.mlp_bias)

    def mlp(self, layer, at, y):
        return self.gated(at + "mlp.", y)

    def layer(self, layer, at, x):
        x = x + self.attention(layer, at, self.rms(x, at + "input_layernorm"))
        return x + self.mlp(layer, at, self.rms(x, at + "post_attention_layernorm"))

    def finish(self, x):
        return self.head(self.rms(x, "norm"))


class Mistral(Llama):
    positions = 131072

    def prepare(self):
        super().prepare()
        self.groups = self.key("num_key_value_heads")
        self.qkv_bias = self.out_bias = self.mlp_bias = False
        self.window = self.config.get("sliding_window", 4096)
        self.slides = self.sliding(lambda layer: True)


class Qwen2(Llama):
    positions = 32768

    def prepare(self):
        super().prepare()
        self.groups = self.key("num_key_value_heads")
        self.qkv_bias, self.out_bias, self.mlp_bias = True, False, False
        if self.key("use_sliding_window", False):
            self.window = self.config.get("sliding_window", 4096)
            first = self.key("max_window_layers", 28)
            self.slides = self.sliding(lambda layer: layer >= first)


class Qwen3(Qwen2):
    default_head_size = 128

    def prepare(self):
        super().prepare()
        self.qkv_bias = self.out_bias = self.key("attention_bias", False)

    def projected(self, at, y):
        q, k, v = super().projected(at, y)
        return self.rms(q, at + "self_attn.q_norm"), self.rms(k, at + "self_attn.k_norm"), v
