/*
 * From a pin to the policies that it leads to. Versions are first drafted by
 * their links and signatures alone, since a newer one may list the log key
 * under which the proofs of all are made; then each is proven and taken in order.
 */
#include "verify/policy_walk.h"

#include <stdlib.h>
#include <string.h>

#include "verify/filed.h"

/* A policy statement that may turn out to be a version. */
struct draft {
	struct digest identity;
	struct filed filed; /* one envelope of it */
	struct policy policy;
	size_t after; /* the draft that it names as previous */
};

struct walk {
	const struct pin *pin;
	const struct evidence *evidence;
	uint64_t upto;
	struct draft *draft; /* the oldest first; from `pinned` on in order of finding */
	size_t count, pinned;
	struct log_trust *log; /* of each draft */
	uint64_t time;         /* the latest that a proof of a policy shows */
};

static void draft_release(struct draft *draft)
{
	filed_release(&draft->filed);
	policy_release(&draft->policy);
}

static void walk_release(struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++)
		draft_release(&walk->draft[i]);
	free(walk->draft);
	free(walk->log);
}

static int draft_fetch(const struct evidence *evidence, const struct digest *identity,
		       struct draft *out_draft, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list signers = { 0 };
	struct draft draft = { .identity = *identity };
	struct error first = { 0 };

	if (evidence_signers(evidence, identity, &signers, err))
		return -1;
	for (size_t i = 0; i < signers.count; i++) {
		struct error why = { 0 };

		if (!filed_fetch(evidence, identity, &signers.item[i], &draft.filed, &why) &&
		    !policy_parse(&draft.filed.statement, &draft.policy, &why)) {
			*out_draft = draft;
			return 0;
		}
		draft_release(&draft);
		draft = (struct draft){ .identity = *identity };
		if (first.code == ERROR_NONE || why.code == ERROR_SYSTEM)
			first = why;
		if (why.code == ERROR_SYSTEM)
			break;
	}
	if (first.code == ERROR_NONE)
		return error_set(err, ERROR_ABSENT, "it is not there");
	*err = first;
	return -1;
}

/* Insert at `at`; the draft is handed over. */
static int draft_keep(struct walk *walk, size_t at, struct draft *draft, struct error *err)
{
	struct draft *room;

	if (walk->count == POLICY_VERSIONS_MAX)
		return error_set(err, ERROR_CORRUPT, "more than %d versions of a policy",
				 POLICY_VERSIONS_MAX);
	room = reallocarray(walk->draft, walk->count + 1, sizeof(*room));
	if (!room)
		return error_set(err, ERROR_SYSTEM, "out of memory for policies");
	walk->draft = room;
	memmove(room + at + 1, room + at, (walk->count++ - at) * sizeof(*room));
	room[at] = *draft;
	*draft = (struct draft){ 0 };
	return 0;
}

static int pinned_agrees(const struct pin *pin, const struct policy *policy, struct error *err)
{
	if (strcmp(policy->origin, pin->log.name) != 0)
		return error_set(err, ERROR_CORRUPT,
				 "the pinned policy is that of '%s', and the pinned log is '%s'",
				 policy->origin, pin->log.name);
	for (size_t i = 0; i < policy->log_count; i++)
		if (note_key_equal(&policy->log[i], &pin->log))
			return 0;
	return error_set(err, ERROR_CORRUPT,
			 "the pinned policy of '%s' does not list the pinned key", policy->origin);
}

