#!/bin/sh
# libraries.sh READELF PROGRAM: a bare program needs the C library and nothing else.
set -eu
needed=$("$1" -d "$2" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
[ -n "$needed" ] || { echo "$2: $1 names no library, not even the C library"; exit 1; }
others=$(echo "$needed" | grep -vE '^(libc|libm|libdl|libpthread|librt|ld-linux[a-z0-9-]*)\.so' || true)
[ -z "$others" ] || { echo "$2 needs $others"; exit 1; }
echo "$2 needs only:" $needed
