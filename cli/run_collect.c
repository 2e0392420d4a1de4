/* run collect: jobs of a cluster, as its own records tell them, become runs. */
#include "cli/run_collect.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/open.h"
#include "cli/output.h"

struct collecting {
	struct call *call;
	struct json *items, *complaints;
	struct jobs jobs;
	size_t did[JOB_DID_COUNT];
};

static void complain(void *arg, const char *path, size_t line, const char *why)
{
	struct collecting *collecting = arg;
	struct error ignored = { 0 };
	struct json *item;

	context_notice(collecting->call->ctx, "%s:%zu: %s", path, line, why);
	if (json_add_object(collecting->complaints, &item, &ignored) ||
	    json_set_text(item, "file", path, &ignored) ||
	    json_set_size(item, "line", line, &ignored) ||
	    json_set_text(item, "text", why, &ignored))
		context_notice(collecting->call->ctx, "%s", ignored.text);
}

/* "+09:00" in seconds. */
static int zone_read(const struct call *call, struct job_reading *reading, struct error *err)
{
	const char *zone = call_value(call, "zone");
	struct span rest, part;
	uint64_t hours, minutes;

	if (!zone)
		return 0;
	rest = span_of(zone[0] ? zone + 1 : zone);
	if ((zone[0] != '+' && zone[0] != '-') || rest.len != strlen("09:00") ||
	    !job_cut(&rest, ':', &part) || !job_number(part, &hours) ||
	    !job_number(rest, &minutes) || hours > 14 || minutes > 59)
		return error_set(err, ERROR_USAGE, "a zone is written like +09:00, not '%s'", zone);
	reading->zone_known = true;
	reading->zone_s = (int64_t)(hours * 3600 + minutes * 60) * (zone[0] == '-' ? -1 : 1);
	return 0;
}

static int file_take(struct collecting *collecting, struct job_reading *reading, const char *path,
		     struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, JOB_FILE_MAX_BYTES);
	reading->path = path;
	return file_read(path, &text, err) ||
			       (text.len && jobs_read(reading, buffer_view(&text),
						      call_value(collecting->call, "format"),
						      &collecting->jobs, err))
		       ? -1
		       : 0;
}

static int is_spool(const struct dirent *entry)
{
	return text_ends_with(entry->d_name, ".spool");
}

/* A file, or the *.spool files of a folder. */
static int path_take(struct collecting *collecting, struct job_reading *reading, const char *path,
		     struct error *err)
{
	struct dirent **entry = NULL;
	struct stat status;
	int count, failed = 0;

	if (stat(path, &status))
		return error_system(err, errno, "cannot look at '%s'", path);
	if (!S_ISDIR(status.st_mode))
		return file_take(collecting, reading, path, err);
	count = scandir(path, &entry, is_spool, alphasort);
	if (count < 0)
		return error_system(err, errno, "cannot list '%s'", path);
	if (!count)
		context_notice(collecting->call->ctx, "'%s' has no records (*.spool)", path);
	for (int i = 0; i < count; i++) {
		CLEANUP(text_free) char *file = NULL;

		failed = failed || path_join(path, entry[i]->d_name, &file, err) ||
			 file_take(collecting, reading, file, err);
		free(entry[i]);
	}
	free(entry);
	return failed ? -1 : 0;
}

static int told(void *arg, const struct job *job, enum job_did did, const char *name,
		const struct error *why, struct error *err)
{
	struct collecting *collecting = arg;
	struct json *item;

	collecting->did[did]++;
	if (did == JOB_FAILED_TO_SIGN)
		context_notice(collecting->call->ctx, "job %s: %s", job->job, why->text);
	if (!collecting->call->json && !collecting->call->quiet && did != JOB_KNOWN)
		output_line(stdout, "%-10s job %s%s%s", job_did_name(did), job->job,
			    name[0] ? ", " : "", name);
	return json_add_object(collecting->items, &item, err) ||
			       json_set_text(item, "job", job->job, err) ||
			       json_set_text(item, "cluster", job->cluster, err) ||
			       json_set_size(item, "restart", job->restart, err) ||
			       json_set_text(item, "did", job_did_name(did), err) ||
			       (name[0] && json_set_text(item, "run", name, err)) ||
			       (why->code != ERROR_NONE &&
				json_set_text(item, "reason", why->text, err))
		       ? -1
		       : 0;
}

