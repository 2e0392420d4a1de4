/* exposure: the way from a checkpoint back through the runs that led to it. */
#include "registry/exposure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/argument.h"
#include "registry/checkpoint_name.h"
#include "registry/index.h"
#include "registry/statement.h"
#include "registry/store.h"

enum { RUN_FILE_MAX = 16 << 20 };

void exposure_release(struct exposure *exposure)
{
	for (size_t i = 0; i < exposure->segment_count; i++) {
		data_order_release(&exposure->segment[i].order);
		free(exposure->segment[i].taken);
	}
	for (size_t i = 0; i < exposure->source_count; i++)
		free(exposure->source[i].path);
	free(exposure->segment);
	free(exposure->source);
	*exposure = (struct exposure){ .segment = NULL };
}

/* ---- Steps ---- */

static bool number_at(const char *text, uint64_t *out_number)
{
	size_t len = strspn(text, "0123456789");

	if (!len || len > 18)
		return false;
	*out_number = strtoull(text, NULL, 10);
	return true;
}

bool exposure_step(const char *version, uint64_t *out_step)
{
	struct checkpoint_name name;
	bool found = false;

	if (checkpoint_name_read(version, &name) && name.has_step) {
		*out_step = name.step;
		return true;
	}
	for (const char *at = version; *at; at++) {
		if (*at < '0' || *at > '9')
			continue;
		/* "v1" and "1.2" number a version, and no step. */
		if ((at == version || !strchr(".vV", at[-1])) &&
		    at[strspn(at, "0123456789")] != '.' && number_at(at, out_step))
			found = true; /* the last one stays */
		at += strspn(at, "0123456789") - 1;
	}
	return found;
}

/* ---- Statements ---- */

static int statement_load(struct registry *registry, const struct digest *identity,
			  struct statement *out_statement, struct buffer *payload,
			  struct error *err)
{
	return registry_payload(registry, identity, payload, err) ||
			       statement_parse(buffer_view(payload), out_statement, err)
		       ? -1
		       : 0;
}

/* The name and the statement of a reference; false: it is hidden, or none. */
static bool reference_read(const struct json *reference, struct name *out_name,
			   struct digest *out_statement)
{
	struct error none = { 0 };
	const char *name;

	return reference && json_need_string(reference, "name", &name, &none) == 0 &&
	       json_need_digest(reference, "statement", out_statement, &none) == 0 &&
	       name_parse(name, out_name, &none) == 0;
}

/* The run of a checkpoint, and the step that its name says. */
struct come_from {
	struct name checkpoint;
	struct name run;
	struct digest statement; /* of the run */
	bool has_run, has_step;
	uint64_t step;
};

static int checkpoint_read(struct registry *registry, const struct name *name,
			   const struct digest *identity, struct come_from *out_from,
			   struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	struct come_from from = { .checkpoint = *name };

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (statement_load(registry, identity, &statement, &payload, err))
		return -1;
	from.has_run =
		statement.kind == STATEMENT_checkpoint &&
		reference_read(json_member(statement.predicate, "run"), &from.run, &from.statement);
	from.has_step = exposure_step(name->version, &from.step);
	*out_from = from;
	return 0;
}

/* ---- Restarts ---- */

struct looking {
	struct registry *registry;
	uint64_t limit, step;
	bool found;
};

/* The latest output that a completion names, up to the limit. */
static int completion_take(void *arg, const struct index_row *row, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	struct looking *looking = arg;
	struct error damaged = { 0 };
	const struct json *list;
	struct digest identity;

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (strcmp(row->kind, "completion") != 0)
		return 0;
	if (digest_from_hex(span_of(row->statement), &identity, err))
		return -1;
	if (statement_load(looking->registry, &identity, &statement, &payload, &damaged))
		return 0; /* withheld: others may say it */
	list = json_member(statement.predicate, "outputs");
	for (size_t i = 0; json_kind(list) == JSON_KIND_ARRAY && i < json_count(list); i++) {
		struct digest ignored;
		struct name name;
		uint64_t step;

		if (!reference_read(json_at(list, i), &name, &ignored) ||
		    !exposure_step(name.version, &step) || step > looking->limit ||
		    (looking->found && step <= looking->step))
			continue;
		looking->step = step;
		looking->found = true;
	}
	return 0;
}

