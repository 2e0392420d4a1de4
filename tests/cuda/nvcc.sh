#!/bin/bash
# nvcc.sh FOLDER: print the path of an nvcc: the machine's own, or else one that is installed into FOLDER from PyPI
# (tests/cuda/nvcc.txt, 280 MB; it needs no device and no driver, and only compiles). Nothing outside of FOLDER changes.
set -euo pipefail
[ $# = 1 ] || { sed -n '2,3s/^# \{0,1\}//p' "$0"; exit 2; }
folder=$1
wanted=$(dirname "$0")/nvcc.txt
for own in "$(command -v nvcc || true)" "${CUDACXX:-}" /usr/local/cuda/bin/nvcc; do
	[ -z "$own" ] || ! [ -x "$own" ] || { echo "$own"; exit 0; }
done
if ! cmp -s "$wanted" "$folder/complete"; then
	rm -rf "$folder"
	mkdir -p "$folder"
	# what goes wrong is said by the last line of the log
	{ python3 -m venv "$folder" && "$folder/bin/pip" install --quiet --disable-pip-version-check --progress-bar off \
		-r "$wanted"; } >"$folder/log" 2>&1 || { tail -n 1 "$folder/log" >&2; exit 1; }
	cp "$wanted" "$folder/complete"
fi
cd "$folder"
found=$(find "$PWD"/lib/python*/site-packages/nvidia -path '*/bin/nvcc' -type f)
[ -x "$found" ] || { echo "the packages from PyPI hold no nvcc" >&2; exit 1; }
echo "$found"
