/* The next version of a policy: made of the one in force by what is to be other. */
#include "registry/policy_change.h"

#include <string.h>

#include "registry/evidence.h"
#include "registry/log.h"

/* The registry's own trust, with the statement of the policy in force. */
struct present {
	struct evidence *evidence;
	struct trust trust;
	const struct policy_version *newest;
	struct statement statement;
};

static void present_release(struct present *present)
{
	statement_release(&present->statement);
	trust_release(&present->trust);
	evidence_close(&present->evidence);
}

static int present_open(struct registry *registry, struct present *present, struct error *err)
{
	CLEANUP(buffer_release) struct buffer payload;

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (registry_evidence(registry, &present->evidence, err) ||
	    registry_trust(registry, present->evidence, &present->trust, err))
		return -1;
	present->newest = policy_chain_newest(&present->trust.anchor[0].chain);
	return registry_payload(registry, &present->newest->identity, &payload, err) ||
			       statement_parse(buffer_view(&payload), &present->statement, err)
		       ? -1
		       : 0;
}

void policy_draft_release(struct policy_draft *draft)
{
	for (size_t i = 0; i < draft->count; i++)
		buffer_release(&draft->signature[i].bundle);
	buffer_release(&draft->payload);
	statement_release(&draft->statement);
	policy_release(&draft->policy);
	draft->count = 0;
}

int registry_policy_json(struct registry *registry, struct json **out_predicate, struct error *err)
{
	CLEANUP(present_release) struct present present = { 0 };

	return present_open(registry, &present, err) ||
			       json_clone(present.statement.predicate, out_predicate, err)
		       ? -1
		       : 0;
}

/* ---- What is to be other ---- */

static bool one_of(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(text, *list) == 0)
			return true;
	return false;
}

/* All members but those named. */
static int members_copy(const struct json *from, const char *const *but, struct json *to,
			struct error *err)
{
	struct json_members at = { 0 };

	while (json_next(from, &at))
		if (!one_of(at.key, but) && json_set_clone(to, at.key, at.value, err))
			return -1;
	return 0;
}

static int texts_add(struct json *object, const char *key, const char *const *text, size_t count,
		     struct error *err)
{
	const char *const all = "*";

	return json_set_texts(object, key, count ? text : &all, count ? count : 1, err);
}

static int key_add(struct json *keys, const struct policy_admission *add, uint64_t first,
		   struct error *err)
{
	struct json *one;

	return json_add_object(keys, &one, err) || json_set_size(one, "first", first, err) ||
			       json_set_hex(one, "id", public_key_id(add->key), err) ||
			       json_set_base64(one, "publicKey", public_key_der(add->key), err) ||
			       texts_add(one, "names", add->names, add->name_count, err) ||
			       texts_add(one, "kinds", add->kinds, add->kind_count, err)
		       ? -1
		       : 0;
}

/* `keys`, with one ended before entry `size` and one admitted. */
static int keys_change(const struct json *base, const struct policy_change *change, uint64_t size,
		       struct json *out, struct error *err)
{
	static const char *const but[] = { "last", NULL };
	const struct json *old;
	struct json *keys;

	if (json_need_array(base, "keys", &old, err) || json_set_array(out, "keys", &keys, err))
		return -1;
	for (size_t i = 0; i < json_count(old); i++) {
		const struct json *one = json_at(old, i);
		struct digest id;
		uint64_t last;
		struct json *copy;

		if (json_need_hex(one, "id", &id, err) ||
		    json_maybe_size(one, "last", UINT64_MAX, &last, err))
			return -1;
		if (!change->end || !digest_equal(change->end, &id) || last < size) {
			if (json_add_clone(keys, one, err))
				return -1;
			continue;
		}
		if (json_add_object(keys, &copy, err) || members_copy(one, but, copy, err) ||
		    json_set_size(copy, "last", size - 1, err))
			return -1;
	}
	return change->add ? key_add(keys, change->add, size, err) : 0;
}

/* A list of KEYs without the one that ends, and with the one that is admitted. */
static int ids_change(const struct json *base, const char *key, const struct policy_change *change,
		      bool asked, struct json *out, struct error *err)
{
	const struct json *old = json_member(base, key);
	char end[DIGEST_HEX_SIZE] = "", add[DIGEST_HEX_SIZE] = "";
	bool ended = false;
	struct json *list;

	if (change->end)
		digest_to_hex(change->end, end);
	if (change->add)
		digest_to_hex(public_key_id(change->add->key), add);
	if (!old && !(change->add && asked))
		return 0;
	if (json_set_array(out, key, &list, err))
		return -1;
	for (size_t i = 0; i < json_count(old); i++) {
		const char *hex = json_text(json_at(old, i));

		if (hex && strcmp(hex, end) == 0) {
			ended = true;
			continue;
		}
		if (hex && strcmp(hex, add) == 0)
			continue;
		if (json_add_clone(list, json_at(old, i), err))
			return -1;
	}
	return add[0] && (asked || ended) ? json_add_text(list, add, err) : 0;
}

