#!/bin/sh
# A git hook of 'akashi hook install': it runs what was here before it, and then akashi, which is never in the way.
# akashi-hook 1 (by this line 'akashi hook uninstall' knows it)
akashi=@AKASHI@ folder=@FOLDER@ name=${0##*/}

# What was here: beside this file, in another folder, or the repository's own, which git passes over
# while core.hooksPath leads here.
case $folder in
here) was=${0%/*}/$name.akashi-was ;;
repository)
	common=${GIT_DIR:-.git}
	if [ ! -d "$common" ] || [ -f "$common/commondir" ]; then common=$(git rev-parse --git-common-dir 2>/dev/null); fi
	was=$common/hooks/$name
	;;
*) was=$folder/$name ;;
esac
[ -f "$was" ] && [ -x "$was" ] || was=

# Another of these has called this one: it asks akashi, and once is enough.
if [ "${AKASHI_HOOK:-}" = "$name $PPID" ] || [ ! -x "$akashi" ]; then akashi=; fi
AKASHI_HOOK="$name $$"
export AKASHI_HOOK

run_was() { # under the name that it had: some look at it to know which hook they are
	[ -n "$was" ] || return 0
	first=
	[ "$folder" != here ] || IFS= read -r first <"$was"
	case $first in
	'#!/bin/sh' | '#! /bin/sh' | '#!/usr/bin/env sh' | '#!/usr/bin/sh') AKASHI_WAS=$was sh -c '. "$AKASHI_WAS"' "$0" "$@" ;;
	'#!/bin/bash' | '#! /bin/bash' | '#!/usr/bin/env bash' | '#!/usr/bin/bash') AKASHI_WAS=$was bash -c '. "$AKASHI_WAS"' "$0" "$@" ;;
	*) "$was" "$@" ;;
	esac
}

tell() { [ -z "$lines" ] || printf '%s\n' "$lines"; }

status=0
case $name in
post-commit | post-checkout | post-merge)
	run_was "$@" || status=$?
	[ -z "$akashi" ] || "$akashi" hook "$name" "$@" || :
	;;
post-rewrite)
	lines=$(cat)
	tell | run_was "$@" || status=$?
	[ -z "$akashi" ] || tell | "$akashi" hook "$name" "$@" || :
	;;
pre-push)
	lines=$(cat)
	tell | run_was "$@" || exit $?
	[ -z "$akashi" ] || tell | "$akashi" hook "$name" "$@" || status=$?
	;;
reference-transaction) # at every change of a ref: akashi is started for tags of models and runs only
	if [ -n "$was" ]; then
		lines=$(cat)
		tell | run_was "$@" || exit $?
		case $lines in *' refs/tags/model/'* | *' refs/tags/run/'*) ;; *) akashi= ;; esac
	fi
	[ -n "$akashi" ] && [ "$1" != aborted ] || exit 0
	if [ -z "$was" ]; then # a few lines without a process, many by one
		lines='' count=0
		while [ $count -lt 8 ] && IFS= read -r line; do
			count=$((count + 1))
			case $line in *' refs/tags/model/'* | *' refs/tags/run/'*) lines=$lines${lines:+
}$line ;; esac
		done
		if [ $count -eq 8 ] && rest=$(grep -E ' refs/tags/(model|run)/'); then lines=$lines${lines:+
}$rest; fi
	fi
	[ -z "$lines" ] || tell | "$akashi" hook "$name" "$@" || :
	;;
*) # of no concern to akashi, which only stands in its way
	[ -n "$was" ] || exit 0
	exec "$was" "$@"
	;;
esac
exit $status
