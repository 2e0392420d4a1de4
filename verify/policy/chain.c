/* The policy over time: how versions follow from one another, and what is asked of them. */
#include "verify/policy/chain.h"

#include <stdlib.h>
#include <string.h>

void policy_chain_release(struct policy_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++)
		policy_release(&chain->version[i].policy);
	for (size_t i = 0; i < chain->revocation_count; i++)
		free(chain->revocation[i].reason);
	free(chain->version);
	free(chain->revocation);
	*chain = (struct policy_chain){ 0 };
}

/* ---- Versions ---- */

static int index_order(const void *left, const void *right)
{
	const struct signing *a = left, *b = right;

	if (a->index != b->index)
		return a->index < b->index ? -1 : 1;
	return memcmp(a->key.byte, b->key.byte, DIGEST_SIZE);
}

static bool key_before(const struct signing *by, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (digest_equal(&by[i].key, &by[at].key))
			return true;
	return false;
}

/*
 * The signature, by index, that completes the threshold of `policy`'s roots among those logged at
 * `from` or later. `admitted`: only where a root's `first` lets it; a new root signs its own
 * admission.
 */
static int roots_decide(const struct policy_chain *chain, const struct policy *policy,
			const struct signing *by, size_t count, uint64_t from, bool admitted,
			uint64_t *out_index, struct error *err)
{
	uint64_t found = 0;

	for (size_t i = 0; i < count; i++) {
		const struct policy_key *key = policy_key_find(policy, &by[i].key);
		uint64_t index = by[i].index;

		if (!key || !policy_is_root(policy, &by[i].key) || key_before(by, i) ||
		    index < from || (admitted && index < key->first) || index > key->last ||
		    index > policy_chain_last(chain, &by[i].key))
			continue;
		if (++found == policy->threshold) {
			*out_index = index;
			return 0;
		}
	}
	return error_set(err, ERROR_UNTRUSTED,
			 "signed by %llu of the %llu roots that version %llu asks for",
			 (unsigned long long)found, (unsigned long long)policy->threshold,
			 (unsigned long long)policy->version);
}

static int version_keep(struct policy_chain *chain, struct policy *policy,
			const struct digest *identity, uint64_t index, struct error *err)
{
	struct policy_version *version;

	if (chain->count == POLICY_VERSIONS_MAX)
		return error_set(err, ERROR_CORRUPT, "more than %d versions of a policy",
				 POLICY_VERSIONS_MAX);
	version = reallocarray(chain->version, chain->count + 1, sizeof(*version));
	if (!version)
		return error_set(err, ERROR_SYSTEM, "out of memory for a policy");
	chain->version = version;
	version += chain->count++;
	*version = (struct policy_version){ .policy = *policy,
					    .identity = *identity,
					    .index = index,
					    .log = { .key = policy->log,
						     .key_count = policy->log_count,
						     .witnesses = policy->witnesses } };
	*policy = (struct policy){ 0 }; /* handed over */
	return 0;
}

/* A sorted copy of the signatures; the caller frees it. NULL without memory. */
static struct signing *by_index(const struct signing *by, size_t count, struct error *err)
{
	struct signing *sorted = calloc(count + 1, sizeof(*sorted));

	if (!sorted) {
		error_set(err, ERROR_SYSTEM, "out of memory for signatures");
		return NULL;
	}
	if (count) {
		memcpy(sorted, by, count * sizeof(*by));
		qsort(sorted, count, sizeof(*sorted), index_order);
	}
	return sorted;
}

int policy_chain_start(struct policy_chain *chain, const struct statement *statement,
		       const struct digest *identity, const struct signing *by, size_t count,
		       struct error *err)
{
	CLEANUP(policy_release) struct policy policy = { 0 };
	struct signing *sorted;
	uint64_t index = 0;
	int failed;

	if (policy_parse(statement, &policy, err))
		return -1;
	sorted = by_index(by, count, err);
	failed = !sorted || roots_decide(chain, &policy, sorted, count, 0, false, &index, err) ||
		 version_keep(chain, &policy, identity, index, err);
	free(sorted);
	return failed ? error_prefix(err, "the policy of '%s'", statement->origin) : 0;
}

/* Does it say that it comes next? */
static int follows(const struct policy_version *last, const struct policy *policy,
		   struct error *err)
{
	if (strcmp(policy->origin, last->policy.origin) != 0)
		return error_set(err, ERROR_CORRUPT, "a policy of '%s' where one of '%s' belongs",
				 policy->origin, last->policy.origin);
	if (policy->version != last->policy.version + 1)
		return error_set(err, ERROR_CORRUPT, "version %llu does not follow version %llu",
				 (unsigned long long)policy->version,
				 (unsigned long long)last->policy.version);
	if (!digest_equal(&policy->previous, &last->identity))
		return error_set(err, ERROR_CORRUPT, "version %llu follows another version %llu",
				 (unsigned long long)policy->version,
				 (unsigned long long)last->policy.version);
	return 0;
}

