"""The families by `model_type`."""
from .bert import Bert
from .decoder import Decoder
from .gpt2 import GPT2
from .mistral import Mistral
from .qwen2 import Qwen2

BY_MODEL_TYPE = {"bert": Bert, "gpt2": GPT2, "llama": Decoder, "mistral": Mistral, "qwen2": Qwen2}


def make(config, tensors):
    return BY_MODEL_TYPE[config["model_type"]](config, tensors)
