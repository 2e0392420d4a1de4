/* diff: which files and tensors differ. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

enum { SHAPE_TEXT_MAX = 1024 };

static const char *const state_name[] = {
	[DIFF_SAME] = "same",       [DIFF_CHANGED] = "changed",   [DIFF_ADDED] = "added",
	[DIFF_REMOVED] = "removed", [DIFF_RESHAPED] = "reshaped",
};

/* What is known of the values: for tensors that are the same, without reading them. */
static int values_json(struct json *row, const struct diff_tensor *tensor, struct error *err)
{
	static const struct diff_values none = { .largest = "0", .norm = "0", .relative = "0" };
	const struct diff_values *values = tensor->state == DIFF_SAME ? &none : &tensor->values;

	if (tensor->state != DIFF_SAME && !tensor->has_values)
		return 0;
	if (json_set_size(row, "changed", values->changed, err) ||
	    (values->largest[0] && json_set_text(row, "largest", values->largest, err)) ||
	    (values->norm[0] && json_set_text(row, "norm", values->norm, err)) ||
	    (values->old_norm[0] && json_set_text(row, "oldNorm", values->old_norm, err)) ||
	    (values->new_norm[0] && json_set_text(row, "newNorm", values->new_norm, err)))
		return -1;
	return values->relative[0] ? json_set_text(row, "relative", values->relative, err) : 0;
}

/* As Python writes a shape: "[32, 64]" in one cell of a table. */
static int shape_json(struct json *row, const struct tensor *tensor, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *cell = NULL;

	buffer_init(&text, SHAPE_TEXT_MAX);
	if (buffer_add_text(&text, "[", err))
		return -1;
	for (uint32_t i = 0; i < tensor->rank; i++)
		if (buffer_printf(&text, err, "%s%" PRIu64, i ? ", " : "", tensor->shape[i]))
			return -1;
	if (buffer_add_text(&text, "]", err) || buffer_to_text(&text, &cell, err))
		return -1;
	return json_set_text(row, "shape", cell, err);
}

/* One row for each tensor, all of plain cells: a table as it is. */
static int tensor_rows(struct json *rows, const char *version, const struct diff *diff,
		       struct error *err)
{
	struct json *row;

	for (size_t i = 0; i < diff->tensor_count; i++) {
		const struct diff_tensor *tensor = &diff->tensor[i];
		const struct tensor *shown =
			tensor->new_tensor ? tensor->new_tensor : tensor->old_tensor;

		if (json_add_object(rows, &row, err) || json_set_text(row, "new", version, err) ||
		    json_set_text(row, "name", tensor->name, err) ||
		    json_set_text(row, "file",
				  tensor->new_file ? tensor->new_file : tensor->old_file, err) ||
		    json_set_text(row, "state", state_name[tensor->state], err) ||
		    json_set_text(row, "dtype", dtype_name(shown->dtype), err) ||
		    shape_json(row, shown, err) ||
		    json_set_size(row, "elements", tensor->elements, err) ||
		    values_json(row, tensor, err))
			return -1;
	}
	return 0;
}

static int file_rows(struct json *rows, const struct diff *diff, struct error *err)
{
	struct json *row;

	for (size_t i = 0; i < diff->file_count; i++) {
		const struct diff_file *file = &diff->file[i];

		if (file->state == DIFF_SAME)
			continue;
		if (json_add_object(rows, &row, err) ||
		    json_set_text(row, "file", file->path, err) ||
		    json_set_text(row, "state", state_name[file->state], err) ||
		    json_set_size(row, "oldSize", file->old_size, err) ||
		    json_set_size(row, "newSize", file->new_size, err))
			return -1;
	}
	return 0;
}

static int counts_json(struct json *object, const char *key, const size_t *counts,
		       struct error *err)
{
	struct json *by_state;

	if (json_set_object(object, key, &by_state, err))
		return -1;
	for (int state = DIFF_SAME; state <= DIFF_RESHAPED; state++)
		if (json_set_size(by_state, state_name[state], counts[state], err))
			return -1;
	return 0;
}

/* Where comparisons go: JSON lists, or the terminal. */
struct output {
	struct json *rows, *comparisons; /* borrowed; NULL: text */
};

static int diff_json(const struct output *output, const char *version, const struct diff *diff,
		     struct error *err)
{
	struct json *item, *files;

	if (json_add_object(output->comparisons, &item, err) ||
	    json_set_text(item, "new", version, err) ||
	    counts_json(item, "files", diff->files, err) ||
	    counts_json(item, "tensors", diff->tensors, err) ||
	    json_set_array(item, "fileItems", &files, err))
		return -1;
	return file_rows(files, diff, err) || tensor_rows(output->rows, version, diff, err) ? -1
											    : 0;
}

