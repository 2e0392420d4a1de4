/*
 * Believing one statement: every envelope of it is tried, those that hold in
 * everything are counted, and when too few do the gravest reason is told.
 */
#include "verify/believe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "verify/filed.h"
#include "verify/withheld.h"

/* Contradiction before absence before a stranger; what could not be looked up before all. */
static int gravity(enum error_code code)
{
	switch (code) {
	case ERROR_NONE:
		return 0;
	case ERROR_UNTRUSTED:
		return 1;
	case ERROR_ABSENT:
		return 2;
	case ERROR_CORRUPT:
		return 3;
	case ERROR_USAGE:
	case ERROR_SYSTEM:
		break;
	}
	return 4;
}

static void error_worsen(struct error *err, const struct error *why)
{
	if (gravity(why->code) > gravity(err->code))
		*err = *why;
}

/* What is asked of one signature: for a claim, the kind of what it claims. */
struct asking {
	const struct trust_anchor *anchor;
	const struct evidence *evidence;
	const struct digest *identity;
	int kind; /* an enum statement_kind to judge by, or -1 for the statement's own */
};

static void name_of(const struct statement *statement, char out_text[NAME_TEXT_MAX])
{
	out_text[0] = '\0';
	if (statement->name.owner[0])
		name_to_text(&statement->name, out_text);
}

/* Does any version let this key sign such a thing at all? Before a proof is asked for. */
static int may_ever(const struct policy_chain *chain, const struct digest *key,
		    enum statement_kind kind, const char *name, struct error *err)
{
	for (size_t i = chain->count; i--;) {
		const struct policy *policy = &chain->version[i].policy;
		const struct policy_key *listed = policy_key_find(policy, key);
		struct error why = { 0 };

		if (!listed)
			continue;
		if (!policy_accepts(policy, key, kind, name, listed->first, &why)) {
			*err = (struct error){ 0 };
			return 0;
		}
		if (err->code == ERROR_NONE)
			*err = why;
	}
	return -1;
}

/* One signature that is tried. */
struct trying {
	const struct asking *asking;
	const struct public_key *key;
	struct filed *out_filed;
	struct signing *out_signing;
	struct checkpoint *out_checkpoint;
};

/* Signature, policy, log, in this order: nothing of a payload is used before it is signed. */
static int trying_try(void *arg, const struct evidence *evidence, struct error *err)
{
	const struct trying *trying = arg;
	const struct asking *asking = trying->asking;
	const struct policy_chain *chain = &asking->anchor->chain;
	const char *origin = policy_chain_newest(chain)->policy.origin;
	const struct digest *signer = public_key_id(trying->key);
	CLEANUP(filed_release) struct filed filed = { 0 };
	char name[NAME_TEXT_MAX], model[NAME_TEXT_MAX];
	enum statement_kind kind;

	if (filed_fetch(evidence, asking->identity, signer, &filed, err))
		return -1;
	kind = asking->kind < 0 ? filed.statement.kind : (enum statement_kind)asking->kind;
	if (strcmp(filed.statement.origin, origin) != 0)
		return error_set(err, ERROR_UNTRUSTED, "it belongs to the log '%s', not to '%s'",
				 filed.statement.origin, origin);
	name_of(&filed.statement, name);
	statement_model(&filed.statement, model);
	trying->out_signing->key = *signer;
	if (envelope_check(&filed.envelope, trying->key, err) ||
	    may_ever(chain, signer, kind, name, err) ||
	    (model[0] && may_ever(chain, signer, kind, model, err)) ||
	    filed_prove_by(evidence, &filed, trying->key, chain, &trying->out_signing->index,
			   trying->out_checkpoint, err))
		return -1;
	*trying->out_filed = filed;
	filed = (struct filed){ 0 }; /* handed over */
	return 0;
}

