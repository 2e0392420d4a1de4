/* log publish: ask the log's witnesses, and show the checkpoint that they cosigned. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/log.h"
#include "cli/open.h"
#include "cli/output.h"

static int publish_json(const struct log_published *published, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	const struct checkpoint *seen = &published->checkpoint;
	char when[TIME_TEXT_MAX];

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/log-published/1", err) ||
	    json_set_size(object, "size", seen->head.size, err) ||
	    json_set_hex(object, "root", &seen->head.root, err) ||
	    json_set_bool(object, "shown", published->shown, err) ||
	    json_set_size(object, "witnesses", seen->witnesses, err) ||
	    json_set_size(object, "cosigned", seen->cosigned, err) ||
	    json_set_size(object, "needed", seen->needed, err) ||
	    json_set_size(object, "colluders", seen->colluders, err))
		return -1;
	time_to_text((int64_t)seen->time, when);
	if (seen->time && json_set_text(object, "cosignedAt", when, err))
		return -1;
	return output_json(object, err);
}

static int publish_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *words = NULL;
	struct log_published published;
	struct log *log;

	buffer_init(&text, 1024);
	if (open_registry(call, &registry, err) || registry_log(registry, &log, err) ||
	    log_publish(log, true, &published, err))
		return -1;
	if (!published.shown)
		call->exit_status = error_exit_status(ERROR_UNTRUSTED);
	if (call->json)
		return publish_json(&published, err);
	if (checkpoint_describe(&published.checkpoint, &text, err) ||
	    buffer_to_text(&text, &words, err))
		return -1;
	output_line(stdout, "%s: %" PRIu64 " entries; %s", published.shown ? "shown" : "waits",
		    published.checkpoint.head.size, words);
	return 0;
}

static const struct example publish_examples[] = {
	{ "akashi log publish", "show what was logged while witnesses were down" },
	{ NULL, NULL },
};

const struct command log_command_publish = {
	.name = "publish",
	.summary = "ask the log's witnesses, and show the checkpoint that they cosigned",
	.synopsis = "",
	.description =
		"Every append does this by itself. It is for what waits because witnesses were "
		"down, and, run now and then (from cron, say), for the age of the cosignatures "
		"where people ask for a young one: an unchanged checkpoint is cosigned "
		"again.\n\nWithout a quorum log/checkpoint stays as it is, and what is newer "
		"cannot be proved; nothing is lost by that. A witness that saw more of this log "
		"than was ever signed here shows that this registry is a copy or an old backup: "
		"then nothing is signed any more.",
	.examples = publish_examples,
	.exit_notes = "0: it is shown. 3: it waits for a quorum.",
	.run = publish_run,
};
