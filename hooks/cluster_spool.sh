#!/bin/sh
# Prolog and epilog of Slurm, prologue and epilogue of PBS: puts one line on record for 'akashi run collect',
# takes milliseconds, calls no command of the scheduler and always exits with 0 (docs/cluster.md).
# Line 1 of the file spool.conf beside this script names the folder of the records.
PATH=/usr/bin:/bin
spool=/var/spool/akashi
[ ! -r "${0%/*}/spool.conf" ] || read -r spool <"${0%/*}/spool.conf"
exec 2>/dev/null
[ -d "$spool" ] && [ -w "$spool" ] || exit 0

line=
add() { # NAME VALUE: only what cannot be mistaken for something else
	case $2 in '' | '(null)' | *[!][A-Za-z0-9_.,:+/@-]*) ;; *) line="$line $1=$2" ;; esac
}

host=${SLURMD_NODENAME:-}
[ -n "$host" ] || read -r host </proc/sys/kernel/hostname
read -r up _ </proc/uptime
read -r boot </proc/sys/kernel/random/boot_id
case ${SLURM_SCRIPT_CONTEXT:-}/${0##*/} in
prolog_slurmctld/* | epilog_slurmctld/*) by=controller ;;
prolog_slurmd/* | epilog_slurmd/* | */prologue* | */epilogue*) by=node ;;
*) exit 0 ;;
esac
case ${SLURM_SCRIPT_CONTEXT:-}/${0##*/} in
epilog_* | */epilogue*) add event end ;;
*) add event begin ;;
esac
add by $by
add time "$(date +%s)"
add up "$up"
add boot "$boot"
add host "$host"
if [ -n "${SLURM_JOB_ID:-}" ]; then
	add kind slurm
	add cluster "${SLURM_CLUSTER_NAME:-}"
	add job "$SLURM_JOB_ID"
	add restart "${SLURM_JOB_RESTART_COUNT:-${SLURM_RESTART_COUNT:-0}}"
	add array "${SLURM_ARRAY_JOB_ID:-}"
	add task "${SLURM_ARRAY_TASK_ID:-}"
	add partition "${SLURM_JOB_PARTITION:-}"
	add nodes "${SLURM_JOB_NUM_NODES:-}"
	add gpus "${SLURM_GPUS_ON_NODE:-}"
	add cards "${SLURM_JOB_GPUS:-}"
	add exit "${SLURM_JOB_EXIT_CODE2:-}"
else # PBS says it in arguments: job, user, group, name, session, asked, used, queue, account, exit status
	add kind pbs
	add job "${1:-}"
	case ${PBS_RUNCOUNT:-} in '' | 0* | *[!0-9]*) ;; *) add restart $((PBS_RUNCOUNT - 1)) ;; esac # PBS counts from 1
	nodes=0
	if [ -r "${PBS_NODEFILE:-}" ]; then
		nodes=$(sort -u "$PBS_NODEFILE" | wc -l)
		add nodes "$nodes"
	fi
	case ${0##*/} in epilogue*) add partition "${8:-}" && add exit "${10:-}" ;; esac
fi

file=$spool/$by-$host.spool
command exec 9>>"$file" || exit 0 # without "command" a shell ends here with an error, which drains a node
flock -w 2 9 || exit 0
[ -z "$(tail -c 1 "$file")" ] || printf '\n' >&9 # a line that a full disk cut stays a line
previous=start
if [ -s "$file" ]; then
	previous=$(tail -n 1 "$file" | sha256sum)
	previous=${previous%% *}
fi
printf 'akashi-spool/1 previous=%s%s\n' "$previous" "$line" >&9
sync -d "$file"
exit 0
