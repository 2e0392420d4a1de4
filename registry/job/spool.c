/* The spool of prolog and epilog (hooks/cluster_spool.sh; docs/formats.md, "Spools of jobs"). */
#include <string.h>

#include "registry/job.h"

#define MAGIC "akashi-spool/1 "

/* One line. Texts are borrowed. */
struct line {
	struct span previous, event, by, time, up, boot, host, kind, cluster, job, restart;
	struct span array, task, partition, nodes, gpus, cards, exit;
};

static bool same(struct span a, struct span b)
{
	return a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
}

static bool line_parse(struct span text, struct line *line)
{
	const struct {
		const char *name;
		struct span *to;
	} field[] = {
		{ "previous", &line->previous },
		{ "event", &line->event },
		{ "by", &line->by },
		{ "time", &line->time },
		{ "up", &line->up },
		{ "boot", &line->boot },
		{ "host", &line->host },
		{ "kind", &line->kind },
		{ "cluster", &line->cluster },
		{ "job", &line->job },
		{ "restart", &line->restart },
		{ "array", &line->array },
		{ "task", &line->task },
		{ "partition", &line->partition },
		{ "nodes", &line->nodes },
		{ "gpus", &line->gpus },
		{ "cards", &line->cards },
		{ "exit", &line->exit },
	};
	struct span word, name;

	memset(line, 0, sizeof(*line));
	if (text.len < strlen(MAGIC) || memcmp(text.data, MAGIC, strlen(MAGIC)) != 0)
		return false;
	text = (struct span){ text.data + strlen(MAGIC), text.len - strlen(MAGIC) };
	while (job_cut(&text, ' ', &word)) {
		if (!job_cut(&word, '=', &name) || !word.data)
			return false;
		for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++)
			if (job_is(name, field[i].name))
				*field[i].to = word;
	}
	return line->previous.len && line->job.len && line->kind.len &&
	       (job_is(line->event, "begin") || job_is(line->event, "end"));
}

/* Whole seconds of "12345.67". */
static bool up_seconds(struct span text, uint64_t *out_seconds)
{
	struct span whole;

	return job_cut(&text, '.', &whole) && job_number(whole, out_seconds);
}

/* Jobs that began on this host since it started, and have not ended here. */
enum { OPEN_MAX = 1024 };
struct host {
	struct {
		size_t job; /* index into jobs */
		uint64_t up;
		bool up_known;
	} open[OPEN_MAX];
	size_t open_count;
	struct span boot;
	int64_t last_s; /* time of the line before */
};

/*
 * The machine started anew: what was open has ended with it, after the last that it said. Jobs do
 * not run on a controller, and go on without it.
 */
static void host_restart(struct host *host, bool controller, struct jobs *jobs)
{
	for (size_t i = 0; !controller && i < host->open_count; i++) {
		struct job *job = &jobs->item[host->open[i].job];

		job->lost = true;
		if (host->last_s > job->seen_s)
			job->seen_s = host->last_s;
	}
	host->open_count = 0;
}

static void begin_take(struct host *host, struct jobs *jobs, struct job *job,
		       const struct line *line, int64_t time)
{
	uint64_t up;

	if (!job->began || time < job->began_s) {
		job->began = true;
		job->began_s = time;
	}
	if (host->open_count == OPEN_MAX)
		return;
	host->open[host->open_count].job = (size_t)(job - jobs->item);
	host->open[host->open_count].up_known = up_seconds(line->up, &up);
	host->open[host->open_count].up = up;
	host->open_count += 1;
}

static void end_take(struct host *host, struct jobs *jobs, struct job *job, const struct line *line,
		     int64_t time)
{
	bool controller = job_is(line->by, "controller");
	int status, signal;
	uint64_t up;

	if (!job->ended || time > job->ended_s) {
		job->ended = true;
		job->ended_s = time;
	}
	for (size_t i = 0; i < host->open_count; i++) {
		if (&jobs->item[host->open[i].job] != job)
			continue;
		/* Both ends by one clock that nobody sets; the controller's are those that count.
		 */
		if (up_seconds(line->up, &up) && host->open[i].up_known && up >= host->open[i].up &&
		    (controller || !job->measured)) {
			job->seconds = up - host->open[i].up;
			job->measured = true;
		}
		host->open[i] = host->open[--host->open_count];
		break;
	}
	/* Of a job that was cancelled Slurm hands over 0:0 as of one that completed. */
	if (job_exit_pair(line->exit, &status, &signal)) {
		if (status || signal)
			job_exit(job, status, signal);
	} else if (job_number(line->exit, &up) && up < 512) /* PBS adds 256 to a signal */
		job_exit(job, up < 256 ? (int)up : 0, up < 256 ? 0 : (int)up - 256);
}

