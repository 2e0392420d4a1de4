/*
 * Believing one statement: every envelope of it is tried, one that holds in
 * everything suffices, and when none does the gravest reason is told.
 */
#include "verify/believe.h"

#include <string.h>

#include "verify/entry.h"
#include "verify/proof.h"

/* One envelope that holds: signature, policy, log. */
struct logged {
	uint64_t index;
	struct checkpoint checkpoint;
};

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

/* The bytes that lie under (identity, key) as that statement, unsigned for all we know yet. */
static int statement_fetch(const struct evidence *evidence, const struct digest *identity,
			   const struct digest *key, struct envelope *out_envelope,
			   struct statement *out_statement, struct error *err)
{
	CLEANUP(buffer_release) struct buffer bytes;
	struct envelope envelope;

	buffer_init(&bytes, ENVELOPE_MAX_BYTES);
	if (evidence_envelope(evidence, identity, key, &bytes, err) ||
	    envelope_parse(buffer_view(&bytes), ENVELOPE_MAX_BYTES, &envelope, err))
		return -1;
	if (!digest_equal(&envelope.identity, identity)) {
		envelope_release(&envelope);
		return error_set(err, ERROR_CORRUPT, "the envelope holds another statement");
	}
	if (statement_parse(buffer_view(&envelope.payload), out_statement, err)) {
		envelope_release(&envelope);
		return -1;
	}
	*out_envelope = envelope;
	return 0;
}

/* Is the entry of (statement, key) in the log that the anchor pins? */
static int log_check(const struct trust_anchor *anchor, const struct evidence *evidence,
		     const struct envelope *envelope, enum statement_kind kind,
		     const struct public_key *key, struct logged *out_logged, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text, entry;
	struct checkpoint checkpoint;
	struct proof proof;

	buffer_init(&text, PROOF_MAX_BYTES);
	buffer_init(&entry, ENTRY_MAX_BYTES);
	if (evidence_proof(evidence, &envelope->identity, public_key_id(key), &text, err) ||
	    proof_parse(buffer_view(&text), &proof, err) ||
	    entry_build(kind, buffer_view(&envelope->payload), buffer_view(&envelope->signature),
			key, &entry, err) ||
	    proof_check(&proof, buffer_view(&entry), &anchor->log, &checkpoint, err))
		return -1;
	*out_logged = (struct logged){ proof.index, checkpoint };
	return 0;
}

/* Signature, policy, log, in this order: nothing of a payload is used before it is signed. */
static int anchor_believe(const struct trust_anchor *anchor, const struct evidence *evidence,
			  const struct envelope *envelope, const struct statement *statement,
			  const struct digest *signer, enum statement_kind policy_kind,
			  struct logged *out_logged, struct error *err)
{
	const struct policy_key *key = policy_key_find(&anchor->policy, signer);
	char name[NAME_TEXT_MAX] = "", hex[DIGEST_HEX_SIZE];
	struct logged logged;

	digest_to_hex(signer, hex);
	if (!key)
		return error_set(
			err, ERROR_UNTRUSTED,
			"self-consistent, signer unknown: the policy of '%s' does not list "
			"the key %s",
			statement->origin, hex);
	if (statement->name.owner[0])
		name_to_text(&statement->name, name);
	if (envelope_check(envelope, key->key, err) ||
	    policy_accepts(&anchor->policy, signer, policy_kind, name, key->first, err) ||
	    log_check(anchor, evidence, envelope, statement->kind, key->key, &logged, err) ||
	    policy_accepts(&anchor->policy, signer, policy_kind, name, logged.index, err))
		return -1;
	*out_logged = logged;
	return 0;
}

/* Any anchor of the statement's origin will do: somebody may have pinned two policies of one log.
 */
static int envelope_believe(const struct trust *trust, const struct evidence *evidence,
			    const struct envelope *envelope, const struct statement *statement,
			    const struct digest *signer, enum statement_kind policy_kind,
			    const struct trust_anchor **out_anchor, struct logged *out_logged,
			    struct error *err)
{
	struct error worst = { 0 };

	for (size_t i = 0; i < trust->count; i++) {
		const struct trust_anchor *anchor = &trust->anchor[i];
		struct error why = { 0 };

		if (strcmp(anchor->policy.origin, statement->origin) != 0)
			continue;
		if (!anchor_believe(anchor, evidence, envelope, statement, signer, policy_kind,
				    out_logged, &why)) {
			*out_anchor = anchor;
			return 0;
		}
		error_worsen(&worst, &why);
	}
	if (worst.code == ERROR_NONE)
		error_set(&worst, ERROR_UNTRUSTED,
			  "self-consistent, signer unknown: no log '%s' is pinned",
			  statement->origin);
	*err = worst;
	return -1;
}

