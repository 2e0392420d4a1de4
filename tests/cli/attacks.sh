#!/bin/sh
# Each attacker of docs/threat-model.md who touches a release plays, and the verdict must not be fooled.
. "$(dirname "$0")/lib.sh"

# The publisher.
run 0 init --origin honest.example.org/models
pin=$(sed -n 's/^pin *//p' "$STORY/out")
run 0 add checkpoint "$TINY/step-500" tiny/lm@step-500
result=$(find "$TINY/eval" -name 'results*.json' | head -n 1)
run 0 add eval "$result" --of tiny/lm@step-500
run 0 record tiny/lm@step-500 --random 4:16:attack
run 0 publish tiny/lm@step-500 release --as tiny/lm@v1
mkdir "$STORY/stranger"
mv release "$STORY/stranger/true"
echo "$pin" >"$STORY/stranger/pin.txt"
publisher_home=$HOME
cd "$STORY/stranger"
HOME=$STORY/stranger XDG_CONFIG_HOME=$STORY/stranger/.config
run 0 verify true --trust pin.txt

# again NAME: a fresh copy of the release to do harm to
again() {
	rm -rf "$1"
	cp -r true "$1"
	chmod -R u+w "$1"
}

# of KIND: the statement file of that kind, without its folder
of() {
	for file in true/akashi/statements/*.json; do
		sed -n 's/.*"payload":"\([^"]*\)".*/\1/p' "$file" | base64 -d 2>/dev/null | grep -q "akashi/$1/v1\"" &&
			basename "$file" .json && return
	done
	fail "the release has no statement of kind $1"
}

# A mirror re-signs everything with a key and a log of its own, under the same names and origin.
HOME=$STORY/mirror XDG_CONFIG_HOME=$STORY/mirror/.config
mkdir -p "$HOME/desk" && cd "$HOME/desk"
run 0 init --origin honest.example.org/models
cp -r "$STORY/stranger/true" bent && chmod -R u+w bent && rm -rf bent/akashi bent/model.sig bent/SHA256SUMS
sed -i 's/"max_position_embeddings": *[0-9]*/"max_position_embeddings": 128/' bent/config.json
run 0 add checkpoint bent tiny/lm@step-500
run 0 record tiny/lm@step-500 --random 4:16:attack
run 0 publish tiny/lm@step-500 "$STORY/stranger/mirror" --as tiny/lm@v1
cd "$STORY/stranger"
HOME=$STORY/stranger XDG_CONFIG_HOME=$STORY/stranger/.config
run 3 verify mirror --trust pin.txt
said "signer unknown"
unsaid "honest.example.org/models allows"

