#!/usr/bin/env python3
"""Every bundle-verify case of sigstore-conformance, through its command-line protocol, by file and by
digest; each refusal for its reason. Then cases of our own made from them, where a strict reader
stops before the defect that the case is about, and OpenSSF signatures over models made with Sigstore."""

import base64
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
ARCHIVE = HERE / "sigstore-conformance.tar.xz"
CLIENT = HERE / "sigstore_client.sh"
BEACON = ("https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/"
          ".github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main")
GITHUB = "https://token.actions.githubusercontent.com"

# What a refusal must say.
REASON = {
    "bundle-empty-certificate-chain": "a chain of 0 certificates",
    "bundle-from-wrong-instance": "a log that the trusted root does not have",
    "bundle-invalid-base64-signature": "'signature': base64",
    "bundle-malformed-json": "has no end",
    "bundle-negative-log-index": "'logIndex' is no integer from 0",
    "bundle-unknown-version": "version=99.9', and bundles v0.1 to v0.3 are read",
    "bundle-with-root-cert": "brings a root certificate",
    "checkpoint-bad-keyhint": "no signature under the checkpoint has the hint of the key",
    "checkpoint-wrong-roothash": "the checkpoint has another root hash",
    "dsse-invalid-sig": "the envelope: the ECDSA P-256 signature does not hold",
    "dsse-mismatch-envelope": "the log's entry has another payload",
    "dsse-mismatch-sig": "the log's entry has another signature",
    "inclusion-proof-corrupted-hash": "the inclusion proof does not hold",
    "incorrect-public-key": "the inclusion proof does not hold",  # the entry was changed: another leaf
    "integrated-time-in-future": "it expired at 2026-05-07",
    "intoto-expired-certificate": "it begins at 2030-01-01",
    "intoto-log-entry-mismatch": "the log's entry has another signature",
    "intoto-missing-inclusion-proof": "there is no inclusion proof",
    "intoto-set-outside-signing-cert-validity": "localhost:8000 vouches for: the certificate is not valid",
    "intoto-tsa-timestamp-outside-cert-validity": "the certificate is not valid at 2023-02-02",
    "invalid-checkpoint-signature": "the checkpoint's signature by 'rekor.sigstore.dev'",
    "invalid-ct-key": "by a transparency log that is trusted",
    "invalid-inclusion-proof": "the inclusion proof does not hold",
    "managed-key-no-key": "signed with a key of the signer's own",
    "managed-key-wrong-key": "the key '",
    "message-digest-mismatch": "its digest differs",
    "rekor2-checkpoint-missing-log-signature": "a note without text and signatures",
    "rekor2-checkpoint-missing-origin": "the checkpoint has no size",  # the size stands in its place
    "rekor2-checkpoint-missing-root-hash": "the checkpoint has no root hash",
    "rekor2-checkpoint-missing-size": "the checkpoint has no size",
    "rekor2-checkpoint-no-matching-signature": "the checkpoint is not of the log",
    "rekor2-dsse-invalid-sig": "the envelope: the ECDSA P-256 signature does not hold",
    "rekor2-dsse-mismatch-envelope": "the log's entry has another digest of the envelope",
    "rekor2-dsse-mismatch-sig": "the log's entry has another signature",
    "rekor2-no-inclusion-proof": "there is no inclusion proof",
    "rekor2-no-timestamp": "there is neither a signed entry timestamp nor a timestamp",
    "rekor2-timestamp-outside-trust-root-tsa-validity": "'timestamp.sigstage.dev' was not in use at that time",
    "rekor2-timestamp-outside-tsa-cert-validity": "certificate has expired",
    "rekor2-timestamp-payload-mismatch": "the timestamp is of other bytes",
    "rekor2-timestamp-untrusted-tsa-with-embedded-cert": "no given root vouches for the timestamp",
    "rekor2-timestamp-untrusted-tsa-without-embedded-cert": "no given root vouches for the timestamp",
    "rekor2-timestamp-with-incorrect-time": "'signedTimestamp': base64",
    "set-invalid-signature": "the signed entry timestamp of 'rekor.sigstore.dev'",
    "signature-mismatch": "the artifact: the ECDSA P-256 signature does not hold",
    "trust-root-tlog-missing-validity-start": "'validFor': 'start' is missing",
    "wrong-hashedrekord-artifact": "the log's entry has another digest of the artifact",
    "wrong-hashedrekord-cert-and-sig": "the log's entry has another signature",
    "wrong-hashedrekord-entry": "the log's entry has another digest of the artifact",
    "wrong-material": "its digest differs",
}
CASES, PASSING = 70, 21


