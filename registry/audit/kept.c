/* The part of an audit that compares what is kept with what was logged: envelopes, names, objects.
 */
#include <string.h>

#include "registry/audit/inner.h"
#include "registry/evidence.h"
#include "registry/log/inner.h"
#include "registry/statement/inner.h"

/* What is wrong with the registry is a finding; what is wrong with the machine ends the audit. */
static int audit_cause(struct audit *audit, uint64_t index, const struct error *cause,
		       struct error *err)
{
	if (cause->code == ERROR_SYSTEM)
		return error_set(err, cause->code, "entry %llu: %s", (unsigned long long)index,
				 cause->text);
	return audit_find(audit, err, "entry %llu: %s", (unsigned long long)index, cause->text);
}

int audit_sequence(struct audit *audit, uint64_t index, const char *ident, struct error *err)
{
	struct error cause = { 0 };
	uint64_t found;

	if (log_find(audit->log, ident, &found, &cause))
		return audit_cause(audit, index, &cause, err);
	return found == index
		       ? 0
		       : audit_find(audit, err, "log.db has the statement of entry %llu at %llu",
				    (unsigned long long)index, (unsigned long long)found);
}

int audit_name(struct audit *audit, uint64_t index, const char *claim,
	       const struct digest *statement, struct error *err)
{
	CLEANUP(text_free) char *hex = NULL;
	char expected[DIGEST_HEX_SIZE];
	struct error cause = { 0 };
	uint64_t found;

	digest_to_hex(statement, expected);
	if (log_find_claim(audit->log, claim, &hex, &found, &cause))
		return audit_cause(audit, index, &cause, err);
	return found == index && strcmp(hex, expected) == 0
		       ? 0
		       : audit_find(audit, err,
				    "log.db gives the name '%s', claimed by entry %llu, to another",
				    claim, (unsigned long long)index);
}

/*
 * What says why something is missing is believed by the registry's own policy. Where that is
 * missing itself, or its log too damaged, nothing is, and what is missing is a finding.
 */
static int trust_open(struct audit *audit, struct error *err)
{
	struct error why = { 0 };

	if (audit->evidence)
		return 0;
	if (registry_evidence(audit->registry, &audit->evidence, err))
		return -1;
	audit->trusted = registry_trust(audit->registry, audit->evidence, &audit->trust, &why) == 0;
	return audit->trusted || why.code != ERROR_SYSTEM
		       ? 0
		       : error_set(err, why.code, "%s", why.text);
}

/* The believed tombstone of something. The caller releases it when it is found. */
static int tombstone_find(struct audit *audit, enum withheld_what what, const struct digest *digest,
			  struct believed *out_tombstone, bool *out_found, struct error *err)
{
	*out_found = false;
	if (trust_open(audit, err))
		return -1;
	return audit->trusted ? withheld_find(&audit->trust, audit->evidence, what, digest,
					      out_tombstone, out_found, err)
			      : 0;
}

int audit_bodiless(struct audit *audit, uint64_t index, const struct entry *entry,
		   const struct digest *identity, const struct error *cause, struct error *err)
{
	CLEANUP(believed_release) struct believed tombstone = { 0 };
	struct tombstone said = { .has_sha384 = false };
	char text[WITHHELD_TEXT_SIZE];
	bool found;

	if (tombstone_find(audit, WITHHELD_STATEMENT, identity, &tombstone, &found, err) ||
	    (found && tombstone_parse(tombstone.statement.predicate, &said, err)))
		return -1;
	/* What the entry itself does not say, the tombstone must. */
	if (found && !entry->has_identity &&
	    (!said.has_sha384 || entry->digest_len != TOMBSTONE_SHA384_SIZE ||
	     memcmp(said.sha384, entry->digest, TOMBSTONE_SHA384_SIZE) != 0))
		found = false;
	if (!found)
		return audit_lost(audit, index, identity, entry->key, cause->text, err);
	audit->report.withheld++;
	withheld_text(&tombstone, text);
	context_notice(audit->registry->ctx, "entry %llu: the statement is %s",
		       (unsigned long long)index, text);
	return 0;
}

