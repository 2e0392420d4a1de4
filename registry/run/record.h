/*
 * The records of a run, on this user's disk until all of it is signed: how it began, that it still
 * ran (a beat), what became of it (docs/formats.md, "Records of runs").
 */
#ifndef REGISTRY_RUN_RECORD_H
#define REGISTRY_RUN_RECORD_H

#include "registry/run.h"

#define RUN_RECORD_SCHEMA "akashi/run-record/1"
#define RUN_RECORD_MAX_BYTES (8u << 20)
#define RUN_RECORD_NAMES_MAX 100000 /* in one list */

enum run_event {
	RUN_EVENT_BEGIN,
	RUN_EVENT_DECLARED, /* signed, under a name */
	RUN_EVENT_BEAT,
	RUN_EVENT_OUTPUTS, /* registered so far */
	RUN_EVENT_END,
	RUN_EVENT_COUNT
};

/* "begin". Static; the record lies in ID/begin.json. */
const char *run_event_name(enum run_event event);

struct run_record {
	enum run_event event;
	char id[RUN_ID_SIZE];
	struct json *json; /* owned; the members below are borrowed from it */

	/* begin */
	struct name name;
	const struct json *details;
	const char *registry, *key, *file; /* NULL: not said */
	int64_t began_s;
	uint64_t nodes, gpus;
	bool gpus_known, anew, attached; /* attached: a process of ours watches it */

	/* beat */
	uint64_t seconds;
	uint64_t child, child_start; /* process and its start, in ticks since boot; 0: not known */
	const char *boot;

	/* end; `name` of declared is above */
	struct run_ending ending;
};

/* ERROR_CORRUPT: no record, or one with something missing. */
MUST_CHECK int run_record_parse(struct span text, struct run_record *out_record, struct error *err);
void run_record_release(struct run_record *record);

/* A new record with schema, event and id. */
MUST_CHECK int run_record_new(enum run_event event, const char *id, struct json **out_object,
			      struct error *err);

/* Names in a list of the record ("data", "outputs"); the caller frees the array. */
MUST_CHECK int run_record_names(const struct run_record *record, const char *key,
				struct name **out_names, size_t *out_count, struct error *err);

#endif
