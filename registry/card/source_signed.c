/* card_sources: what is signed, as registry/facts.h gathered it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "registry/card/sources.h"

enum { WHERE_MAX = 128, TEXT_MAX = 512 };

/* One part of the document, and the statement that says it. */
struct part {
	struct card_sources *sources;
	const struct json *json;
	char where[WHERE_MAX];
};

static struct part part_of(struct card_sources *sources, const struct json *json)
{
	const char *identity = json_text(json_member(json, "identity"));
	struct part part = { .sources = sources, .json = json };

	snprintf(part.where, sizeof(part.where), "statement %.100s", identity ? identity : "");
	return part;
}

static int add(struct part *part, struct card_fact fact, struct error *err)
{
	fact.source = CARD_SOURCE_SIGNED;
	fact.where = part->where;
	return card_source_add(part->sources, &fact, err);
}

static int value_add(struct part *part, enum card_meaning meaning, const char *value,
		     const char *of, const char *name, bool only_confirms, struct error *err)
{
	return add(part,
		   (struct card_fact){ .meaning = meaning,
				       .value = value,
				       .of = of,
				       .name = name,
				       .only_confirms = only_confirms },
		   err);
}

static int text_add(struct part *part, enum card_fact_kind kind, const char *value, const char *of,
		    const char *name, struct error *err)
{
	return value ? add(part,
			   (struct card_fact){
				   .kind = kind, .value = value, .of = of, .name = name },
			   err)
		     : 0;
}

static const char *member_text(const struct json *object, const char *key)
{
	return json_text(json_member(object, key));
}

/* "sha256:HEX" without what is in front. */
static const char *hex_of(const char *digest)
{
	return digest && strncmp(digest, "sha256:", 7) == 0 ? digest + 7 : digest;
}

/* An integer, or a text of digits, as text; NULL: neither. */
static const char *count_text(const struct json *value, char digits[TEXT_MAX])
{
	if (json_kind(value) == JSON_KIND_INTEGER) {
		snprintf(digits, TEXT_MAX, "%" PRId64, json_integer_of(value));
		return digits;
	}
	return json_text(value);
}

static int count_add(struct part *part, enum card_meaning meaning, const char *key, const char *of,
		     bool only_confirms, struct error *err)
{
	char digits[TEXT_MAX];
	const char *value = count_text(json_member(part->json, key), digits);

	return value ? value_add(part, meaning, value, of, key, only_confirms, err) : 0;
}

static int number_add(struct part *part, enum card_meaning meaning, uint64_t number, const char *of,
		      const char *name, bool only_confirms, struct error *err)
{
	char digits[TEXT_MAX];

	snprintf(digits, sizeof(digits), "%" PRIu64, number);
	return value_add(part, meaning, digits, of, name, only_confirms, err);
}

/* The sum; false: it is not there, or does not fit. */
static bool size_sum(const struct json *object, const char *key, uint64_t *sum)
{
	struct error ignored = { 0 };
	uint64_t size;

	return json_need_size(object, key, &size, &ignored) == 0 &&
	       !__builtin_add_overflow(*sum, size, sum);
}

/* owner/name, and name. */
static int names_add(struct part *part, const char *text, struct error *err)
{
	CLEANUP(text_free) char *name = text ? strdup(text) : NULL;
	char *slash, *at;

	if (!name)
		return text ? error_set(err, ERROR_SYSTEM, "out of memory for a name") : 0;
	at = strchr(name, '@');
	if (at)
		*at = '\0';
	slash = strchr(name, '/');
	return text_add(part, CARD_FACT_NAME, text, NULL, NULL, err) ||
			       text_add(part, CARD_FACT_NAME, name, NULL, NULL, err) ||
			       (slash && text_add(part, CARD_FACT_NAME, slash + 1, NULL, NULL, err))
		       ? -1
		       : 0;
}

/* Where the code lies and which commit it was. */
static int git_add(struct part *part, const struct json *git, struct error *err)
{
	const char *commit = member_text(git, "commit"), *remote = member_text(git, "remote");

	if (commit && value_add(part, CARD_MEANING_commit, commit, NULL, "commit", false, err))
		return -1;
	if (!remote)
		return 0;
	return value_add(part, CARD_MEANING_implementation, remote, NULL, "remote", false, err) ||
			       text_add(part, CARD_FACT_LINK, remote, commit, "commit", err)
		       ? -1
		       : 0;
}

static int options_add(struct part *part, const struct json *object, struct error *err)
{
	struct json_members at = { 0 };
	char digits[TEXT_MAX];

	while (json_next(object, &at)) {
		const char *dot = strrchr(at.key, '.');
		const char *value = json_kind(at.value) == JSON_KIND_BOOL
					    ? (json_is_yes(at.value) ? "true" : "false")
					    : count_text(at.value, digits);

		if (value && card_source_option(part->sources, CARD_SOURCE_SIGNED,
						dot ? dot + 1 : at.key, value, part->where, err))
			return -1;
	}
	return 0;
}

