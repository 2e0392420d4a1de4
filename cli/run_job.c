/* run_job: on record before anything can fail, signed when it can be. */
#include "cli/run_job.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/run_card.h"

#define BEAT_SECONDS 60
#define RUN_FILE_MAX (16u << 20)

void run_job_release(struct run_job *job)
{
	lease_release(&job->lease);
	registry_close(&job->registry);
	run_facts_release(&job->facts);
	json_free(&job->beginning);
	free(job->folder);
	job->folder = NULL;
}

int64_t run_job_beat_ms(const struct context *ctx)
{
	const char *wanted = context_environment(ctx, "AKASHI_RUN_BEAT_SECONDS");
	long seconds = wanted ? strtol(wanted, NULL, 10) : 0;

	return (seconds >= 1 && seconds <= 3600 ? seconds : BEAT_SECONDS) * 1000;
}

/* ---- Names ---- */

/* What may stand in a name, from a folder's name; "run" where nothing is left. */
static void part_from(const char *text, char out_part[NAME_PART_MAX + 1])
{
	size_t len = 0;

	for (; *text && len < NAME_PART_MAX; text++)
		if (isalnum((unsigned char)*text) ||
		    (len && (*text == '.' || *text == '_' || *text == '-')))
			out_part[len++] = *text;
	out_part[len] = '\0';
	if (!name_part_ok(out_part))
		snprintf(out_part, NAME_PART_MAX + 1, "run");
}

/* Nobody named it: runs/FOLDER@TIME-ID, which nothing else is called. A home folder has a person's
 * name. */
static void name_make(struct run_job *job)
{
	time_t began = (time_t)job->began_s;
	CLEANUP(text_free) char *plain = NULL;
	char folder[PATH_MAX], when[32] = "";
	struct error none = { 0 };
	const char *last = NULL;
	struct tm utc;

	if (getcwd(folder, sizeof(folder)) &&
	    run_text_public(job->call->ctx, folder, &plain, &none) == 0)
		last = strrchr(plain, '/');
	snprintf(job->name.owner, sizeof(job->name.owner), "runs");
	part_from(last ? last + 1 : "", job->name.name);
	if (gmtime_r(&began, &utc))
		strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &utc);
	snprintf(job->name.version, sizeof(job->name.version), "%s-%.8s", when, job->facts.id);
}

/* ---- On record ---- */

static int texts_set(const struct call *call, const char *option, const char *key, bool paths,
		     struct json *record, struct error *err)
{
	CLEANUP(texts_free) const char **text = NULL;
	struct json *list;
	size_t count;

