/* witness: cosign other people's logs, so that they cannot show two people two histories. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/open.h"
#include "cli/output.h"

static int set_key(struct json *object, const struct note_key *key, struct error *err)
{
	char vkey[NOTE_VKEY_MAX];

	note_key_format(key, vkey);
	return json_set_text(object, "schema", "akashi/witness/1", err) ||
			       json_set_text(object, "name", key->name, err) ||
			       json_set_text(object, "vkey", vkey, err)
		       ? -1
		       : 0;
}

static int init_run(struct call *call, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	const char *folder = call_value(call, "state"), *name = call_value(call, "name");
	char vkey[NOTE_VKEY_MAX];
	struct note_key key;

	if (!folder || !name)
		return error_set(err, ERROR_USAGE, "--state DIR and --name NAME are needed");
	if (witness_init(call->ctx, folder, name, &key, err))
		return -1;
	if (call->json)
		return json_object_new(&object, err) || set_key(object, &key, err)
			       ? -1
			       : output_json(object, err);
	note_key_format(&key, vkey);
	output_line(stdout, "%s", vkey);
	if (!call->quiet)
		context_notice(call->ctx,
			       "logs that want to be cosigned put this line into their policy: "
			       "witness NAME %s https://%s",
			       vkey, key.name);
	return 0;
}

/* ---- show ---- */

struct showing {
	const struct call *call;
	struct json *items;
	struct table table;
};

static int seen_show(void *user, const struct witness_seen *seen, struct error *err)
{
	struct showing *showing = user;
	char size[24], hex[DIGEST_HEX_SIZE], when[TIME_TEXT_MAX];
	struct json *item;

	time_to_text((int64_t)seen->time, when);
	digest_to_hex(&seen->root, hex);
	if (showing->items)
		return json_add_object(showing->items, &item, err) ||
				       json_set_text(item, "origin", seen->origin, err) ||
				       json_set_size(item, "size", seen->size, err) ||
				       json_set_digest(item, "root", &seen->root, err) ||
				       json_set_text(item, "cosigned", when, err) ||
				       json_set_span(item, "checkpoint", seen->note, err) ||
				       json_set_bool(item, "forked", seen->forked, err)
			       ? -1
			       : 0;
	snprintf(size, sizeof(size), "%llu", (unsigned long long)seen->size);
	return table_add(&showing->table,
			 (const char *const[]){ seen->origin, size, hex, when,
						seen->forked ? "forked" : "" },
			 err);
}

static int show_run(struct call *call, struct error *err)
{
	CLEANUP(witness_close) struct witness_state *state = NULL;
	CLEANUP(json_free) struct json *object = NULL;
	struct showing showing = {
		.call = call,
		.table = { .columns = 5, .heading = { "LOG", "SIZE", "ROOT", "COSIGNED", "" } }
	};
	const char *folder = call_value(call, "state");
	char vkey[NOTE_VKEY_MAX];
	int failed;

	if (!folder)
		return error_set(err, ERROR_USAGE, "--state DIR is needed");
	if (witness_open(call->ctx, folder, &state, err))
		return -1;
	if (call->json &&
	    (json_object_new(&object, err) || set_key(object, witness_key(state), err) ||
	     json_set_array(object, "items", &showing.items, err)))
		return -1;
	failed = witness_visit(state, seen_show, &showing, err);
	if (!failed && call->json) {
		failed = output_json(object, err);
	} else if (!failed) {
		note_key_format(witness_key(state), vkey);
		output_line(stdout, "%s", vkey);
		table_print(&showing.table, call);
	}
	table_release(&showing.table);
	return failed;
}

/* ---- serve ---- */

