"""What the families share: keys, tensors, and the walk through the layers."""
import numpy as np

from .. import binary32, functions, steps
from ..rope import Rope

ACTIVATIONS = {"silu": "silu", "swish": "silu", "relu": "relu", "gelu": "gelu", "gelu_new": "gelu_tanh",
               "gelu_fast": "gelu_tanh", "gelu_pytorch_tanh": "gelu_tanh"}


def activation(name):
    """The function of rule 8 that a configuration names."""
    return getattr(functions, ACTIVATIONS[name])


class Decoder:
    """A family: keys of config.json in prepare(), steps in layer(). What is here is what most of them say."""

    causal = True
    prefixes = ("model.", "")
    layer_name = "layers"
    embedding = "embed_tokens.weight"
    head_name = "lm_head.weight"
    tied = False  # unless config.json says
    base = 10000

    def __init__(self, config, tensors):
        self.config, self.tensors = config, tensors
        self.prefix = next(prefix for prefix in self.prefixes if prefix + self.embedding in tensors)
        self.prepare()

    # Keys
    def key(self, name, *default):
        """KEY (default): the default where the key is absent or null; required without one."""
        value = self.config.get(name)
        if value is None and default:
            return default[0]
        if value is None:
            raise KeyError(f"config.json has no '{name}'")
        return value

    def sizes(self):
        self.layers, self.hidden = self.key("num_hidden_layers"), self.key("hidden_size")
        self.vocabulary, self.heads = self.key("vocab_size"), self.key("num_attention_heads")

    def rotary_parameters(self):
        return self.config.get("rope_scaling") or self.config.get("rope_parameters") or {}

    def make_rope(self, positions):
        return self.rope_of(self.rotary_parameters(), positions)

    def rope_of(self, parameters, positions, **options):
        given = {name: value for name, value in parameters.items() if value is not None}
        return Rope({"rope_theta": self.key("rope_theta", self.base)} | given, self.config, self.head_size, positions, **options)

    def sliding(self, default):
        """Which layers slide: `layer_types` where it is given, else as the family says."""
        kinds = self.config.get("layer_types")
        return [kind == "sliding_attention" for kind in kinds] if kinds else [default(l) for l in range(self.layers)]

    # Tensors; names are those below the layer's prefix while a layer runs
    def tensor(self, name):
        return self.tensors[self.prefix + name]

    def linear(self, x, name, bias=False):
        return binary32.linear(x, self.tensor(name + ".weight"), self.tensor(name + ".bias") if bias else None)

    def gain(self, name):
        return self.tensor(name + ".weight")

    def rms(self, x, name):
        return steps.rms_norm(x, self.gain(name), self.eps)

    def layer_norm(self, x, name):
        return steps.layer_norm(x, self.tensor(name + ".weight"), self.tensor(name + ".bias"), self.eps)

    def split(self, x, count):
        """Columns as heads: [n][count][d]."""
        return x.reshape(len(x), count, -1)

    def joined(self, x):
        return x.reshape(len(x), -1)

    # The computation
    def embed(self, ids):
        return self.tensor(self.embedding)[ids]

    def head(self, x):
        tied = self.key("tie_word_embeddings", self.tied)
        return binary32.linear(x, self.tensor(self.embedding) if tied else self.tensors[self.head_name])

    def run(self, ids):
        """The boundaries, L+1 times [n][D], and the logits [n][V], None for an encoder."""
        x = self.embed(np.asarray(ids))
        boundaries = [x]
        for layer in range(self.layers):
            x = self.layer(layer, f"{self.layer_name}.{layer}.", x)
            boundaries.append(x)
        return boundaries, self.finish(x) if self.causal else None
