#!/bin/sh
# The repositories of a run: what is not committed is kept as a commit beside all branches, and nothing of the user's moves.
. "$(dirname "$0")/lib.sh"
command -v git >/dev/null 2>&1 || skip "no git"
# libgit2 1.5 loses memory for every setting that it compares and that does not match.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
unset RANK SLURM_PROCID 2>/dev/null || true
git config --global protocol.file.allow always
run 0 init --origin runs.example.org
export AKASHI_REGISTRY="$STORY/desk"

# snapshot_of NAME [N]: the synthetic commit of the Nth repository
snapshot_of() {
	run 0 show "$1" --json
	snapshot=$(sed -n '/"snapshot": {/,/}/s/.*"commit": "\([0-9a-f]*\)".*/\1/p' "$STORY/out" | sed -n "${2:-1}p")
	[ -n "$snapshot" ] || fail "$1 has no snapshot"
}

# state_of: everything of a repository that must not move
state_of() { (git rev-parse HEAD 2>/dev/null; git for-each-ref refs/heads refs/tags refs/remotes refs/stash; git status --porcelain; git ls-files -s; cat .git/HEAD) 2>&1; }

git init -q -b main lib && (cd lib && echo lib >lib.txt && git add . && git commit -qm lib)
git init -q -b main repo
cd repo
printf 'one\n' >a.txt
printf '#!/bin/sh\n' >run.sh
chmod +x run.sh
printf '*.o\nbuilt/\n' >.gitignore
git add . && git commit -qm first
git submodule --quiet add ../lib sub && git commit -qm sub

# ---- Clean ----
run 0 run t/clean@1 -- true
run 0 show t/clean@1 --json
json '[r["name"] for r in o["predicate"]["repositories"]] == ["repo", "sub"]'
json 'all("snapshot" not in r and r["git"]["dirty"] == "clean" for r in o["predicate"]["repositories"])'
json 'o["predicate"]["repositories"][0]["pushed"] is False and o["predicate"]["repositories"][1]["within"] == "repo"'
json 'o["predicate"]["repositories"][1]["pushed"] is True and o["predicate"]["repositories"][1]["pushedTo"] == "origin/main"'
[ -z "$(git for-each-ref refs/akashi)" ] || fail "a clean tree was kept"

# ---- Dirty: changed, staged, deleted, untracked, a link, a program, ignored, too large, secret, output ----
printf 'two\n' >a.txt
printf 'staged\n' >staged.txt && git add staged.txt
git rm -q --cached run.sh && rm run.sh
mkdir -p 'un tracked/日本' ckpt built
printf 'untracked\n' >'un tracked/日本/file.txt'
ln -s a.txt link
printf '#!/bin/sh\n' >tool && chmod +x tool
printf 'x' >x.o
printf 'y' >built/y
dd if=/dev/zero of=large.bin bs=1M count=17 2>/dev/null
printf 'token = hf_abcdefghijklmnopqrstuvwxyzABCDEF\n' >secret.py
mkdir ckpt/iter_1 && printf 'weights' >ckpt/iter_1/w.bin
printf 'changed\n' >sub/lib.txt
state_of >../before
run 0 run t/dirty@1 --output 'ckpt/iter_*' -- true
complained "line 1 of secret.py in repository repo holds what looks like a Hugging Face token"
state_of >../after
cmp -s ../before ../after || fail "something of the user's moved: $(diff ../before ../after)"
snapshot_of t/dirty@1
[ "$(git rev-parse "$snapshot^")" = "$(git rev-parse HEAD)" ] || fail "the snapshot has another parent"
git ls-tree -r -z --name-only "$snapshot" | tr '\0' '\n' | sort >../kept
printf '%s\n' .gitignore .gitmodules a.txt link staged.txt sub tool 'un tracked/日本/file.txt' | LC_ALL=C sort >../wanted
LC_ALL=C sort ../kept | cmp -s - ../wanted || fail "kept: $(cat ../kept)"
[ "$(git show "$snapshot:a.txt")" = two ] || fail "a.txt was not kept"
[ "$(git ls-tree "$snapshot" tool | cut -c1-6)" = 100755 ] || fail "the program lost its mode"
[ "$(git ls-tree "$snapshot" link | cut -c1-6)" = 120000 ] || fail "the link is none"
git fsck --strict >/dev/null 2>"$STORY/err" || fail "git finds the repository damaged"
json '{l["path"]: l["reason"] for l in o["predicate"]["repositories"][0]["snapshot"]["leftOut"]} == {"large.bin": "too large", "secret.py": "it holds what looks like a secret"}'
json 'o["predicate"]["repositories"][1]["snapshot"]["files"] == 1 and len(o["predicate"]["refused"]) == 1'
(cd sub && git rev-parse --verify -q "$(git for-each-ref --format='%(objectname)' refs/akashi/runs)^{commit}" >/dev/null) || fail "the submodule's tree was not kept"

