/* reindex: make the index again. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

/* `counts` NULL: nothing was done, only asked about. */
static int print_json(const struct registry *registry, const struct index_counts *counts,
		      struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/index/1", err) ||
	    json_set_text(object, "folder", registry->folder, err) ||
	    json_set_bool(object, "dryRun", !counts, err))
		return -1;
	if (counts && (json_set_size(object, "entries", counts->entries, err) ||
		       json_set_size(object, "statements", counts->statements, err) ||
		       json_set_size(object, "claims", counts->claims, err) ||
		       json_set_size(object, "withoutBody", counts->bodiless, err)))
		return -1;
	return output_json(object, err);
}

static int reindex_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	struct index_counts counts;
	struct index *index;

	if (open_registry(call, &registry, err))
		return -1;
	if (call_has(call, "dry-run")) {
		if (call->json)
			return print_json(registry, NULL, err);
		output_line(stdout, "would make %s/index.db again from the statements and the log",
			    registry->folder);
		return 0;
	}
	if (environment_threads(call->ctx, err) || registry_reindex(registry, err) ||
	    registry_index(registry, &index, err) || index_count(index, &counts, err))
		return -1;
	if (call->json)
		return print_json(registry, &counts, err);
	printf("indexed %" PRIu64 " log entries, %" PRIu64 " statements, %" PRIu64 " claims",
	       counts.entries, counts.statements, counts.claims);
	if (counts.bodiless)
		printf("; the bodies of %" PRIu64 " statements are not here (akashi log audit says "
		       "whether they are withheld)",
		       counts.bodiless);
	putchar('\n');
	return 0;
}

static const struct option reindex_options[] = { OPTION_DRY_RUN, { .name = NULL } };

const struct command command_reindex = {
	.name = "reindex",
	.summary = "make the index again from the statements and the log",
	.synopsis = "",
	.description =
		"The index is a cache for asking questions; nothing is ever only in it, and "
		"nothing in it is believed unchecked. It is made again without being asked when "
		"it is missing, damaged or behind.",
	.options = reindex_options,
	.run = reindex_run,
};
