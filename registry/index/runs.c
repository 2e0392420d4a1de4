/* Runs in the index: what node time is reckoned from, and what the programme counts. */
#include <stdio.h>
#include <string.h>

#include "registry/index/inner.h"
#include "registry/run.h"

int index_take_run(struct index *index, const char *identity, const char *folded,
		   const struct json *predicate, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	const char *cluster =
		json_text(json_member(json_member(predicate, "scheduler"), "cluster"));
	const char *began = json_text(json_member(predicate, "began"));
	struct error why = { 0 };
	int64_t began_s;

	if (query_new(index->database,
		      "INSERT OR IGNORE INTO run(identity, folded, cluster, began, afterwards) "
		      "VALUES (?, ?, ?, ?, ?)",
		      &query, err))
		return -1;
	query_bind_text(query, 1, identity);
	query_bind_text(query, 2, folded);
	query_bind_text(query, 3, cluster ? cluster : "");
	if (began && time_parse(began, &began_s, &why) == 0 && began_s >= 0)
		query_bind_u64(query, 4, (uint64_t)began_s);
	query_bind_u64(query, 5, json_member(predicate, "declaredFor") != NULL);
	return query_run(query, err);
}

int index_take_completion(struct index *index, uint64_t log_index, const char *run,
			  const char *folded, const struct json *predicate, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	struct error why = { 0 };
	struct run_ending ending;

	if (run_ending_from_json(predicate, &ending, &why))
		return why.code == ERROR_SYSTEM ? error_set(err, why.code, "%s", why.text) : 0;
	if (query_new(index->database,
		      "INSERT OR IGNORE INTO completion(log_index, run, folded, outcome, began, "
		      "seconds, bound, nodes, gpus, gpus_known) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
		      "?)",
		      &query, err))
		return -1;
	query_bind_u64(query, 1, log_index);
	query_bind_text(query, 2, run);
	query_bind_text(query, 3, folded);
	query_bind_u64(query, 4, ending.outcome);
	query_bind_u64(query, 5, (uint64_t)ending.began_s);
	query_bind_u64(query, 6, ending.seconds);
	query_bind_u64(query, 7, ending.lower_bound);
	query_bind_u64(query, 8, ending.nodes);
	query_bind_u64(query, 9, ending.gpus);
	query_bind_u64(query, 10, ending.gpus_known);
	return query_run(query, err);
}

/* Tokens by the programme's counter: the first count that says so. */
static bool tokens_of(const struct json *predicate, uint64_t *out_tokens, uint64_t *out_ja)
{
	const struct json *list = json_member(json_member(predicate, "corpus"), "tokens");
	struct error why = { 0 };

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json *item = json_at(list, i);

		if (json_is_yes(json_member(item, "programme")) &&
		    json_need_size(item, "count", out_tokens, &why) == 0 &&
		    json_maybe_size(json_member(item, "languages"), "ja", 0, out_ja, &why) == 0 &&
		    *out_tokens <= INT64_MAX && *out_ja <= INT64_MAX)
			return true;
	}
	return false;
}

int index_take_figure(struct index *index, const char *identity, const struct json *predicate,
		      struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	uint64_t parameters = 0, tokens = 0, ja = 0;
	struct error why = { 0 };
	bool counted = tokens_of(predicate, &tokens, &ja);

	if (json_maybe_size(predicate, "parameters", 0, &parameters, &why) ||
	    parameters > INT64_MAX || (!parameters && !counted))
		return 0;
	if (query_new(
		    index->database,
		    "INSERT OR IGNORE INTO figure(identity, parameters, tokens, tokens_ja) VALUES "
		    "(?, ?, ?, ?)",
		    &query, err))
		return -1;
	query_bind_text(query, 1, identity);
	query_bind_u64(query, 2, parameters);
	query_bind_u64(query, 3, tokens);
	query_bind_u64(query, 4, ja);
	return query_run(query, err);
}

/* ---- Asking ---- */

