/* Edges of the lineage, asked for many statements one after the other. */
#include "registry/index_lineage.h"

#include <stdlib.h>

#include "registry/index_inner.h"

enum { ASK_SELF = INDEX_LINKS_SAID + 1, ASK_UNDISCLOSED, ASK_PROOFS, ASK_COUNT };

#define STATEMENT_COLUMNS "s.kind, s.subject, s.signer, s.declared, s.log_index, s.digest = '' "

static const char *const questions[ASK_COUNT] = {
	[INDEX_LINKS_FROM] = "SELECT e.relation, e.name, e.towards, " STATEMENT_COLUMNS
			     "FROM edge AS e LEFT JOIN statement AS s ON s.identity = e.towards "
			     "WHERE e.identity = ? ORDER BY e.relation, e.towards, s.log_index",
	[INDEX_LINKS_TOWARDS] =
		"SELECT e.relation, '', e.identity, " STATEMENT_COLUMNS
		"FROM edge AS e LEFT JOIN statement AS s ON s.identity = e.identity "
		"WHERE e.towards = ? ORDER BY e.relation, e.identity, s.log_index",
	[INDEX_LINKS_SAID] = "SELECT e.relation, '', e.identity, " STATEMENT_COLUMNS
			     "FROM edge AS e LEFT JOIN statement AS s ON s.identity = e.identity "
			     "WHERE e.towards = ? AND e.relation IN ('of', 'outputs') "
			     "ORDER BY e.relation, e.identity, s.log_index",
	[ASK_SELF] = "SELECT '', '', s.identity, " STATEMENT_COLUMNS
		     "FROM statement AS s WHERE s.identity = ? ORDER BY s.log_index",
	[ASK_UNDISCLOSED] = "SELECT COUNT(*) FROM undisclosed WHERE identity = ? AND "
			    "relation IN ('data', 'parent', 'run')",
	[ASK_PROOFS] = "SELECT s.identity, s.signer, s.kind, s.subject, s.log_index, p.outcome "
		       "FROM proof AS p JOIN statement AS s ON s.identity = p.identity "
		       "WHERE p.derivation = ? ORDER BY s.log_index",
};

struct index_links {
	struct database *database; /* borrowed; NULL: nothing was begun */
	struct query *query[ASK_COUNT];
};

/* One moment, so that no question takes locks of its own; KiB of the cache. */
#define BEGIN "PRAGMA cache_size = -65536; SAVEPOINT lineage"
#define END "RELEASE lineage; PRAGMA cache_size = -2000"

/* ---- Taking in ---- */

static int proof_take(struct index *index, const char *hex, const struct digest *derivation,
		      enum derivation_proof outcome, struct error *err)
{
	struct query *query;
	char towards[DIGEST_HEX_SIZE];

	if (outcome == DERIVATION_DECLARED)
		return 0;
	digest_to_hex(derivation, towards);
	if (index_prepare(
		    index,
		    "INSERT OR IGNORE INTO proof(identity, derivation, outcome) VALUES (?, ?, ?)",
		    &query, err))
		return -1;
	query_bind_text(query, 1, hex);
	query_bind_text(query, 2, towards);
	query_bind_u64(query, 3, outcome);
	return query_run(query, err);
}

int index_take_derivation(struct index *index, const struct digest *identity, const char *hex,
			  const struct json *predicate, struct error *err)
{
	return proof_take(index, hex, identity, derivation_proof_of(predicate), err);
}

int index_take_verification(struct index *index, const char *hex, const struct json *predicate,
			    struct error *err)
{
	const struct json *list = derivation_verdicts(predicate);

	for (size_t i = 0; i < json_count(list); i++) {
		enum derivation_proof outcome;
		struct error ignored = { 0 };
		struct digest derivation;

		if (json_need_digest(json_at(list, i), "statement", &derivation, &ignored) ||
		    !derivation_verified(predicate, &derivation, &outcome))
			continue;
		if (proof_take(index, hex, &derivation, outcome, err))
			return -1;
	}
	return 0;
}

/* ---- Asking ---- */

int index_links_open(struct index *index, struct index_links **out_links, struct error *err)
{
	CLEANUP(index_links_close) struct index_links *links = calloc(1, sizeof(*links));

	if (!links)
		return error_set(err, ERROR_SYSTEM, "out of memory for lineage");
	if (database_run(index->database, BEGIN, err))
		return -1;
	links->database = index->database;
	for (int i = 0; i < ASK_COUNT; i++)
		if (query_new(index->database, questions[i], &links->query[i], err))
			return -1;
	*out_links = links;
	links = NULL; /* handed over */
	return 0;
}

