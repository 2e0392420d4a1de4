/* facts: the datasets that a model was made of. */
#include "registry/facts/inner.h"

#include <string.h>

/* What is counted of each language, in this order. */
static const char *const language[] = { "ja", "en", "code", "other" };

/* The count of tokens that stands for the dataset: the programme's own, else the first. */
static const struct json *tokens_of(const struct json *corpus)
{
	const struct json *list = json_member(corpus, "tokens");

	for (size_t i = 0; i < json_count(list); i++)
		if (json_is_yes(json_member(json_at(list, i), "programme")))
			return json_at(list, i);
	return json_at(list, 0);
}

static int copy(const struct json *from, const char *key, struct json *to, const char *as,
		struct error *err)
{
	const struct json *value = json_member(from, key);

	return value ? json_set_clone(to, as, value, err) : 0;
}

/* Documents, bytes, characters and tokens of each language that has any. */
static int languages_set(const struct json *corpus, const struct json *tokens, struct json *item,
			 struct error *err)
{
	const struct json *counted = json_member(corpus, "languages");
	const struct json *of = json_member(tokens, "languages");
	struct json *list, *one;

	if (json_set_array(item, "languages", &list, err))
		return -1;
	for (size_t i = 0; i < sizeof(language) / sizeof(language[0]); i++) {
		const struct json *part = json_member(counted, language[i]);

		if (!part && !json_member(of, language[i]))
			continue;
		if (json_add_object(list, &one, err) ||
		    json_set_text(one, "language", language[i], err) ||
		    copy(of, language[i], one, "tokens", err) ||
		    copy(part, "documents", one, "documents", err) ||
		    copy(part, "bytes", one, "bytes", err) ||
		    copy(part, "characters", one, "characters", err))
			return -1;
	}
	return 0;
}

/* How much of each source is used, as a list that was given says. */
static int weights_set(const struct json *weights, struct json *item, struct error *err)
{
	const struct json *of = json_member(weights, "languages");
	struct json *list, *one;

	if (!weights)
		return 0;
	if (copy(weights, "weight", item, "weight", err) ||
	    copy(weights, "entries", item, "weightEntries", err) ||
	    json_set_array(item, "weightLanguages", &list, err))
		return -1;
	for (size_t i = 0; i < sizeof(language) / sizeof(language[0]); i++)
		if (json_member(of, language[i]) &&
		    (json_add_object(list, &one, err) ||
		     json_set_text(one, "language", language[i], err) ||
		     copy(of, language[i], one, "weight", err)))
			return -1;
	return 0;
}

static int dataset_set(const struct gathering *g, const struct believed *dataset, const char *by,
		       struct json *item, struct error *err)
{
	const struct json *predicate = dataset->statement.predicate;
	const struct json *corpus = json_member(predicate, "corpus");
	const struct json *tokens = tokens_of(corpus);

	return facts_source(g, dataset, item, err) || json_set_text(item, "by", by, err) ||
			       copy(tokens, "count", item, "tokens", err) ||
			       copy(tokens, "basis", item, "tokensBasis", err) ||
			       copy(tokens, "tokenizer", item, "tokenizer", err) ||
			       copy(tokens, "description", item, "tokenizerDescription", err) ||
			       copy(corpus, "documents", item, "documents", err) ||
			       copy(corpus, "characters", item, "characters", err) ||
			       copy(predicate, "records", item, "records", err) ||
			       copy(predicate, "bytes", item, "bytes", err) ||
			       languages_set(corpus, tokens, item, err) ||
			       weights_set(json_member(predicate, "weights"), item, err) ||
			       copy(predicate, "license", item, "license", err) ||
			       copy(predicate, "period", item, "period", err) ||
			       copy(predicate, "filters", item, "filters", err) ||
			       copy(json_member(predicate, "croissant"), "url", item, "url", err)
		       ? -1
		       : 0;
}

/* Those of one list, each dataset once. */
static int list_take(struct gathering *g, const struct json *list, const char *by,
		     struct digest_list *seen, struct json *data, struct error *err)
{
	for (size_t i = 0; i < json_count(list); i++) {
		CLEANUP(believed_release) struct believed dataset = { 0 };
		size_t before = seen->count;
		struct json *item;
		bool taken;

		if (facts_refer(g, json_at(list, i), "dataset", STATEMENT_dataset, &dataset, &taken,
				err))
			return -1;
		if (!taken)
			continue;
		if (digest_list_add_once(seen, &dataset.identity, err))
			return -1;
		if (seen->count > before &&
		    (json_add_object(data, &item, err) || dataset_set(g, &dataset, by, item, err)))
			return -1;
	}
	return 0;
}

int facts_data(struct gathering *g, const struct digest_list *runs, struct error *err)
{
	CLEANUP(digest_list_release) struct digest_list seen = { 0 };
	struct json *data;

	if (json_set_array(g->facts, "data", &data, err) ||
	    list_take(g, json_member(g->wish->checkpoint->statement.predicate, "data"),
		      "checkpoint", &seen, data, err))
		return -1;
	for (size_t i = 0; i < runs->count; i++) {
		CLEANUP(believed_release) struct believed run = { 0 };
		bool taken;

		if (facts_believe(g, &runs->item[i], STATEMENT_run, &run, &taken, err) ||
		    (taken && list_take(g, json_member(run.statement.predicate, "data"), "run",
					&seen, data, err)))
			return -1;
	}
	return 0;
}