def digest(path):
    return "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def case_arguments(folder):
    """The client's words for one case, without what is verified."""
    def text(name, otherwise):
        return (folder / name).read_text().strip() if (folder / name).exists() else otherwise

    words = ["verify-bundle", "--bundle", folder / "bundle.sigstore.json"]
    if (folder / "key.pub").exists():
        words += ["--key", folder / "key.pub"]
    else:
        words += ["--certificate-identity", text("identity", BEACON),
                  "--certificate-oidc-issuer", text("issuer", GITHUB)]
    if (folder / "trusted_root.json").exists():
        words += ["--trusted-root", folder / "trusted_root.json"]
    return words


def artifact_of(folder):
    own = folder / "artifact"
    return own if own.exists() else folder.parent / "a.txt"


def suite(root):
    """(name, words, the fragment of its refusal or None) for every case and mode."""
    folders = sorted(p for p in (root / "bundle-verify").iterdir() if p.is_dir())
    for folder in folders:
        name = folder.name.removesuffix("_fail")
        assert (name in REASON) == folder.name.endswith("_fail"), folder.name
        for what in (artifact_of(folder), digest(artifact_of(folder))):
            yield f"{folder.name} ({what})", [*case_arguments(folder), what], REASON.get(name)
    assert len(folders) == CASES and len(folders) - len(REASON) == PASSING


def changed(root, case, change, name):
    """A copy of a case whose bundle `change` was given to alter."""
    folder = root / "bundle-verify" / case
    copy = root / "bundle-verify" / name
    copy.mkdir()
    for file in folder.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    bundle = json.loads((copy / "bundle.sigstore.json").read_text())
    change(bundle)
    (copy / "bundle.sigstore.json").write_text(json.dumps(bundle))
    return copy


def own_cases(root):
    """What the suite means, where strictness about something else comes first; and what it lacks."""
    def entry(bundle):
        return bundle["verificationMaterial"]["tlogEntries"][0]

    def timestamp_in_one_line(bundle):
        for one in bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"]:
            one["signedTimestamp"] = "".join(one["signedTimestamp"].split())

    def no_promise(bundle):
        del entry(bundle)["inclusionPromise"]

    def no_digest(bundle):
        del bundle["messageSignature"]["messageDigest"]

    def other_kind(bundle):
        entry(bundle)["kindVersion"]["version"] = "0.0.1"

    def twice(bundle):
        stamps = bundle["verificationMaterial"]["timestampVerificationData"]["rfc3161Timestamps"]
        stamps.append(stamps[0])

    def two_entries(bundle):
        entries = bundle["verificationMaterial"]["tlogEntries"]
        entries.append(entries[0])

    def two_signatures(bundle):
        bundle["dsseEnvelope"]["signatures"].append(bundle["dsseEnvelope"]["signatures"][0])

    def unknown_member(bundle):
        bundle["verificationMaterial"]["more"] = {}

    def later_index(bundle):
        entry(bundle)["logIndex"] = str(int(entry(bundle)["logIndex"]) + 1)

    def twin(bundle):
        # (r, n - s) verifies as well, but it is not what the log holds
        signature = base64.b64decode(bundle["messageSignature"]["signature"])
        r_len = signature[3]
        s = int.from_bytes(signature[6 + r_len:], "big")
        order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
        s_bytes = (order - s).to_bytes(33, "big").lstrip(b"\0")
        if s_bytes[0] & 0x80:
            s_bytes = b"\0" + s_bytes
        body = signature[2:4 + r_len] + b"\x02" + bytes([len(s_bytes)]) + s_bytes
        bundle["messageSignature"]["signature"] = base64.b64encode(b"\x30" + bytes([len(body)]) + body).decode()

    table = [
        ("rekor2-timestamp-with-incorrect-time_fail", timestamp_in_one_line,
         "timestamp.sigstage.dev vouches for: the certificate is not valid"),
        ("intoto-tsa-timestamp-outside-cert-validity_fail", no_promise, "the certificate is not valid at"),
        ("happy-path-v0.1", no_promise, "a bundle v0.1 without a signed entry timestamp"),
        ("happy-path-v0.3", no_promise, "there is neither a signed entry timestamp nor a timestamp"),
        ("happy-path-v0.3", no_digest, None),
        ("wrong-material_fail", no_digest, "the artifact: the ECDSA P-256 signature does not hold"),
        ("rekor2-happy-path", other_kind, "the log's entry has another kind"),
        ("rekor2-happy-path", twice, "a timestamp stands twice"),
        ("happy-path-v0.3", two_entries, "2 log entries where exactly one belongs"),
        ("happy-path-intoto-in-dsse-v3", two_signatures, "2 signatures where exactly one belongs"),
        ("happy-path-v0.3", unknown_member, "a member 'more', which no bundle has"),
        ("happy-path-v0.3", later_index, "the signed entry timestamp of 'rekor.sigstore.dev'"),
        ("happy-path-v0.3", twin, "the log's entry has another signature"),
    ]
    for number, (case, change, reason) in enumerate(table):
        folder = changed(root, case, change, f"own-{number}")
        yield f"{case}, {change.__name__}", [*case_arguments(folder), artifact_of(folder)], reason

    happy = root / "bundle-verify" / "happy-path-v0.3"
    bundle = ["verify-bundle", "--bundle", happy / "bundle.sigstore.json"]
    artifact = artifact_of(happy)
    yield ("another identity", [*bundle, "--certificate-identity", "mallory@example.org",
           "--certificate-oidc-issuer", GITHUB, artifact], "and 'mallory@example.org' was asked for")
    yield ("an identity that is the beginning of the right one", [*bundle, "--certificate-identity", BEACON[:-1],
           "--certificate-oidc-issuer", GITHUB, artifact], "was asked for")
    yield ("another issuer", [*bundle, "--certificate-identity", BEACON, "--certificate-oidc-issuer",
           "https://accounts.example.org", artifact], "'https://accounts.example.org' was asked for")
    yield ("an identity without its issuer", [*bundle, "--certificate-identity", BEACON, artifact],
           "--trusted-root needs --identity and --issuer, or --key")
    key = root / "bundle-verify" / "managed-key-happy-path" / "key.pub"
    yield ("a key where there is a certificate", [*bundle, "--key", key, artifact],
           "is signed with a certificate, and a key was given")
    dsse = root / "bundle-verify" / "happy-path-intoto-in-dsse-v3"
    yield ("a file that the statement is not about", [*case_arguments(dsse), dsse / "bundle.sigstore.json"],
           "the signed statement is about other artifacts")
    yield ("the staging instance's root", [*case_arguments(happy)[:1], "--staging", *case_arguments(happy)[1:],
           artifact], "a log that the trusted root does not have")


