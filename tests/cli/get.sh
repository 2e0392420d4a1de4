#!/bin/sh
# What was registered comes back byte for byte: whole, in parts, out of a series; or with a word about what is damaged.
. "$(dirname "$0")/lib.sh"

same() { diff -r "$1" "$2" >"$STORY/err" 2>&1 || fail "$1 and $2 differ"; }
clean() { [ ! -e "$1/.cache" ] || fail "unfinished files stay in $1"; }

run 0 init
# The damage below is done to objects that lie there as whole files.
sed -i 's/type = "packs"/type = "files"/' .akashi/config
mkdir -p m/sub
cp "$TINY/step-500/"* m/
chmod -R u+w m
head -c 20000000 /dev/urandom >m/sub/large.bin
: >m/empty.txt
run 0 add checkpoint m a/b@1 --quiet
run 0 add checkpoint "$TINY/step-*" 'x/y@step-{step}' --quiet
run 0 add dataset "$TINY/corpus" a/data@1 --quiet

# Whole, and again.
run 0 get a/b@1 out --dry-run
said "write  out/sub/large.bin"
[ ! -e out ] || fail "--dry-run wrote"
run 0 get a/b@1 out
same m out
clean out
rm out/config.json
run 0 get a/b@1 out --json
json 'len(o["items"]) == 9 and len([i for i in o["items"] if not i["there"]]) == 1'
same m out
run 0 get a/data@1 data
same "$TINY/corpus" data

# Some of it.
run 0 get a/b@1 sub config.json '*.model' some
[ "$(find some -type f | wc -l)" = 3 ] || fail "other files were restored"
cmp -s m/sub/large.bin some/sub/large.bin || fail "a file in a folder differs"
run 4 get a/b@1 nothing.txt some
complained "no file matches 'nothing.txt'"
run 4 get a/b@2 some
run 0 get a/b@1 config.json -
cmp -s m/config.json "$STORY/out" || fail "a file to a pipe differs"
run 2 get a/b@1 -
complained "one file"
run 0 get a/b@1 --tensor 'model.layers.0.*' layer.safetensors
run 4 get a/b@1 --tensor 'no.such.*' layer2.safetensors
[ ! -e layer2.safetensors ] || fail "a file without tensors was written"
run 2 get a/b@1 --tensor '*' some
complained "name the file"

# Out of a series: a place for each version.
run 0 get 'x/y@step-{100..500..200}' --tensor model.norm.weight norms
[ "$(ls norms)" = "$(printf 'step-100.safetensors\nstep-300.safetensors\nstep-500.safetensors')" ] || fail "a series has other places"
run 0 get 'x/y@step-*' config.json configs
cmp -s "$TINY/step-300/config.json" configs/step-300/config.json || fail "a file of a series differs"
run 0 get x/y@step-100 x/y@step-500 config.json two
[ "$(ls two)" = "$(printf 'step-100\nstep-500')" ] || fail "two names make another series"
run 4 get 'x/y@step-{100..400..100}' config.json three
complained "step-200"
[ ! -e three ] || fail "a series with a gap was begun"
run 4 get 'x/y@other-*' config.json three
run 2 get 'x/y@step-{100' config.json three

# Other files are not overwritten, and no link is followed.
echo mine >out/config.json
run 2 get a/b@1 out
complained "out/config.json"
complained "--force"
[ "$(cat out/config.json)" = mine ] || fail "a file was overwritten"
run 0 get a/b@1 out --force
same m out
echo mine >victim
rm out/config.json
ln -s ../victim out/config.json
run 2 get a/b@1 out
run 0 get a/b@1 out --force
same m out
[ "$(cat victim)" = mine ] || fail "a link was followed"
mkdir elsewhere
rm -r out/sub
ln -s ../elsewhere out/sub
run 1 get a/b@1 out --force
complained "symbolic link"
[ -z "$(ls elsewhere)" ] || fail "something was written behind a link"
rm out/sub
mkdir out/sub out/sub/large.bin
run 2 get a/b@1 out --force
complained "is a folder"

