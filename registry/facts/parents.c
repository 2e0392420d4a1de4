/* facts: the models that a model was made from, and what is known of each step. */
#include "registry/facts/inner.h"

#include <string.h>

static bool same_text(const struct json *one, const struct json *other)
{
	const char *a = json_text(one), *b = json_text(other);

	return a && b && strcmp(a, b) == 0;
}

/* What a verification found of the derivation; false: nothing. */
static bool outcome_of(const struct json *verification, const struct json *identity,
		       enum derivation_proof *out_proof)
{
	const struct json *list = json_member(verification, "derivations");

	for (size_t i = 0; i < json_count(list); i++) {
		const char *outcome = json_text(json_member(json_at(list, i), "outcome"));

		if (!outcome || !same_text(json_member(json_at(list, i), "statement"), identity))
			continue;
		*out_proof = strcmp(outcome, "differs") == 0 ? DERIVATION_CONTRADICTED
							     : DERIVATION_REEXECUTED;
		return strcmp(outcome, "differs") == 0 || strcmp(outcome, "reproduced") == 0 ||
		       strcmp(outcome, "within") == 0;
	}
	return false;
}

/* One that was contradicted by anybody stays that. */
int facts_proof(const struct gathering *g, struct json *derivation, struct error *err)
{
	const struct json *list = json_member(g->facts, "verifications"), *by = derivation;
	const struct json *identity = json_member(derivation, "identity");
	enum derivation_proof proof = derivation_proof_of(derivation), found;

	for (size_t i = 0; i < json_count(list) && proof != DERIVATION_CONTRADICTED; i++) {
		if (!outcome_of(json_at(list, i), identity, &found) || found <= proof)
			continue;
		proof = found;
		by = json_at(list, i);
	}
	if (proof != DERIVATION_DECLARED &&
	    json_set_clone(derivation, "provedBy", json_member(by, "signer"), err))
		return -1;
	return json_set_text(derivation, "proof", derivation_proof_name(proof), err);
}

static bool names_parent(const struct json *derivation, const struct digest *parent)
{
	const struct json *list = json_member(derivation, "parents");

	for (size_t i = 0; i < json_count(list); i++) {
		struct error ignored = { 0 };
		struct reference reference;

		if (reference_parse(json_at(list, i), &reference, &ignored) == 0 &&
		    digest_equal(&reference.statement, parent))
			return true;
	}
	return false;
}

static int proof_rank(const struct json *item)
{
	const char *proof = json_text(json_member(item, "proof"));

	if (!proof || strcmp(proof, "declared") == 0)
		return 0;
	return strcmp(proof, "contradicted") == 0 ? 2 : 1;
}

static int copy_as(const struct json *from, const char *key, struct json *to, const char *as,
		   struct error *err)
{
	const struct json *value = json_member(from, key);

	return value ? json_set_clone(to, as, value, err) : 0;
}

static int copy(const struct json *from, const char *key, struct json *to, struct error *err)
{
	return copy_as(from, key, to, key, err);
}

/* "method", "proof" and "provedBy" of the derivation that names the parent and shows the most. */
static int edge_set(const struct gathering *g, const struct digest *parent, struct json *item,
		    struct error *err)
{
	const struct json *list = json_member(g->facts, "derivations"), *best = NULL;

	for (size_t i = 0; i < json_count(list); i++)
		if (names_parent(json_at(list, i), parent) &&
		    (!best || proof_rank(json_at(list, i)) > proof_rank(best)))
			best = json_at(list, i);
	if (!best)
		return json_set_text(item, "proof", derivation_proof_name(DERIVATION_DECLARED),
				     err);
	return copy(best, "method", item, err) || copy(best, "proof", item, err) ||
			       copy(best, "provedBy", item, err)
		       ? -1
		       : 0;
}

/* `said`: whose statement names the parent, the checkpoint's or a derivation. */
static int parent_add(struct gathering *g, const struct json *reference, const char *relation,
		      const struct json *said, struct digest_list *seen, struct json *parents,
		      struct error *err)
{
	CLEANUP(believed_release) struct believed parent = { 0 };
	size_t before = seen->count;
	struct json *item;
	bool taken;

	if (facts_refer(g, reference, "parent", STATEMENT_checkpoint, &parent, &taken, err))
		return -1;
	if (!taken)
		return 0;
	if (digest_list_add_once(seen, &parent.identity, err))
		return -1;
	if (seen->count == before)
		return 0;
	return json_add_object(parents, &item, err) || facts_source(g, &parent, item, err) ||
			       json_set_text(item, "relation", relation, err) ||
			       copy_as(said, "signer", item, "saidBy", err) ||
			       edge_set(g, &parent.identity, item, err)
		       ? -1
		       : 0;
}

int facts_parents(struct gathering *g, struct error *err)
{
	const struct json *list = json_member(g->wish->checkpoint->statement.predicate, "parents");
	const struct json *derivations = json_member(g->facts, "derivations");
	CLEANUP(digest_list_release) struct digest_list seen = { 0 };
	struct json *parents;

	if (json_set_array(g->facts, "parents", &parents, err))
		return -1;
	for (size_t i = 0; i < json_count(list); i++)
		if (parent_add(g, json_at(list, i), "parent", g->facts, &seen, parents, err))
			return -1;
	for (size_t d = 0; d < json_count(derivations); d++) {
		const struct json *named = json_member(json_at(derivations, d), "parents");

		for (size_t i = 0; i < json_count(named); i++)
			if (parent_add(g, json_at(named, i), "derivation", json_at(derivations, d),
				       &seen, parents, err))
				return -1;
	}
	return 0;
}
