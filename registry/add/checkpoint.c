/* Register checkpoints: one, or a whole series in one batch. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/add/inner.h"
#include "registry/contents.h"
#include "registry/index.h"
#include "registry/said.h"

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
	bool known = true;

	if (checkpoint->run_name)
		name = *checkpoint->run_name;
	else if (!checkpoint->run)
		return 0;
	else if (run_take(adding, checkpoint, &name, &known, err))
		return -1;
	if (!known)
		return 0; /* a dry run registered nothing to refer to */
	return registry_reference_to(adding->registry, STATEMENT_run, &name, &reference, err) ||
			       json_set_take(predicate, "run", &reference, err)
		       ? -1
		       : 0;
}

static int license_set(const struct add_checkpoint *checkpoint, struct json *predicate,
		       struct error *err)
{
	if (!checkpoint->license)
		return 0;
	return said_check("--license", checkpoint->license, err) ||
			       json_set_text(predicate, "license", checkpoint->license, err)
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
			       license_set(checkpoint, predicate, err) ||
			       git_set(adding, predicate, &checkpoint->git, err) ||
			       run_set(adding, checkpoint, predicate, err) ||
			       card_held_set(adding, checkpoint, predicate, err) ||
			       references_set(adding, predicate, "data", STATEMENT_dataset,
					      checkpoint->data, checkpoint->data_count, err)
		       ? -1
		       : 0;
}

/* One checkpoint of the series, ready to be said. */
struct prepared {
	struct json *predicate;
	char subject[NAME_TEXT_MAX];
	struct manifest *manifest; /* until the next one was kept */
};

struct manifest *manifest_of(struct registry *registry, const struct name *name)
{
	struct contents contents = { .tree = NULL };
	struct error ignored = { 0 };
	struct manifest *manifest;
	struct digest statement;
	struct name found;
	struct index *index;

	if (registry_index(registry, &index, &ignored) ||
	    index_resolve(index, name, &found, &statement, &ignored) ||
	    contents_of_statement(registry, &statement, &contents, &ignored))
		return NULL;
	if (contents_pieces(&contents, &ignored))
		manifest_free(&contents.manifest);
	manifest = contents.manifest;
	contents.manifest = NULL; /* handed over */
	contents_release(&contents);
	return manifest;
}

/*
 * One whose parents nobody names now and that is registered already keeps those that were
 * said then, so that a series can grow between its steps, and one of it be added again by
 * itself. *out_found says whether.
 */
static int parents_as_said(struct registry *registry, const struct name *name,
			   struct json *predicate, bool *out_found, struct error *err)
{
	CLEANUP(said_release) struct said said = { .taken = false };

	*out_found = false;
	if (registry_said(registry, name, &said, err))
		return -1;
	if (!said.known || said.statement.kind != STATEMENT_checkpoint)
		return 0; /* it says nothing any more; or is refused where it is published */
	*out_found = true;
	return json_set_clone(predicate, "parents",
			      json_member(said.statement.predicate, "parents"), err);
}

/* Those that were named, or said before; *out_said: of one that follows, they are not left to say.
 */
static int parents_set(struct adding *adding, const struct add_checkpoint *checkpoint,
		       struct json *predicate, bool *out_said, struct error *err)
{
	*out_said = false;
	if (!checkpoint->parent_count && !checkpoint->alone &&
	    parents_as_said(adding->registry, &checkpoint->name, predicate, out_said, err))
		return -1;
	return *out_said || checkpoint->follows
		       ? 0
		       : references_set(adding, predicate, "parents", STATEMENT_checkpoint,
					checkpoint->parent, checkpoint->parent_count, err);
}

/* Keep checkpoint `at` of the series and say what is to be said of it. */
static int prepare(struct adding *adding, const struct add_checkpoint *checkpoint, size_t at,
		   struct prepared *prepared, struct statement_draft *draft,
		   struct add_result *result, struct error *err)
{
	const struct add_checkpoint *one = &checkpoint[at];
	CLEANUP(manifest_free) struct manifest *parent = NULL;
	CLEANUP(kept_release) struct kept kept = { 0 };
	struct files_wish wish = { .path = one->path,
				   .exclude = one->exclude,
				   .exclude_count = one->exclude_count };
	struct prepared *out = &prepared[at];
	bool said = false;

	if (one->follows) {
		wish.base = prepared[at - 1].manifest;
	} else if (one->parent_count) {
		parent = manifest_of(adding->registry, &one->parent[0]);
		wish.base = parent;
	}
	if (files_keep(adding, &wish, &kept, err) || json_object_new(&out->predicate, err) ||
	    predicate_make(adding, one, &kept, out->predicate, out->subject, err) ||
	    parents_set(adding, one, out->predicate, &said, err))
		return -1;
	draft[at] = (struct statement_draft){ .kind = STATEMENT_checkpoint,
					      .subject = out->subject,
					      .digest = kept.identity,
					      .predicate = out->predicate,
					      .follows = said ? 0 : one->follows };
	result[at] = (struct add_result){ .manifest = kept.identity,
					  .files = kept.manifest->file_count,
					  .bytes = manifest_bytes(kept.manifest) };
	result[at].left_out = kept.left_out;
	kept.left_out = NULL; /* handed over */
	out->manifest = kept.manifest;
	kept.manifest = NULL;
	if (at)
		manifest_free(&prepared[at - 1].manifest);
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
		if (prepare(&adding, checkpoint, i, prepared, draft, result, err))
			failed = error_prefix(err, "'%s'", checkpoint[i].path);
	if (!failed)
		failed = adding_publish(&adding, draft, count, made, err);
	for (size_t i = 0; i < count && prepared; i++) {
		json_free(&prepared[i].predicate);
		manifest_free(&prepared[i].manifest);
	}
	for (size_t i = 0; i < count && !failed; i++) {
		out_result[i] = result[i];
		out_result[i].made = made[i];
	}
	for (size_t i = 0; i < count && failed && result; i++)
		add_result_release(&result[i]);
	free(prepared);
	free(draft);
	free(made);
	free(result);
	return failed ? -1 : 0;
}
