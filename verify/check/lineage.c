/* Lineage: what a checkpoint says it came from, and what it commits to without telling. */
#include <stdio.h>
#include <string.h>

#include "verify/check/parts.h"
#include "verify/private_probes.h"

/* The edges, as they are gone through. */
struct lineage {
	size_t absent;         /* named, and not here or not believed */
	size_t withheld;       /* named, and taken away by a tombstone that is believed */
	size_t undisclosed;    /* committed to, and nobody opened it */
	size_t opened;         /* by openings that the request has */
	struct json *openings; /* evidence: what was opened; borrowed, NULL until there is one */
};

/*
 * What stands at this place: *object itself, or what the commitment there is opened to. *out_value
 * stays NULL where it is not disclosed, which is said, or not well made, which is blamed.
 */
static int disclose(struct check *check, const struct json *object, const char *what,
		    struct lineage *lineage, const struct json **out_value, const char **out_opened,
		    struct error *err)
{
	const struct opening *opening;
	struct digest commitment;
	struct error cause = { 0 };
	char id[DIGEST_SHORT_SIZE];
	struct json *evidence, *item;

	*out_opened = "";
	*out_value = commitment_is(object) ? NULL : object;
	if (*out_value)
		return 0;
	if (commitment_parse(object, &commitment, &cause))
		return check_blame(check, STEP_LINEAGE, what, true, &cause, err);
	opening = opening_find(check->request->opening, check->request->opening_count, &commitment);
	digest_shorten(&commitment, id);
	if (!opening) {
		lineage->undisclosed++;
		return verdict_detail(check->verdict, STEP_LINEAGE, err,
				      "%s: not disclosed (committed to: %s)", what, id);
	}
	lineage->opened++;
	if ((!lineage->openings &&
	     (verdict_evidence(check->verdict, STEP_LINEAGE, &evidence, err) ||
	      json_set_array(evidence, "opened", &lineage->openings, err))) ||
	    json_add_object(lineage->openings, &item, err) ||
	    json_set_digest(item, "commitment", &commitment, err) ||
	    json_set_text(item, "what", what, err) ||
	    json_set_clone(item, "value", opening->value, err))
		return -1;
	*out_value = opening->value;
	*out_opened = " (opened)";
	return 0;
}

/* A statement that claims the same weights under another name must name the same manifest. */
static int check_projected(struct check *check, const struct reference *reference, const char *name,
			   struct error *err)
{
	if (!reference->has_manifest ||
	    digest_equal(&reference->manifest, &check->checkpoint.statement.digest))
		return 0;
	return verdict_set(check->verdict, STEP_LINEAGE, STEP_FAILS, err,
			   "it says it is %s, which has other weights", name);
}

/* The body of what was named, a run file or a manifest of data, may have been taken away. */
static int say_withheld(struct check *check, const struct digest *object, const char *what,
			struct error *err)
{
	CLEANUP(believed_release) struct believed tombstone = { 0 };
	char text[WITHHELD_TEXT_SIZE];
	bool found;

	if (withheld_find(check->trust, check->evidence, WITHHELD_OBJECT, object, &tombstone,
			  &found, err))
		return -1;
	if (!found)
		return 0;
	withheld_text(&tombstone, text);
	return verdict_undecided(check->verdict, err, "%s: %s", what, text);
}

/* What is named was not believed: it was taken away itself, or is not here, or by a stranger. */
static int say_absent(struct check *check, const struct digest *identity, const char *relation,
		      const char *name, const char *opened, const struct error *cause,
		      struct lineage *lineage, struct error *err)
{
	CLEANUP(believed_release) struct believed tombstone = { 0 };
	char text[WITHHELD_TEXT_SIZE];
	bool found;

	if (withheld_statement_find(check->trust, check->evidence, identity, &tombstone, &found,
				    err))
		return -1;
	if (!found) {
		lineage->absent++;
		return verdict_detail(
			check->verdict, STEP_LINEAGE, err, "%s %s%s: named, and %s", relation, name,
			opened, cause->code == ERROR_ABSENT ? "not included here" : cause->text);
	}
	lineage->withheld++;
	withheld_text(&tombstone, text);
	return verdict_detail(check->verdict, STEP_LINEAGE, err, "%s %s%s: %s", relation, name,
			      opened, text) ||
			       verdict_undecided(check->verdict, err, "%s %s: %s", relation, name,
						 text)
		       ? -1
		       : 0;
}

/* One edge of the lineage: believe what it points to and say who declared it. */
static int check_edge(struct check *check, const struct json *object, enum statement_kind kind,
		      const char *relation, struct lineage *lineage, struct error *err)
{
	CLEANUP(believed_release) struct believed believed = { 0 };
	const struct json *value;
	const char *opened;
	struct reference reference;
	struct error cause = { 0 };
	char name[NAME_TEXT_MAX], key[DIGEST_SHORT_SIZE];

	if (disclose(check, object, relation, lineage, &value, &opened, err))
		return -1;
	if (!value)
		return 0;
	if (reference_parse(value, &reference, &cause))
		return check_blame(check, STEP_LINEAGE, relation, true, &cause, err);
	name_to_text(&reference.name, name);
	if (strcmp(relation, "projects") == 0 && check_projected(check, &reference, name, err))
		return -1;
	if (believe_statement(check->trust, check->evidence, &reference.statement,
			      &(struct expectation){ (int)kind, name }, &believed, &cause)) {
		if (cause.code == ERROR_CORRUPT || cause.code == ERROR_SYSTEM)
			return check_blame(check, STEP_LINEAGE, name, true, &cause, err);
		return say_absent(check, &reference.statement, relation, name, opened, &cause,
				  lineage, err);
	}
	digest_shorten(&believed.key, key);
	if (say_withheld(check, &believed.statement.digest, name, err))
		return -1;
	return verdict_detail(check->verdict, STEP_LINEAGE, err,
			      "%s %s%s, declared by key %s, log entry %llu", relation, name, opened,
			      key, (unsigned long long)believed.index);
}

