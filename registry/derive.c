/* derive: say how a checkpoint was made from others, after doing it again. */
#include "registry/derive.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/argument.h"
#include "registry/evidence.h"
#include "registry/index.h"

/* Statements that a search for a cycle looks at. */
enum { WALK_MAX = 10000, DESCRIPTION_MAX = 8192 };

/* One call. */
struct deriving {
	struct registry *registry;
	const struct derive_request *request;
	struct json *predicate;
	struct derivation derivation; /* read from it */
	struct evidence *evidence;
	struct derivation_places places;
};

static void deriving_release(struct deriving *deriving)
{
	derivation_places_release(&deriving->places);
	evidence_close(&deriving->evidence);
	derivation_release(&deriving->derivation);
	json_free(&deriving->predicate);
}

void derive_report_release(struct derive_report *report)
{
	text_free(&report->what);
}

/* A reference to the registered checkpoint that the word stands for. */
static int reference_make(struct registry *registry, const char *word, struct json **out_reference,
			  struct error *err)
{
	struct digest statement;
	struct name name;

	if (argument_resolve(registry, word, &name, &statement, err))
		return -1;
	if (!name.owner[0])
		return error_set(err, ERROR_USAGE, "'%s' is no checkpoint", word);
	return registry_reference_to(registry, STATEMENT_checkpoint, &name, out_reference, err);
}

static int parents_set(struct deriving *deriving, struct error *err)
{
	struct json *list;

	if (json_set_array(deriving->predicate, "parents", &list, err))
		return -1;
	for (size_t i = 0; i < deriving->request->parent_count; i++) {
		CLEANUP(json_free) struct json *reference = NULL;

		if (reference_make(deriving->registry, deriving->request->parent[i], &reference,
				   err) ||
		    json_add_take(list, &reference, err))
			return -1;
	}
	return 0;
}

/* "bf16" as the formats are spelled. */
static int format_set(struct json *object, const char *key, const char *text, struct error *err)
{
	char upper[16];
	size_t len = 0;

	if (!text)
		return 0;
	for (; text[len] && len + 1 < sizeof(upper); len++)
		upper[len] = (char)toupper((unsigned char)text[len]);
	upper[len] = '\0';
	return json_set_text(object, key, upper, err);
}

static int renames_set(struct json *object, const char *const *rename, size_t count,
		       struct error *err)
{
	struct json *list, *one;