static int model_add(struct part *part, struct error *err)
{
	const struct json *facts = part->json, *files = json_member(facts, "files");
	static const struct {
		const char *key;
		enum card_meaning meaning;
	} said[] = { { "parameters", CARD_MEANING_parameters },
		     { "architecture", CARD_MEANING_architecture },
		     { "dtype", CARD_MEANING_precision },
		     { "license", CARD_MEANING_license } };

	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (count_add(part, said[i].meaning, said[i].key, NULL, false, err))
			return -1;
	for (size_t i = 0; i < json_count(files); i++)
		if (text_add(part, CARD_FACT_HASH, hex_of(member_text(json_at(files, i), "sha256")),
			     NULL, member_text(json_at(files, i), "path"), err))
			return -1;
	return names_add(part, member_text(facts, "name"), err) ||
			       text_add(part, CARD_FACT_HASH,
					hex_of(member_text(facts, "identity")), NULL,
					"the checkpoint's statement", err) ||
			       text_add(part, CARD_FACT_HASH,
					hex_of(member_text(facts, "manifest")), NULL,
					"its manifest", err) ||
			       text_add(part, CARD_FACT_HASH, hex_of(member_text(facts, "root")),
					NULL, "its root", err) ||
			       text_add(part, CARD_FACT_HASH, member_text(facts, "signer"), NULL,
					"its signer's key", err) ||
			       options_add(part, json_member(facts, "config"), err) ||
			       git_add(part, json_member(facts, "git"), err)
		       ? -1
		       : 0;
}

/* ---- Data ---- */

static int dataset_add(struct part *part, struct error *err)
{
	const struct json *languages = json_member(part->json, "languages");
	const char *name = member_text(part->json, "name");

	for (size_t i = 0; i < json_count(languages); i++) {
		const char *code = member_text(json_at(languages, i), "language");

		if (code &&
		    value_add(part, CARD_MEANING_language, code, NULL, "language", false, err))
			return -1;
	}
	return (name && value_add(part, CARD_MEANING_dataset, name, NULL, "name", false, err)) ||
			       count_add(part, CARD_MEANING_tokens, "tokens", name, false, err) ||
			       count_add(part, CARD_MEANING_documents, "documents", name, false,
					 err) ||
			       count_add(part, CARD_MEANING_tokens, "weight", NULL, true, err) ||
			       text_add(part, CARD_FACT_LINK, member_text(part->json, "url"), NULL,
					"url", err) ||
			       text_add(part, CARD_FACT_HASH,
					hex_of(member_text(part->json, "identity")), NULL, name,
					err)
		       ? -1
		       : 0;
}

/* Over all datasets, where each was counted: of the whole, and of a language. */
static int data_sums(struct card_sources *sources, const struct json *data, struct error *err)
{
	static const char *const codes[] = { "ja", "en", "code", "other" };
	struct part part = part_of(sources, json_at(data, 0));
	uint64_t tokens = 0, documents = 0, of[4] = { 0 };
	bool counted = json_count(data) > 0, listed = counted;

	if (json_count(data) > 1)
		snprintf(part.where, sizeof(part.where), "the statements of %zu datasets",
			 json_count(data));
	for (size_t i = 0; i < json_count(data); i++) {
		const struct json *languages = json_member(json_at(data, i), "languages");

		counted = size_sum(json_at(data, i), "tokens", &tokens) && counted;
		listed = size_sum(json_at(data, i), "documents", &documents) && listed;
		for (size_t j = 0; j < json_count(languages); j++)
			for (size_t k = 0; k < 4; k++)
				if (span_equal(
					    span_of(member_text(json_at(languages, j), "language")
							    ?: ""),
					    span_of(codes[k])))
					size_sum(json_at(languages, j), "tokens", &of[k]);
	}
	for (size_t k = 0; k < 4; k++)
		if (of[k] &&
		    number_add(&part, CARD_MEANING_tokens, of[k], codes[k], "tokens", false, err))
			return -1;
	return (counted && number_add(&part, CARD_MEANING_tokens, tokens, NULL,
				      "tokens of the data", false, err)) ||
			       (listed && number_add(&part, CARD_MEANING_documents, documents, NULL,
						     "documents of the data", false, err))
		       ? -1
		       : 0;
}

/* ---- Runs ---- */

static int hours_add(struct part *part, enum card_meaning meaning, uint64_t seconds, bool least,
		     struct error *err)
{
	char text[TEXT_MAX];
	uint64_t hours = seconds / 3600, rest = (seconds % 3600) * 1000000 / 3600;

