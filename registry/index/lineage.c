/* Edges of the lineage, asked for many statements one after the other. */
#include "registry/index/lineage.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/index/inner.h"

enum { ASK_SELF = INDEX_LINKS_SAID + 1, ASK_NAME, ASK_UNDISCLOSED, ASK_PROOFS, ASK_COUNT };

/* Each finds its rows in one index and in their order. Entries of a statement come in the order in
 * which they were taken in, which is that of the log. */
static const char *const questions[ASK_COUNT] = {
	[INDEX_LINKS_FROM] = "SELECT relation, towards FROM edge WHERE identity = ? "
			     "ORDER BY relation, towards",
	[INDEX_LINKS_TOWARDS] = "SELECT relation, identity FROM edge WHERE towards = ? "
				"ORDER BY relation, identity",
	/* One range, which a list would not be; what else lies in it is known by its name. */
	[INDEX_LINKS_SAID] = "SELECT relation, identity FROM edge WHERE towards = ? AND "
			     "relation BETWEEN 'of' AND 'outputs' ORDER BY relation, identity",
	[ASK_SELF] = "SELECT signer, kind, subject, digest, declared, log_index FROM statement "
		     "WHERE identity = ?",
	[ASK_NAME] = "SELECT name FROM edge WHERE identity = ? AND towards = ? LIMIT 1",
	[ASK_UNDISCLOSED] = "SELECT COUNT(*) FROM undisclosed WHERE identity = ? AND "
			    "relation IN ('data', 'parent', 'run')",
	[ASK_PROOFS] = "SELECT s.identity, s.signer, s.kind, s.subject, s.log_index, p.outcome "
		       "FROM proof AS p JOIN statement AS s ON s.identity = p.identity "
		       "WHERE p.derivation = ? ORDER BY s.log_index",
};

struct index_links {
	struct database *database; /* borrowed; NULL: nothing was begun */
	struct query *query[ASK_COUNT];
	bool undisclosed; /* something is */
};

/* One moment, so that no question takes locks of its own; KiB of the cache. */
#define BEGIN "PRAGMA cache_size = -131072; SAVEPOINT lineage"
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
	CLEANUP(query_free) struct query *any = NULL;

	if (!links)
		return error_set(err, ERROR_SYSTEM, "out of memory for lineage");
	if (database_run(index->database, BEGIN, err))
		return -1;
	links->database = index->database;
	for (int i = 0; i < ASK_COUNT; i++)
		if (query_new(index->database, questions[i], &links->query[i], err))
			return -1;
	if (index_ask(index, "SELECT 1 FROM undisclosed WHERE relation <> ? LIMIT 1", "git", &any,
		      &links->undisclosed, err))
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

/* Bind a statement to a question, whose answer begins. */
static struct query *ask(struct index_links *links, int which, const struct digest *statement)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(statement, hex);
	query_bind_text(links->query[which], 1, hex);
	return links->query[which];
}

int index_links_ask(struct index_links *links, enum index_links_ask which,
		    const struct digest *statement, index_visit_link visit, void *arg,
		    struct error *err)
{
	struct query *query = ask(links, (int)which, statement);
	bool row = true;
	int failed = 0;

	while (!failed && !(failed = query_step(query, &row, err)) && row) {
		const struct index_link link = { or_empty(query_text(query, 0)),
						 or_empty(query_text(query, 1)) };

		failed = visit(arg, &link, err);
	}
	query_reset(query);
	return failed;
}

int index_links_self(struct index_links *links, const struct digest *statement, index_visit visit,
		     void *arg, struct error *err)
{
	struct query *query = ask(links, ASK_SELF, statement);
	bool row = true;
	int failed = 0;

	while (!failed && !(failed = query_step(query, &row, err)) && row) {
		const struct index_row found = { .statement = "",
						 .key = or_empty(query_text(query, 0)),
						 .kind = or_empty(query_text(query, 1)),
						 .subject = or_empty(query_text(query, 2)),
						 .digest = or_empty(query_text(query, 3)),
						 .declared = or_empty(query_text(query, 4)),
						 .log_index = query_u64(query, 5) };

		failed = visit(arg, &found, err);
	}
	query_reset(query);
	return failed;
}

int index_links_name(struct index_links *links, const struct digest *statement,
		     const struct digest *other, char out_name[NAME_TEXT_MAX], struct error *err)
{
	struct query *query = ask(links, ASK_NAME, statement);
	char hex[DIGEST_HEX_SIZE];
	bool row = false;
	int failed;

	digest_to_hex(other, hex);
	query_bind_text(query, 2, hex);
	failed = query_step(query, &row, err);
	snprintf(out_name, NAME_TEXT_MAX, "%s", row ? or_empty(query_text(query, 0)) : "");
	query_reset(query);
	return failed;
}

int index_links_undisclosed(struct index_links *links, const struct digest *statement,
			    uint64_t *out_count, struct error *err)
{
	struct query *query;
	bool row = false;
	int failed;

	*out_count = 0;
	if (!links->undisclosed) /* by nobody here */
		return 0;
	query = ask(links, ASK_UNDISCLOSED, statement);
	failed = query_step(query, &row, err);
	*out_count = row ? query_u64(query, 0) : 0;
	query_reset(query);
	return failed;
}

int index_links_proofs(struct index_links *links, const struct digest *derivation,
		       index_visit_proof visit, void *arg, struct error *err)
{
	struct query *query = ask(links, ASK_PROOFS, derivation);
	bool row = true;
	int failed = 0;

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
