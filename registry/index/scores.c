/* Evaluations in the index: what they say of themselves, and their scores. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/index/inner.h"

#define SAMPLING_MAX (48u << 10)
#define CONTRADICTS_SIZE 300

static const char *text_of(const struct json *object, const char *key)
{
	const char *text = json_text(json_member(object, key));

	return text ? text : "";
}

static void bind_digest(struct query *query, int place, const char *text)
{
	query_bind_text(query, place, text && strncmp(text, "sha256:", 7) == 0 ? text + 7 : NULL);
}

/* A count that may be missing; what cannot be read is as missing. */
static void bind_count(struct query *query, int place, const struct json *object, const char *key)
{
	struct error ignored = { 0 };
	uint64_t count;

	if (json_member(object, key) && json_need_size(object, key, &count, &ignored) == 0 &&
	    count <= INT64_MAX)
		query_bind_u64(query, place, count);
	else
		query_bind_text(query, place, NULL);
}

/* In what the results differ from the checkpoint, each word once. */
static void contradictions_join(const struct json *predicate, char out[CONTRADICTS_SIZE])
{
	const struct json *list = json_member(predicate, "contradictions");
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < json_count(list); i++) {
		const char *what = text_of(json_at(list, i), "what");

		if (len + strlen(what) + 2 > CONTRADICTS_SIZE || strstr(out, what))
			continue;
		len += (size_t)snprintf(out + len, CONTRADICTS_SIZE - len, "%s%s", len ? " " : "",
					what);
	}
}

static int evaluation(struct index *index, const char *identity, const struct json *predicate,
		      struct error *err)
{
	const struct json *harness = json_member(predicate, "harness");
	const struct json *sampling = json_member(predicate, "sampling");
	const char *file = text_of(predicate, "file");
	CLEANUP(text_free) char *text = NULL;
	CLEANUP(buffer_release) struct buffer written;
	char contradicts[CONTRADICTS_SIZE];
	struct query *query;

	buffer_init(&written, SAMPLING_MAX);
	if ((sampling && json_write_canonical(sampling, &written, err)) ||
	    buffer_to_text(&written, &text, err) ||
	    index_prepare(index,
			  "INSERT OR IGNORE INTO evaluation(identity, format, harness, "
			  "harness_git, model, file, evaluated, sampling, contradicts, dtype) "
			  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			  &query, err))
		return -1;
	query_bind_text(query, 1, identity);
	query_bind_text(query, 2, text_of(predicate, "format"));
	query_bind_text(query, 3, text_of(harness, "version"));
	query_bind_text(query, 4, text_of(harness, "git"));
	query_bind_text(query, 5, text_of(predicate, "model"));
	query_bind_text(query, 6, strncmp(file, "sha256:", 7) == 0 ? file + 7 : "");
	query_bind_text(query, 7, text_of(predicate, "evaluated"));
	query_bind_text(query, 8, text);
	contradictions_join(predicate, contradicts);
	query_bind_text(query, 9, contradicts);
	query_bind_text(query, 10, text_of(json_member(predicate, "modelSaid"), "dtype"));
	return query_run(query, err);
}

/* The object with the items of a task, or NULL. */
static const char *items_of(const struct json *predicate, const char *task)
{
	const struct json *list = json_member(predicate, "samples");

	for (size_t i = 0; i < json_count(list); i++)
		if (strcmp(text_of(json_at(list, i), "task"), task) == 0)
			return json_text(json_member(json_at(list, i), "file"));
	return NULL;
}

static int score(struct index *index, const char *identity, size_t place,
		 const struct json *predicate, const struct json *said, struct error *err)
{
	const struct json *better = json_member(said, "higherIsBetter");
	const char *state = text_of(said, "state");
	const char *version = json_text(json_member(said, "version"));
	struct query *query;
	char number[32];

	if (index_prepare(index,
			  "INSERT OR IGNORE INTO score(identity, place, task, metric, filter, "
			  "value, deviation, state, version, task_hash, shots, samples, better, "
			  "grouped, part_of, items) "
			  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			  &query, err))
		return -1;
	if (json_kind(json_member(said, "version")) == JSON_KIND_INTEGER) {
		snprintf(number, sizeof(number), "%lld",
			 (long long)json_integer_of(json_member(said, "version")));
		version = number;
	}
	query_bind_text(query, 1, identity);
	query_bind_u64(query, 2, place);
	query_bind_text(query, 3, text_of(said, "task"));
	query_bind_text(query, 4, text_of(said, "metric"));
	query_bind_text(query, 5, text_of(said, "filter"));
	query_bind_text(query, 6, text_of(said, "value"));
	query_bind_text(query, 7, json_text(json_member(said, "stderr")));
	query_bind_text(query, 8, *state ? state : "scored");
	query_bind_text(query, 9, version);
	query_bind_text(query, 10, json_text(json_member(said, "hash")));
	bind_count(query, 11, said, "shots");
	bind_count(query, 12, said, "samples");
	if (json_kind(better) == JSON_KIND_BOOL)
		query_bind_u64(query, 13, json_is_yes(better));
	else
		query_bind_text(query, 13, NULL);
	query_bind_u64(query, 14, json_is_yes(json_member(said, "group")));
	query_bind_text(query, 15, json_text(json_member(said, "partOf")));
	bind_digest(query, 16, items_of(predicate, text_of(said, "task")));
	return query_run(query, err);
}

