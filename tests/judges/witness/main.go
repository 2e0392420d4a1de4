// A log that asks a witness, in Go, with x/mod/sumdb/{note,tlog} and the standard library alone:
// it signs, proves, asks over HTTP and checks cosignatures without any code of ours.
//
//	witness keygen DIR            make the log's key: DIR/skey, and its verifier key on stdout
//	witness ask DIR URL VKEY      the whole dialogue with the witness VKEY at URL
//	witness open NOTE LOG VKEY... the note is signed by LOG and cosigned by each VKEY
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "log.example/judge"

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func must(err error, what string) {
	if err != nil {
		fail("%s: %v", what, err)
	}
}

// cosigner is a note.Verifier for cosignature/v1, which x/mod does not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
	time uint64 // of the line that held last
}

func newCosigner(vkey string) *cosigner {
	part := strings.SplitN(vkey, "+", 3)
	if len(part) != 3 {
		fail("no verifier key: %s", vkey)
	}
	bytes, err := base64.StdEncoding.DecodeString(part[2])
	must(err, vkey)
	if len(bytes) != 33 || bytes[0] != 4 {
		fail("not the key of an Ed25519 cosigner: %s", vkey)
	}
	sum := sha256.Sum256(append([]byte(part[0]+"\n"), bytes...))
	if hex.EncodeToString(sum[:4]) != part[1] {
		fail("the hash of %s is not its key's", vkey)
	}
	return &cosigner{part[0], binary.BigEndian.Uint32(sum[:4]), bytes[1:], 0}
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	c.time = binary.BigEndian.Uint64(sig)
	text := fmt.Sprintf("cosignature/v1\ntime %d\n%s", c.time, msg)
	return ed25519.Verify(c.key, []byte(text), sig[8:])
}

// tree is a history of entries, and the hashes that tlog wants to read.
type tree struct {
	hashes []tlog.Hash
	size   int64
}

func (t *tree) ReadHashes(index []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(index))
	for i, at := range index {
		out[i] = t.hashes[at]
	}
	return out, nil
}

func (t *tree) grow(size int64, flavour string) *tree {
	grown := &tree{append([]tlog.Hash(nil), t.hashes...), t.size}
	for ; grown.size < size; grown.size++ {
		more, err := tlog.StoredHashes(grown.size, []byte(fmt.Sprintf("%s %d", flavour, grown.size)), grown)
		must(err, "StoredHashes")
		grown.hashes = append(grown.hashes, more...)
	}
	return grown
}

func (t *tree) root() tlog.Hash {
	if t.size == 0 {
		return sha256.Sum256(nil) // x/mod 0.7 gives zeros
	}
	root, err := tlog.TreeHash(t.size, t)
	must(err, "TreeHash")
	return root
}

