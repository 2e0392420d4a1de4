/* facts: the runs that made a model, how each was started and how it ended. */
#include "registry/facts/inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/run/node_time.h"

enum {
	RUN_FILE_MAX = 16 << 20,
	HYPER_MAX = 512,       /* options of a command */
	HYPER_NAME_MAX = 128,  /* bytes of the name of one */
	HYPER_VALUE_MAX = 512, /* bytes of its value; a longer one is left out */
	COMMAND_WORDS_MAX = 4096
};

/* ---- How it was started ---- */

/* "--lr" and "--lr=1" name an option; "-1" and "-" do not, nor does what stands behind "--". */
static bool is_option(const char *word)
{
	return word && strncmp(word, "--", 2) == 0 && word[2];
}

static bool name_ok(const char *name)
{
	return name[0] && strlen(name) <= HYPER_NAME_MAX &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.") ==
		       strlen(name);
}

/* The option said last counts, as with most parsers of command lines. */
static int hyper_set(struct json **hyper, const char *name, const char *value, struct error *err)
{
	CLEANUP(json_free) struct json *without = NULL;
	struct json_members at = { 0 };

	if (!name_ok(name) || strlen(value) > HYPER_VALUE_MAX || json_count(*hyper) >= HYPER_MAX)
		return 0;
	if (!json_member(*hyper, name))
		return json_set_text(*hyper, name, value, err);
	if (json_object_new(&without, err))
		return -1;
	while (json_next(*hyper, &at))
		if (strcmp(at.key, name) != 0 && json_set_clone(without, at.key, at.value, err))
			return -1;
	json_free(hyper);
	*hyper = without;
	without = NULL; /* handed over */
	return json_set_text(*hyper, name, value, err);
}

/* The words behind an option, up to the next one: "" stands for a switch. */
static int value_take(const struct json *command, size_t *at, struct buffer *value,
		      struct error *err)
{
	value->len = 0;
	while (*at + 1 < json_count(command)) {
		const char *word = json_text(json_at(command, *at + 1));

		if (!word || strncmp(word, "--", 2) == 0 ||
		    (word[0] == '-' && !strchr("0123456789.", word[1])))
			break;
		++*at;
		/* What does not fit is too long to be told in any case. */
		if (value->len + strlen(word) + 1 <= HYPER_VALUE_MAX + 1 &&
		    buffer_printf(value, err, "%s%s", value->len ? " " : "", word))
			return -1;
		if (value->len + strlen(word) + 1 > HYPER_VALUE_MAX + 1)
			value->len = HYPER_VALUE_MAX + 1;
	}
	return 0;
}

static int option_take(struct json **hyper, const struct json *command, size_t *at,
		       struct buffer *value, struct error *err)
{
	const char *word = json_text(json_at(command, *at)) + 2;
	const char *equals = strchr(word, '=');
	CLEANUP(text_free) char *name = NULL;
	CLEANUP(text_free) char *text = NULL;

	name = equals ? strndup(word, (size_t)(equals - word)) : strdup(word);
	if (!name)
		return error_set(err, ERROR_SYSTEM, "out of memory for an option");
	if (equals)
		return hyper_set(hyper, name, equals + 1, err);
	if (value_take(command, at, value, err))
		return -1;
	if (value->len > HYPER_VALUE_MAX)
		return 0;
	return buffer_to_text(value, &text, err) ||
			       hyper_set(hyper, name, text[0] ? text : "true", err)
		       ? -1
		       : 0;
}

static int hyper_of_command(const struct json *command, struct json **hyper, struct error *err)
{
	CLEANUP(buffer_release) struct buffer value;

	buffer_init(&value, 2 * HYPER_VALUE_MAX + 2);
	for (size_t i = 0; i < json_count(command) && i < COMMAND_WORDS_MAX; i++)
		if (is_option(json_text(json_at(command, i))) &&
		    option_take(hyper, command, &i, &value, err))
			return -1;
	return 0;
}

/* A scalar of the run's file as a text; NULL: it is none. `digits` has room for an integer. */
static const char *scalar_text(const struct json *value, char digits[32])
{
	switch (json_kind(value)) {
	case JSON_KIND_NUMBER:
		return json_number_text(value);
	case JSON_KIND_BOOL:
		return json_is_yes(value) ? "true" : "false";
	case JSON_KIND_INTEGER:
		snprintf(digits, 32, "%lld", (long long)json_integer_of(value));
		return digits;
	default:
		return json_text(value);
	}
}

