/* rows: statements as lines of a table or items of JSON. */
#include "cli/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PAYLOAD_MAX (1u << 20)

/*
 * What kind of record it is: foreign, of the publisher itself, or of another key ("training-time"
 * depends on a release, which a verdict looks at). Empty for other kinds.
 */
static int class_of(const struct rows *rows, const struct index_row *row, const char **out_class,
		    struct error *err)
{
	CLEANUP(statement_release) struct statement statement = { 0 };
	CLEANUP(buffer_release) struct buffer payload;
	struct digest identity;

	buffer_init(&payload, PAYLOAD_MAX);
	*out_class = "";
	if (!rows->classes || !row->digest[0] ||
	    strcmp(row->kind, statement_kind_name(STATEMENT_record)) != 0)
		return 0;
	if (digest_from_hex(span_of(row->statement), &identity, err) ||
	    registry_payload(rows->registry, &identity, &payload, err) ||
	    statement_parse(buffer_view(&payload), &statement, err))
		return -1;
	*out_class = json_member(statement.predicate, "foreign") ? "foreign"
		     : strcmp(row->key, rows->publisher) == 0    ? "self"
								 : "other";
	return 0;
}

/* Why the body of a row is not here, or "". */
static int bodiless_of(const struct rows *rows, const struct index_row *row,
		       char out_text[WITHHELD_TEXT_SIZE], struct error *err)
{
	struct digest identity;

	out_text[0] = '\0';
	if (row->digest[0])
		return 0;
	return digest_from_hex(span_of(row->statement), &identity, err) ||
			       registry_bodiless_text(rows->registry, &identity, out_text, err)
		       ? -1
		       : 0;
}

/* Of what is worth only as much as its signer's word: does the policy accept it? */
static int unbelieved_of(const struct rows *rows, const struct index_row *row, bool *out_is,
			 struct error *err)
{
	static const char *const judged[] = { "eval",       "record", "verification", "derivation",
					      "retraction", "card",   "supersession", "release" };
	struct whose_said said = { .believed = true };
	struct digest identity;
	bool is = false;

	for (size_t i = 0; i < sizeof(judged) / sizeof(judged[0]); i++)
		is = is || strcmp(row->kind, judged[i]) == 0;
	if (is && rows->whose && row->digest[0] &&
	    (digest_from_hex(span_of(row->statement), &identity, err) ||
	     whose_ask(rows->whose, &identity, &said, err)))
		return -1;
	*out_is = !said.believed;
	return 0;
}

static int row_json(struct json *items, const struct index_row *row, const char *class,
		    bool unbelieved, const char *bodiless, struct error *err)
{
	struct digest statement, key, digest;
	struct json *item;

	if (digest_from_hex(span_of(row->statement), &statement, err) ||
	    digest_from_hex(span_of(row->key), &key, err) ||
	    (row->digest[0] && digest_from_hex(span_of(row->digest), &digest, err)) ||
	    json_add_object(items, &item, err) ||
	    json_set_size(item, "logIndex", row->log_index, err) ||
	    (row->kind[0] && (json_set_text(item, "kind", row->kind, err) ||
			      json_set_text(item, "subject", row->subject, err))) ||
	    (row->digest[0] && json_set_digest(item, "digest", &digest, err)) ||
	    (*bodiless && json_set_text(item, "withoutBody", bodiless, err)) ||
	    json_set_digest(item, "statement", &statement, err) ||
	    json_set_digest(item, "key", &key, err) ||
	    (*class && json_set_text(item, "class", class, err)) ||
	    (unbelieved && json_set_bool(item, "believed", false, err)))
		return -1;
	return row->declared[0] ? json_set_text(item, "declared", row->declared, err) : 0;
}

int rows_take(void *arg, const struct index_row *row, struct error *err)
{
	struct rows *rows = arg;
	char index[32], key[17], kind[64], bodiless[WITHHELD_TEXT_SIZE];
	char statement[DIGEST_HEX_SIZE + WITHHELD_TEXT_SIZE];
	const char *class;
	bool unbelieved;

	if (class_of(rows, row, &class, err) || unbelieved_of(rows, row, &unbelieved, err) ||
	    bodiless_of(rows, row, bodiless, err))
		return -1;
	if (rows->items)
		return row_json(rows->items, row, class, unbelieved, bodiless, err);
	snprintf(statement, sizeof(statement), "%s%s%s", row->statement, *bodiless ? " " : "",
		 bodiless);
	snprintf(kind, sizeof(kind), "%s%s%s%s%s", row->kind, *class ? " (" : "", class,
		 *class ? ")" : "", unbelieved ? " (not believed)" : "");
	snprintf(index, sizeof(index), "%" PRIu64, row->log_index);
	snprintf(key, sizeof(key), "%.16s", row->key);
	return table_add(&rows->table,
			 (const char *const[]){ index, row->declared, *kind ? kind : "(unknown)",
						row->subject, key, statement },
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
