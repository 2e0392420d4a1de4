#!/bin/bash
# A list and its folder say the same: every file is in its .def, every line has its file.
. tests/house/lib.sh

# names ROOT LIST: what the list holds
names() {
	sed -n 's/^[A-Z][A-Z]*(\([a-z0-9_]*\)[,)].*/\1/p' "$1/$2" | LC_ALL=C sort
}

# compare LIST FOLDER LISTED PRESENT: both directions
compare() {
	local name
	for name in $(LC_ALL=C comm -23 "$3" "$4"); do say "$1: '$name' has no file in $2"; done
	for name in $(LC_ALL=C comm -13 "$3" "$4"); do say "$2: '$name' is not in $1"; done
}

# list ROOT LIST FOLDER PREFIX SUFFIX
list() {
	local root=$1 list=$2 folder=$3 prefix=$4 suffix=$5
	[ -e "$root/$list" ] || return 0
	names "$root" "$list" >"$SCRATCH/listed"
	(cd "$root/$folder" 2>/dev/null && for file in "$prefix"*"$suffix"; do
		[ ! -e "$file" ] || { file=${file#"$prefix"}; say "${file%"$suffix"}"; }
	done) | LC_ALL=C sort >"$SCRATCH/present" || true
	compare "$list" "$folder" "$SCRATCH/listed" "$SCRATCH/present"
	uniq -d "$SCRATCH/listed" | sed "s|^|$list: twice: |"
}

check() {
	list "$1" kernels/backends.def kernels "" /
	list "$1" verify/architectures.def verify/arch "" .c
	list "$1" verify/formats.def verify/format "" .c
	list "$1" registry/stores.def registry/store "" .c
	list "$1" registry/signers.def registry/sign "" .c
	list "$1" registry/importers.def registry/import "" .c
	list "$1" registry/codecs.def registry/codec "" .c
	list "$1" registry/jobs.def registry/job "" .c
	list "$1" schema/statements.def schema "" .schema.json
	list "$1" cli/commands.def cli cmd_ .c
}

rule "every list is complete, and nothing in it is missing"

# plant WHAT FILE LINE PATTERN: as breaks, but the finding names the entry and not the file
plant() {
	copy_once
	mkdir -p "$(dirname "$COPY/$2")"
	say "$3" >>"$COPY/$2"
	expect_broken "$1" "$4"
	if [ -e "$SOURCE/$2" ]; then cp "$SOURCE/$2" "$COPY/$2"; else rm "$COPY/$2"; fi
}
plant "an architecture that no list names" verify/arch/planted.c 'int planted;' "verify/arch: 'planted' is not in"
plant "a listed format without a file" verify/formats.def 'FORMAT(planted)' "'planted' has no file in verify/format"
plant "a store that no list names" registry/store/planted.c 'int planted;' "registry/store: 'planted' is not in"
plant "a listed signer without a file" registry/signers.def 'SIGNER(planted) /* x */' "'planted' has no file in registry/sign"
plant "an importer that no list names" registry/import/planted.c 'int planted;' "registry/import: 'planted' is not in"
plant "a codec that no list names" registry/codec/planted.c 'int planted;' "registry/codec: 'planted' is not in"
plant "a command that no list names" cli/cmd_planted.c 'int planted;' "cli: 'planted' is not in"
plant "a command twice" cli/commands.def 'COMMAND(version)' "twice: version"
plant "a kind of statement without its schema" schema/statements.def 'STATEMENT(planted, NEVER, false)' "'planted' has no file in schema"
plant "a backend without its folder" kernels/backends.def 'BACKEND(planted)' "'planted' has no file in kernels"