# Killed in the middle (by the limit of a file's size): the next run keeps what is true.
AKASHI_THREADS=1 sh -c 'ulimit -c 0 && ulimit -f 18000 && "$0" get a/b@1 cut; exit $?' "$AKASHI" >/dev/null 2>&1 && fail "the limit was not met"
[ ! -e cut/sub/large.bin ] || fail "half a file has its name"
part=$(ls -S cut/.cache/akashi/*.part | head -n 1)
[ -s "$part" ] || fail "nothing is left to go on with"
printf x | dd of="$part" bs=1 seek=100 conv=notrunc 2>/dev/null
run 0 get a/b@1 cut --json
json 'any(i["kept"] >= 4194304 for i in o["items"])'
same m cut
clean cut

# The disk fills up while it is written.
if command -v strace >/dev/null 2>&1 && strace -o /dev/null true 2>/dev/null; then
	status=0
	ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -P "$PWD/full/.cache/akashi/$(basename "$part")" -e trace=pwrite64 \
		-e inject=pwrite64:error=ENOSPC:when=3+ "$AKASHI" get a/b@1 full >/dev/null 2>"$STORY/err" || status=$?
	[ $status = 5 ] || fail "a full disk: exit status $status"
	complained "no room left"
	[ ! -e full/sub/large.bin ] || fail "half a file has its name"
	run 0 get a/b@1 full
	same m full
	clean full
fi

# A run that was killed when all was done but its own folder removed: the next one removes it.
mkdir -p full/.cache/akashi
run 0 get a/b@1 full
clean full

# Two at once into one folder.
"$AKASHI" get a/b@1 both >/dev/null 2>"$STORY/err" &
first=$!
run 0 get a/b@1 both
wait $first || fail "the first of two runs failed"
same m both
clean both

# Damage in the store is named; what is whole is restored.
hex=$(sha256sum m/sub/large.bin | cut -c 1-64)
object=$(find .akashi/objects -name "$hex")
chmod u+w "$object"
byte=$(od -An -tu1 -j 9000000 -N 1 "$object" | tr -d ' ')
printf "\\$(printf %o $((byte ^ 1)))" | dd of="$object" bs=1 seek=9000000 conv=notrunc 2>/dev/null
run 1 get a/b@1 damaged
complained "'sub/large.bin' is damaged in the store"
complained "bytes 8388608 to 12582912"
[ ! -e damaged/sub/large.bin ] || fail "a damaged file has its name"
cmp -s m/model.safetensors damaged/model.safetensors || cmp -s m/config.json damaged/config.json || fail "whole files were not restored"
run 1 get a/b@1 sub/large.bin -
complained "bytes 8388608 to 12582912"
printf "\\$(printf %o "$byte")" | dd of="$object" bs=1 seek=9000000 conv=notrunc 2>/dev/null
run 0 get a/b@1 damaged
same m damaged
clean damaged

# Bytes that were released on purpose: said before anything is written.
cp -r m gone
echo more >>gone/config.json
run 0 add checkpoint gone a/b@gone --quiet
run 0 prune a/b@gone --reason 'room for others'
run 4 get a/b@gone nowhere
complained "room for others"
[ ! -e nowhere ] || fail "something was written although not all of it is there"
run 0 get a/b@gone sub/large.bin shared
cmp -s m/sub/large.bin shared/sub/large.bin || fail "what another version needs is gone"

# The same out of packs, where pieces are compressed.
mkdir packed
cd packed
run 0 init
sed -i 's/type = "files"/type = "packs"/' .akashi/config
head -c 3000000 /dev/zero >zeros.bin
cat ../m/sub/large.bin zeros.bin >../m/sub/large.bin.new
mv ../m/sub/large.bin.new ../m/sub/large.bin
run 0 add checkpoint ../m p/q@1 --quiet
run 0 get p/q@1 out
same ../m out
run 0 get p/q@1 --tensor '*' all.safetensors
run 0 get a/b@1 --registry ../.akashi --tensor '*' same.safetensors
cmp all.safetensors same.safetensors || fail "tensors out of packs differ"
pack=$(find .akashi -name '*.pack' -size +1000k | head -n 1)
if [ -n "$pack" ]; then
	chmod u+w "$pack"
	at=$(($(stat -c %s "$pack") / 2))
	byte=$(od -An -tu1 -j $at -N 1 "$pack" | tr -d ' ')
	printf "\\$(printf %o $((byte ^ 1)))" | dd of="$pack" bs=1 seek=$at conv=notrunc 2>/dev/null
	run 1 get p/q@1 broken
	complained "'sub/large.bin' is damaged in the store: its bytes"
	cmp -s ../m/config.json broken/config.json || fail "whole files were not restored"
	printf "\\$(printf %o "$byte")" | dd of="$pack" bs=1 seek=$at conv=notrunc 2>/dev/null
	run 0 get p/q@1 broken --json
	json 'any(i["kept"] for i in o["items"])'
	same ../m broken
fi
cd ..

# Where blocks can be shared nothing is copied, and what is shared is read and checked.
if [ "$(id -u)" = 0 ] && command -v mkfs.xfs >/dev/null 2>&1 && unshare -m true 2>/dev/null; then
	truncate -s 400M "$STORY/xfs.img"
	mkfs.xfs -q -m reflink=1 "$STORY/xfs.img"
	mkdir "$STORY/xfs"
	status=0
	unshare -m sh -c '
		mount -o loop "$1/xfs.img" "$1/xfs" 2>/dev/null || exit 77
		cd "$1/xfs" && cp -r "$1/desk/m" . && "$0" init --quiet >/dev/null && "$0" add checkpoint m a/b@1 --quiet >/dev/null || exit 1
		"$0" get a/b@1 out --json >"$1/out" && diff -r m out || exit 1
		object=$(find .akashi/objects -name "$(sha256sum m/sub/large.bin | cut -c 1-64)")
		chmod u+w "$object" && printf x | dd of="$object" bs=1 seek=9000000 conv=notrunc 2>/dev/null
		! "$0" get a/b@1 damaged 2>"$1/err"' "$AKASHI" "$STORY" || status=$?
	if [ $status != 77 ]; then
		[ $status = 0 ] || fail "on a file system that shares blocks: status $status"
		json 'all(i["cloned"] for i in o["items"] if i["size"] > 4096)'
		complained "bytes 8388608 to 12582912"
	fi
fi
