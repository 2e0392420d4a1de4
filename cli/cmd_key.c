/* key: make, list and hand out signing keys. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/key_change.h"
#include "cli/open.h"
#include "cli/output.h"

static void key_close(struct signing_key **key)
{
	signing_key_close(key);
}

static const char *user_name(const struct call *call)
{
	const char *name = context_environment(call->ctx, "LOGNAME");

	if (!name || !name[0])
		name = context_environment(call->ctx, "USER");
	return name && name[0] ? name : "me";
}

static void passphrase_free(char **text)
{
	if (*text)
		explicit_bzero(*text, strlen(*text));
	free(*text);
}

static int set_key(struct json *object, const char *name, const struct signing_key *key,
		   struct error *err)
{
	if (json_set_text(object, "name", name, err) || !key)
		return err->code ? -1 : json_set_bool(object, "locked", true, err);
	if (json_set_text(object, "type", signing_type_name(key->type), err))
		return -1;
	return json_set_digest(object, "id", public_key_id(key->public_key), err);
}

static int print_key(const struct call *call, const char *did, const char *name,
		     const struct signing_key *key, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	char hex[DIGEST_HEX_SIZE];

	if (call->json) {
		if (json_object_new(&object, err) ||
		    json_set_text(object, "schema", "akashi/key/1", err) ||
		    set_key(object, name, key, err))
			return -1;
		return output_json(object, err);
	}
	digest_to_hex(public_key_id(key->public_key), hex);
	output_line(stdout, "%s the key %s (%s) sha256:%s", did, name, signing_type_name(key->type),
		    hex);
	return 0;
}

/* Ask for a new passphrase; what is typed unseen is asked for twice. */
static int passphrase_new(const struct call *call, const char *name, bool typed, char **out_text,
			  struct error *err)
{
	CLEANUP(passphrase_free) char *text = NULL;
	CLEANUP(passphrase_free) char *again = NULL;
	const struct context *ctx = call->ctx;

	if (ctx->passphrase(ctx->user, name, &text) ||
	    (typed && ctx->passphrase(ctx->user, name, &again)))
		return error_set(err, ERROR_USAGE,
				 "no passphrase to encrypt the key '%s' with: set "
				 "AKASHI_PASSPHRASE_FILE or run on a terminal",
				 name);
	if (again && strcmp(text, again) != 0)
		return error_set(err, ERROR_USAGE, "the two passphrases differ");
	*out_text = text;
	text = NULL;
	return 0;
}

/* Hands out the passphrase that was asked for already. */
static int passphrase_known(void *user, const char *path, char **out_text)
{
	(void)path;
	*out_text = user ? strdup(user) : NULL;
	return *out_text ? 0 : -1;
}

static int generate(const struct call *call, const char *name, enum signing_type type,
		    char *passphrase, struct error *err)
{
	CLEANUP(key_close) struct signing_key *key = NULL;
	struct context known = { .user = passphrase,
				 .environment = call->ctx->environment,
				 .passphrase = passphrase_known };

	if (signing_key_generate(call->ctx, name, type, passphrase, err) ||
	    signing_key_open(&known, name, &key, err))
		return -1;
	return print_key(call, "made", name, key, err);
}

static int print_dry_run(const struct call *call, const char *folder, const char *name,
			 struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (!call->json) {
		output_line(stdout, "would make %s/%s.key", folder, name);
		return 0;
	}
	if (json_object_new(&object, err) || json_set_text(object, "schema", "akashi/key/1", err) ||
	    json_set_text(object, "name", name, err) ||
	    json_set_text(object, "folder", folder, err) ||
	    json_set_bool(object, "dryRun", true, err))
		return -1;
	return output_json(object, err);
}

static int generate_run(struct call *call, struct error *err)
{
	CLEANUP(passphrase_free) char *passphrase = NULL;
	CLEANUP(key_close) struct signing_key *key = NULL;
	CLEANUP(text_free) char *folder = NULL;
	const char *name = call->operand_count ? call->operand[0] : user_name(call);
	const char *type_text = call_value(call, "type");
	const char *file = context_environment(call->ctx, "AKASHI_PASSPHRASE_FILE");
	bool from_file = file && file[0];
	enum signing_type type;
	struct error absent = { 0 };

	if (signing_type_parse(type_text ? type_text : "ecdsa-p256", &type, err))
		return -1;
	if (call_has(call, "dry-run")) {
		if (signing_folder(call->ctx, &folder, err))
			return -1;
		return print_dry_run(call, folder, name, err);
	}
	/* `akashi init` makes your key when you have none: asking for it again is no mistake. */
	if (!call->operand_count && !type_text &&
	    signing_key_open(call->ctx, name, &key, &absent) == 0) {
		context_notice(call->ctx, "your key '%s' is there already; nothing was made", name);
		return print_key(call, "there is", name, key, err);
	}
	if ((call_has(call, "encrypt") || from_file) &&
	    passphrase_new(call, name, !from_file, &passphrase, err))
		return -1;
	return generate(call, name, type, passphrase, err);
}

