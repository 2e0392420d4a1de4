"""Every form that the OpenSSF reference client's library signs, to Akashi's verify, and changed.

Its command signs whole files by SHA-256 with a key; its library (PyPI model-signing) also shards,
BLAKE2b and BLAKE3, symbolic links, ignored paths and certificates, some of which its own command
cannot verify again. Each is signed by it over a directory with nested, empty, hidden, oddly named
and linked entries, must hold for Akashi, and must not after any one change. Where the two differ
by design (expired certificates, empty models, names that lead out of the model), the client's
acceptance and our refusal are both asserted.
"""
import base64
import datetime
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import model_signing
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

AKASHI = os.environ.get("AKASHI", "")
if not AKASHI:
    print("skipped: AKASHI names no built command")
    sys.exit(77)
NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)
FILES = {
    "config.json": b"{}\n", "model.safetensors": bytes(range(256)) * 9, "a-b": b"1", "a.txt": b"2", "a/b": b"3",
    "deep/er/still.bin": b"x" * 100, "empty": b"", ".hidden": b"h", ".hidden-folder/file": b"f",
    "証明書/日本語 ファイル.txt": "証".encode(), "e\u0301": b"d", "\u00e9": b"c", "with space 'q' \"d\" [x]": b"o",
    "sub/.gitignore": b"signed",
}
checks = 0


def ours(model, bundle, *who):
    """Exit status and verdict of ours."""
    done = subprocess.run([AKASHI, "verify", str(model), "--signature", str(bundle), *map(str, who), "--forward",
                           "none", "--json"], capture_output=True, text=True)
    assert 0 <= done.returncode <= 5, done.stderr
    return done.returncode, done.stdout + done.stderr


def expect(status, words, model, bundle, *who):
    global checks
    checks += 1
    code, text = ours(model, bundle, *who)
    assert code == status and words in text, f"{model} {who}: {code} where {status} belongs, '{words}': {text}"


def make_model(root, without=()):
    for name, content in FILES.items():
        if name in without:
            continue
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def pem(path, key=None, certificate=None):
    if key is not None:
        path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))
    else:
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return path


def certify(name, issuer=None, authority=True, first=NOW - DAY, last=NOW + DAY, usage=True, curve=ec.SECP256R1()):
    """A key and its certificate, from `issuer` or from itself."""
    key = ec.generate_private_key(curve)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer, by = (key, subject) if issuer is None else (issuer[0], issuer[1].subject)
    build = x509.CertificateBuilder().subject_name(subject).issuer_name(by).public_key(key.public_key()).serial_number(
        x509.random_serial_number()).not_valid_before(first).not_valid_after(last).add_extension(
        x509.BasicConstraints(ca=authority, path_length=None), critical=True).add_extension(
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False).add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False).add_extension(
        x509.KeyUsage(digital_signature=usage and not authority, content_commitment=False, key_encipherment=not usage,
                      data_encipherment=False, key_agreement=False, key_cert_sign=authority, crl_sign=authority,
                      encipher_only=False, decipher_only=False), critical=True)
    if usage and not authority:
        build = build.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
    return key, build.sign(signer, hashes.SHA256())


def hashing(ignored=(), **options):
    """The client's configuration: whole files, or shards of `size`."""
    config = model_signing.hashing.Config()
    if "size" in options:
        config.use_shard_serialization(hashing_algorithm=options.get("hash", "sha256"), shard_size=options["size"])
    else:
        config.use_file_serialization(hashing_algorithm=options.get("hash", "sha256"))
    config.set_ignored_paths(paths=list(ignored), ignore_git_paths=True)
    return config.set_allow_symlinks(options.get("links", False))


def sign_key(model, private, bundle, **options):
    model_signing.signing.Config().use_elliptic_key_signer(private_key=private).set_hashing_config(
        hashing(**options)).sign(model, bundle)


