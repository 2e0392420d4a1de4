#!/bin/sh
# A device that errs after it was admitted accuses nobody: the CPU repeats what it found, and decides.
. "$(dirname "$0")/lib.sh"

DRIVER=${AKASHI_BUILD:-none}/tests/cuda
[ -e "$DRIVER/driver/libcuda.so.1" ] || skip "the fake driver was not built"
grep -q 'AKASHI_SANITIZE:BOOL=ON' "$AKASHI_BUILD/CMakeCache.txt" && skip "a sanitizer does not like a library of its kind loaded late"
export LD_LIBRARY_PATH=$DRIVER/driver
run 0 version --devices
grep -q "built without device code" "$STORY/out" && skip "this build has no device code"

outputs=$AKASHI_SOURCE/tests/data/foreign
run 0 init --origin errs.example.org/models
run 0 add checkpoint "$TINY/step-500" t/lm@1
run 0 record t/lm@1 --random 10:4:errs --boundaries --device cpu

# first WORDS...: sets $at to the first launch that these faults may name without keeping the device from being admitted
first() {
	low=0 at=1024
	while [ $((at - low)) -gt 1 ]; do
		middle=$(((low + at) / 2))
		if AKASHI_FAKE_CUDA="$*=$middle" "$AKASHI" version --devices | grep -q '^ *admitted$'; then
			at=$middle
		else
			low=$middle
		fi
	done
}
first launch_at # from there on the pass launches, and the first thing that it computes is the embedding
export AKASHI_FAKE_CUDA="flip_at=$at"

# By itself the CPU decides, of the same sample, and the device is named.
run 0 verify t/lm@1 --forward all
said "10 of 10 probes exact, bit for bit"
said "computed, because a device was declined: cuda:0 (Fake Device): its results differ from the CPU's: probe "
run 0 verify t/lm@1 --seed again --json
json 'o["steps"][5]["evidence"]["backend"].startswith("cpu (")'
json '"its results differ from the CPU" in o["steps"][5]["evidence"]["deviceDeclined"]'
json 'o["steps"][5]["evidence"]["probesExact"] == 8 and "repeatedAfter" not in o["steps"][5]["evidence"]'
run 3 verify t/lm@1 --spot 2
said "spot check: sampled 2 of "
said "cuda:0 (Fake Device): its results differ from the CPU's: probe "
run 0 verify t/lm@1 --dispute
said "dispute: there is none"

# Whoever insists hears whose results these are, and how to repeat exactly them.
run 1 verify t/lm@1 --device cuda
said "computed on cuda:0 (Fake Device), and not repeated on the CPU; a device may err: repeat it with --device cpu --seed "
seed=$(sed -n 's/.*--device cpu --seed \([0-9a-f]*\).*/\1/p' "$STORY/out")
[ ${#seed} = 64 ] || fail "no seed is told"
run 0 verify t/lm@1 --device cpu --seed "$seed" --json
json "o['steps'][5]['evidence']['seed'] == '$seed' and o['steps'][5]['evidence']['probesExact'] == 8"
run 1 verify t/lm@1 --spot 2 --device cuda
said "and not repeated on the CPU; a device may err: repeat it with --device cpu --seed "
run 1 verify t/lm@1 --forward all --device cuda
said "repeat it with --device cpu"
unsaid "--device cpu --seed"
run 1 verify t/lm@1 --dispute --device cuda
said "and not repeated on the CPU"

# A number that only the device takes for a NaN accuses as little.
first flip_kernel=find_not_finite flip_at
export AKASHI_FAKE_CUDA="flip_kernel=find_not_finite flip_at=$at"
run 0 verify t/lm@1 --forward all
said "its results differ from the CPU's: "
said "is not finite"
run 1 verify t/lm@1 --forward all --device cuda
said "and not repeated on the CPU"

# A record that the weights do not give (an erring device made it) is found by a device, and by the CPU after it.
run 0 add checkpoint "$TINY/step-300" t/wrong@1
first flip_kernel=add flip_at
export AKASHI_FAKE_CUDA="flip_kernel=add flip_at=$((at + 1))"
run 0 record t/wrong@1 --random 2:9:errs --boundaries --device cuda
unset AKASHI_FAKE_CUDA
both="cuda:0 (Fake Device) found a difference, so cpu ("
run 1 verify t/wrong@1 --forward all
said "$both"
said "repeated it and finds one as well"
unsaid "a device was declined"
run 1 verify t/wrong@1 --spot 100%
said "$both"
run 1 verify t/wrong@1 --dispute --json
json 'o["steps"][5]["evidence"]["repeatedAfter"] == "cuda:0 (Fake Device)"'
json 'o["steps"][5]["evidence"]["backend"].startswith("cpu (")'
json 'o["steps"][5]["evidence"]["dispute"]["backend"].startswith("cpu (")'
run 1 verify t/wrong@1 --dispute --device cuda
said "dispute: narrowed by the results of cuda:0 (Fake Device), which the CPU did not repeat"
run 1 verify t/wrong@1 --forward all --device cpu
unsaid "found a difference, so"

# Other weights than the outputs and the scores that were published are of.
run 0 add checkpoint "$TINY/step-300" t/other@1
run 0 record t/other@1 --from "$outputs/tiny-float32.jsonl" --unchecked
run 1 verify t/other@1 --forward all
said "$both"
run 1 verify t/other@1 --forward all --device cuda
said "and not repeated on the CPU"
run 0 add eval "$TINY"/eval/results_*.json --of t/other@1
run 1 verify t/other@1 --forward none --evals 2 --json
json 'o["steps"][4]["evidence"]["repeatedAfter"] == "cuda:0 (Fake Device)"'
run 1 verify t/other@1 --forward none --evals 2 --device cuda
said "computed on cuda:0 (Fake Device), and not repeated on the CPU"
