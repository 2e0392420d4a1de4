/* key rotate --log: another key of the log. */
#include <stdio.h>

#include "cli/key_change.h"
#include "cli/open.h"
#include "cli/output.h"
#include "cli/trust.h"

static int print_step(const struct call *call, const char *step, const char *vkey,
		      const char *stays, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (!call->json)
		return 0;
	return json_object_new(&object, err) ||
			       json_set_text(object, "schema", "akashi/log-rotation/1", err) ||
			       json_set_text(object, "step", step, err) ||
			       json_set_text(object, "key", vkey, err) ||
			       json_set_text(object, "stays", stays, err) ||
			       output_json(object, err)
		       ? -1
		       : 0;
}

/* The next version of the policy, signed by one root of this user. */
static int policy_next(const struct call *call, struct registry *registry,
		       const struct policy_change *change, struct error *err)
{
	CLEANUP(policy_draft_release) struct policy_draft draft = { .count = 0 };
	const char *signer = NULL;

	return registry_key_name(registry, call_value(call, "key"), &signer, err) ||
			       policy_draft_make(registry, change, &draft, err) ||
			       trust_draft_finish(call, registry, &draft, &signer, 1,
						  call_value(call, "out"), err)
		       ? -1
		       : 0;
}

static int begin(const struct call *call, struct registry *registry, struct log_rotation *rotation,
		 struct error *err)
{
	struct policy_change change = { .log_add = rotation->fresh };

	if (log_rotation_begin(registry, rotation, err))
		return -1;
	if (!call->quiet && !call->json)
		output_line(stdout, "the log signs with %s too from now on", rotation->fresh);
	if (policy_next(call, registry, &change, err))
		return -1;
	if (!call->quiet && !call->json)
		output_line(
			stdout,
			"hand that line to witnesses and monitors; then akashi key rotate --log "
			"--finish retires %s",
			rotation->old);
	return print_step(call, call_value(call, "out") ? "drafted" : "added", rotation->fresh,
			  rotation->old, err);
}

static int finish(const struct call *call, struct registry *registry, struct log_rotation *rotation,
		  struct error *err)
{
	struct policy_change change = { .log_drop = rotation->old };

	if (rotation->step != LOG_ROTATION_OVERLAP && rotation->step != LOG_ROTATION_DROPPED)
		return error_set(
			err, ERROR_USAGE,
			"the policy lists one key of the log: akashi key rotate --log adds "
			"another first");
	if (rotation->step == LOG_ROTATION_OVERLAP) {
		if (policy_next(call, registry, &change, err) ||
		    log_rotation_see(registry, rotation, err))
			return -1;
		if (rotation->step != LOG_ROTATION_DROPPED) {
			if (!call->quiet && !call->json)
				output_line(stdout,
					    "%s still signs: run this again when that version is "
					    "in force",
					    rotation->old);
			return print_step(call, "drafted", rotation->old, rotation->stays, err);
		}
	}
	if (log_rotation_end(registry, rotation, err))
		return -1;
	if (!call->quiet && !call->json)
		output_line(stdout, "retired %s; the log signs with %s", rotation->old,
			    rotation->stays);
	return print_step(call, "retired", rotation->old, rotation->stays, err);
}

int key_rotate_log(const struct call *call, struct registry *registry, struct error *err)
{
	bool last = call_has(call, "finish");
	struct log_rotation rotation;

	if (call->operand_count || call_has(call, "new"))
		return error_set(
			err, ERROR_USAGE,
			"--log is about the registry's own key of the log: it takes no NAME");
	if (log_rotation_see(registry, &rotation, err))
		return -1;
	if (!call_has(call, "dry-run"))
		return last ? finish(call, registry, &rotation, err)
			    : begin(call, registry, &rotation, err);
	if (last)
		output_line(stdout, "would retire %s", rotation.old);
	else
		output_line(stdout, "would let another key sign the log beside %s", rotation.old);
	return 0;
}
