#!/bin/sh
# A cluster's own records become runs: each job once, whatever was killed, edited, or counted by a wrapper.
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null 2>&1 || skip "no python3 to read JSON with"
akashi init --quiet --origin example.org/house >/dev/null
# node_seconds RUN: of its completion
node_seconds() { completion "$1" | sed -n 's/.*"nodeSeconds": *\([0-9]*\).*/\1/p' | tr '\n' ' '; }
completion() { # RUN: the newest, as JSON
	akashi show "$(akashi show "$1" --json | python3 -c 'import json, sys
print([row["statement"] for row in json.load(sys.stdin)["about"] if row["kind"] == "completion"][-1])')" --json
}

printf '| | |\n|---|---|\n| Number of nodes | 3 |\n' >nodes.md
run 0 card register nodes.md a/jobs-card@v1 --for a/jobs

# Prolog and epilog, with PATH unset and nobody's name in what they write.
mkdir hooks spool
cp "$AKASHI_SOURCE/hooks/cluster_spool.sh" hooks/slurm
cp "$AKASHI_SOURCE/hooks/cluster_spool.sh" hooks/prologue
cp "$AKASHI_SOURCE/hooks/cluster_spool.sh" hooks/epilogue
echo "$PWD/spool" >hooks/spool.conf
slurm() { # CONTEXT JOB [EXIT [RESTART [NODES [HOST]]]]
	env -i SLURM_SCRIPT_CONTEXT="$1" SLURM_JOB_ID="$2" SLURM_CLUSTER_NAME=kelvin SLURM_JOB_USER=jane SLURM_JOB_EXIT_CODE2="${3:-}" \
		SLURM_JOB_RESTART_COUNT="${4:-0}" SLURM_JOB_NUM_NODES="${5:-2}" SLURMD_NODENAME="${6:-}" "$PWD/hooks/slurm" || fail "a hook failed"
}
slurm prolog_slurmctld 1
slurm prolog_slurmd 1 '' 0 2 cn1
slurm prolog_slurmctld 2
slurm epilog_slurmd 1 0:0 0 2 cn1
slurm epilog_slurmctld 1 0:0
slurm epilog_slurmctld 2 0:9
slurm epilog_slurmctld 2 0:9
slurm prolog_slurmctld 2 '' 1
slurm epilog_slurmctld 2 3:0 1
slurm prolog_slurmctld 3
env -i PBS_NODEFILE=/dev/null hooks/prologue 7.server jane users || fail "a prologue failed"
env -i hooks/epilogue 7.server jane users job 123 ncpus=1 cput=0 workq acct 271 || fail "an epilogue failed"
! grep -rq jane spool || fail "a name is on record"
run 0 run collect --as a/jobs spool
said "signed     job 1, a/jobs@kelvin-1"
said "a/jobs@kelvin-2-r1"
said "running    job 3"
said "4 signed now"
run 0 run collect --as a/jobs spool
said "0 signed now, 4 known before"
run 0 show a/jobs@kelvin-2 --json
json '(c := o["predicate"]["card"])["name"] == "a/jobs-card@v1" and "late" not in c'
json '[(d["what"], d["card"], d["found"]) for d in o["predicate"]["card"]["drifted"]] == [("nodes", "3", "2")]'
completion a/jobs@kelvin-2 >"$STORY/c"
grep -q '"outcome": "killed"' "$STORY/c" && grep -q '"signal": "SIGKILL"' "$STORY/c" || fail "job 2 was not killed by 9"
completion a/jobs@kelvin-2-r1 >"$STORY/c"
grep -q '"outcome": "failed"' "$STORY/c" && grep -q '"exitStatus": 3' "$STORY/c" || fail "its second start did not fail with 3"
completion a/jobs@7.server >"$STORY/c"
grep -q '"signal": "SIGTERM"' "$STORY/c" || fail "the PBS job was not ended by 15"
run 0 run collect --as a/jobs spool --lost
said "signed     job 3"
completion a/jobs@kelvin-3 | grep -q '"end": "lower-bound"' || fail "a lost job's time is no lower bound"

# No folder, a full disk, a file that is no record: the hook ends with 0, and nothing is lost.
echo "$PWD/nowhere" >hooks/spool.conf
slurm prolog_slurmctld 9
echo "$PWD/spool" >hooks/spool.conf
mkdir spool/node-cn9.spool # no file that could be written: Slurm would drain a node whose prolog fails
slurm prolog_slurmd 9 '' 0 2 cn9
rmdir spool/node-cn9.spool
log=$(ls spool/controller-*)
printf 'akashi-spool/1 previous=cut' >>"$log"
slurm prolog_slurmctld 4
slurm epilog_slurmctld 4 0:0
slurm prolog_slurmctld 5
slurm epilog_slurmctld 5 0:0
run 1 run collect --as a/jobs spool
complained "no record of a job"
said "a/jobs@kelvin-4"