static int check_edges(struct check *check, const struct json *list, enum statement_kind kind,
		       const char *relation, struct lineage *lineage, struct error *err)
{
	for (size_t i = 0; i < json_count(list); i++)
		if (check_edge(check, json_at(list, i), kind, relation, lineage, err))
			return -1;
	return 0;
}

static int say_commit(struct check *check, const struct json *object, struct lineage *lineage,
		      struct error *err)
{
	const struct json *git, *diff;
	const char *opened, *commit, *dirty, *remote;

	if (disclose(check, object, "git", lineage, &git, &opened, err))
		return -1;
	commit = json_text(json_member(git, "commit"));
	dirty = json_text(json_member(git, "dirty"));
	remote = json_text(json_member(git, "remote"));
	diff = json_member(git, "diff");
	if (commit && verdict_detail(check->verdict, STEP_LINEAGE, err, "git commit %s (%s)%s%s%s",
				     commit, dirty ? dirty : "not said", remote ? " of " : "",
				     remote ? remote : "", opened))
		return -1;
	if (!commitment_is(diff))
		return 0;
	if (disclose(check, diff, "git diff", lineage, &diff, &opened, err))
		return -1;
	return diff ? verdict_detail(check->verdict, STEP_LINEAGE, err, "git diff %s%s",
				     json_text(diff) ? json_text(diff) : "", opened)
		    : 0;
}

/* An opening that opens nothing here is about something else, whatever it is worth there. */
static int check_openings(struct check *check, const struct lineage *lineage, struct error *err)
{
	size_t given = 0;

	/* Those of probes are for the forward step. */
	for (size_t i = 0; i < check->request->opening_count; i++)
		given += !opening_is_probe(&check->request->opening[i]);
	if (lineage->opened >= given)
		return 0;
	return verdict_set(check->verdict, STEP_LINEAGE, STEP_FAILS, err,
			   "%zu of %zu openings open nothing that this checkpoint commits to",
			   given - lineage->opened, given);
}

static int lineage_evidence(struct check *check, const struct lineage *lineage, struct error *err)
{
	static const char *const member[] = { "git", "run", "data", "parents", "projects" };
	const struct json *predicate = check->checkpoint.statement.predicate;
	struct json *evidence;

	if (verdict_evidence(check->verdict, STEP_LINEAGE, &evidence, err))
		return -1;
	for (size_t i = 0; i < sizeof(member) / sizeof(member[0]); i++) {
		const struct json *value = json_member(predicate, member[i]);

		if (value && json_set_clone(evidence, member[i], value, err))
			return -1;
	}
	return json_member(predicate, "projects")
		       ? json_set_size(evidence, "undisclosed", lineage->undisclosed, err)
		       : 0;
}

/* The sentence of the step. */
static int say_lineage(struct check *check, const struct lineage *lineage, struct error *err)
{
	const struct json *predicate = check->checkpoint.statement.predicate;
	size_t data = json_count(json_member(predicate, "data"));
	size_t parents = json_count(json_member(predicate, "parents"));
	char key[DIGEST_SHORT_SIZE], undisclosed[64] = "";

	if (lineage->undisclosed)
		snprintf(undisclosed, sizeof(undisclosed), "; %zu not disclosed (committed to)",
			 lineage->undisclosed);
	digest_shorten(&check->checkpoint.key, key);
	return verdict_set(
		check->verdict, STEP_LINEAGE,
		lineage->absent || lineage->withheld || lineage->undisclosed || !check->pinned
			? STEP_NOT_POSSIBLE
			: STEP_HOLDS,
		err, "%s%s%zu dataset%s, %zu parent%s, all declared by key %s%s%s%s",
		json_member(predicate, "git") ? "commit, " : "",
		json_member(predicate, "run") ? "run, " : "", data, data == 1 ? "" : "s", parents,
		parents == 1 ? "" : "s", key, lineage->absent ? "; some are not included here" : "",
		lineage->withheld ? "; some are withheld" : "", undisclosed);
}

int check_lineage(struct check *check, struct error *err)
{
	const struct json *predicate = check->checkpoint.statement.predicate;
	const struct json *data = json_member(predicate, "data");
	const struct json *parents = json_member(predicate, "parents");
	const struct json *run = json_member(predicate, "run");
	const struct json *git = json_member(predicate, "git");
	const struct json *projects = json_member(predicate, "projects");
	struct lineage lineage = { 0 };

	if (!git && !run && !projects && !json_count(data) && !json_count(parents)) {
		if (check_openings(check, &lineage, err))
			return -1;
		return verdict_set(check->verdict, STEP_LINEAGE, STEP_NOT_POSSIBLE, err,
				   "the checkpoint declares no commit, data, run or parents");
	}
	if ((git && say_commit(check, git, &lineage, err)) ||
	    (projects &&
	     check_edge(check, projects, STATEMENT_checkpoint, "projects", &lineage, err)) ||
	    (run && check_edge(check, run, STATEMENT_run, "run", &lineage, err)) ||
	    check_edges(check, data, STATEMENT_dataset, "dataset", &lineage, err) ||
	    check_edges(check, parents, STATEMENT_checkpoint, "parent", &lineage, err))
		return -1;
	return lineage_evidence(check, &lineage, err) || check_openings(check, &lineage, err) ||
			       say_lineage(check, &lineage, err)
		       ? -1
		       : 0;
}
