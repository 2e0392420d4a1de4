"""A timestamp authority for tests: openssl ts behind a small HTTP server. tsa.py FOLDER [SECONDS]

Makes FOLDER/root.pem (what trust begins with), FOLDER/tsa.pem and FOLDER/other-root.pem (somebody else's),
serves on a free port of this machine and writes its URL to FOLDER/url. The path says how it answers: / as it
should, /refuse, /error (status 500), /garbage, /other (the timestamp of other bytes), /replay (its first answer
again). Ends after SECONDS (300 unless given).
"""
import http.server
import os
import subprocess
import sys
import threading

FOLDER = sys.argv[1]

CONFIG = """
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[tsa]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
authorityKeyIdentifier = keyid
subjectKeyIdentifier = hash
[ts]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/tsa.pem
signer_digest = sha256
default_policy = 1.3.6.1.4.1.57264.2
other_policies = 1.2.3.4.2
digests = {digests}
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def run(*words, data=None):
    return subprocess.run(words, input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True).stdout


def path(name):
    return os.path.join(FOLDER, name)


def make():
    os.makedirs(FOLDER, exist_ok=True)
    for name, digests in (("config", "sha256, sha384, sha512"), ("narrow", "sha512")):
        with open(path(name), "w") as file:
            file.write(CONFIG.format(folder=FOLDER, digests=digests))
    with open(path("serial"), "w") as file:
        file.write("1000\n")
    for name in ("root", "other-root", "tsa"):
        run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path(name + ".key"))
    for name in ("root", "other-root"):
        run("openssl", "req", "-x509", "-new", "-key", path(name + ".key"), "-subj", f"/CN=Test {name}", "-days", "30",
            "-config", path("config"), "-extensions", "root", "-out", path(name + ".pem"))
    run("openssl", "req", "-new", "-key", path("tsa.key"), "-subj", "/O=Test/CN=Test timestamp authority",
        "-config", path("config"), "-out", path("tsa.csr"))
    run("openssl", "x509", "-req", "-in", path("tsa.csr"), "-CA", path("root.pem"), "-CAkey", path("root.key"),
        "-CAcreateserial", "-days", "20", "-extfile", path("config"), "-extensions", "tsa", "-out", path("tsa.pem"))


def reply(query, config="config"):
    with open(path("query"), "wb") as file:
        file.write(query)
    subprocess.run(["openssl", "ts", "-reply", "-config", path(config), "-section", "ts", "-queryfile", path("query"),
                    "-out", path("reply")], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with open(path("reply"), "rb") as file:
        return file.read()


class Handler(http.server.BaseHTTPRequestHandler):
    first = None
    lock = threading.Lock()

    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        with Handler.lock:
            status, body = self.answer(query)
        if self.headers["Content-Type"] != "application/timestamp-query":
            status = 415
        self.send_response(status)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self, query):
        if self.path == "/error":
            return 500, b"out of order\n"
        if self.path == "/garbage":
            return 200, b"0" * 1000
        if self.path == "/refuse":
            return 200, reply(query, "narrow")
        if self.path == "/other":
            return 200, reply(run("openssl", "ts", "-query", "-data", "/dev/stdin", "-sha256", "-cert", data=b"other"))
        if self.path == "/replay" and Handler.first:
            return 200, Handler.first
        body = reply(query)
        Handler.first = Handler.first or body
        return 200, body

    def log_message(self, *words):
        pass


if __name__ == "__main__":
    make()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Timer(float(sys.argv[2]) if len(sys.argv) > 2 else 300, server.shutdown).start()
    with open(path("url.new"), "w") as file:
        file.write(f"http://127.0.0.1:{server.server_address[1]}")
    os.rename(path("url.new"), path("url"))
    server.serve_forever()
    os._exit(0)