# Edited: the line is named and not taken, the rest is.
sed -i 's/^\(.*event=end .*job=5 .*\)exit=0:0/\1exit=1:0/; s/^\(.*event=begin .*job=4 .*\)nodes=2/\1nodes=64/' "$log"
at=$(grep -n "event=begin.* job=4 " "$log" | cut -d: -f 1)
run 1 run collect --as b/jobs spool
complained ":$at: it was edited"
said "incomplete job 4"
sed -i 1d "$log"
run 1 run collect --as c/jobs spool
complained "earlier lines are gone"

# Accounting: Slurm's, PBS's, a bill; split at 1 April in Japan.
cat >sacct.txt <<'T'
JobID|Cluster|Partition|State|ExitCode|Start|End|ElapsedRaw|NNodes|AllocTRES
100|kelvin|gpu|COMPLETED|0:0|2026-03-31T23:00:00|2026-04-01T01:00:00|7200|4|billing=32,cpu=32,gres/gpu=32,node=4
100.batch|kelvin||COMPLETED|0:0|2026-03-31T23:00:00|2026-04-01T01:00:00|7200|1|cpu=8
101_7|kelvin|gpu|CANCELLED by 1001|0:15|2026-05-01T00:00:00|2026-05-01T00:01:40|100|1|
102|kelvin|gpu|RUNNING|0:0|2026-05-01T00:00:00|Unknown|5|1|
103|kelvin|gpu|CANCELLED by 1001|0:0|None|2026-05-01T00:00:00|0|1|
104|kelvin|gpu|FAILED|1:0|yesterday|2026-05-01T00:00:00|0|1|
T
run 2 run collect --as a/jobs sacct.txt
complained "--zone +09:00"
run 1 run collect --as a/jobs --zone +09:00 sacct.txt
complained "sacct.txt:7: its times are not readable"
said "2 signed now"
[ "$(node_seconds a/jobs@kelvin-100)" = "14400 14400 " ] || fail "job 100 took $(node_seconds a/jobs@kelvin-100)"
completion a/jobs@kelvin-100 | grep -q '"gpuSeconds": 115200' || fail "its 32 GPUs are not counted"
! akashi show a/jobs@kelvin-101_7 --json | grep -q 1001 || fail "who cancelled it is told"
echo 'JobId=200 UserId=jane(1000) GroupId=jane(1000) Name=x JobState=TIMEOUT Partition=gpu TimeLimit=1 StartTime=2026-06-01T00:00:00 EndTime=2026-06-01T00:01:00 NodeList=cn[1-2] NodeCnt=2 ProcCnt=2 WorkDir=/data Cluster=kelvin DerivedExitCode=0:0 ExitCode=0:0 ' >comp
run 0 run collect --as a/jobs --zone +09:00 comp
printf 'JobID|Cluster|State|ExitCode|Start|End|ElapsedRaw|NNodes\n1|kelvin|COMPLETED|0:0|1|2|1|8\n' >again # the spool told it
run 0 run collect --as a/jobs again
said "1 known before"
[ "$(node_seconds a/jobs@kelvin-200)" = "120 " ] || fail "job 200 took $(node_seconds a/jobs@kelvin-200)"
completion a/jobs@kelvin-200 | grep -q '"outcome": "timed-out"' || fail "it did not time out"
echo '06/02/2026 10:00:00;E;300[4].pbs;user=jane group=users queue=rt_HF ctime=1780000000 start=1780000000 exec_host=a/0+b/0 Resource_List.nodect=2 Resource_List.ngpus=16 session=1 end=1780000600 Exit_status=0 run_count=1' >pbs
run 0 run collect --as a/jobs pbs
[ "$(node_seconds 'a/jobs@300.4..pbs')" = "1200 " ] || fail "the PBS job took $(node_seconds 'a/jobs@300.4..pbs')"
printf 'job,began,ended,nodes,gpus\nbill-1,2026-07-01T00:00:00Z,2026-07-01T01:00:00Z,3,24\nbill-2,x,y,1,\n' >bill.csv
run 1 run collect --as cloud/bills bill.csv
complained "bill.csv:3"
[ "$(node_seconds cloud/bills@bill-1)" = "10800 " ] || fail "the bill says $(node_seconds cloud/bills@bill-1)"
echo 'something else' >other
run 2 run collect --as a/jobs other
complained "no record of jobs that is known"