/* What listing keys gathers. */
struct listing {
	const struct call *call;
	struct json *items;
	struct table table;
};

static int key_listed(void *arg, const char *name, struct error *err)
{
	CLEANUP(key_close) struct signing_key *key = NULL;
	struct listing *listing = arg;
	struct context quiet = *listing->call->ctx;
	struct error locked = { 0 };
	char hex[DIGEST_HEX_SIZE];
	struct json *object;
	bool open;

	/* Nobody is asked for passphrases only to see a list. */
	quiet.passphrase = NULL;
	open = signing_key_open_any(&quiet, name, &key, &locked) == 0;
	if (open)
		name = key->name;
	if (listing->items)
		return json_add_object(listing->items, &object, err) ||
				       set_key(object, name, open ? key : NULL, err)
			       ? -1
			       : 0;
	if (open)
		digest_to_hex(public_key_id(key->public_key), hex);
	return table_add(&listing->table,
			 (const char *const[]){ name,
						open ? signing_type_name(key->type) : "locked",
						open ? hex : locked.text },
			 err);
}

static int list_run(struct call *call, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct listing listing = { .call = call,
				   .table = { .columns = 3, .heading = { "NAME", "TYPE", "ID" } } };
	int failed;

	if (call->json && (json_object_new(&object, err) ||
			   json_set_text(object, "schema", "akashi/keys/1", err) ||
			   json_set_array(object, "items", &listing.items, err)))
		return -1;
	failed = call->operand_count ? signing_key_list_token(call->ctx, call->operand[0],
							      key_listed, &listing, err)
				     : signing_key_list(call->ctx, key_listed, &listing, err);
	if (!failed && call->json)
		failed = output_json(object, err);
	else if (!failed)
		table_print(&listing.table, call);
	table_release(&listing.table);
	return failed;
}

static int export_run(struct call *call, struct error *err)
{
	CLEANUP(key_close) struct signing_key *key = NULL;
	CLEANUP(json_free) struct json *object = NULL;
	CLEANUP(buffer_release) struct buffer pem;
	const char *name = call->operand_count ? call->operand[0] : user_name(call);

	buffer_init(&pem, PUBLIC_KEY_PEM_MAX);
	if (signing_key_open(call->ctx, name, &key, err) ||
	    public_key_pem(key->public_key, &pem, err))
		return -1;
	if (!call->json) {
		fwrite(pem.data, 1, pem.len, stdout);
		return 0;
	}
	if (json_object_new(&object, err) || json_set_text(object, "schema", "akashi/key/1", err) ||
	    set_key(object, key->name, key, err) ||
	    json_set_span(object, "pem", buffer_view(&pem), err))
		return -1;
	return output_json(object, err);
}

static const struct option generate_options[] = {
	{ .name = "type",
	  .argument = "TYPE",
	  .choices = "ecdsa-p256 ecdsa-p384",
	  .help = "what to make; otherwise ecdsa-p256" },
	{ .name = "encrypt",
	  .help = "protect the key with a passphrase, from AKASHI_PASSPHRASE_FILE or the terminal; "
		  "done as well whenever that variable is set" },
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct command generate_key = {
	.name = "generate",
	.summary = "make a signing key",
	.synopsis = "[NAME] [--type TYPE] [--encrypt]",
	.description = "Makes the private key NAME (otherwise your user name) in "
		       "$XDG_CONFIG_HOME/akashi/keys/, readable by you alone.",
	.options = generate_options,
	.operands_max = 1,
	.run = generate_run,
};

static const struct command list = {
	.name = "list",
	.summary = "list your signing keys",
	.synopsis = "[URI]",
	.description =
		"Name, type and identity (SHA-256 of the DER public key) of each key of yours. "
		"Encrypted keys are listed as locked. With a pkcs11: URI (pkcs11:token=LABEL), the "
		"EC keys that it fits in that token, each as a URI that other commands take as "
		"--key.",
	.operands_max = 1,
	.run = list_run,
};

static const struct command export_key = {
	.name = "export",
	.summary = "print the public half of a key",
	.synopsis = "[NAME]",
	.description = "Prints PEM as OpenSSL writes it. The private half never leaves its file.",
	.operands_max = 1,
	.run = export_run,
};

static const struct command *const subcommands[] = { &generate_key,       &list,
						     &export_key,         &key_rotate_command,
						     &key_revoke_command, NULL };

static const struct example key_examples[] = {
	{ "akashi key generate", "make a key that is called like you" },
	{ "akashi key export > me.pem", "what others check your signatures with" },
	{ NULL, NULL },
};

const struct command command_key = {
	.name = "key",
	.summary = "make, list, replace and revoke signing keys",
	.synopsis = "generate|list|export|rotate|revoke",
	.examples = key_examples,
	.subcommands = subcommands,
};