static uint64_t cards_of(struct span cards)
{
	struct span card;
	uint64_t count = 0;

	while (cards.len && job_cut(&cards, ',', &card))
		count++;
	return count;
}

static int line_take(const struct job_reading *reading, size_t at, const struct line *line,
		     struct host *host, struct jobs *jobs, struct error *err)
{
	char cluster[JOB_TEXT_SIZE], name[JOB_TEXT_SIZE];
	uint64_t time, restart = 0, gpus;
	bool host_new = false;
	struct job *job;

	if (!job_number(line->time, &time) || !job_text(line->cluster, cluster) ||
	    !job_text(line->job, name) ||
	    (line->restart.len && !job_number(line->restart, &restart)) ||
	    !(job_is(line->kind, "slurm") || job_is(line->kind, "pbs"))) {
		job_complain(reading, at, "it is no record of a job");
		return 0;
	}
	if (jobs_need(jobs, job_is(line->kind, "slurm") ? "slurm" : "pbs", cluster, name, restart,
		      &job, err))
		return -1;
	if (!same(line->boot, host->boot))
		host_restart(host, job_is(line->by, "controller"), jobs);
	host->boot = line->boot;
	if ((line->array.len && !job_text(line->array, job->array_job)) ||
	    (line->task.len && !job_text(line->task, job->array_task)) ||
	    (line->partition.len && !job_text(line->partition, job->partition)))
		job_complain(reading, at, "an array or partition has no name that fits");
	if (line->nodes.len && !job_number(line->nodes, &job->nodes))
		job_complain(reading, at, "nodes are no number");
	if (job_is(line->event, "begin") && job_is(line->by, "node") &&
	    jobs_host(jobs, job, line->host, &host_new, err))
		return -1;
	if (job_number(line->gpus, &gpus) || (gpus = cards_of(line->cards)) > 0) {
		if (job->nodes)
			job->gpus = gpus * job->nodes;
		else if (host_new || !job->gpus_known)
			job->gpus += gpus;
		job->gpus_known = true;
	}
	if (job_is(line->event, "begin"))
		begin_take(host, jobs, job, line, (int64_t)time);
	else
		end_take(host, jobs, job, line, (int64_t)time);
	host->last_s = (int64_t)time;
	return 0;
}

static bool spool_knows(struct span text)
{
	return text.len >= strlen(MAGIC) && !memcmp(text.data, MAGIC, strlen(MAGIC));
}

/* The line names the one before it; only a changed or missing line does not fit. */
static void chain_check(const struct job_reading *reading, size_t at, const struct line *line,
			struct span before, bool *out_edited)
{
	char hex[DIGEST_HEX_SIZE];
	struct digest digest;
	struct hash_stream *stream = NULL;
	struct error err = { 0 };

	*out_edited = false;
	if (at == 1) {
		if (!job_is(line->previous, "start"))
			job_complain(reading, at,
				     "earlier lines are gone: it follows one that is "
				     "not here");
		return;
	}
	if (hash_stream_new(&stream, &err))
		return;
	hash_stream_add(stream,
			(struct span){ before.data, before.len + 1 }); /* with its newline */
	digest = hash_stream_finish(stream);
	hash_stream_free(&stream);
	digest_to_hex(&digest, hex);
	*out_edited = !job_is(line->previous, hex);
}

static int spool_read(const struct job_reading *reading, struct span text, struct jobs *jobs,
		      struct error *err)
{
	struct host host = { .open_count = 0 };
	struct span one, before = { NULL, 0 };
	struct line line, waiting;
	bool waits = false, edited;
	size_t at = 0;

	/* A line is taken once the next one, if there is any, says that it is the line it followed.
	 */
	while (text.len) {
		const uint8_t *end = memchr(text.data, '\n', text.len);
		bool parsed;

		if (!end) {
			job_complain(reading, at + 1,
				     "the last line is cut off: it is being "
				     "written, or the disk was full");
			break;
		}
		one = (struct span){ text.data, (size_t)(end - text.data) };
		text = (struct span){ end + 1, text.len - one.len - 1 };
		at++;
		parsed = line_parse(one, &line);
		if (!parsed) {
			job_complain(reading, at, "it is no record of a job");
		} else {
			chain_check(reading, at, &line, before, &edited);
			if (edited)
				job_complain(reading, at - 1,
					     "it was edited, or lines behind it are gone: the next "
					     "line followed another one; it is not taken");
			waits = waits && !edited;
		}
		if (waits && line_take(reading, at - 1, &waiting, &host, jobs, err))
			return -1;
		waiting = line;
		waits = parsed;
		before = one;
	}
	return waits ? line_take(reading, at, &waiting, &host, jobs, err) : 0;
}

const struct job_source job_source_spool = {
	.name = "spool",
	.knows = spool_knows,
	.read = spool_read,
};
