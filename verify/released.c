/* Retention statements, looked up where the bytes of a version are missing. */
#include "verify/released.h"

#include <stdio.h>

static int retention_try(const struct trust *trust, const struct evidence *evidence,
			 const struct digest *identity, const struct digest *about,
			 struct believed *out_retention, struct error *err)
{
	CLEANUP(statement_release) struct statement seen = { 0 };
	struct digest key;

	/* A look saves believing everything else. */
	if (peek_statement(evidence, identity, &seen, &key, err))
		return -1;
	if (seen.kind != STATEMENT_retention || !digest_equal(&seen.digest, about))
		return error_set(err, ERROR_ABSENT, "it says nothing of those bytes");
	return believe_statement(trust, evidence, identity,
				 &(struct expectation){ STATEMENT_retention, NULL }, out_retention,
				 err);
}

int retention_find(const struct trust *trust, const struct evidence *evidence,
		   const struct digest *statement, struct believed *out_retention, bool *out_found,
		   struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list about = { 0 };
	struct believed last = { 0 };
	bool found = false;

	if (evidence_statements(evidence, statement, &about, err))
		return -1;
	for (size_t i = 0; i < about.count; i++) {
		struct believed retention = { 0 };
		struct error why = { 0 };

		if (retention_try(trust, evidence, &about.item[i], statement, &retention, &why)) {
			if (why.code != ERROR_SYSTEM)
				continue; /* what nobody who may has said counts for nothing */
			if (found)
				believed_release(&last);
			return error_set(err, why.code, "%s", why.text);
		}
		if (found && last.index >= retention.index) {
			believed_release(&retention);
			continue;
		}
		if (found)
			believed_release(&last);
		last = retention;
		found = true;
	}
	if (found)
		*out_retention = last;
	*out_found = found;
	return 0;
}

int released_find(const struct trust *trust, const struct evidence *evidence,
		  const struct digest *statement, struct believed *out_retention, bool *out_found,
		  struct error *err)
{
	struct believed last = { 0 };
	struct error ignored = { 0 };
	bool found, keep;

	*out_found = false;
	if (retention_find(trust, evidence, statement, &last, &found, err))
		return -1;
	if (!found)
		return 0;
	if (json_need_bool(last.statement.predicate, "keep", &keep, &ignored) || keep) {
		believed_release(&last);
		return 0;
	}
	*out_retention = last;
	*out_found = true;
	return 0;
}

void released_text(const struct believed *retention, char out_text[RELEASED_TEXT_MAX])
{
	const struct json *predicate = retention->statement.predicate;
	const char *reason = json_text(json_member(predicate, "reason"));
	const char *declared = json_text(json_member(predicate, "declared"));
	char key[DIGEST_HEX_SIZE];

	digest_to_hex(&retention->key, key);
	snprintf(out_text, RELEASED_TEXT_MAX, "released on %.20s by %.12s (log entry %llu): %.600s",
		 declared ? declared : "an unknown day", key, (unsigned long long)retention->index,
		 reason ? reason : "no reason is given");
}

int released_explain(const struct trust *trust, const struct evidence *evidence,
		     const struct digest *statement, struct error *err)
{
	CLEANUP(believed_release) struct believed retention = { 0 };
	char text[RELEASED_TEXT_MAX];
	struct error why = { 0 };
	bool found;

	if (err->code != ERROR_ABSENT)
		return -1;
	if (released_find(trust, evidence, statement, &retention, &found, &why)) {
		*err = why;
		return -1;
	}
	if (!found)
		return -1;
	released_text(&retention, text);
	*err = (struct error){ 0 };
	return error_set(err, ERROR_ABSENT, "the bytes were %s", text);
}
