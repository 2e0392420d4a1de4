/* Jobs of a cluster, and what all their records have in common. */
#include "registry/job.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct job_source *const sources[] = {
#define JOBS(name) &job_source_##name,
#include "registry/jobs.def"
#undef JOBS
};

void jobs_release(struct jobs *jobs)
{
	free(jobs->item);
	free(jobs->slot);
	free(jobs->told);
	*jobs = (struct jobs){ .item = NULL };
}

/* FNV-1a, over texts with their ends. */
static uint64_t text_hash(uint64_t hash, const char *text)
{
	do
		hash = (hash ^ (uint8_t)*text) * 1099511628211u;
	while (*text++);
	return hash;
}

static uint64_t key_hash(const char *scheduler, const char *cluster, const char *job,
			 uint64_t restart)
{
	uint64_t hash = (14695981039346656037u ^ restart) * 1099511628211u;

	hash = text_hash(text_hash(text_hash(hash, scheduler), cluster), job);
	return hash ^ hash >> 32;
}

static int slots_grow(struct jobs *jobs, struct error *err)
{
	size_t slots = jobs->slots ? 2 * jobs->slots : 256;
	uint32_t *slot = calloc(slots, sizeof(*slot));

	if (!slot)
		return error_set(err, ERROR_SYSTEM, "out of memory for %zu jobs", slots / 2);
	for (size_t i = 0; i < jobs->count; i++) {
		const struct job *item = &jobs->item[i];
		size_t at = key_hash(item->scheduler, item->cluster, item->job, item->restart) &
			    (slots - 1);

		while (slot[at])
			at = (at + 1) & (slots - 1);
		slot[at] = (uint32_t)(i + 1);
	}
	free(jobs->slot);
	jobs->slot = slot;
	jobs->slots = slots;
	return 0;
}

/* The slot that has the job of this key, or where it would be; there are slots, and free ones. */
static size_t slot_of(const struct jobs *jobs, const char *scheduler, const char *cluster,
		      const char *job, uint64_t restart)
{
	size_t at = key_hash(scheduler, cluster, job, restart) & (jobs->slots - 1);

	for (; jobs->slot[at]; at = (at + 1) & (jobs->slots - 1)) {
		const struct job *item = &jobs->item[jobs->slot[at] - 1];

		if (item->restart == restart && !strcmp(item->job, job) &&
		    !strcmp(item->cluster, cluster) && !strcmp(item->scheduler, scheduler))
			break;
	}
	return at;
}

int jobs_need(struct jobs *jobs, const char *scheduler, const char *cluster, const char *job,
	      uint64_t restart, struct job **out_job, struct error *err)
{
	struct job *item;
	size_t at;

	if (2 * jobs->count >= jobs->slots && slots_grow(jobs, err))
		return -1;
	at = slot_of(jobs, scheduler, cluster, job, restart);
	if (jobs->slot[at]) {
		*out_job = &jobs->item[jobs->slot[at] - 1];
		return 0;
	}
	if (jobs->count == JOBS_MAX)
		return error_set(err, ERROR_USAGE, "more than %u jobs: take them in parts",
				 JOBS_MAX);
	if (jobs->count == jobs->room) {
		size_t room = jobs->room ? 2 * jobs->room : 64;

		item = realloc(jobs->item, room * sizeof(*item));
		if (!item)
			return error_set(err, ERROR_SYSTEM, "out of memory for %zu jobs", room);
		jobs->item = item;
		jobs->room = room;
	}
	item = &jobs->item[jobs->count++];
	jobs->slot[at] = (uint32_t)jobs->count;
	memset(item, 0, sizeof(*item));
	item->scheduler = scheduler;
	item->exit_status = RUN_STATUS_UNKNOWN;
	item->restart = restart;
	snprintf(item->cluster, sizeof(item->cluster), "%s", cluster);
	snprintf(item->job, sizeof(item->job), "%s", job);
	*out_job = item;
	return 0;
}

static void told_put(uint64_t *told, size_t slots, uint64_t hash)
{
	size_t at = hash & (slots - 1);

	while (told[at] && told[at] != hash)
		at = (at + 1) & (slots - 1);
	told[at] = hash;
}

