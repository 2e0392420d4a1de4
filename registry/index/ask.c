/* The questions that the index answers. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/index/inner.h"

#define ROW_COLUMNS "identity, signer, kind, subject, digest, declared, log_index"
#define CLAIM_COLUMNS                                                                              \
	"kind, name, version, alias, serial, identity, target, log_index, "                        \
	"NOT EXISTS (SELECT 1 FROM statement WHERE statement.identity = claim.identity AND "       \
	"statement.digest <> '')"

static const char *text_or_empty(struct query *query, int column)
{
	const char *text = query_text(query, column);

	return text ? text : "";
}

int index_rows_visit(struct query *query, index_visit visit, void *arg, struct error *err)
{
	bool row;

	for (;;) {
		struct index_row out;

		if (query_step(query, &row, err))
			return -1;
		if (!row)
			return 0;
		out = (struct index_row){
			.statement = text_or_empty(query, 0),
			.key = text_or_empty(query, 1),
			.kind = text_or_empty(query, 2),
			.subject = text_or_empty(query, 3),
			.digest = text_or_empty(query, 4),
			.declared = text_or_empty(query, 5),
			.log_index = query_u64(query, 6),
		};
		if (visit(arg, &out, err))
			return -1;
	}
}

int index_statements(struct index *index, uint64_t from, uint64_t count, index_visit visit,
		     void *arg, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;

	if (query_new(index->database,
		      "SELECT " ROW_COLUMNS
		      " FROM statement WHERE log_index >= ? ORDER BY log_index LIMIT ?",
		      &query, err))
		return -1;
	query_bind_u64(query, 1, from);
	query_bind_u64(query, 2, count > INT64_MAX ? INT64_MAX : count);
	return index_rows_visit(query, visit, arg, err);
}

/* Rows of a query with one digest and perhaps a second text. */
static int rows_of(struct index *index, const char *sql, const char *first, const char *second,
		   index_visit visit, void *arg, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;

	if (query_new(index->database, sql, &query, err))
		return -1;
	query_bind_text(query, 1, first);
	if (second)
		query_bind_text(query, 2, second);
	return index_rows_visit(query, visit, arg, err);
}

int index_statement(struct index *index, const struct digest *statement, index_visit visit,
		    void *arg, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(statement, hex);
	return rows_of(index,
		       "SELECT " ROW_COLUMNS
		       " FROM statement WHERE identity = ? ORDER BY log_index",
		       hex, NULL, visit, arg, err);
}

int index_history(struct index *index, const char *family, index_visit visit, void *arg,
		  struct error *err)
{
	char folded[FOLDED_SIZE];

	name_fold(family, folded);
	return rows_of(index,
		       "SELECT " ROW_COLUMNS " FROM statement WHERE folded = ?1 OR identity IN "
		       "(SELECT identity FROM card WHERE folded = ?1) ORDER BY log_index",
		       folded, NULL, visit, arg, err);
}

int index_cards(struct index *index, const char *family, index_visit visit, void *arg,
		struct error *err)
{
	char folded[FOLDED_SIZE];

	name_fold(family, folded);
	return rows_of(index,
		       "SELECT " ROW_COLUMNS " FROM statement WHERE identity IN "
		       "(SELECT identity FROM card WHERE folded = ?) ORDER BY log_index",
		       folded, NULL, visit, arg, err);
}

int index_about(struct index *index, const struct digest *statement, index_visit visit, void *arg,
		struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(statement, hex);
	return rows_of(index,
		       "SELECT " ROW_COLUMNS
		       " FROM statement WHERE identity IN (SELECT identity FROM mention WHERE "
		       "digest = ?) ORDER BY log_index",
		       hex, NULL, visit, arg, err);
}

int index_has_kind(struct index *index, const char *kind, bool *out_has, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;

	if (query_new(index->database, "SELECT 1 FROM statement WHERE kind = ? LIMIT 1", &query,
		      err))
		return -1;
	query_bind_text(query, 1, kind);
	return query_step(query, out_has, err);
}

int index_by_digest(struct index *index, const char *kind, const struct digest *digest,
		    index_visit visit, void *arg, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(digest, hex);
	return rows_of(index,
		       kind ? "SELECT " ROW_COLUMNS
			      " FROM statement WHERE digest = ? AND kind = ? ORDER BY log_index"
			    : "SELECT " ROW_COLUMNS
			      " FROM statement WHERE digest = ? ORDER BY log_index",
		       hex, kind, visit, arg, err);
}

