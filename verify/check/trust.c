/* Over time: what was seen before, and what was retracted since. */
#include "verify/check/parts.h"

#include <stdio.h>
#include <string.h>

/* ---- What was seen before ---- */

static const struct log_seen *seen_find(const struct check *check, const char *origin)
{
	for (size_t i = 0; i < check->request->seen_count; i++)
		if (strcmp(check->request->seen[i].origin, origin) == 0)
			return &check->request->seen[i];
	return NULL;
}

int check_seen(struct check *check, struct error *err)
{
	for (size_t i = 0; i < check->trust->count; i++) {
		const struct trust_anchor *anchor = &check->trust->anchor[i];
		const struct log_seen *seen = seen_find(check, trust_policy(anchor)->origin);
		struct error cause = { 0 };

		if (!seen)
			continue;
		if (seen->first_use &&
		    verdict_detail(
			    check->verdict, STEP_SIGNATURE, err,
			    "'%s' was pinned on first use from '%s': whoever controlled that "
			    "controls this",
			    seen->origin, seen->first_use))
			return -1;
		if (!check->request->as_of && trust_seen_check(anchor, seen, &cause) &&
		    check_blame(check, STEP_SIGNATURE, "the policy", true, &cause, err))
			return -1;
	}
	return 0;
}

int check_learn(struct check *check, uint64_t size, struct error *err)
{
	const struct check_request *request = check->request;

	if (!request->learn || !check->pinned || request->as_of ||
	    verdict_status(check->verdict) == VERDICT_FAILS)
		return 0;
	for (size_t i = 0; i < check->trust->count; i++) {
		const struct trust_anchor *anchor = &check->trust->anchor[i];
		/* The size is that of the release's log alone. */
		bool its =
			strcmp(trust_policy(anchor)->origin, check->release.statement.origin) == 0;

		if (request->learn(request->learn_user, anchor, check->evidence,
				   its ? &check->standing : NULL, its ? size : 0, err))
			return -1;
	}
	return 0;
}

/* ---- What was said about it later ---- */

static int say_retracted(struct check *check, const char *name, const struct believed *said,
			 struct error *err)
{
	const char *reason = json_text(json_member(said->statement.predicate, "reason"));
	char key[DIGEST_SHORT_SIZE];
	struct json *evidence, *object;

	digest_shorten(&said->key, key);
	if (verdict_evidence(check->verdict, STEP_SIGNATURE, &evidence, err))
		return -1;
	if (!json_member(evidence, "retracted") &&
	    (json_set_object(evidence, "retracted", &object, err) ||
	     json_set_digest(object, "statement", &said->identity, err) ||
	     json_set_digest(object, "key", &said->key, err) ||
	     json_set_size(object, "index", said->index, err) ||
	     json_set_text(object, "reason", reason ? reason : "", err)))
		return -1;
	if (check->request->allow_retracted)
		return verdict_detail(check->verdict, STEP_SIGNATURE, err,
				      "%s was retracted by %s at entry %llu, and you allowed that: "
				      "%s",
				      name, key, (unsigned long long)said->index,
				      reason ? reason : "no reason is given");
	return verdict_undecided(check->verdict, err, "%s was retracted by %s at entry %llu: %s",
				 name, key, (unsigned long long)said->index,
				 reason ? reason : "no reason is given");
}

static int say_superseded(struct check *check, const char *name, const struct believed *said,
			  struct error *err)
{
	struct reference by;
	char key[DIGEST_SHORT_SIZE], newer[NAME_TEXT_MAX];
	struct error ignored = { 0 };
	struct json *evidence;

	if (reference_need(said->statement.predicate, "by", &by, &ignored))
		return 0;
	digest_shorten(&said->key, key);
	name_to_text(&by.name, newer);
	if (verdict_evidence(check->verdict, STEP_SIGNATURE, &evidence, err) ||
	    (!json_member(evidence, "supersededBy") &&
	     json_set_text(evidence, "supersededBy", newer, err)))
		return -1;
	return verdict_detail(check->verdict, STEP_SIGNATURE, err,
			      "%s was superseded by %s, says %s at entry %llu", name, newer, key,
			      (unsigned long long)said->index);
}

/* Is it a retraction or supersession? A look saves believing everything else. */
static int is_standing(const struct check *check, const struct digest *identity, bool *out_is,
		       struct error *err)
{
	CLEANUP(statement_release) struct statement said = { 0 };
	struct error why = { 0 };
	struct digest key;

	*out_is = !peek_statement(check->evidence, identity, &said, &key, &why) &&
		  (said.kind == STATEMENT_retraction || said.kind == STATEMENT_supersession);
	return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
}

int check_standing(struct check *check, const struct believed *about, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list list = { 0 };
	char name[NAME_TEXT_MAX];

	name_to_text(&about->statement.name, name);
	if (evidence_statements(check->evidence, &about->identity, &list, err))
		return -1;
	for (size_t i = 0; i < list.count; i++) {
		CLEANUP(believed_release) struct believed said = { 0 };
		struct error why = { 0 };
		bool standing;

		if (is_standing(check, &list.item[i], &standing, err))
			return -1;
		if (!standing)
			continue;
		/* What nobody who may has said counts for nothing: anybody can lay it there. */
		if (believe_statement(check->trust, check->evidence, &list.item[i], NULL, &said,
				      &why)) {
			if (why.code == ERROR_SYSTEM)
				return error_set(err, why.code, "%s", why.text);
			continue;
		}
		if (!digest_equal(&said.statement.digest, &about->identity) ||
		    said.index > check_upto(check->request))
			continue;
		if (digest_list_add_once(&check->standing, &said.identity, err))
			return -1;
		if (said.statement.kind == STATEMENT_retraction
			    ? say_retracted(check, name, &said, err)
			    : say_superseded(check, name, &said, err))
			return -1;
	}
	return 0;
}