int jobs_host(struct jobs *jobs, struct job *job, struct span host, bool *out_new,
	      struct error *err)
{
	uint64_t hash = text_hash(key_hash("", "", "", (uint64_t)(job - jobs->item)), "");
	size_t at;

	for (size_t i = 0; i < host.len; i++)
		hash = (hash ^ host.data[i]) * 1099511628211u;
	hash = (hash ^ hash >> 29) | 1;
	if (2 * jobs->told_count >= jobs->told_slots) {
		size_t slots = jobs->told_slots ? 2 * jobs->told_slots : 256;
		uint64_t *told = calloc(slots, sizeof(*told));

		if (!told)
			return error_set(err, ERROR_SYSTEM, "out of memory for %zu hosts",
					 slots / 2);
		for (size_t i = 0; i < jobs->told_slots; i++)
			if (jobs->told[i])
				told_put(told, slots, jobs->told[i]);
		free(jobs->told);
		jobs->told = told;
		jobs->told_slots = slots;
	}
	at = hash & (jobs->told_slots - 1);
	while (jobs->told[at] && jobs->told[at] != hash)
		at = (at + 1) & (jobs->told_slots - 1);
	*out_new = !jobs->told[at];
	if (*out_new) {
		jobs->told[at] = hash;
		jobs->told_count++;
		job->hosts++;
	}
	return 0;
}

/* What `other` knows of the same start and `job` does not. */
static void job_fill(struct job *job, const struct job *other)
{
	if (!job->began && other->began) {
		job->began = true;
		job->began_s = other->began_s;
	}
	if (!job->ended && other->ended) {
		job->ended = true;
		job->ended_s = other->ended_s;
		job->seconds = other->seconds;
		job->measured = other->measured;
	}
	if (!job->outcome_known && other->outcome_known) {
		job->outcome_known = true;
		job->outcome = other->outcome;
		job->exit_status = other->exit_status;
		job->signal = other->signal;
	}
	if (!job->gpus_known && other->gpus_known) {
		job->gpus_known = true;
		job->gpus = other->gpus;
	}
	job->nodes = job->nodes ? job->nodes : other->nodes;
	job->hosts = job->hosts > other->hosts ? job->hosts : other->hosts;
	job->seen_s = job->seen_s > other->seen_s ? job->seen_s : other->seen_s;
	if (!job->partition[0])
		memcpy(job->partition, other->partition, sizeof(job->partition));
}

void jobs_unite(struct jobs *jobs)
{
	size_t kept = 0;

	for (size_t i = 0; i < jobs->count; i++) {
		struct job *job = &jobs->item[i], *other;
		char called[2 * JOB_TEXT_SIZE];
		uint32_t slot;

		if (!job->array_job[0] || !job->array_task[0])
			continue;
		snprintf(called, sizeof(called), "%s_%s", job->array_job, job->array_task);
		slot = strcmp(called, job->job)
			       ? jobs->slot[slot_of(jobs, job->scheduler, job->cluster, called,
						    job->restart)]
			       : 0;
		if (!slot)
			continue;
		other = &jobs->item[slot - 1];
		job_fill(job, other);
		other->united = true;
	}
	for (size_t i = 0; i < jobs->count; i++)
		if (!jobs->item[i].united)
			jobs->item[kept++] = jobs->item[i];
	jobs->count = kept;
}

uint64_t job_nodes(const struct job *job)
{
	return job->nodes ? job->nodes : job->hosts;
}

void job_exit(struct job *job, int exit_status, int signal)
{
	job->exit_status = signal ? RUN_STATUS_UNKNOWN : exit_status;
	job->signal = signal;
	if (job->outcome_known)
		return;
	job->outcome_known = true;
	job->outcome = signal ? RUN_KILLED : exit_status ? RUN_FAILED : RUN_COMPLETED;
}

void job_complain(const struct job_reading *reading, size_t line, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	reading->complain(reading->arg, reading->path, line, text);
}

int jobs_read(const struct job_reading *reading, struct span text, const char *format,
	      struct jobs *jobs, struct error *err)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (format ? !strcmp(format, sources[i]->name) : sources[i]->knows(text))
			return sources[i]->read(reading, text, jobs, err);
	return error_set(err, ERROR_USAGE,
			 "'%s' looks like no record of jobs that is known (a spool, sacct "
			 "--parsable2, jobcomp/filetxt, PBS accounting, CSV)",
			 reading->path);
}

