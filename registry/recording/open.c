/* recording_open: the registered model that a record is about. */
#include "registry/evidence.h"
#include "registry/index.h"
#include "registry/recording/inner.h"
#include "registry/statement.h"

void recording_release(struct recording *r)
{
	boundaries_keeping_release(&r->keeping);
	buffer_release(&r->outputs);
	buffer_release(&r->probes_object);
	probes_release(&r->probes);
	device_close(&r->device);
	forward_close(&r->forward);
	weights_close(&r->weights);
	tree_close(&r->tree);
	manifest_free(&r->manifest);
	believed_release(&r->checkpoint);
	trust_release(&r->trust);
	evidence_close(&r->evidence);
}

static int open_checkpoint(struct registry *registry, const char *text, struct recording *r,
			   struct error *err)
{
	struct digest identity;
	char full[NAME_TEXT_MAX];

	if (registry_resolve(registry, text, STATEMENT_checkpoint, full, &identity, err) ||
	    registry_evidence(registry, &r->evidence, err) ||
	    registry_trust(registry, r->evidence, &r->trust, err))
		return -1;
	if (believe_statement(&r->trust, r->evidence, &identity,
			      &(struct expectation){ STATEMENT_checkpoint, full }, &r->checkpoint,
			      err) ||
	    manifest_from_objects(r->evidence, &r->checkpoint.statement.digest, &r->manifest, err))
		return error_prefix(err, "'%s'", full);
	r->objects = (struct manifest_objects){ r->manifest, r->evidence };
	return tree_of_objects(full, &r->objects, &r->tree, err);
}

static int open_model(const struct context *ctx, struct recording *r, struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	CLEANUP(buffer_release) struct buffer config;

	buffer_init(&config, CONFIG_MAX_BYTES);
	if (weights_open(r->tree, &r->weights, err) || weights_expect(r->weights, r->manifest, err))
		return -1;
	if (!tree_find(r->tree, "config.json"))
		return error_set(err, ERROR_UNTRUSTED,
				 "there is no config.json beside the weights: what they compute "
				 "cannot be decided");
	return tree_open_file(r->tree, "config.json", &source, err) ||
			       source_read_all(source, &config, err) ||
			       forward_open(ctx, r->weights, buffer_view(&config), &r->forward, err)
		       ? -1
		       : 0;
}

int recording_open(struct registry *registry, const char *name, struct recording *r,
		   struct error *err)
{
	return open_checkpoint(registry, name, r, err) || open_model(registry->ctx, r, err) ? -1
											    : 0;
}

static void device_say(const struct context *ctx, const struct device_in_use *device)
{
	if (device->refused)
		context_notice(ctx, "%s computes, because a device was declined: %s",
			       backend_description(device->backend), device->declined);
}

int recording_device_open(const struct context *ctx, const char *wish, struct recording *r,
			  struct error *err)
{
	if (device_open(wish, ctx->threads, &r->device, err))
		return -1;
	device_say(ctx, &r->device);
	return 0;
}

bool recording_device_replace(const struct context *ctx, struct recording *r, struct error *cause)
{
	if (!device_replace(&r->device, cause))
		return false;
	device_say(ctx, &r->device);
	return true;
}

int recording_of_set(struct registry *registry, const struct recording *r, struct json *predicate,
		     struct error *err)
{
	CLEANUP(json_free) struct json *of = NULL;

	return registry_reference(registry, &r->checkpoint.statement.name, &of, err) ||
			       json_set_take(predicate, "of", &of, err)
		       ? -1
		       : 0;
}

int recording_probes_set(const struct recording *r, const struct probes *probes,
			 const struct digest *object, struct json *predicate, struct error *err)
{
	struct json *about;

	if (json_set_object(predicate, "probes", &about, err) ||
	    (object ? json_set_digest(about, "object", object, err)
		    : json_set_bool(about, "private", true, err)) ||
	    json_set_size(about, "count", probes->count, err) ||
	    json_set_size(about, "tokens", probes_tokens(probes), err) ||
	    json_set_text(about, "source", r->source, err))
		return -1;
	return r->seed[0] ? json_set_text(about, "seed", r->seed, err) : 0;
}
