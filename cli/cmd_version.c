/* version: print the version, and how this machine computes. */
#include <stdio.h>

#include "cli/output.h"

static int version_json(const struct backend *backend, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/version/1", err) ||
	    json_set_text(object, "version", AKASHI_VERSION, err))
		return -1;
	if (backend && (json_set_text(object, "hash", hash_implementation(), err) ||
			json_set_text(object, "backend", backend_description(backend), err) ||
			json_set_text(object, "profile", EXACT_PROFILE, err)))
		return -1;
	return output_json(object, err);
}

static int version_run(struct call *call, struct error *err)
{
	CLEANUP(backend_close) struct backend *backend = NULL;
	struct backend_options options = { .threads = NULL };

	/* What is slow to find out is found out when asked for. */
	if (call_has(call, "verbose") && backend_open(NULL, &options, &backend, err))
		return -1;
	if (call->json)
		return version_json(backend, err);
	puts("akashi " AKASHI_VERSION);
	if (!backend)
		return 0;
	output_line(stdout, "SHA-256     %s", hash_implementation());
	output_line(stdout, "arithmetic  %s, %s", EXACT_PROFILE, backend_description(backend));
	return 0;
}

static const struct option version_options[] = {
	{ .name = "verbose",
	  .letter = 'v',
	  .help = "say also how this machine hashes and computes" },
	{ .name = NULL },
};

const struct command command_version = {
	.name = "version",
	.summary = "print the version",
	.synopsis = "[--verbose]",
	.options = version_options,
	.run = version_run,
};