/* Scalars of a list behind one another, as a command line would have them. */
static int list_text(const struct json *list, struct buffer *value, struct error *err)
{
	char digits[32];

	for (size_t i = 0; i < json_count(list) && value->len <= HYPER_VALUE_MAX; i++) {
		const char *text = scalar_text(json_at(list, i), digits);

		if (text && strlen(text) <= HYPER_VALUE_MAX &&
		    buffer_printf(value, err, "%s%s", value->len ? " " : "", text))
			return -1;
	}
	return 0;
}

/* What the run's file calls its hyper-parameters: scalars and lists of them, as texts. */
static int hyper_of_file(const struct json *file, struct json **hyper, struct error *err)
{
	struct json_members at = { 0 };
	char digits[32];

	while (json_next(json_member(file, "hyper_parameters"), &at)) {
		CLEANUP(buffer_release) struct buffer value;
		CLEANUP(text_free) char *text = NULL;

		buffer_init(&value, 2 * HYPER_VALUE_MAX + 2);
		if (json_kind(at.value) != JSON_KIND_ARRAY) {
			const char *scalar = scalar_text(at.value, digits);

			if (scalar && hyper_set(hyper, at.key, scalar, err))
				return -1;
		} else if (list_text(at.value, &value, err) || buffer_to_text(&value, &text, err) ||
			   hyper_set(hyper, at.key, text, err)) {
			return -1;
		}
	}
	return 0;
}

