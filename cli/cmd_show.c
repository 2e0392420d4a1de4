/* show: what a name or digest stands for, and what others say about it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/card_held.h"
#include "cli/corpus_table.h"
#include "cli/open.h"
#include "cli/rows.h"
#include "cli/scores_shown.h"

#define PAYLOAD_MAX (1u << 20)
#define VALUE_MAX (1u << 20)

/* Everything that is shown about one statement. */
struct shown {
	struct digest identity;
	struct buffer payload;
	struct statement statement;
	struct json *scores;     /* items, made for text as well as for JSON */
	struct json *unbelieved; /* results by keys that the policy does not accept for them */
	bool all_signers;        /* their scores are in `scores`, too */
	struct whose *whose;     /* owned */
	struct json *withheld;   /* what of it was taken away */
	struct json *notes;
	struct json *later; /* of a run: cards that were registered after it */
};

static void shown_release(struct shown *shown)
{
	buffer_release(&shown->payload);
	statement_release(&shown->statement);
	json_free(&shown->scores);
	json_free(&shown->unbelieved);
	whose_close(&shown->whose);
	json_free(&shown->withheld);
	json_free(&shown->notes);
	json_free(&shown->later);
}

static int note_seen(void *arg, const struct remark *note, struct error *err)
{
	struct shown *shown = arg;
	struct json *item;

	return json_add_object(shown->notes, &item, err) ||
			       json_set_text(item, "declared", note->declared, err) ||
			       json_set_text(item, "text", note->text, err) ||
			       json_set_text(item, "statement", note->statement, err) ||
			       json_set_text(item, "key", note->key, err)
		       ? -1
		       : 0;
}

/* The scores of one result after the other. */
struct score_shown {
	struct registry *registry;
	struct shown *shown;
	char eval[DIGEST_HEX_SIZE]; /* the result at hand */
	struct whose_said whose;    /* whose it is */
	char by[DIGEST_HEX_SIZE];   /* who retracted it, and may; empty: nobody */
};

static int unbelieved_add(struct json *list, const struct index_score *score,
			  const struct whose_said *whose, struct error *err)
{
	struct digest eval, key;
	struct json *item;

	return digest_from_hex(span_of(score->statement), &eval, err) ||
			       digest_from_hex(span_of(score->signer), &key, err) ||
			       json_add_object(list, &item, err) ||
			       json_set_digest(item, "statement", &eval, err) ||
			       json_set_digest(item, "key", &key, err) ||
			       json_set_text(item, "why", whose->why.text, err)
		       ? -1
		       : 0;
}

/* The first score of a result: whose is it, and was it retracted by somebody who may? */
static int result_begin(struct score_shown *at, const struct index_score *score, struct error *err)
{
	struct digest eval, key;
	bool retracted = false;

	if (digest_from_hex(span_of(score->statement), &eval, err) ||
	    whose_ask(at->shown->whose, &eval, &at->whose, err) ||
	    (*score->retracted_by &&
	     registry_retracted(at->registry, &eval, &retracted, &key, err)))
		return -1;
	digest_to_hex(&eval, at->eval);
	at->by[0] = '\0';
	if (retracted)
		digest_to_hex(&key, at->by);
	return at->whose.believed ? 0
				  : unbelieved_add(at->shown->unbelieved, score, &at->whose, err);
}

static int score_seen(void *arg, const struct index_score *score, struct error *err)
{
	struct score_shown *at = arg;
	struct index_score told = *score;

	if (strcmp(at->eval, score->statement) != 0 && result_begin(at, score, err))
		return -1;
	if (!at->whose.believed && !at->shown->all_signers)
		return 0;
	told.retracted_by = at->by;
	if (!at->by[0])
		told.state = score->own_state;
	return scores_shown_take(at->shown->scores, &told, &at->whose, err);
}

static int shown_load(struct registry *registry, const char *word, struct shown *shown,
		      struct error *err)
{
	const struct remarks_wish notes = { .statement = &shown->identity };
	struct score_shown scores = { .registry = registry, .shown = shown };
	struct index *index;
	struct name name;

	if (argument_resolve(registry, word, &name, &shown->identity, err) ||
	    registry_payload(registry, &shown->identity, &shown->payload, err))
		return err->code == ERROR_UNTRUSTED ? error_prefix(err, "'%s'", word) : -1;
	if (statement_parse(buffer_view(&shown->payload), &shown->statement, err) ||
	    registry_index(registry, &index, err) || json_array_new(&shown->scores, err) ||
	    json_array_new(&shown->withheld, err) || json_array_new(&shown->notes, err) ||
	    registry_withheld(registry, &shown->statement, shown->withheld, err) ||
	    registry_remarks(registry, &notes, note_seen, shown, err) ||
	    json_array_new(&shown->later, err) || json_array_new(&shown->unbelieved, err) ||
	    whose_open(registry, &shown->whose, err) ||
	    whose_about(shown->whose, &shown->identity, err))
		return -1;
	if (shown->statement.kind == STATEMENT_run &&
	    card_later_find(registry, &shown->statement, &shown->identity, shown->later, err))
		return -1;
	return index_scores(index, &shown->identity, score_seen, &scores, err);
}

