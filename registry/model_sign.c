/* A model signed as OpenSSF Model Signing v1.0 says. */
#include "registry/model_sign/inner.h"

#include <stdlib.h>
#include <string.h>

#include "registry/argument.h"

static void signing_release(struct model_signing *s)
{
	for (size_t i = 0; i < s->ignore_count; i++)
		free((char *)(uintptr_t)s->ignore[i]);
	free(s->ignore);
	free(s->name);
	free(s->inside);
	free(s->file);
	free(s->listed);
	tree_close(&s->tree);
	buffer_release(&s->payload);
	buffer_release(&s->bundle);
	certificate_list_release(&s->certificates);
	signing_key_close(&s->key);
}

static int payload_build(struct model_signing *s, struct error *err)
{
	struct modelsig_plan plan = { .name = s->name,
				      .hash = s->request->hash,
				      .shard_size = s->request->shard_size,
				      .allow_symlinks = s->request->allow_symlinks,
				      .ignored = s->ignore };

	return modelsig_build(&plan, s->file, s->file_count, &s->payload, &s->root, err);
}

static int bundle_make(struct model_signing *s, struct error *err)
{
	CLEANUP(buffer_release) struct buffer encoding, signature;
	bool found = false;

	buffer_init(&encoding, MODELSIG_MAX_BYTES + 96);
	buffer_init(&signature, SIGNATURE_MAX_BYTES);
	if (signing_find_logged(s, &signature, &found, err))
		return -1;
	if (!found && (envelope_encoding(buffer_view(&s->payload), &encoding, err) ||
		       signing_key_sign(s->key, buffer_view(&encoding), &signature, err)))
		return -1;
	return signing_bundle(s, buffer_view(&signature), err);
}

/* Read it back as a stranger would, and find in it what was meant. */
static int bundle_check(const struct model_signing *s, struct error *err)
{
	CLEANUP(modelsig_release) struct modelsig said = { 0 };
	CLEANUP(envelope_release) struct envelope envelope = { 0 };

	if (envelope_parse(buffer_view(&s->bundle), MODELSIG_MAX_BYTES, &envelope, err) ||
	    envelope_check(&envelope, s->key->public_key, err) ||
	    modelsig_payload(buffer_view(&envelope.payload), &said, err))
		return error_prefix(err, "the signature just made does not hold");
	if (!digest_equal(&said.root, &s->root) || said.file_count != s->file_count || !said.sorted)
		return error_set(err, ERROR_CORRUPT,
				 "the signature just made says something else than was meant");
	return 0;
}

static int report_key(const struct model_signing *s, struct json *report, struct error *err)
{
	const struct certificate *leaf = s->certificates.count ? s->certificates.item[0] : NULL;
	struct json *key, *certificate;

	if (!s->key)
		return 0;
	if (json_set_object(report, "key", &key, err) ||
	    json_set_text(key, "name", s->key->name, err) ||
	    json_set_text(key, "type", signing_type_name(s->key->type), err) ||
	    json_set_digest(key, "id", public_key_id(s->key->public_key), err))
		return -1;
	if (!leaf)
		return 0;
	return json_set_object(report, "certificate", &certificate, err) ||
			       json_set_text(certificate, "subject", certificate_subject(leaf),
					     err) ||
			       json_set_text(certificate, "issuer", certificate_issuer(leaf),
					     err) ||
			       json_set_integer(certificate, "chain",
						(int64_t)s->certificates.count, err)
		       ? -1
		       : 0;
}

static int report_lists(const struct model_signing *s, struct json *report, struct error *err)
{
	struct json *files, *ignored, *left_out;

	if (json_set_array(report, "files", &files, err))
		return -1;
	for (size_t i = 0; i < s->listed_count; i++)
		if (json_add_text(files, s->listed[i].name, err))
			return -1;
	if (json_set_array(report, "ignorePaths", &ignored, err))
		return -1;
	for (size_t i = 0; i < s->ignore_count; i++)
		if (json_add_text(ignored, s->ignore[i], err))
			return -1;
	if (json_set_array(report, "leftOut", &left_out, err))
		return -1;
	for (size_t i = 0; i < tree_ignored_count(s->tree); i++)
		if (json_add_text(left_out, tree_ignored(s->tree, i)->name, err))
			return -1;
	return 0;
}

static int report_make(const struct model_signing *s, struct json **out_report, struct error *err)
{
	CLEANUP(json_free) struct json *report = NULL;
	uint64_t shard = s->request->shard_size;

	if (json_object_new(&report, err) ||
	    json_set_text(report, "schema", "akashi/signed/1", err) ||
	    json_set_text(report, "model", s->name, err) ||
	    json_set_text(report, "signature", s->request->signature, err) ||
	    json_set_bool(report, "dryRun", s->request->dry_run, err) ||
	    json_set_digest(report, "root", &s->root, err) ||
	    json_set_text(report, "method", shard ? "shards" : "files", err) ||
	    (shard && json_set_size(report, "shardSize", shard, err)) ||
	    json_set_text(report, "hash", hash_kind_name(s->request->hash), err) ||
	    json_set_bool(report, "allowSymlinks", s->request->allow_symlinks, err) ||
	    json_set_size(report, "bytes", s->bytes, err) || report_key(s, report, err) ||
	    report_lists(s, report, err))
		return -1;
	*out_report = report;
	report = NULL; /* handed over */
	return 0;
}

/* What became known only by signing. */
static int report_logged(const struct model_signing *s, struct json *report, struct error *err)
{
	char when[TIMESTAMP_TIME_SIZE];
	struct json *object;

	if (s->request->registry && !s->request->dry_run &&
	    (json_set_object(report, "log", &object, err) ||
	     json_set_text(object, "origin", s->request->registry->origin, err) ||
	     json_set_size(object, "index", s->log_index, err)))
		return -1;
	if (!s->timestamped)
		return 0;
	timestamp_time_text(&s->timestamp, when);
	return json_set_object(report, "timestamp", &object, err) ||
			       json_set_text(object, "time", when, err) ||
			       json_set_text(object, "policy", s->timestamp.policy, err) ||
			       json_set_text(object, "serial", s->timestamp.serial, err)
		       ? -1
		       : 0;
}

int model_sign(const struct context *ctx, const struct model_sign_request *request,
	       struct json **out_report, struct error *err)
{
	CLEANUP(signing_release) struct model_signing s = { .ctx = ctx, .request = request };
	struct json *report;

	buffer_init(&s.payload, MODELSIG_MAX_BYTES);
	buffer_init(&s.bundle, MODELSIG_MAX_BYTES);
	/* The key first: nobody hashes for hours to learn of a wrong passphrase. */
	if ((!request->dry_run && signing_open_key(&s, err)) || signing_list(&s, err) ||
	    signing_digest(&s, err) || payload_build(&s, err) || report_make(&s, &report, err))
		return -1;
	if (!request->dry_run &&
	    (bundle_make(&s, err) || bundle_check(&s, err) ||
	     file_write(request->signature, buffer_view(&s.bundle), 0644, FILE_REPLACE, err))) {
		json_free(&report);
		return -1;
	}
	if (report_logged(&s, report, err)) {
		json_free(&report);
		return -1;
	}
	*out_report = report;
	return 0;
}
