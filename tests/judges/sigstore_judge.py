"""Stock sigstore-python verifies a bundle of ours, inclusion proof in our own log included.

The CA, the CT key and the timestamp authority are made here; `akashi sign --log` makes the bundle, `sigstore` from
PyPI judges it offline with a trusted_root.json, and says no to every bundle that was tampered with. Our own
verifier judges the same bundle the same way, and so does the OpenSSF client, as a signature of the files. Skipped (77) where a package or openssl is missing.
"""
import base64
import copy
import datetime
import hashlib
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import time

try:
    import model_signing.verifying
    import sigstore
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
    from sigstore._internal.trust import KeyringPurpose
    from sigstore.errors import Error
    from sigstore.models import Bundle, TransparencyLogEntry, TrustedRoot
    from sigstore.verify import Verifier, policy
    from sigstore_models.bundle.v1 import Bundle as RawBundle
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)
if not shutil.which("openssl"):
    print("skipped: no openssl here to stamp")
    sys.exit(77)

AKASHI = os.environ["AKASHI"]
SOURCE = os.environ["AKASHI_SOURCE"]
IDENTITY, ISSUER, ORIGIN = "signer@example.org", "https://issuer.example.org", "log.example.org"
NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
HOUR = datetime.timedelta(hours=1)


def pem(thing):
    return thing.public_bytes(serialization.Encoding.PEM)


def der(thing):
    return thing.public_bytes(serialization.Encoding.DER)


def spki(key):
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def b64(data):
    return base64.b64encode(data).decode()


def builder(subject, issuer, key):
    return (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(NOW - HOUR).not_valid_after(NOW + HOUR))


