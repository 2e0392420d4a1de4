/* Log and claims: the statements that a checkpoint is tied to. */
#include "verify/check/parts.h"

#include <stdlib.h>
#include <string.h>

#include "verify/manifest.h"
#include "verify/time_text.h"

/* How far the witnesses of the log vouch for its checkpoint. */
static int say_witnesses(const struct checkpoint *checkpoint, struct json *evidence,
			 struct error *err)
{
	char when[TIME_TEXT_SIZE];

	if (json_set_size(evidence, "witnesses", checkpoint->witnesses, err))
		return -1;
	if (!checkpoint->witnesses)
		return 0;
	if (json_set_size(evidence, "cosigned", checkpoint->cosigned, err) ||
	    json_set_size(evidence, "needed", checkpoint->needed, err) ||
	    json_set_size(evidence, "colluders", checkpoint->colluders, err))
		return -1;
	time_format((int64_t)checkpoint->time, when);
	return checkpoint->time ? json_set_text(evidence, "cosignedAt", when, err) : 0;
}

int check_log(struct check *check, struct error *err)
{
	const struct believed *last = check->has_release ? &check->release : &check->checkpoint;
	const struct checkpoint *seen = &last->checkpoint;
	CLEANUP(buffer_release) struct buffer witnessed;
	CLEANUP(text_free) char *words = NULL;
	struct json *evidence;

	buffer_init(&witnessed, 1024);
	if (verdict_evidence(check->verdict, STEP_LOG, &evidence, err) ||
	    json_set_text(evidence, "origin", last->statement.origin, err) ||
	    json_set_size(evidence, "index", check->checkpoint.index, err) ||
	    json_set_size(evidence, "size", seen->head.size, err) ||
	    json_set_size(evidence, "claimIndex", check->checkpoint.claim_index, err) ||
	    say_witnesses(seen, evidence, err))
		return -1;
	if (check->has_release && json_set_size(evidence, "releaseIndex", last->index, err))
		return -1;
	if (checkpoint_describe(seen, &witnessed, err) || buffer_to_text(&witnessed, &words, err))
		return -1;
	return verdict_set(check->verdict, STEP_LOG, check->pinned ? STEP_HOLDS : STEP_NOT_POSSIBLE,
			   err, "entry %llu of %llu in the log of %s%s; %s",
			   (unsigned long long)last->index, (unsigned long long)seen->head.size,
			   last->statement.origin, check->pinned ? "" : ", which you did not pin",
			   words);
}

/* Which step suffers when a listed statement of this kind is not there. */
static enum step_id step_of_kind(enum statement_kind kind)
{
	switch (kind) {
	case STATEMENT_record:
		return STEP_FORWARD;
	case STATEMENT_eval:
	case STATEMENT_card:
		return STEP_CLAIMS;
	case STATEMENT_dataset:
	case STATEMENT_run:
		return STEP_LINEAGE;
	default:
		return STEP_SIGNATURE;
	}
}

int check_listed(struct check *check, struct error *err)
{
	const struct json *listed;
	struct error cause = { 0 };

	if (json_need_array(check->release.statement.predicate, "statements", &listed, &cause))
		return check_blame(check, STEP_SIGNATURE, "the release statement", true, &cause,
				   err);
	for (size_t i = 0; i < json_count(listed); i++) {
		const char *text = json_text(json_at(listed, i));
		CLEANUP(believed_release) struct believed believed = { 0 };
		CLEANUP(statement_release) struct statement said = { 0 };
		struct digest identity, key;
		enum step_id step = STEP_SIGNATURE;
		char id[DIGEST_SHORT_SIZE];
		CLEANUP(buffer_release) struct buffer what;

		buffer_init(&what, 256);
		if (digest_from_hex(span_of(text ? text : ""), &identity, &cause))
			return check_blame(check, STEP_SIGNATURE, "the release statement", true,
					   &cause, err);
		if (believe_statement(check->trust, check->evidence, &identity, NULL, &believed,
				      &cause) == 0)
			continue;
		digest_shorten(&identity, id);
		if (peek_statement(check->evidence, &identity, &said, &key, &(struct error){ 0 }) ==
		    0)
			step = step_of_kind(said.kind);
		if (buffer_printf(&what, err, "statement %s, which the release lists", id) ||
		    buffer_add(&what, (struct span){ (const uint8_t *)"", 1 }, err) ||
		    check_blame(check, step, (const char *)what.data, true, &cause, err))
			return -1;
	}
	return 0;
}

int check_each_about(struct check *check, enum statement_kind kind, enum step_id blame,
		     int (*visit)(struct check *check, const struct believed *believed, void *arg,
				  struct error *err),
		     void *arg, size_t *out_unknown, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list list = { 0 };

	*out_unknown = 0;
	if (evidence_statements(check->evidence, &check->checkpoint.identity, &list, err))
		return -1;
	for (size_t i = 0; i < list.count; i++) {
		CLEANUP(believed_release) struct believed believed = { 0 };
		CLEANUP(statement_release) struct statement said = { 0 };
		struct digest key;
		struct reference of;
		struct error cause = { 0 };

		if (peek_statement(check->evidence, &list.item[i], &said, &key,
				   &(struct error){ 0 }) ||
		    said.kind != kind)
			continue;
		if (reference_need(said.predicate, "of", &of, &cause) ||
		    !digest_equal(&of.statement, &check->checkpoint.identity))
			continue;
		if (believe_statement(check->trust, check->evidence, &list.item[i],
				      &(struct expectation){ (int)kind, NULL }, &believed,
				      &cause)) {
			if (cause.code != ERROR_UNTRUSTED &&
			    check_blame(check, blame, statement_kind_name(kind), true, &cause, err))
				return -1;
			++*out_unknown;
			continue;
		}
		if (visit(check, &believed, arg, err))
			return -1;
	}
	return 0;
}

