/*
 * What the entries of a log say about names, keys and statements: one record for each leaf
 * that an entry makes or replaces, so that the state at every earlier size can be had.
 */
#include "verify/state.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/arena.h"
#include "verify/state_inner.h"

int state_new(struct state **out_state, struct error *err)
{
	struct state *state = calloc(1, sizeof(*state));

	if (!state)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log's state");
	*out_state = state;
	return 0;
}

void state_free(struct state **state)
{
	if (!*state)
		return;
	for (size_t i = 0; i < (*state)->count; i++)
		free((*state)->record[i].text);
	free((*state)->record);
	free((*state)->slot);
	free(*state);
	*state = NULL;
}

/* ---- Finding a key: open addressing over SHA-256's first bytes ---- */

static size_t slot_of(const struct state *state, const char *key)
{
	struct digest digest = sha256(span_of(key));
	size_t at;

	memcpy(&at, digest.byte, sizeof(at));
	for (at &= state->slots - 1;
	     state->slot[at] && strcmp(state->record[state->slot[at] - 1].text, key) != 0;)
		at = (at + 1) & (state->slots - 1);
	return at;
}

static int slots_grow(struct state *state, struct error *err)
{
	size_t slots = state->slots ? 2 * state->slots : 64, *old = state->slot;
	size_t old_slots = state->slots;

	state->slot = calloc(slots, sizeof(*state->slot));
	if (!state->slot) {
		state->slot = old;
		return error_set(err, ERROR_SYSTEM, "out of memory for a log's state");
	}
	state->slots = slots;
	for (size_t i = 0; i < old_slots; i++)
		if (old[i])
			state->slot[slot_of(state, state->record[old[i] - 1].text)] = old[i];
	free(old);
	return 0;
}

/* The newest record of a key, NULL where there is none. */
static const struct state_record *newest(const struct state *state, const char *key)
{
	size_t place = state->slots ? state->slot[slot_of(state, key)] : 0;

	return place ? &state->record[place - 1] : NULL;
}

static int record_add(struct state *state, const struct state_record *record, struct error *err)
{
	void *array = state->record;
	size_t at;

	if (state->count >= state->slots / 2 && slots_grow(state, err))
		return -1;
	if (array_room(&array, state->count, &state->cap, sizeof(*record), err))
		return -1;
	state->record = array;
	at = slot_of(state, record->text);
	state->record[state->count] = *record;
	state->record[state->count].before = state->slot[at];
	state->slot[at] = ++state->count;
	return 0;
}

/* ---- Keys ---- */

static int out_of_memory(char **out_key, struct error *err)
{
	*out_key = NULL;
	return error_set(err, ERROR_SYSTEM, "out of memory for a log's state");
}

