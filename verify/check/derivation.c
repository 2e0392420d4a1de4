/* check_derivation: does the checkpoint follow from what it is said to have been made from? */
#include "verify/check/derivation.h"

#include <stdio.h>
#include <string.h>

#include "verify/derivation/parents.h"
#include "verify/manifest.h"

/* Of one sentence or list of weights. */
#define TEXT_MAX 8192
#define SENTENCE_MAX 512

/* What is gone through. */
struct derivations {
	struct check *check; /* borrowed */
	struct derivation_places places;
	struct json *list; /* evidence, borrowed; NULL until there is one */
	size_t declared, reproduced, within, differ, impossible;
	uint64_t largest;
};

/* One derivation, as it is looked at. */
struct examined {
	const struct believed *believed; /* borrowed */
	struct derivation derivation;
	char *what; /* "cast to BF16 (round-nearest-even) of a/b@1, a/c@1" */
	struct derivation_result result;
	const char *outcome;
};

static void examined_release(struct examined *examined)
{
	derivation_release(&examined->derivation);
	text_free(&examined->what);
}

static int describe(struct examined *examined, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, TEXT_MAX);
	if (derivation_describe(examined->believed->statement.predicate, &text, err))
		return -1;
	for (size_t i = 0; i < examined->derivation.parent_count; i++) {
		char name[NAME_TEXT_MAX];

		name_to_text(&examined->derivation.parent[i].name, name);
		if (buffer_printf(&text, err, "%s%s", i ? ", " : " of ", name))
			return -1;
	}
	return buffer_to_text(&text, &examined->what, err);
}

static int evidence_parents(struct json *one, const struct derivation *derivation,
			    struct error *err)
{
	struct json *parents;

	if (json_set_array(one, "parents", &parents, err))
		return -1;
	for (size_t i = 0; i < derivation->parent_count; i++) {
		CLEANUP(json_free) struct json *reference = NULL;

		if (reference_to_json(&derivation->parent[i], &reference, err) ||
		    json_add_take(parents, &reference, err))
			return -1;
	}
	return 0;
}

/* Call `visit` for each parent whose statement is not at hand. */
static int unlinked_each(const struct examined *examined,
			 int (*visit)(void *arg, const char *name, struct error *err), void *arg,
			 struct error *err)
{
	for (size_t i = 0; i < examined->derivation.parent_count; i++) {
		char name[NAME_TEXT_MAX];

		name_to_text(&examined->derivation.parent[i].name, name);
		if (examined->result.unlinked >> i & 1 && visit(arg, name, err))
			return -1;
	}
	return 0;
}

static int unlinked_list(void *arg, const char *name, struct error *err)
{
	return json_add_text(arg, name, err);
}

static int unlinked_say(void *arg, const char *name, struct error *err)
{
	return verdict_detail(
		arg, STEP_LINEAGE, err,
		"parent %s was known by the manifest that the derivation names; whether "
		"the statement it names is of it cannot be checked: that is not here",
		name);
}

static int evidence_add(struct derivations *all, const struct examined *examined, const char *why,
			struct error *err)
{
	const struct derivation *derivation = &examined->derivation;
	const struct derivation_result *result = &examined->result;
	struct json *evidence, *one, *unlinked;

