/* One statement comes into the index: its row, claim, edges, mentions, files and scores. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "registry/index/inner.h"

void name_fold(const char *text, char out_folded[FOLDED_SIZE])
{
	size_t len = 0;

	for (; text[len] && len + 1 < FOLDED_SIZE; len++)
		out_folded[len] = (char)tolower((unsigned char)text[len]);
	out_folded[len] = '\0';
}

/* "owner/name" of a name. */
static void family_of(const struct name *name, char out_text[NAME_TEXT_MAX])
{
	struct name family = *name;

	family.version[0] = '\0';
	family.alias = false;
	name_to_text(&family, out_text);
	if (!name->name[0])
		out_text[0] = '\0';
}

int index_prepare(struct index *index, const char *sql, struct query **out_query, struct error *err)
{
	size_t i = 0;

	while (i < index->prepared_count && index->prepared[i].sql != sql)
		i++;
	if (i == INDEX_PREPARED_MAX)
		return error_set(err, ERROR_SYSTEM, "the index has too many kinds of changes");
	if (i == index->prepared_count) {
		if (query_new(index->database, sql, &index->prepared[i].query, err))
			return -1;
		index->prepared[i].sql = sql;
		index->prepared_count++;
	}
	*out_query = index->prepared[i].query;
	return 0;
}

/* Run a change whose parameters are texts; NULL binds SQL NULL. */
static int insert(struct index *index, const char *sql, const char *const *text, size_t count,
		  struct error *err)
{
	struct query *query;

	if (index_prepare(index, sql, &query, err))
		return -1;
	for (size_t i = 0; i < count; i++)
		query_bind_text(query, (int)i + 1, text[i]);
	return query_run(query, err);
}

static int mention(struct index *index, const char *digest, const char *identity, struct error *err)
{
	const char *text[] = { digest, identity };

	return insert(index, "INSERT OR IGNORE INTO mention(digest, identity) VALUES (?, ?)", text,
		      2, err);
}

static int edge(struct index *index, const char *identity, const char *relation,
		const struct json *reference, struct error *err)
{
	const char *name = json_text(json_member(reference, "name"));
	const char *to = json_text(json_member(reference, "statement"));
	const char *text[] = { identity, relation, name, to + 7 };

	return insert(index,
		      "INSERT OR IGNORE INTO edge(identity, relation, name, towards) "
		      "VALUES (?, ?, ?, ?)",
		      text, 4, err);
}

static bool is_digest(const char *text)
{
	struct error ignored = { 0 };
	struct digest digest;

	return text && strncmp(text, "sha256:", 7) == 0 &&
	       digest_from_hex(span_of(text), &digest, &ignored) == 0;
}

/* What a list of references is called one by one. */
static const char *relation_of(const char *key)
{
	return strcmp(key, "parents") == 0 ? "parent" : key;
}

/* A commitment: what hangs from `key` is not told. */
static int undisclosed(struct index *index, const char *identity, const char *key, size_t place,
		       struct error *err)
{
	struct query *query;

	if (index_prepare(
		    index,
		    "INSERT OR IGNORE INTO undisclosed(identity, relation, place) VALUES (?, ?, ?)",
		    &query, err))
		return -1;
	query_bind_text(query, 1, identity);
	query_bind_text(query, 2, relation_of(key));
	query_bind_u64(query, 3, place);
	return query_run(query, err);
}

/*
 * Everything a value mentions, `key` being what it hangs from, and `place` where in a list. The
 * depth is the parser's limit. What hangs from nothing, a claim with its statement, is no edge.
 */
static int walk(struct index *index, const char *identity, const char *key, size_t place,
		const struct json *value, struct error *err)
{
	struct json_members at = { 0 };

	if (is_digest(json_text(value)))
		return mention(index, json_text(value) + 7, identity, err);
	if (*key && json_kind(value) == JSON_KIND_OBJECT && json_text(json_member(value, "name")) &&
	    is_digest(json_text(json_member(value, "statement"))) &&
	    edge(index, identity, relation_of(key), value, err))
		return -1;
	if (*key && commitment_is(value) && json_count(value) == 1 &&
	    undisclosed(index, identity, key, place, err))
		return -1;
	while (json_next(value, &at))
		if (walk(index, identity, at.key, 0, at.value, err))
			return -1;
	for (size_t i = 0; i < json_count(value) && json_kind(value) == JSON_KIND_ARRAY; i++)
		if (walk(index, identity, key, i, json_at(value, i), err))
			return -1;
	return 0;
}

/* The digests of a manifest's files, those that are at hand. */
static int files(struct index *index, const struct digest *manifest, const struct digest_list *file,
		 struct error *err)
{
	char identity[DIGEST_HEX_SIZE], sha256[DIGEST_HEX_SIZE];
	struct query *query;

	digest_to_hex(manifest, identity);
	if (index_prepare(index,
			  "INSERT OR IGNORE INTO file(manifest, place, sha256) VALUES (?, ?, ?)",
			  &query, err))
		return -1;
	for (size_t i = 0; i < file->count; i++) {
		digest_to_hex(&file->item[i], sha256);
		query_bind_text(query, 1, identity);
		query_bind_u64(query, 2, i);
		query_bind_text(query, 3, sha256);
		if (query_run(query, err))
			return -1;
	}
	return 0;
}

/* What a claim tells of a statement whose body is not here. */
static int bodiless_name(struct index *index, const struct statement *claim, const char *kind,
			 const char *folded, struct error *err)
{
	char identity[DIGEST_HEX_SIZE];
	const char *text[] = { kind, claim->subject, folded, identity };

	digest_to_hex(&claim->digest, identity);
	return insert(index,
		      "UPDATE statement SET kind = ?, subject = ?, folded = ? WHERE identity = ? "
		      "AND digest = ''",
		      text, 4, err);
}