int index_having_file(struct index *index, const char *kind, const struct digest *file,
		      index_visit visit, void *arg, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(file, hex);
	return rows_of(index,
		       "SELECT " ROW_COLUMNS
		       " FROM statement WHERE digest IN (SELECT manifest FROM file WHERE "
		       "sha256 = ?) AND kind = ? ORDER BY log_index",
		       hex, kind, visit, arg, err);
}

int index_edges_from(struct index *index, const struct digest *statement, index_visit_edge visit,
		     void *arg, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	char hex[DIGEST_HEX_SIZE];
	bool row;

	digest_to_hex(statement, hex);
	if (query_new(index->database,
		      "SELECT identity, relation, name, towards FROM edge WHERE identity = ? "
		      "ORDER BY relation, name",
		      &query, err))
		return -1;
	query_bind_text(query, 1, hex);
	for (;;) {
		struct index_edge edge;

		if (query_step(query, &row, err))
			return -1;
		if (!row)
			return 0;
		edge = (struct index_edge){ text_or_empty(query, 0), text_or_empty(query, 1),
					    text_or_empty(query, 2), text_or_empty(query, 3) };
		if (visit(arg, &edge, err))
			return -1;
	}
}

/* ---- Names ---- */

static struct index_claim claim_row(struct query *query)
{
	return (struct index_claim){
		.kind = text_or_empty(query, 0),
		.name = text_or_empty(query, 1),
		.version = text_or_empty(query, 2),
		.alias = query_u64(query, 3) != 0,
		.serial = query_u64(query, 4),
		.statement = text_or_empty(query, 5),
		.target = query_text(query, 6),
		.log_index = query_u64(query, 7),
		.bodiless = query_u64(query, 8) != 0,
	};
}

static int claims_visit(struct query *query, index_visit_claim visit, void *arg, struct error *err)
{
	bool row;

	for (;;) {
		struct index_claim claim;

		if (query_step(query, &row, err))
			return -1;
		if (!row)
			return 0;
		claim = claim_row(query);
		if (visit(arg, &claim, err))
			return -1;
	}
}

int index_claims(struct index *index, const char *kind, const char *family, index_visit_claim visit,
		 void *arg, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	char folded[FOLDED_SIZE] = "";

	if (family)
		name_fold(family, folded);
	if (query_new(index->database,
		      "SELECT " CLAIM_COLUMNS
		      " FROM claim WHERE (? = '' OR kind = ?) AND (? = '' OR family = ?) "
		      "ORDER BY family, log_index",
		      &query, err))
		return -1;
	query_bind_text(query, 1, kind ? kind : "");
	query_bind_text(query, 2, kind ? kind : "");
	query_bind_text(query, 3, folded);
	query_bind_text(query, 4, folded);
	return claims_visit(query, visit, arg, err);
}

int index_unrecorded(struct index *index, index_visit_claim visit, void *arg, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;

	/* `|| ''`: the few that mention a checkpoint are looked up among the records, once listed;
	 * otherwise SQLite may look up every record for each checkpoint. */
	if (query_new(index->database,
		      "SELECT " CLAIM_COLUMNS " FROM claim WHERE kind = 'checkpoint' AND alias = 0 "
		      "AND NOT EXISTS (SELECT 1 FROM mention WHERE mention.digest = claim.identity "
		      "AND mention.identity || '' IN "
		      "(SELECT identity FROM statement WHERE kind = 'record')) "
		      "ORDER BY family, log_index",
		      &query, err))
		return -1;
	return claims_visit(query, visit, arg, err);
}

/* Spell a claim's name into *out_name. */
static int claim_name(const struct index_claim *claim, struct name *out_name, struct error *err)
{
	char text[2 * NAME_TEXT_MAX];

	snprintf(text, sizeof(text), "%.200s%c%.100s", claim->name, claim->alias ? ':' : '@',
		 claim->version);
	return name_parse(text, out_name, err);
}

/* Names that exist in the same family, for the message. */
static int near_ones(struct index *index, const char *family, char *out, size_t size,
		     struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	char folded[FOLDED_SIZE];
	size_t len = 0;
	bool row;

	name_fold(family, folded);
	out[0] = '\0';
	if (query_new(index->database,
		      "SELECT name, version FROM claim WHERE family = ? AND alias = 0 "
		      "ORDER BY log_index DESC LIMIT 3",
		      &query, err))
		return -1;
	query_bind_text(query, 1, folded);
	while (!query_step(query, &row, err) && row && len < size)
		len += (size_t)snprintf(out + len, size - len, "%s%s@%s",
					len ? ", " : "; there is ", text_or_empty(query, 0),
					text_or_empty(query, 1));
	return 0;
}

