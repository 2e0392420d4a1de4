#!/bin/bash
# The top level is fixed, and nothing large or compiled gets in by mistake.
. tests/house/lib.sh

TOP='\.ci|\.clang-format|\.clang-tidy|\.git|\.gitignore|\.github|CMakeLists\.txt|CMakePresets\.json|LICENSE|NOTICE|README\.md|CHANGELOG\.md|build(-[a-z]+)?|cli|docs|hooks|kernels|registry|schema|shared|tests|verify'

check() {
	(cd "$1" && ls -A | grep -vE "^($TOP)\$" | sed 's/^/at the top: /') || true
	(cd "$1" && find . \( -path './build*' -o -path ./.git -o -path ./shared \) -prune -o -type f \
		\( -size +1024k -o -name '*.whl' -o -name '*.o' -o -name '*.a' -o -name '*.so' -o -name '*.pyc' \) -print |
		grep -v '/__pycache__/' | sed 's|^\./|too large, or made by a machine: |') || true
}

rule "the top level is as it was laid out, and holds sources only"
breaks "a downloaded package" planted-1.0-py3-none-any.whl 'x'
mkdir "$COPY/planted"
expect_broken "a folder of one's own" "at the top: planted"
rmdir "$COPY/planted"
breaks "a compiled object" kernels/planted.o 'x'
breaks "a large file" tests/planted.txt "$(seq 200000)"
