"""Norms, attention, rotation and mixtures of experts (rules 5, 6, 7 and 9)."""
import numpy as np

from . import binary32, functions, reals
from .binary32 import F32, fma


def rms_norm(x, gain, eps):
    q = binary32.lane_sum_of_squares(x)
    r = F32(1) / np.sqrt(q / F32(x.shape[-1]) + eps)
    return (x * r[..., None]) * gain


def layer_norm(x, gain, bias, eps):
    size = F32(x.shape[-1])
    mean = binary32.lane_sum(x) / size
    d = x - mean[..., None]
    r = F32(1) / np.sqrt(binary32.lane_sum_of_squares(d) / size + eps)
    scaled = d * r[..., None]
    if gain is None:
        return scaled
    return scaled * gain if bias is None else fma(scaled, gain, bias)


def root_scale(number):
    """RN32 of the real number^(-1/2), the number being an integer or a float32."""
    return reals.rn32(1 / reals.real(number).sqrt())


def cap(x, limit):
    return functions.tanh(x / limit) * limit


def attention(q, k, v, scale, causal=True, window=None, score_cap=None):
    """q [n][H][d], k and v [n][G][d]; gives [n][H][d] (rule 6). scale None multiplies by nothing."""
    length, heads, size = q.shape
    group = np.arange(heads) * k.shape[1] // heads
    k, v = k[:, group], v[:, group]
    scores = np.zeros((heads, length, length), np.float32)  # [head][query][key]
    for i in range(size):
        scores = fma(q[:, :, i].T[:, :, None], k[:, :, i].T[:, None, :], scores)
    if scale is not None:
        scores = scores * scale
    if score_cap is not None:
        scores = cap(scores, score_cap)
    out = np.zeros_like(q)
    for t in range(length):
        last = t if causal else length - 1
        first = max(0, t - window + 1) if window else 0
        p = functions.softmax(scores[:, t, first:last + 1])
        mixed = np.zeros((heads, size), np.float32)
        for j in range(first, last + 1):
            mixed = fma(p[:, j - first, None], v[j], mixed)
        out[t] = mixed
    return out


def rotate(x, cos, sin, interleaved=False):
    """x [n][heads][d], cos and sin [n][R/2]: the dimensions below R turn, the others are copied."""
    half = cos.shape[1]
    first, second = (slice(0, 2 * half, 2), slice(1, 2 * half, 2)) if interleaved else (slice(0, half), slice(half, 2 * half))
    a, b = x[:, :, first], x[:, :, second]
    c, s = cos[:, None, :], sin[:, None, :]
    out = x.copy()
    out[:, :, first] = fma(a, c, -(b * s))
    out[:, :, second] = fma(b, c, a * s)
    return out


def mixture(x, router, experts, count, renormalise):
    """x [n][D], router [E][D], experts a list of functions of rows (rule 9). The shared expert comes after it."""
    p = functions.softmax(binary32.linear(x, router))
    out = np.zeros_like(x)
    for t in range(x.shape[0]):
        chosen = sorted(sorted(range(len(experts)), key=lambda e: (-p[t, e], e))[:count])
        weights = p[t, chosen]
        if renormalise:
            total = F32(0)
            for weight in weights:
                total = total + weight
            weights = weights / total
        sums = np.zeros(x.shape[1], np.float32)
        for expert, weight in zip(chosen, weights):
            sums = fma(weight, experts[expert](x[t:t + 1])[0], sums)
        out[t] = sums
    return out
