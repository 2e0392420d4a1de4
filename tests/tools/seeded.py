"""The ids of seeded probes, from the text of docs/numerics.md alone: seeded.py SEED VOCAB COUNT."""
import hashlib
import struct
import sys


def numbers(what, seed):
    key = hashlib.sha256(what.encode() + b"\0" + seed.encode()).digest()
    counter = 0
    while True:
        yield from struct.unpack("<8I", hashlib.sha256(key + struct.pack("<Q", counter)).digest())
        counter += 1


def below(source, bound):
    limit = 2**32 // bound * bound
    while True:
        number = next(source)
        if number < limit:
            return number % bound


if __name__ == "__main__":
    seed, vocab, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    source = numbers("akashi/probes/1", seed)
    print(*[below(source, vocab) for _ in range(count)], sep=", ")
