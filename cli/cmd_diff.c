/* diff: which files and tensors differ. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

static const char *const state_name[] = {
	[DIFF_SAME] = "same",       [DIFF_CHANGED] = "changed",   [DIFF_ADDED] = "added",
	[DIFF_REMOVED] = "removed", [DIFF_RESHAPED] = "reshaped",
};

static int values_json(struct json *item, const struct diff_tensor *tensor, struct error *err)
{
	const struct diff_values *values = &tensor->values;
	struct json *object;

	if (json_set_size(item, "elements", tensor->elements, err))
		return -1;
	if (!tensor->has_values)
		return 0;
	if (json_set_object(item, "values", &object, err) ||
	    json_set_size(object, "changed", values->changed, err) ||
	    json_set_text(object, "largest", values->largest, err) ||
	    json_set_text(object, "norm", values->norm, err) ||
	    json_set_text(object, "oldNorm", values->old_norm, err))
		return -1;
	return json_set_text(object, "newNorm", values->new_norm, err);
}

static int items_json(struct json *items, const struct diff *diff, struct error *err)
{
	struct json *item;

	for (size_t i = 0; i < diff->file_count; i++) {
		const struct diff_file *file = &diff->file[i];

		if (file->state == DIFF_SAME)
			continue;
		if (json_add_object(items, &item, err) ||
		    json_set_text(item, "file", file->path, err) ||
		    json_set_text(item, "state", state_name[file->state], err) ||
		    json_set_size(item, "oldSize", file->old_size, err) ||
		    json_set_size(item, "newSize", file->new_size, err))
			return -1;
	}
	for (size_t i = 0; i < diff->tensor_count; i++) {
		const struct diff_tensor *tensor = &diff->tensor[i];

		if (tensor->state == DIFF_SAME)
			continue;
		if (json_add_object(items, &item, err) ||
		    json_set_text(item, "tensor", tensor->name, err) ||
		    json_set_text(item, "state", state_name[tensor->state], err) ||
		    values_json(item, tensor, err))
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

static int diff_json(const struct diff *diff, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *items;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/diff/1", err) ||
	    counts_json(object, "files", diff->files, err) ||
	    counts_json(object, "tensors", diff->tensors, err) ||
	    json_set_array(object, "items", &items, err) || items_json(items, diff, err))
		return -1;
	return output_json(object, err);
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

static int diff_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(contents_release) struct contents old = { .tree = NULL };
	CLEANUP(contents_release) struct contents new = { .tree = NULL };
	CLEANUP(diff_free) struct diff *diff = NULL;

	if (open_registry_if_any(call, &registry, err) || environment_threads(call->ctx, err) ||
	    contents_of_argument(call->ctx, registry, call->operand[0], &old, err) ||
	    contents_of_argument(call->ctx, registry, call->operand[1], &new, err) ||
	    diff_manifests(old.manifest, new.manifest, &diff, err))
		return -1;
	if (call_has(call, "values") &&
	    diff_add_values(call->ctx, diff, old.manifest, old.tree, new.manifest, new.tree, err))
		return -1;
	if (call->json)
		return diff_json(diff, err);
	diff_text(call, diff);
	return 0;
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
	{ NULL, NULL },
};

const struct command command_diff = {
	.name = "diff",
	.summary = "show which files and tensors differ",
	.synopsis = "A B [--values]",
	.description =
		"A and B are registered names, digests, or paths. Registered ones are compared by "
		"their stored digests, without reading weights; tensors are matched by name, "
		"wherever "
		"they lie, so a checkpoint that was only cut into other shards has the same "
		"tensors.",
	.options = diff_options,
	.examples = diff_examples,
	.exit_notes = "0 whether or not they differ.",
	.operands_min = 2,
	.operands_max = 2,
	.run = diff_run,
};