static int claim(struct index *index, uint64_t log_index, const struct statement *statement,
		 struct error *err)
{
	struct query *query;
	char family[NAME_TEXT_MAX], folded[FOLDED_SIZE], text[FOLDED_SIZE], name[NAME_TEXT_MAX];
	char identity[DIGEST_HEX_SIZE];
	const char *kind;
	uint64_t serial;

	if (json_need_string(statement->predicate, "kind", &kind, err) ||
	    json_maybe_size(statement->predicate, "serial", 0, &serial, err) ||
	    index_prepare(
		    index,
		    "INSERT OR IGNORE INTO claim(folded, family, kind, name, version, alias, "
		    "serial, identity, target, log_index) VALUES (?, ?, ?, ?, ?, ?, ?, ?, "
		    "(SELECT towards FROM edge WHERE edge.identity = ? AND relation = 'target'), "
		    "?)",
		    &query, err))
		return -1;
	name_to_text(&statement->name, name);
	if (statement->name.alias)
		snprintf(text, sizeof(text), "%s#%llu", name, (unsigned long long)serial);
	else
		snprintf(text, sizeof(text), "%s", name);
	name_fold(text, folded);
	query_bind_text(query, 1, folded);
	family_of(&statement->name, family);
	name_fold(family, folded);
	query_bind_text(query, 2, folded);
	query_bind_text(query, 3, kind);
	query_bind_text(query, 4, family);
	query_bind_text(query, 5, statement->name.version);
	query_bind_u64(query, 6, statement->name.alias);
	query_bind_u64(query, 7, serial);
	digest_to_hex(&statement->digest, identity);
	query_bind_text(query, 8, identity);
	query_bind_text(query, 9, identity);
	query_bind_u64(query, 10, log_index);
	return query_run(query, err) || bodiless_name(index, statement, kind, folded, err) ? -1 : 0;
}

int index_take_bodiless(struct index *index, uint64_t log_index, const struct digest *identity,
			const struct digest *signer, struct error *err)
{
	struct query *query;
	char hex[DIGEST_HEX_SIZE], key[DIGEST_HEX_SIZE];

	if (index_prepare(
		    index,
		    "INSERT OR IGNORE INTO statement(log_index, identity, signer, kind, subject, "
		    "digest, folded, declared) VALUES (?, ?, ?, '', '', '', '', '')",
		    &query, err))
		return -1;
	digest_to_hex(identity, hex);
	digest_to_hex(signer, key);
	query_bind_u64(query, 1, log_index);
	query_bind_text(query, 2, hex);
	query_bind_text(query, 3, key);
	return query_run(query, err);
}

static int row(struct index *index, uint64_t log_index, const char *identity, const char *signer,
	       const struct statement *statement, struct error *err)
{
	struct query *query;
	const char *declared = json_text(json_member(statement->predicate, "declared"));
	char digest[DIGEST_HEX_SIZE], family[NAME_TEXT_MAX], folded[FOLDED_SIZE];

	if (index_prepare(
		    index,
		    "INSERT OR IGNORE INTO statement(log_index, identity, signer, kind, subject, "
		    "digest, folded, declared) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		    &query, err))
		return -1;
	digest_to_hex(&statement->digest, digest);
	family_of(&statement->name, family);
	name_fold(family, folded);
	query_bind_u64(query, 1, log_index);
	query_bind_text(query, 2, identity);
	query_bind_text(query, 3, signer);
	query_bind_text(query, 4, statement_kind_name(statement->kind));
	query_bind_text(query, 5, statement->subject);
	query_bind_text(query, 6, digest);
	query_bind_text(query, 7, folded);
	query_bind_text(query, 8, declared ? declared : "");
	return query_run(query, err) || mention(index, digest, identity, err) ? -1 : 0;
}

int index_take(struct index *index, uint64_t log_index, const struct digest *identity,
	       const struct digest *signer, const struct statement *statement,
	       const struct digest_list *file, const struct likeness *likeness, struct error *err)
{
	char hex[DIGEST_HEX_SIZE], key[DIGEST_HEX_SIZE], run[DIGEST_HEX_SIZE];
	char family[NAME_TEXT_MAX], folded[FOLDED_SIZE];

	digest_to_hex(identity, hex);
	digest_to_hex(signer, key);
	digest_to_hex(&statement->digest, run);
	family_of(&statement->name, family);
	name_fold(family, folded);
	if (row(index, log_index, hex, key, statement, err) ||
	    walk(index, hex, "", 0, statement->predicate, err))
		return -1;
	switch (statement->kind) {
	case STATEMENT_claim:
		return claim(index, log_index, statement, err);
	case STATEMENT_eval:
		return index_take_eval(index, hex, statement->predicate, err);
	case STATEMENT_derivation:
		return index_take_derivation(index, identity, hex, statement->predicate, err);
	case STATEMENT_verification:
		return index_take_verification(index, hex, statement->predicate, err);
	case STATEMENT_note:
		return index_take_note(index, hex, statement->predicate, err);
	case STATEMENT_card:
		return index_take_card(index, hex, statement, err);
	case STATEMENT_run:
		return index_take_run(index, hex, folded, statement->predicate, err);
	case STATEMENT_completion:
		return index_take_completion(index, log_index, run, folded, statement->predicate,
					     err);
	case STATEMENT_checkpoint:
	case STATEMENT_dataset:
		return index_take_figure(index, hex, statement->predicate, err) ||
				       files(index, &statement->digest, file, err) ||
				       index_take_likeness(index, &statement->digest, likeness, err)
			       ? -1
			       : 0;
	default:
		return 0;
	}
}
