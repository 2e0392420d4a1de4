"""Accesses that nothing orders: two threads meet at one address, one of them writes, and no barrier stands between.

A barrier of the block orders all its threads; a barrier of a warp orders the warp's. Blocks of one launch are never ordered.
Shuffles and votes order no memory.
"""
from dataclasses import dataclass, replace

import numpy as np

READ, WRITE, ATOMIC = 0, 1, 2
VERB = {READ: "reads", WRITE: "writes", ATOMIC: "updates"}


@dataclass(frozen=True, eq=False)
class Access:
    """One instruction, done by several threads."""
    place: object
    kind: int
    constant: bool           # ld.global.nc: what it reads nobody may write in this launch
    keys: np.ndarray         # of the first granule for each thread
    count: int               # granules
    lanes: np.ndarray        # which lane each is
    first: int               # the thread that lane 0 is, in the whole launch, 32 threads to a warp
    block_turns: np.ndarray  # for each lane that there is: barriers of its block, of its warp, before this
    warp_turns: np.ndarray

    @property
    def threads(self):
        return self.lanes + self.first


class Race(Exception):
    def __init__(self, key, first, first_thread, second, second_thread, why):
        super().__init__(why)
        self.key, self.first, self.first_thread = key, first, first_thread
        self.second, self.second_thread = second, second_thread

    def told(self, where, thread_name):
        """For people; thread_name(number) says who a thread is."""
        return (f"{thread_name(self.first_thread)}: {self.first.place}: {VERB[self.first.kind]} {where}, which "
                f"{thread_name(self.second_thread)} {VERB[self.second.kind]} by {self.second.place}; {self}")


class Journal:
    def __init__(self, size_bytes, granule, threads_per_block):
        self.shift = granule.bit_length() - 1
        self.owner = np.full(size_bytes >> self.shift, -1, np.int64)
        self.threads_per_block = threads_per_block
        self.entries = []

    def note(self, place, kind, offsets, size, lanes, first, turns, constant=False):
        self.entries.append(Access(place, kind, constant, offsets >> self.shift, size >> self.shift, lanes, first, *turns))

    def settle(self, ended=None):
        """Look for races among what was noted, and forget it; with `ended`, a truth value for each lane, only theirs."""
        entries, self.entries = self.entries, []
        if ended is not None:
            entries = [part for entry in entries for part in self.split(entry, ended)]
        writers = [entry for entry in entries if entry.kind != READ]
        for entry in writers:
            for i in range(entry.count):
                self.owner[entry.keys + i] = entry.threads
        suspects = []
        for entry in entries if writers else ():
            for i in range(entry.count):
                owner = self.owner[entry.keys + i]
                met = owner >= 0
                if not entry.constant:
                    met &= owner != entry.threads
                if np.count_nonzero(met):
                    suspects.append(entry.keys[met] + i)
        for entry in writers:
            for i in range(entry.count):
                self.owner[entry.keys + i] = -1
        if suspects:
            self.examine(entries, np.unique(np.concatenate(suspects)))

    def split(self, entry, ended):
        now = ended[entry.lanes]
        if now.all():
            yield entry
            return
        for wanted, keep in ((now, False), (~now, True)):
            if wanted.any():
                part = replace(entry, keys=entry.keys[wanted], lanes=entry.lanes[wanted])
                if keep:
                    self.entries.append(part)
                else:
                    yield part

    def examine(self, entries, suspects):
        rows = []
        for number, entry in enumerate(entries):
            for i in range(entry.count):
                keys = entry.keys + i
                at = np.minimum(np.searchsorted(suspects, keys), len(suspects) - 1)
                hit = np.flatnonzero(suspects[at] == keys)
                if len(hit):
                    lane = entry.lanes[hit]
                    thread = lane + entry.first
                    rows.append(np.stack([keys[hit], thread // self.threads_per_block, entry.block_turns[lane], thread // 32,
                                          entry.warp_turns[lane], thread, np.full(len(hit), entry.kind),
                                          np.full(len(hit), number)]))
        rows = np.concatenate(rows, axis=1)
        rows = rows[:, np.lexsort(rows[:6][::-1])]
        # Ordered by nothing: blocks at one address; warps between two barriers; threads between two of their warp.
        for columns, what in ((1, 1), (3, 3), (5, 5)):
            self.compare(entries, rows, columns, what)
        constant = np.array([entry.constant for entry in entries])[rows[7]]
        self.constants(entries, rows, constant)

    @staticmethod
    def groups(rows, columns):
        """Where rows begin that agree in the first columns, and the group of each."""
        change = np.any(rows[:columns, 1:] != rows[:columns, :-1], axis=0)
        return np.concatenate([[0], np.cumsum(change)])

    def compare(self, entries, rows, columns, party):
        group = self.groups(rows, columns)
        count = group[-1] + 1
        low = np.full(count, np.iinfo(np.int64).max)
        high = np.full(count, -1)
        np.minimum.at(low, group, rows[party])
        np.maximum.at(high, group, rows[party])
        kinds = [np.bincount(group[rows[6] == kind], minlength=count) > 0 for kind in (READ, WRITE, ATOMIC)]
        bad = (low != high) & (kinds[WRITE] | (kinds[ATOMIC] & kinds[READ]))
        if not bad.any():
            return
        inside = rows[:, group == np.flatnonzero(bad)[0]]
        first = np.flatnonzero(inside[6] == (WRITE if (inside[6] == WRITE).any() else READ))[0]
        second = np.flatnonzero(inside[party] != inside[party, first])[0]
        self.report(entries, inside[:, first], inside[:, second], "nothing orders the two")

    def constants(self, entries, rows, constant):
        written = rows[:, rows[6] != READ]
        for column in np.flatnonzero(constant):
            met = np.flatnonzero(written[0] == rows[0, column])
            if len(met):
                self.report(entries, written[:, met[0]], rows[:, column], "ld.global.nc reads only what no thread writes")

    def report(self, entries, first, second, why):
        a, b = entries[first[7]], entries[second[7]]
        raise Race(int(first[0]) << self.shift, a, int(first[5]), b, int(second[5]), why)
