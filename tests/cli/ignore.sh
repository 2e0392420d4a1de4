#!/bin/sh
# What is left out of what is added: .akashiignore as .gitignore, --exclude; said, and never obeyed by who verifies.
. "$(dirname "$0")/lib.sh"

run 0 init
cp -r "$TINY/step-500" model
chmod -R u+w model
mkdir -p model/logs/deep model/optimizer model/sub/cache
for file in debug.log keep.log logs/a.txt logs/deep/b.txt optimizer/state.bin sub/cache/x 'trailing ' '#hash' '!bang'; do
	echo "$file" >"model/$file"
done
cat >model/.akashiignore <<'RULES'
# a comment, and an empty line

*.log
!keep.log
/logs/**
!/logs/deep/
optimizer/
**/cache
\#hash
\!bang
trailing\ 
RULES
run 0 add checkpoint model a/b@1 --json
cat >"$STORY/expected" <<'NAMES'
!bang
#hash
debug.log
logs/a.txt
logs/deep/b.txt
optimizer/
sub/cache/
trailing 
NAMES
python3 -c 'import json,sys; o=json.load(open(sys.argv[1])); print(*sorted(i["name"] for i in o["items"][0]["leftOut"]), sep="\n")' "$STORY/out" >"$STORY/names"
cmp "$STORY/expected" "$STORY/names" || fail "left out: $(cat "$STORY/names")"

# git, which has the same rules, leaves out the same files.
if command -v git >/dev/null 2>&1; then
	(cd model && git init -q . && cp .akashiignore .git/info/exclude && git ls-files -o --exclude-standard | LC_ALL=C sort) >"$STORY/git"
	rm -rf model/.git
	run 0 get a/b@1 copy
	(cd copy && find . -type f | sed 's,^\./,,' | LC_ALL=C sort) >"$STORY/ours"
	sed -i 's/^"\(.*\)"$/\1/' "$STORY/git"
	cmp "$STORY/git" "$STORY/ours" || fail "git leaves out others: $(diff "$STORY/git" "$STORY/ours")"
fi

# Patterns of the command come behind those of the file, so that they have the last word.
run 0 add checkpoint model a/b@2 --exclude '!debug.log' --exclude '*.safetensors'
said "left out: model.safetensors (--exclude *.safetensors)"
unsaid "left out: debug.log"

# Whoever verifies is told of every file, whatever a file that came along says.
printf '*\n' >model/.akashiignore
echo evil >model/evil.py
run 1 verify model --forward none
said "evil.py"
run 2 add checkpoint model a/b@3
rm model/.akashiignore
ln -s /etc/passwd model/.akashiignore
run 5 add checkpoint model a/b@3
complained ".akashiignore"
