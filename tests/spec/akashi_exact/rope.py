"""Rotary frequencies and angles (rule 7)."""
from decimal import Decimal

import numpy as np

from . import reals
from .binary32 import F32
from .reals import PI, real, rn32


class Rope:
    """R dimensions turn with base theta (binary32); scaling is the configuration's dictionary, with its kind."""

    def __init__(self, size, theta, kind="default", scaling=None, context=None):
        self.size, self.theta, self.kind, self.scaling, self.context = size, theta, kind, scaling or {}, context

    def get(self, name, default=None):
        value = self.scaling.get(name)
        return default if value is None else real(F32(value))

    def original(self):
        return self.get("original_max_position_embeddings", real(self.context))

    def powers(self, theta):
        return [theta ** (Decimal(-2 * i) / self.size) for i in range(self.size // 2)]

    def frequencies(self, length):
        """f_i as float32, for a probe of so many tokens."""
        theta = self.dynamic(length) if self.kind == "dynamic" else real(self.theta)
        scale = {"default": lambda p, i: p, "dynamic": lambda p, i: p, "linear": self.linear,
                 "llama3": self.llama3, "yarn": self.yarn}[self.kind]
        return np.array([rn32(scale(p, i)) for i, p in enumerate(self.powers(theta))], np.float32)

    def dynamic(self, length):
        n, c, factor = real(max(length, self.context)), real(self.context), self.get("factor")
        return real(self.theta) * (factor * n / c - (factor - 1)) ** (Decimal(self.size) / (self.size - 2))

    def linear(self, p, i):
        return p / self.get("factor")

    def llama3(self, p, i):
        factor, low, high = self.get("factor"), self.get("low_freq_factor"), self.get("high_freq_factor")
        u = self.original() * p / (2 * PI)
        if u > high:
            return p
        if u < low:
            return p / factor
        s = (u - low) / (high - low)
        return p * ((1 - s) / factor + s)

    def yarn_factor(self):
        return self.get("factor", real(self.context) / self.original())

    def yarn(self, p, i):
        def dimension(turns):
            return self.size * (self.original() / (2 * PI * turns)).ln() / (2 * real(self.theta).ln())
        low, high = dimension(self.get("beta_fast", Decimal(32))), dimension(self.get("beta_slow", Decimal(1)))
        if self.scaling.get("truncate") is not False:
            low, high = reals.floor(low), reals.ceil(high)
        low, high = max(low, Decimal(0)), min(high, Decimal(self.size - 1))
        if low == high:
            high += Decimal("0.001")
        ramp = min(max((i - low) / (high - low), Decimal(0)), Decimal(1))
        return p * (ramp / self.yarn_factor() + 1 - ramp)

    def attention_factor(self):
        """What multiplies cosine and sine, or None."""
        if self.kind != "yarn":
            return None
        if self.scaling.get("attention_factor") is not None:
            return F32(self.scaling["attention_factor"])

        def m(x):
            return x * self.yarn_factor().ln() / 10 + 1
        over, under = self.get("mscale"), self.get("mscale_all_dim")
        return rn32(m(over) / m(under) if over and under else m(Decimal(1)))

    def angles(self, length):
        return np.arange(length).astype(np.float32)[:, None] * self.frequencies(length)[None, :]

    def table(self, length):
        """cos and sin [length][R/2]."""
        angles = self.angles(length)
        cos, sin = np.empty(angles.shape, np.float32), np.empty(angles.shape, np.float32)
        for at, angle in np.ndenumerate(angles):
            cos[at], sin[at] = reals.rounded_cos_sin(float(angle))
        factor = self.attention_factor()
        return (cos, sin) if factor is None else (cos * factor, sin * factor)
