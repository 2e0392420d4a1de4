/* Register checkpoints: one, or a whole series in one batch. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/add_inner.h"
#include "registry/index.h"

enum { RUN_FILE_MAX = 16 << 20 };

static int visit_first(void *arg, const struct index_row *row, struct error *err)
{
	char *out = arg;

	(void)err;
	if (!out[0])
		snprintf(out, NAME_TEXT_MAX, "%s", row->subject);
	return 0;
}

/* The run whose file this is, registered under a name of its own unless it is known already. */
static int run_take(struct adding *adding, const struct add_checkpoint *checkpoint,
		    struct name *out_name, bool *out_known, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	char known[NAME_TEXT_MAX] = "", text[2 * NAME_TEXT_MAX];
	struct add_result ignored;
	struct digest digest;
	struct index *index;
	struct add_run run = { .path = checkpoint->run,
			       .git = checkpoint->git,
			       .data = checkpoint->data,
			       .data_count = checkpoint->data_count };

	buffer_init(&bytes, RUN_FILE_MAX);
	if (file_read(checkpoint->run, &bytes, err))
		return -1;
	digest = sha256(buffer_view(&bytes));
	if (registry_index(adding->registry, &index, err) ||
	    index_by_digest(index, "run", &digest, visit_first, known, err))
		return -1;
	*out_known = known[0] || !adding->how->dry_run;
	if (known[0])
		return name_parse(known, out_name, err);
	snprintf(text, sizeof(text), "%s/%s-run@%s", checkpoint->name.owner, checkpoint->name.name,
		 checkpoint->name.version);
	if (name_parse(text, &run.name, err) ||
	    registry_add_run(adding->registry, adding->how, &run, &ignored, err))
		return error_prefix(err, "run '%s'", checkpoint->run);
	*out_name = run.name;
	return 0;
}

static int run_set(struct adding *adding, const struct add_checkpoint *checkpoint,
		   struct json *predicate, struct error *err)
{
	CLEANUP(json_free) struct json *reference = NULL;
	struct name name;
	bool known;

	if (!checkpoint->run)
		return 0;
	if (run_take(adding, checkpoint, &name, &known, err))
		return -1;
	if (!known)
		return 0; /* a dry run registered nothing to refer to */
	return registry_reference_to(adding->registry, STATEMENT_run, &name, &reference, err) ||
			       json_set_take(predicate, "run", &reference, err)
		       ? -1
		       : 0;
}

static int predicate_make(struct adding *adding, const struct add_checkpoint *checkpoint,
			  const struct kept *kept, struct json *predicate,
			  char subject[NAME_TEXT_MAX], struct error *err)
{
	uint64_t parameters = manifest_parameters(kept->manifest);

	return name_set(predicate, &checkpoint->name, subject, err) ||
			       json_set_digest(predicate, "manifest", &kept->identity, err) ||
			       json_set_size(predicate, "bytes", manifest_bytes(kept->manifest),
					     err) ||
			       json_set_size(predicate, "files", kept->manifest->file_count, err) ||
			       (parameters &&
				json_set_size(predicate, "parameters", parameters, err)) ||
			       (kept->architecture && json_set_text(predicate, "architecture",
								    kept->architecture, err)) ||
			       git_set(adding, predicate, &checkpoint->git, err) ||
			       run_set(adding, checkpoint, predicate, err) ||
			       references_set(adding, predicate, "data", STATEMENT_dataset,
					      checkpoint->data, checkpoint->data_count, err) ||
			       references_set(adding, predicate, "parents", STATEMENT_checkpoint,
					      checkpoint->parent, checkpoint->parent_count, err)
		       ? -1
		       : 0;
}

/* One checkpoint of the series, ready to be said. */
struct prepared {
	struct json *predicate;
	char subject[NAME_TEXT_MAX];
};

static int prepare(struct adding *adding, const struct add_checkpoint *checkpoint,
		   struct prepared *out, struct statement_draft *draft, struct add_result *result,
		   struct error *err)
{
	CLEANUP(kept_release) struct kept kept = { 0 };

	if (files_keep(adding, checkpoint->path, checkpoint->exclude, checkpoint->exclude_count,
		       &kept, err) ||
	    json_object_new(&out->predicate, err) ||
	    predicate_make(adding, checkpoint, &kept, out->predicate, out->subject, err))
		return -1;
	*draft = (struct statement_draft){ .kind = STATEMENT_checkpoint,
					   .subject = out->subject,
					   .digest = kept.identity,
					   .predicate = out->predicate };
	*result = (struct add_result){ .manifest = kept.identity,
				       .files = kept.manifest->file_count,
				       .bytes = manifest_bytes(kept.manifest) };
	return 0;
}

int registry_add_checkpoints(struct registry *registry, const struct add_how *how,
			     const struct add_checkpoint *checkpoint, size_t count,
			     struct add_result *out_result, struct error *err)
{
	CLEANUP(adding_release) struct adding adding = { 0 };
	struct prepared *prepared = calloc(count + 1, sizeof(*prepared));
	struct statement_draft *draft = calloc(count + 1, sizeof(*draft));
	struct statement_made *made = calloc(count + 1, sizeof(*made));
	struct add_result *result = calloc(count + 1, sizeof(*result));
	int failed = 0;

	if (!prepared || !draft || !made || !result)
		failed = error_set(err, ERROR_SYSTEM, "out of memory for a series");
	if (!failed)
		failed = adding_begin(registry, how, &adding, err);
	for (size_t i = 0; i < count && !failed; i++)
		if (prepare(&adding, &checkpoint[i], &prepared[i], &draft[i], &result[i], err))
			failed = error_prefix(err, "'%s'", checkpoint[i].path);
	if (!failed)
		failed = adding_publish(&adding, draft, count, made, err);
	for (size_t i = 0; i < count && prepared; i++)
		json_free(&prepared[i].predicate);
	for (size_t i = 0; i < count && !failed; i++) {
		out_result[i] = result[i];
		out_result[i].made = made[i];
	}
	free(prepared);
	free(draft);
	free(made);
	free(result);
	return failed ? -1 : 0;
}
