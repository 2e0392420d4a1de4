/* derivation_proof: what is known of an edge of the lineage, from what was signed about it. */
#include "verify/derivation.h"

#include <string.h>

enum derivation_proof derivation_proof_of(const struct json *predicate)
{
	return json_member(predicate, "found") ? DERIVATION_REEXECUTED : DERIVATION_DECLARED;
}

/* The evidence of the step `lineage` of a verdict. */
static const struct json *lineage_evidence(const struct json *verdict)
{
	const struct json *steps = json_member(verdict, "steps");

	for (size_t i = 0; i < json_count(steps); i++) {
		const char *id = json_text(json_member(json_at(steps, i), "id"));

		if (id && strcmp(id, "lineage") == 0)
			return json_member(json_at(steps, i), "evidence");
	}
	return NULL;
}

const struct json *derivation_verdicts(const struct json *verification)
{
	return json_member(lineage_evidence(json_member(verification, "verdict")), "derivations");
}

bool derivation_verified(const struct json *verification, const struct digest *derivation,
			 enum derivation_proof *out_proof)
{
	const struct json *list = derivation_verdicts(verification);

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *one = json_at(list, i);
		const char *outcome = json_text(json_member(one, "outcome"));
		struct error ignored = { 0 };
		struct digest identity;

		if (json_need_digest(one, "statement", &identity, &ignored) ||
		    !digest_equal(&identity, derivation) || !outcome)
			continue;
		if (strcmp(outcome, "reproduced") == 0 || strcmp(outcome, "within") == 0)
			*out_proof = DERIVATION_REEXECUTED;
		else if (strcmp(outcome, "differs") == 0)
			*out_proof = DERIVATION_CONTRADICTED;
		else
			continue;
		return true;
	}
	return false;
}

const char *derivation_proof_name(enum derivation_proof proof)
{
	static const char *const name[] = { "declared", "re-executed", "contradicted" };

	return name[proof];
}