/* The file that the run was declared by, where it is here and JSON; else NULL. */
static int run_file(const struct gathering *g, const struct json *predicate, struct json **out_file,
		    struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	struct error why = { 0 };
	struct digest digest;

	buffer_init(&text, RUN_FILE_MAX);
	*out_file = NULL;
	if (json_need_digest(predicate, "file", &digest, err))
		return -1;
	if (evidence_object_read(g->wish->evidence, &digest, &text, &why) ||
	    json_parse(buffer_view(&text), NULL, out_file, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	return 0;
}

static int command_set(const struct gathering *g, const struct json *predicate, struct json *item,
		       struct error *err)
{
	CLEANUP(json_free) struct json *file = NULL;
	CLEANUP(json_free) struct json *hyper = NULL;
	const struct json *command = json_member(predicate, "command");

	if (run_file(g, predicate, &file, err) || json_object_new(&hyper, err))
		return -1;
	if (!command && json_kind(json_member(file, "command")) == JSON_KIND_ARRAY)
		command = json_member(file, "command");
	if (command && json_set_clone(item, "command", command, err))
		return -1;
	return hyper_of_file(file, &hyper, err) || hyper_of_command(command, &hyper, err) ||
			       json_set_take(item, "hyper", &hyper, err)
		       ? -1
		       : 0;
}

/* ---- How it ended ---- */

/* Takes `said` in the place of what `best` holds, as run_known_end does. */
static void end_choose(struct believed *best, struct believed *said)
{
	const char *end = json_text(json_member(best->statement.predicate, "end"));
	const char *other = json_text(json_member(said->statement.predicate, "end"));
	struct error ignored = { 0 };
	uint64_t seconds = 0, longer = 0;
	bool better = !best->statement.json;

	if (!better && end && other && strcmp(end, "lower-bound") == 0) {
		if (json_need_size(best->statement.predicate, "seconds", &seconds, &ignored) ||
		    json_need_size(said->statement.predicate, "seconds", &longer, &ignored))
			return;
		better = strcmp(other, "measured") == 0 || longer > seconds;
	}
	if (!better)
		return;
	believed_release(best);
	*best = *said;
	*said = (struct believed){ 0 }; /* handed over */
}

static int end_find(struct gathering *g, const struct digest *run, struct believed *best,
		    struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list about = { 0 };

	if (evidence_statements(g->wish->evidence, run, &about, err))
		return -1;
	for (size_t i = 0; i < about.count && i < FACTS_STATEMENTS_MAX; i++) {
		CLEANUP(believed_release) struct believed said = { 0 };
		CLEANUP(statement_release) struct statement seen = { 0 };
		struct error ignored = { 0 };
		struct reference of;
		struct digest key;
		bool taken;

		if (peek_statement(g->wish->evidence, &about.item[i], &seen, &key, &ignored) ||
		    seen.kind != STATEMENT_completion ||
		    reference_need(seen.predicate, "of", &of, &ignored) ||
		    !digest_equal(&of.statement, run))
			continue;
		if (facts_believe(g, &about.item[i], STATEMENT_completion, &said, &taken, err))
			return -1;
		if (taken)
			end_choose(best, &said);
	}
	return 0;
}

static int time_set(const struct json *predicate, struct json *item, struct error *err)
{
	struct node_time time;
	uint64_t nodes = 0, gpus = 0;

	if (node_time_from_json(json_member(predicate, "nodeTime"), &time, err))
		return -1;
	for (size_t i = 0; i < time.count; i++) {
		nodes += time.year[i].node_seconds;
		gpus += time.year[i].gpu_seconds;
	}
	if (json_set_size(item, "nodeSeconds", nodes, err))
		return -1;
	return json_member(predicate, "gpus") ? json_set_size(item, "gpuSeconds", gpus, err) : 0;
}

static int copy(const struct json *from, const char *key, struct json *to, struct error *err)
{
	const struct json *value = json_member(from, key);

	return value && !json_member(to, key) ? json_set_clone(to, key, value, err) : 0;
}

/* An end that is not known leaves its members away. */
static int end_set(struct gathering *g, const struct digest *run, struct json *item,
		   struct error *err)
{
	CLEANUP(believed_release) struct believed end = { 0 };
	const struct json *predicate;
	const char *measured;

	if (end_find(g, run, &end, err))
		return -1;
	if (!end.statement.json)
		return 0;
	predicate = end.statement.predicate;
	measured = json_text(json_member(predicate, "end"));
	return json_set_digest(item, "completion", &end.identity, err) ||
			       copy(predicate, "outcome", item, err) ||
			       copy(predicate, "began", item, err) ||
			       copy(predicate, "ended", item, err) ||
			       copy(predicate, "seconds", item, err) ||
			       time_set(predicate, item, err) ||
			       json_set_bool(item, "lowerBound",
					     !measured || strcmp(measured, "measured") != 0, err)
		       ? -1
		       : 0;
}

/* ---- The runs ---- */

/* Nodes and GPUs as the run says; what the completion counted is in its seconds. */
static int machine_set(const struct json *predicate, struct json *item, struct error *err)
{
	const struct json *gpus = json_member(predicate, "gpus");
	const struct json *nodes = json_member(json_member(predicate, "nodes"), "count");

	if (nodes && json_set_clone(item, "nodes", nodes, err))
		return -1;
	if (json_member(gpus, "count") &&
	    json_set_clone(item, "gpus", json_member(gpus, "count"), err))
		return -1;
	if (json_member(gpus, "perNode") &&
	    json_set_clone(item, "gpusPerNode", json_member(gpus, "perNode"), err))
		return -1;
	if (json_member(gpus, "models") &&
	    json_set_clone(item, "gpuModels", json_member(gpus, "models"), err))
		return -1;
	return copy(predicate, "host", item, err);
}

static int run_set(struct gathering *g, const struct believed *run, struct json *item,
		   struct error *err)
{
	const struct json *predicate = run->statement.predicate;

	return facts_source(g, run, item, err) || command_set(g, predicate, item, err) ||
			       copy(predicate, "git", item, err) ||
			       copy(predicate, "repositories", item, err) ||
			       copy(predicate, "scheduler", item, err) ||
			       copy(predicate, "launcher", item, err) ||
			       copy(predicate, "container", item, err) ||
			       copy(predicate, "order", item, err) ||
			       copy(predicate, "declaredFor", item, err) ||
			       machine_set(predicate, item, err) ||
			       end_set(g, &run->identity, item, err) ||
			       copy(predicate, "began", item, err)
		       ? -1
		       : 0;
}

int facts_runs(struct gathering *g, struct digest_list *out_runs, struct error *err)
{
	CLEANUP(json_free) struct json *reference = NULL;
	const struct json *first = json_member(g->wish->checkpoint->statement.predicate, "run");
	struct json *runs, *item;

	if (json_set_array(g->facts, "runs", &runs, err) ||
	    (first && json_clone(first, &reference, err)))
		return -1;
	while (reference && out_runs->count < FACTS_RUNS_MAX) {
		CLEANUP(believed_release) struct believed run = { 0 };
		size_t before = out_runs->count;
		const struct json *next;
		bool taken;

		if (facts_refer(g, reference, "run", STATEMENT_run, &run, &taken, err))
			return -1;
		json_free(&reference);
		if (!taken)
			break;
		if (digest_list_add_once(out_runs, &run.identity, err))
			return -1;
		if (out_runs->count == before)
			break; /* it continues itself: told once */
		next = json_member(run.statement.predicate, "continues");
		if (json_add_object(runs, &item, err) || run_set(g, &run, item, err) ||
		    (next && json_clone(next, &reference, err)))
			return -1;
	}
	return 0;
}