static int absent(struct index *index, const struct name *name, struct error *err)
{
	char text[NAME_TEXT_MAX], family[NAME_TEXT_MAX], near[512];
	struct name only = *name;

	only.version[0] = '\0';
	only.alias = false;
	name_to_text(name, text);
	name_to_text(&only, family);
	if (near_ones(index, family, near, sizeof(near), err))
		return -1;
	return error_set(err, ERROR_ABSENT, "nothing is called '%s'%s", text, near);
}

/* The only version of a family, or ERROR_USAGE. */
static int resolve_family(struct index *index, const struct name *name, struct name *out_name,
			  struct digest *out_statement, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	char text[NAME_TEXT_MAX], folded[FOLDED_SIZE];
	struct digest statement;
	struct index_claim claim;
	struct name found;
	bool row;

	name_to_text(name, text);
	name_fold(text, folded);
	if (index_ask(index,
		      "SELECT " CLAIM_COLUMNS " FROM claim WHERE family = ? AND alias = 0 LIMIT 2",
		      folded, &query, &row, err))
		return -1;
	if (!row)
		return absent(index, name, err);
	claim = claim_row(query);
	if (claim_name(&claim, &found, err) ||
	    digest_from_hex(span_of(claim.statement), &statement, err) ||
	    query_step(query, &row, err))
		return -1;
	if (row)
		return error_set(err, ERROR_USAGE, "'%s' has several versions: write %s@VERSION",
				 text, text);
	*out_name = found;
	*out_statement = statement;
	return 0;
}

int index_resolve(struct index *index, const struct name *name, struct name *out_name,
		  struct digest *out_statement, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL, *target = NULL;
	char text[NAME_TEXT_MAX], folded[FOLDED_SIZE], pattern[FOLDED_SIZE + 2];
	struct digest statement;
	struct index_claim claim;
	struct name found;
	bool row;

	if (!name->version[0])
		return resolve_family(index, name, out_name, out_statement, err);
	name_to_text(name, text);
	name_fold(text, folded);
	/* Of an alias the claim with the highest serial is in force: '#' and '$' enclose them all.
	 */
	snprintf(pattern, sizeof(pattern), "%s#", folded);
	if (index_ask(index,
		      name->alias ? "SELECT " CLAIM_COLUMNS
				    " FROM claim WHERE folded >= ?1 AND folded < "
				    "substr(?1, 1, length(?1) - 1) || '$' "
				    "ORDER BY serial DESC LIMIT 1"
				  : "SELECT " CLAIM_COLUMNS " FROM claim WHERE folded = ?",
		      name->alias ? pattern : folded, &query, &row, err))
		return -1;
	if (!row)
		return absent(index, name, err);
	if (name->alias && !query_text(query, 6))
		return error_set(err, ERROR_ABSENT,
				 "what '%s' stands for cannot be told: the body of the statement "
				 "that says so is not here ('akashi show sha256:%s' says why)",
				 text, text_or_empty(query, 5));
	claim = claim_row(query);
	if (digest_from_hex(span_of(name->alias ? claim.target : claim.statement), &statement, err))
		return -1;
	if (!name->alias)
		found = (struct name){ 0 };
	if (name->alias &&
	    (index_ask(index, "SELECT " CLAIM_COLUMNS " FROM claim WHERE identity = ?",
		       claim.target, &target, &row, err) ||
	     !row))
		return absent(index, name, err);
	if (name->alias)
		claim = claim_row(target);
	if (claim_name(&claim, &found, err))
		return -1;
	*out_name = found;
	*out_statement = statement;
	return 0;
}

/* ---- Digests ---- */

/* Count what begins with `prefix`: *out_hex is the first, *out_many says there is another. */
static int prefix_find(struct index *index, const char *sql, const char *prefix,
		       char out_hex[DIGEST_HEX_SIZE], bool *out_found, bool *out_many,
		       struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	bool row;

	if (index_ask(index, sql, prefix, &query, out_found, err))
		return -1;
	*out_many = false;
	if (!*out_found)
		return 0;
	snprintf(out_hex, DIGEST_HEX_SIZE, "%s", text_or_empty(query, 0));
	if (query_step(query, &row, err))
		return -1;
	*out_many = row;
	return 0;
}