/* The pinned version and those before it: each is named by digest, so none can be another. */
static int draft_back(struct walk *walk, struct error *err)
{
	struct digest wanted = walk->pin->policy;
	struct draft draft = { 0 };
	int failed = 0;

	for (uint64_t version = 0; !failed; version--) {
		struct error why = { 0 };

		if (draft_fetch(walk->evidence, &wanted, &draft, &why)) {
			if (walk->count && why.code == ERROR_ABSENT)
				break; /* only what was pinned and later is known */
			return error_set(err, why.code, "the pinned policy of '%s': %s",
					 walk->pin->log.name, why.text);
		}
		if (!walk->count && pinned_agrees(walk->pin, &draft.policy, err)) {
			draft_release(&draft);
			return -1;
		}
		if (walk->count && draft.policy.version != version) {
			draft_release(&draft);
			return error_set(
				err, ERROR_CORRUPT,
				"what the pinned policy of '%s' follows is not version %llu",
				walk->pin->log.name, (unsigned long long)version);
		}
		version = draft.policy.version;
		wanted = draft.policy.previous;
		failed = draft_keep(walk, 0, &draft, err);
		if (version == 1)
			break;
	}
	draft_release(&draft);
	walk->pinned = walk->count ? walk->count - 1 : 0;
	for (size_t i = 1; i < walk->count; i++)
		walk->draft[i].after = i - 1;
	return failed;
}

/* How many of the roots of `policy` signed the statement, wherever it was logged. */
static int roots_signed(struct walk *walk, const struct policy *policy,
			const struct digest *identity, uint64_t *out_count, struct error *err)
{
	*out_count = 0;
	for (size_t i = 0; i < policy->root_count; i++) {
		const struct policy_key *key = policy_key_find(policy, &policy->root[i]);
		CLEANUP(filed_release) struct filed filed = { 0 };
		struct error why = { 0 };

		if (!filed_fetch(walk->evidence, identity, &policy->root[i], &filed, &why) &&
		    !envelope_check(&filed.envelope, key->key, &why))
			++*out_count;
		else if (why.code == ERROR_SYSTEM)
			return error_set(err, why.code, "%s", why.text);
	}
	return 0;
}

/* Does this draft come right after draft `at`, by what it says and who signed it? */
static int draft_follows(struct walk *walk, size_t at, const struct draft *draft, bool *out_follows,
			 struct error *err)
{
	const struct draft *last = &walk->draft[at];
	uint64_t count = 0;

	*out_follows = draft->policy.version == last->policy.version + 1 &&
		       digest_equal(&draft->policy.previous, &last->identity) &&
		       strcmp(draft->policy.origin, last->policy.origin) == 0;
	if (*out_follows && roots_signed(walk, &last->policy, &draft->identity, &count, err))
		return -1;
	*out_follows = *out_follows && count >= last->policy.threshold;
	return 0;
}

/* Everything that names draft `at` as previous and that its roots signed. */
static int draft_after(struct walk *walk, size_t at, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list about = { 0 };
	struct digest identity = walk->draft[at].identity;

	if (evidence_statements(walk->evidence, &identity, &about, err))
		return -1;
	for (size_t i = 0; i < about.count; i++) {
		CLEANUP(draft_release) struct draft draft = { 0 };
		struct error why = { 0 };
		bool follows;

		if (digest_equal(&about.item[i], &identity))
			continue;
		if (draft_fetch(walk->evidence, &about.item[i], &draft, &why)) {
			if (why.code == ERROR_SYSTEM)
				return error_set(err, why.code, "%s", why.text);
			continue;
		}
		if (draft_follows(walk, at, &draft, &follows, err))
			return -1;
		draft.after = at;
		if (follows && draft_keep(walk, walk->count, &draft, err))
			return -1;
	}
	return 0;
}

static int drafts_find(struct walk *walk, struct error *err)
{
	if (draft_back(walk, err))
		return -1;
	for (size_t i = walk->pinned; i < walk->count; i++)
		if (draft_after(walk, i, err))
			return -1;
	walk->log = calloc(walk->count, sizeof(*walk->log));
	if (!walk->log)
		return error_set(err, ERROR_SYSTEM, "out of memory for policies");
	for (size_t i = 0; i < walk->count; i++) {
		const struct policy *policy = &walk->draft[i].policy;

		walk->log[i] = (struct log_trust){ .key = policy->log,
						   .key_count = policy->log_count,
						   .witnesses = policy->witnesses };
	}
	return 0;
}

