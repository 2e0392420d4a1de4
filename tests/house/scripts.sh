#!/bin/bash
# Every shell script parses; it says which shell it wants and can be run, or says who sources it.
. tests/house/lib.sh

check() {
	local script
	for script in $(cd "$1" && find tests docs hooks .ci -name '*.sh' -o -path '.ci/run' 2>/dev/null | LC_ALL=C sort); do
		bash -n "$1/$script" 2>/dev/null || say "$script: does not parse"
		! head -n 5 "$1/$script" | grep -q '^# .*Sourced by' || continue
		head -n 1 "$1/$script" | grep -qE '^#!/bin/(ba)?sh' || say "$script: does not say its shell"
		[ -x "$1/$script" ] || say "$script: is not executable"
	done
}

rule "every script parses and can be run"
breaks "a script that does not parse" tests/cli/planted.sh '#!/bin/bash' 'if true'
breaks "a script that cannot be run" docs/planted.sh '#!/bin/bash' 'true'
breaks "a script without its shell" tests/house/planted.sh 'true'
