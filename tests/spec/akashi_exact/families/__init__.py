"""The families by `model_type`."""
from .decoder import Decoder

BY_MODEL_TYPE = {"llama": Decoder}


def make(config, tensors):
    return BY_MODEL_TYPE[config["model_type"]](config, tensors)
