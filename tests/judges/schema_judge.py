"""Does every statement we emit keep to schema/, and every byte to docs/formats.md?

The main job is done once on the small model of the repository, so that each kind of statement is
made; then an independent hand (json, hashlib, jsonschema, cryptography) reads them: the schema of
the kind, the canonical spelling, the identity over the DSSE encoding, the signature, the name of
the file; and the manifest, probes, release, trust, verdict, state, seen, finding and misbehaviour files by theirs. Each schema must also
refuse its statement once a required field is gone.
"""
import base64
import copy
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

try:
    import jsonschema
    import referencing
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

AKASHI = os.environ["AKASHI"]
SOURCE = pathlib.Path(os.environ["AKASHI_SOURCE"])
TINY = SOURCE / "tests" / "data" / "tiny"
PREFIX, SUFFIX = "https://w3id.org/akashi/", "/v1"
KINDS = re.findall(r"^STATEMENT\((\w+)", (SOURCE / "schema" / "statements.def").read_text(), re.M)


class Schemas:
    def __init__(self):
        self.by_name = {}
        resources = []
        for path in [*SOURCE.glob("schema/*.schema.json"), *SOURCE.glob("schema/files/*.schema.json")]:
            schema = json.loads(path.read_text())
            jsonschema.Draft202012Validator.check_schema(schema)
            self.by_name[path.name.removesuffix(".schema.json")] = schema
            resources.append((schema["$id"], referencing.Resource.from_contents(schema)))
        self.registry = referencing.Registry().with_resources(resources)

    def errors(self, name, value):
        validator = jsonschema.Draft202012Validator(self.by_name[name], registry=self.registry)
        return [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in validator.iter_errors(value)]

    def check(self, name, value, what):
        errors = self.errors(name, value)
        assert not errors, f"{what} does not keep to {name}.schema.json:\n" + "\n".join(errors)


def strict(raw):
    """Parse JSON that must hold no real number and no key twice."""
    def pairs(items):
        assert len({key for key, _ in items}) == len(items), "a key stands twice"
        return dict(items)

    def real(text):
        raise AssertionError(f"the real number {text}")

    return json.loads(raw, object_pairs_hook=pairs, parse_float=real, parse_constant=real)


