/* Record what a registered checkpoint computes, and sign it. */
#include "registry/recording/private.h"

#include <stdio.h>

#define DEFAULT_COUNT 16
#define DEFAULT_LENGTH 128

static int read_probes(const char *path, struct recording *r, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, PROBES_MAX_BYTES);
	snprintf(r->source, sizeof(r->source), "file");
	if (file_read(path, &text, err) || probes_read_lines(buffer_view(&text), &r->probes, err))
		return error_prefix(err, "'%s'", path);
	return 0;
}

static int draw_probes(const struct context *ctx, const char *random, struct recording *r,
		       struct error *err)
{
	const struct model_config *config = forward_config(r->forward);
	size_t count = DEFAULT_COUNT, length = DEFAULT_LENGTH;
	const char *seed = NULL;
	char identity[DIGEST_HEX_SIZE];
	struct digest drawn = r->checkpoint.identity;

	if (random && probes_parse_random(random, &count, &length, &seed, err))
		return -1;
	if (!random && length > config->context)
		length = config->context;
	if (r->private && seed)
		return error_set(err, ERROR_USAGE,
				 "private probes are drawn by chance that nobody keeps: a seed "
				 "would tell them");
	if (r->private && context_random(ctx, drawn.byte, DIGEST_SIZE, err))
		return -1;
	digest_to_hex(&drawn, identity);
	snprintf(r->source, sizeof(r->source), "random");
	if (snprintf(r->seed, sizeof(r->seed), "%s", seed ? seed : identity) >=
	    (int)sizeof(r->seed))
		return error_set(err, ERROR_USAGE, "the seed has more than %d bytes",
				 RECORDING_SOURCE_MAX - 1);
	if (probes_generate(count, length, r->seed, config->vocab, &r->probes, err))
		return -1;
	if (r->private)
		r->seed[0] = '\0';
	return 0;
}

static int choose_probes(const struct context *ctx, const struct record_request *request,
			 struct recording *r, struct error *err)
{
	const struct model_config *config = forward_config(r->forward);

	if (request->probes_file && request->random)
		return error_set(err, ERROR_USAGE,
				 "probes come from a file or at random, not both");
	r->private = request->private;
	if (r->private && request->boundaries)
		return error_set(err, ERROR_USAGE,
				 "boundary activations tell the tokens of private probes");
	if (request->probes_file ? read_probes(request->probes_file, r, err)
				 : draw_probes(ctx, request->random, r, err))
		return -1;
	return probes_check(&r->probes, config->vocab, config->context, err) ||
			       probes_to_object(&r->probes, &r->probes_object, err)
		       ? -1
		       : 0;
}

static int announce(const struct context *ctx, struct recording *r, bool boundaries,
		    struct record_result *result, struct error *err)
{
	char text[FORWARD_COST_TEXT_MAX];
	const struct model_config *config = forward_config(r->forward);
	struct replay_request all = REPLAY_ALL;
	struct forward_cost cost;

	if (record_cost(r->forward, &r->probes, &all, &cost, err))
		return -1;
	result->probes = r->probes.count;
	result->tokens = probes_tokens(&r->probes);
	result->flop = cost.flop;
	result->read_bytes = cost.read_bytes;
	result->read_at_most = cost.at_most;
	result->memory_bytes = cost.memory_bytes;
	forward_cost_text(&cost, text);
	context_notice(ctx, "%zu probes, %zu tokens: %s", result->probes, result->tokens, text);
	if (boundaries) {
		result->boundary_bytes = ((uint64_t)config->layers + 1) * config->hidden *
					 sizeof(float) * result->tokens;
		context_notice(ctx, "%.3g MB of boundary activations to keep",
			       (double)result->boundary_bytes / 1e6);
	}
	return 0;
}

static int boundaries_set(struct json *predicate, const struct recording *r, uint64_t bytes,
			  struct error *err)
{
	struct json *boundaries;

	if (!bytes)
		return 0;
	return json_set_object(predicate, "boundaries", &boundaries, err) ||
			       json_set_digest(boundaries, "object", &r->boundaries, err) ||
			       json_set_size(boundaries, "bytes", bytes, err)
		       ? -1
		       : 0;
}