static int print_json(const struct shown *shown, struct json **about, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	CLEANUP(json_free) struct json *items = NULL;

	if (json_clone(json_member(*about, "items"), &items, err) ||
	    json_object_new(&object, err) ||
	    json_set_text(object, "schema", "akashi/show/1", err) ||
	    json_set_digest(object, "statement", &shown->identity, err) ||
	    json_set_text(object, "kind", statement_kind_name(shown->statement.kind), err) ||
	    json_set_text(object, "subject", shown->statement.subject, err) ||
	    json_set_digest(object, "digest", &shown->statement.digest, err) ||
	    json_set_clone(object, "predicate", shown->statement.predicate, err) ||
	    json_set_clone(object, "scores", shown->scores, err) ||
	    (json_count(shown->unbelieved) &&
	     json_set_clone(object, "unbelieved", shown->unbelieved, err)) ||
	    json_set_clone(object, "withheld", shown->withheld, err) ||
	    json_set_clone(object, "notes", shown->notes, err) ||
	    (json_count(shown->later) && json_set_clone(object, "laterCards", shown->later, err)) ||
	    json_set_take(object, "about", &items, err))
		return -1;
	return output_json(object, err);
}

static int print_value(const char *key, const struct json *value, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text = { .data = NULL };
	const char *name = json_text(json_member(value, "name"));

	if (json_kind(value) == JSON_KIND_STRING) {
		output_line(stdout, "%-14s %s", key, json_text(value));
		return 0;
	}
	/* A reference is told by its name, and by the command that led from it. */
	if (name && json_member(value, "statement")) {
		const char *by = json_text(json_member(value, "by"));

		output_line(stdout, "%-14s %s%s%s", key, name, by ? ", by " : "", by ? by : "");
		return 0;
	}
	buffer_init(&text, VALUE_MAX);
	if (json_write_canonical(value, &text, err))
		return -1;
	output_line(stdout, "%-14s %.*s", key, (int)text.len, (const char *)text.data);
	return 0;
}

/* A member of the predicate: a line, or one for each member or element in it. */
static int print_member(const char *key, const struct json *value, struct error *err)
{
	bool reference = json_member(value, "name") && json_member(value, "statement");
	struct json_members at = { 0 };
	char inner[64];

	if (json_kind(value) == JSON_KIND_ARRAY) {
		for (size_t i = 0; i < json_count(value); i++)
			if (print_value(key, json_at(value, i), err))
				return -1;
		return 0;
	}
	if (json_kind(value) != JSON_KIND_OBJECT || reference)
		return print_value(key, value, err);
	while (json_next(value, &at)) {
		snprintf(inner, sizeof(inner), "%s %s", key, at.key);
		if (json_count(at.value) || (json_kind(at.value) != JSON_KIND_ARRAY &&
					     json_kind(at.value) != JSON_KIND_OBJECT))
			if (print_value(inner, at.value, err))
				return -1;
	}
	return 0;
}

/* An object, or a statement, that is named and was taken away. */
static void print_withheld(const struct json *item)
{
	const char *object = json_text(json_member(item, "object"));

	output_line(stdout, "%-14s %s, %s", "withheld",
		    object ? object : json_text(json_member(item, "named")),
		    json_text(json_member(item, "text")));
}

static void print_note(const struct json *note)
{
	puts("");
	output_line(stdout, "noted %s:", json_text(json_member(note, "declared")));
	output_wrapped(stdout, json_text(json_member(note, "text")), 2);
}

/* That it was told afterwards. */
static void print_afterwards(const struct json *predicate)
{
	const struct json *period = json_member(predicate, "declaredFor");
	const char *declared = json_text(json_member(predicate, "declared"));
	const char *from = json_text(json_member(period, "from"));
	const char *to = json_text(json_member(period, "to"));

	if (declared && from && to)
		output_line(stdout, "%-14s declared on %.10s for %s to %s", "afterwards", declared,
			    from, to);
}

