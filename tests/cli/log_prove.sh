#!/bin/bash
# Proving an entry of a large log costs at most 40 empty programs, and `version` at most 10.
set -euo pipefail

BUILD=${AKASHI_BUILD:-build}
AKASHI=${AKASHI:-$BUILD/akashi}

skip() {
	echo "skipped: $*"
	exit 77
}

command -v python3 >/dev/null || skip "no python3 here to take the time with"
grep -q 'AKASHI_SANITIZE:BOOL=ON' "$BUILD/CMakeCache.txt" 2>/dev/null && skip "sanitizers cost more than what is measured"
# A million entries take a while to write: 70,000 have as many levels but one.
SIZE=70000
[ -z "${AKASHI_LONG:-}" ] || SIZE=1000000
SCRATCH=$(mktemp -d -p /dev/shm 2>/dev/null || mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT

"$BUILD/tests/log_dump" "$SCRATCH/log" "$SIZE" >/dev/null
printf 'int main(void) { return 0; }\n' | "${CC:-cc}" -x c -O2 -o "$SCRATCH/empty" -
"$AKASHI" --registry "$SCRATCH/log" log prove $((SIZE - 3)) | head -n 2 | grep -q "index $((SIZE - 3))"

# Alternated, and medians, so that other work on the machine meets all three alike.
python3 - "$SIZE" "$SCRATCH/empty" "$AKASHI" "$SCRATCH/log" <<'END'
import statistics, subprocess, sys, time

size, empty, akashi, log = sys.argv[1:]
command = {
    "empty": [empty],
    "version": [akashi, "version"],
    "log prove": [akashi, "--registry", log, "log", "prove", str(int(size) // 2)],
}
took = {name: [] for name in command}
for _ in range(41):
    for name, words in command.items():
        start = time.perf_counter()
        subprocess.run(words, stdout=subprocess.DEVNULL, check=True)
        took[name].append(time.perf_counter() - start)
median = {name: statistics.median(times) for name, times in took.items()}
for name, most in (("version", 10), ("log prove", 40)):
    ratio = median[name] / median["empty"]
    print(f"{name} in a log of {size}: {median[name] * 1000:.1f} ms, {ratio:.1f} empty programs")
    if ratio > most:
        sys.exit(f"{name} takes {ratio:.1f} empty programs, more than {most}")
END
