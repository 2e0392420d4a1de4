/* Records of private probes: commitments are signed, and what opens them is kept. */
#include "registry/recording/private.h"

#include "registry/openings.h"

/* What hiding one record's probes knows. */
struct hiding {
	struct registry *registry;
	char name[NAME_TEXT_MAX];
	struct openings kept;
	struct file_lock lock;
	bool locked;
};

static void hiding_release(struct hiding *hiding)
{
	openings_release(&hiding->kept);
	if (hiding->locked)
		file_lock_release(&hiding->lock);
}

static int hide(void *arg, const struct json *value, struct digest *out_commitment,
		struct error *err)
{
	CLEANUP(opening_release) struct opening opening = { 0 };
	struct hiding *hiding = arg;
	const struct opening *before;
	uint8_t salt[COMMITMENT_SALT_BYTES];

	if (openings_made(&hiding->kept, PRIVATE_PROBE_WHAT, value, &before, err))
		return -1;
	if (before) {
		*out_commitment = before->commitment;
		return 0;
	}
	if (context_random(hiding->registry->ctx, salt, sizeof(salt), err) ||
	    opening_make(salt, PRIVATE_PROBE_WHAT, hiding->name, value, &opening, err))
		return -1;
	*out_commitment = opening.commitment;
	return openings_add(&hiding->kept, &opening, err);
}

int recording_hide(struct registry *registry, struct recording *r, struct digest *out_root,
		   struct error *err)
{
	CLEANUP(hiding_release) struct hiding hiding = { .registry = registry };
	const struct name *name = &r->checkpoint.statement.name;
	CLEANUP(buffer_release) struct buffer shown;
	struct error absent = { 0 };

	buffer_init(&shown, OUTPUTS_MAX_BYTES);
	name_to_text(name, hiding.name);
	if (openings_lock(registry, &hiding.lock, err))
		return -1;
	hiding.locked = true;
	if (openings_read(registry, name, &hiding.kept, &absent) && absent.code != ERROR_ABSENT)
		return error_set(err, absent.code, "%s", absent.text);
	if (private_probes_hide(buffer_view(&r->outputs), &r->probes, hide, &hiding, &shown,
				out_root, err) ||
	    openings_write(registry, name, &hiding.kept, err))
		return -1;
	r->outputs.len = 0;
	return buffer_add(&r->outputs, buffer_view(&shown), err);
}
