/* Cards in the index: which model each describes. */
#include <string.h>

#include "registry/index/inner.h"

int index_take_card(struct index *index, const char *identity, const struct statement *statement,
		    struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	const char *family = json_text(json_member(statement->predicate, "for"));
	char text[NAME_TEXT_MAX], folded[FOLDED_SIZE];
	struct reference of;
	struct error ignored = { 0 };

	if (!family) {
		if (reference_need(statement->predicate, "of", &of, &ignored))
			return 0;
		of.name.version[0] = '\0';
		of.name.alias = false;
		name_to_text(&of.name, text);
		family = text;
	}
	name_fold(family, folded);
	if (query_new(index->database, "INSERT OR IGNORE INTO card(identity, folded) VALUES (?, ?)",
		      &query, err))
		return -1;
	query_bind_text(query, 1, identity);
	query_bind_text(query, 2, folded);
	return query_run(query, err);
}