static int next_decide(const struct policy_chain *chain, const struct policy *policy,
		       const struct signing *by, size_t count, uint64_t *out_index,
		       struct error *err)
{
	const struct policy_version *last = policy_chain_newest(chain);
	struct signing *sorted = by_index(by, count, err);
	uint64_t old = 0, own = 0;
	int failed;

	failed = !sorted || follows(last, policy, err) ||
		 roots_decide(chain, &last->policy, sorted, count, last->index + 1, true, &old,
			      err) ||
		 roots_decide(chain, policy, sorted, count, last->index + 1, false, &own, err);
	free(sorted);
	if (failed)
		return error_prefix(err, "the policy of '%s'", policy->origin);
	*out_index = old > own ? old : own;
	return 0;
}

int policy_chain_decide(const struct policy_chain *chain, const struct statement *statement,
			const struct signing *by, size_t count, uint64_t *out_index,
			struct error *err)
{
	CLEANUP(policy_release) struct policy policy = { 0 };

	return policy_parse(statement, &policy, err) ||
			       next_decide(chain, &policy, by, count, out_index, err)
		       ? -1
		       : 0;
}

int policy_chain_extend(struct policy_chain *chain, const struct statement *statement,
			const struct digest *identity, const struct signing *by, size_t count,
			struct error *err)
{
	CLEANUP(policy_release) struct policy policy = { 0 };
	uint64_t index;

	return policy_parse(statement, &policy, err) ||
			       next_decide(chain, &policy, by, count, &index, err) ||
			       version_keep(chain, &policy, identity, index, err)
		       ? -1
		       : 0;
}

/* ---- Revocations ---- */

static int revocation_parse(const struct statement *statement,
			    struct policy_revocation *out_revocation, struct error *err)
{
	struct policy_revocation revocation = { 0 };
	const struct json *checkpoint;
	const char *reason;

	if (statement->kind != STATEMENT_revocation)
		return error_set(err, ERROR_CORRUPT, "a %s statement where a revocation belongs",
				 statement_kind_name(statement->kind));
	if (json_need_hex(statement->predicate, "key", &revocation.key, err) ||
	    json_need_size(statement->predicate, "last", &revocation.last, err) ||
	    json_need_string(statement->predicate, "reason", &reason, err) ||
	    json_need_object(statement->predicate, "checkpoint", &checkpoint, err) ||
	    json_need_size(checkpoint, "size", &revocation.size, err) ||
	    json_need_hex(checkpoint, "root", &revocation.root, err))
		return error_prefix(err, "revocation");
	if (revocation.last >= revocation.size)
		return error_set(
			err, ERROR_CORRUPT,
			"a revocation with 'last' %llu names a checkpoint of %llu entries: "
			"'last' must lie below, for nobody revokes the future",
			(unsigned long long)revocation.last, (unsigned long long)revocation.size);
	revocation.reason = strdup(reason);
	if (!revocation.reason)
		return error_set(err, ERROR_SYSTEM, "out of memory for a revocation");
	*out_revocation = revocation;
	return 0;
}

/* Recovery outranks the roots: what follows from the pinned version cannot take it away. */
static bool may_revoke(const struct policy_chain *chain, const struct digest *signer,
		       const uint64_t *index)
{
	for (size_t i = chain->pinned; i < chain->count; i++)
		if (policy_may_revoke(&chain->version[i].policy, signer))
			return true;
	if (index) {
		const struct policy_version *then = policy_chain_at(chain, *index);

		return then && policy_may_revoke(&then->policy, signer);
	}
	return false;
}

int policy_chain_revoke(struct policy_chain *chain, const struct statement *statement,
			const struct digest *identity, const struct digest *signer,
			const uint64_t *index, struct error *err)
{
	struct policy_revocation revocation, *room;
	char hex[DIGEST_HEX_SIZE];

	for (size_t i = 0; i < chain->revocation_count; i++)
		if (digest_equal(&chain->revocation[i].identity, identity))
			return 0;
	digest_to_hex(signer, hex);
	if (strcmp(statement->origin, policy_chain_newest(chain)->policy.origin) != 0)
		return error_set(err, ERROR_CORRUPT, "a revocation for another log, '%s'",
				 statement->origin);
	if (!may_revoke(chain, signer, index))
		return error_set(err, ERROR_UNTRUSTED, "the key %s may not revoke for '%s'", hex,
				 statement->origin);
	if (chain->revocation_count == POLICY_REVOCATIONS_MAX)
		return error_set(err, ERROR_CORRUPT, "more than %d revocations",
				 POLICY_REVOCATIONS_MAX);
	if (revocation_parse(statement, &revocation, err))
		return -1;
	room = reallocarray(chain->revocation, chain->revocation_count + 1, sizeof(*room));
	if (!room) {
		free(revocation.reason);
		return error_set(err, ERROR_SYSTEM, "out of memory for a revocation");
	}
	revocation.identity = *identity;
	revocation.signer = *signer;
	revocation.logged = index != NULL;
	revocation.index = index ? *index : 0;
	chain->revocation = room;
	chain->revocation[chain->revocation_count++] = revocation;
	return 0;
}

