/* version: print the version, and how this machine computes. */
#include <stdio.h>

#include "cli/output.h"

static int version_json(struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/version/1", err) ||
	    json_set_text(object, "version", AKASHI_VERSION, err) ||
	    json_set_text(object, "hash", hash_implementation(), err))
		return -1;
	return output_json(object, err);
}

static int version_run(struct call *call, struct error *err)
{
	if (call->json)
		return version_json(err);
	puts("akashi " AKASHI_VERSION);
	if (!call->quiet && call_has(call, "verbose"))
		printf("SHA-256 by %s\n", hash_implementation());
	return 0;
}

static const struct option version_options[] = {
	{ .name = "verbose", .letter = 'v', .help = "say also how this machine hashes" },
	{ .name = NULL },
};

const struct command command_version = {
	.name = "version",
	.summary = "print the version",
	.synopsis = "[--verbose]",
	.options = version_options,
	.run = version_run,
};
