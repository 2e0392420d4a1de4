#!/bin/sh
# A backup has all that a registry needs and nothing that could fork its log; it is made again and again, and comes back.
. "$(dirname "$0")/lib.sh"

run 0 init --origin example.org/kept
cp -r "$TINY/step-500" model
run 0 add checkpoint model t/m@v1
mkdir elsewhere
cp -r "$TINY/step-300" elsewhere/model
run 0 add checkpoint elsewhere/model t/far@v1 --store reference
cp -r "$TINY/step-100" linked
run 0 add checkpoint linked t/near@v1 --store link

# wrong STATUS DIR WORDS: no backup is made there, and nothing is changed
wrong() {
	before=$(find . "$2" 2>/dev/null | sort | sha256sum)
	run "$1" backup "$2"
	complained "$3"
	[ "$(find . "$2" 2>/dev/null | sort | sha256sum)" = "$before" ] || fail "backup $2 left something behind"
}

# Wrong places.
wrong 2 .akashi "lie in one another"
wrong 2 .akashi/objects/mine "lie in one another"
wrong 2 . "lie in one another"
mkdir other && echo mine >other/file
wrong 2 other "a folder of its own"
mkdir second
run 0 init second --bare --origin example.org/second
wrong 2 second "a folder of its own"
ln -s elsewhere link
wrong 2 link "symbolic link"
wrong 2 model/config.json "no folder"
wrong 5 not/there "cannot make"

# Rehearsed, made, made again: only what is new is copied.
run 0 backup kept --dry-run
[ ! -e kept ] || fail "a rehearsal made the folder"
run 0 backup kept --json
json 'o["copied"] == o["files"] - 6 - o["references"] and o["references"] > 0 and not o["keys"] and o["damaged"] == 0'
[ "$(stat -c %a kept)" = 700 ] || fail "others can look into the backup"
run 0 backup kept --json
json 'o["copied"] == 0 and o["state"] == 2 and o["former"] == 0'
[ "$(ls kept/states)" = 2 ] || fail "states: $(ls kept/states)"
(cd kept && sha256sum --quiet -c states/2/list) || fail "the list is not what sha256sum reads"
! find kept -name 'lock.db*' -o -name 'index.db*' -o -name '*.key' -o -name known | grep -q . || fail "it has what must not be in it"
run 0 backup second/../kept --check
said "holds"
run 2 --registry second backup kept
complained "is a backup of 'example.org/kept'"
run 0 restore kept nowhere --dry-run
said "example.org/kept"
[ ! -e nowhere ] || fail "a rehearsal made a folder"

# It comes back without its memory, whole, and signs nothing.
run 4 restore elsewhere back
run 2 restore kept kept/inside
run 2 restore kept .
run 0 restore kept back
said "signs nothing yet"
said "keys/log.key"
run 0 --registry back fsck --read-all
run 0 --registry back get t/m@v1 out
diff -r model out || fail "other bytes came back"
run 0 --registry back status
said "log recover"
run 0 --registry back get t/near@v1 near
diff -r linked near || fail "what was linked came back otherwise"
run 1 --registry back tag t/m@v1 latest
complained "log recover"
run 1 --registry back backup again
run 2 --registry back log recover
complained "--seen"
run 2 restore kept back
complained "already"

# Nothing newer was seen: with its key it goes on, and its witness is the log itself.
run 4 --registry back log recover --seen .akashi
complained "log.key"
[ ! -e back/.akashi/lock.db ] || fail "a memory was made without a key"
cp .akashi/keys/log.key back/.akashi/keys/
run 0 --registry back log recover --seen .akashi --dry-run
[ ! -e back/.akashi/lock.db ] || fail "a rehearsal made a memory"
run 0 --registry back log recover --seen .akashi
said "signs again"
run 2 --registry back log recover --unseen
run 0 --registry back tag t/m@v1 latest
run 0 --registry back log audit
run 0 --registry back status
unsaid "log recover"
rm -rf back out near

# The attack: more was signed and published since. The old copy never signs again.
cp .akashi/log/checkpoint older
run 0 add checkpoint model t/m@v2
run 0 publish t/m@v2 release
run 0 log prove t/m@v2
cp "$STORY/out" v2.tlog-proof
run 0 restore kept back
cp .akashi/keys/log.key back/.akashi/keys/
for seen in v2.tlog-proof release .akashi .akashi/log .akashi/log/checkpoint; do
	run 1 --registry back log recover --seen "$seen"
	complained "older"
	run 1 --registry back log recover --unseen --seen "$seen"
	run 1 --registry back tag t/m@v1 latest
done
[ ! -e back/.akashi/lock.db ] || fail "a memory was made of an old copy"
run 3 --registry back log recover --seen second
run 4 --registry back log recover --seen nowhere
# Another history of the same length, by the same key: a fork that happened.
cp -r back twin
run 0 --registry twin log recover --unseen
run 0 --registry twin tag t/m@v1 latest
run 0 --registry twin backup twins
run 0 restore twins third
run 1 --registry third log recover --seen .akashi/log/checkpoint
run 0 backup kept
run 0 restore kept fourth
cp .akashi/keys/log.key fourth/.akashi/keys/
run 1 --registry fourth log recover --seen twin/.akashi
complained "another history"
rm -rf back twin twins third fourth

