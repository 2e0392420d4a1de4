#!/bin/sh
# Adding a folder again reads only what changed; what may have changed unseen is read, and so is all with --rehash.
. "$(dirname "$0")/lib.sh"
command -v strace >/dev/null 2>&1 || skip "no strace, which shows what is read"
strace -o "$STORY/probe" true 2>/dev/null || skip "strace may not trace here"

# Which files of the model a command reads: its weights' bytes come by pread64 in whole steps.
reads() {
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 strace -f -y -e trace=pread64 -o "$STORY/trace" "$AKASHI" "$@" >"$STORY/out" 2>"$STORY/err" ||
		fail "akashi $*: $(cat "$STORY/err")"
	sed -n 's/.*pread64([0-9]*<[^>]*\/model\/\([^>]*\)>.*/\1/p' "$STORY/trace" | sort -u | tr '\n' ' '
}
old() { find model -exec touch -h -d '1 hour ago' {} +; } # their ctime is now all the same
settle() { sleep 3.1; }                                     # ... and after this no longer racy

: "${ASAN_OPTIONS:=}" # leaks cannot be looked for in a program that is traced
run 0 init
cp -r "$TINY/step-500" model
chmod -R u+w model
printf 'one\ntwo\n' >model/notes.txt
old
run 0 add checkpoint model a/b@1
[ -n "$(reads add checkpoint model a/b@2)" ] || fail "files that changed a moment ago were trusted"
settle
run 0 add checkpoint model a/b@3
[ "$(reads add checkpoint model a/b@4)" = "config.json " ] || fail "unchanged files were read again: $(reads add checkpoint model a/b@4)"
grep -q "checkpoint a/b@4" "$STORY/out" || fail "it is not registered"
run 0 diff a/b@1 a/b@4
said "are the same"
[ -n "$(reads add checkpoint model a/b@5 --rehash)" ] || fail "--rehash read nothing"
run 0 verify a/b@4 --forward none

# One file changed: it is read, and no other; its lines are counted with those that are known.
echo three >>model/notes.txt
[ "$(reads add checkpoint model a/b@6)" = "config.json notes.txt " ] || fail "not only the changed file was read"
run 0 diff a/b@1 a/b@6
said "notes.txt"
run 0 add dataset model a/d@1
run 0 add dataset model a/d@2 --exclude '*.safetensors' --json
json 'o["items"][0]["records"] == 3'
run 0 add dataset model a/d@3 --json

# Same size and mtime, other bytes: the ctime gives it away.
before=$(stat -c %y model/tokenizer.json)
printf X | dd of=model/tokenizer.json bs=1 seek=100 conv=notrunc 2>/dev/null
touch -d "$before" model/tokenizer.json
reads add checkpoint model a/b@7 | grep -q tokenizer.json || fail "a file with a restored mtime was trusted"
run 0 diff a/b@6 a/b@7
said tokenizer.json
settle
run 0 add checkpoint model a/b@8
run 0 add dataset model a/d@4 --exclude '*.safetensors'
run 0 add dataset model a/d@5 --exclude '*.safetensors' --json
json 'o["items"][0]["records"] == 3'

# What the store no longer has is read and kept again; a list that is damaged or gone is no harm.
rm -rf .akashi/packs/*
reads add checkpoint model a/b@9 | grep -q safetensors || fail "an object that is gone was not kept again"
run 0 verify a/b@9 --forward none
for list in .akashi/known/*; do
	printf x | dd of="$list" bs=1 seek=30 conv=notrunc 2>/dev/null
done
reads add checkpoint model a/b@10 | grep -q safetensors || fail "a damaged list was believed"
rm -r .akashi/known
run 0 add checkpoint model a/b@11
run 0 log audit --objects
