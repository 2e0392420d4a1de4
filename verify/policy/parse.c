/* Trust policies: one version read strictly. */
#include <stdlib.h>
#include <string.h>

#include "verify/policy.h"
#include "verify/timestamp.h"

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

/* The same for a list that may be left out: *out_list is NULL then. */
static int list_maybe(const struct json *parent, const char *key, const struct json **out_list,
		      size_t *out_count, struct error *err)
{
	*out_list = NULL;
	*out_count = 0;
	return json_member(parent, key) ? list_need(parent, key, out_list, out_count, err) : 0;
}

static void *room_for(size_t count, size_t size, struct error *err)
{
	void *room = calloc(count, size);

	if (!room)
		error_set(err, ERROR_SYSTEM, "out of memory for a policy");
	return room;
}

/* What is read so far belongs to the policy, which is released whole. */
static int texts_parse(const struct json *parent, const char *key, char ***out_text,
		       size_t *out_count, struct error *err)
{
	const struct json *list;
	size_t count;

	if (list_need(parent, key, &list, &count, err))
		return -1;
	*out_text = room_for(count, sizeof(**out_text), err);
	for (size_t i = 0; *out_text && i < count; i++) {
		const char *one = json_text(json_at(list, i));

		(*out_text)[i] = one ? strdup(one) : NULL;
		if (!(*out_text)[i])
			return error_set(err, one ? ERROR_SYSTEM : ERROR_CORRUPT,
					 "'%s' holds something that is no text", key);
		++*out_count;
	}
	return *out_text ? 0 : -1;
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
	if (key->last < key->first)
		return error_set(err, ERROR_CORRUPT, "its 'last' lies below its 'first'");
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

/* A list of KEYs, each of which the policy lists and none of which stands twice. */
static int ids_parse(const struct policy *policy, const struct json *list, size_t count,
		     const char *what, struct digest **out_id, size_t *out_count, struct error *err)
{
	*out_id = room_for(count, sizeof(**out_id), err);
	if (!*out_id)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const char *hex = json_text(json_at(list, i));
		struct digest id;

		if (!hex || strlen(hex) != 2 * DIGEST_SIZE ||
		    digest_from_hex(span_of(hex), &id, err))
			return error_set(err, ERROR_CORRUPT, "'%s' holds something that is no KEY",
					 what);
		if (!policy_key_find(policy, &id))
			return error_set(err, ERROR_CORRUPT,
					 "'%s' names the key %s, which 'keys' does not list", what,
					 hex);
		for (size_t j = 0; j < i; j++)
			if (digest_equal(&(*out_id)[j], &id))
				return error_set(err, ERROR_CORRUPT, "'%s' names the key %s twice",
						 what, hex);
		(*out_id)[(*out_count)++] = id;
	}
	return 0;
}

static int roots_parse(const struct json *predicate, struct policy *policy, struct error *err)
{
	const struct json *list;
	size_t count;

	if (json_need_size(predicate, "threshold", &policy->threshold, err) ||
	    list_need(predicate, "roots", &list, &count, err) ||
	    ids_parse(policy, list, count, "roots", &policy->root, &policy->root_count, err))
		return -1;
	if (!policy->threshold || policy->threshold > count)
		return error_set(err, ERROR_CORRUPT, "a threshold of %llu of %zu roots",
				 (unsigned long long)policy->threshold, count);
	if (list_maybe(predicate, "recovery", &list, &count, err))
		return -1;
	return list ? ids_parse(policy, list, count, "recovery", &policy->recovery,
				&policy->recovery_count, err)
		    : 0;
}

static int signers_parse(const struct json *predicate, struct policy *policy, struct error *err)
{
	const struct json *list;
	size_t count;

	if (list_maybe(predicate, "signers", &list, &count, err))
		return -1;
	if (!list)
		return 0;
	policy->signers = room_for(count, sizeof(*policy->signers), err);
	if (!policy->signers)
		return -1;
	for (size_t i = 0; i < count; i++) {
		struct policy_signers *rule = &policy->signers[policy->signers_count++];
		const char *names;

		if (json_need_string(json_at(list, i), "names", &names, err) ||
		    json_need_size(json_at(list, i), "threshold", &rule->threshold, err) ||
		    texts_parse(json_at(list, i), "kinds", &rule->kind, &rule->kind_count, err))
			return error_prefix(err, "'signers'");
		if (!rule->threshold || rule->threshold > policy->key_count)
			return error_set(err, ERROR_CORRUPT,
					 "'signers' asks for %llu of %zu listed keys",
					 (unsigned long long)rule->threshold, policy->key_count);
		rule->names = strdup(names);
		if (!rule->names)
			return error_set(err, ERROR_SYSTEM, "out of memory for a policy");
	}
	return 0;
}

