"""olmo and olmo2."""
from .. import functions, steps
from ..model_files import number
from .llama import Llama


class Olmo(Llama):
    def prepare(self):
        super().prepare()
        self.eps = number(1e-5)
        self.mlp_bias = False
        self.clip = self.config.get("clip_qkv")

    def rms(self, x, name):
        """A LayerNorm with neither weight nor bias stands where llama has RMS."""
        return steps.layer_norm(x, None, None, self.eps)

    def projected(self, at, y):
        parts = super().projected(at, y)
        return parts if self.clip is None else [functions.clip(part, number(self.clip)) for part in parts]


class Olmo2(Llama):
    default_eps = 1e-5

    def prepare(self):
        super().prepare()
        self.mlp_bias = False

    def projected(self, at, x):
        """The norms are over all heads at once."""
        q, k, v = (self.joined(part) for part in super().projected(at, x))
        q, k = self.rms(q, at + "self_attn.q_norm"), self.rms(k, at + "self_attn.k_norm")
        return self.split(q, self.heads), self.split(k, self.groups), self.split(v, self.groups)

    def layer(self, layer, at, x):
        x = x + self.rms(self.attention(layer, at, x), at + "post_attention_layernorm")
        return x + self.rms(self.mlp(layer, at, x), at + "post_feedforward_layernorm")