def models(root):
    """OpenSSF signatures over directories, made through Sigstore by four versions of the reference client."""
    signer = ["--trusted-root", root / "roots" / "production.json", "--identity", "stefanb@us.ibm.com",
              "--issuer", "https://sigstore.verify.ibm.com/oauth2"]
    for version in ("v0.3.1", "v1.0.0", "v1.0.1", "v1.1.0"):
        model = root / "models" / f"{version}-sigstore"
        words = ["verify", model, "--signature", model / "model.sig"]
        # v1.0.1 did not write down what it was told to leave out
        unsigned = ["--ignore", "ignore-me"] if version == "v1.0.1" else []
        yield f"model {version}", [*words, *signer, *unsigned], None
        yield (f"model {version}, another identity",
               [*words, *signer[:2], "--identity", "mallory@example.org", *signer[4:], *unsigned],
               "'mallory@example.org' was asked for")
    copy = root / "models" / "changed"
    copy.mkdir()
    for file in model.iterdir():
        (copy / file.name).write_bytes(file.read_bytes())
    (copy / "signme-1").write_bytes(b"something else")
    yield ("a model with a changed file", ["verify", copy, "--signature", copy / "model.sig", *signer],
           "'signme-1'")
    yield ("a model by its directory, staging's root",
           ["verify", model, "--signature", model / "model.sig", "--trusted-root", root / "roots" / "staging.json",
            *signer[2:]], "a log that the trusted root does not have")


def tried(one):
    """What is wrong with the outcome, or None. The client speaks the suite's words, the command its own."""
    name, words, reason = one
    program = CLIENT if words[0] == "verify-bundle" else os.environ["AKASHI"]
    ran = subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=False)
    said = ran.stdout + ran.stderr
    if (ran.returncode == 0) != (reason is None):
        return f"{name}: exit status {ran.returncode}\n{said}"
    if reason and (ran.returncode not in (1, 2, 3) or reason not in said):
        return f"{name}: refused with {ran.returncode}, but not for '{reason}'\n{said}"
    return None


def main():
    command = os.environ.get("AKASHI")
    if not command or not os.access(command, os.X_OK):
        print("skipped: AKASHI names no built command")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(ARCHIVE) as archive:
            # Our own archive: where Python is too old for filters, there is nothing to filter.
            archive.extractall(scratch, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
        root = pathlib.Path(scratch) / "sigstore-conformance"
        os.environ.update(SIGSTORE_ROOTS=str(root / "roots"), HOME=scratch, AKASHI_THREADS="1")
        os.chdir(scratch)
        cases = [*suite(root), *own_cases(root), *models(root)]
        with ThreadPoolExecutor(2) as pool:
            wrong = [text for text in pool.map(tried, cases) if text]
    print("\n".join(wrong))
    print(f"{len(cases) - len(wrong)} of {len(cases)} as expected")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