def canonical(value):
    """RFC 8785 for values without reals whose keys lie in the basic plane."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def encoding(payload):
    return b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)


def key_id(public_key):
    """KEY of docs/formats.md: SHA-256 of the SubjectPublicKeyInfo."""
    der = public_key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


def read_statement(path, schemas, public_keys):
    """One envelope file, judged; the statement. `public_keys` by their KEY."""
    raw = path.read_bytes()
    bundle = strict(raw)
    assert raw == canonical(bundle), f"{path.name}: not canonical"
    assert bundle["mediaType"] == "application/vnd.dev.sigstore.bundle.v0.3+json"
    dsse = bundle["dsseEnvelope"]
    payload = base64.b64decode(dsse["payload"], validate=True)
    statement = strict(payload)
    assert payload == canonical(statement), f"{path.name}: payload not canonical"
    identity, key, _ = path.name.split(".")
    assert hashlib.sha256(encoding(payload)).hexdigest() == identity, path.name
    public_key = public_keys[key]
    pem = public_key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    assert bundle["verificationMaterial"] == {"publicKey": {"hint": hashlib.sha256(pem).hexdigest()},
                                              "tlogEntries": []}
    [signature] = dsse["signatures"]
    public_key.verify(base64.b64decode(signature["sig"]), encoding(payload), ec.ECDSA(hashes.SHA256()))
    kind = statement["predicateType"].removeprefix(PREFIX).removesuffix(SUFFIX)
    assert kind in KINDS, statement["predicateType"]
    schemas.check(kind, statement, path.name)
    return kind, statement


def judge_refusals(kind, statement, schemas):
    """A schema that lets anything through says nothing: each required field is missed in turn."""
    required = schemas.by_name[kind]["properties"]["predicate"]["required"]
    for field in required:
        broken = copy.deepcopy(statement)
        del broken["predicate"][field]
        assert schemas.errors(kind, broken), f"{kind}: '{field}' is not missed"
    for change in ({"_type": "x"}, {"subject": []}, {"predicateType": PREFIX + "other/v1"}):
        assert schemas.errors(kind, {**statement, **change}), f"{kind}: {change} passes"
    if kind == "tombstone":  # of an object or of a statement, and never of both or of neither
        only = {key: value for key, value in statement["predicate"].items() if key not in ("object", "statement", "sha384")}
        digest = "sha256:" + "0" * 64
        for wrong in (only, {**only, "object": digest, "statement": digest}, {**only, "object": digest, "sha384": "0" * 96}):
            assert schemas.errors(kind, {**statement, "predicate": wrong}), f"{wrong} passes"
    if kind == "record":  # exact or foreign, and never both
        both = {**statement["predicate"], "profile": "akashi-exact/1", "root": "0" * 64,
                "foreign": {"framework": "x", "version": "1", "dtype": "f32", "values": 1}}
        assert schemas.errors(kind, {**statement, "predicate": both}), "a record of both classes passes"
    later = copy.deepcopy(statement)
    later["predicate"]["aKeyOfLater"] = {"any": ["thing"]}
    schemas.check(kind, later, f"{kind} with a key of a later version")
    return len(required) + 4


def bent_object(akashi, folder):
    """What fsck says of the registry with one object changed, in a copy of it."""
    weights = hashlib.sha256((TINY / "step-500" / "model.safetensors").read_bytes()).hexdigest()
    shutil.copytree(folder / ".akashi", folder / "bent-registry")
    places = folder / "bent-registry"
    found = next(iter([*places.glob("objects/*/" + weights), *places.glob("packs/*.pack")]))
    found.chmod(0o644)
    with open(found, "r+b") as file:
        file.seek(50000)
        byte = file.read(1)
        file.seek(50000)
        file.write(bytes([byte[0] ^ 1]))
    return akashi("fsck", "--read-all", "--json", "--registry", folder / "bent-registry", status=1)


def tag_moved(akashi, folder):
    """A tag of a model that is moved, as git tells its hook."""
    train = folder / "train"
    env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config")}

    def git(*arguments):
        subprocess.run(["git", "-C", train, "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments], check=True,
                       capture_output=True, env=env)

    train.mkdir()
    git("init", "-q")
    git("commit", "-q", "--allow-empty", "-m", "one")
    git("commit", "-q", "--allow-empty", "-m", "two")
    git("tag", "model/team/base/v1")
    line = subprocess.run(["git", "-C", train, "rev-parse", "HEAD~1", "HEAD"], check=True, capture_output=True, text=True).stdout.split()
    akashi("hook", "reference-transaction", "committed", cwd=train, text=f"{line[1]} {line[0]} refs/tags/model/team/base/v1\n")
    while "another" in akashi("sync", "--registry", folder, cwd=train):
        pass  # the hook's own attempt is at it


def add_corpora(akashi, folder):
    """A dataset with everything that can be said and counted, and one that a Croissant description came with."""
    corpus = folder / "corpora"
    corpus.mkdir()
    (corpus / "a.jsonl").write_text('{"text":"日本語の文。","from":"wiki"}\n{"text":"An English text.","from":"cc"}\n')
    (corpus / "lines.txt").write_text("one\n\ntwo\n")
    (corpus / "blend.sh").write_text("_PAIRS=(\n7 ja_wiki_0000_text_document\n3 en_cc_0000_text_document\n)\n")
    (corpus / "x.parquet").write_bytes(b"PAR1")
    akashi("add", "dataset", corpus, "team/raw@v1")
    akashi("add", "dataset", corpus, "team/clean@v1", "--source", "from", "--exclude", "*.txt", "--tokenizer", min(TINY.rglob("*.model")),
           "--license", "CC-BY-4.0", "--period", "2013-05/2024-04", "--filter", "adult sites", "--derived-from", "team/raw@v1",
           "--by", "dedup --near 0.8", "--language", "*.sh=other", "--lenient", "--weights", corpus / "blend.sh")
    (folder / "croissant.json").write_text(akashi("show", "team/clean@v1", "--croissant"))
    akashi("add", "dataset", corpus, "team/described@v1", "--croissant", folder / "croissant.json", "--exclude", "*.txt")


def register_cards(akashi, folder):
    """A card that is registered before its run and holds something that agrees and something that drifts, a second version, one of
    weights; and a checkpoint of a run that is held against the first."""
    (folder / "card.md").write_text("# wrapped\n\n| | |\n|---|---|\n| Number of layers | 2 |\n| Learning rate | 3e-4 |\n")
    akashi("card", "register", folder / "card.md", "team/wrapped-card@1", "--for", "team/wrapped")
    akashi("run", "team/wrapped@0", "--no-snapshot", "--", "sh", "-c", ":", "--num-layers", "2", "--lr", "1e-3")
    akashi("add", "checkpoint", TINY / "step-100", "team/wrapped@0-step-100", "--run", "team/wrapped@0", "--no-parent")
    (folder / "card.md").write_text("# wrapped\n\n| | |\n|---|---|\n| Number of layers | 3 |\n")
    akashi("card", "register", folder / "card.md", "team/wrapped-card@2", "--for", "team/wrapped")
    akashi("card", "register", folder / "card.md", "team/base@step-500")


def judge_cards(statements):
    """What registering cards and holding runs against them left is among what was judged, with all that can stand there."""
    cards = [statement["predicate"] for kind, statement in statements if kind == "card"]
    held = [statement["predicate"]["card"] for kind, statement in statements if "card" in statement["predicate"]]
    kinds = {kind for kind, statement in statements if "card" in statement["predicate"]}
    assert any("for" in card for card in cards) and any("of" in card for card in cards), cards
    assert any("previous" in card and "changed" in card for card in cards), cards
    assert kinds == {"run", "checkpoint"}, kinds
    assert any(one["agreed"] and one["drifted"] for one in held), held


def main_job(folder):
    """Every kind of statement, made once; the run's JSON of `verify`, the pin and the public key."""
    home = folder / "home"
    home.mkdir()
    env = {k: v for k, v in os.environ.items() if not k.startswith("AKASHI_REGISTRY")}
    env |= {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "USER": "taro", "LOGNAME": "taro"}

    def akashi(*arguments, status=0, cwd=folder, text=None):
        done = subprocess.run([AKASHI, *map(str, arguments)], env=env, cwd=cwd, capture_output=True, text=True, input=text)
        assert done.returncode == status, f"akashi {arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    akashi("init", folder, "--origin", "log.example/judge")
    akashi("add", "dataset", TINY / "corpus", "team/corpus@v1")
    add_corpora(akashi, folder)
    akashi("add", "run", TINY / "run.json", "team/run@1", "--data", "team/corpus@v1")
    akashi("add", "checkpoint", TINY / "step-300", "team/base@step-300", "--data", "team/corpus@v1")
    akashi("add", "checkpoint", TINY / "step-500", "team/base@step-500", "--license", "Apache-2.0", "--data", "team/corpus@v1",
           "--parent", "team/base@step-300", "--run", TINY / "run.json", "--git", SOURCE)
    for results in (TINY / "eval").glob("results_*.json"):
        akashi("add", "eval", results, "--of", "team/base@step-500")
    register_cards(akashi, folder)
    akashi("run", "team/wrapped@1", "--data", "team/corpus@v1", "--parent", "team/base@step-500", "--repository", SOURCE, "--no-snapshot",
           "--file", TINY / "run.json", "--env", "LOGNAME", "--", "sh", "-c", "exit 7", status=7)
    akashi("tag", "team/base@step-500", "best")
    akashi("record", "team/base@step-500", "--random", "4:16:judge", "--boundaries")
    akashi("record", "team/base@step-500", "--from", SOURCE / "tests" / "data" / "foreign" / "tiny-float32.jsonl")
    akashi("record", "team/base@step-500", "--random", "2:8", "--private-probes")
    akashi("log", "state")
    akashi("publish", "team/base@step-500", folder / "release", "--as", "team/base@v1")
    akashi("verify", "team/base@step-500", "--attest")
    pin = json.loads(akashi("trust", "show", "--json"))["items"][0]["pin"]
    (folder / "pin").write_text(pin + "\n")
    verdict = akashi("verify", folder / "release", "--trust", folder / "pin", "--json")
    akashi("disclose", "team/base@step-500", json.loads(akashi("disclose", "team/base@step-500", "--json"))["commitments"][1]["commitment"],
           "-o", folder / "probe.json")
    opened = akashi("verify", folder / "release", "--trust", folder / "pin", "--opening", folder / "probe.json", "--json")
    spot = akashi("verify", folder / "release", "--trust", folder / "pin", "--spot", "2", "--json", status=3)
    scores = akashi("verify", folder / "release", "--trust", folder / "pin", "--forward", "none", "--evals", "2", "--json")
    state = akashi("log", "state", "--prove", "team/base@step-500", "--prove", "team/none@v1")
    akashi("key", "generate", "reviewer")
    akashi("trust", "policy", "--add-key", "reviewer", "--names", "team/*")
    akashi("cosign", "team/base@step-500", "--key", "reviewer")
    akashi("key", "revoke", "reviewer", "--last", "3", "--reason", "a judge has it")
    akashi("add", "checkpoint", TINY / "step-500", "team/copy@v1", "--no-parent")
    akashi("derive", "reshard", "team/base@step-500", "team/copy@v1")
    akashi("verify", "team/copy@v1", "--derivation", "--forward", "none", "--attest")
    akashi("retract", "team/base@step-300", "--reason", "trained on a test set")
    akashi("supersede", "team/base@step-500", "team/base@v1")
    tag_moved(akashi, folder)
    (folder / "secured.csv").write_text("site,from,to,nodes,share,gpusPerNode,cost,currency,runs\nK,2026,2026,3,1/2,8,12,JPY,team/jobs\n")
    akashi("add", "allocation", folder / "secured.csv", "team/secured@1", "--declared-for", "2026-01-01/2026-12-31")
    akashi("note", "team/base@v1", "学習率を0.8倍にして再開した")
    pins = folder / "pin"
    retracted = akashi("verify", "team/base@step-300", "--trust", pins, "--forward", "none", "--allow-retracted", "--json")
    superseded = akashi("verify", "team/base@step-500", "--trust", pins, "--forward", "none", "--json")
    akashi("trust", "pin", pins.read_text().strip())
    akashi("trust", "update", folder)
    shutil.copytree(folder / ".akashi", folder / "copy")  # and two histories of one log
    akashi("add", "dataset", TINY / "corpus", "team/one@v1")
    akashi("add", "dataset", TINY / "eval", "team/other@v1", "--registry", folder / "copy")
    watched = akashi("monitor", "--trust", pins, "--state", folder / "watch", folder / ".akashi", folder / "copy", "--watch",
                     "name=team/one@*", "--json", status=1)
    looks = {"monitor": [watched, akashi("monitor", "--trust", pins, "--state", folder / "watch", folder / "nowhere", "--json", status=4)],
             "fsck": [akashi("log", "fsck", "--json"), akashi("log", "fsck", bent_log(folder), "--json", status=1)],
             "registry-fsck": [akashi("fsck", "--read-all", "--json"), bent_object(akashi, folder)],
             "entry": [*(akashi("log", "inspect", index, "--json") for index in (0, 2)),
                       akashi("log", "inspect", 1, "--from", SOURCE / "tests" / "data" / "tessera" / "log", "--json")]}
    keys = [serialization.load_pem_public_key(akashi("key", "export", name).encode()) for name in ("taro", "reviewer")]
    akashi("prune", "team/base@step-300", "--reason", "a later step is kept")
    akashi("withhold", "sha256:" + hashlib.sha256((TINY / "run.json").read_bytes()).hexdigest(), "--reason", "a judge asks")
    akashi("withhold", "team/run@1", "--reason", "a judge asks again")
    looks["monitor"].append(akashi("monitor", "--trust", pins, "--state", folder / "later", folder / ".akashi", "--json"))
    looks = {name: [strict(text) for text in texts] for name, texts in looks.items()}
    return ([strict(text) for text in (verdict, spot, scores, retracted, superseded, state, opened)], looks,
            {key_id(key): key for key in keys})