func (t *tree) note(name string, signer note.Signer) []byte {
	root := t.root()
	text := fmt.Sprintf("%s\n%d\n%s\n", name, t.size, base64.StdEncoding.EncodeToString(root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	must(err, "Sign")
	return signed
}

func (t *tree) proof(old int64) string {
	if old == 0 || old >= t.size {
		return ""
	}
	path, err := tlog.ProveTree(t.size, old, t)
	must(err, "ProveTree")
	lines := ""
	for _, hash := range path {
		lines += base64.StdEncoding.EncodeToString(hash[:]) + "\n"
	}
	return lines
}

type dialogue struct {
	url     string
	signer  note.Signer
	log     note.Verifier
	witness *cosigner
}

// post expects the status, and gives the answer.
func (d *dialogue) post(what string, body string, status int) (*http.Response, string) {
	answer, err := http.Post(d.url+"/add-checkpoint", "text/plain", strings.NewReader(body))
	must(err, what)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(err, what)
	if answer.StatusCode != status {
		fail("%s: status %d, wanted %d: %s", what, answer.StatusCode, status, text)
	}
	fmt.Printf("%d %s\n", status, what)
	return answer, string(text)
}

func body(old int64, proof string, checkpoint []byte) string {
	return fmt.Sprintf("old %d\n%s\n%s", old, proof, checkpoint)
}

func (d *dialogue) cosigned(what string, old int64, t *tree) {
	checkpoint := t.note(origin, d.signer)
	_, lines := d.post(what, body(old, t.proof(old), checkpoint), 200)
	opened, err := note.Open(append(checkpoint, lines...), note.VerifierList(d.log, d.witness))
	must(err, what)
	if len(opened.Sigs) != 2 {
		fail("%s: %d signatures hold, not 2", what, len(opened.Sigs))
	}
	if age := time.Since(time.Unix(int64(d.witness.time), 0)); age < -time.Hour || age > time.Hour {
		fail("%s: cosigned %v ago", what, age)
	}
}

func (d *dialogue) conflict(what string, old int64, t *tree, remembers int64) {
	answer, text := d.post(what, body(old, t.proof(old), t.note(origin, d.signer)), 409)
	if answer.Header.Get("Content-Type") != "text/x.tlog.size" || text != fmt.Sprintf("%d\n", remembers) {
		fail("%s: %q of type %s", what, text, answer.Header.Get("Content-Type"))
	}
}

func ask(dir, url, vkey string) {
	skey, err := os.ReadFile(dir + "/skey")
	must(err, "skey")
	public, err := os.ReadFile(dir + "/vkey")
	must(err, "vkey")
	d := &dialogue{url: url, witness: newCosigner(vkey)}
	d.signer, err = note.NewSigner(string(skey))
	must(err, "skey")
	d.log, err = note.NewVerifier(string(public))
	must(err, "vkey")

	sum := sha256.Sum256([]byte(origin))
	shown := fmt.Sprintf("%s/%x/checkpoint", url, sum)
	if answer, err := http.Get(shown); err != nil || answer.StatusCode != 404 {
		fail("a checkpoint before the first: %v %v", answer, err)
	}

	empty := &tree{}
	small := empty.grow(7, "entry")
	large := small.grow(300, "entry")
	fork := small.grow(300, "fork")
	other := empty.grow(7, "fork")
	d.conflict("an old size that it never saw", 3, small, 0)
	d.post("no request", "nonsense", 400)
	d.post("an old size above the new", body(8, "", small.note(origin, d.signer)), 400)
	d.cosigned("the empty log", 0, empty)
	d.cosigned("seven entries", 0, small)
	d.conflict("from nothing again", 0, small, 7)
	d.cosigned("the same seven again", 7, small)
	d.post("seven other entries", body(7, "", other.note(origin, d.signer)), 422)
	d.post("no proof", body(7, "", large.note(origin, d.signer)), 422)
	d.post("the proof of another history", body(7, fork.proof(7), large.note(origin, d.signer)), 422)
	d.cosigned("three hundred entries", 7, large)
	d.conflict("the fork, from seven", 7, fork, 300)
	d.post("the fork, from three hundred", body(300, "", fork.note(origin, d.signer)), 422)
	d.post("back to seven", body(300, "", small.note(origin, d.signer)), 400)

	theirs, _, err := note.GenerateKey(rand.Reader, origin)
	must(err, "GenerateKey")
	thief, err := note.NewSigner(theirs)
	must(err, "NewSigner")
	d.post("a stranger's key under the log's name", body(300, "", large.note(origin, thief)), 403)
	d.post("an unknown log", body(0, "", large.note("log.example/stranger", d.signer)), 404)
	bent := large.note(origin, d.signer)
	at := bytes.LastIndexByte(bent, '\n') - 20
	if bent[at] == 'A' { // still base64, and another signature
		bent[at] = 'B'
	} else {
		bent[at] = 'A'
	}
	d.post("a line of the log's key that does not hold", body(300, "", bent), 403)

	answer, err := http.Get(shown)
	must(err, shown)
	text, err := io.ReadAll(answer.Body)
	must(err, shown)
	opened, err := note.Open(text, note.VerifierList(d.log, d.witness))
	must(err, "what monitors read")
	if len(opened.Sigs) != 2 || !strings.HasPrefix(opened.Text, origin+"\n300\n") {
		fail("monitors read %q", text)
	}
}

func open(file, log string, vkeys []string) {
	text, err := os.ReadFile(file)
	must(err, file)
	verifier, err := note.NewVerifier(log)
	must(err, log)
	list := []note.Verifier{verifier}
	for _, vkey := range vkeys {
		list = append(list, newCosigner(vkey))
	}
	opened, err := note.Open(text, note.VerifierList(list...))
	must(err, file)
	if len(opened.Sigs) != len(list) {
		fail("%d of %d signatures hold", len(opened.Sigs), len(list))
	}
	fmt.Printf("signed by the log and %d witnesses: %q\n", len(vkeys), opened.Text)
}

func main() {
	switch {
	case len(os.Args) == 3 && os.Args[1] == "keygen":
		skey, vkey, err := note.GenerateKey(rand.Reader, origin)
		must(err, "GenerateKey")
		must(os.WriteFile(os.Args[2]+"/skey", []byte(skey), 0600), "skey")
		must(os.WriteFile(os.Args[2]+"/vkey", []byte(vkey), 0644), "vkey")
		fmt.Println(vkey)
	case len(os.Args) == 5 && os.Args[1] == "ask":
		ask(os.Args[2], os.Args[3], os.Args[4])
	case len(os.Args) >= 4 && os.Args[1] == "open":
		open(os.Args[2], os.Args[3], os.Args[4:])
	default:
		fail("usage: witness keygen DIR | ask DIR URL VKEY | open NOTE LOG VKEY...")
	}
}
