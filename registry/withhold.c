/* Tombstones: logged, believed, and only then is anything removed. */
#include "registry/withhold.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "registry/evidence.h"
#include "registry/index.h"
#include "registry/statement/inner.h"
#include "registry/store.h"

/* The tombstone that the registry's own policy believes. */
static int tombstone_find(struct registry *registry, const struct tombstone *what,
			  struct statement_made *made, bool *out_found, struct error *err)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	CLEANUP(believed_release) struct believed tombstone = { 0 };

	if (registry_evidence(registry, &evidence, err) ||
	    registry_trust(registry, evidence, &trust, err) ||
	    withheld_find(&trust, evidence, what->what, &what->digest, &tombstone, out_found, err))
		return -1;
	if (*out_found)
		*made = (struct statement_made){ .identity = tombstone.identity,
						 .key = tombstone.key,
						 .log_index = tombstone.index,
						 .existed = true };
	return 0;
}

static int tombstone_say(struct registry *registry, struct signing_key *key,
			 const struct tombstone *what, const char *reason,
			 struct statement_made *made, struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	struct statement_draft draft = { .kind = STATEMENT_tombstone, .digest = what->digest };
	struct statement_made believed;
	char hex[DIGEST_HEX_SIZE];
	bool found;

	digest_to_hex(&what->digest, hex);
	draft.subject = hex;
	if (json_object_new(&predicate, err) || tombstone_set(predicate, what, err) ||
	    json_set_text(predicate, "reason", reason, err))
		return -1;
	draft.predicate = predicate;
	if (registry_publish_statements(registry, key, &draft, 1, made, err) ||
	    tombstone_find(registry, what, &believed, &found, err))
		return -1;
	if (!found)
		return error_set(err, ERROR_UNTRUSTED,
				 "the policy does not let this key withhold anything: the "
				 "tombstone is logged and counts for nothing, and nothing was "
				 "removed");
	return 0;
}

/* ---- Statements ---- */

/* Why a kind that is logged whole cannot be taken away. */
static int control_refuse(enum statement_kind kind, struct error *err)
{
	const char *why = "what it says binds whoever reads the log";

	switch (kind) {
	case STATEMENT_claim:
		why = "without it nobody could tell that its name is taken";
		break;
	case STATEMENT_policy:
	case STATEMENT_key:
		why = "without it nobody could tell whose signatures count";
		break;
	case STATEMENT_revocation:
		why = "without it a stolen key would count again";
		break;
	case STATEMENT_tombstone:
		why = "without it what it took away would only be missing";
		break;
	default:
		break;
	}
	return error_set(err, ERROR_USAGE,
			 "a %s statement stands in the log whole and cannot be withheld: %s",
			 statement_kind_name(kind), why);
}

/* What somebody with a P-384 key signed is named in the log by its SHA-384. */
static int sha384_take(struct registry *registry, const struct digest *identity,
		       const struct digest_list *signers, struct tombstone *what, struct error *err)
{
	for (size_t i = 0; i < signers->count; i++) {
		CLEANUP(entry_release) struct entry entry = { 0 };
		CLEANUP(buffer_release) struct buffer bytes;

		buffer_init(&bytes, ENTRY_MAX_BYTES);
		if (statement_entry(registry, identity, &signers->item[i], &bytes, &entry, err))
			return -1;
		if (entry.digest_len != TOMBSTONE_SHA384_SIZE)
			continue;
		memcpy(what->sha384, entry.digest, TOMBSTONE_SHA384_SIZE);
		what->has_sha384 = true;
	}
	return 0;
}

/* May its body be taken away? Of one that is gone already nothing can be read. */
static int statement_look(struct registry *registry, const struct digest_list *signers,
			  struct tombstone *what, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer payload;

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (!signers->count)
		return 0;
	if (registry_payload(registry, &what->digest, &payload, err) ||
	    statement_parse(buffer_view(&payload), &statement, err))
		return -1;
	if (statement_kind_is_control(statement.kind))
		return control_refuse(statement.kind, err);
	return sha384_take(registry, &what->digest, signers, what, err);
}

/* Every envelope, and what the index has of it, which is made again from what is left. */
static int bodies_remove(struct registry *registry, const struct digest *identity,
			 const struct digest_list *signers, struct error *err)
{
	CLEANUP(text_free) char *folder = NULL;

	for (size_t i = 0; i < signers->count; i++) {
		CLEANUP(text_free) char *path = NULL;

		if (statement_path(registry, identity, &signers->item[i], &path, err))
			return -1;
		if (unlink(path) && errno != ENOENT)
			return error_system(err, errno, "cannot remove '%s'", path);
	}
	return registry_path(registry, "statements", &folder, err) || folder_sync(folder, err) ||
			       registry_reindex(registry, err)
		       ? -1
		       : 0;
}

/* ---- Both ---- */

