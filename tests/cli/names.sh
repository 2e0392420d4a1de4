#!/bin/sh
# Names: what may be one, what only looks like one, and paths that look like names.
. "$(dirname "$0")/lib.sh"

run 0 init
mkdir data
echo '{"text":"one"}' >data/a.jsonl
for bad in plain 'a/b' 'a b/c@1' '../x/y@1' 'a/b@' '/b@1' 'a/b@1@2' '-a/b@1' 'a/.b@1' "$(printf 'a/b@1\n2')" "$(printf 'a/\033[2Jb@1')"; do
	run 2 add dataset data -- "$bad"
	one_line
	plain "$STORY/err"
done
run 2 add dataset data "a/$(head -c 97 /dev/zero | tr '\0' x)@1"
run 0 add dataset data a/Corpus@v1
run 2 add dataset data a/corpus@v1
complained "exists already"
run 0 add dataset data a/Corpus@v1
said "logged before"
run 0 show a/corpus@V1
said "a/Corpus@v1"
run 4 show a/Corpse@v1
run 2 tag a/Corpus@v1 'no good'
run 4 tag a/Corpus@v9 best

# Files whose names others made.
mkdir odd
printf 'x' >"odd/$(printf 'evil\033[31m.txt')"
STATUS=0
"$AKASHI" add dataset odd a/odd@1 >"$STORY/out" 2>"$STORY/err" || STATUS=$?
[ "$STATUS" != 0 ] || fail "a file name with control characters was registered"
plain "$STORY/out"
plain "$STORY/err"

# A path wins over a name; name: and ./ say which is meant.
mkdir -p a
echo x >a/Corpus@v1
run 2 show a/Corpus@v1
complained "is a path"
run 0 show name:a/Corpus@v1
said "dataset"
run 3 verify ./a/Corpus@v1 --forward none

# Digests by their first digits.
run 0 show name:a/Corpus@v1 --json
digest=$(sed -n 's/.*"statement": "sha256:\([0-9a-f]*\)".*/\1/p' "$STORY/out" | head -n 1)
short=$(echo "$digest" | cut -c1-12)
run 0 show "sha256:$short"
said "a/Corpus@v1"
run 0 show "$short"
run 4 show sha256:0000000000000000
run 2 show sha256:abc