static int results_print(const struct collecting *collecting, const struct json *object,
			 struct error *err)
{
	if (collecting->call->json)
		return output_json(object, err);
	if (!collecting->call->quiet)
		output_line(stdout,
			    "%zu jobs: %zu signed now, %zu known before, %zu in wrapped runs, %zu "
			    "still "
			    "running, %zu without a beginning, %zu failed",
			    collecting->jobs.count, collecting->did[JOB_SIGNED],
			    collecting->did[JOB_KNOWN], collecting->did[JOB_JOINED],
			    collecting->did[JOB_RUNNING], collecting->did[JOB_INCOMPLETE],
			    collecting->did[JOB_FAILED_TO_SIGN]);
	return 0;
}

static int collect(struct collecting *collecting, struct registry *registry, struct jobs_wish *wish,
		   struct error *err)
{
	struct call *call = collecting->call;
	CLEANUP(json_free) struct json *object = NULL;
	struct add_how how = { .key = call_value(call, "key"),
			       .dry_run = call_has(call, "dry-run") };
	struct job_reading reading = { .complain = complain, .arg = collecting };

	wish->lost = call_has(call, "lost");
	if (zone_read(call, &reading, err) || json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/run-collect/1", err) ||
	    json_set_array(object, "items", &collecting->items, err) ||
	    json_set_array(object, "complaints", &collecting->complaints, err))
		return -1;
	for (size_t i = 0; i < call->operand_count; i++)
		if (path_take(collecting, &reading, call->operand[i], err))
			return -1;
	if (jobs_collect(registry, &how, wish, &collecting->jobs, told, collecting, err) ||
	    results_print(collecting, object, err))
		return -1;
	if (json_count(collecting->complaints) || collecting->did[JOB_FAILED_TO_SIGN])
		call->exit_status = 1;
	return 0;
}

static int collect_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct collecting collecting = { .call = call };
	const char *family = call_value(call, "as"), *declared = call_value(call, "declared-for");
	struct jobs_wish wish = { .lost = false };
	struct period period;
	int result;

	if (!family)
		return error_set(err, ERROR_USAGE,
				 "--as OWNER/NAME is needed: what the runs are to be called");
	if (name_parse_family(family, &wish.family, err) ||
	    (declared && period_parse(declared, &period, err)) ||
	    open_registry(call, &registry, err))
		return -1;
	wish.declared = declared ? &period : NULL;
	result = collect(&collecting, registry, &wish, err);
	jobs_release(&collecting.jobs);
	return result;
}

static const struct option collect_options[] = {
	{ .name = "as",
	  .argument = "OWNER/NAME",
	  .help = "the runs become versions of this name: [CLUSTER-]JOB[-rRESTART]" },
	{ .name = "format",
	  .argument = "FORMAT",
	  .choices = "spool sacct jobcomp pbs csv",
	  .help = "what the files are; otherwise seen from their first line" },
	{ .name = "zone",
	  .argument = "+HH:MM",
	  .help = "the zone of times that have none, as sacct and jobcomp print them" },
	{ .name = "lost",
	  .help = "sign a lower bound for jobs that began and whose end nobody put on record" },
	OPTION_DECLARED_FOR,
	OPTION_KEY,
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example collect_examples[] = {
	{ "akashi run collect --as llm-x/jobs /var/spool/akashi",
	  "what prolog and epilog put on record" },
	{ "akashi run collect --as llm-x/jobs --zone +09:00 sacct.txt",
	  "from sacct --parsable2 --allocations" },
	{ "akashi run collect --as llm-x/before --declared-for 2024-04/2026-03 bill.csv",
	  "what ran before there was a registry, marked as told afterwards" },
	{ NULL, NULL },
};

const struct command command_run_collect = {
	.name = "collect",
	.summary = "sign the jobs that a cluster has on record",
	.synopsis = "--as OWNER/NAME FILE|SPOOL...",
	.description =
		"Each job becomes a run with its node time, signed once, however often it is "
		"collected. A job inside which akashi run wrapped a command is not counted again: "
		"a "
		"wrapped run whose end nobody saw gets the job's. Lines that were edited or are "
		"damaged are named and left out, and the rest is taken (exit status 1). No names "
		"of "
		"people are kept.",
	.options = collect_options,
	.examples = collect_examples,
	.operands_min = 1,
	.operands_max = SIZE_MAX,
	.run = collect_run,
};