static int record_predicate(struct registry *registry, struct recording *r,
			    const struct digest *probes, const struct digest *outputs,
			    const struct record_result *result, struct json **out_predicate,
			    struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL;

	if (json_object_new(&predicate, err) || recording_of_set(registry, r, predicate, err) ||
	    json_set_text(predicate, "profile", EXACT_PROFILE, err) ||
	    json_set_hex(predicate, "root", &result->root, err) ||
	    boundaries_set(predicate, r, result->boundary_bytes, err) ||
	    json_set_digest(predicate, "outputs", outputs, err) ||
	    recording_probes_set(r, &r->probes, probes, predicate, err))
		return -1;
	*out_predicate = predicate;
	predicate = NULL; /* handed over */
	return 0;
}

static int publish_record(struct registry *registry, const char *key_name, struct recording *r,
			  struct record_result *result, struct error *err)
{
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	CLEANUP(json_free) struct json *predicate = NULL;
	struct statement_draft draft = { .kind = STATEMENT_record };
	struct digest probes;
	char name[NAME_TEXT_MAX];

	name_to_text(&r->checkpoint.statement.name, name);
	draft.subject = name;
	if (registry_key_name(registry, key_name, &key_name, err) ||
	    signing_key_open(registry->ctx, key_name, &key, err) ||
	    (r->private
		     ? recording_hide(registry, r, &result->root, err)
		     : store_put(registry->store, buffer_view(&r->probes_object), &probes, err)) ||
	    store_put(registry->store, buffer_view(&r->outputs), &draft.digest, err) ||
	    record_predicate(registry, r, r->private ? NULL : &probes, &draft.digest, result,
			     &predicate, err))
		return -1;
	draft.predicate = predicate;
	return registry_publish_statements(registry, key, &draft, 1, &result->made, err);
}

/* Compute, and keep what is asked for; after a failure nothing of it is left. */
static int outputs_compute_once(struct registry *registry, struct recording *r,
				struct record_result *result, struct error *err)
{
	const struct model_config *config = forward_config(r->forward);
	bool keeps = result->boundary_bytes > 0;
	struct boundary_sink sink;

	boundaries_keeping_release(&r->keeping);
	if (keeps && boundaries_keeping_begin(&r->keeping, registry->store, config->layers,
					      config->hidden, result->tokens, &sink, err))
		return -1;
	if (record_make_kept(registry->ctx, r->forward, r->device.backend, &r->probes,
			     keeps ? &sink : NULL, &r->outputs, &result->root, err) ||
	    weights_unchanged(r->weights, err))
		return -1;
	return keeps ? boundaries_keeping_finish(&r->keeping, &r->boundaries, err) : 0;
}

/* A device that fails on the way leaves the whole to the CPU. */
static int outputs_record(struct registry *registry, const char *device, struct recording *r,
			  struct record_result *result, struct error *err)
{
	struct error cause = { 0 };
	int failed;

	if (recording_device_open(registry->ctx, device, r, err))
		return -1;
	do
		failed = outputs_compute_once(registry, r, result, &cause);
	while (failed && recording_device_replace(registry->ctx, r, &cause));
	if (failed)
		return error_set(err, cause.code, "%s", cause.text);
	snprintf(result->backend, sizeof(result->backend), "%s",
		 backend_description(r->device.backend));
	snprintf(result->declined, sizeof(result->declined), "%s", r->device.declined);
	return 0;
}

int registry_record(struct registry *registry, const struct record_request *request,
		    struct record_result *out_result, struct error *err)
{
	CLEANUP(recording_release) struct recording r = { 0 };
	struct record_result result = { 0 };

	buffer_init(&r.probes_object, PROBES_MAX_BYTES);
	buffer_init(&r.outputs, OUTPUTS_MAX_BYTES);
	if (recording_open(registry, request->name, &r, err) ||
	    choose_probes(registry->ctx, request, &r, err) ||
	    announce(registry->ctx, &r, request->boundaries, &result, err))
		return -1;
	forward_hash(r.forward, request->hash_on_device);
	if (!request->dry_run && (outputs_record(registry, request->device, &r, &result, err) ||
				  publish_record(registry, request->key, &r, &result, err)))
		return -1;
	*out_result = result;
	return 0;
}
