"""The families by `model_type`."""
from .bert import Bert, Roberta
from .gemma import Gemma, Gemma2, Gemma3
from .gpt2 import GPT2
from .gpt_neox import GPTNeoX
from .llama import Llama, Mistral, Qwen2, Qwen3
from .moe import Mixtral, Qwen2Moe, Qwen3Moe
from .olmo import Olmo, Olmo2
from .phi3 import Phi3
from .stablelm import StableLM

BY_MODEL_TYPE = {
    "bert": Bert, "gemma": Gemma, "gemma2": Gemma2, "gemma3_text": Gemma3, "gpt2": GPT2, "gpt_neox": GPTNeoX,
    "llama": Llama, "mistral": Mistral, "mixtral": Mixtral, "olmo": Olmo, "olmo2": Olmo2, "phi3": Phi3,
    "qwen2": Qwen2, "qwen2_moe": Qwen2Moe, "qwen3": Qwen3, "qwen3_moe": Qwen3Moe,
    "roberta": Roberta, "stablelm": StableLM, "xlm-roberta": Roberta,
}


def make(config, tensors):
    return BY_MODEL_TYPE[config["model_type"]](config, tensors)