# A wrapped run inside a job is not counted again; one that nobody saw end gets the job's end.
export SLURM_JOB_ID=50 SLURM_CLUSTER_NAME=kelvin
run 0 run a/wrapped@1 -- true
unset SLURM_JOB_ID SLURM_CLUSTER_NAME
printf 'JobID|Cluster|State|ExitCode|Start|End|ElapsedRaw|NNodes\n50|kelvin|COMPLETED|0:0|1|2|1|8\n' >one
run 0 run collect --as a/jobs one
said "joined     job 50, a/wrapped@1"
run 4 show a/jobs@kelvin-50

# A task of an array has two names, its own number and what sacct calls it: it counts once.
export SLURM_JOB_ID=61 SLURM_CLUSTER_NAME=kelvin SLURM_ARRAY_JOB_ID=60 SLURM_ARRAY_TASK_ID=4
run 0 run a/task@1 -- true
unset SLURM_JOB_ID SLURM_CLUSTER_NAME SLURM_ARRAY_JOB_ID SLURM_ARRAY_TASK_ID
printf 'JobID|Cluster|State|ExitCode|Start|End|ElapsedRaw|NNodes\n60_4|kelvin|COMPLETED|0:0|1|2|1|8\n60_5|kelvin|COMPLETED|0:0|1|2|1|8\n' >tasks
run 0 run collect --as a/jobs tasks
said "joined     job 60_4, a/task@1"
said "signed     job 60_5"
echo "JobId=62 JobState=COMPLETED Cluster=kelvin ArrayJobId=60 ArrayTaskId=5 StartTime=1 EndTime=2 NodeCnt=8 ExitCode=0:0" >comp
run 0 run collect --as a/jobs comp tasks
said "joined     job 62, a/jobs@kelvin-60_5"
said "2 jobs: 0 signed now"

# Both names in one call, in two records: once.
printf 'JobID|Cluster|State|ExitCode|Start|End|ElapsedRaw|NNodes\n60_6|kelvin|COMPLETED|0:0|1|2|1|8\n' >tasks
echo "JobId=63 JobState=COMPLETED Cluster=kelvin ArrayJobId=60 ArrayTaskId=6 StartTime=1 EndTime=2 NodeCnt=8 ExitCode=0:0" >comp
run 0 run collect --as a/jobs tasks comp
said "1 signed now"
said "signed     job 63"
run 4 show a/jobs@kelvin-60_6

# Two steps of one job, each on its own nodes; the one that nobody saw end gets the job's end, on its nodes.
export SLURM_JOB_ID=64 SLURM_CLUSTER_NAME=kelvin SLURM_JOB_NUM_NODES=8 SLURM_STEP_NUM_NODES=2 SLURM_STEP_ID=0
run 0 run a/step@1 -- true
SLURM_STEP_ID=1 run 0 run a/step@2 -- true
unset SLURM_JOB_ID SLURM_CLUSTER_NAME SLURM_JOB_NUM_NODES SLURM_STEP_NUM_NODES SLURM_STEP_ID
for step in 1 2; do completion a/step@$step | grep -q '"nodes": 2' || fail "step $step took more than its nodes"; done

# A long job among many short ones, whose controller began anew; one that only its nodes told of; starts of PBS.
python3 - >long.spool <<'PY'
import hashlib
previous, out = "start", []
def line(boot, up, text):
    global previous
    out.append(f"akashi-spool/1 previous={previous} time={1790000000 + up} up={up}.0 boot={boot} kind=slurm {text}\n")
    previous = hashlib.sha256(out[-1].encode()).hexdigest()
line("b1", 1, "event=begin by=controller host=c job=70 nodes=4")
for job in range(10000, 14200):
    line("b2", job, f"event=end by=controller host=c job={job}")
line("b2", 20001, "event=end by=controller host=c job=70 nodes=4 exit=0:0")
print(end="".join(out))
PY
head -n 2 long.spool >first.spool
run 0 run collect --as a/jobs first.spool
said "running    job 70"
run 0 run collect --as a/jobs long.spool
said "signed     job 70"
[ "$(node_seconds a/jobs@70)" = "80000 " ] || fail "job 70 took $(node_seconds a/jobs@70)"
mkdir nodes
echo "$PWD/nodes" >hooks/spool.conf
for event in prolog epilog; do
	for host in cn1 cn2 cn3; do
		env -i SLURM_SCRIPT_CONTEXT=${event}_slurmd SLURM_JOB_ID=71 SLURM_JOB_GPUS=0,1 SLURMD_NODENAME=$host hooks/slurm
	done
done
env -i PBS_RUNCOUNT=1 PBS_NODEFILE=/dev/null hooks/prologue 8.server
env -i PBS_RUNCOUNT=1 hooks/epilogue 8.server jane users job 1 x y workq acct 0
run 0 run collect --as a/jobs nodes nodes
run 0 show a/jobs@71 --json
json 'o["predicate"]["nodes"]["count"] == 3 and o["predicate"]["gpus"]["count"] == 6'
run 0 show a/jobs@8.server
run 0 fsck
