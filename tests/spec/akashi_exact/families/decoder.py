"""What the decoders share; a family overrides where its chapter of docs/numerics.md differs."""
import numpy as np

from .. import binary32, functions, steps
from ..model_files import number
from ..rope import Rope

ACTIVATIONS = {"silu": "silu", "swish": "silu", "relu": "relu", "gelu": "gelu", "gelu_new": "gelu_tanh",
               "gelu_fast": "gelu_tanh", "gelu_pytorch_tanh": "gelu_tanh"}


def activation(name):
    """The function of rule 8 that a configuration names."""
    return getattr(functions, ACTIVATIONS[name])


class Decoder:
    """Llama, and what the families that resemble it have in common."""

    causal = True
    prefixes = ("model.", "")
    embedding = "embed_tokens.weight"
    final = "norm"
    tied_by_default = False

    def __init__(self, config, tensors):
        self.config, self.tensors = config, tensors
        self.prefix = next(prefix for prefix in self.prefixes if prefix + self.embedding in tensors)
        self.hidden = config["hidden_size"]
        self.layers = config["num_hidden_layers"]
        self.vocabulary = config["vocab_size"]
        self.heads = config["num_attention_heads"]
        self.groups = self.given("num_key_value_heads", self.heads)
        self.head_size = self.given("head_dim", self.hidden // self.heads)
        self.prepare()

    def given(self, name, default=None):
        value = self.config.get(name)
        return default if value is None else value

    def prepare(self):
        self.eps = number(self.given("rms_norm_eps", 1e-6))
        self.activation = activation(self.given("hidden_act", "silu"))
        self.scale = steps.root_scale(self.head_size)
        self.rope = self.make_rope(self.rope_parameters())

    def rope_parameters(self):
        parameters = dict(self.given("rope_scaling") or self.given("rope_parameters") or {})
        return {"rope_theta": self.given("rope_theta", 10000.0)} | parameters

    def make_rope(self, parameters):
        size = self.head_size
        kind = parameters.get("rope_type", parameters.get("type", "default"))
        return Rope(size, number(parameters["rope_theta"]), kind, parameters, self.given("max_position_embeddings"))

    # Tensors
    def tensor(self, name):
        return self.tensors[self.prefix + name]

    def optional(self, name):
        return self.tensors.get(self.prefix + name)

    def at(self, layer):
        return f"layers.{layer}."

    def linear(self, name, x):
        return binary32.linear(x, self.tensor(name + ".weight"), self.optional(name + ".bias"))

    def norm(self, name, x):
        return steps.rms_norm(x, self.tensor(name + ".weight"), self.eps)

    # The computation
    def embed(self, ids):
        return self.tensor(self.embedding)[ids]

    def qk(self, layer, q, k):
        """q and k [n][heads][d] before the rotation."""
        return q, k

    def window(self, layer):
        return None

    def tables(self, layer, length):
        return self.rope.table(length)

    def attention(self, layer, x):
        at = self.at(layer) + "self_attn."
        q, k, v = (self.linear(at + name, x) for name in ("q_proj", "k_proj", "v_proj"))
        q = q.reshape(len(x), self.heads, -1)
        k, v = (y.reshape(len(x), self.groups, -1) for y in (k, v))
        q, k = self.qk(layer, q, k)
        cos, sin = self.tables(layer, len(x))
        q, k = steps.rotate(q, cos, sin), steps.rotate(k, cos, sin)
        mixed = steps.attention(q, k, v, self.scale, self.causal, self.window(layer))
        return self.linear(at + "o_proj", mixed.reshape(len(x), -1))

    def mlp(self, layer, x):
        at = self.at(layer) + "mlp."
        gate, up = self.linear(at + "gate_proj", x), self.linear(at + "up_proj", x)
        return self.linear(at + "down_proj", self.activation(gate) * up)

    def layer(self, layer, x):
        x = x + self.attention(layer, self.norm(self.at(layer) + "input_layernorm", x))
        return x + self.mlp(layer, self.norm(self.at(layer) + "post_attention_layernorm", x))

    def head(self, x):
        x = self.norm(self.final, x)
        tied = self.given("tie_word_embeddings", self.tied_by_default)
        return binary32.linear(x, self.tensor(self.embedding) if tied else self.tensors["lm_head.weight"])

    def run(self, ids):
        """The boundaries [L+1][n][D], and logits [n][V] or None."""
        x = self.embed(np.asarray(ids))
        boundaries = [x]
        for layer in range(self.layers):
            x = self.layer(layer, x)
            boundaries.append(x)
        return boundaries, self.head(x)
