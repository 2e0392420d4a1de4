"""Do Akashi and the safetensors package read the same tables of tensors?

Files that safetensors wrote (every dtype, empty tensors, scalars, metadata, odd orders), files
that our tests wrote, files written by hand that it accepts, and thousands of damaged headers: what it refuses we must refuse,
and what both accept must be the same names, dtypes, shapes and bytes.
"""
import concurrent.futures
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import safetensors
import safetensors.torch
import torch

BUILD = pathlib.Path(os.environ["AKASHI_BUILD"])
SEED = int(os.environ.get("AKASHI_JUDGE_SEED", "12"))
DAMAGED = 3000


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def ours(path):
    """What we read in a file: a table, or {"error": …}."""
    command = [BUILD / "tests" / "safetensors_dump", path]
    done = subprocess.run(command, capture_output=True)
    if done.returncode == 0:
        return json.loads(done.stdout)
    error = done.stderr.decode(errors="replace")
    assert 1 <= done.returncode <= 5 and error.strip(), f"exit {done.returncode}: {error}"
    return {"error": error.strip()}


def theirs(raw):
    """name -> (dtype, shape, bytes) as safetensors reads it, or None where it refuses."""
    try:
        rows = safetensors.deserialize(raw)
    except (safetensors.SafetensorError, OverflowError):
        return None
    return {name: (t["dtype"], list(t["shape"]), bytes(t["data"])) for name, t in rows}


def difference(table, raw, path):
    """What differs between the two readings, or None. `table` is ours."""
    wanted = theirs(raw)
    if "error" in table or table["format"] != "safetensors":
        return None if wanted is None else "refused: " + table.get("error", "taken for bytes")
    if wanted is None:
        return "accepted, and safetensors refuses it"
    got = {
        t["name"]: (t["dtype"], t["shape"], raw[t["offset"] : t["offset"] + t["length"]])
        for t in table["tensors"]
    }
    if got != wanted:
        names = [n for n in sorted(set(got) | set(wanted)) if got.get(n) != wanted.get(n)]
        return f"read otherwise: {names[:3]}"
    with safetensors.safe_open(path, "pt") as file:
        if (file.metadata() or {}) != table["metadata"]:
            return "other metadata"
    return None


# Files.


def by_hand(header, data=b"", padding=0):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    text += b" " * padding
    return len(text).to_bytes(8, "little") + text + data


def entry(dtype, shape, begin, end):
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


def every_dtype():
    names = (
        "bool uint8 int8 uint16 int16 uint32 int32 uint64 int64 float16 bfloat16 float32 float64 "
        "complex64 float8_e4m3fn float8_e5m2 float8_e4m3fnuz float8_e5m2fnuz float8_e8m0fnu "
        "float4_e2m1fn_x2"
    )
    found = {}
    for dtype in (getattr(torch, name) for name in names.split()):
        raw = torch.randint(0, 2, (6 * dtype.itemsize,), dtype=torch.uint8)
        found[str(dtype)] = raw.view(dtype).view(2, 3)
    return found


def written_by_safetensors():
    yield "every dtype", safetensors.torch.save(every_dtype())
    yield "no tensor at all", safetensors.torch.save({})
    yield "metadata", safetensors.torch.save(
        {"w": torch.ones(3)}, {"format": "pt", "": "empty key", "日本": "語", "q": '"\\\n\t\u0001'}
    )
    yield "empty tensors and scalars", safetensors.torch.save(
        {"a": torch.empty(0), "b": torch.empty(3, 0, 5), "c": torch.tensor(1.5), "d": torch.ones(1)}
    )
    names = ["z", "a", "a.b", "a-b", "a/b", "日本語", "\U0001f600", "sp ace", 'qu"ote', "", "back\\"]
    yield "odd names", safetensors.torch.save({n: torch.ones(2) for n in names if n})
    yield "many tensors", safetensors.torch.save(
        {f"layer.{i}.weight": torch.full((i % 7, 3), i, dtype=torch.int16) for i in range(2000)}
    )
    yield "eight dimensions", safetensors.torch.save({"w": torch.ones(1, 2, 1, 3, 1, 2, 1, 2)})


