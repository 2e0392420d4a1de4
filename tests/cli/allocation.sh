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
said "declaredFor"
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