int index_find_prefix(struct index *index, const char *prefix, struct digest *out_digest,
		      bool *out_is_statement, struct error *err)
{
	static const char *const sql[] = {
		"SELECT DISTINCT identity FROM statement WHERE identity >= ?1 AND "
		"substr(identity, 1, length(?1)) = ?1 LIMIT 2",
		"SELECT DISTINCT digest FROM mention WHERE digest >= ?1 AND "
		"substr(digest, 1, length(?1)) = ?1 LIMIT 2",
	};
	const char *digits = strncmp(prefix, "sha256:", 7) == 0 ? prefix + 7 : prefix;
	char hex[DIGEST_HEX_SIZE];
	bool found = false, many;

	if (strlen(digits) < 8 || strlen(digits) > 64 ||
	    strspn(digits, "0123456789abcdef") != strlen(digits))
		return error_set(err, ERROR_USAGE,
				 "'%s' is no digest: 8 to 64 lower-case hexadecimal digits",
				 prefix);
	for (size_t i = 0; i < 2; i++) {
		if (prefix_find(index, sql[i], digits, hex, &found, &many, err))
			return -1;
		if (many)
			return error_set(err, ERROR_USAGE,
					 "'%s' could be several: write more digits", prefix);
		if (!found)
			continue;
		*out_is_statement = i == 0;
		return digest_from_hex(span_of(hex), out_digest, err);
	}
	return error_set(err, ERROR_ABSENT, "nothing has a digest that begins with '%s'", digits);
}

int index_find_files(struct index *index, const struct digest *file, size_t count,
		     struct digest *out_statement, size_t *out_shared, size_t *out_total,
		     struct error *err)
{
	CLEANUP(query_free) struct query *add = NULL, *best = NULL;
	char hex[DIGEST_HEX_SIZE];
	bool row;

	if (database_run(index->database,
			 "CREATE TEMP TABLE IF NOT EXISTS wanted(sha256 CHAR(64) PRIMARY KEY);"
			 "DELETE FROM temp.wanted",
			 err) ||
	    query_new(index->database, "INSERT OR IGNORE INTO temp.wanted(sha256) VALUES (?)", &add,
		      err))
		return -1;
	for (size_t i = 0; i < count; i++) {
		digest_to_hex(&file[i], hex);
		query_bind_text(add, 1, hex);
		if (query_run(add, err))
			return -1;
	}
	/* Most files in common, then fewest that are missing, then the newest. */
	if (query_new(index->database,
		      "SELECT statement.identity, count(DISTINCT file.sha256) AS shared, "
		      "(SELECT count(*) FROM file AS f WHERE f.manifest = file.manifest) AS total "
		      "FROM temp.wanted JOIN file ON file.sha256 = wanted.sha256 "
		      "JOIN statement ON statement.digest = file.manifest "
		      "WHERE statement.kind IN ('checkpoint', 'dataset') "
		      "GROUP BY statement.log_index "
		      "ORDER BY shared DESC, total ASC, statement.log_index DESC LIMIT 1",
		      &best, err) ||
	    query_step(best, &row, err))
		return -1;
	if (!row)
		return error_set(err, ERROR_ABSENT, "no registered version has any of these files");
	if (digest_from_hex(span_of(text_or_empty(best, 0)), out_statement, err))
		return -1;
	*out_shared = (size_t)query_u64(best, 1);
	*out_total = (size_t)query_u64(best, 2);
	return 0;
}

int index_files(struct index *index, index_visit_file visit, void *arg, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	bool row;

	if (query_new(index->database,
		      "SELECT file.sha256, statement.identity FROM file "
		      "JOIN statement ON statement.digest = file.manifest "
		      "WHERE statement.kind IN ('checkpoint', 'dataset') ORDER BY file.sha256",
		      &query, err))
		return -1;
	for (;;) {
		if (query_step(query, &row, err))
			return -1;
		if (!row)
			return 0;
		if (visit(arg, text_or_empty(query, 0), text_or_empty(query, 1), err))
			return -1;
	}
}

int index_count(struct index *index, struct index_counts *out_counts, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	bool row;

	if (query_new(index->database,
		      "SELECT (SELECT coalesce(max(log_index) + 1, 0) FROM statement), "
		      "(SELECT count(*) FROM statement), (SELECT count(*) FROM claim), "
		      "(SELECT count(*) FROM statement WHERE digest = '')",
		      &query, err) ||
	    query_step(query, &row, err))
		return -1;
	out_counts->entries = query_u64(query, 0);
	out_counts->statements = query_u64(query, 1);
	out_counts->claims = query_u64(query, 2);
	out_counts->bodiless = query_u64(query, 3);
	return 0;
}
