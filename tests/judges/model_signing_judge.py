"""Do Akashi and the OpenSSF reference client (PyPI model-signing) believe the same signatures?

Both directions: what we sign, it verifies; what it signs, we verify; over nested, empty, hidden
and oddly named files. After a simulated trip through the Hub (a .gitattributes, a download
cache, an edited README.md) our signature still holds for both. After any one byte of a signed
file, of the payload or of the signature changes, and after any file is added, removed or renamed,
both refuse. Our bundle must also have exactly the specification's shape.
"""
import base64
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

try:
    import model_signing
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

AKASHI = os.environ.get("AKASHI", "")
TOOL = pathlib.Path(os.environ["AKASHI_BUILD"]) / "tests" / "modelsig_dump"
SEED = int(os.environ.get("AKASHI_JUDGE_SEED", "12"))
IGNORED = [".cache", ".git", ".gitattributes", ".github", ".gitignore", "README.md",
           "SHA256SUMS", "akashi", "model.sig"]
CURVES = {"p256": (ec.SECP256R1(), hashes.SHA256()), "p384": (ec.SECP384R1(), hashes.SHA384()),
          "p521": (ec.SECP521R1(), hashes.SHA512())}


def safetensors(name):
    """A file with one tensor of one number."""
    header = json.dumps({name: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return len(header).to_bytes(8, "little") + header + b"\0\0\x80\x3f"


def files_of():
    """A model with every kind of name that a file system and UTF-8 allow."""
    shards = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    return {
        "config.json": b"{}\n",
        shards["a"]: safetensors("a"),
        shards["b"]: safetensors("b"),
        "model/nested/deep.bin": b"deep",
        "model.safetensors.index.json": json.dumps({"metadata": {}, "weight_map": shards}).encode(),
        "a-b": b"1", "a.txt": b"2", "a/b": b"3",  # where orders by bytes and by parts differ
        "empty": b"",
        ".hidden": b"hidden",
        ".hidden-folder/file": b"also",
        "sub/.gitattributes": b"not at the top: signed",
        "sub/README.md": b"not at the top: signed",
        "証明書/日本語 ファイル.txt": "証".encode(),
        "e\u0301": b"decomposed", "\u00e9": b"composed",
        "with space 'quote' \"double\" \\ back [x] #&;$": b"odd",
        "README.md": b"# Model\n",
    }


def make_model(root):
    for name, content in files_of().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def make_key(folder, curve):
    key = ec.generate_private_key(CURVES[curve][0])
    private, public = folder / f"{curve}.key", folder / f"{curve}.pem"
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                          serialization.NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM,
                                                     serialization.PublicFormat.SubjectPublicKeyInfo))
    return key, private, public


def tool(*arguments, **options):
    return subprocess.run([TOOL, *map(str, arguments)], capture_output=True, **options)


def sign_ours(model, key, public, curve, work):
    """Payload and bundle are ours; the signature over it is made by the cryptography package."""
    lines = []
    for path in sorted(model.rglob("*")):
        name = path.relative_to(model).as_posix()
        if path.is_file() and not any(name == skip or name.startswith(skip + "/") for skip in IGNORED):
            lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()} {name}\n")
    payload = work / "payload"
    payload.write_bytes(tool("payload", "judged", input="".join(lines).encode(), check=True).stdout)
    raw = payload.read_bytes()
    encoding = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(raw), raw)
    (work / "signature").write_bytes(key.sign(encoding, ec.ECDSA(CURVES[curve][1])))
    bundle = model / "model.sig"
    bundle.write_bytes(tool("bundle", payload, work / "signature", public, check=True).stdout)
    return bundle


def sign_theirs(model, private, bundle, **options):
    config = model_signing.hashing.Config().set_ignored_paths(
        paths=options.get("ignored", []) + [bundle], ignore_git_paths=True)
    model_signing.signing.Config().use_elliptic_key_signer(private_key=private).set_hashing_config(
        config).sign(model, bundle)


def theirs_holds(model, bundle, public):
    """As `model_signing verify key` does it, in this process for speed."""
    config = model_signing.hashing.Config().set_ignored_paths(paths=[bundle], ignore_git_paths=True)
    try:
        model_signing.verifying.Config().use_elliptic_key_verifier(public_key=public).set_hashing_config(
            config).verify(model, bundle)
        return True
    except Exception:  # every refusal of theirs is some exception
        return False


