/* The state of a registry's log: read entry by entry, signed as a control statement, proven. */
#include "registry/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/log.h"

#define STATE_NOTE_MAX_BYTES 8192u /* of a control statement's 16 KiB */

/* A control statement of this log out of an entry. false: there is none; -1 is for memory. */
static int control_read(struct span bytes, const char *origin, struct entry *entry,
			struct statement *statement, bool *out_there, struct error *err)
{
	struct error malformed = { 0 };

	*out_there = false;
	if (entry_parse(bytes, entry, &malformed) == 0 && entry->control &&
	    statement_parse(buffer_view(&entry->payload), statement, &malformed) == 0) {
		*out_there = strcmp(statement->origin, origin) == 0 &&
			     statement_kind_is_control(statement->kind);
		return 0;
	}
	if (malformed.code != ERROR_SYSTEM)
		return 0;
	*err = malformed;
	return -1;
}

int state_take_entry(struct state *state, uint64_t index, const char *origin, struct span bytes,
		     struct error *err)
{
	CLEANUP(entry_release) struct entry entry = { 0 };
	CLEANUP(statement_release) struct statement statement = { 0 };
	bool there;

	if (control_read(bytes, origin, &entry, &statement, &there, err))
		return -1;
	return there ? state_take(state, index, &statement, &entry.identity,
				  public_key_id(entry.key), err)
		     : 0;
}

struct reading {
	struct state *state;
	const char *origin;
};

static int reading_visit(void *arg, uint64_t index, struct span bytes, struct error *err)
{
	struct reading *reading = arg;

	return state_take_entry(reading->state, index, reading->origin, bytes, err);
}

int state_read(struct tiles *tiles, const struct tree_head *head, uint64_t from, uint64_t to,
	       struct state *state, struct error *err)
{
	struct reading reading = { state, head->origin };

	return log_walk(tiles, head, from, to, reading_visit, &reading, err);
}

/* ---- Saying it ---- */

/*
 * The published head of the log as a tree_head, and its note: with `anew`, as its witnesses
 * cosign it now. Without a quorum of them what was published before is spoken of.
 */
static int head_of(struct registry *registry, bool anew, struct log **out_log,
		   struct tree_head *out_head, struct buffer *out_note, struct error *err)
{
	CLEANUP(log_head_release) struct log_head head = { 0 };
	struct log_published published;

	if (registry_log(registry, out_log, err) ||
	    (anew && log_publish(*out_log, true, &published, err)) ||
	    log_head(*out_log, &head, err) || buffer_add(out_note, buffer_view(&head.note), err))
		return -1;
	out_head->size = head.size;
	out_head->root = head.root;
	snprintf(out_head->origin, sizeof(out_head->origin), "%s", registry->origin);
	return 0;
}

/* The policy of the highest version that the log holds; the first to say it counts. */
static int policy_newest(const struct state_tree *tree, struct digest *out_policy,
			 struct error *err)
{
	uint64_t best_version = 0, best_index = UINT64_MAX;

	for (uint64_t i = 0; i < state_tree_count(tree); i++) {
		CLEANUP(json_free) struct json *value = NULL;
		struct digest policy;
		const char *key, *text;
		uint64_t version, index;

		state_tree_leaf(tree, i, &key, &text);
		if (strncmp(key, "policy:", 7) != 0)
			continue;
		version = strtoull(key + 7, NULL, 10);
		if (json_parse(span_of(text), NULL, &value, err) ||
		    json_need_size(value, "index", &index, err) ||
		    json_need_digest(value, "statement", &policy, err))
			return -1;
		if (version < best_version || (version == best_version && index > best_index))
			continue;
		best_version = version;
		best_index = index;
		*out_policy = policy;
	}
	return best_index == UINT64_MAX ? error_set(err, ERROR_ABSENT, "the log holds no policy")
					: 0;
}

static int predicate_make(const struct state_tree *tree, uint64_t size, struct span note,
			  struct json **out_predicate, struct error *err)
{
	CLEANUP(json_free) struct json *predicate = NULL;
	struct digest root = state_tree_root(tree), policy;
	const char *kind[STATE_KINDS_MAX];
	size_t kinds = state_kinds(kind);

	if (policy_newest(tree, &policy, err) || json_object_new(&predicate, err) ||
	    json_set_size(predicate, "size", size, err) ||
	    json_set_size(predicate, "count", state_tree_count(tree), err) ||
	    json_set_hex(predicate, "root", &root, err) ||
	    json_set_digest(predicate, "policy", &policy, err) ||
	    (note.len && json_set_span(predicate, "checkpoint", note, err)) ||
	    json_set_texts(predicate, "kinds", kind, kinds, err))
		return -1;
	*out_predicate = predicate;
	predicate = NULL; /* handed over */
	return 0;
}

/* What fits into a control statement; else the state says nothing of its time. */
static struct span note_small(const struct registry *registry, const struct buffer *note)
{
	if (note->len <= STATE_NOTE_MAX_BYTES)
		return buffer_view(note);
	context_notice(registry->ctx,
		       "the log's checkpoint has %zu bytes of signatures, too many to be put into "
		       "the state, which so says nothing of its age",
		       note->len);
	return (struct span){ NULL, 0 };
}

int registry_state_say(struct registry *registry, struct signing_key *key,
		       struct state_made *out_made, struct error *err)
{
	struct statement_draft draft = { .kind = STATEMENT_state, .subject = "state" };
	CLEANUP(state_tree_free) struct state_tree *tree = NULL;
	CLEANUP(json_free) struct json *predicate = NULL;
	CLEANUP(state_free) struct state *state = NULL;
	CLEANUP(buffer_release) struct buffer note;
	const char *kind[STATE_KINDS_MAX];
	struct state_made made = { 0 };
	struct statement_made said;
	struct tree_head head;
	struct log *log;

	buffer_init(&note, NOTE_MAX_BYTES);
	if (head_of(registry, key != NULL, &log, &head, &note, err) || state_new(&state, err) ||
	    state_read(log_tiles(log), &head, 0, head.size, state, err) ||
	    state_tree_at(state, head.size, kind, state_kinds(kind), &tree, err) ||
	    predicate_make(tree, head.size, note_small(registry, &note), &predicate, err))
		return -1;
	made.size = head.size;
	made.count = state_tree_count(tree);
	made.root = state_tree_root(tree);
	if (key) {
		draft.digest = made.root;
		draft.predicate = predicate;
		if (registry_publish_statements(registry, key, &draft, 1, &said, err))
			return -1;
		made.identity = said.identity;
		made.key = said.key;
		made.index = said.log_index;
	}
	*out_made = made;
	return 0;
}