static int logs_accept(const struct call *call, struct witness_state *state, struct error *err)
{
	CLEANUP(texts_free) const char **vkey = NULL;
	CLEANUP(buffer_release) struct buffer text;
	const char *file = call_value(call, "logs");
	size_t count;

	buffer_init(&text, WITNESS_LOGS_MAX_BYTES);
	if (call_values(call, "log", &vkey, &count, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		if (witness_accept(state, span_of(vkey[i]), err))
			return -1;
	if (file &&
	    (file_read(file, &text, err) || witness_accept_list(state, buffer_view(&text), err)))
		return error_prefix(err, "'%s'", file);
	if (!witness_log_count(state))
		return error_set(err, ERROR_USAGE,
				 "a witness is told which logs it cosigns: --log VKEY or --logs "
				 "FILE");
	return 0;
}

static int say_serving(const struct call *call, const struct witness_state *state,
		       const struct server *server, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (!call->json) {
		output_line(stdout, "%s cosigns on http://%s; keys of logs: %zu",
			    witness_key(state)->name, serve_address(server),
			    witness_log_count(state));
	} else if (json_object_new(&object, err) || set_key(object, witness_key(state), err) ||
		   json_set_text(object, "address", serve_address(server), err) ||
		   json_set_size(object, "logs", witness_log_count(state), err) ||
		   output_json(object, err)) {
		return -1;
	}
	return fflush(stdout) ? error_set(err, ERROR_SYSTEM, "cannot write standard output") : 0;
}

static int serve_run(struct call *call, struct error *err)
{
	CLEANUP(witness_close) struct witness_state *state = NULL;
	CLEANUP(serve_close) struct server *server = NULL;
	const char *folder = call_value(call, "state");
	struct serve_config config = { .listen = call_value(call, "listen"),
				       .body_bytes = WITNESS_REQUEST_MAX_BYTES,
				       .handle = witness_handle };

	if (!folder || !config.listen)
		return error_set(err, ERROR_USAGE, "--state DIR and --listen ADDR:PORT are needed");
	if (witness_open(call->ctx, folder, &state, err) || logs_accept(call, state, err))
		return -1;
	config.user = state;
	if (serve_open(call->ctx, &config, &server, err) || say_serving(call, state, server, err))
		return -1;
	serve_wait(call->ctx, server);
	return 0;
}

#define OPTION_STATE                                                                               \
	{                                                                                          \
		.name = "state", .argument = "DIR",                                                \
		.help = "the witness's folder, with its key and what it saw"                       \
	}

static const struct option init_options[] = {
	OPTION_STATE,
	{ .name = "name",
	  .argument = "NAME",
	  .help = "what the witness is called in the lines it signs: best the beginning of its "
		  "URL, without https://" },
	{ .name = NULL },
};

static const struct example init_examples[] = {
	{ "akashi witness init --state /var/lib/witness --name witness.lab-a.example",
	  "make a witness, and print the key that others put into their policies" },
	{ NULL, NULL },
};

static const struct command init = {
	.name = "init",
	.summary = "make a witness with a key of its own",
	.synopsis = "--state DIR --name NAME",
	.description =
		"Makes the folder with a fresh Ed25519 key, which cosigns and does nothing else, "
		"and "
		"an empty memory. The memory, witness.db, is never restored from a backup: a "
		"witness that forgot what it saw would cosign a second history. If it is lost, "
		"make "
		"another witness.",
	.options = init_options,
	.examples = init_examples,
	.run = init_run,
};

static const struct option show_options[] = {
	OPTION_STATE,
	{ .name = NULL },
};

static const struct command show = {
	.name = "show",
	.summary = "show a witness's key, and what it cosigned last of each log",
	.synopsis = "--state DIR",
	.description =
		"A log marked 'forked' signed two trees of one size; both are in fork-HEX.txt "
		"in the witness's folder, which proves it to anybody.",
	.options = show_options,
	.run = show_run,
};

static const struct option serve_options[] = {
	OPTION_STATE,
	{ .name = "listen",
	  .argument = "ADDR:PORT",
	  .help = "where to listen, such as 127.0.0.1:8080 or [::1]:8080; port 0 takes a free "
		  "one" },
	{ .name = "log",
	  .argument = "VKEY",
	  .help = "cosign the log with this verifier key; a log with two keys is named twice",
	  .repeatable = true },
	{ .name = "logs",
	  .argument = "FILE",
	  .help = "cosign the logs listed in FILE: a verifier key a line, lines 'log VKEY' of a "
		  "tlog-policy, or a witness network's list" },
	{ .name = NULL },
};

static const struct example serve_examples[] = {
	{ "akashi witness serve --state /var/lib/witness --listen 127.0.0.1:8080 --logs logs.txt",
	  "cosign those logs, behind a web server that speaks https" },
	{ NULL, NULL },
};

static const struct command serve = {
	.name = "serve",
	.summary = "cosign checkpoints of known logs, over HTTP",
	.synopsis = "--state DIR --listen ADDR:PORT [--log VKEY]... [--logs FILE]",
	.description =
		"Speaks c2sp.org/tlog-witness: POST /add-checkpoint for logs, GET "
		"/HEX/checkpoint for monitors, HEX being SHA-256 of a log's origin. A checkpoint "
		"is "
		"cosigned if a key of its log signed it and a proof shows that it continues what "
		"was "
		"cosigned before; what is cosigned is on disk before it is answered.\n\nIt speaks "
		"plain HTTP, to be put behind a web server that speaks https; what it answers is "
		"signed. It runs until it is stopped (SIGINT, SIGTERM).",
	.options = serve_options,
	.examples = serve_examples,
	.exit_notes = "0: it was stopped.",
	.run = serve_run,
};

static const struct command *const subcommands[] = { &init, &serve, &show, NULL };

const struct command command_witness = {
	.name = "witness",
	.summary = "cosign other logs, so that they cannot tell two histories",
	.synopsis = "init|serve|show",
	.subcommands = subcommands,
};
