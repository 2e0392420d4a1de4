/*
 * PBS accounting logs: "MM/DD/YYYY HH:MM:SS;E;JOB;NAME=VALUE …", E for a job that ended
 * (OpenPBS: the administrator's guide, "Accounting"). Times in it are seconds since 1970.
 */
#include <string.h>

#include "registry/job.h"

struct record {
	struct span type, job, values;
};

static bool record_read(struct span line, struct record *record)
{
	struct span when;

	if (!job_cut(&line, ';', &when) || when.len != strlen("11/27/2026 03:10:00") ||
	    when.data[2] != '/' || when.data[5] != '/' || !job_cut(&line, ';', &record->type) ||
	    !job_cut(&line, ';', &record->job))
		return false;
	record->values = line;
	return record->type.len == 1;
}

static bool pbs_knows(struct span text)
{
	struct record record;
	struct span line;

	return job_line(&text, &line) && record_read(line, &record);
}

static struct span value_of(struct span values, const char *name)
{
	struct span word, key;

	while (values.len && job_cut(&values, ' ', &word))
		if (job_cut(&word, '=', &key) && job_is(key, name) && word.data)
			return word;
	return (struct span){ NULL, 0 };
}

/* "1234[7].server": the array's job and its task. */
static void array_read(struct span job, struct job *out_job)
{
	struct span name, task;

	if (!memchr(job.data, '[', job.len) || !job_cut(&job, '[', &name) ||
	    !job_cut(&job, ']', &task) || !task.len)
		return;
	if (!job_text(name, out_job->array_job) || !job_text(task, out_job->array_task))
		out_job->array_job[0] = out_job->array_task[0] = '\0';
}

/* Exit_status: 256 and more are signals; below 0 PBS itself ended it. */
static void exit_read(struct span text, struct job *job)
{
	bool negative = text.len && text.data[0] == '-';
	uint64_t status;

	if (negative) {
		job->outcome_known = true;
		job->outcome = RUN_KILLED;
	} else if (job_number(text, &status) && status < 512) {
		job_exit(job, status < 256 ? (int)status : 0, status < 256 ? 0 : (int)status - 256);
	}
}

static int row_take(const struct job_reading *reading, size_t at, const struct record *record,
		    struct jobs *jobs, struct error *err)
{
	struct span values = record->values, queue = value_of(values, "queue");
	char name[JOB_TEXT_SIZE];
	uint64_t began, ended, restart = 0, gpus;
	struct job *job;

	if (!record->job.len || !job_text(record->job, name) ||
	    !job_number(value_of(values, "start"), &began) ||
	    !job_number(value_of(values, "end"), &ended) || ended < began) {
		job_complain(reading, at, "it has no job, start and end that fit");
		return 0;
	}
	if (job_number(value_of(values, "run_count"), &restart) && restart)
		restart--; /* PBS counts from 1 */
	if (jobs_need(jobs, "pbs", "", name, restart, &job, err))
		return -1;
	array_read(record->job, job);
	if (queue.len && !job_text(queue, job->partition))
		job->partition[0] = '\0';
	job->began = job->ended = true;
	job->began_s = (int64_t)began;
	job->ended_s = (int64_t)ended;
	job_number(value_of(values, "Resource_List.nodect"), &job->nodes);
	if (job_number(value_of(values, "Resource_List.ngpus"), &gpus)) {
		job->gpus_known = true;
		job->gpus = gpus;
	}
	exit_read(value_of(values, "Exit_status"), job);
	return 0;
}

static int pbs_read(const struct job_reading *reading, struct span text, struct jobs *jobs,
		    struct error *err)
{
	struct record record;
	struct span line;

	for (size_t at = 1; job_line(&text, &line); at++) {
		if (!record_read(line, &record)) {
			if (line.len)
				job_complain(reading, at, "it is no accounting record of PBS");
			continue;
		}
		if (job_is(record.type, "E") && row_take(reading, at, &record, jobs, err))
			return -1;
	}
	return 0;
}

const struct job_source job_source_pbs = {
	.name = "pbs",
	.knows = pbs_knows,
	.read = pbs_read,
};