def bent_log(folder):
    """The log with one bit of its entries changed."""
    shutil.copytree(folder / ".akashi" / "log", folder / "bent")
    for bundle in (folder / "bent" / "tile" / "entries").rglob("*"):
        if bundle.is_file():
            raw = bytearray(bundle.read_bytes())
            raw[-1] ^= 1
            bundle.chmod(0o644)
            bundle.write_bytes(raw)
    return folder / "bent"


def judge_looks(looks, schemas):
    """What monitor, fsck and inspect print; each schema misses every required field."""
    assert {item["kind"] for item in looks["monitor"][0]["items"]} >= {"fork", "watched"}, looks["monitor"]
    assert "error" in looks["monitor"][1]["logs"][0], looks["monitor"]
    assert [look["status"] for look in looks["fsck"]] == ["holds", "fails"] and looks["fsck"][1]["items"], looks["fsck"]
    assert [look["kind"] for look in looks["entry"]] == ["akashi-control", "hashedrekord", "unknown"], looks["entry"]
    for name, values in looks.items():
        for value in values:
            schemas.check(name, value, f"what {name} prints")
            for field in schemas.by_name[name]["required"]:
                broken = {key: part for key, part in value.items() if key != field}
                assert schemas.errors(name, broken), f"{name}: '{field}' is not missed"
    for part in ("logs", "items"):
        for field in schemas.by_name["monitor"]["properties"][part]["items"]["required"]:
            broken = copy.deepcopy(looks["monitor"][0])
            del broken[part][0][field]
            assert schemas.errors("monitor", broken), f"monitor: '{field}' is not missed"


