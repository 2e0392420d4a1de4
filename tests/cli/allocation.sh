#!/bin/sh
# What was secured is registered once, a later file takes its place, and it is held against what runs used.
. "$(dirname "$0")/lib.sh"

akashi init --quiet --origin example.org/house >/dev/null

# A table, as a spreadsheet saves it; dates are days in Japan.
printf '\357\273\277site,system,cluster,from,to,nodes,share,gpusPerNode,source,award,cost,currency\r\n"K, centre",big,gpu1,2026-04-01,2027-03-31,4,1/2,8,"Grant ""A""",26-1,12000000,JPY\r\n,,,,\r\n' >secured.csv
run 0 add allocation secured.csv lab/secured@1 --dry-run
said "would register allocation lab/secured@1"
run 0 add allocation secured.csv lab/secured@1
said "allocation lab/secured@1"
run 0 add allocation secured.csv lab/secured@1
said "logged before"
run 0 show lab/secured@1 --json
json 'o["predicate"]["items"][0]["site"] == "K, centre" and o["predicate"]["items"][0]["source"] == "Grant \"A\""'
json 'o["predicate"]["nodeTime"] == [{"fiscalYear": 2026, "nodeSeconds": 4 * 365 * 86400 // 2, "gpuSeconds": 4 * 365 * 86400 // 2 * 8}]'

# JSON that says what it is called; declared for a time that is past.
cat >before.json <<'J'
{"name": "lab/before@1", "items": [{"site": "M", "from": "2024-03-31", "to": "2024-04-01", "nodeHours": 0.01, "runs": ["lab/old"]}]}
J
run 0 add allocation before.json --declared-for 2024-03/2024-04
run 0 show lab/before@1
said "for 2024-03 to 2024-04"
run 0 show lab/before@1 --json
json '[y["nodeSeconds"] for y in o["predicate"]["nodeTime"]] == [18, 18]'
run 2 add allocation before.json lab/before@2 --declared-for 2024-04/2024-05
complained "is not within 2024-04/2024-05"

# What is wrong is named with its line, and nothing is registered.
bad() { # WORDS, then the lines
	words=$1
	shift
	printf '%s\n' "$@" >bad.csv
	run 1 add allocation bad.csv lab/bad@1
	complained "$words"
	one_line
}
head=site,from,to,nodes
bad "'bad.csv':3: '2026-02-30' is no date" $head K,2026-01-01,2026-01-31,2 K,2026-02-01,2026-02-30,2
bad "'bad.csv':2: 2026-04 to 2026-03 ends before it begins" $head K,2026-04,2026-03,2
bad "'bad.csv':2: it needs 'nodes'" $head K,2026-04,2026-05,
bad "'bad.csv':2: 'nodes' is no" $head K,2026-04,2026-05,0
bad "'bad.csv':2: 'nodeHours' is no number of hours" site,from,to,nodeHours K,2026,2026,1.234
bad "'bad.csv':2: '3/2' is no share" $head,share K,2026,2026,1,3/2
bad "'bad.csv':2: nobody knows what 'contact' is" $head,contact K,2026,2026,1,me
bad "'bad.csv':2: 'source' looks like an address" $head,source K,2026,2026,1,a@example.org
bad "'bad.csv':2: 'cost' and 'currency' go together" $head,cost K,2026,2026,1,5
bad "'bad.csv':2: a quote is opened" $head '"K,2026,2026,1'
bad "'bad.csv':2: more fields" $head K,2026,2026,1,1
bad "'bad.csv':2: 'site' is missing" $head ,2026,2026,1
bad "holds no allocation" $head
printf 'site,from,to,nodes\n\214\247,2026,2026,1\n' >bad.csv
run 1 add allocation bad.csv lab/bad@1
complained "is not UTF-8"
printf '{"items": [{"site": "K", "from": "2026", "to": "2026", "nodes": 1, "name": "somebody"}]}' >bad.json
run 1 add allocation bad.json lab/bad@1
complained "'bad.json' item 1: nobody knows what 'name' is"
printf '{"items": [], "contact": "somebody"}' >bad.json
run 1 add allocation bad.json lab/bad@1
complained "only 'name' stands beside"
run 2 add allocation secured.csv
complained "does not say what it is called"
run 4 show lab/bad@1
run 0 log audit

# ---- Held against what runs used ----

