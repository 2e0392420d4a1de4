"""The memories of a device: bytes that know whether they are there, were written, and may be written."""
import bisect

import numpy as np

THERE, WRITTEN, WRITABLE = 1, 2, 4
UNSIGNED = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}
GLOBAL_BASE = 0x7a0000000000
ALIGNMENT = 256  # of an allocation, as cuMemAlloc has it


def pattern(bits, size):
    return UNSIGNED[size](int.from_bytes(bytes([bits]) * size, "little"))


class Bytes:
    """`size` bytes (a multiple of 16) and the state of each; offsets are arrays of int64."""

    def __init__(self, size):
        self.data = np.zeros(size, np.uint8)
        self.state = np.zeros(size, np.uint8)
        self.view()

    def view(self):
        self.values = {size: self.data.view(kind) for size, kind in UNSIGNED.items()}
        self.states = {size: self.state.view(kind) for size, kind in UNSIGNED.items()}

    def lacking(self, offsets, size, bits):
        """Which of the accesses of `size` bytes meets a byte without one of these state bits; None if none does."""
        part = min(size, 8)
        at = offsets >> (part.bit_length() - 1)
        want = pattern(bits, part)
        lacks = (self.states[part][at] & want) != want
        if size == 16:
            lacks |= (self.states[part][at + 1] & want) != want
        return lacks if np.count_nonzero(lacks) else None

    def read(self, offsets, size, count):
        """`count` numbers of `size` bytes at each offset: as many arrays."""
        at = offsets >> (size.bit_length() - 1)
        if count == 1:
            return [self.values[size][at]]
        rows = self.values[size].reshape(-1, count)[at // count]
        return list(np.ascontiguousarray(rows.T))

    def write(self, offsets, size, numbers):
        at = offsets >> (size.bit_length() - 1)
        for i, one in enumerate(numbers):
            self.values[size][at + i] = one
            self.states[size][at + i] |= pattern(WRITTEN, size)


class Window:
    """Memory of each block, or of each thread: every owner has the same addresses, from 0."""

    def __init__(self, owners, variables, size, space):
        self.variables = variables.values()
        self.space = space
        self.limit = 1 << max(4, size.bit_length())
        self.bytes = Bytes(owners * self.limit)
        state = self.bytes.state.reshape(owners, self.limit)
        for variable in self.variables:
            state[:, variable.offset:variable.offset + variable.size] = THERE | WRITABLE

    def outside(self, addresses):
        return addresses >= self.limit

    def describe(self, address):
        near = [variable for variable in self.variables if variable.offset <= address]
        if not near:
            return f"{self.space} address {address}"
        variable = max(near, key=lambda one: one.offset)
        return f"byte {address - variable.offset} of '{variable.name}' ({variable.size} bytes, {self.space})"


class GlobalMemory:
    """Named allocations at addresses of their own, with room that is not there between them."""

    def __init__(self):
        self.bytes = Bytes(1 << 16)
        self.used = 0
        self.next_address = GLOBAL_BASE
        self.starts = []       # addresses, ascending
        self.allocations = {}  # start: (name, size, offset in bytes)

    def allocate(self, name, size, data=None, address=None, writable=True):
        """The address of `size` bytes; they count as never written unless `data` says what they are."""
        if address is None:
            address = self.next_address
        if address % 16:
            raise ValueError(f"the allocation '{name}' at {address:#x} is not aligned to 16 bytes")
        i = bisect.bisect_right(self.starts, address)
        if i < len(self.starts) and address + size > self.starts[i] or i and self.end(self.starts[i - 1]) > address:
            raise ValueError(f"the allocation '{name}' overlaps another")
        offset = self.used
        self.used += -(-size // ALIGNMENT) * ALIGNMENT + ALIGNMENT
        self.grow()
        self.bytes.state[offset:offset + size] = THERE | (WRITABLE if writable else 0)
        self.starts.insert(i, address)
        self.allocations[address] = (name, size, offset)
        self.next_address = max(self.next_address, -(-(address + size) // ALIGNMENT) * ALIGNMENT + ALIGNMENT)
        if data is not None:
            self.put(address, data)
        return address

    def grow(self):
        size = len(self.bytes.data)
        while size < self.used:
            size *= 2
        if size > len(self.bytes.data):
            old, self.bytes = self.bytes, Bytes(size)
            self.bytes.data[:len(old.data)] = old.data
            self.bytes.state[:len(old.state)] = old.state

    def end(self, start):
        return start + self.allocations[start][1]

    def free(self, address):
        _, size, offset = self.allocations.pop(address)
        self.starts.remove(address)
        self.bytes.state[offset:offset + size] = 0

    def span(self, address, size):
        """Where `size` bytes lie in self.bytes; ValueError if they are not all in one allocation."""
        start = self.find(address)
        if start is None or address + size > self.end(start):
            raise ValueError(f"{size} bytes at {self.describe(address)} are not in one allocation")
        offset = self.allocations[start][2] + address - start
        return slice(offset, offset + size)

    def put(self, address, data):
        data = np.frombuffer(bytes(data), np.uint8)
        where = self.span(address, len(data))
        self.bytes.data[where] = data
        self.bytes.state[where] |= WRITTEN

    def get(self, address, size):
        return self.bytes.data[self.span(address, size)].tobytes()

    def written(self, address, size):
        """For each byte: was it ever written?"""
        return (self.bytes.state[self.span(address, size)] & WRITTEN) != 0

    def find(self, address):
        """The start of the allocation that holds the address, or None."""
        i = bisect.bisect_right(self.starts, address)
        if not i or address >= self.end(self.starts[i - 1]):
            return None
        return self.starts[i - 1]

    def describe(self, address):
        i = bisect.bisect_right(self.starts, address)
        if not i:
            return f"address {address:#x}"
        name, size, _ = self.allocations[self.starts[i - 1]]
        return f"byte {address - self.starts[i - 1]} of '{name}' ({size} bytes, global)"

    def locate(self, addresses):
        """(offsets in self.bytes, which addresses are in no allocation or None); `addresses` are uint64."""
        start = self.find(int(addresses[0]))
        if start is not None:
            _, size, offset = self.allocations[start]
            relative = addresses - np.uint64(start)
            if relative.max() < size:
                return relative.view(np.int64) + offset, None
        if not self.starts:
            return np.zeros(len(addresses), np.int64), np.ones(len(addresses), bool)
        starts = np.array(self.starts, np.uint64)
        which = np.searchsorted(starts, addresses, side="right").astype(np.int64) - 1
        outside = which < 0
        which[outside] = 0
        relative = addresses - starts[which]
        outside |= relative >= np.array([self.allocations[one][1] for one in self.starts], np.uint64)[which]
        offsets = np.array([self.allocations[one][2] for one in self.starts], np.int64)[which]
        offsets = offsets + np.where(outside, np.uint64(0), relative).astype(np.int64)
        return offsets, outside if np.count_nonzero(outside) else None
