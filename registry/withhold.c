/* Tombstones: logged, believed, and only then is anything removed. */
#include "registry/withhold.h"

#include <string.h>

#include "registry/evidence.h"
#include "registry/store.h"

/* The tombstone that the registry's own policy believes. */
static int tombstone_find(struct registry *registry, const struct digest *object,
			  struct statement_made *made, bool *out_found, struct error *err)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	CLEANUP(believed_release) struct believed tombstone = { 0 };

	if (registry_evidence(registry, &evidence, err) ||
	    registry_trust(registry, evidence, &trust, err) ||
	    withheld_find(&trust, evidence, object, &tombstone, out_found, err))
		return -1;
	if (*out_found)
		*made = (struct statement_made){ .identity = tombstone.identity,
						 .key = tombstone.key,
						 .log_index = tombstone.index,
						 .existed = true };
	return 0;
}

static int tombstone_say(struct registry *registry, struct signing_key *key,
			 const struct digest *object, const char *reason,
			 struct statement_made *made, struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	struct statement_draft draft = { .kind = STATEMENT_tombstone, .digest = *object };
	struct statement_made believed;
	char hex[DIGEST_HEX_SIZE];
	bool found;

	digest_to_hex(object, hex);
	draft.subject = hex;
	if (json_object_new(&predicate, err) || json_set_digest(predicate, "object", object, err) ||
	    json_set_text(predicate, "reason", reason, err))
		return -1;
	draft.predicate = predicate;
	if (registry_publish_statements(registry, key, &draft, 1, made, err) ||
	    tombstone_find(registry, object, &believed, &found, err))
		return -1;
	if (!found)
		return error_set(err, ERROR_UNTRUSTED,
				 "the policy does not let this key withhold anything: the "
				 "tombstone is logged and counts for nothing, and nothing was "
				 "removed");
	return 0;
}

int registry_withhold(struct registry *registry, struct signing_key *key,
		      const struct digest *object, const char *reason,
		      struct statement_made *out_made, bool *out_removed, struct error *err)
{
	bool there, found;
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(object, hex);
	if (store_has(registry->store, object, &there, err) ||
	    tombstone_find(registry, object, out_made, &found, err))
		return -1;
	if (!found && !there)
		return error_set(err, ERROR_ABSENT, "there is no object sha256:%s", hex);
	if (!found && !reason)
		return error_set(err, ERROR_USAGE, "--reason TEXT is needed: everybody will ask");
	if (!found && tombstone_say(registry, key, object, reason, out_made, err))
		return -1;
	*out_removed = there;
	return there ? store_remove(registry->store, object, err) : 0;
}

/* What a search through a predicate knows. */
struct search {
	const struct trust *trust;
	const struct evidence *evidence;
	struct json *list;
};

static int digest_look(const struct search *search, const struct digest *digest, struct error *err)
{
	CLEANUP(believed_release) struct believed tombstone = { 0 };
	struct json *item;
	char text[512];
	bool found;

	if (withheld_find(search->trust, search->evidence, digest, &tombstone, &found, err))
		return -1;
	if (!found)
		return 0;
	withheld_text(&tombstone, text);
	return json_add_object(search->list, &item, err) ||
			       json_set_digest(item, "object", digest, err) ||
			       json_set_digest(item, "statement", &tombstone.identity, err) ||
			       json_set_size(item, "index", tombstone.index, err) ||
			       json_set_text(item, "text", text, err)
		       ? -1
		       : 0;
}

/* Every digest in a value. The depth is the parser's limit. */
static int walk(const struct search *search, const struct json *value, struct error *err)
{
	const char *text = json_text(value);
	struct json_members at = { 0 };
	struct error ignored = { 0 };
	struct digest digest;

	if (text && strncmp(text, "sha256:", 7) == 0 &&
	    !digest_from_hex(span_of(text), &digest, &ignored))
		return digest_look(search, &digest, err);
	while (json_next(value, &at))
		if (walk(search, at.value, err))
			return -1;
	for (size_t i = 0; json_kind(value) == JSON_KIND_ARRAY && i < json_count(value); i++)
		if (walk(search, json_at(value, i), err))
			return -1;
	return 0;
}

int registry_withheld(struct registry *registry, const struct statement *statement,
		      struct json *list, struct error *err)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	struct search search = { &trust, NULL, list };

	if (registry_evidence(registry, &evidence, err) ||
	    registry_trust(registry, evidence, &trust, err))
		return -1;
	search.evidence = evidence;
	return walk(&search, statement->predicate, err);
}
