/* version: print the version, and how this machine computes. */
#include <stdio.h>
#include <string.h>

#include "cli/environment.h"
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

/* Where devices are put as they are found. */
struct device_list {
	struct json *array; /* NULL: lines of text */
};

static int device_json(struct json *array, const struct device_entry *entry, struct error *err)
{
	const struct backend_facts *facts = &entry->facts;
	bool admitted = entry->refused.code == ERROR_NONE;
	struct json *object;
	char number[32];

	if (json_add_object(array, &object, err) ||
	    json_set_text(object, "device", entry->name, err) ||
	    json_set_bool(object, "admitted", admitted, err) ||
	    (admitted && json_set_text(object, "backend", entry->description, err)) ||
	    (!admitted && json_set_text(object, "refused", entry->refused.text, err)))
		return -1;
	if (!facts->model[0])
		return 0;
	snprintf(number, sizeof(number), "%d.%d", facts->major, facts->minor);
	if (json_set_text(object, "model", facts->model, err) ||
	    json_set_text(object, "computeCapability", number, err) ||
	    json_set_size(object, "memoryBytes", facts->memory_bytes, err))
		return -1;
	snprintf(number, sizeof(number), "%d.%d", facts->driver_release / 1000,
		 facts->driver_release % 1000 / 10);
	return facts->driver_release ? json_set_text(object, "driverCuda", number, err) : 0;
}

static void device_text(const struct device_entry *entry)
{
	const struct backend_facts *facts = &entry->facts;
	char memory[SIZE_TEXT_MAX];

	if (facts->model[0]) {
		size_to_text(facts->memory_bytes, memory);
		output_line(stdout, "%-11s %s, compute capability %d.%d, %s, driver for CUDA %d.%d",
			    entry->name, facts->model, facts->major, facts->minor, memory,
			    facts->driver_release / 1000, facts->driver_release % 1000 / 10);
	}
	if (entry->refused.code == ERROR_NONE)
		output_line(stdout, "%-11s admitted%s%s", facts->model[0] ? "" : entry->name,
			    facts->model[0] ? "" : ": ", facts->model[0] ? "" : entry->description);
	else
		output_line(stdout, "%-11s not used: %s", facts->model[0] ? "" : entry->name,
			    entry->refused.text);
}

static int device_found(void *user, const struct device_entry *entry, struct error *err)
{
	struct device_list *list = user;

	if (list->array)
		return device_json(list->array, entry, err);
	device_text(entry);
	return 0;
}

static int devices_json(const struct context *ctx, struct json *object, struct error *err)
{
	struct device_list list;
	struct json *samples;

	if (json_set_array(object, "devices", &list.array, err) ||
	    devices_visit(ctx->threads, device_found, &list, err) ||
	    json_set_array(object, "samples", &samples, err))
		return -1;
	for (size_t i = 0; device_sample_name(i); i++)
		if (json_add_text(samples, device_sample_name(i), err))
			return -1;
	return 0;
}

static int devices_text(const struct context *ctx, struct error *err)
{
	struct device_list list = { NULL };
	CLEANUP(buffer_release) struct buffer names;
	CLEANUP(text_free) char *text = NULL;

	buffer_init(&names, 4096);
	if (devices_visit(ctx->threads, device_found, &list, err))
		return -1;
	for (size_t i = 0; device_sample_name(i); i++)
		if (buffer_printf(&names, err, "%s%s", i ? ", " : "", device_sample_name(i)))
			return -1;
	if (buffer_to_text(&names, &text, err))
		return -1;
	output_line(stdout, "%-11s %s", "samples", text);
	return 0;
}

static int version_json(const struct call *call, const struct backend *backend, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/version/1", err) ||
	    json_set_text(object, "version", AKASHI_VERSION, err))
		return -1;
	if (backend && (json_set_text(object, "hash", hash_implementation(), err) ||
			json_set_text(object, "planes", planes_implementation(), err) ||
			json_set_text(object, "backend", backend_description(backend), err) ||
			json_set_text(object, "profile", EXACT_PROFILE, err) ||
			architectures_set(object, err)))
		return -1;
	if (call_has(call, "devices") && devices_json(call->ctx, object, err))
		return -1;
	return output_json(object, err);
}

static int version_run(struct call *call, struct error *err)
{
	CLEANUP(device_close) struct device_in_use device = { .backend = NULL };

	/* What is slow to find out is found out when asked for. */
	if (call_has(call, "devices") && environment_threads(call->ctx, err))
		return -1;
	if (call_has(call, "verbose") && device_open("auto", call->ctx->threads, &device, err))
		return -1;
	if (call->json)
		return version_json(call, device.backend, err);
	puts("akashi " AKASHI_VERSION);
	if (device.backend) {
		output_line(stdout, "SHA-256     %s", hash_implementation());
		output_line(stdout, "planes      %s", planes_implementation());
		output_line(stdout, "arithmetic  %s, %s", EXACT_PROFILE,
			    backend_description(device.backend));
		output_line(stdout, "models      %s", architecture_list());
	}
	return call_has(call, "devices") ? devices_text(call->ctx, err) : 0;
}

static const struct option version_options[] = {
	{ .name = "verbose",
	  .letter = 'v',
	  .help = "say also how this machine hashes, compresses and computes, and which models" },
	{ .name = "devices",
	  .help = "try every device that could compute, and say what it is and whether it is "
		  "admitted: whether it gave the CPU's bits on a sample of every operation" },
	{ .name = NULL },
};

const struct command command_version = {
	.name = "version",
	.summary = "print the version",
	.synopsis = "[--verbose] [--devices]",
	.options = version_options,
	.run = version_run,
};
