/* version: print the version, and how this machine computes. */
#include <stdio.h>
#include <string.h>

#include "cli/output.h"

/* The model types that are computed, as an array. */
static int architectures_set(struct json *object, struct error *err)
{
	CLEANUP(json_free) struct json *array = NULL;
	char type[64];

	if (json_array_new(&array, err))
		return -1;
	for (const char *at = architecture_list(); *at; at += strspn(at, ", ")) {
		size_t len = strcspn(at, ",");

		snprintf(type, sizeof(type), "%.*s", (int)len, at);
		if (json_add_text(array, type, err))
			return -1;
		at += len;
	}
	return json_set_take(object, "architectures", &array, err);
}

static int version_json(const struct backend *backend, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/version/1", err) ||
	    json_set_text(object, "version", AKASHI_VERSION, err))
		return -1;
	if (backend && (json_set_text(object, "hash", hash_implementation(), err) ||
			json_set_text(object, "backend", backend_description(backend), err) ||
			json_set_text(object, "profile", EXACT_PROFILE, err) ||
			architectures_set(object, err)))
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
	output_line(stdout, "models      %s", architecture_list());
	return 0;
}

static const struct option version_options[] = {
	{ .name = "verbose",
	  .letter = 'v',
	  .help = "say also how this machine hashes and computes, and which models" },
	{ .name = NULL },
};

const struct command command_version = {
	.name = "version",
	.summary = "print the version",
	.synopsis = "[--verbose]",
	.options = version_options,
	.run = version_run,
};
