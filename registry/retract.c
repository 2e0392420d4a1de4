/* What is said when something should no longer be used: versions, keys. */
#include "registry/retract.h"

#include "registry/evidence.h"
#include "registry/index.h"
#include "registry/log.h"

static int about_name(struct registry *registry, struct signing_key *key, enum statement_kind kind,
		      const struct name *name, struct json *predicate,
		      struct statement_made *out_made, struct error *err)
{
	CLEANUP(json_free) struct json *of = NULL;
	struct statement_draft draft = { .kind = kind };
	struct reference reference;
	char text[NAME_TEXT_MAX];

	if (registry_reference(registry, name, &of, err) || reference_parse(of, &reference, err) ||
	    json_set_take(predicate, "of", &of, err))
		return -1;
	if (name->alias)
		return error_set(err, ERROR_USAGE,
				 "an alias moves: name the version that is meant, "
				 "owner/name@version");
	name_to_text(&reference.name, text);
	draft.subject = text;
	draft.digest = reference.statement;
	draft.predicate = predicate;
	return registry_publish_statements(registry, key, &draft, 1, out_made, err);
}

int registry_retract(struct registry *registry, struct signing_key *key, const struct name *name,
		     const char *reason, struct statement_made *out_made, struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL;

	return json_object_new(&predicate, err) ||
			       json_set_text(predicate, "reason", reason, err) ||
			       about_name(registry, key, STATEMENT_retraction, name, predicate,
					  out_made, err)
		       ? -1
		       : 0;
}

/* A result has no name of its own: it is named by its statement, and spoken of in its checkpoint's.
 */
int registry_retract_eval(struct registry *registry, struct signing_key *key,
			  const struct digest *eval, const char *reason,
			  struct statement_made *out_made, struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL, *of = NULL;
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	struct statement_draft draft = { .kind = STATEMENT_retraction, .digest = *eval };
	struct reference reference = { .statement = *eval };
	char text[NAME_TEXT_MAX];

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (registry_payload(registry, eval, &payload, err) ||
	    statement_parse(buffer_view(&payload), &statement, err))
		return -1;
	if (statement.kind != STATEMENT_eval)
		return error_set(err, ERROR_USAGE,
				 "this statement is a %s: a digest can name an eval here, and "
				 "what has a name is retracted by it (owner/name@version)",
				 statement_kind_name(statement.kind));
	reference.name = statement.name;
	name_to_text(&statement.name, text);
	draft.subject = text;
	if (json_object_new(&predicate, err) || json_set_text(predicate, "reason", reason, err) ||
	    reference_to_json(&reference, &of, err) || json_set_take(predicate, "of", &of, err))
		return -1;
	draft.predicate = predicate;
	return registry_publish_statements(registry, key, &draft, 1, out_made, err);
}

struct retracting {
	struct registry *registry;
	bool said;
	struct digest key;
};

static int retraction_seen(void *arg, const struct index_row *row, struct error *err)
{
	const struct expectation expected = { STATEMENT_retraction, NULL };
	CLEANUP(believed_release) struct believed believed = { 0 };
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	struct retracting *retracting = arg;
	struct error why = { 0 };
	struct digest identity;

	if (retracting->said)
		return 0;
	if (digest_from_hex(span_of(row->statement), &identity, err) ||
	    registry_evidence(retracting->registry, &evidence, err) ||
	    registry_trust(retracting->registry, evidence, &trust, err))
		return -1;
	if (believe_statement(&trust, evidence, &identity, &expected, &believed, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	retracting->said = true;
	retracting->key = believed.key;
	return 0;
}

int registry_retracted(struct registry *registry, const struct digest *identity,
		       bool *out_retracted, struct digest *out_key, struct error *err)
{
	struct retracting retracting = { .registry = registry };
	struct index *index;

	if (registry_index(registry, &index, err) ||
	    index_by_digest(index, "retraction", identity, retraction_seen, &retracting, err))
		return -1;
	*out_retracted = retracting.said;
	*out_key = retracting.key;
	return 0;
}

int registry_supersede(struct registry *registry, struct signing_key *key, const struct name *name,
		       const struct name *by, const char *reason, struct statement_made *out_made,
		       struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL, *reference = NULL;

	return json_object_new(&predicate, err) ||
			       registry_reference(registry, by, &reference, err) ||
			       json_set_take(predicate, "by", &reference, err) ||
			       (reason && json_set_text(predicate, "reason", reason, err)) ||
			       about_name(registry, key, STATEMENT_supersession, name, predicate,
					  out_made, err)
		       ? -1
		       : 0;
}

/* May `key` say so, and is there such a key? What nobody would believe is not said. */
static int revoke_allowed(struct registry *registry, const struct digest *key,
			  const struct digest *about, struct error *err)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	char hex[DIGEST_HEX_SIZE];

	if (registry_evidence(registry, &evidence, err) ||
	    registry_trust(registry, evidence, &trust, err))
		return -1;
	digest_to_hex(about, hex);
	if (!policy_chain_key(&trust.anchor[0].chain, about))
		return error_set(err, ERROR_USAGE, "the policy never listed the key %s", hex);
	digest_to_hex(key, hex);
	if (!policy_may_revoke(trust_policy(&trust.anchor[0]), key))
		return error_set(
			err, ERROR_UNTRUSTED,
			"the key %s may not revoke: 'akashi trust policy' names those that "
			"may",
			hex);
	return 0;
}

int registry_revoke(struct registry *registry, struct signing_key *key, const struct digest *about,
		    uint64_t last, const char *reason, struct statement_made *out_made,
		    struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	CLEANUP(json_free) struct json *predicate = NULL;
	struct statement_draft draft = { .kind = STATEMENT_revocation, .digest = *about };
	char hex[DIGEST_HEX_SIZE];
	struct json *checkpoint;
	struct log *log;

	if (revoke_allowed(registry, public_key_id(key->public_key), about, err) ||
	    registry_log(registry, &log, err) || log_signed(log, &head, err))
		return -1;
	if (last >= head.size)
		return error_set(
			err, ERROR_USAGE,
			"the log has %llu entries, and the last that counts is to be %llu: "
			"nobody revokes the future",
			(unsigned long long)head.size, (unsigned long long)last);
	digest_to_hex(about, hex);
	draft.subject = hex;
	if (json_object_new(&predicate, err) || json_set_hex(predicate, "key", about, err) ||
	    json_set_size(predicate, "last", last, err) ||
	    json_set_text(predicate, "reason", reason, err) ||
	    json_set_object(predicate, "checkpoint", &checkpoint, err) ||
	    json_set_size(checkpoint, "size", head.size, err) ||
	    json_set_hex(checkpoint, "root", &head.root, err))
		return -1;
	draft.predicate = predicate;
	return registry_publish_statements(registry, key, &draft, 1, out_made, err);
}