	if (!count)
		return 0;
	if (json_set_array(object, "rename", &list, err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		const char *equals = strchr(rename[i], '=');

		if (!equals)
			return error_set(err, ERROR_USAGE, "--rename takes FROM=TO, not '%s'",
					 rename[i]);
		if (json_add_object(list, &one, err) ||
		    json_set_span(one, "from",
				  (struct span){ (const uint8_t *)rename[i],
						 (size_t)(equals - rename[i]) },
				  err) ||
		    json_set_text(one, "to", equals + 1, err))
			return -1;
	}
	return 0;
}

static int predicate_make(struct deriving *deriving, struct error *err)
{
	const struct derive_request *request = deriving->request;
	CLEANUP(json_free) struct json *of = NULL;
	const struct derivation_form *form;
	struct json *predicate;

	if (derivation_form_find(request->method, request->form, &form, err) ||
	    json_object_new(&deriving->predicate, err))
		return -1;
	predicate = deriving->predicate;
	if (reference_make(deriving->registry, request->child, &of, err) ||
	    json_set_take(predicate, "of", &of, err) || parents_set(deriving, err) ||
	    json_set_text(predicate, "method", derivation_method_name(request->method), err) ||
	    json_set_text(predicate, "form", form->name, err) ||
	    (request->weight_count &&
	     json_set_texts(predicate, "weights", request->weight, request->weight_count, err)) ||
	    format_set(predicate, "dtype", request->dtype, err) ||
	    format_set(predicate, "work", request->work, err) ||
	    (request->no_normalize && json_set_bool(predicate, "normalize", false, err)) ||
	    (request->keep_count &&
	     json_set_texts(predicate, "keep", request->keep, request->keep_count, err)) ||
	    (request->without_count &&
	     json_set_texts(predicate, "without", request->without, request->without_count, err)) ||
	    renames_set(predicate, request->rename, request->rename_count, err) ||
	    (request->tolerance && json_set_size(predicate, "tolerance", request->tolerance, err)))
		return -1;
	if (derivation_parse(predicate, &deriving->derivation, err)) {
		err->code = err->code == ERROR_CORRUPT ? ERROR_USAGE : err->code;
		return -1;
	}
	return 0;
}

/* Checkpoints that were found to be ancestors, and what is known of the one that is looked at. */
struct walk {
	struct digest_list seen;
	struct digest_list said; /* derivations that mention it */
	struct digest of;        /* what the one of them is about that is looked at */
	struct digest_list parents;
};

static void walk_release(struct walk *walk)
{
	digest_list_release(&walk->seen);
	digest_list_release(&walk->said);
	digest_list_release(&walk->parents);
}

static int visit_said(void *arg, const struct index_row *row, struct error *err)
{
	struct walk *walk = arg;
	struct digest identity;

	if (strcmp(row->kind, "derivation") != 0)
		return 0;
	return digest_from_hex(span_of(row->statement), &identity, err) ||
			       digest_list_add(&walk->said, &identity, err)
		       ? -1
		       : 0;
}

static int visit_edge(void *arg, const struct index_edge *edge, struct error *err)
{
	struct walk *walk = arg;
	struct digest to;

	if (digest_from_hex(span_of(edge->to), &to, err))
		return -1;
	if (strcmp(edge->relation, "of") == 0)
		walk->of = to;
	return strcmp(edge->relation, "parent") == 0 ? digest_list_add(&walk->parents, &to, err)
						     : 0;
}

static int walk_take(struct walk *walk, struct error *err)
{
	for (size_t i = 0; i < walk->parents.count; i++)
		if (digest_list_add_once(&walk->seen, &walk->parents.item[i], err))
			return -1;
	return 0;
}

/* Everything that one checkpoint was made from, as it or a derivation of it says. */
static int walk_one(struct index *index, struct walk *walk, struct digest at, struct error *err)
{
	walk->said.count = walk->parents.count = 0;
	if (index_edges_from(index, &at, visit_edge, walk, err) || walk_take(walk, err) ||
	    index_about(index, &at, visit_said, walk, err))
		return -1;
	for (size_t i = 0; i < walk->said.count; i++) {
		walk->of = (struct digest){ { 0 } };
		walk->parents.count = 0;
		/* One that names it as a parent is about another. */
		if (index_edges_from(index, &walk->said.item[i], visit_edge, walk, err) ||
		    (digest_equal(&walk->of, &at) && walk_take(walk, err)))
			return -1;
	}
	return 0;
}

/* ERROR_USAGE where the child is among what its parents were made from. */
static int walk_all(struct index *index, const struct derivation *derivation, struct walk *walk,
		    struct error *err)
{
	char name[NAME_TEXT_MAX];

