#!/bin/bash
# How fast is a whole exact forward pass beside transformers (float32, eager) and llama.cpp (float32)?
#
#     AKASHI_BUILD=build tests/bench/forward.sh PYTHON LLAMA_SOURCE LLAMA_BUILD [ROUNDS [COUNT LENGTH [THREADS]]]
#
# PYTHON has torch, transformers and numpy. LLAMA_SOURCE is llama.cpp (for instance vendor/llama.cpp of the
# sdist of llama-cpp-python), LLAMA_BUILD a static build of its target `llama`, made with the instructions that
# our kernels use and none that compute something else:
#
#     cmake -S LLAMA_SOURCE -B LLAMA_BUILD -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=OFF \
#         -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON -DGGML_AVX512=ON \
#         -DGGML_AVX512_BF16=OFF -DGGML_AMX_TILE=OFF
#
# What is timed. Ours: read every piece of the bf16 file from the page cache, hash it, compare it with the manifest,
# compute, digest every layer boundary, every row of logits, the eight largest and the likelihoods ("pass"); and the layers
# alone with the same reading and hashing ("layers"). transformers: the logits alone, weights already in memory as
# float32 ("pass"), and getting them there ("load"). llama.cpp: every logit ("pass") and prompt processing as its
# own llama-bench measures it, logits of each sequence's last token only ("prompt"); its float32 file is mapped
# and was touched before. The three take turns; medians of processor time are compared, since a busy machine
# hides the rest, and waiting threads are told to sleep. Needs 8 GB of disk in $TMPDIR and 10 GB of memory.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(realpath "${AKASHI_BUILD:-build}")
python=$1 source=$(realpath "$2") llama=$(realpath "$3") rounds=${4:-3} count=${5:-16} length=${6:-128} threads=${7:-2}
work=${FORWARD_WORK:-$(mktemp -d)}
[ -n "${FORWARD_WORK:-}" ] || trap 'rm -rf "$work"' EXIT
export OMP_WAIT_POLICY=passive OMP_NUM_THREADS=$threads MKL_NUM_THREADS=$threads AKASHI_THREADS=$threads

cc -O2 -I"$source/include" -I"$source/ggml/include" -c "$here/forward_llama.c" -o "$work/llama.o"
c++ "$work/llama.o" "$llama/src/libllama.a" "$llama"/ggml/src/libggml{,-cpu,-base}.a -fopenmp -lpthread -ldl \
	-o "$work/forward_llama"
"$build/tests/bench/forward_bench" "$work/model" 1 1 >/dev/null # makes it where there is none
[ -s "$work/model.gguf" ] ||
	PYTHONPATH=$source/gguf-py "$python" "$here/to_gguf.py" "$work/model" "$work/model.gguf" >/dev/null 2>&1
rm -f "$work"/times.*

for ((i = 0; i < rounds; i++)); do
	cat "$work/model/model.safetensors" >/dev/null
	"$build/tests/bench/forward_bench" "$work/model" "$count" "$length" >>"$work/times.ours"
	"$python" "$here/forward_eager.py" "$work/model" "$count" "$length" "$threads" >>"$work/times.eager" 2>"$work/eager.err"
	cat "$work/model.gguf" >/dev/null
	"$work/forward_llama" "$work/model.gguf" "$count" "$length" "$threads" >>"$work/times.llama"
done

# median WHO WHAT COLUMN (2: clock, 3: processor)
median() {
	awk -v what="$2" -v column="$3" '$1 == what { print $column }' "$work/times.$1" | sort -g |
		awk '{ x[NR] = $1 } END { print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'
}
row() { printf '%-34s %8s s processor %8s s clock\n' "$1" "$(median "$2" "$3" 3)" "$(median "$2" "$3" 2)"; }
ratio() {
	awk -v a="$(median "$2" "$3" 3)" -v b="$(median ours "$4" 3)" -v c="$(median "$2" "$3" 2)" -v d="$(median ours "$4" 2)" \
		-v what="$1" 'BEGIN { printf "%-44s %.2f (on the clock %.2f)\n", what, a / b, c / d }'
}

echo "$count x $length tokens, $threads threads, $rounds rounds, load $(cut -d' ' -f1 /proc/loadavg)"
grep -m 1 variant "$work/times.ours" || head -n 1 "$work/times.ours"
row "ours, all of it" ours pass
row "ours, layers without the head" ours layers
row "transformers eager, the pass" eager pass
row "transformers eager, the load" eager load
row "llama.cpp, every logit" llama pass
row "llama.cpp, prompt processing" llama prompt
ratio "transformers eager / ours" eager pass pass
ratio "llama.cpp every logit / ours" llama pass pass
ratio "llama.cpp prompt / ours without the head" llama prompt layers
