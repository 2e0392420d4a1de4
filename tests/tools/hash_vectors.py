"""Write kernels/hash_vectors.h: hash_vectors.py FOLDER >kernels/hash_vectors.h

FOLDER holds SHA256ShortMsg.rsp, SHA256LongMsg.rsp and SHA256Monte.rsp of NIST's CAVP ("SHA Test
Vectors for Hashing Byte-Oriented Messages"). All short messages are taken, the first two long ones,
and the Monte Carlo test.
"""
import hashlib
import pathlib
import re
import sys

HEAD = """/*
 * NIST's vectors of SHA-256 for byte-oriented messages (CAVP, "SHA Test Vectors for Hashing
 * Byte-Oriented Messages"): all short ones, the first two long ones, and the Monte Carlo test.
 * Messages and digests are in hexadecimal. Written by tests/tools/hash_vectors.py from
 * SHA256ShortMsg.rsp, SHA256LongMsg.rsp and SHA256Monte.rsp. Included by hash_vectors.c only.
 */
static const struct {
	const char *message, *digest;
} hash_message[] = {
"""


def messages(path):
    text = path.read_text()
    for bits, message, digest in re.findall(r"Len = (\d+)\s+Msg = (\w+)\s+MD = (\w+)", text):
        message = message[:int(bits) // 4]
        assert hashlib.sha256(bytes.fromhex(message)).hexdigest() == digest
        yield message, digest


def quoted(text):
    parts = [text[i:i + 88] for i in range(0, len(text), 88)] or [""]
    return "\n\t  ".join(f'"{part}"' for part in parts)


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    monte = (folder / "SHA256Monte.rsp").read_text()
    print(HEAD, end="")
    for message, digest in [*messages(folder / "SHA256ShortMsg.rsp"),
                            *list(messages(folder / "SHA256LongMsg.rsp"))[:2]]:
        print(f'\t{{ {quoted(message)},\n\t  "{digest}" }},')
    print("};\n\nstatic const char hash_monte_seed[] =")
    print(f'\t"{re.search("Seed = (.*)", monte).group(1).strip()}";')
    print("\nstatic const char *const hash_monte[] = {")
    for digest in re.findall(r"MD = (\w+)", monte):
        print(f'\t"{digest}",')
    print("};")