/* What the claims step counts. */
struct claims {
	size_t evals, scores, cards;
};

/* Who took the results back, if somebody who may did; *out_found says so. */
static int retraction_find(struct check *check, const struct believed *eval,
			   struct believed *out_said, bool *out_found, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list list = { 0 };

	*out_found = false;
	if (evidence_statements(check->evidence, &eval->identity, &list, err))
		return -1;
	for (size_t i = 0; i < list.count && !*out_found; i++) {
		CLEANUP(statement_release) struct statement seen = { 0 };
		struct error why = { 0 };
		struct digest key;

		if (peek_statement(check->evidence, &list.item[i], &seen, &key, &why) == 0 &&
		    seen.kind == STATEMENT_retraction &&
		    digest_equal(&seen.digest, &eval->identity))
			*out_found = believe_statement(check->trust, check->evidence, &list.item[i],
						       NULL, out_said, &why) == 0;
		if (why.code == ERROR_SYSTEM)
			return error_set(err, why.code, "%s", why.text);
	}
	return 0;
}

/* Results that were taken back do not count, and are told. */
static int tell_retracted(struct check *check, const struct believed *said, const char *file,
			  struct error *err)
{
	const char *reason = json_text(json_member(said->statement.predicate, "reason"));
	char key[DIGEST_SHORT_SIZE];

	digest_shorten(&said->key, key);
	return verdict_detail(check->verdict, STEP_CLAIMS, err,
			      "the results '%s' do not count: retracted by key %s: %s", file, key,
			      reason ? reason : "no reason is given");
}

static int visit_eval(struct check *check, const struct believed *believed, void *arg,
		      struct error *err)
{
	CLEANUP(believed_release) struct believed said = { 0 };
	struct claims *claims = arg;
	const struct json *predicate = believed->statement.predicate;
	uint64_t part;
	bool retracted;
	size_t scores = json_count(json_member(predicate, "scores"));
	const char *file = json_text(json_member(predicate, "fileName"));
	struct reference of;
	struct error cause = { 0 };
	char key[DIGEST_SHORT_SIZE];

	if (reference_need(predicate, "of", &of, &cause))
		return check_blame(check, STEP_CLAIMS, "an eval", true, &cause, err);
	if (of.has_manifest && !digest_equal(&of.manifest, &check->checkpoint.statement.digest))
		return verdict_set(check->verdict, STEP_CLAIMS, STEP_FAILS, err,
				   "the results '%s' are of other weights", file ? file : "");
	if (retraction_find(check, believed, &said, &retracted, err) ||
	    json_maybe_size(json_member(predicate, "part"), "number", 1, &part, &cause))
		return err->code ? -1
				 : check_blame(check, STEP_CLAIMS, "an eval", true, &cause, err);
	if (retracted)
		return tell_retracted(check, &said, file ? file : "results", err);
	claims->evals += part == 1;
	claims->scores += scores;
	digest_shorten(&believed->key, key);
	return verdict_detail(check->verdict, STEP_CLAIMS, err,
			      "%zu scores of '%s', bound to these weights by key %s (%s)", scores,
			      file ? file : "results", key,
			      digest_equal(&believed->key, &check->checkpoint.key)
				      ? "the publisher's own"
				      : "not the publisher's");
}

int check_claims(struct check *check, struct error *err)
{
	struct claims claims = { 0 };
	size_t unknown_evals, unknown_cards;
	struct json *evidence;
	char name[NAME_TEXT_MAX];
	const struct step *step = &check->verdict->step[STEP_CLAIMS];

	if (check_each_about(check, STATEMENT_eval, STEP_CLAIMS, visit_eval, &claims,
			     &unknown_evals, err) ||
	    verdict_evidence(check->verdict, STEP_CLAIMS, &evidence, err) ||
	    check_cards(check, evidence, &claims.cards, &unknown_cards, err))
		return -1;
	name_to_text(&check->checkpoint.statement.name, name);
	if (json_set_text(evidence, "name", name, err) ||
	    json_set_size(evidence, "claimIndex", check->checkpoint.claim_index, err) ||
	    json_set_size(evidence, "evals", claims.evals, err) ||
	    json_set_size(evidence, "scores", claims.scores, err) ||
	    json_set_size(evidence, "unknownSigners", unknown_evals + unknown_cards, err))
		return -1;
	if (check_state(check, name, evidence, err))
		return -1;
	if (step->status != STEP_NOT_ASKED)
		return 0;
	return verdict_set(
		check->verdict, STEP_CLAIMS, check->pinned ? STEP_HOLDS : STEP_NOT_POSSIBLE, err,
		"the name is claimed; %zu evaluation result%s with %zu scores%s", claims.evals,
		claims.evals == 1 ? "" : "s", claims.scores, claims.cards ? "; a signed card" : "");
}
