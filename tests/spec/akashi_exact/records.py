"""Recorded outputs: identities, seeded numbers, digests, the outputs object, its leaves and root."""
import hashlib
import struct

import numpy as np

from . import binary32, functions, reals
from .binary32 import to_bits

PROFILE = b"akashi-exact/1"
OUTPUTS = b"akashi/outputs/1"


def sha256(data):
    return hashlib.sha256(data).digest()


def identity(ids):
    return sha256(struct.pack(f"<{len(ids)}I", *ids))


def seeded(what, seed):
    """The stream of u32 of a text and a seed."""
    key = sha256(what.encode() + b"\0" + seed.encode())
    block = 0
    while True:
        yield from struct.unpack("<8I", sha256(key + struct.pack("<Q", block)))
        block += 1


def below(stream, bound):
    limit = 2**32 // bound * bound
    return next(number for number in stream if number < limit) % bound


def random_probes(count, length, seed, vocabulary):
    stream = seeded("akashi/probes/1", seed)
    return [[below(stream, vocabulary) for _ in range(length)] for _ in range(count)]


def replayed(count, drawn, seed, what="akashi/replay/1"):
    """Which probes a replay computes, or with `akashi/spot/1` which layers a spot check does."""
    stream, order = seeded(what, seed), list(range(count))
    for i in range(drawn):
        other = i + below(stream, count - i)
        order[i], order[other] = order[other], order[i]
    return sorted(order[:drawn])


def digest(what, values):
    """The value digest of one tensor (rule 12); NaN and infinities are a failure."""
    if not np.all(np.isfinite(values)):
        raise ArithmeticError(f"a NaN or an infinity in {what}")
    shape = struct.pack("<I", values.ndim) + b"".join(struct.pack("<Q", size) for size in values.shape)
    return sha256(PROFILE + b"\0" + what.encode() + b"\0" + shape + values.astype("<f4").tobytes())


def largest(logits):
    """(id, bits) of the eight largest, equal ones by lower id (rule 11)."""
    order = sorted(range(len(logits)), key=lambda token: (-logits[token], token))[:8]
    return [(token, int(to_bits(logits[token]))) for token in order]


def likelihood(logits, ids):
    """The negative log-likelihood of a probe (rule 11)."""
    terms = []
    for t in range(len(ids) - 1):
        z = logits[t] - binary32.maximum(logits[t])
        total = binary32.lane_sum(functions.exp(z))
        terms.append(reals.rn32(reals.real(total).ln()) - z[ids[t + 1]])
    return binary32.lane_sum(np.array(terms, np.float32))


def probe_entry(ids, boundaries, logits, last):
    """The outputs object's entry of one probe: logits for causal models, the last hidden state for encoders."""
    entry = {"boundaries": [digest("boundary", hidden).hex() for hidden in boundaries], "identity": identity(ids).hex()}
    if logits is None:
        entry["last"] = [digest("hidden", row).hex() for row in last]
        return entry
    entry["logits"] = [digest("logits", row).hex() for row in logits]
    entry["nll"] = f"{int(to_bits(likelihood(logits, ids))):08x}"
    entry["top"] = [" ".join(f"{token}:{bits:08x}" for token, bits in largest(row)) for row in logits]
    return entry


def outputs_object(kind, layers, hidden, vocabulary, probes):
    return {"hidden": hidden, "kind": kind, "layers": layers, "probes": probes, "profile": PROFILE.decode(),
            "schema": OUTPUTS.decode(), "vocab": vocabulary}


def leaves(outputs):
    causal = outputs["kind"] == "logits"
    entries = [OUTPUTS + b"\0" + PROFILE + b"\0" + struct.pack(
        "<BIIII", causal, outputs["layers"], outputs["hidden"], outputs["vocab"], len(outputs["probes"]))]
    for p, probe in enumerate(outputs["probes"]):
        positions = probe["logits" if causal else "last"]
        entries.append(struct.pack("<BII", 1, p, len(positions)) + bytes.fromhex(probe["identity"]))
        for b, value in enumerate(probe["boundaries"]):
            entries.append(struct.pack("<BII", 2, p, b) + bytes.fromhex(value))
        for t, value in enumerate(positions):
            entry = struct.pack("<BII", 3 if causal else 4, p, t) + bytes.fromhex(value)
            if causal:
                pairs = [pair.split(":") for pair in probe["top"][t].split(" ")]
                pairs = [(int(token), int(bits, 16)) for token, bits in pairs]
                pairs += [(2**32 - 1, 0)] * (8 - len(pairs))
                entry += b"".join(struct.pack("<II", *pair) for pair in pairs)
            entries.append(entry)
        if causal:
            entries.append(struct.pack("<BIII", 5, p, 0, int(probe["nll"], 16)))
    return entries


def merkle_root(entries):
    """RFC 6962, section 2.1."""
    if not entries:
        return sha256(b"")
    if len(entries) == 1:
        return sha256(b"\0" + entries[0])
    split = 1 << (len(entries) - 1).bit_length() - 1
    return sha256(b"\1" + merkle_root(entries[:split]) + merkle_root(entries[split:]))