	if (!all->list && (verdict_evidence(all->check->verdict, STEP_LINEAGE, &evidence, err) ||
			   json_set_array(evidence, "derivations", &all->list, err)))
		return -1;
	if (json_add_object(all->list, &one, err) ||
	    json_set_digest(one, "statement", &examined->believed->identity, err) ||
	    json_set_digest(one, "signer", &examined->believed->key, err) ||
	    json_set_text(one, "method", derivation_method_name(derivation->form->method), err) ||
	    json_set_text(one, "form", derivation->form->name, err) ||
	    evidence_parents(one, derivation, err) ||
	    json_set_text(one, "outcome", examined->outcome, err))
		return -1;
	if (result->unlinked && (json_set_array(one, "withoutStatement", &unlinked, err) ||
				 unlinked_each(examined, unlinked_list, unlinked, err)))
		return -1;
	if (why)
		return json_set_text(one, "why", why, err);
	if (!all->check->request->derivations)
		return 0;
	return json_set_size(one, "tensors", result->tensors, err) ||
			       json_set_size(one, "elements", result->elements, err) ||
			       json_set_size(one, "bytes", result->bytes, err) ||
			       json_set_size(one, "differing", result->differing, err) ||
			       json_set_size(one, "nan", result->nan, err) ||
			       json_set_size(one, "largest", result->largest, err)
		       ? -1
		       : 0;
}

/* What cannot be done again is said, and leaves the whole undecided: it was asked for. */
static int impossible(struct derivations *all, struct examined *examined, struct error *cause,
		      struct error *err)
{
	struct error because = *cause;
	struct verdict *verdict = all->check->verdict;

	if (cause->code == ERROR_SYSTEM) {
		*err = *cause;
		return -1;
	}
	*cause = (struct error){ 0 };
	all->impossible++;
	examined->outcome = "not-possible";
	return evidence_add(all, examined, because.text, err) ||
			       verdict_detail(verdict, STEP_LINEAGE, err,
					      "%s: cannot be done again: %s", examined->what,
					      because.text) ||
			       verdict_undecided(verdict, err, "%s: %s", examined->what,
						 because.text)
		       ? -1
		       : 0;
}

static int say(struct derivations *all, struct examined *examined, struct error *err)
{
	const struct derivation_result *result = &examined->result;
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *words = NULL;
	bool differs = result->outcome == DERIVATION_DIFFERS;

	buffer_init(&text, TEXT_MAX);
	all->reproduced += result->outcome == DERIVATION_REPRODUCED;
	all->within += result->outcome == DERIVATION_WITHIN;
	all->differ += differs;
	if (result->outcome == DERIVATION_WITHIN && result->largest > all->largest)
		all->largest = result->largest;
	examined->outcome = derivation_outcome_name(result->outcome);
	if (derivation_result_say(result, &text, err) || buffer_to_text(&text, &words, err) ||
	    evidence_add(all, examined, differs ? result->why : NULL, err) ||
	    unlinked_each(examined, unlinked_say, all->check->verdict, err))
		return -1;
	return differs ? verdict_set(all->check->verdict, STEP_LINEAGE, STEP_FAILS, err, "%s %s",
				     examined->what, words)
		       : verdict_detail(all->check->verdict, STEP_LINEAGE, err, "%s: %s",
					examined->what, words);
}

/* Do it again. The child's bytes are those of this check's tree. */
static int execute(struct derivations *all, struct examined *examined, struct error *err)
{
	struct check *check = all->check;
	struct derivation_side child = { .tree = NULL };
	struct error cause = { 0 };
	char name[NAME_TEXT_MAX];
	int failed;

	name_to_text(&check->checkpoint.statement.name, name);
	if (!check->tree || !check->manifest || !check->manifest->record)
		failed = error_set(&cause, ERROR_ABSENT,
				   "the pieces of the checkpoint's manifest are not here");
	else
		failed = derivation_side_open(name, check->tree, check->manifest, false, &child,
					      &cause) ||
			 derivation_run_found(&all->places, &examined->derivation, &child,
					      &examined->result, &cause);
	derivation_side_close(&child);
	return failed ? impossible(all, examined, &cause, err) : say(all, examined, err);
}

static int only_said(struct derivations *all, struct examined *examined, struct error *err)
{
	char key[DIGEST_SHORT_SIZE];

	examined->outcome = "declared";
	digest_shorten(&examined->believed->key, key);
	return evidence_add(all, examined, NULL, err) ||
			       verdict_detail(all->check->verdict, STEP_LINEAGE, err,
					      "%s, %s by key %s; not done again here "
					      "(--derivation)",
					      examined->what,
					      examined->derivation.executed ? "done again"
									    : "declared",
					      key)
		       ? -1
		       : 0;
}