# The mirror's statements under the true policy: the true pin's policy is put beside them.
cp true/akashi/statements/* mirror/akashi/statements/
cp true/akashi/proofs/* mirror/akashi/proofs/
STATUS=0
"$AKASHI" verify mirror --trust pin.txt >"$STORY/out" 2>"$STORY/err" || STATUS=$?
[ $STATUS = 1 ] || [ $STATUS = 3 ] || fail "a mirror with the true policy beside its own statements: exit $STATUS"

# Stripped: the signature over the directory, a record, a result, a proof, everything.
again stripped && rm stripped/model.sig
run 1 verify stripped --trust pin.txt
said "model.sig"
again stripped && rm "stripped/akashi/statements/$(of record).json" "stripped/akashi/proofs/$(of record).tlog-proof"
run 1 verify stripped --trust pin.txt
said "which the release lists"
again stripped && rm "stripped/akashi/statements/$(of eval).json"
run 1 verify stripped --trust pin.txt
again stripped && rm "stripped/akashi/proofs/$(of checkpoint).tlog-proof"
run 1 verify stripped --trust pin.txt
again stripped && rm -r stripped/akashi
run 3 verify stripped --trust pin.txt
said "signer unknown"
again stripped && rm -r stripped/akashi stripped/model.sig
run 3 verify stripped --trust pin.txt
said "unsigned, unknown"

# Tampered: one byte of a statement, of a proof, of an object, of model.sig; two statements swapped.
for victim in "akashi/statements/$(of release).json" "akashi/statements/$(of record).json" \
	"akashi/proofs/$(of checkpoint).tlog-proof" model.sig; do
	again tampered
	size=$(stat -c %s "tampered/$victim")
	at=$((size / 2))
	byte=$(od -An -tu1 -j $at -N 1 "tampered/$victim" | tr -d ' ')
	printf "\\$(printf %o $((byte == 65 ? 66 : 65)))" | dd of="tampered/$victim" bs=1 seek=$at conv=notrunc 2>/dev/null
	run 1 verify tampered --trust pin.txt
done
for object in true/akashi/objects/*; do
	again tampered
	echo >>"tampered/akashi/objects/$(basename "$object")"
	run 1 verify tampered --trust pin.txt
	said "$(basename "$object")"
done
again tampered && mv "tampered/akashi/statements/$(of eval).json" "tampered/akashi/statements/$(of record).json"
run 1 verify tampered --trust pin.txt

# Links: akashi/ itself, a file in it, a file of the model.
again linked && mv linked/akashi elsewhere && ln -s ../elsewhere linked/akashi
run 1 verify linked --trust pin.txt
again linked && mv "linked/akashi/statements/$(of record).json" moved && ln -s "$PWD/moved" "linked/akashi/statements/$(of record).json"
run 1 verify linked --trust pin.txt
again linked && mv linked/config.json config.json && ln -s ../config.json linked/config.json
run 1 verify linked --trust pin.txt
complained "symbolic link"
one_line

# What nobody signed beside what was signed.
again extra && echo 'import os' >extra/modeling_tiny.py
run 3 verify extra --trust pin.txt
said "modeling_tiny.py"
again extra && cp extra/model.safetensors extra/pytorch_model.bin
run 3 verify extra --trust pin.txt
said "pytorch_model.bin"
again extra && sed 's/held-out/perfect/' <true/README.md >extra/README.md && echo 'The best model.' >>extra/README.md
run 3 verify extra --trust pin.txt
said "README.md was edited after signing"

again extra && echo 'import os' >extra/akashi/modeling_tiny.py
run 3 verify extra --trust pin.txt
said "akashi/modeling_tiny.py"
again extra && mkdir extra/akashi/objects/deep && echo x >"extra/akashi/objects/deep/$(basename "$(echo true/akashi/objects/*)")"
run 1 verify extra --trust pin.txt

# Nothing is computed with a config.json that was not signed, though these probes would agree.
again edited && sed -i 's/"max_position_embeddings": *[0-9]*/"max_position_embeddings": 128/' edited/config.json
run 1 verify edited --trust pin.txt
grep -qE "^fails +forward .*config.json" "$STORY/out" || fail "the forward pass took an edited config.json"

# Missing files are named; what is there is still judged.
again partial && rm partial/tokenizer.json
run 3 verify partial --trust pin.txt
said "tokenizer.json"
again partial && truncate -s -1 partial/model.safetensors
run 1 verify partial --trust pin.txt
said "model.safetensors"

# A pin of another policy of the same log, and one of another log.
sed 's/sha256:...../sha256:00000/' pin.txt >other.txt
run 3 verify true --trust other.txt
said "signer unknown"
printf 'not a pin\n' >bad.txt
run 1 verify true --trust bad.txt
one_line
: >empty.txt
run 3 verify true --trust empty.txt

# A registry that somebody plants beside the release vouches for nothing that it does not know.
mkdir planted && cp -r "$STORY/mirror/desk/.akashi" planted/.akashi && chmod -R go+w planted/.akashi && cp -r true planted/true
cd planted
STATUS=0
"$AKASHI" verify true >"$STORY/out" 2>"$STORY/err" || STATUS=$?
[ $STATUS = 3 ] || fail "a planted registry: exit $STATUS"

# A registry that came with the download belongs to whoever unpacked it, and vouches for nothing all the same.
cd "$STORY/stranger"
mkdir served && cp -r "$STORY/mirror/desk/.akashi" served/.akashi && cp -r mirror served/model && chmod -R go-w served
cd served
run 3 verify model
said "signer unknown"
complained "neither pinned it"
cd model
run 3 verify .
run 0 verify . --registry ..
run 0 trust pin "$pin"
run 3 verify .
