/* Open the model that a check is about: its weights, its architecture, a backend. */
#include "verify/check/model.h"

#include <stdio.h>

#include "verify/manifest.h"

void check_model_release(struct check_model *model)
{
	device_close(&model->device);
	forward_close(&model->forward);
	weights_close(&model->weights);
}

int check_model_not_possible(struct check *check, const char *why, struct error *cause,
			     struct error *err)
{
	bool named = check->verdict->step[STEP_FORWARD].required;
	struct error because = *cause;

	if (because.code == ERROR_SYSTEM) {
		*err = because;
		return error_prefix(err, "%s", why);
	}
	*cause = (struct error){ 0 };
	if (named && verdict_undecided(check->verdict, err, "%s: %s", why, because.text))
		return -1;
	return verdict_set(check->verdict, STEP_FORWARD, STEP_NOT_POSSIBLE, err, "%s: %s", why,
			   because.text);
}

/* Read config.json, and let the very bytes that are computed with be the signed ones. */
static int config_read(struct check *check, struct buffer *out, struct error *cause,
		       struct error *err)
{
	CLEANUP(source_close) struct source *source = NULL;
	const struct manifest_file *known =
		check->manifest ? manifest_find(check->manifest, "config.json") : NULL;
	struct digest found;

	if (tree_open_file(check->tree, "config.json", &source, err) ||
	    source_read_all(source, out, err))
		return -1;
	found = sha256(buffer_view(out));
	if (known && !digest_equal(&found, &known->sha256))
		error_set(cause, ERROR_CORRUPT, "it is not the file that was signed");
	return 0;
}

int check_model_open(struct check *check, struct check_model *model, bool *out_ready,
		     struct error *err)
{
	CLEANUP(buffer_release) struct buffer config;
	struct error cause = { 0 };

	*out_ready = false;
	buffer_init(&config, CONFIG_MAX_BYTES);
	if (weights_open_known(check->tree,
			       spot_is_asked(&check->request->spot) ? check->manifest : NULL,
			       &model->weights, &cause)) {
		/* Two weight sets: loaders differ in which they take, so nothing can be said of
		 * either. */
		if (cause.code == ERROR_UNTRUSTED &&
		    verdict_undecided(check->verdict, err, "%s", cause.text))
			return -1;
		return cause.code == ERROR_CORRUPT
			       ? check_blame(check, STEP_FORWARD, "the weights", true, &cause, err)
			       : check_model_not_possible(check, "the weights", &cause, err);
	}
	if (check->manifest && weights_expect(model->weights, check->manifest, &cause))
		return check_blame(check, STEP_FORWARD, "the weights", true, &cause, err);
	if (!tree_find(check->tree, "config.json"))
		return error_set(&cause, ERROR_ABSENT, "there is no config.json") &&
				       check_model_not_possible(check, "the architecture", &cause,
								err)
			       ? -1
			       : 0;
	if (config_read(check, &config, &cause, err))
		return -1;
	if (cause.code ||
	    forward_open(check->ctx, model->weights, buffer_view(&config), &model->forward, &cause))
		return cause.code == ERROR_CORRUPT
			       ? check_blame(check, STEP_FORWARD, "config.json", true, &cause, err)
			       : check_model_not_possible(check, "the architecture", &cause, err);
	forward_hash(model->forward, check->request->hash_on_device);
	if (device_open(check->request->device, check->ctx->threads, &model->device, err))
		return -1;
	*out_ready = true;
	return 0;
}

void check_model_begin(struct check_model *model)
{
	model->doubted[0] = '\0';
	forward_experts_keep(model->forward);
}

bool check_model_again(struct check_model *model, bool failed, const char *difference,
		       struct error *cause)
{
	const char *doubt = failed && cause->code == ERROR_CORRUPT ? cause->text : difference;

	if (!failed && !difference && model->doubted[0]) {
		device_accuse(&model->device, model->doubted, model->doubt);
		model->doubted[0] = '\0';
	}
	if (!(failed && device_replace(&model->device, cause)) &&
	    !(doubt && device_doubt(&model->device, model->doubted)))
		return false;
	if (model->doubted[0])
		snprintf(model->doubt, sizeof(model->doubt), "%.*s", CHECK_DOUBT_MAX - 1, doubt);
	*cause = (struct error){ 0 };
	forward_experts_forget(model->forward);
	return true;
}

int check_model_difference_say(struct check *check, const struct check_model *model,
			       enum step_id id, const char *seed, struct error *err)
{
	const char *computed = backend_description(model->device.backend);
	bool drawn = seed && *seed;
	struct json *evidence;

	if (!device_is_cpu(&model->device))
		return verdict_detail(check->verdict, id, err,
				      "computed on %s, and not repeated on the CPU; a device may "
				      "err: repeat it with --device cpu%s%s",
				      computed, drawn ? " --seed " : "", drawn ? seed : "");
	if (!model->doubted[0])
		return 0;
	if (verdict_evidence(check->verdict, id, &evidence, err) ||
	    json_set_text(evidence, "repeatedAfter", model->doubted, err))
		return -1;
	return verdict_detail(check->verdict, id, err,
			      "%s found a difference, so %s repeated it and finds one as well",
			      model->doubted, computed);
}

int check_model_device_say(struct check *check, const struct check_model *model, enum step_id id,
			   struct error *err)
{
	const struct device_in_use *device = &model->device;
	struct json *evidence;

	if (!device->backend || !device->declined[0])
		return 0;
	if (verdict_evidence(check->verdict, id, &evidence, err) ||
	    json_set_text(evidence, "deviceDeclined", device->declined, err))
		return -1;
	/* That a machine has no device is nothing to tell people; that it has one and it lies, is.
	 */
	return device->refused
		       ? verdict_detail(check->verdict, id, err,
					"%s computed, because a device was declined: %s",
					backend_description(device->backend), device->declined)
		       : 0;
}

int check_model_blame(struct check *check, const struct check_model *model, const char *what,
		      const char *seed, struct error *cause, struct error *err)
{
	if (cause->code == ERROR_CORRUPT &&
	    check_model_difference_say(check, model, STEP_FORWARD, seed, err))
		return -1;
	return check_blame(check, STEP_FORWARD, what, true, cause, err);
}