static void end_read(struct query *query, struct index_end *out)
{
	const char *run = query_text(query, 0), *folded = query_text(query, 1);
	const char *cluster = query_text(query, 2);

	*out = (struct index_end){ .outcome = query_u64(query, 3),
				   .began_s = (int64_t)query_u64(query, 4),
				   .seconds = query_u64(query, 5),
				   .lower_bound = query_u64(query, 6) != 0,
				   .nodes = query_u64(query, 7),
				   .gpus = query_u64(query, 8),
				   .gpus_known = query_u64(query, 9) != 0,
				   .afterwards = query_u64(query, 10) != 0,
				   .retracted = query_u64(query, 11) != 0 };
	snprintf(out->run, sizeof(out->run), "%s", run ? run : "");
	snprintf(out->family, sizeof(out->family), "%s", folded ? folded : "");
	snprintf(out->cluster, sizeof(out->cluster), "%s", cluster ? cluster : "");
}

int index_ends(struct index *index, index_visit_end visit, void *arg, struct error *err)
{
	static const char ask[] =
		"SELECT c.run, c.folded, r.cluster, c.outcome, c.began, c.seconds, c.bound, "
		"c.nodes, "
		"c.gpus, c.gpus_known, r.afterwards, c.run IN (SELECT digest FROM statement WHERE "
		"kind = 'retraction') FROM completion AS c "
		"LEFT JOIN run AS r ON r.identity = c.run ORDER BY c.run, c.log_index";
	CLEANUP(query_free) struct query *query = NULL;
	struct index_end best = { .seconds = 0 }, next;
	bool row, any = false;

	if (query_new(index->database, ask, &query, err) || query_step(query, &row, err))
		return -1;
	while (row) {
		end_read(query, &next);
		if (!any || strcmp(next.run, best.run) != 0) {
			if (any && visit(arg, &best, err))
				return -1;
			best = next;
			any = true;
		} else if (best.lower_bound && (!next.lower_bound || next.seconds > best.seconds)) {
			best = next; /* as run_known_end has it */
		}
		if (query_step(query, &row, err))
			return -1;
	}
	return any ? visit(arg, &best, err) : 0;
}

int index_open_runs(struct index *index, int64_t before_s, uint64_t *out_count, struct error *err)
{
	CLEANUP(query_free) struct query *query = NULL;
	bool row;

	if (query_new(
		    index->database,
		    "SELECT COUNT(*) FROM run WHERE began IS NOT NULL AND began < ? AND NOT EXISTS "
		    "(SELECT 1 FROM completion WHERE completion.run = run.identity) AND NOT EXISTS "
		    "(SELECT 1 FROM statement WHERE statement.digest = run.identity AND "
		    "statement.kind = 'retraction')",
		    &query, err))
		return -1;
	query_bind_u64(query, 1, before_s > 0 ? (uint64_t)before_s : 0);
	if (query_step(query, &row, err))
		return -1;
	*out_count = row ? query_u64(query, 0) : 0;
	return 0;
}

int index_figures(struct index *index, index_visit_figure visit, void *arg, struct error *err)
{
	static const char ask[] =
		"SELECT s.folded, s.declared, f.parameters, f.tokens, f.tokens_ja FROM figure AS f "
		"JOIN statement AS s ON s.identity = f.identity WHERE f.identity NOT IN "
		"(SELECT digest FROM statement WHERE kind = 'retraction') ORDER BY s.log_index";
	CLEANUP(query_free) struct query *query = NULL;

	if (query_new(index->database, ask, &query, err))
		return -1;
	for (;;) {
		struct index_figure figure;
		bool row;

		if (query_step(query, &row, err))
			return -1;
		if (!row)
			return 0;
		figure = (struct index_figure){ .family = query_text(query, 0),
						.declared = query_text(query, 1),
						.parameters = query_u64(query, 2),
						.tokens = query_u64(query, 3),
						.tokens_ja = query_u64(query, 4) };
		if (visit(arg, &figure, err))
			return -1;
	}
}
