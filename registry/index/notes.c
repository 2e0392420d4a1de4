/* Notes in the index: their text, folded, to search in. */
#include <stdlib.h>
#include <string.h>

#include "registry/index/inner.h"

int index_take_note(struct index *index, const char *identity, const struct json *predicate,
		    struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	CLEANUP(buffer_release) struct buffer folded;
	CLEANUP(text_free) char *text = NULL;
	const char *said, *replaces;

	buffer_init(&folded, 20u * STATEMENT_PAYLOAD_MAX_BYTES);
	if (json_need_string(predicate, "text", &said, err) ||
	    json_maybe_string(predicate, "replaces", &replaces, err) ||
	    text_fold(span_of(said), &folded, err) || buffer_to_text(&folded, &text, err) ||
	    query_new(index->database,
		      "INSERT OR IGNORE INTO note(identity, folded, replaces) VALUES (?, ?, ?)",
		      &query, err))
		return -1;
	query_bind_text(query, 1, identity);
	query_bind_text(query, 2, text);
	query_bind_text(query, 3, replaces ? replaces + strlen("sha256:") : NULL);
	return query_run(query, err);
}

/* Is each of the words, which blanks part, somewhere in the text? */
static bool has_words(const char *text, const char *words, char *room)
{
	char *rest = NULL;

	memcpy(room, words, strlen(words) + 1);
	for (const char *word = strtok_r(room, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		if (!strstr(text, word))
			return false;
	return true;
}

static int rows_visit(struct query *query, const char *words, char *room, index_visit visit,
		      void *arg, struct error *err)
{
	for (;;) {
		struct index_row row = { .kind = "note" };
		bool there;

		if (query_step(query, &there, err))
			return -1;
		if (!there)
			return 0;
		if (words && !has_words(query_text(query, 6), words, room))
			continue;
		row.log_index = query_u64(query, 0);
		row.statement = query_text(query, 1);
		row.key = query_text(query, 2);
		row.subject = query_text(query, 3);
		row.digest = query_text(query, 4);
		row.declared = query_text(query, 5);
		if (visit(arg, &row, err))
			return -1;
	}
}

int index_notes(struct index *index, const struct name *about, const struct digest *statement,
		const char *words, bool replaced, index_visit visit, void *arg, struct error *err)
{
	static const char ask[] =
		"SELECT MIN(log_index), note.identity, signer, subject, digest, declared, "
		"note.folded FROM note JOIN statement ON statement.identity = note.identity "
		"WHERE (?1 IS NULL OR statement.folded = ?1) AND (?2 IS NULL OR digest = ?2) "
		"AND (?3 IS NOT NULL OR NOT EXISTS (SELECT 1 FROM note AS newer JOIN statement AS "
		"said ON said.identity = newer.identity WHERE newer.replaces = note.identity "
		"AND said.digest = statement.digest)) "
		"GROUP BY note.identity ORDER BY MIN(log_index)";
	CLEANUP(query_free) struct query *query = NULL;
	char family[NAME_TEXT_MAX], folded[FOLDED_SIZE], hex[DIGEST_HEX_SIZE];
	char *room = words ? malloc(strlen(words) + 1) : NULL;
	int result;

	if (words && !room)
		return error_set(err, ERROR_SYSTEM, "out of memory for a search");
	result = query_new(index->database, ask, &query, err);
	if (!result) {
		if (about) {
			struct name only = *about;

			only.version[0] = '\0';
			only.alias = false;
			name_to_text(&only, family);
			name_fold(family, folded);
		}
		if (statement)
			digest_to_hex(statement, hex);
		query_bind_text(query, 1, about ? folded : NULL);
		query_bind_text(query, 2, statement ? hex : NULL);
		query_bind_text(query, 3, replaced ? "" : NULL);
		result = rows_visit(query, words, room, visit, arg, err);
	}
	free(room);
	return result ? -1 : 0;
}
