/*
 * A log's signed state, and what it says against a policy that passes for the newest. Leaves are
 * asked for by the keys that would have to sign: what anybody else logs hides nothing and stops
 * nothing.
 */
#include "verify/stated.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void stated_release(struct stated *stated)
{
	believed_release(&stated->believed);
	json_free(&stated->file);
}

int stated_read(const struct trust *trust, const struct evidence *evidence, const char *origin,
		const char *const *asked, size_t count, struct stated *stated, struct error *err)
{
	struct expectation expected = { .kind = STATEMENT_state };
	CLEANUP(buffer_release) struct buffer text;
	struct digest identity;

	buffer_init(&text, STATE_PROOFS_MAX_BYTES);
	if (evidence_state(evidence, asked, count, &text, err) ||
	    json_parse(buffer_view(&text), NULL, &stated->file, err) ||
	    json_need_digest(stated->file, "state", &identity, err) ||
	    json_need_array(stated->file, "proofs", &stated->proofs, err) ||
	    believe_statement(trust, evidence, &identity, &expected, &stated->believed, err) ||
	    state_said_parse(&stated->believed.statement, &stated->said, err))
		return -1;
	if (strcmp(stated->believed.statement.origin, origin) != 0)
		return error_set(err, ERROR_UNTRUSTED, "the state is that of another log, '%s'",
				 stated->believed.statement.origin);
	if (stated->said.size > stated->believed.index)
		return error_set(err, ERROR_CORRUPT, "the state covers entries that came after it");
	return 0;
}

const struct json *stated_proof(const struct stated *stated, const char *key)
{
	for (size_t i = 0; i < json_count(stated->proofs); i++) {
		const struct json *proof = json_at(stated->proofs, i);
		const char *about = json_text(json_member(proof, "key"));

		if (about && strcmp(about, key) == 0)
			return proof;
	}
	return NULL;
}

/* Does a proof lie there that nothing begins as `key` does, up to its signer? */
static int none_begins(const struct stated *stated, const char *key, bool *out_none,
		       struct error *err)
{
	const char *dot = strrchr(key, '.');
	CLEANUP(text_free) char *prefix = dot ? strndup(key, (size_t)(dot - key) + 1) : NULL;
	const struct json *proof;
	bool any;

	*out_none = false;
	if (!dot)
		return 0;
	if (!prefix)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log's state");
	proof = stated_proof(stated, prefix);
	if (!proof)
		return 0;
	if (state_ask_any(&stated->said, proof, prefix, &any, err))
		return -1;
	*out_none = !any;
	return 0;
}

int stated_ask(const struct stated *stated, const char *key, const struct json **out_value,
	       struct error *err)
{
	const struct json *proof;
	bool none;

	*out_value = NULL;
	if (none_begins(stated, key, &none, err))
		return -1;
	if (none)
		return 0;
	proof = stated_proof(stated, key);
	if (!proof)
		return error_set(err, ERROR_ABSENT,
				 "no proof about '%.64s...' lies beside the log's state", key);
	return state_ask(&stated->said, proof, key, out_value, err);
}

int stated_time(const struct stated *stated, uint64_t *out_time, struct error *err)
{
	const struct policy_chain *chain = &stated->believed.anchor->chain;
	struct checkpoint checkpoint;

	*out_time = 0;
	if (!stated->said.checkpoint)
		return 0;
	if (checkpoint_open(span_of(stated->said.checkpoint),
			    policy_chain_log(chain, stated->said.size), &checkpoint, err))
		return error_prefix(err, "the checkpoint of the log's state");
	if (checkpoint.head.size != stated->said.size)
		return error_set(err, ERROR_CORRUPT,
				 "the log's state covers %llu entries, and the checkpoint in it is "
				 "over %llu",
				 (unsigned long long)stated->said.size,
				 (unsigned long long)checkpoint.head.size);
	*out_time = checkpoint.time;
	return 0;
}

/* ---- Who would have to sign ---- */

/* Everybody who may revoke by any version. */
static int revokers_list(const struct policy_chain *chain, struct digest_list *out_keys,
			 struct error *err)
{
	for (size_t i = 0; i < chain->count; i++) {
		const struct policy *policy = &chain->version[i].policy;
		bool own = policy->recovery_count > 0;
		const struct digest *list = own ? policy->recovery : policy->root;
		size_t count = own ? policy->recovery_count : policy->root_count;

		for (size_t k = 0; k < count; k++)
			if (digest_list_add_once(out_keys, &list[k], err))
				return -1;
		if (out_keys->count > STATED_QUESTIONS_MAX)
			return error_set(err, ERROR_CORRUPT, "more than %d keys that may revoke",
					 STATED_QUESTIONS_MAX);
	}
	return 0;
}