# Four half nodes with 8 GPUs each from April 2026 on; jobs of the cluster, one across the turn of the year.
cat >sacct.txt <<'S'
JobID|JobIDRaw|Cluster|Partition|Start|End|State|ExitCode|NNodes|AllocTRES
11|11|gpu1|a|2026-03-31T23:00:00|2026-04-01T01:00:00|COMPLETED|0:0|2|gres/gpu=8
12|12|gpu1|a|2026-05-01T00:00:00|2026-05-01T10:00:01|FAILED|1:0|1|gres/gpu=4
13|13|gpu1|a|2026-05-02T00:00:00|2026-05-02T01:00:00|CANCELLED|0:0|2|gres/gpu=8
14|14|gpu1|a|2026-05-03T00:00:00|2026-05-03T02:00:00|TIMEOUT|0:0|2|gres/gpu=8
15|15|gpu1|a|2026-05-04T00:00:00|2026-05-04T01:00:00|NODE_FAIL|0:0|2|gres/gpu=8
S
run 0 run collect --as lab/jobs --zone +09:00 sacct.txt
cat >old.csv <<'S'
job,began,ended,nodes,outcome
x1,2024-03-31T23:59:50+09:00,2024-04-01T00:00:05+09:00,1,completed
x2,2020-05-01T00:00:00+09:00,2020-05-01T01:00:00+09:00,1,completed
S
run 1 run collect --as lab/old --declared-for 2024-03/2024-04 old.csv
complained "not within 2024-03/2024-04"
run 0 show lab/old@x1
said "for 2024-03 to 2024-04"

run 0 usage --json
json 'o["schema"] == "akashi/usage/1" and len(o["items"]) == 4'
json '[(i["fiscalYear"], i["site"]) for i in o["items"]] == [(2023, "M"), (2024, "M"), (2025, "K, centre"), (2026, "K, centre")]'
# Shares round down once for each run; GPUs are counted as they are.
json 'o["items"][3]["secured"] == {"nodeSeconds": 2 * 365 * 86400, "gpuSeconds": 16 * 365 * 86400}'
json 'o["items"][3]["used"]["completed"] == {"nodeSeconds": 3600, "gpuSeconds": 8 * 3600}'
json 'o["items"][3]["used"]["failed"] == {"nodeSeconds": 18000, "gpuSeconds": 4 * 36001}'
json '[o["items"][3]["used"][k]["nodeSeconds"] for k in ("killed", "timed-out", "lost")] == [3600, 7200, 3600]'
json 'o["items"][3]["idle"]["nodeSeconds"] == o["items"][3]["secured"]["nodeSeconds"] - o["items"][3]["used"]["all"]["nodeSeconds"]'
# Before the period of what was secured, the run counts, and nothing is idle.
json 'o["items"][2]["outside"]["nodeSeconds"] == 3600 and o["items"][2]["idle"]["nodeSeconds"] == 0'
# What was declared afterwards.
json 'o["items"][0]["afterwards"]["nodeSeconds"] == 10 and o["items"][1]["used"]["completed"]["nodeSeconds"] == 5'
json 'o["items"][0]["securedAfterwards"] == o["items"][0]["secured"] and o["items"][0]["withoutGpus"]["nodeSeconds"] == 10'
json 'o["allocations"][0]["declaredFor"] == {"from": "2024-03", "to": "2024-04"} and o["overlaps"] == []'
run 0 usage --fiscal-year 2026
said "2026  K, centre"
said "used, cancelled"
unsaid "2025  "
said "lab/before@1 was declared on"
run 0 usage --from 2026-05-02 --to 2026-05-02 --site 'k, CENTRE' --json
json 'len(o["items"]) == 1 and o["items"][0]["secured"]["nodeSeconds"] == 2 * 86400 and o["items"][0]["used"]["all"]["nodeSeconds"] == 3600'
run 0 usage --csv
[ "$(wc -l <"$STORY/out")" = 5 ] || fail "not a line for each site and year"
said '2026,"K, centre",5,'

# A later file takes the place of the first; another name for the same time is said; a retraction ends it.
sed 's/,4,/,6,/; s/1\/2/1\/1/' secured.csv >more.csv
run 0 add allocation more.csv lab/secured@2
run 0 usage --fiscal-year 2026 --json
json 'o["items"][0]["secured"]["nodeSeconds"] == 6 * 365 * 86400 and o["items"][0]["used"]["failed"]["nodeSeconds"] == 36001'
run 0 add allocation secured.csv lab/again@1
run 0 usage --fiscal-year 2026
said "lab/again@1 and lab/secured@2 both speak of K, centre"
said "of the same award"
run 0 add checkpoint "$TINY/step-500" lab/model@1
run 0 add checkpoint "$TINY/step-500" lab/model@2
run 0 usage --json
json 'len(o["years"]) == 1 and o["years"][0]["models"] == 1 and o["years"][0]["parameters"] == o["years"][0]["largest"] > 0'
run 0 retract lab/again@1 --reason "registered twice"
run 0 retract lab/jobs@gpu1-13 --reason "not ours"
run 0 usage --fiscal-year 2026 --json
json 'o["overlaps"] == [] and o["retracted"] == 1 and o["items"][0]["used"]["killed"]["nodeSeconds"] == 0'
steady() { sed '/"ahead"/,/}/d' "$STORY/out"; } # the future passes
steady >"$STORY/before"
run 0 reindex
run 0 usage --fiscal-year 2026 --json
[ "$(steady)" = "$(cat "$STORY/before")" ] || fail "the index that was made again tells otherwise"
run 2 usage --fiscal-year 2026 --from 2026
run 2 usage --from 2027 --to 2026
