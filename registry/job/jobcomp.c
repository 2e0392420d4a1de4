/*
 * Slurm's JobCompType=jobcomp/filetxt: a line of NAME=VALUE for each job that ended
 * (SchedMD/slurm: src/plugins/jobcomp/filetxt).
 */
#include <string.h>

#include "registry/job.h"

#define FIRST "JobId="

static bool jobcomp_knows(struct span text)
{
	return text.len > strlen(FIRST) && !memcmp(text.data, FIRST, strlen(FIRST));
}

/* What stands behind " NAME=" up to the next blank. */
static struct span value_of(struct span line, const char *name)
{
	struct span word, key;

	while (job_cut(&line, ' ', &word))
		if (job_cut(&word, '=', &key) && job_is(key, name) && word.data)
			return word;
	return (struct span){ NULL, 0 };
}

static int row_take(const struct job_reading *reading, size_t at, struct span line,
		    struct jobs *jobs, struct error *err)
{
	struct span cluster = value_of(line, "Cluster"), id = value_of(line, "JobId");
	struct span array = value_of(line, "ArrayJobId"), task = value_of(line, "ArrayTaskId");
	struct span partition = value_of(line, "Partition");
	char name[JOB_TEXT_SIZE], where[JOB_TEXT_SIZE] = "";
	struct error why = { 0 };
	enum run_outcome outcome;
	int64_t began, ended;
	int status, signal;
	struct job *job;

	if (!id.len || !job_text(id, name) || !job_state(value_of(line, "JobState"), &outcome)) {
		job_complain(reading, at, "it is no job that ended");
		return 0;
	}
	if (!job_is(cluster, "unknown") && !job_text(cluster, where))
		where[0] = '\0';
	if (job_time(reading, value_of(line, "StartTime"), &began, &why) ||
	    job_time(reading, value_of(line, "EndTime"), &ended, &why) || ended < began) {
		if (why.code == ERROR_USAGE)
			return error_set(err, why.code, "%s", why.text);
		if (!job_is(value_of(line, "StartTime"), "Unknown"))
			job_complain(reading, at,
				     "its times are not readable, or it ends before it begins");
		return 0;
	}
	if (jobs_need(jobs, "slurm", where, name, 0, &job, err))
		return -1;
	if ((array.len && !job_text(array, job->array_job)) ||
	    (task.len && !job_text(task, job->array_task)) ||
	    (partition.len && !job_text(partition, job->partition)))
		job_complain(reading, at, "an array or partition has no name that fits");
	job->began = job->ended = true;
	job->began_s = began;
	job->ended_s = ended;
	job_number(value_of(line, "NodeCnt"), &job->nodes);
	job->outcome_known = true;
	job->outcome = outcome;
	if (job_exit_pair(value_of(line, "ExitCode"), &status, &signal))
		job_exit(job, status, signal);
	return 0;
}

static int jobcomp_read(const struct job_reading *reading, struct span text, struct jobs *jobs,
			struct error *err)
{
	struct span line;

	for (size_t at = 1; job_line(&text, &line); at++)
		if (line.len && row_take(reading, at, line, jobs, err))
			return -1;
	return 0;
}

const struct job_source job_source_jobcomp = {
	.name = "jobcomp",
	.knows = jobcomp_knows,
	.read = jobcomp_read,
};