/* ---- Segments ---- */

static void doubt(struct exposure_segment *segment, const char *front, const char *name,
		  const char *back)
{
	if (!segment->why[0])
		snprintf(segment->why, sizeof(segment->why), "%s%s%s", front, name, back);
}

/* Runs that were added by their file alone say it there, as "dataOrder". */
static int file_load(struct registry *registry, const struct json *predicate,
		     struct exposure_segment *segment, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(json_free) struct json *json = NULL;
	const struct json *object;
	struct error away = { 0 };
	struct digest file;

	buffer_init(&text, RUN_FILE_MAX);
	if (json_need_digest(predicate, "file", &file, &away) ||
	    store_get(registry->store, &file, &text, &away) ||
	    json_parse(buffer_view(&text), NULL, &json, &away) ||
	    !(object = json_member(json, "dataOrder")))
		return 0;
	if (data_order_from_json(object, &segment->order, err))
		return -1;
	segment->ordered = true;
	return 0;
}

static int order_load(struct registry *registry, const struct json *predicate,
		      struct exposure_segment *segment, struct digest *out_object,
		      struct error *err)
{
	const struct json *told = json_member(predicate, "order");
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(json_free) struct json *json = NULL;
	char name[NAME_TEXT_MAX];

	buffer_init(&text, DATA_ORDER_MAX_BYTES);
	*out_object = (struct digest){ .byte = { 0 } };
	name_to_text(&segment->run, name);
	if (!told) {
		if (file_load(registry, predicate, segment, err))
			return error_prefix(err, "the run file of %s", name);
		if (!segment->ordered)
			doubt(segment, "the run ", name, " says no order of its data");
		return 0;
	}
	if (json_need_digest(told, "object", out_object, err) ||
	    store_get(registry->store, out_object, &text, err) ||
	    json_parse(buffer_view(&text), NULL, &json, err) ||
	    data_order_from_json(json, &segment->order, err))
		return error_prefix(err, "the order of data of %s", name);
	segment->ordered = true;
	return 0;
}

/* What is under way: the run that is looked at, and the segment that it belongs to. */
struct walk {
	struct registry *registry;
	struct exposure *exposure;
	struct name run;
	struct digest statement;
	uint64_t to;
	bool within;          /* the last segment goes on in this run */
	struct digest object; /* its order's */
	struct digest seen[EXPOSURE_SEGMENTS_MAX];
	size_t seen_count;
	bool done;
};

static int circle_check(struct walk *walk, struct error *err)
{
	char name[NAME_TEXT_MAX];

	name_to_text(&walk->run, name);
	for (size_t i = 0; i < walk->seen_count; i++)
		if (digest_equal(&walk->seen[i], &walk->statement))
			return error_set(err, ERROR_CORRUPT, "the runs behind %s lead in a circle",
					 name);
	if (walk->seen_count == EXPOSURE_SEGMENTS_MAX)
		return error_set(err, ERROR_USAGE, "more than %u runs behind one another",
				 EXPOSURE_SEGMENTS_MAX);
	walk->seen[walk->seen_count++] = walk->statement;
	return 0;
}

static int segment_add(struct walk *walk, struct exposure_segment **out_segment, struct error *err)
{
	struct exposure *exposure = walk->exposure;

	if (exposure->segment_count == exposure->segment_room) {
		size_t wanted = exposure->segment_room ? 2 * exposure->segment_room : 4;
		struct exposure_segment *more = realloc(exposure->segment, wanted * sizeof(*more));

		if (!more)
			return error_set(err, ERROR_SYSTEM, "out of memory for segments");
		exposure->segment = more;
		exposure->segment_room = wanted;
	}
	*out_segment = &exposure->segment[exposure->segment_count++];
	**out_segment = (struct exposure_segment){ .run = walk->run,
						   .statement = walk->statement,
						   .to = walk->to };
	return 0;
}

