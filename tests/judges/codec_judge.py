"""Are stored pieces what docs/formats.md, section 11, says they are?

A second decoder, written from that text with numpy and the zstandard package alone, reads what
codec_dump stores of made-up weights, texts and noise, with and without base and dictionary; and
pieces that this file makes by the text, with other choices than ours, are read by codec_dump.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import zstandard
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

DUMP = pathlib.Path(os.environ["AKASHI_BUILD"]) / "tests" / "codec_dump"
BLOCK = 131072
random = np.random.default_rng(16)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        assert self.at + n <= len(self.data), "ends too early"
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, n):
        return int.from_bytes(self.take(n), "little")

    def end(self):
        assert self.at == len(self.data), "ends too late"


def unzstd(data, length, dictionary=None):
    kind = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
    out = zstandard.ZstdDecompressor(dict_data=kind).decompressobj().decompress(data)
    assert len(out) == length
    return out


def part_decode(r, n, deep=False):
    method, length = r.number(1), r.number(3)
    data = r.take(length)
    if method == 0:
        assert length == n
        return np.frombuffer(data, np.uint8)
    if method == 1:
        assert length == 1
        return np.full(n, data[0], np.uint8)
    if method == 2:
        return np.frombuffer(unzstd(data, n), np.uint8)
    assert method == 3 and not deep
    r = Reader(data)
    count = r.number(1)
    levels = [(r.number(1), r.number(1)) for _ in range(count)]
    left = [n] + [r.number(4) for _ in range(count)]
    on = part_decode(r, left[count], True)
    for (width, first), coming, going in list(zip(levels, left, left[1:]))[::-1]:
        groups = -(-coming // 64)
        bits = np.unpackbits(part_decode(r, groups * 8 * width, True), bitorder="little")
        bits = bits.reshape(groups, width, 64)
        code = sum(bits[:, b, :].astype(np.uint8) << b for b in range(width)).reshape(-1)
        assert not code[coming:].any()
        code, size = code[:coming], (1 << width) - 1
        symbols = (first + code).astype(np.uint8)
        goes = code == size
        assert goes.sum() == going == len(on)
        symbols[goes] = on + np.where(on < first, 0, size).astype(np.uint8)
        on = symbols
    r.end()
    return on


def place(x, bits):
    top = 1 << (bits - 1)
    return np.where(x & top, ~x, x ^ top) & ((1 << bits) - 1)


def words_decode(stored, length, base):
    r = Reader(stored)
    cut, lead = r.number(1), r.number(1)
    wide = 2 if cut == 3 else cut
    bits, mask = 8 * wide, (1 << 8 * wide) - 1
    head, tail = r.take(lead), r.take((length - lead) % wide)
    kind = {1: np.uint8, 2: "<u2", 4: "<u4"}[wide]
    count, out = (length - lead) // wide, []
    for start in range(0, count, BLOCK):
        n = min(BLOCK, count - start)
        word = np.zeros(n, np.int64)
        for p in range(cut):
            word = word << (3 if cut == 3 and p == 1 else 8) | part_decode(r, n)
        if base is None and wide == 2:
            word = word >> 1 | (word & 1) << 15
        elif base is None and wide == 4:
            word = word >> 1 & 0x7f800000 | word << 8 & 0x80000000 | word & 0x7fffff
        elif base is not None:
            assert wide > 1
            at = lead + start * wide
            old = np.frombuffer(base[at:at + n * wide], kind).astype(np.int64)
            d = np.where(word & 1, -(word + 1 >> 1), word >> 1)
            p = place(old, bits) + d & mask
            word = np.where(p >> bits - 1, p ^ 1 << bits - 1, ~p) & mask
        out.append(word.astype(kind).tobytes())
    r.end()
    return head + b"".join(out) + tail


def decode(number, stored, length, base, dictionary):
    if number == 0:
        return stored
    if number in (1, 2):
        return unzstd(stored, length, dictionary if number == 2 else None)
    return words_decode(stored, length, base if number == 4 else None)


class Files:
    def __init__(self, folder):
        self.folder, self.count = pathlib.Path(folder), 0

    def put(self, data):
        if data is None:
            return "-"
        self.count += 1
        path = self.folder / str(self.count)
        path.write_bytes(data)
        return path

    def dump(self, *arguments):
        out = self.folder / "out"
        done = subprocess.run([DUMP, *map(str, arguments[:4]), out, *map(str, arguments[4:])],
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return out.read_bytes(), done.stdout.strip()


def bf16(values):
    bits = values.astype(np.float32).view(np.uint32)
    return ((bits + 0x7fff + (bits >> 16 & 1)) >> 16).astype("<u2")


def moved(words, share):
    change = np.rint(random.normal(0, 3, len(words))) * (random.random(len(words)) < share)
    return (words.astype(np.int64) + change.astype(np.int64)).astype(words.dtype)


def cases():
    """content, raw, base, dictionary"""
    weights = random.normal(0, 0.02, 300001)
    text = b"".join(b'{"id": %d, "text": "one of %d"}\n' % (i, i * i % 97) for i in range(4000))
    for n in (40, 1000, 131072, 131073, 300001):
        words = bf16(weights[:n])
        yield "bf16", words.tobytes() + b"x" * (n % 2), None, None
        for share in (1, 0.05, 0.001):
            yield "bf16", moved(words, share).tobytes(), words.tobytes(), None
        single = weights[:n].astype("<f4")
        yield "f32", single.tobytes(), None, None
        yield "f32", (words.astype("<u4") << 16).tobytes(), None, None
        yield "f32", moved(single.view("<u4"), 0.2).tobytes(), single.tobytes(), None
        yield "f16", weights[:n].astype("<f2").tobytes(), None, None
        yield "bytes", b"??" + single.tobytes()[1:], None, None
        yield "bytes", random.bytes(n), None, None
        yield "bytes", bytes(n), None, None
        yield "text", text[:n], None, None
        yield "text", text[:n], None, text[50000:60000]
    yield "bf16", b"", None, None
    yield "bf16", b"x", None, None


def ours_by_theirs(files):
    used = {}
    for content, raw, base, dictionary in cases():
        for effort in ("full", "fast", "none"):
            stored, number = files.dump("encode", content, effort, files.put(raw), files.put(base),
                                        files.put(dictionary))
            assert len(stored) <= len(raw)
            assert decode(int(number), stored, len(raw), base, dictionary) == raw, (content, len(raw))
            used[number] = used.get(number, 0) + 1
    assert set(used) == set("01234"), used
    return sum(used.values())


def part(method, data):
    return bytes([method]) + len(data).to_bytes(3, "little") + bytes(data)


def simple(data):
    """Any method but levels, at random."""
    if len(data) and len(set(bytes(data))) == 1:
        return part(1, data[:1])
    if random.random() < 0.5:
        return part(0, data)
    return part(2, zstandard.ZstdCompressor(level=int(random.integers(1, 6))).compress(bytes(data)))


def levels(symbols):
    """Levels of random widths anywhere, also where they do not help."""
    table, left, codes = [], [], []
    for _ in range(int(random.integers(0, 7))):
        width = int(random.integers(1, 7))
        size, first = (1 << width) - 1, int(random.integers(0, 256))
        if len(symbols):
            first = int(symbols[int(random.integers(0, len(symbols)))])
        code = np.minimum((symbols - np.uint8(first)).astype(np.uint8), size)
        bits = np.zeros((-(-len(symbols) // 64) * 64, width), np.uint8)
        for b in range(width):
            bits[:len(symbols), b] = code >> b & 1
        bits = bits.reshape(-1, 64, width).transpose(0, 2, 1)
        codes.append(np.packbits(bits.reshape(-1), bitorder="little").tobytes())
        on = symbols[code == size]
        symbols = (on - np.where(on >= first, size, 0)).astype(np.uint8)
        table += [width, first]
        left.append(len(symbols))
    data = bytes([len(left)]) + bytes(table)
    data += b"".join(n.to_bytes(4, "little") for n in left)
    return part(3, data + simple(symbols.tobytes()) + b"".join(simple(c) for c in codes[::-1]))


def theirs_by_ours(files):
    for n in (1, 7, 64, 1000, 131073):
        for cut in (1, 2, 3, 4):
            wide = 2 if cut == 3 else cut
            lead = int(random.integers(0, 4))
            raw = (random.integers(0, 4, lead + n * wide) * 37).astype(np.uint8)
            stored = bytes([cut, lead]) + raw[:lead].tobytes()
            word = raw[lead:].view({1: np.uint8, 2: "<u2", 4: "<u4"}[wide]).astype(np.int64)
            if wide == 2:
                word = word << 1 & 0xffff | word >> 15
            if wide == 4:
                word = word << 1 & 0xff000000 | word >> 8 & 0x800000 | word & 0x7fffff
            for start in range(0, n, BLOCK):
                planes = [word >> 8 * p & 0xff for p in range(wide)[::-1]]
                if cut == 3:
                    planes[:1] = [planes[0] >> 3, planes[0] & 7]
                for plane in planes:
                    symbols = plane[start:start + BLOCK].astype(np.uint8)
                    stored += levels(symbols) if random.random() < 0.7 else simple(symbols.tobytes())
            out, _ = files.dump("decode", 3, len(raw), files.put(stored))
            assert out == raw.tobytes(), (n, cut)


with tempfile.TemporaryDirectory() as folder:
    files = Files(folder)
    count = ours_by_theirs(files)
    theirs_by_ours(files)
    print(f"{count} stored pieces read by the text of docs/formats.md, and others' pieces read by us")
