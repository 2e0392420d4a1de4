/* recording_foreign: sign what a training or serving framework wrote. */
#include <stdio.h>

#include "registry/recording/inner.h"

static int file_take(const char *path, struct recording *r, struct foreign *foreign,
		     struct error *err)
{
	buffer_init(&r->outputs, FOREIGN_MAX_BYTES);
	snprintf(r->source, sizeof(r->source), "outputs");
	if (file_read(path, &r->outputs, err))
		return -1;
	return foreign_read(buffer_view(&r->outputs), foreign, err)
		       ? error_prefix(err, "'%s'", path)
		       : 0;
}

static int announce(const struct context *ctx, const struct recording *r,
		    const struct foreign *foreign, struct foreign_result *result, struct error *err)
{
	char text[FORWARD_COST_TEXT_MAX];
	struct replay_request all = REPLAY_ALL;

	result->probes = foreign->probes.count;
	result->tokens = probes_tokens(&foreign->probes);
	result->values = foreign->values;
	result->dtype = foreign->dtype;
	snprintf(result->framework, sizeof(result->framework), "%s", foreign->framework);
	snprintf(result->version, sizeof(result->version), "%s", foreign->version);
	if (record_cost(r->forward, &foreign->probes, &all, &result->cost, err))
		return -1;
	forward_cost_text(&result->cost, text);
	context_notice(ctx, "to compare %zu log-probabilities of %zu probes, %zu tokens: %s",
		       result->values, result->probes, result->tokens, text);
	return 0;
}

static int compare(const struct context *ctx, const char *device, struct recording *r,
		   const struct foreign *foreign, struct foreign_result *result, struct error *err)
{
	struct foreign_report *report = &result->report;
	struct replay_request all = REPLAY_ALL;
	char where[FOREIGN_WHERE_MAX];
	struct error cause = { 0 };
	int failed;

	if (recording_device_open(ctx, device, r, err))
		return -1;
	do
		failed = foreign_compare(ctx, r->forward, r->device.backend, foreign, &all, report,
					 &cause) ||
			 weights_unchanged(r->weights, &cause);
	while (failed && recording_device_replace(ctx, r, &cause));
	if (failed)
		return error_set(err, cause.code, "%s", cause.text);
	snprintf(result->backend, sizeof(result->backend), "%s",
		 backend_description(r->device.backend));
	snprintf(result->declined, sizeof(result->declined), "%s", r->device.declined);
	if (!report->value_beyond && !report->mean_beyond && !report->obscured)
		return 0;
	foreign_where_text(foreign, report, where);
	return error_set(err, ERROR_UNTRUSTED, "%s: %s; sign it all the same with --unchecked",
			 report->obscured ? "nobody could tell whether these weights compute that"
					  : "these weights do not compute that",
			 where);
}

static int foreign_set(struct json *predicate, const struct foreign *foreign, struct error *err)
{
	struct json *about;

	if (json_set_object(predicate, "foreign", &about, err) ||
	    json_set_text(about, "framework", foreign->framework, err) ||
	    json_set_text(about, "version", foreign->version, err) ||
	    json_set_text(about, "dtype", foreign_dtype_name(foreign->dtype), err) ||
	    json_set_size(about, "values", foreign->values, err))
		return -1;
	return foreign->device ? json_set_text(about, "device", foreign->device, err) : 0;
}

static int publish(struct registry *registry, const char *key_name, struct recording *r,
		   const struct foreign *foreign, struct foreign_result *result, struct error *err)
{
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	CLEANUP(json_free) struct json *predicate = NULL;
	struct statement_draft draft = { .kind = STATEMENT_record };
	struct digest probes;
	char name[NAME_TEXT_MAX];

	name_to_text(&r->checkpoint.statement.name, name);
	draft.subject = name;
	if (probes_to_object(&foreign->probes, &r->probes_object, err) ||
	    registry_key_name(registry, key_name, &key_name, err) ||
	    signing_key_open(registry->ctx, key_name, &key, err) ||
	    store_put(registry->store, buffer_view(&r->probes_object), &probes, err) ||
	    store_put(registry->store, buffer_view(&r->outputs), &draft.digest, err) ||
	    json_object_new(&predicate, err) || recording_of_set(registry, r, predicate, err) ||
	    foreign_set(predicate, foreign, err) ||
	    json_set_digest(predicate, "outputs", &draft.digest, err) ||
	    recording_probes_set(r, &foreign->probes, &probes, predicate, err))
		return -1;
	draft.predicate = predicate;
	result->file = draft.digest;
	return registry_publish_statements(registry, key, &draft, 1, &result->made, err);
}

int registry_record_foreign(struct registry *registry, const struct foreign_request *request,
			    struct foreign_result *out_result, struct error *err)
{
	CLEANUP(recording_release) struct recording r = { 0 };
	CLEANUP(foreign_release) struct foreign foreign = { 0 };
	struct foreign_result result = { .compared = !request->unchecked && !request->dry_run };

	buffer_init(&r.probes_object, PROBES_MAX_BYTES);
	if (recording_open(registry, request->name, &r, err))
		return -1;
	forward_hash(r.forward, request->hash_on_device);
	if (file_take(request->file, &r, &foreign, err) ||
	    foreign_check(r.forward, &foreign, err) ||
	    announce(registry->ctx, &r, &foreign, &result, err) ||
	    (result.compared &&
	     compare(registry->ctx, request->device, &r, &foreign, &result, err)) ||
	    (!request->dry_run && publish(registry, request->key, &r, &foreign, &result, err)))
		return -1;
	*out_result = result;
	return 0;
}
