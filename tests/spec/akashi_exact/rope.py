"""Rotary frequencies and angles (rule 7, "Rotary keys")."""
from decimal import Decimal

import numpy as np

from . import reals
from .binary32 import F32
from .reals import PI, real, rn32


class Rope:
    """`size` dimensions of a head turn; the numbers come from the parameters, the rest of config.json, and P."""

    def __init__(self, parameters, config, head_size, positions, original=None, turns_part=False):
        def first(*values):
            return next(value for value in values if value is not None)

        self.parameters, self.positions = parameters, positions
        self.kind = first(parameters.get("rope_type"), parameters.get("type"), "default")
        self.theta = F32(float(parameters["rope_theta"]))
        part = first(parameters.get("partial_rotary_factor"), config.get("partial_rotary_factor"), 1) if turns_part else 1
        self.head_size, self.size = head_size, int(head_size * float(part))
        name = "original_max_position_embeddings"
        if self.kind == "dynamic":
            original = positions
        self.original = first(original, config.get(name), parameters.get(name), positions)

    def get(self, name, default=None):
        """A number of the parameters, as the value of its binary32."""
        value = self.parameters.get(name)
        return default if value is None else real(F32(float(value)))

    def factor(self):
        return self.get("factor", real(F32(self.positions / self.original)))

    def powers(self, theta):
        return [theta ** (Decimal(-2 * i) / self.size) for i in range(self.size // 2)]

    def frequencies(self, length):
        """f_i as float32, for a probe of so many tokens."""
        theta = self.dynamic(length) if self.kind == "dynamic" else real(self.theta)
        scale = {"default": lambda p, i: p, "dynamic": lambda p, i: p, "linear": self.linear, "llama3": self.llama3,
                 "yarn": self.yarn, "longrope": lambda p, i: self.longrope(p, i, length)}[self.kind]
        return np.array([rn32(scale(p, i)) for i, p in enumerate(self.powers(theta))], np.float32)

    def dynamic(self, length):
        n, c, factor = real(max(length, self.original)), real(self.original), self.factor()
        return real(self.theta) * (factor * n / c - (factor - 1)) ** (Decimal(self.size) / (self.size - 2))

    def linear(self, p, i):
        return p / self.factor()

    def llama3(self, p, i):
        factor, low, high = self.factor(), self.get("low_freq_factor"), self.get("high_freq_factor")
        u = self.original * p / (2 * PI)
        if u > high:
            return p
        if u < low:
            return p / factor
        s = (u - low) / (high - low)
        return p * ((1 - s) / factor + s)

    def yarn(self, p, i):
        def dimension(turns):
            return self.size * (self.original / (2 * PI * turns)).ln() / (2 * real(self.theta).ln())
        low, high = dimension(self.get("beta_fast") or Decimal(32)), dimension(self.get("beta_slow") or Decimal(1))
        if self.parameters.get("truncate") is not False:
            low, high = reals.floor(low), reals.ceil(high)
        low, high = max(low, Decimal(0)), min(high, Decimal(self.size - 1))
        if low == high:
            high += Decimal("0.001")
        ramp = min(max((i - low) / (high - low), Decimal(0)), Decimal(1))
        return p * (ramp / self.factor() + 1 - ramp)

    def longrope(self, p, i, length):
        return p / real(F32(float(self.parameters["long_factor" if length > self.original else "short_factor"][i])))

    def attention_factor(self):
        """What multiplies cosine and sine, or None."""
        if self.kind not in ("yarn", "longrope"):
            return None
        if self.parameters.get("attention_factor") is not None:
            return F32(float(self.parameters["attention_factor"]))
        factor = self.factor()
        if self.kind == "longrope":
            return F32(1) if factor <= 1 else rn32((1 + factor.ln() / real(self.original).ln()).sqrt())

        def m(x):
            return x * factor.ln() / 10 + 1
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