# What an interrupted restore of another backup left comes into no registry: neither its key nor what it said.
run 0 --registry second backup seconds --with-keys
run 0 restore seconds third
mkdir fourth
mv third/.akashi fourth/.akashi.restoring
run 0 restore kept fourth
said "log.key"
[ ! -e fourth/.akashi/keys/log.key ] || fail "the key of another log came along"
[ ! -e fourth/.akashi/restoring.state ] || fail "the mark of a restore stayed"
for statement in fourth/.akashi/statements/*; do
	[ -e "kept/statements/${statement##*/}" ] || fail "a statement of another registry came along"
done
rm -rf seconds third fourth

# Keys and references, where that is asked for.
run 0 backup full --with-keys --references --json
json 'o["keys"] and o["references"] == 0'
[ "$(stat -c %a full/states/1/files/keys/log.key)" = 600 ] || fail "others can read the key"
rm -rf elsewhere
run 0 restore full back
unsaid "log.key"
[ "$(stat -c %a back/.akashi/keys/log.key)" = 600 ] || fail "others can read the restored key"
run 0 --registry back get t/far@v1 far
diff -r "$TINY/step-300" far || fail "references came back otherwise"
# What is older than the copy says nothing of what came after.
run 2 --registry back log recover --seen older
complained "nothing of what came after"
[ ! -e back/.akashi/lock.db ] || fail "an old checkpoint was enough"
run 0 --registry back log recover --seen older --seen .akashi
rm -rf back far full

# What is pruned and collected stays in the backup until --delete.
run 0 prune t/m@v1 t/m@v2 --reason test
run 0 gc --grace-days 0 --all
run 0 backup kept
said "--delete removes them"
run 1 restore kept back
said "kept as a reference"
run 4 --registry back get t/m@v1 out
complained "released"
run 0 backup kept --delete --json
json 'o["former"] > 0 and o["dropped"]'
run 0 backup kept --check
run 0 backup kept --json
json 'o["former"] == 0 and o["copied"] == 0'

# A damaged file of the registry is told, and not spread; the rest is backed up, and nothing removed.
run 0 add checkpoint model t/m@v3
run 0 backup kept
pack=$(ls -S .akashi/packs/*.pack | head -n 1)
middle=$(($(stat -c %s "$pack") / 2)) # behind the gap that a collection begins with
cp "$pack" whole
chmod u+w "$pack"
printf 'x' | dd of="$pack" bs=1 seek=$middle conv=notrunc status=none
run 0 backup kept --json
rm -rf fresh
run 1 backup fresh --delete
said "damaged: packs/"
[ ! -e "fresh/packs/$(basename "$pack")" ] || fail "a damaged pack was copied"
run 1 restore fresh broken
said "fails"
# Once a repair put what is good beside it, the pack is the best there is of the rest, and comes along.
run 1 restore kept rescue # what lies elsewhere is gone, and nothing else
run 1 fsck --read-all --repair-from rescue
said "repaired from"
run 0 backup fresh
[ -e "fresh/packs/$(basename "$pack")" ] || fail "a pack that was repaired was left out"
rm -rf broken
run 1 restore fresh broken
run 0 --registry broken get t/near@v1 mended
diff -r linked mended || fail "other bytes came back beside a damaged record"
rm -rf broken mended fresh rescue
cp whole "$pack"
run 0 backup fresh

# Once what was repaired is in a pack again, the backup has that pack, and not the damaged one in its place.
printf 'x' | dd of="$pack" bs=1 seek=$middle conv=notrunc status=none
touch -d '60 days ago' "$pack"
run 1 restore fresh rescue
run 1 fsck --read-all --repair-from rescue
run 0 backup fresh
run 0 gc --grace-days 0
[ ! -e "$pack" ] || fail "a pack that was written anew has the name of the damaged one"
run 0 backup fresh
rm -rf broken
run 1 restore fresh broken
run 0 --registry broken get t/near@v1 mended
diff -r linked mended || fail "the backup kept a damaged pack for the one that was written anew"
rm -rf broken mended rescue

# A pack of small files that came over damaged is no good one because the registry has it whole.
mkdir small
printf '{"architectures": ["LlamaForCausalLM"]}' >small/config.json
(printf 'not compressed:' && head -c 3000 /dev/urandom) >small/tokenizer.bin
run 0 add checkpoint small t/small@v1
run 0 gc --grace-days 0 --all
torn=$(grep -laF 'not compressed:' .akashi/packs/*.pack)
at=$(grep -aboF 'not compressed:' "$torn" | cut -d : -f 1)
cp "$torn" fresh/packs/
chmod u+w "fresh/packs/$(basename "$torn")"
printf 'xxxx' | dd of="fresh/packs/$(basename "$torn")" bs=1 seek=$((at + 100)) conv=notrunc status=none
run 0 backup fresh
cmp "$torn" "fresh/packs/$(basename "$torn")" || fail "a torn pack was kept"
