#!/bin/bash
# Git hooks: a commit declares runs and waits for nothing; what was said is delivered once; nothing is lost.
. "$(dirname "$0")/lib.sh"
command -v git >/dev/null 2>&1 || skip "no git here"
git config --global init.defaultBranch main
git config --global user.name t && git config --global user.email t@example.org
git config --global protocol.file.allow always
git config --global advice.ignoredHook false

# settle: what the hooks said is registered now, whoever does it
settle() {
	local i
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		"$AKASHI" sync >"$STORY/out" 2>"$STORY/err" || fail "akashi sync fails"
		grep -q "another 'akashi sync'" "$STORY/out" || return 0
		sleep 0.05
	done
	fail "somebody else syncs for ever"
}
note() { git notes --ref=akashi show "${1:-HEAD}" 2>/dev/null || :; }
short() { git rev-parse --short=12 "${1:-HEAD}"; }
said_git() { grep -qF -e "$1" "$STORY/git" || { cat "$STORY/git"; fail "git did not say: $1"; }; }
commit() { git commit -q "$@" >"$STORY/git" 2>&1 || { cat "$STORY/git"; fail "git commit $* fails"; }; }

mkdir house && (cd house && "$AKASHI" init >/dev/null 2>&1)
git init -q train && cd train
mkdir configs && echo 'lr: 1' >configs/base.yaml && echo x >code.py
git add . && git commit -qm "before hooks"

# ---- installing, beside what was there ----
cat >.git/hooks/post-commit <<'OLD'
#!/bin/sh
# ${0##*/} must be post-commit, and so it was
echo "old ${0##*/} $#" >>"$(git rev-parse --show-toplevel)/../old.log"
exit 3
OLD
chmod 750 .git/hooks/post-commit
cp -p .git/hooks/post-commit ../post-commit.before
printf '#!/usr/bin/env python3\nimport sys\nopen("../push.log", "a").write(sys.stdin.read() + "|" + " ".join(sys.argv[1:]))\n' >.git/hooks/pre-push
chmod +x .git/hooks/pre-push
echo keep >.git/hooks/commit-msg
run 4 hook install --registry nowhere
run 0 hook install --dry-run --registry ../house
[ ! -e .git/hooks/post-merge ] || fail "a rehearsal wrote hooks"
run 0 hook install --registry ../house
said "post-commit: installed; what was there is run first"
said "post-merge: installed"
[ "$(git config akashi.registry)" = "$(cd ../house/.akashi && pwd)" ] || fail "the registry was not kept"
run 0 hook install --registry ../house # again is success, and chains nothing twice
cmp -s .git/hooks/post-commit.akashi-was ../post-commit.before || fail "the old hook changed"
run 0 hook status
said "reference-transaction: installed"
said "waiting:  0"
run 0 hook status --json
json 'o["waiting"] == 0 and len(o["hooks"]) == 6 and o["push"] == "warn"'

# ---- a commit that is no concern of ours; one that declares ----
git config --add akashi.runs 'configs/*.yaml'
git config akashi.owner llm-x
echo y >code.py && git add . && commit -m "code only"
[ -z "$(note)" ] || fail "a commit without a configuration has a note"
[ "$(cat ../old.log)" = "old post-commit 0" ] || fail "the hook that was there ran so: $(cat ../old.log)"
echo 'lr: 2' >configs/base.yaml && git add . && commit -m "another rate"
v=$(short)
said_git "run llm-x/configs-base@$v declared"
settle
run 0 show "llm-x/configs-base@$v" --registry ../house
run 0 show "llm-x/configs-base@$v" --registry ../house --json
note | grep -qE "^run llm-x/configs-base@$v sha256:[0-9a-f]{64}\$" || fail "the note is: $(note)"
git log -1 --notes=akashi | grep -q "run llm-x/configs-base@$v" || fail "git log shows no note"
[ "$(note | wc -l)" = 1 ] || fail "more than one line"
[ -z "$(git status --porcelain)" ] || fail "the work tree is touched"