int audit_unnamed(struct audit *audit, uint64_t index, const struct entry *entry,
		  struct digest *out_identity, bool *out_known, struct error *err)
{
	CLEANUP(text_free) char *ident = NULL;
	struct error cause = { 0 };
	char key[DIGEST_HEX_SIZE];

	*out_known = false;
	if (log_ident(audit->log, index, &ident, &cause))
		return cause.code == ERROR_SYSTEM ? error_set(err, cause.code, "%s", cause.text)
						  : 0;
	digest_to_hex(public_key_id(entry->key), key);
	*out_known = strlen(ident) == 4 * DIGEST_SIZE + 1 &&
		     strcmp(ident + 2 * DIGEST_SIZE + 1, key) == 0 &&
		     !digest_from_hex((struct span){ (const uint8_t *)ident, 2 * DIGEST_SIZE },
				      out_identity, &cause);
	return 0;
}

/* An object that is missing: withheld, or a finding. */
static int missing(struct audit *audit, uint64_t index, const struct digest *digest,
		   const char *what, struct error *err)
{
	CLEANUP(believed_release) struct believed tombstone = { 0 };
	char hex[DIGEST_HEX_SIZE], text[WITHHELD_TEXT_SIZE];
	bool found;

	digest_to_hex(digest, hex);
	if (tombstone_find(audit, WITHHELD_OBJECT, digest, &tombstone, &found, err))
		return -1;
	if (!found)
		return audit_find(audit, err, "entry %llu: the %s sha256:%s is not here",
				  (unsigned long long)index, what, hex);
	audit->report.withheld++;
	withheld_text(&tombstone, text);
	context_notice(audit->registry->ctx, "entry %llu: the %s sha256:%s is %s",
		       (unsigned long long)index, what, hex, text);
	return 0;
}

/* One object: there, and (when asked) whole. */
static int object_check(struct audit *audit, uint64_t index, const struct digest *digest,
			const char *what, struct error *err)
{
	struct store *store = audit->registry->store;
	bool there;

	if (store_has(store, digest, &there, err))
		return -1;
	return there ? 0 : missing(audit, index, digest, what, err);
}

/* What was withheld must be gone. What somebody called withheld who may not, is not. */
static int tombstone_check(struct audit *audit, uint64_t index, const struct statement *statement,
			   struct error *err)
{
	CLEANUP(believed_release) struct believed tombstone = { 0 };
	CLEANUP(digest_list_release) struct digest_list signers = { 0 };
	struct error cause = { 0 };
	struct tombstone said;
	char hex[DIGEST_HEX_SIZE];
	bool there, found;

	if (tombstone_parse(statement->predicate, &said, &cause))
		return audit_cause(audit, index, &cause, err);
	digest_to_hex(&said.digest, hex);
	if (said.what == WITHHELD_OBJECT
		    ? store_has(audit->registry->store, &said.digest, &there, err)
		    : statement_signers(audit->registry, &said.digest, &signers, err))
		return -1;
	if (said.what == WITHHELD_STATEMENT)
		there = signers.count > 0;
	if (!there)
		return 0;
	if (tombstone_find(audit, said.what, &said.digest, &tombstone, &found, err))
		return -1;
	return found ? audit_find(audit, err,
				  "entry %llu: the %s sha256:%s is withheld and still here: "
				  "'akashi withhold sha256:%s' removes it",
				  (unsigned long long)index,
				  said.what == WITHHELD_OBJECT ? "object" : "statement", hex, hex)
		     : 0;
}

/* A file of a version that is missing: its bytes may have been released. */
static int file_check(struct audit *audit, uint64_t index, const struct digest *identity,
		      const struct manifest_file *file, struct error *err)
{
	CLEANUP(believed_release) struct believed retention = { 0 };
	char text[RELEASED_TEXT_MAX];
	bool there, found = false;

	if (store_has(audit->registry->store, &file->sha256, &there, err))
		return -1;
	if (there)
		return 0;
	if (trust_open(audit, err) ||
	    (audit->trusted &&
	     released_find(&audit->trust, audit->evidence, identity, &retention, &found, err)))
		return -1;
	if (!found)
		return missing(audit, index, &file->sha256, file->path, err);
	audit->report.released++;
	released_text(&retention, text);
	context_notice(audit->registry->ctx, "entry %llu: the bytes of %s were %s",
		       (unsigned long long)index, file->path, text);
	return 0;
}

