"""Published test vectors in the compact form of tests/vectors/: vectors.py FOLDER

FOLDER holds bare git repositories OWNER+NAME/repo of C2SP/wycheproof, transparency-dev/merkle,
cyberphone/json-canonicalization and secure-systems-lab/dsse. Binary fields are base64, an empty one is ".".
"""
import base64
import json
import os
import re
import subprocess
import sys

OUT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "vectors")
WYCHEPROOF = ("ecdsa_secp256r1_sha256_test", "ecdsa_secp384r1_sha384_test", "ecdsa_secp521r1_sha512_test", "ed25519_test")
JCS = ("arrays", "french", "structures", "unicode", "values", "weird")


def b64(data):
    return base64.b64encode(data).decode() or "."


def git(repository, *words):
    path = os.path.join(sys.argv[1], repository.replace("/", "+"), "repo")
    return subprocess.run(["git", "-C", path, *words], stdout=subprocess.PIPE, check=True).stdout


def write(name, repository, licence, lines):
    head = git(repository, "rev-parse", "HEAD").decode().strip()
    with open(os.path.join(OUT, name), "w") as file:
        file.write(f"# Made by tests/tools/vectors.py from github.com/{repository} at {head}; {licence}\n")
        file.writelines(line + "\n" for line in lines)


def wycheproof():
    """`key DER`, then its tests: `valid|invalid MESSAGE SIGNATURE`."""
    for name in WYCHEPROOF:
        vectors = json.loads(git("C2SP/wycheproof", "show", f"HEAD:testvectors_v1/{name}.json"))
        for group in vectors["testGroups"]:
            yield "key " + b64(bytes.fromhex(group["publicKeyDer"]))
            for test in group["tests"]:
                yield f"{test['result']} {b64(bytes.fromhex(test['msg']))} {b64(bytes.fromhex(test['sig']))}"


def merkle():
    """`inclusion holds|fails INDEX SIZE LEAF ROOT PATH…` and `consistency holds|fails OLD NEW OLDROOT NEWROOT PATH…`."""
    names = git("transparency-dev/merkle", "ls-tree", "-r", "--name-only", "HEAD", "testdata").decode().split()
    for name in sorted(name for name in names if name.split("/")[1] in ("inclusion", "consistency")):
        test = json.loads(git("transparency-dev/merkle", "show", "HEAD:" + name))
        kind = name.split("/")[1]
        fields = (["leafIdx", "treeSize", "leafHash", "root"] if kind == "inclusion" else ["size1", "size2", "root1", "root2"])
        said = [test[fields[0]], test[fields[1]], test[fields[2]] or ".", test[fields[3]] or "."]
        words = [kind, "fails" if test["wantErr"] else "holds", *said, *((one or ".") for one in test["proof"] or [])]
        yield " ".join(map(str, words))


def jcs():
    """`NAME INPUT OUTPUT`; NAME-integers: its real numbers written as the integers that they are."""
    for name in JCS:
        given = git("cyberphone/json-canonicalization", "show", f"HEAD:testdata/input/{name}.json")
        wanted = git("cyberphone/json-canonicalization", "show", f"HEAD:testdata/output/{name}.json")
        yield f"{name} {b64(given)} {b64(wanted)}"
        if name == "structures":
            yield f"{name}-integers {b64(re.sub(rb'56[.]0', b'56', given))} {b64(wanted)}"


def dsse():
    """`TYPE PAYLOAD ENCODING X Y SIGNATURE`: the example of protocol.md; the signature is r and s."""
    text = git("secure-systems-lab/dsse", "show", "HEAD:protocol.md").decode().split("## Test Vectors")[1]
    blocks = [block.strip() for block in re.findall(r"```none\n(.*?)```", text, re.S)]
    x, y = (int(re.search(rf"^{axis}: (\d+)$", blocks[3], re.M).group(1)).to_bytes(32, "big") for axis in "XY")
    sig = re.search(r'"sig": "([^"]*)"', text).group(1)
    yield " ".join([b64(blocks[1].encode()), b64(blocks[0].encode()), b64(blocks[2].encode()), b64(x), b64(y), sig])


if __name__ == "__main__":
    write("wycheproof.txt", "C2SP/wycheproof", "Apache-2.0", wycheproof())
    write("merkle.txt", "transparency-dev/merkle", "Apache-2.0", merkle())
    write("jcs.txt", "cyberphone/json-canonicalization", "Apache-2.0", jcs())
    write("dsse.txt", "secure-systems-lab/dsse", "Apache-2.0", dsse())
