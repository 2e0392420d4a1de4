/* sign: sign a model or dataset so that other people's tools can check it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/environment.h"
#include "cli/open.h"
#include "cli/output.h"

static int print_report(const struct call *call, const struct json *report, struct error *err)
{
	bool dry_run = call_has(call, "dry-run");
	size_t files = json_count(json_member(report, "files"));
	const struct json *left_out = json_member(report, "leftOut");
	const char *key = json_text(json_member(json_member(report, "key"), "name"));
	char size[SIZE_TEXT_MAX];
	uint64_t bytes;

	if (call->json)
		return output_json(report, err);
	if (json_need_size(report, "bytes", &bytes, err))
		return -1;
	size_to_text(bytes, size);
	output_line(stdout, "%s %zu file%s (%s) of %s%s%s in %s", dry_run ? "would sign" : "signed",
		    files, files == 1 ? "" : "s", size, json_text(json_member(report, "model")),
		    key ? " with " : "", key ? key : "",
		    json_text(json_member(report, "signature")));
	if (call->quiet)
		return 0;
	for (size_t i = 0; dry_run && i < files; i++)
		output_line(stdout, "  %s", json_text(json_at(json_member(report, "files"), i)));
	output_line(stdout, "root  %s", json_text(json_member(report, "root")));
	if (json_member(report, "log"))
		output_line(stdout, "log   %s",
			    json_text(json_member(json_member(report, "log"), "origin")));
	if (json_member(report, "timestamp"))
		output_line(stdout, "time  %s, says the timestamp authority",
			    json_text(json_member(json_member(report, "timestamp"), "time")));
	for (size_t i = 0; i < json_count(left_out); i++)
		output_line(stdout, "not signed: %s", json_text(json_at(left_out, i)));
	return 0;
}

/* --key, --pkcs11-uri and --cert, of which one key comes. */
static int read_key(const struct call *call, struct model_sign_request *request, struct error *err)
{
	const char *key = call_value(call, "key"), *token = call_value(call, "pkcs11-uri");

	request->certificate = call_value(call, "cert");
	if (key && token)
		return error_set(err, ERROR_USAGE, "--key and --pkcs11-uri exclude each other");
	if (token && strncmp(token, "pkcs11:", 7) != 0)
		return error_set(err, ERROR_USAGE, "'%s' is no pkcs11: URI", token);
	if (!key && !token)
		return error_set(err, ERROR_USAGE,
				 request->certificate
					 ? "--cert needs its private key: --key or --pkcs11-uri"
					 : "nothing to sign with: --key or --pkcs11-uri");
	if (request->chain_count && !request->certificate)
		return error_set(err, ERROR_USAGE, "--chain belongs to --cert");
	request->key = key ? key : token;
	return 0;
}

static int read_hash(const struct call *call, struct model_sign_request *request, struct error *err)
{
	const char *hash = call_value(call, "hash");

	if (hash && strcmp(hash, "blake3") == 0)
		return error_set(err, ERROR_UNTRUSTED,
				 "not possible here: no library that Akashi is built with has "
				 "BLAKE3");
	if (hash && strcmp(hash, "sha256") != 0 && strcmp(hash, "blake2b") != 0)
		return error_set(err, ERROR_USAGE, "--hash takes no '%s', but sha256 or blake2b",
				 hash);
	request->hash = hash && strcmp(hash, "blake2b") == 0 ? HASH_BLAKE2B : HASH_SHA256;
	return 0;
}