/* The key of a signer: as a draft lists it, or the one before it. */
static const struct public_key *signer_key(struct walk *walk, const struct draft *draft,
					   const struct digest *id)
{
	const struct policy_key *key = policy_key_find(&draft->policy, id);

	if (!key && draft != walk->draft)
		key = policy_key_find(&walk->draft[draft->after].policy, id);
	return key ? key->key : NULL;
}

/* The signatures of a draft that hold and are logged; the caller frees *out_by. */
static int signings_find(struct walk *walk, const struct draft *draft, struct signing **out_by,
			 size_t *out_count, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list signers = { 0 };
	struct error first = { 0 };
	struct signing *by;

	*out_count = 0;
	*out_by = NULL;
	if (evidence_signers(walk->evidence, &draft->identity, &signers, err))
		return -1;
	by = calloc(signers.count + 1, sizeof(*by));
	if (!by)
		return error_set(err, ERROR_SYSTEM, "out of memory for signatures");
	for (size_t i = 0; i < signers.count; i++) {
		const struct public_key *key = signer_key(walk, draft, &signers.item[i]);
		CLEANUP(filed_release) struct filed filed = { 0 };
		struct signing *one = &by[*out_count];
		struct checkpoint seen;
		struct error why = { 0 };

		if (!key)
			continue;
		one->key = signers.item[i];
		if (filed_fetch(walk->evidence, &draft->identity, &one->key, &filed, &why) ||
		    envelope_check(&filed.envelope, key, &why) ||
		    filed_prove(walk->evidence, &filed, key, walk->log, walk->count, &one->index,
				&seen, &why)) {
			if (first.code == ERROR_NONE || why.code == ERROR_SYSTEM)
				first = why;
			continue;
		}
		if (seen.time > walk->time)
			walk->time = seen.time;
		++*out_count;
	}
	*out_by = by;
	if (first.code != ERROR_SYSTEM && (*out_count || first.code == ERROR_NONE))
		return 0;
	free(by);
	*out_by = NULL;
	*err = first;
	return -1;
}

/* The drafts up to the pinned one: what was pinned stands, or contradicts itself. */
static int take_pinned(struct walk *walk, struct policy_chain *chain, struct error *err)
{
	for (size_t i = 0; i <= walk->pinned; i++) {
		const struct draft *draft = &walk->draft[i];
		struct signing *by;
		size_t count;
		int failed;

		if (signings_find(walk, draft, &by, &count, err))
			return error_prefix(err, "the pinned policy of '%s'", walk->pin->log.name);
		failed = i ? policy_chain_extend(chain, &draft->filed.statement, &draft->identity,
						 by, count, err)
			   : policy_chain_start(chain, &draft->filed.statement, &draft->identity,
						by, count, err);
		free(by);
		if (failed) {
			/* A pin names what its roots signed. */
			err->code = err->code == ERROR_UNTRUSTED ? ERROR_CORRUPT : err->code;
			return -1;
		}
	}
	chain->pinned = walk->pinned;
	return 0;
}

/* One envelope of what may be a revocation; what is none, or by nobody who may, adds nothing. */
static int take_revocation(struct walk *walk, const struct digest *identity,
			   const struct digest *signer, struct policy_chain *chain,
			   struct error *err)
{
	const struct policy_key *key = policy_chain_key(chain, signer);
	CLEANUP(filed_release) struct filed filed = { 0 };
	struct error why = { 0 };
	struct checkpoint seen;
	uint64_t index;
	bool logged;

	if (!key || filed_fetch(walk->evidence, identity, signer, &filed, &why) ||
	    filed.statement.kind != STATEMENT_revocation ||
	    envelope_check(&filed.envelope, key->key, &why)) {
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	}
	logged = !filed_prove(walk->evidence, &filed, key->key, walk->log, walk->count, &index,
			      &seen, &why);
	if (!logged && why.code == ERROR_SYSTEM)
		return error_set(err, why.code, "%s", why.text);
	if (logged && index > walk->upto)
		return 0;
	why = (struct error){ 0 };
	if (policy_chain_revoke(chain, &filed.statement, identity, signer, logged ? &index : NULL,
				&why) &&
	    why.code == ERROR_SYSTEM)
		return error_set(err, why.code, "%s", why.text);
	return 0;
}

