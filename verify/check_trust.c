/* Over time: what was seen before, what was retracted, how old what is shown here is. */
#include "verify/check_parts.h"

#include <stdio.h>
#include <string.h>

#define DAY_S 86400u

/* "2026-11-24T18:00:00Z" */
static void time_write(uint64_t unix_s, char out_text[32])
{
	uint64_t days = unix_s / DAY_S, rest = unix_s % DAY_S;
	/* Days since 0000-03-01 in the Gregorian calendar, by eras of 400 years. */
	uint64_t z = days + 719468, era = z / 146097, doe = z % 146097;
	uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	uint64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	unsigned day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	unsigned month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	unsigned year = (unsigned)((yoe + era * 400 + (month <= 2)) % 10000);

	snprintf(out_text, 32, "%04u-%02u-%02uT%02u:%02u:%02uZ", year, month, day,
		 (unsigned)(rest / 3600), (unsigned)(rest / 60 % 60), (unsigned)(rest % 60));
}

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

		if (request->learn(request->learn_user, anchor, check->evidence, its ? size : 0,
				   err))
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
		if (said.statement.kind == STATEMENT_retraction
			    ? say_retracted(check, name, &said, err)
			    : say_superseded(check, name, &said, err))
			return -1;
	}
	return 0;
}

/* ---- Age ---- */

/* The latest time at which a quorum of witnesses had seen what is shown here; 0: unknown. */
static uint64_t shown_at(const struct check *check, const struct believed *last)
{
	uint64_t time = last->checkpoint.time;

	if (check->checkpoint.checkpoint.time > time)
		time = check->checkpoint.checkpoint.time;
	return last->anchor->chain.time > time ? last->anchor->chain.time : time;
}

static int check_as_of(struct check *check, const struct believed *last, struct error *err)
{
	const struct check_request *request = check->request;
	char date[32];

	if (request->as_of_index != UINT64_MAX) {
		if (last->index > request->as_of_index)
			return verdict_undecided(check->verdict, err,
						 "it was logged at entry %llu, and you ask as of "
						 "entry %llu",
						 (unsigned long long)last->index,
						 (unsigned long long)request->as_of_index);
		return verdict_detail(check->verdict, STEP_SIGNATURE, err,
				      "as logged at entry %llu; later revocations unknown",
				      (unsigned long long)request->as_of_index);
	}
	time_write((uint64_t)request->as_of_time, date);
	if (!last->checkpoint.time || last->checkpoint.time > (uint64_t)request->as_of_time)
		return verdict_undecided(
			check->verdict, err,
			"nothing here shows what the log held on %s: no checkpoint "
			"that witnesses cosigned by then",
			date);
	return verdict_detail(check->verdict, STEP_SIGNATURE, err,
			      "as logged on %s; later revocations unknown", date);
}

int check_age(struct check *check, const struct believed *last, struct error *err)
{
	const struct policy *policy = trust_policy(last->anchor);
	uint64_t now = (uint64_t)context_now(check->ctx), shown = shown_at(check, last);
	char date[32];

	if (check->request->as_of)
		return check_as_of(check, last, err);
	if (!policy->maximum_age)
		return 0;
	time_write(shown, date);
	if (!shown)
		return verdict_undecided(
			check->verdict, err,
			"the policy of '%s' asks for news of at most %llu s, and "
			"nothing here says how old it is: no checkpoint that a quorum "
			"of witnesses cosigned (--as-of takes it as it is)",
			policy->origin, (unsigned long long)policy->maximum_age);
	if (now > shown && now - shown > policy->maximum_age)
		return verdict_undecided(
			check->verdict, err,
			"the policy of '%s' asks for news of at most %llu s, and what "
			"is here is of %s: akashi trust update, or --as-of %.10s",
			policy->origin, (unsigned long long)policy->maximum_age, date, date);
	/* Else what is dated far ahead, or a clock that stands still, would be young for ever. */
	if (shown > now && shown - now > policy->maximum_age)
		return verdict_undecided(
			check->verdict, err,
			"the policy of '%s' asks for news of at most %llu s, and what "
			"is here is of %s, which has not come yet by this machine's clock",
			policy->origin, (unsigned long long)policy->maximum_age, date);
	return verdict_detail(check->verdict, STEP_SIGNATURE, err,
			      "witnesses had seen the log at %s, within the age that the policy "
			      "allows",
			      date);
}
