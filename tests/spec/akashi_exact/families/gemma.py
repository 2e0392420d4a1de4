"""gemma, gemma2, gemma3_text."""
from .. import reals, steps
from ..binary32 import F32
from ..model_files import number
from .decoder import activation
from .llama import Llama


def gelu_by_tanh(name):
    return activation("gelu_pytorch_tanh" if name == "gelu" else name)


class Gemma(Llama):
    positions = 8192
    default_head_size = 256
    tied = True

    def prepare(self):
        super().prepare()
        self.mlp_bias = False
        self.act = gelu_by_tanh(self.key("hidden_act", "gelu_pytorch_tanh"))

    def gain(self, name):
        return F32(1) + super().gain(name)

    def embed(self, ids):
        return super().embed(ids) * reals.rn32(reals.real(self.hidden).sqrt())


class Gemma2(Gemma):
    default_final_cap = 30.0

    def prepare(self):
        super().prepare()
        self.act = gelu_by_tanh(self.key("hidden_activation", "gelu_pytorch_tanh"))
        self.scale = steps.root_scale(number(self.config.get("query_pre_attn_scalar", 256)))
        self.window = self.key("sliding_window", 4096)
        self.caps()
        self.slides = self.sliding(self.slides_by_default)

    def caps(self):
        self.score_cap, self.final_cap = (
            value if value is None else number(value) for value in (
                self.config.get("attn_logit_softcapping", 50.0), self.config.get("final_logit_softcapping", 30.0)))

    def slides_by_default(self, layer):
        return layer % 2 == 0

    def layer(self, layer, at, x):
        y = self.attention(layer, at, self.rms(x, at + "input_layernorm"))
        x = x + self.rms(y, at + "post_attention_layernorm")
        y = self.mlp(layer, at, self.rms(x, at + "pre_feedforward_layernorm"))
        return x + self.rms(y, at + "post_feedforward_layernorm")

    def finish(self, x):
        logits = super().finish(x)
        return logits if self.final_cap is None else steps.cap(logits, self.final_cap)


class Gemma3(Gemma2):
    positions = 131072

    def caps(self):
        final = self.config.get("final_logit_softcapping")
        self.score_cap, self.final_cap = None, None if final is None else number(final)

    def slides_by_default(self, layer):
        return (layer + 1) % self.key("sliding_window_pattern", 6) != 0

    def make_rope(self, positions):
        """Two: for the layers that do not slide, and for those that do."""
        members = self.config.get("rope_parameters")
        of = members or {"full_attention": self.config.get("rope_scaling") or {}, "sliding_attention": {}}
        bases = {"full_attention": self.key("rope_theta", 1000000), "sliding_attention": self.key("rope_local_base_freq", 10000)}
        return [self.rope_of({"rope_theta": bases[kind]} | (of.get(kind) or {}), positions) for kind in ("full_attention", "sliding_attention")]

    def projected(self, at, y):
        q, k, v = super().projected(at, y)
        return self.rms(q, at + "self_attn.q_norm"), self.rms(k, at + "self_attn.k_norm"), v

    def turned(self, layer, q, k):
        cos, sin = self.rope[self.slides[layer]].table(len(q))
        return steps.rotate(q, cos, sin), steps.rotate(k, cos, sin)
