#!/bin/bash
# Every architecture has golden digests, and every golden file is of an architecture.
. tests/house/lib.sh

# The model_type of a golden file: its config stands in one line.
type_of() { sed -n 's/^"config": .*"model_type":"\([^"]*\)".*/\1/p' "$1"; }

check() {
	local root=$1 name file
	for file in "$root"/tests/golden/*; do
		file=${file#"$root/"}
		case $file in *.json) ;; *) say "$file: no golden file" ;; esac
		[ "$(wc -c <"$root/$file")" -le 61440 ] || say "$file: more than 60 KiB"
		grep -qxF "\"name\": \"$(basename "$file" .json)\"," "$root/$file" || say "$file: has another name"
		grep -q '^"root": "[0-9a-f]\{64\}",$' "$root/$file" || say "$file: holds no outputs"
		name=$(type_of "$root/$file")
		grep -q "^ARCHITECTURE([a-z0-9_]*, \"$name\")" "$root/verify/architectures.def" || say "$file: '$name' is no architecture"
	done
	! command -v python3 >/dev/null || python3 -B "$root/tests/tools/golden_make.py" --check "$root/tests/golden" 2>&1
	for file in "$root"/tests/golden/*.json; do type_of "$file"; done | sort -u >"$SCRATCH/golden"
	sed -n 's/^ARCHITECTURE([a-z0-9_]*, "\([^"]*\)").*/\1/p' "$root/verify/architectures.def" | sort >"$SCRATCH/computed"
	for name in $(comm -13 "$SCRATCH/golden" "$SCRATCH/computed"); do
		say "verify/architectures.def: '$name' has no golden file in tests/golden"
	done
}

rule "every architecture has golden digests"
breaks "an architecture without a golden file" verify/architectures.def 'ARCHITECTURE(planted, "planted")'
breaks "a golden file without outputs" tests/golden/planted.json '"name": "planted",' '"config": {"model_type":"llama"},'
breaks "a golden file of no architecture" tests/golden/planted.json '"config": {"model_type":"planted"},'
breaks "a golden file whose model nobody described" tests/golden/planted.json '{}'
breaks "something else beside the golden files" tests/golden/planted.txt 'x'