static int logs_change(const struct json *base, const struct policy_change *change,
		       struct json *out, struct error *err)
{
	const struct json *old;
	struct json *list;

	if (json_need_array(base, "log", &old, err) || json_set_array(out, "log", &list, err))
		return -1;
	for (size_t i = 0; i < json_count(old); i++) {
		const char *vkey = json_text(json_at(old, i));

		if (vkey && ((change->log_drop && strcmp(vkey, change->log_drop) == 0) ||
			     (change->log_add && strcmp(vkey, change->log_add) == 0)))
			continue;
		if (json_add_clone(list, json_at(old, i), err))
			return -1;
	}
	return change->log_add ? json_add_text(list, change->log_add, err) : 0;
}

/* Numbers and texts: as they are, or as is asked. */
static int rest_change(const struct json *base, const struct policy_change *change,
		       struct json *out, struct error *err)
{
	uint64_t threshold, age;
	const char *witnesses;

	if (json_need_size(base, "threshold", &threshold, err) ||
	    json_maybe_size(base, "maximumAge", 0, &age, err) ||
	    json_maybe_string(base, "witnesses", &witnesses, err))
		return -1;
	if (change->threshold)
		threshold = change->threshold;
	if (change->has_maximum_age)
		age = change->maximum_age;
	if (change->witnesses)
		witnesses = change->witnesses;
	return json_set_size(out, "threshold", threshold, err) ||
			       (age && json_set_size(out, "maximumAge", age, err)) ||
			       (witnesses && witnesses[0] &&
				json_set_text(out, "witnesses", witnesses, err))
		       ? -1
		       : 0;
}

static int predicate_change(const struct present *present, const struct policy_change *change,
			    uint64_t size, struct json *out, struct error *err)
{
	static const char *const but[] = { "origin",    "declared",   "version",   "previous",
					   "keys",      "roots",      "log",       "recovery",
					   "threshold", "maximumAge", "witnesses", NULL };
	const struct json *base = change->whole ? change->whole : present->statement.predicate;

	return members_copy(base, but, out, err) || keys_change(base, change, size, out, err) ||
			       ids_change(base, "roots", change, change->add && change->add->root,
					  out, err) ||
			       ids_change(base, "recovery", change,
					  change->add && change->add->recovery, out, err) ||
			       logs_change(base, change, out, err) ||
			       rest_change(base, change, out, err) ||
			       json_set_size(out, "version", present->newest->policy.version + 1,
					     err) ||
			       json_set_digest(out, "previous", &present->newest->identity, err)
		       ? -1
		       : 0;
}

static int log_size(struct registry *registry, uint64_t *out_size, struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct log *log;

	if (registry_log(registry, &log, err) || log_signed(log, &head, err))
		return -1;
	*out_size = head.size;
	return 0;
}

/* Statement and policy of draft->payload. */
static int draft_parse(struct policy_draft *draft, struct error *err)
{
	return statement_parse(buffer_view(&draft->payload), &draft->statement, err) ||
			       policy_parse(&draft->statement, &draft->policy, err)
		       ? -1
		       : 0;
}

static int payload_make(struct registry *registry, const struct present *present,
			const struct policy_change *change, struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	CLEANUP(buffer_release) struct buffer keys;
	char declared[STATEMENT_TIME_SIZE];
	struct digest digest;
	uint64_t size;

	buffer_init(&keys, CONTROL_PAYLOAD_MAX_BYTES);
	statement_time(registry->ctx, declared);
	if (log_size(registry, &size, err) || json_object_new(&predicate, err) ||
	    predicate_change(present, change, size, predicate, err) ||
	    json_set_text(predicate, "origin", registry->origin, err) ||
	    json_set_text(predicate, "declared", declared, err) ||
	    json_write_canonical(json_member(predicate, "keys"), &keys, err))
		return -1;
	digest = sha256(buffer_view(&keys));
	return statement_build(STATEMENT_policy, "policy", &digest, predicate, out, err);
}

int policy_draft_make(struct registry *registry, const struct policy_change *change,
		      struct policy_draft *out_draft, struct error *err)
{
	CLEANUP(present_release) struct present present = { 0 };
	CLEANUP(policy_draft_release) struct policy_draft draft = { .count = 0 };

