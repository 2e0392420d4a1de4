"""gpt2."""
import numpy as np

from .. import binary32, steps
from ..model_files import number
from .decoder import Decoder, activation


class GPT2(Decoder):
    prefixes = ("transformer.", "")
    layer_name = "h"
    embedding = "wte.weight"
    tied = True

    def prepare(self):
        self.layers, self.hidden, self.heads = self.key("n_layer"), self.key("n_embd"), self.key("n_head")
        self.vocabulary = self.key("vocab_size")
        self.eps = number(self.key("layer_norm_epsilon", 1e-5))
        self.act = activation(self.key("activation_function", "gelu_new"))
        self.scale = steps.root_scale(self.hidden // self.heads)

    def linear(self, x, name):
        """Weights are stored [inputs, outputs], and every projection has a bias."""
        return binary32.linear(x, self.tensor(name + ".weight").T, self.tensor(name + ".bias"))

    def embed(self, ids):
        return self.tensor("wte.weight")[ids] + self.tensor("wpe.weight")[np.arange(len(ids))]

    def layer(self, layer, at, x):
        fused = self.linear(self.layer_norm(x, at + "ln_1"), at + "attn.c_attn")
        q, k, v = (self.split(part, self.heads) for part in np.split(fused, 3, axis=1))
        x = x + self.linear(self.joined(steps.attention(q, k, v, self.scale)), at + "attn.c_proj")
        y = self.layer_norm(x, at + "ln_2")
        return x + self.linear(self.act(self.linear(y, at + "mlp.c_fc")), at + "mlp.c_proj")

    def finish(self, x):
        return self.head(self.layer_norm(x, "ln_f"))
