"""Sets of lanes. Equal sets are one object, so that the questions asked at every instruction are comparisons of identity."""
import numpy as np

MOST = 4096  # sets that are remembered


class Mask:
    __slots__ = ("bits", "all", "any", "_lanes", "_covers", "_joined", "__weakref__")

    def __init__(self, bits):
        count = np.count_nonzero(bits)
        self.bits = bits
        self.all = count == bits.size
        self.any = count > 0
        self._lanes = None
        self._covers = {}
        self._joined = {}

    @property
    def lanes(self):
        """The numbers of the lanes."""
        if self._lanes is None:
            self._lanes = np.flatnonzero(self.bits)
        return self._lanes

    def covers(self, other):
        if self is other or self.all:
            return True
        known = self._covers.get(other)
        if known is None:
            known = self._covers[other] = not np.count_nonzero(other.bits & ~self.bits)
        return known


class Masks:
    """Makes masks, and remembers them."""

    def __init__(self):
        self.known = {}

    def of(self, bits):
        key = bits.tobytes()
        mask = self.known.get(key)
        if mask is None:
            if len(self.known) >= MOST:
                for old in self.known.values():
                    old._covers.clear()
                    old._joined.clear()
                self.known.clear()
            mask = self.known[key] = Mask(bits)
        return mask

    def join(self, a, b):
        if a.covers(b):
            return a
        joined = a._joined.get(b)
        if joined is None:
            joined = a._joined[b] = self.of(a.bits | b.bits)
        return joined

    def meet(self, a, bits):
        return self.of(a.bits & bits)

    def without(self, a, b):
        return self.of(a.bits & ~b.bits)
