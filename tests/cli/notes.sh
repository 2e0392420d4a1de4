#!/bin/sh
# What one team learned stands beside the run, is found by the next in either language, and stays in the house.
. "$(dirname "$0")/lib.sh"

akashi init --quiet --origin example.org/house >/dev/null
printf '{"lr":"1e-3"}\n' >run.json
akashi add run run.json a/run@1 --quiet >/dev/null
akashi add checkpoint "$TINY/step-500" a/b@1 --quiet >/dev/null

run 0 note a/run@1 'Loss spike at 3,200, restarted from 3,000 with lr 0.8x'
said "noted a/run@1"
run 0 note a/run@1 'Loss spike at 3,200, restarted from 3,000 with lr 0.8x'
said "said before"
printf '学習率を０．８倍にして再開した。\nﾃﾞｰﾀの順序は変えていない。\n\n' | run 0 note a/b@1 --file -

# Told: all, of one name, of a version; in show and history.
run 0 note
said "Loss spike at 3,200"
said "学習率"
run 0 note a/run
unsaid "学習率"
run 0 note a/b@1
said "順序は変えていない"
unsaid "spike"
run 0 show a/run@1
said "restarted from 3,000"
run 0 history a/b
said "note"

# Found whatever the case and width: all the words, in any order.
run 0 note --search 'SPIKE loss'
said "3,200"
run 0 note --search 'データ 0.8倍'
said "再開"
run 0 note --search 'spike 学習率'
complained "no notes with"
run 0 note --search '%'
complained "no notes with"

# A correction takes its place; the first stays to be seen.
first=sha256:$(akashi note a/run@1 --json | sed -n 's/.*"statement": *"\([0-9a-f]*\)".*/\1/p')
run 0 note a/run@1 'The spike was at 3,210' --replaces "$first"
run 0 note a/run@1
said "3,210"
unsaid "3,200"
run 0 note a/run@1 --all
said "3,200"
said "takes another's place"
run 2 note a/b@1 'The spike was elsewhere' --replaces "$first"
complained "is about 'a/run@1'"
run 2 note a/run@1 x --replaces a/run@1
complained "not a note"

# Refused, and nothing is said.
run 2 note a/run@1 ''
complained "says nothing"
run 4 note a/none@1 x
run 2 note a/run@1 "$(printf 'two\033[31mred')"
complained "line 1 of the note is not plain text"
printf 'a\nb\377\n' | run 2 note a/run@1 --file -
complained "line 2"
head -c 20000 /dev/zero | tr '\0' x | run 2 note a/run@1 --file -
complained "too long"
run 3 note a/run@1 'key: AKIAIOSFODNN7EXAMPLE'
complained "the note"
run 3 note a/run@1 'logs: https://bob:hunter2hunter2@git.example.org/x'
complained "a URL with a password"
run 2 note a/run@1 x --search y
run 0 note a/run@1 'rehearsed only' --dry-run
run 0 note a/run@1
unsaid "rehearsed"

# It stays in the house: neither the log nor a release has it; withheld it is gone.
akashi record a/b@1 --random 2:8 --quiet >/dev/null
run 0 publish a/b@1 out
! grep -rqa "再開" out .akashi/tiles 2>/dev/null || fail "a note left the house"
note=sha256:$(akashi note a/b@1 --json | sed -n 's/.*"statement": *"\([0-9a-f]*\)".*/\1/p')
run 0 withhold "$note" --reason "names a person"
run 0 note a/b@1
unsaid "再開"
run 0 note --search 再開
unsaid "順序"
run 0 reindex
run 0 note --search spike
said "3,210"
run 0 fsck