def judge_evidence(verdict, spot, scores, schemas):
    """What each kind of check adds to the evidence is there, keeps to the schema, and is missed when gone."""
    forward, [recomputed] = spot["steps"][5]["evidence"], scores["steps"][4]["evidence"]["recomputed"]
    assert len(forward["spot"]["layers"]) == forward["coverage"]["layersRun"] == 2, spot
    assert len(forward["probes"]) == 4 and all(probe["exact"] for probe in forward["probes"]), spot
    bytes_read, [foreign] = spot["steps"][0]["evidence"], verdict["steps"][5]["evidence"]["foreign"]
    assert bytes_read["bytesChecked"] + bytes_read["bytesNotChecked"] == bytes_read["bytesSigned"], bytes_read
    assert recomputed["itemsDrawn"] == 2 and recomputed["follows"], recomputed
    assert foreign["within"] and foreign["dtype"] == "f32", foreign
    for value, part, field in ((spot, forward, "coverage"), (spot, bytes_read, "bytesChecked"), (scores, recomputed, "follows"),
                               (verdict, foreign, "meanUnits")):
        schemas.check("verdict", value, "a verdict")
        gone = part.pop(field)
        assert schemas.errors("verdict", value), f"evidence without its {field} was accepted"
        part[field] = gone


def judge_private(folder, verdict, opened, schemas):
    """Private probes: what opens one, and the evidence with and without it."""
    opening = strict((folder / "probe.json").read_bytes())
    schemas.check("opening", opening, "an opening")
    assert schemas.errors("opening", {**opening, "value": {"ids": opening["value"]["ids"]}}), "an opening without outputs was accepted"
    counts = [value["steps"][5]["evidence"]["private"][0] for value in (verdict, opened)]
    assert [one["probesOpened"] for one in counts] == [0, 1] and counts[1]["probesExact"] == 1, counts
    schemas.check("verdict", opened, "a verdict")
    del counts[1]["probesOpened"]
    assert schemas.errors("verdict", opened), "evidence without its probesOpened was accepted"