def judge_hashes(scratch, private, public):
    """Whole files and shards, by both hashes; BLAKE3 is nobody's fault and not possible here."""
    for number, options in enumerate([{"hash": "blake2"}, {"size": 100}, {"size": 100, "hash": "blake2"},
                                      {"size": 7}, {"size": 1_000_000_000}]):
        model = make_model(scratch / f"hashed-{number}")
        bundle = scratch / f"hashed-{number}.sig"
        sign_key(model, private, bundle, **options)
        expect(0, '"holds"', model, bundle, "--key", public)
        for name in FILES:
            if "size" in options and not FILES[name]:
                continue
            path = model / name
            path.write_bytes(FILES[name] + b"!")
            expect(1, "bytes" if "size" in options else "not the file that was signed", model, bundle, "--key", public)
            if FILES[name]:
                path.write_bytes(bytes([FILES[name][0] ^ 1]) + FILES[name][1:])
                expect(1, "not the file that was signed", model, bundle, "--key", public)
            path.unlink()
            expect(3, "missing", model, bundle, "--key", public)
            path.write_bytes(FILES[name])
        (model / "more").write_bytes(b"x")
        expect(3, "not covered", model, bundle, "--key", public)
        expect(0, "not covered", model, bundle, "--key", public, "--ignore", "more")
        expect(0, "not covered", model, bundle, "--key", public, "--ignore-unsigned")
    model = make_model(scratch / "blake3")
    sign_key(model, private, scratch / "blake3.sig", hash="blake3")
    expect(3, "not possible", model, scratch / "blake3.sig", "--key", public)


def judge_links(scratch, private, public):
    """Links to files, to folders, and away; with and without the signer's leave."""
    model = make_model(scratch / "linked")
    (model / "link").symlink_to("deep/er/still.bin")
    (model / "folder").symlink_to("deep")
    bundle = scratch / "linked.sig"
    sign_key(model, private, bundle, links=True)
    expect(0, '"holds"', model, bundle, "--key", public)
    (model / "link").unlink()
    (model / "link").symlink_to("a.txt")
    expect(1, "not the file that was signed", model, bundle, "--key", public)
    (scratch / "still.bin").write_bytes(FILES["deep/er/still.bin"])
    (model / "link").unlink()
    (model / "link").symlink_to(scratch / "still.bin")  # the same bytes, and not of this model
    expect(1, "out of the model", model, bundle, "--key", public)
    (model / "link").unlink()
    (model / "link").symlink_to("link")
    expect(1, "circle", model, bundle, "--key", public)
    (model / "link").unlink()
    (model / "folder").unlink()
    plain = scratch / "plain.sig"
    sign_key(model, private, plain)
    (model / "more").symlink_to("a.txt")
    expect(1, "a symbolic link, and the signature allows none", model, plain, "--key", public)
    expect(0, "ignored-by-caller", model, plain, "--key", public, "--ignore", "more")
    expect(0, '"link"', model, plain, "--key", public, "--ignore-unsigned")
    (model / "a.txt").rename(model / "b.txt")
    (model / "a.txt").symlink_to("b.txt")
    expect(1, "symbolic link", model, plain, "--key", public, "--ignore-unsigned")


def judge_ignored(scratch, private, public):
    """What the signer ignores is named, and may be anything; what loaders open wants our leave."""
    model = make_model(scratch / "ignoring")
    (model / "notes").mkdir()
    (model / "notes" / "todo.md").write_text("x")
    (model / "extra.py").write_text("x")
    bundle = model / "model.sig"
    sign_key(model, private, bundle, ignored=[model / "notes", bundle])
    expect(0, "notes/todo.md: not covered", model, bundle, "--key", public)
    (model / "notes" / "todo.md").write_text("y")
    expect(0, "notes/todo.md: not covered", model, bundle, "--key", public)
    sign_key(model, private, bundle, ignored=[model / "notes", model / "extra.py", bundle])
    expect(3, "extra.py: not covered", model, bundle, "--key", public)
    expect(0, "extra.py: not covered", model, bundle, "--key", public, "--ignore", "extra.py")


def theirs_certificate(model, bundle, root):
    try:
        model_signing.verifying.Config().use_certificate_verifier(certificate_chain=[root]).set_hashing_config(
            hashing()).verify(model, bundle)
        return True
    except Exception:  # every refusal of theirs is some exception
        return False


