"""A model's directory: config.json and safetensors files, in one piece or in shards."""
import json
import pathlib
import struct

import numpy as np

from .binary32 import F32

WIDEN = {
    "F32": lambda raw: np.frombuffer(raw, "<f4"),
    "F16": lambda raw: np.frombuffer(raw, "<f2").astype(np.float32),
    "BF16": lambda raw: (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32),
}


def read_safetensors(path):
    """name -> float32 array. The file is: u64 length, a JSON header of that length, the data."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    tensors = {}
    for name, about in header.items():
        begin, end = about["data_offsets"]
        if about["dtype"] in WIDEN:
            tensors[name] = WIDEN[about["dtype"]](data[8 + length + begin:8 + length + end]).reshape(about["shape"])
    return tensors


def read_model(folder):
    """The configuration and all tensors of a directory."""
    folder = pathlib.Path(folder)
    tensors = {}
    for path in sorted(folder.glob("*.safetensors")):
        tensors.update(read_safetensors(path))
    return json.loads((folder / "config.json").read_text()), tensors


def number(value):
    """A number of config.json: decimal, nearest binary64, nearest binary32."""
    return F32(float(value))
