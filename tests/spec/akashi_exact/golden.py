"""The models of golden files ("Golden digests"): tensors from streams of SHA-256."""
import struct

import numpy as np

from . import records

TINY = {"BF16": -133, "F16": -24, "F32": -149}


def stream(seed, count):
    """The first bytes of "akashi/golden/1" and this seed."""
    key = records.sha256(b"akashi/golden/1\0" + seed.encode())
    return b"".join(records.sha256(key + struct.pack("<Q", block)) for block in range(-(-count // 32)))[:count]


def tensor(model, entry):
    """The float32 values of one entry of `tensors`, its copied rows in place."""
    shape, kind = entry["shape"], entry["dtype"]
    columns = shape[-1]
    size = int(np.prod(shape))
    seed = f"{model}/{entry['name']}"
    if kind == "F32":
        raw = np.frombuffer(stream(seed, 4 * size), np.uint8).reshape(-1, 4).astype(np.int64)
        b = raw[:, 1] + (raw[:, 2] << 8) + (raw[:, 3] << 16)
        b = np.where(b >= 2**23, b - 2**24, b)
        unit, minus_zero = -16, raw[:, 0] == 0
    else:
        b = np.frombuffer(stream(seed, size), np.int8).astype(np.int64)
        unit, minus_zero = 0, b == -128
    if entry["values"] == "gain":
        values = 1 + np.floor_divide(b, 8) * 2.0 ** (unit - 7)
    else:
        values = np.where(minus_zero, -0.0, b * 2.0 ** (unit + entry["values"]))
    values, small = values.reshape(-1, columns), (b * 2.0 ** TINY[kind]).reshape(-1, columns)
    for row in entry.get("tiny_rows", []):
        values[row] = small[row]
    for column in entry.get("tiny_columns", []):
        values[:, column] = small[:, column]
    for source, to in entry.get("copied_rows", []):
        values[to] = values[source]
    exact = values.astype(np.float32)
    assert np.array_equal(exact.astype(np.float64), values), f"{entry['name']}: not exact"
    return exact.reshape(shape)


def tensors(document):
    return {entry["name"]: tensor(document["name"], entry) for entry in document["tensors"]}


def probes(document):
    """The lists of ids; COUNT:LENGTH:SEED stands for random probes."""
    config, found = document["config"], []
    for entry in document["probes"]:
        if isinstance(entry, str):
            count, length, seed = entry.split(":", 2)
            found += records.random_probes(int(count), int(length), seed, config["vocab_size"])
        else:
            found.append(entry)
    return found
