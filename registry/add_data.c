/* Register what checkpoints come from: datasets and runs. */
#include <string.h>

#include "registry/add_inner.h"
#include "registry/run.h"

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

int registry_add_run(struct registry *registry, const struct add_how *how,
		     const struct add_run *run, struct add_result *out_result, struct error *err)
{
	const struct run_declaration declaration = { .name = run->name,
						     .file = run->path,
						     .git = run->git,
						     .data = run->data,
						     .data_count = run->data_count };
	struct run_declared declared;

	if (run_declare(registry, how, &declaration, &declared, err))
		return -1;
	*out_result = declared.added;
	return 0;
}
