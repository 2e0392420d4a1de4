/* Statements as rows, for history, log and show. */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include "cli/cli.h"
#include "cli/output.h"

/* Where rows go: a table, or JSON items. */
struct rows {
	struct json *items; /* borrowed; NULL: the table */
	struct table table;
	struct registry *registry; /* borrowed: says why a body is not here; set after rows_begin */
	bool classes;              /* records are told apart by class */
	struct whose *whose; /* borrowed: results and the like that are not believed are marked; or
				NULL */
	char publisher[DIGEST_HEX_SIZE]; /* KEY of who signed what the records are about, or empty
					  */
};

/* An index_visit whose `arg` is a struct rows. */
MUST_CHECK int rows_take(void *arg, const struct index_row *row, struct error *err);

/* Begin an object with the schema and its items; nothing unless the call wants JSON. */
MUST_CHECK int rows_begin(const struct call *call, const char *schema, struct rows *out_rows,
			  struct json **out_object, struct error *err);
MUST_CHECK int rows_print(const struct call *call, const struct rows *rows,
			  const struct json *object, struct error *err);
void rows_release(struct rows *rows);

#endif
