#!/bin/sh
# Disputes: what belongs together, what there is nothing to narrow of, and transcripts that are none.
. "$(dirname "$0")/lib.sh"

run 0 init --origin dispute.example.org/models
run 0 add checkpoint "$TINY/step-500" t/lm@1
run 0 record t/lm@1 --random 2:8:dispute --boundaries
run 2 verify t/lm@1 --transcript mine.json
complained "--dispute"
run 2 verify t/lm@1 --dispute --spot 2
run 2 verify t/lm@1 --dispute --forward quick
run 0 verify t/lm@1 --dispute
said "there is none: record and computation agree everywhere"
run 4 verify t/lm@1 --dispute --transcript mine.json
complained "no layer is in dispute"
[ ! -e mine.json ] || fail "a transcript of nothing was written"

# Files that were changed are no dispute about a record: the verdict says what it found, and keeps its exit status.
cp -r "$TINY/step-500" changed && chmod -R u+w changed
printf 'Z' | dd of=changed/model.safetensors bs=1 seek=9001 conv=notrunc 2>/dev/null
run 1 verify changed --dispute --transcript mine.json
said "these are not the weights"
complained "'mine.json' is not written"
[ ! -e mine.json ] || fail "a transcript of nothing was written"

# What the other party hands over is read with care.
: >empty.json
run 1 verify t/lm@1 --dispute --against empty.json
echo '{"schema":"akashi/transcript/1"}' >broken.json
run 1 verify t/lm@1 --dispute --against broken.json
complained "--against"
zero=0000000000000000000000000000000000000000000000000000000000000000
transcript() {
	printf '{"identity":"%s","input":"%s","layer":%s,"openedRow":%s,"probe":0,"profile":"akashi-exact/1","schema":"akashi/transcript/1","steps":[{"digest":"%s","opened":"3f800000","operation":"linear","rows":["%s","%s"]}]}' \
		$zero $zero "$1" "$2" $zero $zero $zero
}
transcript 1 1 >other.json
run 2 verify t/lm@1 --dispute --against other.json
complained "different layers or probes"
transcript 99 1 >far.json
run 2 verify t/lm@1 --dispute --against far.json
complained "has no layer 99"