static int signature_try(const struct asking *asking, const struct digest *signer,
			 struct filed *out_filed, struct signing *out_signing,
			 struct checkpoint *out_checkpoint, struct error *err)
{
	const struct policy_chain *chain = &asking->anchor->chain;
	const struct policy_key *key = policy_chain_key(chain, signer);
	struct trying trying = { asking, key ? key->key : NULL, out_filed, out_signing,
				 out_checkpoint };
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(signer, hex);
	if (!key)
		return error_set(
			err, ERROR_UNTRUSTED,
			"self-consistent, signer unknown: the policy of '%s' does not list "
			"the key %s",
			policy_chain_newest(chain)->policy.origin, hex);
	return evidence_try(asking->evidence, trying_try, &trying, err);
}

/* Is `claim` the claim of exactly this statement? An alias's carries the same serial. */
static bool claim_fits(const struct statement *claim, const struct believed *believed)
{
	const struct statement *statement = &believed->statement;
	struct error ignored = { 0 };
	uint64_t serial = 0, claimed = 0;
	const char *kind;

	if (claim->kind != STATEMENT_claim || strcmp(claim->origin, statement->origin) != 0 ||
	    !digest_equal(&claim->digest, &believed->identity) ||
	    json_need_string(claim->predicate, "kind", &kind, &ignored) ||
	    strcmp(kind, statement_kind_name(statement->kind)) != 0 ||
	    strcmp(claim->subject, statement->subject) != 0)
		return false;
	if (statement->kind != STATEMENT_tag)
		return true;
	return !json_need_size(statement->predicate, "serial", &serial, &ignored) &&
	       !json_need_size(claim->predicate, "serial", &claimed, &ignored) && serial == claimed;
}

/* By what it says alone: a claim of the same name, compared without case, for another statement? */
static bool rival_says(const struct statement *claim, const struct believed *believed)
{
	const struct name *name = &claim->name, *other = &believed->statement.name;

	return claim->kind == STATEMENT_claim &&
	       !digest_equal(&claim->digest, &believed->identity) && !name->alias &&
	       !other->alias && strcasecmp(name->owner, other->owner) == 0 &&
	       strcasecmp(name->name, other->name) == 0 &&
	       strcasecmp(name->version, other->version) == 0;
}