int registry_withhold(struct registry *registry, struct signing_key *key,
		      const struct tombstone *asked, const char *reason,
		      struct statement_made *out_made, bool *out_removed, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list signers = { 0 };
	struct tombstone what = *asked;
	bool there, found;
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&what.digest, hex);
	if (what.what == WITHHELD_STATEMENT) {
		if (statement_signers(registry, &what.digest, &signers, err) ||
		    statement_look(registry, &signers, &what, err))
			return -1;
		there = signers.count > 0;
	} else if (store_has(registry->store, &what.digest, &there, err)) {
		return -1;
	}
	if (tombstone_find(registry, &what, out_made, &found, err))
		return -1;
	if (!found && !there)
		return error_set(err, ERROR_ABSENT, "there is no %s sha256:%s",
				 what.what == WITHHELD_STATEMENT ? "statement" : "object", hex);
	if (!found && !reason)
		return error_set(err, ERROR_USAGE, "--reason TEXT is needed: everybody will ask");
	if (!found && tombstone_say(registry, key, &what, reason, out_made, err))
		return -1;
	*out_removed = there;
	if (what.what == WITHHELD_STATEMENT)
		return bodies_remove(registry, &what.digest, &signers, err);
	return there ? store_remove(registry->store, &what.digest, err) : 0;
}

/* A digest: of a statement that is logged, or was and has a tombstone; else of an object. */
static int digest_find(struct registry *registry, const struct digest *digest,
		       struct tombstone *out_what, struct error *err)
{
	struct tombstone what = { .what = WITHHELD_STATEMENT, .digest = *digest };
	struct statement_made made;
	bool found;

	if (registry_knows(registry, digest, &found, err) ||
	    (!found && tombstone_find(registry, &what, &made, &found, err)))
		return -1;
	if (!found)
		what.what = WITHHELD_OBJECT;
	*out_what = what;
	return 0;
}

int registry_withhold_find(struct registry *registry, const char *word, struct tombstone *out_what,
			   struct error *err)
{
	struct tombstone what = { .what = WITHHELD_STATEMENT };
	struct error none = { 0 };
	struct index *index;
	struct digest digest;
	struct name name, found;

	if (!digest_from_hex(span_of(word), &digest, &none))
		return digest_find(registry, &digest, out_what, err);
	if (!strchr(word, '@') || name_parse(word, &name, &none))
		return error_set(err, ERROR_USAGE,
				 "'%s' is neither NAME@VERSION nor a whole digest, sha256: and 64 "
				 "digits, as 'akashi show' prints them",
				 word);
	if (registry_index(registry, &index, err) ||
	    index_resolve(index, &name, &found, &what.digest, err))
		return -1;
	*out_what = what;
	return 0;
}

int registry_explain(struct registry *registry, const struct digest *identity, struct error *err)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	struct error why = { 0 };

	if (err->code != ERROR_ABSENT)
		return -1;
	/* Where nobody can be believed, what is absent is absent. */
	if (registry_evidence(registry, &evidence, &why) ||
	    registry_trust(registry, evidence, &trust, &why))
		return -1;
	return withheld_explain_statement(&trust, evidence, identity, err);
}

int registry_explain_object(struct registry *registry, const struct digest *object,
			    struct error *err)
{
	CLEANUP(evidence_close) struct evidence *evidence = NULL;
	CLEANUP(trust_release) struct trust trust = { 0 };
	struct error why = { 0 };

	if (err->code != ERROR_ABSENT || registry_evidence(registry, &evidence, &why) ||
	    registry_trust(registry, evidence, &trust, &why))
		return -1;
	return withheld_explain(&trust, evidence, object, err);
}

int registry_bodiless_text(struct registry *registry, const struct digest *identity,
			   char out_text[WITHHELD_TEXT_SIZE], struct error *err)
{
	struct error why = { 0 };

	error_set(&why, ERROR_ABSENT, "missing: nobody who may has said why");
	registry_explain(registry, identity, &why);
	if (why.code == ERROR_SYSTEM) {
		*err = why;
		return -1;
	}
	snprintf(out_text, WITHHELD_TEXT_SIZE, "%.*s", WITHHELD_TEXT_SIZE - 1, why.text);
	return 0;
}

/* ---- What a statement names ---- */

/* What a search through a predicate knows. */
struct search {
	const struct trust *trust;
	const struct evidence *evidence;
	struct json *list;
};

static int digest_look(const struct search *search, const struct digest *digest, struct error *err)
{
	CLEANUP(believed_release) struct believed tombstone = { 0 };
	char text[WITHHELD_TEXT_SIZE];
	const char *what = "object";
	struct json *item;
	bool found;

	if (withheld_find(search->trust, search->evidence, WITHHELD_OBJECT, digest, &tombstone,
			  &found, err))
		return -1;
	if (!found) {
		what = "named";
		if (withheld_statement_find(search->trust, search->evidence, digest, &tombstone,
					    &found, err))
			return -1;
	}
	if (!found)
		return 0;
	withheld_text(&tombstone, text);
	return json_add_object(search->list, &item, err) ||
			       json_set_digest(item, what, digest, err) ||
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
