"""What could a reader of a release learn? Walk every byte of a folder and everything that is encoded in it.

leaks.py FOLDER: one canary a line on standard input. Prints where one is found: raw, in base64 (at any
offset), in hexadecimal, or as the SHA-256 of it in hexadecimal or base64. Base64 and hexadecimal texts inside JSON
are decoded and looked through again, names of files are looked through as well. Exit status 1 if any is found.
"""
import base64
import binascii
import hashlib
import json
import os
import re
import sys


def forms(canary):
    """Each spelling of a canary that must not be there, with its name."""
    raw = canary.encode()
    digest = hashlib.sha256(raw).digest()
    yield "raw", raw
    yield "hexadecimal", raw.hex().encode()
    yield "SHA-256, hexadecimal", digest.hex().encode()
    yield "SHA-256, base64", base64.b64encode(digest)
    yield "SHA-256, bytes", digest
    if re.fullmatch("[0-9a-f]{64}", canary):
        yield "digest, bytes", bytes.fromhex(canary)
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw)
        start = -(-shift * 4 // 3)
        end = len(coded) - (4 if (shift + len(raw)) % 3 else 0)
        if end - start >= 8:
            yield "base64", coded[start:end]


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def layers(name, data, depth=0):
    """The bytes themselves, then whatever is encoded in them."""
    yield name, data
    if depth > 6 or len(data) > 1 << 22:
        return
    words = set()
    try:
        words.update(texts(json.loads(data)))
    except (ValueError, UnicodeDecodeError, RecursionError):
        pass
    words.update(w.decode() for w in re.findall(rb"[A-Za-z0-9+/]{16,}={0,2}", data))
    for word in words:
        yield f"{name} > {word[:24]}", word.encode()
        if len(word) >= 16:
            try:
                yield from layers(f"{name} > base64", base64.b64decode(word, validate=True), depth + 1)
            except (binascii.Error, ValueError):
                pass


def main():
    folder = sys.argv[1]
    wanted = [(canary, form, spelling) for canary in sys.stdin.read().split("\n") if canary for form, spelling in forms(canary)]
    found = set()
    files = 0
    for path, folders, names in os.walk(folder):
        for name in names:
            full = os.path.join(path, name)
            files += 1
            with open(full, "rb") as file:
                data = file.read()
            for where, layer in layers(os.path.relpath(full, folder), data):
                found.update((canary, form, where.split(" > ")[0]) for canary, form, spelling in wanted if spelling in layer)
            found.update((canary, form, "the name " + name) for canary, form, spelling in wanted if spelling in name.encode())
    for canary, form, where in sorted(found):
        print(f"{where} tells {canary} ({form})")
    print(f"{files} files, {len(found)} leaks")
    sys.exit(1 if found or not files else 0)


main()
