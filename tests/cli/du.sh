#!/bin/sh
# What versions take up: their own, and what they share with others.
. "$(dirname "$0")/lib.sh"

run 0 init
run 0 du
said "0 versions"
for version in 1 2 3; do
	mkdir m$version
	head -c 400000 /dev/urandom >m$version/own.bin
done
head -c 1000000 /dev/urandom >m1/common.bin
cp m1/common.bin m2/
run 0 add checkpoint m1 m2 m3 'a/b@{step}' --quiet
run 0 add checkpoint m3 c/d@linked --store link --quiet
run 0 du --json
json 'len(o["items"]) == 4 and [i["name"] for i in o["items"]] == ["a/b@1", "a/b@2", "a/b@3", "c/d@linked"]'
json 'o["items"][0]["bytes"] == 1400000 and o["items"][0]["files"] == 2'
# Random bytes cannot be made smaller, and take little beside themselves.
json 'all(1000000 <= o["items"][i]["shared"] < 1100000 for i in (0, 1))'
json 'all(400000 <= o["items"][i]["own"] < 440000 for i in (0, 1))'
# One file under two names is shared by them.
json 'o["items"][2]["own"] == 0 and 400000 <= o["items"][2]["shared"] < 440000'
json '2200000 <= o["total"]["stored"] < 2400000 and o["total"]["bytes"] == 3600000'
run 0 du a/b@1
said "1 version: files of 1.4 MB"
run 0 du 'a/b@{1,2}' --json
json 'len(o["items"]) == 2 and o["total"]["stored"] < sum(i["stored"] for i in o["items"]) - 900000'
run 0 du a/b --json
json 'len(o["items"]) == 3'
run 4 du a/none
run 4 du a/b@9

# By reference nothing is taken, and what went away is told.
mkdir elsewhere
head -c 300000 /dev/urandom >elsewhere/x.bin
run 0 add checkpoint elsewhere e/f@1 --store reference --quiet
run 0 du e/f --json
json 'o["items"][0]["stored"] == 0 and o["items"][0]["bytes"] == 300000 and o["items"][0]["missing"] == 0'
json 'float(o["items"][0]["saving"]) == 1'
find .akashi/objects -name "$(sha256sum elsewhere/x.bin | cut -c 1-64)*" -exec rm -f {} +
run 0 du e/f
said "are not in the store"
run 0 du e/f --json
json 'o["total"]["missing"] == 300000 and "saving" not in o["total"]'
