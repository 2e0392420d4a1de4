/* facts: what statements say of a model after it: evaluations, records, verdicts, releases, cards.
 */
#include "registry/facts/inner.h"

#include <string.h>

#include "registry/whose.h"

static int copy(const struct json *from, const char *key, struct json *to, struct error *err)
{
	const struct json *value = json_member(from, key);

	return value && !json_member(to, key) ? json_set_clone(to, key, value, err) : 0;
}

/* All of the predicate but what is in every statement and what the item has. */
static int copy_all(const struct json *predicate, struct json *item, struct error *err)
{
	struct json_members at = { 0 };

	while (json_next(predicate, &at))
		if (strcmp(at.key, "origin") != 0 && strcmp(at.key, "of") != 0 &&
		    strcmp(at.key, "salt") != 0 && copy(predicate, at.key, item, err))
			return -1;
	return 0;
}

static int eval_set(const struct believed *said, struct json *item, struct error *err)
{
	return copy_all(said->statement.predicate, item, err);
}

static int record_set(const struct believed *said, struct json *item, struct error *err)
{
	return copy_all(said->statement.predicate, item, err);
}

/* What came of it; the evidence of each step stays in the statement. */
static int verification_set(const struct believed *said, struct json *item, struct error *err)
{
	const struct json *verdict = json_member(said->statement.predicate, "verdict");
	const struct json *list = json_member(verdict, "steps");
	struct json *steps, *step;

	const struct json *derivations = derivation_verdicts(said->statement.predicate);

	if (copy(verdict, "status", item, err) || json_set_array(item, "steps", &steps, err) ||
	    (derivations && json_set_clone(item, "derivations", derivations, err)))
		return -1;
	for (size_t i = 0; i < json_count(list); i++)
		if (json_add_object(steps, &step, err) || copy(json_at(list, i), "id", step, err) ||
		    copy(json_at(list, i), "status", step, err))
			return -1;
	return 0;
}

/* Told after the verifications, which say what is known of it. */
static int derivation_set(const struct believed *said, struct json *item, struct error *err)
{
	return copy_all(said->statement.predicate, item, err);
}

/* A release has a name of its own, and what it lists is not a fact about the model. */
static int release_set(const struct believed *said, struct json *item, struct error *err)
{
	return copy(said->statement.predicate, "modelSignatureRoot", item, err);
}

static int card_set(const struct believed *said, struct json *item, struct error *err)
{
	return json_set_digest(item, "digest", &said->statement.digest, err) ||
			       copy(said->statement.predicate, "size", item, err)
		       ? -1
		       : 0;
}

static int standing_set(const struct believed *said, struct json *item, struct error *err)
{
	return json_set_text(item, "kind", statement_kind_name(said->statement.kind), err) ||
			       copy_all(said->statement.predicate, item, err)
		       ? -1
		       : 0;
}

/* Which kinds are told, where, and by which member they name the model. */
static const struct told {
	const char *kind, *list, *by; /* by NULL: the subject's digest */
	int (*set)(const struct believed *said, struct json *item, struct error *err);
} told[] = {
	{ "eval", "evals", "of", eval_set },
	{ "record", "records", "of", record_set },
	{ "verification", "verifications", "of", verification_set },
	{ "release", "releases", "checkpoint", release_set },
	{ "card", "cards", "of", card_set },
	{ "derivation", "derivations", "of", derivation_set },
	{ "retraction", "standing", NULL, standing_set },
	{ "supersession", "standing", NULL, standing_set },
};

#define TOLD_COUNT (sizeof(told) / sizeof(told[0]))

/* How the statement is told; NULL: it is of another kind, or not about this checkpoint. */
static const struct told *told_find(const struct gathering *g, const struct statement *said)
{
	const struct digest *checkpoint = &g->wish->checkpoint->identity;
	struct error ignored = { 0 };
	struct reference of;

	for (size_t i = 0; i < TOLD_COUNT; i++) {
		if (strcmp(told[i].kind, statement_kind_name(said->kind)) != 0)
			continue;
		if (!told[i].by)
			return digest_equal(&said->digest, checkpoint) ? &told[i] : NULL;
		if (reference_need(said->predicate, told[i].by, &of, &ignored) ||
		    !digest_equal(&of.statement, checkpoint))
			return NULL;
		return &told[i];
	}
	return NULL;
}