static int print_text(const struct call *call, const struct shown *shown, const struct rows *about,
		      struct error *err)
{
	bool dataset = shown->statement.kind == STATEMENT_dataset;
	struct json_members at = { 0 };
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&shown->identity, hex);
	output_line(stdout, "%s %s", statement_kind_name(shown->statement.kind),
		    shown->statement.subject);
	output_line(stdout, "%-14s sha256:%s", "statement", hex);
	while (json_next(shown->statement.predicate, &at)) {
		if (strcmp(at.key, "scores") == 0 || strcmp(at.key, "name") == 0 ||
		    strcmp(at.key, "version") == 0 || strcmp(at.key, "declaredFor") == 0 ||
		    strcmp(at.key, "card") == 0 ||
		    (dataset && (strcmp(at.key, "corpus") == 0 || strcmp(at.key, "weights") == 0)))
			continue;
		if (print_member(at.key, at.value, err))
			return -1;
	}
	print_afterwards(shown->statement.predicate);
	if (dataset)
		corpus_table_print(json_member(shown->statement.predicate, "corpus"),
				   json_member(shown->statement.predicate, "weights"));
	if (json_member(shown->statement.predicate, "card"))
		card_held_print(json_member(shown->statement.predicate, "card"));
	card_later_print(shown->later);
	scores_shown_print(shown->scores);
	if (!shown->all_signers && !call->quiet)
		left_out_print(json_count(shown->unbelieved));
	for (size_t i = 0; i < json_count(shown->withheld); i++)
		print_withheld(json_at(shown->withheld, i));
	for (size_t i = 0; i < json_count(shown->notes); i++)
		print_note(json_at(shown->notes, i));
	if (about->table.rows && !call->quiet) {
		puts("\nwhat is said about it:");
		table_print(&about->table, call);
	}
	return 0;
}

/* Who signed what is shown: records of the same key are its own. */
static int signer_seen(void *arg, const struct index_row *row, struct error *err)
{
	struct rows *about = arg;

	(void)err;
	snprintf(about->publisher, sizeof(about->publisher), "%s", row->key);
	return 0;
}

/* A dataset in the words of Croissant. */
static int show_croissant(const struct call *call, struct registry *registry, struct error *err)
{
	CLEANUP(json_free) struct json *description = NULL;
	struct digest identity;
	struct name name;

	if (argument_resolve(registry, call->operand[0], &name, &identity, err) ||
	    registry_croissant(registry, &identity, &description, err))
		return -1;
	return output_json(description, err);
}

static int show_run(struct call *call, struct error *err)
{
	CLEANUP(registry_close) struct registry *registry = NULL;
	CLEANUP(shown_release) struct shown shown = { .scores = NULL };
	CLEANUP(rows_release) struct rows about = { .items = NULL };
	CLEANUP(json_free) struct json *object = NULL;
	struct index *index;

	buffer_init(&shown.payload, PAYLOAD_MAX);
	shown.all_signers = call_has(call, "all-signers");
	if (open_registry(call, &registry, err))
		return -1;
	if (call_has(call, "croissant"))
		return show_croissant(call, registry, err);
	if (shown_load(registry, call->operand[0], &shown, err) ||
	    registry_index(registry, &index, err) ||
	    rows_begin(call, "akashi/show/1", &about, &object, err) ||
	    index_statement(index, &shown.identity, signer_seen, &about, err))
		return -1;
	about.registry = registry;
	about.classes = true;
	about.whose = shown.whose;
	if (index_about(index, &shown.identity, rows_take, &about, err))
		return -1;
	return call->json ? print_json(&shown, &object, err)
			  : print_text(call, &shown, &about, err);
}

static const struct option show_options[] = {
	{ .name = "all-signers",
	  .help = "scores of keys that the policy does not accept for them, too, marked" },
	{ .name = "croissant",
	  .help = "a dataset as a Croissant 1.1 description (JSON-LD); beside its files, "
		  "mlcroissant and others load them by it" },
	{ .name = NULL },
};

static const struct example show_examples[] = {
	{ "akashi show llm-x/base@step-500", "a checkpoint, its commit, data, scores and records" },
	{ "akashi show llm-x/corpus@v1 --croissant >corpus/croissant.json",
	  "a dataset for tools that know Croissant" },
	{ "akashi show sha256:9f86d081", "a statement by the first digits of its identity" },
	{ NULL, NULL },
};

const struct command command_show = {
	.name = "show",
	.summary = "show what a name or digest stands for",
	.synopsis = "NAME@VERSION|DIGEST [--all-signers]",
	.description =
		"The statement, whose signature and identity are checked on the way, the scores "
		"of its evaluations (the publisher's own and those that others signed apart; what "
		"keys signed that the policy does not accept for it is counted, and not shown), "
		"and every statement that speaks of it. Whether its signer "
		"is trusted is for akashi verify to say.",
	.options = show_options,
	.examples = show_examples,
	.operands_min = 1,
	.operands_max = 1,
	.run = show_run,
};