/* Everybody who may retract what is called so, by any version, at whatever entry. */
static int retractors_list(const struct policy_chain *chain, const char *name,
			   struct digest_list *out_keys, struct error *err)
{
	for (size_t i = 0; i < chain->count; i++) {
		const struct policy *policy = &chain->version[i].policy;

		for (size_t k = 0; k < policy->key_count; k++) {
			const struct policy_key *key = &policy->key[k];
			const struct digest *id = public_key_id(key->key);
			struct error no = { 0 };

			if (!policy_accepts(policy, id, STATEMENT_retraction, name, key->first,
					    &no) &&
			    digest_list_add_once(out_keys, id, err))
				return -1;
		}
	}
	return 0;
}

/* ---- Questions ---- */

void stated_questions_release(struct stated_questions *questions)
{
	for (size_t i = 0; i < questions->count; i++)
		free(questions->text[i]);
	free(questions->text);
	*questions = (struct stated_questions){ 0 };
}

/* The text is taken over, also when this fails. */
static int question_take(struct stated_questions *questions, char *text, struct error *err)
{
	size_t cap = questions->cap ? 2 * questions->cap : 16;
	char **grown;

	if (questions->count == STATED_QUESTIONS_MAX) {
		free(text);
		return error_set(err, ERROR_CORRUPT,
				 "the policies list so many keys that more than %d things would "
				 "have to be asked of the log's state",
				 STATED_QUESTIONS_MAX);
	}
	if (questions->count == questions->cap) {
		grown = reallocarray(questions->text, cap, sizeof(*grown));
		if (!grown) {
			free(text);
			return error_set(err, ERROR_SYSTEM, "out of memory for a log's state");
		}
		questions->text = grown;
		questions->cap = cap;
	}
	questions->text[questions->count++] = text;
	return 0;
}

int stated_questions_add(struct stated_questions *questions, const char *text, struct error *err)
{
	char *copy = strdup(text);

	return copy ? question_take(questions, copy, err)
		    : error_set(err, ERROR_SYSTEM, "out of memory for a log's state");
}

/* "KIND:HEX.", then the same with each who might say so. */
static int about_ask(enum statement_kind kind, const struct digest *about,
		     const struct digest_list *signer, struct stated_questions *questions,
		     struct error *err)
{
	char hex[DIGEST_HEX_SIZE], *key;

	digest_to_hex(about, hex);
	if (asprintf(&key, "%s:%s.", statement_kind_name(kind), hex) < 0)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log's state");
	if (question_take(questions, key, err))
		return -1;
	for (size_t i = 0; i < signer->count; i++)
		if (state_about_key(kind, about, &signer->item[i], &key, err) ||
		    question_take(questions, key, err))
			return -1;
	return 0;
}

static int policy_ask(const struct policy *policy, struct stated_questions *questions,
		      struct error *err)
{
	char *key;

	if (asprintf(&key, "policy:%020llu.", (unsigned long long)policy->version + 1) < 0)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log's state");
	if (question_take(questions, key, err))
		return -1;
	for (size_t i = 0; i < policy->root_count; i++)
		if (state_policy_key(policy->version + 1, &policy->root[i], &key, err) ||
		    question_take(questions, key, err))
			return -1;
	return 0;
}

/* Key by key, so that policies with keys without end are found out before they are all listed. */
static int revocations_ask(const struct policy_chain *chain, struct stated_questions *questions,
			   struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list keys = { 0 }, revokers = { 0 };

	if (revokers_list(chain, &revokers, err))
		return -1;
	for (size_t i = 0; i < chain->count; i++) {
		const struct policy *policy = &chain->version[i].policy;

		for (size_t k = 0; k < policy->key_count; k++) {
			const struct digest *id = public_key_id(policy->key[k].key);
			size_t known = keys.count;

			if (digest_list_add_once(&keys, id, err) ||
			    (keys.count > known &&
			     about_ask(STATEMENT_revocation, id, &revokers, questions, err)))
				return -1;
		}
	}
	return 0;
}