void index_links_close(struct index_links **links)
{
	struct error ignored = { 0 };

	if (!*links)
		return;
	for (int i = 0; i < ASK_COUNT; i++)
		query_free(&(*links)->query[i]);
	if ((*links)->database && database_run((*links)->database, END, &ignored))
		database_rollback((*links)->database);
	free(*links);
	*links = NULL;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static int links_visit(struct query *query, index_visit_link visit, void *arg, struct error *err)
{
	bool row;

	for (;;) {
		struct index_link link;

		if (query_step(query, &row, err))
			return -1;
		if (!row)
			return 0;
		link = (struct index_link){
			.relation = or_empty(query_text(query, 0)),
			.name = or_empty(query_text(query, 1)),
			.other = or_empty(query_text(query, 2)),
			.kind = query_text(query, 3),
			.subject = or_empty(query_text(query, 4)),
			.signer = or_empty(query_text(query, 5)),
			.declared = or_empty(query_text(query, 6)),
			.log_index = query_u64(query, 7),
			.bodiless = query_u64(query, 8) != 0,
		};
		if (visit(arg, &link, err))
			return -1;
	}
}

static int ask(struct query *query, const struct digest *statement, index_visit_link visit,
	       void *arg, struct error *err)
{
	char hex[DIGEST_HEX_SIZE];
	int failed;

	digest_to_hex(statement, hex);
	query_bind_text(query, 1, hex);
	failed = links_visit(query, visit, arg, err);
	query_reset(query);
	return failed;
}

int index_links_ask(struct index_links *links, enum index_links_ask which,
		    const struct digest *statement, index_visit_link visit, void *arg,
		    struct error *err)
{
	return ask(links->query[which], statement, visit, arg, err);
}

int index_links_self(struct index_links *links, const struct digest *statement,
		     index_visit_link visit, void *arg, struct error *err)
{
	return ask(links->query[ASK_SELF], statement, visit, arg, err);
}

int index_links_undisclosed(struct index_links *links, const struct digest *statement,
			    uint64_t *out_count, struct error *err)
{
	struct query *query = links->query[ASK_UNDISCLOSED];
	char hex[DIGEST_HEX_SIZE];
	bool row = false;
	int failed;

	digest_to_hex(statement, hex);
	query_bind_text(query, 1, hex);
	failed = query_step(query, &row, err);
	*out_count = row ? query_u64(query, 0) : 0;
	query_reset(query);
	return failed;
}

int index_links_proofs(struct index_links *links, const struct digest *derivation,
		       index_visit_proof visit, void *arg, struct error *err)
{
	struct query *query = links->query[ASK_PROOFS];
	char hex[DIGEST_HEX_SIZE];
	bool row = true;
	int failed = 0;

	digest_to_hex(derivation, hex);
	query_bind_text(query, 1, hex);
	while (!failed && !(failed = query_step(query, &row, err)) && row) {
		struct index_proof proof = { .statement = or_empty(query_text(query, 0)),
					     .signer = or_empty(query_text(query, 1)),
					     .kind = or_empty(query_text(query, 2)),
					     .subject = or_empty(query_text(query, 3)),
					     .log_index = query_u64(query, 4) };

		proof.outcome = query_u64(query, 5) == DERIVATION_CONTRADICTED
					? DERIVATION_CONTRADICTED
					: DERIVATION_REEXECUTED;
		failed = visit(arg, &proof, err);
	}
	query_reset(query);
	return failed;
}

int index_undisclosed(struct index *index, uint64_t *out_checkpoints, uint64_t *out_bodiless,
		      struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	bool row;

	if (query_new(index->database,
		      "SELECT (SELECT COUNT(DISTINCT u.identity) FROM undisclosed AS u "
		      "JOIN statement AS s ON s.identity = u.identity WHERE s.kind = 'checkpoint' "
		      "AND u.relation IN ('data', 'parent', 'run')), "
		      "(SELECT COUNT(DISTINCT identity) FROM statement WHERE digest = '' AND "
		      "kind IN ('checkpoint', 'dataset', 'run'))",
		      &query, err) ||
	    query_step(query, &row, err))
		return -1;
	*out_checkpoints = row ? query_u64(query, 0) : 0;
	*out_bodiless = row ? query_u64(query, 1) : 0;
	return 0;
}