def judge_standing(verdict, retracted, superseded, schemas):
    """What was said later, and what the signed state shows, in the evidence."""
    claims, said = verdict["steps"][4]["evidence"], retracted["steps"][1]["evidence"]
    assert claims["unique"] == claims["keyNotRevoked"] == "holds" and claims["stateSize"] <= claims["stateIndex"], claims
    assert said["retracted"]["reason"] == "trained on a test set", said
    assert superseded["steps"][1]["evidence"]["supersededBy"] == "team/base@v1", superseded
    for value, part, field in ((retracted, said["retracted"], "index"), (retracted, said, "key"),
                               (superseded, superseded["steps"][2]["evidence"], "size")):
        schemas.check("verdict", value, "a verdict")
        gone = part.pop(field)
        assert schemas.errors("verdict", value), f"evidence without its {field} was accepted"
        part[field] = gone


def judge_kept(folder, state, schemas):
    """What readers and monitors keep, and proofs from the signed state."""
    assert [len(proof["leaves"]) for proof in state["proofs"]] == [1, 2], state
    schemas.check("state-proofs", state, "proofs of a state")
    schemas.check("state-proofs", strict((folder / "release" / "akashi" / "state.json").read_bytes()), "state.json")
    [seen] = folder.glob("home/config/akashi/trust/*/seen.json")
    schemas.check("seen", strict(seen.read_bytes()), "seen.json")
    [findings] = folder.glob("watch/*/findings.jsonl")
    findings = [strict(line) for line in findings.read_bytes().splitlines()]
    assert {finding["kind"] for finding in findings} >= {"fork", "watched"}, findings
    for finding in findings:
        schemas.check("finding", finding, "a finding")
    [proof] = folder.glob("watch/*/evidence/*/misbehaviour.json")
    schemas.check("misbehaviour", strict(proof.read_bytes()), "misbehaviour.json")