# A trailer, with a version and a file of its own; a bad one is told and stops nothing.
echo z >code.py && git add . && commit -m "long run" -m "Akashi-Run: llm-x/long@v1 configs/base.yaml"
said_git "run llm-x/long@v1 declared"
echo zz >code.py && git add . && commit -m "typo" -m "Akashi-Run: not a name"
said_git "Akashi-Run"
settle
run 0 list --registry ../house
said "llm-x/long"

# ---- amended: superseded, never lost ----
echo 'lr: 3' >configs/base.yaml && git add . && commit -m "rate three"
first=$(short)
echo 'lr: 4' >configs/base.yaml && git add . && commit --amend -m "rate four"
second=$(short)
settle
run 0 show "llm-x/configs-base@$first" --registry ../house
said "supersession"
run 0 show "llm-x/configs-base@$second" --registry ../house
note | grep -q "^was $(git rev-parse HEAD@{1}) (amend)" || fail "the note of the new commit is: $(note)"

# ---- rebased: in the middle nothing is said, at the end all ----
git checkout -q -b side HEAD~1 2>/dev/null
echo 'a: 1' >configs/side.yaml && git add . && commit -m "side"
side=$(short)
echo b >b && git add . && commit -m "and b"
git rebase -q main >"$STORY/git" 2>&1 || fail "rebase: $(cat "$STORY/git")"
settle
run 0 show "llm-x/configs-side@$side" --registry ../house
said "supersession"
run 0 show "llm-x/configs-side@$(short HEAD~1)" --registry ../house
note HEAD~1 | grep -q "(rebase)" || fail "no word of the rebase: $(note HEAD~1)"

# ---- checkout and merge tell ----
git checkout -q main >"$STORY/git" 2>&1
said_git "known of $second: run llm-x/configs-base@$second"
git checkout -q HEAD~4 >"$STORY/git" 2>&1
! grep -q known "$STORY/git" || fail "of a commit of which nothing is known something is told"
git checkout -q main 2>/dev/null
git merge -q side~1 >"$STORY/git" 2>&1
said_git "known of $(short): "

# A merge that is concluded declares what is as in none of its parents.
git checkout -q -b left && echo 'lr: 5' >configs/base.yaml && git add . && commit -m left
git checkout -q main 2>/dev/null && echo 'lr: 6' >configs/base.yaml && git add . && commit -m right
git merge left >/dev/null 2>&1 && fail "no conflict"
echo 'lr: 7' >configs/base.yaml && git add . && commit -m "both"
said_git "run llm-x/configs-base@$(short) declared"
settle

# ---- tags that move ----
git tag model/llm-x/base/v1 && git tag other
git tag -f model/llm-x/base/v1 HEAD~1 >/dev/null
git tag -f other HEAD~1 >/dev/null
git update-ref refs/tags/model/llm-x/base/v1 HEAD
git tag -d model/llm-x/base/v1 >/dev/null
git tag run/llm-x/base/v1 && git pack-refs --all && git tag -d run/llm-x/base/v1 >/dev/null
settle
run 0 history llm-x/base --registry ../house
[ "$(grep -c ' move ' "$STORY/out")" = 4 ] || fail "four moves were made"

# ---- a secret is not kept, and said ----
printf 'key: AKIAIOSFODNN7EXAMPLZ\nx: 1\n' >configs/secret.yaml && git add . && commit -m secret
said_git "the text of 'configs/secret.yaml' is not kept with the run"
settle

# ---- worktrees, submodules, bare repositories, a path with a quote ----
git worktree add -q ../wt -b wt 2>/dev/null
(cd ../wt && echo 'w: 1' >configs/w.yaml && git add . && commit -m w && said_git "run llm-x/configs-w@$(short) declared")
(cd ../wt && settle && run 0 show "llm-x/configs-w@$(short)" --registry ../house)
[ -z "$(ls .git/worktrees/wt/akashi 2>/dev/null)" ] || fail "a work tree has an outbox of its own"
git init -q "../sub's" && (cd "../sub's" && echo s >s && git add . && git commit -qm s)
git submodule --quiet add "../sub's" sub 2>/dev/null || git submodule --quiet add "$(cd "../sub's" && pwd)" sub
(cd sub && run 0 hook install --registry ../../house && git config akashi.runs '*.json' &&
	echo '{}' >r.json && git add . && commit -m r && said_git "/r@$(short) declared" && settle)