	if (call_values(call, option, &text, &count, err) ||
	    json_set_array(record, key, &list, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		char folder[PATH_MAX];
		CLEANUP(text_free) char *path = NULL;

		/* A log may not be there yet: its path is made whole, not resolved. */
		if (paths && text[i][0] != '/' && getcwd(folder, sizeof(folder)) &&
		    path_join(folder, text[i], &path, err))
			return -1;
		if (json_add_text(list, path ? path : text[i], err))
			return -1;
	}
	return 0;
}

/* The run file as it is now, beside the record: the training may change its own. */
static int file_copy(struct run_job *job, struct json *record, struct error *err)
{
	const char *path = call_value(job->call, "file");
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(text_free) char *copy = NULL;

	buffer_init(&bytes, RUN_FILE_MAX);
	if (!path)
		return 0;
	return path_join(job->folder, "file.json", &copy, err) || file_read(path, &bytes, err) ||
			       file_write(copy, buffer_view(&bytes), 0600, FILE_REPLACE, err) ||
			       json_set_text(record, "file", copy, err)
		       ? -1
		       : 0;
}

static int beginning_make(struct run_job *job, bool attached, struct error *err)
{
	CLEANUP(json_free) struct json *record = NULL;
	char name[NAME_TEXT_MAX], boot[40];
	const char *key = call_value(job->call, "key");
	const struct run_facts *facts = &job->facts;

	name_to_text(&job->name, name);
	run_boot(boot);
	if (run_record_new(RUN_EVENT_BEGIN, facts->id, &record, err) ||
	    json_set_text(record, "name", name, err) || json_set_bool(record, "anew", true, err) ||
	    json_set_bool(record, "attached", attached, err) ||
	    json_set_clone(record, "began", json_member(facts->details, "began"), err) ||
	    json_set_text(record, "boot", boot, err) ||
	    json_set_integer(record, "monotonic", context_monotonic_ms(job->call->ctx), err) ||
	    json_set_size(record, "nodes", facts->nodes, err) ||
	    (facts->gpus_known && json_set_size(record, "gpus", facts->gpus, err)) ||
	    (job->registry && json_set_text(record, "registry", job->registry->folder, err)) ||
	    (key && json_set_text(record, "key", key, err)) ||
	    texts_set(job->call, "data", "data", false, record, err) ||
	    texts_set(job->call, "parent", "parents", false, record, err) ||
	    texts_set(job->call, "log", "logs", true, record, err) ||
	    json_set_clone(record, "details", facts->details, err))
		return -1;
	if (folder_make(job->folder, err) || file_copy(job, record, err) ||
	    run_spool_put(job->folder, RUN_EVENT_BEGIN, record, err))
		return -1;
	job->beginning = record;
	record = NULL; /* handed over */
	return 0;
}

/* The folder of the record: where it belongs, else for the time being among passing files. */
static int folder_choose(struct run_job *job, struct error *err)
{
	const struct context *ctx = job->call->ctx;
	const char *passing = context_environment(ctx, "TMPDIR");
	CLEANUP(text_free) char *state = NULL;
	struct error why = { 0 };
	char made[PATH_MAX];

	if (run_state_folder(ctx, &state, &why) == 0 &&
	    run_spool_path(state, job->facts.id, &job->folder, &why) == 0 &&
	    folder_make(job->folder, &why) == 0) {
		if (chmod(state, 0700))
			context_notice(ctx, "'%s' may be read by others", state);
		return 0;
	}
	if (why.code == ERROR_USAGE && context_environment(ctx, "AKASHI_RUN_STATE"))
		return error_set(err, ERROR_USAGE, "%s", why.text);
	free(job->folder);
	job->folder = NULL;
	snprintf(made, sizeof(made), "%s/akashi-runs-XXXXXX",
		 passing && passing[0] == '/' ? passing : "/tmp");
	if (!mkdtemp(made)) {
		context_notice(ctx, "the run is not on record: %s", why.text);
		return 0;
	}
	context_notice(ctx,
		       "%s: the run is on record in '%s', and akashi run sync --state there "
		       "signs what is left",
		       why.text, made);
	return run_spool_path(made, job->facts.id, &job->folder, err);
}

/* ---- The registry ---- */

void run_job_registry(struct run_job *job)
{
	struct error why = { 0 };

	if (open_registry(job->call, &job->registry, &why) ||
	    open_add_how(job->call, job->registry, &job->how, &why)) {
		registry_close(&job->registry);
		context_notice(job->call->ctx,
			       "the registry is away (%s): the run goes on, and "
			       "akashi run sync signs it later",
			       why.text);
	}
}

int run_registry_of(const struct call *call, const struct run_spooled *spooled,
		    struct registry **out_registry, struct add_how *out_how, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	const struct run_record *begin = &spooled->record[RUN_EVENT_BEGIN];

	if (begin->registry && !call_value(call, "registry")
		    ? registry_open(call->ctx, begin->registry, &registry, err)
		    : open_registry(call, &registry, err))
		return -1;
	if (open_add_how(call, registry, out_how, err))
		return -1;
	if (!out_how->key && begin->key)
		out_how->key = begin->key;
	*out_registry = registry;
	registry = NULL; /* handed over */
	return 0;
}

/* What others left: ended and not signed, or lost. */
static int left_behind(void *arg, struct run_spooled *spooled, struct error *err)
{
	struct run_job *job = arg;
	const struct run_record *begin = &spooled->record[RUN_EVENT_BEGIN];
	struct run_settled settled;
	struct error why = { 0 };
	char name[NAME_TEXT_MAX];

	if (strcmp(spooled->id, job->facts.id) == 0 || !begin->registry ||
	    strcmp(begin->registry, job->registry->folder) != 0 ||
	    (spooled->life != RUN_LIFE_LOST && spooled->life != RUN_LIFE_ENDED))
		return 0;
	if (spooled->life == RUN_LIFE_LOST && run_spool_lose(spooled, err))
		return -1;
	if (run_spool_settle(job->registry, &job->how, spooled, &settled, &why)) {
		context_notice(job->call->ctx, "the earlier run %s waits on: %s", spooled->id,
			       why.text);
		return 0;
	}
	name_to_text(&settled.name, name);
	context_notice(job->call->ctx, "an earlier run, %s, %s", name,
		       spooled->life == RUN_LIFE_LOST
			       ? "was lost: signed is how long it ran at least"
			       : "ended: that is signed now");
	return 0;
}

/* The folder that the record's folder lies in. */
static char *state_of(const struct run_job *job)
{
	return strndup(job->folder, strlen(job->folder) - strlen(job->facts.id) - 1);
}

bool run_job_declare(struct run_job *job)
{
	CLEANUP(run_spooled_release) struct run_spooled spooled = { .folder = NULL };
	const struct context *ctx = job->call->ctx;
	CLEANUP(text_free) char *state = NULL;
	struct run_settled settled;
	struct error why = { 0 };
	char text[NAME_TEXT_MAX];

	if (!job->registry)
		run_job_registry(job);
	if (!job->registry || !job->folder)
		return false;
	state = state_of(job);
	if (!state || run_spool_load(ctx, state, job->facts.id, &spooled, &why) ||
	    run_spool_declare(job->registry, &job->how, &spooled, &settled, &why)) {
		context_notice(ctx,
			       "the beginning is not signed (%s): the run goes on, and akashi "
			       "run sync signs it later",
			       why.text);
		return false;
	}
	if (strcmp(settled.name.version, job->name.version) != 0)
		context_notice(ctx, "'%s' is taken: this start of it is version %s",
			       job->name.version, settled.name.version);
	job->name = settled.name;
	job->declared = true;
	name_to_text(&job->name, text);
	context_notice(ctx, "run %s is declared (%s)", text, job->facts.id);
	return true;
}

/* What earlier runs of this registry left is signed on the way. */
static void others_settle(struct run_job *job)
{
	CLEANUP(text_free) char *state = state_of(job);
	struct error why = { 0 };

	if (state && run_spool_each(job->call->ctx, state, left_behind, job, &why))
		context_notice(job->call->ctx, "earlier runs are left as they are: %s", why.text);
}

/* ---- Beginning ---- */

static int job_facts(struct run_job *job, const char *const *command, size_t command_count,
		     struct error *err)
{
	CLEANUP(texts_free) const char **variable = NULL;
	CLEANUP(texts_free) const char **output = NULL;
	struct run_facts_request request = { .command = command,
					     .command_count = command_count,
					     .root = "" };
	const char *began;