static int visit(struct check *check, const struct believed *believed, void *arg, struct error *err)
{
	struct derivations *all = arg;
	CLEANUP(examined_release) struct examined examined = { .believed = believed };
	struct error cause = { 0 };

	all->declared++;
	if (derivation_parse(believed->statement.predicate, &examined.derivation, &cause))
		return check_blame(check, STEP_LINEAGE, "a derivation", true, &cause, err);
	if (!digest_equal(&examined.derivation.of.manifest, &check->checkpoint.statement.digest))
		return verdict_set(check->verdict, STEP_LINEAGE, STEP_FAILS, err,
				   "a derivation is of other weights");
	if (describe(&examined, err))
		return -1;
	return check->request->derivations ? execute(all, &examined, err)
					   : only_said(all, &examined, err);
}

/* What the checkpoint's own statement says of its lineage: nothing? */
static bool says_nothing(const struct check *check)
{
	const struct json *predicate = check->checkpoint.statement.predicate;

	return !json_member(predicate, "git") && !json_member(predicate, "run") &&
	       !json_member(predicate, "projects") && !json_count(json_member(predicate, "data")) &&
	       !json_count(json_member(predicate, "parents"));
}

/* Put what was done again in front of the step's sentence. */
static int say_done(struct derivations *all, struct error *err)
{
	struct check *check = all->check;
	const struct step *step = &check->verdict->step[STEP_LINEAGE];
	enum step_status status = step->status;
	char done[SENTENCE_MAX] = "", rest[SENTENCE_MAX];

	if (all->reproduced)
		snprintf(done, sizeof(done), "%zu derivation%s reproduced bit for bit",
			 all->reproduced, all->reproduced == 1 ? "" : "s");
	if (all->within)
		snprintf(done + strlen(done), sizeof(done) - strlen(done),
			 "%s%zu derivation%s within %llu unit%s in the last place as declared",
			 all->reproduced ? ", " : "", all->within, all->within == 1 ? "" : "s",
			 (unsigned long long)all->largest, all->largest == 1 ? "" : "s");
	snprintf(rest, sizeof(rest), "%s", step->text ? step->text : "");
	/* A lineage that is proved needs no word of the checkpoint's. */
	if (status == STEP_NOT_POSSIBLE && says_nothing(check) && check->pinned && !all->impossible)
		status = STEP_HOLDS;
	return verdict_set(check->verdict, STEP_LINEAGE, status, err, "%s; %s", done, rest);
}

static int conclude(struct derivations *all, size_t unknown, struct error *err)
{
	struct verdict *verdict = all->check->verdict;

	if (unknown && verdict_detail(verdict, STEP_LINEAGE, err,
				      "%zu derivation%s by unknown keys count for nothing", unknown,
				      unknown == 1 ? "" : "s"))
		return -1;
	if (!all->check->request->derivations)
		return 0;
	if (!all->declared)
		return verdict_undecided(verdict, err,
					 "no derivation of it was signed by a key that counts "
					 "(akashi derive)");
	if (all->differ || all->impossible == all->declared)
		return 0;
	return say_done(all, err);
}

int check_derivations(struct check *check, struct error *err)
{
	const struct check_request *request = check->request;
	struct derivations all = { .check = check,
				   .places = { .ctx = check->ctx,
					       .evidence = check->evidence,
					       .path = request->parent,
					       .path_count = request->parent_count } };
	size_t unknown;
	int failed;

	failed = check_each_about(check, STATEMENT_derivation, STEP_LINEAGE, visit, &all, &unknown,
				  err) ||
		 conclude(&all, unknown, err);
	derivation_places_release(&all.places);
	return failed ? -1 : 0;
}
