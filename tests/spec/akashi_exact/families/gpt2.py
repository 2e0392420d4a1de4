"""GPT-2: learned positions, LayerNorm, one fused projection, weights stored [input][output]."""
import numpy as np

from .. import binary32, steps
from ..model_files import number
from .decoder import Decoder, activation


class GPT2(Decoder):
    prefixes = ("transformer.", "")
    embedding = "wte.weight"
    final = "ln_f"
    tied_by_default = True

    def __init__(self, config, tensors):
        names = {"hidden_size": "n_embd", "num_hidden_layers": "n_layer", "num_attention_heads": "n_head"}
        super().__init__(config | {ours: config[theirs] for ours, theirs in names.items()}, tensors)

    def prepare(self):
        self.eps = number(self.given("layer_norm_epsilon", 1e-5))
        self.activation = activation(self.given("activation_function", "gelu_new"))
        self.scale = steps.root_scale(self.head_size)

    def linear(self, name, x):
        return binary32.linear(x, self.tensor(name + ".weight").T, self.optional(name + ".bias"))

    def norm(self, name, x):
        return steps.layer_norm(x, self.tensor(name + ".weight"), self.optional(name + ".bias"), self.eps)

    def embed(self, ids):
        return self.tensor("wte.weight")[ids] + self.tensor("wpe.weight")[np.arange(len(ids))]

    def at(self, layer):
        return f"h.{layer}."

    def attention(self, layer, x):
        fused = self.linear(self.at(layer) + "attn.c_attn", x)
        q, k, v = (part.reshape(len(x), self.heads, -1) for part in np.split(fused, 3, axis=1))
        mixed = steps.attention(q, k, v, self.scale)
        return self.linear(self.at(layer) + "attn.c_proj", mixed.reshape(len(x), -1))

    def mlp(self, layer, x):
        at = self.at(layer) + "mlp."
        return self.linear(at + "c_proj", self.activation(self.linear(at + "c_fc", x)))

    def layer(self, layer, x):
        x = x + self.attention(layer, self.norm(self.at(layer) + "ln_1", x))
        return x + self.mlp(layer, self.norm(self.at(layer) + "ln_2", x))
