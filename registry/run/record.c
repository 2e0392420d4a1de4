/* run_record: records of runs are read like what strangers wrote. */
#include "registry/run/record.h"

#include <stdlib.h>
#include <string.h>

static const char *const event_name[RUN_EVENT_COUNT] = {
	[RUN_EVENT_BEGIN] = "begin", [RUN_EVENT_DECLARED] = "declared",
	[RUN_EVENT_BEAT] = "beat",   [RUN_EVENT_OUTPUTS] = "outputs",
	[RUN_EVENT_END] = "end",
};

const char *run_event_name(enum run_event event)
{
	return event_name[event];
}

void run_record_release(struct run_record *record)
{
	json_free(&record->json);
}

int run_record_new(enum run_event event, const char *id, struct json **out_object,
		   struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;

	if (json_object_new(&object, err) ||
	    json_set_text(object, "schema", RUN_RECORD_SCHEMA, err) ||
	    json_set_text(object, "event", event_name[event], err) ||
	    json_set_text(object, "id", id, err))
		return -1;
	*out_object = object;
	object = NULL; /* handed over */
	return 0;
}

static int name_need(const struct json *object, struct name *out_name, struct error *err)
{
	const char *text;

	if (json_need_string(object, "name", &text, err))
		return -1;
	if (name_parse(text, out_name, err)) {
		err->code = ERROR_CORRUPT;
		return -1;
	}
	return out_name->alias ? error_set(err, ERROR_CORRUPT, "'%s' is an alias", text) : 0;
}

static int begin_parse(struct run_record *record, struct error *err)
{
	const struct json *json = record->json;
	const char *began, *id;

	if (name_need(json, &record->name, err) ||
	    json_need_object(json, "details", &record->details, err) ||
	    json_need_string(record->details, "id", &id, err) ||
	    json_maybe_string(json, "registry", &record->registry, err) ||
	    json_maybe_string(json, "key", &record->key, err) ||
	    json_maybe_string(json, "file", &record->file, err) ||
	    json_need_string(json, "began", &began, err) ||
	    time_parse(began, &record->began_s, err) ||
	    json_need_size(json, "nodes", &record->nodes, err) ||
	    json_maybe_size(json, "gpus", 0, &record->gpus, err) ||
	    json_need_bool(json, "anew", &record->anew, err) ||
	    json_need_bool(json, "attached", &record->attached, err))
		return -1;
	record->gpus_known = json_member(json, "gpus") != NULL;
	if (strcmp(id, record->id) != 0)
		return error_set(err, ERROR_CORRUPT, "its details are of another run");
	if (!record->nodes || record->nodes > NODE_TIME_NODES_MAX ||
	    record->gpus > NODE_TIME_NODES_MAX)
		return error_set(err, ERROR_CORRUPT, "no number of nodes");
	return 0;
}

static int beat_parse(struct run_record *record, struct error *err)
{
	return json_need_size(record->json, "seconds", &record->seconds, err) ||
			       json_maybe_size(record->json, "child", 0, &record->child, err) ||
			       json_maybe_size(record->json, "childStart", 0, &record->child_start,
					       err) ||
			       json_maybe_string(record->json, "boot", &record->boot, err)
		       ? -1
		       : 0;
}

static int outputs_parse(struct run_record *record, struct error *err)
{
	struct name *names;
	size_t count;

	if (run_record_names(record, "outputs", &names, &count, err))
		return -1;
	free(names);
	return 0;
}

static int event_parse(struct run_record *record, struct error *err)
{
	switch (record->event) {
	case RUN_EVENT_BEGIN:
		return begin_parse(record, err);
	case RUN_EVENT_DECLARED:
		return name_need(record->json, &record->name, err);
	case RUN_EVENT_BEAT:
		return beat_parse(record, err);
	case RUN_EVENT_OUTPUTS:
		return outputs_parse(record, err);
	case RUN_EVENT_END:
		return run_ending_from_json(record->json, &record->ending, err);
	case RUN_EVENT_COUNT:
		break;
	}
	return error_set(err, ERROR_CORRUPT, "no event of a run");
}

static bool id_fits(const char *id)
{
	return strlen(id) == RUN_ID_SIZE - 1 && strspn(id, "0123456789abcdef") == RUN_ID_SIZE - 1;
}

int run_record_parse(struct span text, struct run_record *out_record, struct error *err)
{
	const struct json_limits limits = { .max_bytes = RUN_RECORD_MAX_BYTES, .max_depth = 16 };
	CLEANUP(run_record_release) struct run_record record = { .event = RUN_EVENT_COUNT };
	const char *schema, *event, *id;

	if (json_parse(text, &limits, &record.json, err) ||
	    json_need_string(record.json, "schema", &schema, err) ||
	    json_need_string(record.json, "event", &event, err) ||
	    json_need_string(record.json, "id", &id, err))
		return -1;
	if (strcmp(schema, RUN_RECORD_SCHEMA) != 0 || !id_fits(id))
		return error_set(err, ERROR_CORRUPT, "no record of a run");
	for (int i = 0; i < RUN_EVENT_COUNT; i++)
		if (strcmp(event, event_name[i]) == 0)
			record.event = (enum run_event)i;
	memcpy(record.id, id, RUN_ID_SIZE);
	if (event_parse(&record, err))
		return -1;
	*out_record = record;
	record.json = NULL; /* handed over */
	return 0;
}

int run_record_names(const struct run_record *record, const char *key, struct name **out_names,
		     size_t *out_count, struct error *err)
{
	const struct json *list;
	struct name *names;
	size_t count;

	if (json_maybe_array(record->json, key, &list, err))
		return -1;
	count = json_count(list);
	if (count > RUN_RECORD_NAMES_MAX)
		return error_set(err, ERROR_CORRUPT, "'%s' has too many names", key);
	names = calloc(count + 1, sizeof(*names));
	if (!names)
		return error_set(err, ERROR_SYSTEM, "out of memory for names");
	for (size_t i = 0; i < count; i++) {
		const char *text = json_text(json_at(list, i));

		if (text && name_parse(text, &names[i], err) == 0)
			continue;
		free(names);
		if (err->code == ERROR_NONE)
			return error_set(err, ERROR_CORRUPT, "'%s' is a list of names", key);
		err->code = ERROR_CORRUPT;
		return -1;
	}
	*out_names = names;
	*out_count = count;
	return 0;
}
