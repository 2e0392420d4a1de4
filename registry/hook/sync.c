/* hook_sync: the outbox delivered, and refs/notes/akashi brought up to what the log says. */
#include "registry/hook/sync.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/index.h"
#include "registry/statement.h"

struct syncing {
	struct registry *registry;
	struct git_work *work;
	bool notes;
	struct hook_synced done;
	uint64_t next; /* entry of the log that was not looked at yet */
};

static int line_add(struct syncing *syncing, const char *commit, const char *kind, const char *name,
		    const char *hex, struct error *err)
{
	char line[NAME_TEXT_MAX + DIGEST_HEX_SIZE + 64], instead[NAME_TEXT_MAX + 64];

	snprintf(instead, sizeof(instead), "%.20s %s ", kind, name);
	snprintf(line, sizeof(line), "%.20s %s sha256:%s", kind, name, hex);
	syncing->done.notes++;
	return git_work_note_add(syncing->registry->ctx, syncing->work, commit, line, instead, err);
}

/* Something was registered that the hooks of this repository said. */
static int delivered(void *arg, const struct outbox_item *item, const struct digest *identity,
		     struct error *err)
{
	struct syncing *syncing = arg;
	struct error why = { 0 };
	char hex[DIGEST_HEX_SIZE];

	(void)err;
	if (!syncing->notes || !item->commit || item->kind != STATEMENT_run)
		return 0;
	digest_to_hex(identity, hex);
	/* A note is a copy: it never stands in the way of what it is of. */
	if (line_add(syncing, item->commit, "run", item->about, hex, &why))
		context_notice(syncing->registry->ctx, "%s", why.text);
	return 0;
}

/* ---- what the log says of commits that are here ---- */

static int noted_path(const struct syncing *syncing, char **out_path, struct error *err)
{
	return git_work_path(syncing->work, "noted", out_path, err);
}

/* "ORIGIN NUMBER": how far this log was looked through. What is no such text begins anew. */
static int noted_read(struct syncing *syncing, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;
	CLEANUP(text_free) char *line = NULL;
	size_t len = strlen(syncing->registry->origin);
	struct error none = { 0 };

	buffer_init(&text, 4096);
	if (noted_path(syncing, &path, err))
		return -1;
	if (file_read(path, &text, &none) || buffer_to_text(&text, &line, &none))
		return 0;
	if (strncmp(line, syncing->registry->origin, len) == 0 && line[len] == ' ')
		syncing->next = strtoull(line + len + 1, NULL, 10);
	return 0;
}

static int noted_write(const struct syncing *syncing, struct error *err)
{
	CLEANUP(buffer_release) struct buffer text;
	CLEANUP(text_free) char *path = NULL;

	buffer_init(&text, 4096);
	return noted_path(syncing, &path, err) ||
			       buffer_printf(&text, err, "%s %" PRIu64 "\n",
					     syncing->registry->origin, syncing->next) ||
			       file_write(path, buffer_view(&text), 0600, FILE_REPLACE, err)
		       ? -1
		       : 0;
}

/* Note the statement at the commit that this `git` object names, if it is here. */
static int commit_note(struct syncing *syncing, const struct index_row *row, const struct json *git,
		       struct error *err)
{
	const char *commit = json_text(json_member(git, "commit"));

	if (!commit || !git_work_has(syncing->work, commit))
		return 0;
	return line_add(syncing, commit, row->kind, row->subject, row->statement, err);
}

static int row_visit(void *arg, const struct index_row *row, struct error *err)
{
	struct syncing *syncing = arg;
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	const struct json *list;
	struct digest identity;
	struct error withheld = { 0 };

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	syncing->next = row->log_index + 1;
	if (strcmp(row->kind, "run") != 0 && strcmp(row->kind, "checkpoint") != 0)
		return 0;
	if (digest_from_hex(span_of(row->statement), &identity, err))
		return -1;
	if (registry_payload(syncing->registry, &identity, &payload, &withheld) ||
	    statement_parse(buffer_view(&payload), &statement, &withheld))
		return 0;
	if (commit_note(syncing, row, json_member(statement.predicate, "git"), err))
		return -1;
	list = json_member(statement.predicate, "repositories");
	for (size_t i = 0; i < json_count(list); i++)
		if (commit_note(syncing, row, json_member(json_at(list, i), "git"), err) ||
		    commit_note(syncing, row, json_at(list, i), err))
			return -1;
	return 0;
}

static int log_note(struct syncing *syncing, struct error *err)
{
	struct index *index;
	uint64_t before;

	if (noted_read(syncing, err) || registry_index(syncing->registry, &index, err))
		return -1;
	before = syncing->next;
	if (index_statements(index, syncing->next, UINT32_MAX, row_visit, syncing, err))
		return -1;
	return syncing->next == before ? 0 : noted_write(syncing, err);
}

int hook_sync(struct registry *registry, struct git_work *work, const char *key, bool notes,
	      struct hook_synced *out_synced, struct error *err)
{
	struct syncing syncing = { registry, work, notes, .next = 0 };
	CLEANUP(text_free) char *outbox = NULL;
	struct error why = { 0 };

	if (git_work_path(work, "outbox", &outbox, err) || hook_known_write(work, registry, err))
		return -1;
	if (outbox_deliver(registry, outbox, key, delivered, &syncing, &syncing.done.delivery, err))
		return -1;
	if (notes && log_note(&syncing, &why))
		context_notice(registry->ctx, "notes are behind: %s", why.text);
	*out_synced = syncing.done;
	return 0;
}

int hook_registry(const struct git_work *work, char **out_named, struct error *err)
{
	CLEANUP(hook_known_release) struct hook_known known = { .json = NULL };
	struct error none = { 0 };

	if (git_work_setting_path(work, "akashi.registry", out_named, err))
		return -1;
	if (*out_named || hook_known_read(work, &known, &none))
		return 0;
	*out_named = strdup(known.registry);
	return *out_named ? 0 : error_set(err, ERROR_SYSTEM, "out of memory for a path");
}