	if (call_values(job->call, "env", &variable, &request.variable_count, err) ||
	    call_values(job->call, "output", &output, &request.output_count, err))
		return -1;
	request.variable = variable;
	request.output = output;
	if (run_facts_gather(job->call->ctx, &request, &job->facts, err))
		return -1;
	began = json_text(json_member(job->facts.details, "began"));
	return time_parse(began ? began : "", &job->began_s, err);
}

/* The state of what takes part, in git; what cannot be known is said in its place. */
static void repositories(struct run_job *job)
{
	CLEANUP(texts_free) const char **folder = NULL;
	CLEANUP(texts_free) const char **output = NULL;
	struct run_repositories_request request = { .spool = job->folder,
						    .snapshot =
							    !call_has(job->call, "no-snapshot") };
	struct error why = { 0 };

	if (call_values(job->call, "repository", &folder, &request.folder_count, &why) ||
	    call_values(job->call, "output", &output, &request.output_count, &why))
		return;
	request.folder = folder;
	request.output = output;
	if (run_repositories_gather(job->call->ctx, &request, &job->facts, &why))
		context_notice(job->call->ctx, "nothing is known of the repositories: %s",
			       why.text);
}

/* How the data is ordered, as far as it is said; what is said on purpose must make sense. */
static int order_find(struct run_job *job, const char *const *command, size_t command_count,
		      struct data_order *out_order, bool *out_found, struct error *err)
{
	CLEANUP(texts_free) const char **file = NULL;
	struct run_order_request request = { .command = command,
					     .command_count = command_count,
					     .run_file = call_value(job->call, "file"),
					     .sequences = call_value(job->call, "sequences") };

