"""bert: an encoder that normalises after each residual."""
import numpy as np

from .. import steps
from ..model_files import number
from .decoder import Decoder, activation


class Bert(Decoder):
    causal = False
    prefixes = ("", "bert.")
    layer_name = "encoder.layer"
    embedding = "embeddings.word_embeddings.weight"

    def prepare(self):
        self.sizes()
        self.eps = number(self.key("layer_norm_eps", 1e-12))
        self.act = activation(self.key("hidden_act", "gelu"))
        self.scale = steps.root_scale(self.hidden // self.heads)

    def tensor(self, name):
        """A norm's weight and bias may be called gamma and beta."""
        older = name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
        return self.tensors[next(full for full in (self.prefix + name, self.prefix + older) if full in self.tensors)]

    def linear(self, x, name):
        return super().linear(x, name, bias=True)

    def positions_of(self, ids):
        return np.arange(len(ids))

    def embed(self, ids):
        word, type_of = self.tensor(self.embedding)[ids], self.tensor("embeddings.token_type_embeddings.weight")[0]
        position = self.tensor("embeddings.position_embeddings.weight")[self.positions_of(ids)]
        return self.layer_norm((word + type_of) + position, "embeddings.LayerNorm")

    def layer(self, layer, at, x):
        q, k, v = (self.split(self.linear(x, f"{at}attention.self.{name}"), self.heads) for name in ("query", "key", "value"))
        mixed = self.joined(steps.attention(q, k, v, self.scale, causal=False))
        x = self.layer_norm(self.linear(mixed, at + "attention.output.dense") + x, at + "attention.output.LayerNorm")
        y = self.linear(self.act(self.linear(x, at + "intermediate.dense")), at + "output.dense")
        return self.layer_norm(y + x, at + "output.LayerNorm")


class Roberta(Bert):
    """roberta, xlm-roberta: pads have a position of their own, the others are counted."""

    prefixes = ("", "roberta.")

    def positions_of(self, ids):
        pad = self.key("pad_token_id", 1)
        return np.where(ids == pad, pad, pad + np.cumsum(ids != pad))
