"""The families by `model_type`."""
from .bert import Bert
from .gpt2 import GPT2
from .llama import Llama, Mistral, Qwen2

BY_MODEL_TYPE = {"bert": Bert, "gpt2": GPT2, "llama": Llama, "mistral": Mistral, "qwen2": Qwen2}


def make(config, tensors):
    return BY_MODEL_TYPE[config["model_type"]](config, tensors)