/* Does somebody who may do so claim the same name, at a lower entry, for another statement? */
static int claim_rivals(const struct asking *asking, const struct digest *signer,
			const struct believed *believed, struct error *err)
{
	CLEANUP(filed_release) struct filed filed = { 0 };
	struct error why = { 0 };
	struct checkpoint seen;
	struct signing rival;

	if (signature_try(asking, signer, &filed, &rival, &seen, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	if (rival.index >= believed->claim_index ||
	    policy_chain_accepts_one(&asking->anchor->chain, &rival, believed->statement.kind,
				     believed->statement.subject, &why))
		return 0;
	return error_set(err, ERROR_CORRUPT,
			 "'%s' was claimed before, at entry %llu, for another statement",
			 believed->statement.subject, (unsigned long long)rival.index);
}

/* The lowest claim of a name wins: nothing that lies here may hold a lower one. */
static int claim_first(const struct evidence *evidence, const struct digest_list *candidates,
		       const struct believed *believed, struct error *err)
{
	for (size_t i = 0; i < candidates->count; i++) {
		CLEANUP(digest_list_release) struct digest_list signers = { 0 };
		struct asking asking = { believed->anchor, evidence, &candidates->item[i],
					 (int)believed->statement.kind };
		struct statement said = { 0 };
		struct digest key;
		struct error why = { 0 };
		bool claim;

		/* A look at what it says saves the proof of everything else. */
		if (peek_statement(evidence, &candidates->item[i], &said, &key, &why)) {
			if (why.code == ERROR_SYSTEM)
				return error_set(err, why.code, "%s", why.text);
			continue;
		}
		claim = rival_says(&said, believed);
		statement_release(&said);
		if (!claim)
			continue;
		if (evidence_signers(evidence, &candidates->item[i], &signers, err))
			return -1;
		for (size_t s = 0; s < signers.count; s++)
			if (claim_rivals(&asking, &signers.item[s], believed, err))
				return -1;
	}
	return 0;
}

/* One candidate by one signer; ERROR_NONE in `err` when it is no claim of this at all. */
static int claim_try(const struct asking *asking, const struct signing *by,
		     struct believed *believed, struct error *err)
{
	CLEANUP(filed_release) struct filed filed = { 0 };
	struct error why = { 0 };
	struct checkpoint seen;
	struct signing claim;

	if (filed_fetch(asking->evidence, asking->identity, &by->key, &filed, &why)) {
		if (why.code == ERROR_SYSTEM)
			*err = why;
		return -1;
	}
	if (!claim_fits(&filed.statement, believed))
		return -1;
	filed_release(&filed);
	filed = (struct filed){ 0 };
	if (signature_try(asking, &by->key, &filed, &claim, &seen, err) ||
	    policy_chain_accepts_one(&asking->anchor->chain, &claim, believed->statement.kind,
				     believed->statement.subject, err))
		return error_prefix(err, "claim");
	if (claim.index <= by->index)
		return error_set(
			err, ERROR_CORRUPT,
			"the claim (entry %llu) was logged before what it claims (entry %llu)",
			(unsigned long long)claim.index, (unsigned long long)by->index);
	believed->claimed = true;
	believed->claim = *asking->identity;
	believed->claim_index = claim.index;
	return 0;
}

/* A claim by one of those whose signatures count. */
static int claim_believe(const struct evidence *evidence, struct believed *believed,
			 struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list candidates = { 0 };
	struct error worst = { 0 };

	if (evidence_statements(evidence, &believed->identity, &candidates, err))
		return -1;
	for (size_t i = 0; i < candidates.count; i++)
		for (size_t s = 0; s < believed->signer_count; s++) {
			struct asking asking = { believed->anchor, evidence, &candidates.item[i],
						 (int)believed->statement.kind };
			struct error why = { 0 };

			if (!claim_try(&asking, &believed->signer[s], believed, &why))
				return claim_first(evidence, &candidates, believed, err);
			/* What could not be looked at might have been the claim: not for chance to
			 * decide. */
			if (why.code == ERROR_SYSTEM) {
				*err = why;
				return -1;
			}
			error_worsen(&worst, &why);
		}
	if (worst.code == ERROR_NONE)
		return error_set(err, ERROR_ABSENT, "no claim of '%s' by its signer is there",
				 believed->statement.subject);
	*err = worst;
	return -1;
}

static int expectation_check(const struct expectation *expected, const struct statement *statement,
			     struct error *err)
{
	char name[NAME_TEXT_MAX] = "";

	if (!expected)
		return 0;
	if (expected->kind >= 0 && (int)statement->kind != expected->kind)
		return error_set(err, ERROR_CORRUPT, "a %s statement where a %s belongs",
				 statement_kind_name(statement->kind),
				 statement_kind_name((enum statement_kind)expected->kind));
	if (statement->name.owner[0])
		name_to_text(&statement->name, name);
	if (expected->name && strcmp(name, expected->name) != 0)
		return error_set(err, ERROR_CORRUPT, "a statement about '%s' where '%s' belongs",
				 name, expected->name);
	return 0;
}

/* Keep of the signatures those that count, each key once. */
static void signers_keep(struct believed *believed)
{
	const struct policy_chain *chain = &believed->anchor->chain;
	enum statement_kind kind = believed->statement.kind;
	size_t kept = 0;
	char name[NAME_TEXT_MAX], model[NAME_TEXT_MAX];

	name_of(&believed->statement, name);
	statement_model(&believed->statement, model);
	for (size_t i = 0; i < believed->signer_count; i++) {
		const struct signing *by = &believed->signer[i];
		struct error ignored = { 0 };

		if ((!i || !digest_equal(&by->key, &believed->signer[i - 1].key)) &&
		    !policy_chain_accepts_one(chain, by, kind, name, &ignored) &&
		    !(model[0] && policy_chain_accepts_one(chain, by, kind, model, &ignored)))
			believed->signer[kept++] = believed->signer[i];
	}
	believed->signer_count = kept;
	believed->key = believed->signer[0].key;
}

/*
 * Do the signatures together count, for its own name, and for the model that it describes? From
 * the later entry on.
 */
static int signers_accepted(struct believed *believed, struct error *err)
{
	const struct policy_chain *chain = &believed->anchor->chain;
	enum statement_kind kind = believed->statement.kind;
	char name[NAME_TEXT_MAX];
	uint64_t index;

	name_of(&believed->statement, name);
	if (policy_chain_accepts(chain, believed->signer, believed->signer_count, kind, name,
				 &believed->index, err))
		return -1;
	statement_model(&believed->statement, name);
	if (!name[0])
		return 0;
	if (policy_chain_accepts(chain, believed->signer, believed->signer_count, kind, name,
				 &index, err))
		return -1;
	believed->index = index > believed->index ? index : believed->index;
	return 0;
}

/* Every signature under one anchor; what fails is remembered in `worst`. */
static int signatures_find(const struct asking *asking, const struct digest_list *signers,
			   struct believed *believed, struct error *worst, struct error *err)
{
	believed->signer = calloc(signers->count + 1, sizeof(*believed->signer));
	if (!believed->signer)
		return error_set(err, ERROR_SYSTEM, "out of memory for signatures");
	for (size_t i = 0; i < signers->count; i++) {
		CLEANUP(filed_release) struct filed filed = { 0 };
		struct checkpoint seen;
		struct error why = { 0 };

		if (signature_try(asking, &signers->item[i], &filed,
				  &believed->signer[believed->signer_count], &seen, &why)) {
			if (why.code == ERROR_SYSTEM)
				return error_set(err, why.code, "%s", why.text);
			error_worsen(worst, &why);
			continue;
		}
		if (!believed->signer_count++) {
			believed->statement = filed.statement;
			filed.statement = (struct statement){ 0 }; /* handed over */
		}
		if (seen.head.size >= believed->checkpoint.head.size)
			believed->checkpoint = seen;
	}
	return 0;
}

static int anchor_believe(const struct asking *asking, const struct digest_list *signers,
			  const struct expectation *expected, struct believed *believed,
			  struct error *err)
{
	struct error worst = { 0 }, why = { 0 };

	believed->anchor = asking->anchor;
	if (signatures_find(asking, signers, believed, &worst, err))
		return -1;
	if (!believed->signer_count) {
		*err = worst;
		return -1;
	}
	if (signers_accepted(believed, &why)) {
		error_worsen(&why, &worst);
		*err = why;
		return -1;
	}
	signers_keep(believed);
	if (expectation_check(expected, &believed->statement, err))
		return -1;
	return statement_needs_claim(&believed->statement)
		       ? claim_believe(asking->evidence, believed, err)
		       : 0;
}

/* A statement that is looked at, whoever signed it. */
struct peeking {
	const struct digest *identity, *signer;
	struct statement *out_statement;
};

static int peeking_try(void *arg, const struct evidence *evidence, struct error *err)
{
	const struct peeking *peeking = arg;
	CLEANUP(filed_release) struct filed filed = { 0 };

	if (filed_fetch(evidence, peeking->identity, peeking->signer, &filed, err))
		return -1;
	*peeking->out_statement = filed.statement;
	filed.statement = (struct statement){ 0 }; /* handed over */
	return 0;
}

/* The log that a statement says it belongs to: whom to ask, believed in nothing else. */
static int origin_find(const struct evidence *evidence, const struct digest *identity,
		       const struct digest_list *signers, char out_origin[NOTE_NAME_MAX + 1],
		       struct error *err)
{
	struct error worst = { 0 };

	for (size_t i = 0; i < signers->count; i++) {
		CLEANUP(statement_release) struct statement said = { 0 };
		struct peeking peeking = { identity, &signers->item[i], &said };
		struct error why = { 0 };

		if (!evidence_try(evidence, peeking_try, &peeking, &why)) {
			snprintf(out_origin, NOTE_NAME_MAX + 1, "%s", said.origin);
			return 0;
		}
		error_worsen(&worst, &why);
		if (why.code == ERROR_SYSTEM)
			break;
	}
	*err = worst;
	return -1;
}

/* Any anchor of the statement's origin will do: somebody may have pinned two policies of one log.
 */
static int anchors_try(const struct trust *trust, struct asking *asking,
		       const struct digest_list *signers, const struct expectation *expected,
		       struct believed *out_believed, struct error *err)
{
	char origin[NOTE_NAME_MAX + 1];
	struct error worst = { 0 };

	if (origin_find(asking->evidence, asking->identity, signers, origin, err))
		return -1;
	for (size_t i = 0; i < trust->count; i++) {
		struct believed believed = { .identity = *asking->identity };
		struct error why = { 0 };

		asking->anchor = &trust->anchor[i];
		if (strcmp(trust_policy(asking->anchor)->origin, origin) != 0)
			continue;
		if (!anchor_believe(asking, signers, expected, &believed, &why)) {
			*out_believed = believed;
			return 0;
		}
		believed_release(&believed);
		error_worsen(&worst, &why);
	}
	if (worst.code == ERROR_NONE)
		return error_set(err, ERROR_UNTRUSTED,
				 "self-consistent, signer unknown: no log '%s' is pinned", origin);
	*err = worst;
	return -1;
}

int believe_statement(const struct trust *trust, const struct evidence *evidence,
		      const struct digest *identity, const struct expectation *expected,
		      struct believed *out_believed, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list signers = { 0 };
	struct asking asking = { .evidence = evidence, .identity = identity, .kind = -1 };
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(identity, hex);
	if (evidence_signers(evidence, identity, &signers, err))
		return error_prefix(err, "statement %.12s", hex);
	if (!signers.count) {
		error_set(err, ERROR_ABSENT, "the statement %s is not there", hex);
		withheld_explain_statement(trust, evidence, identity, err);
		return err->code == ERROR_ABSENT ? -1 : error_prefix(err, "statement %.12s", hex);
	}
	if (anchors_try(trust, &asking, &signers, expected, out_believed, err)) {
		withheld_explain_statement(trust, evidence, identity, err);
		return error_prefix(err, "statement %.12s", hex);
	}
	return 0;
}

void believed_release(struct believed *believed)
{
	statement_release(&believed->statement);
	free(believed->signer);
	believed->signer = NULL;
	believed->signer_count = 0;
}

int peek_statement(const struct evidence *evidence, const struct digest *identity,
		   struct statement *out_statement, struct digest *out_key, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list signers = { 0 };
	struct error first = { 0 };
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(identity, hex);
	if (evidence_signers(evidence, identity, &signers, err))
		return -1;
	if (!signers.count)
		return error_set(err, ERROR_ABSENT, "the statement %s is not there", hex);
	for (size_t i = 0; i < signers.count; i++) {
		struct peeking peeking = { identity, &signers.item[i], out_statement };
		struct error why = { 0 };

		if (!evidence_try(evidence, peeking_try, &peeking, &why)) {
			*out_key = signers.item[i];
			return 0;
		}
		if (first.code == ERROR_NONE || why.code == ERROR_SYSTEM)
			first = why;
		if (why.code == ERROR_SYSTEM)
			break;
	}
	*err = first;
	return error_prefix(err, "statement %.12s", hex);
}
