/*
 * From a pin to the policies that it leads to. Versions are first drafted by
 * their links and signatures alone, since a newer one may list the log key
 * under which the proofs of all are made; then each is proven and taken in order.
 */
#include "verify/policy/walk.h"

#include <stdlib.h>
#include <string.h>

#include "verify/filed.h"
#include "verify/policy/known.h"

#define REVOCATION_LOOKS_MAX 16384u /* signatures of revocations that one walk tries */

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
	struct policy_known_list known;
	size_t looks;  /* at signatures of revocations */
	uint64_t time; /* the latest that a proof of a policy shows */
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
	policy_known_release(&walk->known);
	free(walk->draft);
	free(walk->log);
}

/* One envelope of it. */
struct drafting {
	const struct digest *identity, *signer;
	struct draft *out_draft;
};

static int drafting_try(void *arg, const struct evidence *evidence, struct error *err)
{
	const struct drafting *drafting = arg;
	CLEANUP(draft_release) struct draft draft = { .identity = *drafting->identity };

	if (filed_fetch(evidence, drafting->identity, drafting->signer, &draft.filed, err) ||
	    policy_parse(&draft.filed.statement, &draft.policy, err))
		return -1;
	*drafting->out_draft = draft;
	draft = (struct draft){ 0 }; /* handed over */
	return 0;
}

