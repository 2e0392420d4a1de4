#!/bin/sh
# Every command explains itself, alike on a terminal, in its manual page and to the shells.
. "$(dirname "$0")/lib.sh"

commands=$("$AKASHI" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ "$(echo $commands)" = "init key add derive run tag note cosign hook sync retract supersede withhold prune probes record verify timestamp card bom cite publish disclose get sign show list history why graph status log monitor fsck gc diff lint compare seen du usage backup restore trust witness reindex version" ] ||
	fail "the list of commands is: $(echo $commands)"

for command in $commands; do
	run 0 "$command" --help
	silent
	said "akashi $command - "
	said "Usage:"
	said "--registry DIR"
	said "Exit status:"
	[ "$(awk 'length > 100' "$STORY/out" | wc -l)" = 0 ] || fail "help of $command has long lines"
	cp "$STORY/out" "$STORY/help"
	run 0 help "$command"
	cmp -s "$STORY/out" "$STORY/help" || fail "akashi help $command says something else"
	run 0 help --man "$command"
	said ".SH SYNOPSIS"
	said ".SH EXIT STATUS"
	if command -v groff >/dev/null 2>&1; then
		groff -man -Tutf8 -ww "$STORY/out" >/dev/null 2>"$STORY/err" || fail "groff refuses the page of $command"
		silent
	fi
	for sub in $(sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' "$STORY/help"); do
		run 0 "$command" "$sub" --help
		said "akashi $command $sub - "
	done
done

# Where something is written, it can be rehearsed.
for command in init 'key generate' 'add checkpoint' 'add dataset' 'add run' 'add allocation' 'add eval' tag record publish get 'trust pin' 'hook install' sync reindex; do
	run 0 $command --help
	said "--dry-run"
done

for shell in bash zsh fish; do
	run 0 help --completion "$shell"
	said "checkpoint"
	said "forward"
	if command -v "$shell" >/dev/null 2>&1; then
		"$shell" -n "$STORY/out" || fail "$shell refuses its completion"
	fi
done
if command -v bash >/dev/null 2>&1; then
	run 0 help --completion bash
	cat >"$STORY/try.bash" <<'TRY'
. "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_akashi
echo "${COMPREPLY[*]}"
TRY
	complete() { bash "$STORY/try.bash" "$STORY/out" "$@"; }
	[ "$(complete akashi ver)" = "verify version" ] || fail "completing ver: $(complete akashi ver)"
	[ "$(complete akashi add che)" = checkpoint ] || fail "completing add che"
	[ "$(complete akashi add checkpoint --gi)" = --git ] || fail "completing add checkpoint --gi"
	[ "$(complete akashi verify --forward st)" = standard ] || fail "completing --forward st"
fi