int state_claim_key(const struct name *name, uint64_t serial, char **out_key, struct error *err)
{
	char text[NAME_TEXT_MAX], number[32] = "";

	name_to_text(name, text);
	for (char *at = text; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	if (name->alias)
		snprintf(number, sizeof(number), "#%llu", (unsigned long long)serial);
	return asprintf(out_key, "claim:%s%s", text, number) < 0 ? out_of_memory(out_key, err) : 0;
}

int state_about_key(enum statement_kind kind, const struct digest *about,
		    const struct digest *signer, char **out_key, struct error *err)
{
	char hex[DIGEST_HEX_SIZE], key[DIGEST_HEX_SIZE];

	digest_to_hex(about, hex);
	digest_to_hex(signer, key);
	return asprintf(out_key, "%s:%s.%s", statement_kind_name(kind), hex, key) < 0
		       ? out_of_memory(out_key, err)
		       : 0;
}

int state_policy_key(uint64_t version, const struct digest *signer, char **out_key,
		     struct error *err)
{
	char key[DIGEST_HEX_SIZE];

	digest_to_hex(signer, key);
	return asprintf(out_key, "policy:%020llu.%s", (unsigned long long)version, key) < 0
		       ? out_of_memory(out_key, err)
		       : 0;
}

/* ---- Taking statements in ---- */

static int kind_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool has_leaf(enum statement_kind kind)
{
	return statement_kind_is_control(kind) && kind != STATEMENT_state;
}

size_t state_kinds(const char *out_kind[STATE_KINDS_MAX])
{
	size_t count = 0;

	static_assert(STATEMENT_KIND_COUNT <= STATE_KINDS_MAX, "room for every kind");
	for (int kind = 0; kind < STATEMENT_KIND_COUNT; kind++)
		if (has_leaf((enum statement_kind)kind))
			out_kind[count++] = statement_kind_name((enum statement_kind)kind);
	qsort(out_kind, count, sizeof(*out_kind), kind_compare);
	return count;
}

/* A claim's leaf: which statement has the name, and who says so. */
static int claim_value(const struct statement *claim, struct json *value, struct error *err)
{
	const char *kind;

	return json_need_string(claim->predicate, "kind", &kind, err) ||
			       json_set_text(value, "kind", kind, err) ||
			       json_set_text(value, "name", claim->subject, err)
		       ? -1
		       : 0;
}

static int value_write(const struct statement *statement, uint64_t index, uint64_t last,
		       const struct digest *identity, const struct digest *signer,
		       struct buffer *out, struct error *err)
{
	CLEANUP(json_free) struct json *value = NULL;
	bool claim = statement->kind == STATEMENT_claim;

	if (json_object_new(&value, err) || json_set_size(value, "index", index, err) ||
	    json_set_hex(value, "signer", signer, err) ||
	    json_set_digest(value, "statement", claim ? &statement->digest : identity, err) ||
	    (claim && claim_value(statement, value, err)) ||
	    (last != UINT64_MAX && json_set_size(value, "last", last, err)))
		return -1;
	return json_write_canonical(value, out, err);
}

static int key_make(const struct statement *statement, const struct digest *signer, char **out_key,
		    struct error *err)
{
	uint64_t number = 0;

	if (statement->kind == STATEMENT_claim)
		return json_maybe_size(statement->predicate, "serial", 0, &number, err) ||
				       state_claim_key(&statement->name, number, out_key, err)
			       ? -1
			       : 0;
	if (statement->kind == STATEMENT_policy)
		return json_need_size(statement->predicate, "version", &number, err) ||
				       state_policy_key(number, signer, out_key, err)
			       ? -1
			       : 0;
	return state_about_key(statement->kind, &statement->digest, signer, out_key, err);
}

/* "KEY NUL VALUE NUL" in one piece of memory. */
static int record_fill(struct state_record *record, const char *key, struct span value,
		       struct error *err)
{
	size_t len = strlen(key);

	record->text = malloc(len + value.len + 2);
	if (!record->text)
		return error_set(err, ERROR_SYSTEM, "out of memory for a log's state");
	memcpy(record->text, key, len + 1);
	memcpy(record->text + len + 1, value.data, value.len);
	record->text[len + 1 + value.len] = '\0';
	record->value = record->text + len + 1;
	return 0;
}

int state_take(struct state *state, uint64_t index, const struct statement *statement,
	       const struct digest *identity, const struct digest *signer, struct error *err)
{
	CLEANUP(text_free) char *key = NULL;
	CLEANUP(buffer_release) struct buffer value;
	struct state_record record = { .index = index, .last = UINT64_MAX };
	const struct state_record *there;
	struct error malformed = { 0 };

	buffer_init(&value, STATE_VALUE_MAX);
	assert(!state->count || state->record[state->count - 1].index <= index);
	if (!has_leaf(statement->kind))
		return 0;
	if (key_make(statement, signer, &key, &malformed) ||
	    json_maybe_size(statement->predicate, "last", UINT64_MAX, &record.last, &malformed) ||
	    value_write(statement, index, record.last, identity, signer, &value, &malformed)) {
		if (malformed.code != ERROR_SYSTEM)
			return 0; /* no leaf for what says nothing that could be looked up */
		*err = malformed;
		return -1;
	}
	/* The first word counts, and of revocations the one that goes furthest back. */
	there = newest(state, key);
	if (there && there->last <= record.last)
		return 0;
	if (record_fill(&record, key, buffer_view(&value), err) ||
	    record_add(state, &record, err)) {
		free(record.text);
		return -1;
	}
	return 0;
}

/* ---- What a `state` statement says ---- */

static int kinds_parse(const struct json *predicate, struct state_said *said, struct error *err)
{
	const struct json *list;

	if (json_need_array(predicate, "kinds", &list, err))
		return -1;
	said->kind_count = json_count(list);
	if (!said->kind_count || said->kind_count > STATE_KINDS_MAX)
		return error_set(err, ERROR_CORRUPT, "'kinds' has %zu elements", said->kind_count);
	for (size_t i = 0; i < said->kind_count; i++) {
		said->kind[i] = json_text(json_at(list, i));
		if (!said->kind[i] || (i && strcmp(said->kind[i - 1], said->kind[i]) >= 0))
			return error_set(err, ERROR_CORRUPT,
					 "'kinds' are no sorted texts, each once");
	}
	return 0;
}

int state_said_parse(const struct statement *statement, struct state_said *out_said,
		     struct error *err)
{
	const struct json *predicate = statement->predicate;
	struct state_said said = { 0 };

	if (statement->kind != STATEMENT_state)
		return error_set(err, ERROR_CORRUPT, "a %s statement where a state belongs",
				 statement_kind_name(statement->kind));
	if (json_need_size(predicate, "size", &said.size, err) ||
	    json_need_size(predicate, "count", &said.count, err) ||
	    json_need_hex(predicate, "root", &said.root, err) ||
	    json_need_digest(predicate, "policy", &said.policy, err) ||
	    json_maybe_string(predicate, "checkpoint", &said.checkpoint, err) ||
	    kinds_parse(predicate, &said, err))
		return error_prefix(err, "state");
	if (said.count > said.size)
		return error_set(err, ERROR_CORRUPT, "a state of %llu leaves over %llu entries",
				 (unsigned long long)said.count, (unsigned long long)said.size);
	*out_said = said;
	return 0;
}
