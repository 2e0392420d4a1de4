/* Jobs into the registry: what is not known yet is declared and closed, each once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/index.h"
#include "registry/job.h"
#include "registry/said.h"

const char *job_did_name(enum job_did did)
{
	static const char *const name[] = {
		[JOB_SIGNED] = "signed",         [JOB_KNOWN] = "known",
		[JOB_JOINED] = "joined",         [JOB_RUNNING] = "running",
		[JOB_INCOMPLETE] = "incomplete", [JOB_FAILED_TO_SIGN] = "failed",
	};

	return name[did];
}

/* ---- Runs that are known, by their jobs ---- */

/* Of a task of an array there are two: as JOB, and as ARRAY_TASK, as sacct calls it. */
struct wrapped {
	char job[2 * JOB_TEXT_SIZE], cluster[JOB_TEXT_SIZE];
	char id[RUN_ID_SIZE];
	bool collected; /* from records as these are; else by akashi run */
	uint64_t restart;
	uint64_t nodes; /* of a step of the job, which has but these; 0: of all of it */
	int64_t began_s;
	struct name name;
	struct digest statement;
};

struct wrapped_list {
	struct registry *registry;
	struct wrapped *item;
	size_t count, room;
};

static bool member_text(const struct json *object, const char *key, char out_text[JOB_TEXT_SIZE])
{
	const char *text = json_text(json_member(object, key));

	out_text[0] = '\0';
	return !text || job_text(span_of(text), out_text);
}

/* What a task of an array is called; empty where it is of none. */
static void array_name(const char *array, const char *task, char out_name[2 * JOB_TEXT_SIZE])
{
	snprintf(out_name, 2 * JOB_TEXT_SIZE, "%s%s%s", array[0] && task[0] ? array : "",
		 array[0] && task[0] ? "_" : "", array[0] && task[0] ? task : "");
}

/* The nodes of a run that was but a step of its job; 0: it was all of it. */
static uint64_t step_nodes(const struct json *nodes)
{
	const char *source = json_text(json_member(nodes, "source"));
	struct error none = { 0 };
	uint64_t count;

	return source && strcmp(source, RUN_STEP_NODES) == 0 &&
			       json_need_size(nodes, "count", &count, &none) == 0
		       ? count
		       : 0;
}

/* A run with a scheduler; what akashi run signed has a host in its details, ours have none. */
static bool wrapped_read(const struct statement *said, struct wrapped *out,
			 char out_alias[2 * JOB_TEXT_SIZE])
{
	const struct json *scheduler = json_member(said->predicate, "scheduler");
	const char *began = json_text(json_member(said->predicate, "began"));
	const char *id = json_text(json_member(said->predicate, "id"));
	char array[JOB_TEXT_SIZE], task[JOB_TEXT_SIZE], job[JOB_TEXT_SIZE];
	struct error why = { 0 };

	if (!scheduler || !began || time_parse(began, &out->began_s, &why))
		return false;
	out->nodes = step_nodes(json_member(said->predicate, "nodes"));
	out->name = said->name;
	out->collected = !json_member(said->predicate, "host");
	snprintf(out->id, sizeof(out->id), "%s", id ? id : "");
	if (!member_text(scheduler, "job", job) || !member_text(scheduler, "arrayJob", array) ||
	    !member_text(scheduler, "arrayTask", task))
		return false;
	snprintf(out->job, sizeof(out->job), "%s", job);
	array_name(array, task, out_alias);
	return job[0] && member_text(scheduler, "cluster", out->cluster) &&
	       json_maybe_size(scheduler, "restart", 0, &out->restart, &why) == 0;
}

static int wrapped_add(struct wrapped_list *list, const struct wrapped *one, struct error *err)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct wrapped *item = realloc(list->item, room * sizeof(*item));

		if (!item)
			return error_set(err, ERROR_SYSTEM, "out of memory for %zu runs", room);
		list->item = item;
		list->room = room;
	}
	list->item[list->count++] = *one;
	return 0;
}

