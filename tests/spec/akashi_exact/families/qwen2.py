"""Qwen2: Llama with biases on q, k and v, and a window in the layers from `max_window_layers` up."""
from .decoder import Decoder


class Qwen2(Decoder):
    def window(self, layer):
        kinds = self.given("layer_types")
        if kinds:
            return self.given("sliding_window") if kinds[layer] == "sliding_attention" else None
        if not self.given("use_sliding_window", False):
            return None
        return self.given("sliding_window") if layer >= self.given("max_window_layers", 28) else None
