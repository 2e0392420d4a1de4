/* Trust policies: what one version answers. */
#include "verify/policy.h"

#include <stdlib.h>
#include <string.h>

static void texts_free(char **text, size_t count)
{
	for (size_t i = 0; text && i < count; i++)
		free(text[i]);
	free(text);
}

void policy_release(struct policy *policy)
{
	for (size_t i = 0; i < policy->key_count; i++) {
		struct policy_key *key = &policy->key[i];

		public_key_free(&key->key);
		texts_free(key->name, key->name_count);
		texts_free(key->kind, key->kind_count);
	}
	for (size_t i = 0; i < policy->rule_count; i++) {
		free(policy->rule[i].names);
		texts_free(policy->rule[i].step, policy->rule[i].step_count);
	}
	for (size_t i = 0; i < policy->signers_count; i++) {
		free(policy->signers[i].names);
		texts_free(policy->signers[i].kind, policy->signers[i].kind_count);
	}
	witness_policy_free(&policy->witnesses);
	for (size_t i = 0; i < policy->timestamp_root_count; i++)
		buffer_release(&policy->timestamp_root[i]);
	free(policy->timestamp_root);
	free(policy->signers);
	free(policy->key);
	free(policy->root);
	free(policy->recovery);
	free(policy->log);
	free(policy->rule);
	*policy = (struct policy){ 0 };
}

const struct policy_key *policy_key_find(const struct policy *policy, const struct digest *id)
{
	for (size_t i = 0; i < policy->key_count; i++)
		if (digest_equal(public_key_id(policy->key[i].key), id))
			return &policy->key[i];
	return NULL;
}

static bool any_matches(char *const *glob, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (name_matches(glob[i], text))
			return true;
	return false;
}

int policy_accepts(const struct policy *policy, const struct digest *id, enum statement_kind kind,
		   const char *name, uint64_t index, struct error *err)
{
	const struct policy_key *key = policy_key_find(policy, id);
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(id, hex);
	if (!key)
		return error_set(err, ERROR_UNTRUSTED,
				 "signer unknown: the policy of '%s' does not list the key %s",
				 policy->origin, hex);
	if (!any_matches(key->kind, key->kind_count, statement_kind_name(kind)))
		return error_set(err, ERROR_UNTRUSTED,
				 "the key %s may not sign %s statements for '%s'", hex,
				 statement_kind_name(kind), policy->origin);
	if (!any_matches(key->name, key->name_count, name))
		return error_set(err, ERROR_UNTRUSTED, "the key %s may not sign for the name '%s'",
				 hex, name);
	if (index < key->first || index > key->last)
		return error_set(err, ERROR_UNTRUSTED,
				 "entry %llu of the log lies outside the entries %llu to %llu that "
				 "the key %s counts for",
				 (unsigned long long)index, (unsigned long long)key->first,
				 (unsigned long long)key->last, hex);
	return 0;
}

uint64_t policy_threshold(const struct policy *policy, enum statement_kind kind, const char *name)
{
	uint64_t threshold = 1;

	for (size_t i = 0; i < policy->signers_count; i++) {
		const struct policy_signers *rule = &policy->signers[i];

		if (name_matches_any_case(rule->names, name) &&
		    any_matches(rule->kind, rule->kind_count, statement_kind_name(kind)) &&
		    rule->threshold > threshold)
			threshold = rule->threshold;
	}
	return threshold;
}

static bool holds_id(const struct digest *list, size_t count, const struct digest *id)
{
	for (size_t i = 0; i < count; i++)
		if (digest_equal(&list[i], id))
			return true;
	return false;
}

bool policy_is_root(const struct policy *policy, const struct digest *id)
{
	return holds_id(policy->root, policy->root_count, id);
}

bool policy_may_revoke(const struct policy *policy, const struct digest *id)
{
	return policy->recovery_count ? holds_id(policy->recovery, policy->recovery_count, id)
				      : policy_is_root(policy, id);
}

bool policy_requires(const struct policy *policy, const char *name, const char *step)
{
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rule[i];

		if (!name_matches_any_case(rule->names, name))
			continue;
		for (size_t s = 0; s < rule->step_count; s++)
			if (strcmp(rule->step[s], step) == 0)
				return true;
	}
	return false;
}