	if (call_values(job->call, "order", &file, &request.file_count, err))
		return -1;
	request.file = file;
	return run_order_find(job->call->ctx, &request, out_order, out_found, err);
}

/* A request that makes no sense is refused before anything starts. */
static int request_check(const struct call *call, const char *name, struct run_job *job,
			 struct error *err)
{
	static const char *const names[] = { "data", "parent" };
	const char *file = call_value(call, "file");

	if (name && name_parse(name, &job->name, err))
		return -1;
	if (name && (job->name.alias || !job->name.version[0]))
		return error_set(err, ERROR_USAGE, "'%s' needs a version: owner/name@version",
				 name);
	for (size_t i = 0; i < 2; i++) {
		CLEANUP(names_free) struct name *parsed = NULL;
		size_t count;

		if (open_names(call, names[i], &parsed, &count, err))
			return -1;
	}
	return file && !file_exists(file)
		       ? error_set(err, ERROR_USAGE, "there is no run file '%s'", file)
		       : 0;
}

/* Nothing started, and nothing is on record. */
static void record_forget(const struct run_job *job)
{
	struct error ignored = { 0 };

	if (job->folder && folder_remove(job->folder, &ignored))
		context_notice(job->call->ctx, "'%s' could not be removed: %s", job->folder,
			       ignored.text);
}

int run_job_begin(struct call *call, const char *name, const char *const *command,
		  size_t command_count, struct run_job *out_job, struct error *err)
{
	CLEANUP(run_job_release) struct run_job job = { .call = call };
	CLEANUP(data_order_release) struct data_order order = { .source = NULL };
	struct error why = { 0 };
	bool ordered;

	call->ctx->progress = NULL; /* the command's output is not ours to write into */
	if (request_check(call, name, &job, err) ||
	    order_find(&job, command, command_count, &order, &ordered, err) ||
	    job_facts(&job, command, command_count, err) || folder_choose(&job, err))
		return -1;
	if (!name)
		name_make(&job);
	run_job_registry(&job);
	repositories(&job);
	if (run_card_hold(&job, name != NULL, command, command_count, err)) {
		record_forget(&job);
		return -1;
	}
	if (ordered && job.folder &&
	    run_order_keep(call->ctx, job.folder, call_value(call, "sequences"), &order, &job.facts,
			   &why))
		context_notice(call->ctx, "how the data is ordered is not kept: %s", why.text);
	why = (struct error){ 0 };
	if (job.folder &&
	    (beginning_make(&job, command_count > 0, &why) ||
	     (command_count && lease_begin(job.folder, "run", call->ctx, &job.lease, &why)))) {
		context_notice(call->ctx, "the run is not on record: %s", why.text);
		free(job.folder);
		job.folder = NULL;
	}
	if (job.registry && run_job_declare(&job))
		others_settle(&job);
	*out_job = job;
	job = (struct run_job){ .call = call }; /* handed over */
	return 0;
}

/* ---- While it runs, and at its end ---- */

void run_job_beat(struct run_job *job, uint64_t child, uint64_t seconds)
{
	CLEANUP(json_free) struct json *record = NULL;
	struct error why = { 0 };
	char boot[40];

	run_boot(boot);
	if (!job->folder)
		return;
	if (run_record_new(RUN_EVENT_BEAT, job->facts.id, &record, &why) ||
	    json_set_size(record, "seconds", seconds, &why) ||
	    json_set_size(record, "child", child, &why) ||
	    json_set_size(record, "childStart", run_process_start(child), &why) ||
	    json_set_text(record, "boot", boot, &why) ||
	    run_spool_put(job->folder, RUN_EVENT_BEAT, record, &why))
		context_notice(job->call->ctx, "no beat is on record: %s", why.text);
}

void run_job_outputs(struct run_job *job, const struct name *output, size_t count)
{
	CLEANUP(json_free) struct json *record = NULL;
	struct error why = { 0 };
	struct json *list;
	int failed;

	if (!job->folder)
		return;
	failed = run_record_new(RUN_EVENT_OUTPUTS, job->facts.id, &record, &why) ||
		 json_set_array(record, "outputs", &list, &why);
	for (size_t i = 0; !failed && i < count; i++) {
		char name[NAME_TEXT_MAX];

		name_to_text(&output[i], name);
		failed = json_add_text(list, name, &why);
	}
	if (failed || run_spool_put(job->folder, RUN_EVENT_OUTPUTS, record, &why))
		context_notice(job->call->ctx, "the outputs are not on record: %s", why.text);
}

/*
 * A wrapper that stood still may have been taken for lost elsewhere, and its record is gone with
 * the bound that was signed: what it measured turns up all the same.
 */
static int beginning_again(const struct run_job *job, struct error *err)
{
	CLEANUP(json_free) struct json *declared = NULL;
	CLEANUP(text_free) char *path = NULL;
	char name[NAME_TEXT_MAX];

	name_to_text(&job->name, name);
	if (!job->beginning || path_join(job->folder, "begin.json", &path, err))
		return job->beginning ? -1 : 0;
	if (file_exists(path))
		return 0;
	if (run_spool_put(job->folder, RUN_EVENT_BEGIN, job->beginning, err))
		return -1;
	return job->declared &&
			       (run_record_new(RUN_EVENT_DECLARED, job->facts.id, &declared, err) ||
				json_set_text(declared, "name", name, err) ||
				run_spool_put(job->folder, RUN_EVENT_DECLARED, declared, err))
		       ? -1
		       : 0;
}

void run_job_ended(struct run_job *job, const struct run_ending *ending)
{
	CLEANUP(json_free) struct json *record = NULL;
	struct error why = { 0 };

	if (job->folder && (beginning_again(job, &why) ||
			    run_record_new(RUN_EVENT_END, job->facts.id, &record, &why) ||
			    run_ending_to_json(ending, record, &why) ||
			    run_spool_put(job->folder, RUN_EVENT_END, record, &why)))
		context_notice(job->call->ctx, "the end is not on record: %s", why.text);
}

void run_job_settle(struct run_job *job)
{
	CLEANUP(run_spooled_release) struct run_spooled spooled = { .folder = NULL };
	CLEANUP(text_free) char *state = NULL;
	const struct context *ctx = job->call->ctx;
	struct run_settled settled;
	struct error why = { 0 };
	char name[NAME_TEXT_MAX];

	lease_release(&job->lease);
	if (!job->folder)
		return;
	if (!job->registry)
		run_job_registry(job);
	if (!job->registry)
		return;
	state = state_of(job);
	if (!state || run_spool_load(ctx, state, job->facts.id, &spooled, &why) ||
	    run_spool_settle(job->registry, &job->how, &spooled, &settled, &why)) {
		context_notice(ctx, "the end is not signed (%s): akashi run sync signs it later",
			       why.text);
		return;
	}
	job->name = settled.name;
	job->declared = job->closed = true;
	name_to_text(&settled.name, name);
	context_notice(ctx, "the end of run %s is signed", name);
}