	for (size_t i = 0; i < derivation->parent_count; i++)
		if (digest_list_add_once(&walk->seen, &derivation->parent[i].statement, err))
			return -1;
	for (size_t i = 0; i < walk->seen.count && i < WALK_MAX; i++)
		if (walk_one(index, walk, walk->seen.item[i], err))
			return -1;
	name_to_text(&derivation->of.name, name);
	for (size_t i = 0; i < walk->seen.count; i++)
		if (digest_equal(&walk->seen.item[i], &derivation->of.statement))
			return error_set(
				err, ERROR_USAGE,
				"%s is said to be among what its parents were made from: a "
				"checkpoint is not made from itself",
				name);
	return 0;
}

static int cycle_check(struct deriving *deriving, struct error *err)
{
	struct walk walk = { .of = { { 0 } } };
	struct index *index;
	int failed;

	if (registry_index(deriving->registry, &index, err))
		return -1;
	failed = walk_all(index, &deriving->derivation, &walk, err);
	walk_release(&walk);
	return failed;
}

/* Do it again, and put what was found into the predicate unless it differs. */
static int execute(struct deriving *deriving, struct derive_report *report, struct error *err)
{
	struct derivation_found child;
	struct derivation_result *result = &report->result;
	struct json *found;
	int failed;

	if (derivation_parent_find(&deriving->places, &deriving->derivation.of, false, &child, err))
		return -1;
	failed = derivation_run_found(&deriving->places, &deriving->derivation, &child.side, result,
				      err);
	derivation_found_release(&child);
	report->executed = !failed;
	if (failed || result->outcome == DERIVATION_DIFFERS)
		return failed;
	if (json_set_object(deriving->predicate, "found", &found, err) ||
	    json_set_text(found, "outcome", derivation_outcome_name(result->outcome), err) ||
	    json_set_size(found, "tensors", result->tensors, err) ||
	    json_set_size(found, "elements", result->elements, err) ||
	    json_set_size(found, "bytes", result->bytes, err) ||
	    json_set_size(found, "largest", result->largest, err) ||
	    (result->differing && json_set_size(found, "differing", result->differing, err)) ||
	    (result->nan && json_set_size(found, "nan", result->nan, err)))
		return -1;
	return 0;
}

static int sign(struct deriving *deriving, struct derive_report *report, struct error *err)
{
	CLEANUP(signing_key_close) struct signing_key *key = NULL;
	struct statement_draft draft = { .kind = STATEMENT_derivation,
					 .subject = report->child,
					 .digest = deriving->derivation.of.manifest,
					 .predicate = deriving->predicate };
	const char *key_name;

	if (registry_key_name(deriving->registry, deriving->request->key, &key_name, err) ||
	    signing_key_open(deriving->registry->ctx, key_name, &key, err) ||
	    registry_publish_statements(deriving->registry, key, &draft, 1, &report->made, err))
		return -1;
	report->made_any = true;
	return 0;
}

static int derive(struct deriving *deriving, struct derive_report *report, struct error *err)
{
	const struct derive_request *request = deriving->request;
	CLEANUP(buffer_release) struct buffer text;

	buffer_init(&text, DESCRIPTION_MAX);
	if (predicate_make(deriving, err) || cycle_check(deriving, err) ||
	    derivation_describe(deriving->predicate, &text, err) ||
	    buffer_to_text(&text, &report->what, err) ||
	    registry_evidence(deriving->registry, &deriving->evidence, err))
		return -1;
	name_to_text(&deriving->derivation.of.name, report->child);
	report->weighted = request->method == DERIVATION_LINEAR;
	report->weight_sum = derivation_weight_sum(&deriving->derivation);
	deriving->places = (struct derivation_places){ .ctx = deriving->registry->ctx,
						       .evidence = deriving->evidence,
						       .path = request->folder,
						       .path_count = request->folder_count };
	if (!request->declare_only && execute(deriving, report, err))
		return -1;
	if (request->dry_run || (report->executed && report->result.outcome == DERIVATION_DIFFERS))
		return 0;
	return sign(deriving, report, err);
}

int registry_derive(struct registry *registry, const struct derive_request *request,
		    struct derive_report *out_report, struct error *err)
{
	struct deriving deriving = { .registry = registry, .request = request };
	struct derive_report report = { .parent = request->parent,
					.parent_count = request->parent_count };
	int failed = derive(&deriving, &report, err);

	deriving_release(&deriving);
	if (failed) {
		derive_report_release(&report);
		return -1;
	}
	*out_report = report;
	return 0;
}
