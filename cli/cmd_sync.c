/* sync: deliver what the hooks of a repository said. */
#include <string.h>

#include "cli/hooks.h"
#include "cli/open.h"
#include "cli/output.h"

static int synced_print(const struct call *call, const struct hook_synced *synced,
			struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	const struct outbox_delivery *delivery = &synced->delivery;

	if (!call->json) {
		if (delivery->busy)
			output_line(stdout, "another 'akashi sync' is at it");
		else if (delivery->delivered + delivery->existed + delivery->refused)
			output_line(stdout,
				    "%zu registered, %zu had been registered, %zu set aside",
				    delivery->delivered, delivery->existed, delivery->refused);
		else
			output_line(stdout, "nothing waits");
		return 0;
	}
	return json_object_new(&object, err) ||
			       json_set_text(object, "schema", "akashi/sync/1", err) ||
			       json_set_size(object, "registered", delivery->delivered, err) ||
			       json_set_size(object, "existed", delivery->existed, err) ||
			       json_set_size(object, "refused", delivery->refused, err) ||
			       json_set_bool(object, "busy", delivery->busy, err) ||
			       json_set_size(object, "notes", synced->notes, err) ||
			       output_json(object, err)
		       ? -1
		       : 0;
}

/* A rehearsal: what would be delivered. */
static int waiting_print(const struct call *call, const char *folder, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct outbox_state state;

	if (outbox_look(folder, &state, err))
		return -1;
	if (!call->json) {
		output_line(stdout, "%zu would be registered, %zu are set aside", state.waiting,
			    state.refused);
		return 0;
	}
	return json_object_new(&object, err) ||
			       json_set_text(object, "schema", "akashi/sync-waiting/1", err) ||
			       json_set_size(object, "waiting", state.waiting, err) ||
			       json_set_size(object, "refused", state.refused, err) ||
			       output_json(object, err)
		       ? -1
		       : 0;
}

static int sync_run(struct call *call, struct error *err)
{
	CLEANUP(hooks_close) struct git_work *work = NULL;
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(text_free) char *folder = NULL;
	struct hook_synced synced;
	size_t again;

	if (hooks_repository_need(call, &work, err) || git_work_path(work, "outbox", &folder, err))
		return -1;
	if (call_has(call, "dry-run"))
		return waiting_print(call, folder, err);
	if (call->quiet)
		hooks_ask_nobody(call);
	if (hooks_registry(call, work, &registry, err)) {
		outbox_problem(folder, err->text);
		return -1;
	}
	if ((call_has(call, "retry") && outbox_retry(call->ctx, folder, &again, err)) ||
	    hook_sync(registry, work, call_value(call, "key"), hooks_notes_wanted(work), &synced,
		      err) ||
	    synced_print(call, &synced, err))
		return -1;
	call->exit_status = synced.delivery.refused ? 1 : 0;
	return 0;
}

static const struct option sync_options[] = {
	{ .name = "retry", .help = "try again what was set aside" },
	OPTION_KEY,
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example sync_examples[] = {
	{ "akashi sync", "in a repository with hooks: deliver what waits there" },
	{ NULL, NULL },
};

const struct command command_sync = {
	.name = "sync",
	.summary = "deliver what the git hooks of this repository said",
	.synopsis = "[--retry]",
	.description =
		"Git hooks (akashi hook) never wait for a registry: what they say lies signed in "
		".git/akashi/outbox, and this command, which they start by themselves, registers "
		"it in "
		"order and once. What waits unsigned, because its key or the registry was away, is "
		"signed first. What can never be registered, such as a name that is taken, is set "
		"aside with the reason and not lost ('akashi hook status'). Then what the registry "
		"says of commits of this repository is written into their notes ('git log "
		"--notes=akashi'), unless git config akashi.notes is false.",
	.options = sync_options,
	.examples = sync_examples,
	.exit_notes = "0: all that waited is registered. 1: something was set aside.",
	.operands_max = 0,
	.run = sync_run,
};
