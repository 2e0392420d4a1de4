"""BERT: an encoder that normalises after each residual."""
import numpy as np

from .. import steps
from ..model_files import number
from .decoder import Decoder, activation


class Bert(Decoder):
    causal = False
    prefixes = ("bert.", "")
    embedding = "embeddings.word_embeddings.weight"

    def prepare(self):
        self.eps = number(self.given("layer_norm_eps", 1e-12))
        self.activation = activation(self.given("hidden_act", "gelu"))
        self.scale = steps.root_scale(self.head_size)

    def either(self, name, *endings):
        """A tensor by the first of its spellings that is there."""
        return next(self.tensor(name + end) for end in endings if self.optional(name + end) is not None)

    def norm(self, name, x):
        return steps.layer_norm(x, self.either(name, ".weight", ".gamma"), self.either(name, ".bias", ".beta"), self.eps)

    def positions(self, ids):
        return np.arange(len(ids))

    def embed(self, ids):
        at = "embeddings."
        x = self.tensor(self.embedding)[ids] + self.tensor(at + "token_type_embeddings.weight")[0]
        return self.norm(at + "LayerNorm", x + self.tensor(at + "position_embeddings.weight")[self.positions(ids)])

    def at(self, layer):
        return f"encoder.layer.{layer}."

    def attention(self, layer, x):
        at = self.at(layer) + "attention."
        q, k, v = (self.linear(at + "self." + name, x).reshape(len(x), self.heads, -1) for name in ("query", "key", "value"))
        mixed = steps.attention(q, k, v, self.scale, causal=False)
        return self.linear(at + "output.dense", mixed.reshape(len(x), -1))

    def mlp(self, layer, x):
        return self.linear(self.at(layer) + "output.dense", self.activation(self.linear(self.at(layer) + "intermediate.dense", x)))

    def layer(self, layer, x):
        x = self.norm(self.at(layer) + "attention.output.LayerNorm", x + self.attention(layer, x))
        return self.norm(self.at(layer) + "output.LayerNorm", x + self.mlp(layer, x))

    def head(self, x):
        return None
