/* status: how a registry stands, and what waits. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/open.h"
#include "cli/output.h"

enum { UNRECORDED_SHOWN = 20 }; /* as text; --json has all */

static int status_json(const struct registry *registry, const struct status *status,
		       const char *key, const char *pin, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct json *log;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/status/1", err) ||
	    json_set_text(object, "folder", registry->folder, err) ||
	    json_set_text(object, "origin", registry->origin, err) ||
	    json_set_text(object, "key", key, err) || json_set_text(object, "pin", pin, err) ||
	    json_set_object(object, "log", &log, err) ||
	    json_set_size(log, "size", status->log_size, err) ||
	    json_set_digest(log, "root", &status->root, err) ||
	    json_set_integer(log, "ageSeconds", status->log_age_s, err) ||
	    json_set_size(log, "waiting", status->waiting, err) ||
	    json_set_bool(log, "restored", status->restored, err) ||
	    json_set_size(object, "statements", status->counts.statements, err) ||
	    json_set_size(object, "claims", status->counts.claims, err) ||
	    json_set_texts(object, "unrecorded", (const char *const *)status->unrecorded,
			   status->unrecorded_count, err))
		return -1;
	return output_json(object, err);
}

static void status_text(const struct registry *registry, const struct status *status,
			const char *key, const char *pin)
{
	char age[TIME_TEXT_MAX] = "unknown", root[DIGEST_HEX_SIZE];

	if (status->log_age_s >= 0)
		age_to_text(status->log_age_s, age);
	digest_to_hex(&status->root, root);
	output_line(stdout, "registry  %s", registry->folder);
	output_line(stdout, "origin    %s", registry->origin);
	output_line(stdout, "key       %s", key[0] ? key : "none: name one with --key");
	output_line(stdout, "pin       %s", pin);
	output_line(stdout, "log       %" PRIu64 " entries, signed %s ago, root %s",
		    status->log_size, age, root);
	output_line(stdout, "index     %" PRIu64 " statements, %" PRIu64 " claims",
		    status->counts.statements, status->counts.claims);
	if (status->restored)
		output_line(stdout, "waits     nothing is signed before akashi log recover has "
				    "compared what was restored with what others saw");
	if (status->waiting)
		output_line(stdout,
			    "waits     %" PRIu64 " entries wait for witnesses (akashi log publish)",
			    status->waiting);
	if (!status->unrecorded_count && !status->waiting && !status->restored)
		output_line(stdout, "waits     nothing");
	for (size_t i = 0; i < status->unrecorded_count && i < UNRECORDED_SHOWN; i++)
		output_line(stdout, "waits     outputs of %s are not recorded (akashi record)",
			    status->unrecorded[i]);
	if (status->unrecorded_count > UNRECORDED_SHOWN)
		output_line(stdout,
			    "waits     outputs of %zu more are not recorded (--json has them all)",
			    status->unrecorded_count - UNRECORDED_SHOWN);
}

static int status_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(status_release) struct status status = { .unrecorded = NULL };
	CLEANUP(text_free) char *pin = NULL;
	struct error none = { 0 };
	const char *key = "";

	if (open_registry(call, &registry, err) || registry_status(registry, &status, err) ||
	    registry_pin(registry, &pin, err))
		return -1;
	if (registry_key_name(registry, NULL, &key, &none))
		key = "";
	if (call->json)
		return status_json(registry, &status, key, pin, err);
	status_text(registry, &status, key, pin);
	return 0;
}

const struct command command_status = {
	.name = "status",
	.summary = "show how a registry stands, and what waits",
	.synopsis = "",
	.description =
		"The registry that is found from here, its origin, your key, its pin line, the "
		"size and age of its log, and checkpoints whose outputs nobody recorded: as text "
		"the first twenty and how many more there are, with --json all of them.",
	.run = status_run,
};
