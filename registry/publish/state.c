/*
 * The newest signed state of the log goes with a release: that its name has one meaning, that
 * nobody had revoked its key, and, where the policy asks for news of some age, that there was
 * nothing newer.
 */
#include <stdio.h>
#include <string.h>

#include "registry/index.h"
#include "registry/publish/inner.h"
#include "registry/state.h"

static const struct policy_chain *chain_of(const struct publishing *p)
{
	return &p->checkpoint.anchor->chain;
}

static bool age_asked(const struct publishing *p)
{
	return trust_policy(p->checkpoint.anchor)->maximum_age != 0;
}

/* Where nobody signs states it is not begun here: proofs of names show neighbours, and who
 * publishes may not want to tell them. */
static void tell_missing(const struct publishing *p)
{
	context_notice(p->ctx, "no signed state of the log covers this name yet, so whoever "
			       "verifies cannot tell that it is the only one: akashi log state "
			       "signs one, which is taken along when this is published then");
}

/* Are states of this log signed? Then the one that goes along is of today. */
static int states_are_signed(const struct publishing *p, bool *out_signed, struct error *err)
{
	struct index *index;

	return registry_index(p->registry, &index, err) ||
			       index_has_kind(index, statement_kind_name(STATEMENT_state),
					      out_signed, err)
		       ? -1
		       : 0;
}

static int state_refresh(struct publishing *p, struct error *err)
{
	struct signing by = { *public_key_id(p->key->public_key), UINT64_MAX - 1 };
	struct state_made made;
	struct error why = { 0 };
	bool wanted;

	if (states_are_signed(p, &wanted, err))
		return -1;
	if (!wanted && !age_asked(p))
		return 0;
	if (!policy_chain_accepts_one(chain_of(p), &by, STATEMENT_state, "", &why))
		return registry_state_say(p->registry, p->key, &made, err);
	if (age_asked(p))
		context_notice(p->ctx,
			       "the key '%s' may not sign the log's state (%s), so the newest that "
			       "is there goes along: akashi log state --key NAME signs one",
			       p->key->name, why.text);
	return 0;
}

/* What leaves names nothing else: a projection without salted statements goes without. */
static int may_leave(const struct publishing *p, bool *out_name, bool *out_age, struct error *err)
{
	bool projected = json_member(p->checkpoint.statement.predicate, "projects") != NULL;
	bool salted;

	if (settings_get_bool(&p->registry->settings, SETTING_PRIVATE, &salted, err))
		return -1;
	*out_name = !projected;
	*out_age = age_asked(p) && (!projected || salted);
	return 0;
}

/* The name and the key of the checkpoint, and whether there is anything newer. */
static int questions_make(const struct publishing *p, bool name, bool age,
			  struct stated_questions *out, struct error *err)
{
	char text[NAME_TEXT_MAX], hex[DIGEST_HEX_SIZE], key[2 * DIGEST_HEX_SIZE];
	struct stated_subject subject[] = { { p->checkpoint.identity, text },
					    { p->release_identity, p->release_text } };

	name_to_text(&p->checkpoint.statement.name, text);
	digest_to_hex(&p->checkpoint.key, hex);
	snprintf(key, sizeof(key), "revocation:%s.", hex);
	if (age && stated_questions_make(chain_of(p), subject, 2, out, err))
		return -1;
	return name && (stated_questions_add(out, text, err) ||
			(!age && stated_questions_add(out, key, err)))
		       ? -1
		       : 0;
}

int publish_add_state(struct publishing *p, struct json **out_proofs, struct error *err)
{
	CLEANUP(stated_questions_release) struct stated_questions asked = { 0 };
	CLEANUP(json_free) struct json *proofs = NULL;
	struct error absent = { 0 };
	struct state_made made;
	bool name, age;

	*out_proofs = NULL;
	if (may_leave(p, &name, &age, err))
		return -1;
	if (!name && !age)
		return 0;
	if (state_refresh(p, err) || questions_make(p, name, age, &asked, err))
		return -1;
	if (registry_state_prove(p->registry, chain_of(p), (const char *const *)asked.text,
				 asked.count, &proofs, &made, &absent)) {
		if (absent.code != ERROR_SYSTEM) {
			tell_missing(p);
			return 0;
		}
		*err = absent;
		return -1;
	}
	if (made.size <= p->checkpoint.claim_index) {
		tell_missing(p);
		return 0;
	}
	if (parcel_add_statement(&p->parcel, p->evidence, &made.identity, err))
		return -1;
	*out_proofs = proofs;
	proofs = NULL; /* handed over */
	return 0;
}
