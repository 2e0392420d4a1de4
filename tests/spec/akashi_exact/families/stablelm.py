"""stablelm."""
import numpy as np

from .. import steps
from ..model_files import number
from .llama import Llama


class StableLM(Llama):
    positions = 4096

    def prepare(self):
        super().prepare()
        self.eps = number(self.key("layer_norm_eps", 1e-5))
        self.qkv_bias, self.out_bias, self.mlp_bias = self.key("use_qkv_bias", False), False, False
        self.normed, self.parallel = self.key("qk_layernorm", False), self.key("use_parallel_residual", False)

    def make_rope(self, positions):
        part = {"partial_rotary_factor": self.key("partial_rotary_factor", 0.25)}
        return self.rope_of(part | self.rotary_parameters(), positions, turns_part=True)

    def rms(self, x, name):
        """A LayerNorm stands where llama has RMS."""
        return self.layer_norm(x, name)

    def each_head(self, x, name):
        heads = [steps.layer_norm(x[:, h], self.tensor(f"{name}.norms.{h}.weight"), None, self.eps) for h in range(x.shape[1])]
        return np.stack(heads, axis=1)

    def projected(self, at, y):
        q, k, v = super().projected(at, y)
        if not self.normed:
            return q, k, v
        return self.each_head(q, at + "self_attn.q_layernorm"), self.each_head(k, at + "self_attn.k_layernorm"), v

    def layer(self, layer, at, x):
        if not self.parallel:
            return super().layer(layer, at, x)
        y = self.rms(x, at + "input_layernorm")
        return (x + self.attention(layer, at, y)) + self.mlp(layer, at, y)