def ours(model, bundle, public):
    """The exit status of our verdict and its text."""
    if AKASHI and command_verifies():
        done = subprocess.run([AKASHI, "verify", str(model), "--signature", str(bundle), "--key", str(public),
                               "--forward", "none", "--json"], capture_output=True)
    else:
        done = tool("check", model, bundle, public)
    text = (done.stdout + done.stderr).decode(errors="replace")
    assert 0 <= done.returncode <= 5, f"exit {done.returncode}: {text}"
    return done.returncode, text


def command_verifies():
    if not hasattr(command_verifies, "known"):
        done = subprocess.run([AKASHI, "verify", "--help"], capture_output=True)
        command_verifies.known = done.returncode == 0
    return command_verifies.known


def both(model, bundle, public, holds, what, status=None):
    """Both hold, or both refuse; `status` narrows what ours may be."""
    theirs = theirs_holds(model, bundle, public)
    code, text = ours(model, bundle, public)
    assert theirs == holds, f"{what}: model_signing says {theirs}"
    assert (code == 0) == holds, f"{what}: akashi says {code}: {text}"
    if status is not None:
        assert code == status, f"{what}: akashi says {code} where {status} belongs: {text}"


def hub_round_trip(model):
    """What upload and download leave behind."""
    (model / ".gitattributes").write_text("*.safetensors filter=lfs\n")
    cache = model / ".cache" / "huggingface" / "download"
    cache.mkdir(parents=True)
    (cache / "config.json.metadata").write_text("x\n")
    (model / ".cache" / "huggingface" / ".gitignore").write_text("*\n")
    (model / "README.md").write_text("---\nlicense: apache-2.0\n---\n# Model, edited\n")
    (model / "SHA256SUMS").write_text("not signed\n")
    (model / "akashi").mkdir(exist_ok=True)
    (model / "akashi" / "README").write_text("not signed\n")


def change_one_byte(path, drawn):
    raw = bytearray(path.read_bytes())
    if raw:
        raw[drawn.randrange(len(raw))] ^= 1 << drawn.randrange(8)
    else:
        raw = bytearray(b"x")
    path.write_bytes(raw)


def judge_changes(model, bundle, public, drawn, what):
    """Every signed file in turn with one bit changed; then files added, gone, renamed."""
    count = 0
    for name in files_of():
        if name == "README.md" and what == "ours":
            continue  # left out on purpose
        path = model / name
        before = path.read_bytes()
        change_one_byte(path, drawn)
        both(model, bundle, public, False, f"{what}: one byte of {name}", 1)
        path.write_bytes(before)
        count += 1
    extra = model / "added.bin"
    extra.write_bytes(b"x")
    both(model, bundle, public, False, f"{what}: a file added")
    extra.unlink()
    hidden = model / ".added"
    hidden.write_bytes(b"")
    both(model, bundle, public, False, f"{what}: an empty hidden file added")
    hidden.unlink()
    gone = model / "empty"
    gone.unlink()
    both(model, bundle, public, False, f"{what}: a file gone")
    gone.write_bytes(b"")
    (model / "a.txt").rename(model / "A.txt")
    both(model, bundle, public, False, f"{what}: a file renamed")
    (model / "A.txt").rename(model / "a.txt")
    both(model, bundle, public, True, f"{what}: everything put back")
    return count + 4


