#!/bin/bash
# What tests/run.sh tells under the sanitizers alone is there, and is not skipped under them.
. tests/house/lib.sh

# listed FILE NAME: the words of a list that is set and added to on lines of its own
listed() {
	sed -n "s/^$2+\{0,1\}='|\{0,1\}\(.*\)'\$/\1/p" "$1" | tr '|' '\n'
}

check() {
	local run=$1/tests/run.sh name
	for name in $(listed "$run" SANITIZED) $(listed "$run" TWICE); do
		[ -e "$1/tests/cli/$name.sh" ] || say "tests/run.sh: there is no story '$name'"
	done
	for name in $(listed "$run" TWICE); do
		listed "$run" SANITIZED | grep -qx "$name" || say "tests/run.sh: '$name' is told once"
	done
	for name in $(listed "$run" SANITIZED | grep -vxF "$(listed "$run" TWICE)"); do
		! grep -qsE 'SANITIZE:BOOL|libasan' "$1/tests/cli/$name.sh" || say "tests/run.sh: '$name' asks for the sanitizers, and is told under them alone"
	done
}

rule "stories are told where the lists say"
breaks "a story that is not there" tests/run.sh "SANITIZED+='|planted'"
breaks "a story twice that is not under the sanitizers" tests/run.sh "TWICE+='|lint'"
breaks "a story that is skipped under the sanitizers" tests/run.sh "SANITIZED+='|store_faults'"
