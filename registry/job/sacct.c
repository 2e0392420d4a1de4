/*
 * What `sacct --parsable2 --allocations` prints (SchedMD/slurm: doc/man/man1/sacct.1): a line of
 * field names, then a line for each job, fields parted by '|'. Steps (123.batch) are passed over.
 */
#include <string.h>

#include "registry/job.h"

enum { FIELDS_MAX = 128 };

enum field {
	JOB_ID,
	CLUSTER,
	PARTITION,
	STATE,
	EXIT_CODE,
	START,
	END,
	ELAPSED_RAW,
	NODES,
	TRES,
	RESTARTS,
	FIELD_COUNT
};

static const char *const field_name[FIELD_COUNT] = {
	"JobID", "Cluster",    "Partition", "State",     "ExitCode", "Start",
	"End",   "ElapsedRaw", "NNodes",    "AllocTRES", "Restarts",
};

struct sheet {
	int place[FIELD_COUNT]; /* column; -1: not there */
};

static bool head_read(struct span line, struct sheet *sheet)
{
	struct span name;

	for (int i = 0; i < FIELD_COUNT; i++)
		sheet->place[i] = -1;
	for (int column = 0; column < FIELDS_MAX && job_cut(&line, '|', &name); column++)
		for (int i = 0; i < FIELD_COUNT; i++)
			if (job_is(name, field_name[i]))
				sheet->place[i] = column;
	return sheet->place[JOB_ID] >= 0 && sheet->place[STATE] >= 0 && sheet->place[START] >= 0 &&
	       sheet->place[END] >= 0;
}

static bool sacct_knows(struct span text)
{
	struct sheet sheet;
	struct span line;

	return job_line(&text, &line) && head_read(line, &sheet);
}

/* The count of "gres/gpu=8" in "billing=32,cpu=32,gres/gpu=8,node=4". */
static bool gpus_of(struct span tres, uint64_t *out_gpus)
{
	struct span part, name;

	while (tres.len && job_cut(&tres, ',', &part))
		if (job_cut(&part, '=', &name) && job_is(name, "gres/gpu"))
			return job_number(part, out_gpus);
	return false;
}

/* "123", "123_4" of an array; false for steps and for what is no job. */
static bool name_read(struct span text, char job[JOB_TEXT_SIZE], struct job *parts)
{
	struct span array;

	if (!text.len || memchr(text.data, '.', text.len) || memchr(text.data, '+', text.len) ||
	    memchr(text.data, '[', text.len) || !job_text(text, job))
		return false;
	if (!memchr(text.data, '_', text.len))
		return true;
	return job_cut(&text, '_', &array) && job_text(array, parts->array_job) &&
	       job_text(text, parts->array_task);
}

static int row_take(const struct job_reading *reading, size_t at, const struct span *field,
		    struct jobs *jobs, struct error *err)
{
	char name[JOB_TEXT_SIZE], cluster[JOB_TEXT_SIZE] = "";
	struct error why = { 0 };
	struct job parts = { .restart = 0 };
	enum run_outcome outcome;
	int64_t began, ended;
	struct job *job;
	int status, signal;

	if (!name_read(field[JOB_ID], name, &parts) || !job_state(field[STATE], &outcome))
		return 0; /* a step, or one that has not ended */
	if (job_time(reading, field[START], &began, &why) ||
	    job_time(reading, field[END], &ended, &why)) {
		if (why.code != ERROR_CORRUPT)
			return error_set(err, why.code, "%s", why.text);
		/* A job that was cancelled before it began used nothing. */
		if (!job_is(field[START], "Unknown") && !job_is(field[START], "None"))
			job_complain(reading, at, "its times are not readable");
		return 0;
	}
	if (ended < began || !job_text(field[CLUSTER], cluster)) {
		job_complain(reading, at,
			     "it ends before it begins, or its cluster has no name that "
			     "fits");
		return 0;
	}
	job_number(field[RESTARTS], &parts.restart);
	if (jobs_need(jobs, "slurm", cluster, name, parts.restart, &job, err))
		return -1;
	memcpy(job->array_job, parts.array_job, sizeof(job->array_job));
	memcpy(job->array_task, parts.array_task, sizeof(job->array_task));
	if (field[PARTITION].len && !job_text(field[PARTITION], job->partition))
		job->partition[0] = '\0';
	job->began = job->ended = true;
	job->began_s = began;
	job->ended_s = ended;
	job->measured = job_number(field[ELAPSED_RAW], &job->seconds);
	job_number(field[NODES], &job->nodes);
	job->gpus_known = gpus_of(field[TRES], &job->gpus);
	job->outcome_known = true;
	job->outcome = outcome;
	if (job_exit_pair(field[EXIT_CODE], &status, &signal))
		job_exit(job, status, signal);
	return 0;
}

static int sacct_read(const struct job_reading *reading, struct span text, struct jobs *jobs,
		      struct error *err)
{
	struct sheet sheet;
	struct span line;
	size_t at = 1;

	if (!job_line(&text, &line) || !head_read(line, &sheet))
		return error_set(err, ERROR_CORRUPT,
				 "'%s' does not begin with the names of its fields, JobID, State, "
				 "Start and End among them: sacct --parsable2 prints them",
				 reading->path);
	while (job_line(&text, &line)) {
		struct span field[FIELD_COUNT] = { { NULL, 0 } }, value;
		int columns = 0;

		at++;
		for (; job_cut(&line, '|', &value); columns++)
			for (int i = 0; i < FIELD_COUNT; i++)
				if (sheet.place[i] == columns)
					field[i] = value;
		if (row_take(reading, at, field, jobs, err))
			return -1;
	}
	return 0;
}

const struct job_source job_source_sacct = {
	.name = "sacct",
	.knows = sacct_knows,
	.read = sacct_read,
};
