#!/bin/sh
# A real Slurm on this machine puts its jobs on record: an array, one that fails, one that is killed, one whose node is.
. "$(dirname "$0")/lib.sh"
for need in slurmctld slurmd sbatch scancel python3; do
	PATH=$PATH:/usr/sbin command -v $need >/dev/null 2>&1 || skip "no $need (packages slurmctld, slurmd, slurm-client)"
done
[ "$(id -u)" = 0 ] || skip "slurmd starts jobs for root only"
[ -e "$(dirname "$(command -v sbatch)")/../lib/x86_64-linux-gnu/slurm-wlm/auth_none.so" ] || skip "this Slurm wants munge"
PATH=$PATH:/usr/sbin
node=$(hostname -s)
port=$((20000 + $$ % 20000))

mkdir state spool hooks records
for name in prolog epilog prologctl epilogctl; do cp "$AKASHI_SOURCE/hooks/cluster_spool.sh" hooks/$name; done
echo "$PWD/records" >hooks/spool.conf
cat >slurm.conf <<E
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
AuthType=auth/none
CredType=cred/none
MpiDefault=none
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SlurmUser=root
SlurmdUser=root
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmctldPidFile=$PWD/ctld.pid
SlurmdPidFile=$PWD/d.pid
StateSaveLocation=$PWD/state
SlurmdSpoolDir=$PWD/spool
SlurmctldLogFile=$PWD/ctld.log
SlurmdLogFile=$PWD/d.log
SwitchType=switch/none
SelectType=select/cons_tres
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
JobAcctGatherType=jobacct_gather/none
Prolog=$PWD/hooks/prolog
Epilog=$PWD/hooks/epilog
PrologSlurmctld=$PWD/hooks/prologctl
EpilogSlurmctld=$PWD/hooks/epilogctl
PrologFlags=Alloc
KillWait=1
ReturnToService=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
E
export SLURM_CONF="$PWD/slurm.conf"
stop() {
	for pid in ctld.pid d.pid; do [ ! -s $pid ] || kill -9 "$(cat $pid)" 2>/dev/null || :; done
	pkill -9 -f "$PWD/spool" 2>/dev/null || :
	rm -rf "$STORY"
}
trap stop EXIT
slurmctld || skip "slurmctld does not start here"
slurmd || skip "slurmd does not start here"
wait_for() { # WHAT COMMAND...
	what=$1
	shift
	for i in $(seq 300); do
		if "$@" >/dev/null 2>&1; then return 0; fi
		sleep 0.2
	done
	for log in ctld.log d.log; do tail -n 5 $log || :; done
	fail "waited in vain until $what"
}
idle() { sinfo -h -o %t | grep -q '^idle'; }
recorded() { cat records/*.spool | grep -q "event=$1 by=$2 .* job=$3 "; }
wait_for "the node is idle" idle

akashi init --quiet --origin example.org/house >/dev/null
printf '#!/bin/sh\nexit 3\n' >fails
printf '#!/bin/sh\n>started\nexec sleep 600\n' >sleeps
printf '#!/bin/sh\nexit 0\n' >ends
sbatch -Q -o /dev/null fails
sbatch -Q -o /dev/null --array=1-2 ends
for job in 1 2 3; do wait_for "job $job is on record" recorded end controller $job; done
sbatch -Q -o /dev/null sleeps
wait_for "job 4 began" recorded begin node 4
wait_for "job 4 runs" [ -e started ]
scancel 4
wait_for "job 4 is on record" recorded end controller 4
wait_for "job 4 is on record of its node" recorded end node 4
# The node dies with the controller: nobody puts an end on record.
sbatch -Q -o /dev/null sleeps
wait_for "job 5 began" recorded begin node 5
kill -9 "$(cat d.pid)" "$(cat ctld.pid)"
! grep -q root records/*.spool || fail "a user is on record"

run 0 run collect --as a/jobs records
said "4 signed now"
said "running    job 5"
run 0 run collect --as a/jobs records --lost
said "signed     job 5"

for job in 1 2 3 4 5; do
	akashi show "$(akashi show a/jobs@test-$job --json | python3 -c 'import json, sys
print([row["statement"] for row in json.load(sys.stdin)["about"] if row["kind"] == "completion"][-1])')" --json >"$STORY/$job"
done
grep -q '"exitStatus": 3' "$STORY/1" || fail "job 1 did not fail with 3: $(cat "$STORY/1")"
grep -q '"outcome": "ended"' "$STORY/2" && grep -q '"outcome": "ended"' "$STORY/3" || fail "the array did not end"
akashi show a/jobs@test-3 --json | grep -q '"arrayJob": "2"' || fail "job 3 is of no array"
grep -q '"outcome": "completed"' "$STORY/4" && fail "job 4, which was cancelled, completed: $(cat "$STORY/4")"
grep -q '"end": "lower-bound"' "$STORY/5" || fail "job 5 has no lower bound"
run 0 run collect --as a/jobs records
said "0 signed now"