/* The scores of a result that was retracted: all of them invalidated. */
static int scores_invalidate(const struct json *predicate, struct json *item, struct error *err)
{
	CLEANUP(json_free) struct json *scores = NULL;
	const struct json *list = json_member(predicate, "scores");

	if (json_array_new(&scores, err))
		return -1;
	for (size_t i = 0; i < json_count(list); i++) {
		CLEANUP(json_free) struct json *score = NULL;
		struct json_members at = { 0 };

		if (json_object_new(&score, err))
			return -1;
		while (json_next(json_at(list, i), &at))
			if (strcmp(at.key, "state") != 0 &&
			    json_set_clone(score, at.key, at.value, err))
				return -1;
		if (json_set_text(score, "state", "invalidated", err) ||
		    json_add_take(scores, &score, err))
			return -1;
	}
	return json_set_take(item, "scores", &scores, err);
}

/* Was the result retracted, by somebody who may? Then the item says by which statement and why. */
static int eval_standing(struct gathering *g, const struct believed *result, struct json *item,
			 struct error *err)
{
	const struct digest *eval = &result->identity;
	CLEANUP(digest_list_release) struct digest_list about = { 0 };
	struct json *retracted;

	if (evidence_statements(g->wish->evidence, eval, &about, err))
		return -1;
	for (size_t i = 0; i < about.count; i++) {
		CLEANUP(statement_release) struct statement seen = { 0 };
		CLEANUP(believed_release) struct believed said = { 0 };
		struct error ignored = { 0 };
		struct digest key;
		bool taken;

		if (peek_statement(g->wish->evidence, &about.item[i], &seen, &key, &ignored) ||
		    seen.kind != STATEMENT_retraction || !digest_equal(&seen.digest, eval))
			continue;
		if (facts_believe(g, &about.item[i], (int)seen.kind, &said, &taken, err))
			return -1;
		if (!taken)
			continue;
		return json_set_object(item, "retracted", &retracted, err) ||
				       facts_source(g, &said, retracted, err) ||
				       copy(said.statement.predicate, "reason", retracted, err) ||
				       scores_invalidate(result->statement.predicate, item, err)
			       ? -1
			       : 0;
	}
	return 0;
}

static int said_take(struct gathering *g, const struct digest *identity, bool derivations,
		     struct json *const *list, struct error *err)
{
	CLEANUP(statement_release) struct statement seen = { 0 };
	CLEANUP(believed_release) struct believed said = { 0 };
	struct error ignored = { 0 };
	const struct told *how;
	struct digest key;
	struct json *item;
	bool taken;

	/* What was taken away has a tombstone, and is nothing that could be told. */
	if (peek_statement(g->wish->evidence, identity, &seen, &key, &ignored))
		return 0;
	how = told_find(g, &seen);
	if (!how || (seen.kind == STATEMENT_derivation) != derivations)
		return 0;
	if (facts_believe(g, identity, (int)seen.kind, &said, &taken, err))
		return -1;
	if (!taken)
		return 0;
	return json_add_object(list[how - told], &item, err) || facts_source(g, &said, item, err) ||
			       json_set_bool(item, "independent",
					     believed_independent(g->wish->checkpoint, &said),
					     err) ||
			       (seen.kind == STATEMENT_eval &&
				eval_standing(g, &said, item, err)) ||
			       how->set(&said, item, err) ||
			       (derivations && facts_proof(g, item, err))
		       ? -1
		       : 0;
}

int facts_said(struct gathering *g, struct error *err)
{
	static const struct digest nobody = { { 0 } };
	const struct digest *checkpoint = &g->wish->checkpoint->identity;
	CLEANUP(digest_list_release) struct digest_list about = { 0 };
	struct json *list[TOLD_COUNT] = { NULL };

	for (size_t i = 0; i < TOLD_COUNT; i++) {
		if (i && strcmp(told[i].list, told[i - 1].list) == 0)
			list[i] = list[i - 1];
		else if (json_set_array(g->facts, told[i].list, &list[i], err))
			return -1;
	}
	if (digest_equal(checkpoint, &nobody))
		return 0;
	if (evidence_statements(g->wish->evidence, checkpoint, &about, err))
		return -1;
	if (about.count > FACTS_STATEMENTS_MAX)
		return error_set(err, ERROR_CORRUPT,
				 "%zu statements speak of it; at most %u are read", about.count,
				 FACTS_STATEMENTS_MAX);
	for (size_t i = 0; i < 2 * about.count; i++)
		if (said_take(g, &about.item[i % about.count], i >= about.count, list, err))
			return -1;
	return 0;
}
