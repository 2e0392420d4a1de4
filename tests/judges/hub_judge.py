"""A release through the Hub and back: huggingface_hub's own code downloads it from a small local server.

Once into its cache (snapshots/REV with links into blobs/), once into a plain folder (which keeps
.cache/huggingface/ and .gitattributes), once with half of the shards. Then akashi verify must say
what is true of each. Exit status 77: skipped, with the reason.
"""
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.parse

AKASHI = os.environ["AKASHI"]
SOURCE = pathlib.Path(os.environ["AKASHI_SOURCE"])
REPO = "llm-x/tiny"
COMMIT = hashlib.sha1(b"release").hexdigest()

try:
    import huggingface_hub  # noqa: F401
except ImportError:
    print("skipped: the package huggingface_hub is not installed")
    sys.exit(77)


class Hub(http.server.BaseHTTPRequestHandler):
    """The answers that a download needs: what a revision holds, a file's facts, its bytes."""

    folder = None

    def log_message(self, *_):
        pass

    def files(self):
        return sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*") if p.is_file())

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, body):
        path = urllib.parse.unquote(urllib.parse.urlparse(self.path).path)
        if path.startswith(f"/api/models/{REPO}/tree/"):
            tree = [{"type": "file", "path": name, "oid": hashlib.sha1(name.encode()).hexdigest(),
                     "size": (self.folder / name).stat().st_size} for name in self.files()]
            return self.send(json.dumps(tree).encode(), {"Content-Type": "application/json"}, body)
        if path.startswith("/api/models/"):
            listing = {"id": REPO, "modelId": REPO, "sha": COMMIT, "private": False, "tags": [], "downloads": 0, "likes": 0,
                       "siblings": [{"rfilename": name} for name in self.files()]}
            return self.send(json.dumps(listing).encode(), {"Content-Type": "application/json"}, body)
        name = path.split(f"/{REPO}/resolve/", 1)[-1].split("/", 1)[-1]
        file = self.folder / name
        if not file.is_file():
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        data = file.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        self.send(data, {"X-Repo-Commit": COMMIT, "ETag": f'"{digest}"', "X-Linked-Etag": f'"{digest}"',
                         "X-Linked-Size": str(len(data))}, body)

    def send(self, data, headers, body):
        self.send_response(200)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data)


def akashi(home, *args, status=0, cwd=None):
    env = dict(os.environ, HOME=str(home), XDG_CONFIG_HOME=str(home / "config"), USER="hanako")
    env.pop("AKASHI_REGISTRY", None)
    done = subprocess.run([AKASHI, *map(str, args)], env=env, cwd=cwd, text=True, capture_output=True)
    assert done.returncode == status, f"akashi {args}: exit {done.returncode}, not {status}\n{done.stdout}{done.stderr}"
    return done.stdout


def publish(scratch):
    home = scratch / "publisher"
    home.mkdir()
    work = scratch / "work"
    work.mkdir()
    akashi(home, "init", work, "--origin", "example.org/hub")
    # The sharded checkpoint: a download of half of it is a real case.
    akashi(home, "add", "checkpoint", SOURCE / "tests/data/tiny/step-100", f"{REPO}@step-100", cwd=work)
    akashi(home, "record", f"{REPO}@step-100", "--random", "3:24:hub", cwd=work)
    akashi(home, "publish", f"{REPO}@step-100", scratch / "release", cwd=work)
    pin = json.loads(akashi(home, "--json", "trust", "show", cwd=work))["items"][0]["pin"]
    (scratch / "pin.txt").write_text(pin + "\n")


def verdict(scratch, path, status):
    home = scratch / "stranger"
    home.mkdir(exist_ok=True)
    text = akashi(home, "--json", "verify", path, "--offline", "--trust", scratch / "pin.txt", status=status)
    result = json.loads(text)
    return result, {step["id"]: step for step in result["steps"]}


def judge(scratch, endpoint):
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    os.environ["HF_HUB_DISABLE_XET"] = "1"
    os.environ["HF_ENDPOINT"] = endpoint
    from huggingface_hub import snapshot_download

    common = dict(repo_id=REPO, endpoint=endpoint, token=False, revision="main")
    cached = pathlib.Path(snapshot_download(cache_dir=scratch / "cache", **common))
    assert cached.parent.name == "snapshots" and (cached / "config.json").is_symlink(), cached
    result, steps = verdict(scratch, cached, 0)
    assert result["status"] == "holds" and steps["forward"]["status"] == "holds", result
    assert steps["signature"]["status"] == "holds", result
    print("a snapshot of the Hub's cache holds, its proofs and forward pass too")

    local = scratch / "local"
    snapshot_download(local_dir=local, **common)
    (local / ".gitattributes").write_text("*.safetensors filter=lfs diff=lfs merge=lfs -text\n")
    assert (local / ".cache" / "huggingface").is_dir()
    result, _ = verdict(scratch, local, 0)
    assert result["status"] == "holds", result
    print("a folder with what a download leaves in it holds")

    part = scratch / "part"
    snapshot_download(local_dir=part, ignore_patterns=["model-00002-of-00002.safetensors"], **common)
    result, steps = verdict(scratch, part, 3)
    assert "1 of 2 shards" in steps["bytes"]["text"], result
    print("half a download: " + steps["bytes"]["text"])

    # One bit of a blob: the snapshot must say which file and tensor.
    blob = os.path.realpath(cached / "model-00001-of-00002.safetensors")
    with open(blob, "r+b") as file:
        file.seek(-6, os.SEEK_END)
        byte = file.read(1)[0]
        file.seek(-6, os.SEEK_END)
        file.write(bytes([byte ^ 4]))
    result, steps = verdict(scratch, cached, 1)
    assert steps["bytes"]["status"] == "fails" and "model-00001-of-00002" in json.dumps(steps["bytes"]), result
    print("a changed blob is named")

    # A blob that is replaced by a link to elsewhere must not be followed.
    shutil.copy(blob, scratch / "elsewhere")
    os.unlink(blob)
    os.symlink(scratch / "elsewhere", blob)
    home = scratch / "stranger"
    akashi(home, "verify", cached, "--offline", "--trust", scratch / "pin.txt", status=1)
    print("a blob that is a link is refused")


def main():
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        publish(scratch)
        Hub.folder = scratch / "release"
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hub)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            judge(scratch, f"http://127.0.0.1:{server.server_address[1]}")
        finally:
            server.shutdown()


if __name__ == "__main__":
    main()
