"""Families with experts: mixtral, qwen2_moe, qwen3_moe ("Experts")."""
import functools

from .. import binary32, functions, steps
from .llama import Llama


class Experts(Llama):
    """`Experts(y)`: the names of the router and of each expert's matrices are the family's."""

    routers = ("mlp.gate.weight",)
    apart = "mlp.experts.{}.gate_proj.weight", "mlp.experts.{}.up_proj.weight", "mlp.experts.{}.down_proj.weight"
    together = "mlp.experts.gate_up_proj", "mlp.experts.down_proj"

    def prepare(self):
        super().prepare()
        self.experts = self.key("num_local_experts", self.config.get("num_experts"))
        self.chosen = self.key("num_experts_per_tok")

    def matrices(self, at, e):
        """gate, up [J, D] and down [D, J] of one expert."""
        if self.prefix + at + self.together[0] in self.tensors:
            both, down = (self.tensor(at + name)[e] for name in self.together)
            return both[:self.inner], both[self.inner:], down
        return [self.tensor(at + name.format(e)) for name in self.apart]

    def expert(self, at, e, y):
        gate, up, down = self.matrices(at, e)
        return binary32.linear(self.act(binary32.linear(y, gate)) * binary32.linear(y, up), down)

    def mixed(self, at, y):
        router = next(self.tensor(at + name) for name in self.routers if self.prefix + at + name in self.tensors)
        experts = [functools.partial(self.expert, at, e) for e in range(self.experts)]
        return steps.mixture(y, router, experts, self.chosen, self.renormalised)


class Mixtral(Experts):
    positions = 131072
    default_eps = 1e-5
    base = 1000000
    routers = "block_sparse_moe.gate.weight", "mlp.gate.weight"
    apart = tuple("block_sparse_moe.experts.{}." + name + ".weight" for name in ("w1", "w3", "w2"))

    def prepare(self):
        super().prepare()
        self.qkv_bias = self.out_bias = False
        self.inner, self.renormalised = self.key("intermediate_size"), True
        self.window = self.config.get("sliding_window")
        self.slides = [self.window is not None] * self.layers

    def mlp(self, layer, at, y):
        return self.mixed(at, y)


class Qwen2Moe(Experts):
    positions = 32768
    shared = True

    def prepare(self):
        super().prepare()
        self.inner, self.renormalised = self.key("moe_intermediate_size"), self.key("norm_topk_prob", False)
        self.dense, self.step = self.key("mlp_only_layers", []), self.key("decoder_sparse_step", 1)
        self.mlp_bias = False
        self.biases()
        if self.key("use_sliding_window", False):
            self.window = self.config.get("sliding_window", 4096)
            self.slides = self.sliding(self.slides_by_default)

    def biases(self):
        self.qkv_bias, self.out_bias = self.key("qkv_bias", True), False

    def slides_by_default(self, layer):
        raise ValueError("a window without 'layer_types' is refused")

    def mlp(self, layer, at, y):
        if layer in self.dense or (layer + 1) % self.step:
            return super().mlp(layer, at, y)
        r = self.mixed(at, y)
        if not self.shared:
            return r
        s = self.gated(at + "mlp.shared_expert.", y)
        return r + s * functions.sigmoid(self.linear(y, at + "mlp.shared_expert_gate"))


class Qwen3Moe(Qwen2Moe):
    shared = False

    def biases(self):
        self.qkv_bias = self.out_bias = self.key("attention_bias", False)

    def slides_by_default(self, layer):
        return True

    def projected(self, at, y):
        q, k, v = super().projected(at, y)
        return self.rms(q, at + "self_attn.q_norm"), self.rms(k, at + "self_attn.k_norm"), v