def judge_bundle(model, bundle, public, other_public, drawn, what):
    """The bundle itself: payload, signature, key."""
    good = bundle.read_bytes()
    fields = json.loads(good)
    dsse = fields["dsseEnvelope"]
    for target in ("payload", "sig"):
        holder = dsse if target == "payload" else dsse["signatures"][0]
        kept = holder[target]
        for _ in range(8):
            raw = bytearray(base64.b64decode(kept))
            raw[drawn.randrange(len(raw))] ^= 1 << drawn.randrange(8)
            holder[target] = base64.b64encode(raw).decode()
            bundle.write_text(json.dumps(fields))
            both(model, bundle, public, False, f"{what}: one bit of the {target}")
        holder[target] = kept
    bundle.write_bytes(good[: len(good) // 2])
    both(model, bundle, public, False, f"{what}: half a bundle")
    bundle.write_bytes(good)
    both(model, bundle, other_public, False, f"{what}: another key")
    both(model, bundle, public, True, f"{what}: the bundle put back")
    return 18


def judge_shape(bundle):
    """What the specification's schemas ask, with nothing beside it (they allow no other keys)."""
    fields = json.loads(bundle.read_bytes())
    assert set(fields) == {"mediaType", "verificationMaterial", "dsseEnvelope"}
    assert set(fields["dsseEnvelope"]) == {"payload", "payloadType", "signatures"}
    assert set(fields["dsseEnvelope"]["signatures"][0]) == {"sig", "keyid"}
    statement = json.loads(base64.b64decode(fields["dsseEnvelope"]["payload"]))
    assert set(statement) == {"_type", "subject", "predicateType", "predicate"}
    assert set(statement["predicate"]) == {"resources", "serialization"}
    names = [r["name"].encode() for r in statement["predicate"]["resources"]]
    assert names == sorted(names) and len(set(names)) == len(names)
    for resource in statement["predicate"]["resources"]:
        assert set(resource) == {"name", "digest", "algorithm"} and resource["algorithm"] == "sha256"
    root = hashlib.sha256(b"".join(bytes.fromhex(r["digest"]) for r in statement["predicate"]["resources"]))
    assert statement["subject"][0]["digest"] == {"sha256": root.hexdigest()}
    assert set(statement["predicate"]["serialization"]) == {
        "method", "hash_type", "allow_symlinks", "ignore_paths"}
    assert sorted(statement["predicate"]["serialization"]["ignore_paths"]) == IGNORED


def judge_publish(scratch, drawn):
    """The command's own release: its model.sig for them, the whole for us."""
    home, model, release = scratch / "home", scratch / "published", scratch / "release"
    home.mkdir()
    env = {k: v for k, v in os.environ.items() if k != "AKASHI_REGISTRY"}
    env |= {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "USER": "taro", "LOGNAME": "taro"}

    def akashi(*arguments):
        return subprocess.run([AKASHI, *map(str, arguments)], env=env, cwd=scratch, check=True,
                              capture_output=True, text=True).stdout

    make_model(model)
    akashi("init", scratch, "--origin", "log.example/judge")
    akashi("add", "checkpoint", model, "team/odd@v1")
    akashi("publish", "team/odd@v1", release)
    public = scratch / "published.pem"
    public.write_text(akashi("key", "export", "taro"))
    bundle = release / "model.sig"
    judge_shape(bundle)
    both(release, bundle, public, True, "published")
    hub_round_trip(release)
    both(release, bundle, public, True, "published, after the Hub")
    return 2 + judge_changes(release, bundle, public, drawn, "ours")


def main():
    drawn = random.Random(SEED)
    checks = 0
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        keys = {curve: make_key(scratch, curve) for curve in CURVES}
        for curve, (key, private, public) in keys.items():
            stranger = keys["p384" if curve != "p384" else "p256"][2]

            model = scratch / f"ours-{curve}"
            make_model(model)
            work = scratch / f"work-{curve}"
            work.mkdir()
            bundle = sign_ours(model, key, public, curve, work)
            judge_shape(bundle)
            both(model, bundle, public, True, f"ours, {curve}")
            hub_round_trip(model)
            both(model, bundle, public, True, f"ours, {curve}, after the Hub")
            checks += judge_changes(model, bundle, public, drawn, "ours")
            checks += judge_bundle(model, bundle, public, stranger, drawn, "ours")

            model = scratch / f"theirs-{curve}"
            make_model(model)
            bundle = model / "model.sig"
            sign_theirs(model, private, bundle)
            both(model, bundle, public, True, f"theirs, {curve}")
            (model / ".gitattributes").write_text("x\n")
            both(model, bundle, public, True, f"theirs, {curve}, with a .gitattributes")
            checks += judge_changes(model, bundle, public, drawn, "theirs")
            checks += judge_bundle(model, bundle, public, stranger, drawn, "theirs")
            shutil.move(bundle, scratch / "outside.sig")
            both(model, scratch / "outside.sig", public, True, f"theirs, {curve}, kept outside")
            sign_theirs(model, private, scratch / "outside.sig")
            shutil.move(scratch / "outside.sig", bundle)
            both(model, bundle, public, True, f"theirs, {curve}, made outside and moved inside")
            checks += 6
        if AKASHI and command_verifies():
            checks += judge_publish(scratch, drawn)
    print(f"{checks} checks on both sides, three curves, agree"
          + ("" if AKASHI and command_verifies() else " (with the test tool in place of the command)"))


main()