/* ---- Asked ---- */

const struct policy_version *policy_chain_newest(const struct policy_chain *chain)
{
	return &chain->version[chain->count - 1];
}

const struct policy_version *policy_chain_at(const struct policy_chain *chain, uint64_t index)
{
	for (size_t i = chain->count; i--;)
		if (chain->version[i].index <= index)
			return &chain->version[i];
	return NULL;
}

const struct policy_key *policy_chain_key(const struct policy_chain *chain, const struct digest *id)
{
	for (size_t i = chain->count; i--;) {
		const struct policy_key *key = policy_key_find(&chain->version[i].policy, id);

		if (key)
			return key;
	}
	return NULL;
}

const struct policy_revocation *policy_chain_revocation(const struct policy_chain *chain,
							const struct digest *id)
{
	const struct policy_revocation *first = NULL;

	for (size_t i = 0; i < chain->revocation_count; i++)
		if (digest_equal(&chain->revocation[i].key, id) &&
		    (!first || chain->revocation[i].last < first->last))
			first = &chain->revocation[i];
	return first;
}

uint64_t policy_chain_last(const struct policy_chain *chain, const struct digest *id)
{
	const struct policy_revocation *revocation = policy_chain_revocation(chain, id);
	uint64_t last = revocation ? revocation->last : UINT64_MAX;

	for (size_t i = 0; i < chain->count; i++) {
		const struct policy_key *key = policy_key_find(&chain->version[i].policy, id);

		if (key && key->last < last)
			last = key->last;
	}
	return last;
}

const struct log_trust *policy_chain_log(const struct policy_chain *chain, uint64_t size)
{
	const struct policy_version *then = size ? policy_chain_at(chain, size - 1) : NULL;

	return then ? &then->log : &chain->version[0].log;
}

int policy_chain_accepts_one(const struct policy_chain *chain, const struct signing *by,
			     enum statement_kind kind, const char *name, struct error *err)
{
	const struct policy_version *then = policy_chain_at(chain, by->index);
	const struct policy_revocation *revocation = policy_chain_revocation(chain, &by->key);
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&by->key, hex);
	if (!then)
		return error_set(err, ERROR_ABSENT,
				 "the policy of '%s' that was in force at entry %llu is not here",
				 policy_chain_newest(chain)->policy.origin,
				 (unsigned long long)by->index);
	if (policy_accepts(&then->policy, &by->key, kind, name, by->index, err))
		return -1;
	if (revocation && by->index > revocation->last)
		return error_set(err, ERROR_UNTRUSTED,
				 "the key %s was revoked: nothing that it signed above entry %llu "
				 "counts, and this is entry %llu (%s)",
				 hex, (unsigned long long)revocation->last,
				 (unsigned long long)by->index, revocation->reason);
	if (by->index > policy_chain_last(chain, &by->key))
		return error_set(err, ERROR_UNTRUSTED,
				 "entry %llu of the log lies outside the entries that the key %s "
				 "counts for, which end at %llu",
				 (unsigned long long)by->index, hex,
				 (unsigned long long)policy_chain_last(chain, &by->key));
	return 0;
}

/* `by` is in order: how many distinct keys up to `at` count? */
static uint64_t signers_count(const struct policy_chain *chain, const struct signing *by, size_t at,
			      enum statement_kind kind, const char *name)
{
	uint64_t count = 0;

	for (size_t i = 0; i <= at; i++) {
		struct error ignored = { 0 };

		count += !key_before(by, i) &&
			 !policy_chain_accepts_one(chain, &by[i], kind, name, &ignored);
	}
	return count;
}

int policy_chain_accepts(const struct policy_chain *chain, struct signing *by, size_t count,
			 enum statement_kind kind, const char *name, uint64_t *out_index,
			 struct error *err)
{
	uint64_t asked = 0, found = 0;
	struct error why = { 0 };

	if (count)
		qsort(by, count, sizeof(*by), index_order);
	for (size_t i = 0; i < count; i++) {
		const struct policy_version *then = policy_chain_at(chain, by[i].index);

		if (key_before(by, i) ||
		    policy_chain_accepts_one(chain, &by[i], kind, name, found ? &why : err))
			continue;
		*err = (struct error){ 0 };
		asked = policy_threshold(&then->policy, kind, name);
		found = signers_count(chain, by, i, kind, name);
		if (found >= asked) {
			*out_index = by[i].index;
			return 0;
		}
	}
	if (found)
		return error_set(
			err, ERROR_UNTRUSTED,
			"signed by %llu of the %llu keys that '%s' asks for under the name "
			"'%s'",
			(unsigned long long)found, (unsigned long long)asked,
			policy_chain_newest(chain)->policy.origin, name);
	return err->code ? -1 : error_set(err, ERROR_ABSENT, "no signature is there");
}
