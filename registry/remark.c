/* Notes are statements like all others; the index keeps their text folded, to search in. */
#include "registry/remark.h"

#include <string.h>

#include "registry/index.h"
#include "registry/run/secrets.h"

/* ---- Saying ---- */

int remark_allowed(struct span text, struct error *err)
{
	struct secret_found found;
	size_t line;

	if (!text.len)
		return error_set(err, ERROR_USAGE, "a note without text says nothing");
	if (text.len > REMARK_MAX_BYTES)
		return error_set(err, ERROR_USAGE,
				 "a note of %zu bytes is too long (%u at most): keep the long text "
				 "as a file, and say where",
				 text.len, REMARK_MAX_BYTES);
	if (!text_is_prose(text, &line))
		return error_set(
			err, ERROR_USAGE,
			"line %zu of the note is not plain text: it is not UTF-8, or has a "
			"control character",
			line);
	return secrets_find(text, &found)
		       ? error_set(err, ERROR_UNTRUSTED,
				   "the note holds what looks like %s in line %zu: take it out, or "
				   "nothing is signed",
				   found.rule, found.line)
		       : 0;
}

static struct span trimmed(struct span text)
{
	while (text.len && strchr(" \t\r\n", text.data[text.len - 1]))
		text.len--;
	return text;
}

/* The note that is to be replaced is one, and about the same. */
static int replaced_check(struct registry *registry, const struct digest *identity,
			  const struct digest *about, struct error *err)
{
	CLEANUP(statement_release) struct statement note = { 0 };
	CLEANUP(buffer_release) struct buffer payload;

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (registry_payload(registry, identity, &payload, err) ||
	    statement_parse(buffer_view(&payload), &note, err))
		return error_prefix(err, "the note to replace");
	if (note.kind != STATEMENT_note)
		return error_set(err, ERROR_USAGE, "what is to be replaced is a %s, not a note",
				 statement_kind_name(note.kind));
	if (!digest_equal(&note.digest, about))
		return error_set(err, ERROR_USAGE, "the note to replace is about '%s'",
				 note.subject);
	return 0;
}

int registry_remark(struct registry *registry, struct signing_key *key, const struct name *about,
		    struct span text, const struct digest *replaces,
		    struct statement_made *out_made, struct error *err)
{
	CLEANUP(json_free) struct json *of = NULL;
	CLEANUP(json_free) struct json *predicate = NULL;
	CLEANUP(buffer_release) struct buffer bytes;
	CLEANUP(text_free) char *said = NULL;
	struct statement_draft draft = { .kind = STATEMENT_note };
	struct reference reference;
	char subject[NAME_TEXT_MAX];

	buffer_init(&bytes, REMARK_MAX_BYTES);
	text = trimmed(text);
	if (about->alias)
		return error_set(err, ERROR_USAGE,
				 "an alias moves: name the version that is meant, "
				 "owner/name@version");
	if (remark_allowed(text, err) || buffer_add(&bytes, text, err) ||
	    buffer_to_text(&bytes, &said, err) || registry_reference(registry, about, &of, err) ||
	    reference_parse(of, &reference, err) ||
	    (replaces && replaced_check(registry, replaces, &reference.statement, err)) ||
	    json_object_new(&predicate, err) || json_set_take(predicate, "of", &of, err) ||
	    json_set_text(predicate, "text", said, err) ||
	    (replaces && json_set_digest(predicate, "replaces", replaces, err)))
		return -1;
	name_to_text(&reference.name, subject);
	draft.subject = subject;
	draft.digest = reference.statement;
	draft.predicate = predicate;
	return registry_publish_statements(registry, key, &draft, 1, out_made, err);
}

/* ---- Reading ---- */

struct reading {
	struct registry *registry;
	remark_visit visit;
	void *arg;
};

static int note_read(void *arg, const struct index_row *row, struct error *err)
{
	struct reading *reading = arg;
	CLEANUP(statement_release) struct statement said = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	struct remark note = { .log_index = row->log_index,
			       .statement = row->statement,
			       .key = row->key };
	struct error why = { 0 };
	struct digest identity;

	buffer_init(&payload, STATEMENT_PAYLOAD_MAX_BYTES);
	if (digest_from_hex(span_of(row->statement), &identity, err))
		return -1;
	if (registry_payload(reading->registry, &identity, &payload, &why))
		return why.code == ERROR_UNTRUSTED ? 0 : error_set(err, why.code, "%s", why.text);
	if (statement_parse(buffer_view(&payload), &said, err))
		return -1;
	note.subject = said.subject;
	note.declared = json_text(json_member(said.predicate, "declared"));
	note.replaces = json_text(json_member(said.predicate, "replaces"));
	note.replaces = note.replaces ? note.replaces + strlen("sha256:") : NULL;
	if (json_need_string(said.predicate, "text", &note.text, err))
		return -1;
	return reading->visit(reading->arg, &note, err);
}

int registry_remarks(struct registry *registry, const struct remarks_wish *wish, remark_visit visit,
		     void *arg, struct error *err)
{
	struct reading reading = { registry, visit, arg };
	CLEANUP(buffer_release) struct buffer folded;
	CLEANUP(text_free) char *words = NULL;
	struct digest statement;
	struct index *index;
	struct name name;
	size_t line;

	buffer_init(&folded, 20u * REMARK_MAX_BYTES + 64);
	if (registry_index(registry, &index, err))
		return -1;
	if (wish->statement)
		statement = *wish->statement;
	else if (wish->about && wish->about->version[0] &&
		 index_resolve(index, wish->about, &name, &statement, err))
		return -1;
	if (wish->search && (strlen(wish->search) > REMARK_MAX_BYTES ||
			     !text_is_prose(span_of(wish->search), &line)))
		return error_set(err, ERROR_USAGE, "the words to search for are not UTF-8 text");
	if (wish->search && (text_fold(span_of(wish->search), &folded, err) ||
			     buffer_to_text(&folded, &words, err)))
		return -1;
	return index_notes(index, wish->about,
			   wish->statement || (wish->about && wish->about->version[0]) ? &statement
										       : NULL,
			   words, wish->replaced, note_read, &reading, err);
}