static int sign_run(struct call *call, struct error *err)
{
	CLEANUP(json_free) struct json *report = NULL;
	CLEANUP(texts_free) const char **ignore = NULL;
	CLEANUP(texts_free) const char **chain = NULL;
	CLEANUP(text_free) char *inside = NULL;
	CLEANUP(registry_close) struct registry *registry = NULL;
	const char *url = call_value(call, "timestamp-url");
	struct model_sign_request request = {
		.path = call->operand[0],
		.signature = call_value(call, "signature"),
		.allow_symlinks = call_has(call, "allow-symlinks"),
		.dry_run = call_has(call, "dry-run"),
	};

	if (call_values(call, "ignore", &ignore, &request.ignore_count, err) ||
	    call_values(call, "chain", &chain, &request.chain_count, err) ||
	    call_number(call, "shards", 0, &request.shard_size, err))
		return -1;
	if (call_has(call, "shards") && !request.shard_size)
		return error_set(err, ERROR_USAGE, "--shards wants a number of bytes above 0");
	if (call_has(call, "log")) {
		if (open_registry(call, &registry, err))
			return -1;
		request.registry = registry;
		if (!url)
			url = settings_get(&registry->settings, SETTING_TIMESTAMP_URL, NULL);
	}
	request.timestamp_url = url && url[0] && strcmp(url, "none") != 0 ? url : NULL;
	request.ignore = ignore;
	request.chain = chain;
	if (read_key(call, &request, err) || read_hash(call, &request, err))
		return -1;
	if (!request.signature) {
		if (!file_is_folder(request.path))
			return error_set(err, ERROR_USAGE,
					 "'%s' is no folder: say with --signature where the "
					 "signature goes",
					 request.path);
		if (path_join(request.path, "model.sig", &inside, err))
			return -1;
		request.signature = inside;
	}
	if (environment_threads(call->ctx, err) || model_sign(call->ctx, &request, &report, err))
		return -1;
	return print_report(call, report, err);
}

static const struct option sign_options[] = {
	{ .name = "key",
	  .argument = "NAME|PEM",
	  .help = "sign with this key of yours, or with the private key in this PEM file; ECDSA on "
		  "P-256, P-384 or P-521" },
	{ .name = "pkcs11-uri",
	  .argument = "URI",
	  .help = "sign with a key in a token (RFC 7512: pkcs11:token=T;object=K); the module is "
		  "the URI's module-path, else AKASHI_PKCS11_MODULE, else p11-kit's; the PIN comes "
		  "from the URI's pin-source, AKASHI_PASSPHRASE_FILE or the terminal" },
	{ .name = "cert",
	  .argument = "PEM",
	  .help = "the certificate of that key, which then goes into the signature" },
	{ .name = "chain",
	  .argument = "PEM",
	  .repeatable = true,
	  .help = "what issued the certificate, the nearest first; a root among them is used to "
		  "check the chain and left out of the signature" },
	{ .name = "log",
	  .help = "log the signature in the registry too, and write a Sigstore bundle that shows "
		  "it: "
		  "entry, proof, checkpoint and the certificate (not its chain); needs --cert, "
		  "with "
		  "a P-256 or P-384 key" },
	OPTION_TIMESTAMP,
	{ .name = "signature",
	  .argument = "FILE",
	  .help = "where the signature goes; otherwise DIR/model.sig" },
	{ .name = "ignore",
	  .argument = "PATH",
	  .repeatable = true,
	  .help = "leave out this file or folder of the model, besides .git, .gitattributes, "
		  ".github, .gitignore and the signature itself; what is left out is recorded" },
	{ .name = "allow-symlinks",
	  .help = "sign what symbolic links to files lead to, under the links' names; otherwise a "
		  "link is an error" },
	{ .name = "shards",
	  .argument = "BYTES",
	  .help = "sign ranges of so many bytes instead of whole files; few verifiers take them" },
	{ .name = "hash",
	  .argument = "HASH",
	  .help = "sha256 (what is done unless you say otherwise) or blake2b, which few verifiers "
		  "take" },
	OPTION_DRY_RUN,
	{ .name = NULL },
};

static const struct example sign_examples[] = {
	{ "akashi sign ./base-v1 --key me", "write base-v1/model.sig with your key 'me'" },
	{ "akashi sign . --key leaf.key --cert leaf.pem --chain ca.pem",
	  "with a certificate, for whoever trusts the authority that issued it" },
	{ "akashi sign . --key leaf.key --cert leaf.pem --log --timestamp-url "
	  "http://tsa.example.org",
	  "logged and stamped, for Sigstore's clients with a trusted_root.json" },
	{ "akashi sign . --pkcs11-uri 'pkcs11:token=work;object=release'",
	  "with a key that never leaves its token" },
	{ NULL, NULL },
};

const struct command command_sign = {
	.name = "sign",
	.summary = "sign a model or dataset so that other people's tools can check it",
	.synopsis = "DIR --key NAME|PEM | --pkcs11-uri URI [--signature FILE]",
	.description = "Signs every file below DIR (or one file) as OpenSSF Model Signing v1.0 "
		       "says, and needs no registry. The signature is checked before it gets its "
		       "name. Check it with akashi verify DIR --signature FILE --key PEM, or with "
		       "the tools of others.",
	.options = sign_options,
	.examples = sign_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = sign_run,
};