int stated_questions_make(const struct policy_chain *chain, const struct stated_subject *subject,
			  size_t count, struct stated_questions *out_questions, struct error *err)
{
	CLEANUP(stated_questions_release) struct stated_questions questions = { 0 };

	if (policy_ask(&policy_chain_newest(chain)->policy, &questions, err) ||
	    revocations_ask(chain, &questions, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		CLEANUP(digest_list_release) struct digest_list keys = { 0 };

		if (retractors_list(chain, subject[i].name, &keys, err) ||
		    about_ask(STATEMENT_retraction, &subject[i].identity, &keys, &questions, err))
			return -1;
	}
	*out_questions = questions;
	questions = (struct stated_questions){ 0 }; /* handed over */
	return 0;
}

/* ---- Answers ---- */

int stated_newest(const struct stated *stated, const struct policy_chain *chain, struct error *err)
{
	const struct policy *policy = &policy_chain_newest(chain)->policy;
	struct error unshown = { 0 };
	uint64_t spoke = 0;

	for (size_t i = 0; i < policy->root_count; i++) {
		CLEANUP(text_free) char *key = NULL;
		const struct json *value;
		struct error why = { 0 };

		if (state_policy_key(policy->version + 1, &policy->root[i], &key, err))
			return -1;
		if (stated_ask(stated, key, &value, &why)) {
			if (why.code == ERROR_SYSTEM)
				return error_set(err, why.code, "%s", why.text);
			unshown = why;
			spoke++; /* what is not shown may be there */
		} else {
			spoke += value != NULL;
		}
	}
	if (spoke < policy->threshold)
		return 0;
	if (unshown.code) {
		*err = unshown;
		return -1;
	}
	return error_set(err, ERROR_UNTRUSTED,
			 "the log's state has version %llu of the policy of '%s', and the newest "
			 "here is version %llu",
			 (unsigned long long)policy->version + 1, policy->origin,
			 (unsigned long long)policy->version);
}

static bool revocation_known(const struct policy_chain *chain, const struct digest *identity)
{
	for (size_t i = 0; i < chain->revocation_count; i++)
		if (digest_equal(&chain->revocation[i].identity, identity))
			return true;
	return false;
}

int stated_unrevoked(const struct stated *stated, const struct policy_chain *chain,
		     const struct digest *key, uint64_t index, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list revokers = { 0 };
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(key, hex);
	if (revokers_list(chain, &revokers, err))
		return -1;
	for (size_t i = 0; i < revokers.count; i++) {
		CLEANUP(text_free) char *leaf = NULL;
		const struct json *value;
		struct digest identity;
		uint64_t last;

		if (state_about_key(STATEMENT_revocation, key, &revokers.item[i], &leaf, err) ||
		    stated_ask(stated, leaf, &value, err))
			return -1;
		if (!value)
			continue;
		if (json_need_digest(value, "statement", &identity, err) ||
		    json_maybe_size(value, "last", 0, &last, err))
			return -1;
		if (last < index && !revocation_known(chain, &identity))
			return error_set(err, ERROR_UNTRUSTED,
					 "the log's state has a revocation of the key %s from "
					 "above entry %llu, which is not here",
					 hex, (unsigned long long)last);
	}
	return 0;
}

int stated_unretracted(const struct stated *stated, const struct trust *trust,
		       const struct evidence *evidence, const struct stated_subject *subject,
		       struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list keys = { 0 };

	if (retractors_list(&stated->believed.anchor->chain, subject->name, &keys, err))
		return -1;
	for (size_t i = 0; i < keys.count; i++) {
		struct expectation expected = { .kind = STATEMENT_retraction };
		CLEANUP(believed_release) struct believed said = { 0 };
		CLEANUP(text_free) char *leaf = NULL;
		const struct json *value;
		struct digest identity;
		struct error why = { 0 };

		if (state_about_key(STATEMENT_retraction, &subject->identity, &keys.item[i], &leaf,
				    err) ||
		    stated_ask(stated, leaf, &value, err))
			return -1;
		if (!value)
			continue;
		if (json_need_digest(value, "statement", &identity, err))
			return -1;
		if (!believe_statement(trust, evidence, &identity, &expected, &said, &why))
			continue;
		return why.code == ERROR_SYSTEM
			       ? error_set(err, why.code, "%s", why.text)
			       : error_set(err, ERROR_UNTRUSTED,
					   "the log's state has a retraction of %s, which is not "
					   "here",
					   subject->name);
	}
	return 0;
}