static int digest_order(const void *left, const void *right)
{
	return memcmp(left, right, DIGEST_SIZE);
}

/* Every revocation of a key that this version lists. */
static int take_revocations(struct walk *walk, const struct policy *policy,
			    struct policy_chain *chain, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list about = { 0 };

	for (size_t k = 0; k < policy->key_count; k++)
		if (evidence_statements(walk->evidence, public_key_id(policy->key[k].key), &about,
					err))
			return -1;
	if (about.count)
		qsort(about.item, about.count, sizeof(*about.item), digest_order);
	for (size_t i = 0; i < about.count; i++) {
		CLEANUP(digest_list_release) struct digest_list signers = { 0 };

		if (i && digest_equal(&about.item[i], &about.item[i - 1]))
			continue;
		if (evidence_signers(walk->evidence, &about.item[i], &signers, err))
			return -1;
		for (size_t s = 0; s < signers.count; s++)
			if (take_revocation(walk, &about.item[i], &signers.item[s], chain, err))
				return -1;
	}
	return 0;
}

/* Try draft `at` as the next version: its index, or false. */
static int try_next(struct walk *walk, size_t at, const struct policy_chain *chain,
		    uint64_t *out_index, bool *out_next, struct error *err)
{
	const struct draft *draft = &walk->draft[at];
	struct error why = { 0 };
	struct signing *by;
	size_t count;

	*out_next =
		!signings_find(walk, draft, &by, &count, &why) &&
		!policy_chain_decide(chain, &draft->filed.statement, by, count, out_index, &why) &&
		*out_index <= walk->upto;
	free(by);
	return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
}

/* The version that follows the newest, or *out_draft = walk->count. */
static int next_find(struct walk *walk, const struct policy_chain *chain, size_t *out_draft,
		     struct error *err)
{
	const struct digest *newest = &policy_chain_newest(chain)->identity;
	uint64_t lowest = 0;

	*out_draft = walk->count;
	for (size_t i = walk->pinned + 1; i < walk->count; i++) {
		uint64_t index = 0;
		bool next;

		if (!digest_equal(&walk->draft[walk->draft[i].after].identity, newest))
			continue;
		if (try_next(walk, i, chain, &index, &next, err))
			return -1;
		if (next && (*out_draft == walk->count || index < lowest)) {
			*out_draft = i;
			lowest = index;
		}
	}
	return 0;
}

static int take_later(struct walk *walk, struct policy_chain *chain, struct error *err)
{
	for (;;) {
		struct signing *by;
		size_t count, next;
		int failed;

		if (next_find(walk, chain, &next, err))
			return -1;
		if (next == walk->count)
			return 0;
		if (signings_find(walk, &walk->draft[next], &by, &count, err))
			return -1;
		failed = policy_chain_extend(chain, &walk->draft[next].filed.statement,
					     &walk->draft[next].identity, by, count, err);
		free(by);
		if (failed ||
		    take_revocations(walk, &policy_chain_newest(chain)->policy, chain, err))
			return -1;
	}
}

int policy_chain_walk(const struct pin *pin, const struct evidence *evidence, uint64_t upto,
		      struct policy_chain *out_chain, struct error *err)
{
	CLEANUP(walk_release) struct walk walk = { .pin = pin, .evidence = evidence, .upto = upto };
	CLEANUP(policy_chain_release) struct policy_chain chain = { 0 };

	if (drafts_find(&walk, err) || take_pinned(&walk, &chain, err))
		return -1;
	for (size_t i = 0; i < chain.count; i++)
		if (take_revocations(&walk, &chain.version[i].policy, &chain, err))
			return -1;
	if (take_later(&walk, &chain, err))
		return -1;
	chain.time = walk.time;
	*out_chain = chain;
	chain = (struct policy_chain){ 0 }; /* handed over */
	return 0;
}
