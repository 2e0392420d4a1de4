#!/bin/bash
# A document names only files that exist, and every command is named in some document.
. tests/house/lib.sh

documents() { (cd "$1" && find README.md docs tests -name '*.md' ! -path 'tests/data/*' 2>/dev/null | LC_ALL=C sort); }

check() {
	local root=$1 document path command
	for document in $(documents "$root"); do
		# Paths in running text; NAME, STEP and the like are for the reader to fill in.
		grep -oE '\b(kernels|verify|registry|cli|schema|tests|docs|hooks)/[A-Za-z0-9_./-]+\.(c|h|cu|def|sh|md|py|json|sql)\b' "$root/$document" |
			sort -u | grep -vE '[A-Z]{3}|\.\.' | while read -r path; do
			[ -e "$root/$path" ] || say "$document: there is no $path"
		done || true
		# Links, from where the document lies.
		grep -oE '\]\([^)# :]+' "$root/$document" | sed 's/^](//' | sort -u | while read -r path; do
			[ -e "$root/$(dirname "$document")/$path" ] || say "$document: a link leads to no $path"
		done || true
	done
	for command in $(sed -n 's/^COMMAND(\([a-z]*\)).*/\1/p' "$root/cli/commands.def"); do
		(cd "$root" && grep -qE "akashi $command\b" $(documents .)) || say "cli/commands.def: no document mentions 'akashi $command'"
	done
}

rule "documents and the tree agree"
breaks "a file that is not there" docs/planted.md 'See `kernels/nowhere.c`.'
breaks "a link that leads nowhere" docs/planted.md 'See [the tour](nowhere.md).'
breaks "a command that no document mentions" cli/commands.def 'COMMAND(planted)'