static int wrapped_seen(void *arg, const struct index_claim *claim, struct error *err)
{
	struct wrapped_list *list = arg;
	CLEANUP(statement_release) struct statement said = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	struct wrapped one = { .restart = 0 };
	char alias[2 * JOB_TEXT_SIZE];
	struct error why = { 0 };

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (claim->bodiless || claim->alias)
		return 0;
	if (digest_from_hex(span_of(claim->statement), &one.statement, err))
		return -1;
	if (registry_payload(list->registry, &one.statement, &payload, &why) ||
	    statement_parse(buffer_view(&payload), &said, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	if (said.kind != STATEMENT_run || !wrapped_read(&said, &one, alias))
		return 0;
	if (wrapped_add(list, &one, err))
		return -1;
	if (!alias[0] || strcmp(alias, one.job) == 0)
		return 0;
	memcpy(one.job, alias, sizeof(one.job));
	return wrapped_add(list, &one, err);
}

static int wrapped_order(const void *a, const void *b)
{
	return strcmp(((const struct wrapped *)a)->job, ((const struct wrapped *)b)->job);
}

/* The first wrapped run of the job in the sorted list; its neighbours may be others of it. */
static size_t wrapped_first(const struct wrapped_list *list, const char *job)
{
	size_t low = 0, high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(list->item[middle].job, job) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool wrapped_is(const struct wrapped *wrapped, const struct job *job, const char *id)
{
	bool same = strcmp(wrapped->cluster, job->cluster) == 0;

	/* What was collected of this very job is no other run. */
	if (wrapped->restart != job->restart || strcmp(wrapped->id, id) == 0)
		return false;
	return wrapped->collected ? same : same || !wrapped->cluster[0] || !job->cluster[0];
}

/* ---- One job ---- */

/* How it ended, from `began_s` on; false: nobody knows yet. */
static bool ending_of(const struct job *job, int64_t began_s, bool whole, bool lose,
		      struct run_ending *out)
{
	int64_t until = job->ended ? job->ended_s : job->seen_s;

	*out = (struct run_ending){ .outcome = job->outcome_known ? job->outcome : RUN_ENDED,
				    .exit_status = job->exit_status,
				    .signal = job->signal,
				    .began_s = began_s,
				    .nodes = job_nodes(job) ? job_nodes(job) : 1,
				    .gpus = job->gpus,
				    .gpus_known = job->gpus_known };
	if (!job->ended && !job->lost && !lose)
		return false;
	if (!job->ended) {
		out->outcome = RUN_LOST;
		out->lower_bound = true;
		out->exit_status = RUN_STATUS_UNKNOWN;
		out->signal = 0;
		out->reason = job->lost ? "its node began anew while it ran"
					: "nobody put its end on record";
	}
	if (until < began_s)
		until = began_s;
	out->seconds = (uint64_t)(until - began_s);
	if (whole && job->ended && job->measured) {
		out->clock_off = (int64_t)out->seconds - (int64_t)job->seconds;
		out->seconds = job->seconds;
		/* Whole seconds of two clocks may part by one without either being wrong. */
		if (out->clock_off >= -1 && out->clock_off <= 1)
			out->clock_off = 0;
	}
	return true;
}

static void id_of(const struct job *job, char out_id[RUN_ID_SIZE])
{
	char text[3 * JOB_TEXT_SIZE + 64], hex[DIGEST_HEX_SIZE];
	struct digest digest;

	snprintf(text, sizeof(text), "akashi job\n%s\n%s\n%s\n%llu\n", job->scheduler, job->cluster,
		 job->job, (unsigned long long)job->restart);
	digest = sha256(span_of(text));
	digest_to_hex(&digest, hex);
	snprintf(out_id, RUN_ID_SIZE, "%.16s", hex);
}

static int text_maybe(struct json *object, const char *key, const char *text, struct error *err)
{
	return text[0] ? json_set_text(object, key, text, err) : 0;
}

static int details_of(const struct job *job, struct json **out_details, struct error *err)
{
	const char *source = job->scheduler[0] ? job->scheduler : "table";
	CLEANUP(json_free) struct json *details = NULL;
	char id[RUN_ID_SIZE], began[TIME_TEXT_SIZE];
	struct json *inner;

	id_of(job, id);
	time_format(job->began_s, began);
	if (json_object_new(&details, err) ||
	    json_set_text(details, "schema", RUN_DETAILS_SCHEMA, err) ||
	    json_set_text(details, "id", id, err) || json_set_text(details, "began", began, err) ||
	    json_set_object(details, "nodes", &inner, err) ||
	    json_set_size(inner, "count", job_nodes(job) ? job_nodes(job) : 1, err) ||
	    json_set_text(inner, "source", job_nodes(job) ? source : "alone", err))
		return -1;
	if (job->gpus_known && (json_set_object(details, "gpus", &inner, err) ||
				json_set_size(inner, "count", job->gpus, err) ||
				json_set_text(inner, "source", source, err)))
		return -1;
	if (job->scheduler[0] && (json_set_object(details, "scheduler", &inner, err) ||
				  json_set_text(inner, "kind", job->scheduler, err) ||
				  text_maybe(inner, "cluster", job->cluster, err) ||
				  json_set_text(inner, "job", job->job, err) ||
				  text_maybe(inner, "arrayJob", job->array_job, err) ||
				  text_maybe(inner, "arrayTask", job->array_task, err) ||
				  text_maybe(inner, "partition", job->partition, err) ||
				  json_set_size(inner, "restart", job->restart, err)))
		return -1;
	*out_details = details;
	details = NULL; /* handed over */
	return 0;
}

/* [CLUSTER-]JOB[-rN], what a version may not have being '.'. */
static int name_of(const struct job *job, const struct name *family, struct name *out_name,
		   struct error *err)
{
	char version[3 * JOB_TEXT_SIZE + 32];

	snprintf(version, sizeof(version), "%s%s%s", job->cluster, job->cluster[0] ? "-" : "",
		 job->job);
	if (job->restart)
		snprintf(version + strlen(version), 32, "-r%llu", (unsigned long long)job->restart);
	for (char *at = version; *at; at++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-",
			    *at))
			*at = '.';
	while (strlen(version) > 1 && version[strlen(version) - 1] == '.')
		version[strlen(version) - 1] = '\0';
	*out_name = *family;
	if (!name_part_ok(version))
		return error_set(err, ERROR_USAGE, "'%s' cannot be a version", version);
	snprintf(out_name->version, sizeof(out_name->version), "%s", version);
	return 0;
}

static int close_as(struct registry *registry, const struct add_how *how, const struct name *name,
		    const struct run_ending *ending, bool *out_new, struct error *err)
{
	struct run_closing closing = { .run = *name, .ending = *ending };
	struct statement_made made = { .existed = false };

	if (run_close(registry, how, &closing, &made, err))
		return -1;
	*out_new = !made.existed;
	return 0;
}

/* Runs of this job, under one of its names: what has no measured end gets the job's. */
static int join_as(struct registry *registry, const struct add_how *how,
		   const struct wrapped_list *list, const char *called, const struct job *job,
		   bool lose, bool *out_joined, struct name *out_name, struct error *err)
{
	char id[RUN_ID_SIZE];

	id_of(job, id);
	for (size_t i = wrapped_first(list, called);
	     i < list->count && strcmp(list->item[i].job, called) == 0; i++) {
		const struct wrapped *wrapped = &list->item[i];
		struct run_known_end known;
		struct run_ending ending;
		bool fresh;

		if (!wrapped_is(wrapped, job, id))
			continue;
		*out_joined = true;
		*out_name = wrapped->name;
		if (run_known_end(registry, &wrapped->statement, &known, err))
			return -1;
		if ((known.known && !known.lower_bound) ||
		    !ending_of(job, wrapped->began_s, false, lose, &ending))
			continue;
		if (wrapped->nodes && wrapped->nodes < ending.nodes) {
			ending.gpus = ending.gpus * wrapped->nodes / ending.nodes;
			ending.nodes = wrapped->nodes;
		}
		if (close_as(registry, how, &wrapped->name, &ending, &fresh, err))
			return -1;
	}
	return 0;
}

static int join(struct registry *registry, const struct add_how *how,
		const struct wrapped_list *list, const struct job *job, bool lose, bool *out_joined,
		struct name *out_name, struct error *err)
{
	char alias[2 * JOB_TEXT_SIZE];

	*out_joined = false;
	array_name(job->array_job, job->array_task, alias);
	if (join_as(registry, how, list, job->job, job, lose, out_joined, out_name, err))
		return -1;
	return !*out_joined && alias[0] && strcmp(alias, job->job) != 0
		       ? join_as(registry, how, list, alias, job, lose, out_joined, out_name, err)
		       : 0;
}

/* Was this very job declared before, whatever record told of it? */
static int declared_before(struct registry *registry, const struct job *job,
			   const struct name *name, bool *out_before, struct digest *out_statement,
			   struct error *err)
{
	CLEANUP(said_release) struct said said = { .taken = false };
	const char *text;
	char id[RUN_ID_SIZE];

	*out_before = false;
	if (registry_said(registry, name, &said, err))
		return -1;
	if (!said.known || said.statement.kind != STATEMENT_run)
		return 0;
	id_of(job, id);
	text = json_text(json_member(said.statement.predicate, "id"));
	*out_statement = said.identity;
	*out_before = text && strcmp(text, id) == 0;
	return 0;
}

static int declare(struct registry *registry, const struct add_how *how, const struct job *job,
		   const struct name *name, const struct period *declared_for,
		   struct digest *out_statement, bool *out_before, struct error *err)
{
	CLEANUP(json_free) struct json *details = NULL;
	struct run_declaration declaration = { .name = *name,
					       .declared = declared_for,
					       .hold = true };
	struct run_declared declared = { .added = { .files = 0 } };

	if (declared_before(registry, job, name, out_before, out_statement, err))
		return -1;
	if (*out_before)
		return 0;
	if (details_of(job, &details, err))
		return -1;
	declaration.details = details;
	if (run_declare(registry, how, &declaration, &declared, err))
		return -1;
	*out_statement = declared.added.made.identity;
	add_result_release(&declared.added);
	return 0;
}

/* Did all of it run in the time for which it is declared? */
static int period_check(const struct job *job, const struct period *declared, struct error *err)
{
	int64_t until = job->ended ? job->ended_s : job->seen_s;

	if (!declared ||
	    period_holds(declared, job->began_s, until > job->began_s ? until : job->began_s))
		return 0;
	return error_set(err, ERROR_USAGE, "it ran at a time that is not within %s/%s",
			 declared->from, declared->to);
}

static int sign(struct registry *registry, const struct add_how *how, const struct jobs_wish *wish,
		const struct job *job, struct name *out_name, enum job_did *out_did,
		struct error *err)
{
	struct run_known_end known = { .known = false };
	struct run_ending ending;
	bool over, before, fresh = false;
	struct digest statement;

	if (period_check(job, wish->declared, err) || name_of(job, &wish->family, out_name, err) ||
	    declare(registry, how, job, out_name, wish->declared, &statement, &before, err))
		return -1;
	over = ending_of(job, job->began_s, true, wish->lost, &ending);
	*out_did = !over ? JOB_RUNNING : before ? JOB_KNOWN : JOB_SIGNED;
	if (!over || how->dry_run)
		return 0;
	/* Another record of the same job may have told its end already, perhaps in other words. */
	if (run_known_end(registry, &statement, &known, err))
		return -1;
	if ((!known.known || known.lower_bound) &&
	    close_as(registry, how, out_name, &ending, &fresh, err))
		return -1;
	*out_did = before && !fresh ? JOB_KNOWN : JOB_SIGNED;
	return 0;
}

static int job_order(const void *a, const void *b)
{
	const struct job *one = a, *other = b;

	if (one->began_s != other->began_s)
		return one->began_s < other->began_s ? -1 : 1;
	return strcmp(one->job, other->job);
}

int jobs_collect(struct registry *registry, const struct add_how *how, const struct jobs_wish *wish,
		 struct jobs *jobs, job_visit visit, void *arg, struct error *err)
{
	struct wrapped_list list = { .registry = registry };
	struct index *index;
	int failed = registry_index(registry, &index, err) ||
		     index_claims(index, "run", NULL, wrapped_seen, &list, err);

	if (!failed && list.count)
		qsort(list.item, list.count, sizeof(*list.item), wrapped_order);
	jobs_unite(jobs);
	if (!failed && jobs->count)
		qsort(jobs->item, jobs->count, sizeof(*jobs->item), job_order);
	for (size_t i = 0; !failed && i < jobs->count; i++) {
		const struct job *job = &jobs->item[i];
		enum job_did did = JOB_INCOMPLETE;
		struct error why = { 0 };
		char text[NAME_TEXT_MAX] = "";
		struct name name = { .owner = "" };
		bool joined = false;

		failed = context_check_cancelled(registry->ctx, err);
		if (failed)
			break;
		if (join(registry, how, &list, job, wish->lost, &joined, &name, &why))
			did = JOB_FAILED_TO_SIGN;
		else if (joined)
			did = JOB_JOINED;
		else if (job->began && sign(registry, how, wish, job, &name, &did, &why))
			did = JOB_FAILED_TO_SIGN;
		if (name.owner[0])
			name_to_text(&name, text);
		failed = visit(arg, job, did, text, &why, err);
	}
	free(list.item);
	return failed ? -1 : 0;
}
