"""Mistral: Llama in which each query sees a window of keys."""
from .decoder import Decoder


class Mistral(Decoder):
    def window(self, layer):
        return self.given("sliding_window")
