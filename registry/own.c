/* Whose registry is it? What was found beside a download may have come with it. */
#include <stdlib.h>
#include <string.h>

#include "registry/home_inner.h"
#include "registry/pins.h"
#include "registry/sign.h"

static int is_pinned(struct registry *registry, bool *out_pinned, struct error *err)
{
	CLEANUP(text_free) char *own = NULL;
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(pins_release) struct pins pins = { .pin = NULL };

	buffer_init(&text, PINS_MAX_BYTES);
	if (pins_load(registry->ctx, &text, err) || pins_parse(buffer_view(&text), &pins, err) ||
	    registry_pin(registry, &own, err))
		return -1;
	*out_pinned = false;
	for (size_t i = 0; i < pins.count && !*out_pinned; i++) {
		CLEANUP(buffer_release) struct buffer line;

		buffer_init(&line, PINS_MAX_BYTES);
		if (pin_format(&pins.pin[i], &line, err))
			return -1;
		*out_pinned = span_equal(buffer_view(&line), span_of(own));
	}
	return 0;
}

struct looking {
	const struct context *ctx;
	struct digest wanted;
	bool found;
};

static int look_at_key(void *arg, const char *name, struct error *err)
{
	struct looking *looking = arg;
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	struct error closed = { 0 };

	(void)err;
	/* One that does not open is none that shows anything. */
	if (!looking->found && !signing_key_open(looking->ctx, name, &key, &closed))
		looking->found = digest_equal(public_key_id(key->public_key), &looking->wanted);
	return 0;
}

int registry_is_own(struct registry *registry, bool *out_own, struct error *err)
{
	struct context silent = *registry->ctx;
	struct looking looking = { .ctx = &silent };
	struct error nowhere = { 0 };
	struct digest policy;
	bool pinned;

	silent.passphrase = NULL; /* looking is no reason to ask for one */
	if (is_pinned(registry, &pinned, err) ||
	    registry_policy(registry, &policy, &looking.wanted, err))
		return -1;
	if (!pinned && signing_key_list(&silent, look_at_key, &looking, &nowhere) &&
	    nowhere.code != ERROR_SYSTEM)
		return error_set(err, nowhere.code, "%s", nowhere.text);
	*out_own = pinned || looking.found;
	return 0;
}