/* A manifest is always read whole, and every file of it looked for. */
static int manifest_check(struct audit *audit, uint64_t index, const struct digest *identity,
			  const struct digest *digest, struct error *err)
{
	CLEANUP(manifest_free) struct manifest *manifest = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	struct error why = { 0 };

	buffer_init(&bytes, MANIFEST_MAX_BYTES);
	if (store_get(audit->registry->store, digest, &bytes, &why) ||
	    manifest_parse(buffer_view(&bytes), &manifest, &why))
		return why.code == ERROR_ABSENT ? missing(audit, index, digest, "manifest", err)
						: audit_cause(audit, index, &why, err);
	if (object_check(audit, index, &manifest->pieces, "pieces object", err))
		return -1;
	for (size_t i = 0; i < manifest->file_count; i++)
		if (file_check(audit, index, identity, &manifest->file[i], err))
			return -1;
	return 0;
}

/* The digest under `key`, when there is one, names an object. */
static int member_check(struct audit *audit, uint64_t index, const struct json *object,
			const char *key, struct error *err)
{
	struct error ignored = { 0 };
	struct digest digest;

	if (!object || json_need_digest(object, key, &digest, &ignored))
		return 0;
	return object_check(audit, index, &digest, key, err);
}

/* The same of each object of a list, or of a member of each. */
static int members_check(struct audit *audit, uint64_t index, const struct json *list,
			 const char *inner, const char *key, struct error *err)
{
	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *item = json_at(list, i);

		if (member_check(audit, index, inner ? json_member(item, inner) : item, key, err))
			return -1;
	}
	return 0;
}

static int run_check(struct audit *audit, uint64_t index, const struct json *predicate,
		     struct error *err)
{
	return member_check(audit, index, predicate, "file", err) ||
			       member_check(audit, index, predicate, "details", err) ||
			       members_check(audit, index, json_member(predicate, "repositories"),
					     "git", "diff", err)
		       ? -1
		       : 0;
}

int audit_kept_facts(struct audit *audit, struct span facts, bool *out_all, struct error *err)
{
	struct reach_object object;
	struct reach_facts parsed;
	bool any = true;

	*out_all = true;
	if (audit->request->statements_only)
		return 0;
	if (reach_facts_parse(facts, &parsed, err))
		return -1;
	while (*out_all) {
		if (reach_facts_next(&parsed.needs, &object, &any, err))
			return -1;
		if (!any)
			break;
		if (object.role != REACH_MENTION &&
		    store_has(audit->registry->store, &object.digest, out_all, err))
			return -1;
	}
	return 0;
}

int audit_kept(struct audit *audit, uint64_t index, const struct digest *identity,
	       const struct statement *statement, struct error *err)
{
	const struct json *predicate = statement->predicate;
	const struct json *git = json_member(predicate, "git");

	if (audit->request->statements_only)
		return statement->kind == STATEMENT_tombstone
			       ? tombstone_check(audit, index, statement, err)
			       : 0;
	if (git && member_check(audit, index, git, "diff", err))
		return -1;
	switch (statement->kind) {
	case STATEMENT_checkpoint:
	case STATEMENT_dataset:
		return manifest_check(audit, index, identity, &statement->digest, err);
	case STATEMENT_run:
		return run_check(audit, index, predicate, err);
	case STATEMENT_completion:
		return members_check(audit, index, json_member(predicate, "logs"), NULL, "digest",
				     err);
	case STATEMENT_eval:
		return member_check(audit, index, predicate, "file", err) ||
				       members_check(audit, index,
						     json_member(predicate, "samples"), NULL,
						     "file", err) ||
				       members_check(audit, index,
						     json_member(predicate, "attached"), NULL,
						     "file", err)
			       ? -1
			       : 0;
	case STATEMENT_allocation:
	case STATEMENT_card:
		return member_check(audit, index, predicate, "file", err);
	case STATEMENT_record:
		return member_check(audit, index, json_member(predicate, "probes"), "object",
				    err) ||
				       member_check(audit, index, predicate, "outputs", err)
			       ? -1
			       : 0;
	case STATEMENT_tombstone:
		return tombstone_check(audit, index, statement, err);
	default:
		return 0;
	}
}