	buffer_init(&draft.payload, CONTROL_PAYLOAD_MAX_BYTES);
	if (present_open(registry, &present, err) ||
	    payload_make(registry, &present, change, &draft.payload, err))
		return -1;
	if (draft_parse(&draft, err)) {
		err->code = err->code == ERROR_CORRUPT ? ERROR_USAGE : err->code;
		return -1;
	}
	*out_draft = draft;
	draft = (struct policy_draft){ .count = 0 }; /* handed over */
	return 0;
}

/* ---- Signatures ---- */

/* The key with this identity, as the draft or the policy in force lists it. */
static const struct public_key *root_key(const struct present *present,
					 const struct policy_draft *draft, const struct digest *id)
{
	const struct policy *policy[] = { &draft->policy, &present->newest->policy };

	for (size_t i = 0; i < 2; i++)
		if (policy_is_root(policy[i], id))
			return policy_key_find(policy[i], id)->key;
	return NULL;
}

static int signature_keep(struct policy_draft *draft, const struct digest *key, struct span bundle,
			  struct error *err)
{
	struct policy_signature *signature;

	for (size_t i = 0; i < draft->count; i++)
		if (digest_equal(&draft->signature[i].key, key))
			return 0;
	if (draft->count == sizeof(draft->signature) / sizeof(draft->signature[0]))
		return error_set(err, ERROR_CORRUPT, "more signatures than roots");
	signature = &draft->signature[draft->count++];
	signature->key = *key;
	buffer_init(&signature->bundle, ENVELOPE_MAX_BYTES);
	return buffer_add(&signature->bundle, bundle, err);
}

int policy_draft_sign(struct registry *registry, struct policy_draft *draft,
		      struct signing_key *key, struct error *err)
{
	CLEANUP(present_release) struct present present = { 0 };
	CLEANUP(buffer_release) struct buffer bundle;
	const struct digest *id = public_key_id(key->public_key);

	buffer_init(&bundle, ENVELOPE_MAX_BYTES);
	if (present_open(registry, &present, err))
		return -1;
	if (!root_key(&present, draft, id))
		return error_set(err, ERROR_UNTRUSTED,
				 "the key '%s' is no root, neither of the policy in force nor of "
				 "the one that is to be",
				 key->name);
	return payload_sign(key, buffer_view(&draft->payload), &bundle, err) ||
			       signature_keep(draft, id, buffer_view(&bundle), err)
		       ? -1
		       : 0;
}

int policy_draft_ready(struct registry *registry, const struct policy_draft *draft,
		       struct error *err)
{
	CLEANUP(present_release) struct present present = { 0 };
	struct signing by[2 * POLICY_KEYS_MAX];
	uint64_t size, index;

	if (present_open(registry, &present, err) || log_size(registry, &size, err))
		return -1;
	for (size_t i = 0; i < draft->count; i++)
		by[i] = (struct signing){ draft->signature[i].key, size + i };
	return policy_chain_decide(&present.trust.anchor[0].chain, &draft->statement, by,
				   draft->count, &index, err);
}

/* Whom the log asks follows the policy; what an operator asks for beyond it stays. */
static int witnesses_follow(struct registry *registry, const struct present *before,
			    const struct policy_draft *draft, struct error *err)
{
	const char *text = json_text(json_member(draft->statement.predicate, "witnesses"));
	struct log *log;

	if (!text && !before->newest->policy.witnesses)
		return 0;
	return registry_log(registry, &log, err) ||
			       log_ask_witnesses(log, span_of(text ? text : ""), err)
		       ? -1
		       : 0;
}

/* Is the entry shown, or does it wait for witnesses? */
static int entry_waits(struct registry *registry, uint64_t index, bool *out_waits,
		       struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct log *log;

	if (registry_log(registry, &log, err) || log_head(log, &head, err))
		return -1;
	*out_waits = index >= head.size;
	return 0;
}

int policy_draft_log(struct registry *registry, const struct policy_draft *draft,
		     uint64_t *out_index, struct error *err)
{
	bool waits;
	CLEANUP(present_release) struct present before = { 0 }, after = { 0 };
	struct envelope_item item[2 * POLICY_KEYS_MAX];
	struct statement_made made[2 * POLICY_KEYS_MAX];

	if (policy_draft_ready(registry, draft, err) || present_open(registry, &before, err))
		return -1;
	for (size_t i = 0; i < draft->count; i++)
		item[i] = (struct envelope_item){ buffer_view(&draft->signature[i].bundle),
						  root_key(&before, draft,
							   &draft->signature[i].key) };
	if (witnesses_follow(registry, &before, draft, err) ||
	    registry_log_envelopes(registry, item, draft->count, made, err) ||
	    entry_waits(registry, made[0].log_index, &waits, err))
		return -1;
	*out_index = made[0].log_index;
	if (waits)
		return 0;
	if (present_open(registry, &after, err))
		return -1;
	if (!digest_equal(&after.newest->identity, &made[0].identity))
		return error_set(err, ERROR_UNTRUSTED,
				 "the policy was logged, and another one came before it: draft it "
				 "again");
	*out_index = after.newest->index;
	return 0;
}

