"""Does the OpenSSF reference client (PyPI model-signing) believe what `akashi sign` signs, and do we?

With keys on three curves, with certificates under a root of our own, with a key in a token
(SoftHSM, where it is installed); whole files and shards, SHA-256 and BLAKE2b; nested, empty,
unicode-named, hidden and symlinked entries, and orders in which names by bytes and by parts differ.
Both must refuse each of them once a byte of a signed file has changed.
"""
import base64
import datetime
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

try:
    import model_signing
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

AKASHI = os.environ["AKASHI"]
CURVES = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}
STANDARD = [".git", ".gitattributes", ".github", ".gitignore"]
SOFTHSM = [p for p in ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so") if os.path.exists(p)]
PEM = serialization.Encoding.PEM


def files_of():
    """A dataset with every kind of name that a file system and UTF-8 allow."""
    return {
        "config.json": b"{}\n",
        "model/nested/very/deep.bin": b"deep" * 100,
        "a-b": b"1", "a.txt": b"2", "a/b": b"3",  # where orders by bytes and by parts differ
        "big": bytes(range(256)) * 12,  # shards 0..11: where orders of text and of numbers differ
        "empty": b"", ".hidden": b"hidden", ".hidden-folder/file": b"also",
        "sub/.gitignore": b"not at the top: signed", ".gitignore": b"at the top: not signed",
        ".git/config": b"not signed",
        "証明書/日本語 ファイル.txt": "証".encode(), "e\u0301": b"decomposed", "\u00e9": b"composed",
        "with space 'quote' \"double\" \\ back #&;$": b"odd",
        "left/out": b"x", "left-over": b"signed",
    }


def make_model(root):
    for name, content in files_of().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def sign(model, *arguments, **options):
    done = subprocess.run([AKASHI, "sign", str(model), *map(str, arguments)], capture_output=True, text=True,
                          **options)
    assert done.returncode == 0, f"{arguments}: {done.stderr}"


def hashing_of(model, bundle, serialization_of, links):
    config = model_signing.hashing.Config().set_ignored_paths(
        paths=[model / "left", bundle], ignore_git_paths=True)
    config.set_allow_symlinks(links)
    if serialization_of:
        serialization_of(config)
    return config


def theirs_holds(model, bundle, verifier, serialization_of=None, links=False):
    config = model_signing.verifying.Config()
    verifier(config)
    try:
        config.set_hashing_config(hashing_of(model, bundle, serialization_of, links)).verify(model, bundle)
        return True
    except Exception as refusal:  # every refusal of theirs is some exception
        theirs_holds.why = refusal
        return False


def ours_holds(model, bundle, anchor):
    done = subprocess.run([AKASHI, "verify", str(model), "--signature", str(bundle), *map(str, anchor),
                           "--forward", "none"], capture_output=True, text=True)
    ours_holds.why = done.stdout + done.stderr
    return done.returncode == 0


def judge(what, model, bundle, verifier, anchor, changed="config.json", **options):
    """They and we believe it, and believe it no more once one byte has changed."""
    assert theirs_holds(model, bundle, verifier, **options), f"{what}: {theirs_holds.why!r}"
    assert ours_holds(model, bundle, anchor), f"{what}: {ours_holds.why}"
    path = model / changed
    before = path.read_bytes()
    path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    assert not theirs_holds(model, bundle, verifier, **options), f"{what}: one byte of {changed} goes unseen"
    assert not ours_holds(model, bundle, anchor), f"{what}: one byte of {changed} goes unseen by us"
    path.write_bytes(before)
    return 4


def judge_shape(bundle, method="files", links=False):
    """The specification's order, its root, the effective ignore list."""
    statement = json.loads(base64.b64decode(json.loads(bundle.read_bytes())["dsseEnvelope"]["payload"]))
    resources = statement["predicate"]["resources"]
    names = [resource["name"].encode() for resource in resources]
    assert names == sorted(names) and len(set(names)) == len(names), names
    root = hashlib.sha256(b"".join(bytes.fromhex(resource["digest"]) for resource in resources))
    assert statement["subject"] == [{"name": "model", "digest": {"sha256": root.hexdigest()}}]
    said = statement["predicate"]["serialization"]
    assert said["method"] == method and said["allow_symlinks"] is links
    assert said["ignore_paths"] == STANDARD + ["left", "model.sig"], said
    return 1


def key_verifier(public):
    return lambda config: config.use_elliptic_key_verifier(public_key=public)


def write_key(folder, name, key):
    (folder / f"{name}.key").write_bytes(key.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    (folder / f"{name}.key").chmod(0o600)
    (folder / f"{name}.pem").write_bytes(key.public_key().public_bytes(
        PEM, serialization.PublicFormat.SubjectPublicKeyInfo))


def judge_keys(scratch, model):
    bundle, checks = model / "model.sig", 0
    for curve in CURVES:
        sign(model, "--key", scratch / f"{curve}.key", "--ignore", "left")
        checks += judge(curve, model, bundle, key_verifier(scratch / f"{curve}.pem"),
                        ["--key", scratch / f"{curve}.pem"]) + judge_shape(bundle)
    return checks


def judge_serializations(scratch, model):
    bundle, key, checks = model / "model.sig", scratch / "p256.key", 0
    verifier, anchor = key_verifier(scratch / "p256.pem"), ["--key", scratch / "p256.pem"]
    sign(model, "--key", key, "--ignore", "left", "--shards", "256")
    checks += judge("shards", model, bundle, verifier, anchor, "big",
                    serialization_of=lambda c: c.use_shard_serialization(hashing_algorithm="sha256", shard_size=256)) + judge_shape(bundle, "shards")
    sign(model, "--key", key, "--ignore", "left", "--hash", "blake2b")
    checks += judge("blake2b", model, bundle, verifier, anchor, serialization_of=lambda c: c.use_file_serialization(
        hashing_algorithm="blake2"))
    sign(model, "--key", key, "--ignore", "left", "--hash", "blake2b", "--shards", "1000")
    checks += judge("blake2b shards", model, bundle, verifier, anchor, "big",
                    serialization_of=lambda c: c.use_shard_serialization(hashing_algorithm="blake2", shard_size=1000))
    (model / "link").symlink_to("config.json")
    refused = subprocess.run([AKASHI, "sign", model, "--key", key], capture_output=True)
    assert refused.returncode == 1, refused
    sign(model, "--key", key, "--ignore", "left", "--allow-symlinks")
    checks += judge("links", model, bundle, verifier, anchor, links=True) + judge_shape(bundle, links=True)
    (model / "link").unlink()
    one = model / "big"
    sign(one, "--key", key, "--signature", scratch / "one.sig")
    names = json.loads(base64.b64decode(json.loads((scratch / "one.sig").read_bytes())["dsseEnvelope"]["payload"]))
    assert [r["name"] for r in names["predicate"]["resources"]] == ["big"]
    return checks + 2


def certificate(subject, key, issuer, issuer_key, authority):
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(issuer or name).public_key(
        key.public_key()).serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(
        now + day).add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    usage = dict.fromkeys(["content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
                           "encipher_only", "decipher_only"], False)
    builder = builder.add_extension(x509.KeyUsage(digital_signature=not authority, key_cert_sign=authority,
                                                  crl_sign=authority, **usage), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def judge_certificates(scratch, model, keys):
    bundle, checks = model / "model.sig", 0
    root = certificate("root", keys["p384"], None, keys["p384"], True)
    middle = certificate("middle", keys["p521"], root.subject, keys["p384"], True)
    for name, made in (("root", root), ("middle", middle)):
        (scratch / f"{name}.crt").write_bytes(made.public_bytes(PEM))
    for curve in CURVES:
        leaf = ec.generate_private_key(CURVES[curve])
        write_key(scratch, "leaf", leaf)
        (scratch / "leaf.crt").write_bytes(
            certificate("leaf", leaf, middle.subject, keys["p521"], False).public_bytes(PEM))
        sign(model, "--key", scratch / "leaf.key", "--cert", scratch / "leaf.crt", "--chain", scratch / "middle.crt",
             "--chain", scratch / "root.crt", "--ignore", "left")
        checks += judge(f"certificate, {curve}", model, bundle, lambda config: config.use_certificate_verifier(
            certificate_chain=[scratch / "root.crt"]), ["--root", scratch / "root.crt"])
        held = json.loads(bundle.read_bytes())["verificationMaterial"]["x509CertificateChain"]["certificates"]
        assert len(held) == 2, "leaf and intermediate, and no root"
        assert not theirs_holds(model, bundle, lambda config: config.use_certificate_verifier(
            certificate_chain=[scratch / "leaf.crt"])), "a root that is none"
    return checks + 6


def judge_token(scratch, model):
    if not SOFTHSM or not shutil.which("softhsm2-util"):
        print("no SoftHSM here: keys in tokens are left out")
        return 0
    (scratch / "tokens").mkdir()
    (scratch / "softhsm2.conf").write_text(f"directories.tokendir = {scratch / 'tokens'}\nlog.level = ERROR\n")
    (scratch / "pin").write_text("1234\n")
    env = os.environ | {"SOFTHSM2_CONF": str(scratch / "softhsm2.conf"), "AKASHI_PKCS11_MODULE": SOFTHSM[0],
                        "AKASHI_PASSPHRASE_FILE": str(scratch / "pin"), "XDG_CONFIG_HOME": str(scratch / "config")}
    subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", "judge", "--so-pin", "12345678",
                    "--pin", "1234"], env=env, check=True, capture_output=True)
    checks = 0
    for number, curve in enumerate(CURVES):
        subprocess.run(["softhsm2-util", "--import", scratch / f"{curve}.key", "--token", "judge", "--label", curve,
                        "--id", f"0{number}", "--pin", "1234"], env=env, check=True, capture_output=True)
        sign(model, "--pkcs11-uri", f"pkcs11:token=judge;object={curve}", "--ignore", "left", env=env)
        checks += judge(f"token, {curve}", model, model / "model.sig", key_verifier(scratch / f"{curve}.pem"),
                        ["--key", scratch / f"{curve}.pem"])
    return checks


def main():
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        keys = {curve: ec.generate_private_key(CURVES[curve]) for curve in CURVES}
        for curve, key in keys.items():
            write_key(scratch, curve, key)
        model = make_model(scratch / "model")
        checks = judge_keys(scratch, model) + judge_serializations(scratch, model)
        checks += judge_certificates(scratch, model, keys) + judge_token(scratch, model)
    print(f"{checks} checks agree")


main()