bool job_text(struct span from, char out_text[JOB_TEXT_SIZE])
{
	if (from.len >= JOB_TEXT_SIZE)
		return false;
	for (size_t i = 0; i < from.len; i++)
		if (from.data[i] <= ' ' || from.data[i] > '~')
			return false;
	if (from.len)
		memcpy(out_text, from.data, from.len);
	out_text[from.len] = '\0';
	return true;
}

bool job_cut(struct span *rest, char end, struct span *out_part)
{
	const uint8_t *at;

	if (!rest->data)
		return false;
	at = rest->len ? memchr(rest->data, end, rest->len) : NULL;
	*out_part = (struct span){ rest->data, at ? (size_t)(at - rest->data) : rest->len };
	*rest = at ? (struct span){ at + 1, rest->len - out_part->len - 1 }
		   : (struct span){ NULL, 0 };
	return true;
}

bool job_line(struct span *text, struct span *out_line)
{
	if (!text->len || !job_cut(text, '\n', out_line))
		return false;
	if (out_line->len && out_line->data[out_line->len - 1] == '\r')
		out_line->len--;
	return true;
}

bool job_is(struct span span, const char *text)
{
	return span.len == strlen(text) && (!span.len || !memcmp(span.data, text, span.len));
}

bool job_number(struct span text, uint64_t *out_number)
{
	uint64_t value = 0;

	if (!text.len || text.len > 12)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		value = 10 * value + (uint64_t)(text.data[i] - '0');
	}
	*out_number = value;
	return true;
}

int job_time(const struct job_reading *reading, struct span text, int64_t *out_unix_s,
	     struct error *err)
{
	char room[48];
	size_t len = text.len;
	bool digits = len > 0 && len <= 11;

	for (size_t i = 0; i < len; i++)
		digits = digits && text.data[i] >= '0' && text.data[i] <= '9';
	if (!len || len + 2 > sizeof(room))
		return error_set(err, ERROR_CORRUPT, "no time");
	memcpy(room, text.data, len);
	room[len] = '\0';
	if (digits) {
		*out_unix_s = strtoll(room, NULL, 10);
		return 0;
	}
	if (len != strlen("2026-04-01T00:00:00"))
		return time_parse(room, out_unix_s, err);
	if (!reading->zone_known)
		return error_set(err, ERROR_USAGE,
				 "'%s' gives times without a zone: say which with --zone +09:00",
				 reading->path);
	memcpy(room + len, "Z", 2);
	if (time_parse(room, out_unix_s, err))
		return -1;
	*out_unix_s -= reading->zone_s;
	return 0;
}

bool job_state(struct span word, enum run_outcome *out_outcome)
{
	static const struct {
		const char *word;
		enum run_outcome outcome;
	} known[] = {
		{ "COMPLETED", RUN_COMPLETED },  { "FAILED", RUN_FAILED },
		{ "OUT_OF_MEMORY", RUN_FAILED }, { "BOOT_FAIL", RUN_FAILED },
		{ "CANCELLED", RUN_KILLED },     { "PREEMPTED", RUN_KILLED },
		{ "REQUEUED", RUN_KILLED },      { "REVOKED", RUN_KILLED },
		{ "TIMEOUT", RUN_TIMED_OUT },    { "DEADLINE", RUN_TIMED_OUT },
		{ "NODE_FAIL", RUN_LOST },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t len = strlen(known[i].word);

		/* "CANCELLED by 1001": by whom is nobody's business. */
		if (word.len >= len && !memcmp(word.data, known[i].word, len) &&
		    (word.len == len || word.data[len] == ' ' || word.data[len] == '+')) {
			*out_outcome = known[i].outcome;
			return true;
		}
	}
	return false;
}

static bool small_number(struct span text, int *out_number)
{
	int number = 0;

	if (!text.len || text.len > 4)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		number = 10 * number + (text.data[i] - '0');
	}
	*out_number = number;
	return true;
}

bool job_exit_pair(struct span text, int *out_status, int *out_signal)
{
	struct span status, signal;

	return job_cut(&text, ':', &status) && job_cut(&text, ':', &signal) &&
	       small_number(status, out_status) && small_number(signal, out_signal) &&
	       *out_status < 256 && *out_signal < 128;
}
