/* One key of the log taking another's place. */
#include "registry/log/rotate.h"

#include <string.h>

#include "registry/home.h"

static bool lists(const struct policy *policy, const struct note_key *key)
{
	for (size_t i = 0; i < policy->log_count; i++)
		if (note_key_equal(&policy->log[i], key))
			return true;
	return false;
}

static bool ever_listed(const struct policy_chain *chain, const struct note_key *key)
{
	for (size_t i = 0; i < chain->count; i++)
		if (lists(&chain->version[i].policy, key))
			return true;
	return false;
}

/* The keys that sign, in the order in which they were added. */
struct signing_keys {
	struct note_key key[LOG_KEYS_MAX];
	size_t count;
};

static int key_found(void *arg, const char *vkey, struct error *err)
{
	struct signing_keys *keys = arg;

	return note_key_parse(span_of(vkey), &keys->key[keys->count++], err);
}

static bool signs(const struct signing_keys *keys, const struct note_key *key)
{
	for (size_t i = 0; i < keys->count; i++)
		if (note_key_equal(&keys->key[i], key))
			return true;
	return false;
}

static void see(const struct policy_chain *chain, const struct signing_keys *keys,
		struct log_rotation *out)
{
	const struct policy *policy = &policy_chain_newest(chain)->policy;
	size_t both = 0;

	*out = (struct log_rotation){ .step = LOG_ROTATION_NONE };
	for (size_t i = 0; i < keys->count; i++) {
		if (lists(policy, &keys->key[i]))
			continue;
		if (ever_listed(chain, &keys->key[i])) {
			out->step = LOG_ROTATION_DROPPED;
			note_key_format(&keys->key[i], out->old);
		} else if (out->step == LOG_ROTATION_NONE) {
			out->step = LOG_ROTATION_MADE;
			note_key_format(&keys->key[i], out->fresh);
		}
	}
	for (size_t i = 0; i < policy->log_count; i++) {
		if (!signs(keys, &policy->log[i]))
			continue;
		if (!both++ && out->step != LOG_ROTATION_DROPPED)
			note_key_format(&policy->log[i], out->old);
		note_key_format(&policy->log[i], out->stays);
	}
	if (both > 1 && out->step != LOG_ROTATION_DROPPED)
		out->step = LOG_ROTATION_OVERLAP;
}

int log_rotation_see(struct registry *registry, struct log_rotation *out_rotation,
		     struct error *err)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	struct signing_keys keys = { .count = 0 };
	struct log *log;

	if (registry_log(registry, &log, err) || log_key_list(log, key_found, &keys, err) ||
	    registry_evidence(registry, &evidence, err) ||
	    registry_trust(registry, evidence, &trust, err))
		return -1;
	see(&trust.anchor[0].chain, &keys, out_rotation);
	if (!out_rotation->stays[0])
		return error_set(err, ERROR_CORRUPT,
				 "the log signs with no key that its policy lists");
	return 0;
}

int log_rotation_begin(struct registry *registry, struct log_rotation *rotation, struct error *err)
{
	struct log *log;

	if (rotation->step == LOG_ROTATION_OVERLAP || rotation->step == LOG_ROTATION_DROPPED)
		return error_set(err, ERROR_USAGE,
				 "the log's key is being replaced already: akashi key rotate --log "
				 "--finish ends that");
	if (rotation->step == LOG_ROTATION_MADE)
		return 0;
	if (registry_log(registry, &log, err) || log_key_add(log, 0600, rotation->fresh, err))
		return -1;
	rotation->step = LOG_ROTATION_MADE;
	return 0;
}

int log_rotation_end(struct registry *registry, const struct log_rotation *rotation,
		     struct error *err)
{
	struct log *log;

	if (rotation->step != LOG_ROTATION_DROPPED)
		return error_set(err, ERROR_USAGE,
				 "the policy still lists the key of the log that is to go");
	return registry_log(registry, &log, err) || log_key_retire(log, rotation->old, err) ? -1
											    : 0;
}
