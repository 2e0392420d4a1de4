/* init: make a registry. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/open.h"
#include "cli/output.h"

static int print_json(const char *folder, const struct registry *registry, const char *key,
		      const char *pin, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/registry/1", err) ||
	    json_set_text(object, "folder", folder, err) ||
	    json_set_bool(object, "dryRun", !registry, err))
		return -1;
	if (registry &&
	    (json_set_text(object, "origin", registry->origin, err) ||
	     json_set_text(object, "key", key, err) || json_set_text(object, "pin", pin, err)))
		return -1;
	return output_json(object, err);
}

static int dry_run(const struct call *call, const struct registry_init_request *request,
		   struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;
	CLEANUP(text_free) char *config = NULL;

	if (path_join(request->folder, ".akashi", &folder, err) ||
	    path_join(request->bare ? request->folder : folder, "config", &config, err))
		return -1;
	if (file_exists(config))
		return error_set(err, ERROR_USAGE, "there is a registry at '%s' already",
				 request->bare ? request->folder : folder);
	if (call->json)
		return print_json(request->bare ? request->folder : folder, NULL, NULL, NULL, err);
	output_line(stdout, "would make a registry in %s",
		    request->bare ? request->folder : folder);
	return 0;
}

static int init_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(text_free) char *pin = NULL;
	struct registry_init_request request = {
		.folder = call->operand_count ? call->operand[0] : ".",
		.bare = call_has(call, "bare"),
		.origin = call_value(call, "origin"),
		.key = call_value(call, "key"),
	};
	CLEANUP(certificates_release) struct certificates tsa = { .der = NULL };
	CLEANUP(public_keys_release) struct public_keys recovery = { .item = NULL };
	const char *key;

	if (open_certificates(call, "tsa-root", &tsa, err) ||
	    open_public_keys(call, "recovery-key", &recovery, err))
		return -1;
	request.recovery = recovery.item;
	request.recovery_count = recovery.count;
	request.timestamp_root = tsa.der;
	request.timestamp_root_count = tsa.list.count;
	if (call_has(call, "dry-run"))
		return dry_run(call, &request, err);
	if (registry_init(call->ctx, &request, &registry, err) ||
	    registry_pin(registry, &pin, err) || registry_key_name(registry, NULL, &key, err))
		return -1;
	if (call->json)
		return print_json(registry->folder, registry, key, pin, err);
	output_line(stdout, "made the registry %s", registry->folder);
	if (call->quiet)
		return 0;
	output_line(stdout, "origin  %s (fixed from now on)", registry->origin);
	output_line(stdout, "key     %s", key);
	output_line(stdout, "pin     %s", pin);
	output_line(stdout,
		    "Whoever trusts that pin line can check everything published from here.");
	return 0;
}

static const struct option init_options[] = {
	{ .name = "origin",
	  .argument = "NAME",
	  .help = "the name of the log, such as a host and path that you control; fixed from then "
		  "on; "
		  "otherwise localhost/FOLDER and eight random digits" },
	{ .name = "bare", .help = "make the registry in DIR itself instead of DIR/.akashi" },
	{ .name = "key",
	  .argument = "NAME",
	  .help = "the key of yours that signs here, made when there is none of that name; "
		  "otherwise your user name" },
	{ .name = "recovery-key",
	  .argument = "NAME|PEM",
	  .repeatable = true,
	  .help = "let the policy list this key for revocations and for nothing else: a key of "
		  "yours, the public half in a PEM file, or a pkcs11: URI; the private half is "
		  "needed only to revoke, and had better lie elsewhere. Without one the signing "
		  "key "
		  "revokes itself" },
	{ .name = "tsa-root",
	  .argument = "PEM",
	  .repeatable = true,
	  .help = "let the policy name the timestamp authorities that lead to a certificate in "
		  "this "
		  "file, so that whoever pins it believes their timestamps" },
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example init_examples[] = {
	{ "akashi init", "make .akashi/ in the working folder" },
	{ "akashi init /srv/models --bare --origin hub.example.org/models",
	  "a registry that stands by itself, under a name that others can recognise" },
	{ "akashi init --recovery-key safe.pem",
	  "whoever steals the signing key cannot keep it from being revoked" },
	{ NULL, NULL },
};

const struct command command_init = {
	.name = "init",
	.summary = "make a registry",
	.synopsis = "[DIR] [--origin NAME] [--bare] [--key NAME] [--recovery-key NAME|PEM]...",
	.description =
		"Makes the folders of a registry, a log with an Ed25519 key of its own, and logs "
		"the "
		"first trust policy and the first signing key. Prints the pin line that others "
		"start from.",
	.options = init_options,
	.examples = init_examples,
	.operands_max = 1,
	.run = init_run,
};