def judge_certificates(scratch):
    """Chains of every curve; then expired, not for signing, under another root, without its issuer."""
    root, stranger = certify("root"), certify("stranger")
    middle = certify("middle", root)
    trusted = pem(scratch / "root.pem", certificate=root[1])
    other = pem(scratch / "other.pem", certificate=stranger[1])
    chain = pem(scratch / "middle.pem", certificate=middle[1])
    model = make_model(scratch / "certified")
    bundle = scratch / "certified.sig"

    def sign(leaf, *issuers):
        key = pem(scratch / "leaf.key", key=leaf[0])
        certificate = pem(scratch / "leaf.pem", certificate=leaf[1])
        model_signing.signing.Config().use_certificate_signer(
            private_key=key, signing_certificate=certificate, certificate_chain=issuers).set_hashing_config(
            hashing()).sign(model, bundle)

    for curve in (ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()):
        sign(certify("leaf", middle, authority=False, curve=curve), chain)
        assert theirs_certificate(model, bundle, trusted)
        expect(0, "CN=leaf", model, bundle, "--root", trusted)
        expect(0, "CN=leaf", model, bundle, "--root", other, "--root", trusted)
        assert not theirs_certificate(model, bundle, other)
        expect(3, "the signature", model, bundle, "--root", other)
    sign(certify("leaf", middle, authority=False), other)
    assert not theirs_certificate(model, bundle, trusted)
    expect(3, "the signature", model, bundle, "--root", trusted)
    sign(certify("leaf", middle, authority=False, usage=False), chain)
    assert not theirs_certificate(model, bundle, trusted)
    expect(1, "may not sign", model, bundle, "--root", trusted)
    sign(certify("leaf", middle, authority=False, first=NOW - DAY / 2, last=NOW - DAY / 4), chain)
    assert theirs_certificate(model, bundle, trusted), "the client has learned to look at the time: say so here"
    expect(1, "expired", model, bundle, "--root", trusted)


def sign_statement(key, statement, bundle):
    """A bundle around any statement, as the client reads it."""
    payload = json.dumps(statement).encode()
    encoding = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)
    bundle.write_text(json.dumps({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": ""}, "tlogEntries": []},
        "dsseEnvelope": {"payload": base64.b64encode(payload).decode(), "payloadType": "application/vnd.in-toto+json",
                         "signatures": [{"sig": base64.b64encode(key.sign(encoding, ec.ECDSA(hashes.SHA256()))).decode(),
                                         "keyid": ""}]}}))


def statement_of(files):
    """v1.0 over {name: content}, in the order given."""
    digests = {name: hashlib.sha256(content) for name, content in files.items()}
    root = hashlib.sha256(b"".join(digest.digest() for digest in digests.values())).hexdigest()
    return {"_type": "https://in-toto.io/Statement/v1", "subject": [{"name": "m", "digest": {"sha256": root}}],
            "predicateType": "https://model_signing/signature/v1.0",
            "predicate": {"serialization": {"method": "files", "hash_type": "sha256", "allow_symlinks": False},
                          "resources": [{"name": name, "algorithm": "sha256", "digest": digest.hexdigest()}
                                        for name, digest in digests.items()]}}


def theirs_key(model, bundle, public, ignore_unsigned=False):
    try:
        model_signing.verifying.Config().use_elliptic_key_verifier(public_key=public).set_hashing_config(
            hashing()).set_ignore_unsigned_files(ignore_unsigned).verify(model, bundle)
        return True
    except Exception:  # as above
        return False


def judge_statements(scratch, key, public):
    """Made by hand: any order of the list holds for both; nothing and elsewhere for them alone."""
    model, bundle = scratch / "stated", scratch / "stated.sig"
    (model / "a").mkdir(parents=True)
    files = {"a.txt": b"2", "a-b": b"1", "a/b": b"3"}
    for name, content in files.items():
        (model / name).write_bytes(content)
    sign_statement(key, statement_of(files), bundle)
    assert theirs_key(model, bundle, public)
    expect(0, '"ordered": false', model, bundle, "--key", public)
    (scratch / "outside").write_bytes(b"o")
    sign_statement(key, statement_of(files | {"../outside": b"o"}), bundle)
    assert theirs_key(model, bundle, public, True), "the client has learned to refuse such names: say so here"
    expect(1, "leads elsewhere", model, bundle, "--key", public, "--ignore-unsigned")
    nothing = scratch / "nothing"
    nothing.mkdir()
    sign_statement(key, statement_of({}), bundle)
    assert theirs_key(nothing, bundle, public), "the client has learned to refuse empty models: say so here"
    expect(1, "0 files", nothing, bundle, "--key", public)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        key = ec.generate_private_key(ec.SECP256R1())
        private, public = pem(scratch / "key", key=key), scratch / "key.pem"
        public.write_bytes(key.public_key().public_bytes(serialization.Encoding.PEM,
                                                         serialization.PublicFormat.SubjectPublicKeyInfo))
        judge_hashes(scratch, private, public)
        judge_links(scratch, private, public)
        judge_ignored(scratch, private, public)
        judge_certificates(scratch)
        judge_statements(scratch, key, public)
    print(f"{checks} verdicts as they must be")


main()
