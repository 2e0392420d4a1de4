/* The boundary activations that a record names. */
#include "verify/check/activations.h"

void activations_release(struct activations *activations)
{
	source_close(&activations->source);
	boundaries_release(&activations->list);
}

static int activations_rows(void *user, uint32_t boundary, uint64_t first, float *out, size_t rows,
			    struct error *err)
{
	struct activations *activations = user;
	const struct boundaries *list = &activations->list;
	size_t row_bytes = list->hidden * sizeof(float);

	if (!activations->source || activations->boundary != boundary) {
		source_close(&activations->source);
		if (evidence_object(activations->check->evidence, &list->object[boundary],
				    &activations->source, err)) {
			withheld_explain(activations->check->trust, activations->check->evidence,
					 &list->object[boundary], err);
			return error_prefix(err, "the activations at boundary %u", boundary);
		}
		activations->boundary = boundary;
	}
	if (activations->source->size != boundaries_object_bytes(list))
		return error_set(err, ERROR_CORRUPT,
				 "the activations at boundary %u have %llu bytes, and %llu belong "
				 "there",
				 boundary, (unsigned long long)activations->source->size,
				 (unsigned long long)boundaries_object_bytes(list));
	return source_read_at(activations->source, first * row_bytes, out, rows * row_bytes, err);
}

int activations_open(struct check *check, const struct believed *record,
		     const struct check_model *model, const struct probes *probes,
		     struct activations *out, struct boundary_source *out_states, struct error *err)
{
	const struct model_config *config = forward_config(model->forward);
	CLEANUP(buffer_release) struct buffer text;
	const struct json *boundaries;
	struct digest object;

	out->check = check;
	buffer_init(&text, BOUNDARIES_MAX_BYTES);
	if (json_need_object(record->statement.predicate, "boundaries", &boundaries, err) ||
	    json_need_digest(boundaries, "object", &object, err) ||
	    withheld_read(check->trust, check->evidence, &object, &text, err) ||
	    boundaries_from_object(buffer_view(&text), &out->list, err))
		return -1;
	if (out->list.hidden != config->hidden || out->list.count != (size_t)config->layers + 1 ||
	    out->list.tokens != probes_tokens(probes))
		return error_set(err, ERROR_CORRUPT,
				 "the list of boundaries is not of this model and these probes");
	*out_states = (struct boundary_source){ out, activations_rows };
	return 0;
}