/* Does this release carry a name of its own, so that it needs a claim? */
static bool needs_claim(const struct statement *statement)
{
	struct reference checkpoint;
	struct error ignored = { 0 };
	char own[NAME_TEXT_MAX], other[NAME_TEXT_MAX];

	if (statement_kind_claim(statement->kind) != STATEMENT_CLAIM_RENAMED)
		return statement_kind_claim(statement->kind) == STATEMENT_CLAIM_ALWAYS;
	if (reference_need(statement->predicate, "checkpoint", &checkpoint, &ignored))
		return true;
	name_to_text(&statement->name, own);
	name_to_text(&checkpoint.name, other);
	return strcmp(own, other) != 0;
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

/* One candidate: 0 when it is a claim that holds; ERROR_NONE in `err` when it is none at all. */
static int claim_try(const struct trust *trust, const struct evidence *evidence,
		     const struct digest *identity, struct believed *believed, struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(statement_release) struct statement claim = { 0 };
	const struct trust_anchor *anchor;
	struct error ignored = { 0 };
	struct logged logged;

	if (statement_fetch(evidence, identity, &believed->key, &envelope, &claim, &ignored)) {
		if (ignored.code == ERROR_SYSTEM)
			*err = ignored;
		return -1;
	}
	if (!claim_fits(&claim, believed))
		return -1;
	if (envelope_believe(trust, evidence, &envelope, &claim, &believed->key,
			     believed->statement.kind, &anchor, &logged, err))
		return error_prefix(err, "claim");
	if (!note_key_equal(&anchor->pinned, &believed->anchor->pinned))
		return error_set(err, ERROR_UNTRUSTED, "the claim stands in another log");
	if (logged.index <= believed->index)
		return error_set(
			err, ERROR_CORRUPT,
			"the claim (entry %llu) was logged before what it claims (entry %llu)",
			(unsigned long long)logged.index, (unsigned long long)believed->index);
	believed->claimed = true;
	believed->claim = *identity;
	believed->claim_index = logged.index;
	return 0;
}

static int claim_believe(const struct trust *trust, const struct evidence *evidence,
			 struct believed *believed, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list candidates = { 0 };
	struct error worst = { 0 };

	if (evidence_statements(evidence, &believed->identity, &candidates, err))
		return -1;
	for (size_t i = 0; i < candidates.count; i++) {
		struct error why = { 0 };

		if (!claim_try(trust, evidence, &candidates.item[i], believed, &why))
			return 0;
		/* What could not be looked at might have been the claim: not for chance to decide.
		 */
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

static int signer_try(const struct trust *trust, const struct evidence *evidence,
		      const struct expectation *expected, struct believed *believed,
		      struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	struct logged logged;

	if (statement_fetch(evidence, &believed->identity, &believed->key, &envelope,
			    &believed->statement, err) ||
	    envelope_believe(trust, evidence, &envelope, &believed->statement, &believed->key,
			     believed->statement.kind, &believed->anchor, &logged, err) ||
	    expectation_check(expected, &believed->statement, err))
		return -1;
	believed->index = logged.index;
	believed->checkpoint = logged.checkpoint;
	if (needs_claim(&believed->statement))
		return claim_believe(trust, evidence, believed, err);
	return 0;
}

int believe_statement(const struct trust *trust, const struct evidence *evidence,
		      const struct digest *identity, const struct expectation *expected,
		      struct believed *out_believed, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list signers = { 0 };
	struct error worst = { 0 };
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(identity, hex);
	if (evidence_signers(evidence, identity, &signers, err))
		return error_prefix(err, "statement %.12s", hex);
	if (!signers.count)
		return error_set(err, ERROR_ABSENT, "the statement %s is not there", hex);
	for (size_t i = 0; i < signers.count; i++) {
		struct believed believed = { .identity = *identity, .key = signers.item[i] };
		struct error why = { 0 };

		if (!signer_try(trust, evidence, expected, &believed, &why)) {
			*out_believed = believed;
			return 0;
		}
		believed_release(&believed);
		error_worsen(&worst, &why);
	}
	*err = worst;
	return error_prefix(err, "statement %.12s", hex);
}

void believed_release(struct believed *believed)
{
	statement_release(&believed->statement);
}

int peek_statement(const struct evidence *evidence, const struct digest *identity,
		   struct statement *out_statement, struct digest *out_key, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list signers = { 0 };
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(identity, hex);
	if (evidence_signers(evidence, identity, &signers, err))
		return -1;
	if (!signers.count)
		return error_set(err, ERROR_ABSENT, "the statement %s is not there", hex);
	if (statement_fetch(evidence, identity, &signers.item[0], &envelope, out_statement, err))
		return error_prefix(err, "statement %.12s", hex);
	*out_key = signers.item[0];
	return 0;
}