int index_take_eval(struct index *index, const char *identity, const struct json *predicate,
		    struct error *err)
{
	const struct json *list;

	if (json_maybe_array(predicate, "scores", &list, err) ||
	    evaluation(index, identity, predicate, err))
		return -1;
	for (size_t i = 0; i < json_count(list); i++)
		if (score(index, identity, i, predicate, json_at(list, i), err))
			return -1;
	return 0;
}

/* ---- Asking ---- */

static const char *column_text(struct query *query, int column)
{
	const char *text = query_text(query, column);

	return text ? text : "";
}

static int64_t column_number(struct query *query, int column)
{
	const char *text = query_text(query, column);

	return text ? strtoll(text, NULL, 10) : -1;
}

/* What a row of the question in index_scores says. */
static struct index_score score_row(struct query *query)
{
	const char *by = column_text(query, 15);

	return (struct index_score){
		.statement = column_text(query, 0),
		.of = column_text(query, 1),
		.task = column_text(query, 2),
		.metric = column_text(query, 3),
		.filter = column_text(query, 4),
		.value = column_text(query, 5),
		.stderr_text = query_text(query, 6),
		.state = *by ? "invalidated" : column_text(query, 7),
		.own_state = column_text(query, 7),
		.retracted_by = by,
		.version = column_text(query, 8),
		.hash = column_text(query, 9),
		.shots = column_number(query, 10),
		.samples = column_number(query, 11),
		.higher_is_better = (int)column_number(query, 12),
		.group = query_u64(query, 13) != 0,
		.part_of = column_text(query, 14),
		.items = column_text(query, 16),
		.format = column_text(query, 17),
		.harness = column_text(query, 18),
		.harness_git = column_text(query, 19),
		.model = column_text(query, 20),
		.file = column_text(query, 21),
		.evaluated = column_text(query, 22),
		.sampling = column_text(query, 23),
		.signer = column_text(query, 24),
		.declared = column_text(query, 25),
		.log_index = query_u64(query, 26),
		.contradicts = column_text(query, 27),
		.dtype = column_text(query, 28),
	};
}

int index_scores(struct index *index, const struct digest *statement, index_visit_score visit,
		 void *arg, struct error *err)
{
	static const char ask[] =
		"SELECT score.identity, edge.name, task, metric, filter, value, deviation, state, "
		"score.version, task_hash, shots, samples, better, grouped, part_of, "
		"(SELECT r.signer FROM statement AS r WHERE r.digest = score.identity AND "
		"r.kind = 'retraction' ORDER BY r.log_index LIMIT 1), items, format, harness, "
		"harness_git, model, file, evaluated, sampling, s.signer, s.declared, "
		"s.log_index, contradicts, dtype "
		"FROM edge JOIN score ON score.identity = edge.identity "
		"JOIN evaluation AS e ON e.identity = edge.identity "
		"JOIN statement AS s ON s.log_index = "
		"(SELECT min(log_index) FROM statement WHERE identity = edge.identity) "
		"WHERE edge.towards = ? AND relation = 'of' ORDER BY s.log_index, place";
	CLEANUP(query_free) struct query *query = NULL;
	char hex[DIGEST_HEX_SIZE];
	bool row;

	digest_to_hex(statement, hex);
	if (query_new(index->database, ask, &query, err))
		return -1;
	query_bind_text(query, 1, hex);
	for (;;) {
		struct index_score found;

		if (query_step(query, &row, err))
			return -1;
		if (!row)
			return 0;
		found = score_row(query);
		if (visit(arg, &found, err))
			return -1;
	}
}