/* ---- Files ---- */

int policy_draft_write(const struct policy_draft *draft, const char *path, struct error *err)
{
	CLEANUP(json_free) struct json *json = NULL;
	CLEANUP(buffer_release) struct buffer text;
	struct json *list;

	buffer_init(&text, POLICY_DRAFT_MAX_BYTES);
	if (json_object_new(&json, err) ||
	    json_set_text(json, "schema", "akashi/policy-draft/1", err) ||
	    json_set_base64(json, "payload", buffer_view(&draft->payload), err) ||
	    json_set_array(json, "envelopes", &list, err))
		return -1;
	for (size_t i = 0; i < draft->count; i++) {
		CLEANUP(json_free) struct json *bundle = NULL;

		if (json_parse(buffer_view(&draft->signature[i].bundle), NULL, &bundle, err) ||
		    json_add_take(list, &bundle, err))
			return -1;
	}
	return json_write_canonical(json, &text, err) ||
			       file_write(path, buffer_view(&text), 0644, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

/* One envelope of the file: whoever of the roots signed it. */
static int envelope_read(const struct present *present, struct policy_draft *draft,
			 const struct json *bundle, struct error *err)
{
	CLEANUP(envelope_release) struct envelope envelope = { 0 };
	CLEANUP(buffer_release) struct buffer text;
	struct digest identity = envelope_identity(buffer_view(&draft->payload));
	const struct policy *policy[] = { &draft->policy, &present->newest->policy };

	buffer_init(&text, ENVELOPE_MAX_BYTES);
	if (json_write_canonical(bundle, &text, err) ||
	    envelope_parse(buffer_view(&text), ENVELOPE_MAX_BYTES, &envelope, err))
		return -1;
	if (!digest_equal(&envelope.identity, &identity))
		return error_set(err, ERROR_CORRUPT, "an envelope holds another statement");
	for (size_t p = 0; p < 2; p++)
		for (size_t i = 0; i < policy[p]->root_count; i++) {
			const struct policy_key *key =
				policy_key_find(policy[p], &policy[p]->root[i]);
			struct error no = { 0 };

			if (!envelope_check(&envelope, key->key, &no))
				return signature_keep(draft, &policy[p]->root[i],
						      buffer_view(&text), err);
			if (no.code == ERROR_SYSTEM)
				return error_set(err, no.code, "%s", no.text);
		}
	return error_set(err, ERROR_CORRUPT, "an envelope that no root signed");
}

static int draft_fill(struct registry *registry, const struct json *json,
		      struct policy_draft *draft, struct error *err)
{
	CLEANUP(present_release) struct present present = { 0 };
	const struct json *list;
	const char *schema;

	if (json_need_string(json, "schema", &schema, err) ||
	    json_need_base64(json, "payload", &draft->payload, err) ||
	    json_need_array(json, "envelopes", &list, err))
		return -1;
	if (strcmp(schema, "akashi/policy-draft/1") != 0)
		return error_set(err, ERROR_CORRUPT, "the schema '%.100s'", schema);
	if (draft_parse(draft, err) || present_open(registry, &present, err))
		return -1;
	for (size_t i = 0; i < json_count(list); i++)
		if (envelope_read(&present, draft, json_at(list, i), err))
			return -1;
	return 0;
}

int policy_draft_read(struct registry *registry, const char *path, struct policy_draft *out_draft,
		      struct error *err)
{
	CLEANUP(policy_draft_release) struct policy_draft draft = { .count = 0 };
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(json_free) struct json *json = NULL;
	struct json_limits limits = { .max_bytes = POLICY_DRAFT_MAX_BYTES, .max_depth = 16 };

	buffer_init(&draft.payload, CONTROL_PAYLOAD_MAX_BYTES);
	buffer_init(&text, POLICY_DRAFT_MAX_BYTES);
	if (file_read(path, &text, err) || json_parse(buffer_view(&text), &limits, &json, err) ||
	    draft_fill(registry, json, &draft, err))
		return error_prefix(err, "'%s'", path);
	*out_draft = draft;
	draft = (struct policy_draft){ .count = 0 }; /* handed over */
	return 0;
}