static int draft_fetch(const struct evidence *evidence, const struct digest *identity,
		       struct draft *out_draft, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list signers = { 0 };
	struct error first = { 0 };

	if (evidence_signers(evidence, identity, &signers, err))
		return -1;
	for (size_t i = 0; i < signers.count; i++) {
		struct drafting drafting = { identity, &signers.item[i], out_draft };
		struct error why = { 0 };

		if (!evidence_try(evidence, drafting_try, &drafting, &why))
			return 0;
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
static int roots_signed(const struct walk *walk, const struct policy *policy,
			const struct digest *identity, uint64_t *out_count, struct error *err)
{
	*out_count = 0;
	for (size_t i = 0; i < policy->root_count; i++) {
		const struct policy_key *key = policy_key_find(policy, &policy->root[i]);
		CLEANUP(filed_release) struct filed filed = { 0 };
		struct error why = { 0 };

		if (!filed_hold(walk->evidence, identity, key->key, &filed, &why))
			++*out_count;
		else if (why.code == ERROR_SYSTEM)
			return error_set(err, why.code, "%s", why.text);
	}
	return 0;
}

/* Does this draft come right after draft `at`, by what it says and who signed it? */
static int draft_follows(const struct walk *walk, size_t at, const struct draft *draft,
			 bool *out_follows, struct error *err)
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
		const struct policy_known *known;
		struct error why = { 0 };
		bool follows;

		if (policy_known_find(&walk->known, walk->evidence, &about.item[i], &known, err))
			return -1;
		if (known->kind != STATEMENT_policy ||
		    known->version != walk->draft[at].policy.version + 1 ||
		    !digest_equal(&known->previous, &identity))
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
static const struct public_key *signer_key(const struct walk *walk, const struct draft *draft,
					   const struct digest *id)
{
	const struct policy_key *key = policy_key_find(&draft->policy, id);

	if (!key && draft != walk->draft)
		key = policy_key_find(&walk->draft[draft->after].policy, id);
	return key ? key->key : NULL;
}

/* One signature of a draft that is looked for. */
struct seeking {
	const struct walk *walk;
	const struct policy_chain *chain; /* NULL while the pinned versions are taken */
	const struct digest *identity;
	const struct public_key *key;
	bool any; /* also under log keys that only drafts bring */
	struct signing *out_signing;
	uint64_t *time; /* of the latest proof that was met */
};

static int seeking_prove(const struct seeking *seeking, const struct evidence *evidence,
			 const struct filed *filed, struct checkpoint *out_seen, struct error *err)
{
	const struct policy_chain *chain = seeking->chain;
	const struct walk *walk = seeking->walk;
	uint64_t *index = &seeking->out_signing->index;

	if (seeking->any || !chain)
		return filed_prove(evidence, filed, seeking->key, walk->log,
				   seeking->any ? walk->count : walk->pinned + 1, index, out_seen,
				   err);
	for (size_t i = chain->count; i--;) {
		*err = (struct error){ 0 };
		if (!filed_prove(evidence, filed, seeking->key, &chain->version[i].log, 1, index,
				 out_seen, err))
			return 0;
		if (err->code == ERROR_SYSTEM)
			break;
	}
	return -1;
}

static int seeking_try(void *arg, const struct evidence *evidence, struct error *err)
{
	const struct seeking *seeking = arg;
	CLEANUP(filed_release) struct filed filed = { 0 };
	struct checkpoint seen;

	seeking->out_signing->key = *public_key_id(seeking->key);
	if (filed_fetch(evidence, seeking->identity, public_key_id(seeking->key), &filed, err) ||
	    envelope_check(&filed.envelope, seeking->key, err) ||
	    seeking_prove(seeking, evidence, &filed, &seen, err))
		return -1;
	if (seen.time > *seeking->time)
		*seeking->time = seen.time;
	return 0;
}

/*
 * Where was it logged? Log keys of the pinned versions, or of those that were taken, are asked
 * first; then a draft may bring the log key under which it is proven. But not for a key that
 * counts up to some entry only: whoever holds a revoked root would write a log of his own in
 * which everything came before.
 */
static int signing_find(struct seeking *seeking, struct error *err)
{
	const struct policy_chain *chain = seeking->chain;
	bool ends = chain && policy_chain_last(chain, public_key_id(seeking->key)) != UINT64_MAX;
	struct error why = { 0 };

	seeking->any = false;
	if (!evidence_try(seeking->walk->evidence, seeking_try, seeking, &why))
		return 0;
	if (ends || why.code == ERROR_SYSTEM) {
		*err = why;
		return -1;
	}
	seeking->any = true;
	return evidence_try(seeking->walk->evidence, seeking_try, seeking, err);
}

/*
 * The signatures of a draft that hold and are logged, and the latest time that their proofs show;
 * the caller frees *out_by.
 */
static int signings_find(const struct walk *walk, const struct policy_chain *chain,
			 const struct draft *draft, struct signing **out_by, size_t *out_count,
			 uint64_t *out_time, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list signers = { 0 };
	struct seeking seeking = {
		.walk = walk, .chain = chain, .identity = &draft->identity, .time = out_time
	};
	struct error first = { 0 };
	struct signing *by;

	*out_count = 0;
	*out_by = NULL;
	*out_time = 0;
	if (evidence_signers(walk->evidence, &draft->identity, &signers, err))
		return -1;
	by = calloc(signers.count + 1, sizeof(*by));
	if (!by)
		return error_set(err, ERROR_SYSTEM, "out of memory for signatures");
	for (size_t i = 0; i < signers.count; i++) {
		struct error why = { 0 };

		seeking.key = signer_key(walk, draft, &signers.item[i]);
		seeking.out_signing = &by[*out_count];
		if (!seeking.key)
			continue;
		if (!signing_find(&seeking, &why))
			++*out_count;
		else if (first.code == ERROR_NONE || why.code == ERROR_SYSTEM)
			first = why;
	}
	*out_by = by;
	if (first.code != ERROR_SYSTEM && (*out_count || first.code == ERROR_NONE))
		return 0;
	free(by);
	*out_by = NULL;
	*err = first;
	return -1;
}

/* What is taken shows how late it was seen; what is only tried shows nothing. */
static void time_take(struct walk *walk, uint64_t time)
{
	if (time > walk->time)
		walk->time = time;
}

/* The drafts up to the pinned one: what was pinned stands, or contradicts itself. */
static int take_pinned(struct walk *walk, struct policy_chain *chain, struct error *err)
{
	for (size_t i = 0; i <= walk->pinned; i++) {
		const struct draft *draft = &walk->draft[i];
		struct signing *by;
		uint64_t time;
		size_t count;
		int failed;

		if (signings_find(walk, NULL, draft, &by, &count, &time, err))
			return error_prefix(err, "the pinned policy of '%s'", walk->pin->log.name);
		failed = i ? policy_chain_extend(chain, &draft->filed.statement, &draft->identity,
						 by, count, err)
			   : policy_chain_start(chain, &draft->filed.statement, &draft->identity,
						by, count, err);
		free(by);
		time_take(walk, time);
		if (failed) {
			/* A pin names what its roots signed. */
			err->code = err->code == ERROR_UNTRUSTED ? ERROR_CORRUPT : err->code;
			return -1;
		}
	}
	chain->pinned = walk->pinned;
	return 0;
}

/* The entry of a revocation, where one is shown. */
struct revoking {
	const struct walk *walk;
	const struct digest *identity;
	const struct public_key *key;
	uint64_t index;
};

static int revoking_try(void *arg, const struct evidence *evidence, struct error *err)
{
	struct revoking *revoking = arg;
	CLEANUP(filed_release) struct filed filed = { 0 };
	struct checkpoint seen;

	return filed_fetch(evidence, revoking->identity, public_key_id(revoking->key), &filed,
			   err) ||
			       envelope_check(&filed.envelope, revoking->key, err) ||
			       filed_prove(evidence, &filed, revoking->key, revoking->walk->log,
					   revoking->walk->count, &revoking->index, &seen, err)
		       ? -1
		       : 0;
}

/* One envelope of what may be a revocation; what is none, or by nobody who may, adds nothing. */
static int take_revocation(struct walk *walk, const struct digest *identity,
			   const struct digest *signer, struct policy_chain *chain,
			   struct error *err)
{
	const struct policy_key *key = policy_chain_key(chain, signer);
	struct revoking revoking = { walk, identity, key ? key->key : NULL, 0 };
	CLEANUP(filed_release) struct filed filed = { 0 };
	struct error why = { 0 };
	bool logged;

	if (!key)
		return 0;
	if (++walk->looks > REVOCATION_LOOKS_MAX)
		return error_set(err, ERROR_CORRUPT,
				 "more than %u signatures of revocations to look at",
				 REVOCATION_LOOKS_MAX);
	if (filed_hold(walk->evidence, identity, key->key, &filed, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	logged = !evidence_try(walk->evidence, revoking_try, &revoking, &why);
	if (!logged && why.code == ERROR_SYSTEM)
		return error_set(err, why.code, "%s", why.text);
	if (logged && revoking.index > walk->upto)
		return 0;
	why = (struct error){ 0 };
	if (policy_chain_revoke(chain, &filed.statement, identity, signer,
				logged ? &revoking.index : NULL, &why) &&
	    why.code == ERROR_SYSTEM)
		return error_set(err, why.code, "%s", why.text);
	return 0;
}

static bool is_taken(const struct policy_chain *chain, const struct digest *revocation)
{
	for (size_t i = 0; i < chain->revocation_count; i++)
		if (digest_equal(&chain->revocation[i].identity, revocation))
			return true;
	return false;
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
		const struct policy_known *known;

		if ((i && digest_equal(&about.item[i], &about.item[i - 1])) ||
		    is_taken(chain, &about.item[i]))
			continue;
		if (policy_known_find(&walk->known, walk->evidence, &about.item[i], &known, err))
			return -1;
		if (known->kind != STATEMENT_revocation)
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
static int try_next(const struct walk *walk, size_t at, const struct policy_chain *chain,
		    uint64_t *out_index, bool *out_next, struct error *err)
{
	const struct draft *draft = &walk->draft[at];
	struct error why = { 0 };
	struct signing *by;
	uint64_t ignored;
	size_t count;

	*out_next =
		!signings_find(walk, chain, draft, &by, &count, &ignored, &why) &&
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
		uint64_t time;
		size_t count, next;
		int failed;

		if (next_find(walk, chain, &next, err))
			return -1;
		if (next == walk->count)
			return 0;
		if (signings_find(walk, chain, &walk->draft[next], &by, &count, &time, err))
			return -1;
		failed = policy_chain_extend(chain, &walk->draft[next].filed.statement,
					     &walk->draft[next].identity, by, count, err);
		free(by);
		time_take(walk, time);
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
