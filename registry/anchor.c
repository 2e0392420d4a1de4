/* anchor: where trust starts on this machine. */
#include "registry/anchor.h"

#include <stdlib.h>

#include "registry/evidence.h"
#include "registry/index.h"
#include "registry/pins.h"

void anchor_release(struct anchor *anchor)
{
	trust_release(&anchor->trust);
	evidence_close(&anchor->evidence);
	buffer_release(&anchor->pins);
}

/* Trust the registry by its own pin. */
static int trust_registry(struct anchor *anchor, struct error *err)
{
	CLEANUP(pins_release) struct pins pins = { .pin = NULL };
	char *line = NULL;
	int failed;

	if (registry_evidence(anchor->registry, &anchor->evidence, err) ||
	    registry_pin(anchor->registry, &line, err))
		return -1;
	failed = pins_parse(span_of(line), &pins, err);
	free(line);
	if (failed)
		return -1;
	return trust_from_pins(&pins, anchor->evidence, &anchor->trust, err);
}

int anchor_open(const struct context *ctx, struct registry *registry, const char *trust_file,
		struct anchor *out_anchor, struct error *err)
{
	int failed;

	*out_anchor = (struct anchor){ .registry = registry };
	buffer_init(&out_anchor->pins, PINS_MAX_BYTES);
	failed = trust_file ? file_read(trust_file, &out_anchor->pins, err)
			    : pins_load(ctx, &out_anchor->pins, err);
	if (!failed && registry)
		failed = trust_registry(out_anchor, err);
	if (failed)
		anchor_release(out_anchor);
	return failed;
}

static int find_files(void *user, const struct digest *file, size_t count,
		      struct digest *out_statement, struct error *err)
{
	struct anchor *anchor = user;
	struct index *index;
	size_t shared, total;

	if (registry_index(anchor->registry, &index, err))
		return -1;
	return index_find_files(index, file, count, out_statement, &shared, &total, err);
}

void anchor_apply(struct anchor *anchor, struct check_request *request)
{
	request->pins = buffer_view(&anchor->pins);
	if (!anchor->registry)
		return;
	request->anchor = anchor->evidence;
	request->anchor_trust = &anchor->trust;
	request->find_files = find_files;
	request->find_user = anchor;
}