/* A tlog-policy in which only witnesses stand: the log's keys are listed in `log`. */
static int witnesses_parse(const struct json *predicate, struct policy *policy, struct error *err)
{
	const char *text;

	if (json_maybe_string(predicate, "witnesses", &text, err))
		return -1;
	if (!text)
		return 0;
	if (witness_policy_parse(span_of(text), &policy->witnesses, err))
		return error_prefix(err, "'witnesses'");
	if (policy->witnesses->log_count)
		return error_set(err, ERROR_CORRUPT,
				 "'witnesses' lists a log: its keys belong into 'log'");
	for (size_t w = 0; w < policy->witnesses->witness_count; w++)
		for (size_t i = 0; i < policy->log_count; i++)
			if (memcmp(policy->witnesses->witness[w].key.key, policy->log[i].key,
				   ED25519_KEY_SIZE) == 0)
				return error_set(err, ERROR_CORRUPT,
						 "the witness '%s' has a key of the log: nobody "
						 "witnesses himself",
						 policy->witnesses->witness[w].name);
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

/* Certificates that lead to timestamp authorities; what they are is seen when one is asked for. */
static int authorities_parse(const struct json *predicate, struct policy *policy, struct error *err)
{
	const struct json *list;
	size_t count;

	if (list_maybe(predicate, "timestampAuthorities", &list, &count, err))
		return -1;
	policy->timestamp_root = room_for(count + 1, sizeof(*policy->timestamp_root), err);
	if (!policy->timestamp_root)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const char *text = json_text(json_at(list, i));
		struct buffer *der = &policy->timestamp_root[policy->timestamp_root_count++];

		buffer_init(der, TIMESTAMP_CERTIFICATE_MAX);
		if (!text || base64_decode(der, span_of(text), err) || !der->len)
			return error_set(err, ERROR_CORRUPT,
					 "'timestampAuthorities' holds something that is no "
					 "certificate in base64");
	}
	return 0;
}

/* From version 2 on each names the one before it, so that none is left out. */
static int version_parse(const struct json *predicate, struct policy *policy, struct error *err)
{
	bool named = json_member(predicate, "previous") != NULL;

	if (json_need_size(predicate, "version", &policy->version, err))
		return -1;
	if (!policy->version || named != (policy->version > 1))
		return error_set(err, ERROR_CORRUPT,
				 "version %llu %s 'previous': versions begin at 1, and each later "
				 "one names the one before it",
				 (unsigned long long)policy->version, named ? "with" : "without");
	return named ? json_need_digest(predicate, "previous", &policy->previous, err) : 0;
}

static int body_parse(const struct statement *statement, struct policy *policy, struct error *err)
{
	const struct json *predicate = statement->predicate;

	if (statement->kind != STATEMENT_policy)
		return error_set(err, ERROR_CORRUPT, "a %s statement where a policy belongs",
				 statement_kind_name(statement->kind));
	memcpy(policy->origin, statement->origin, strlen(statement->origin) + 1);
	if (version_parse(predicate, policy, err) || keys_parse(predicate, policy, err) ||
	    roots_parse(predicate, policy, err) || logs_parse(predicate, policy, err) ||
	    rules_parse(predicate, policy, err) || signers_parse(predicate, policy, err) ||
	    witnesses_parse(predicate, policy, err) || authorities_parse(predicate, policy, err) ||
	    json_maybe_size(predicate, "maximumAge", 0, &policy->maximum_age, err))
		return -1;
	if (policy->maximum_age > POLICY_AGE_MAX)
		return error_set(err, ERROR_CORRUPT, "a 'maximumAge' of %llu seconds",
				 (unsigned long long)policy->maximum_age);
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
