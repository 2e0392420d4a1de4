/*
 * How old is what is known here? A policy may ask for news of at most some age: then somebody must
 * have looked at the whole log that lately and found no newer policy, no revocation and no
 * retraction: the person who asks, or the signer of a state. That a proof is new says nothing: the
 * log is public, and anybody can prove an old policy under today's checkpoint.
 */
#include "verify/check/parts.h"

#include <stdio.h>
#include <string.h>

#include "verify/stated.h"

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

/* ---- Young enough? ---- */

/* Where news come from, while they are looked for. */
struct news {
	const struct check *check;
	const struct believed *last;
	const struct stated_questions *questions;
	const struct stated_subject *subject;
	size_t subject_count;

	/* What was found. */
	uint64_t time, size;
	struct digest state, signer;
};

/* 0 iff witnesses had seen it neither too long ago nor in a time to come. */
static int time_judge(const struct news *news, uint64_t shown, struct error *err)
{
	uint64_t now = (uint64_t)context_now(news->check->ctx);
	uint64_t age = trust_policy(news->last->anchor)->maximum_age;
	char date[32];

	time_write(shown, date);
	if (!shown)
		return error_set(err, ERROR_UNTRUSTED,
				 "nothing here says how old it is: no checkpoint that a quorum of "
				 "witnesses cosigned over just what it covers");
	if (now > shown && now - shown > age)
		return error_set(err, ERROR_UNTRUSTED, "what is here is of %s", date);
	/* Else what is dated far ahead, or a clock that stands still, would be young for ever. */
	if (shown > now && shown - now > age)
		return error_set(
			err, ERROR_UNTRUSTED,
			"what is here is of %s, which has not come yet by this machine's clock",
			date);
	return 0;
}

/* By every key whose signature is used: of the release and the checkpoint. */
static int signers_judge(const struct stated *stated, const struct believed *about,
			 struct error *err)
{
	for (size_t i = 0; i < about->signer_count; i++)
		if (stated_unrevoked(stated, &about->anchor->chain, &about->signer[i].key,
				     about->signer[i].index, err))
			return -1;
	return 0;
}

/* Versions after the pinned one stand by their roots: none of these may have been revoked. */
static int roots_judge(const struct stated *stated, const struct policy_chain *chain,
		       struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list roots = { 0 };

	if (chain->count == chain->pinned + 1)
		return 0;
	for (size_t i = chain->pinned; i < chain->count; i++)
		for (size_t k = 0; k < chain->version[i].policy.root_count; k++)
			if (digest_list_add_once(&roots, &chain->version[i].policy.root[k], err))
				return -1;
	for (size_t i = 0; i < roots.count; i++)
		if (stated_unrevoked(stated, chain, &roots.item[i],
				     policy_chain_newest(chain)->index, err))
			return -1;
	return 0;
}

static int stated_judge(const struct news *news, const struct stated *stated, struct error *err)
{
	const struct check *check = news->check;
	const struct policy_chain *chain = &news->last->anchor->chain;

	if (stated_newest(stated, chain, err) || roots_judge(stated, chain, err) ||
	    signers_judge(stated, &stated->believed, err) ||
	    (check->has_release && signers_judge(stated, &check->release, err)) ||
	    signers_judge(stated, &check->checkpoint, err))
		return -1;
	for (size_t i = 0; i < news->subject_count; i++)
		if (stated_unretracted(stated, check->trust, check->evidence, &news->subject[i],
				       err))
			return -1;
	return 0;
}

/* A state that this evidence shows. */
static int state_try(void *arg, const struct evidence *evidence, struct error *err)
{
	struct news *news = arg;
	CLEANUP(stated_release) struct stated stated = { .file = NULL };
	uint64_t time;

	if (stated_read(news->check->trust, evidence, news->last->statement.origin,
			(const char *const *)news->questions->text, news->questions->count, &stated,
			err) ||
	    stated_time(&stated, &time, err) || time_judge(news, time, err) ||
	    stated_judge(news, &stated, err))
		return -1;
	news->time = time;
	news->size = stated.said.size;
	news->state = stated.believed.identity;
	news->signer = stated.believed.key;
	return 0;
}

/* The person who asks read the whole log and kept what there was: no state says more. */
static bool read_lately(struct news *news)
{
	const struct check_request *request = news->check->request;
	struct error ignored = { 0 };

	for (size_t i = 0; i < request->seen_count; i++) {
		const struct log_seen *seen = &request->seen[i];

		if (strcmp(seen->origin, news->last->statement.origin) != 0 || !seen->read_time ||
		    time_judge(news, seen->read_time, &ignored))
			continue;
		news->time = seen->read_time;
		news->size = seen->read_size;
		return true;
	}
	return false;
}

static int say_young(struct check *check, const struct news *news, bool read, struct error *err)
{
	bool same = digest_equal(&news->signer, &check->checkpoint.key);
	struct json *evidence, *object;
	char date[32];

	time_write(news->time, date);
	if (verdict_evidence(check->verdict, STEP_SIGNATURE, &evidence, err) ||
	    json_set_object(evidence, "news", &object, err) ||
	    json_set_text(object, "asOf", date, err) ||
	    json_set_size(object, "size", news->size, err) ||
	    (!read && json_set_digest(object, "state", &news->state, err)))
		return -1;
	return verdict_detail(
		check->verdict, STEP_SIGNATURE, err,
		"%s at %llu entries, as witnesses had seen it at %s, within the age that the "
		"policy allows: no newer policy, no revocation of its signers, no retraction%s",
		read ? "you read the log" : "the log's signed state speaks of it",
		(unsigned long long)news->size, date,
		read || !same ? ""
			      : " (it was signed by the key that signed the checkpoint: had that "
				"been stolen, this would say nothing)");
}

static int look_for_news(struct check *check, struct news *news, struct error *err)
{
	CLEANUP(stated_questions_release) struct stated_questions questions = { 0 };
	const struct policy *policy = trust_policy(news->last->anchor);
	struct error why = { 0 };

	if (read_lately(news))
		return say_young(check, news, true, err);
	news->questions = &questions;
	if (!stated_questions_make(&news->last->anchor->chain, news->subject, news->subject_count,
				   &questions, &why) &&
	    !evidence_try(check->evidence, state_try, news, &why))
		return say_young(check, news, false, err);
	if (why.code == ERROR_SYSTEM)
		return error_set(err, why.code, "%s", why.text);
	return verdict_undecided(check->verdict, err,
				 "the policy of '%s' asks for news of at most %llu s, and that "
				 "there is nothing newer is not shown: %s (akashi trust update "
				 "reads the log; --as-of takes things as they were)",
				 policy->origin, (unsigned long long)policy->maximum_age, why.text);
}

int check_age(struct check *check, const struct believed *last, struct error *err)
{
	char name[2][NAME_TEXT_MAX];
	struct stated_subject subject[2] = { { check->checkpoint.identity, name[0] },
					     { check->release.identity, name[1] } };
	struct news news = { .check = check,
			     .last = last,
			     .subject = subject,
			     .subject_count = check->has_release ? 2 : 1 };

	if (check->request->as_of)
		return check_as_of(check, last, err);
	/* A policy that nobody chose can ask for nothing: the verdict is undecided as it is. */
	if (!trust_policy(last->anchor)->maximum_age || !check->pinned)
		return 0;
	name_to_text(&check->checkpoint.statement.name, name[0]);
	name_to_text(&check->release.statement.name, name[1]);
	return look_for_news(check, &news, err);
}
