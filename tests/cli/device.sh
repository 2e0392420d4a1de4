#!/bin/sh
# What computes: a device that is admitted, else the CPU; the bits are the same, and a refusal is said.
. "$(dirname "$0")/lib.sh"

run 2 verify "$TINY/step-500" --device gpu
complained "'gpu' is no device: auto, cpu, cuda, cuda:N or cuda:N,M"
one_line
run 2 verify "$TINY/step-500" --device cuda:0,0
run 2 record a/b@1 --device cuda:x

run 0 init --origin device.example.org/models
run 0 add checkpoint "$TINY/step-500" t/lm@1
run 0 record t/lm@1 --random 2:9 --boundaries --device cpu --json
json 'o["backend"].startswith("cpu (") and "deviceDeclined" not in o'

run 0 version --devices --json
json '[d["device"] for d in o["devices"]][0].startswith("cuda") and o["devices"][-1]["device"] == "cpu"'
json 'o["devices"][-1]["admitted"] and {"linear", "attention", "route"} <= set(o["samples"])'

# Without a device the CPU computes, which is worth no line; to insist is to fail.
if ! ldconfig -p 2>/dev/null | grep -q 'libcuda\.so\.1'; then
	run 0 verify t/lm@1 --device auto
	unsaid "a device was declined"
	run 0 verify t/lm@1 --json
	json 'o["steps"][5]["evidence"]["backend"].startswith("cpu (")'
	json 'o["steps"][5]["evidence"]["deviceDeclined"]'
	run 0 verify t/lm@1 --device cpu --json
	json '"deviceDeclined" not in o["steps"][5]["evidence"]'
	run 4 verify t/lm@1 --device cuda
	run 4 record t/lm@1 --random 1:3 --device cuda
	run 0 record t/lm@1 --random 1:3 --device cuda --dry-run
	run 0 verify t/lm@1 --forward none --device cuda
	run 0 version --devices
	said "not used: "
fi

# A driver that runs the device code on this processor, where there is code to run.
DRIVER=${AKASHI_BUILD:-none}/tests/cuda
[ -e "$DRIVER/driver/libcuda.so.1" ] || skip "the fake driver was not built"
grep -q 'AKASHI_SANITIZE:BOOL=ON' "$AKASHI_BUILD/CMakeCache.txt" && skip "a sanitizer does not like a library of its kind loaded late"
export LD_LIBRARY_PATH=$DRIVER/driver
run 0 version --devices
grep -q "built without device code" "$STORY/out" && skip "this build has no device code"
said "cuda:0      Fake Device, compute capability 8.6"

# The same record, byte for byte, from the device; and all ways to check on it.
run 0 record t/lm@1 --random 2:9 --boundaries --device cuda --json
json 'o["existed"] and o["backend"] == "cuda:0 (Fake Device)" and "deviceDeclined" not in o'
run 0 verify t/lm@1 --forward all --json
json 'o["steps"][5]["evidence"]["backend"] == "cuda:0 (Fake Device)"'
json 'o["steps"][5]["evidence"]["probesExact"] == 2 and "deviceDeclined" not in o["steps"][5]["evidence"]'
run 3 verify t/lm@1 --spot 2 --device cuda --json
json 'o["steps"][5]["status"] == "holds" and o["steps"][5]["evidence"]["backend"] == "cuda:0 (Fake Device)"'

# One wrong bit in one kernel: not used, and said; to insist is to fail.
export AKASHI_FAKE_CUDA="flip_kernel=rope flip_at=1"
run 0 verify t/lm@1
said "computed, because a device was declined: cuda:0 (Fake Device): "
run 5 verify t/lm@1 --device cuda
complained "cuda:0 (Fake Device): "
run 0 version --devices --json
json 'not o["devices"][0]["admitted"] and o["devices"][0]["refused"] and o["devices"][0]["model"] == "Fake Device"'

# A device that vanishes in the middle of the pass: the CPU begins again, and the record is whole.
low=1 high=65536
while [ $((high - low)) -gt 64 ]; do
	middle=$(((low + high) / 2))
	if AKASHI_FAKE_CUDA="lost_at=$middle" "$AKASHI" version --devices | grep -q '^ *admitted$'; then
		high=$middle
	else
		low=$middle
	fi
done
export AKASHI_FAKE_CUDA="lost_at=$((high + 100))"
run 0 verify t/lm@1 --forward all
said "cpu ("
said "computed, because a device was declined: cuda:0 (Fake Device): "
said "2 of 2 probes exact, bit for bit (18 positions, every layer boundary)"
run 5 verify t/lm@1 --forward all --device cuda
run 0 record t/lm@1 --random 2:9 --boundaries
said "had recorded"
complained "because a device was declined"
run 5 record t/lm@1 --random 2:8 --boundaries --device cuda
run 0 record t/lm@1 --random 2:8 --boundaries --device cpu --json
json 'not o["existed"]'

# Weights are hashed where --hash-on says: the first digest that no sample sees is then one of a tensor,
# and wrong; the CPU, which computes it again, finds what was signed.
late=1
until AKASHI_FAKE_CUDA="flip_kernel=digest flip_at=$late" "$AKASHI" version --devices | grep -q '^ *admitted$'; do
	late=$((late + 1))
done
export AKASHI_FAKE_CUDA="flip_kernel=digest flip_at=$late"
run 0 verify t/lm@1 --forward all --hash-on device
said "declined: cuda:0 (Fake Device): its results differ from the CPU's: "
said "is not what was signed"
run 0 verify t/lm@1 --forward all --hash-on host
said "declined: cuda:0 (Fake Device): its results differ from the CPU's: "
unsaid "is not what was signed"

# Drivers of other days.
export AKASHI_FAKE_CUDA="driver=12020 module_result=222"
run 0 verify t/lm@1
said "the driver, which is for CUDA 12.2, does not take the device code"
unset AKASHI_FAKE_CUDA
LD_LIBRARY_PATH=$DRIVER/old_driver
run 0 verify t/lm@1
said "the NVIDIA driver is too old: it has no 'cuMemsetD2D8Async'"
run 5 verify t/lm@1 --device cuda