# The diff is an object of the registry, and makes the same tree of the commit.
diff=$(sed -n '/"git": {/,/}/s/.*"diff": "sha256:\([0-9a-f]*\)".*/\1/p' "$STORY/out" | head -1)
[ -n "$diff" ] || fail "no diff"
run 0 fsck --read-all

# ---- It goes on when the tree is checked out elsewhere ----
git worktree add -q ../again "$snapshot"
[ "$(cat '../again/un tracked/日本/file.txt')" = untracked ] || fail "the snapshot cannot be checked out"
cd ../again
printf 'more\n' >more.txt
run 0 run t/worktree@1 -- true
snapshot_of t/worktree@1
[ "$(git show "$snapshot:more.txt")" = more ] || fail "nothing was kept of a linked work tree"
cd ../repo

# ---- In the middle of a rebase, and of a merge, with conflicts ----
rm -rf ckpt large.bin secret.py && git add -A && git commit -qm dirty
git checkout -q -b side HEAD^ && printf 'side\n' >a.txt && git commit -qam side
git rebase -q main >/dev/null 2>&1 && fail "the rebase met no conflict"
state_of >../before
run 0 run t/rebase@1 -- true
state_of >../after
cmp -s ../before ../after || fail "something moved in a rebase"
snapshot_of t/rebase@1
git show "$snapshot:a.txt" | grep -q '<<<<<<<' || fail "the conflict was not kept"
[ -d .git/rebase-merge ] || fail "the rebase is over"
git rebase --abort

# ---- No commit yet; no repository; somebody else's; bare ----
git init -q -b main ../unborn
printf 'first\n' >../unborn/f
run 0 run t/unborn@1 --repository ../unborn -- true
snapshot_of t/unborn@1
[ "$(git -C ../unborn show "$snapshot:f")" = first ] || fail "nothing was kept before the first commit"
git -C ../unborn rev-parse -q --verify HEAD >/dev/null && fail "HEAD was born"
mkdir ../plain
run 0 run t/plain@1 --repository ../plain -- true
complained "no git repository at '../plain'"
run 0 show t/plain@1 --json
json '"no git repository" in o["predicate"]["repositories"][0]["notPossible"]'
(cd ../plain && run 0 run t/nowhere@1 -- true && run 0 show t/nowhere@1 --json && json 'o["predicate"]["repositories"] == []')
git clone -q --bare . ../bare.git
run 0 run t/bare@1 --repository ../bare.git -- true
run 0 show t/bare@1 --json
json 'o["predicate"]["repositories"][0]["git"]["dirty"] == "not-possible"'
printf 'z\n' >z
run 0 run t/without@1 --no-snapshot -- true
run 0 show t/without@1 --json
json '"snapshot" not in o["predicate"]["repositories"][0]'
if [ "$(id -u)" = 0 ]; then
	chown -R 12345 ../bare.git
	run 0 run t/others@1 --repository ../bare.git -- true
	complained "another user"
	run 0 show t/others@1 --json
	json '"another user" in o["predicate"]["repositories"][0]["notPossible"]'
fi

# ---- A repository that cannot be written ----
if [ "$(id -u)" != 0 ]; then
	chmod -R a-w .git/objects .git/refs
	run 0 run t/readonly@1 -- true
	chmod -R u+w .git
	run 0 show t/readonly@1 --json
	json '"notPossible" in o["predicate"]["repositories"][0]'
fi

# ---- A file became a folder, a folder a link ----
git init -q ../turned && (cd ../turned && mkdir was && echo 1 >was/file && echo 2 >conf && git add . && git commit -qm first && rm -r was conf && mkdir conf && echo 3 >conf/new && ln -s conf was)
run 0 run t/turned@1 --repository ../turned -- true
snapshot_of t/turned@1
[ "$(git -C ../turned ls-tree -r --name-only "$snapshot" | tr '\n' ' ')" = "conf/new was " ] || fail "kept: $(git -C ../turned ls-tree -r "$snapshot")"

# ---- Credentials of remotes stay at home ----
git remote add origin https://me:s3cretpass@example.org/x/y.git
run 0 run t/remote@1 -- true
run 0 show t/remote@1 --json
json 'o["predicate"]["repositories"][0]["remotes"] == [{"name": "origin", "url": "https://example.org/x/y.git"}]'
unsaid s3cretpass
run 0 fsck --read-all