	snprintf(text, sizeof(text), "%" PRIu64 ".%06" PRIu64, hours, rest);
	return seconds ? value_add(part, meaning, text, NULL, least ? "hours, at least" : "hours",
				   least, err)
		       : 0;
}

static int run_add(struct part *part, struct error *err)
{
	const struct json *run = part->json, *models = json_member(run, "gpuModels");
	const char *cluster = member_text(json_member(run, "scheduler"), "cluster");

	for (size_t i = 0; i < json_count(models); i++) {
		const struct json *model = json_at(models, i);
		const char *name = json_text(model) ? json_text(model) : member_text(model, "name");

		if (name &&
		    value_add(part, CARD_MEANING_accelerator, name, NULL, "model", false, err))
			return -1;
	}
	return options_add(part, json_member(run, "hyper"), err) ||
			       git_add(part, json_member(run, "git"), err) ||
			       count_add(part, CARD_MEANING_nodes, "nodes", NULL, false, err) ||
			       count_add(part, CARD_MEANING_accelerators, "gpus", NULL, false,
					 err) ||
			       count_add(part, CARD_MEANING_accelerators_per_node, "gpusPerNode",
					 NULL, false, err) ||
			       count_add(part, CARD_MEANING_began, "began", NULL, false, err) ||
			       count_add(part, CARD_MEANING_ended, "ended", NULL, false, err) ||
			       (cluster && value_add(part, CARD_MEANING_cluster, cluster, NULL,
						     "cluster", false, err)) ||
			       text_add(part, CARD_FACT_HASH, hex_of(member_text(run, "identity")),
					NULL, member_text(run, "name"), err)
		       ? -1
		       : 0;
}

/* The hours of all runs together. */
static int runs_sum(struct card_sources *sources, const struct json *runs, struct error *err)
{
	struct part part = part_of(sources, json_at(runs, 0));
	uint64_t nodes = 0, gpus = 0;
	bool least = false;

	if (json_count(runs) > 1)
		snprintf(part.where, sizeof(part.where), "the statements of %zu runs",
			 json_count(runs));
	for (size_t i = 0; i < json_count(runs); i++) {
		const struct json *run = json_at(runs, i);

		least |= !json_member(run, "nodeSeconds") ||
			 json_is_yes(json_member(run, "lowerBound"));
		size_sum(run, "nodeSeconds", &nodes);
		size_sum(run, "gpuSeconds", &gpus);
	}
	return hours_add(&part, CARD_MEANING_node_hours, nodes, least, err) ||
			       hours_add(&part, CARD_MEANING_accelerator_hours, gpus, least, err)
		       ? -1
		       : 0;
}

/* ---- Parents and evaluations ---- */

static int parent_add(struct part *part, struct error *err)
{
	const char *name = member_text(part->json, "name");

	return (name &&
		value_add(part, CARD_MEANING_base_model, name, NULL, "parent", false, err)) ||
			       text_add(part, CARD_FACT_HASH,
					hex_of(member_text(part->json, "identity")), NULL, name,
					err)
		       ? -1
		       : 0;
}

static int eval_add(struct part *part, struct error *err)
{
	const struct json *scores = json_member(part->json, "scores");

	if (json_is_yes(json_member(part->json, "independent")))
		snprintf(part->where + strlen(part->where),
			 sizeof(part->where) - strlen(part->where), " (independent)");
	for (size_t i = 0; i < json_count(scores); i++) {
		const struct json *score = json_at(scores, i);

		if (text_add(part, CARD_FACT_SCORE, member_text(score, "value"),
			     member_text(score, "task"), member_text(score, "metric"), err))
			return -1;
	}
	return 0;
}

static int list_take(struct card_sources *sources, const struct json *list,
		     int (*take)(struct part *part, struct error *err), struct error *err)
{
	for (size_t i = 0; i < json_count(list); i++) {
		struct part part = part_of(sources, json_at(list, i));

		if (take(&part, err))
			return -1;
	}
	return 0;
}

int card_source_signed(struct card_sources *sources, const struct json *facts, struct error *err)
{
	const struct json *data = json_member(facts, "data"), *runs = json_member(facts, "runs");
	struct part part = part_of(sources, facts);

	return model_add(&part, err) || list_take(sources, data, dataset_add, err) ||
			       data_sums(sources, data, err) ||
			       list_take(sources, runs, run_add, err) ||
			       runs_sum(sources, runs, err) ||
			       list_take(sources, json_member(facts, "parents"), parent_add, err) ||
			       list_take(sources, json_member(facts, "evals"), eval_add, err)
		       ? -1
		       : 0;
}
