/* Tombstones, looked up where an object is missing. */
#include "verify/withheld.h"

#include <stdio.h>

static int tombstone_try(const struct trust *trust, const struct evidence *evidence,
			 const struct digest *identity, const struct digest *object,
			 struct believed *out_tombstone, struct error *err)
{
	CLEANUP(statement_release) struct statement seen = { 0 };
	struct digest key;

	/* A look saves believing everything else. */
	if (peek_statement(evidence, identity, &seen, &key, err))
		return -1;
	if (seen.kind != STATEMENT_tombstone || !digest_equal(&seen.digest, object))
		return error_set(err, ERROR_ABSENT, "it is no tombstone of that object");
	return believe_statement(trust, evidence, identity,
				 &(struct expectation){ STATEMENT_tombstone, NULL }, out_tombstone,
				 err);
}

int withheld_find(const struct trust *trust, const struct evidence *evidence,
		  const struct digest *object, struct believed *out_tombstone, bool *out_found,
		  struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list about = { 0 };

	*out_found = false;
	if (evidence_statements(evidence, object, &about, err))
		return -1;
	for (size_t i = 0; i < about.count; i++) {
		struct believed tombstone = { 0 };
		struct error why = { 0 };

		if (tombstone_try(trust, evidence, &about.item[i], object, &tombstone, &why)) {
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

void withheld_text(const struct believed *tombstone, char out_text[512])
{
	const struct json *predicate = tombstone->statement.predicate;
	const char *reason = json_text(json_member(predicate, "reason"));
	const char *declared = json_text(json_member(predicate, "declared"));

	snprintf(out_text, 512, "withheld since %.20s (log entry %llu): %.400s",
		 declared ? declared : "an unknown day", (unsigned long long)tombstone->index,
		 reason ? reason : "no reason is given");
}

int withheld_explain(const struct trust *trust, const struct evidence *evidence,
		     const struct digest *object, struct error *err)
{
	CLEANUP(believed_release) struct believed tombstone = { 0 };
	struct error why = { 0 };
	char text[512];
	bool found;

	if (err->code != ERROR_ABSENT)
		return -1;
	if (withheld_find(trust, evidence, object, &tombstone, &found, &why)) {
		*err = why;
		return -1;
	}
	if (!found)
		return -1;
	withheld_text(&tombstone, text);
	*err = (struct error){ 0 };
	return error_set(err, ERROR_UNTRUSTED, "%s", text);
}

int withheld_read(const struct trust *trust, const struct evidence *evidence,
		  const struct digest *object, struct buffer *out, struct error *err)
{
	return evidence_object_read(evidence, object, out, err)
		       ? withheld_explain(trust, evidence, object, err)
		       : 0;
}