static void tensor_text(const struct diff_tensor *tensor)
{
	const struct diff_values *values = &tensor->values;

	output_line(stdout, "%-9s tensor %s", state_name[tensor->state], tensor->name);
	if (tensor->has_values)
		output_line(stdout,
			    "          %" PRIu64 " of %" PRIu64
			    " elements differ, largest change %s, norm of the change %s, norms %s "
			    "and %s",
			    values->changed, tensor->elements,
			    values->largest[0] ? values->largest : "unknown", values->norm,
			    values->old_norm, values->new_norm);
}

static void diff_text(const struct call *call, const struct diff *diff)
{
	for (size_t i = 0; i < diff->file_count; i++)
		if (diff->file[i].state != DIFF_SAME)
			output_line(stdout, "%-9s file   %s", state_name[diff->file[i].state],
				    diff->file[i].path);
	for (size_t i = 0; i < diff->tensor_count; i++)
		if (diff->tensor[i].state != DIFF_SAME)
			tensor_text(&diff->tensor[i]);
	if (!call->quiet)
		printf("%zu of %zu files and %zu of %zu tensors are the same\n",
		       diff->files[DIFF_SAME], diff->file_count, diff->tensors[DIFF_SAME],
		       diff->tensor_count);
}

/* Compare the first operand with another one. */
static int compare(struct call *call, struct registry *registry, struct contents *old,
		   const char *word, const struct output *output, struct error *err)
{
	CLEANUP(contents_release) struct contents new = { .tree = NULL };
	CLEANUP(diff_free) struct diff *diff = NULL;

	if (contents_of_argument(call->ctx, registry, word, &new, err) ||
	    diff_manifests(old->manifest, new.manifest, &diff, err))
		return -1;
	if (call_has(call, "values") && (contents_pieces(old, err) || contents_pieces(&new, err) ||
					 diff_add_values(call->ctx, diff, old->manifest, old->tree,
							 new.manifest, new.tree, err)))
		return -1;
	if (output->rows)
		return diff_json(output, word, diff, err);
	if (call->operand_count > 2)
		output_line(stdout, "%s:", word);
	diff_text(call, diff);
	return 0;
}

static int diff_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(contents_release) struct contents old = { .tree = NULL };
	CLEANUP(json_free) struct json *object = NULL;
	struct output output = { NULL, NULL };

	if (call->json && (json_object_new(&object, err) ||
			   json_set_text(object, "schema", "akashi/diff/1", err) ||
			   json_set_text(object, "old", call->operand[0], err) ||
			   json_set_array(object, "comparisons", &output.comparisons, err) ||
			   json_set_array(object, "items", &output.rows, err)))
		return -1;
	if (open_registry_if_any(call, &registry, err) || environment_threads(call->ctx, err) ||
	    contents_of_argument(call->ctx, registry, call->operand[0], &old, err))
		return -1;
	for (size_t i = 1; i < call->operand_count; i++)
		if (compare(call, registry, &old, call->operand[i], &output, err))
			return -1;
	return object ? output_json(object, err) : 0;
}

static const struct option diff_options[] = {
	{ .name = "values",
	  .help = "read the tensors that differ: how many elements changed, the largest change, "
		  "norms" },
	{ .name = NULL },
};

static const struct example diff_examples[] = {
	{ "akashi diff llm-x/base@step-100 llm-x/base@step-500 --values",
	  "what training changed between two checkpoints" },
	{ "akashi diff llm-x/base@v1 ./download", "what a download lacks, or has beside it" },
	{ "akashi diff llm-x/base@step-100 llm-x/base@step-{200,300} --values --json",
	  "several versions against the first: a table with one row for each tensor" },
	{ NULL, NULL },
};

const struct command command_diff = {
	.name = "diff",
	.summary = "show which files and tensors differ",
	.synopsis = "A B... [--values]",
	.description =
		"A and B are registered names, digests, or paths. Registered ones are compared by "
		"their stored digests, without reading weights; tensors are matched by name, "
		"wherever "
		"they lie, so a checkpoint that was only cut into other shards has the same "
		"tensors. Each further B is compared with A too.\n\n"
		"With --json, items is a table: one row for each tensor, whose cells are name, "
		"file, state, dtype, shape, elements, and what is known of its values: changed "
		"(elements whose bits differ), largest (change), norm (of the change), oldNorm, "
		"newNorm, relative (norm / oldNorm). Norms are computed in binary64 and are "
		"advice.",
	.options = diff_options,
	.examples = diff_examples,
	.exit_notes = "0 whether or not they differ.",
	.operands_min = 2,
	.operands_max = SIZE_MAX,
	.run = diff_run,
};
