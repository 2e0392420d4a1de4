#!/bin/sh
# What people have on their disks: unsigned folders, single files, other formats, two weight sets, files that are not what they say.
. "$(dirname "$0")/lib.sh"

# One safetensors file, and a folder that nobody signed.
cp "$TINY/step-500/model.safetensors" .
run 3 verify model.safetensors
said "unsigned, unknown"
said "well-formed"
run 3 verify "$TINY/step-100"
said "394080 weights"
said "a forward pass is possible"
run 3 verify "$TINY/step-100" --json
json 'o["status"] == "undecided" and [s for s in o["steps"] if s["id"] == "bytes"][0]["status"] == "not-possible"'
run 4 verify nowhere
one_line

# A single file and a folder that the registry at hand knows are named.
run 0 init --origin downloads.example.org/x
run 0 add checkpoint "$TINY/step-500" tiny/lm@step-500
run 0 record tiny/lm@step-500 --random 2:16:x
cp -r "$TINY/step-500" download && chmod -R u+w download
mkdir -p download/.cache/huggingface && echo x >download/.gitattributes && echo y >download/.cache/huggingface/x.metadata
run 0 verify download
said "tiny/lm@step-500"
said ".cache/: left out"
printf 'Z' | dd of=download/tokenizer.json bs=1 seek=100 conv=notrunc 2>/dev/null
run 1 verify download
said "tokenizer.json"

# Pickles, .bin and GGUF are looked at as bytes, and said so.
mkdir other
printf 'PK\003\004pickle' >other/pytorch_model.bin
printf 'GGUF\003\000\000\000' >other/model.gguf
printf '\200\002}q\000.' >other/old.pt
run 3 verify other
said "pytorch_model.bin"
said "model.gguf"
said "bytes only"

# Two loadable weight sets cannot be decided.
cp -r "$TINY/step-100" two && cp "$TINY/step-500/model.safetensors" two/
chmod -R u+w two
run 3 verify two
said "two"

# Files that are not what they say end in one line, and never in a crash.
mkdir bad
refuse() {
	STATUS=0
	"$AKASHI" verify bad >"$STORY/out" 2>"$STORY/err" || STATUS=$?
	[ $STATUS -ge 1 ] && [ $STATUS -le 5 ] || fail "$1: exit $STATUS"
	rm -rf bad
	mkdir bad
}
head -c 100 "$TINY/step-500/model.safetensors" >bad/model.safetensors
refuse "a header that ends too early"
printf '\377\377\377\377\377\377\377\177{}' >bad/model.safetensors
refuse "a header of 2^63 bytes"
printf '\002\000\000\000\000\000\000\000{}trailing' >bad/model.safetensors
refuse "bytes behind the last tensor"
header='{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}'
{ printf "\\$(printf %o ${#header})\\000\\000\\000\\000\\000\\000\\000%s" "$header"; printf 'abcd'; } >bad/model.safetensors
refuse "a negative dimension"
: >bad/model.safetensors
refuse "an empty file"
mkfifo bad/model.safetensors
refuse "a pipe"
[ "$(id -u)" = 0 ] || { echo '{}' >bad/config.json; chmod 000 bad/config.json; refuse "an unreadable file"; }

# config.json that contradicts the tensors, an architecture nobody knows, NaN in the weights.
cp -r "$TINY/step-500" contradicts && chmod -R u+w contradicts
sed -i 's/"hidden_size": *[0-9]*/"hidden_size": 64/' contradicts/config.json
run 0 add checkpoint contradicts bad/contradicts@1
run 1 record bad/contradicts@1 --random 1:4
one_line
cp -r "$TINY/step-500" unknown && chmod -R u+w unknown
sed -i 's/"model_type": *"llama"/"model_type": "mamba"/; s/LlamaForCausalLM/MambaForCausalLM/' unknown/config.json
run 0 add checkpoint unknown bad/unknown@1
run 3 record bad/unknown@1 --random 1:4
complained "mamba"
run 0 verify bad/unknown@1
said "mamba"
run 3 verify bad/unknown@1 --forward quick
cp -r "$TINY/step-500" nan && chmod -R u+w nan
size=$(stat -c %s nan/model.safetensors)
i=0
while [ $i -lt 64 ]; do printf '\300\177'; i=$((i + 1)); done | dd of=nan/model.safetensors bs=1 seek=$((size - 128)) conv=notrunc 2>/dev/null
run 0 add checkpoint nan bad/nan@1
run 1 record bad/nan@1 --random 4:16
complained "not finite"
run 0 log audit
