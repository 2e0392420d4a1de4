// sumdb DIR VKEY: audit the log that DIR/log serves with Go's own x/mod/sumdb/{note,tlog}.
//
// The checkpoint must be signed by VKEY; every tile must hang under its root; every
// entry must be the leaf that the tiles hold; and the proofs that were made by
// others (DIR/N.tlog-proof, DIR/N.consistency) must hold.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const emptyRoot = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" // SHA-256 of nothing

type files struct{ dir string }

func (f files) Height() int { return 8 }

// path maps x/mod's tile/8/L/N to c2sp.org/tlog-tiles's tile/L/N.
func (f files) path(t tlog.Tile) string {
	return filepath.Join(f.dir, "tile", strings.TrimPrefix(t.Path(), "tile/8/"))
}

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		want := t.W * tlog.HashSize
		data, err := os.ReadFile(f.path(t))
		if os.IsNotExist(err) && t.W < 256 {
			full := t
			full.W = 256
			data, err = os.ReadFile(f.path(full))
		}
		if err != nil {
			return nil, err
		}
		if len(data) < want {
			return nil, fmt.Errorf("%s has %d bytes", f.path(t), len(data))
		}
		out = append(out, data[:want])
	}
	return out, nil
}

func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

// bundle reads the entries of bundle n, of which there are w.
func (f files) bundle(n int64, w int) ([][]byte, error) {
	t := tlog.Tile{H: 8, L: 0, N: n, W: w}
	name := strings.Replace(f.path(t), filepath.Join("tile", "0"), filepath.Join("tile", "entries"), 1)
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for i := 0; i < w; i++ {
		if len(data) < 2 {
			return nil, fmt.Errorf("%s ends early", name)
		}
		l := int(binary.BigEndian.Uint16(data))
		if len(data) < 2+l {
			return nil, fmt.Errorf("%s ends early", name)
		}
		out = append(out, data[2:2+l])
		data = data[2+l:]
	}
	if len(data) != 0 {
		return nil, fmt.Errorf("%s has bytes behind its entries", name)
	}
	return out, nil
}

// checkpoint opens a signed note and reads origin, size and root from it.
func checkpoint(msg []byte, vkey string) (tlog.Tree, error) {
	var tree tlog.Tree
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tree, err
	}
	n, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return tree, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tree, fmt.Errorf("a checkpoint of %d lines", len(lines)-1)
	}
	if lines[0] != verifier.Name() {
		return tree, fmt.Errorf("origin %q", lines[0])
	}
	tree.N, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(tree.N, 10) != lines[1] {
		return tree, fmt.Errorf("size %q", lines[1])
	}
	if tree.N == 0 && lines[2] != emptyRoot {
		return tree, fmt.Errorf("an empty tree with the root %s", lines[2])
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

// entries checks that every entry is the leaf the authenticated tiles hold.
func entries(f files, tree tlog.Tree, reader tlog.HashReader) error {
	for n := int64(0); n*256 < tree.N; n++ {
		w := 256
		if left := tree.N - n*256; left < 256 {
			w = int(left)
		}
		list, err := f.bundle(n, w)
		if err != nil {
			return err
		}
		var indexes []int64
		for i := range list {
			indexes = append(indexes, tlog.StoredHashIndex(0, n*256+int64(i)))
		}
		hashes, err := reader.ReadHashes(indexes) // checked against the root
		if err != nil {
			return err
		}
		for i, entry := range list {
			if tlog.RecordHash(entry) != hashes[i] {
				return fmt.Errorf("entry %d is not what the tree holds", n*256+int64(i))
			}
		}
	}
	return nil
}

func decode(lines []string) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, line := range lines {
		raw, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(raw) != tlog.HashSize {
			return nil, fmt.Errorf("hash %q", line)
		}
		var h tlog.Hash
		copy(h[:], raw)
		out = append(out, h)
	}
	return out, nil
}

// inclusion checks a c2sp.org/tlog-proof@v1.
func inclusion(f files, path string, vkey string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, rest, ok := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return fmt.Errorf("%s is no tlog-proof", path)
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	proof, err := decode(lines[2:])
	if err != nil {
		return err
	}
	tree, err := checkpoint(rest, vkey)
	if err != nil {
		return err
	}
	w := 256
	if left := tree.N - index/256*256; left < 256 {
		w = int(left)
	}
	list, err := f.bundle(index/256, w)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(list[index%256]))
}

// consistency checks that the tree continues the one of `old` entries.
func consistency(path string, old int64, tree tlog.Tree, reader tlog.HashReader) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	proof, err := decode(strings.Fields(string(text)))
	if err != nil {
		return err
	}
	hash, err := tlog.TreeHash(old, reader)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, old, hash)
}

func audit(dir, vkey string) error {
	f := files{filepath.Join(dir, "log")}
	msg, err := os.ReadFile(filepath.Join(f.dir, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := checkpoint(msg, vkey)
	if err != nil {
		return err
	}
	checked := 0
	if tree.N > 0 {
		reader := tlog.TileHashReader(tree, f)
		if err := entries(f, tree, reader); err != nil {
			return err
		}
		for _, t := range tlog.NewTiles(8, 0, tree.N) {
			// x/mod names every width on the way here; the log owes those it published.
			if t.W < 256 && int64(t.W) != tree.N>>(8*t.L)%256 {
				continue
			}
			if _, err := os.Stat(f.path(t)); err != nil {
				return err
			}
		}
		proofs, _ := filepath.Glob(filepath.Join(dir, "*.tlog-proof"))
		for _, path := range proofs {
			if err := inclusion(f, path, vkey); err != nil {
				return fmt.Errorf("%s: %v", path, err)
			}
			checked++
		}
		proofs, _ = filepath.Glob(filepath.Join(dir, "*.consistency"))
		for _, path := range proofs {
			old, err := strconv.ParseInt(strings.TrimSuffix(filepath.Base(path), ".consistency"), 10, 64)
			if err != nil {
				return err
			}
			if err := consistency(path, old, tree, reader); err != nil {
				return fmt.Errorf("%s: %v", path, err)
			}
			checked++
		}
	}
	fmt.Printf("%d entries and %d proofs hold\n", tree.N, checked)
	return nil
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: sumdb DIR VKEY")
		os.Exit(2)
	}
	if err := audit(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "sumdb:", err)
		os.Exit(1)
	}
}
