/* Trust policies: read strictly, asked simply. */
#include "verify/policy.h"

#include <stdlib.h>
#include <string.h>

/* How many elements the array under `key` has, at most POLICY_KEYS_MAX. */
static int list_need(const struct json *parent, const char *key, const struct json **out_list,
		     size_t *out_count, struct error *err)
{
	if (json_need_array(parent, key, out_list, err))
		return -1;
	*out_count = json_count(*out_list);
	if (!*out_count || *out_count > POLICY_KEYS_MAX)
		return error_set(err, ERROR_CORRUPT, "'%s' has %zu elements, and 1 to %d belong",
				 key, *out_count, POLICY_KEYS_MAX);
	return 0;
}

static void *room_for(size_t count, size_t size, struct error *err)
{
	void *room = calloc(count, size);

	if (!room)
		error_set(err, ERROR_SYSTEM, "out of memory for a policy");
	return room;
}

static void texts_free(char **text, size_t count)
{
	for (size_t i = 0; text && i < count; i++)
		free(text[i]);
	free(text);
}

static int texts_parse(const struct json *parent, const char *key, char ***out_text,
		       size_t *out_count, struct error *err)
{
	const struct json *list;
	size_t count;
	char **text;

	if (list_need(parent, key, &list, &count, err))
		return -1;
	text = room_for(count, sizeof(*text), err);
	for (size_t i = 0; text && i < count; i++) {
		const char *one = json_text(json_at(list, i));

		text[i] = one ? strdup(one) : NULL;
		if (!text[i]) {
			texts_free(text, i);
			return error_set(err, one ? ERROR_SYSTEM : ERROR_CORRUPT,
					 "'%s' holds something that is no text", key);
		}
	}
	if (!text)
		return -1;
	*out_text = text;
	*out_count = count;
	return 0;
}

static int key_parse(const struct json *object, struct policy_key *key, struct error *err)
{
	CLEANUP(buffer_release) struct buffer der;
	struct digest id;

	buffer_init(&der, PUBLIC_KEY_DER_MAX);
	if (json_need_hex(object, "id", &id, err) ||
	    json_need_base64(object, "publicKey", &der, err) ||
	    public_key_from_der(buffer_view(&der), &key->key, err) ||
	    json_need_size(object, "first", &key->first, err) ||
	    json_maybe_size(object, "last", UINT64_MAX, &key->last, err) ||
	    texts_parse(object, "names", &key->name, &key->name_count, err) ||
	    texts_parse(object, "kinds", &key->kind, &key->kind_count, err))
		return -1;
	if (!digest_equal(&id, public_key_id(key->key)))
		return error_set(err, ERROR_CORRUPT, "the 'id' of a key is not that of its bytes");
	if (!public_key_signs_statements(key->key))
		return error_set(err, ERROR_CORRUPT, "an %s key cannot sign statements",
				 public_key_type_name(key->key));
	return 0;
}

static int keys_parse(const struct json *predicate, struct policy *policy, struct error *err)
{
	const struct json *list;
	size_t count;

	if (list_need(predicate, "keys", &list, &count, err))
		return -1;
	policy->key = room_for(count, sizeof(*policy->key), err);
	if (!policy->key)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct policy_key *key = &policy->key[policy->key_count++];

		if (key_parse(json_at(list, i), key, err))
			return error_prefix(err, "key %zu", i);
		if (policy_key_find(policy, public_key_id(key->key)) != key)
			return error_set(err, ERROR_CORRUPT, "key %zu stands there twice", i);
	}
	return 0;
}

static int roots_parse(const struct json *predicate, struct policy *policy, struct error *err)
{
	const struct json *list;
	size_t count;

	if (list_need(predicate, "roots", &list, &count, err))
		return -1;
	policy->root = room_for(count, sizeof(*policy->root), err);
	if (!policy->root)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const char *hex = json_text(json_at(list, i));

		if (!hex || strlen(hex) != 2 * DIGEST_SIZE ||
		    digest_from_hex(span_of(hex), &policy->root[policy->root_count++], err))
			return error_set(err, ERROR_CORRUPT,
					 "'roots' holds something that is no KEY");
	}
	return 0;
}

static int logs_parse(const struct json *predicate, struct policy *policy, struct error *err)
{
	const struct json *list;
	size_t count;

	if (list_need(predicate, "log", &list, &count, err))
		return -1;
	policy->log = room_for(count, sizeof(*policy->log), err);
	if (!policy->log)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const char *vkey = json_text(json_at(list, i));

		if (!vkey)
			return error_set(err, ERROR_CORRUPT, "'log' holds no verifier keys");
		if (note_key_parse(span_of(vkey), &policy->log[policy->log_count++], err))
			return -1;
		if (strcmp(policy->log[i].name, policy->origin) != 0)
			return error_set(err, ERROR_CORRUPT,
					 "'log' has a key of another origin, '%s'",
					 policy->log[i].name);
	}
	return 0;
}

static int rules_parse(const struct json *predicate, struct policy *policy, struct error *err)
{
	const struct json *list;
	size_t count;

	if (list_need(predicate, "required", &list, &count, err))
		return -1;
	policy->rule = room_for(count, sizeof(*policy->rule), err);
	if (!policy->rule)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct policy_rule *rule = &policy->rule[policy->rule_count++];
		const char *names;

		if (json_need_string(json_at(list, i), "names", &names, err) ||
		    texts_parse(json_at(list, i), "steps", &rule->step, &rule->step_count, err))
			return error_prefix(err, "'required'");
		rule->names = strdup(names);
		if (!rule->names)
			return error_set(err, ERROR_SYSTEM, "out of memory for a policy");
	}
	return 0;
}

static int body_parse(const struct statement *statement, struct policy *policy, struct error *err)
{
	const struct json *predicate = statement->predicate;
	uint64_t threshold;

	if (statement->kind != STATEMENT_policy)
		return error_set(err, ERROR_CORRUPT, "a %s statement where a policy belongs",
				 statement_kind_name(statement->kind));
	memcpy(policy->origin, statement->origin, strlen(statement->origin) + 1);
	if (json_need_size(predicate, "version", &policy->version, err) ||
	    json_need_size(predicate, "threshold", &threshold, err))
		return -1;
	if (policy->version != 1 || threshold != 1)
		return error_set(err, ERROR_UNTRUSTED,
				 "version %llu with threshold %llu cannot be decided by here: only "
				 "version 1 with threshold 1 can",
				 (unsigned long long)policy->version,
				 (unsigned long long)threshold);
	if (keys_parse(predicate, policy, err) || roots_parse(predicate, policy, err) ||
	    logs_parse(predicate, policy, err) || rules_parse(predicate, policy, err))
		return -1;
	return 0;
}

int policy_parse(const struct statement *statement, struct policy *out_policy, struct error *err)
{
	struct policy policy = { 0 };

	if (body_parse(statement, &policy, err)) {
		policy_release(&policy);
		return error_prefix(err, "policy of '%s'", statement->origin);
	}
	*out_policy = policy;
	return 0;
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
	free(policy->key);
	free(policy->root);
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

bool policy_requires(const struct policy *policy, const char *name, const char *step)
{
	for (size_t i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rule[i];

		if (!name_matches(rule->names, name))
			continue;
		for (size_t s = 0; s < rule->step_count; s++)
			if (strcmp(rule->step[s], step) == 0)
				return true;
	}
	return false;
}