/* It starts from somebody's checkpoint. */
static int parent_follow(struct walk *walk, struct exposure_segment *segment,
			 const struct json *reference, struct error *err)
{
	struct come_from from;
	struct digest identity;
	char text[NAME_TEXT_MAX];
	struct name name;

	walk->done = true;
	if (!reference_read(reference, &name, &identity)) {
		doubt(segment, "what it started from is withheld", "", "");
		segment->adrift = !segment->order.fresh;
		return 0;
	}
	if (checkpoint_read(walk->registry, &name, &identity, &from, err))
		return -1;
	name_to_text(&name, text);
	if (from.has_step && !segment->order.fresh && from.step <= segment->to)
		segment->from = from.step;
	if (!from.has_run || !from.has_step) {
		doubt(segment, "what ", text, " had seen is not known");
		segment->adrift = !segment->order.fresh;
		return 0;
	}
	segment->order.fresh |= from.step > segment->to;
	walk->run = from.run;
	walk->statement = from.statement;
	walk->to = from.step;
	walk->done = walk->within = false;
	return 0;
}

/* It goes on with an earlier start of the same run. */
static int continue_follow(struct walk *walk, struct exposure_segment *segment,
			   const struct json *reference, struct error *err)
{
	struct looking looking = { .registry = walk->registry, .limit = segment->to };
	struct index *index;
	struct digest run;
	struct name name;

	walk->done = true;
	if (!reference_read(reference, &name, &run)) {
		doubt(segment, "what it goes on with is withheld", "", "");
		segment->adrift = true;
		return 0;
	}
	if (registry_index(walk->registry, &index, err) ||
	    index_about(index, &run, completion_take, &looking, err))
		return -1;
	walk->run = name;
	walk->statement = run;
	walk->done = false;
	walk->within = !looking.found;
	if (looking.found)
		segment->from = walk->to = looking.step;
	return 0;
}

static int run_follow(struct walk *walk, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	struct exposure_segment *segment;
	const struct json *parents;
	char name[NAME_TEXT_MAX];

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	name_to_text(&walk->run, name);
	if (circle_check(walk, err) ||
	    statement_load(walk->registry, &walk->statement, &statement, &payload, err))
		return error_prefix(err, "the run %s", name);
	if (statement.kind != STATEMENT_run)
		return error_set(err, ERROR_USAGE, "%s is no run", name);
	if (walk->within) {
		const struct json *told = json_member(statement.predicate, "order");
		struct error none = { 0 };
		struct digest object;

		segment = &walk->exposure->segment[walk->exposure->segment_count - 1];
		if (!told || json_need_digest(told, "object", &object, &none) ||
		    !digest_equal(&object, &walk->object)) {
			doubt(segment, "where it took over from ", name, " is not known");
			segment->adrift = true;
			walk->done = true;
			return 0;
		}
	} else if (segment_add(walk, &segment, err) ||
		   order_load(walk->registry, statement.predicate, segment, &walk->object, err)) {
		return -1;
	}
	parents = json_member(statement.predicate, "parents");
	if (json_kind(parents) == JSON_KIND_ARRAY && json_count(parents))
		return parent_follow(walk, segment, json_at(parents, 0), err);
	if (json_member(statement.predicate, "continues"))
		return continue_follow(walk, segment, json_member(statement.predicate, "continues"),
				       err);
	walk->done = true;
	return 0;
}

static int walk_back(struct walk *walk, struct error *err)
{
	struct exposure *exposure = walk->exposure;

	while (!walk->done)
		if (context_check_cancelled(walk->registry->ctx, err) || run_follow(walk, err))
			return -1;
	for (size_t i = 0; i < exposure->segment_count / 2; i++) {
		struct exposure_segment *a = &exposure->segment[i];
		struct exposure_segment *b = &exposure->segment[exposure->segment_count - 1 - i];
		struct exposure_segment swap = *a;

		*a = *b;
		*b = swap;
	}
	return 0;
}

/* ---- What is asked for ---- */

struct runs {
	const char *family;
	struct index_claim latest;
	char version[NAME_PART_MAX + 1], statement[DIGEST_HEX_SIZE];
	uint64_t log_index;
	bool found;
};

