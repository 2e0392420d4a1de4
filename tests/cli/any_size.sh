#!/bin/sh
# A model of any size is registered, recorded and verified in the memory of two layers: a Llama of the
# 8B shape (16 GB, bf16, 4 shards) under a limit of 6 GB on everything that the process may map.
. "$(dirname "$0")/lib.sh"
[ -n "${AKASHI_LONG:-}" ] || skip "writes and reads 16 GB; AKASHI_LONG=1 asks for it"
MAKE=${AKASHI_MAKE_CHECKPOINT:-$(dirname "$AKASHI")/tests/bench/make_checkpoint}
[ -x "$MAKE" ] || skip "no make_checkpoint: cmake --build BUILD --target bench"
[ "$(df -Pk "$STORY" | awk 'NR == 2 { print $4 }')" -gt 40000000 ] || skip "needs 40 GB of disk in TMPDIR"
command -v python3 >/dev/null 2>&1 || skip "no python3 to measure a child's memory with"

LIMIT_KIB=5859375 # 6 GB
cat >"$STORY/bounded.py" <<'PY'
import os, resource, subprocess, sys, time
limit, report, argv = int(sys.argv[1]) * 1024, sys.argv[2], sys.argv[3:]
begin = time.monotonic()
status = subprocess.call(argv, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(report, "w") as out:
    print(used.ru_maxrss, round(used.ru_utime + used.ru_stime, 1), round(time.monotonic() - begin, 1), file=out)
sys.exit(status if status >= 0 else 128 - status)
PY

# bounded STATUS ARGUMENT...: as run, with no more than the limit to map; says what it took
bounded() {
	wanted=$1
	shift
	STATUS=0
	python3 "$STORY/bounded.py" "$LIMIT_KIB" "$STORY/used" "$AKASHI" "$@" >"$STORY/out" 2>"$STORY/err" || STATUS=$?
	[ "$STATUS" = "$wanted" ] || fail "akashi $*: exit status $STATUS, wanted $wanted"
	read -r kib processor clock <"$STORY/used"
	echo "akashi $1: $((kib / 1024)) MiB resident at most, $processor s of processor time, $clock s on the clock"
	[ "$kib" -lt "$LIMIT_KIB" ] || fail "akashi $* held $kib KiB"
}

"$MAKE" "$STORY/made" "${ANY_SIZE_SHAPE:-8b}" 4
run 0 init --origin any/size
bounded 0 add checkpoint "$STORY/made" any/size@v1 --store reference --quiet
bounded 0 record any/size@v1 --random 2:32 --quiet
bounded 0 verify any/size@v1 --forward all
said "2 of 2 probes exact, bit for bit (64 positions, every layer boundary)"

# One flipped bit of one weight of a late layer: found by the bytes, and nothing is computed from it.
python3 - "$STORY/made" <<'PY'
import glob, sys
with open(sorted(glob.glob(sys.argv[1] + "/model-*.safetensors"))[-2], "r+b") as shard:
    shard.seek(-1000, 2)
    byte = shard.read(1)[0]
    shard.seek(-1000, 2)
    shard.write(bytes([byte ^ 1]))
PY
bounded 1 verify any/size@v1 --forward all
said "fails        bytes"
said "not run: these are not the weights that were signed"
