/*
 * A table of what else was used, such as a cloud's bill: lines of comma-separated values under a
 * line of names. `job`, `began`, `ended` and `nodes` are needed; `cluster`, `gpus` (of all nodes)
 * and `outcome` (completed, failed …) may be there. Others are passed over. No quotes.
 */
#include <string.h>

#include "registry/job.h"

enum field { JOB, BEGAN, ENDED, NODES, CLUSTER, GPUS, OUTCOME, FIELD_COUNT };

static const char *const field_name[FIELD_COUNT] = {
	"job", "began", "ended", "nodes", "cluster", "gpus", "outcome",
};

static bool head_read(struct span line, int place[FIELD_COUNT])
{
	struct span name;

	for (int i = 0; i < FIELD_COUNT; i++)
		place[i] = -1;
	for (int column = 0; job_cut(&line, ',', &name); column++)
		for (int i = 0; i < FIELD_COUNT; i++)
			if (job_is(name, field_name[i]))
				place[i] = column;
	return place[JOB] >= 0 && place[BEGAN] >= 0 && place[ENDED] >= 0 && place[NODES] >= 0;
}

static bool csv_knows(struct span text)
{
	int place[FIELD_COUNT];
	struct span line;

	return job_line(&text, &line) && head_read(line, place);
}

static int row_take(const struct job_reading *reading, size_t at, const struct span *field,
		    struct jobs *jobs, struct error *err)
{
	char name[JOB_TEXT_SIZE], cluster[JOB_TEXT_SIZE], word[JOB_TEXT_SIZE];
	struct error why = { 0 };
	int64_t began, ended;
	uint64_t nodes, gpus = 0;
	struct job *job;

	if (!field[JOB].len || !job_text(field[JOB], name) || !job_text(field[CLUSTER], cluster) ||
	    !job_text(field[OUTCOME], word)) {
		job_complain(reading, at, "the job has no name that fits");
		return 0;
	}
	if (job_time(reading, field[BEGAN], &began, &why) ||
	    job_time(reading, field[ENDED], &ended, &why) || ended < began) {
		if (why.code == ERROR_USAGE)
			return error_set(err, why.code, "%s", why.text);
		job_complain(reading, at,
			     "its times are not readable, or it ends before it begins");
		return 0;
	}
	if (!job_number(field[NODES], &nodes) || !nodes ||
	    (field[GPUS].len && !job_number(field[GPUS], &gpus))) {
		job_complain(reading, at, "nodes or gpus are no number");
		return 0;
	}
	if (jobs_need(jobs, "", cluster, name, 0, &job, err))
		return -1;
	job->began = job->ended = true;
	job->began_s = began;
	job->ended_s = ended;
	job->nodes = nodes;
	job->gpus = gpus;
	job->gpus_known = field[GPUS].len > 0;
	job->outcome_known = word[0] && run_outcome_from_name(word, &job->outcome, &why) == 0;
	if (word[0] && !job->outcome_known)
		job_complain(reading, at, "the outcome '%s' is none that is known", word);
	return 0;
}

static int csv_read(const struct job_reading *reading, struct span text, struct jobs *jobs,
		    struct error *err)
{
	int place[FIELD_COUNT];
	struct span line;
	size_t at = 1;

	if (!job_line(&text, &line) || !head_read(line, place))
		return error_set(err, ERROR_CORRUPT,
				 "'%s' does not begin with the names of its columns, job, began, "
				 "ended and nodes among them",
				 reading->path);
	while (job_line(&text, &line)) {
		struct span field[FIELD_COUNT] = { { NULL, 0 } }, value;

		at++;
		for (int column = 0; job_cut(&line, ',', &value); column++)
			for (int i = 0; i < FIELD_COUNT; i++)
				if (place[i] == column)
					field[i] = value;
		if (row_take(reading, at, field, jobs, err))
			return -1;
	}
	return 0;
}

const struct job_source job_source_csv = {
	.name = "csv",
	.knows = csv_knows,
	.read = csv_read,
};
