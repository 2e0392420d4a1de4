"""phi3."""
import numpy as np

from .llama import Llama


class Phi3(Llama):
    positions = 4096
    default_eps = 1e-5

    def prepare(self):
        super().prepare()
        self.qkv_bias = self.out_bias = self.mlp_bias = False
        self.window = self.config.get("sliding_window")
        self.slides = [self.window is not None] * self.layers

    def make_rope(self, positions):
        parameters = dict(self.rotary_parameters())
        for key in ("rope_type", "type"):
            if parameters.get(key) == "su":
                parameters[key] = "longrope"
        original = self.key("original_max_position_embeddings", 4096)
        return self.rope_of(parameters, positions, original=original, turns_part=True)

    def projected(self, at, y):
        sizes = [self.heads * self.head_size, self.groups * self.head_size]
        q, k, v = np.split(self.linear(y, at + "self_attn.qkv_proj"), np.cumsum(sizes), axis=1)
        return self.split(q, self.heads), self.split(k, self.groups), self.split(v, self.groups)

    def gated(self, at, y):
        gate, up = np.split(self.linear(y, at + "gate_up_proj"), 2, axis=1)
        return self.linear(self.act(gate) * up, at + "down_proj")