[ -x .git/modules/sub/hooks/post-commit ] || fail "the submodule's hooks are elsewhere"
git init -q --bare ../bare.git
(cd ../bare.git && run 0 hook install --registry ../house && said "post-commit")
git push -q ../bare.git main:refs/heads/main main:refs/tags/model/llm-x/bare/v1 >"$STORY/git" 2>&1 || fail "push: $(cat "$STORY/git")"
git push -q -f ../bare.git main~1:refs/tags/model/llm-x/bare/v1 >/dev/null 2>&1
(cd ../bare.git && settle)
run 0 history llm-x/bare --registry ../house
said " move "
grep -q 'refs/heads/main' ../push.log || fail "the old pre-push got no lines"

# ---- A key that may not say it in this log: set aside, said, and taken once the policy lists the key ----
run 0 key generate stranger
sed -i 's|"key":"[^"]*"|"key":"stranger"|' .git/akashi/known
echo 'lr: 81' >configs/base.yaml && git add . && commit -m "somebody else's key"
v=$(short)
said_git "run llm-x/configs-base@$v declared"
"$AKASHI" sync >/dev/null 2>&1 || : # or the one in the background
settle
run 0 hook status
said "does not list the key"
run 4 show "llm-x/configs-base@$v" --registry ../house
run 0 trust policy --add-key stranger --registry ../house
run 0 sync --retry
run 0 show "llm-x/configs-base@$v" --registry ../house
run 0 hook status --json
json 'o["refused"] == []'

# ---- Nobody's name comes from the folder of a home ----
git init -q ../yamada
(cd ../yamada && export USER=yamada && run 0 hook install --registry ../house && git config akashi.runs '*.yaml' &&
	echo 1 >x.yaml && git add . && commit -m x && said_git "run user/x@$(short) declared" && settle)
! grep -rqs yamada ../house/.akashi/statements || fail "a person's name is signed"

# ---- a GUI's bare PATH; akashi gone; uninstalled ----
echo 'lr: 8' >configs/base.yaml && git add .
env -i HOME="$HOME" PATH=/usr/bin:/bin git commit -qm gui 2>"$STORY/git" || fail "a bare PATH stops a commit"
said_git "declared"
settle
cp "$AKASHI" ../gone && ../gone hook install --registry ../house >/dev/null
rm ../gone && : >../old.log && echo 'lr: 9' >configs/base.yaml && git add . && commit -m gone
[ ! -s "$STORY/git" ] || fail "a hook without its command speaks: $(cat "$STORY/git")"
[ "$(cat ../old.log)" = "old post-commit 0" ] || fail "the hook that was there does not run any more"
run 0 hook uninstall
said "post-commit: removed; what was there before is back"
cmp -s .git/hooks/post-commit ../post-commit.before || fail "not the same bytes"
[ "$(stat -c %a%Y .git/hooks/post-commit)" = "$(stat -c %a%Y ../post-commit.before)" ] || fail "not the same mode and time"
[ "$(cat .git/hooks/commit-msg)" = keep ] || fail "another hook was touched"
[ "$(cd .git/hooks && ls | grep -v sample | tr '\n' ' ')" = "commit-msg post-commit pre-push " ] || fail "something stays: $(ls .git/hooks)"

# ---- What somebody else put there: no hook says a checkpoint, and what cannot be said holds nothing up ----
put() { printf '{"about":"evil/m@1","digest":"sha256:%064d","kind":"%s","objects":[],"predicate":{},"schema":"akashi/outbox/1"}' 0 "$1" >".git/akashi/outbox/000000000000000$2-00000000.json"; }
settle
put checkpoint 1
put run 2
run 1 sync
complained "no hook says a checkpoint"
complained "'evil/m@1' is set aside"
run 0 sync
said "nothing waits"
