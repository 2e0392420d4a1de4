#!/bin/bash
# Whatever reads foreign bytes is fuzzed: each function of verify/ and registry/ that is given a span to read
# is called by a target of tests/fuzz/, or stands below with the target that reaches it. Every target has seeds.
. tests/house/lib.sh

# FUNCTION TARGET: what the target calls leads to this function with its bytes.
REACHED="
charsmap_open sentencepiece
charsmap_open tokenizer_json
decimal_read note
dtype_parse safetensors
eval_item_read eval_file
forward_open config
json_scan json
modelsig_parse modelsig
note_key_parse_as key
note_visit note
proof_hash_read proof
recorded_open outputs
sentencepiece_open sentencepiece
tokenizer_json_open tokenizer_json
tree_head_read note
trust_store_open pins
witness_size_read witness_request
words_decode codec
"
# FUNCTION REASON: what no target reaches, and why.
EXCUSED="
publish_scan_visit what this registry said itself is looked through for secrets, not parsed
sigstore_check its parts are: bundle_parse, rekor_check_inclusion, body_check, subject_check, identity_check, certificate_chain_check
modelsig_check what modelsig_read reads is then held against a key
witness_accept a verifier key that the witness's owner named: note_key_parse
witness_accept_list a file that the witness's owner wrote; its lines are read by note_key_parse
"

# readers ROOT: the functions of the headers whose first argument is a span that they read
readers() {
	(cd "$1" && find verify registry -name '*.h' | LC_ALL=C sort | xargs perl -0ne '
		while (/\b([a-z][a-z0-9_]*)\(((?:[^()]|\([^()]*\))*)\)/g) {
			my ($name, $parameters) = ($1, $2);
			next if $parameters !~ /\bstruct span \w/;
			print "$ARGV $name\n" if $name =~ /_(?:parse|parse_as|read|decode|scan|visit|open|payload|accept|accept_list|add_pem|from_[a-z0-9]+)$/
				|| ($name =~ /_check$/ && $parameters =~ /^struct span/);
		}')
}

check() {
	local root=$1 header function target
	readers "$root" | while read -r header function; do
		grep -qE "\b$function\(" "$root"/tests/fuzz/*_fuzz.c && continue
		grep -qE "^$function " <<<"$REACHED$EXCUSED" || say "$header: no target of tests/fuzz/ calls '$function'"
	done
	while read -r function target; do
		[ -z "$function" ] || readers "$root" | grep -q " $function\$" || say "there is no '$function' to be excused"
	done <<<"$REACHED$EXCUSED"
	while read -r function target; do
		[ -z "$target" ] || [ -e "$root/tests/fuzz/${target}_fuzz.c" ] || say "'$function' is reached by no '$target'"
	done <<<"$REACHED"
	for target in "$root"/tests/fuzz/*_fuzz.c; do
		target=$(basename "$target" _fuzz.c)
		[ -n "$(ls "$root/tests/fuzz/corpus/$target" 2>/dev/null)" ] || say "tests/fuzz/${target}_fuzz.c: no seeds in corpus/$target"
	done
	for target in $(sed -n 's/^FUZZ_FOREIGN="\(.*\)"/\1/p' "$root/tests/run.sh"); do
		[ -e "$root/tests/fuzz/${target}_fuzz.c" ] || say "tests/run.sh: there is no target '$target'"
	done
}

rule "what reads foreign bytes is fuzzed"

# plant WHAT FILE LINE PATTERN: as breaks, but told by the pattern
plant() {
	copy_once
	mkdir -p "$(dirname "$COPY/$2")"
	say "$3" >>"$COPY/$2"
	expect_broken "$1" "$4"
	if [ -e "$SOURCE/$2" ]; then cp "$SOURCE/$2" "$COPY/$2"; else rm "$COPY/$2"; fi
}
plant "a parser that no target calls" verify/planted.h 'int planted_parse(struct span text, struct error *err);' "calls 'planted_parse'"
plant "a reader of the registry" registry/planted.h 'int planted_from_text(struct span text);' "calls 'planted_from_text'"
REACHED+="planted_open json"
copy_once
expect_broken "an excuse for nothing" "no 'planted_open' to be excused"
REACHED=${REACHED%planted_open json}
plant "a target without seeds" tests/fuzz/planted_fuzz.c 'int planted;' "no seeds in corpus/planted"
plant "a run of a target that is not there" tests/run.sh 'FUZZ_FOREIGN="planted"' "no target 'planted'"
