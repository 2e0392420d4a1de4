/* gc: which objects are needed, and the store is asked to keep no others. */
#include "registry/gc.h"

#include "registry/gc_state.h"
#include "registry/known_files.h"
#include "registry/lease.h"
#include "registry/reach.h"
#include "registry/remembered.h"

static int reached(void *arg, const struct reach_object *object, struct error *err)
{
	return object->released ? 0 : live_set_add(arg, &object->digest, err);
}

struct collecting_for {
	struct registry *registry;
	bool again; /* what statements need is read again, and not believed to be as remembered */
	struct remembered *remembered; /* with `again`, what was read: the next mark believes it */
};

static void collecting_for_release(struct collecting_for *collecting)
{
	remembered_close(&collecting->remembered);
}

/*
 * Anew each time: what was logged meanwhile counts. What a statement needs never changes, so that
 * may be remembered; which statements there are, and what was released of them, is asked.
 */
static int mark(void *user, struct live_set **out_objects, struct error *err)
{
	struct collecting_for *collecting = user;
	struct registry *registry = collecting->registry;
	CLEANUP(live_set_free) struct live_set *objects = NULL;
	struct reach_request request = { .visit = reached };
	uint64_t salt;

	if (!collecting->remembered &&
	    remembered_open(registry, collecting->again, &collecting->remembered, err))
		return -1;
	request.remembered = collecting->remembered;
	if (context_random(registry->ctx, (uint8_t *)&salt, sizeof(salt), err) ||
	    live_set_new(salt, 0, &objects, err))
		return -1;
	request.arg = objects;
	if (reach_each(registry, &request, err))
		return error_prefix(err,
				    "nothing is thrown away, because it cannot be told what is "
				    "needed (akashi fsck)");
	remembered_save(collecting->remembered, true);
	if (!collecting->again)
		remembered_close(&collecting->remembered); /* much memory, and it is in the file */
	*out_objects = objects;
	objects = NULL; /* handed over */
	return 0;
}

static int state(void *user, struct buffer *out, struct error *err)
{
	return gc_state_take(((struct collecting_for *)user)->registry, out, err);
}

static int still(void *user, struct span taken, bool *out_still, struct error *err)
{
	return gc_state_stands(((struct collecting_for *)user)->registry, taken, out_still, err);
}

int registry_gc(struct registry *registry, const struct gc_request *request,
		struct store_collected *out_collected, struct error *err)
{
	CLEANUP(collecting_for_release)
	struct collecting_for collecting = { .registry = registry, .again = request->again };
	struct store_collect_request ask = { .mark = mark,
					     .state = state,
					     .still = still,
					     .user = &collecting,
					     .now = context_now(registry->ctx),
					     .grace_s = request->grace_s,
					     .dry_run = request->dry_run,
					     .again = request->again,
					     .all = request->all };

	CLEANUP(lease_release) struct lease *lease = NULL;

	/* Nothing goes while a backup is made: it copies what it saw. */
	if (lease_try(registry->folder, REGISTRY_COLLECTING, registry->ctx, NULL, &lease, err))
		return -1;
	if (!lease)
		return error_set(err, ERROR_SYSTEM,
				 "another akashi gc, or an akashi backup, is at work here");
	if (store_collect(registry->store, registry->ctx, &ask, out_collected, err))
		return -1;
	return known_files_clear(registry, ask.now - GC_NOTES_S, ask.dry_run, &out_collected->notes,
				 err);
}

int registry_tidy(struct registry *registry, struct error *err)
{
	CLEANUP(lease_release) struct lease *lease = NULL;

	if (!store_is_untidy(registry->store))
		return 0;
	if (lease_try(registry->folder, REGISTRY_COLLECTING, registry->ctx, NULL, &lease, err))
		return -1;
	return lease ? store_tidy(registry->store, registry->ctx, err) : 0;
}
