/* Tombstones, looked up where something is missing. */
#include "verify/withheld.h"

#include <stdio.h>

static int tombstone_try(const struct trust *trust, const struct evidence *evidence,
			 const struct digest *identity, enum withheld_what what,
			 const struct digest *digest, struct believed *out_tombstone,
			 struct error *err)
{
	CLEANUP(statement_release) struct statement seen = { 0 };
	struct tombstone tombstone;
	struct digest key;

	/* A look saves believing everything else. */
	if (peek_statement(evidence, identity, &seen, &key, err))
		return -1;
	if (seen.kind != STATEMENT_tombstone || tombstone_parse(seen.predicate, &tombstone, err) ||
	    tombstone.what != what || !digest_equal(&tombstone.digest, digest))
		return error_set(err, ERROR_ABSENT, "it is no tombstone of that");
	return believe_statement(trust, evidence, identity,
				 &(struct expectation){ STATEMENT_tombstone, NULL }, out_tombstone,
				 err);
}

int withheld_find(const struct trust *trust, const struct evidence *evidence,
		  enum withheld_what what, const struct digest *digest,
		  struct believed *out_tombstone, bool *out_found, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list about = { 0 };

	*out_found = false;
	if (evidence_statements(evidence, digest, &about, err))
		return -1;
	for (size_t i = 0; i < about.count; i++) {
		struct believed tombstone = { 0 };
		struct error why = { 0 };

		if (tombstone_try(trust, evidence, &about.item[i], what, digest, &tombstone,
				  &why)) {
			if (why.code == ERROR_SYSTEM)
				return error_set(err, why.code, "%s", why.text);
			continue; /* what nobody who may has said counts for nothing */
		}
		if (*out_found && out_tombstone->index <= tombstone.index) {
			believed_release(&tombstone);
			continue;
		}
		if (*out_found)
			believed_release(out_tombstone);
		*out_tombstone = tombstone;
		*out_found = true;
	}
	return 0;
}

void withheld_text(const struct believed *tombstone, char out_text[WITHHELD_TEXT_SIZE])
{
	const struct json *predicate = tombstone->statement.predicate;
	const char *reason = json_text(json_member(predicate, "reason"));
	const char *declared = json_text(json_member(predicate, "declared"));
	char key[DIGEST_HEX_SIZE];

	digest_to_hex(&tombstone->key, key);
	snprintf(out_text, WITHHELD_TEXT_SIZE,
		 "withheld since %.20s by key %.12s (log entry %llu): %.400s",
		 declared ? declared : "an unknown day", key, (unsigned long long)tombstone->index,
		 reason ? reason : "no reason is given");
}

/* What is absent, by `err`: withheld, where a tombstone was found. */
static int explain(struct believed *tombstone, int failed, bool found, const struct error *why,
		   struct error *err)
{
	char text[WITHHELD_TEXT_SIZE];

	if (failed) {
		*err = *why;
		return -1;
	}
	if (!found)
		return -1;
	withheld_text(tombstone, text);
	*err = (struct error){ 0 };
	return error_set(err, ERROR_UNTRUSTED, "%s", text);
}

int withheld_explain(const struct trust *trust, const struct evidence *evidence,
		     const struct digest *object, struct error *err)
{
	CLEANUP(believed_release) struct believed tombstone = { 0 };
	struct error why = { 0 };
	bool found = false;
	int failed;

	if (err->code != ERROR_ABSENT)
		return -1;
	failed = withheld_find(trust, evidence, WITHHELD_OBJECT, object, &tombstone, &found, &why);
	return explain(&tombstone, failed, found, &why, err);
}

int withheld_read(const struct trust *trust, const struct evidence *evidence,
		  const struct digest *object, struct buffer *out, struct error *err)
{
	return evidence_object_read(evidence, object, out, err)
		       ? withheld_explain(trust, evidence, object, err)
		       : 0;
}

int withheld_statement_find(const struct trust *trust, const struct evidence *evidence,
			    const struct digest *identity, struct believed *out_tombstone,
			    bool *out_found, struct error *err)
{
	CLEANUP(statement_release) struct statement seen = { 0 };
	struct error why = { 0 };
	struct digest key;

	*out_found = false;
	/* So no tombstone of a tombstone is ever looked for while one is believed: it is there. */
	if (!peek_statement(evidence, identity, &seen, &key, &why) || why.code != ERROR_ABSENT)
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	return withheld_find(trust, evidence, WITHHELD_STATEMENT, identity, out_tombstone,
			     out_found, err);
}

int withheld_explain_statement(const struct trust *trust, const struct evidence *evidence,
			       const struct digest *identity, struct error *err)
{
	CLEANUP(believed_release) struct believed tombstone = { 0 };
	struct error why = { 0 };
	bool found = false;
	int failed;

	if (err->code != ERROR_ABSENT)
		return -1;
	failed = withheld_statement_find(trust, evidence, identity, &tombstone, &found, &why);
	return explain(&tombstone, failed, found, &why, err);
}