def written_by_us():
    """The models of our own tests."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([BUILD / "tests" / "model_dump", folder], check=True)
        for path in sorted(pathlib.Path(folder).glob("*/model.safetensors")):
            loaded = safetensors.torch.load_file(path)
            assert loaded and all(torch.isfinite(t).all() for t in loaded.values()), path
            yield path.parent.name, path.read_bytes()


def written_by_hand():
    data = bytes(range(64))
    yield "elements below a byte", by_hand(
        {"a": entry("F4", [8], 0, 4), "b": entry("F6_E2M3", [4, 4], 4, 16),
         "c": entry("F6_E3M2", [8], 16, 22), "d": entry("F8_E8M0", [2], 22, 24)}, data[:24])
    yield "header in another order than the data", by_hand(
        {"b": entry("U8", [4], 4, 8), "c": entry("U8", [2], 8, 10), "a": entry("F32", [1], 0, 4)},
        data[:10])
    yield "keys of an entry in another order", by_hand(
        b'{"a":{"data_offsets":[0,2],"shape":[1],"dtype":"BF16"}}', data[:2])
    yield "white space", by_hand(
        b'{ "a" :\n\t{"dtype": "U8" , "shape" : [ 2 ],\r\n"data_offsets":[0 ,2] } }', data[:2], 13)
    yield "escapes in a name", by_hand(
        b'{"\\u0061\\u65e5\\ud83d\\ude00\\/\\"":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
        data[:1])
    yield "metadata last", by_hand(
        {"a": entry("U8", [1], 0, 1), "__metadata__": {"k": "v"}}, data[:1])
    yield "empty metadata", by_hand({"__metadata__": {}, "a": entry("U8", [1], 0, 1)}, data[:1])
    yield "empty tensors between others", by_hand(
        {"a": entry("U8", [2], 0, 2), "b": entry("F32", [0], 2, 2), "c": entry("I8", [1], 2, 3)},
        data[:3])


def refused():
    """Defects that both must refuse."""
    ok = entry("U8", [4], 0, 4)
    data = bytes(4)
    yield "no bytes", b""
    yield "seven bytes", bytes(7)
    yield "a header longer than the file", (100).to_bytes(8, "little") + b"{}"
    yield "a header of 2^63 bytes", (1 << 63).to_bytes(8, "little") + b"{}"
    yield "a truncated file", by_hand({"a": ok}, data[:3])
    yield "bytes after the last tensor", by_hand({"a": ok}, data + b"x")
    yield "a hole", by_hand({"a": ok, "b": entry("U8", [1], 5, 6)}, bytes(6))
    yield "an overlap", by_hand({"a": ok, "b": entry("U8", [2], 3, 5)}, bytes(5))
    yield "offsets turned round", by_hand({"a": entry("U8", [4], 4, 0)}, data)
    yield "a negative offset", by_hand({"a": entry("U8", [4], -4, 0)}, data)
    yield "a shape that is too large", by_hand({"a": entry("U8", [5], 0, 4)}, data)
    yield "a shape whose product wraps", by_hand({"a": entry("U8", [1 << 62, 4], 0, 0)}, b"")
    yield "a shape of NaN", by_hand(b'{"a":{"dtype":"U8","shape":[NaN],"data_offsets":[0,4]}}', data)
    yield "a shape of 4.0", by_hand(b'{"a":{"dtype":"U8","shape":[4.0],"data_offsets":[0,4]}}', data)
    yield "a leading zero", by_hand(b'{"a":{"dtype":"U8","shape":[4],"data_offsets":[00,4]}}', data)
    yield "an unknown dtype", by_hand({"a": entry("U7", [4], 0, 4)}, data)
    yield "no dtype", by_hand({"a": {"shape": [4], "data_offsets": [0, 4]}}, data)
    yield "metadata that is no text", by_hand({"__metadata__": {"k": 1}, "a": ok}, data)
    yield "a header that is a list", by_hand(b"[]")
    yield "text after the header's object", by_hand(b"{} {}")
    yield "invalid UTF-8", by_hand(b'{"\xff":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}', data)


def mutate(text, rng):
    values = [b"0", b"1", b"-1", b"4", b"null", b'""', b"[]", b"{}", b"1e3", b"18446744073709551616"]
    at = rng.randrange(len(text))
    end = rng.randrange(at, len(text) + 1)
    kind = rng.randrange(6)
    if kind == 0:
        text[at] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del text[at]
    elif kind == 2:
        text[at:at] = rng.choice(values)
    elif kind == 3:
        text[at] = rng.choice(b'{}[],:" 0123456789\\-.eE\x00\x7f\x80')
    elif kind == 4:
        text[at:end] = rng.choice(values)
    else:
        text[at:at] = text[at:end]


def damaged(rng):
    """Sound files whose header was changed in one to three places, some with another length."""
    sound = [raw for _, raw in written_by_hand()]
    for i in range(DAMAGED):
        raw = rng.choice(sound)
        size = int.from_bytes(raw[:8], "little")
        text, data = bytearray(raw[8 : 8 + size]), raw[8 + size :]
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            mutate(text, rng)
            if not text:
                text += b" "
        length = len(text) + (rng.choice([-1, 1, 8, 1 << 40]) if rng.random() < 0.05 else 0)
        yield f"damaged {i}", max(length, 0).to_bytes(8, "little") + bytes(text) + data


def ambiguous(raw):
    """What we alone may refuse: a key twice, an entry's unknown key, control characters."""
    faults = []
    plain_text = lambda key: all(c >= " " and not "\x7f" <= c <= "\x9f" for c in key)

    def pairs(members):
        keys = [key for key, _ in members]
        faults.extend(key for key in keys if keys.count(key) > 1 or not plain_text(key))
        return dict(members)

    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size], object_pairs_hook=pairs)
    header.pop("__metadata__", None)
    known = {"dtype", "shape", "data_offsets"}
    return bool(faults) or any(set(entry) != known for entry in header.values())