def named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def usage(**which):
    flags = dict.fromkeys(("digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                           "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False)
    return x509.KeyUsage(**{**flags, **which})


def authority(name, key, issuer=None, issuer_key=None):
    it = builder(named(name), issuer.subject if issuer else named(name), key)
    it = it.add_extension(x509.BasicConstraints(True, 0 if issuer else 1), critical=True)
    it = it.add_extension(usage(key_cert_sign=True, crl_sign=True), critical=True)
    it = it.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    if issuer:
        it = it.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
    return it.sign(issuer_key or key, hashes.SHA256())


def leaf_of(key, issuer, issuer_key, ct_key):
    """A Fulcio-like leaf, its one SCT signed over the precertificate."""
    it = builder(x509.Name([]), issuer.subject, key)
    it = it.add_extension(usage(digital_signature=True), critical=True)
    it = it.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
    it = it.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    it = it.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    it = it.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(IDENTITY)]), critical=True)
    it = it.add_extension(x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.57264.1.1"), ISSUER.encode()),
                          critical=False)
    text = ISSUER.encode()
    it = it.add_extension(x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.57264.1.8"),
                                                     bytes([12, len(text)]) + text), critical=False)
    tbs = it.sign(issuer_key, hashes.SHA256()).tbs_certificate_bytes
    when = int(NOW.timestamp() * 1000)
    signed = struct.pack("!BBQH", 0, 0, when, 1) + hashlib.sha256(spki(issuer_key)).digest()
    signed += len(tbs).to_bytes(3, "big") + tbs + b"\0\0"
    signature = ct_key.sign(signed, ec.ECDSA(hashes.SHA256()))
    sct = b"\0" + hashlib.sha256(spki(ct_key)).digest() + struct.pack("!Q", when) + b"\0\0" + b"\4\3"
    sct += len(signature).to_bytes(2, "big") + signature
    listed = (len(sct) + 2).to_bytes(2, "big") + len(sct).to_bytes(2, "big") + sct
    value = b"\4\x81" + bytes([len(listed)]) + listed if len(listed) > 127 else b"\4" + bytes([len(listed)]) + listed
    it = it.add_extension(x509.UnrecognizedExtension(ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2"), value), False)
    return it.sign(issuer_key, hashes.SHA256())


def run(*words, status=0):
    result = subprocess.run([AKASHI, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert result.returncode == status, (words, result.returncode, result.stdout, result.stderr)
    return result.stdout


def vkey_parse(vkey):
    """signed-note verifier key: the Ed25519 key as SubjectPublicKeyInfo, and Rekor v2's log id."""
    name, _, rest = vkey.partition("+")
    key = base64.b64decode(rest.split("+", 1)[1])
    assert key[0] == 1 and len(key) == 33
    return (bytes.fromhex("302a300506032b6570032100") + key[1:],
            hashlib.sha256(name.encode() + b"\n" + key).digest())


def root_json(ca, ct_key, tsa, vkey):
    period = {"start": (NOW - 2 * HOUR).isoformat().replace("+00:00", "Z")}
    log_key, log_id = vkey_parse(vkey)
    chain = lambda certificates: {"certificates": [{"rawBytes": b64(der(one))} for one in certificates]}
    return {
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "tlogs": [{"baseUrl": f"https://{ORIGIN}", "hashAlgorithm": "SHA2_256", "logId": {"keyId": b64(log_id)},
                   "publicKey": {"rawBytes": b64(log_key), "keyDetails": "PKIX_ED25519", "validFor": period}}],
        "certificateAuthorities": [{"subject": {"organization": "t", "commonName": "t"}, "uri": "https://ca.example.org",
                                    "certChain": chain(ca), "validFor": period}],
        "ctlogs": [{"baseUrl": "https://ct.example.org", "hashAlgorithm": "SHA2_256",
                    "logId": {"keyId": b64(hashlib.sha256(spki(ct_key)).digest())},
                    "publicKey": {"rawBytes": b64(spki(ct_key)), "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                                  "validFor": period}}],
        "timestampAuthorities": [{"subject": {"organization": "t", "commonName": "t"}, "uri": "https://tsa.example.org",
                                  "certChain": chain(tsa), "validFor": period}],
    }


def flip(text):
    """One bit of what base64 text says."""
    data = bytearray(base64.b64decode(text))
    data[len(data) // 2] ^= 1
    return b64(bytes(data))


def material(bundle):
    return bundle["verificationMaterial"]


def entry(bundle):
    return material(bundle)["tlogEntries"][0]


def bend(bundle):
    """What must be noticed: each a name and the bundle so bent."""
    def bent(change):
        copied = copy.deepcopy(bundle)
        change(copied)
        return copied

    def at(place, key, value):
        def change(it):
            place(it)[key] = value(place(it)[key])
        return bent(change)

    proof = lambda it: entry(it)["inclusionProof"]
    yield "another sibling", bent(lambda it: proof(it)["hashes"].__setitem__(0, flip(proof(it)["hashes"][0])))
    yield "a sibling less", bent(lambda it: proof(it)["hashes"].pop())
    yield "another index", at(proof, "logIndex", lambda old: str(int(old) - 1))
    yield "another root", at(proof, "rootHash", flip)
    yield "another size", at(proof, "treeSize", lambda old: str(2 * int(old)))
    yield "another checkpoint", at(lambda it: proof(it)["checkpoint"], "envelope",
                                   lambda old: old.replace(ORIGIN + "\n", ORIGIN + ".\n", 1))
    yield "no checkpoint", bent(lambda it: proof(it).pop("checkpoint"))
    yield "another entry", at(entry, "canonicalizedBody", flip)
    yield "no entry", bent(lambda it: material(it)["tlogEntries"].clear())
    yield "no timestamp", bent(lambda it: material(it).pop("timestampVerificationData"))
    yield "another signature", at(lambda it: it["dsseEnvelope"]["signatures"][0], "sig", flip)
    yield "another payload", at(lambda it: it["dsseEnvelope"], "payload", flip)


def verdict(root, bundle, who=IDENTITY, issuer=ISSUER):
    try:
        verifier = Verifier(trusted_root=root)
        kind, payload = verifier.verify_dsse(Bundle.from_json(json.dumps(bundle)),
                                             policy.Identity(identity=who, issuer=issuer))
    except (Error, ValueError) as error:
        return None, f"{type(error).__name__}: {error}"
    assert kind == "application/vnd.in-toto+json"
    return payload, ""


def ours(folder, bundle, root, what, who=IDENTITY):
    """Our own verdict: of the model's root digest, which is what the statement is about."""
    with open(os.path.join(folder, "bent.json"), "w") as file:
        json.dump(bundle, file)
    result = subprocess.run([AKASHI, "verify", what, "--signature", "bent.json", "--trusted-root", root, "--identity", who,
                             "--issuer", ISSUER], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)
    return result.returncode, result.stdout + result.stderr


def authority_start(folder):
    words = [sys.executable, "-B", os.path.join(SOURCE, "tests", "tools", "tsa.py"), folder, "300"]
    served = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not os.path.exists(os.path.join(folder, "url")):
        assert served.poll() is None, "the timestamp authority does not start"
        time.sleep(0.05)
    return served, open(os.path.join(folder, "url")).read()


def reference(trusted):
    """The OpenSSF client takes the bundle as a keyless signature of the files, and none of other files."""
    period = {"start": "2020-01-01T00:00:00Z"}
    service = lambda host, version: [{"url": f"https://{host}.example.org", "majorApiVersion": version,
                                      "validFor": period, "operator": "t"}]
    config = {"mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json", "trustedRoot": trusted,
              "signingConfig": {"mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
                                "caUrls": service("ca", 1), "oidcUrls": service("oidc", 1),
                                "rekorTlogUrls": service("log", 2), "rekorTlogConfig": {"selector": "ANY"},
                                "tsaUrls": service("tsa", 1), "tsaConfig": {"selector": "ANY"}}}
    with open("config.json", "w") as file:
        json.dump(config, file)

    def verify():
        model_signing.verifying.Config().use_sigstore_verifier(
            identity=IDENTITY, oidc_issuer=ISSUER, trust_config=pathlib.Path("config.json")
        ).verify(pathlib.Path("model"), pathlib.Path("bundle.json"))

    verify()
    with open("model/more.bin", "w") as file:
        file.write("unsigned")
    try:
        verify()
    except ValueError:
        os.remove("model/more.bin")
    else:
        raise AssertionError("the OpenSSF client takes a file that nobody signed")
    print("the OpenSSF client verifies the model by it")


def judge(folder, url):
    root_key, ca_key, ct_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(4))
    root = authority("test root", root_key)
    ca = authority("test intermediate", ca_key, root, root_key)
    leaf = leaf_of(key, ca, ca_key, ct_key)
    tsa = [x509.load_pem_x509_certificate(open(f"tsa/{name}.pem", "rb").read()) for name in ("tsa", "root")]
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                serialization.NoEncryption())
    for name, data in (("leaf.key", private), ("leaf.pem", pem(leaf)), ("chain.pem", pem(ca) + pem(root))):
        with open(name, "wb") as file:
            file.write(data)
    os.chmod("leaf.key", 0o600)
    os.makedirs("model/inner")
    for name in ("model/weights.bin", "model/inner/config.json"):
        with open(name, "w") as file:
            file.write(name)

    made = json.loads(run("init", ".", "--origin", ORIGIN, "--json"))
    sign = ("sign", "model", "--key", "./leaf.key", "--cert", "leaf.pem", "--chain", "chain.pem", "--log",
            "--timestamp-url", url, "--signature", "bundle.json", "--json")
    report = json.loads(run(*sign))
    assert report["log"] == {"origin": ORIGIN, "index": 2} and report["timestamp"]["time"], report
    trusted = root_json([ca, root], ct_key, tsa, made["pin"].split(" ")[0])
    with open("root.json", "w") as file:
        json.dump(trusted, file)
    with open("bundle.json") as file:
        bundle = json.load(file)
    anchor = TrustedRoot.from_file("root.json")

    payload, why = verdict(anchor, bundle)
    assert payload, why
    statement = json.loads(payload)
    assert statement["predicateType"] == "https://model_signing/signature/v1.0"
    assert [one["name"] for one in statement["predicate"]["resources"]] == ["inner/config.json", "weights.bin"]
    what = "sha256:" + statement["subject"][0]["digest"]["sha256"]
    assert what == report["root"]
    status, said = ours(folder, bundle, "root.json", what)
    assert status == 0, said
    print(f"sigstore-python {sigstore.__version__} verifies the bundle and its place {entry(bundle)['logIndex']} in our log")

    reference(trusted)

    # Signed again: the leaf in the log stays the one, and its proof follows the log as it grows.
    added = json.loads(run("add", "dataset", "model", "lab/data@v1", "--timestamp-url", url, "--json"))["items"][0]
    assert json.loads(run(*sign))["log"]["index"] == 2
    with open("bundle.json") as file:
        again = json.load(file)
    assert int(entry(again)["inclusionProof"]["treeSize"]) > 3
    payload, why = verdict(anchor, again)
    assert payload, why
    run("log", "audit")

    # A statement by a bare key: that client wants certificates, but its check of the log takes our entry and proof.
    text = run("log", "prove", "lab/data@v1", "--bundle")
    raw = RawBundle.from_json(text)
    TransparencyLogEntry(raw.verification_material.tlog_entries[0])._verify(anchor.rekor_keyring(KeyringPurpose.VERIFY))
    with open("statement.json", "w") as file:
        file.write(text)
    with open("key.pem", "w") as file:
        file.write(run("key", "export", "judge"))
    run("verify", added["digest"], "--signature", "statement.json", "--trusted-root", "root.json", "--key", "key.pem")
    run("verify", what, "--signature", "statement.json", "--trusted-root", "root.json", "--key", "key.pem", status=1)

    noticed = 0
    for how, bent in bend(again):
        payload, why = verdict(anchor, bent)
        assert payload is None, f"sigstore-python takes {how}"
        status, said = ours(folder, bent, "root.json", what)
        assert status in (1, 3), f"we take {how} ({status}): {said}"
        noticed += 1
    assert noticed == 12
    for who, issuer in (("other@example.org", ISSUER), (IDENTITY, "https://other.example.org")):
        assert verdict(anchor, again, who, issuer)[0] is None
    foreign = copy.deepcopy(trusted)
    foreign["tlogs"][0]["publicKey"]["rawBytes"] = b64(bytes.fromhex("302a300506032b6570032100") + bytes(31) + b"\1")
    with open("foreign.json", "w") as file:
        json.dump(foreign, file)
    assert verdict(TrustedRoot.from_file("foreign.json"), again)[0] is None, "a log that nobody trusts is taken"
    assert ours(folder, again, "foreign.json", what)[0] in (1, 3)
    print(f"{noticed} bent bundles, 2 other signers and a foreign log are refused by both")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(HOME=folder, XDG_CONFIG_HOME=os.path.join(folder, "config"), USER="judge")
        os.environ.pop("AKASHI_REGISTRY", None)
        os.chdir(folder)
        served, url = authority_start("tsa")
        try:
            judge(folder, url)
        finally:
            served.kill()
            served.wait()


if __name__ == "__main__":
    main()