def judge_files(folder, schemas, statements):
    """The files of a release, and the objects that statements name."""
    release = folder / "release" / "akashi"
    schemas.check("release-file", strict((release / "release.json").read_bytes()), "release.json")
    schemas.check("trust-file", strict((release / "trust.json").read_bytes()), "trust.json")
    judged = 2
    for kind, statement in statements:
        predicate = statement["predicate"]
        named = {"checkpoint": ("manifest", predicate.get("manifest")),
                 "dataset": ("manifest", predicate.get("manifest")),
                 "record": ("probes", predicate.get("probes", {}).get("object"))}.get(kind)
        if not named or not named[1]:  # private probes have no object
            continue
        name, digest = named
        digest = digest.removeprefix("sha256:")
        path = folder / ".akashi" / "objects" / digest[:2] / digest
        raw = path.read_bytes() if path.exists() else (release / "objects" / digest).read_bytes()
        assert hashlib.sha256(raw).hexdigest() == digest
        value = strict(raw)
        assert raw == canonical(value), f"the {name} {digest} is not canonical"
        schemas.check(name, value, f"{name} {digest}")
        judged += 1
    return judged


def one_each(statements):
    """One statement of each kind, and one of each class of records and kind of tombstone."""
    chosen = {(kind, "foreign" in statement["predicate"] or "statement" in statement["predicate"]): statement
              for kind, statement in statements}
    return [(kind, statement) for (kind, _), statement in chosen.items()]


def main():
    if subprocess.run([AKASHI, "publish", "--help"], capture_output=True).returncode:
        print("skipped: this akashi has no 'publish'")
        sys.exit(77)
    schemas = Schemas()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (verdict, spot, scores, retracted, superseded, state, opened), looks, public_keys = main_job(folder)
        assert verdict["status"] == "holds", verdict
        judge_evidence(verdict, spot, scores, schemas)
        judge_private(folder, verdict, opened, schemas)
        judge_standing(verdict, retracted, superseded, schemas)
        judge_kept(folder, state, schemas)
        judge_looks(looks, schemas)
        paths = [*(folder / ".akashi" / "statements").glob("*.json"),
                 *(folder / "release" / "akashi" / "statements").glob("*.json")]
        statements = [read_statement(path, schemas, public_keys) for path in paths]
        judge_cards(statements)
        missing = set(KINDS) - {kind for kind, _ in statements}
        assert not missing, f"the main job made no statement of: {missing}"
        refused = sum(judge_refusals(kind, statement, schemas) for kind, statement in one_each(statements))
        files = judge_files(folder, schemas, statements)
    print(f"{len(statements)} statements of {len(KINDS)} kinds and {files + 17} files keep to their schemas; "
          f"{refused} bent ones are judged rightly")


main()