def judge(files, folder):
    """Compare the two readings of each (name, bytes); yields (name, what is wrong or None)."""
    paths = []
    for i, (_, raw) in enumerate(files):
        paths.append(str(folder / f"{i}.safetensors"))
        pathlib.Path(paths[-1]).write_bytes(raw)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (name, raw), path, table in zip(files, paths, pool.map(ours, paths)):
            yield name, difference(table, raw, path)


def main():
    for tool in ("safetensors_dump", "model_dump"):
        if not (BUILD / "tests" / tool).exists():
            skip(f"{tool} is not built")
    torch.manual_seed(SEED)
    groups = {
        "written by safetensors": list(written_by_safetensors()),
        "written by us": list(written_by_us()),
        "written by hand": list(written_by_hand()),
        "to be refused": list(refused()),
        "damaged": list(damaged(random.Random(SEED))),
    }
    for name, raw in groups["to be refused"]:
        assert theirs(raw) is None, f"safetensors accepts {name}"
    assert len(groups["written by us"]) == 16  # eight families in two formats
    for name, raw in groups["written by safetensors"] + groups["written by us"]:
        assert theirs(raw) is not None, f"safetensors refuses {name}"
    failed = 0
    for group, files in groups.items():
        accepted = sum(theirs(raw) is not None for _, raw in files)
        stricter, raws = 0, dict(files)
        with tempfile.TemporaryDirectory() as folder:
            for name, wrong in judge(files, pathlib.Path(folder)):
                if wrong and wrong.startswith("refused") and ambiguous(raws[name]):
                    stricter += 1
                elif wrong:
                    failed += 1
                    print(f"wrong {name}: {wrong}")
        print(f"{group}: {len(files)} files, safetensors accepts {accepted}, "
              f"we alone refuse {stricter}")
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