static int claim_take(void *arg, const struct index_claim *claim, struct error *err)
{
	struct runs *runs = arg;

	(void)err;
	if (claim->alias || strcmp(claim->name, runs->family) != 0 ||
	    (runs->found && claim->log_index < runs->log_index))
		return 0;
	snprintf(runs->version, sizeof(runs->version), "%s", claim->version);
	snprintf(runs->statement, sizeof(runs->statement), "%s", claim->statement);
	runs->log_index = claim->log_index;
	runs->found = true;
	return 0;
}

/* NAME@STEP where NAME is the family of runs: the run that was declared last. */
static int family_find(struct registry *registry, const struct exposure_wish *wish,
		       struct walk *walk, bool *out_found, struct error *err)
{
	char family[NAME_TEXT_MAX];
	struct runs runs = { .family = family };
	struct error none = { 0 };
	struct index *index;
	struct name name;

	*out_found = false;
	if (name_parse(wish->word, &name, &none) || name.alias ||
	    strspn(name.version, "0123456789") != strlen(name.version) ||
	    !number_at(name.version, &walk->to))
		return 0;
	snprintf(family, sizeof(family), "%s/%s", name.owner, name.name);
	if (registry_index(registry, &index, err) ||
	    index_claims(index, "run", family, claim_take, &runs, err))
		return -1;
	if (!runs.found)
		return 0;
	walk->run = name;
	snprintf(walk->run.version, sizeof(walk->run.version), "%s", runs.version);
	*out_found = true;
	return digest_from_hex(span_of(runs.statement), &walk->statement, err);
}

static int asked_find(struct registry *registry, const struct exposure_wish *wish,
		      struct walk *walk, struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	struct come_from from;
	struct error absent = { 0 };
	struct digest identity;
	bool found;

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (argument_resolve(registry, wish->word, &walk->exposure->name, &identity, &absent)) {
		if (absent.code == ERROR_ABSENT && family_find(registry, wish, walk, &found, err))
			return -1;
		if (absent.code != ERROR_ABSENT || !found)
			return error_set(err, absent.code, "%s", absent.text);
		walk->exposure->name = walk->run;
		return 0;
	}
	if (statement_load(registry, &identity, &statement, &payload, err))
		return -1;
	if (statement.kind == STATEMENT_run) {
		walk->run = walk->exposure->name;
		walk->statement = identity;
		walk->to = wish->step;
		return wish->has_step ? 0
				      : error_set(err, ERROR_USAGE,
						  "'%s' is a run: by which --step?", wish->word);
	}
	if (statement.kind != STATEMENT_checkpoint)
		return error_set(err, ERROR_USAGE, "'%s' is neither a checkpoint nor a run",
				 wish->word);
	if (checkpoint_read(registry, &walk->exposure->name, &identity, &from, err))
		return -1;
	if (!from.has_run)
		return error_set(err, ERROR_USAGE,
				 "'%s' says no run that made it: akashi seen RUN --step N",
				 wish->word);
	if (!wish->has_step && !from.has_step)
		return error_set(err, ERROR_USAGE, "'%s' names no step: give --step", wish->word);
	walk->run = from.run;
	walk->statement = from.statement;
	walk->to = wish->has_step ? wish->step : from.step;
	return 0;
}

int registry_exposure(struct registry *registry, const struct exposure_wish *wish,
		      struct exposure *out_exposure, struct error *err)
{
	CLEANUP(exposure_release) struct exposure exposure = { .segment = NULL };
	struct walk *walk = calloc(1, sizeof(*walk));
	int failed;

	if (!walk)
		return error_set(err, ERROR_SYSTEM, "out of memory for runs");
	*walk = (struct walk){ .registry = registry, .exposure = &exposure };
	failed = asked_find(registry, wish, walk, err);
	exposure.step = walk->to;
	failed = failed || walk_back(walk, err) ||
		 exposure_sum(registry, wish->sequences, &exposure, err);
	free(walk);
	if (failed)
		return -1;
	*out_exposure = exposure;
	exposure = (struct exposure){ .segment = NULL }; /* handed over */
	return 0;
}
