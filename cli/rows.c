/* rows: statements as lines of a table or items of JSON. */
#include "cli/rows.h"

#include <inttypes.h>
#include <stdio.h>

static int row_json(struct json *items, const struct index_row *row, struct error *err)
{
	struct digest statement, key, digest;
	struct json *item;

	if (digest_from_hex(span_of(row->statement), &statement, err) ||
	    digest_from_hex(span_of(row->key), &key, err) ||
	    digest_from_hex(span_of(row->digest), &digest, err) ||
	    json_add_object(items, &item, err) ||
	    json_set_size(item, "logIndex", row->log_index, err) ||
	    json_set_text(item, "kind", row->kind, err) ||
	    json_set_text(item, "subject", row->subject, err) ||
	    json_set_digest(item, "digest", &digest, err) ||
	    json_set_digest(item, "statement", &statement, err) ||
	    json_set_digest(item, "key", &key, err))
		return -1;
	return row->declared[0] ? json_set_text(item, "declared", row->declared, err) : 0;
}

int rows_take(void *arg, const struct index_row *row, struct error *err)
{
	struct rows *rows = arg;
	char index[32], key[17];

	if (rows->items)
		return row_json(rows->items, row, err);
	snprintf(index, sizeof(index), "%" PRIu64, row->log_index);
	snprintf(key, sizeof(key), "%.16s", row->key);
	return table_add(&rows->table,
			 (const char *const[]){ index, row->declared, row->kind, row->subject, key,
						row->statement },
			 err);
}

int rows_begin(const struct call *call, const char *schema, struct rows *out_rows,
	       struct json **out_object, struct error *err)
{
	CLEANUP(json_free) struct json *object = NULL;
	struct rows rows = { .table = { .columns = 6,
					.heading = { "LOG", "DECLARED", "KIND", "SUBJECT", "KEY",
						     "STATEMENT" } } };

	if (call->json &&
	    (json_object_new(&object, err) || json_set_text(object, "schema", schema, err) ||
	     json_set_array(object, "items", &rows.items, err)))
		return -1;
	*out_rows = rows;
	*out_object = object;
	object = NULL;
	return 0;
}

int rows_print(const struct call *call, const struct rows *rows, const struct json *object,
	       struct error *err)
{
	if (call->json)
		return output_json(object, err);
	table_print(&rows->table, call);
	return 0;
}

void rows_release(struct rows *rows)
{
	table_release(&rows->table);
}
