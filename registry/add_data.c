/* Register what checkpoints come from: datasets and runs. */
#include <string.h>

#include "registry/add_inner.h"

enum { RUN_FILE_MAX = 16 << 20 };

int registry_add_dataset(struct registry *registry, const struct add_how *how,
			 const struct add_dataset *dataset, struct add_result *out_result,
			 struct error *err)
{
	CLEANUP(adding_release) struct adding adding = { 0 };
	CLEANUP(json_free) struct json *predicate = NULL;
	CLEANUP(kept_release) struct kept kept = { 0 };
	struct statement_draft draft = { .kind = STATEMENT_dataset };
	struct add_result result = { 0 };
	const struct files_wish wish = { .path = dataset->path,
					 .exclude = dataset->exclude,
					 .exclude_count = dataset->exclude_count };
	char subject[NAME_TEXT_MAX];

	if (adding_begin(registry, how, &adding, err) || json_object_new(&predicate, err) ||
	    name_set(predicate, &dataset->name, subject, err) ||
	    files_keep(&adding, &wish, &kept, err) ||
	    json_set_digest(predicate, "manifest", &kept.identity, err) ||
	    json_set_size(predicate, "bytes", manifest_bytes(kept.manifest), err) ||
	    json_set_size(predicate, "files", kept.manifest->file_count, err) ||
	    json_set_size(predicate, "records", kept.records, err))
		return -1;
	draft.subject = subject;
	draft.digest = kept.identity;
	draft.predicate = predicate;
	if (adding_publish(&adding, &draft, 1, &result.made, err))
		return -1;
	result.manifest = kept.identity;
	result.files = kept.manifest->file_count;
	result.bytes = manifest_bytes(kept.manifest);
	result.records = kept.records;
	result.left_out = kept.left_out;
	kept.left_out = NULL; /* handed over */
	*out_result = result;
	return 0;
}

/* A run file is any JSON object: what is in it is the training program's business. */
static int run_file_check(const char *path, struct span bytes, struct error *err)
{
	CLEANUP(json_free) struct json *file = NULL;

	if (json_parse(bytes, NULL, &file, err))
		return error_prefix(err, "'%s'", path);
	return json_kind(file) == JSON_KIND_OBJECT
		       ? 0
		       : error_set(err, ERROR_CORRUPT, "'%s' holds no JSON object", path);
}

int registry_add_run(struct registry *registry, const struct add_how *how,
		     const struct add_run *run, struct add_result *out_result, struct error *err)
{
	CLEANUP(adding_release) struct adding adding = { 0 };
	CLEANUP(json_free) struct json *predicate = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct statement_draft draft = { .kind = STATEMENT_run };
	struct add_result result = { .files = 1 };
	char subject[NAME_TEXT_MAX];

	buffer_init(&bytes, RUN_FILE_MAX);
	if (adding_begin(registry, how, &adding, err) || json_object_new(&predicate, err) ||
	    name_set(predicate, &run->name, subject, err) ||
	    file_keep(&adding, run->path, &bytes, &result.manifest, err) ||
	    run_file_check(run->path, buffer_view(&bytes), err) ||
	    json_set_digest(predicate, "file", &result.manifest, err) ||
	    git_set(&adding, predicate, &run->git, err) ||
	    references_set(&adding, predicate, "data", STATEMENT_dataset, run->data,
			   run->data_count, err))
		return -1;
	draft.subject = subject;
	draft.digest = result.manifest;
	draft.predicate = predicate;
	if (adding_publish(&adding, &draft, 1, &result.made, err))
		return -1;
	result.bytes = bytes.len;
	*out_result = result;
	return 0;
}
