#!/bin/sh
# With --json every command prints exactly one object that names its schema, rehearsals included.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null 2>&1 || skip "no python3 to read JSON with"

# object SCHEMA ARGUMENT...: the command holds and prints one object of that schema, and nothing besides
object() {
	schema=$1
	shift
	run 0 "$@" --json
	json "o['schema'] == 'akashi/$schema/1'"
}

object registry init --dry-run
object registry init
object key key generate other --dry-run
object key key generate other
object keys key list
object key key export other
object added add dataset "$TINY/corpus" a/data@1 --dry-run
object added add dataset "$TINY/corpus" a/data@1
object added add checkpoint "$TINY/step-500" a/b@1 --data a/data@1 --dry-run
object added add checkpoint "$TINY/step-500" a/b@1 --data a/data@1
object added add run "$TINY/run.json" a/run@1
object added add eval "$(find "$TINY/eval" -name 'results*.json' | head -n 1)" --of a/b@1
object added tag a/b@1 best
object recorded record a/b@1 --random 2:8 --dry-run
object recorded record a/b@1 --random 2:8
object sampled probes a/b@1 --random 2:8
object sampled probes a/b@1 --random 2:8 -o probes.jsonl --dry-run
object sampled probes a/b@1 --random 2:8 -o probes.jsonl
object recorded-foreign record a/b@1 --from "$AKASHI_SOURCE/tests/data/foreign/tiny-float32.jsonl" --dry-run
object recorded-foreign record a/b@1 --from "$AKASHI_SOURCE/tests/data/foreign/tiny-float32.jsonl"
object verdict verify a/b@1 --forward none
object verdict verify a/b@1 --dispute
object show show a/b@1
object list list
object list list --kind tag
object history history a/b
object why why a/b@1
object why why a/data@1 --descendants
object graph graph a/b@1
object status status
object log log list
object proof log prove a/b@1
object audit log audit --objects
object diff diff a/b@1 "$TINY/step-500"
object usage du
object usage du a/b
object got get a/b@1 got --dry-run
object got get a/b@1 got
object published publish a/b@1 out --dry-run
object published publish a/b@1 out
object published publish a/b@1 projected --as a/public@1 --private a/data --dry-run
object published publish a/b@1 projected --as a/public@1 --private a/data
object commitments disclose a/public@1
object opening disclose a/public@1 a/data@1
object opening disclose a/public@1 a/data@1 -o opening.json
object withheld withhold "sha256:$(sha256sum <"$TINY/run.json" | cut -c1-64)" --reason gone
object pins trust show
object pins trust pin "$("$AKASHI" trust show --quiet)" --dry-run
object pins trust pin "$("$AKASHI" trust show --quiet)"
object index reindex --dry-run
object index reindex
object version version
object version version --verbose

# A verdict that does not hold is an object as well, and so is what could not be judged.
run 1 verify "$TINY/step-300" --forward none --json
json 'o["schema"] == "akashi/verdict/1" and o["status"] == "fails"'
mkdir unknown
echo x >unknown/file
run 3 verify unknown --json
json 'o["schema"] == "akashi/verdict/1" and o["status"] == "undecided"'
run 4 show a/none@1 --json
mv "$STORY/err" "$STORY/out"
json 'o["schema"] == "akashi/error/1" and o["code"] == "absent" and o["exitStatus"] == 4'
